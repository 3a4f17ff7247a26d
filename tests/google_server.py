"""Google on 127.0.0.1: what the product asks of its token, Drive, Sheets and export services, and their faults."""

from __future__ import annotations

import functools
import itertools
import json
import re
import secrets
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from itertools import repeat
from pathlib import Path
from socketserver import TCPServer
from typing import Any, Literal
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt

EMAIL = "kpi-reader@demo.iam.gserviceaccount.com"
PROJECT = "123456789012"

Kind = Literal["token", "drive", "metadata", "values", "export", "redirected", "login", "other"]
What = Literal[
    "401", "403", "403-api", "404", "429", "500", "503",
    "cut", "cut-chunked", "hang", "drip", "huge", "html", "redirect", "renamed",
]  # fmt: skip
Mask = dict[str, "Mask"]


@dataclass
class Worksheet:
    """A worksheet: its cells as people see them, in rows that may be ragged.

    `size` is the grid's rows and columns (None: 1000 by 26, or what is filled); a `sheet_type` of OBJECT is a chart
    on a sheet of its own, which has no cells.
    """

    gid: int
    title: str
    rows: list[list[str]] = field(default_factory=list)
    hidden: bool = False
    sheet_type: Literal["GRID", "OBJECT"] = "GRID"
    size: tuple[int, int] | None = None

    @property
    def grid(self) -> tuple[int, int]:
        """How many rows and columns the grid has."""
        return self.size or (max(1000, len(self.rows)), max(26, *map(len, self.rows), 0))


@dataclass
class Spreadsheet:
    """A spreadsheet, shared with the service account (`shared`) or with all who have the link (`by_link`)."""

    id: str
    title: str
    worksheets: list[Worksheet] = field(default_factory=list)
    version: int = 1
    modified: datetime = field(default_factory=lambda: datetime.now(UTC))
    by_link: bool = False
    shared: bool = True

    def touch(self) -> None:
        """Someone has edited it."""
        self.version += 1
        self.modified = datetime.now(UTC)

    def named(self, title: str) -> Worksheet | None:
        return next((sheet for sheet in self.worksheets if sheet.title == title), None)


@dataclass(frozen=True)
class Request:
    """A request as it came in."""

    method: str
    path: str  # without the query, percent signs undone
    kind: Kind
    query: dict[str, list[str]]
    authorization: str
    at: float  # time.monotonic()
    spreadsheet: str = ""  # the id in the path


@dataclass
class Fault:
    """What goes wrong with the next `times` requests of a kind (None: of any kind, the token's too)."""

    kind: Kind | None
    what: What
    times: float = 1  # math.inf: every one
    retry_after: float | str | None = None  # of any error status: seconds, or an HTTP date
    seconds: float | None = None  # of "hang": how long until the answer comes; None: none comes
    to: str = "https://elsewhere.invalid/"  # of "redirect"
    title: str | None = None  # of "renamed": the new title of the first worksheet asked for


@dataclass(frozen=True)
class Answer:
    """A response before it is sent."""

    status: int
    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)


