"""Where a deployment keeps what: `kpi.toml` in the working folder, or the file that `--config` names.

Every key has a default; without a file and without a `data` folder the product runs on its sample.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dashboard.definitions.places import (
    DEADLINE,
    Entry,
    Places,
    Spreadsheet,
    gid_in,
    id_in,
    merged,
)
from dashboard.errors import OperatorError

FILE = "kpi.toml"
# What was adopted on the page 資料, beside it.
READINGS = "readings.toml"
VARIABLE = "KPI_CONFIG"
KEY_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
KEYS = (
    "programmes",
    "data",
    "warehouse",
    "stale_after_days",
    "state",
    "server",
    "google",
    "spreadsheets",
    "files",
)
# How many may look at once: at a click every five seconds one process answers 100 quickly and 200 slowly.
VIEWERS = 500
_HOST = re.compile(
    r"(?=.{1,253}(?::|$))[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::[1-9]\d{0,4})?"
)
STATES = ("postgresql://", "postgres://")
STALE_AFTER_DAYS = 3
_UNITS = {"s": 1, "m": 60, "h": 3600}


class ConfigError(OperatorError):
    """The configuration cannot be used; the message says what to change, in Chinese."""


@dataclass(frozen=True)
class Config:
    """`programmes` are ids ('' of them: those that the data folder or the product defines); paths are absolute.

    `data` is the folder of every programme that `folders` does not name; `place` is the file or folder that says so.
    `hosts` are the names, each with its port where it is not the usual one, that the served product answers to beside
    this machine's own; `viewers` is how many it serves at once. `state` is the address of the database of what people write
    here, with its password; empty, it is a file of the warehouse.
    """

    programmes: tuple[str, ...]
    data: Path
    warehouse: Path
    configured: bool
    folders: Mapping[str, Path]
    spreadsheets: tuple[tuple[str | None, Spreadsheet], ...] = ()
    files: Mapping[str, Entry] | None = None
    key: Path | None = None
    deadline: float = DEADLINE
    stale_after_days: int = STALE_AFTER_DAYS
    place: Path = Path()
    hosts: tuple[str, ...] = ()
    viewers: int = VIEWERS
    state: str = field(default="", repr=False)

    def folder_of(self, programme: str) -> Path:
        """The data folder of a programme."""
        return self.folders.get(programme, self.data)

    @property
    def templates(self) -> Path:
        """The folder of the bureau's own templates of messages and letters, beside the configuration."""
        return (self.place if self.place.is_dir() else self.place.parent) / "templates"

    def places_of(self, programme: str) -> Places:
        """All sources of a programme. A folder that nobody named is optional where there are spreadsheets."""
        folder = self.folder_of(programme)
        # What was taken for worksheets of a name is taken for those of spreadsheets, too.
        taken: dict[str | int, Entry] = {
            name: entry for name, entry in (self.files or {}).items() if "*" in name and "#" in name
        }
        spreadsheets = tuple(
            replace(one, entries={**taken, **one.entries})
            for of, one in self.spreadsheets
            if of in (None, programme)
        )
        optional = bool(spreadsheets) and not folder.exists()
        return Places(None if optional else folder, self.files or {}, spreadsheets, self.key, self.deadline)


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
        return Config(
            (), data, (place / "warehouse").absolute(), data.is_dir(), {},
            files=_files(place / READINGS, ()), place=place.absolute(),
        )  # fmt: skip
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"讀不到設定檔「{file}」：{error.strerror}。請檢查讀取權限。") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"「{file}」不是正確的 TOML：{error}") from error
    try:
        return _config(file, raw)
    except _Wrong as error:
        raise ConfigError(f"「{file}」{error}") from None


def from_environment() -> Config:
    """The configuration of the served product, which learns its file or folder from the command that started it."""
    name = os.environ.get(VARIABLE)
    return load(Path(name) if name else None)


def seconds(text: str) -> float:
    """「90s」, 「15m」 or 「2h」 in seconds.

    Raises:
        ValueError: it is none of these.
    """
    match = re.fullmatch(r"([1-9]\d*)([smh])", text)
    if match is None:
        raise ValueError(text)
    return int(match[1]) * _UNITS[match[2]]


class _Wrong(Exception):
    """A key or value of the file; the message goes on from the file's name."""


