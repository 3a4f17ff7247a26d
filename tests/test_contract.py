"""What the contract of the tables says of single cells and rows: each a sentence with its files and what becomes of them."""

import codecs
import csv
import datetime as dt
import io
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from jinja2 import UndefinedError

from dashboard import access, warehouse
from dashboard.definitions import contracts, programmes
from dashboard.definitions.places import Entry, Places
from dashboard.warehouse.build import staging
from dashboard.warehouse.sql import render
from tests.running import asked, build, flaws, inputs, kpi, stored

VISITS = ("學校名稱", "輔導日期", "輔導人員")
OBSERVED = ("觀課學校", "觀課教師", "主辦學校", "觀課日期", "主辦縣市")
SURVEY = ("學校名稱", "時間戳記", "年級", "班級", "座號", "測驗別")


def text_of(rows: Sequence[Sequence[Any]]) -> str:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue()


def folder(place: Path, **tables: Sequence[Sequence[Any]]) -> Path:
    """A data folder with a CSV file a table."""
    data = place / "data"
    data.mkdir()
    for name, rows in tables.items():
        (data / f"{name}.csv").write_text(text_of(rows), encoding="utf-8")
    return data


def built(place: Path, data: Path) -> Path:
    told = build(data, place / "warehouse")
    assert told.code == 0, told.err
    return place / "warehouse"


def counts(place: Path, table: str) -> tuple[int, int, int, int]:
    (row,) = (row for row in asked(place, "tables") if row["table_name"] == table)
    return row["read"], row["accepted"], row["duplicate"], row["rejected"]


def results(place: Path, kpi: str, on: dt.date) -> dict[str, dict[str, Any]]:
    """The figures of an indicator on a day, by school."""
    rows = asked(place, "kpi_results", on=on, kpi=kpi, level="school", period=None)
    return {row["school"]: row for row in rows}


def test_one_cell_beside_the_table_loses_nothing(tmp_path: Path) -> None:
    tables = {}
    for at in (1, 700, 1001, 2400):
        rows = [[*VISITS], *(["深澳國小", "111/1/1", f"輔導員{at}之{n}"] for n in range(2500))]
        rows[at].append("請修正")
        tables[f"coaching_{at}"] = rows
    found = inputs(built(tmp_path, folder(tmp_path, **tables)))
    for name in tables:
        row = found[f"{name}.csv"]
        assert (row["read"], row["accepted"]) == (2500, 2500), name


def test_a_near_miss_has_its_suggestion_whatever_stands_before_it(tmp_path: Path) -> None:
    names = ("深奧國小", "信義區深奧國小", "基隆市深奧國小", "基隆市信義區深奧國民小學")
    place = built(tmp_path, folder(tmp_path, coaching=[VISITS, *((name, "111/1/1", "甲") for name in names)]))
    told = {flaw["line"]: (flaw["reason"], flaw["suggestion"]) for flaw in flaws(place)}
    for line, name in enumerate(names, 2):
        assert told.pop(line) == ("unknown_school", "深澳國小"), name
    assert not told


def test_a_name_that_is_known_is_not_suggested_for_itself(tmp_path: Path) -> None:
    rows = [("學校代碼", *VISITS), ("173602", "深澳國小", "111/1/1", "甲")]
    place = built(tmp_path, folder(tmp_path, coaching=rows))
    (flaw,) = flaws(place)
    assert (flaw["reason"], flaw["suggestion"]) == ("unknown_school", "")
    assert "校名與學校代碼不是同一所" in flaw["message"]


def test_a_code_of_the_roster_is_nobodys_where_the_definition_gives_the_school_its_own(
    tmp_path: Path,
) -> None:
    roster = [("學校代碼", "學校名稱", "組別", "角色"), ("999", "深澳國小", "自主學習組", "夥伴學校")]
    rows = [("學校代碼", *VISITS), ("999", "", "111/1/1", "甲"), ("999", "信義國小", "111/1/1", "甲")]
    place = built(tmp_path, folder(tmp_path, schools=roster, coaching=rows))
    assert [(flaw["line"], flaw["reason"]) for flaw in flaws(place)] == [(2, "unknown_school")]


