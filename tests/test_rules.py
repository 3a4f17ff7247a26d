"""What is easy to get wrong in the rules of `keelung-111`: each a sentence with its given rows and what is expected.

Every case has a school of its own, so that one build of all their rows serves them all.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dashboard import access, warehouse
from dashboard.definitions import contracts, programmes
from dashboard.definitions.places import Places
from tests import running
from tests.cases.rules import TABLES, Book, Case, Rows, State, parts_of, state_of

FORMAL, SUBSTITUTE, HOURLY, CLERK, HEAD = "專任教師", "代理教師", "代課教師", "職員", "校長"
HEADERS = {
    "學校名冊": ("學校名稱", "組別", "角色", "班級數"),
    "教職員名冊": ("學校名稱", "教師編號", "姓名", "身分別", "到職日", "離職日", "職務"),
    "研習紀錄": ("學校名稱", "教師編號", "課程名稱", "課程類別", "研習日期", "時數", "研習證明", "姓名"),
    "公開授課": ("學校名稱", "授課教師", "授課日期", "數位學習模式", "班級"),
    "觀課紀錄": ("觀課學校", "觀課教師", "主辦學校", "觀課日期", "主辦縣市", "活動編號"),
    "自主學習量表": ("學校名稱", "時間戳記", "年級", "班級", "測驗別", "座號"),
    "學力觀察": ("學校名稱", "時間戳記", "年級", "班級", "評量方式"),
    "入校輔導": ("學校名稱", "輔導日期", "輔導人員"),
}
BOOK = Book(
    programmes.load(programmes.FOLDER / "keelung-111.toml", TABLES), HEADERS, today=dt.date(2023, 12, 1)
)
CASES: list[Case] = []
PLACES = {school: group for group in BOOK.programme.groups for school in group.schools}


def given(
    classes: Any = 12, *, at: str | None = None, rosters: Rows = (), **tables: Rows
) -> Callable[[Any], Any]:
    """A test's rows, without their first cell: it is the case's own school.

    `at` asks for a certain school; `rosters` are whole rows of 教職員名冊, for people of other schools too.
    """
    taken = {case.school for case in CASES}
    school = at or next(s for s in reversed(PLACES) if s not in taken and s not in ("深澳國小", "信義國小"))
    named = {"staff": "教職員名冊", "training": "研習紀錄", "lessons": "公開授課", "visits": "觀課紀錄",
             "surveys": "自主學習量表", "forms": "學力觀察", "coaching": "入校輔導"}  # fmt: skip
    rows = {named[name]: [(school, *row) for row in given] for name, given in tables.items()}
    group = PLACES[school]
    role = "重點學校" if school == group.lead else "夥伴學校"
    rows["學校名冊"] = [(school, group.name, role, classes)]
    rows["教職員名冊"] = [*rows.get("教職員名冊", ()), *rosters]
    CASES.append(Case(school, rows))
    return CASES[-1].mark


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> warehouse.Snapshot:
    return BOOK.published_of(tmp_path_factory.mktemp("rules"), CASES)


@pytest.fixture
def state(snapshot: warehouse.Snapshot, case: Case) -> State:
    """(counted, base, required, status) of the case's school, or of another, for an indicator on a day."""
    return lambda kpi, on, school=case.school: state_of(snapshot, school, kpi, on)


@pytest.fixture
def parts(snapshot: warehouse.Snapshot, case: Case) -> Callable[..., dict[str, tuple[str, str]]]:
    """(has, lacks) of each unit of the case's school for an indicator on a day."""
    return partial(parts_of, snapshot, case.school)


def person(
    number: str, employment: str = FORMAL, since: str = "100/8/1", until: str = "", duty: str = ""
) -> tuple[str, ...]:
    """A row of 教職員名冊."""
    return number, f"王{number}", employment, since, until, duty


def course(
    number: str, name: str, day: str, hours: Any = 3, certified: str = "是", category: str = ""
) -> tuple[Any, ...]:
    """A row of 研習紀錄, by 教師編號."""
    return number, name, category, day, hours, certified


A1, A2 = "數位學習工作坊（一）", "A2 數位學習工作坊(二)"


@given(visits=[("甲", "深澳國小", "111/10/1"), ("乙", "信義國小", "111/10/8")])
def test_two_teachers_at_two_events_are_no_team(state):
    assert state("cross_observation", "2022-12-31") == (1, None, 2, "behind")


