"""The Google of the tests is like Google, as gspread and requests see it."""

import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gspread
import pytest
import requests
from google.auth.exceptions import RefreshError
from google.oauth2 import service_account

from tests.google_server import EMAIL, Fault, Server, Spreadsheet, What, Worksheet
from tests.running import PATIENCE

RECORDS = "'研習紀錄'"
DRIVE = "https://www.googleapis.com/drive/v3/files/book?fields=id,name,version,modifiedTime&supportsAllDrives=true"
BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


class Credentials(service_account.Credentials):
    """A service account that asks no host but its token_uri."""

    def _maybe_start_regional_access_boundary_refresh(self, request: object, url: str) -> None:
        """Google's own would be asked in a thread."""


def book() -> Spreadsheet:
    return Spreadsheet(
        "book",
        "114 學年",
        [
            Worksheet(
                0,
                "研習紀錄",
                [["姓名", "時數", ""], ["王小明", "", "是", ""], [], ["李,華", "3", '說"好"'], ["", ""]],
            ),
            Worksheet(7, "It's empty", [["", ""], []]),
            Worksheet(8, "Q1", [["a", "b", "c"]], hidden=True, size=(20, 3)),
            Worksheet(9, "圖表", sheet_type="OBJECT"),
        ],
        version=41,
    )


@pytest.fixture
def google() -> Iterator[Server]:
    with Server(book()) as server:
        yield server


@pytest.fixture
def client(google: Server, tmp_path: Path) -> gspread.Client:
    return connected(google, tmp_path)


def connected(
    google: Server, folder: Path, scopes: list[str] = gspread.auth.READONLY_SCOPES
) -> gspread.Client:
    """gspread as it is, but for the host it asks."""

    class Local(gspread.HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **options: Any) -> requests.Response:
            return super().request(method, google.local(endpoint), *args, **options)

    key = google.key_file(folder / "key.json")
    client = gspread.Client(Credentials.from_service_account_file(key, scopes=scopes), http_client=Local)
    client.set_timeout(0.5)
    return client


def values(client: gspread.Client, *ranges: str) -> list[dict[str, Any]]:
    return client.http_client.values_batch_get("book", list(ranges))["valueRanges"]


def refused(client: gspread.Client, *ranges: str) -> dict[str, Any]:
    with pytest.raises(gspread.exceptions.APIError) as raised:
        values(client, *ranges)
    return dict(raised.value.error)


def test_a_spreadsheet_opens_with_its_worksheets(google: Server, client: gspread.Client, tmp_path: Path):
    opened = client.open_by_key("book")
    assert opened.title == "114 學年"
    assert [(w.id, w.title, w.isSheetHidden) for w in opened.worksheets()[:3]] == [
        (0, "研習紀錄", False), (7, "It's empty", False), (8, "Q1", True),
    ]  # fmt: skip
    assert [request.kind for request in google.requests] == ["token", "metadata", "metadata"]
    assert (tmp_path / "key.json").stat().st_mode & 0o777 == 0o600
    masked = client.http_client.spreadsheets_get("book", {"fields": "sheets.properties(title,hidden)"})
    assert masked["sheets"][1:3] == [
        {"properties": {"title": "It's empty"}}, {"properties": {"title": "Q1", "hidden": True}},
    ]  # fmt: skip
    with pytest.raises(gspread.exceptions.APIError):
        client.http_client.spreadsheets_get("book", {"fields": "properties, sheets.titel"})


def test_values_come_without_what_is_empty_at_the_end(client: gspread.Client):
    ranges = [RECORDS, f"{RECORDS}!1:2", f"{RECORDS}!B2:C", "'It''s empty'", "'Q1'!1:50", "Q1"]
    whole, head, part, empty, small, cell = values(client, *ranges)
    assert whole["range"] == f"{RECORDS}!A1:Z1000"
    assert whole["values"] == [["姓名", "時數"], ["王小明", "", "是"], [], ["李,華", "3", '說"好"']]
    assert head["values"] == whole["values"][:2]
    assert part["values"] == [["", "是"], [], ["3", '說"好"']]
    assert empty == {"range": "'It''s empty'!A1:Z1000", "majorDimension": "ROWS"}
    assert (small["range"], small["values"]) == ("Q1!A1:C20", [["a", "b", "c"]])
    assert "values" not in cell  # a bare Q1 is a cell of the first worksheet