def test_characters_that_cp950_cannot_hold_are_lost_and_no_row_with_them(tmp_path: Path) -> None:
    sizes = (1, 3, 40)
    data = folder(tmp_path)
    for many in sizes:
        rows = [VISITS, *(("深澳國小", f"111/1/{n % 28 + 1}", f"王#{many}之{n}") for n in range(many))]
        content = text_of(rows).encode("cp950").replace(b"#", b"\xfa\x40")
        (data / f"coaching_{many}.csv").write_bytes(content)
    place = built(tmp_path, data)
    found, told = inputs(place), flaws(place)
    for many in sizes:
        file = f"coaching_{many}.csv"
        assert (found[file]["read"], found[file]["accepted"]) == (many, many), many
        assert {flaw["reason"] for flaw in told if flaw["file"] == file} == {"bad_character"}, many


def test_bytes_that_are_no_characters_at_all_are_still_no_text(tmp_path: Path) -> None:
    data = folder(tmp_path, coaching=[VISITS, ("深澳國小", "111/1/1", "甲")])
    (data / "observations.csv").write_bytes(text_of([OBSERVED]).encode("cp950") + b"\xff\x01\xff\x02" * 40)
    place = built(tmp_path, data)
    (found,) = (row for row in asked(place, "inputs") if row["file"] == "observations.csv")
    assert "編碼無法辨識" in found["problem"]


def test_hours_are_added_to_the_last_digit(tmp_path: Path) -> None:
    cases = {
        "深澳國小": (("2.99", "0.0099999"), 0),
        "信義國小": (("2.99", "0.01"), 1),
        "七堵國小": (("2.9999999",), 0),
        "武崙國小": (("59.4分鐘", "120.6分鐘"), 1),
    }
    staff = [("學校名稱", "教師編號", "姓名", "身分別", "到職日")]
    training = [("教師編號", "課程名稱", "研習日期", "時數")]
    for at, (school, (hours, _)) in enumerate(cases.items()):
        staff.append((school, f"T{at}", "甲", "專任教師", "110/8/1"))
        training += [(f"T{at}", f"資安{n}", "111/3/1", one) for n, one in enumerate(hours)]
    place = built(tmp_path, folder(tmp_path, staff=staff, training=training))
    found = results(place, "infosec", dt.date(2022, 12, 31))
    for school, (hours, counted) in cases.items():
        assert found[school]["counted"] == counted, hours


def test_a_number_too_large_to_be_hours_is_out_of_range(tmp_path: Path) -> None:
    staff = [
        ("學校名稱", "教師編號", "姓名", "身分別", "到職日"),
        ("深澳國小", "T1", "甲", "專任教師", "110/8/1"),
    ]
    training = [
        ("教師編號", "課程名稱", "研習日期", "時數"),
        ("T1", "資安", "111/3/1", "9999999999999"),
        ("T1", "資安二", "111/3/1", "0000000000000003"),
    ]
    place = built(tmp_path, folder(tmp_path, staff=staff, training=training))
    assert [(flaw["line"], flaw["reason"]) for flaw in flaws(place)] == [(2, "out_of_range")]


def test_a_duty_is_found_whatever_white_space_is_in_it(tmp_path: Path) -> None:
    duties = {"深澳國小": "資訊 組長", "信義國小": "資訊\n組長", "七堵國小": "教務處　資訊　組長"}
    staff = [("學校名稱", "教師編號", "姓名", "身分別", "職務", "到職日")]
    training = [("教師編號", "課程名稱", "研習日期", "時數")]
    for at, (school, duty) in enumerate(duties.items()):
        staff.append((school, f"T{at}", "甲", "專任教師", duty, "110/8/1"))
        training.append((f"T{at}", "資訊組長增能研習", "111/10/1", "3"))
    place = built(tmp_path, folder(tmp_path, staff=staff, training=training))
    found = results(place, "it_lead", dt.date(2022, 11, 1))
    for school, duty in duties.items():
        assert (found[school]["counted"], found[school]["base"]) == (1, 1), duty


def test_another_county_anywhere_in_a_hosts_name_makes_it_anothers(tmp_path: Path) -> None:
    hosts = {
        "深澳國小": "新北市信義國小",
        "七堵國小": "（新北市）信義國小",
        "武崙國小": "私立臺北市再興國小",
        "忠孝國小": "國立台北市某國小",
    }
    rows = [(school, who, host, "111/10/1", "") for school, host in hosts.items() for who in ("甲", "乙")]
    place = built(tmp_path, folder(tmp_path, observations=[OBSERVED, *rows]))
    assert flaws(place) == []
    found = results(place, "cross_observation", dt.date(2022, 11, 1))
    for school, host in hosts.items():
        assert (found[school]["counted"], found[school]["status"]) == (2, "met"), host


