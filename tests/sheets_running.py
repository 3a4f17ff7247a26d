"""A deployment of its own whose Google is the one on 127.0.0.1: everything but the way to the host is the product's."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from dashboard import warehouse
from dashboard.definitions import contracts
from dashboard.definitions.places import Places, Spreadsheet
from dashboard.sources import transport
from dashboard.warehouse import gather
from tests import running
from tests.google_server import Server, Worksheet
from tests.google_server import Spreadsheet as Book

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
DAY = "2022-11-25"
TABLES = contracts.load()
ELSEWHERE = "https://elsewhere.example/steal"
_HOST = re.compile(r"https://(?:[^/]+\.)?(?:google|googleapis|googleusercontent)\.com(?=/|$)")
Rows = list[list[str]]


class Here(HTTPAdapter):
    """Brings a request to Google's stand-in, and one to any other host to a bait that would serve it."""

    def __init__(self, google_url: str, bait_url: str) -> None:
        super().__init__(max_retries=0)
        self._google, self._bait = google_url, bait_url

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        url = str(request.url)
        parts = urlsplit(url)
        request.url = (
            _HOST.sub(self._google, url, count=1)
            if _HOST.match(url)
            else f"{self._bait}{parts.path}?{parts.query}"
        )
        answer = super().send(request, *args, **options)
        to = answer.headers.get("Location", "")
        if to.startswith(self._google):
            host = (
                "accounts.google.com" if "/ServiceLogin" in to else "doc-0s-4k-sheets.googleusercontent.com"
            )
            answer.headers["Location"] = to.replace(self._google, f"https://{host}")
        return answer


def bring_here(google_url: str, bait_url: str) -> None:
    """From now on this process finds Google at `google_url`."""
    transport.adapter = lambda: Here(google_url, bait_url)


@dataclass
class Clock:
    """Stands in for `time` where the deadlines of requests are kept: it goes on by `tick` seconds each time that it is
    looked at, and by as much as is slept. So a deadline passes after so many looks, however busy the machine is."""

    now: float = 1000.0
    tick: float = 0.0

    def monotonic(self) -> float:
        """Seconds, of which a look takes some."""
        self.now += self.tick
        return self.now

    def sleep(self, seconds: float) -> None:
        """Passes at once."""
        self.now += seconds

    def time(self) -> float:
        """The day's own."""
        return time.time()


def facts() -> dict[str, Rows]:
    """Three schools with something in each of the eight tables, among it a duplicate, a warning and rejected rows."""
    made: dict[str, Rows] = {
        "學校名冊": [["學校名稱", "組別", "角色", "班級數"]],
        "教職員名冊": [["學校名稱", "教師編號", "姓名", "身分別", "職務", "到職日"]],
        "研習紀錄": [["教師編號", "課程名稱", "課程類別", "研習日期", "時數", "研習證明"]],
        "公開授課": [["學校名稱", "授課教師", "授課日期", "數位學習模式", "領域"]],
        "觀課紀錄": [["主辦學校", "主辦縣市", "觀課日期", "觀課學校", "觀課教師"]],
        "自主學習量表": [["時間戳記", "學校名稱", "年級", "班級", "座號", "測驗別"]],
        "學力觀察": [["時間戳記", "學校名稱", "年級", "班級", "評量方式", "領域"]],
        "入校輔導": [["學校名稱", "輔導日期", "輔導人員", "主題"]],
    }
    for n, school in enumerate(("武崙國小", "深澳國小", "忠孝國小")):
        made["學校名冊"].append([school, "自主學習組", "夥伴學校" if n else "重點學校", str(12 + n)])
        for teacher in range(3):
            who = [f"000{n}{teacher}", f"{'甲乙丙'[n]}{'一二三'[teacher]}師"]
            duty = "" if teacher else "資訊組長"
            made["教職員名冊"].append([school, *who, "正式教師", duty, "109/08/01"])
            made["研習紀錄"].append([who[0], "資訊安全研習", "資安", f"111/10/0{teacher + 1}", "3", "是"])
        made["研習紀錄"].append([f"000{n}0", "資訊組長增能", "資訊組長", "111/10/05", "3", "是"])
        made["公開授課"].append([school, f"{'甲乙丙'[n]}一師", f"111/10/1{n}", "是", "數學"])
        for teacher in range(2):
            made["觀課紀錄"].append(
                ["安和國中", "新北市", f"111/10/1{n}", school, f"{'甲乙丙'[n]}{'一二'[teacher]}師"]
            )
        for phase in ("前測", "後測"):
            made["自主學習量表"].append([f"2022/10/1{n} 08:00:00", school, "五", "二", "1", phase])
        made["學力觀察"].append([f"2022/10/1{n} 08:00:00", school, "五", "二", "短期學習成效", "數學"])
        made["入校輔導"].append([school, f"111/10/0{n + 1}", "張輔導", "平板"])
    made["入校輔導"] += [made["入校輔導"][1].copy(), ["深奧國小", "111/10/09", "張輔導", ""]]
    made["研習紀錄"].append(["00099", "資訊安全研習", "資安", "111/10/01", "3", "是"])
    made["公開授課"].append(["深澳國小", "乙二師", "十月某日", "是", "國語"])
    made["教職員名冊"].append(["忠孝國小", "00033", "丙四師", "志工", "", "109/08/01"])
    return made


