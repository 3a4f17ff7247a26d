"""Periods and reasons: what is shown and asked for when nobody names a period, what a school that cannot be judged is
asked for, who is exempt, and that no fraction is rounded into 達標."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard import access, questions, reminders, warehouse
from dashboard.definitions import deployment
from dashboard.language import texts, words
from dashboard.rows import Deadline, Finding, SchoolResult, SourceTable, Standing
from dashboard.ui.base import lead, parts
from tests.pages import html_of, open_page
from tests.running import Outcome, kpi

EVERY = access.bureau()
NTPC, KEELUNG = "ntpc-5g-112", "keelung-111"
EDGE = dt.date(2024, 1, 15)


def view(place: Path, programme: str, on: dt.date, period: str | None = None) -> questions.View:
    """What an address asks to see that names a day and perhaps a period."""
    return questions.unaddressed(warehouse.current(place, programme), EVERY, on, period=period)


Key = tuple[str, str, str]  # indicator, period, school


def results(seen: questions.View) -> dict[Key, str]:
    """The status of every school's row of `kpi results` that day."""
    names, rows = warehouse.rows(seen.snapshot, "kpi_results", EVERY, on=seen.on, level="school")
    return {
        (row["kpi"], row["period"], row["school"]): row["status"]
        for row in (dict(zip(names, one, strict=True)) for one in rows)
    }


def shown(seen: questions.View) -> dict[Key, str]:
    """What stands on the pages that day."""
    every: dict[str, Any] = {"on": seen.on, "group_id": None, "school_id": None}
    rows = questions.ask_each(seen, SchoolResult, **every)
    return {(row.kpi, row.period, row.school_name): row.status for row in rows}


def asked(seen: questions.View, statuses: tuple[str, ...] = reminders.DEFAULT) -> dict[Key, reminders.Item]:
    """What 催辦 asks that day."""
    wanted = reminders.Filter((), (), statuses, False)
    return {
        (item.kpi.kpi, item.row.period, one.school): item
        for one in reminders.owed(seen, wanted)
        for item in one.items
    }


# --- the samples


@pytest.fixture
def samples(both: Path) -> Path:
    """The warehouse of both samples."""
    return both / "warehouse"


YEARS = {
    KEELUNG: (dt.date(2021, 12, 30), dt.date(2024, 2, 1)),
    NTPC: (dt.date(2022, 12, 30), dt.date(2025, 4, 1)),
}


@pytest.mark.parametrize("programme", YEARS)
def test_what_is_overdue_stays_until_it_is_met(samples: Path, programme: str) -> None:
    """Of any two days: nothing overdue on the first is absent from the pages and 催辦 on the second unless met."""
    first, last = YEARS[programme]
    overdue: set[Key] = set()
    days = 0
    for on in (first + dt.timedelta(days=step) for step in range(0, (last - first).days, 17)):
        seen = view(samples, programme, on)
        now, there = results(seen), shown(seen)
        overdue |= {key for key, status in now.items() if status == "overdue"}
        owed = {key for key in overdue if now[key] != "met"}
        assert owed <= there.keys(), on
        assert {key: there[key] for key in there} == {key: now[key] for key in there}, on
        assert {kpi for kpi, _, _ in there} == {kpi for kpi, _, _ in now}, on  # each indicator has its place
        if owed and days % 4 == 0:
            assert owed <= asked(seen, reminders.STATUSES).keys(), on
        days += bool(owed)
    assert days > 20


def test_the_day_after_a_year_shows_what_the_last_day_of_it_showed(samples: Path) -> None:
    """23 of 24 schools are behind or overdue at the end of 112; two weeks later as many are."""
    late = {}
    for on in (dt.date(2023, 12, 31), EDGE):
        seen = view(samples, NTPC, on)
        (row,) = questions.ask(seen, Standing, on=on, group_id=None, periods=seen.period_ids)
        late[on] = row.late
        assert row.late == len(
            {school for (_, _, school), status in shown(seen).items() if status in ("behind", "overdue")}
        )
    assert late[EDGE] >= late[dt.date(2023, 12, 31)] >= 23
    assert {period for _, period, _ in asked(view(samples, NTPC, EDGE))} >= {"112", "111-2"}