def test_a_host_of_no_county_that_is_no_school_of_ours_is_still_refused(tmp_path: Path) -> None:
    rows = [OBSERVED, ("深澳國小", "甲", "（基隆市）某國小", "111/10/1", "")]
    place = built(tmp_path, folder(tmp_path, observations=rows))
    assert [flaw["reason"] for flaw in flaws(place)] == ["unknown_school"]


def test_the_modes_may_be_listed_in_any_way(tmp_path: Path) -> None:
    rows = [("學校名稱", "授課教師", "授課日期", "數位學習模式", "四學模式")]
    for at, told in enumerate(
        ("學生自學 組內共學", "學生自學, 組間互學", "教師導學\n學生自學", "學生自學|組內共學")
    ):
        rows.append(("深澳國小", "甲乙丙丁"[at], "111/10/1", "是", told))
    place = built(tmp_path, folder(tmp_path, public_lessons=rows))
    assert flaws(place) == [] and counts(place, "public_lessons") == (4, 4, 0, 0)


def test_a_seat_is_one_however_its_number_is_written(tmp_path: Path) -> None:
    rows = [
        SURVEY,
        *(("深澳國小", "2022/10/7 15:21:45", "五", "二", seat, "前測") for seat in ("5", "05", "5號", "６")),
    ]
    assert counts(built(tmp_path, folder(tmp_path, srl_survey=rows)), "srl_survey") == (4, 2, 2, 0)


def test_a_cell_that_begins_like_a_formula_is_text_in_a_workbook_too(tmp_path: Path) -> None:
    """Programs other than Excel store it as a formula without a result."""
    data = folder(tmp_path)
    book = openpyxl.Workbook()
    for row in (VISITS, ("深澳國小", "111/1/1", "=甲<乙"), ("=深澳", "111/1/2", "丙")):
        book.active.append(row)
    book.save(data / "coaching.xlsx")
    place = built(tmp_path, data)
    assert counts(place, "coaching") == (2, 1, 0, 1)
    (flaw,) = flaws(place)
    assert (flaw["line"], flaw["reason"]) == (3, "unknown_school") and "=深澳" in flaw["original"]
    assert any(
        "=甲<乙" in told
        for (told,) in stored(place, "select concat_ws('，', person, details) from accepted_rows")
    )


def test_the_header_is_sought_in_the_first_fifty_rows_of_a_worksheet_too(tmp_path: Path) -> None:
    data = folder(tmp_path, coaching=[VISITS, ("深澳國小", "111/1/1", "甲")])
    for name, at in (("observations_a", 50), ("observations_b", 51)):
        book = openpyxl.Workbook()
        book.active.cell(10, 1, "觀課紀錄")
        for column, header in enumerate(OBSERVED, 1):
            book.active.cell(at, column, header)
        book.save(data / f"{name}.xlsx")
    found = {row["file"].split("#")[0]: row["problem"] for row in asked(built(tmp_path, data), "inputs")}
    assert found["observations_a.xlsx"] is None and "前 50 列" in found["observations_b.xlsx"]


def test_a_constant_of_the_configuration_leaves_the_files_own_cell_in_the_original(tmp_path: Path) -> None:
    rows = [SURVEY, ("不在國小", "2022/10/7 15:21:45", "五", "二", "1", "前測")]
    data = folder(tmp_path, srl_survey=rows)
    tables = contracts.load()
    programme = programmes.load(programmes.FOLDER / "keelung-111.toml", tables)
    entry = Entry(constants={"測驗別": "後測"})
    warehouse.publish(tmp_path / "warehouse", programme, Places(data, {"srl_survey.csv": entry}), tables)
    (flaw,) = flaws(tmp_path / "warehouse")
    assert flaw["original"] == ",".join(rows[1])


ROSTER = ("學校名稱", "學校代碼", "組別", "角色", "PBL", "行政區")