@given(visits=[("甲", "深澳國小", "111/10/1", "", "E1"), ("乙", "深澳國小", "111/10/1", "", "E2")])
def test_two_events_of_one_host_on_one_day_are_told_apart_by_their_number(state):
    assert state("cross_observation", "2022-12-31")[0] == 1


@given(
    visits=[
        ("甲", "深澳", "111/10/1"),
        ("乙", "基隆市信義區深澳國民小學", "2022-10-01"),
        ("甲", "深澳國小", "20221001"),
    ]
)
def test_a_team_is_counted_by_its_different_teachers_at_one_event(state):
    assert state("cross_observation", "2022-09-30")[0] == 0
    assert state("cross_observation", "2022-10-01") == (2, None, 2, "met")


@given(at="中和國小", visits=[("甲", "中和國小", "111/10/1"), ("乙", "中和國小", "111/10/1")])
def test_teachers_at_their_own_schools_lesson_do_not_count(state):
    assert state("cross_observation", "2022-12-31")[0] == 0


@given(
    at="信義國小", visits=[("甲", "信義國小", "111/10/1", "新北市"), ("乙", "新北市信義國小", "111/10/1", "")]
)
def test_a_host_of_the_same_name_in_another_county_is_another_school(state):
    assert state("cross_observation", "2022-12-31") == (2, None, 2, "met")


@given(
    visits=[("甲", "明德國中", "110/12/31"), ("乙", "明德國中", "110/12/31"), ("丙", "明德國中", "111/1/1")]
)
def test_only_events_of_the_window_make_a_team(state):
    assert state("cross_observation", "2022-12-31")[0] == 1


@given(
    staff=[person(f"C{i}") for i in range(30)],
    training=[course(f"C{i}", "數位素養研習", "111/5/1") for i in range(3)],
)
def test_a_tenth_of_thirty_is_three_and_not_four(state):
    assert state("digital_literacy", "2022-12-31") == (3, 30, 3, "met")


@given(
    24,
    surveys=[
        (f"2022/9/{d} 10:00:00", "五", c, p) for c in (1, 2, 3, 4) for d, p in ((1, "前測"), (9, "後測"))
    ],
)
def test_a_sixth_of_twenty_four_classes_is_four(state):
    assert state("srl_survey", "2022-09-08") == (0, 24, 4, "on_track")
    assert state("srl_survey", "2022-09-09") == (4, 24, 4, "met")


@given(25)
def test_a_sixth_of_twenty_five_classes_is_rounded_up(state):
    assert state("achievement", "2022-09-01")[1:3] == (25, 5)


@given(
    staff=[person("D1")],
    training=[course("D1", "資安", f"111/3/{d}", h) for d, h in ((1, "0.1"), (2, "0.2"), (3, "2.7小時"))],
)
def test_a_tenth_and_two_tenths_and_2_7_hours_are_exactly_three(state, parts):
    assert state("infosec", "2022-03-02")[0] == 0
    assert state("infosec", "2022-03-03") == (1, 1, 1, "met")
    assert parts("infosec", "2022-03-02") == {"D1": ("0.3 小時", "還差 2.7 小時")}
    assert parts("infosec", "2022-03-03") == {"D1": ("3 小時", None)}


@given(staff=[person("D2")], training=[course("D2", "資安", f"111/3/{d}", "20分鐘") for d in range(1, 10)])
def test_nine_times_twenty_minutes_are_three_hours_and_neither_side_is_rounded_in_its_favour(state, parts):
    assert state("infosec", "2022-03-08")[0] == 0
    assert state("infosec", "2022-03-09")[0] == 1
    assert parts("infosec", "2022-03-01") == {"D2": ("0.33 小時", "還差 2.67 小時")}
    assert parts("infosec", "2022-03-08") == {"D2": ("2.66 小時", "還差 0.34 小時")}
    assert parts("infosec", "2022-03-09") == {"D2": ("3 小時", None)}


@given(
    staff=[person("D3")],
    training=[
        course("D3", "資通安全專業職能訓練", "111/3/1", 9, category="資安"),
        course("D3", "資安通識", "111/3/2", 2),
    ],
)
def test_professional_hours_do_not_offset_the_general_three(state):
    assert state("infosec", "2022-12-31")[0] == 0


