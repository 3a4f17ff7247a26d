"""What must come out: the rules of ntpc-5g-112 said once more in plain Python over clean facts.

Every indicator is one function of a school, a period and a day, under the name of its row in the specification.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tests.oracle import ledger as ledgers
from tests.oracle.facts import CoachingRow, LessonRow, ObservationRow, StaffRow, TrainingRow
from tests.oracle.ledger import (
    OPEN,
    best_training,
    closed_stands,
    digital_if_any,
    event_of,
    staff_key,
    staff_of,
    strangers,
    visit_key,
)
from tests.oracle.ntpc.facts import (
    CAPITAL,
    METHODS,
    OWN_MONEY,
    PBL,
    REMEDIAL,
    SEMESTERS,
    SRL,
    YEARS,
    BudgetRow,
    Class,
    ClassLessonsRow,
    EffectRow,
    ParticipantRow,
    PlanRow,
    PromotionRow,
    RecordRow,
    SchoolRow,
    SurveyRoundRow,
    TargetRow,
    semester_of,
)
from tests.oracle.render import Rendered
from tests.oracle.results import (
    JUDGED,
    NO_DATA,
    ResultRow,
    amounts,
    paced,
    result_row,
    school_counts,
    status_of,
    total_status,
)

PROGRAMME = "ntpc-5g-112"
TERM = date(2023, 1, 1), date(2024, 12, 31)
SEMESTERS_OF = {"112": ("111-2", "112-1"), "113": ("112-2", "113-1")}
"""A semester belongs to the year in which it begins."""


@dataclass(frozen=True)
class Period:
    id: str
    first: date
    last: date

    def until(self, day: date) -> Callable[[date], bool]:
        """Whether a fact of some date lies in the period and is no later than the day."""
        return lambda fact: self.first <= fact <= min(self.last, day)


ALL_PERIODS = tuple(
    Period(name, first, last) for name, (first, last) in {**YEARS, **SEMESTERS, "term": TERM}.items()
)
"""In the order of the specification: years, semesters, the term."""


def periods(*kinds: str) -> tuple[Period, ...]:
    """Those of the kinds years, semesters and term, or of one id."""
    wanted = {"years": set(YEARS), "semesters": set(SEMESTERS), "term": {"term"}}
    ids = set().union(*(wanted.get(kind, {kind}) for kind in kinds))
    return tuple(period for period in ALL_PERIODS if period.id in ids)


# --- what stands after duplicates are merged


class Ledger(ledgers.Ledger):
    """The facts of ntpc-5g-112 that stand."""

    def __init__(self, rendered: Rendered) -> None:
        super().__init__(rendered)
        self._roster: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._with_id: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in rendered.rows:
            if row.reason is None and row.table == "staff":
                self._roster[row.statement.school, row.statement.name].add(row.statement.staff_id)
            if row.reason is None and row.table == "participants" and row.statement.staff_id:
                self._with_id[row.statement.school, row.statement.name].add(row.statement.staff_id)
        self.schools: list[SchoolRow] = self.merge("schools", lambda row: row.school)
        self.staff: list[StaffRow] = self.merge("staff", staff_key, closed_stands)
        self.training: list[TrainingRow] = self.merge("training", self._training_key, best_training)
        self.lessons: list[LessonRow] = self.merge("public_lessons", self.lesson_key, digital_if_any)
        self.observations: list[ObservationRow] = self.merge("observations", self.observation_key)
        self.visits: list[CoachingRow] = self.merge("coaching", visit_key)
        self.participants: list[ParticipantRow] = self.merge(
            "participants", self._participant_key, _most_students
        )
        self.class_lessons: list[ClassLessonsRow] = self.merge("class_lessons", lambda row: row)
        self.plans: list[PlanRow] = self.merge("lesson_plans", self._plan_key, _most_lessons)
        self.promotions: list[PromotionRow] = self.merge("promotion", lambda row: row)
        self.effects: list[EffectRow] = self.merge("effect_assessments", lambda row: row)
        self.rounds: list[SurveyRoundRow] = self.merge("survey_rounds", lambda row: row)
        self.records: list[RecordRow] = self.merge("observation_records", self._record_key)
        self.targets: list[TargetRow] = self.merge("targets", lambda row: (row.school, row.item), _last)
        self.budget: list[BudgetRow] = self.merge("budget", _budget_key, _last)
        self.pbl = {row.school: row.pbl for row in self.schools}
        known = defaultdict(set, {key: set(ids) for key, ids in self._roster.items()})
        for row in self.participants:
            known[row.school, row.name].add(row.staff_id or row.name)
        open_tables = OPEN | {"lesson_plans": "name", "observation_records": "teacher"}
        self.doubted |= strangers(rendered.rows, open_tables, known)
        self.index(self.staff)
        self.training_of: dict[Hashable, list[TrainingRow]] = defaultdict(list)
        for attended in self.training:
            self.training_of[self.trained(attended)].append(attended)

    def teacher(self, school: str, staff_id: str | None, name: str) -> Hashable:
        """By id, by the one roster person or the one participant of that school, or by school and name."""
        if staff_id:
            return staff_id
        for ids in (self._roster[school, name], self._with_id[school, name]):
            if len(ids) == 1:
                return next(iter(ids))
        return school, name

    def trained(self, row: TrainingRow) -> Hashable:
        return self.teacher(row.school or "", row.staff_id, row.name or "")

    def _training_key(self, row: TrainingRow) -> Hashable:
        return self.trained(row), row.course, row.held_on, row.session

    def _participant_key(self, row: ParticipantRow) -> Hashable:
        return row.school, row.semester, self.teacher(row.school, row.staff_id, row.name), row.class_

    def _plan_key(self, row: PlanRow) -> Hashable:
        teacher = self.teacher(row.school, row.staff_id, row.name)
        return row.school, teacher, row.class_, row.title, plan_semester(row)

    def _record_key(self, row: RecordRow) -> Hashable:
        return row.school, row.held_on, self.teacher(row.school, None, row.teacher)


def _budget_key(row: BudgetRow) -> Hashable:
    return row.school, row.year, row.kind, row.item


def _most_students(first: ParticipantRow, further: ParticipantRow) -> ParticipantRow:
    known = [row.students for row in (first, further) if row.students is not None]
    return replace(first, students=max(known, default=None))


def _most_lessons(first: PlanRow, further: PlanRow) -> PlanRow:
    return replace(first, lessons=max(first.lessons, further.lessons))


def _last(first: Any, further: Any) -> Any:
    return further


def plan_semester(row: PlanRow) -> str | None:
    """學期 decides, else the date does."""
    return row.semester or semester_of(row.handed_in)


# --- who takes part, works here, was trained


def taking_part(
    ledger: Ledger, school: str, day: date, semesters: Iterable[str] = tuple(SEMESTERS)
) -> list[ParticipantRow]:
    """The rows of `participants` whose semester has begun by the day."""
    begun = {name for name in semesters if SEMESTERS[name][0] <= day}
    return [row for row in ledger.participants if row.school == school and row.semester in begun]


def teachers_of(ledger: Ledger, rows: Iterable[ParticipantRow]) -> set[Hashable]:
    return {ledger.teacher(row.school, row.staff_id, row.name) for row in rows}


def regular_teachers(ledger: Ledger, school: str, day: date) -> list[Hashable]:
    """Formal and substitute teachers."""
    staff = staff_of(ledger, school, day)
    return [spell.staff_id for spell in staff if spell.employment in ("formal", "substitute")]


def has_certificates(ledger: Ledger, person: Hashable, day: date, *kinds: str) -> bool:
    """Whether somebody has a certified course of every kind, in any year up to the day."""
    rows = [row for row in ledger.training_of[person] if row.certified and row.held_on <= day]
    return all(any(row.kind == kind for row in rows) for kind in kinds)


def has_5g_hour(ledger: Ledger, person: Hashable, day: date) -> bool:
    """Certified or not, in any year up to the day."""
    rows = [row for row in ledger.training_of[person] if row.kind == "5G" and row.held_on <= day]
    return sum(row.hours for row in rows) >= 1


# --- the indicators


@dataclass(frozen=True)
class Count:
    """What one indicator comes to at one school."""

    counted: int
    base: int | None = None
    required: int | None = None
    exempt: bool = False


Measure = Callable[[Ledger, Period, str, date], Count | None]
"""None where there is no data."""


def teachers(ledger: Ledger, period: Period, school: str, day: date) -> Count:
    """2-2 一: distinct participating teachers of the year's semesters; 2."""
    rows = taking_part(ledger, school, day, SEMESTERS_OF[period.id])
    return Count(len(teachers_of(ledger, rows)), required=2)