def book(tables: Mapping[str, Rows] | None = None, id: str = ID, **about: Any) -> Book:
    """A spreadsheet with a worksheet a table; the first is gid 0."""
    sheets = [
        Worksheet(gid, title, [row.copy() for row in rows])
        for gid, (title, rows) in enumerate((facts() if tables is None else tables).items())
    ]
    return Book(id, "基隆市彙整", sheets, **about)


def write_csv(folder: Path, tables: Mapping[str, Sequence[Sequence[str]]]) -> Path:
    """The tables as files of their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return folder


@dataclass
class Office:
    """A deployment: kpi.toml, the key and the warehouse in `folder`, and its Google. `slept` are waits that were only
    noted, `clock` what its requests are measured by."""

    folder: Path
    server: Server
    bait: Server
    clock: Clock = field(default_factory=Clock)
    slept: list[float] = field(default_factory=list)
    _written: int = field(default_factory=time.time_ns)

    @property
    def book(self) -> Book:
        """Its first spreadsheet."""
        return next(iter(self.server.spreadsheets.values()))

    @property
    def place(self) -> Path:
        """Its warehouse."""
        return self.folder / "warehouse"

    @property
    def key(self) -> Path:
        """The service account's key file."""
        return self.folder / "key.json"

    def write_key(self, **changes: Any) -> Path:
        """The key file, whose token comes from Google's own address; `changes` to its keys (None: without it)."""
        told = json.loads(self.server.key_file(self.key).read_text(encoding="utf-8"))
        told |= {"token_uri": "https://oauth2.googleapis.com/token"} | changes
        told = {name: value for name, value in told.items() if value is not None}
        self.key.write_text(json.dumps(told), encoding="utf-8")
        self.forget_token()
        return self.key

    def forget_token(self) -> None:
        """The next refresh asks for a token: the key file is newer than the one that this process has read."""
        self._written += 1_000_000
        os.utime(self.key, ns=(self._written, self._written))

    def configure(
        self,
        *more: str,
        key: bool = True,
        deadline: str = "5s",
        ids: Sequence[str] = (ID,),
        first: Sequence[str] = (),
    ) -> None:
        """kpi.toml with the spreadsheets `ids`, `more` lines after the last and `first` lines at the top."""
        lines = ['programmes = ["keelung-111"]', *first, "[google]", f'deadline = "{deadline}"']
        lines += ['key = "key.json"'] if key else []
        for id in ids:
            lines += ["[[spreadsheets]]", f'link = "https://docs.google.com/spreadsheets/d/{id}/edit#gid=0"']
        (self.folder / "kpi.toml").write_text("\n".join([*lines, *more, ""]), encoding="utf-8")

    def kpi(self, *arguments: object) -> running.Outcome:
        """A command with this configuration."""
        return running.kpi("--config", self.folder / "kpi.toml", *arguments)

    def refresh(self, *options: str) -> running.Outcome:
        """`kpi build --if-changed`."""
        return self.kpi("build", "--if-changed", *options)

    def figures(self) -> str:
        """Every figure, as text."""
        return figures(self.place)

    def status(self) -> warehouse.SheetStatus:
        """What became of the first spreadsheet at the last refresh."""
        found = warehouse.last_refresh(self.place / running.PROGRAMME)
        assert found
        return found.sheets[0]

    def asked(self, since: int) -> list[str]:
        """The kinds of the requests after the first `since`."""
        return [request.kind for request in self.server.requests[since:]]

    def gathered(
        self,
        former: Sequence[gather.Source] = (),
        *,
        key: bool = True,
        deadline: float = 5.0,
        **about: Any,
    ) -> gather.Source:
        """The first spreadsheet as a refresh would have it, with no snapshot built."""
        places = Places(
            None, spreadsheets=(Spreadsheet(ID, **about),), key=self.key if key else None, deadline=deadline
        )
        known = {source.id: source for source in former}
        (source,) = gather.gather(
            places, TABLES, known, dt.datetime(2022, 11, 25, 8), lambda share, text: None
        )
        return source


def figures(place: Path) -> str:
    """Every figure that the snapshot in a warehouse has, as text."""
    told = running.kpi("results", "--warehouse", place, "--as-of", DAY, "--format", "csv")
    assert told.code == 0, told.err
    return told.out


def truth(place: Path) -> dict[str, Any]:
    """All that rows decide: the figures, the units behind them, the counts of rows, and why which rows were refused."""
    units = (
        "select kpi, period, name, unit_label, since, until, attained_on, amount"
        " from units join all_schools using (school_id) order by all"
    )
    return {
        "figures": figures(place),
        "units": running.stored(place, units),
        "counts": running.stored(
            place,
            "select table_name, supplied, read, accepted, duplicate, rejected, warnings from tables order by ord",
        ),
        "flaws": running.stored(
            place,
            "select severity, table_name, reason, message, rtrim(original, ',') from rejects order by all",
        ),
    }


def built(office: Office, *more: str, **about: Any) -> dict[str, Any]:
    """What a first build of the office's sources comes to."""
    office.configure(*more, **about)
    told = office.kpi("build")
    assert told.code == 0, told.err
    return truth(office.place)