def test_a_period_whose_first_days_have_begun_asks_nobody_for_its_end(samples: Path) -> None:
    for on, new in (
        (EDGE, {"113"}),
        (dt.date(2024, 2, 5), {"113", "112-2"}),
        (dt.date(2023, 1, 9), {"112", "term"}),
    ):
        # What exceeds a ceiling does so on any day.
        found = [key for key, item in asked(view(samples, NTPC, on)).items() if item.row.room is None]
        assert not {period for _, period, _ in found} & new, on
    (lacks,) = {
        key[2] for key, item in asked(view(samples, NTPC, dt.date(2023, 11, 25))).items()
        if key[:2] == ("lessons", "112-1") and item.row.status == "no_data"
    }  # fmt: skip
    later = asked(view(samples, NTPC, dt.date(2024, 2, 5)))
    assert ("lessons", "112-1", lacks) in later and ("lessons", "112-2", lacks) not in later


def test_what_is_for_information_only_is_never_asked_for(samples: Path) -> None:
    silent = {
        key for key, status in results(view(samples, NTPC, dt.date(2025, 1, 5))).items()
        if key[0] == "execution" and status == "no_data"
    }  # fmt: skip
    assert silent
    for on in (dt.date(2023, 11, 25), EDGE, dt.date(2025, 1, 5)):
        seen = view(samples, NTPC, on)
        assert not {key for key in asked(seen, reminders.STATUSES) if key[0] == "execution"}
        assert not {
            kpi for period in seen.periods for _, kpi in lead.to_send(seen, period.period, asked=True)
        } & {"execution"}


def test_an_address_that_names_a_period_shows_all_of_it(samples: Path) -> None:
    seen = view(samples, NTPC, EDGE, "113")
    assert {key[1] for key in shown(seen)} == {"113"}
    assert {key[0] for key in shown(seen)} == {key[0] for key in results(seen) if key[1] == "113"}


# --- programmes of other cities

HEAD = """
city = "某某市"
districts = []
groups = []
tables = ["schools", "staff", "training", "class_lessons", "coaching"]
aliases = {}
courses = [
    { category = "A1", contains = ["A1"] }, { category = "A2", contains = ["A2"] }, { category = "資安", contains = ["資安"] },
]
title = { zh-TW = "某計畫", en = "A programme" }
source = { zh-TW = "虛構", en = "invented" }
roles = { lead = "中心學校", partner = "一般學校" }
columns = { schools = { established = { headers = ["編制教師數"], type = "count" }, pbl = { headers = ["PBL"], type = "yes_no" } } }

[employment]
formal = ["正式教師"]
substitute = ["代理教師"]
"""


def period(name: str, start: str, end: str, more: str = "", kind: str = "year") -> str:
    label = f'{{ zh-TW = "{name} 期", en = "{name}" }}'
    return f'[[periods]]\nid = "{name}"\nkind = "{kind}"\nlabel = {label}\nstart = {start}\nend = {end}\n{more}\n'


def indicator(name: str, more: str) -> str:
    called = f'{{ zh-TW = "{name}", en = "{name}" }}'
    told = "".join(f"{key} = {called}\n" for key in ("label", "short", "rule", "unit"))
    return f'[kpis.{name}]\n{told}clause = "一"\n{more}\n'


SCHOOLS = """學校名稱,組別,角色,班級數,編制教師數,PBL
前金國小,東區,中心學校,6,2,是
苓雅國小,東區,一般學校,,,是
旗津國小,西區,一般學校,6,2,
"""
STAFF = """學校名稱,教師編號,姓名,身分別,職務,到職日
前金國小,A1,王一,正式教師,資訊組長,110/08/01
苓雅國小,D1,黃一,正式教師,資訊組長,110/08/01
旗津國小,E1,周一,正式教師,教務主任,110/08/01
"""
TRAINING = """教師編號,課程名稱,研習日期,時數,研習證明
A1,資安,112/05/05,3,是
D1,資安,112/05/05,3,是
"""


def built(
    folder: Path, *parts: str, queries: dict[str, str] | None = None, **files: str
) -> tuple[Path, Outcome]:
    """A warehouse of a programme and its tables, by their names; one that is '' is not there."""
    data = folder / "data"
    (data / "queries").mkdir(parents=True)
    (data / "some-1.toml").write_text('id = "some-1"\n' + HEAD + "".join(parts), encoding="utf-8")
    for name, text in (queries or {}).items():
        (data / "queries" / f"{name}.sql").write_text(text, encoding="utf-8")
    tables = {"學校名冊": SCHOOLS, "教職員名冊": STAFF, "研習紀錄": TRAINING} | files
    for name, text in tables.items():
        if text:
            (data / f"{name}.csv").write_text(text, encoding="utf-8")
    told = kpi("build", "--data", data, "--warehouse", folder / "warehouse")
    assert told.code == 0, told.err
    return folder / "warehouse", told


