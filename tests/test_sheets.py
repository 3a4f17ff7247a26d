"""Google spreadsheets as a live source: whatever Google does, a figure is that of the rows last read, or none is new."""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import functools
import json
import logging
import math
import os
import random
import re
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import tenacity.nap
from streamlit.testing.v1 import AppTest

from dashboard import warehouse
from dashboard.definitions import deployment
from dashboard.definitions.places import Spreadsheet
from dashboard.sources import google as reading
from dashboard.sources import transport
from dashboard.warehouse import status
from tests.google_server import EMAIL, Fault, Request, Server, Worksheet
from tests.google_server import Spreadsheet as Book
from tests.running import PATIENCE, PROGRAMME, Apart, build, kpi, stored
from tests.sheets_running import (
    DAY,
    ELSEWHERE,
    ID,
    Office,
    Rows,
    book,
    bring_here,
    built,
    facts,
    truth,
    write_csv,
)

ROOT = Path(__file__).parents[1]
EVERY = tuple(range(8))


@pytest.fixture(scope="module")
def first_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse after the first refresh of an office."""
    folder = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patch, Server(book()) as server:
        for name in ("adapter", "READ_SECONDS", "CONNECT_SECONDS"):
            patch.setattr(transport, name, getattr(transport, name))
        bring_here(server.url, server.url)
        made = Office(folder, server, server)
        made.write_key()
        made.configure()
        told = made.kpi("build")
        assert told.code == 0, told.err
    return made.place


@pytest.fixture
def served(office: Office, first_warehouse: Path) -> Office:
    """An office after its first refresh."""
    shutil.copytree(first_warehouse, office.place)
    return office


def edit(office: Office) -> None:
    """A lesson more at 深澳國小, of a teacher who gave none before."""
    sheet = office.book.named("公開授課")
    assert sheet
    sheet.rows.append(["深澳國小", f"新老師{len(sheet.rows)}", "111/10/20", "是", "社會"])
    office.book.touch()


def lessons(text: str) -> int:
    """How many teachers of 深澳國小 gave a public lesson, in the figures of `kpi results`."""
    (line,) = [
        line
        for line in text.splitlines()
        if ",public_lesson," in line and ",school," in line and "深澳" in line
    ]
    return int(line.split(",深澳國小,")[1].split(",")[0])


# Faults of each request

WORDS = {
    "401": "憑證", "403": "沒有權限", "403-api": "還沒有啟用", "404": "找不到這份試算表", "429": "太頻繁",
    "500": "暫時無法服務（500）", "503": "暫時無法服務（503）", "cut": "中斷", "cut-chunked": "中斷", "hang": "時限",
    "drip": "時限", "huge": "太大", "html": "網頁", "redirect": "elsewhere.example",
}  # fmt: skip
TOKEN_WORDS = {what: "服務帳戶" for what in ("401", "403", "403-api", "404")}
LINK_WORDS = {"401": "沒有開放", "403": "知道連結的人可檢視", "403-api": "知道連結的人可檢視"}
KINDS = ("token", "drive", "metadata", "values", "export", "redirected")
PASSING = {"429", "500", "503", "cut", "cut-chunked"}
# Without Drive's version Sheets alone will do, and the body of a redirect is never read.
HARMLESS = {("drive", "403-api"), *(("export", what) for what in ("cut", "cut-chunked", "drip", "huge"))}


# Seconds of the clock that goes on by a second a look, and how often it may be looked at once they are over.
DEADLINE, LOOKS = 60, 10


@contextlib.contextmanager
def slow_answers(office: Office, what: str) -> Iterator[None]:
    """Of a fault that takes time a request waits 0.3 seconds for an answer, and each look at the clock takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        if what in ("hang", "drip"):
            patch.setattr(transport, "READ_SECONDS", 0.3)
            patch.setattr(office.clock, "tick", 1.0)
        yield