def _config(file: Path, raw: Mapping[str, Any]) -> Config:
    _known(raw, KEYS, "")
    google = _section(raw, "google", ("key", "deadline"))
    server = _section(raw, "server", ("hosts", "viewers"))
    data = raw.get("data", "data")
    folders = data if isinstance(data, dict) else {}
    key = google.get("key", os.environ.get(KEY_VARIABLE))
    deadline = _deadline(google)
    days = _value(raw, "stale_after_days", STALE_AFTER_DAYS, _is_number, "須是 1 以上的天數")
    programmes = _value(raw, "programmes", [], _is_list, '須是清單，例如 programmes = ["keelung-111"]')
    return Config(
        programmes=tuple(programmes),
        data=_folder(file, "data", "data" if folders else data),
        warehouse=_folder(file, "warehouse", raw.get("warehouse", "warehouse")),
        configured=True,
        folders={name: _folder(file, f"data.{name}", folder) for name, folder in folders.items()},
        spreadsheets=_spreadsheets(raw),
        files=_files(
            file.with_name(READINGS), [_file(one, i) for i, one in enumerate(_tables(raw, "files"), 1)]
        ),
        key=_folder(file, "google.key", key) if key else None,
        deadline=deadline,
        stale_after_days=days,
        place=file.absolute(),
        hosts=_hosts(server),
        state=_value(raw, "state", "", _is_state, _STATE),
        viewers=_value(server, "viewers", VIEWERS, _is_number, "（server）須是 1 以上的人數"),
    )


def _deadline(google: Mapping[str, Any]) -> float:
    try:
        return seconds(str(google.get("deadline", f"{DEADLINE:.0f}s")))
    except ValueError:
        raise _Wrong('的 google.deadline 須是一段時間，例如 deadline = "5m"。') from None


def _hosts(server: Mapping[str, Any]) -> tuple[str, ...]:
    """The names in lower case, as a browser writes them: a Chinese one as IDNA, the usual ports left out."""
    hosts: list[str] = _value(
        server, "hosts", [], _is_list, '（server）須是清單，例如 hosts = ["kpi.example.gov.tw"]'
    )
    names = []
    for host in hosts:
        name = _ascii(host.strip()).lower()
        if not _HOST.fullmatch(name) or int(name.partition(":")[2] or 1) > 65535:
            raise _Wrong(
                f"的 server.hosts「{host}」不是主機名稱。請寫網址裡「//」與下一個「/」之間的部分，"
                "例如 kpi.example.gov.tw 或 10.0.0.5:8080；不能用 * 代表所有名稱。"
            )
        names.append(re.sub(r":(80|443)$", "", name))
    return tuple(names)


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _spreadsheets(raw: Mapping[str, Any]) -> tuple[tuple[str | None, Spreadsheet], ...]:
    spreadsheets: list[tuple[str | None, Spreadsheet]] = []
    for number, one in enumerate(_tables(raw, "spreadsheets"), 1):
        programme, spreadsheet = _spreadsheet(one, number)
        if any(
            other.id == spreadsheet.id and (of is None or programme in (of, None))
            for of, other in spreadsheets
        ):
            raise _Wrong(f"的 spreadsheets 第 {number} 個：這份試算表前面已經有了。請把兩節併成一節。")
        spreadsheets.append((programme, spreadsheet))
    return tuple(spreadsheets)


def _spreadsheet(raw: Mapping[str, Any], number: int) -> tuple[str | None, Spreadsheet]:
    """(the programme that it is for, or None for all; the spreadsheet)."""
    place = f"spreadsheets 第 {number} 個"
    _known(raw, ("link", "programme", "by_link", "worksheets"), f"{place}的 ")
    link = str(raw.get("link", ""))
    if (id := id_in(link)) is None:
        raise _Wrong(f"的 {place}：link「{link}」不是 Google 試算表的網址或代號。請從瀏覽器的網址列複製。")
    entries: dict[str | int, Entry] = {}
    for one in _tables(raw, "worksheets"):
        _known(one, ("title", "gid", "table", "rename", "constants"), f"{place}的 worksheets.")
        name = one.get("gid", one.get("title"))
        if type(name) is not (int if "gid" in one else str):
            raise _Wrong(f"的 {place}：每個 worksheets 須有 title（文字）或 gid（數字）。")
        entries[name] = _entry(one, place)
    gids = tuple(name for name in entries if isinstance(name, int)) or (gid_in(link),)
    programme = _value(
        raw, "programme", None, lambda v: v is None or isinstance(v, str), f"（{place}）須是計畫的代號"
    )
    by_link = _value(raw, "by_link", False, lambda v: isinstance(v, bool), "須是 true 或 false")
    return programme, Spreadsheet(id, gids, entries, by_link)