class _Refused(Exception):
    """The request is answered by an error."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


@dataclass(frozen=True)
class _Error:
    """An error in the words of both services: Sheets gives a status and details, Drive a list of errors."""

    code: int
    status: str
    message: str
    reason: str = ""  # of the ErrorInfo in `details`
    drive_message: str = ""  # where Drive's own differs
    drive_reason: str = ""
    everywhere: bool = False  # raised before the service is reached: Drive's has a status and details as well


_ACTIVATE = f"https://console.developers.google.com/apis/api/{{service}}/overview?project={PROJECT}"
_EXPECTED = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
    "See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
_ERRORS = {
    "400": _Error(400, "INVALID_ARGUMENT", "{message}", drive_reason="invalidParameter"),
    "401": _Error(
        401, "UNAUTHENTICATED", "Request had invalid authentication credentials. " + _EXPECTED,
        "ACCESS_TOKEN_EXPIRED", drive_reason="authError", everywhere=True,
    ),
    "401-none": _Error(
        401, "UNAUTHENTICATED", "Request is missing required authentication credential. " + _EXPECTED,
        "CREDENTIALS_MISSING", drive_reason="required", everywhere=True,
    ),
    "403": _Error(
        403, "PERMISSION_DENIED", "The caller does not have permission",
        drive_message="The user does not have sufficient permissions for file {id}.",
        drive_reason="insufficientFilePermissions",
    ),
    "403-api": _Error(
        403, "PERMISSION_DENIED",
        f"{{name}} has not been used in project {PROJECT} before or it is disabled. Enable it by visiting "
        f"{_ACTIVATE} then retry. If you enabled this API recently, wait a few minutes for the action to propagate "
        "to our systems and retry.",
        "SERVICE_DISABLED", drive_reason="accessNotConfigured", everywhere=True,
    ),
    "403-scope": _Error(
        403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT", drive_reason="insufficientPermissions", everywhere=True,
    ),
    "404": _Error(
        404, "NOT_FOUND", "Requested entity was not found.",
        drive_message="File not found: {id}.", drive_reason="notFound",
    ),
    "429": _Error(
        429, "RESOURCE_EXHAUSTED",
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service "
        f"'{{service}}' for consumer 'project_number:{PROJECT}'.",
        "RATE_LIMIT_EXCEEDED", drive_message="Rate Limit Exceeded", drive_reason="rateLimitExceeded",
    ),
    "500": _Error(
        500, "INTERNAL", "Internal error encountered.", drive_message="Internal Error", drive_reason="internalError"
    ),
    "503": _Error(
        503, "UNAVAILABLE", "The service is currently unavailable.",
        drive_message="Backend Error", drive_reason="backendError",
    ),
}  # fmt: skip
_AUDIENCE = "https://oauth2.googleapis.com/token"  # what google-auth writes, whatever the token_uri
_TOKEN_ERRORS = {400: "invalid_grant", 401: "invalid_client", 403: "access_denied", 404: "not_found"}

_ROUTES: list[tuple[Kind, str, re.Pattern[str]]] = [
    ("token", "POST", re.compile(r"/token()")),
    ("drive", "GET", re.compile(r"/drive/v3/files/([^/]+)")),
    ("metadata", "GET", re.compile(r"/v4/spreadsheets/([^/:]+)")),
    ("values", "GET", re.compile(r"/v4/spreadsheets/([^/:]+)/values:batchGet")),
    ("export", "GET", re.compile(r"/spreadsheets/d/([^/]+)/export")),
    ("redirected", "GET", re.compile(r"/export/[^/]+/([^/]+)")),
    ("login", "GET", re.compile(r"/ServiceLogin()")),
]
_SCOPES = {
    "drive": ("drive", "drive.readonly", "drive.metadata.readonly"),
    "metadata": ("spreadsheets", "spreadsheets.readonly", "drive", "drive.readonly"),
}
_SCOPES["values"] = _SCOPES["metadata"]

_CELL = re.compile(r"([A-Za-z]{0,3})(\d*)")
_HOST = re.compile(r"https://(?:[^/]+\.)?(?:google|googleapis|googleusercontent)\.com(?=/|$)")


class Server:
    """Google, from `with Server(...) as google` until the end of the block."""

    def __init__(self, *spreadsheets: Spreadsheet) -> None:
        self.spreadsheets = {spreadsheet.id: spreadsheet for spreadsheet in spreadsheets}
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.expires_in = 3599
        self.closing = threading.Event()
        self._tokens: dict[str, set[str]] = {}
        self._lock = threading.Lock()
        self._listener = _Listener(self)
        self.url = f"http://127.0.0.1:{self._listener.server_address[1]}"

    def __enter__(self) -> Server:
        self._loop = threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True)
        self._loop.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.closing.set()
        self._listener.shutdown()
        self._loop.join()
        self._listener.server_close()

    def local(self, url: str) -> str:
        """A Google address, here."""
        return _HOST.sub(self.url, url, count=1)

    def key_file(self, path: Path) -> Path:
        """Writes a service account's key, which only its owner may read, whose tokens come from here."""
        path.touch(mode=0o600)
        path.chmod(0o600)
        key = {
            "type": "service_account",
            "project_id": "demo",
            "private_key_id": "1" * 40,
            "private_key": _key_pair()[0],
            "client_email": EMAIL,
            "client_id": "1" * 21,
            "token_uri": f"{self.url}/token",
            "universe_domain": "googleapis.com",
        }
        path.write_text(json.dumps(key, indent=2), encoding="utf-8")
        return path

    def expire_tokens(self) -> None:
        """No token given out so far is good any longer."""
        self._tokens.clear()

    def count(self, *kinds: Kind) -> int:
        """How many requests came in, of these kinds or of all."""
        with self._lock:
            return sum(not kinds or request.kind in kinds for request in self.requests)

    def received(self, method: str, target: str, authorization: str) -> tuple[Request, Fault | None]:
        """Notes a request, and finds the fault that is to happen to it."""
        parts = urlsplit(target)
        kind: Kind = "other"
        found = None
        for name, verb, pattern in _ROUTES:
            if verb == method and (match := pattern.fullmatch(parts.path)):
                kind, found = name, unquote(match[1])
        query = parse_qs(parts.query, keep_blank_values=True)
        path = unquote(parts.path)
        request = Request(method, path, kind, query, authorization, time.monotonic(), found or "")
        with self._lock:
            self.requests.append(request)
            fault = next((fault for fault in self.faults if fault.kind in (None, kind)), None)
            if fault:
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
        return request, fault

    def answer(self, request: Request, body: bytes, fault: Fault | None) -> Answer:
        """The response to a request, or the one that a fault puts in its place."""
        if fault and fault.what in _ERRORS:
            return _error(request, fault.what, retry_after=fault.retry_after)
        if fault and fault.what == "html":
            return _page(200, "Sign in - Google Accounts")
        if fault and fault.what == "redirect":
            return _redirect(302, fault.to)
        if fault and fault.what == "renamed":
            self._rename(request, fault)
        try:
            return self._answer(request, body)
        except _Refused as refused:
            return refused.answer

    def _answer(self, request: Request, body: bytes) -> Answer:
        match request.kind:
            case "token":
                return self._token(request, body)
            case "drive":
                return _drive(request, self._readable(request))
            case "metadata":
                return _metadata(request, self._readable(request))
            case "values":
                return _values(request, self._readable(request))
            case "export":
                return self._export(request)
            case "redirected":
                return _csv(request, self.spreadsheets.get(request.spreadsheet))
            case "login":
                return _page(200, "Sign in - Google Accounts")
        return _page(501, f"not imitated here: {request.method} {request.path}")

    def _token(self, request: Request, body: bytes) -> Answer:
        form = parse_qs(body.decode())
        if form.get("grant_type") != ["urn:ietf:params:oauth:grant-type:jwt-bearer"]:
            raise _Refused(_json({"error": "unsupported_grant_type", "error_description": ""}, 400))
        try:
            claims = jwt.decode(form["assertion"][0], certs=_key_pair()[1], audience=_AUDIENCE)
        except (KeyError, ValueError):
            raise _Refused(_error(request, "400", "Invalid JWT Signature.")) from None
        if claims["iss"] != EMAIL:
            raise _Refused(_error(request, "400", "Invalid grant: account not found"))
        token = f"ya29.{secrets.token_urlsafe(24)}"
        self._tokens[token] = {scope.rpartition("/")[2] for scope in claims.get("scope", "").split()}
        return _json({"access_token": token, "expires_in": self.expires_in, "token_type": "Bearer"})

    def _readable(self, request: Request) -> Spreadsheet:
        """The spreadsheet that a request with a good token may read."""
        scheme, _, token = request.authorization.partition(" ")
        if not token:
            raise _Refused(_error(request, "401-none"))
        scopes = self._tokens.get(token)
        if scheme.lower() != "bearer" or scopes is None:
            raise _Refused(_error(request, "401"))
        if scopes.isdisjoint(_SCOPES[request.kind]):
            raise _Refused(_error(request, "403-scope"))
        found = self.spreadsheets.get(request.spreadsheet)
        if found is None:
            raise _Refused(_error(request, "404"))
        if not (found.shared or found.by_link):
            raise _Refused(_error(request, "404" if request.kind == "drive" else "403"))
        return found

    def _export(self, request: Request) -> Answer:
        found = self.spreadsheets.get(request.spreadsheet)
        if found is None:
            raise _Refused(_error(request, "404"))
        query = urlencode(request.query, doseq=True)
        if not found.by_link:
            return _redirect(
                302, f"{self.url}/ServiceLogin?{urlencode({'continue': f'{request.path}?{query}'})}"
            )
        _exported(request, found)
        return _redirect(307, f"{self.url}/export/{secrets.token_hex(8)}/{quote(found.id)}?{query}")

    def _rename(self, request: Request, fault: Fault) -> None:
        """Someone renames the first worksheet asked for, just before it is read."""
        found = self.spreadsheets.get(request.spreadsheet)
        for text in request.query.get("ranges", []):
            title, _ = _split(text)
            if found and title is not None and (sheet := found.named(title)):
                sheet.title = fault.title or f"{sheet.title} 的副本"
                found.touch()
                return