YEAR = period("112", "2023-01-01", "2023-12-31")
INFOSEC = 'query = "infosec"\ntable = "training"\ncategories = ["資安"]\nparameters = { minutes = 180 }\nrequire = "all"\n'
OF_STAFF = INFOSEC + 'base = "staff"\nemployment = ["formal"]\nperiods = ["year"]\n'
AFTER = dt.date(2024, 1, 2)


def reasons(place: Path, on: dt.date = AFTER) -> dict[tuple[str, str], str]:
    """What 催辦 asks of whom cannot be judged, by indicator and school."""
    found = asked(view(place, "some-1", on))
    return {
        (name, school): item.to_send or ""
        for (name, _, school), item in found.items()
        if item.row.status == "no_data"
    }


ESTABLISHED = """-- 編制 (人)
select periods.period, schools.school_id, '編制' as unit_id, '編制教師數' as unit_label, null::date as since,
    null::date as until, null::date as attained_on, schools.established as amount
from schools
cross join periods_of($kpi) as periods
"""
LESSONS = """-- 節數 (節)
select periods.period, class_lessons.school_id, 'lessons' as unit_id, '節數' as unit_label, null::date as since,
    null::date as until, max(periods.window_end) as attained_on, sum(class_lessons.lessons) as amount
from class_lessons
inner join periods_of($kpi) as periods on class_lessons.date between periods.window_start and periods.window_end
group by all
"""


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A programme in which a school is silent for each kind of reason, and has sent its training all the same."""
    place, _ = built(
        tmp_path_factory.mktemp("silent"),
        YEAR,
        indicator("infosec", OF_STAFF),
        indicator("it_lead", OF_STAFF + 'duties = ["資訊組長"]\nempty_base = "no_data"\n'),
        indicator(
            "of_established",
            'table = "training"\nbase = "units"\nrequire = { share = "82/100" }\nperiods = ["year"]\n',
        ),
        indicator(
            "surveyed",
            INFOSEC.replace('"all"', '{ share = "1/6" }') + 'base = "classes"\nperiods = ["year"]\n',
        ),
        indicator("pbl", 'query = "coaching"\ntable = "training"\nrequire = 1\nonly_where = "pbl"\nperiods = ["year"]\n'),
        indicator("visits", 'query = "coaching"\ntable = "coaching"\nrequire = 1\nperiods = ["year"]\n'),
        indicator(
            "told",
            'query = "sum_of_lessons"\ntable = "class_lessons"\nrequire = 1\nno_units = "no_data"\nperiods = ["year"]\n',
        ),
        indicator("shown", 'query = "coaching"\ntable = "coaching"\nrequire = "none"\nperiods = ["year"]\n'),
        queries={"of_established": ESTABLISHED, "sum_of_lessons": LESSONS},
        學校名冊=SCHOOLS + "三民國小,西區,一般學校,6,2,否\n鼓山國小,西區,一般學校,6,2,否\n",
        教職員名冊=STAFF + "鼓山國小,F1,吳一,正式教師,,110/08/01\n",
        教職員名冊_三民國小="學校名稱,教師編號,姓名,到職日\n三民國小,G1,鄭一,110/08/01\n",
        實施節數="學校名稱,日期,年級,班級,節數\n前金國小,112/5/5,五,1,2\n苓雅國小,111/5/5,五,1,2\n旗津國小,112/5/5,五,1,不明\n",
    )  # fmt: skip
    return place


def test_a_blank_cell_of_the_roster_is_named_and_no_table_that_was_sent(silent: Path) -> None:
    found = reasons(silent)
    assert found["of_established", "苓雅國小"] == "請在「學校名冊」填「編制教師數」（學校名冊.csv 第 3 列）"
    assert found["surveyed", "苓雅國小"] == "請在「學校名冊」填「班級數」（學校名冊.csv 第 3 列）"
    assert found["pbl", "旗津國小"] == "請在「學校名冊」填「PBL」（學校名冊.csv 第 4 列）"


def test_a_duty_that_nobody_has_is_named(silent: Path) -> None:
    told = "請在「教職員名冊」的「職務」註明誰是「資訊組長」"
    assert {school: todo for (name, school), todo in reasons(silent).items() if name == "it_lead"} == {
        "旗津國小": told,
        "鼓山國小": told,
        "三民國小": reasons(silent)["infosec", "三民國小"],
    }


def test_a_roster_that_was_sent_without_a_column_says_so(silent: Path) -> None:
    told = reasons(silent)["infosec", "三民國小"]
    assert "教職員名冊_三民國小.csv" in told and "身分別" in told and "請送" not in told


def test_a_table_that_was_not_sent_is_asked_for_and_one_that_was_is_not(silent: Path) -> None:
    found = reasons(silent)
    assert {todo for (name, _), todo in found.items() if name == "visits"} == {"請送「入校輔導」"}
    assert found["told", "苓雅國小"] == "「實施節數」裡沒有「112 期」可計入的列，請補上"
    assert found["told", "旗津國小"] == "「實施節數」送來的列都被退回，請照退回的說明改好再送"
    assert found["told", "鼓山國小"] == "請送「實施節數」"
    assert not [name for name, _ in found if name == "shown"]


@pytest.mark.parametrize(
    ("schools", "staff", "school", "name", "told"),
    [
        (SCHOOLS.replace("班級數", "備註一"), STAFF, "前金國小", "surveyed", "「學校名冊」沒有「班級數」這一欄，請補上"),
        (SCHOOLS, STAFF.replace("職務", "備註一"), "旗津國小", "it_lead", "「教職員名冊」沒有「職務」這一欄，請補上"),
        (SCHOOLS, STAFF.replace("教務主任,110", "教務主任,114"), "旗津國小", "infosec",
         "「教職員名冊」裡沒有這一天在職的人，請確認到職日與離職日"),
    ],
    ids=["classes", "duty", "nobody"],
)  # fmt: skip
def test_a_column_that_the_file_lacks_is_named(
    tmp_path: Path, schools: str, staff: str, school: str, name: str, told: str
) -> None:
    place, _ = built(
        tmp_path,
        YEAR,
        indicator("infosec", OF_STAFF),
        indicator("it_lead", OF_STAFF + 'duties = ["資訊組長"]\nempty_base = "no_data"\n'),
        indicator(
            "surveyed",
            INFOSEC.replace('"all"', '{ share = "1/6" }') + 'base = "classes"\nperiods = ["year"]\n',
        ),
        學校名冊=schools,
        教職員名冊=staff,
    )
    assert reasons(place)[name, school] == told


def test_the_table_that_tells_the_base_is_asked_for_and_not_the_indicators_own(
    samples: Path,
) -> None:
    """Whoever takes part is told by 參與名單; an item of the targets wants the table that tells its value."""
    seen = view(samples, NTPC, dt.date(2023, 11, 25))
    found = {item.to_send for (name, *_), item in asked(seen).items() if name in ("lessons", "b1")}
    assert found - {None} == {"請送「參與名單」"}


def test_an_exemption_goes_before_what_is_lacking(tmp_path: Path) -> None:
    place, _ = built(
        tmp_path,
        YEAR,
        indicator("infosec", OF_STAFF + 'exempt = ["旗津國小"]\n'),
        indicator("visits", 'query = "coaching"\ntable = "coaching"\nrequire = 1\nperiods = ["year"]\nonly_where = "pbl"\n'),
        學校名冊=SCHOOLS.replace("旗津國小,西區,一般學校,6,2,", "旗津國小,西區,一般學校,6,2,否"),
        教職員名冊="".join(line + "\n" for line in STAFF.splitlines() if "旗津" not in line),
    )  # fmt: skip
    for on, status in (
        (dt.date(2022, 12, 31), "upcoming"),
        (dt.date(2023, 5, 5), "exempt"),
        (AFTER, "exempt"),
    ):
        found = results(view(place, "some-1", on))
        assert {found[name, "112", "旗津國小"] for name in ("infosec", "visits")} == {status}
    assert found["visits", "112", "苓雅國小"] == "no_data"
    assert not [
        key for key in asked(view(place, "some-1", AFTER), reminders.STATUSES) if key[2] == "旗津國小"
    ]


# --- fractions

RATE = """-- 使用率 (%)
select periods.period, class_lessons.school_id, 'rate' as unit_id, '使用率' as unit_label, null::date as since,
    null::date as until, class_lessons.date as attained_on, class_lessons.lessons as amount