@given(
    staff=[person("D4")],
    training=[
        course("D4", "資安", "110/12/31", 2),
        course("D4", "資安", "112/1/1", 2),
        course("D4", "資安", "111/6/1", 2),
    ],
)
def test_infosec_hours_of_other_years_are_not_added(state, parts):
    assert state("infosec", "2023-06-30") == (0, 1, 1, "overdue")
    assert parts("infosec", "2022-05-31") == {"D4": (None, "還差 3 小時")}
    assert parts("infosec", "2023-06-30") == {"D4": ("2 小時", "還差 1 小時")}


@given(
    staff=[person("M1", until="111/8/1"), person("S1")],
    training=[course("M1", A1, "109/5/1"), course("M1", A2, "111/5/1")],
)
def test_somebody_who_left_counts_until_the_day_before_and_not_after(state):
    assert state("a1a2", "2022-07-31") == (1, 2, 2, "on_track")
    assert state("a1a2", "2022-08-01") == (0, 1, 1, "on_track")


@given(
    staff=[person("M2", since="111/8/1")],
    training=[("M2", A1, "", "109/5/1", 3, "是"), ("M2", A2, "", "111/5/1", 3, "是")],
)
def test_a_teacher_who_moved_school_keeps_the_certificates(state):
    assert state("a1a2", "2022-07-31")[3] == "no_data"
    assert state("a1a2", "2022-08-01") == (1, 1, 1, "met")


@given(
    staff=[person("N1"), person("N2", since="112/1/1")],
    training=[course("N1", A1, "112/1/5"), course("N1", A2, "112/2/1")],
)
def test_whom_a_school_hires_after_the_deadline_changes_nothing_but_late_certificates_still_count(state):
    assert state("a1a2", "2023-01-31") == (0, 1, 1, "overdue")
    assert state("a1a2", "2023-02-01") == (1, 1, 1, "met")


@given(staff=[person("L1", until="112/2/1"), person("L2")])
def test_whoever_leaves_after_the_deadline_stays_in_the_base(state):
    assert state("a1a2", "2023-06-30")[1] == 2


@given(
    staff=[person("U1")], training=[course("U1", A1, "111/1/1"), course("U1", A2, "111/1/2", certified="否")]
)
def test_a_workshop_without_a_certificate_does_not_count(state):
    assert state("a1a2", "2022-12-31")[0] == 0


@given(
    staff=[person("U2")],
    training=[
        course("U2", A1, "111/1/1"),
        course("U2", A2, "111/1/2", certified=""),
        course("U2", A2, "111/1/2", certified="是"),
    ],
)
def test_of_two_rows_of_one_training_the_certified_one_decides(state):
    assert state("a1a2", "2022-12-31")[0] == 1


@given(
    staff=[
        person("E1"),
        person("E2", SUBSTITUTE),
        person("E3", HOURLY),
        person("E4", CLERK),
        person("E5", HEAD),
    ]
)
def test_only_formal_teachers_are_in_a1a2_but_everybody_is_in_infosec(state):
    assert state("a1a2", "2022-06-01")[1] == 1
    assert state("digital_literacy", "2022-06-01")[1] == 2
    assert state("infosec", "2022-06-01")[1] == 5


@given(staff=[person("E6", "代理教師（懸缺）")])
def test_a_school_of_substitutes_alone_is_exempt_from_a1a2(state):
    assert state("a1a2", "2022-06-01") == (0, 0, 0, "exempt")


@given(
    staff=[person("I1", HEAD, duty="主任兼資訊負責人"), person("I2")],
    training=[course("I1", "資訊組長增能研習", "111/9/12"), course("I2", "資訊組長增能研習", "111/10/1")],
)
def test_an_it_lead_counts_only_with_a_course_of_the_window(state):
    assert state("it_lead", "2022-11-22") == (0, 1, 1, "behind")
    assert state("it_lead", "2022-11-23") == (0, 1, 1, "overdue")


@given(staff=[person("I3")])
def test_a_school_without_an_it_lead_has_not_reported_one(state):
    assert state("it_lead", "2022-11-01") == (None, None, None, "no_data")


@given(classes="")
def test_a_blank_number_of_classes_is_no_data_and_never_zero(state):
    assert state("srl_survey", "2022-11-01") == (None, None, None, "no_data")


@given(classes=0)
def test_no_classes_at_all_is_exempt(state):
    assert state("srl_survey", "2022-11-01") == (0, 0, 0, "exempt")