def _drive(request: Request, found: Spreadsheet) -> Answer:
    modified = found.modified.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    whole = {
        "kind": "drive#file",
        "id": found.id,
        "name": found.title,
        "mimeType": "application/vnd.google-apps.spreadsheet",
        "version": str(found.version),
        "createdTime": "2024-08-01T00:00:00.000Z",
        "modifiedTime": modified,
        "trashed": False,
    }
    mask = "".join(request.query.get("fields", ["kind,id,name,mimeType"])).replace(" ", "")
    return _json(_masked(request, whole, _mask(mask), {name: {} for name in whole}))


def _metadata(request: Request, found: Spreadsheet) -> Answer:
    if request.query.get("includeGridData", ["false"])[0].lower() == "true":
        return _page(501, "not imitated here: includeGridData")
    whole = {
        "spreadsheetId": found.id,
        "properties": {
            "title": found.title,
            "locale": "zh_TW",
            "autoRecalc": "ON_CHANGE",
            "timeZone": "Asia/Taipei",
        },
        "sheets": [{"properties": _properties(sheet, index)} for index, sheet in enumerate(found.worksheets)],
        "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{found.id}/edit",
    }
    return _json(_masked(request, whole, _mask(request.query.get("fields", ["*"])[0]), _METADATA))


def _properties(sheet: Worksheet, index: int) -> dict[str, Any]:
    """A worksheet's properties: like all of Google's JSON, without what is false."""
    about: dict[str, Any] = {
        "sheetId": sheet.gid,
        "title": sheet.title,
        "index": index,
        "sheetType": sheet.sheet_type,
    }
    if sheet.sheet_type == "GRID":
        rows, columns = sheet.grid
        about["gridProperties"] = {"rowCount": rows, "columnCount": columns}
    return about | ({"hidden": True} if sheet.hidden else {})


