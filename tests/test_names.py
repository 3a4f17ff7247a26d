"""Which table a file or worksheet is, which column a header cell names, and that nothing filled is dropped in silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dashboard.definitions import contracts, deployment, programmes
from dashboard.definitions.headers import normalise
from dashboard.definitions.places import Entry
from dashboard.definitions.table import Table
from dashboard.sources import sheet
from dashboard.sources.recognition import left_out
from dashboard.warehouse.build import staging
from tests.cases.tables import write_files
from tests.google_server import Worksheet
from tests.pages import html_of, open_page
from tests.running import Outcome, asked, build, flaws, inputs, kpi, stored
from tests.sheets_running import ID, Office, book, built, facts

TABLES = contracts.load()
VISITS = ("學校名稱", "輔導日期", "輔導人員", "主題")
VISIT = ("深澳國小", "111/10/07", "王輔導", "備課")
TRAINING = ("學校名稱", "教師編號", "姓名", "課程名稱", "研習日期", "時數", "研習證明")
TRAINED = ("深澳國小", "", "王一平", "資通安全", "111/05/05", "3", "是")
SURVEY = ("時間戳記", "學校名稱", "年級", "班級", "座號", "測驗別")
Rows = Sequence[Sequence[Any]]


def read(place: Path, files: dict[str, Rows | dict[str, Rows]]) -> tuple[Path, Outcome]:
    told = build(write_files(place, files), place / "warehouse")
    assert told.code == 0, told.err
    return place / "warehouse", told


def accepted(place: Path) -> dict[str, int]:
    return {file: row["accepted"] for file, row in inputs(place).items()}


# Which table a file or worksheet is


@pytest.mark.parametrize(
    ("title", "table"),
    [
        ("研習紀錄_深澳國小", "training"),
        ("附件1_研習紀錄", "training"),
        ("111研習紀錄", "training"),
        ("研習記錄_深澳國小", "training"),
        ("複製 - 入校輔導", "coaching"),
        ("111學年度公開授課", "public_lessons"),
        ("信義國小 研習 紀錄 (1)", "training"),
        ("ｔｒａｉｎｉｎｇ－2022", "training"),
        ("training-2022-11", "training"),
        ("Public Lessons 2022", "public_lessons"),
        ("公開授課觀課紀錄", "observations"),
        ("公開授課 觀課記錄", "observations"),
        ("公開授課與觀課紀錄", "public_lessons"),
        ("觀課紀錄表", "observation_records"),
        ("自主學習量表施測", "survey_rounds"),
        ("研\u200b習紀\ufe00錄", "training"),
        ("constraining", None),
        ("preschools", None),
        ("填表說明", None),
        ("教職員名册", None),
    ],
)
def test_a_title_that_contains_a_tables_name_is_that_table(title: str, table: str | None) -> None:
    found = contracts.table_of(title, TABLES.values())
    assert (found.id if found else None) == table


def test_every_table_is_found_by_each_of_its_names_wherever_it_stands() -> None:
    for table in TABLES.values():
        for name in table.names:
            for title in (name, f"附件 1_{name}", f"深澳國小 {name} (2)", f"111-{name}.最終"):
                assert contracts.table_of(title, TABLES.values()) is table, title


def test_a_workbook_with_a_worksheet_a_school_is_read_whole(tmp_path: Path) -> None:
    months = {
        "填表說明": [["請於每月 5 日前填報"], ["一位教師一列"]],
        "九月": [["入校輔導"], VISITS, VISIT],
        "十月": [VISITS, ("深澳國小", "111/10/14", "王輔導", "備課")],
        "空白": [],
    }
    place, told = read(tmp_path, {"深澳國小入校輔導.xlsx": months})
    assert {file.partition("#")[2]: row["accepted"] for file, row in inputs(place).items()} == {
        "填表說明": 0,
        "九月": 1,
        "十月": 1,
        "空白": 0,
    }
    assert "沒有讀：深澳國小入校輔導.xlsx#填表說明：" in told.err and "#空白" not in told.err


def test_a_workbook_without_the_header_of_its_table_says_what_it_lacks(tmp_path: Path) -> None:
    books = {"入校輔導.xlsx": {"說明": [["請填寫"]], "一年級": [("學校名稱", "輔導曰期", "輔導人員"), VISIT]}}
    place, told = read(
        tmp_path, {**books, "觀課紀錄.csv": [("主辦學校", "誰")], "coaching.csv": [VISITS, VISIT]}
    )
    problem = inputs(place)["入校輔導.xlsx#一年級"]["problem"]
    assert "找不到「輔導日期」欄" in problem and "「輔導曰期」可能是「輔導日期」" in problem
    assert "讀到的標題列是：「學校名稱」「輔導曰期」「輔導人員」" in problem
    assert inputs(place)["觀課紀錄.csv"]["problem"].endswith("讀到的標題列是：「主辦學校」「誰」。")
    assert told.err.startswith("讀不進來：")


# What is left out is told


def test_whatever_is_left_out_is_told_the_likely_harm_first(tmp_path: Path) -> None:
    data = write_files(
        tmp_path,
        {
            "入校輔導.csv": [VISITS, VISIT],
            "觀課紀錄.csv": [("一", "二")],
            "公開授課_深澳國小.csv": [VISITS, VISIT],
            "名冊.csv": [
                ("學校名稱", "教師編號", "教師姓名", "身分"),
                ("深澳國小", "T1", "王一平", "正式教師"),
            ],
            "名單.csv": [("校名", "到校日期", "輔導委員"), VISIT],
            "研習紀綠.csv": [("隨", "意")],
            "學校.xlsx": {"深澳": [VISITS, VISIT], "雜記": [["今天天氣好"]]},
        },
    )
    (data / "研習紀錄.pdf").write_bytes(b"%PDF-1.7")
    (data / "照片.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    told = build(data, tmp_path / "warehouse")
    lines = told.err.splitlines()
    starts = ["：".join(line.split("：")[:2]) for line in lines]
    assert starts[:-1] == [
        "讀不進來：公開授課_深澳國小.csv",
        "讀不進來：觀課紀錄.csv",
        "沒有讀：名冊.csv",
        "沒有讀：名單.csv",
        "沒有讀：學校.xlsx#深澳",
        "沒有讀：研習紀錄.pdf",
        "沒有讀：學校.xlsx#雜記",
        "沒有讀：照片.jpg",
        "沒有讀：研習紀綠.csv",
    ]
    found = inputs(tmp_path / "warehouse")
    assert "標題列是「入校輔導」的；若名稱寫錯了" in found["公開授課_深澳國小.csv"]["problem"]
    assert "標題列最像「教職員名冊」的，但找不到「到職日」欄" in found["名冊.csv"]["left_out"]
    assert "標題列是「入校輔導」的：請在檔名加上「入校輔導」" in found["名單.csv"]["left_out"]
    assert "請在工作表名稱加上「入校輔導」" in found["學校.xlsx#深澳"]["left_out"]
    assert "請把檔名裡的「研習紀綠」改成「研習紀錄」" in found["研習紀綠.csv"]["left_out"]
    assert [found[file]["likely"] for file in ("名單.csv", "研習紀錄.pdf", "照片.jpg")] == [
        "coaching",
        "training",
        None,
    ]
    assert told.out.count("\n") == 8


def test_at_most_twenty_things_are_told_and_the_others_counted(tmp_path: Path) -> None:
    files: dict[str, Rows | dict[str, Rows]] = {f"名單{n}.csv": [VISITS, VISIT] for n in range(25)}
    place, told = read(tmp_path, {**files, "入校輔導.csv": [VISITS, VISIT]})
    assert told.err.count("沒有讀：") == 20 and "另有 5 項沒有列在這裡；全部列在「資料」頁。" in told.err
    assert len(asked(place, "unreadable")) == 25


def test_what_the_configuration_leaves_out_is_not_told() -> None:
    base = sheet.Sheet("名單.csv", 1, dt.datetime(2022, 1, 1), "", rows=((1, [*VISITS]), (2, [*VISIT])))
    assert left_out(base, Entry(table=""), TABLES).left_out is None
    assert left_out(base, None, TABLES).likely == "coaching"


def test_the_worksheets_of_a_spreadsheet_are_told_by_their_header_too(office: Office) -> None:
    tables = facts()
    rest = {name: rows for name, rows in tables.items() if name != "入校輔導"}
    half = len(tables["入校輔導"]) // 2
    head, *rows = tables["入校輔導"]
    monthly = book(
        {"說明": [["請填寫"]], "九月": [head, *rows[:half]], "十月": [head, *rows[half:]]}, f"{ID}M"
    )
    monthly.title = "111 年入校輔導"
    monthly.worksheets.append(Worksheet(9, "入校輔導（舊）", [head, *rows], hidden=True))
    other = book({**rest, "深澳": [head, *rows]})
    office.server.spreadsheets = {ID: other, f"{ID}M": monthly}
    office.configure(ids=(ID, f"{ID}M"))
    told = office.kpi("build")
    assert told.code == 0, told.err
    (coaching,) = (row for row in asked(office.place, "tables") if row["table_name"] == "coaching")
    assert coaching["read"] == len(rows)
    found = {row["file"]: row for row in inputs(office.place).values()}
    assert "隱藏的工作表" in found["111 年入校輔導#入校輔導（舊）"]["left_out"]
    assert found["111 年入校輔導#入校輔導（舊）"]["likely"] == "coaching"
    assert found["基隆市彙整#深澳"]["likely"] == "coaching" and found["111 年入校輔導#說明"]["left_out"]
    # The rows of what was left out are not kept, but why is.
    assert office.kpi("build").code == 0
    assert {row["file"]: row["left_out"] for row in inputs(office.place).values()} == {
        file: row["left_out"] for file, row in found.items()
    }


def test_a_worksheet_told_by_its_header_keeps_its_rows_once_that_breaks(office: Office) -> None:
    head, *rows = facts()["入校輔導"]
    monthly = book({"九月": [head, *rows[:2]], "十月": [head, *rows[2:]]})
    monthly.title = "入校輔導"
    office.server.spreadsheets = {ID: monthly}
    before = {name: read for name, _, read, *_ in built(office)["counts"]}
    monthly.worksheets[0].rows = [["#REF!"]]
    monthly.touch()
    after = built(office)
    assert {name: read for name, _, read, *_ in after["counts"]} == before


# Header cells


MARKED = [
    "*{}", "{}*", "※{}", "{}：", "、{}", "1.{}", "(1){}", "一、{}", "3、 {} :", "{}（必填）", "{}(是/否)", "【{}】", "[必填]{}",
    "{}\n〔民國〕", "{}(小時", "\u200b{}", "{}\ufe0f", "\u202a{}\u202c", "\U000e0101{}", "'{}", '="{}"', " {}　", "{}(例(是))", "＊{}＊",
]  # fmt: skip


@pytest.mark.parametrize("form", MARKED)
def test_marks_and_remarks_at_a_header_play_no_part(form: str) -> None:
    for table in TABLES.values():
        for column in table.columns.values():
            assert table.column_of(form.format(column.headers[0])) == column.id, (table.id, column.id)


@pytest.mark.parametrize("form", MARKED)
def test_a_number_that_is_the_names_own_is_none_of_its_marks(form: str) -> None:
    own = contracts.chosen(TABLES, programmes.load(programmes.FOLDER / "ntpc-5g-112.toml", TABLES))["targets"]
    assert {own.column_of(form.format(f"{year}年目標")) for year in (112, 113)} == {"goal_112", "goal_113"}


def test_a_header_of_character_references_is_its_characters() -> None:
    assert TABLES["training"].column_of("&#22995;&#x540D;") == "name"


def test_a_remark_makes_no_column_of_what_is_none() -> None:
    for header in ("備註(姓名)", "序號1", "(必填)", "*", "", "姓名2", "家長姓名"):
        assert TABLES["training"].column_of(header) is None, header


@pytest.mark.parametrize("programme", [None, *sorted(programmes.FOLDER.glob("*.toml"))])
def test_no_name_is_two_columns_of_a_table(programme: Path | None) -> None:
    tables = contracts.chosen(TABLES, programmes.load(programme, TABLES)) if programme else TABLES
    for table in tables.values():
        seen: dict[str, str] = {}
        for column in table.columns.values():
            for header in column.headers:
                assert seen.setdefault(normalise(header), column.id) == column.id, (table.id, header)


def test_the_usual_other_names_are_known() -> None:
    known = {
        "staff": {
            "離職日期": "end_date",
            "到校日": "start_date",
            "教師姓名": "name",
            "職稱": "duty",
            "校名": "school",
        },
        "training": {
            "研習名稱": "course",
            "研習時數": "hours",
            "是否取得研習證明": "certified",
            "日期": "date",
        },
        "schools": {"班級數(普通班)": "classes", "學校": "school"},
        "public_lessons": {"公開授課日期": "date", "授課老師": "teacher"},
        "observations": {"觀課者": "teacher", "承辦學校": "host"},
        "srl_survey": {"填答時間": "timestamp", "前後測": "phase"},
        "coaching": {"到校日期": "date", "輔導委員": "adviser"},
    }
    for table, names in known.items():
        assert {name: TABLES[table].column_of(name) for name in names} == names


def test_an_exact_name_goes_before_one_with_a_remark(tmp_path: Path) -> None:
    rows = [
        ("學校名稱", "輔導日期(原訂)", "輔導日期", "輔導人員"),
        ("深澳國小", "改期", "111/10/07", "王輔導"),
    ]
    place, _ = read(tmp_path, {"入校輔導.csv": rows})
    assert accepted(place) == {"入校輔導.csv": 1}


def test_of_several_names_of_a_column_the_first_is_read_and_that_is_told(tmp_path: Path) -> None:
    rows = [("學校名稱", "日期", "輔導日期", "輔導人員"), ("深澳國小", "無", "111/10/07", "王輔導")]
    place, told = read(tmp_path, {"入校輔導.csv": rows})
    assert accepted(place) == {"入校輔導.csv": 1}
    assert "請注意：入校輔導.csv：「輔導日期」與「日期」是同一欄，採用「輔導日期」。" in told.err


# Two columns of one header


def large(rows: Rows) -> Rows:
    """As many rows as make a file that would be left to the database."""
    head, *body = rows
    return [head, *([*row[:-1], f"{row[-1]}{n}"] for n in range(5_000) for row in body)]


def test_of_two_columns_of_one_header_the_filled_one_is_read(tmp_path: Path) -> None:
    files: dict[str, Rows | dict[str, Rows]] = {}
    expected: dict[str, int] = {}
    for at, header in enumerate(("班級", "班級 ", "班\u200b級", "班級（六年級）")):
        for number, kind in enumerate(("csv", "xlsx", "large")):
            seat = f"{at + 1}{number + 1}"
            rows: Rows = [
                ("時間戳記", "學校名稱", "年級", "班級", header, "測驗別", "座號"),
                ("2022/10/7 15:21:45", "深澳國小", "五", "二", "", "前測", seat),
                ("2022/10/7 15:25:00", "深澳國小", "六", "", "三", "前測", seat),
            ]
            name = f"自主學習量表_{at}_{kind}"
            if kind == "xlsx":
                files[f"{name}.xlsx"] = {"表單回應 1": rows}
                expected[f"{name}.xlsx#表單回應 1"] = 2
            else:
                files[f"{name}.csv"] = large(rows) if kind == "large" else rows
                expected[f"{name}.csv"] = 10_000 if kind == "large" else 2
    place, told = read(tmp_path, files)
    assert accepted(place) == expected
    assert "刪除" not in told.err and flaws(place) == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_two_tables_side_by_side_are_not_read_and_that_is_told(kind: str, tmp_path: Path) -> None:
    rows: Rows = [
        ("學校名稱", "輔導日期", "", "學校名稱", "輔導日期"),
        ("深澳國小", "111/10/07", "", "信義國小", "111/10/08"),
    ]
    place, told = read(
        tmp_path,
        {
            "coaching.csv": [VISITS, VISIT],
            "入校輔導.csv" if kind == "csv" else "入校輔導.xlsx": rows if kind == "csv" else {"甲": rows},
        },
    )
    (problem,) = (row["problem"] for row in inputs(place).values() if row["problem"])
    assert "「學校名稱」（A 欄）與「學校名稱」（D 欄）是同一欄，但第 2 列兩欄都有填" in problem
    assert problem in told.err and "刪除" not in problem


def test_an_optional_column_that_is_filled_twice_is_read_once_with_a_note(tmp_path: Path) -> None:
    rows = [("學校名稱", "輔導日期", "主題", "主題"), ("深澳國小", "111/10/07", "備課", "觀課")]
    place, told = read(tmp_path, {"入校輔導.csv": rows})
    assert accepted(place) == {"入校輔導.csv": 1}
    assert "採用「主題」（C 欄）" in told.err and "刪除" not in told.err
    (unused,) = asked(place, "unused_columns")
    assert (unused["letters"], unused["header"], unused["filled"], unused["likely"]) == ("D", "主題", 1, None)


# No filled column is dropped in silence


@pytest.mark.parametrize("kind", ["csv", "xlsx", "large"])
def test_a_column_that_is_not_used_is_listed_and_a_near_one_is_told(kind: str, tmp_path: Path) -> None:
    rows: Rows = [
        ("學校名稱", "輔導日期", "輔導主題說明", "備註", "空欄", "輔導人員"),
        ("深澳國小", "111/10/07", "備課", "好", "", "王輔導"),
        ("深澳國小", "111/10/08", "", "好", "", "王輔導"),
    ]
    files: dict[str, dict[str, Rows | dict[str, Rows]]] = {
        "csv": {"入校輔導.csv": rows},
        "xlsx": {"入校輔導.xlsx": {"甲": rows}},
        "large": {"入校輔導.csv": large(rows)},
    }
    place, told = read(tmp_path, files[kind])
    times = 5_000 if kind == "large" else 1
    listed = [(row["header"], row["filled"], row["likely"]) for row in asked(place, "unused_columns")]
    assert listed == [("輔導主題說明", times, "topic"), ("備註", 2 * times, None)]
    assert f"「輔導主題說明」欄（C 欄，{times} 格有填）沒有用到，可能是「主題」" in told.err
    assert "備註" not in told.err


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("staff", "離職曰", "end_date"),
        ("staff", "實際離職日", "end_date"),
        ("staff", "離職", "end_date"),
        ("training", "研習証明", "certified"),
        ("training", "證明", "certified"),
        ("schools", "班級數量", "classes"),
        ("public_lessons", "四學模式說明", "four_learning"),
        ("budget", "實支金額合計", "spent"),
        ("targets", "現況值說明", "current"),
        ("training", "人員類別", None),
        ("training", "備註", None),
        ("srl_survey", "坐號", "seat"),
        ("srl_survey", "序號", None),
        ("srl_survey", "學號", None),
        ("staff", "編號", "staff_id"),
        ("coaching", "標題", None),
    ],
)
def test_what_is_near_a_column_probably_is_it(table: str, header: str, column: str | None) -> None:
    assert TABLES[table].column_of(header) is None
    assert TABLES[table].likely_column(header, ()) == column
    assert column is None or TABLES[table].likely_column(header, {column}) != column


def test_what_stands_beside_a_header_is_told_as_one(tmp_path: Path) -> None:
    rows = [VISITS[:2], ("深澳國小", "111/10/07", *(f"x{n}" for n in range(300)))]
    place, _ = read(tmp_path, {"入校輔導.csv": rows})
    (row,) = asked(place, "unused_columns")
    assert (row["letters"], row["header"], row["filled"]) == ("C", "", 300)


def test_both_programmes_tell_what_they_do_not_use(tmp_path: Path) -> None:
    data = write_files(
        tmp_path,
        {
            "學校名冊.csv": [("學校名稱", "組別", "角色", "PBL學校"), ("板橋國小", "甲區", "示範學校", "是")],
            "各校核定經費.csv": [
                ("校名", "計畫年度", "經資別", "經費科目", "核定經費", "實支金額備註"),
                ("板橋國小", "112", "經常門", "業務費", "1000", "900"),
            ],
            "清單.csv": [("學校", "日期", "活動名稱"), ("板橋國小", "112/11/08", "成果展")],
        },
    )
    told = kpi("build", "--data", data, "--warehouse", tmp_path / "warehouse", "--programme", "ntpc-5g-112")
    assert told.code == 0, told.err
    assert "「PBL學校」欄（D 欄，1 格有填）沒有用到，可能是「PBL」" in told.err
    assert "「實支金額備註」欄（F 欄，1 格有填）沒有用到，可能是「實支金額」" in told.err
    assert "沒有讀：清單.csv：檔名看不出是哪一張資料表，沒有讀。標題列是「推廣活動」的" in told.err


def test_the_page_shows_what_was_not_read_and_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, Rows | dict[str, Rows]] = {
        "入校輔導.csv": [
            ("學校名稱", "輔導日期", "輔導主題說明", "<b>備註"),
            ("深澳國小", "111/10/07", "備課", "好"),
        ],
        "<b>名單.csv": [VISITS, VISIT],
    }
    place, _ = read(tmp_path, files)
    file = tmp_path / "kpi.toml"
    file.write_text(f'programmes = ["keelung-111"]\nwarehouse = "{place.as_posix()}"\n', encoding="utf-8")
    monkeypatch.setenv(deployment.VARIABLE, str(file))
    app = open_page("data")
    shown = html_of(app)
    assert not app.exception and "<b>名單" not in shown and "<b>備註" not in shown
    open_part = shown.partition("各資料表的列數")[0]
    assert "&lt;b&gt;名單.csv" in open_part and "標題列是「入校輔導」的" in open_part
    assert "輔導主題說明" in open_part and "備註" not in open_part
    assert "&lt;b&gt;備註（D 欄）" in shown and "1 個檔案或工作表像資料表，但沒有讀。" in shown


# What counts as missing


@pytest.mark.parametrize("kind", ["csv", "xlsx", "blank rows"])
def test_a_table_without_a_row_in_any_file_is_missing_and_that_is_told(kind: str, tmp_path: Path) -> None:
    head = ("學校名稱", "授課教師", "授課日期", "數位學習模式")
    empty: dict[str, dict[str, Rows | dict[str, Rows]]] = {
        "csv": {"公開授課.csv": [head], "公開授課_深澳國小.csv": [head]},
        "xlsx": {"公開授課.xlsx": {"甲": [head], "乙": [head]}},
        "blank rows": {"公開授課.csv": [head, ("", "", " ", ""), ("\u3000", "", "", "\u200b")]},
    }
    place, told = read(tmp_path, {**empty[kind], "入校輔導.csv": [VISITS, VISIT]})
    supplied = dict(stored(place, "select table_name, supplied from tables"))
    assert supplied["coaching"] and not supplied["public_lessons"]
    assert told.err.count("這張表當作未提供") == (1 if kind == "blank rows" else 2)
    ((status,),) = set(stored(place, "select distinct status from results where kpi = 'public_lesson'"))
    assert status == "no_data"


def test_one_row_in_one_file_is_enough(tmp_path: Path) -> None:
    head = ("學校名稱", "授課教師", "授課日期", "數位學習模式")
    place, told = read(
        tmp_path,
        {"公開授課_甲.csv": [head], "公開授課_乙.csv": [head, ("深澳國小", "王一平", "111/10/07", "是")]},
    )
    assert dict(stored(place, "select table_name, supplied from tables"))["public_lessons"]
    assert "當作未提供" not in told.err


def test_a_table_all_of_whose_files_are_unreadable_is_missing(tmp_path: Path) -> None:
    place, _ = read(tmp_path, {"公開授課.csv": [("學校名稱", "誰")], "入校輔導.csv": [VISITS, VISIT]})
    assert not dict(stored(place, "select table_name, supplied from tables"))["public_lessons"]


# The rows add up


def test_a_row_that_is_lost_on_its_way_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: Rows = [VISITS, VISIT, ("深奧國小", "111/10/07", "王輔導", ""), ("", "", "", ""), VISIT]
    place, _ = read(tmp_path, {"入校輔導.csv": rows})
    (row,) = inputs(place).values()
    assert [row[name] for name in ("read", "accepted", "duplicate", "rejected")] == [3, 1, 1, 1]
    whole = staging.create_typed

    def losing(table: Table) -> str:
        return whole(table) + ("\nwhere r.n <> 1" if table.id == "coaching" else "")

    monkeypatch.setattr(staging, "create_typed", losing)
    told = build(tmp_path / "data", place)
    assert told.code == 3 and "查核「逐檔列數相符」未通過" in told.err and "入校輔導.csv" in told.err
