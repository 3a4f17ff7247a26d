"""The oracle of ntpc-5g-112 itself, on a few facts at a time whose figures were worked out by hand."""

from __future__ import annotations

import sys
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.oracle.facts import CoachingRow, Host, LessonRow, ObservationRow, StaffRow, TrainingRow
from tests.oracle.sheets import Row
from tests.oracle_ntpc.expected import Ledger, results
from tests.oracle_ntpc.facts import (
    TABLES,
    BudgetRow,
    Class,
    ClassLessonsRow,
    Facts,
    ParticipantRow,
    PlanRow,
    SchoolRow,
    SurveyRoundRow,
    TargetRow,
)
from tests.oracle_ntpc.render import Rendered

A, B, C = "014601", "014602", "014603"
ONE: Class = (5, "1")
TWO: Class = (5, "2")


def ledger(missing: tuple[str, ...] = (), pbl: bool | None = True, **tables: list[Any]) -> Ledger:
    """Three schools in two districts; tables that are not named are empty."""
    supply = dict.fromkeys(TABLES, "full") | dict.fromkeys(missing, "missing")
    tables["schools"] = [
        SchoolRow(A, " 甲國小", 6, True, False, pbl, None, "土城區"),
        SchoolRow(B, "乙國小", 6, True, False, pbl, None, "板橋區"),
        SchoolRow(C, "丙國中", 6, True, False, pbl, None, "土城區"),
    ]
    rows = [Row(table, statement) for table in TABLES for statement in tables.get(table, [])]
    return Ledger(Rendered(Facts(0, [], supply, (), tables, []), rows, {}))


def figures(of: Ledger, kpi: str, period: str, day: str, name: str = "甲國小") -> tuple[str, ...]:
    """(counted, base, required, status) of a school, or of a group or the city by its name."""
    for row in results(of, date.fromisoformat(day)):
        place = row["school"] or row["group"] or "city"
        if (row["kpi"], row["period"], place) == (kpi, period, name):
            return row["counted"], row["base"], row["required"], row["status"]
    raise AssertionError(f"no row of {kpi} {period} {name}")


def takes_part(
    semester: str, staff_id: str | None, name: str, class_: Class = ONE, students: int | None = None,
    school: str = A,
) -> ParticipantRow:  # fmt: skip
    return ParticipantRow(school, semester, staff_id, name, class_, students, None)


def trained(kind: str, day: str, hours: Fraction = Fraction(1), **who: str) -> TrainingRow:
    person: dict[str, Any] = {"person": "", "staff_id": None, "school": None, "name": None, **who}
    return TrainingRow(
        **person, course=f"{kind}{day}", category=kind, kind=kind, held_on=date.fromisoformat(day),
        session=None, hours=hours, certified=kind != "5G",
    )  # fmt: skip


def test_who_takes_part_counts_from_the_first_day_of_the_semester():
    of = ledger(
        participants=[
            takes_part("111-2", "1", "王一"),
            takes_part("111-2", None, "王一", TWO),
            takes_part("112-1", "2", "李二"),
            takes_part("112-2", "3", "張三"),
        ]
    )
    assert figures(of, "teachers", "112", "2022-12-31") == ("", "", "", "upcoming")
    assert figures(of, "teachers", "112", "2023-01-31") == ("0", "", "2", "on_track")
    assert figures(of, "teachers", "112", "2023-02-01") == ("1", "", "2", "on_track")
    assert figures(of, "teachers", "112", "2023-08-01") == ("2", "", "2", "met")
    assert figures(of, "teachers", "113", "2024-01-31")[0] == "0"
    assert figures(of, "teachers", "113", "2025-01-01") == ("1", "", "2", "overdue")


def test_classes_are_those_of_the_semester_with_most():
    of = ledger(
        participants=[
            takes_part("111-2", "1", "王一", ONE), takes_part("111-2", "1", "王一", TWO),
            takes_part("112-1", "1", "王一", (6, "1")),
        ]
    )  # fmt: skip
    assert figures(of, "classes", "112", "2024-06-01") == ("2", "", "2", "met")