def classes(ledger: Ledger, period: Period, school: str, day: date) -> Count:
    """2-2 一: participating classes, of the year's semester that has most; 2."""
    found: dict[str, set[Class]] = defaultdict(set)
    for row in taking_part(ledger, school, day, SEMESTERS_OF[period.id]):
        found[row.semester].add(row.class_)
    return Count(max(map(len, found.values()), default=0), required=2)


def lessons(ledger: Ledger, period: Period, school: str, day: date) -> Count | None:
    """2-2 一: participating classes whose lessons in the semester add up to 10; all of them."""
    base = {row.class_ for row in taking_part(ledger, school, day, [period.id])}
    taught: dict[Class, int] = defaultdict(int)
    in_time = period.until(day)
    for row in ledger.class_lessons:
        if row.school == school and in_time(row.held_on):
            taught[row.class_] += row.lessons
    return _of_base({class_ for class_ in base if taught[class_] >= 10}, base)


def lesson_plans(ledger: Ledger, period: Period, school: str, day: date) -> Count:
    """2-2 一: plans of at least 2 lessons handed in; 4."""
    in_time = period.until(day)
    return Count(
        sum(row.school == school and row.lessons >= 2 and in_time(row.handed_in) for row in ledger.plans),
        required=4,
    )


def plan_per_class(ledger: Ledger, period: Period, school: str, day: date) -> Count | None:
    """2-2 一: pairs of teacher and class with a plan of at least 2 lessons for the semester; all of them."""
    rows = taking_part(ledger, school, day, [period.id])
    base = {(ledger.teacher(school, row.staff_id, row.name), row.class_) for row in rows}
    planned = {
        (ledger.teacher(school, row.staff_id, row.name), row.class_)
        for row in ledger.plans
        if row.school == school and row.lessons >= 2 and row.handed_in <= day
        if plan_semester(row) == period.id
    }
    return _of_base(base & planned, base)