@given(
    lessons=[
        ("甲", "111/9/1", "是", "五年二班"),
        ("甲", "111/10/1", "是", "502"),
        ("乙", "111/10/2", "否", ""),
    ]
)
def test_public_lessons_count_different_teachers_in_digital_mode(state):
    assert state("public_lesson", "2022-12-31") == (1, None, 1, "met")


@given(lessons=[("甲", "111/7/31", "是", ""), ("乙", "112/8/1", "是", "")])
def test_lessons_outside_the_school_year_do_not_count_and_one_is_not_behind_before_the_deadline(state):
    assert state("public_lesson", "2023-07-30") == (0, None, 1, "on_track")
    assert state("public_lesson", "2023-07-31") == (0, None, 1, "behind")
    assert state("public_lesson", "2023-08-01") == (0, None, 1, "overdue")


@given(
    6,
    surveys=[
        ("2022/9/1 10:00:00", "五", "忠班", "前測"),
        ("2022/9/2 10:00:00", "5", "五年忠班", "後測"),
        ("2022/9/2 10:00:00", "5", "孝", "後測"),
    ],
)
def test_a_class_needs_a_pre_and_a_post_test_under_whatever_spelling(state, parts):
    assert state("srl_survey", "2022-12-31") == (1, 6, 1, "met")
    assert parts("srl_survey", "2022-08-31") == {"5-忠": (None, "前測、後測"), "5-孝": (None, "前測、後測")}
    assert parts("srl_survey", "2022-09-01")["5-忠"] == ("前測 111/09/01", "後測")
    assert parts("srl_survey", "2022-12-31") == {
        "5-忠": ("前測 111/09/01、後測 111/09/02", None),
        "5-孝": ("後測 111/09/02", "前測"),
    }
    assert parts("srl_survey", "2022-12-31", missing=True) == {"5-孝": ("後測 111/09/02", "前測")}


@given(
    6,
    forms=[
        ("2022/9/1 10:00:00", "五", "1", "短期學習成效"),
        ("2022/9/2 10:00:00", "五年級", "五年一班", "單元學後補救教學成效"),
    ],
)
def test_a_class_with_both_forms_is_one_class(state):
    assert state("achievement", "2022-12-31")[0] == 1


@given(coaching=[("111/3/1", "李"), ("111/3/1", "李"), ("111/3/1", "陳"), ("112/1/1", "李")])
def test_coaching_is_shown_and_never_judged(state):
    assert state("coaching", "2023-06-01") == (2, None, None, "info")


@given(
    staff=[person(f"P{i}") for i in range(10)],
    training=[course(f"P{i}", c, "110/1/1") for i in range(4) for c in (A1, A2)],
)
def test_behind_means_less_than_the_whole_part_of_the_pace(state):
    # 10 x 182/364 days is exactly 5 on 2022-07-02; the day before, the whole part is 4.
    assert state("a1a2", "2022-07-01") == (4, 10, 10, "on_track")
    assert state("a1a2", "2022-07-02") == (4, 10, 10, "behind")
    assert state("a1a2", "2022-12-31") == (4, 10, 10, "behind")
    assert state("a1a2", "2023-01-01") == (4, 10, 10, "overdue")


@given(
    staff=[person("X1", since="111/8/1"), person("X3", since="111/8/1"), person("X4")],
    rosters=[
        ("深澳國小", *person("X1", until="111/9/1")),
        ("深澳國小", *person("X3")),
        ("深澳國小", *person("X4")),
    ],
)
def test_a_person_on_two_rosters_counts_at_the_open_one_then_the_later_then_the_first_read(snapshot, case):
    def base_of(school: str) -> set[str]:
        _, rows = warehouse.rows(
            snapshot,
            "kpi_units",
            access.bureau(),
            on=dt.date(2022, 8, 15),
            kpi="infosec",
            school=school,
            missing=True,
            period=None,
        )
        return {row[3] for row in rows}

    assert base_of(case.school) == {"X1", "X3", "X4"}
    assert base_of("深澳國小") == set()