def test_ten_lessons_add_up_within_the_semester_that_january_ends():
    def taught(day: str, lessons: int, class_: Class = ONE) -> ClassLessonsRow:
        return ClassLessonsRow(A, date.fromisoformat(day), None, None, None, class_, lessons)

    of = ledger(
        participants=[takes_part("112-1", "1", "王一"), takes_part("112-1", "1", "王一", TWO)],
        class_lessons=[
            taught("2023-08-01", 4), taught("2024-01-31", 6), taught("2024-02-01", 9),
            taught("2023-09-01", 9, TWO), taught("2023-07-31", 9, TWO), taught("2023-09-01", 30, (1, "1")),
        ],
    )  # fmt: skip
    assert figures(of, "lessons", "112-1", "2024-01-30") == ("0", "2", "2", "on_track")
    assert figures(of, "lessons", "112-1", "2024-01-31") == ("1", "2", "2", "on_track")
    assert figures(of, "lessons", "112-1", "2024-02-01") == ("1", "2", "2", "overdue")
    assert figures(of, "lessons", "111-2", "2024-02-01") == ("", "", "", "no_data")


def test_a_plan_belongs_to_the_semester_that_it_names_else_to_its_day():
    def plan(day: str, semester: str | None, title: str, lessons: int = 2) -> PlanRow:
        return PlanRow(A, date.fromisoformat(day), semester, None, "王一", ONE, lessons, title)

    of = ledger(
        participants=[takes_part("111-2", "1", "王一"), takes_part("112-1", "1", "王一")],
        lesson_plans=[plan("2023-09-05", "111-2", "甲"), plan("2023-09-06", None, "乙", 1)],
    )
    assert figures(of, "plan_per_class", "111-2", "2023-09-04") == ("0", "1", "1", "overdue")
    assert figures(of, "plan_per_class", "111-2", "2023-09-05") == ("1", "1", "1", "met")
    assert figures(of, "plan_per_class", "112-1", "2023-12-01") == ("0", "1", "1", "on_track")
    assert figures(of, "lesson_plans", "112", "2023-12-31") == ("1", "", "4", "behind")
    twice = ledger(lesson_plans=[plan("2023-09-06", None, "乙", 1), plan("2023-10-06", "112-1", "乙", 3)])
    assert figures(twice, "lesson_plans", "112", "2023-09-06")[0] == "1"
    assert twice.tables["lesson_plans"].duplicate == 1


def test_a_participant_is_known_to_training_stays_and_counts_at_both_schools():
    of = ledger(
        missing=("staff",),
        participants=[
            takes_part("111-2", "7", "王一"), takes_part("112-1", "7", "王一", school=B),
            takes_part("111-2", None, "李二"),
        ],
        training=[trained("B1", "2019-05-01", school=B, name="王一"), trained("B1", "2025-01-05", school=A, name="李二")],
    )  # fmt: skip
    assert figures(of, "b1", "term", "2023-01-31") == ("", "", "", "no_data")
    assert figures(of, "b1", "term", "2023-02-01") == ("1", "2", "2", "on_track")
    assert figures(of, "b1", "term", "2025-01-04") == ("1", "2", "2", "overdue")
    assert figures(of, "b1", "term", "2025-01-05") == ("2", "2", "2", "met")
    assert figures(of, "b1", "term", "2023-08-01", "乙國小") == ("1", "1", "1", "met")


def test_three_times_twenty_minutes_are_an_hour():
    third = Fraction(1, 3)
    days = ("2022-03-01", "2023-03-01", "2023-04-01")
    of = ledger(
        participants=[takes_part("111-2", "7", "王一")],
        training=[trained("5G", day, third, staff_id="7") for day in days],
    )
    assert figures(of, "training_5g", "term", "2023-03-31")[0] == "0"
    assert figures(of, "training_5g", "term", "2023-04-01") == ("1", "1", "1", "met")