@pytest.mark.parametrize("what", WORDS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_of_any_request_ends_in_time_keeps_the_rows_says_why_and_heals(
    office: Office, monkeypatch: pytest.MonkeyPatch, kind: str, what: str
):
    monkeypatch.setattr(transport, "LARGEST_BYTES", 300_000)
    by_link = kind in ("export", "redirected")
    office.book.by_link = by_link
    about = {"key": not by_link, "gids": EVERY}
    former = office.gathered(**about)
    assert former.problem is None and len(former.worksheets) == 8
    edit(office)
    office.forget_token()
    before = office.server.count(kind)
    office.server.faults.append(Fault(kind, what, math.inf, to=ELSEWHERE))
    started = office.clock.now
    with slow_answers(office, what):
        found = office.gathered([former], deadline=DEADLINE, **about)
    assert office.clock.now - started < DEADLINE + LOOKS
    tries = office.server.count(kind) - before
    if (kind, what) in HARMLESS:
        assert found.problem is None and found.worksheets != former.worksheets
    else:
        assert 1 <= tries <= 5
        assert what not in PASSING or tries == 5
        assert found.worksheets == former.worksheets and found.read_at == former.read_at
        words = TOKEN_WORDS if kind == "token" else LINK_WORDS if by_link else {}
        assert words.get(what, WORDS[what]) in (found.problem or ""), found.problem
    office.server.faults.clear()
    healed = office.gathered([found], **about)
    lesson = next(one for one in healed.worksheets if one.title == "公開授課")
    assert healed.problem is None and "新老師" in lesson.rows[-1][1]


@pytest.mark.parametrize(
    "to", [ELSEWHERE, "http://127.0.0.1:{port}/steal", "https://www.googleapis.com.example/", "//x.example/"]
)
@pytest.mark.parametrize("kind", ["token", "drive", "values"])
def test_a_redirect_to_another_host_is_never_followed(office: Office, kind: str, to: str):
    port = office.bait.url.rpartition(":")[2]
    office.server.faults.append(Fault(kind, "redirect", math.inf, to=to.format(port=port)))
    found = office.gathered()
    assert found.problem and "已拒絕" in found.problem and not found.worksheets
    assert office.bait.requests == []


# One refresh after another, as `kpi build` does them

SHOWN = {
    "token": ("503", "drip", "redirect", "401"),
    "drive": ("401", "403", "404", "429", "html"),
    "metadata": ("500", "403", "cut-chunked", "redirect"),
    "values": ("403-api", "429", "503", "cut", "hang", "huge"),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_builds_tell_of_faults_and_leave_the_figures_until_one_is_well(
    served: Office, monkeypatch: pytest.MonkeyPatch, kind: str
):
    monkeypatch.setattr(transport, "LARGEST_BYTES", 300_000)
    before, good_at = served.figures(), served.status().good_at
    edit(served)
    for what in SHOWN[kind]:
        served.configure(deadline=f"{DEADLINE}s")
        served.server.faults[:] = [Fault(kind, what, math.inf, to=ELSEWHERE)]
        served.forget_token()
        started = served.clock.now
        with slow_answers(served, what):
            told = served.refresh()
        assert served.clock.now - started < DEADLINE + LOOKS
        assert told.code == 0 and "資料沒有變動" in told.err
        assert "試算表「基隆市彙整」讀不到，沿用" in told.err
        assert (TOKEN_WORDS if kind == "token" else {}).get(what, WORDS[what]) in told.err
        assert served.figures() == before
        stale = served.status()
        assert stale.problem and stale.problem in told.err and stale.good_at == good_at
    served.server.faults.clear()
    healed = served.refresh()
    assert healed.code == 0 and "讀不到" not in healed.err and "已發布" in healed.err
    assert lessons(served.figures()) == lessons(before) + 1
    assert served.status().problem is None


def test_a_build_that_publishes_anyway_keeps_the_rows_of_a_sheet_out_of_reach(served: Office):
    before = truth(served.place)
    edit(served)
    served.server.faults.append(Fault("values", "503", math.inf))
    told = served.kpi("build")
    assert told.code == 0 and "已發布" in told.err and "讀不到" in told.err
    assert truth(served.place) == before


def test_waits_between_tries_are_real(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tenacity.nap, "time", time)
    office.gathered()
    office.server.faults.append(Fault("drive", "429", 2, retry_after=0.2))
    asked = len(office.server.requests)
    assert office.gathered().problem is None
    first, second, third = [
        request.at for request in office.server.requests[asked:] if request.kind == "drive"
    ]
    assert 0.2 <= second - first < 1.6 and 0.2 <= third - second < 1.6


@pytest.mark.parametrize("what", ["429", "500", "503"])
@pytest.mark.parametrize("form", ["seconds", "date", "nonsense"])
def test_a_wish_to_be_asked_later_is_kept(office: Office, what: str, form: str):
    date = email.utils.format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30), usegmt=True)
    wish = {"seconds": 30, "date": date, "nonsense": "soon"}[form]
    office.server.faults.append(Fault("values", what, 1, retry_after=wish))
    assert office.gathered(deadline=60).problem is None
    (slept,) = office.slept
    assert (28 < slept < 31.1) if form != "nonsense" else (0 <= slept <= 20)


def test_a_wish_beyond_the_deadline_is_not_waited_for(office: Office):
    office.server.faults.append(Fault("drive", "429", 1, retry_after=3600))
    found = office.gathered()
    assert found.problem and "太頻繁" in found.problem
    assert office.slept == [] and office.server.count("drive") == 1


# How often Google is asked


def test_a_refresh_costs_three_requests_and_one_where_nothing_changed(served: Office):
    edit(served)
    assert asked_by_a_refresh(served) == ["token", "drive", "metadata", "values"]
    assert asked_by_a_refresh(served) == ["drive"]
    edit(served)
    assert asked_by_a_refresh(served) == ["drive", "metadata", "values"]  # the token holds for an hour


def test_a_new_version_of_the_same_rows_is_read_once(served: Office):
    asked_by_a_refresh(served)
    served.book.touch()
    assert asked_by_a_refresh(served) == ["drive", "metadata", "values"]
    assert asked_by_a_refresh(served) == ["drive"]


def asked_by_a_refresh(office: Office) -> list[str]:
    """The kinds of its requests."""
    asked = len(office.server.requests)
    told = office.refresh()
    assert told.code == 0 and "讀不到" not in told.err
    return office.asked(asked)


def test_a_token_that_is_refused_is_replaced_once(office: Office):
    former = office.gathered()
    edit(office)
    office.server.expire_tokens()
    asked = len(office.server.requests)
    assert office.gathered([former]).problem is None
    assert office.asked(asked) == ["drive", "token", "drive", "metadata", "values"]


def test_no_more_than_sixty_reads_are_made_in_a_minute(office: Office, monkeypatch: pytest.MonkeyPatch):
    now, paused = 1000.0, []

    def pass_by(seconds: float) -> None:
        nonlocal now
        paused.append(seconds)
        now += seconds

    monkeypatch.setattr(
        transport, "time", SimpleNamespace(monotonic=lambda: now, sleep=pass_by, time=time.time)
    )
    ids = [f"{n:02d}{ID[2:]}" for n in range(35)]
    office.server.spreadsheets = {id: book(id=id) for id in ids}
    reader = reading.Reader(office.key, 300)
    for id in ids:
        assert reader.read(Spreadsheet(id), None, lambda title, listed: [0])
        now += 0.5
    # Two reads a spreadsheet: the sixty-first waits until the first is a minute old.
    assert (
        office.server.count("metadata", "values") == 70
        and len(paused) == 1
        and paused[0] == pytest.approx(45)
    )
    hasty = reading.Reader(office.key, 30)
    for id in ids[:30]:
        hasty.read(Spreadsheet(id), None, lambda title, listed: [0])
    with pytest.raises(reading.SheetError, match="每分鐘只准讀 60 次"):
        hasty.read(Spreadsheet(ids[30]), None, lambda title, listed: [0])
    assert len(paused) == 1