def districts(place: Path, *rows: Sequence[str]) -> tuple[list[str], list[str]]:
    """The schools that a roster of the second programme gives, and the reasons of its refused rows."""
    data = place / "data"
    data.mkdir(parents=True)
    (data / "學校名冊.csv").write_text(text_of([ROSTER, *rows]), encoding="utf-8")
    tables = contracts.load()
    programme = programmes.load(programmes.FOLDER / "ntpc-5g-112.toml", tables)
    warehouse.publish(place / "warehouse", programme, Places(data), tables)
    snapshot = warehouse.current(place / "warehouse", "ntpc-5g-112")
    schools = warehouse.rows(snapshot, "schools", access.bureau())[1]
    refused = warehouse.rows(snapshot, "kpi_rejects", access.bureau(), all=False)[1]
    return [row[1] for row in schools], [row[4] for row in refused]


def test_two_schools_of_one_name_are_told_apart_by_their_district(tmp_path: Path) -> None:
    cases = {"中山國小": ("", ""), "忠孝國小": ("014601", ""), "仁愛國小": ("", "014602")}
    rows = [
        (name, code, "甲區", "示範學校", "是", district)
        for name, codes in cases.items()
        for code, district in zip(codes, ("板橋區", "三重區"), strict=True)
    ]
    schools, refused = districts(tmp_path, *rows)
    assert (sorted(schools), refused) == (sorted([*cases, *cases]), [])


def test_a_further_row_of_one_of_them_is_a_duplicate(tmp_path: Path) -> None:
    rows = [
        ("中山國小", "014601", "甲區", "示範學校", "是", "板橋區"),
        ("中山國小", "014602", "甲區", "示範學校", "是", "三重區"),
        ("中山國小", "", "甲區", "示範學校", "是", "三重區"),
    ]
    assert districts(tmp_path, *rows) == (["中山國小", "中山國小"], [])


def test_a_roster_that_decides_gives_a_school_its_name_as_it_is_written(tmp_path: Path) -> None:
    assert districts(tmp_path, (" Ａ校國小　", "014601", "甲區", "示範學校", "是", "")) == (["Ａ校國小"], [])


def test_utf_16_without_loss_is_read_as_it_is(tmp_path: Path) -> None:
    data = folder(tmp_path)
    text = text_of([VISITS, ("深澳國小", "111/1/1", "堃喆")])
    (data / "coaching.csv").write_bytes(codecs.BOM_UTF16_BE + text.encode("utf-16-be"))
    place = built(tmp_path, data)
    assert counts(place, "coaching") == (1, 1, 0, 0) and flaws(place) == []


# A row of each table in which nothing is wrong
GOOD = {
    "schools": {"school": "深澳國小", "group": "自主學習組", "role": "夥伴學校", "classes": "24"},
    "staff": {"school": "深澳國小", "staff_id": "T1", "name": "王一平", "employment": "正式教師", "start_date": "99/8/1"},
    "training": {"school": "深澳國小", "staff_id": "T1", "course": "資安", "date": "112/5/5", "hours": "3"},
    "public_lessons": {"school": "深澳國小", "teacher": "王一平", "date": "112/5/5", "digital": "是", "class": "五年二班"},
    "observations": {"host": "信義國小", "date": "112/5/5", "school": "深澳國小", "teacher": "王一平"},
    "srl_survey": {"timestamp": "2022/10/7 15:21:45", "school": "深澳國小", "grade": "5", "class": "2", "phase": "前測"},
    "achievement": {"timestamp": "2022/10/7 15:21:45", "school": "深澳國小", "grade": "5", "class": "2", "method": "短期學習成效"},
    "coaching": {"school": "深澳國小", "date": "112/5/5"},
    "participants": {"school": "深澳國小", "semester": "111-2", "name": "王一平", "grade": "5", "class": "2"},
    "class_lessons": {"school": "深澳國小", "date": "112/5/5", "grade": "5", "class": "2", "lessons": "2"},
    "lesson_plans": {
        "school": "深澳國小", "date": "112/5/5", "name": "王一平", "grade": "5", "class": "2", "lessons": "2", "title": "分數",
    },
    "promotion": {"school": "深澳國小", "date": "112/5/5", "activity": "成果展"},
    "effect_assessments": {"school": "深澳國小", "method": "單元學習成效", "date": "112/5/5", "grade": "5", "class": "2"},
    "survey_rounds": {"school": "深澳國小", "scale": "自主學習量表", "date": "112/5/5", "round": "1"},
    "observation_records": {"school": "深澳國小", "date": "112/5/5", "teacher": "王一平"},
    "targets": {"school": "深澳國小", "item": "公開授課", "goal_112": "4"},
    "budget": {"school": "深澳國小", "year": "112", "kind": "經常門", "item": "業務費", "approved": "1000"},
}  # fmt: skip
WRONG = {
    "school": "unknown_school", "host": "unknown_school", "code": "unknown_school", "date": "bad_date",
    "timestamp": "bad_date", "hours": "bad_number", "number": "bad_number", "count": "bad_number", "money": "bad_number",
}  # fmt: skip


