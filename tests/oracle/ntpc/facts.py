"""Clean facts of the programme ntpc-5g-112, made up from a seed; statements as in `tests.oracle.keelung.facts`.

Schools are told apart by their code, since two of them share a name. Sizes are small and edges frequent: dates
crowd around the periods' ends, hours, lessons, targets and money around their thresholds.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

from tests.oracle.facts import (
    BEFORE_EVERYTHING,
    GIVEN,
    RARE,
    SURNAMES,
    CoachingRow,
    Host,
    LessonRow,
    ObservationRow,
    StaffRow,
    TrainingRow,
    is_rare,
)

TABLES = (
    "schools", "staff", "training", "public_lessons", "observations", "coaching", "participants",
    "class_lessons", "lesson_plans", "promotion", "effect_assessments", "survey_rounds",
    "observation_records", "targets", "budget",
)  # fmt: skip

YEARS = {"112": (date(2023, 1, 1), date(2023, 12, 31)), "113": (date(2024, 1, 1), date(2024, 12, 31))}
SEMESTERS = {
    "111-2": (date(2023, 2, 1), date(2023, 7, 31)),
    "112-1": (date(2023, 8, 1), date(2024, 1, 31)),
    "112-2": (date(2024, 2, 1), date(2024, 7, 31)),
    "113-1": (date(2024, 8, 1), date(2024, 12, 31)),
}
EDGES = tuple(
    sorted(
        {day for first, last in (*YEARS.values(), *SEMESTERS.values()) for day in (first, last)}
        | {first - timedelta(days=1) for first, _ in (*YEARS.values(), *SEMESTERS.values())}
        | {date(2025, 1, 1)}
    )
)

Class = tuple[int, str]


@dataclass(frozen=True)
class School:
    code: str
    name: str
    district: str

    @property
    def kind(self) -> str:
        return next(kind for kind in ("國中小", "國小", "國中", "高中") if self.name.endswith(kind))

    @property
    def plain(self) -> str:
        """A name that leaves no doubt which school is meant."""
        return self.district + self.name if self.name in NAMESAKES else self.name


NAMESAKES = ("中山國小",)
"""Names that two schools bear."""
ANCHOR = "014701"
"""深澳國小, which is always there; 深奧國小 is a near miss."""
ALWAYS = (ANCHOR, "014602", "014603", "014604", "014505")


@cache
def every_school() -> dict[str, School]:
    with (Path(__file__).parent / "schools.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: School(**row) for row in csv.DictReader(file)}


@dataclass(frozen=True)
class SchoolRow:
    school: str
    written: str
    """The cell of 學校名稱: trimmed it is what results call the school."""
    classes: int | None
    coded: bool
    """Whether the row carries code and district: only then may other tables rely on the code."""
    lost_zero: bool
    """Whether the code has lost its leading zero here already, and so must have elsewhere."""
    pbl: bool | None
    remote: bool | None
    district: str


@dataclass(frozen=True)
class ParticipantRow:
    school: str
    semester: str
    staff_id: str | None
    name: str
    class_: Class
    students: int | None
    subject: str | None


@dataclass(frozen=True)
class ClassLessonsRow:
    school: str
    held_on: date
    slot: str | None
    subject: str | None
    staff_id: str | None
    class_: Class
    lessons: int


@dataclass(frozen=True)
class PlanRow:
    school: str
    handed_in: date
    semester: str | None
    staff_id: str | None
    name: str
    class_: Class
    lessons: int
    title: str


@dataclass(frozen=True)
class PromotionRow:
    school: str
    held_on: date
    activity: str


@dataclass(frozen=True)
class EffectRow:
    school: str
    method: str
    completed_on: date
    class_: Class | None


@dataclass(frozen=True)
class SurveyRoundRow:
    school: str
    scale: str
    held_on: date
    round: int | None


@dataclass(frozen=True)
class RecordRow:
    school: str
    held_on: date
    teacher: str


@dataclass(frozen=True)
class TargetRow:
    school: str
    item: str
    """One of ITEMS, 其他, or the text of an item that fits none."""
    unit: str | None
    current: int | None
    target_112: int | None
    target_113: int | None


@dataclass(frozen=True)
class BudgetRow:
    school: str
    year: str
    kind: str
    item: str
    approved: int
    spent: int | None


Statement = (
    SchoolRow | StaffRow | TrainingRow | LessonRow | ObservationRow | CoachingRow | ParticipantRow
    | ClassLessonsRow | PlanRow | PromotionRow | EffectRow | SurveyRoundRow | RecordRow | TargetRow | BudgetRow
)  # fmt: skip


@dataclass(frozen=True)
class Teacher:
    """Somebody as one school knows them: from its roster, a guest with an id, or a guest by name alone."""

    school: str
    staff_id: str | None
    name: str
    rostered: bool


@dataclass
class Facts:
    """Everything that a seed stands for."""

    seed: int
    days: list[date]
    supply: dict[str, str]
    """Per table: full, empty (a header and no rows), missing, or unreadable (all of its files)."""
    schools: tuple[School, ...]
    statements: dict[str, list[Statement]]
    twins: list[StaffRow]
    """Pairs who share a name at one school, and take no part: only an id tells them apart."""
    guests: list[Teacher] = field(default_factory=list)
    """Those who take part with an id that the roster does not know."""
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The ways to write a school's code, where 學校名冊 gives one."""

    @property
    def staff_supplied(self) -> bool:
        return self.supply["staff"] == "full"

    def knows(self, row: TrainingRow) -> bool:
        """Whether 教職員名冊 or 參與名單 names the person; without any 教職員名冊 nobody asks."""
        rows: list[Statement] = []
        for table in ("staff", "participants"):
            rows += self.statements[table] if self.supply[table] == "full" else []
        people = [one for one in rows if isinstance(one, StaffRow | ParticipantRow)]
        if not self.staff_supplied:
            return True
        if row.staff_id:
            return any(one.staff_id == row.staff_id for one in people)
        return any((one.school, one.name) == (row.school, row.name) for one in people)