def _values(request: Request, found: Spreadsheet) -> Answer:
    for name, only in (("majorDimension", "ROWS"), ("valueRenderOption", "FORMATTED_VALUE")):
        if request.query.get(name, [only]) != [only]:
            return _page(501, f"not imitated here: {name} other than {only}")
    ranges = [_value_range(request, found, text) for text in request.query.get("ranges", [])]
    return _json({"spreadsheetId": found.id, "valueRanges": ranges})


def _value_range(request: Request, found: Spreadsheet, text: str) -> dict[str, Any]:
    title, cells = _split(text)
    sheet = found.worksheets[0] if title is None else found.named(title)
    bounds = _bounds(cells)
    if sheet is None or sheet.sheet_type != "GRID" or bounds is None:
        raise _Refused(_error(request, "400", f"Unable to parse range: {text}"))
    top, left, bottom, right = bounds
    rows, columns = sheet.grid
    name = sheet.title if re.fullmatch(r"[A-Za-z_]\w*", sheet.title, re.ASCII) else _quoted(sheet.title)
    if top >= rows or left >= columns:
        limits = f"Max rows: {rows}, max columns: {columns}"
        raise _Refused(_error(request, "400", f"Range ({name}!{cells}) exceeds grid limits. {limits}"))
    bottom, right = min(bottom or rows, rows), min(right or columns, columns)
    shown = f"{name}!{_letters(left)}{top + 1}:{_letters(right - 1)}{bottom}"
    answer: dict[str, Any] = {"range": shown, "majorDimension": "ROWS"}
    if values := _filled([row[left:right] for row in sheet.rows[top:bottom]]):
        answer["values"] = values
    return answer


def _split(text: str) -> tuple[str | None, str]:
    """A range's worksheet (None: the first) and cells ("": all); a bare A1 is a cell, even if a worksheet has that name."""
    if quoted := re.fullmatch(r"'((?:[^']|'')+)'(?:!(.+))?", text, re.DOTALL):
        return quoted[1].replace("''", "'"), quoted[2] or ""
    if "!" in text:
        title, _, cells = text.rpartition("!")
        return title, cells
    return (None, text) if _bounds(text) and text else (text, "")