from class_lessons
inner join periods_of($kpi) as periods on class_lessons.date between periods.window_start and periods.window_end
"""


def test_no_fraction_is_rounded_into_met(tmp_path: Path) -> None:
    place, _ = built(
        tmp_path,
        YEAR,
        indicator("rate", 'query = "rate"\ntable = "class_lessons"\nrequire = 90\nperiods = ["year"]\n'),
        indicator("capped", 'query = "rate"\ntable = "class_lessons"\nceiling = 89\nperiods = ["year"]\n'),
        indicator("infosec", OF_STAFF),
        queries={"rate": RATE},
        實施節數="學校名稱,日期,年級,班級,節數\n前金國小,112/5/5,五,1,89.5\n苓雅國小,112/5/5,五,1,90.0\n旗津國小,112/5/5,五,1,89\n",
    )
    rows = kpi(
        "results", "--warehouse", place, "--as-of", "2024-01-02", "--level", "school", "--format", "csv"
    ).rows
    found = {(row["kpi"], row["school"]): (row["counted"], row["required"], row["status"]) for row in rows}
    assert found["rate", "前金國小"] == ("89.5", "90", "overdue")
    assert found["rate", "苓雅國小"] == ("90", "90", "met")
    assert found["capped", "前金國小"] == ("89.5", "89", "overdue")
    assert found["capped", "旗津國小"] == ("89", "89", "met")
    assert found["infosec", "前金國小"] == ("1", "1", "met")
    units = kpi(
        "units", "--warehouse", place, "--kpi", "rate", "--as-of", "2024-01-02", "--format", "csv"
    ).rows
    assert [row["amount"] for row in units] == ["89.5", "90", "89"]
    item = asked(view(place, "some-1", AFTER))["rate", "112", "前金國小"]
    assert reminders.state(item) == "已完成 89.5／應達 90 rate，還差 0.5 rate"


def test_a_share_of_a_base_with_a_fraction_is_exact(tmp_path: Path) -> None:
    """ceil(80.5 x 1/10) is 9 and ceil(80 x 1/10) is 8; a pace runs in whole steps."""
    place, _ = built(
        tmp_path,
        YEAR,
        indicator(
            "rate",
            'query = "rate"\ntable = "class_lessons"\nbase = "units"\nrequire = { share = "1/10" }\nperiods = ["year"]\n',
        ),
        queries={"rate": RATE.replace("class_lessons.date as attained_on", "null::date as attained_on")},
        實施節數="學校名稱,日期,年級,班級,節數\n前金國小,112/5/5,五,1,80.5\n苓雅國小,112/5/5,五,1,80\n",
    )
    told = kpi(
        "results", "--warehouse", place, "--as-of", "2023-06-30", "--level", "school", "--format", "csv"
    )
    found = {row["school"]: (row["base"], row["required"], row["rate"], row["status"]) for row in told.rows}
    assert found["前金國小"] == ("80.5", "9", "0.000000", "behind")
    assert found["苓雅國小"] == ("80", "8", "0.000000", "behind")


# --- months and years


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four months of a figure that counts on the last day of its month: 苓雅 falls short in January, 旗津 owes March."""
    days = ["113/1/31", "113/2/29", "113/3/31"]
    rows = [("前金國小", day, 9) for day in [*days, "113/4/8"]]
    rows += [("苓雅國小", day, lessons) for day, lessons in zip(days, (8, 9, 9), strict=True)]
    rows += [("旗津國小", day, 9) for day in days[:2]]
    names = ("113-01", "113-02", "113-03", "113-04")
    ends = (31, 29, 31, 30)
    place, _ = built(
        tmp_path_factory.mktemp("months"),
        *(
            period(name, f"2024-{month:02}-01", f"2024-{month:02}-{end}", kind="term")
            for month, (name, end) in enumerate(zip(names, ends, strict=True), 1)
        ),
        indicator(
            "used",
            'query = "sum_of_lessons"\ntable = "class_lessons"\nrequire = 9\nno_units = "no_data"\nperiods = ["term"]\npace = false\n',
        ),
        queries={"sum_of_lessons": LESSONS},
        實施節數="學校名稱,日期,年級,班級,節數\n"
        + "".join(f"{school},{day},五,1,{lessons}\n" for school, day, lessons in rows if day != "113/4/8"),
    )
    return place