# What worksheets hold


def of_files(folder: Path, tables: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, Any]:
    """What a build of the same rows as CSV files comes to."""
    told = build(write_csv(folder / "plain", tables), folder / "plain-warehouse")
    assert told.code == 0, told.err
    return truth(folder / "plain-warehouse")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the rows of every test come to where they are CSV files."""
    return of_files(tmp_path_factory.mktemp("plain"), facts())


def as_they_come() -> dict[str, Rows]:
    """Rows as people leave them: titles above the header, blank rows, columns and headers, one twice, ragged ends."""
    tables = facts()
    lessons = tables["公開授課"]
    tables["公開授課"] = [
        ["公開授課彙整"], ["請勿更動標題"], [],
        ["", "", "領域", "授課日期", "學校名稱", "授課教師", "", "數位學習模式", "授課日期", "備註"],
        *(["", "", row[4], row[2] * (n % 2), row[0], row[1], "", row[3], row[2]][: 9 - n % 2] for n, row in enumerate(lessons[1:])),
        [], ["", "", "", ""],
    ]  # fmt: skip
    tables["入校輔導"] = [["", *row, ""] for row in tables["入校輔導"]]
    tables["學力觀察"] = [tables["學力觀察"][0]]
    tables["教職員名冊"][2] = [*tables["教職員名冊"][2][:4], "", "109/08/01", "", "", ""]
    return tables


@pytest.mark.parametrize("tables", [facts(), as_they_come()], ids=["plain", "as they come"])
def test_the_same_rows_give_the_same_figures_from_worksheets_and_from_files(
    office: Office, plain: dict[str, Any], tables: dict[str, Rows]
):
    office.server.spreadsheets = {ID: book(tables)}
    found = built(office)
    assert found == (plain if tables == facts() else of_files(office.folder, tables))
    assert {reason for _, _, reason, _, _ in found["flaws"]} >= {
        "unknown_school",
        "unknown_person",
        "bad_date",
    }
    assert ("00001",) in stored(office.place, "select unit_id from units")
    assert ("00001",) in [
        (cells[1],)
        for (cells,) in stored(office.place, "select cells from worksheet_rows where table_name = 'staff'")
    ]


def test_a_header_without_rows_is_no_table_and_neither_is_a_blank_worksheet(office: Office):
    for title, rows in (
        ("學力觀察", facts()["學力觀察"][:1]),
        ("公開授課", []),
        ("觀課紀錄", [["", " "], []]),
    ):
        sheet = office.book.named(title)
        assert sheet
        sheet.rows = rows
    counts = {name: (supplied, read) for name, supplied, read, *_ in built(office)["counts"]}
    assert counts["achievement"] == (False, 0)
    assert counts["public_lessons"] == counts["observations"] == (False, 0)
    rows = [
        row
        for row in kpi("results", "--warehouse", office.place, "--as-of", DAY, "--format", "csv").rows
        if row["school"] == "深澳國小"
    ]
    told = {row["kpi"]: (row["counted"], row["status"]) for row in rows}
    assert told["public_lesson"] == told["cross_observation"] == told["achievement"] == ("", "no_data")


def test_a_worksheet_of_sixty_thousand_rows_is_read_whole(office: Office):
    transport.READ_SECONDS = 20
    head = ["時間戳記", "學校名稱", "年級", "班級", "座號", "測驗別"]
    rows = [["2022/10/10 08:00:00", "深澳國小", "五", "二", str(seat), "前測"] for seat in range(60_000)]
    office.server.spreadsheets = {ID: book({"自主學習量表": [head, *rows], "入校輔導": facts()["入校輔導"]})}
    found = built(office, deadline="60s")["counts"]
    counts = {name: (read, accepted) for name, _, read, accepted, *_ in found}
    assert counts["srl_survey"] == (60_000, 60_000)
    assert office.server.count("metadata", "values") == 2


def test_a_worksheet_that_is_renamed_while_it_is_read_is_read_under_its_new_name(office: Office):
    office.server.faults.append(Fault("values", "renamed", title="學校名冊（新）"))
    found = office.gathered()
    assert (
        found.problem is None
        and found.worksheets[0].title == "學校名冊（新）"
        and len(found.worksheets[0].rows) == 4
    )
    office.book.touch()
    office.server.faults.append(Fault("values", "renamed", 2))
    again = office.gathered([found])
    assert "改了名字" in (again.problem or "") and again.worksheets == found.worksheets
    assert office.gathered([again]).problem is None


def test_a_worksheet_renamed_to_what_fits_no_table_is_read_as_what_it_was(served: Office):
    before = lessons(served.figures())
    sheet = served.book.named("公開授課")
    assert sheet
    sheet.title = "工作表1"
    sheet.rows.append(["深澳國小", "乙九師", "111/10/20", "是", ""])
    served.book.touch()
    assert "讀不到" not in served.refresh().err
    assert lessons(served.figures()) == before + 1
    sheet.rows.append(["深澳國小", "乙十師", "111/10/20", "是", ""])
    served.book.touch()
    assert "讀不到" not in served.refresh().err
    assert lessons(served.figures()) == before + 2


# What the configuration says of worksheets and files


def worksheet(**about: Any) -> list[str]:
    """An entry of kpi.toml for a worksheet of the last spreadsheet."""
    return ["[[spreadsheets.worksheets]]", *(f"{name} = {value}" for name, value in about.items())]


def test_folders_and_spreadsheets_make_one_table(office: Office, plain: dict[str, Any]):
    tables = facts()
    split = {name: 1 + (len(rows) - 1) // 2 for name, rows in tables.items()}
    write_csv(office.folder / "data", {name: rows[: split[name]] for name, rows in tables.items()})
    rest = {name: [rows[0], *rows[split[name] :]] for name, rows in tables.items()}
    office.server.spreadsheets = {ID: book(rest)}
    assert built(office) == plain
    assert {name for (name,) in stored(office.place, "select table_name from inputs where link is not null")} == {
        name for (name,) in stored(office.place, "select table_name from inputs where link is null")
    }  # fmt: skip


@pytest.mark.parametrize("named", ['title = "表單回應 1"', "gid = 77"])
def test_an_entry_by_title_or_gid_names_the_table_renames_columns_and_sets_constants(
    office: Office, plain: dict[str, Any], named: str
):
    tables = facts()
    form = tables.pop("學力觀察")
    asked = [
        ["填表時間", "貴校校名", "年級", "班級", "領域"],
        *([row[0], row[1], row[2], row[3], row[5]] for row in form[1:]),
    ]
    office.server.spreadsheets = {ID: book(tables | {"草稿": tables["公開授課"]})}
    office.book.worksheets.append(Worksheet(77, "表單回應 1", asked))
    office.book.worksheets.append(Worksheet(78, "入校輔導（舊）", facts()["入校輔導"] * 3))
    key, _, value = named.partition(" = ")
    entry = worksheet(**{
        key: value, "table": '"achievement"', "rename": '{ "填表時間" = "時間戳記", "貴校校名" = "學校名稱" }',
        "constants": '{ "評量方式" = "短期學習成效" }',
    })  # fmt: skip
    # The gid of an entry that is left out, so that the other forms may be by gid or by title.
    found = built(office, *entry, *worksheet(gid=78, table='""'))
    assert found["figures"] == plain["figures"] and found["counts"] == plain["counts"]


def test_an_entry_for_a_file_names_the_table_renames_columns_and_sets_constants(
    office: Office, plain: dict[str, Any]
):
    tables = facts()
    form = tables.pop("學力觀察")
    tables["回應"] = [
        ["填表時間", *row[1:4], row[5]] if not n else [*row[:4], row[5]] for n, row in enumerate(form)
    ]
    tables["入校輔導（舊）"] = tables["入校輔導"] * 2
    write_csv(office.folder / "data", tables)
    files = [
        "[[files]]", 'name = "回應.csv"', 'table = "achievement"', 'rename = { "填表時間" = "時間戳記" }',
        'constants = { "評量方式" = "短期學習成效" }', "[[files]]", 'name = "入校輔導（舊）.csv"', 'table = ""',
    ]  # fmt: skip
    found = built(office, *files, key=False, ids=())
    assert found["figures"] == plain["figures"] and found["counts"] == plain["counts"]
    assert office.server.requests == []


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"title": '"公開授課"', "table": '"lessons"'}, "table「lessons」不是資料表"),
        ({"title": '"公開授課"', "rename": '{ "校" = "校區" }'}, "rename 的「校區」不是這張資料表的欄位"),
        ({"gid": 0, "table": '"schools"', "constants": '{ "領域" = "國語" }'}, "constants 的「領域」不是這張資料表的欄位"),
        ({"title": '"公開授課"', "constants": '{ "沒有這欄" = "1" }'}, "constants 的「沒有這欄」不是這張資料表的欄位"),
        # A column of another table than the one that the worksheet's title makes it.
        ({"title": '"公開授課"', "constants": '{ "評量方式" = "短期學習成效" }'}, "constants 的「評量方式」不是"),
        ({"title": '"公開授課"', "rename": '{ "校" = "輔導日期" }'}, "rename 的「輔導日期」不是"),
    ],
)  # fmt: skip
def test_an_entry_with_an_unknown_table_or_column_is_told_and_nothing_changes(
    served: Office, entry: dict[str, Any], told: str
):
    before = served.figures()
    served.configure(*worksheet(**entry))
    asked = len(served.server.requests)
    refreshed = served.refresh()
    assert refreshed.code == 3 and told in refreshed.err and "數字沒有變動" in refreshed.err
    assert served.figures() == before and served.status().problem
    listed = served.kpi("sheets")
    assert listed.code == 3 and told in listed.out
    if "table" in entry or "沒有這欄" in told:
        assert served.asked(asked) == []
        checked = served.kpi("check")
        assert checked.code == 3 and told in checked.err and checked.err.count("\n") == 1


def test_an_entry_for_a_worksheet_that_is_not_there_is_told(served: Office):
    before = served.figures()
    served.configure(*worksheet(title='"公開授受"', table='"public_lessons"'))
    told = served.refresh().err
    assert "找不到 kpi.toml 指明的工作表「公開授受」" in told and "現有：學校名冊、" in told
    assert served.figures() == before
    served.configure()
    assert "讀不到" not in served.refresh().err


# Random edits and faults


def test_whatever_happens_the_figures_are_those_of_the_rows_last_read(office: Office):
    """Thirty refreshes of two spreadsheets, each with its own rows; the server's log says which it gave out whole."""
    chance = random.Random(20221125)
    tables = facts()
    ids = (ID, f"{ID}B")
    parts = {id: {name: tables[name] for name in list(tables)[n::2]} for n, id in enumerate(ids)}
    office.server.spreadsheets = {id: book(part, id) for id, part in parts.items()}
    office.configure(deadline="1s", ids=ids)
    served = Served(office)
    known: dict[str, dict[str, Rows]] = {}
    checked: dict[str, dict[str, Any]] = {}
    tally: Counter[str] = Counter()
    for turn in range(30):
        for one in chance.sample(list(office.server.spreadsheets.values()), chance.choice((0, 0, 0, 1, 2))):
            disturb(chance, one, turn)
        office.server.faults[:] = [
            Fault(chance.choice(STAGES), chance.choice(list(WORDS)), chance.choice((1, 1, 3, math.inf)), to=ELSEWHERE)
            for _ in range(chance.choice((0, 0, 0, 1, 1, 2)) if turn else 0)
        ]  # fmt: skip
        if chance.random() < 0.3:
            office.server.expire_tokens()
        told = office.refresh()
        assert told.code == 0, told.err
        given = served.taken()
        for sheet in last_refresh(office).sheets:
            tally["stale" if sheet.problem else "read"] += 1
            if sheet.problem is None:
                known[sheet.id] = given.get(sheet.id) or known[sheet.id]
                assert known[sheet.id] == served.now(sheet.id), (turn, sheet.title)
        rows = {name: grid for part in known.values() for name, grid in part.items()}
        key = json.dumps(rows, ensure_ascii=False)
        if key not in checked:
            shutil.rmtree(office.folder / "plain", ignore_errors=True)
            checked[key] = of_files(office.folder, rows)
        assert truth(office.place) == checked[key], (turn, told.err)
    assert tally["stale"] > 8 and tally["read"] > 20 and len(checked) > 6, tally