def a1a2(ledger: Ledger, period: Period, school: str, day: date) -> Count | None:
    """2-2 二: formal and substitute teachers on E with certified A1 and A2, any date up to D; all of them."""
    on_e = min(day, period.last)
    if not staff_of(ledger, school, on_e):
        return None
    base = regular_teachers(ledger, school, on_e)
    have = sum(has_certificates(ledger, person, day, "A1", "A2") for person in base)
    return Count(have, len(base), len(base))


def b1(ledger: Ledger, period: Period, school: str, day: date) -> Count | None:
    """2-2 三(一): participating teachers with a certified B1, any date up to D; all of them."""
    base = teachers_of(ledger, taking_part(ledger, school, day))
    return _of_base({person for person in base if has_certificates(ledger, person, day, "B1")}, base)


def training_5g(ledger: Ledger, period: Period, school: str, day: date) -> Count | None:
    """2-2 三(二): participating teachers whose 5G hours up to D, any date, reach 1; all of them."""
    base = teachers_of(ledger, taking_part(ledger, school, day))
    return _of_base({person for person in base if has_5g_hour(ledger, person, day)}, base)


def observe_other(ledger: Ledger, period: Period, school: str, day: date) -> Count:
    """2-2 四: events hosted by another school that somebody of the school attended; 1."""
    in_time = period.until(day)
    events = {
        event_of(row)
        for row in ledger.observations
        if row.school == school and in_time(row.held_on)
        if not (row.host.ours and row.host.name == school)
    }
    return Count(len(events), required=1)


def public_lesson(ledger: Ledger, period: Period, school: str, day: date) -> Count:
    """2-2 五: own public lessons, digital or not; 1 in a semester, 2 in a year."""
    in_time = period.until(day)
    held = sum(row.school == school and in_time(row.taught_on) for row in ledger.lessons)
    return Count(held, required=2 if period.id in YEARS else 1)


def promotion(ledger: Ledger, period: Period, school: str, day: date) -> Count:
    """2-2 六: distinct dates and activities; 1."""
    in_time = period.until(day)
    held = {
        (row.held_on, row.activity)
        for row in ledger.promotions
        if row.school == school and in_time(row.held_on)
    }
    return Count(len(held), required=1)


def coaching(ledger: Ledger, period: Period, school: str, day: date) -> Count:
    """2-2 七: visits; 1."""
    in_time = period.until(day)
    return Count(sum(row.school == school and in_time(row.visited_on) for row in ledger.visits), required=1)


def effect(ledger: Ledger, period: Period, school: str, day: date) -> Count:
    """2-1: assessments by one of the methods 1 to 4; 1."""
    return Count(_assessments(ledger, period, school, day, METHODS), required=1)