def test_the_last_finished_month_is_shown_and_asked_for(months: Path) -> None:
    for day in (2, 10, 30):
        seen = view(months, "some-1", dt.date(2024, 4, day))
        assert {key[1] for key in shown(seen)} == {"113-01", "113-03"}, day
        assert {(key[1], key[2], item.row.status) for key, item in asked(seen).items()} == {
            ("113-01", "苓雅國小", "overdue"),
            ("113-03", "旗津國小", "no_data"),
        }
    assert {key[1] for key in shown(view(months, "some-1", dt.date(2024, 5, 1)))} == {
        "113-01",
        "113-03",
        "113-04",
    }


def test_before_the_first_period_begins_it_is_shown_as_upcoming(months: Path) -> None:
    seen = view(months, "some-1", dt.date(2023, 6, 1))
    assert {key[1] for key in shown(seen)} == {"113-01"}
    assert set(shown(seen).values()) == {"upcoming"} and asked(seen, reminders.STATUSES) == {}


THREE_YEARS = [period(str(year - 1911), f"{year}-01-01", f"{year}-12-31") for year in (2022, 2023, 2024)]


def three_years(folder: Path, *years: str) -> Path:
    place, _ = built(
        folder,
        *years,
        indicator("infosec", OF_STAFF),
        indicator(
            "once",
            INFOSEC + 'base = "staff"\nemployment = ["formal"]\nperiods = ["111"]\n',
        ),
    )
    return place


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One programme of three years; all but 旗津 have 112 of the years."""
    return three_years(tmp_path_factory.mktemp("years"), *THREE_YEARS)


def test_after_the_last_year_its_overdue_indicators_stand(years: Path) -> None:
    seen = view(years, "some-1", dt.date(2025, 1, 15))
    assert {
        key: status for key, status in shown(seen).items() if key[1] == "112" and key[0] == "infosec"
    } == {
        ("infosec", "112", "前金國小"): "met",
        ("infosec", "112", "苓雅國小"): "met",
        ("infosec", "112", "旗津國小"): "overdue",
    }
    assert {key[1] for key in asked(seen) if key[0] == "infosec"} == {"111", "112", "113"}
    (row,) = questions.ask(seen, Standing, on=seen.on, group_id=None, periods=seen.period_ids)
    assert row.late == 3


def test_a_closed_period_asks_nobody_any_more(tmp_path: Path) -> None:
    closed = [
        THREE_YEARS[0].replace("end = 2022-12-31", "end = 2022-12-31\nclosed = true"),
        *THREE_YEARS[1:],
    ]
    place = three_years(tmp_path, *closed)
    seen = view(place, "some-1", dt.date(2025, 1, 15))
    assert {key[1] for key in shown(seen) if key[0] == "infosec"} == {"112", "113"}
    assert {key[1] for key in asked(seen)} == {"112", "113"}
    # Its indicator that has no other period is still there, as it stands, and asks nobody.
    assert {key[1] for key in shown(seen) if key[0] == "once"} == {"111"}
    for chosen in (None, "111"):
        seen = view(place, "some-1", dt.date(2025, 1, 15), chosen)
        assert "111" not in {key[1] for key in asked(seen)}
        at = {"on": seen.on, "period": "111"}
        assert questions.ask(seen, Deadline, **at, group_id=None) == []
        assert questions.ask(seen, Finding, **at, versus=None) == []
    assert results(seen)["infosec", "111", "前金國小"] == "overdue"  # what `kpi results` says stays


@pytest.fixture
def served(years: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A configuration that serves the programme of three years."""
    file = tmp_path / "kpi.toml"
    file.write_text(f'programmes = ["some-1"]\nwarehouse = "{years.as_posix()}"\n', encoding="utf-8")
    monkeypatch.setenv(deployment.VARIABLE, str(file))
    yield years