STAGES = ("token", "drive", "metadata", "values", None)


class Served:
    """What Google gave out: of each spreadsheet the rows of the last answer with cells that no fault befell."""

    def __init__(self, office: Office) -> None:
        self._server = office.server
        self._given: dict[str, dict[str, Rows]] = {}
        answer = office.server.answer

        def noted(request: Request, body: bytes, fault: Fault | None) -> Any:
            given = answer(request, body, fault)
            if request.kind == "values" and given.status == 200 and fault is None:
                self._given[request.spreadsheet] = self.now(request.spreadsheet)
            return given

        office.server.answer = noted

    def now(self, id: str) -> dict[str, Rows]:
        """The rows as they stand, by worksheet."""
        sheets = self._server.spreadsheets[id].worksheets
        return {sheet.title: [row.copy() for row in sheet.rows] for sheet in sheets}

    def taken(self) -> dict[str, dict[str, Rows]]:
        """What was given out since this was last asked, by spreadsheet."""
        taken, self._given = self._given, {}
        return taken


def last_refresh(office: Office) -> warehouse.Refresh:
    """What became of the last refresh."""
    found = warehouse.last_refresh(office.place / PROGRAMME)
    assert found
    return found


def disturb(chance: random.Random, one: Book, turn: int) -> None:
    """Someone edits a spreadsheet: a cell, a row more or less, their order, or a worksheet's name."""
    sheet = chance.choice(one.worksheets)
    body = sheet.rows[1:]
    match chance.choice(("cell", "cell", "add", "remove", "swap", "title")):
        case "cell" if body:
            row = chance.choice(body)
            row[chance.randrange(len(row))] = chance.choice(
                ("", "深澳國小", "111/10/03", "亂寫", "2", f"師{turn}")
            )
        case "remove" if len(body) > 1:
            sheet.rows.remove(chance.choice(body))
        case "swap":
            sheet.rows[1:] = chance.sample(body, len(body))
        case "title":
            # Still a name of its table, and of no other worksheet.
            sheet.title = f"{sheet.title.split('＿')[0]}＿{turn}"
        case _:
            like = chance.choice(sheet.rows)
            sheet.rows.append([cell if chance.random() < 0.7 else f"師{turn}" for cell in like])
    one.touch()