def _bounds(cells: str) -> tuple[int, int, int, int] | None:
    """The first row and column, and those after the last (0: the grid's end); None if these are no cells."""
    if not cells:
        return 0, 0, 0, 0
    ends = [_CELL.fullmatch(end) for end in cells.split(":")]
    first, last = ends[0], ends[-1]
    if len(ends) > 2 or not first or not last or not first[0] or not last[0]:
        return None
    if len(ends) == 1 and not (first[1] and first[2]):
        return None
    top, bottom = int(first[2] or 1) - 1, int(last[2] or 0)
    left, right = max(_number(first[1]) - 1, 0), _number(last[1])
    return (top, left, bottom, right) if top >= 0 and last[2] != "0" else None


def _number(letters: str) -> int:
    """A column's number, counted from 1."""
    return functools.reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters.upper(), 0)


def _letters(column: int) -> str:
    """A column's letters, counted from 0."""
    return (_letters(column // 26 - 1) if column >= 26 else "") + chr(65 + column % 26)


def _quoted(title: str) -> str:
    return "'" + title.replace("'", "''") + "'"


def _filled(rows: list[list[str]]) -> list[list[str]]:
    """Rows without the empty cells at their ends, and without the empty rows at the end."""
    kept = []
    for row in rows:
        width = len(row)
        while width and row[width - 1] == "":
            width -= 1
        kept.append(row[:width])
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _exported(request: Request, found: Spreadsheet) -> Worksheet:
    """The worksheet that an export asks for."""
    if request.query.get("format") != ["csv"]:
        raise _Refused(_page(501, "not imitated here: a format other than csv"))
    gid = request.query.get("gid", [str(found.worksheets[0].gid)])[0]
    sheet = next((sheet for sheet in found.worksheets if str(sheet.gid) == gid), None)
    if sheet is None:
        raise _Refused(_error(request, "400", "Sorry, unable to open the file at this time."))
    return sheet


def _csv(request: Request, found: Spreadsheet | None) -> Answer:
    if found is None:
        return _error(request, "404")
    sheet = _exported(request, found)
    rows = _filled(sheet.rows)
    width = max(map(len, rows), default=0)
    lines = (",".join(map(_csv_cell, [*row, *[""] * (width - len(row))])) for row in rows)
    name = f"{found.title} - {sheet.title}.csv"
    plain = re.sub(r"[^\w.-]", "", name, flags=re.ASCII)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Answer(200, "\r\n".join(lines).encode(), "text/csv", {"Content-Disposition": disposition})


def _csv_cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if re.search(r'[",\r\n]', text) else text


def _mask(text: str) -> Mask:
    """A `fields` parameter, such as `properties.title,sheets(properties(sheetId,title))`, as a tree."""
    root: Mask = {}
    here, outer = root, [root]
    for token in re.findall(r"[(),./]|[^(),./]+", text):
        match token:
            case "(":
                outer.append(here)
            case ")":
                here = outer.pop()
            case ",":
                here = outer[-1]
            case "." | "/":
                pass
            case _:
                here = here.setdefault(token, {})
    return root


_METADATA = _mask(
    "spreadsheetId,spreadsheetUrl,namedRanges,properties(title,locale,autoRecalc,timeZone),sheets(protectedRanges,"
    "properties(sheetId,title,index,sheetType,hidden,gridProperties(rowCount,columnCount,frozenRowCount)))"
)


def _masked(request: Request, value: Any, mask: Mask, known: Mask) -> Any:
    """What a mask leaves of a value; a field that Google does not know is refused, as Google does."""
    if not mask or "*" in mask:
        return value
    if isinstance(value, list):
        return [_masked(request, one, mask, known) for one in value]
    for name in mask.keys() - known.keys():
        words = (
            f"Invalid field selection {name}"
            if request.kind == "drive"
            else "Request contains an invalid argument."
        )
        raise _Refused(_error(request, "400", words))
    return {
        name: _masked(request, value[name], inner, known[name])
        for name, inner in mask.items()
        if name in value
    }


def _error(request: Request, what: str, message: str = "", retry_after: float | str | None = None) -> Answer:
    """An error as the service of this request words it."""
    error = _ERRORS[what]
    service, name = "sheets.googleapis.com", "Google Sheets API"
    if request.kind == "drive":
        service, name = "drive.googleapis.com", "Google Drive API"
    said = {"message": message, "id": request.spreadsheet, "service": service, "name": name}
    words = error.message.format(**said)
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if request.kind == "token":
        short = _TOKEN_ERRORS.get(error.code, "temporarily_unavailable")
        return _json({"error": short, "error_description": words}, error.code, headers)
    if request.kind not in ("drive", "metadata", "values"):
        return _page(error.code, message or HTTPStatus(error.code).phrase, headers)
    if error.code == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    drives = (error.drive_message or error.message).format(**said)
    inside: dict[str, Any] = {"code": error.code, "message": drives if request.kind == "drive" else words}
    if request.kind == "drive":
        domain = "usageLimits" if error.code == 429 or what == "403-api" else "global"
        inside["errors"] = [{"message": drives, "domain": domain, "reason": error.drive_reason}]
    if request.kind != "drive" or error.everywhere:
        inside["status"] = error.status
        if error.reason:
            inside["details"] = [_info(error.reason, service)]
    return _json({"error": inside}, error.code, headers)


def _info(reason: str, service: str) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": service, "consumer": f"projects/{PROJECT}"},
    }


def _json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(status, body, "application/json; charset=UTF-8", headers or {})


def _page(status: int, title: str, headers: dict[str, str] | None = None) -> Answer:
    body = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Answer(status, body.encode(), "text/html; charset=utf-8", headers or {})


def _redirect(status: int, to: str) -> Answer:
    return _page(status, "Moved", {"Location": to})


@functools.cache
def _key_pair() -> tuple[str, str]:
    """The service account's private and public key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


class _Listener(TCPServer):
    """A thread for every connection; closing it ends them all."""

    request_queue_size = 64

    def __init__(self, google: Server) -> None:
        self.google = google
        self._open: dict[threading.Thread, socket.socket] = {}
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(target=self._serve, args=(request, client_address), daemon=True)
        self._open = {known: opened for known, opened in self._open.items() if known.is_alive()}
        self._open[thread] = request
        thread.start()

    def _serve(self, request: Any, client_address: Any) -> None:
        try:
            with suppress(ConnectionError):
                self.finish_request(request, client_address)
        finally:
            self.shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for opened in self._open.values():
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
        for thread in self._open:
            thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, and sends its answer as the fault would have it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def do_GET(self) -> None:
        google = self.server.google
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request, fault = google.received(self.command, self.path, self.headers.get("Authorization", ""))
        what = fault.what if fault else ""
        if fault and what == "hang" and google.closing.wait(fault.seconds):
            self.close_connection = True
            return
        answer = google.answer(request, body, fault)
        if what in ("cut", "cut-chunked", "drip", "huge"):
            self._send_badly(answer, what)
        else:
            self._send(answer, [answer.body], {"Content-Length": str(len(answer.body))})

    do_POST = do_GET
    do_PUT = do_GET
    do_DELETE = do_GET

    def _send_badly(self, answer: Answer, what: str) -> None:
        length = {"Content-Length": str(len(answer.body))}
        match what:
            case "cut":
                self._send(answer, [answer.body[: len(answer.body) // 2]], length)
            case "cut-chunked":
                half = _chunk(answer.body[: len(answer.body) // 2 + 1])
                self._send(answer, [half], {"Transfer-Encoding": "chunked"})
            case "drip":
                self._send(answer, self._drops(answer.body), {"Content-Length": "1000000000"})
            case "huge":
                self._send(answer, _endless(answer.body or b"0"), {"Transfer-Encoding": "chunked"})
        self.close_connection = True

    def _drops(self, body: bytes) -> Iterator[bytes]:
        """A byte now and then, and blanks once the body is out: it never ends."""
        for place in itertools.count():
            yield body[place : place + 1] or b" "
            if self.server.google.closing.wait(0.05):
                return

    def _send(self, answer: Answer, pieces: Iterable[bytes], more: dict[str, str]) -> None:
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.content_type, **answer.headers, **more}.items():
            self.send_header(name, value)
        self.end_headers()
        for piece in pieces:
            if self.server.google.closing.is_set():
                return
            self.wfile.write(piece)

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _endless(body: bytes) -> Iterator[bytes]:
    """A body again and again: a gigabyte of it, lest a reader without a limit take the machine down."""
    piece = _chunk(body * (1 + 65536 // len(body)))
    return repeat(piece, 2**30 // len(piece))