def make_facts(seed: int) -> Facts:
    """All facts of a seed; the same seed gives the same facts, but for the day that is today."""
    rng = random.Random(seed + 5112)
    days = _asked_days(seed, rng)
    schools = _chosen_schools(rng)
    zeal = _zeal(rng, schools)
    cast = _Cast(rng, days, schools)
    participants = list(_participants(rng, cast, zeal))
    cast.introduce(participants)
    statements: dict[str, list[Statement]] = {
        "schools": list(_school_rows(rng, schools)),
        "staff": list(cast.staff),
        "training": list(_trainings(rng, days, cast, zeal)),
        "public_lessons": list(_lessons(rng, days, cast, zeal)),
        "observations": list(_observations(rng, days, cast, zeal)),
        "coaching": list(_visits(rng, days, zeal)),
        "participants": list(participants),
        "class_lessons": list(_class_lessons(rng, days, cast, participants, zeal)),
        "lesson_plans": list(_plans(rng, days, cast, participants, zeal)),
        "promotion": list(_promotions(rng, days, zeal)),
        "effect_assessments": list(_effects(rng, days, zeal)),
        "survey_rounds": list(_survey_rounds(rng, days, zeal)),
        "observation_records": list(_records(rng, days, cast, zeal)),
        "budget": list(_budgets(rng, schools)),
    }
    statements["targets"] = list(_targets(rng, statements, zeal))
    guests = [one for people in cast.at.values() for one in people if cast.is_introduced_guest(one)]
    facts = Facts(seed, days, _supply(seed, rng), schools, statements, cast.twins, guests)
    for row in statements["schools"]:
        assert isinstance(row, SchoolRow)
        if row.coded:
            lost = row.school.lstrip("0")
            facts.codes[row.school] = (lost,) if row.lost_zero else (row.school, row.school, lost)
    return facts


def _asked_days(seed: int, rng: random.Random) -> list[date]:
    """Both ends of time, edges in turn so that a few seeds ask for all of them, and any days between."""
    edges = [EDGES[(seed * 4 + step) % len(EDGES)] for step in range(4)]
    between = [first + timedelta(days=rng.randrange(365)) for first, _ in YEARS.values()]
    outer = rng.choice((BEFORE_EVERYTHING, date(2022, 6, 30)))
    return sorted({outer, date(2022, 12, 30), *edges, *between, date(2025, 3, 3), date.today()})


LACKING = (
    {},
    {"participants": "empty", "promotion": "unreadable", "budget": "missing"},
    {"staff": "missing", "coaching": "empty", "survey_rounds": "unreadable"},
    {"training": "missing", "effect_assessments": "empty", "observations": "unreadable"},
    {"class_lessons": "unreadable", "public_lessons": "missing", "targets": "empty"},
    {"lesson_plans": "missing", "observation_records": "empty", "staff": "empty", "budget": "empty"},
)


def _supply(seed: int, rng: random.Random) -> dict[str, str]:
    """Seed 0 lacks no table, the next few lack all of them in turn, further ones a few at random."""
    supply = dict.fromkeys(TABLES, "full")
    if seed < len(LACKING):
        return supply | LACKING[seed]
    lacking = rng.sample(TABLES[1:], rng.choice((0, 1, 2, 3)))
    return supply | {table: rng.choice(("missing", "empty", "unreadable")) for table in lacking}


def _any_day(rng: random.Random, days: list[date]) -> date:
    """A day of the years that matter, often an edge or a day that is asked for, give or take one."""
    chance = rng.random()
    if chance < 0.3:
        return rng.choice(EDGES)
    if chance < 0.5:
        near = rng.choice([day for day in days if date(2022, 1, 1) < day < date(2025, 6, 1)])
        return near + timedelta(days=rng.choice((-1, 0, 0, 1)))
    return date(2022, 9, 1) + timedelta(days=rng.randrange(910))


def _within(rng: random.Random, period: tuple[date, date]) -> date:
    """Any day of a period, its first and its last more often."""
    first, last = period
    if rng.random() < 0.15:
        return rng.choice(period)
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def semester_of(day: date) -> str | None:
    return next((name for name, (first, last) in SEMESTERS.items() if first <= day <= last), None)


# --- schools and people

Zeal = dict[str, float]
"""Per school the share of its duties that it does, and in time."""


def _chosen_schools(rng: random.Random) -> tuple[School, ...]:
    others = [school for code, school in every_school().items() if code not in ALWAYS]
    chosen = [every_school()[code] for code in ALWAYS] + rng.sample(others, rng.randint(6, 19))
    rng.shuffle(chosen)
    return tuple(chosen)