def test_a1a2_asks_the_teachers_of_the_deadline_and_takes_late_certificates():
    def hired(staff_id: str, employment: str, start: str, school: str = A) -> StaffRow:
        return StaffRow(school, staff_id, staff_id, employment, None, date.fromisoformat(start), None)

    of = ledger(
        staff=[
            hired("1", "formal", "2000-08-01"), hired("2", "substitute", "2023-12-31"),
            hired("3", "formal", "2024-01-01"), hired("4", "clerk", "2000-08-01", B),
        ],
        training=[
            trained(kind, day, staff_id=staff_id)
            for staff_id, day in (("1", "2019-01-01"), ("2", "2024-03-01"))
            for kind in ("A1", "A2")
        ],
    )  # fmt: skip
    assert figures(of, "a1a2", "112", "2023-12-30") == ("1", "1", "1", "met")
    assert figures(of, "a1a2", "112", "2024-02-29") == ("1", "2", "2", "overdue")
    assert figures(of, "a1a2", "112", "2024-03-01") == ("2", "2", "2", "met")
    assert figures(of, "a1a2", "112", "2024-03-01", "乙國小") == ("0", "0", "0", "exempt")
    assert figures(of, "a1a2", "112", "2024-03-01", "丙國中") == ("", "", "", "no_data")
    assert figures(of, "a1a2", "112", "2024-03-01", "土城區") == ("2", "2", "2", "overdue")


def test_an_event_counts_once_and_never_at_home():
    def seen(host: Host, teacher: str, event_id: str | None = None) -> ObservationRow:
        return ObservationRow(event_id, host, date(2023, 5, 5), A, None, teacher)

    of = ledger(
        observations=[
            seen(Host(A, ours=True), "王一"), seen(Host(B, ours=True), "王一"), seen(Host(B, ours=True), "李二"),
            seen(Host(B, ours=True), "王一", "E1"), seen(Host("乙國小", "桃園市"), "王一"),
        ]
    )  # fmt: skip
    assert figures(of, "observe_other", "112", "2023-05-05") == ("3", "", "1", "met")
    assert figures(of, "observe_other", "113", "2024-05-05")[0] == "0"


def test_two_public_lessons_a_year_of_which_january_is_no_semester_of_that_year():
    def lesson(day: str) -> LessonRow:
        return LessonRow(A, None, "王一", date.fromisoformat(day), False, None, None, None, None)

    of = ledger(public_lessons=[lesson("2023-01-15"), lesson("2024-01-15")])
    assert figures(of, "public_lesson", "112", "2024-06-01") == ("1", "", "2", "overdue")
    assert figures(of, "public_lesson", "112-1", "2024-06-01") == ("1", "", "1", "met")
    assert figures(of, "public_lesson", "111-2", "2024-06-01") == ("0", "", "1", "overdue")
    assert figures(of, "public_lesson", "112", "2024-06-01", "city") == ("", "", "", "overdue")


@pytest.mark.parametrize(
    ("pbl", "wanted"),
    [(True, ("2", "", "1", "met")), (False, ("2", "", "1", "exempt")), (None, ("", "", "", "no_data"))],
)
def test_rounds_are_told_apart_by_number_else_by_day(pbl: bool | None, wanted: tuple[str, ...]):
    def held(day: str, number: int | None) -> SurveyRoundRow:
        return SurveyRoundRow(A, "5G關鍵能力意向量表", date.fromisoformat(day), number)

    rounds = [held("2023-06-01", 1), held("2023-06-02", 1), held("2023-06-05", None)]
    of = ledger(pbl=pbl, survey_rounds=rounds)
    assert figures(of, "pbl_rounds", "111-2", "2023-07-01") == wanted
    assert figures(of, "srl_rounds", "112", "2023-07-01")[0] == "0"


