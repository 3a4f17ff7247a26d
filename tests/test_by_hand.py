"""A few facts of ntpc-5g-112 at a time, whose figures were worked out by hand: the oracle's and the product's alike."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.comparing import wrong_accounts
from tests.oracle.facts import CoachingRow, Host, LessonRow, ObservationRow, StaffRow, TrainingRow
from tests.oracle.ledger import Tally
from tests.oracle.ntpc.expected import PROGRAMME, Ledger, results
from tests.oracle.ntpc.facts import (
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
from tests.oracle.ntpc.sheets import NAMES, SCHEMA
from tests.oracle.product import in_this_process, rows_of
from tests.oracle.render import Rendered
from tests.oracle.results import ResultRow
from tests.oracle.sheets import Grid, Row, write_csv

A, B, C = "014625", "014604", "014526"
ONE: Class = (5, "1")
TWO: Class = (5, "2")


class Both:
    """Facts as the oracle understands them, and as the product reads them from files."""

    def __init__(self, facts: Facts, folder: Path) -> None:
        rows = [Row(table, statement) for table in TABLES for statement in facts.statements.get(table, [])]
        self._ledger = Ledger(Rendered(facts, rows, {}))
        self._warehouse = ("--warehouse", str(folder / "warehouse"))
        for table in TABLES:
            if own := [row for row in rows if row.table == table]:
                grid = Grid(table, own, path=f"data/{NAMES[table][0]}.csv")
                write_csv(random.Random(0), facts, folder, grid, SCHEMA)
        data = ("--data", str(folder / "data"), "--programme", PROGRAMME)
        done = in_this_process("build", *data, *self._warehouse)
        assert done.code == 0, done.err
        assert wrong_accounts(self._ledger.tables, NAMES, done.out + done.err) == []
        self._days: dict[date, tuple[list[ResultRow], list[ResultRow]]] = {}

    @property
    def tables(self) -> dict[str, Tally]:
        """What became of the rows of each table."""
        return self._ledger.tables

    def results(self, day: date) -> tuple[list[ResultRow], list[ResultRow]]:
        """What the oracle and the product say of a day."""
        if day not in self._days:
            options = (*self._warehouse, "--as-of", day.isoformat(), "--format", "csv")
            done = in_this_process("results", *options)
            assert done.code == 0, done.err
            self._days[day] = results(self._ledger, day), rows_of(done.out)[1]
        return self._days[day]


Given = Callable[..., Both]


@pytest.fixture
def given(tmp_path: Path) -> Given:
    """Three schools in two districts; tables that are not named are empty."""

    def both(missing: tuple[str, ...] = (), pbl: bool | None = True, **tables: list[Any]) -> Both:
        supply = dict.fromkeys(TABLES, "full") | dict.fromkeys(missing, "missing")
        tables["schools"] = [
            SchoolRow(A, " 土城國小", 6, True, False, pbl, None, "土城區"),
            SchoolRow(B, "板橋國小", 6, True, False, pbl, None, "板橋區"),
            SchoolRow(C, "土城國中", 6, True, False, pbl, None, "土城區"),
        ]
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        return Both(Facts(0, [], supply, (), tables, []), folder)

    return both


def figures(of: Both, kpi: str, period: str, day: str, name: str = "土城國小") -> tuple[str, ...]:
    """(counted, base, required, status) of a school, or of a group or the city by its name, of which both are sure."""
    oracle, product = (
        (row["counted"], row["base"], row["required"], row["status"])
        for rows in of.results(date.fromisoformat(day))
        for row in rows
        if (row["kpi"], row["period"], row["school"] or row["group"] or "city") == (kpi, period, name)
    )
    assert oracle == product
    return oracle


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


def test_who_takes_part_counts_from_the_first_day_of_the_semester(given: Given):
    of = given(
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


def test_classes_are_those_of_the_semester_with_most(given: Given):
    of = given(
        participants=[
            takes_part("111-2", "1", "王一", ONE), takes_part("111-2", "1", "王一", TWO),
            takes_part("112-1", "1", "王一", (6, "1")),
        ]
    )  # fmt: skip
    assert figures(of, "classes", "112", "2024-06-01") == ("2", "", "2", "met")


def test_ten_lessons_add_up_within_the_semester_that_january_ends(given: Given):
    def taught(day: str, lessons: int, class_: Class = ONE) -> ClassLessonsRow:
        return ClassLessonsRow(A, date.fromisoformat(day), None, None, None, class_, lessons)

    of = given(
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


def test_a_plan_belongs_to_the_semester_that_it_names_else_to_its_day(given: Given):
    def plan(day: str, semester: str | None, title: str, lessons: int = 2) -> PlanRow:
        return PlanRow(A, date.fromisoformat(day), semester, None, "王一", ONE, lessons, title)

    of = given(
        participants=[takes_part("111-2", "1", "王一"), takes_part("112-1", "1", "王一")],
        lesson_plans=[plan("2023-09-05", "111-2", "甲"), plan("2023-09-06", None, "乙", 1)],
    )
    assert figures(of, "plan_per_class", "111-2", "2023-09-04") == ("0", "1", "1", "overdue")
    assert figures(of, "plan_per_class", "111-2", "2023-09-05") == ("1", "1", "1", "met")
    assert figures(of, "plan_per_class", "112-1", "2023-12-01") == ("0", "1", "1", "on_track")
    assert figures(of, "lesson_plans", "112", "2023-12-31") == ("1", "", "4", "behind")
    twice = given(lesson_plans=[plan("2023-09-06", None, "乙", 1), plan("2023-10-06", "112-1", "乙", 3)])
    assert figures(twice, "lesson_plans", "112", "2023-09-06")[0] == "1"
    assert twice.tables["lesson_plans"].duplicate == 1


def test_a_participant_is_known_to_training_stays_and_counts_at_both_schools(given: Given):
    of = given(
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
    assert figures(of, "b1", "term", "2023-08-01", "板橋國小") == ("1", "1", "1", "met")


def test_three_times_twenty_minutes_are_an_hour(given: Given):
    third = Fraction(1, 3)
    days = ("2022-03-01", "2023-03-01", "2023-04-01")
    of = given(
        participants=[takes_part("111-2", "7", "王一")],
        training=[trained("5G", day, third, staff_id="7") for day in days],
    )
    assert figures(of, "training_5g", "term", "2023-03-31")[0] == "0"
    assert figures(of, "training_5g", "term", "2023-04-01") == ("1", "1", "1", "met")


def test_a1a2_asks_the_teachers_of_the_deadline_and_takes_late_certificates(given: Given):
    def hired(staff_id: str, employment: str, start: str, school: str = A) -> StaffRow:
        name = "王李張陳"[int(staff_id) - 1] + "一"
        return StaffRow(school, staff_id, name, employment, None, date.fromisoformat(start), None)

    of = given(
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
    assert figures(of, "a1a2", "112", "2024-03-01", "板橋國小") == ("0", "0", "0", "exempt")
    assert figures(of, "a1a2", "112", "2024-03-01", "土城國中") == ("", "", "", "no_data")
    assert figures(of, "a1a2", "112", "2024-03-01", "土城區") == ("2", "2", "2", "overdue")


def test_an_event_counts_once_and_never_at_home(given: Given):
    def seen(host: Host, teacher: str, event_id: str | None = None) -> ObservationRow:
        return ObservationRow(event_id, host, date(2023, 5, 5), A, None, teacher)

    of = given(
        observations=[
            seen(Host(A, ours=True), "王一"), seen(Host(B, ours=True), "王一"), seen(Host(B, ours=True), "李二"),
            seen(Host(B, ours=True), "王一", "E1"), seen(Host("板橋國小", "桃園市"), "王一"),
        ]
    )  # fmt: skip
    assert figures(of, "observe_other", "112", "2023-05-05") == ("3", "", "1", "met")
    assert figures(of, "observe_other", "113", "2024-05-05")[0] == "0"


def test_two_public_lessons_a_year_of_which_january_is_no_semester_of_that_year(given: Given):
    def lesson(day: str) -> LessonRow:
        return LessonRow(A, None, "王一", date.fromisoformat(day), False, None, None, None, None)

    of = given(public_lessons=[lesson("2023-01-15"), lesson("2024-01-15")])
    assert figures(of, "public_lesson", "112", "2024-06-01") == ("1", "", "2", "overdue")
    assert figures(of, "public_lesson", "112-1", "2024-06-01") == ("1", "", "1", "met")
    assert figures(of, "public_lesson", "111-2", "2024-06-01") == ("0", "", "1", "overdue")
    assert figures(of, "public_lesson", "112", "2024-06-01", "city") == ("", "", "", "overdue")


@pytest.mark.parametrize(
    ("pbl", "wanted"),
    [(True, ("2", "", "1", "met")), (False, ("2", "", "1", "exempt")), (None, ("", "", "", "no_data"))],
)
def test_rounds_are_told_apart_by_number_else_by_day(given: Given, pbl: bool | None, wanted: tuple[str, ...]):
    def held(day: str, number: int | None) -> SurveyRoundRow:
        return SurveyRoundRow(A, "5G關鍵能力意向量表", date.fromisoformat(day), number)

    rounds = [held("2023-06-01", 1), held("2023-06-02", 1), held("2023-06-05", None)]
    of = given(pbl=pbl, survey_rounds=rounds)
    assert figures(of, "pbl_rounds", "111-2", "2023-07-01") == wanted
    assert figures(of, "srl_rounds", "112", "2023-07-01")[0] == "0"


def test_targets_are_cumulative_and_need_only_the_tables_of_their_items(given: Given):
    def aim(item: str, first: int | None, second: int | None) -> TargetRow:
        return TargetRow(A, item, None, None, first, second)

    visits = [CoachingRow(A, date(year, 5, 1), None, None) for year in (2022, 2023, 2024)]
    of = given(
        missing=("class_lessons",),
        coaching=visits,
        participants=[takes_part("111-2", "1", "王一", ONE, 20), takes_part("111-2", "2", "李二", ONE, 25)],
        targets=[aim("coaching", 9, 9), aim("coaching", 1, 1), aim("students", 26, None), aim("其他", 9, 9)],
    )
    assert figures(of, "targets", "112", "2023-04-30") == ("0", "2", "2", "on_track")
    assert figures(of, "targets", "112", "2024-05-01") == ("1", "2", "2", "overdue")
    assert figures(of, "targets", "113", "2024-04-30") == ("0", "1", "1", "on_track")
    assert figures(of, "targets", "113", "2024-05-01") == ("1", "1", "1", "met")
    assert figures(of, "targets", "113", "2024-05-01", "板橋國小") == ("", "", "", "no_data")
    needing = given(missing=("class_lessons",), targets=[aim("lessons", 0, 3)])
    assert figures(needing, "targets", "112", "2024-05-01") == ("0", "0", "0", "exempt")
    assert figures(needing, "targets", "113", "2024-05-01") == ("", "", "", "no_data")


def test_money_has_no_day_and_own_money_is_left_out(given: Given):
    def money(school: str, year: str, kind: str, item: str, approved: int, spent: int | None) -> BudgetRow:
        return BudgetRow(school, year, kind, item, approved, spent)

    of = given(
        budget=[
            money(A, "112", "經常門", "業務費", 1, 1), money(A, "112", "經常門", "業務費", 250_000, None),
            money(A, "112", "資本門", "設備及投資", 100_000, 50_000),
            money(A, "112", "資本門", "自籌款", 90_000, 90_000), money(A, "113", "經常門", "人事費", 350_000, None),
            money(C, "112", "資本門", "設備及投資", 100_001, None), money(B, "113", "經常門", "自籌款", 5, None),
        ]
    )  # fmt: skip
    assert figures(of, "grant_ceiling", "term", "1930-01-01") == ("700000", "", "700000", "met")
    assert figures(of, "capital_ceiling", "112", "1930-01-01") == ("100000", "", "100000", "met")
    assert figures(of, "capital_ceiling", "112", "1930-01-01", "土城國中") == (
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
    assert figures(of, "capital_ceiling", "113", "1930-01-01", "板橋國小") == ("0", "", "100000", "met")
    assert figures(of, "execution", "112", "1930-01-01") == ("50000", "350000", "", "info")
    assert figures(of, "execution", "112", "1930-01-01", "土城國中") == ("", "", "", "no_data")
    assert figures(of, "execution", "113", "1930-01-01", "city") == ("", "", "", "info")
    assert figures(given(missing=("budget",)), "execution", "112", "1930-01-01", "city")[3] == "no_data"


def test_rows_stand_by_indicator_period_level_and_the_order_of_the_register(given: Given):
    places = ("kpi", "period", "level", "group", "school")
    rows, told = given().results(date(2023, 5, 1))
    assert [[row[name] for name in places] for row in rows] == [
        [row[name] for name in places] for row in told
    ]
    own = [row for row in rows if row["kpi"] == "public_lesson"]
    assert list(dict.fromkeys(row["period"] for row in own)) == [
        "112",
        "113",
        "111-2",
        "112-1",
        "112-2",
        "113-1",
    ]
    named = [row["school"] or row["group"] for row in own if row["period"] == "112"]
    assert named == ["土城國小", "土城國中", "板橋國小", "土城區", "板橋區", ""]
    assert [row["kpi"] for row in rows if row["level"] == "city"][-1] == "execution"
