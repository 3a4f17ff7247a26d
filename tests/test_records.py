"""Rows that are no record, how a person is named, and what two rows say of one fact: each a sentence with its rows."""

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dashboard import access, sample, warehouse
from dashboard.definitions import contracts, programmes
from dashboard.definitions.headers import normalise
from dashboard.definitions.places import Places
from dashboard.definitions.table import Column, Table
from dashboard.ui.base import records
from tests.cases.tables import COACHING, LESSONS, SCHOOLS, STAFF, TRAINING, VISITS, Rows, built, written
from tests.running import asked, build, flaws, inputs, kpi, stored

TABLES = contracts.load()
NTPC = "ntpc-5g-112"


def lessons(place: Path, *teachers: str, day: str = "111/10/26") -> Path:
    return built(place, public_lessons=[LESSONS, *(("深澳國小", one, day, "是") for one in teachers)])


def counted(place: Path, kpi_id: str = "public_lesson", school: str = "深澳國小") -> int:
    on = {"on": dt.date(2022, 12, 31), "kpi": kpi_id, "level": "school", "period": None}
    (row,) = (row for row in asked(place, "kpi_results", **on) if row["school"] == school)
    return int(row["counted"])


def counts(place: Path, table: str) -> tuple[int, int, int, int]:
    (row,) = (row for row in asked(place, "tables") if row["table_name"] == table)
    return row["read"], row["accepted"], row["duplicate"], row["rejected"]


def reasons(place: Path) -> list[tuple[str, int, str]]:
    return [(flaw["severity"], int(flaw["line"]), flaw["reason"]) for flaw in flaws(place)]


# --- rows that are no record


def test_a_cell_of_a_teacher_that_says_it_is_none_is_no_teacher(tmp_path: Path) -> None:
    cells = [
        "合計", "小計", "總計", "合 計", "合　計：", "王一平小計", "共2人", "共 12 場", "共計3位", "共三人", "範例", "必填", "（必填）",
        "說明", "範例：王一平", "例:王一平", "無", "本月無", "未辦理", "本月未辦理", "－", "–", "-",
        "合計 2 人", "總計：3位", "累計", "共２人", "計2人", "平均", "總人數", "Total", "範例1", "（範例）王一平", "王小明（範例）", "【範例】王小明",
        "※範例", "例如：王一平", "示例", "Ex: 王一平", "必填欄位", "尚未辦理", "本學期無", "沒有", "暫無", "—", "／", "N/A",
    ]  # fmt: skip
    place = lessons(tmp_path, "王一平", *cells)
    assert counted(place) == 1
    assert reasons(place) == [("rejected", 3 + at, "not_a_record") for at in range(len(cells))]
    told = [flaw["message"] for flaw in flaws(place)]
    assert all(f"「{cell}」" in one and "不必改" in one for cell, one in zip(cells, told, strict=True))


def test_a_name_that_merely_contains_such_a_word_is_a_name(tmp_path: Path) -> None:
    names = ["郝總", "吳無", "計小合", "何說明", "王範例", "連本月", "平均一", "例一平", "Alex", "註一平"]
    place = lessons(tmp_path, *names)
    assert counted(place) == len(names)
    assert {flaw["reason"] for flaw in flaws(place)} == {"unknown_person"}


def test_a_course_that_contains_such_a_word_is_a_course(tmp_path: Path) -> None:
    courses = [
        "資安課綱說明會",
        "資安範例研討",
        "例行資安研習",
        "共學資安",
        "資安共2場次之一般",
        "資安總計畫2",
        "範例教學與資安",
        "無所不在的資安",
        "未來資安",
        "※資安（必修）",
    ]
    rows = [("深澳國小", "", "王一平", course, "111/5/5", "3", "") for course in courses]
    place = built(tmp_path, training=[TRAINING, *rows])
    assert flaws(place) == []
    assert counts(place, "training") == (len(courses), len(courses), 0, 0)


