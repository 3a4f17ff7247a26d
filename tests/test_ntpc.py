"""What is easy to get wrong in the rules of `ntpc-5g-112`: each a sentence with its given rows and what is expected.

Every case has a school of its own, so that one build of all their rows serves them all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import access, warehouse
from dashboard.definitions import deployment, programmes
from tests.cases.rules import TABLES, Book, Case, Rows, State, flaws_of, results, state_of
from tests.pages import figures_in, html_of
from tests.running import kpi

ROOT = Path(__file__).parents[1]
PROGRAMME = "ntpc-5g-112"
HEADERS = {
    "學校名冊": ("學校名稱", "學校代碼", "組別", "角色", "PBL", "偏遠"),
    "教職員名冊": ("學校名稱", "教師編號", "姓名", "身分別", "到職日", "離職日"),
    "研習紀錄": ("學校名稱", "教師編號", "姓名", "課程名稱", "課程類別", "研習日期", "時數", "研習證明"),
    "公開授課": ("學校名稱", "教師編號", "授課教師", "授課日期", "數位學習模式", "班級"),
    "觀課紀錄": ("觀課學校", "觀課教師", "主辦學校", "觀課日期", "主辦縣市", "活動編號"),
    "入校輔導": ("學校名稱", "輔導日期", "輔導人員"),
    "參與名單": ("學校名稱", "學期", "教師編號", "姓名", "年級", "班級", "學生數"),
    "實施節數": ("學校名稱", "日期", "節次", "年級", "班級", "節數"),
    "教材教案": ("學校名稱", "繳交日期", "學期", "教師編號", "姓名", "年級", "班級", "節數", "名稱"),
    "推廣活動": ("學校名稱", "日期", "活動"),
    "學習成效": ("學校名稱", "評量方式", "完成日期", "年級", "班級"),
    "量表施測": ("學校名稱", "量表", "施測日期", "次別"),
    "觀課紀錄表": ("學校名稱", "日期", "教師"),
    "量化目標": ("學校名稱", "項目", "112年目標", "113年目標"),
    "經費": ("學校名稱", "年度", "經資門", "科目", "核定金額", "實支金額"),
}
NAMED = {
    "staff": "教職員名冊", "training": "研習紀錄", "given_lessons": "公開授課", "visits": "觀課紀錄", "coaching": "入校輔導",
    "participants": "參與名單", "lessons": "實施節數", "plans": "教材教案", "promotion": "推廣活動", "effects": "學習成效",
    "surveys": "量表施測", "records": "觀課紀錄表", "targets": "量化目標", "budget": "經費",
}  # fmt: skip
BOOK = Book(
    programmes.load(programmes.FOLDER / f"{PROGRAMME}.toml", TABLES), HEADERS, today=dt.date(2025, 3, 1)
)
DEFINITION = BOOK.programme
CASES: list[Case] = []
A1, A2 = "數位學習工作坊(A1)", "數位學習工作坊（A2）"


def given(
    pbl: str = "是",
    *,
    name: str = "",
    group: str = "板橋區",
    also: Mapping[str, Rows] | None = None,
    **tables: Rows,
) -> Callable[[Any], Any]:
    """A test's rows, without their first cell: it is the case's own school. `also` are rows of other schools."""
    number = len(CASES) + 1
    school = name or f"第{number}國小"
    rows = {NAMED[name]: [(school, *row) for row in given] for name, given in tables.items()}
    rows["學校名冊"] = [(school, f"{14000 + number:06}", group, "示範學校", pbl, "否")]
    for table, extra in (also or {}).items():
        rows[NAMED[table]] = [*rows.get(NAMED[table], ()), *extra]
    CASES.append(Case(school, rows))
    return CASES[-1].mark


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> warehouse.Snapshot:
    return BOOK.published_of(tmp_path_factory.mktemp("ntpc"), CASES)


@pytest.fixture
def state(snapshot: warehouse.Snapshot, case: Case) -> State:
    """(counted, base, required, status) of the case's school for an indicator and period on a day."""
    return lambda kpi, period, on: state_of(snapshot, case.school, kpi, on, period)


@pytest.fixture
def flaws(snapshot: warehouse.Snapshot, case: Case) -> list[tuple[str, str, str]]:
    """(table, severity, reason) of the case's own rows that were not taken, or taken with a warning."""
    return flaws_of(snapshot, case.school)


def teacher(
    number: str, name: str = "", semester: str = "111-2", grade: Any = 5, room: Any = 1, pupils: Any = 20
):
    """A row of 參與名單."""
    return semester, number, name or f"王{number}", grade, room, pupils


def formal(number: str, since: str = "100/8/1", until: str = "", employment: str = "專任教師"):
    """A row of 教職員名冊."""
    return number, f"王{number}", employment, since, until


def course(number: str, name: str, day: str, hours: Any = 3, certified: str = "是", person: str = ""):
    """A row of 研習紀錄."""
    return number, person, name, "", day, hours, certified


# Who takes part


@given(participants=[teacher("a1"), teacher("a1", room=2), teacher("a2", semester="1121")])
def test_a_teacher_counts_once_from_the_first_day_of_the_semester(state: State):
    assert state("teachers", "112", "2023-01-31") == (0, None, 2, "on_track")
    assert state("teachers", "112", "2023-02-01")[0] == 1
    assert state("teachers", "112", "2023-08-01") == (2, None, 2, "met")


@given(participants=[teacher("b1", semester="112學年度第1學期"), teacher("b2", semester="112學年度上學期")])
def test_a_semester_belongs_to_the_year_in_which_it_begins(state: State):
    assert state("teachers", "112", "2024-06-01")[0] == 2
    assert state("teachers", "113", "2024-06-01")[0] == 0