def _zeal(rng: random.Random, schools: tuple[School, ...]) -> Zeal:
    """Schools from idle to perfect; two districts are perfect, so that a whole group can be met."""
    perfect = {rng.choice(schools).district, rng.choice(schools).district}
    return {
        school.code: 1 if school.district in perfect else rng.choice((0, 0.4, 0.7, 0.9, 0.9, 1))
        for school in schools
    }


def _school_rows(rng: random.Random, schools: tuple[School, ...]) -> Iterator[SchoolRow]:
    """Every school once, some twice: the first row stands, PBL included."""
    for school in schools:
        prefix = rng.choice(("", "", "新北市", "新北市立", f"新北市{school.district}"))
        written = rng.choice(("", "", " ")) + prefix + school.name + rng.choice(("", "", " "))
        coded = school.name in NAMESAKES or rng.random() < 0.75
        row = SchoolRow(
            school.code, written, rng.choice((None, 6, 12, 24)), coded, coded and rng.random() < 0.15,
            rng.choice((True, True, False, None)), rng.choice((True, False, None)), school.district,
        )  # fmt: skip
        yield row
        if rng.random() < 0.15:
            written = school.name if coded and school.name not in NAMESAKES else written
            yield replace(row, written=written, pbl=rng.choice((True, False, None)))


STAFFING = ({"formal": 1}, {"substitute": 2}, {"clerk": 2, "supervisor": 1}, {"hourly": 1}, {})
"""Rosters that lack teachers, or are not there at all."""


class _Cast:
    """Everybody: the roster, guests whom no roster knows, and who can be named how."""

    def __init__(self, rng: random.Random, days: list[date], schools: tuple[School, ...]) -> None:
        self.rng = rng
        self._number = rng.randrange(1000, 5000)
        self._names = [
            surname + first + second for surname in SURNAMES for first in GIVEN for second in GIVEN[::3]
        ]
        rng.shuffle(self._names)
        self._introduced: set[tuple[str, str]] = set()
        self.doubles: set[str] = set()
        self.staff: list[StaffRow] = []
        self.twins: list[StaffRow] = []
        self.guests: list[Teacher] = []
        for place, school in enumerate(schools):
            shape = STAFFING[place] if place < len(STAFFING) else self._usual_shape()
            for employment, count in shape.items():
                self.staff += [self._hire(school.code, employment) for _ in range(count)]
        self._add_careers(days, schools)
        self._add_twins(schools)
        self._restate()
        self._add_guests(schools)

    def _usual_shape(self) -> dict[str, int]:
        rng = self.rng
        return {
            "supervisor": 1, "formal": rng.randint(1, 5), "substitute": rng.randint(0, 2),
            "hourly": rng.randint(0, 1), "clerk": rng.randint(0, 1),
        }  # fmt: skip

    def new_name(self) -> str:
        name = self._names.pop()
        return name[:2] + self.rng.choice(RARE) if self.rng.random() < 0.05 else name

    def _new_id(self, prefix: str) -> str:
        self._number += self.rng.randint(1, 3)
        return f"{prefix if self._number % 2 else ''}{self._number}"

    def _hire(self, school: str, employment: str) -> StaffRow:
        start = date(1992, 1, 1) + timedelta(days=self.rng.randrange(30 * 365))
        return StaffRow(school, self._new_id("NT"), self.new_name(), employment, None, start, None)

    def _add_careers(self, days: list[date], schools: tuple[School, ...]) -> None:
        """Who left, came, moved, works at two schools, or was promoted."""
        chosen = self.rng.sample(range(len(self.staff)), min(15, len(self.staff)))
        usual = [school.code for school in schools[len(STAFFING) :]]
        for turn, index in enumerate(chosen):
            row, day = self.staff[index], _any_day(self.rng, days)
            elsewhere = self.rng.choice([code for code in usual if code != row.school])
            self.staff[index], *more = (
                [replace(row, end=day)],
                [replace(row, start=day)],
                [replace(row, end=day), replace(row, school=elsewhere, start=day)],
                [row, replace(row, school=elsewhere, start=day)],
                [
                    replace(row, employment="hourly", end=day),
                    replace(row, employment="formal", start=day),
                ],
            )[turn % 5]
            self.staff += more

    def _add_twins(self, schools: tuple[School, ...]) -> None:
        for school in self.rng.sample(schools[len(STAFFING) :], 2):
            name = self._names.pop()
            self.twins += [replace(self._hire(school.code, "formal"), name=name) for _ in range(2)]
        self.staff += self.twins

    def _restate(self) -> None:
        """The same spell twice: the row with 離職日 stands; without any, the first read does."""
        for row in self.rng.sample(self.staff, 6):
            self.staff.append(replace(row, end=None, employment=self.rng.choice((row.employment, "formal"))))

    def _add_guests(self, schools: tuple[School, ...]) -> None:
        """Two for most schools: one with an id, one by name alone; and who is at home at another school."""
        self.at: dict[str, list[Teacher]] = defaultdict(list)
        twins = {row.staff_id for row in self.twins}
        for row in self.staff:
            known = Teacher(row.school, row.staff_id, row.name, rostered=True)
            if row.staff_id not in twins and known not in self.at[row.school]:
                self.at[row.school].append(known)
        homes = [one for people in self.at.values() for one in people]
        for school in schools:
            if self.rng.random() < 0.7:
                self.at[school.code].append(Teacher(school.code, self._new_id("G"), self.new_name(), False))
            if self.rng.random() < 0.7:
                self.at[school.code].append(Teacher(school.code, None, self._names.pop(), False))
            visitor = self.rng.choice(homes)
            if self.rng.random() < 0.4 and all(one.name != visitor.name for one in self.at[school.code]):
                self.at[school.code].append(replace(visitor, school=school.code, rostered=False))
            if self.rng.random() < 0.15:
                self._add_doubles(school.code)
        self.everybody = [one for people in self.at.values() for one in people]

    def _add_doubles(self, school: str) -> None:
        """Guests of one name: two with an id of their own, and by the name alone it is neither of them."""
        name = self._names.pop()
        self.doubles.add(name)
        for staff_id in (self._new_id("D"), self._new_id("D"), None):
            self.at[school].append(Teacher(school, staff_id, name, False))

    def introduce(self, rows: list[ParticipantRow]) -> None:
        """Whom 參與名單 names with an id at a school can be called by name there."""
        self._introduced = {(row.school, row.staff_id) for row in rows if row.staff_id}

    def is_introduced_guest(self, one: Teacher) -> bool:
        rostered = any(row.staff_id == one.staff_id for row in self.staff)
        return not rostered and (one.school, one.staff_id) in self._introduced

    def reference(self, one: Teacher) -> tuple[str | None, str]:
        """(id, name), or the name alone where it leaves no doubt."""
        known = one.rostered or (one.school, one.staff_id) in self._introduced
        plain = not is_rare(one.name) and one.name not in self.doubles
        by_name = known and plain and self.rng.random() < 0.4
        return (None if by_name else one.staff_id), one.name

    def some(self, school: str, count: int) -> list[Teacher]:
        people = self.at[school]
        return self.rng.sample(people, min(count, len(people)))