@given(
    staff=[person("V1"), person("V2"), person("V3")],
    training=[
        course("V1", A2, "111/10/05"),
        course("V1", A1, "98/05/05"),
        course("V1", A1, "110/05/05"),
        course("V2", A1, "111/03/01", certified="否"),
        course("V2", A2, "111/03/01"),
        course("V1", "數位素養研習", "111/5/1"),
    ],
)
def test_a_teacher_has_each_certificate_from_its_first_day_and_lacks_the_others(parts):
    first = ("A1 98/05/05", "A2")
    assert parts("a1a2", "2009-05-04")["V1"] == (None, "A1、A2")
    assert parts("a1a2", "2022-10-04")["V1"] == first
    assert parts("a1a2", "2022-10-05")["V1"] == ("A1 98/05/05、A2 111/10/05", None)
    assert parts("a1a2", "2022-12-31") == {
        "V1": ("A1 98/05/05、A2 111/10/05", None), "V2": ("A2 111/03/01", "A1"), "V3": (None, "A1、A2"),
    }  # fmt: skip
    assert set(parts("a1a2", "2022-10-04", missing=True)) == {"V1", "V2", "V3"}
    assert parts("digital_literacy", "2022-12-31") == dict.fromkeys(("V1", "V2", "V3"), (None, None))


@given(staff=[person("W1")], training=[course("W1", A1, "111/05/05")])
def test_what_a_unit_has_and_lacks_is_seen_in_the_scope_of_its_school_alone(snapshot, parts, case):
    _, schools = warehouse.rows(snapshot, "schools", access.bureau())
    own = next(row[0] for row in schools if case.school in row)
    wanted = {"W1": ("A1 111/05/05", "A2")}
    assert parts("a1a2", "2022-12-31", access.Scope("一校", (own,))) == wanted
    assert parts("a1a2", "2022-12-31", access.Scope("他校", (own + 1,))) == {}
    assert parts("a1a2", "2022-12-31", access.nobody()) == {}


def test_a_group_is_the_pooled_rate_and_never_an_average(snapshot):
    names, rows = warehouse.rows(
        snapshot,
        "kpi_results",
        access.bureau(),
        on=dt.date(2022, 12, 31),
        level=None,
        kpi="infosec",
        period=None,
    )
    found = [dict(zip(names, row, strict=True)) for row in rows]
    judged = ("met", "on_track", "behind", "overdue")
    for total in (row for row in found if row["level"] != "school"):
        own = [
            r
            for r in found
            if r["level"] == "school" and total["group"] in ("", r["group"]) and r["status"] in judged
        ]
        assert total["schools_judged"] == len(own)
        if own:
            counted, base = sum(r["counted"] for r in own), sum(r["base"] for r in own)
            assert (total["counted"], total["base"]) == (counted, base)
            assert total["rate"] == float(
                (Decimal(counted) / base).quantize(Decimal("0.000001"), "ROUND_HALF_UP")
            )


def test_every_table_may_be_missing_and_what_rests_on_it_is_no_data(tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "入校輔導.csv").write_text("學校名稱,輔導日期\n深澳,111/10/7\n", encoding="utf-8")
    snapshot, _ = warehouse.publish(tmp_path / "warehouse", BOOK.programme, Places(data), contracts.load())
    names, rows = warehouse.rows(
        snapshot, "kpi_results", access.bureau(), on=dt.date(2022, 11, 1), level="city", kpi=None, period=None
    )
    assert {row[names.index("kpi")]: row[names.index("status")] for row in rows} == {
        kpi: "info" if kpi == "coaching" else "no_data" for kpi in BOOK.programme.kpis
    }


def test_a_blank_mode_of_learning_is_neither_a_yes_nor_a_no(tmp_path: Path):
    cells = {"是": "是", "": None, "學生自學、組內共學": "是", "否": "否", "不清楚": None}
    lines = [f"深澳國小,教師{i},111/10/0{i},是,{cell}" for i, cell in enumerate(cells, 1)]
    data = tmp_path / "data"
    data.mkdir()
    header = "學校名稱,授課教師,授課日期,數位學習模式,四學模式"
    (data / "公開授課.csv").write_text("\n".join([header, *lines]), encoding="utf-8")
    place = tmp_path / "warehouse"
    assert running.build(data, place).code == 0
    found = [
        told.split("，")
        for (told,) in running.stored(place, "select details from accepted_rows order by line")
    ]
    for told, mode in zip(found, cells.values(), strict=True):
        assert [part for part in told if "四學模式" in part] == ([f"四學模式：{mode}"] if mode else [])
    (warned,) = running.flaws(place)
    assert (warned["reason"], warned["severity"]) == ("bad_choice", "warning")