def _files(readings: Path, own: Sequence[tuple[str, Entry]]) -> dict[str, Entry]:
    """The entries of the files: what was adopted, and before that what the configuration says itself."""
    entries: dict[str, list[Entry]] = {}
    for name, entry in [*_adopted(readings), *own]:
        entries.setdefault(name, []).append(entry)
    return {name: merged(several) for name, several in entries.items()}


def _adopted(readings: Path) -> list[tuple[str, Entry]]:
    try:
        raw = tomllib.loads(readings.read_text(encoding="utf-8-sig"))
        _known(raw, ("files",), "")
        return [_file(one, i) for i, one in enumerate(_tables(raw, "files"), 1)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(f"讀不到「{readings}」：{error.strerror}。請檢查讀取權限。") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"「{readings}」不是正確的 TOML：{error}。請改正，或刪除這個檔案。") from error
    except _Wrong as error:
        raise ConfigError(f"「{readings}」{error}") from None


def _file(raw: Mapping[str, Any], number: int) -> tuple[str, Entry]:
    place = f"files 第 {number} 個"
    _known(raw, ("name", "table", "rename", "constants"), f"{place}的 ")
    if not isinstance(raw.get("name"), str):
        raise _Wrong(f'的 {place}：須有 name，例如 name = "表單回應.csv" 或 "彙整.xlsx#工作表1"。')
    return raw["name"], _entry(raw, place)


def _entry(raw: Mapping[str, Any], place: str) -> Entry:
    table = _value(
        raw, "table", None, lambda v: v is None or isinstance(v, str), f"（{place}）須是資料表的代號"
    )
    words = {
        key: _value(raw, key, {}, _is_words, f'（{place}）須是一組「"文字" = "文字"」')
        for key in ("rename", "constants")
    }
    return Entry(table, words["rename"], words["constants"])


def _known(raw: Mapping[str, Any], keys: tuple[str, ...], place: str) -> None:
    if unknown := [key for key in raw if key not in keys]:
        raise _Wrong(f"有不認得的鍵：{place}{'、'.join(unknown)}。可用的鍵：{'、'.join(keys)}。")


def _section(raw: Mapping[str, Any], key: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
    section: Mapping[str, Any] = _value(raw, key, {}, _is_table, f"須是一節 [{key}]")
    _known(section, keys, f"{key}.")
    return section


def _tables(raw: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    tables: list[Mapping[str, Any]] = _value(
        raw, key, [], lambda v: isinstance(v, list) and all(map(_is_table, v)), f"須是一節節 [[{key}]]"
    )
    return tables


def _value(raw: Mapping[str, Any], key: str, default: Any, fits: Callable[[Any], bool], must: str) -> Any:
    value = raw.get(key, default)
    if not fits(value):
        raise _Wrong(f"的 {key} {must}。")
    return value


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_number(value: Any) -> bool:
    return type(value) is int and value > 0


def _is_state(value: Any) -> bool:
    return isinstance(value, str) and (not value or value.startswith(STATES))


_STATE = '須是 PostgreSQL 的位址，例如 state = "postgresql://kpi:密碼@db.example.gov.tw/kpi"'


def _is_words(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(word, str) for word in value.values())


def _folder(file: Path, key: str, value: Any) -> Path:
    if not isinstance(value, str):
        raise _Wrong(f'的 {key} 須是路徑，例如 {key} = "{key}"。')
    return (file.parent / Path(value).expanduser()).absolute()


def with_folders(
    config: Config, programmes: tuple[str, ...], data: Path | None, warehouse: Path | None
) -> Config:
    """`config` with what the command line names instead; a data folder on the command line is the only source."""
    changed = replace(config, programmes=programmes or config.programmes)
    if warehouse is not None:
        changed = replace(changed, warehouse=warehouse.absolute())
    if data is not None:
        changed = replace(changed, data=data.absolute(), folders={}, spreadsheets=())
    return changed