def effect_remedial(ledger: Ledger, period: Period, school: str, day: date) -> Count:
    """2-1: assessments by 長期學習扶助教學成效; 1."""
    return Count(_assessments(ledger, period, school, day, (REMEDIAL,)), required=1)


def _assessments(ledger: Ledger, period: Period, school: str, day: date, methods: tuple[str, ...]) -> int:
    in_time = period.until(day)
    return sum(
        row.school == school and row.method in methods and in_time(row.completed_on) for row in ledger.effects
    )


def srl_rounds(ledger: Ledger, period: Period, school: str, day: date) -> Count:
    """2-1: distinct rounds of 自主學習量表; 2."""
    return Count(len(_rounds(ledger, period, school, day, SRL)), required=2)


def pbl_rounds(ledger: Ledger, period: Period, school: str, day: date) -> Count | None:
    """2-1: likewise of the other scale; 1, where the school does PBL: 否 is exempt, blank no data."""
    if ledger.pbl[school] is None:
        return None
    held = _rounds(ledger, period, school, day, PBL)
    return Count(len(held), required=1, exempt=not ledger.pbl[school])


def _rounds(ledger: Ledger, period: Period, school: str, day: date, scale: str) -> set[int | date]:
    """A row's 次別, else its day."""
    in_time = period.until(day)
    return {
        row.round or row.held_on
        for row in ledger.rounds
        if row.school == school and row.scale == scale and in_time(row.held_on)
    }


def observation_record(ledger: Ledger, period: Period, school: str, day: date) -> Count:
    """2-1: records; 1."""
    in_time = period.until(day)
    return Count(sum(row.school == school and in_time(row.held_on) for row in ledger.records), required=1)


def _of_base(having: set[Any], base: set[Any]) -> Count | None:
    """All of a base of those who take part; nobody is no data."""
    return Count(len(having), len(base), len(base)) if base else None


# --- the targets that schools set for themselves


def targets(ledger: Ledger, period: Period, school: str, day: date) -> Count | None:
    """2-2 table: items whose reached value is at least the target; all those with one above 0 for the year."""
    rows = [row for row in ledger.targets if row.school == school]
    if not rows:
        return None
    on_day = min(day, period.last)
    reached = 0
    base = [row for row in rows if row.item in REACHED and _own_target(row, period) > 0]
    for row in base:
        tables, value = REACHED[row.item]
        if not all(ledger.supplied[table] for table in tables):
            return None
        reached += value(ledger, school, on_day) >= _target(row, period)
    return Count(reached, len(base), len(base))


def _own_target(row: TargetRow, period: Period) -> int:
    return (row.target_112 if period.id == "112" else row.target_113) or 0


def _target(row: TargetRow, period: Period) -> int:
    """Cumulative: that of 113 is both years' added."""
    return (row.target_112 or 0) + (0 if period.id == "112" else row.target_113 or 0)


def _since_2023(rows: Iterable[date], day: date) -> int:
    return sum(TERM[0] <= one <= day for one in rows)


def reached_a1a2(ledger: Ledger, school: str, day: date) -> int:
    """Formal and substitute teachers on that day who have both, earned in any year."""
    people = regular_teachers(ledger, school, day)
    return sum(has_certificates(ledger, person, day, "A1", "A2") for person in people)


def reached_b1(ledger: Ledger, school: str, day: date) -> int:
    """Participating teachers so far who have it, in any year."""
    people = teachers_of(ledger, taking_part(ledger, school, day))
    return sum(has_certificates(ledger, person, day, "B1") for person in people)


def reached_training_5g(ledger: Ledger, school: str, day: date) -> int:
    """Participating teachers so far who have the hour, in any year."""
    people = teachers_of(ledger, taking_part(ledger, school, day))
    return sum(has_5g_hour(ledger, person, day) for person in people)


def reached_students(ledger: Ledger, school: str, day: date) -> int:
    """Pupils of the participating classes of the semester that has most so far."""
    pupils: dict[str, dict[Class, int]] = defaultdict(dict)
    for row in taking_part(ledger, school, day):
        known = pupils[row.semester].get(row.class_, 0)
        pupils[row.semester][row.class_] = max(known, row.students or 0)
    return max((sum(of_class.values()) for of_class in pupils.values()), default=0)


def reached_lessons(ledger: Ledger, school: str, day: date) -> int:
    """Lessons of all rows, whatever class."""
    rows = [row for row in ledger.class_lessons if row.school == school]
    return sum(row.lessons for row in rows if TERM[0] <= row.held_on <= day)