# --- who takes part, and what they do


def _class_names(code: str) -> tuple[str, ...]:
    """Whether a school counts its classes or names them is the school's habit."""
    return ("忠", "孝", "仁", "愛") if int(code) % 3 == 0 else ("1", "2", "3", "11")


def _a_class(rng: random.Random, code: str) -> Class:
    grades = {"國小": range(1, 7), "國中小": range(1, 10)}.get(every_school()[code].kind, range(7, 10))
    return rng.choice(grades), rng.choice(_class_names(code))


def _participants(rng: random.Random, cast: _Cast, zeal: Zeal) -> Iterator[ParticipantRow]:
    """One to four teachers and classes a semester; some change, some pause, some schools have nobody."""
    for school, share in zeal.items():
        pupils = rng.randint(12, 28)
        introduced: set[str | None] = set()
        for semester in SEMESTERS:
            if rng.random() > (1 if share == 1 else share + 0.1):
                continue
            teachers = cast.some(school, rng.choice((2, 2, 3, 4) if share == 1 else (1, 1, 2, 3)))
            classes = {_a_class(rng, school) for _ in range(rng.choice((2, 2, 3, 4, 1)))}
            if share == 1:
                classes.add((min(classes)[0], _class_names(school)[0]))
                classes.add((min(classes)[0], _class_names(school)[1]))
            pairs = _pairs(rng, teachers, sorted(classes))
            counted: set[Class] = set()
            for teacher, class_ in pairs:
                staff_id = teacher.staff_id
                known = staff_id in introduced or teacher.rostered
                plain = not is_rare(teacher.name) and teacher.name not in cast.doubles
                if known and plain and rng.random() < 0.3:
                    staff_id = None
                introduced.add(staff_id)
                students = pupils if class_ not in counted or rng.random() < 0.7 else None
                counted.add(class_)
                row = ParticipantRow(
                    school, semester, staff_id, teacher.name, class_, students,
                    rng.choice((None, "國語", "數學")),
                )  # fmt: skip
                yield row
                if rng.random() < 0.25:
                    fewer = rng.choice((None, pupils - 3, pupils))
                    yield replace(row, students=fewer, subject=rng.choice((None, "自然")))


def _pairs(rng: random.Random, teachers: list[Teacher], classes: list[Class]) -> list[tuple[Teacher, Class]]:
    """Every class has a teacher and every teacher a class; some have two."""
    if not teachers:
        return []
    pairs = {(rng.choice(teachers), class_) for class_ in classes}
    pairs |= {(teacher, rng.choice(classes)) for teacher in teachers}
    return sorted(pairs, key=lambda pair: (pair[0].name, pair[0].staff_id or "", pair[1]))


def _class_lessons(
    rng: random.Random, days: list[date], cast: _Cast, participants: list[ParticipantRow], zeal: Zeal
) -> Iterator[ClassLessonsRow]:
    """Lessons of the participating classes around ten a semester, and of others."""
    taking_part = sorted({(row.school, row.semester, row.class_) for row in participants})
    taking_part += [
        (school, rng.choice(list(SEMESTERS)), _a_class(rng, school)) for school in list(zeal)[::3]
    ]
    for school, semester, class_ in taking_part:
        in_time = rng.random() < zeal[school]
        left = rng.choice((10, 10, 10, 11, 30)) if in_time else rng.choice((0, 3, 9, 9, 10, 12))
        teacher = rng.choice(cast.at[school] or [None])
        while left > 0:
            lessons = min(left, rng.choice((1, 2, 3, 5, 9)))
            left -= lessons
            lessons = 200 if not in_time and rng.random() < 0.01 else lessons
            near = in_time or rng.random() < 0.6
            held_on = _within(rng, SEMESTERS[semester]) if near else _any_day(rng, days)
            row = ClassLessonsRow(
                school,
                date(2022, 12, 31) if lessons == 9 and rng.random() < 0.3 else held_on,
                rng.choice((None, "第三節", "4")),
                rng.choice((None, "國語", "數學")),
                teacher.staff_id if teacher and rng.random() < 0.6 else None,
                class_,
                lessons,
            )
            yield row
            if rng.random() < 0.05:
                yield row