NO_RECORDS = [
    (("合計", "", "", "", "", "12", ""), "合計"),
    (("深澳國小合計", "", "", "", "", "12", ""), "深澳國小合計"),
    (("", "", "", "", "", "共 36 小時", ""), "共 36 小時"),
    (("", "小計", "", "", "", "", ""), "小計"),
    (("必填", "必填", "必填", "必填", "必填", "必填", "選填"), "必填"),
    (("範例：深澳國小", "T1", "王一平", "資安", "111/3/1", "3", "是"), "範例：深澳國小"),
    (("深澳國小", "T1", "王一平", "範例", "111/3/1", "3", "是"), "範例"),
    (("深澳國小", "T1", "王一平", "例：資安", "111/3/1", "3", "是"), "例：資安"),
    (("深澳國小", "T1", "王一平", "說明", "111/3/1", "3", "是"), "說明"),
    (("深澳國小", "", "無", "資安", "111/3/1", "3", ""), "無"),
    (("深澳國小", "T1", "王一平", "未辦理", "111/3/1", "3", ""), "未辦理"),
    (("深澳國小", "T1", "王一平", "資安", "－", "3", ""), "－"),
    (("承辦人：王小明", "", "", "", "校長", "", ""), "承辦人：王小明"),
    (("", "", "填表人：李二強", "", "", "", ""), "填表人：李二強"),
    (("主任", "", "校長：王大同", "", "", "", ""), "主任"),
    (("製表", "", "", "", "", "", "核章"), "製表"),
    (("教務主任 李二強", "", "", "", "", "", ""), "教務主任 李二強"),
    (TRAINING, "學校名稱"),
    (("學校名稱", "教師編號", "*姓名", "課程名稱*", "研習日期(民國)", "時數", "研習證明"), "學校名稱"),
    (("學校名稱", "", "姓名", "", "研習日期", "", ""), "學校名稱"),
    (("", "", "", "course", "date", "hours", ""), "course"),
    (("校名", "教師代碼", "", "研習名稱", "研習日", "研習時數", ""), "校名"),
    (("合計：6小時", "", "", "", "", "", ""), "合計：6小時"),
    (("累計", "", "", "", "", "9", ""), "累計"),
    (("範例1", "T1", "王一平", "資安", "111/3/1", "3", "是"), "範例1"),
    (("（範例）深澳國小", "T1", "王一平", "資安", "111/3/1", "3", "是"), "（範例）深澳國小"),
    (("深澳國小（範例）", "T1", "王一平", "資安", "111/3/1", "3", "是"), "深澳國小（範例）"),
    (("例如：深澳國小", "T1", "王一平", "資安", "111/3/1", "3", "是"), "例如：深澳國小"),
    (("", "", "承辦人：", "林大同", "", "電話：", "02-2422"), "承辦人："),
    (("製表日期：111/10/31", "", "覆核", "", "機關首長：", "", ""), "製表日期：111/10/31"),
    (("備註：請附研習證明", "", "", "", "", "", ""), "備註：請附研習證明"),
    (("※請勿更動欄位", "", "", "", "", "", ""), "※請勿更動欄位"),
    (("第 1 頁，共 2 頁", "", "", "", "", "", ""), "第 1 頁"),
    (("", "", "", "以下空白", "", "", ""), "以下空白"),
    (("深澳國小", "", "", "本月無研習", "", "", ""), "本月無研習"),
    (("深澳國小", "", "", "", "—", "", ""), "—"),
]


def test_a_row_that_is_no_record_is_nobodys_to_mend(tmp_path: Path) -> None:
    good = ("深澳國小", "T2", "李二強", "資安", "111/5/5", "3", "是")
    place = built(tmp_path, training=[TRAINING, good, *(row for row, _ in NO_RECORDS)])
    assert counts(place, "training") == (len(NO_RECORDS) + 1, 1, 0, len(NO_RECORDS))
    assert counted(place, "infosec") == 1
    told = flaws(place)
    assert [flaw["line"] for flaw in told] == list(range(3, len(NO_RECORDS) + 3))
    for flaw, (row, said) in zip(told, NO_RECORDS, strict=True):
        assert flaw["reason"] == "not_a_record" and said in flaw["message"], row
        assert flaw["original"].split(",")[0] == row[0]


def test_a_row_that_is_one_keeps_its_own_fault(tmp_path: Path) -> None:
    rows = {
        ("深澳國小", "T1", "王一平", "資安", "111/3/1", "3", "無"): None,
        ("深澳國小", "T1", "王一平", "資安", "111/3/1", "", ""): "missing_value",
        ("無", "", "王一平", "資安", "111/3/1", "3", ""): "unknown_school",
        ("-", "", "王一平", "資安", "111/3/1", "3", ""): "unknown_school",
        ("深澳國小", "", "王一平", "資安", "111/3/1", "無", ""): "bad_number",
        ("深澳國小", "", "主任", "資安", "111/3/1", "3", ""): "unknown_person",
        ("", "", "", "", "2022/9/4 下午 3:21:45", "", ""): "missing_value",
        ("深澳國小", "", "", "", "", "", ""): "missing_value",
    }
    place = built(tmp_path, training=[TRAINING, *rows])
    assert [flaw["reason"] for flaw in flaws(place)] == [reason for reason in rows.values() if reason]


def test_answers_that_look_like_headers_with_a_number_are_answers(tmp_path: Path) -> None:
    header = ("時間戳記", "學校名稱", "年級", "班級", "測驗別")
    rows = [("2022/10/7", "深澳國小", grade, "2", "前後測") for grade in ("2年級", "２年級", "5 年級")]
    place = built(tmp_path, srl_survey=[header, *rows, ("2022/10/7", "深澳國小", "1.年級", "2", "前後測")])
    assert [reason for *_, reason in reasons(place)] == ["bad_choice"] * 3 + ["not_a_record"]


def test_a_row_has_the_first_of_its_faults_and_that_it_is_none_comes_first(tmp_path: Path) -> None:
    place = built(tmp_path, coaching=[COACHING, ("", "不詳", "合計"), ("", "不詳", "王輔導")])
    assert reasons(place) == [("rejected", 2, "not_a_record"), ("rejected", 3, "missing_value")]


def test_the_first_filled_cell_may_be_of_a_column_that_nobody_reads(tmp_path: Path) -> None:
    firsts = ["合計", "小計", "3", "總計畫", "", "範例", "（例）", "例行"]
    rows = [(first, "深澳國小", "111/10/31", f"輔導{at}員") for at, first in enumerate(firsts)]
    place = built(tmp_path, coaching=[("序號", *COACHING), *rows, ("", "", "", "", "合計")])
    assert reasons(place) == [("rejected", line, "not_a_record") for line in (2, 3, 7, 8, 10)]