@pytest.mark.parametrize(
    ("asked_for", "told"),
    [
        ({"kpi": "infosec", "on": "2025-01-15"}, "期間 <b>113 期</b>（113/1/1 至 113/12/31） · 期限 113/12/31，已過 15 天"),
        ({"kpi": "infosec", "on": "2025-01-15", "period": "111"}, "期限 111/12/31，已過 746 天"),
        ({"kpi": "once", "on": "2025-01-15"}, "期間 <b>111 期</b>（111/1/1 至 111/12/31）"),
        ({"kpi": "once", "on": "2024-06-01", "period": "113"}, "「113 期」沒有這項指標，改列它的期間 · 期間 <b>111 期</b>"),
        ({"kpi": "infosec", "on": "2022-06-01", "period": "113"}, "期間 <b>113 期</b>（113/1/1 至 113/12/31） · 期限 113/12/31，剩"),
    ],
)  # fmt: skip
def test_a_link_to_an_indicator_lives_for_ever_and_says_what_it_is(
    served: Path, asked_for: dict[str, str], told: str
) -> None:
    page = html_of(open_page("indicator", **asked_for))
    assert "不存在" not in page and "這個畫面讀不出來" not in page
    assert f"指標 · {asked_for['kpi']}" in page and told in page


def test_only_an_indicator_that_does_not_exist_is_told_so(served: Path) -> None:
    assert "網址裡的指標「nothing」不存在" in html_of(open_page("indicator", kpi="nothing", on="2025-01-15"))


