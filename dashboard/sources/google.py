"""Reading Google spreadsheets: the only home of gspread. Every request goes through `transport`.

With a service account gspread asks the Drive API for the file's version, then, only where that changed, the Sheets API
for the worksheets and, in one batch, for their formatted text. A sheet that anyone with the link may read needs no
account: it comes through its CSV export address.
"""

import csv
import functools
import io
import re
from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import google.auth.exceptions
import gspread
import requests
from google.oauth2.service_account import Credentials
from gspread.urls import DRIVE_FILES_API_V3_URL
from gspread.utils import absolute_range_name

from dashboard.definitions.places import Spreadsheet
from dashboard.sources.spreadsheets import (
    KeyFileError,
    Reading,
    SheetError,
    Worksheet,
    account_of,
    info_of,
    no_key,
)
from dashboard.sources.transport import (
    NOT_SHARED,
    ApiOff,
    NoSuchRange,
    Refused,
    Transport,
    granted,
    open_session,
)

SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets.readonly",
    "https://www.googleapis.com/auth/drive.metadata.readonly",
)


Wanted = Callable[[str, Sequence[tuple[int, str]]], Container[int]]


class Reader:
    """All the requests of one refresh, which share its deadline, the account's quota and one connection pool."""

    def __init__(self, key: Path | None, deadline: float) -> None:
        """`deadline` in seconds from now.

        Raises:
            KeyFileError: the file is no key.
        """
        self._account = account_of(key) if key is not None else None
        self._transport = Transport(deadline, self._account)
        self._plain = open_session()
        if key is not None:
            self._api = _client(key, self._transport)

    def read(self, spreadsheet: Spreadsheet, known_version: str | None, wanted: Wanted) -> Reading | None:
        """The spreadsheet's worksheets; None where its version is `known_version`, and nothing more was asked.

        The cells are read of those worksheets whose gids `wanted` gives, of the spreadsheet's title and its worksheets'
        (gid, title).

        Raises:
            SheetError: it cannot be read.
        """
        try:
            if self._account is None or spreadsheet.by_link:
                return self._exported(spreadsheet)
            version = self._version(spreadsheet.id)
            if version is not None and version == known_version:
                return None
            try:
                return self._listed(spreadsheet.id, version, wanted)
            except NoSuchRange:
                return self._listed(spreadsheet.id, version, wanted)
        except Refused as error:
            raise SheetError(str(error)) from None
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise SheetError("Google 的回應讀不懂。會在下次更新再試。") from error

    # With an account

    def _version(self, id: str) -> str | None:
        """Drive's version of the file, asked for before its cells: what changes meanwhile is read next time."""
        try:
            answer = self._api.request(
                "get", f"{DRIVE_FILES_API_V3_URL}/{id}",
                params={"fields": "version,modifiedTime", "supportsAllDrives": True},
            )  # fmt: skip
        except ApiOff:
            return None
        file = _json(answer)
        return str(file.get("version") or file.get("modifiedTime") or "") or None

    def _listed(self, id: str, version: str | None, wanted: Wanted) -> Reading:
        fields = "properties.title,sheets.properties(sheetId,title,sheetType,hidden)"
        spreadsheet = self._api.fetch_sheet_metadata(id, params={"fields": fields})
        title = str(spreadsheet["properties"]["title"])
        listed = [
            (int(one["properties"].get("sheetId", 0)), str(one["properties"]["title"]))
            for one in spreadsheet.get("sheets", [])
            if one["properties"].get("sheetType", "GRID") == "GRID"
        ]
        gids = wanted(title, listed)
        asked = [(gid, name) for gid, name in listed if gid in gids]
        cells: dict[int, tuple[list[str], ...]] = {}
        if asked:
            answer = self._api.values_batch_get(
                id, [absolute_range_name(name) for _, name in asked],
                params={"valueRenderOption": "FORMATTED_VALUE", "majorDimension": "ROWS"},
            )  # fmt: skip
            for (gid, _), value_range in zip(asked, answer["valueRanges"], strict=True):
                cells[gid] = tuple([str(cell) for cell in row] for row in value_range.get("values", ()))
        hidden = {
            int(one["properties"].get("sheetId", 0))
            for one in spreadsheet.get("sheets", [])
            if one["properties"].get("hidden")
        }
        worksheets = tuple(Worksheet(gid, name, cells.get(gid), gid in hidden) for gid, name in listed)
        return Reading(title, version, worksheets)

    # By link

    def _exported(self, spreadsheet: Spreadsheet) -> Reading:
        exported = [self._export(spreadsheet.id, gid) for gid in spreadsheet.gids]
        return Reading(exported[0][0], None, tuple(worksheet for _, worksheet in exported))

    def _export(self, id: str, gid: int) -> tuple[str, Worksheet]:
        address = f"https://docs.google.com/spreadsheets/d/{id}/export"
        answer = self._transport.send(self._plain, "get", address, params={"format": "csv", "gid": gid})
        if "csv" not in answer.headers.get("Content-Type", ""):
            raise Refused(NOT_SHARED)
        title, name = _titles(answer.headers.get("Content-Disposition", ""), gid)
        text = answer.content.decode("utf-8-sig", errors="replace")
        return title, Worksheet(gid, name, tuple(csv.reader(io.StringIO(text, newline=""))))


def _client(key: Path, transport: Transport) -> gspread.HTTPClient:
    """The client of gspread, whose requests go through `transport` and bear a token.

    Not google-auth's own session: that asks a further host about the account, from a thread of its own.
    """
    credentials = _credentials(key, key.stat().st_mtime_ns)
    session = open_session()

    def ask_token(url: str, method: str, body: bytes, headers: Mapping[str, str], **_: Any) -> Any:
        # google-auth sees a good answer or none: its own tries would multiply ours.
        answer = granted(transport.ask(session, method, url, {"data": body, "headers": headers}))
        return SimpleNamespace(status=answer.status_code, headers=answer.headers, data=answer.content)

    def token(*, fresh: bool) -> str:
        if fresh or not credentials.valid:
            credentials.refresh(ask_token)  # type: ignore[no-untyped-call]
        return str(credentials.token)

    class Bounded(gspread.HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **options: Any) -> requests.Response:
            return transport.send(self.session, method, endpoint, token=token, **options)

    return Bounded(auth=credentials, session=session)


@functools.lru_cache(maxsize=8)
def _credentials(key: Path, changed: int) -> Credentials:
    """The account's credentials. A token holds for an hour: a watch need not ask for one at every turn."""
    try:
        credentials: Credentials = Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            info_of(key), scopes=SCOPES
        )
    except (ValueError, google.auth.exceptions.GoogleAuthError):
        raise KeyFileError(no_key(key)) from None
    return credentials


def _titles(disposition: str, gid: int) -> tuple[str, str]:
    """The titles of the spreadsheet and the worksheet, from the name of an export: 「試算表 - 工作表.csv」."""
    match = re.search(r"filename\*=UTF-8''([^;]+)", disposition)
    name = unquote(match[1]) if match else ""
    title, _, worksheet = name.removesuffix(".csv").rpartition(" - ")
    return title or worksheet or "試算表", worksheet or f"gid {gid}"


def _json(answer: requests.Response) -> Mapping[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        raise Refused("Google 的回應讀不懂。", passes=True) from None
    return content if isinstance(content, dict) else {}