# Out of reach, half destroyed, and back


def test_a_sheet_out_of_reach_says_since_when_and_why_until_it_is_back(served: Office):
    first = served.status()
    assert first.problem is None and first.good_at and "public_lessons" in first.tables
    edit(served)
    served.book.shared = False
    assert served.refresh().code == 0
    stale = served.status()
    assert stale.good_at == first.good_at and stale.tables == first.tables
    assert stale.problem and stale.problem.startswith("找不到這份試算表")
    # A new snapshot, for a new day or definition, does not make it fresh.
    assert served.kpi("build").code == 0
    assert served.status() == stale
    served.book.shared = True
    assert served.refresh().code == 0
    back = served.status()
    assert back.problem is None and back.good_at and back.good_at >= first.good_at
    assert lessons(served.figures()) == 2


def test_a_spreadsheet_never_read_is_no_data_and_never_zero(office: Office):
    write_csv(office.folder / "data", {name: rows for name, rows in facts().items() if name != "公開授課"})
    office.server.spreadsheets = {ID: book({"公開授課": facts()["公開授課"]}, shared=False)}
    office.configure()
    told = office.kpi("build")
    assert told.code == 0 and "從來沒有讀到過" in told.err
    never = office.status()
    assert never.good_at is None and never.problem and never.tables == ()
    found = [row for row in rows_of(office) if row["kpi"] == "public_lesson"]
    assert {(row["counted"], row["status"]) for row in found} == {("", "no_data")}
    office.book.shared = True
    assert "讀不到" not in office.refresh().err
    assert {row["counted"] for row in rows_of(office) if row["kpi"] == "public_lesson" and row["school"]} >= {
        "0",
        "1",
    }


def rows_of(office: Office) -> list[dict[str, str]]:
    """The figures by row."""
    return kpi("results", "--warehouse", office.place, "--as-of", DAY, "--format", "csv").rows


def test_without_any_source_in_reach_nothing_is_published(office: Office):
    office.server.spreadsheets = {}
    told = office.kpi("build")
    assert told.code == 3 and "沒有發布任何快照" in told.err and "找不到這份試算表" in told.err
    assert office.status().problem and last_refresh(office).error


DESTROYED = {
    "blank": [],
    "no header": facts()["公開授課"][1:],
    "half a header": [["學校名稱", "授課教師", "x"], ["深澳國小", "乙一師", ""]],
}


