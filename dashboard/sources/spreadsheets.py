"""A spreadsheet as it was read, and the key file of the account that reads it.

Apart from the reading itself, whose libraries take a third of a second to import: most commands read no spreadsheet.
"""

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dashboard.errors import OperatorError

HOSTS = frozenset({"sheets.googleapis.com", "www.googleapis.com", "oauth2.googleapis.com", "docs.google.com"})


class SheetError(Exception):
    """A spreadsheet cannot be read now; the message says why and what to do, in Chinese."""


class KeyFileError(OperatorError):
    """The service account's key file cannot be used; the message never holds a part of it."""


@dataclass(frozen=True)
class Worksheet:
    """One worksheet. `rows` are its cells as text from the first row on, or None where they were not asked for."""

    gid: int
    title: str
    rows: tuple[list[str], ...] | None
    hidden: bool = False


@dataclass(frozen=True)
class Reading:
    """A spreadsheet as it was read; `version` is Drive's, None where that is not known."""

    title: str
    version: str | None
    worksheets: tuple[Worksheet, ...]


def account_of(key: Path) -> str:
    """The address of the service account: whom a spreadsheet must be shared with.

    Raises:
        KeyFileError: the file is no key.
    """
    return str(info_of(key)["client_email"])


def key_warning(key: Path) -> str | None:
    """A sentence where others on this machine could read the key file."""
    try:
        mode = key.stat().st_mode
    except OSError:
        return None
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        return f"金鑰檔「{key}」其他人也讀得到。請執行：chmod 600 '{key}'"
    return None


def info_of(key: Path) -> Mapping[str, Any]:
    """What the key file holds.

    Raises:
        KeyFileError: the file is no key.
    """
    try:
        content = json.loads(key.read_text(encoding="utf-8"))
    except OSError as error:
        raise KeyFileError(
            f"讀不到服務帳戶的金鑰檔「{key}」：{error.strerror}。請檢查 kpi.toml 的路徑與權限。"
        ) from None
    except ValueError:
        raise KeyFileError(no_key(key)) from None
    if (
        not isinstance(content, dict)
        or content.get("type") != "service_account"
        or "client_email" not in content
    ):
        raise KeyFileError(no_key(key))
    login = urlsplit(str(content.get("token_uri", "")))
    if login.scheme != "https" or login.hostname not in HOSTS:
        raise KeyFileError(f"金鑰檔「{key}」的 token_uri 不是 Google 的網址，不使用。請重新下載金鑰。")
    return content


def no_key(key: Path) -> str:
    """The sentence for a file that is none."""
    return f"「{key}」不是服務帳戶的 JSON 金鑰。請在 Google Cloud 的「服務帳戶」頁新增 JSON 金鑰後放到這裡。"