@given(participants=[teacher("c1", room=1), teacher("c1", room=2), teacher("c1", semester="112-1", room=3)])
def test_the_classes_of_a_year_are_those_of_the_semester_that_has_most(state: State):
    assert state("classes", "112", "2023-12-31") == (2, None, 2, "met")


@given(
    participants=[teacher("", "陳一"), teacher("d1", "陳一", room=2), teacher("", "陳一", semester="112-1")]
)
def test_a_name_without_a_number_is_the_one_participant_who_bears_it_with_one(state: State):
    assert state("teachers", "112", "2023-12-31")[0] == 1


@given(
    participants=[teacher("", "林外"), teacher("e2", "林二")],
    training=[
        course("", "B1 工作坊", "110/5/1", person="林外"),
        course("e2", "科技輔助自主學習工作坊", "112/5/1", certified="否"),
    ],
)
def test_who_takes_part_is_known_to_training_though_no_roster_names_them(state: State, flaws):
    assert state("b1", "term", "2023-02-01") == (1, 2, 2, "on_track")
    assert flaws == []


@given(
    staff=[formal("f1")],
    participants=[teacher("f2", "周二")],
    training=[course("f2", "B1", "112/3/1", person="周三")],
)
def test_a_number_with_another_participants_name_is_ambiguous(flaws):
    assert flaws == [("training", "rejected", "ambiguous_person")]


@given(
    staff=[formal("g1")],
    participants=[teacher("g2", "王g1")],
    training=[course("", "B1", "112/3/1", person="王g1")],
)
def test_a_name_that_a_participant_and_one_of_the_roster_bear_is_ambiguous(flaws):
    assert flaws == [("training", "rejected", "ambiguous_person")]


@given(
    participants=[teacher("h1"), teacher("h2", semester="112-1")],
    training=[
        course("h1", "5G 應用培訓", "111/9/1", "20分鐘", "否"),
        course("h1", "5G 導入", "112/3/1", "40分鐘", "否"),
    ],
)
def test_hours_of_5g_add_up_in_any_year_certified_or_not_and_the_base_keeps_earlier_semesters(state: State):
    assert state("training_5g", "term", "2023-02-28") == (0, 1, 1, "on_track")
    assert state("training_5g", "term", "2023-03-01") == (1, 1, 1, "met")
    assert state("training_5g", "term", "2023-08-01")[:3] == (1, 2, 2)
    assert state("training_5g", "term", "2023-01-31")[3] == "no_data"


# Lessons and plans


@given(
    participants=[teacher("i1", grade="五", room="二班"), teacher("i1", room=3), teacher("i2", room=3)],
    lessons=[
        ("112/3/1", "1", 5, 2, 9), ("112/3/1", "1", 5, 2, 9), ("112/8/5", "1", 5, 2, 1), ("112/7/31", "2", "5", "502", 1),
        ("112/3/1", "1", 5, 9, 30),
    ],
)  # fmt: skip
def test_the_lessons_of_a_class_add_up_within_the_semester_only(state: State, flaws):
    assert state("lessons", "111-2", "2023-07-30") == (0, 2, 2, "on_track")
    assert state("lessons", "111-2", "2023-07-31") == (1, 2, 2, "on_track")
    assert state("lessons", "111-2", "2023-08-01") == (1, 2, 2, "overdue")
    assert state("lessons", "112-1", "2023-08-01")[3] == "no_data"
    assert flaws == []


@given(lessons=[("112/3/1", "1", 5, 2, n) for n in (0, 200.5, "三", 200)])
def test_lessons_are_above_0_and_at_most_200(flaws):
    assert flaws == [
        ("class_lessons", "rejected", "out_of_range"),
        ("class_lessons", "rejected", "out_of_range"),
        ("class_lessons", "rejected", "bad_number"),
    ]


@given(
    participants=[teacher("j1", room=1), teacher("j1", room=2), teacher("j2", room=2)],
    plans=[
        ("112/5/1", "", "j1", "王j1", 5, 1, 2, "甲"),
        ("112/5/2", "", "j1", "王j1", 5, 2, 1, "乙"),
        ("112/9/2", "111-2", "j2", "王j2", 5, 2, 2, "丙"),
    ],
)
def test_a_plan_is_its_own_teachers_class_and_semesters(state: State):
    assert state("plan_per_class", "111-2", "2023-07-31") == (1, 3, 3, "on_track")
    assert state("plan_per_class", "111-2", "2023-09-02") == (2, 3, 3, "overdue")
    assert state("lesson_plans", "112", "2023-12-31") == (2, None, 4, "behind")


@given(
    plans=[
        ("112/5/1", "", "k1", "王k1", 5, 1, 1, "甲"),
        ("112/5/3", "1112", "k1", "王k1", 5, 1, 3, "甲"),
        ("112/9/3", "", "k1", "王k1", 5, 1, 2, "甲"),
    ]
)
def test_a_plan_handed_in_twice_is_one_with_the_most_lessons_on_its_first_day(state: State):
    assert state("lesson_plans", "112", "2023-04-30")[0] == 0
    assert state("lesson_plans", "112", "2023-05-01")[0] == 1
    assert state("lesson_plans", "112", "2023-12-31")[0] == 2


@given(participants=[teacher("l1", semester=text) for text in ("110-2", "1113", "112", "上學期")])
def test_another_semester_than_the_programmes_is_no_choice(flaws):
    assert flaws == [("participants", "rejected", "bad_choice")] * 4


# Lessons given and observed, events