@pytest.mark.parametrize("asked", ["'沒有'", "'沒有'!1:50", f"{RECORDS}!A1:[5", f"{RECORDS}!A0", "'圖表'"])
def test_a_range_that_is_not_there_is_refused(client: gspread.Client, asked: str):
    assert refused(client, RECORDS, asked) == {
        "code": 400, "message": f"Unable to parse range: {asked}", "status": "INVALID_ARGUMENT",
    }  # fmt: skip


def test_a_range_beyond_the_grid_is_refused(client: gspread.Client):
    assert refused(client, "'Q1'!21:30")["message"] == (
        "Range (Q1!21:30) exceeds grid limits. Max rows: 20, max columns: 3"
    )


def test_a_long_worksheet_comes_whole(google: Server, client: gspread.Client):
    client.set_timeout(10)
    google.spreadsheets["book"].worksheets[0].rows = [[str(i), "王小明", "3"] for i in range(60_000)]
    (long,) = values(client, RECORDS)
    assert long["range"] == f"{RECORDS}!A1:Z60000"
    assert (len(long["values"]), long["values"][-1]) == (60_000, ["59999", "王小明", "3"])


def test_drive_tells_the_version(google: Server, client: gspread.Client):
    before = client.http_client.request("get", DRIVE).json()
    assert (before["id"], before["name"], before["version"]) == ("book", "114 學年", "41")
    google.spreadsheets["book"].touch()
    after = client.http_client.request("get", DRIVE).json()
    assert (after["version"], after["modifiedTime"] >= before["modifiedTime"]) == ("42", True)
    assert client.get_file_drive_metadata("book")["createdTime"]


def test_what_is_not_shared_is_not_read(google: Server, client: gspread.Client):
    google.spreadsheets["book"].shared = False
    with pytest.raises(PermissionError):
        client.open_by_key("book")
    with pytest.raises(gspread.exceptions.APIError) as drive:
        client.http_client.request("get", DRIVE)
    assert drive.value.error["errors"][0]["reason"] == "notFound"
    with pytest.raises(gspread.SpreadsheetNotFound):
        client.open_by_key("missing")


def test_a_token_is_needed_and_may_expire(google: Server, client: gspread.Client, tmp_path: Path):
    assert requests.get(google.local(DRIVE), timeout=PATIENCE).status_code == 401
    values(client, RECORDS)
    google.expire_tokens()
    values(client, RECORDS)  # google-auth asks for another one by itself
    assert google.count("token", "values") == 2 + 3
    narrow = connected(google, tmp_path, ["https://www.googleapis.com/auth/spreadsheets.readonly"])
    values(narrow, RECORDS)
    with pytest.raises(gspread.exceptions.APIError, match="insufficient authentication scopes"):
        narrow.http_client.request("get", DRIVE)
    narrow.http_client.auth._service_account_email = f"other.{EMAIL}"
    google.expire_tokens()
    with pytest.raises(RefreshError, match="account not found"):
        values(narrow, RECORDS)


def export(google: Server, gid: int = 0, key: str = "book", follow: bool = True) -> requests.Response:
    address = f"https://docs.google.com/spreadsheets/d/{key}/export?format=csv&gid={gid}"
    return requests.get(google.local(address), timeout=PATIENCE, allow_redirects=follow)


def test_an_export_by_link(google: Server):
    google.spreadsheets["book"].by_link = True
    assert export(google, follow=False).status_code == 307
    answer = export(google)
    assert answer.content.decode() == '姓名,時數,\r\n王小明,,是\r\n,,\r\n"李,華",3,"說""好"""'
    assert answer.headers["Content-Type"] == "text/csv"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"114-.csv\"; filename*=UTF-8''"
        "114%20%E5%AD%B8%E5%B9%B4%20-%20%E7%A0%94%E7%BF%92%E7%B4%80%E9%8C%84.csv"
    )
    assert google.count("export", "redirected") == 3
    assert export(google, gid=99).status_code == 400
    assert export(google, key="missing").status_code == 404