@pytest.mark.parametrize("name", ["overview", "school", "reminders"])
def test_a_past_deadline_names_its_year(served: Path, name: str) -> None:
    page = html_of(open_page(name, on="2025-01-15"))
    assert "113/12/31" in page and "111/12/31" in page
    assert ">12/31" not in page


def test_the_year_of_a_deadline_is_left_out_only_while_it_is_ahead() -> None:
    day, on = dt.date(2022, 7, 31), dt.date(2022, 11, 25)
    with texts.written(texts.Manner()):
        assert words.due_day(day, on) == "111/7/31" and words.due_day(dt.date(2022, 12, 31), on) == "12/31"
        assert "111/7/31 · 已過 117 天" in parts.due(day, -117, "overdue", 2022)
        assert "12/31 · 剩 36 天" in parts.due(dt.date(2022, 12, 31), 36, "behind", 2022)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (
            "window = { start = 2022-01-01, end = 2022-12-31 }\n",
            "kpis.once：window 2022-01-01 至 2022-12-31 與期間 112 沒有重疊。",
        ),
        ("pace = false\ndeadline = 2022-12-31\n", "kpis.once：期限 2022-12-31 早於期間 112 的第一天。"),
    ],
)
def test_days_that_were_not_moved_with_the_periods_are_told(tmp_path: Path, days: str, told: str) -> None:
    once = indicator("once", INFOSEC + f'base = "staff"\nemployment = ["formal"]\n{days}')
    (tmp_path / "some-1.toml").write_text('id = "some-1"\n' + HEAD + YEAR + once, encoding="utf-8")
    found = kpi("check", "--data", tmp_path, "--programme", "some-1")
    assert found.code == 3 and told in found.err


# --- rows that contradict each other


def test_rows_of_a_roster_that_contradict_each_other_are_told_with_both_lines(tmp_path: Path) -> None:
    changed = """前金國小,東區,一般學校,6,2,是
苓雅國小,東區,一般學校,12,,是
旗津國小,西區,一般學校,8,2,否
旗津國小,西區,一般學校,6,2,否
"""
    place, _ = built(
        tmp_path,
        YEAR,
        indicator("infosec", OF_STAFF),
        學校名冊=SCHOOLS + changed,
        教職員名冊=STAFF
        + "旗津國小,E1,周一,代理教師,教務主任,110/08/01\n旗津國小,E1,周一,正式教師,,110/08/01\n",
    )
    tables = {row.table_name: row for row in questions.ask(view(place, "some-1", AFTER), SourceTable)}
    assert (tables["schools"].accepted, tables["schools"].duplicate, tables["schools"].warnings) == (3, 4, 2)
    assert (tables["staff"].accepted, tables["staff"].duplicate, tables["staff"].warnings) == (3, 2, 1)
    told = kpi("rejects", "--warehouse", place, "--all", "--format", "csv").rows
    found = [(row["table"], row["line"], row["reason"], row["message"].partition("，")[0]) for row in told]
    assert found == [
        ("schools", "5", "contradiction", "角色「一般學校」與第 2 列不同"),
        ("schools", "7", "contradiction", "班級數「8」與第 4 列不同"),
        ("staff", "5", "contradiction", "身分別「代理教師」與第 4 列不同"),
    ]
    assert all("採用第" in row["message"] for row in told)