def refused_in(place: Path, data: Path, programme: str) -> list[dict[str, Any]]:
    """The rejected rows and the warnings of a build for a programme."""
    told = kpi("build", "--data", data, "--warehouse", place, "--programme", programme)
    assert told.code == 0, told.err
    rows = kpi("rejects", "--warehouse", place, "--all", "--format", "json", "--programme", programme)
    return list(json.loads(rows.out))


@pytest.mark.parametrize("programme", ["keelung-111", "ntpc-5g-112"])
def test_an_error_cell_is_never_a_blank_one_whatever_the_column(programme: str, tmp_path: Path) -> None:
    tables = contracts.load()
    definition = programmes.load(programmes.FOLDER / f"{programme}.toml", tables)
    errors = itertools.cycle(
        [
            "#N/A",
            "#REF!",
            " #value! ",
            "＃ＤＩＶ／０！",
            "#NAME?",
            "#NULL!",
            "#NUM!",
            "#SPILL!",
            "Loading...",
            "Loading…",
        ]
    )
    role = next(iter(definition.roles.values())) if programme == "ntpc-5g-112" else "夥伴學校"
    files, expected = {}, []
    for table in contracts.chosen(tables, definition).values():
        good = GOOD[table.id] | ({"role": role} if table.id == "schools" else {})
        rows = [[column.headers[0] for column in table.columns.values()]]
        rows.append([good.get(name, "") for name in table.columns])
        # Who a person is, is told by several cells together.
        person = {"staff_id", "name"} if table.person == "roster" else {"staff_id"} if table.person else set()
        for column in table.columns.values():
            if column.id not in person:
                cell = next(errors)
                rows.append([(good | {column.id: cell}).get(name, "") for name in table.columns])
                severity = "rejected" if column.required or column.strict else "warning"
                expected.append((table.id, len(rows), severity, WRONG.get(column.type, "bad_choice"), cell))
        files[table.names[0]] = rows
    found = {
        (row["table"], row["line"]): row
        for row in refused_in(tmp_path / "warehouse", folder(tmp_path, **files), programme)
    }
    assert len(found) == len(expected)
    for name, line, severity, reason, cell in expected:
        row = found[name, line]
        assert (severity, reason) == (row["severity"], row["reason"]), row
        assert cell in row["message"] and "公式" in row["message"]


def test_an_error_for_a_schools_name_is_told_where_its_code_decides(tmp_path: Path) -> None:
    rows = [
        ("#REF!", "173608", "111/1/5"),
        ("#REF!", "", "111/1/6"),
        ("深澳國小", "#N/A", "111/1/7"),
        ("", "#N/A", "111/1/8"),
    ]
    place = built(tmp_path, folder(tmp_path, 入校輔導=[("學校名稱", "學校代碼", "輔導日期"), *rows]))
    assert counts(place, "coaching") == (4, 2, 0, 2)
    told = [(row["line"], row["severity"], row["reason"]) for row in flaws(place)]
    assert sorted(told) == [(2, "warning", "unknown_school"), (3, "rejected", "unknown_school"),
                            (4, "warning", "unknown_school"), (5, "rejected", "unknown_school")]  # fmt: skip
    assert all("公式" in row["message"] for row in flaws(place))


def test_every_warning_of_a_row_has_a_bit_of_its_number() -> None:
    tables = contracts.load()
    for name in ("keelung-111", "ntpc-5g-112"):
        definition = programmes.load(programmes.FOLDER / f"{name}.toml", tables)
        for table in contracts.chosen(tables, definition).values():
            assert max(bit for *_, bit in staging.fault_codes([table])) < 2**62
            assert len(table.columns) < 32