@given(given_lessons=[("", "甲", "112/3/1", "否", "501"), ("", "甲", "112/10/1", "是", "501")])
def test_a_public_lesson_counts_digital_or_not_in_its_semester_and_its_year(state: State):
    assert state("public_lesson", "111-2", "2023-12-31") == (1, None, 1, "met")
    assert state("public_lesson", "112", "2023-09-30") == (1, None, 2, "on_track")
    assert state("public_lesson", "112", "2023-10-01") == (2, None, 2, "met")
    assert state("public_lesson", "112-2", "2023-10-01") == (None, None, None, "upcoming")


@given(
    name="溪州國小",
    visits=[
        ("甲", "基隆市深澳國小", "112/3/1"), ("乙", "基隆市深澳國小", "112/3/1"), ("甲", "溪州國小", "112/4/1"),
        ("甲", "附近國小", "112/5/1"),
    ],
)  # fmt: skip
def test_an_event_elsewhere_counts_once_however_many_went_and_one_at_home_never(state: State, flaws):
    assert state("observe_other", "112", "2023-12-31") == (2, None, 1, "met")
    assert flaws == []


@given(promotion=[("112/3/1", "成果展"), ("112/3/1", "成果 展"), ("112/3/1", "論壇"), ("113/3/1", "成果展")])
def test_an_activity_on_a_day_is_one(state: State):
    assert state("promotion", "112", "2024-12-31")[0] == 2
    assert state("promotion", "113", "2024-12-31")[0] == 1


@given(
    effects=[
        ("1. 單元學習成效", "112/3/1", 5, 1), ("５.長期學習扶助教學成效", "112/3/1", "", ""), ("6年度教學成效", "112/3/1", "", ""),
        ("單元學習成效", "112/3/1", "五", "一班"), ("期末考", "112/3/1", "", ""),
    ]
)  # fmt: skip
def test_a_number_before_a_method_is_ignored_and_each_method_has_its_indicator(state: State, flaws):
    assert state("effect", "111-2", "2023-07-31")[0] == 1
    assert state("effect_remedial", "112", "2023-07-31")[0] == 1
    assert flaws == [("effect_assessments", "rejected", "bad_choice")]


@given(
    surveys=[
        ("自主學習量表", "112/3/1", "1"), ("自主學習量表", "112/3/8", "第一次"), ("自主學習量表", "112/5/1", ""),
        ("5G 關鍵能力意向量表", "112/3/1", "第 1 次"),
    ]
)  # fmt: skip
def test_a_round_is_its_number_and_where_that_is_blank_its_day(state: State):
    assert state("srl_rounds", "112", "2023-04-30") == (1, None, 2, "on_track")
    assert state("srl_rounds", "112", "2023-05-01") == (2, None, 2, "met")
    assert state("pbl_rounds", "111-2", "2023-05-01") == (1, None, 1, "met")


@given(pbl="否", surveys=[("5G關鍵能力意向量表", "112/3/1", "1")])
def test_a_school_without_pbl_is_exempt_and_shows_what_there_is(state: State):
    assert state("pbl_rounds", "111-2", "2023-05-01") == (1, None, 1, "exempt")
    assert state("pbl_rounds", "112-1", "2023-05-01")[3] == "upcoming"


@given(pbl="")
def test_a_school_of_which_nobody_knows_whether_it_has_pbl_has_no_data(state: State):
    assert state("pbl_rounds", "111-2", "2023-05-01") == (None, None, None, "no_data")


@given(records=[("112/3/1", "甲"), ("112/3/1", "甲"), ("112/3/2", "甲")], coaching=[("112/1/15", "乙")])
def test_a_record_is_a_teacher_and_day_and_a_visit_between_semesters_belongs_to_none(state: State):
    assert state("observation_record", "112", "2023-12-31")[0] == 2
    assert state("coaching", "111-2", "2023-12-31")[0] == 0


# The whole school


@given(
    staff=[
        formal("m1"),
        formal("m2", employment="代理教師"),
        formal("m3", employment="職員"),
        formal("m4", since="113/1/1"),
    ],
    training=[course("m1", A1, "100/5/1"), course("m1", A2, "112/5/1"), course("m2", A1, "112/5/1")],
)
def test_the_base_of_a1a2_are_formal_and_substitute_teachers_of_the_last_day_of_112(state: State):
    assert state("a1a2", "112", "2022-12-31") == (None, None, None, "upcoming")
    assert state("a1a2", "112", "2023-05-01") == (1, 2, 2, "on_track")
    assert state("a1a2", "112", "2024-05-01") == (1, 2, 2, "overdue")


# Targets

GOALS = ("公開授課", "2", "1")


@given(
    targets=[GOALS, ("其他", 5, 5), ("出國參訪", 1, ""), ("教育部委託計畫團隊入校輔導", "0", "1")],
    given_lessons=[
        ("", "甲", "112/1/10", "否", ""),
        ("", "甲", "112/10/1", "是", ""),
        ("", "乙", "113/2/1", "是", ""),
    ],
)
def test_a_target_of_113_is_that_of_both_years_and_of_112_frozen_at_its_end(state: State, flaws):
    assert state("targets", "112", "2023-09-30") == (0, 1, 1, "on_track")
    assert state("targets", "112", "2023-10-01") == (1, 1, 1, "met")
    assert state("targets", "113", "2023-10-01")[3] == "upcoming"
    assert state("targets", "113", "2024-01-31") == (0, 2, 2, "on_track")
    assert state("targets", "113", "2024-02-01") == (1, 2, 2, "on_track")
    assert state("targets", "113", "2025-02-01") == (1, 2, 2, "overdue")
    assert flaws == [("targets", "warning", "bad_choice")]


@given(
    targets=[("公開授課", 2, ""), ("教材教案", 1, ""), ("公開授課", 1, "")],
    given_lessons=[("", "甲", "113/1/10", "否", "")],
)
def test_the_last_row_of_an_item_stands_and_what_comes_later_does_not_reach_112(state: State):
    assert state("targets", "112", "2024-06-30") == (0, 2, 2, "overdue")