def test_targets_are_cumulative_and_need_only_the_tables_of_their_items():
    def aim(item: str, first: int | None, second: int | None) -> TargetRow:
        return TargetRow(A, item, None, None, first, second)

    visits = [CoachingRow(A, date(year, 5, 1), None, None) for year in (2022, 2023, 2024)]
    of = ledger(
        missing=("class_lessons",),
        coaching=visits,
        participants=[takes_part("111-2", "1", "王一", ONE, 20), takes_part("111-2", "2", "李二", ONE, 25)],
        targets=[aim("coaching", 9, 9), aim("coaching", 1, 1), aim("students", 26, None), aim("其他", 9, 9)],
    )
    assert figures(of, "targets", "112", "2023-04-30") == ("0", "2", "2", "on_track")
    assert figures(of, "targets", "112", "2024-05-01") == ("1", "2", "2", "overdue")
    assert figures(of, "targets", "113", "2024-04-30") == ("0", "1", "1", "on_track")
    assert figures(of, "targets", "113", "2024-05-01") == ("1", "1", "1", "met")
    assert figures(of, "targets", "113", "2024-05-01", "乙國小") == ("", "", "", "no_data")
    needing = ledger(missing=("class_lessons",), targets=[aim("lessons", 0, 3)])
    assert figures(needing, "targets", "112", "2024-05-01") == ("0", "0", "0", "exempt")
    assert figures(needing, "targets", "113", "2024-05-01") == ("", "", "", "no_data")


def test_money_has_no_day_and_own_money_is_left_out():
    def money(school: str, year: str, kind: str, item: str, approved: int, spent: int | None) -> BudgetRow:
        return BudgetRow(school, year, kind, item, approved, spent)

    of = ledger(
        budget=[
            money(A, "112", "經常門", "業務費", 1, 1), money(A, "112", "經常門", "業務費", 250_000, None),
            money(A, "112", "資本門", "設備及投資", 100_000, 50_000),
            money(A, "112", "資本門", "自籌款", 90_000, 90_000), money(A, "113", "經常門", "人事費", 350_000, None),
            money(C, "112", "資本門", "設備及投資", 100_001, None), money(B, "113", "經常門", "自籌款", 5, None),
        ]
    )  # fmt: skip
    assert figures(of, "grant_ceiling", "term", "1930-01-01") == ("700000", "", "700000", "met")
    assert figures(of, "capital_ceiling", "112", "1930-01-01") == ("100000", "", "100000", "met")
    assert figures(of, "capital_ceiling", "112", "1930-01-01", "丙國中") == (
        "100001",
        "",
        "100000",
        "overdue",
    )
    assert figures(of, "capital_ceiling", "112", "1930-01-01", "土城區") == (
        "200001",
        "",
        "200000",
        "overdue",
    )
    assert figures(of, "capital_ceiling", "113", "1930-01-01", "乙國小") == ("0", "", "100000", "met")
    assert figures(of, "execution", "112", "1930-01-01") == ("50000", "350000", "", "info")
    assert figures(of, "execution", "112", "1930-01-01", "丙國中") == ("", "", "", "no_data")
    assert figures(of, "execution", "113", "1930-01-01", "city") == ("", "", "", "info")
    assert figures(ledger(missing=("budget",)), "execution", "112", "1930-01-01", "city")[3] == "no_data"


def test_rows_stand_by_indicator_period_level_and_the_order_of_the_register():
    rows = results(ledger(), date(2023, 5, 1))
    own = [row for row in rows if row["kpi"] == "public_lesson"]
    assert list(dict.fromkeys(row["period"] for row in own)) == [
        "112",
        "113",
        "111-2",
        "112-1",
        "112-2",
        "113-1",
    ]
    places = [row["school"] or row["group"] for row in own if row["period"] == "112"]
    assert places == ["甲國小", "丙國中", "乙國小", "土城區", "板橋區", ""]
    assert [row["kpi"] for row in rows if row["level"] == "city"][-1] == "execution"