def test_a_total_or_an_example_is_none_though_a_code_or_the_host_would_do(tmp_path: Path) -> None:
    coded = ("學校名稱", "學校代碼", "輔導日期", "輔導人員")
    schools = [("學校名稱", "學校代碼", "組別", "角色"), ("深澳國小", "173608", "自主學習組", "夥伴學校")]
    visits = [
        (name, "173608", "111/10/31", "王輔導")
        for name in ("合計", "範例", "必填", "範例：深澳國小", "深澳國小小計", "")
    ]
    hosts = [
        (name, "111/11/2", "深澳國小", "王一平")
        for name in ("範例", "合計", "說明", "例：信義國小", "瑞芳國中")
    ]
    place = built(tmp_path, schools=schools, coaching=[coded, *visits], observations=[VISITS, *hosts])
    assert counts(place, "coaching") == (6, 1, 0, 5)
    assert counts(place, "observations") == (5, 1, 0, 4)
    assert {flaw["reason"] for flaw in flaws(place)} == {"not_a_record"}


def test_a_merged_total_of_a_workbook_is_a_total(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "公開授課"
    for row in (LESSONS, ("深澳國小", "王一平", "111/10/26", "是"), ("合計", None, None, "1")):
        sheet.append(row)
    sheet.merge_cells("A3:C3")
    (tmp_path / "data").mkdir()
    book.save(tmp_path / "data" / "公開授課.xlsx")
    place = built(tmp_path)
    assert counted(place) == 1
    assert reasons(place) == [("rejected", 3, "not_a_record")]


def test_a_total_of_the_roster_of_schools_is_no_school(tmp_path: Path) -> None:
    data = written(
        tmp_path / "data",
        schools=[("學校名稱", "組別", "角色", "班級數"), ("板橋國小", "板橋區", "示範學校", "24"),
                 ("合計", "小計", "示範學校", "24"), ("範例：三重國小", "三重區", "示範學校", "24")],
    )  # fmt: skip
    told = kpi("build", "--data", data, "--programme", NTPC, "--warehouse", tmp_path / "w")
    assert told.code == 0, told.err
    snapshot = warehouse.current(tmp_path / "w", NTPC)
    assert [row[0] for row in warehouse.rows(snapshot, "schools", access.bureau())[1]] != []
    names = {name for (name,) in _stored(tmp_path / "w", "select name from all_schools")}
    groups = {name for (name,) in _stored(tmp_path / "w", "select name from groups")}
    assert (names, groups) == ({"板橋國小"}, {"板橋區"})


def _stored(place: Path, query: str) -> list[tuple[Any, ...]]:
    with warehouse.snapshots.connection(warehouse.current(place, NTPC).path).cursor() as cursor:
        return cursor.execute(query).fetchall()


def test_a_build_tells_how_many_of_the_refused_rows_are_no_record(tmp_path: Path) -> None:
    rows = [("深澳國小", "111/10/31", name) for name in ("王輔導", "合計", "小計")]
    data = written(tmp_path / "data", schools=SCHOOLS, coaching=[COACHING, *rows, ("", "111/11/1", "王輔導")])
    (line,) = [line for line in build(data, tmp_path / "w").out.splitlines() if line.startswith("入校輔導")]
    assert "4 = 採用 1 + 重複 0 + 退回 3（其中 2 列不是紀錄，不必改）" in line


def test_what_is_no_record_is_in_no_notice_and_is_counted_apart(tmp_path: Path) -> None:
    place = lessons(tmp_path, "合計", "全體教師")
    assert [row["reason"] for row in asked(place, "rejects_by_reason", table=None, school=None)] == [
        "bad_choice"
    ]
    (notice,) = asked(place, "notices")
    assert (notice["school_name"], notice["rejected"]) == ("深澳國小", 1)
    (school,) = stored(place, "select school_id from all_schools where name = '深澳國小'")
    assert [row["line"] for row in asked(place, "school_rejects", school_id=school[0])] == [3]
    wanted = {"table": None, "reason": None, "school": None, "fresh": None}
    shown = {
        severity: [
            row["line"] for row in asked(place, "rejects", severity=severity, **wanted, size=9, skip=0)
        ]
        for severity in records.SEVERITIES
    }
    assert shown == {"rejected": [3], "warning": [], "no_record": [2]}
    facets = asked(place, "reject_counts", severity="no_record", **wanted)
    assert [row["rows"] for row in facets if row["facet"] == "table"] == [1]
    file = inputs(place)["public_lessons.csv"]
    assert (file["read"], file["rejected"], file["no_record"]) == (2, 2, 1)
    on = dt.date(2022, 12, 31)
    (bound,) = asked(place, "school_bounds", school_id=school[0], period="111", on=on)
    assert (bound["kpi"], bound["line"]) == ("public_lesson", 3)


# --- every table of both programmes


@dataclass(frozen=True)
class Inserted:
    """A kind of row that is no record: its cells, from the header's columns and a row of data."""

    name: str

    def cells(self, table: Table, columns: Sequence[Column | None], row: Sequence[str]) -> list[str] | None:
        """None where the table has no column that could say so."""
        blank = [""] * len(columns)
        match self.name:
            case "total":
                return ["合計", *blank[1:]]
            case "subtotal":
                at = self._first(columns, ("person", "school"), required=False)
                return None if at is None else [*row[:at], f"{row[at]}小計", *row[at + 1 :]]
            case "example":
                at = self._first(columns, ("person", "name", "course", "school", "date", "timestamp"))
                return None if at is None else [*row[:at], f"範例：{row[at]}", *row[at + 1 :]]
            case "instruction":
                return ["必填" if column and column.required else "選填" for column in columns]
            case "signature":
                return ["承辦人：王小明", *blank[2:], "校長"]
            case "none":
                at = self._first(columns, ("person", "date", "timestamp", "name", "course"))
                return None if at is None else [*row[:at], "本月無", *row[at + 1 :]]
            case _:
                return [column.headers[0] if column else "序號" for column in columns]

    @staticmethod
    def _first(columns: Sequence[Column | None], types: Sequence[str], required: bool = True) -> int | None:
        fit = (
            at
            for kind in types
            for at, column in enumerate(columns)
            if column and column.type == kind and (column.required or not required)
        )
        return next(fit, None)


KINDS = [Inserted(n) for n in ("total", "subtotal", "example", "instruction", "signature", "none", "header")]


def _header(rows: Rows, table: Table) -> int:
    """The place of the row with the most headers."""
    known = [sum(normalise(str(cell or "")) in table.headers for cell in row) for row in rows[:50]]
    return known.index(max(known))


def _inserted(rows: list[list[str]], table: Table) -> tuple[list[list[str]], int]:
    """The rows with each kind of row among them, and how many were put in."""
    at = _header(rows, table)
    ids = [table.headers.get(normalise(cell), "") for cell in rows[at]]
    columns = [table.columns.get(name) for name in ids]
    full = max(rows[at + 1 :], key=lambda row: sum(bool(cell) for cell in row))
    full = [*full, *[""] * (len(columns) - len(full))][: len(columns)]
    made = [cells for kind in KINDS if (cells := kind.cells(table, columns, full))]
    return [*rows[: at + 1], *made[:3], *rows[at + 1 :], *made[3:]], len(made)


def _spoil_csv(path: Path, table: Table) -> int:
    data = path.read_bytes()
    code = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = data.decode(code)
    except UnicodeDecodeError:
        code, text = "cp950", data.decode("cp950", errors="replace").replace("\ufffd", "?")
    delimiter = max(",\t;", key=text.partition("\n")[0].count) if "\t" not in text else "\t"
    rows, many = _inserted(
        [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)], table
    )
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    path.write_bytes(out.getvalue().encode(code))
    return many