@given(targets=[("公開授課", "", 0), ("教材教案", "-1", "")])
def test_a_school_without_a_target_above_0_is_exempt(state: State, flaws):
    assert state("targets", "112", "2023-06-30") == (0, 0, 0, "exempt")
    assert flaws == [("targets", "warning", "out_of_range")]


@given(
    staff=[formal("n1", until="112/6/1"), formal("n2")],
    training=[course(who, name, "112/3/1") for who in ("n1", "n2") for name in (A1, A2)],
    targets=[("教師培訓數", 2, 1)],
)
def test_a_target_of_people_is_lost_again_when_one_leaves(state: State):
    assert state("targets", "112", "2023-02-28")[0] == 0
    assert state("targets", "112", "2023-05-31") == (1, 1, 1, "met")
    assert state("targets", "112", "2023-06-01") == (0, 1, 1, "on_track")


@given(
    participants=[
        teacher("o1", pupils=20), teacher("o2", pupils=22), teacher("o1", room=2, pupils=""),
        teacher("o1", semester="112-1", pupils=30),
    ],
    lessons=[("112/1/3", "", 5, 9, 3.5)],
    targets=[("參與實施學生數", 30, 0), ("教師數位教學與智慧學習應用課堂實施", 3.5, "")],
)  # fmt: skip
def test_pupils_are_those_of_the_semester_that_has_most_and_lessons_those_of_all_rows(state: State):
    assert state("targets", "112", "2023-07-31")[:2] == (1, 2)
    assert state("targets", "112", "2023-08-01")[:2] == (2, 2)


@given(
    participants=[teacher("p1", pupils=""), teacher("p1", semester="112-1", pupils=9)],
    targets=[("參與實施學生數", 9, "")],
)
def test_pupils_that_nobody_counted_in_one_semester_leave_the_others(state: State):
    assert state("targets", "112", "2023-08-01")[:2] == (1, 1)


@given()
def test_a_school_that_sent_nothing_has_0_or_no_data_as_the_rule_says(state: State):
    expected = {"teachers": "on_track", "promotion": "on_track", "targets": "no_data", "execution": "no_data"}
    assert {kpi: state(kpi, "112", "2023-06-30")[3] for kpi in expected} == expected
    assert state("grant_ceiling", "term", "2023-06-30")[3] == "no_data"
    assert {state(kpi, "111-2", "2023-06-30")[3] for kpi in ("lessons", "plan_per_class")} == {"no_data"}
    assert state("b1", "term", "2023-06-30")[3] == "no_data"


# Money


@given(
    group="三重區",
    budget=[
        ("112", "經常門", "業務費", "NT$400,000", "100000元"), ("2024", "資本門", "設備及投資", "100,000", ""),
        ("113年度", "經常門", "人事費", "200001", ""), ("112年", "經常門", "自籌款", "999999", "5"),
    ],
)  # fmt: skip
def test_a_ceiling_holds_on_any_day_and_leaves_the_schools_own_money_out(state: State, snapshot, case):
    assert state("grant_ceiling", "term", "2001-01-01") == (700001, None, 700000, "overdue")
    assert state("capital_ceiling", "112", "2022-01-01") == (0, None, 100000, "met")
    assert state("capital_ceiling", "113", "2025-01-01") == (100000, None, 100000, "met")
    assert state("execution", "112", "2022-01-01") == (100000, 400000, None, "info")
    assert state("execution", "113", "2024-01-01") == (None, None, None, "no_data")
    (group,) = [
        row
        for row in results(snapshot, "grant_ceiling", "2023-01-01")
        if row["group"] == "三重區" and not row["school"]
    ]
    assert (group["counted"], group["required"], group["status"]) == (700001 + 1, 700000 * 2, "overdue")


@given(
    group="三重區",
    budget=[
        ("112", "資本門", "設備及投資", 5, 3), ("112", "資本門", "設備及投資", 1, ""), ("112", "資本門", "自籌款", 7, 7),
        ("111", "資本門", "設備及投資", 1, 1), ("112", "資本門", "人事費", "1.5", ""), ("112", "資本門", "人事費", "-1", ""),
    ],
)  # fmt: skip
def test_the_last_row_of_a_budget_item_stands_and_money_is_whole_dollars(state: State, flaws):
    assert state("capital_ceiling", "112", "2023-06-30")[0] == 1
    assert state("execution", "112", "2023-06-30")[3] == "no_data"
    assert [reason for _, _, reason in flaws] == ["bad_choice", "bad_number", "out_of_range"]


@given(group="蘆洲區", budget=[("112", "經常門", "自籌款", 7, 7)])
def test_a_group_without_spent_money_is_shown_without_a_figure(state: State, snapshot):
    assert state("execution", "112", "2023-06-30")[3] == "no_data"
    (group,) = [
        r for r in results(snapshot, "execution", "2023-06-30", "112", "group") if r["group"] == "蘆洲區"
    ]
    assert (group["status"], group["counted"], group["rate"], group["schools_no_data"]) == (
        "info",
        None,
        None,
        1,
    )


@given(group="汐止區")
def test_a_group_is_upcoming_before_the_period(snapshot, case):
    (group,) = [
        r for r in results(snapshot, "promotion", "2023-06-30", "113", "group") if r["group"] == "汐止區"
    ]
    assert (group["status"], group["counted"], group["schools_judged"], group["schools_no_data"]) == (
        "upcoming",
        None,
        0,
        0,
    )


# The schools


@given(name="重慶國中")
def test_a_junior_high_school_is_not_the_primary_school_of_its_name(snapshot, case):
    schools = {row["school"] for row in results(snapshot, "teachers", "2023-06-30", "112", "school")}
    assert {case.school, *(c.school for c in CASES)} == schools