def test_a_template_of_sql_refuses_a_name_without_a_value() -> None:
    with pytest.raises(UndefinedError, match="table"):
        render("staging/no_records.sql.jinja", code=1)


STAFF = ("學校名稱", "教師編號", "姓名", "身分別", "職務", "到職日")
TRAINED = ("學校名稱", "教師編號", "姓名", "課程名稱", "課程類別", "研習日期", "時數", "研習證明")
T1 = ("深澳國小", "T1", "王一平", "正式教師", "資訊組長", "99/8/1")
MEASURED = ("時間戳記", "學校名稱", "年級", "班級", "評量方式")


def figures(
    place: Path, day: str, school: str = "深澳國小", programme: str = "keelung-111"
) -> dict[str, str]:
    """counted/base of each indicator of a school on a day; of several periods the last."""
    told = kpi("results", "--warehouse", place, "--programme", programme, "--as-of", day, "--format", "csv")
    return {row["kpi"]: f"{row['counted']}/{row['base']}" for row in told.rows if row["school"] == school}


def test_a_row_of_several_categories_counts_for_each(tmp_path: Path) -> None:
    rows = [
        ("", "T1", "", "數位學習增能", "A1, A2", "111/05/05", "6", "是"),
        ("", "T1", "", "資訊研習", "資訊安全;數位素養", "111/05/05", "3", "是"),
    ]
    place = built(tmp_path, folder(tmp_path, 教職員名冊=[STAFF, T1], 研習紀錄=[TRAINED, *rows]))
    found = figures(place, "2022-12-31")
    assert (found["a1a2"], found["infosec"], found["digital_literacy"]) == ("1/1", "1/1", "1/1")
    assert flaws(place) == []


def test_a_row_of_two_categories_of_one_indicator_has_its_hours_once(tmp_path: Path) -> None:
    own = (programmes.FOLDER / "keelung-111.toml").read_text("utf-8")
    (tmp_path / "keelung-111.toml").write_text(
        own.replace('["資安"]', '["資安", "數位素養"]'), encoding="utf-8"
    )
    tables = contracts.load()
    definition = programmes.load(tmp_path / "keelung-111.toml", tables)
    rows = [("", "T1", "", "研習", "資安、數位素養", "111/05/05", "2", "是")]
    data, place = folder(tmp_path, 教職員名冊=[STAFF, T1], 研習紀錄=[TRAINED, *rows]), tmp_path / "warehouse"
    warehouse.publish(place, definition, Places(data), tables)
    assert figures(place, "2022-12-31")["infosec"] == "0/1"


def test_a_category_that_is_none_is_a_warning_and_the_name_decides(tmp_path: Path) -> None:
    rows = [
        ("", "T1", "", "資通安全研習", "資訊類", "111/05/05", "2", "是"),
        ("", "T1", "", "資安專業職能", "資安/數位素養", "111/05/06", "9", "是"),
        ("", "T1", "", "資通安全研習", "資安, 其他", "111/05/07", "1", "是"),
    ]
    place = built(tmp_path, folder(tmp_path, 教職員名冊=[STAFF, T1], 研習紀錄=[TRAINED, *rows]))
    (told,) = flaws(place)
    assert (told["severity"], told["reason"], told["line"]) == ("warning", "bad_choice", 2)
    assert "課程類別「資訊類」" in told["message"] and "A1、A2、資安、數位素養、資訊組長" in told["message"]
    assert (
        figures(place, "2022-05-06")["infosec"] == "0/1" and figures(place, "2022-05-07")["infosec"] == "1/1"
    )
    assert figures(place, "2022-05-06")["digital_literacy"] == "1/1"


