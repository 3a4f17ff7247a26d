"""Names of persons: whole only for a scope that shows them, wherever a row, a page or a file tells of somebody."""

import datetime as dt
import io
import re
import zipfile
from types import SimpleNamespace

import duckdb
import pytest
from pypdf import PdfReader

from dashboard import access, questions, warehouse
from dashboard.cli import common
from dashboard.definitions import contracts
from dashboard.paths import ROOT
from dashboard.rows import Kpi, School
from dashboard.ui.base import records
from dashboard.ui.indicator import why
from dashboard.warehouse import manifest, snapshots
from dashboard.warehouse.build import masks
from tests import running
from tests.pages import PAGES, PARAMETERS, QUERIES, open_page
from tests.running import named
from tests.samples import KEELUNG, NTPC, view_on

MASKED, SHOWN = access.bureau(), access.bureau(names=True)
TABLES = contracts.load()
DAY = dt.date(2022, 11, 25)


def rows_of(both, programme, name, scope, **parameters):
    snapshot = warehouse.current(both / "warehouse", programme)
    names, found = warehouse.rows(snapshot, name, scope, **parameters)
    return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in found]


def people_of(both, programme):
    """Everybody whom a row of the sample names: accepted, counted or given back."""
    path = warehouse.current(both / "warehouse", programme).path
    with snapshots.connection(path).cursor() as cursor:
        found = cursor.execute("select person from accepted_rows").fetchall()
        pairs = cursor.execute("select original, masked_original from rejects").fetchall()
    names = {name for (name,) in found if name}
    for whole, masked in pairs:
        cells = zip(whole.split(","), masked.split(","), strict=True)
        names |= {"".join(cell.split()) for cell, hidden in cells if cell != hidden and hidden != "○"}
    return {name for name in names if len(name) > 2}


# How a name is masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王明", "王○"),
        ("林小君", "林○君"),
        ("歐陽小明", "歐陽○○"),
        ("張簡小明", "張簡○○"),
        ("王李小明", "王○明"),
        ("巴奈古拉斯", "巴○斯"),
        ("歐陽明", "歐○明"),
        ("張〓昌", "張○昌"),
        ("𠮷野明", "𠮷○明"),
        ("王", "○"),
        ("Li", "Li○"),
        ("Smith,John", "Sm○"),
        ("Éva", "Év○"),
        ("", ""),
        ("12", "12"),
    ],
)
def test_a_name_keeps_its_ends_or_its_beginning(name, masked):
    assert masks.masked_name(name) == masked


# The rows that were given back