def _plans(
    rng: random.Random, days: list[date], cast: _Cast, participants: list[ParticipantRow], zeal: Zeal
) -> Iterator[PlanRow]:
    """A plan for most pairs: named for its semester, dated in it, or dated elsewhere."""
    for number, pair in enumerate(participants):
        if rng.random() > zeal[pair.school] + 0.05:
            continue
        in_time = rng.random() < zeal[pair.school]
        handed_in = _within(rng, SEMESTERS[pair.semester]) if in_time else _any_day(rng, days)
        semester = pair.semester if rng.random() < 0.5 else None
        if rng.random() < 0.1:
            semester = rng.choice(list(SEMESTERS))
        staff_id, name = pair.staff_id, pair.name
        row = PlanRow(
            pair.school, handed_in, semester, staff_id, name, pair.class_,
            rng.choice((2, 2, 3, 4) if in_time else (1, 1, 2, 3)), f"教案{number}",
        )  # fmt: skip
        yield row
        if rng.random() < 0.2:
            yield from _restated_plan(rng, cast, row)
        if in_time and rng.random() < 0.3:
            yield replace(row, title=f"教案{number}之二", lessons=2)
        if semester and rng.random() < 0.15:
            others = [one for one in SEMESTERS if one != semester]
            yield replace(row, semester=rng.choice(others), handed_in=_any_day(rng, days))


def _restated_plan(rng: random.Random, cast: _Cast, row: PlanRow) -> Iterator[PlanRow]:
    """The same plan again with other lessons, on another day of its semester, by the other reference."""
    semester = row.semester or semester_of(row.handed_in)
    if semester is None or row.name in cast.doubles:
        return
    known = [one for one in cast.at[row.school] if one.name == row.name]
    staff_id, name = cast.reference(known[0])
    inside = SEMESTERS[semester]
    handed_in = _within(rng, inside)
    unsaid = inside[0] <= handed_in <= inside[1] and rng.random() < 0.5
    yield replace(
        row, handed_in=handed_in, semester=None if unsaid else semester, staff_id=staff_id, name=name,
        lessons=rng.choice((1, 2, 3)),
    )  # fmt: skip


# --- training

COURSES: dict[str | None, tuple[tuple[str | None, str], ...]] = {
    "A1": (
        ("A1", "數位學習精進初階"), ("Ａ１", "平板教學入門"), (None, "數位學習工作坊(一)"),
        (None, "數位學習工作坊(A1)"), (None, "數位學習工作坊（Ａ１）新北場"), ("其他", "數位學習工作坊(A1)補課"),
        ("A1", "5G智慧教學導論"),
    ),
    "A2": (
        ("A2", "數位學習精進進階"), (None, "數位學習工作坊(二)"), (None, "數位學習工作坊（A2）線上"),
        ("不分類", "數位學習工作坊(A2)第三梯"), ("Ａ２", "差異化教學實作"),
    ),
    "B1": (
        ("B1", "自主學習帶領"), ("Ｂ１", "四學實作"), (None, "科技輔助自主學習工作坊(B1)"),
        (None, "科技輔助自主學習工作坊"), (None, "B1 研習第二梯"), ("其他", "自主學習工作坊回流"),
        ("B1", "5G教室參訪"),
    ),
    "5G": (
        ("5G", "智慧教室應用"), ("５Ｇ", "導入自主學習模式"), (None, "5G 應用之教學與導入自主學習模式之培訓"),
        (None, "５Ｇ應用培訓"), ("其他", "5G應用培訓(線上)"), ("5G", "自主學習工作坊"),
    ),
    None: (
        (None, "閱讀教育研習"), ("其他", "戶外教育研習"), ("資安", "社交工程演練"), (None, "資安小學堂"),
        ("數位素養", "網路沉迷防治"), (None, "自主學習講座"), (None, "=1+1"),
    ),
}  # fmt: skip
"""Per kind the ways to say it: a category, a pattern in the name, or a pattern beside an unknown category."""

UNKNOWN_CATEGORIES = frozenset(("其他", "不分類"))

MINUTES_5G = ((60,), (60,), (20, 20, 20), (30, 30), (6, 12, 42), (180,))
TOO_FEW_5G = ((59,), (20, 20), (30,), (6, 12, 40))