def test_an_export_without_a_link_leads_to_a_login(google: Server):
    assert export(google, follow=False).status_code == 302
    assert "/ServiceLogin?" in export(google).url
    assert google.count("login") == 1


@pytest.mark.parametrize(
    ("what", "code", "status"),
    [
        ("401", 401, "UNAUTHENTICATED"), ("403", 403, "PERMISSION_DENIED"), ("403-api", 403, "PERMISSION_DENIED"),
        ("404", 404, "NOT_FOUND"), ("429", 429, "RESOURCE_EXHAUSTED"), ("500", 500, "INTERNAL"),
        ("503", 503, "UNAVAILABLE"),
    ],
)  # fmt: skip
def test_faults_with_a_status(google: Server, client: gspread.Client, what: What, code: int, status: str):
    google.faults += [Fault("values", what, math.inf, retry_after=3)]
    with pytest.raises(gspread.exceptions.APIError) as raised:
        values(client, RECORDS)
    assert (raised.value.code, raised.value.error["status"]) == (code, status)
    assert raised.value.response.headers["Retry-After"] == "3"
    google.faults.clear()
    values(client, RECORDS)


def test_a_service_that_is_not_enabled(google: Server, client: gspread.Client):
    google.faults += [Fault("drive", "403-api")]
    with pytest.raises(gspread.exceptions.APIError, match="Google Drive API has not been used") as raised:
        client.http_client.request("get", DRIVE)
    assert raised.value.error["errors"][0]["reason"] == "accessNotConfigured"
    assert raised.value.error["details"][0]["reason"] == "SERVICE_DISABLED"


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("cut", BROKEN),
        ("cut-chunked", BROKEN),
        ("hang", requests.Timeout),
        ("html", requests.JSONDecodeError),
    ],
)
def test_faults_of_the_connection(google: Server, client: gspread.Client, what: What, error: Any):
    google.faults += [Fault("values", what)]
    with pytest.raises(error):
        values(client, RECORDS)
    values(client, RECORDS)
    assert (google.faults, google.count("values")) == ([], 2)


def test_a_late_answer(google: Server, client: gspread.Client):
    google.faults += [Fault(None, "hang", seconds=0.1)]
    start = time.monotonic()
    values(client, RECORDS)
    assert time.monotonic() - start > 0.1


@pytest.mark.parametrize(("what", "enough"), [("drip", 40), ("huge", 5_000_000)])
def test_bodies_that_do_not_end(google: Server, what: What, enough: int):
    google.spreadsheets["book"].by_link = True
    google.faults += [Fault("redirected", what)]
    with requests.get(
        google.local("https://docs.google.com/spreadsheets/d/book/export?format=csv"),
        stream=True,
        timeout=PATIENCE,
    ) as answer:
        got = 0
        for piece in answer.iter_content(1 if what == "drip" else 65536):
            got += len(piece)
            if got >= enough:
                break
    assert got >= enough


def test_a_redirect_to_another_host_takes_no_token_along(google: Server, client: gspread.Client):
    with Server() as elsewhere:
        google.faults += [Fault("values", "redirect", math.inf, to=f"{elsewhere.url}/v4/spreadsheets/book")]
        with pytest.raises(gspread.exceptions.APIError):
            values(client, RECORDS)
        assert {request.authorization for request in elsewhere.requests} == {""}


def test_a_worksheet_renamed_before_it_is_read(google: Server, client: gspread.Client):
    google.faults += [Fault("values", "renamed", title="改名")]
    assert refused(client, RECORDS)["message"] == f"Unable to parse range: {RECORDS}"
    assert len(values(client, "'改名'")[0]["values"]) == 4
    assert google.spreadsheets["book"].version == 42


def test_the_server_ends_at_once(google: Server):
    with pytest.raises(requests.Timeout), Server(book()) as other:
        other.faults += [Fault(None, "hang")]
        requests.get(other.local(DRIVE), timeout=0.1)
    assert not any(thread.is_alive() for thread in other._listener._open)
