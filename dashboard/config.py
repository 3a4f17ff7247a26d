"""Where a deployment keeps what: `kpi.toml` in the working folder, or the file that `--config` names.

Every key has a default; without a file and without a `data` folder the product runs on its sample.
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = "kpi.toml"
VARIABLE = "KPI_CONFIG"
KEYS = ("programmes", "data", "warehouse")


class ConfigError(Exception):
    """The configuration cannot be used; the message says what to change, in Chinese."""


@dataclass(frozen=True)
class Config:
    """`programmes` are ids ('' of them: those that the data folder or the product defines); paths are absolute."""

    programmes: tuple[str, ...]
    data: Path
    warehouse: Path
    configured: bool


def load(path: Path | None = None) -> Config:
    """The configuration in the file `path`, or in kpi.toml of the folder `path` (the working folder), or the defaults.

    Raises:
        ConfigError: the file is missing, not TOML, or has an unknown key or a wrong value.
    """
    place = path or Path()
    file = place / FILE if place.is_dir() else place
    if not file.is_file():
        if not place.is_dir():
            raise ConfigError(f"找不到設定檔「{path}」。")
        data = (place / "data").absolute()
        return Config((), data, (place / "warehouse").absolute(), data.is_dir())
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"讀不到設定檔「{file}」：{error.strerror}。請檢查讀取權限。") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"「{file}」不是正確的 TOML：{error}") from error
    if unknown := [key for key in raw if key not in KEYS]:
        raise ConfigError(f"「{file}」有不認得的鍵：{'、'.join(unknown)}。可用的鍵：{'、'.join(KEYS)}。")
    programmes = raw.get("programmes", [])
    if not isinstance(programmes, list) or not all(isinstance(name, str) for name in programmes):
        raise ConfigError(f'「{file}」的 programmes 須是清單，例如 programmes = ["keelung-111"]。')
    return Config(tuple(programmes), _folder(file, raw, "data"), _folder(file, raw, "warehouse"), True)


def from_environment() -> Config:
    """The configuration of the served product, which learns its file or folder from the command that started it."""
    name = os.environ.get(VARIABLE)
    return load(Path(name) if name else None)


def _folder(file: Path, raw: dict[str, object], key: str) -> Path:
    value = raw.get(key, key)
    if not isinstance(value, str):
        raise ConfigError(f'「{file}」的 {key} 須是資料夾路徑，例如 {key} = "{key}"。')
    return (file.parent / Path(value).expanduser()).absolute()