def test_results_come_by_indicator_then_period_then_level(snapshot):
    rows = results(snapshot, None, "2023-06-30")
    order = {"school": 0, "group": 1, "city": 2}
    kpis, periods = list(DEFINITION.kpis), [period.id for period in DEFINITION.periods]
    places = [(kpis.index(r["kpi"]), periods.index(r["period"]), order[r["level"]]) for r in rows]
    assert places == sorted(places)
    assert {(row["kpi"], row["period"]) for row in rows} == {
        (name, period.id) for name, kpi in DEFINITION.kpis.items() for period in DEFINITION.periods_of(kpi)
    }


def test_units_add_up_to_counted_and_base_on_any_day(snapshot):
    for on in (dt.date(2023, 2, 1), dt.date(2023, 6, 15), dt.date(2024, 3, 1), dt.date(2025, 1, 31)):
        for name, spec in DEFINITION.kpis.items():
            names, rows = warehouse.rows(
                snapshot,
                "kpi_units",
                access.bureau(),
                on=on,
                kpi=name,
                school=None,
                missing=False,
                period=None,
            )
            units = [dict(zip(names, row, strict=True)) for row in rows]
            for row in results(snapshot, name, on.isoformat(), level="school"):
                if row["counted"] is None:
                    continue
                day = min(on, row["deadline"])
                own = [u for u in units if (u["school"], u["period"]) == (row["school"], row["period"])]
                based = [
                    u
                    for u in own
                    if (not u["since"] or u["since"] <= day) and (not u["until"] or day < u["until"])
                ]
                counted = sum(u["amount"] for u in based if u["attained_on"] and u["attained_on"] <= on)
                assert counted == row["counted"], (name, row, own)
                if spec.base:
                    assert sum(u["amount"] for u in based) == row["base"], (name, row, own)


def test_without_a_school_roster_nothing_is_built_and_it_is_told(tmp_path: Path):
    with pytest.raises(warehouse.BuildError, match="沒有學校名冊"):
        BOOK.published(tmp_path, {"入校輔導": [("第1國小", "112/3/1", "")]})


def test_a_programme_that_nobody_named_may_fail_and_one_that_was_named_may_not(tmp_path: Path) -> None:
    data = BOOK.written(tmp_path / "data", {"入校輔導": [("深澳國小", "112/3/1", "")]})
    place = ("--data", data, "--warehouse", tmp_path / "warehouse")
    told = kpi("build", *place)
    assert (told.code, warehouse.programmes_in(tmp_path / "warehouse")) == (0, ["keelung-111"])
    assert f"沒有建立 {PROGRAMME}：沒有學校名冊" in told.err
    told = kpi("build", *place, "--programme", PROGRAMME)
    assert (told.code, "沒有學校名冊" in told.err) == (3, True)


def test_only_the_items_in_the_base_need_their_tables(tmp_path: Path):
    schools = [(f"第{n}國小", "", "板橋區", "示範學校", "否", "") for n in (1, 2)]
    rows = {
        "學校名冊": schools,
        "量化目標": [
            ("第1國小", "教材教案", "", 1),
            ("第1國小", "公開授課", 1, ""),
            ("第2國小", "教材教案", 1, ""),
        ],
        "公開授課": [("第1國小", "", "甲", "112/3/1", "是", "")],
    }
    snapshot = BOOK.published(tmp_path, rows)
    states = {r["school"]: r["status"] for r in results(snapshot, "targets", "2023-06-30", "112", "school")}
    assert states == {"第1國小": "met", "第2國小": "no_data"}
    assert {r["status"] for r in results(snapshot, "lessons", "2023-06-30", "111-2")} == {"no_data"}
    assert {r["status"] for r in results(snapshot, "execution", "2023-06-30", "112")} == {"no_data"}


def test_a_code_that_another_name_took_is_an_unknown_school(tmp_path: Path):
    rows = {
        "學校名冊": [
            ("甲國小", "014001", "板橋區", "示範學校", "是", ""),
            ("乙國小", "14001", "板橋區", "示範學校", "", ""),
        ]
    }
    snapshot = BOOK.published(tmp_path, rows)
    _, told = warehouse.rows(snapshot, "kpi_rejects", access.bureau(), all=False)
    assert [row[4] for row in told] == ["unknown_school"]


def test_people_are_known_by_the_participants_where_there_is_no_staff_roster(tmp_path: Path):
    rows = {
        "學校名冊": [("甲國小", "", "板橋區", "示範學校", "是", "")],
        "參與名單": [("甲國小", "111-2", "z1", "王一", 5, 1, "")],
        "研習紀錄": [
            ("甲國小", "", "王一", "B1", "", "112/3/1", 3, "是"),
            ("甲國小", "z9", "別人", "B1", "", "112/3/1", 3, "是"),
        ],
    }
    snapshot = BOOK.published(tmp_path, rows)
    (row,) = results(snapshot, "b1", "2023-06-30", level="school")
    assert (row["counted"], row["base"]) == (1, 1)
    assert warehouse.rows(snapshot, "kpi_rejects", access.bureau(), all=True)[1] == []


# The definition

