"""A programme that nobody knows: other windows, populations and roundings, and an indicator of its own SQL.

It lives in a folder of data alone: nothing of the product knows it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from dashboard import access, warehouse
from dashboard.definitions import contracts, programmes
from tests.cases.reading import HEAD, SPRING
from tests.running import kpi

DEFINITION = (
    HEAD
    + """districts = ["羅東鎮"]
groups = []
courses = [{ category = "閱讀", contains = ["閱讀"] }]
columns = { schools = { boarding = { headers = ["住宿"], type = "yes_no" } } }
"""
    + SPRING
    + """
[[periods]]
id = "autumn"
label = { zh-TW = "秋", en = "Autumn" }
start = 2024-09-01
end = 2024-11-30

[kpis.readers]
label = { zh-TW = "閱讀志工", en = "Readers" }
short = { zh-TW = "志工", en = "Readers" }
rule = { zh-TW = "志工參加過閱讀研習。", en = "Volunteers with a reading course." }
clause = "一"
unit = { zh-TW = "人", en = "people" }
query = "digital_literacy"
table = "training"
periods = ["spring", "autumn"]
base = "staff"
employment = ["volunteer"]
categories = ["閱讀"]
require = { share = "1/2", rounding = "floor" }

[kpis.tutors]
label = { zh-TW = "教師", en = "Teachers" }
short = { zh-TW = "教師", en = "Teachers" }
rule = { zh-TW = "教師參加過閱讀研習。", en = "Teachers with a reading course." }
clause = "二"
unit = { zh-TW = "人", en = "people" }
query = "digital_literacy"
table = "training"
periods = ["spring"]
window = { start = 2024-01-01, end = 2024-12-31 }
deadline = 2024-04-30
base = "staff"
employment = ["formal"]
categories = ["閱讀"]
require = { share = "1/2", rounding = "round" }

[kpis.visits_by_adviser]
label = { zh-TW = "輔導人員", en = "Advisers" }
short = { zh-TW = "輔導", en = "Advisers" }
rule = { zh-TW = "到校的不同輔導人員，住宿學校才需要。", en = "Different advisers." }
clause = "三"
unit = { zh-TW = "人", en = "people" }
table = "coaching"
periods = ["spring", "autumn"]
require = { spring = 2, autumn = 1 }
only_where = "boarding"
"""
)
QUERY = """-- 輔導人員 (人)
select
    periods.period,
    coaching.school_id,
    coaching.adviser as unit_id,
    coaching.adviser as unit_label,
    null::date as since,
    null::date as until,
    min(coaching.date) as attained_on,
    1 as amount

from coaching

inner join periods_of($kpi) as periods
    on coaching.date between periods.window_start and periods.window_end

where coaching.adviser is not null

group by all
"""
FILES = {
    "學校名冊.csv": "學校名稱,組別,角色,住宿\n宜蘭縣羅東鎮成功國小,東區,中心學校,是\n和平國小,東區,協作學校,否\n",
    "教職員名冊.csv": "學校名稱,教師編號,姓名,身分別,到職日\n"
    + "".join(f"成功國小,V{n},志{n},志工,110/1/1\n和平國小,T{n},師{n},專任教師,110/1/1\n" for n in range(5)),
    "研習紀錄.csv": "教師編號,課程名稱,研習日期,時數\nV1,閱讀入門,113/3/5,1\nV2,閱讀入門,113/4/5,1\nT1,閱讀,113/1/5,1\nT2,閱讀,113/6/5,1\n",
    "入校輔導.csv": "學校名稱,輔導日期,輔導人員\n成功,113/3/2,甲\n成功,113/3/9,甲\n成功,113/5/9,乙\n成功,113/9/1,丙\n",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("invented")
    data = folder / "data"
    (data / "queries").mkdir(parents=True)
    (data / "reading-99.toml").write_text(DEFINITION, encoding="utf-8")
    (data / "queries" / "visits_by_adviser.sql").write_text(QUERY, encoding="utf-8")
    for name, text in FILES.items():
        (data / name).write_text(text, encoding="utf-8")
    told = kpi("build", "--data", data, "--warehouse", folder / "warehouse")
    assert told.code == 0, told.err
    return folder


def state(place: Path, name: str, period: str, school: str, on: str) -> tuple[Any, ...]:
    """(counted, base, required, status) of a school."""
    told = kpi(
        "results", "--warehouse", place / "warehouse", "--as-of", on, "--kpi", name, "--period", period,
        "--level", "school", "--format", "csv",
    )  # fmt: skip
    (row,) = [row for row in told.rows if row["school"] == school]
    return row["counted"], row["base"], row["required"], row["status"]


SUCCESS, PEACE = "宜蘭縣羅東鎮成功國小", "和平國小"


def test_another_population_and_rounding_down(place: Path) -> None:
    assert state(place, "readers", "spring", SUCCESS, "2024-04-04") == ("1", "5", "2", "on_track")
    assert state(place, "readers", "spring", SUCCESS, "2024-04-05") == ("2", "5", "2", "met")
    assert state(place, "readers", "autumn", SUCCESS, "2024-04-05") == ("", "", "", "upcoming")
    assert state(place, "readers", "spring", PEACE, "2024-04-05")[3] == "exempt"


def test_another_window_and_deadline_and_rounding_half_up(place: Path) -> None:
    assert state(place, "tutors", "spring", PEACE, "2024-04-30") == ("1", "5", "3", "behind")
    assert state(place, "tutors", "spring", PEACE, "2024-06-05") == ("2", "5", "3", "overdue")


def test_an_indicator_of_its_own_sql_beside_the_definition(place: Path) -> None:
    assert state(place, "visits_by_adviser", "spring", SUCCESS, "2024-03-31") == ("1", "", "2", "on_track")
    assert state(place, "visits_by_adviser", "spring", SUCCESS, "2024-05-31") == ("2", "", "2", "met")
    assert state(place, "visits_by_adviser", "autumn", SUCCESS, "2024-12-31") == ("1", "", "1", "met")
    assert state(place, "visits_by_adviser", "spring", PEACE, "2024-05-31") == ("0", "", "2", "exempt")


def test_its_own_sql_belongs_to_what_the_definition_says(place: Path) -> None:
    path = place / "data" / "reading-99.toml"
    before = programmes.load(path, contracts.load()).fingerprint
    query = path.parent / "queries" / "visits_by_adviser.sql"
    try:
        query.write_text(QUERY + "\n-- 註\n", encoding="utf-8")
        assert programmes.load(path, contracts.load()).fingerprint != before
    finally:
        query.write_text(QUERY, encoding="utf-8")


def test_every_query_of_the_pages_answers_though_most_tables_are_not_there(place: Path) -> None:
    snapshot = warehouse.current(place / "warehouse", "reading-99")
    parameters = {
        "on": dt.date(2024, 4, 5),
        "period": "spring",
        "group_id": None,
        "school_id": 1,
        "versus": None,
    }
    for name, wanted in {
        "attention": ("on", "period", "versus"), "deadlines": ("on", "period", "group_id"), "kpis": ("period",),
        "school_results": ("on", "period", "group_id", "school_id"), "totals": ("on", "period"),
        "units": ("on", "period", "school_id"), "states": ("on", "period", "school_id"),
    }.items():  # fmt: skip
        warehouse.rows(snapshot, name, access.bureau(), **{key: parameters[key] for key in wanted})