@pytest.mark.parametrize("what", DESTROYED)
def test_a_worksheet_that_is_no_table_any_more_keeps_the_rows_it_had(office: Office, what: str):
    former = office.gathered()
    sheet, other = office.book.named("公開授課"), office.book.named("入校輔導")
    assert sheet and other
    sheet.rows = DESTROYED[what]
    del other.rows[-1]
    office.book.touch()
    found = office.gathered([former])
    assert found.problem and found.problem.startswith("工作表「公開授課」：") and found.version is None
    assert found.worksheets[:-1] == former.worksheets[:-1]
    assert found.worksheets[-1].rows == former.worksheets[-1].rows[:-1]


def test_a_worksheet_whose_header_is_destroyed_keeps_its_former_rows(served: Office):
    before = lessons(served.figures())
    sheet = served.book.named("公開授課")
    visits = served.book.named("入校輔導")
    assert sheet and visits
    whole = [row.copy() for row in sheet.rows]
    del sheet.rows[0]
    visits.rows.append(["深澳國小", "111/11/01", "李輔導", ""])
    served.book.touch()
    told = served.refresh().err
    assert "工作表「公開授課」" in told and "沿用" in told
    assert lessons(served.figures()) == before
    coaching = [
        row["counted"] for row in rows_of(served) if row["kpi"] == "coaching" and row["school"] == "深澳國小"
    ]
    assert coaching == ["2"]  # the other worksheets are those of now
    # Still told, though Drive's version is the same.
    assert "工作表「公開授課」" in served.refresh().err and lessons(served.figures()) == before
    sheet.rows = [*whole, ["深澳國小", "乙九師", "111/10/20", "是", ""]]
    assert "讀不到" not in served.refresh().err
    assert lessons(served.figures()) == before + 1


def test_a_spreadsheet_without_its_worksheets_keeps_the_former_rows(served: Office):
    before = truth(served.place)
    whole = served.book.worksheets
    served.book.worksheets = [Worksheet(900, "工作表1")]
    served.book.touch()
    told = served.kpi("build").err
    assert "沒有任何一張認得的工作表" in told and truth(served.place) == before
    served.book.worksheets = whole
    served.book.touch()
    assert "讀不到" not in served.refresh().err


# Shared by link


def test_a_sheet_shared_by_link_needs_no_account(office: Office):
    office.book.by_link = True
    found = built(
        office, "by_link = true", *(line for gid in EVERY for line in worksheet(gid=gid)), key=False
    )
    assert set(office.asked(0)) == {"export", "redirected"}
    assert {request.authorization for request in office.server.requests} == {""}
    assert [request.query["gid"] for request in office.server.requests if request.kind == "export"] == [
        [str(gid)] for gid in EVERY
    ]
    assert found["counts"] and lessons(found["figures"]) == 1
    asked = len(office.server.requests)
    assert "資料沒有變動" in office.refresh().err
    assert office.asked(asked) == ["export", "redirected"] * 8
    edit(office)
    assert "已發布" in office.refresh().err and lessons(office.figures()) == 2
    before = office.figures()
    office.book.by_link = False
    edit(office)
    told = office.refresh().err
    assert "沒有開放「知道連結的人」檢視" in told and office.figures() == before
    office.book.by_link = True
    assert "讀不到" not in office.refresh().err and lessons(office.figures()) == 3


def test_a_link_that_points_at_one_worksheet_reads_that_one(office: Office):
    office.book.by_link = True
    found = office.gathered(key=False, gids=(3,))
    assert [(one.gid, one.title, one.table) for one in found.worksheets] == [
        (3, "公開授課", "public_lessons")
    ]
    wrong = office.gathered(key=False, gids=(3, 99))
    assert wrong.problem and not wrong.worksheets


# Rejected rows


def test_a_rejected_row_links_to_the_very_cell_and_knows_since_when(office: Office):
    tables = facts()
    wide = tables["公開授課"]
    blank = [""] * 24
    tables["公開授課"] = [
        ["公開授課彙整"], [],
        [*blank, "領域", "學校名稱", "授課教師", "授課日期", "數位學習模式"],
        *([*blank, row[4], row[0], row[1], row[2], row[3]] for row in wide[1:]),
    ]  # fmt: skip
    office.server.spreadsheets = {ID: book(tables)}
    built(office)
    link = f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid="
    assert rejected(office) == {
        ("public_lessons", "bad_date", f"{link}3&range=AB7"),
        ("coaching", "unknown_school", f"{link}7&range=A6"),
        ("training", "unknown_person", f"{link}2&range=A14"),
        ("staff", "bad_choice", f"{link}1&range=D11"),
    }
    first = dict(stored(office.place, "select reason, first_seen from rejects where severity = 'rejected'"))
    time.sleep(1)
    visits = office.book.named("入校輔導")
    assert visits
    visits.rows.insert(1, ["武崙國小", "不是日期", "張輔導", ""])
    visits.rows[-1][0] = "深澳國小"
    office.book.touch()
    assert office.refresh().code == 0
    now = {(table, reason): seen for table, reason, seen in stored(
        office.place, "select table_name, reason, first_seen from rejects where severity = 'rejected'"
    )}  # fmt: skip
    assert now["public_lessons", "bad_date"] == first["bad_date"]
    assert now["coaching", "bad_date"] > first["bad_date"]
    assert ("coaching", "unknown_school") not in now
    assert ("coaching", "bad_date", f"{link}7&range=B2") in rejected(office)
    resolved = "select table_name, reason, first_seen, resolved_at > first_seen from resolved_rejects"
    assert stored(office.place, resolved) == [("coaching", "unknown_school", first["unknown_school"], True)]


def rejected(office: Office) -> set[tuple[Any, ...]]:
    """(table, reason, link) of each rejected row."""
    return set(
        stored(office.place, "select table_name, reason, link from rejects where severity = 'rejected'")
    )