SHIPPED = (programmes.FOLDER / f"{PROGRAMME}.toml").read_text(encoding="utf-8")
FAULTS: dict[str, tuple[str, str, str]] = {
    "a table that is none": ('"targets", "budget",', '"targets", "budgets", "budget",', "tables 的「budgets」不是資料表；sources/ 裡有："),
    "a table twice": ('"targets", "budget",', '"targets", "targets", "budget",', "tables 的「targets」出現兩次。"),
    "no staff roster": ('"staff", ', "", "tables 缺少名冊「staff」。"),
    "an indicator whose table is not read": ('"targets", "budget",', '"targets",', "kpis.grant_ceiling：table「budget」不在 tables；"),
    "columns of a table that is not read": ("[columns.schools.remote]", "[columns.srl_survey.remote]", "columns 的「srl_survey」不在 tables。"),
    "a column of an unknown type": ('headers = ["PBL"]\ntype = "yes_no"', 'headers = ["PBL"]\ntype = "flag"',
                                    "「columns.schools.pbl.type」的值「flag」不對：須是 'text', 'yes_no', 'date', 'count' 或 'number'。"),
    "a condition on no yes or no": ('headers = ["PBL"]\ntype = "yes_no"', 'headers = ["PBL"]\ntype = "text"',
                                    "kpis.pbl_rounds：only_where 的「pbl」不是 columns.schools 裡的是否欄。"),
    "no role": ('partner = "示範學校"', "", "roles 至少要有一種角色。"),
    "an item twice": ('lesson_plans = ["教材教案", "教材教案份數"]', 'lesson_plans = ["教材教案", "公開授課"]', "items 的「公開授課」出現兩次；一個詞只能是一個項目。"),
    "an unknown period": ('periods = ["112"]', 'periods = ["111"]', "kpis.a1a2：periods 的「111」不是期間，也不是有期間的種類；期間有："),
    "an unknown kind of period": ('kind = "year"\nlabel = { zh-TW = "112', 'kind = "quarter"\nlabel = { zh-TW = "112',
                                  "「periods.0.kind」的值「quarter」不對：須是 'year', 'semester' 或 'term'。"),
    "a requirement of another period": ("{ year = 2, semester = 1 }", "{ year = 2, semester = 1, term = 3 }",
                                        "kpis.public_lesson：require 的「term」不在 periods。"),
    "no requirement for a period": ("{ year = 2, semester = 1 }", '{ year = 2, "111-2" = 1, "112-1" = 1, "112-2" = 1 }',
                                    "kpis.public_lesson：require 沒有說期間「113-1」應達多少。"),
    "a requirement of nothing in a period": ("{ year = 2, semester = 1 }", "{ year = 2, semester = 0 }",
                                             "「kpis.public_lesson.require.semester」的值「0」不對：須大於 0。"),
    "a requirement and a ceiling": ("ceiling = 700000", "ceiling = 700000\nrequire = 1", "kpis.grant_ceiling：require 與 ceiling 須有一個，也只能有一個。"),
    "neither": ("ceiling = 700000", "", "kpis.grant_ceiling：require 與 ceiling 須有一個，也只能有一個。"),
    "a ceiling of nothing": ("ceiling = 700000", "ceiling = 0", "「kpis.grant_ceiling.ceiling」的值「0」不對：須大於 0。"),
    "a query that is none": ('query = "approved"\ntable = "budget"\nperiods = ["term"]', 'query = "granted"\ntable = "budget"\nperiods = ["term"]',
                             "kpis.grant_ceiling：找不到 queries/kpis/granted.sql。"),
    "a query that is a path": ('query = "lessons_given"', 'query = "../lessons"', "「kpis.public_lesson.query」的值「../lessons」不對：只能用小寫英文字母、數字與 _。"),
    "a word for a number": ("parameters = { lessons = 10 }", 'parameters = { lessons = "10" }', "kpis.lessons：「parameters.lessons」須是整數。"),
    "a number for a word": ('parameters = { scale = "srl" }', "parameters = { scale = 1 }", "kpis.srl_rounds：「parameters.scale」須是文字或文字的清單。"),
    "a word that the table does not know": ('parameters = { scale = "srl" }', 'parameters = { scale = "slr" }',
                                            "kpis.srl_rounds：「parameters.scale」的「slr」不在資料表 survey_rounds 的選項：competence、srl。"),
    "a parameter that is neither": ('parameters = { scale = "srl" }', "parameters = { scale = 1.5 }",
                                    "「kpis.srl_rounds.parameters.scale」的值「1.5」不對：須是整數、文字，或文字的清單"),
    "queries in the definition": ('id = "ntpc-5g-112"', 'id = "ntpc-5g-112"\nqueries = { a = "select 1" }', "不認得的鍵「queries」，請檢查拼字或刪除。"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_definition_is_told_in_one_sentence(name: str, tmp_path: Path) -> None:
    right, wrong, sentence = FAULTS[name]
    assert right in SHIPPED
    path = tmp_path / f"{PROGRAMME}.toml"
    path.write_text(SHIPPED.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(programmes.DefinitionError) as caught:
        programmes.load(path, TABLES)
    assert caught.value.faults[0].startswith(sentence)
    budget = {"an indicator whose table is not read": 3}
    assert len(caught.value.faults) == budget.get(name, 1)


# The guide's own numbers, copied from it by hand: what is required, in which kind of period
REQUIRED: dict[str, tuple[Any, ...]] = {
    "teachers": (2, "year"), "classes": (2, "year"), "lessons": ("all", "semester"), "lesson_plans": (4, "year"),
    "plan_per_class": ("all", "semester"), "a1a2": ("all", "112"), "b1": ("all", "term"), "training_5g": ("all", "term"),
    "observe_other": (1, "year"), "public_lesson": ({"year": 2, "semester": 1}, "year", "semester"), "promotion": (1, "year"),
    "coaching": (1, "semester"), "effect": (1, "semester"), "effect_remedial": (1, "year"), "srl_rounds": (2, "year"),
    "pbl_rounds": (1, "semester"), "observation_record": (1, "year"), "targets": ("all", "year"), "grant_ceiling": (None, "term"),
    "capital_ceiling": (None, "year"), "execution": ("none", "year"),
}  # fmt: skip


def test_the_definition_says_what_the_guide_says() -> None:
    assert {name: (kpi.require, *kpi.periods) for name, kpi in DEFINITION.kpis.items()} == REQUIRED
    assert list(DEFINITION.kpis) == list(REQUIRED)
    assert {name: kpi.ceiling for name, kpi in DEFINITION.kpis.items() if kpi.ceiling} == {
        "grant_ceiling": 700_000, "capital_ceiling": 100_000,
    }  # fmt: skip
    assert len(DEFINITION.districts) == 29
    assert [period.id for period in DEFINITION.periods] == [
        "112",
        "113",
        "111-2",
        "112-1",
        "112-2",
        "113-1",
        "term",
    ]


# The sample


def test_the_sample_shows_every_status_on_its_day_and_a_broken_ceiling(ntpc_sample: Path) -> None:
    rows = kpi("results", "--warehouse", ntpc_sample / "warehouse", "--format", "csv").rows
    schools = [row for row in rows if row["level"] == "school"]
    assert {row["as_of"] for row in rows} == {"2023-11-30"}
    assert {row["school"] for row in schools if row["kpi"] == "teachers"} == {
        row["school"] for row in schools
    }
    assert len({row["school"] for row in schools}) == 24
    every = {"met", "overdue", "behind", "on_track", "exempt", "no_data", "info", "upcoming"}
    assert {row["status"] for row in schools} == every
    broken = {row["kpi"] for row in schools if row["status"] == "overdue" and row["kpi"].endswith("_ceiling")}
    assert broken == {"grant_ceiling", "capital_ceiling"}


def test_the_samples_schools_differ(ntpc_sample: Path) -> None:
    rows = kpi("results", "--warehouse", ntpc_sample / "warehouse", "--level", "city", "--format", "csv").rows
    judged = [row for row in rows if row["schools_judged"] not in ("", "0")]
    assert sum(0 < int(row["schools_met"]) < int(row["schools_judged"]) for row in judged) > len(judged) / 2


def test_the_sample_has_rows_of_every_fate_in_every_table(ntpc_sample: Path) -> None:
    _, totals = warehouse.rows(
        warehouse.current(ntpc_sample / "warehouse", PROGRAMME), "tables", access.bureau()
    )
    assert all(
        supplied and accepted and rejected + warned
        for _, _, supplied, _, _, accepted, _, rejected, _, warned, *_ in totals
    )
    assert sum(duplicate for *_, duplicate, _, _, _, _ in totals) > 50


def test_the_same_seed_gives_the_same_sample_and_another_gives_another(
    ntpc_sample: Path, tmp_path: Path
) -> None:
    def contents(folder: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    kpi("sample", tmp_path / "again", "--programme", PROGRAMME)
    kpi("sample", tmp_path / "other", "--programme", PROGRAMME, "--seed", "2")
    assert contents(tmp_path / "again") == contents(ntpc_sample / "data")
    assert contents(tmp_path / "other").keys() == contents(ntpc_sample / "data").keys()
    assert contents(tmp_path / "other")["參與名單.xlsx"] != contents(ntpc_sample / "data")["參與名單.xlsx"]


def test_a_sample_that_is_not_there_or_cannot_be_so_large_is_told(tmp_path: Path) -> None:
    assert "沒有「none」的示範資料" in kpi("sample", tmp_path / "a", "--programme", "none").err
    told = kpi("sample", tmp_path / "a", "--programme", PROGRAMME, "--schools", "100")
    assert (told.code, "大小固定" in told.err) == (2, True)


def test_results_and_units_of_a_period_alone_and_a_period_that_is_none(ntpc_sample: Path) -> None:
    place = ntpc_sample / "warehouse"
    rows = kpi(
        "results", "--warehouse", place, "--kpi", "public_lesson", "--period", "112-1", "--format", "csv"
    ).rows
    assert {row["period"] for row in rows} == {"112-1"}
    units = kpi(
        "units", "--warehouse", place, "--kpi", "public_lesson", "--period", "112-1", "--format", "csv"
    ).rows
    assert {row["period"] for row in units} == {"112-1"}
    told = kpi("results", "--warehouse", place, "--period", "114")
    assert (told.code, "沒有「114」這個期間" in told.err) == (2, True)


# The pages


def open_page(name: str, **parameters: str) -> str:
    """The markup of a page, as the browser gets it."""
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
    app.query_params.update(parameters)
    if name != "overview":
        app.switch_page(f"../pages/{next((ROOT / 'pages').glob(f'*_{name}.py')).name}")
    app.run()
    assert not app.exception
    return html_of(app)


@pytest.fixture
def served(ntpc_sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(deployment.VARIABLE, str(ntpc_sample))


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(
    "chosen", [{}, {"period": "113"}, {"period": "term", "on": "2024-06-01"}, {"on": "2022-12-01"}]
)
@pytest.mark.parametrize("name", ["overview", "group", "school", "data"])
def test_every_page_stands_in_any_period(name: str, chosen: dict[str, str]) -> None:
    markup = open_page(name, **chosen)
    assert "這個畫面讀不出來" not in markup and "還沒有可以看的資料" not in markup


@pytest.mark.usefixtures("served")
def test_a_page_shows_the_periods_that_hold_the_day_or_the_one_that_is_asked_for() -> None:
    headings = ("<h2>112 年</h2>", "<h2>112 學年第 1 學期</h2>", "<h2>全期（112–113 年）</h2>")
    markup = open_page("school")
    assert all(
        heading.encode("unicode_escape").decode() in markup or heading in markup for heading in headings
    )
    assert "period=111-2" in open_page("group", period="111-2")
    assert "不存在，已改為" in open_page("overview", period="110")


def schools_of(place: Path) -> list[str]:
    rows = kpi(
        "results", "--warehouse", place, "--kpi", "teachers", "--level", "school", "--format", "csv"
    ).rows
    return list(dict.fromkeys(row["school"] for row in rows))


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("on", ["2023-06-30", "2023-11-30", "2024-02-01", "2025-02-01"])
@pytest.mark.parametrize("school", ["晴光國中", "望海國小", "曙光國小"])
def test_every_figure_of_a_schools_page_is_that_of_the_results(
    ntpc_sample: Path, school: str, on: str
) -> None:
    rows = kpi(
        "results",
        "--warehouse",
        ntpc_sample / "warehouse",
        "--as-of",
        on,
        "--level",
        "school",
        "--format",
        "csv",
    ).rows
    expected = {(row["kpi"], row["period"]): row for row in rows if row["school"] == school}
    figures = figures_in(open_page("school", school=school, on=on))
    assert {("targets", "112"), ("targets", "113"), ("execution", "113"), ("grant_ceiling", "term")} <= {
        (figure["kpi"], figure["period"]) for figure in figures
    }
    for figure in figures:
        row = expected[figure["kpi"], figure["period"]]
        for name in ("counted", "base", "required", "status", "flags"):
            assert figure[name] == row[name], (figure, row)


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("on", ["2023-02-01", "2023-11-30", "2024-06-30", "2025-02-01"])
def test_the_targets_of_every_school_are_reached_as_the_units_say(ntpc_sample: Path, on: str) -> None:
    place, seen = ntpc_sample / "warehouse", set()
    units = kpi("units", "--warehouse", place, "--kpi", "targets", "--as-of", on, "--format", "csv").rows
    snapshot = warehouse.current(place, PROGRAMME)
    ids = dict(
        zip(
            *(warehouse.ask(snapshot, "schools", access.bureau())[c] for c in ("name", "school_id")),
            strict=True,
        )
    )
    for school in schools_of(place):
        asked = {"on": dt.date.fromisoformat(on), "school_id": int(ids[school])}
        names, found = warehouse.rows(snapshot, "school_targets", access.bureau(), **asked)
        for values in found:
            row = dict(zip(names, values, strict=True))
            if row["compared_on"] is None:
                assert row["status"] in ("upcoming", None)
                continue
            day = row["compared_on"].isoformat()
            (unit,) = [
                one for one in units
                if (one["school"], one["unit"], one["period"]) == (school, row["item"], row["period"])
                and one["since"] <= day and (not one["until"] or day < one["until"])
            ]  # fmt: skip
            assert (row["status"] == "met") == bool(unit["attained_on"]), (row, unit)
            assert (row["status"] in ("met", "on_track", "overdue")) == (unit["amount"] == "1")
            if unit["amount"] == "1":
                assert (row["value"] >= row["goal"]) == (row["status"] == "met")
            seen.add(row["status"])
    assert {"exempt", None} <= seen and seen & {"met", "on_track", "overdue"}


@pytest.mark.usefixtures("served")
def test_the_money_of_every_school_adds_up_to_its_figures(ntpc_sample: Path) -> None:
    place, snapshot = ntpc_sample / "warehouse", warehouse.current(ntpc_sample / "warehouse", PROGRAMME)
    rows = kpi("results", "--warehouse", place, "--level", "school", "--format", "csv").rows
    expected = {(row["school"], row["kpi"], row["period"]): row for row in rows}
    for school, school_id in zip(
        *(warehouse.ask(snapshot, "schools", access.bureau())[c] for c in ("name", "school_id")), strict=True
    ):
        names, found = warehouse.rows(snapshot, "school_money", access.bureau(), school_id=int(school_id))
        money = {(row[0], row[2]): dict(zip(names, row, strict=True)) for row in found}

        def text(value: Any) -> str:
            return "" if value is None else str(value)

        assert (
            text(money[None, "granted"]["approved"]) == expected[school, "grant_ceiling", "term"]["counted"]
        )
        for year in ("112", "113"):
            spent = expected[school, "execution", year]
            assert text(money[year, "granted"]["spent"]) == spent["counted"]
            assert text(money[year, "granted"]["reported_approved"]) == spent["base"]
            capital = money[year, "capital"]["approved"] or (0 if money[year, "granted"]["rows"] else None)
            assert text(capital) == expected[school, "capital_ceiling", year]["counted"]


@pytest.mark.usefixtures("served")
def test_the_plan_says_what_is_missing_what_is_never_judged_and_how_much_is_left() -> None:
    markup = open_page("school", school="晴光國中")
    assert "尚餘 12 萬元" in markup and "未填" in markup and "其他：只呈現，不判定" in markup
    assert "超出 2 萬元" in open_page("school", school="望海國小")
    assert "量化目標未填報" in open_page("school", school="茶香國小")
    assert "經費未填報" in open_page("school", school="湖心國小")


@pytest.mark.usefixtures("served")
def test_a_lead_speaks_of_every_period_that_is_shown() -> None:
    for name in ("overview", "group", "school"):
        (lead,) = re.findall(r'<p class="lead">(.*?)</p>', open_page(name))[:1]
        assert "112 年、111 學年第 2 學期、112 學年第 1 學期、全期（112–113 年）" in lead
        (lead,) = re.findall(r'<p class="lead">(.*?)</p>', open_page(name, period="113"))[:1]
        assert "112" not in re.sub(r"<[^>]*>", "", lead)


def test_a_programme_without_such_tables_shows_no_plan(
    sample_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kpi.toml"
    file.write_text(
        f'programmes = ["keelung-111"]\nwarehouse = "{sample_warehouse.as_posix()}"\n', encoding="utf-8"
    )
    monkeypatch.setenv(deployment.VARIABLE, str(file))
    markup = open_page("school")
    assert "<h2>量化目標</h2>" not in markup and "<h2>經費</h2>" not in markup