def _trainings(rng: random.Random, days: list[date], cast: _Cast, zeal: Zeal) -> Iterator[TrainingRow]:
    """Everybody's courses, the guests' too: those are known if 參與名單 names them."""
    people: dict[str, list[Teacher]] = defaultdict(list)
    for one in cast.everybody:
        people[one.staff_id or f"{one.school} {one.name}"].append(one)
    for person, places in people.items():
        if places[0].staff_id is None and places[0].name in cast.doubles:
            continue
        share = max(zeal[one.school] for one in places)
        for kind, sessions in _curriculum(rng, share):
            for number, minutes in enumerate(sessions, 1):
                row = _training(rng, days, cast, person, places, kind, minutes, number, share)
                yield row
                if rng.random() < 0.08:
                    staff_id, school, name = _training_reference(rng, cast, rng.choice(places))
                    certified = rng.choice((row.certified, None, True))
                    hours = row.hours if rng.random() < 0.7 else Fraction(minutes // 2, 60)
                    yield replace(
                        row, staff_id=staff_id, school=school, name=name, hours=hours, certified=certified
                    )
    for twin in cast.twins:
        yield TrainingRow(
            twin.staff_id, twin.staff_id, twin.school, twin.name, "數位學習精進初階", "A1", "A1",
            rng.choice(EDGES), None, Fraction(3), True,
        )  # fmt: skip


def _curriculum(rng: random.Random, share: float) -> Iterator[tuple[str | None, tuple[int, ...]]]:
    """Which courses somebody takes, and in sessions of how many minutes."""
    for kind in ("A1", "A2", "B1"):
        if rng.random() < share:
            yield kind, (rng.choice((60, 180, 360)),)
    if rng.random() < share:
        yield "5G", rng.choice(MINUTES_5G)
    elif rng.random() < 0.7:
        yield "5G", rng.choice(TOO_FEW_5G)
    if rng.random() < 0.2:
        yield None, (180,)


def _training(
    rng: random.Random,
    days: list[date],
    cast: _Cast,
    person: str,
    places: list[Teacher],
    kind: str | None,
    minutes: int,
    number: int,
    share: float,
) -> TrainingRow:
    """One attendance; the zealous go in time, the others any day and not always up to the certificate."""
    category, course = rng.choice(COURSES[kind])
    early, late = (date(2021, 3, 1), date(2023, 12, 31)), (date(2024, 12, 30), date(2025, 3, 2))
    held_on = _within(rng, early) if rng.random() < share else _any_day(rng, days)
    if rng.random() < 0.05:
        held_on = _within(rng, late)
    certified = rng.random() < 0.5 + share / 2 or rng.choice((None, False))
    staff_id, school, name = _training_reference(rng, cast, rng.choice(places))
    return TrainingRow(
        person, staff_id, school, name, course, category, kind, held_on,
        rng.choice((None, "上午場")) if number == 1 else f"第{number}場", Fraction(minutes, 60), certified,
    )  # fmt: skip


def _training_reference(
    rng: random.Random, cast: _Cast, one: Teacher
) -> tuple[str | None, str | None, str | None]:
    """(id, school, name), enough of them to leave no doubt; beside an id the school plays no part."""
    staff_id, name = cast.reference(one)
    if staff_id is None:
        return None, one.school, name
    anywhere = rng.choice(list(cast.at))
    return rng.choice(
        (
            (staff_id, None, None), (staff_id, one.school, name), (staff_id, anywhere, name),
            (staff_id, None, name[:1] + "?" + name[2:]),
        )
    )  # fmt: skip


# --- lessons, observations, visits


def _how_many(rng: random.Random, share: float) -> int:
    return rng.choice((1, 1, 2, 3)) if rng.random() < share else rng.choice((0, 0, 0, 1))


def _when(rng: random.Random, days: list[date], share: float, period: tuple[date, date]) -> date:
    return _within(rng, period) if rng.random() < max(share, 0.5) else _any_day(rng, days)


def _lessons(rng: random.Random, days: list[date], cast: _Cast, zeal: Zeal) -> Iterator[LessonRow]:
    for school, share in zeal.items():
        for period in SEMESTERS.values():
            for one in cast.some(school, _how_many(rng, share)):
                staff_id, name = cast.reference(one)
                row = LessonRow(
                    school, staff_id, name, _when(rng, days, share, period), rng.random() < 0.6,
                    rng.choice((None, "是", "否", "學生自學")), None, rng.choice((None, "國語")),
                    rng.choice((None, _a_class(rng, school))),
                )  # fmt: skip
                yield row
                if rng.random() < 0.25:
                    staff_id, name = cast.reference(one)
                    yield replace(row, digital=not row.digital, staff_id=staff_id)


ELSEWHERE = (
    Host("信義國小", "基隆市"), Host("中山國小", "基隆市"), Host("中山國小", "桃園市"), Host("板橋國小", "桃園市"),
    Host("深澳國小", "宜蘭縣"), Host("淡水國小"), Host("新北市竹圍國小"), Host("不知名國小"), Host("淡水國中"),
    Host("新北市淡水區文化國小"), Host("育林國中"), Host("三芝國中小"),
)  # fmt: skip
"""Hosts outside the roster: other counties', some with a name of ours, and other schools of the city."""


def _observations(rng: random.Random, days: list[date], cast: _Cast, zeal: Zeal) -> Iterator[ObservationRow]:
    """Events at schools of ours and elsewhere, some told apart by 活動編號 alone; visits to oneself too."""
    for school, share in zeal.items():
        for period in YEARS.values():
            for _ in range(_how_many(rng, share)):
                ours = Host(rng.choice([code for code in zeal if code != school]), ours=True)
                host = ours if rng.random() < 0.5 else rng.choice(ELSEWHERE)
                held_on, event_id = (
                    _when(rng, days, share, period),
                    rng.choice((None, f"E{rng.randrange(10**5)}")),
                )
                yield from _team(rng, cast, school, event_id, host, held_on)
                if event_id and rng.random() < 0.3:
                    yield from _team(rng, cast, school, event_id + "-2", host, held_on)
                if host.ours and rng.random() < 0.5:
                    yield from _team(rng, cast, host.name, event_id, host, held_on)


def _team(
    rng: random.Random, cast: _Cast, school: str, event_id: str | None, host: Host, held_on: date
) -> Iterator[ObservationRow]:
    for one in cast.some(school, rng.choice((1, 1, 2))):
        staff_id, name = cast.reference(one)
        row = ObservationRow(event_id, host, held_on, school, staff_id, name)
        yield row
        if rng.random() < 0.12:
            yield row


def _visits(rng: random.Random, days: list[date], zeal: Zeal) -> Iterator[CoachingRow]:
    for school, share in zeal.items():
        for period in SEMESTERS.values():
            for _ in range(_how_many(rng, share)):
                row = CoachingRow(
                    school, _when(rng, days, share, period), rng.choice((None, "陳教授", "林教授")), None
                )
                yield row
                if rng.random() < 0.2:
                    yield replace(row, topic="另記")


def _promotions(rng: random.Random, days: list[date], zeal: Zeal) -> Iterator[PromotionRow]:
    for school, share in zeal.items():
        for period in YEARS.values():
            for _ in range(_how_many(rng, share)):
                row = PromotionRow(
                    school, _when(rng, days, share, period), rng.choice(("成果發表會", "5G年會", "博覽會"))
                )
                yield row
                if rng.random() < 0.2:
                    yield replace(row, activity=rng.choice((row.activity, "分享會")))


METHODS = ("單元學習成效", "單元學後補救教學成效", "短期學習扶助教學成效", "短期學習成效")
REMEDIAL = "長期學習扶助教學成效"
YEARLY = "年度教學成效"


def _effects(rng: random.Random, days: list[date], zeal: Zeal) -> Iterator[EffectRow]:
    for school, share in zeal.items():
        for period in (*SEMESTERS.values(), *YEARS.values()):
            for _ in range(_how_many(rng, share)):
                methods = (REMEDIAL, REMEDIAL, YEARLY) if period in YEARS.values() else METHODS
                row = EffectRow(
                    school, rng.choice(methods), _when(rng, days, share, period),
                    rng.choice((None, _a_class(rng, school))),
                )  # fmt: skip
                yield row
                if rng.random() < 0.2:
                    yield rng.choice((row, replace(row, class_=_a_class(rng, school))))


SRL, PBL = "自主學習量表", "5G關鍵能力意向量表"


def _survey_rounds(rng: random.Random, days: list[date], zeal: Zeal) -> Iterator[SurveyRoundRow]:
    """Rounds by number over several days, or by day; a day of a school's scale has one or the other."""
    for school, share in zeal.items():
        for scale, periods in ((SRL, YEARS), (PBL, SEMESTERS)):
            numbered: dict[date, bool] = {}
            for period in periods.values():
                for number in range(1, 1 + _how_many(rng, share) + (scale == SRL)):
                    for _ in range(rng.choice((1, 1, 2))):
                        held_on = _when(rng, days, share, period)
                        by_number = numbered.setdefault(held_on, rng.random() < 0.6)
                        row = SurveyRoundRow(school, scale, held_on, number if by_number else None)
                        yield row
                        if rng.random() < 0.1:
                            yield row


def _records(rng: random.Random, days: list[date], cast: _Cast, zeal: Zeal) -> Iterator[RecordRow]:
    """Teachers stand here by name alone, so none whose name an encoding could lose."""
    for school, share in zeal.items():
        people = [one for one in cast.at[school] if not is_rare(one.name)]
        for period in YEARS.values():
            for one in rng.sample(people, min(len(people), _how_many(rng, share))):
                row = RecordRow(school, _when(rng, days, share, period), one.name)
                yield row
                if rng.random() < 0.2:
                    yield row


# --- targets and money

ITEMS = {
    "a1a2": ("教師培訓數", "教師培訓數(全校教師完成A1、A2)", "教師培訓數（全校教師完成A1、A2）", "教師培訓數A1A2"),
    "b1": ("教師培訓數-B1課程", "教師培訓數B1"),
    "training_5g": (
        "5G應用之教學與導入自主學習模式之培訓", "5G 應用之教學與導入自主學習模式之培訓", "5G培訓",
    ),
    "students": ("參與實施學生數", "參與學生數"),
    "lessons": ("教師數位教學與智慧學習應用課堂實施", "課堂實施節數"),
    "public_lessons": ("公開授課", "公開授課場次"),
    "lesson_plans": ("教材教案", "教材教案份數"),
    "coaching": ("教育部委託計畫團隊入校輔導", "入校輔導次數"),
}  # fmt: skip
OTHER = "其他"
STRANGE = ("學生滿意度", "家長參與場次")
UNITS = {"a1a2": "人", "b1": "人", "training_5g": "人", "students": "人", "lessons": "節"}


def _targets(rng: random.Random, statements: dict[str, list[Statement]], zeal: Zeal) -> Iterator[TargetRow]:
    """Aims about what is reached, nought and none among them; some stated twice, some schools without."""
    for school, share in zeal.items():
        if rng.random() < 0.12:
            continue
        items = [*ITEMS] if rng.random() < 0.3 else rng.sample([*ITEMS], rng.choice((0, 1, 2, 2, 3, 3)))
        nothing = rng.random() < 0.1
        for item in items:
            row = TargetRow(
                school, item, rng.choice((None, UNITS.get(item, "次"))), rng.choice((None, 0, 7)),
                *(None, 0) if nothing else _aims(rng, statements, school, item, share),
            )  # fmt: skip
            yield row
            if rng.random() < 0.15:
                yield replace(row, target_112=rng.choice((None, 0, 1, 3)), target_113=rng.choice((None, 1)))
        if rng.random() < 0.4 or not items:
            yield TargetRow(school, OTHER, None, None, 5, 5)
            if rng.random() < 0.3:
                yield TargetRow(school, OTHER, "小時", None, 6, 5)
        for strange in rng.sample(STRANGE, rng.choice((0, 0, 1, 2))):
            yield TargetRow(school, strange, "分", None, 80, 90)


def _aims(
    rng: random.Random, statements: dict[str, list[Statement]], school: str, item: str, share: float
) -> tuple[int | None, int | None]:
    """Targets of both years: what is roughly reached, give or take one, and for the zealous no more."""
    first, second = (_roughly_reached(statements, school, item, last) for _, last in YEARS.values())
    offsets = (-2, -1, 0) if share == 1 and item != "students" else (-1, 0, 0, 0, 1)
    aim = max(0, first + rng.choice(offsets))
    aims = aim, max(0, second - aim + rng.choice(offsets))
    chance = rng.random()
    if chance < 0.1:
        return None, aims[1]
    if chance < 0.2:
        return aims[0], rng.choice((None, 0))
    return (0, aims[1]) if chance < 0.25 else aims


def _roughly_reached(statements: dict[str, list[Statement]], school: str, item: str, last: date) -> int:
    def rows(table: str) -> list[Statement]:
        return [row for row in statements[table] if getattr(row, "school", None) == school]

    first = date(2023, 1, 1)
    if item == "a1a2":
        return sum(row.employment in ("formal", "substitute") for row in rows("staff"))  # type: ignore[union-attr]
    if item in ("b1", "training_5g"):
        started = [row for row in rows("participants") if SEMESTERS[row.semester][0] <= last]  # type: ignore[union-attr]
        return len({row.name for row in started})  # type: ignore[union-attr]
    if item == "students":
        started = [row for row in rows("participants") if SEMESTERS[row.semester][0] <= last]  # type: ignore[union-attr]
        sizes = [
            sum({row.class_: row.students or 0 for row in started if row.semester == one}.values())  # type: ignore[union-attr]
            for one in SEMESTERS
        ]
        return max(sizes)
    if item == "lessons":
        return sum(row.lessons for row in rows("class_lessons") if first <= row.held_on <= last)  # type: ignore[union-attr]
    if item == "public_lessons":
        return sum(first <= row.taught_on <= last for row in rows("public_lessons"))  # type: ignore[union-attr]
    if item == "lesson_plans":
        return sum(first <= row.handed_in <= last and row.lessons > 1 for row in rows("lesson_plans"))  # type: ignore[union-attr]
    return sum(first <= row.visited_on <= last for row in rows("coaching"))  # type: ignore[union-attr]


OWN_MONEY = "自籌款"
CAPITAL, CURRENT = "資本門", "經常門"


def _budgets(rng: random.Random, schools: tuple[School, ...]) -> Iterator[BudgetRow]:
    """Grants at, under and over 700,000 for both years and 100,000 of capital for one; own money beside."""
    for school in schools:
        if rng.random() < 0.1:
            continue
        total = rng.choice((700_000, 700_000, 700_001, 650_000, 400_000, 699_999, 810_500))
        years = rng.choice((("112", "113"), ("112", "113"), ("112", "113"), ("112",), ("113",)))
        shares = [total] if len(years) == 1 else [total // 2, total - total // 2]
        for year, share in zip(years, shares, strict=True):
            yield from _year_budget(rng, school.code, year, share)


def _year_budget(rng: random.Random, school: str, year: str, total: int) -> Iterator[BudgetRow]:
    style = rng.choice((*["spent"] * 8, "unspent", "own"))
    capital = rng.choice((0, 100_000, 100_000, 100_001, 99_999, 60_000))
    staff = rng.randrange(0, total - capital, 500)
    parts = [(CURRENT, "人事費", staff), (CURRENT, "業務費", total - capital - staff)]
    parts += [(CAPITAL, "設備及投資", capital)] if capital or rng.random() < 0.3 else []
    parts = [] if style == "own" else parts
    for number, (kind, item, approved) in enumerate(parts):
        row = BudgetRow(school, year, kind, item, approved, _spent(rng, style, approved, number == 0))
        yield row
        if rng.random() < 0.15:
            approved = rng.choice((approved, approved + 1, 0))
            yield replace(row, approved=approved, spent=_spent(rng, style, approved, number == 0))
    if style == "own" or rng.random() < 0.5:
        own = 50_000 if style == "spent" else None
        for kind in rng.sample((CURRENT, CAPITAL), rng.choice((1, 2))):
            yield BudgetRow(school, year, kind, OWN_MONEY, 120_000, own)


def _spent(rng: random.Random, style: str, approved: int, must: bool) -> int | None:
    if style == "unspent":
        return None
    return rng.choice((0, approved, approved // 3, approved + 10, *(() if must else (None, None))))