# The key


def secrets_of(office: Office) -> list[str]:
    """What of the key, and of the tokens that it brought, must be nowhere else."""
    told = json.loads(office.key.read_text(encoding="utf-8"))
    return [told["private_key_id"], *told["private_key"].splitlines()[1:-1], *tokens_of(office)]


def tokens_of(office: Office) -> list[str]:
    """Every token that a request bore."""
    return sorted(
        {request.authorization.removeprefix("Bearer ") for request in office.server.requests} - {""}
    )


def leaks(secrets: Sequence[str], *places: str | Path) -> list[str]:
    """Which of them stand in texts, or in the files below folders."""
    texts = [place.encode() for place in places if isinstance(place, str)]
    texts += [
        file.read_bytes()
        for place in places
        if isinstance(place, Path)
        for file in place.rglob("*")
        if file.is_file()
    ]
    return [secret for secret in secrets if any(secret.encode() in text for text in texts)]


def test_the_key_is_neither_shown_nor_logged_nor_stored(office: Office, caplog: pytest.LogCaptureFixture):
    office.write_key(private_key_id="5ec4e7" * 6)
    with caplog.at_level(logging.DEBUG):
        outcomes = [office.kpi("build"), office.kpi("sheets")]
        for what in ("401", "500", "cut"):
            office.book.touch()
            office.forget_token()
            office.server.faults.append(Fault("token", what, math.inf))
            outcomes += [office.refresh(), office.kpi("sheets")]
            office.server.faults.clear()
    secrets = secrets_of(office)
    assert (
        len(secrets) > 20
        and leaks(secrets, office.folder) == secrets[: len(secrets) - len(tokens_of(office))]
    )
    texts = [text for outcome in outcomes for text in (outcome.out, outcome.err)]
    logged = [str(vars(record)) for record in caplog.records]
    assert leaks(secrets, office.place, *texts, caplog.text, *logged) == []
    tables = [name for (name,) in stored(office.place, "select table_name from duckdb_tables()")]
    every = " union all ".join(f"select t::varchar as text from {name} as t" for name in tables)
    assert stored(
        office.place,
        f"select count(*) from ({every}) where contains(text, '{secrets[0]}') or contains(text, '{secrets[1]}')",
    ) == [(0,)]


MALFORMED: dict[str, dict[str, Any]] = {
    "another type": {"type": "authorized_user"},
    "no address": {"client_email": None},
    "no key": {"private_key": None},
    "a number for a key": {"private_key": 5},
    "a bad key": {"private_key": "-----BEGIN PRIVATE KEY-----\nU2VDUkVUX0xJTkU\n-----END PRIVATE KEY-----\n"},
    "another host": {"token_uri": "https://oauth2.example/token"},
    "a host like Google's": {"token_uri": "https://oauth2.googleapis.com.example/token"},
    "no host": {"token_uri": None},
    "a plain connection": {"token_uri": "http://oauth2.googleapis.com/token"},
}


def test_a_malformed_key_is_told_without_its_words_and_asks_nobody(served: Office):
    before = served.figures()
    for how in (*MALFORMED, "no JSON", "a list", "no file"):
        served.write_key()
        secrets, asked = secrets_of(served), len(served.server.requests)
        if how in MALFORMED:
            served.write_key(**MALFORMED[how])
        elif how == "no file":
            served.key.unlink()
        else:
            text = served.key.read_text("utf-8")
            served.key.write_text(text[:-5] if how == "no JSON" else f"[{text}]", encoding="utf-8")
        refreshed, listed = served.refresh(), served.kpi("sheets")
        assert refreshed.code == 0 and "讀不到" in refreshed.err and str(served.key) in refreshed.err, how
        assert listed.code == 3 and str(served.key) in listed.err + listed.out, how
        told = (refreshed.err, listed.out, listed.err, served.place)
        assert leaks([*secrets, "U2VDUkVUX0xJTkU"], *told) == [], how
        assert served.asked(asked) == [] and served.bait.requests == [], how
        assert served.figures() == before, how
        served.write_key()
        assert "讀不到" not in served.refresh().err, how


@pytest.mark.parametrize(
    ("mode", "warned"), [(0o644, True), (0o640, True), (0o604, True), (0o600, False), (0o400, False)]
)
def test_a_key_that_others_may_read_is_warned_about(served: Office, mode: int, warned: bool):
    served.key.chmod(mode)
    for told in (served.refresh(), served.kpi("sheets")):
        assert told.code == 0 and ("chmod 600" in told.err) == warned


# `kpi sheets`


def test_the_sheets_are_listed_with_what_each_worksheet_and_column_is_taken_for(office: Office):
    tables = facts()
    tables["學力觀察"] = [[cell for n, cell in enumerate(row) if n != 4] for row in tables["學力觀察"]]
    office.server.spreadsheets = {ID: book(tables | {"封面": [["說明"]]})}
    office.configure(*worksheet(title='"學力觀察"', constants='{ "評量方式" = "短期學習成效" }'))
    told = office.kpi("sheets")
    assert told.code == 0 and EMAIL in told.err
    lines = [line.strip() for line in told.out.splitlines()]
    assert lines[0] == f"✓ 基隆市彙整  https://docs.google.com/spreadsheets/d/{ID}/edit"
    assert any(line.startswith("封面：略過。工作表名稱與標題列都不是任何一張資料表") for line in lines)
    at = lines.index("公開授課 → 公開授課，4 列")
    assert lines[at + 1] == "認得：學校名稱、授課教師、授課日期、數位學習模式、領域"
    assert lines[at + 2].startswith("沒有：") and "教師編號" in lines[at + 2] and "領域" not in lines[at + 2]
    form = lines.index("學力觀察 → 學力觀察，3 列")
    assert lines[form + 2] == "設定給定：評量方式 = 短期學習成效" and "評量方式" not in lines[form + 3]
    assert office.asked(0) == ["token", "drive", "metadata", "values"]
    assert not office.place.exists()