def _spoil_workbook(path: Path, table: Table) -> int:
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    at = _header(rows, table)
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    made, many = _inserted(texts, table)
    for cells in [made[at + 1 + i] for i in range(3)] + made[len(made) - many + 3 :]:
        sheet.append(cells)
    book.save(path)
    return many


def _figures(data: Path, place: Path, programme: Path) -> list[tuple[str, ...]]:
    read = programmes.load(programme, TABLES)
    warehouse.publish(place, read, Places(data), TABLES)
    told = kpi("results", "--warehouse", place, "--format", "csv", "--as-of", "2023-06-30")
    assert told.code == 0, told.err
    return [tuple(value for name, value in row.items() if name != "flags") for row in told.rows]


@pytest.mark.parametrize("programme", sample.WRITERS)
def test_rows_that_are_no_record_change_no_figure(programme: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    size = {"schools": 8, "teachers": 80} if programme == "keelung-111" else {}
    sample.WRITERS[programme](data, **size)
    (definition,) = (
        programmes.find(data) if any(data.glob("*.toml")) else [programmes.FOLDER / f"{programme}.toml"]
    )
    before = _figures(data, tmp_path / "before", definition)
    own = contracts.chosen(TABLES, programmes.load(definition, TABLES))
    spoilt = Counter[str]()
    for path in sorted(data.rglob("*.*")):
        table = contracts.table_of(path.stem, own.values())
        if table and path.suffix in (".csv", ".xlsx"):
            spoil = _spoil_csv if path.suffix == ".csv" else _spoil_workbook
            spoilt[path.name] += spoil(path, table)
    after = _figures(data, tmp_path / "after", definition)
    name = next(path.name for path in (tmp_path / "after").iterdir() if path.is_dir())
    names, found = warehouse.rows(warehouse.current(tmp_path / "after", name), "inputs", access.bureau())
    told = {row[names.index("file")].split("#")[0]: row[names.index("no_record")] for row in found}
    assert {file: told[file] for file in spoilt} == dict(spoilt)
    assert after == before


# --- numbers of persons


def test_what_stands_for_no_id_is_none_and_the_name_decides(tmp_path: Path) -> None:
    marks = ["－", "-", "—", "無", "N/A", "0", "免填", "／", "", "T1;", "T1、"]
    lesson = ("學校名稱", "教師編號", *LESSONS[1:])
    place = built(
        tmp_path,
        public_lessons=[lesson, *(("深澳國小", mark, "王一平", f"111/10/{at}", "是") for at, mark in enumerate(marks, 1))],
        training=[TRAINING, *(("深澳國小", mark, "王一平", "資安", f"111/10/{at}", "3", "") for at, mark in enumerate(marks, 1))],
        observations=[("活動編號", *VISITS),
                      *((mark, "信義國小", "111/11/2", "深澳國小", who)
                        for mark, who in (("－", "王一平"), ("", "李二強"), ("無", "林巴奈")))],
    )  # fmt: skip
    assert flaws(place) == []
    assert _by_line(place, "public_lessons") == _by_line(place, "training") == [{"T1"}] * len(marks)
    assert counted(place, "cross_observation") == 3


def test_a_row_of_the_roster_without_an_id_of_its_own_is_told(tmp_path: Path) -> None:
    rows = [
        ("深澳國小", mark, name, "正式教師", "99/8/1")
        for mark, name in (
            ("－", "張一"),
            ("－", "張二"),
            ("無", "張三"),
            ("0", "張四"),
            ("T8", "張五、張六"),
        )
    ]
    place = built(tmp_path, staff=[*STAFF, *rows])
    assert reasons(place) == [("rejected", 7 + at, "bad_choice") for at in range(len(rows))]
    told = [flaw["message"] for flaw in flaws(place)]
    assert "教師編號「－」不是編號" in told[0] and "一位教師一列" in told[-1]


def test_a_mark_for_nothing_is_no_school(tmp_path: Path) -> None:
    data = written(
        tmp_path / "data",
        schools=[("學校名稱", "組別", "角色"), ("板橋國小", "板橋區", "示範學校"), ("無", "板橋區", "示範學校"), ("－", "板橋區", "示範學校")],
    )  # fmt: skip
    told = kpi("build", "--data", data, "--programme", NTPC, "--warehouse", tmp_path / "w")
    assert told.code == 0, told.err
    assert _stored(tmp_path / "w", "select name from all_schools") == [("板橋國小",)]
    assert {flaw["reason"] for flaw in flaws(tmp_path / "w")} == {"unknown_school"}


# --- names of persons


def test_a_person_is_one_however_the_name_is_written(tmp_path: Path) -> None:
    names = {
        "T1": ["王一平老師", "王一平 主任", "王一平教師", "王一平組長", "王一平校長", "王一平先生", "王一平小姐", "王一平女士",
               "王　一　平", "王\u200b一平", "王一平資訊組長", "王一平 教務主任", "王一平導師", "王一平（老師）", "王一平(資訊組長)", "王一平（代）"],
        "T3": ["陳和平"],
        "T4": ["林巴奈", "林 巴奈", "林·巴奈", "林．巴奈", "林・巴奈", "林•巴奈", "林.巴奈", "林‧巴奈老師"],
    }  # fmt: skip
    said = [
        (staff_id, name, f"111/5/{at + 1}") for staff_id in names for at, name in enumerate(names[staff_id])
    ]
    place = built(
        tmp_path,
        public_lessons=[LESSONS, *(("深澳國小", name, day, "是") for _, name, day in said)],
        training=[TRAINING, *(("深澳國小", "", name, "資安", day, "3", "") for _, name, day in said),
                  *(("深澳國小", who, name, "資訊安全", day, "3", "") for who, name, day in said)],
        observations=[VISITS, *(("信義國小", day, "深澳國小", name) for _, name, day in said)],
    )  # fmt: skip
    assert flaws(place) == []
    whose = [staff_id for staff_id, _, _ in said]
    assert _by_line(place, "public_lessons") == _by_line(place, "observations") == [{one} for one in whose]
    assert _by_line(place, "training") == [{one} for one in [*whose, *whose]]


def _by_line(place: Path, table: str) -> list[set[str]]:
    """Whom each accepted row of a table is about: 教師編號, or the identity of somebody without one."""
    query = (
        "select list(replace(identity, 'id:', '')) from accepted_rows inner join persons using (person_id)"
        f" where table_name = '{table}' group by line order by line"
    )
    return [set(whose) for (whose,) in stored(place, query)]


def test_a_title_behind_one_character_is_part_of_the_name(tmp_path: Path) -> None:
    place = lessons(tmp_path, "李主任", "李老師")
    assert reasons(place) == [("warning", 2, "unknown_person"), ("warning", 3, "unknown_person")]
    assert counted(place) == 2


def test_a_name_is_shown_as_the_roster_writes_it(tmp_path: Path) -> None:
    place = lessons(tmp_path, "林巴奈老師")
    rows = kpi("units", "--kpi", "public_lesson", "--warehouse", place, "--format", "csv").rows
    assert [row["label"] for row in rows] == ["林‧巴奈"]
    place = built(
        tmp_path / "id", training=[TRAINING, ("深澳國小", "T4", "王明", "資安", "111/5/5", "3", "")]
    )
    (flaw,) = flaws(place)
    assert (flaw["reason"], flaw["suggestion"]) == ("ambiguous_person", "林‧巴奈")


@pytest.mark.parametrize("titled", ["王一平老師", "王 一平", "王一平先生"])
def test_two_rows_about_one_person_are_one_fact(titled: str, tmp_path: Path) -> None:
    rows = [VISITS, *(("信義國小", "111/11/2", "深澳國小", one) for one in ("王一平", titled))]
    place = built(tmp_path, observations=rows)
    assert counts(place, "observations") == (2, 1, 1, 0)
    assert counted(place, "cross_observation") == 1


def test_an_adviser_of_another_manner_of_writing_is_the_same_visit(tmp_path: Path) -> None:
    rows = [COACHING, *(("深澳國小", "111/10/31", one) for one in ("王輔導", "王輔導老師", "李輔導"))]
    assert counts(built(tmp_path, coaching=rows), "coaching") == (3, 2, 1, 0)


def test_several_names_in_a_cell_are_several_persons(tmp_path: Path) -> None:
    cells = {
        "王一平、李二強": "T1 T2", "王一平，李二強": "T1 T2", "王一平,李二強": "T1 T2", "王一平;李二強": "T1 T2", "王一平；李二強": "T1 T2",
        "王一平/李二強": "T1 T2", "王一平／李二強": "T1 T2", "王一平\n李二強": "T1 T2", "王一平\r\n李二強\r\n陳和平": "T1 T2 T3",
        "王一平老師、李二強老師": "T1 T2", "王一平、王一平老師": "T1", "王一平、": "T1", "王一平和李二強": "T1 T2",
        "王一平與李二強": "T1 T2", "王一平及李二強": "T1 T2", "陳和平和李二強": "T2 T3", "李二強、王一平與陳和平": "T1 T2 T3",
        "王一平及李二強和陳和平": "T1 T2 T3", "王一平老師與李二強老師": "T1 T2",
    }  # fmt: skip
    days = [f"111/5/{at + 1}" for at in range(len(cells))]
    said = list(zip(cells, days, strict=True))
    place = built(
        tmp_path,
        public_lessons=[LESSONS, *(("深澳國小", cell, day, "是") for cell, day in said)],
        observations=[VISITS, *(("信義國小", day, "深澳國小", cell) for cell, day in said)],
        training=[TRAINING, *(("深澳國小", "", cell, "資安", day, "3", "是") for cell, day in said)],
    )
    assert flaws(place) == []
    for table in ("public_lessons", "observations", "training"):
        assert _by_line(place, table) == [set(whose.split()) for whose in cells.values()]
        assert counts(place, table) == (len(cells), len(cells), 0, 0)
    assert counted(place, "infosec") == counted(place, "cross_observation") == 3


def test_one_name_stays_one(tmp_path: Path) -> None:
    names = [
        "Smith, John",
        "Smith,Jack",
        "Anne/Marie",
        "王和",
        "陳和平",
        "和平與",
        "林及第",
        "Smith, John Paul",
    ]
    place = lessons(tmp_path, *names)
    assert [len(whose) for whose in _by_line(place, "public_lessons")] == [1] * len(names)
    assert {flaw["reason"] for flaw in flaws(place)} == {"unknown_person"}


def test_a_latin_name_stands_beside_others(tmp_path: Path) -> None:
    assert counted(lessons(tmp_path, "Smith, John、王一平")) == 2


def test_a_word_for_and_joins_nobody_whom_the_roster_does_not_know(tmp_path: Path) -> None:
    place = lessons(tmp_path, "王一平和路人甲")
    assert counted(place) == 1
    assert [flaw["reason"] for flaw in flaws(place)] == ["unknown_person"]


def test_of_several_names_those_that_are_known_count_and_the_others_are_told(tmp_path: Path) -> None:
    row = ("深澳國小", "", "王一平、路人甲、李二強", "資安", "111/5/5", "3", "")
    place = built(tmp_path, training=[TRAINING, row])
    assert counts(place, "training") == (1, 1, 0, 0)
    assert counted(place, "infosec") == 2
    (flaw,) = flaws(place)
    assert (flaw["severity"], flaw["reason"]) == ("warning", "unknown_person")
    assert "「路人甲」" in flaw["message"]


def test_a_row_whose_names_are_all_unknown_is_refused_once(tmp_path: Path) -> None:
    row = ("深澳國小", "", "路人甲、路人乙", "資安", "111/5/5", "3", "")
    place = built(tmp_path, training=[TRAINING, row])
    assert counts(place, "training") == (1, 0, 0, 1)
    assert reasons(place) == [("rejected", 2, "unknown_person")]


def test_a_row_of_several_is_a_duplicate_where_all_of_them_are(tmp_path: Path) -> None:
    place = lessons(tmp_path, "王一平", "李二強", "王一平、李二強", "王一平、陳和平", "李二強，王一平")
    assert counts(place, "public_lessons") == (5, 3, 2, 0)
    assert counted(place) == 3


def test_a_row_of_several_with_another_fault_is_refused_once(tmp_path: Path) -> None:
    place = lessons(tmp_path, "王一平、李二強", day="不詳")
    assert counts(place, "public_lessons") == (1, 0, 0, 1)
    assert reasons(place) == [("rejected", 2, "bad_date")]


def test_an_id_beside_several_names_is_that_of_the_name_that_bears_it(tmp_path: Path) -> None:
    said = [
        ("T1、T2", "王一平、李二強", "111/5/1", {"T1", "T2"}),
        ("T2", "王一平、李二強", "111/5/2", {"T1", "T2"}),
        ("T1", "王一平、李二強、陳和平", "111/5/3", {"T1", "T2", "T3"}),
        ("T1,T3", "王一平和陳和平", "111/5/4", {"T1", "T3"}),
    ]
    place = built(
        tmp_path,
        training=[TRAINING, *(("深澳國小", ids, names, "資安", day, "3", "") for ids, names, day, _ in said)],
        public_lessons=[("學校名稱", "教師編號", *LESSONS[1:]),
                        *(("深澳國小", ids, names, day, "是") for ids, names, day, _ in said)],
    )  # fmt: skip
    assert flaws(place) == []
    assert _by_line(place, "training") == _by_line(place, "public_lessons") == [whose for *_, whose in said]


def test_a_cell_that_is_no_name_is_one_row_a_teacher_to_be_written(tmp_path: Path) -> None:
    cells = [
        "12", "3位教師", "全體教師", "全校老師", "各班導師", "王一平等3人", "王一平等三位老師", "五年級導師", "王一平等人", "#N/A", "#REF!",
        "#DIV/0!", "Loading...", "所有教師", "王一平、李二強等5人", "12、13", "待聘", "?", "〃", "null",
    ]  # fmt: skip
    alone = [cell for cell in cells if "、" not in cell]  # a roster's row has one id, and is one person
    place = built(
        tmp_path,
        public_lessons=[LESSONS, *(("深澳國小", cell, "111/10/26", "是") for cell in cells)],
        observations=[VISITS, *(("信義國小", "111/11/2", "深澳國小", cell) for cell in cells)],
        training=[TRAINING, *(("深澳國小", "", cell, "資安", "111/10/5", "3", "是") for cell in cells)],
        staff=[
            *STAFF,
            *(("深澳國小", f"X{at}", cell, "正式教師", "99/8/1") for at, cell in enumerate(alone)),
        ],
    )
    told = flaws(place)
    assert {(flaw["severity"], flaw["reason"]) for flaw in told} == {("rejected", "bad_choice")}
    errors = [flaw for flaw in told if "試算表的錯誤值" in flaw["message"]]
    assert Counter(flaw["table"] for flaw in errors) == dict.fromkeys(
        ("public_lessons", "observations", "training", "staff"), 4
    )
    assert all("一位教師一列" in flaw["message"] for flaw in told if flaw not in errors)
    assert Counter(flaw["table"] for flaw in told) == {
        "public_lessons": len(cells), "observations": len(cells), "training": len(cells), "staff": len(alone)
    }  # fmt: skip


def test_an_error_cell_where_no_value_is_required_is_a_warning(tmp_path: Path) -> None:
    rows = [
        ("深澳國小", "#N/A", "王一平", "資安", "111/5/5", "3", ""),
        ("深澳國小", "T2", "#REF!", "資安", "111/5/5", "3", ""),
    ]
    place = built(tmp_path, training=[TRAINING, *rows])
    assert reasons(place) == [("warning", 2, "bad_choice"), ("warning", 3, "bad_choice")]
    assert _by_line(place, "training") == [{"T1"}, {"T2"}]


@pytest.mark.parametrize(("table", "school"), [("public_lessons", "深澳國小"), ("observations", "信義國小")])
def test_somebody_whom_a_supplied_roster_does_not_know_counts_with_a_warning(
    table: str, school: str, tmp_path: Path
) -> None:
    rows: dict[str, Rows] = {
        "public_lessons": [LESSONS, (school, "路人甲", "111/10/26", "是")],
        "observations": [VISITS, ("深澳國小", "111/11/2", school, "路人甲")],
    }
    place = built(tmp_path, **{table: rows[table]})
    assert reasons(place) == [("warning", 2, "unknown_person")]
    assert counts(place, table) == (1, 1, 0, 0)


def test_nobody_is_warned_of_where_the_school_has_no_roster(tmp_path: Path) -> None:
    place = built(tmp_path, public_lessons=[LESSONS, ("武崙國小", "路人甲", "111/10/26", "是")])
    assert flaws(place) == []
    rows = [*STAFF, ("武崙國小", "T8", "錢八", "不詳", "99/8/1")]
    lesson = [LESSONS, ("武崙國小", "路人甲", "111/10/26", "是")]
    place = built(tmp_path / "refused", staff=rows, public_lessons=lesson)
    assert [flaw["table"] for flaw in flaws(place)] == ["staff"]


def test_an_id_that_no_roster_knows_is_warned_of(tmp_path: Path) -> None:
    row = ("深澳國小", "X9", "王一平", "111/10/26", "是")
    place = built(tmp_path, public_lessons=[("學校名稱", "教師編號", *LESSONS[1:]), row])
    (flaw,) = flaws(place)
    assert (flaw["severity"], flaw["reason"], flaw["suggestion"]) == ("warning", "unknown_person", "T1")


def _ntpc(place: Path, **tables: Rows) -> Path:
    rosters = {
        "schools": [("學校名稱", "組別", "角色"), ("板橋國小", "板橋區", "示範學校")],
        "staff": [STAFF[0], ("板橋國小", "T1", "王一平", "正式教師", "99/8/1"), ("板橋國小", "T2", "李二強", "正式教師", "99/8/1")],
    }  # fmt: skip
    data = written(place / "data", **rosters | tables)
    told = kpi("build", "--data", data, "--programme", NTPC, "--warehouse", place / "warehouse")
    assert told.code == 0, told.err
    return place / "warehouse"


def _ntpc_counts(place: Path) -> Mapping[str, tuple[int, int, int, int]]:
    names, rows = warehouse.rows(warehouse.current(place, NTPC), "tables", access.bureau())
    at = [names.index(one) for one in ("read", "accepted", "duplicate", "rejected")]
    return {row[names.index("table_name")]: tuple(row[i] for i in at) for row in rows}  # type: ignore[misc]


PLANS = ("學校名稱", "繳交日期", "姓名", "年級", "班級", "節數", "名稱")
NOTES = ("學校名稱", "日期", "教師")
PARTICIPANTS = ("學校名稱", "學期", "姓名", "年級", "班級")


def test_the_other_programmes_tables_tell_persons_apart_the_same_way(tmp_path: Path) -> None:
    place = _ntpc(
        tmp_path,
        participants=[PARTICIPANTS, ("板橋國小", "111-2", "王一平、李二強老師", "五", "2"), ("板橋國小", "111-2", "李 二強", "五", "2")],
        lesson_plans=[PLANS, ("板橋國小", "112/5/20", "王一平和李二強", "五", "2", "2", "分數"),
                      ("板橋國小", "112/5/20", "王一平女士", "五", "2", "2", "分數"),
                      ("板橋國小", "112/5/20", "全體教師", "五", "2", "2", "分數"), ("板橋國小", "112/5/20", "小計", "", "", "4", "")],
        observation_records=[NOTES, ("板橋國小", "112/4/12", "王一平老師"), ("板橋國小", "112/4/12", "王一平"),
                             ("板橋國小", "112/4/12", "路人甲"), ("板橋國小", "112/4/12", "本月無"), ("板橋國小", "112/4/12", "王一平/李二強")],
    )  # fmt: skip
    found = _ntpc_counts(place)
    assert found["participants"] == (2, 1, 1, 0)
    assert found["lesson_plans"] == (4, 1, 1, 2)
    assert found["observation_records"] == (5, 3, 1, 1)
    told = [(flaw["table"], int(flaw["line"]), flaw["reason"]) for flaw in flaws(place)]
    assert sorted(told) == [
        ("lesson_plans", 4, "bad_choice"),
        ("lesson_plans", 5, "not_a_record"),
        ("observation_records", 4, "unknown_person"),
        ("observation_records", 5, "not_a_record"),
    ]


def test_no_table_takes_a_row_that_is_no_record(tmp_path: Path) -> None:
    amounts = ("學校名稱", "年度", "經資門", "科目", "核定金額")
    tables = {
        "class_lessons": [("學校名稱", "日期", "年級", "班級", "節數"), ("板橋國小", "合計", "", "", "12")],
        "promotion": [("學校名稱", "日期", "活動"), ("板橋國小", "112/5/5", "本月無"), ("板橋國小", "112/5/5", "例：成果發表")],
        "effect_assessments": [("學校名稱", "評量方式", "完成日期"), ("板橋國小", "單元學習成效", "未辦理")],
        "survey_rounds": [("學校名稱", "量表", "施測日期"), ("板橋國小", "自主學習量表", "－")],
        "targets": [("學校名稱", "項目", "112年目標"), ("板橋國小", "合計", "9")],
        "budget": [amounts, ("總計", "112", "經常門", "業務費", "9,000"), ("板橋國小", "112", "經常門", "小計", "9,000")],
    }  # fmt: skip
    files = {name: [*rows, rows[0], ("填表人：王一平",)] for name, rows in tables.items()}
    place = _ntpc(tmp_path, **files)
    found = _ntpc_counts(place)
    for name, rows in files.items():
        assert found[name] == (len(rows) - 1, 0, 0, len(rows) - 1), name
    assert {flaw["reason"] for flaw in flaws(place)} == {"not_a_record"}


# --- contradictions


def test_the_later_of_two_opposite_answers_is_warned_of_and_yes_stands(tmp_path: Path) -> None:
    rows = [
        LESSONS,
        *(("深澳國小", "王一平", "111/10/26", answer) for answer in ("是", "是", "否", "有", "無")),
    ]
    place = built(tmp_path, public_lessons=rows)
    assert counted(place) == 1
    assert counts(place, "public_lessons") == (5, 1, 4, 0)
    assert reasons(place) == [("warning", 4, "contradiction"), ("warning", 6, "contradiction")]
    first = flaws(place)[0]
    assert "「否」" in first["message"] and "第 2 列" in first["message"]


def test_where_the_first_says_no_the_later_yes_is_told(tmp_path: Path) -> None:
    rows = [
        ("深澳國小", "T1", "", "A1數位學習工作坊(一)", "111/5/5", "3", answer)
        for answer in ("", "否", "是", "")
    ]
    place = built(tmp_path, training=[TRAINING, *rows])
    assert reasons(place) == [("warning", 4, "contradiction")]
    assert "第 3 列" in flaws(place)[0]["message"]
    assert [
        flags for (flags,) in stored(place, "select flags from accepted_rows where table_name = 'training'")
    ] == [["certified"]]


def test_a_contradiction_of_another_file_names_it(tmp_path: Path) -> None:
    data = written(tmp_path / "data", 公開授課_1=[LESSONS, ("深澳國小", "王一平", "111/10/26", "是")])
    written(
        data,
        公開授課_2=[
            LESSONS,
            ("深澳國小", "李二強", "111/10/26", "是"),
            ("深澳國小", "王一平老師", "111/10/26", "否"),
        ],
    )
    place = built(tmp_path)
    (flaw,) = flaws(place)
    assert (flaw["file"], flaw["line"], flaw["reason"]) == ("公開授課_2.csv", 3, "contradiction")
    assert "「公開授課_1.csv」第 2 列" in flaw["message"]
    assert inputs(place)["公開授課_2.csv"]["warnings"] == 1


def test_rows_that_agree_are_no_contradiction(tmp_path: Path) -> None:
    said = [
        ("111/5/1", "是"),
        ("111/5/1", "有"),
        ("111/5/2", "否"),
        ("111/5/2", "無"),
        ("111/5/3", "是"),
        ("111/5/4", "否"),
    ]
    rows = [("深澳國小", "王一平", day, answer) for day, answer in said]
    assert flaws(built(tmp_path, public_lessons=[LESSONS, *rows])) == []


def test_each_of_several_persons_may_contradict_and_the_row_is_told_once(tmp_path: Path) -> None:
    rows = [
        ("深澳國小", "王一平、李二強", "111/10/26", "是"),
        ("深澳國小", "李二強、王一平", "111/10/26", "否"),
    ]
    place = built(tmp_path, public_lessons=[LESSONS, *rows])
    assert counts(place, "public_lessons") == (2, 1, 1, 0)
    assert reasons(place) == [("warning", 3, "contradiction")]
    assert counted(place) == 2