def test_a_class_that_became_a_date_is_refused_or_blanked_with_advice(tmp_path: Path) -> None:
    data = folder(
        tmp_path,
        學校名冊=[("學校名稱", "組別", "角色", "班級數"), ("深澳國小", "自主學習組", "夥伴學校", "12")],
        學力觀察=[
            MEASURED,
            *(("2022/10/7 15:21:45", "深澳國小", "五", told, "短期學習成效") for told in ("5月2日", "2-May", "2022/5/2", "May-02")),
        ],
        公開授課=[
            ("學校名稱", "授課教師", "授課日期", "數位學習模式", "班級"),
            ("深澳國小", "王一平", "111/10/26", "是", "2022-05-02"),
        ],
    )  # fmt: skip
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["時間戳記", "學校名稱", "年級", "班級", "測驗別"])
    sheet.append(["2022/10/7 15:21:45", "深澳國小", "五", dt.datetime(2022, 5, 2), "前測"])
    book.save(data / "自主學習量表.xlsx")
    place = built(tmp_path, data)
    assert counts(place, "achievement") == (4, 0, 0, 4)
    assert counts(place, "srl_survey") == (1, 0, 0, 1)
    assert counts(place, "public_lessons") == (1, 1, 0, 0)
    told = flaws(place)
    assert len(told) == 6 and {row["reason"] for row in told} == {"bad_choice"}
    assert all("設為「文字」" in row["message"] for row in told)


def test_a_day_stands_out_whatever_stands_behind_it_and_an_instant_is_taiwans(tmp_path: Path) -> None:
    told = [
        "111/10/7(五)",
        "111年10月7日 星期五",
        "2022-10-06T16:00:00Z",
        '="111/10/07"',
        "'111.10.7.",
        "111/10/7 上午9時",
    ]
    data = folder(tmp_path, 入校輔導=[VISITS, *(("深澳國小", day, f"甲{i}") for i, day in enumerate(told))])
    place = built(tmp_path, data)
    assert flaws(place) == []
    assert stored(place, "select distinct day, rows from row_days") == [(dt.date(2022, 10, 7), len(told))]


def test_hours_in_words_and_as_a_time_add_up(tmp_path: Path) -> None:
    hours = ["0:30", "1小時", "半小時", "三十分", "0:30:00"]
    rows = [("", "T1", "", f"資安{i}", "", "111/05/05", told, "是") for i, told in enumerate(hours)]
    place = built(tmp_path, folder(tmp_path, 教職員名冊=[STAFF, T1], 研習紀錄=[TRAINED, *rows]))
    assert flaws(place) == [] and figures(place, "2022-12-31")["infosec"] == "1/1"


SCHOOLS = ("深澳國小", "信義國小", "七堵國小", "武崙國小", "忠孝國小", "安樂國小", "東光國小")


def test_what_a_spreadsheet_or_a_web_page_puts_into_a_cell_is_no_part_of_it(tmp_path: Path) -> None:
    forms = ('="{}"', "'{}", "{}\u200b", "\ufeff{}", "{}\u00ad", "{}\x01", "\u202a{}\ufe0f")
    staff, training = [STAFF], [TRAINED]
    for at, (school, form) in enumerate(zip(SCHOOLS, forms, strict=True)):

        def row(*cells: str, form: str = form) -> list[str]:
            return [form.format(cell) if cell else "" for cell in cells]

        staff.append(row(school, f"T{at}", "王堃明", "正式教師", "資訊組長", "99/8/1"))
        training += [
            row("", f"T{at}", "王堃明", "資安", "", "111/05/05", "3", "是"),
            row(school, "", "王&#22531;明", "數位素養", "", "1110505", "1", ""),
        ]
    place = built(tmp_path, folder(tmp_path, 教職員名冊=staff, 研習紀錄=training))
    assert flaws(place) == []
    for school, form in zip(SCHOOLS, forms, strict=True):
        found = figures(place, "2022-12-31", school)
        assert (found["infosec"], found["digital_literacy"]) == ("1/1", "1/1"), repr(form)


def test_an_answer_may_end_in_a_separator(tmp_path: Path) -> None:
    ends = {school: end for school, end in zip(SCHOOLS, (";", ",", "、", "；", "，"), strict=False)}
    roster, staff, measured = [("學校名稱", "組別", "角色", "班級數")], [STAFF], [MEASURED]
    lessons = [("學校名稱", "授課教師", "授課日期", "數位學習模式", "四學模式")]
    group = programmes.load(programmes.FOLDER / "keelung-111.toml", contracts.load()).groups
    of_school = {one: (each.name, one == each.lead) for each in group for one in (each.lead, *each.partners)}
    for at, (school, end) in enumerate(ends.items()):
        name, leads = of_school[school]
        roster.append([f"{cell}{end}" for cell in (school, name, "重點學校" if leads else "夥伴學校", "12")])
        staff.append([school, f"T{at}", "王一平", f"正式教師{end}", *T1[4:]])
        measured.append(
            [f"{cell}{end}" for cell in ("2022/10/7 15:21:45", school, "五", "2", "短期學習成效")]
        )
        lessons.append([school, "王一平", f"111/10/26{end}", f"是{end}", f"學生自學, 組內共學{end}"])
    data = folder(tmp_path, 學校名冊=roster, 教職員名冊=staff, 學力觀察=measured, 公開授課=lessons)
    place = built(tmp_path, data)
    assert flaws(place) == []
    for school, end in ends.items():
        found = figures(place, "2023-01-31", school)
        assert (found["achievement"], found["public_lesson"]) == ("1/12", "1/"), end


