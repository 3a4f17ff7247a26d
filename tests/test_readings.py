"""What was taken of a file's likely meaning is remembered for the files of its name, in a file that a person can edit."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from dashboard import readings, warehouse
from dashboard.definitions import contracts, deployment
from dashboard.definitions.places import Entry, entry_of
from dashboard.rows import Input, UnusedColumn
from dashboard.sources.recognition import pattern_of
from dashboard.ui.frame import freshness
from tests.cases.tables import write_files
from tests.pages import html_of, open_page
from tests.running import EVERY_SCHOOL, PROGRAMME, inputs, kpi, stored

TABLES = contracts.load()


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("*研習紀錄*", "研習紀錄_深澳國小.csv", True),
        ("*研習紀錄*", "附件1_研習紀錄.csv", True),
        ("*研習紀錄*", "公開授課.csv", False),
        ("*研習紀錄*", "研習紀錄.xlsx#工作表1", False),
        ("*研習紀錄*#工作表*", "研習紀錄.xlsx#工作表1", True),
        ("*#*研習紀錄*", "各校.xlsx#111研習紀錄", True),
        ("*#*研習紀錄*", "研習紀錄.csv", False),
        ("名單_*.csv", "名單_11月[1].csv", True),
        ("名單_11月[1].csv", "名單_11月1.csv", False),
        ("a?.csv", "ab.csv", False),
    ],
)
def test_a_star_of_a_pattern_is_any_text_and_nothing_else_is(pattern: str, name: str, fits: bool) -> None:
    assert (entry_of({pattern: Entry("training")}, name) is not None) is fits


def test_a_name_goes_before_patterns_and_a_later_pattern_before_an_earlier_one() -> None:
    entries = {
        "*a*": Entry("training", {"x": "姓名", "y": "時數"}),
        "abc.csv": Entry(None, {"x": "課程名稱"}),
        "*b*": Entry("staff"),
    }
    assert entry_of(entries, "abc.csv") == Entry("staff", {"x": "課程名稱", "y": "時數"})
    assert entry_of(entries, "nothing.csv") is None


@pytest.mark.parametrize(
    ("file", "sheet", "table", "pattern"),
    [
        ("教職員名冊_深澳國小.csv", None, "staff", "*教職員名冊*"),
        ("111/附件2_教職員名冊.ods", None, "staff", "*教職員名冊*"),
        ("各校填報.xlsx", "教職員名冊", "staff", "*#*教職員名冊*"),
        ("教職員名冊.xlsx", "深澳國小", "staff", "*教職員名冊*#深澳國小"),
        ("各校填報_深澳國小.xlsx", "工作表1", None, "各校填報_*.xlsx#工作表*"),
        ("名單11.csv", None, None, "名單*.csv"),
        ("甲/名單_信義國小.csv", None, None, "甲/名單_*.csv"),
    ],
)
def test_the_files_of_one_name_are_those_that_differ_in_school_and_number(
    file: str, sheet: str | None, table: str | None, pattern: str
) -> None:
    assert pattern_of(file, sheet, TABLES[table] if table else None) == pattern
    assert entry_of({pattern: Entry()}, f"{file}#{sheet}" if sheet else file) is not None


STAFF = "學校名稱,教師編號,姓名,身分別,到職日,離職日程\n深澳國小,T1,王一平,正式教師,110/8/1,111/1/31\n深澳國小,T2,李二強,正式教師,110/8/1,\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / deployment.FILE).write_text(f'programmes = ["{PROGRAMME}"]\n', "utf-8")
    monkeypatch.setenv(deployment.VARIABLE, str(tmp_path))
    return tmp_path


def offered(place: Path) -> list[readings.Offer]:
    snapshot = warehouse.current(place / "warehouse", PROGRAMME)
    return readings.offers(
        *(warehouse.records(snapshot, kind, EVERY_SCHOOL) for kind in (Input, UnusedColumn))
    )


def build(place: Path) -> str:
    done = kpi("build", "--config", place)
    assert done.code == 0, done.err
    return done.err


def test_a_column_that_is_taken_is_read_for_every_file_of_the_table(place: Path) -> None:
    (place / "data" / "教職員名冊_深澳國小.csv").write_text(STAFF, "utf-8")
    (place / "data" / "教職員名冊_信義國小.csv").write_text(
        STAFF.replace("深澳", "信義").replace("T", "S"), "utf-8"
    )
    assert "離職日程" in build(place)
    assert stored(place / "warehouse", "select count(*) from unused_columns where likely = 'end_date'") == [
        (2,)
    ]
    (offer,) = offered(place)
    assert (offer.name, offer.entry.rename) == ("*教職員名冊*", {"離職日程": "離職日"})
    readings.take(deployment.load(place), offer)
    assert "離職日程" not in build(place)
    assert stored(place / "warehouse", "select count(*) from unused_columns") == [(0,)]
    assert offered(place) == []
    left = "select count(*) from units where kpi = 'a1a2' and until < date '2022-11-25'"
    assert stored(place / "warehouse", left) == [(2,)]  # who left is not in the base any more


def test_a_worksheet_that_is_taken_is_read_as_its_table(place: Path) -> None:
    header = ["學校名稱", "輔導日期", "輔導人員", "主題"]
    rows = [header, ["深澳國小", "111/10/03", "王一平", "備課"]]
    for school in ("深澳國小", "信義國小"):
        write_files(place, {f"各校填報_{school}.xlsx": {"工作表1": rows, "說明": [["請填"]]}})
    (place / "data" / "公開授課.csv").write_text(
        "學校名稱,授課教師,授課日期,數位學習模式\n深澳國小,王一平,111/10/3,是\n", "utf-8"
    )
    build(place)
    (offer,) = offered(place)
    assert (offer.name, offer.entry.table) == ("各校填報_*.xlsx#工作表*", "coaching")
    readings.take(deployment.load(place), offer)
    build(place)
    found = {
        file: row["accepted"]
        for file, row in inputs(place / "warehouse").items()
        if row["table_name"] == "coaching"
    }
    assert found == {
        "各校填報_信義國小.xlsx#工作表1": 1,
        "各校填報_深澳國小.xlsx#工作表1": 0,
    }  # one fact, said twice
    assert kpi("rebuild", "current", "--config", place).code == 0


def test_what_was_taken_stands_in_a_file_that_a_person_can_edit(place: Path) -> None:
    path = place / deployment.READINGS
    first = readings.Offer("*名冊*", "教職員名冊", Entry(rename={'a"b\\c\x7f': "離職日"}), 'a"b', "離職日")
    readings.take(deployment.load(place), first)
    path.write_text(path.read_text("utf-8") + "# 我們的說明\n", "utf-8")
    readings.take(deployment.load(place), readings.Offer("表*.csv", "研習紀錄", Entry("training")))
    assert "# 我們的說明" in path.read_text("utf-8")
    assert len(tomllib.loads(path.read_text("utf-8"))["files"]) == 2
    files = deployment.load(place).files
    assert files == {"*名冊*": Entry(rename={'a"b\\c\x7f': "離職日"}), "表*.csv": Entry("training")}


@pytest.mark.parametrize("text", ["[[files]\n", "[[files]]\nname = 3\n", "[[flies]]\nname = 'a'\n", "\xff"])
def test_a_file_of_readings_that_was_spoilt_is_named(place: Path, text: str) -> None:
    (place / deployment.READINGS).write_bytes(text.encode("latin-1"))
    done = kpi("build", "--config", place)
    assert done.code == 3
    assert deployment.READINGS in done.err


def test_one_click_on_the_page_of_data_takes_a_meaning_and_begins_an_update(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "data" / "教職員名冊_深澳國小.csv").write_text(STAFF, "utf-8")
    build(place)
    started: list[object] = []
    monkeypatch.setattr(freshness, "start", lambda seen, file=None: started.append(seen.programme))
    app = open_page("data")
    assert "「離職日程」就是「離職日」（教職員名冊：*教職員名冊*）" in html_of(app)
    (button,) = [one for one in app.button if one.label == "照此讀"]
    button.click().run()
    assert started == [PROGRAMME]
    assert deployment.load(place).files == {"*教職員名冊*": Entry(rename={"離職日程": "離職日"})}


def test_a_name_of_a_file_that_is_markup_is_shown_as_it_is(place: Path) -> None:
    header = STAFF.replace("離職日程", "<b>離職日</b>![x](http://x.invalid/p.png)")
    (place / "data" / "教職員名冊_<i>.csv").write_text(header, "utf-8")
    build(place)
    app = open_page("data")
    assert "<b>離職日</b>" not in html_of(app)
    assert all("x.invalid" not in one.label for one in app.button)