def test_a_sheet_that_is_not_shared_is_listed_with_whom_to_share_it(office: Office):
    other = f"{ID}B"
    office.server.spreadsheets |= {other: book(facts(), other)}
    office.configure(ids=(ID, other))
    office.server.faults.append(Fault("drive", "403", 1))
    told = office.kpi("sheets")
    assert told.code == 3
    assert (
        f"✗ {ID}" in told.out
        and f"沒有權限。請在 Google 試算表按「共用」，分享給服務帳戶 {EMAIL}（檢視者）。" in told.out
    )
    assert f"✓ 基隆市彙整  https://docs.google.com/spreadsheets/d/{other}/edit" in told.out
    assert office.kpi("sheets").code == 0


def test_a_worksheet_without_a_needed_column_is_listed_with_it(office: Office):
    sheet = office.book.named("公開授課")
    assert sheet
    sheet.rows[0][1] = "老師"
    told = office.kpi("sheets")
    assert told.code == 3 and "公開授課 → 公開授課：找不到「授課教師」欄。" in told.out
    office.configure(ids=())
    assert office.kpi("sheets").code == 0


# `kpi watch`, and builds at the same time


def waits_for(what: Callable[[], Any]) -> Any:
    """What it gives as soon as it gives anything."""
    ends = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < ends, "in vain"
        time.sleep(0.02)
    return found


def apart(office: Office, *arguments: str) -> Apart:
    """A command of the office in a process of its own."""
    arrive = functools.partial(arrived, office.server.url, office.bait.url, office.folder / RESTING)
    return Apart("--config", office.folder / "kpi.toml", *arguments, before=arrive)


RESTING = "resting"


def arrived(google_url: str, bait_url: str, resting: Path) -> None:
    """In that process: it finds Google, and writes a file once it waits for the next turn of a watch."""
    bring_here(google_url, bait_url)
    wait = threading.Event.wait

    def noted(event: threading.Event, timeout: float | None = None) -> bool:
        if timeout and timeout > 10:
            resting.touch()
        return wait(event, timeout)

    threading.Event.wait = noted  # type: ignore[method-assign]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_watch_takes_its_turn_survives_a_failure_and_ends_when_told(office: Office, stop: signal.Signals):
    fails = stop is signal.SIGINT
    if fails:
        office.server.faults.append(Fault("drive", "404", math.inf))
    watch = apart(office, "watch", "--every", "1m")
    waits_for((office.folder / RESTING).exists)
    assert warehouse.last_refresh(office.place / PROGRAMME)
    assert not (office.place / PROGRAMME / "build.holder").exists()
    assert watch.is_alive and watch.pid
    os.kill(watch.pid, stop)
    ended = watch.ends()
    assert ended.code == 0 and "每 1 分鐘更新一次" in ended.err
    assert ("這次沒有更新" in ended.err) == fails and ("已發布" in ended.err) != fails
    assert "Traceback" not in ended.err


def test_a_build_under_way_is_told_of_and_a_killed_one_is_not_believed(served: Office):
    folder = served.place / PROGRAMME
    assert warehouse.under_way(folder) is None
    before = served.figures()
    served.server.faults.append(Fault("drive", "hang", math.inf))
    served.configure(deadline="60s")
    running = apart(served, "build", "--by", "承辦人王小明")
    found = waits_for(lambda: warehouse.under_way(folder))
    assert found.by == "承辦人王小明" and 0 <= found.share < 1 and found.text
    assert re.fullmatch(r"\d\d/\d\d \d\d:\d\d:\d\d", found.since)
    busy = served.kpi("build")
    assert busy.code == 3 and f"另一次建立正在進行：承辦人王小明，{found.since} 開始" in busy.err
    assert running.pid
    os.kill(running.pid, signal.SIGKILL)
    assert running.ends().code == -signal.SIGKILL
    assert (folder / "build.holder").exists() and warehouse.under_way(folder) is None
    assert served.figures() == before
    served.server.faults.clear()
    edit(served)
    assert served.refresh().code == 0 and lessons(served.figures()) == lessons(before) + 1
    assert not (folder / "build.holder").exists()


def test_whoever_looks_never_makes_a_builder_fail(tmp_path: Path):
    over = threading.Event()
    looked: list[object] = []

    def look() -> None:
        while not over.is_set():
            looked.append(warehouse.under_way(tmp_path))

    lookers = [threading.Thread(target=look) for _ in range(4)]
    for looker in lookers:
        looker.start()
    try:
        for turn in range(40):
            # What a killed build left behind makes everyone look at the lock.
            left = {"by": "過去", "since": "01/01 00:00:00", "share": 0.5, "text": "讀取"}
            (tmp_path / "build.holder").write_text(json.dumps(left), encoding="utf-8")
            with status.locked(tmp_path, f"第 {turn} 次"):
                found = warehouse.under_way(tmp_path)
                assert found and found.by == f"第 {turn} 次"
    finally:
        over.set()
        for looker in lookers:
            looker.join()
    assert len(looked) > 100


def test_the_pages_ask_google_nothing(served: Office, monkeypatch: pytest.MonkeyPatch):
    edit(served)
    monkeypatch.setenv(deployment.VARIABLE, str(served.folder / "kpi.toml"))
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60).run()
    for page in sorted((ROOT / "pages").glob("[0-9]*_*.py")):
        app.switch_page(f"../pages/{page.name}").run()
        assert not app.exception
        told = [element.proto.body for element in (*app.get("html"), *app.get("markdown"))]
        assert "資料快照" in "".join(told)
    assert served.server.requests == []