def test_a_code_beside_a_schools_name_must_be_that_schools(tmp_path: Path) -> None:
    cases = [
        ("173608市立深澳國小", "", True), ("深澳國小(173608)", "", True), ("深澳國小（１７３６０８）", "173608", True),
        ("173608-基隆市深澳國小", "", True), ("173612深澳國小", "", False), ("深澳國小(173608)", "173612", False),
        ("999999深澳國小", "", False), ("173608深奧國小", "", False), ("二信高中附設國小171306", "", True),
    ]  # fmt: skip
    rows = [(name, code, f"111/1/{day}") for day, (name, code, _) in enumerate(cases, 1)]
    place = built(tmp_path, folder(tmp_path, 入校輔導=[("學校名稱", "學校代碼", "輔導日期"), *rows]))
    refused = {row["line"]: row["reason"] for row in flaws(place)}
    accepted = {line for (line,) in stored(place, "select line from accepted_rows")}
    for line, (name, code, taken) in enumerate(cases, 2):
        assert (line in accepted, refused.get(line)) == (taken, None if taken else "unknown_school"), (
            name,
            code,
        )


def test_a_host_may_bear_its_code_too(tmp_path: Path) -> None:
    hosts = ["信義國小", "173612信義國小", "信義國小(173612)"]
    rows = [("深澳國小", f"教師{i}", host, "111/5/5", "") for i, host in enumerate(hosts)]
    place = built(tmp_path, folder(tmp_path, 觀課紀錄=[OBSERVED, *rows]))
    assert figures(place, "2022-12-31")["cross_observation"] == "3/"


def test_a_roster_that_decides_takes_the_code_beside_a_name_for_its_code(tmp_path: Path) -> None:
    cases = {"乙校國小": "014601{}", "丙校國小": "{}（014602）", "丁校國小": "'014603{}"}
    rows = []
    for number, (school, form) in enumerate(cases.items(), 1):
        rows.append((form.format(school), "", "甲區", "示範學校", "是", ""))
        rows.append((school, f"01460{number}", "甲區", "示範學校", "是", ""))
    schools, refused = districts(tmp_path, *rows)
    assert (sorted(schools), refused) == (sorted(cases), [])


def test_a_look_alike_is_named_and_a_misspelling_is_one(tmp_path: Path) -> None:
    cases = [
        ("碇内國小", ("「内 U+5185」", "「碇內國小」"), "系統不自動改"), ("⻄定國小", ("「⻄ U+2EC4」", "「西定國小」"), "系統不自動改"),
        ("ニ信國小", ("「ニ U+30CB」",), "系統不自動改"), ("深澳國小\u2800", ("「U+2800」",), "系統不自動改"),
        ("深奧國小", ("可能是「深澳國小」",), "U+"),
    ]  # fmt: skip
    rows = [(name, "111/1/1", "甲") for name, _, _ in cases]
    told = {row["line"]: row for row in flaws(built(tmp_path, folder(tmp_path, 入校輔導=[VISITS, *rows])))}
    assert len(told) == len(cases)
    for line, (name, said, left_out) in enumerate(cases, 2):
        row = told[line]
        assert row["reason"] == "unknown_school" and name in row["original"], name
        assert all(part in row["message"] for part in said) and left_out not in row["message"], row["message"]


def test_a_look_alike_in_another_cell_is_named_too(tmp_path: Path) -> None:
    rows = [("2022/10/7 15:21:45", "深澳國小", "五", "ㄧ班", "短期學習成效")]
    place = built(tmp_path, folder(tmp_path, 學力觀察=[MEASURED, *rows]))
    (row,) = flaws(place)
    assert row["reason"] == "bad_choice" and "「ㄧ U+3127」" in row["message"]