PERSONS = {
    (table.id, column.id): f"曌{chr(0x4E2A + at)}韡"
    for at, (table, column) in enumerate(
        (table, column)
        for table in TABLES.values()
        for column in table.columns.values()
        if column.type == "person"
    )
}
REST = ("曌代韡", "zhao.dai@edu.tw", "bo@edu.tw")
KNOWN = [
    ("深澳國小", "T1", "王一平", "正式教師", "資訊組長", "99/8/1"),
    ("深澳國小", "T2", "李二強", "正式教師", "li@edu.tw", "99/8/1"),
]
TRAINED = "A1數位學習工作坊(一),111/05/05,3"
TRAINING = [
    f"深澳國小,,陳三思,{TRAINED}",
    f"深澳國小,T1,李二強,{TRAINED}",
    f"深澳國小,趙四維,趙四維,{TRAINED}",
    f"深澳國小,,王一平、錢五福,{TRAINED}",
    f"深澳國小,,全體教師,{TRAINED}",
    "承辦人：孫六藝,,教務主任周七星,,,",
    "學校名稱,教師編號,姓名,課程名稱,研習日期,時數",
    f"李二強,,T2,{TRAINED}",
]
TOLD = {
    "陳三思": "這所學校的名冊沒有「陳○思」；請更正姓名、填教師編號，或把這個人補進名冊。",
    "T1,李二強": "教師編號與姓名「李○強」不是同一人（名冊上是「王○平」）；請確認編號與姓名。",
    "趙四維": "教職員名冊沒有教師編號「趙○維」；請更正編號，或把這個人補進名冊。",
    "錢五福": "這所學校的名冊沒有「錢○福」；請更正姓名、填教師編號，或把這個人補進名冊。",
    "全體教師": "姓名「全體教師」不是一個人的姓名；請寫出姓名，一位教師一列。",
    "孫六藝": "「承辦人：孫○藝」是簽章的列，不是一筆紀錄；沒有採用，不必改。",
    "李二強,,T2": "「李○強」不是本計畫的學校，或校名與學校代碼不是同一所；請更正校名或代碼。",
    "學校名稱": "這一列重複了標題（學校名稱），不是一筆紀錄；沒有採用，不必改。",
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """A warehouse with a row given back of each table that has a column of persons, and rows that are told of by name."""
    place = tmp_path_factory.mktemp("masks")
    files = {
        "教職員名冊.csv": ["學校名稱,教師編號,姓名,身分別,職務,到職日", *map(",".join, KNOWN)],
        "研習紀錄.csv": ["學校名稱,教師編號,姓名,課程名稱,研習日期,時數", *TRAINING],
    }
    for name in dict.fromkeys(table for table, _ in PERSONS):
        columns = TABLES[name].columns.values()
        header = [*(column.headers[0] for column in columns), "備註", "電子郵件", "填表人"]
        cells = [*(PERSONS.get((name, column.id), "") for column in columns), *REST]
        files[f"{TABLES[name].names[0]}_沒有.csv"] = [",".join(header), ",".join(cells)]
    (place / "data").mkdir()
    for name, lines in files.items():
        (place / "data" / name).write_text("\n".join(lines), encoding="utf-8")
    every = ", ".join(f'"{name}"' for name in TABLES)
    definition = (ROOT / "programmes" / f"{KEELUNG}.toml").read_text("utf-8")
    definition = re.sub(
        r"^tables = \[[^\]]*\]", f"tables = [{every}]", definition, count=1, flags=re.MULTILINE
    )
    (place / "data" / f"{KEELUNG}.toml").write_text(definition, encoding="utf-8")
    told = running.build(place / "data", place / "warehouse")
    assert told.code == 0, told.err
    return place / "warehouse"


def told_of(place, scope):
    """What each row that was given back says of itself, on the page and to the command."""
    asked = {"table": None, "reason": None, "school": None, "fresh": None, "size": 1000, "skip": 0}
    found = []
    for severity in records.SEVERITIES:
        found += running.asked(place, "rejects", scope, severity=severity, **asked)
    return found, running.asked(place, "kpi_rejects", scope, all=True)


@pytest.mark.parametrize(("table", "column"), PERSONS)
def test_a_column_of_persons_is_masked_in_the_row_as_it_was_written(refused, table, column):
    name = PERSONS[table, column]
    for scope, seen in ((MASKED, f"{name[0]}○{name[2]}"), (SHOWN, name)):
        for found in told_of(refused, scope):
            (row,) = [row for row in found if row["file"] == f"{TABLES[table].names[0]}_沒有.csv"]
            cells = row["original"].split(",")
            assert cells[list(TABLES[table].columns).index(column)] == seen
            assert name in str(found) or scope is MASKED


def test_no_name_is_left_in_what_is_told_of_any_row(refused):
    names = {*PERSONS.values(), *REST, "王一平", "李二強", "陳三思", "趙四維", "錢五福", "孫六藝", "周七星"}
    for found in told_of(refused, MASKED):
        assert not [name for name in names if name in str(found)]
    for found in told_of(refused, SHOWN):
        assert [name for name in names if name not in str(found)] == []


def test_a_column_that_no_contract_knows_may_hold_a_name(refused):
    """Of an address of electronic mail the beginning and the domain stay: they tell whose school it is."""
    (row,) = [row for row in told_of(refused, MASKED)[0] if row["file"] == "教職員名冊_沒有.csv"]
    assert row["original"].endswith(",○,zh○@edu.tw,bo○@edu.tw")


@pytest.mark.parametrize(("part", "sentence"), TOLD.items())
def test_a_sentence_masks_whom_it_quotes(refused, part, sentence):
    (whole,) = [
        row for row in told_of(refused, SHOWN)[1] if part in row["original"] and row["file"] == "研習紀錄.csv"
    ]
    (row,) = [
        row
        for row in told_of(refused, MASKED)[1]
        if row["line"] == whole["line"] and row["file"] == "研習紀錄.csv"
    ]
    assert row["message"] == sentence
    (shown,) = [
        row
        for row in told_of(refused, MASKED)[0]
        if row["line"] == whole["line"] and row["file"] == "研習紀錄.csv"
    ]
    assert records.sentence(SimpleNamespace(**shown)) == sentence


def test_what_stands_for_no_person_stays(refused):
    lines = {
        row["line"]: row["original"] for row in told_of(refused, MASKED)[1] if row["file"] == "研習紀錄.csv"
    }
    assert lines[6] == f"深澳國小,,全體教師,{TRAINED}"
    assert lines[7] == "承辦人：孫○藝,,教務主任周○星,,,"
    assert lines[8] == TRAINING[6]
    assert lines[9] == f"李○強,,T2○,{TRAINED}"
    assert lines[5].startswith("深澳國小,,王○平、錢○福,")


def test_a_row_that_was_mended_does_not_name_its_person_either(refused):
    (refused.parent / "data" / "觀課紀錄表_沒有.csv").unlink()
    assert running.build(refused.parent / "data", refused).code == 0
    name = PERSONS["observation_records", "teacher"]
    for scope, seen in ((MASKED, f"{name[0]}○{name[2]}"), (SHOWN, name)):
        (row,) = running.asked(refused, "resolved_rejects", scope, size=10)
        assert seen in row["original"]


# The gate


def test_whoever_is_not_said_to_see_names_sees_none():
    assert [one.names for one in (access.nobody(), access.bureau(), access.Scope("校", (1,)))] == [False] * 3
    assert common.EVERY_SCHOOL.names


def answered(both, programme, name, scope):
    """The texts that a query answers with, of each indicator and of two schools where it asks for one."""
    text = re.sub(r"--.*", "", (ROOT / "queries" / "pages" / f"{name}.sql").read_text("utf-8"))
    wanted = set(re.findall(r"\$([a-z_]+)", text))
    (period, *_) = rows_of(both, programme, "periods", scope)
    kpis = rows_of(both, programme, "kpis", scope, period=period.period)
    asked = {**PARAMETERS, "on": period.end, "period": period.period, "table": None, "size": 10_000}
    asked |= {"all": True, "missing": False, "most": 4}
    found = set()
    for kpi in kpis if "kpi" in wanted else kpis[:1]:
        for school_id in (1, 2) if "school_id" in wanted else (1,):
            now = asked | {"kpi": kpi.kpi, "school_id": school_id}
            for row in rows_of(both, programme, name, scope, **{key: now.get(key) for key in wanted}):
                found |= {str(value) for value in vars(row).values() if isinstance(value, str | dict | list)}
    return "\n".join(found)


NAMING = (
    "evidence",
    "kpi_flags",
    "kpi_rejects",
    "kpi_units",
    "mend",
    "missing_units",
    "rejects",
    "school_rejects",
    "units",
)


@pytest.mark.parametrize("name", QUERIES)
def test_no_query_of_the_pages_gives_a_name_unless_it_is_to_be_shown(both, people, name):
    shown = set()
    for programme, everybody in people.items():
        assert len(everybody) > 100
        assert not named(answered(both, programme, name, MASKED), everybody)
        shown |= named(answered(both, programme, name, SHOWN), everybody)
    assert bool(shown) == (name in NAMING)


@pytest.fixture(scope="module")
def people(both):
    return {programme: people_of(both, programme) for programme in (KEELUNG, NTPC)}


def test_a_snapshot_of_a_version_that_masked_nothing_is_not_read(both, tmp_path):
    """Its views would show every name."""
    kept = warehouse.current(both / "warehouse", KEELUNG)
    (tmp_path / KEELUNG).mkdir()
    path = tmp_path / KEELUNG / kept.path.name
    path.write_bytes(kept.path.read_bytes())
    with duckdb.connect(str(path)) as con:
        con.execute("create or replace table units as select * exclude (masked_label) from units")
    manifest.seal(path)
    old = warehouse.Snapshot(path, kept.stamp)
    for read in (lambda: warehouse.rows(old, "schools", SHOWN), lambda: warehouse.check(old)):
        with pytest.raises(warehouse.NoSnapshot, match="別的版本"):
            read()


LESSONS = ["深澳國小,王大明,111/10/03,是", "深澳國小,王小明,111/10/04,是"]


def test_two_who_look_alike_keep_their_own_rows(tmp_path):
    (tmp_path / "data").mkdir()
    told = "\n".join(["學校名稱,授課教師,授課日期,數位學習模式", *LESSONS])
    (tmp_path / "data" / "公開授課.csv").write_text(told, encoding="utf-8")
    assert running.build(tmp_path / "data", tmp_path / "warehouse").code == 0
    seen = view_on(tmp_path / "warehouse", KEELUNG, DAY, MASKED)
    (kpi,) = [row for row in questions.ask(seen, Kpi, period="111") if row.kpi == "public_lesson"]
    school = questions.pick(questions.ask(seen, School), "深澳國小")
    found = why.explain(seen, kpi, school)
    assert [unit.unit_label for unit in found.units] == ["王○明"] * 2
    for unit in found.units:
        assert [row.day for row in found.evidence[unit.unit_key]] == [unit.attained_on]
    assert len({unit.attained_on for unit in found.units}) == 2


@pytest.mark.parametrize(
    ("says", "label"), [("", "王○平"), (", null as person", "王一平")], ids=["unsaid", "none"]
)
def test_an_own_query_that_does_not_say_whose_name_is_in_a_label_has_it_masked(tmp_path, says, label):
    data = tmp_path / "data"
    (data / "queries").mkdir(parents=True)
    query = (
        "-- 人 (人)\nselect periods.period, school_id, staff_id as unit_id, name as unit_label, null::date as since,"
        f" null::date as until, start_date as attained_on, 1 as amount{says} from staff, periods_of($kpi) as periods"
    )
    (data / "queries" / "coaching.sql").write_text(query, encoding="utf-8")
    definition = (ROOT / "programmes" / f"{KEELUNG}.toml").read_text("utf-8")
    (data / f"{KEELUNG}.toml").write_text(definition, encoding="utf-8")
    staff = "\n".join(["學校名稱,教師編號,姓名,身分別,職務,到職日", *map(",".join, KNOWN[:1])])
    (data / "教職員名冊.csv").write_text(staff, encoding="utf-8")
    told = running.build(data, tmp_path / "warehouse")
    assert told.code == 0, told.err
    asked = {"kpi": "coaching", "period": None, "school": None, "missing": False, "on": DAY}
    (unit,) = running.asked(tmp_path / "warehouse", "kpi_units", MASKED, **asked)
    assert (unit["unit"], unit["label"]) == ("T1", label)


@pytest.mark.parametrize(
    ("says", "masked"),
    [
        ("", ["○", "○", "○"]),
        (", name as person", ["王○平的證明", "乙", "丙"]),
        (", null as person", ["王一平的證明", "乙", "丙"]),
    ],
    ids=["unsaid", "said", "none"],
)
def test_the_label_of_a_part_is_masked_as_the_units_is_wherever_it_leaves(tmp_path, says, masked):
    data, place = tmp_path / "data", tmp_path / "warehouse"
    (data / "queries").mkdir(parents=True)
    query = (
        "-- 人 (人)\nselect periods.period, school_id, staff_id as unit_id, name as unit_label, null::date as since,"
        f" null::date as until, null::date as attained_on, 1 as amount{says}, [part(name || '的證明', start_date),"
        " part('乙', null), amount_part('丙', '次', 2, [so_far(start_date, 1)])] as parts"
        " from staff, periods_of($kpi) as periods"
    )
    (data / "queries" / "a1a2.sql").write_text(query, encoding="utf-8")
    definition = (ROOT / "programmes" / f"{KEELUNG}.toml").read_text("utf-8")
    (data / f"{KEELUNG}.toml").write_text(definition, encoding="utf-8")
    staff = "\n".join(["學校名稱,教師編號,姓名,身分別,職務,到職日", *map(",".join, KNOWN[:1])])
    (data / "教職員名冊.csv").write_text(staff, encoding="utf-8")
    (data / "研習紀錄.csv").write_text(
        "教師編號,課程名稱,研習日期,時數\nT1,A1,111/10/05,3\n", encoding="utf-8"
    )
    told = running.build(data, place)
    assert told.code == 0, told.err
    for scope, (first, second, third) in ((MASKED, masked), (SHOWN, ["王一平的證明", "乙", "丙"])):
        asked = {"kpi": "a1a2", "period": None, "school": None, "missing": True, "on": DAY}
        (unit,) = running.asked(place, "kpi_units", scope, **asked)
        assert unit["has"] == f"{first} 99/08/01、{third} 1 次"
        assert unit["lacks"] == f"{second}、{third} 還差 1 次"
        school_id = questions.pick(rows_of(tmp_path, KEELUNG, "schools", scope), "深澳國小").school_id
        for name, more in (("units", {"school_id": school_id}), ("missing_units", {})):
            rows = running.asked(place, name, scope, on=DAY, period="111", **more)
            (row,) = [row for row in rows if row["kpi"] == "a1a2"]
            assert [part["label"] for part in row["parts"]] == [first, second, third]


# The pages and what leaves them


def everything(app):
    """All that a page sends to the browser, and the files that it offers."""
    page = "".join(
        _texts(element.proto.SerializeToString()) for element in app._tree if getattr(element, "proto", None)
    )
    offers = list(app.session_state["offers"].values()) if "offers" in app.session_state else []
    files = [offer.make() for _, offer in offers]
    return page, "".join(map(_of_file, files)), len(files)


def _texts(data):
    """Of a message the texts, those of a figure's JSON as they are read."""
    text = data.decode("utf-8", "replace")
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


def _of_file(made):
    if made.startswith(b"%PDF"):
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    if not made.startswith(b"PK"):
        return made.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


NAMING_PAGES = ("school", "indicator", "reminders", "data")
LOOKS = [
    *((KEELUNG, name, {}) for name in PAGES),
    (KEELUNG, "school", {"school": "深澳國小", "kpi": "coaching"}),
    (KEELUNG, "indicator", {"school": "深澳國小", "kpi": "public_lesson"}),
    (KEELUNG, "reminders", {"school": "深澳國小", "statuses": "overdue,behind,on_track", "lang": "en"}),
    (KEELUNG, "data", {"school": "深澳國小", "chart": "rejects"}),
    (KEELUNG, "data", {"severity": "warning"}),
    (KEELUNG, "data", {"severity": "no_record"}),
    (NTPC, "school", {"school": "鹿角溪國小", "kpi": "plan_per_class"}),
    (NTPC, "indicator", {"school": "鹿角溪國小", "kpi": "lesson_plans"}),
]


@pytest.mark.parametrize(
    ("programme", "page", "asked"), LOOKS, ids=lambda one: "-".join(one) if isinstance(one, dict) else one
)
def test_no_page_and_no_file_of_it_names_anybody_unless_asked_to(both_served, people, programme, page, asked):
    asked = {"programme": programme, **asked}
    shown, files, offered = everything(open_page(page, **asked))
    assert "這個畫面讀不出來" not in shown and bool(offered) == (page != "meetings")
    assert not named(shown, people[programme]) and not named(files, people[programme])
    assert "顯示姓名" in shown or "Show names" in shown
    shown, files, _ = everything(open_page(page, **asked, names="1"))
    whole = page in NAMING_PAGES and asked.get("severity") != "no_record"
    assert bool(named(shown, people[programme])) == bool(named(files, people[programme])) == whole