def reached_public_lessons(ledger: Ledger, school: str, day: date) -> int:
    return _since_2023((row.taught_on for row in ledger.lessons if row.school == school), day)


def reached_lesson_plans(ledger: Ledger, school: str, day: date) -> int:
    """Plans of at least 2 lessons."""
    rows = (row for row in ledger.plans if row.school == school and row.lessons >= 2)
    return _since_2023((row.handed_in for row in rows), day)


def reached_coaching(ledger: Ledger, school: str, day: date) -> int:
    return _since_2023((row.visited_on for row in ledger.visits if row.school == school), day)


REACHED: dict[str, tuple[tuple[str, ...], Callable[[Ledger, str, date], int]]] = {
    "a1a2": (("training", "staff"), reached_a1a2),
    "b1": (("training", "participants"), reached_b1),
    "training_5g": (("training", "participants"), reached_training_5g),
    "students": (("participants",), reached_students),
    "lessons": (("class_lessons",), reached_lessons),
    "public_lessons": (("public_lessons",), reached_public_lessons),
    "lesson_plans": (("lesson_plans",), reached_lesson_plans),
    "coaching": (("coaching",), reached_coaching),
}
"""Per item of the table the tables that it needs and its reached value on a day."""


# --- money


def grant_ceiling(ledger: Ledger, period: Period, school: str, day: date) -> Count | None:
    """柒二(一): approved money of both years without 自籌款; at most 700,000."""
    rows = [row for row in ledger.budget if row.school == school]
    return Count(_approved(rows), required=700_000) if rows else None


def capital_ceiling(ledger: Ledger, period: Period, school: str, day: date) -> Count | None:
    """柒二(一): approved 資本門 of the year without 自籌款; at most 100,000."""
    rows = [row for row in ledger.budget if row.school == school and row.year == period.id]
    return Count(_approved(row for row in rows if row.kind == CAPITAL), required=100_000) if rows else None


def execution(ledger: Ledger, period: Period, school: str, day: date) -> Count | None:
    """柒: spent of approved, both without 自籌款; a blank is nothing spent, and all blank no data."""
    rows = [
        row
        for row in ledger.budget
        if row.school == school and row.year == period.id and row.item != OWN_MONEY
    ]
    if all(row.spent is None for row in rows):
        return None
    return Count(sum(row.spent or 0 for row in rows), _approved(rows))


def _approved(rows: Iterable[BudgetRow]) -> int:
    return sum(row.approved for row in rows if row.item != OWN_MONEY)


# --- the list of indicators


@dataclass(frozen=True)
class Kpi:
    id: str
    measure: Measure
    tables: tuple[str, ...]
    """Without one of them there is no data."""
    periods: tuple[Period, ...]
    based: bool = False
    paced: bool = True
    money: bool = False
    """Money has no day: it is never upcoming."""
    ceiling: bool = False


YEARLY, HALF_YEARLY, WHOLE = periods("years"), periods("semesters"), periods("term")

KPIS = (
    Kpi("teachers", teachers, ("participants",), YEARLY),
    Kpi("classes", classes, ("participants",), YEARLY),
    Kpi("lessons", lessons, ("class_lessons", "participants"), HALF_YEARLY, based=True, paced=False),
    Kpi("lesson_plans", lesson_plans, ("lesson_plans",), YEARLY),
    Kpi(
        "plan_per_class", plan_per_class, ("lesson_plans", "participants"), HALF_YEARLY, based=True,
        paced=False,
    ),
    Kpi("a1a2", a1a2, ("training", "staff"), periods("112"), based=True),
    Kpi("b1", b1, ("training", "participants"), WHOLE, based=True),
    Kpi("training_5g", training_5g, ("training", "participants"), WHOLE, based=True),
    Kpi("observe_other", observe_other, ("observations",), YEARLY),
    Kpi("public_lesson", public_lesson, ("public_lessons",), periods("semesters", "years")),
    Kpi("promotion", promotion, ("promotion",), YEARLY),
    Kpi("coaching", coaching, ("coaching",), HALF_YEARLY),
    Kpi("effect", effect, ("effect_assessments",), HALF_YEARLY),
    Kpi("effect_remedial", effect_remedial, ("effect_assessments",), YEARLY),
    Kpi("srl_rounds", srl_rounds, ("survey_rounds",), YEARLY),
    Kpi("pbl_rounds", pbl_rounds, ("survey_rounds",), HALF_YEARLY),
    Kpi("observation_record", observation_record, ("observation_records",), YEARLY),
    Kpi("targets", targets, ("targets",), YEARLY, based=True, paced=False),
    Kpi("grant_ceiling", grant_ceiling, ("budget",), WHOLE, money=True, ceiling=True),
    Kpi("capital_ceiling", capital_ceiling, ("budget",), YEARLY, money=True, ceiling=True),
    Kpi("execution", execution, ("budget",), YEARLY, based=True, money=True),
)  # fmt: skip


# --- a school, a group, the city


@dataclass(frozen=True)
class Figure:
    """One indicator of one school in one period on one day."""

    school: SchoolRow
    status: str
    count: Count | None = None


UPCOMING = "upcoming"


def figure(ledger: Ledger, kpi: Kpi, period: Period, school: SchoolRow, day: date) -> Figure:
    if day < period.first and not kpi.money:
        return Figure(school, UPCOMING)
    is_exempt = kpi.id == "pbl_rounds" and ledger.pbl[school.school] is False
    if not is_exempt and not all(ledger.supplied[table] for table in kpi.tables):
        return Figure(school, NO_DATA)
    count = kpi.measure(ledger, period, school.school, day)
    if count is None:
        return Figure(school, NO_DATA)
    return Figure(school, _status(kpi, period, count, day), count)


def _status(kpi: Kpi, period: Period, count: Count, day: date) -> str:
    if count.required is None:
        return "info"
    if kpi.ceiling:
        return "met" if count.counted <= count.required else "overdue"
    if count.exempt or count.base == 0:
        return "exempt"
    expected = paced(count.required, period.first, period.last, day) if kpi.paced else 0
    return status_of(count.counted, count.required, expected, day > period.last)


def results(ledger: Ledger, day: date) -> list[ResultRow]:
    """All rows of `kpi results` in their order."""
    rows: list[ResultRow] = []
    for kpi in KPIS:
        for period in kpi.periods:
            rows += _period_rows(ledger, kpi, period, day)
    return rows


def _period_rows(ledger: Ledger, kpi: Kpi, period: Period, day: date) -> list[ResultRow]:
    """Schools by group, groups, the city; groups and schools as 學校名冊 has them."""
    figures = [figure(ledger, kpi, period, school, day) for school in ledger.schools]
    by_group: dict[str, list[Figure]] = defaultdict(list)
    for one in figures:
        by_group[one.school.district].append(one)
    rows = [_school_row(kpi, period, one, day) for group in by_group.values() for one in group]
    rows += [_total_row(ledger, kpi, period, "group", name, group, day) for name, group in by_group.items()]
    return [*rows, _total_row(ledger, kpi, period, "city", "", figures, day)]


def _school_row(kpi: Kpi, period: Period, one: Figure, day: date) -> ResultRow:
    return _row(
        kpi, period, day, level="school", group=one.school.district, school=one.school.written.strip(),
        status=one.status, **_amounts(one.count),
    )  # fmt: skip


def _total_row(
    ledger: Ledger, kpi: Kpi, period: Period, level: str, group: str, figures: list[Figure], day: date
) -> ResultRow:
    statuses = [one.status for one in figures]
    return _row(
        kpi, period, day, level=level, group=group,
        status=_total_status(ledger, kpi, period, statuses, day),
        **_amounts(_sum(kpi, figures)),
        **school_counts(statuses),
    )  # fmt: skip


def _sum(kpi: Kpi, figures: list[Figure]) -> Count | None:
    """Sums over the judged schools, where the indicator has a base or a ceiling; of shown ones over all."""
    if not (kpi.based or kpi.ceiling):
        return None
    counts = [one.count for one in figures if one.count and one.status in (*JUDGED, "info")]
    if not counts:
        return None
    bases = [count.base for count in counts if count.base is not None]
    required = [count.required for count in counts if count.required is not None]
    return Count(
        sum(count.counted for count in counts),
        sum(bases) if bases else None,
        sum(required) if required else None,
    )


def _total_status(ledger: Ledger, kpi: Kpi, period: Period, statuses: list[str], day: date) -> str:
    if UPCOMING in statuses:
        return UPCOMING
    if kpi.id == "execution":
        return "info" if ledger.supplied["budget"] else NO_DATA
    return total_status(statuses, day > period.last)


def _amounts(count: Count | None) -> dict[str, str]:
    return amounts(count.counted, count.base, count.required) if count else {}


def _row(kpi: Kpi, period: Period, day: date, **values: str) -> ResultRow:
    return result_row(PROGRAMME, kpi.id, period.id, day, period.last, **values)
