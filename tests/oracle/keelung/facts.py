"""Clean facts of the programme keelung-111, made up from a seed.

A *statement* is what one row of a table says once it is understood: typed, exact, and with the person that
a reference means. The facts hold every statement that will be written down, restatements of the same fact
included; how they look in a file is the business of `render`, what follows from them that of `expected`.

Sizes are small and edges frequent: dates crowd around windows, deadlines and the days that are asked for.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
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
    "schools", "staff", "training", "public_lessons", "observations", "srl_survey", "achievement", "coaching",
)  # fmt: skip

EDGES = (
    date(2021, 12, 31), date(2022, 1, 1), date(2022, 7, 31), date(2022, 8, 1), date(2022, 9, 12),
    date(2022, 9, 13), date(2022, 11, 22), date(2022, 11, 23), date(2022, 12, 31), date(2023, 1, 1),
    date(2023, 1, 31), date(2023, 2, 1), date(2023, 7, 31), date(2023, 8, 1),
)  # fmt: skip


@dataclass(frozen=True)
class School:
    code: str
    name: str
    district: str
    group: str
    role: str
    classes: int

    @property
    def private(self) -> bool:
        return self.name.startswith("私立")

    @property
    def stem(self) -> str:
        return self.name.removeprefix("私立").removesuffix("國小").removesuffix("小學")


@cache
def all_schools() -> tuple[School, ...]:
    """The 41 schools in the letter's order; the class counts are only a first idea of their size."""
    with (Path(__file__).parent / "schools.csv").open(encoding="utf-8", newline="") as file:
        return tuple(School(**{**row, "classes": int(row["classes"])}) for row in csv.DictReader(file))


@dataclass(frozen=True)
class SchoolRow:
    school: str
    classes: int | None
    coded: bool
    """Whether the row carries code and district: only then may other tables rely on the code."""


@dataclass(frozen=True)
class SurveyRow:
    school: str
    answered_at: datetime
    class_: tuple[int, str]
    seat: int | None
    phase: str


@dataclass(frozen=True)
class AchievementRow:
    school: str
    answered_at: datetime
    class_: tuple[int, str]
    method: str
    subject: str | None
    pre_mean: str | None
    post_mean: str | None
    students: int | None


Statement = (
    SchoolRow | StaffRow | TrainingRow | LessonRow | ObservationRow | SurveyRow | AchievementRow | CoachingRow
)


@dataclass
class Facts:
    """Everything that a seed stands for."""

    seed: int
    days: list[date]
    supply: dict[str, str]
    """Per table: full, empty (a header and no rows), missing, or unreadable (all of its files)."""
    statements: dict[str, list[Statement]]
    twins: list[StaffRow]
    """Pairs who share a name at one school: only an id tells them apart."""
    coded: frozenset[str] = field(default_factory=frozenset)
    """The schools whose code 學校名冊 gives."""

    @property
    def staff_known(self) -> bool:
        return self.supply["staff"] == "full"


def make_facts(seed: int) -> Facts:
    """All facts of a seed; the same seed gives the same facts, but for the day that is today."""
    rng = random.Random(seed)
    days = _asked_days(rng)
    supply = _supply(seed, rng)
    schools = _school_rows(rng)
    people = _People(rng, days)
    ambition = _ambition(rng)
    facts = Facts(seed, days, supply, {}, people.twins)
    facts.statements = {
        "schools": schools,
        "staff": people.rows,
        "training": list(_trainings(rng, days, people, ambition, supply["staff"] == "full")),
        "public_lessons": list(_lessons(rng, days, people)),
        "observations": list(_observations(rng, days, people)),
        "srl_survey": list(_surveys(rng, days, schools)),
        "achievement": list(_achievements(rng, days, schools)),
        "coaching": list(_visits(rng, days)),
    }
    if supply["schools"] == "full":
        plain = {row.school for row in schools if not row.coded}
        facts.coded = frozenset(row.school for row in schools if row.coded) - plain
    return facts


def _asked_days(rng: random.Random) -> list[date]:
    """The days on which the results are asked for: both ends of time, edges, and any days between."""
    between = [date(2022, 1, 1) + timedelta(days=rng.randrange(600)) for _ in range(2)]
    return sorted({BEFORE_EVERYTHING, date.today(), *rng.sample(EDGES, 4), *between})


def _supply(seed: int, rng: random.Random) -> dict[str, str]:
    """Seeds 1 to 8 lack one table each in turn, every ninth seed lacks none."""
    supply = dict.fromkeys(TABLES, "full")
    lacking = seed % 9
    if lacking:
        supply[TABLES[lacking - 1]] = ("missing", "empty", "unreadable")[(seed // 9 + lacking) % 3]
        if rng.random() < 0.3:
            supply[TABLES[(lacking + 3) % 8]] = "empty"
    return supply


def _any_day(rng: random.Random, days: list[date]) -> date:
    """A day of the years that matter, often an edge or a day that is asked for, give or take one."""
    chance = rng.random()
    if chance < 0.3:
        return rng.choice(EDGES)
    if chance < 0.55:
        near = rng.choice([day for day in days if date(2021, 1, 1) < day < date(2024, 1, 1)])
        return near + timedelta(days=rng.choice((-1, 0, 0, 1)))
    return date(2021, 6, 1) + timedelta(days=rng.randrange(850))


# --- schools and people


def _school_rows(rng: random.Random) -> list[SchoolRow]:
    """Most schools once, some twice, some never, with class counts around multiples of six."""
    rows: list[SchoolRow] = []
    for school in all_schools():
        if rng.random() < 0.06:
            continue
        classes = rng.choice((school.classes, school.classes, 1, 5, 6, 7, 12, 13, 24, 24, 25, 30, 0, None))
        row = SchoolRow(school.name, classes, coded=rng.random() < 0.8)
        rows.append(row)
        if rng.random() < 0.1:
            rows.append(replace(row, classes=rng.choice((classes, 18))))
    return rows


STAFFING = (
    {"formal": 10}, {"formal": 9, "substitute": 2}, {"formal": 14, "substitute": 6, "clerk": 1},
    {"formal": 21, "hourly": 2}, {"formal": 25, "substitute": 5}, {"substitute": 5},
    {"clerk": 2, "supervisor": 1}, {}, {},
)  # fmt: skip
"""Rosters that sit on a boundary (a tenth of 10, 11, 20, 21, 30), lack teachers, or are not there at all."""

DUTIES = (None, None, "導師", "教務主任", "學務組長", "科任")
IT_DUTIES = ("資訊組長", "資訊負責人", "資訊組長")


class _People:
    """The roster while it is being made up, and who can be named how."""

    def __init__(self, rng: random.Random, days: list[date]) -> None:
        self._rng = rng
        self._days = days
        self._number = rng.randrange(1000, 5000)
        self._names = [
            surname + first + second for surname in SURNAMES for first in GIVEN for second in GIVEN[::3]
        ]
        rng.shuffle(self._names)
        self.twins: list[StaffRow] = []
        self.rows: list[StaffRow] = []
        shapes: list[dict[str, int] | None] = [*STAFFING]
        shapes += [None] * (len(all_schools()) - len(shapes))
        rng.shuffle(shapes)
        usual = [school.name for school, shape in zip(all_schools(), shapes, strict=True) if shape is None]
        for school, shape in zip(all_schools(), shapes, strict=True):
            for employment, count in (shape or self._usual_shape()).items():
                self.rows += [self._hire(school.name, employment) for _ in range(count)]
            if shape is None:
                self._appoint_it_lead(school.name)
        self._add_careers(usual)
        self._add_twins(usual)
        self._restate()
        self._index()

    def _usual_shape(self) -> dict[str, int]:
        rng = self._rng
        return {
            "supervisor": 1, "formal": rng.randint(2, 11), "substitute": rng.randint(0, 3),
            "hourly": rng.randint(0, 2), "clerk": rng.randint(0, 2),
        }  # fmt: skip

    def new_name(self) -> str:
        name = self._names.pop()
        return name[:2] + self._rng.choice(RARE) if self._rng.random() < 0.04 else name

    def _long_ago(self) -> date:
        return date(1990, 1, 1) + timedelta(days=self._rng.randrange(30 * 365))

    def _hire(self, school: str, employment: str) -> StaffRow:
        self._number += self._rng.randint(1, 3)
        staff_id = f"{'KL' if self._number % 2 else ''}{self._number}"
        duty = self._rng.choice(DUTIES) if employment in ("formal", "substitute") else None
        return StaffRow(school, staff_id, self.new_name(), employment, duty, self._long_ago(), None)

    def _appoint_it_lead(self, school: str) -> None:
        """Most schools have one IT lead, some none, some two; a substitute may be one."""
        staff = [index for index, row in enumerate(self.rows) if row.school == school]
        for index in self._rng.sample(staff, self._rng.choice((0, 1, 1, 1, 2))):
            self.rows[index] = replace(self.rows[index], duty=self._rng.choice(IT_DUTIES))

    def _add_careers(self, usual: list[str]) -> None:
        """Turns some plain spells into careers: who left, came, moved, came back, or works at two schools."""
        careers = (
            self._leaver, self._joiner, self._mover, self._returner, self._promoted, self._at_two_schools,
            self._at_two_schools_since_one_day, self._never_there, self._not_yet,
        )  # fmt: skip
        chosen = [index for index, row in enumerate(self.rows) if row.school in usual]
        self._rng.shuffle(chosen)
        for turn, index in enumerate(chosen[: len(careers) * 5]):
            row = self.rows[index]
            elsewhere = self._rng.choice([name for name in usual if name != row.school])
            self.rows[index], *more = careers[turn % len(careers)](row, elsewhere)
            self.rows += more

    def _turn(self) -> date:
        return _any_day(self._rng, self._days)

    def _leaver(self, row: StaffRow, elsewhere: str) -> list[StaffRow]:
        return [replace(row, end=self._turn())]

    def _joiner(self, row: StaffRow, elsewhere: str) -> list[StaffRow]:
        return [replace(row, start=self._turn())]

    def _mover(self, row: StaffRow, elsewhere: str) -> list[StaffRow]:
        """Leaves one school and starts at another: the same day, later, or (on paper) earlier."""
        end = self._turn()
        start = end + timedelta(days=self._rng.choice((0, 0, 1, 40, -20)))
        name = row.name if self._rng.random() < 0.7 else self.new_name()
        return [replace(row, end=end), replace(row, school=elsewhere, name=name, start=start)]

    def _returner(self, row: StaffRow, elsewhere: str) -> list[StaffRow]:
        end = self._turn()
        return [replace(row, end=end), replace(row, start=end + timedelta(days=self._rng.randint(1, 60)))]

    def _promoted(self, row: StaffRow, elsewhere: str) -> list[StaffRow]:
        day = self._turn()
        return [replace(row, employment="substitute", end=day), replace(row, employment="formal", start=day)]

    def _at_two_schools(self, row: StaffRow, elsewhere: str) -> list[StaffRow]:
        return [row, replace(row, school=elsewhere, start=self._turn(), employment="substitute")]

    def _at_two_schools_since_one_day(self, row: StaffRow, elsewhere: str) -> list[StaffRow]:
        """Only which row is read first says where this person counts."""
        return [row, replace(row, school=elsewhere)]

    def _never_there(self, row: StaffRow, elsewhere: str) -> list[StaffRow]:
        day = self._turn()
        return [replace(row, start=day, end=day)]

    def _not_yet(self, row: StaffRow, elsewhere: str) -> list[StaffRow]:
        """The outermost days that 到職日 and 離職日 may have."""
        return [replace(row, start=date(1940, 1, 1), end=date(2100, 12, 31))]

    def _add_twins(self, usual: list[str]) -> None:
        for school in self._rng.sample(usual, 3):
            name = self._names.pop()
            for employment in ("formal", self._rng.choice(("formal", "substitute"))):
                self.twins.append(replace(self._hire(school, employment), name=name))
        self.rows += self.twins

    def _restate(self) -> None:
        """The same spell twice: the row with 離職日 stands; without any, the first read does."""
        rng = self._rng
        twice = rng.sample([row for row in self.rows if row.end], 8)
        once_open = rng.sample([row for row in self.rows if not row.end], 8)
        for row in twice + once_open:
            other = rng.choice((row.employment, "substitute", "formal"))
            self.rows.append(replace(row, end=None, employment=other, duty=rng.choice((row.duty, None))))
        self.rows += rng.sample(twice, 2)

    def _index(self) -> None:
        self.spells: dict[str, list[StaffRow]] = defaultdict(list)
        self.ids_of_name: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.at_school: dict[str, list[StaffRow]] = defaultdict(list)
        for row in self.rows:
            self.spells[row.staff_id].append(row)
            self.ids_of_name[row.school, row.name].add(row.staff_id)
            self.at_school[row.school].append(row)

    def only_one_named_so(self, row: StaffRow) -> bool:
        return len(self.ids_of_name[row.school, row.name]) == 1


# --- training

KINDS = ("A1", "A2", "infosec", "digital_literacy", "it_lead")
Ambition = dict[str, dict[str, float]]
"""Per school and kind of course the share of people who take it; 1 means all, and all in time."""


def _ambition(rng: random.Random) -> Ambition:
    """Schools from idle to perfect; two groups are perfect, so that a whole group can be met."""
    perfect = {all_schools()[0].group, rng.choice(all_schools()).group}
    ambition: Ambition = {}
    for school in all_schools():
        shares = dict.fromkeys(KINDS, 1.0)
        if school.group not in perfect:
            shares = {kind: rng.choice((0, 0.5, 0.9, 1, 1)) for kind in KINDS}
            shares["digital_literacy"] = rng.choice((0, 0.05, 0.1, 0.15, 0.2, 1))
        ambition[school.name] = shares
    return ambition


COURSES: dict[str | None, tuple[tuple[str | None, str], ...]] = {
    "A1": (
        ("A1", "數位學習精進初階"), ("Ａ１", "平板教學入門"), (None, "數位學習工作坊(一)"),
        (None, "111年度數位學習工作坊（一）基隆場"), ("其他", "數位學習工作坊(一)補課"),
        (None, "數位學習工作坊(一)兼談資安"), ("A1", "數位學習工作坊(二)先修"), ("A1", "資訊安全與數位學習"),
    ),
    "A2": (
        ("A2", "數位學習精進進階"), (None, "數位學習工作坊(二)"), (None, "數位學習工作坊（二）線上"),
        ("不分類", "數位學習工作坊(二)第三梯"), ("Ａ２", "差異化教學實作"), ("A2", "數位素養與差異化教學"),
    ),
    "infosec": (
        ("資安", "社交工程演練"), (None, "資通安全通識課程"), (None, "教師資訊安全研習"),
        (None, "資安小學堂"), ("一般", "校園資安宣導"), (None, "資安與數位素養"),
        ("資安", "資訊組長增能之一"),
    ),
    "digital_literacy": (
        ("數位素養", "網路沉迷防治"), (None, "教師數位素養研習"), ("其他", "數位素養工作坊"),
        (None, "數位素養與資訊組長增能"), ("數位素養", "資安人人有責"),
    ),
    "it_lead": (
        ("資訊組長", "校園網路管理"), (None, "資訊組長增能研習"), ("一般", "111年資訊組長增能第二場"),
    ),
    None: (
        (None, "閱讀教育研習"), ("其他", "戶外教育研習"), ("資安", "資通安全專業職能訓練"),
        (None, "資安專業職能"), ("資安", "專業職能：防火牆管理"), (None, "資訊組長會議"),
        (None, '=HYPERLINK("x")'), (None, "@講座"),
    ),
}  # fmt: skip
"""Per kind the ways to say it: a category, a pattern in the name, or a pattern beside an unknown category."""

UNKNOWN_CATEGORIES = frozenset(("其他", "不分類", "一般"))

MINUTES = (
    (180,), (60, 120), (6, 12, 162), (20,) * 9, (18,) * 10, (90, 90), (100, 80), (45, 45, 45, 45), (240,), (20, 160),
)  # fmt: skip
TOO_FEW_MINUTES = ((174,), (150, 24), (20,) * 8, (60,), (100, 79), (6, 12, 156))


def _trainings(
    rng: random.Random, days: list[date], people: _People, ambition: Ambition, staff_known: bool
) -> Iterator[TrainingRow]:
    for spells in people.spells.values():
        zeal = ambition[spells[-1].school]
        leads = any(spell.duty in IT_DUTIES for spell in spells)
        for kind, sessions in _curriculum(rng, zeal, leads):
            share = zeal[kind] if kind else 0
            for number, minutes in enumerate(sessions, 1):
                row = _training(rng, days, people, spells, kind, Fraction(minutes, 60), number, share)
                yield row
                if rng.random() < 0.06:
                    yield _restated_training(rng, people, row, staff_known)
        if rng.random() < 0.02:
            yield _training(rng, days, people, spells, None, Fraction(200), 1, 0)
    yield from _by_id_only(rng, people)


def _curriculum(
    rng: random.Random, zeal: dict[str, float], leads: bool
) -> Iterator[tuple[str | None, tuple[int, ...]]]:
    """Which courses somebody takes, and in sessions of how many minutes."""
    for kind in ("A1", "A2", "digital_literacy"):
        if rng.random() < zeal[kind]:
            yield kind, (rng.choice((60, 90, 180, 360)),)
    if rng.random() < (zeal["it_lead"] if leads else 0.05):
        yield "it_lead", (360,)
    if rng.random() < zeal["infosec"]:
        yield "infosec", rng.choice(MINUTES)
    elif rng.random() < 0.5:
        yield "infosec", rng.choice(TOO_FEW_MINUTES)
    if rng.random() < 0.3:
        yield None, (rng.choice((60, 180, 480)),)


def _training(
    rng: random.Random,
    days: list[date],
    people: _People,
    spells: list[StaffRow],
    kind: str | None,
    hours: Fraction,
    number: int,
    share: float,
) -> TrainingRow:
    """One attendance; the zealous go in time, the others any day and not always up to the certificate."""
    category, course = rng.choice(COURSES[kind])
    held_on = _in_time(rng, kind) if rng.random() < share else _any_day(rng, days)
    certified = rng.random() < 0.5 + share / 2 or None
    if certified is None and rng.random() < 0.5:
        certified = False
    staff_id, school, name = _reference(rng, people, rng.choice(spells))
    return TrainingRow(
        spells[0].staff_id, staff_id, school, name, course, category, kind, held_on,
        rng.choice((None, "上午場")) if number == 1 else f"第{number}場", hours, certified,
    )  # fmt: skip


def _in_time(rng: random.Random, kind: str | None) -> date:
    if kind == "it_lead":
        return rng.choice((date(2022, 9, 13), date(2022, 10, 5), date(2022, 11, 22)))
    first = date(2020, 3, 1) if kind in ("A1", "A2") else date(2022, 1, 1)
    return first + timedelta(days=rng.randrange((date(2022, 12, 31) - first).days + 1))


def _reference(
    rng: random.Random, people: _People, spell: StaffRow
) -> tuple[str | None, str | None, str | None]:
    """How a row names somebody: (id, school, name), enough of them to leave no doubt."""
    anywhere = rng.choice(all_schools()).name
    by_id = [
        (spell.staff_id, None, None),
        (spell.staff_id, spell.school, spell.name),
        (spell.staff_id, spell.school, spell.name),
        (spell.staff_id, anywhere, spell.name),
        (spell.staff_id, anywhere, None),
        (spell.staff_id, None, rng.choice((spell.name, spell.name[:1] + "?" + spell.name[2:]))),
    ]
    if people.only_one_named_so(spell) and not is_rare(spell.name) and rng.random() < 0.4:
        return None, spell.school, spell.name
    return rng.choice(by_id)


def _restated_training(
    rng: random.Random, people: _People, row: TrainingRow, staff_known: bool
) -> TrainingRow:
    """The same attendance again, with fewer hours or no certificate, perhaps by another reference.

    Without a roster nothing tells that two references mean one person, so the reference stays.
    """
    reference = row.staff_id, row.school, row.name
    if staff_known:
        reference = _reference(rng, people, rng.choice(people.spells[row.person]))
    staff_id, school, name = reference
    hours = row.hours if rng.random() < 0.7 else Fraction(row.hours * 60 // 2, 60)
    certified = rng.choice((row.certified, None, False, True))
    return replace(row, staff_id=staff_id, school=school, name=name, hours=hours, certified=certified)


def _by_id_only(rng: random.Random, people: _People) -> Iterator[TrainingRow]:
    """Courses of those whose name alone would be ambiguous: their id settles it."""
    for twin in people.twins:
        yield TrainingRow(
            twin.staff_id, twin.staff_id, twin.school, twin.name, "資安小學堂", None, "infosec",
            rng.choice(EDGES), None, Fraction(3), None,
        )  # fmt: skip


# --- lessons and observations


def _lessons(rng: random.Random, days: list[date], people: _People) -> Iterator[LessonRow]:
    for school in all_schools():
        teachers = _some_teachers(rng, people, school.name, rng.choice((0, 1, 1, 2, 3)))
        for staff_id, name in teachers:
            taught_on = _any_day(rng, days)
            row = LessonRow(
                school.name, staff_id, name, taught_on, rng.random() < 0.7,
                rng.choice((None, "是", "否", "學生自學", "組內共學", "組間互學", "教師導學")),
                rng.choice((None, taught_on - timedelta(days=7), taught_on - timedelta(days=6))),
                rng.choice((None, "國語", "數學")), rng.choice((None, _class_of(rng, school.name))),
            )  # fmt: skip
            yield row
            if rng.random() < 0.25:
                yield replace(row, digital=not row.digital, staff_id=_other_id(people, row))
            if rng.random() < 0.2:
                yield replace(row, taught_on=_any_day(rng, days), digital=True, invited_on=None)


def _other_id(people: _People, row: LessonRow) -> str | None:
    """The same teacher said the other way, where the roster tells that it is the same."""
    ids = people.ids_of_name.get((row.school, row.teacher), set())
    if len(ids) != 1 or is_rare(row.teacher):
        return row.staff_id
    return None if row.staff_id else next(iter(ids))


def _some_teachers(
    rng: random.Random, people: _People, school: str, count: int
) -> list[tuple[str | None, str]]:
    """Different teachers of a school as (id, name): from its roster, or guests that it does not know."""
    chosen: dict[str, tuple[str | None, str]] = {}
    roster = people.at_school[school]
    for _ in range(count):
        if not roster or rng.random() < 0.2:
            name = people.new_name()
            guest_id = f"G{rng.randrange(10**6)}" if is_rare(name) or rng.random() < 0.3 else None
            chosen[name] = (guest_id, name)
            continue
        row = rng.choice(roster)
        by_name = not is_rare(row.name) and rng.random() < 0.5
        chosen[row.staff_id] = (None if by_name else row.staff_id, row.name)
    return list(chosen.values())


ELSEWHERE = (
    Host("信義國小", "新北市"), Host("中山國小", "新北市"), Host("中山國小", "桃園市"),
    Host("中山國小", "宜蘭縣"), Host("瑞芳國中", "新北市"), Host("深澳國小", "新北市"), Host("銘傳國中"),
    Host("中山國中"), Host("八斗國中小"),
)  # fmt: skip
"""Hosts outside the roster, several with the stem of a school of ours or of one another."""


def _observations(rng: random.Random, days: list[date], people: _People) -> Iterator[ObservationRow]:
    """Events with teams of several schools; some share host and day and differ in 活動編號 alone."""
    events = []
    for _ in range(45):
        ours = Host(rng.choice(all_schools()).name, ours=True)
        host = ours if rng.random() < 0.6 else rng.choice(ELSEWHERE)
        event_id = rng.choice((None, f"E{rng.randrange(10**5)}"))
        held_on = _any_day(rng, days)
        events.append((event_id, host, held_on))
        if event_id and rng.random() < 0.3:
            events.append((event_id + "-2", host, held_on))
    yield from _split_teams(rng, people)
    for event_id, host, held_on in events:
        for school in rng.sample(all_schools(), rng.randint(1, 3)):
            yield from _team(rng, people, school.name, event_id, host, held_on)
        if host.ours and rng.random() < 0.5:
            yield from _team(rng, people, host.name, event_id, host, held_on)


def _split_teams(rng: random.Random, people: _People) -> Iterator[ObservationRow]:
    """Two of a school, each at another event: two hosts of one name that day, or two events of one host."""
    day = date(2022, 10, 5)
    counties = [(None, Host("中山國小", county)) for county in ("新北市", "桃園市")]
    lessons = [(event_id, Host("暖暖國小", ours=True)) for event_id in ("A", "B")]
    for number, school in enumerate(rng.sample(all_schools(), 16)):
        teachers = _some_teachers(rng, people, school.name, 2)
        for (event_id, host), (staff_id, name) in zip(
            (counties, lessons)[number % 2], teachers, strict=False
        ):
            yield ObservationRow(event_id, host, day, school.name, staff_id, name)


def _team(
    rng: random.Random, people: _People, school: str, event_id: str | None, host: Host, held_on: date
) -> Iterator[ObservationRow]:
    for staff_id, name in _some_teachers(rng, people, school, rng.choice((1, 1, 2, 2, 3))):
        row = ObservationRow(event_id, host, held_on, school, staff_id, name)
        yield row
        if rng.random() < 0.12:
            yield row


# --- classes


def _class_of(rng: random.Random, school: str) -> tuple[int, str]:
    """A class; whether a school counts its classes or names them is the school's habit."""
    names = "忠孝仁愛信義和平" if ord(school[0]) % 2 else ("1", "2", "3", "4", "10", "12")
    return rng.randint(1, 6), rng.choice(names)


def _classes(rng: random.Random, row: SchoolRow) -> list[tuple[int, str]]:
    """About as many classes as the indicator wants: one fewer, just enough, one more, or none."""
    required = -((row.classes or 0) // -6)
    wanted = rng.choice((0, required - 1, required, required, required + 1))
    classes: dict[tuple[int, str], None] = {}
    for _ in range(200):
        if len(classes) >= wanted:
            break
        classes[_class_of(rng, row.school)] = None
    return list(classes)


def _in_first_semester(rng: random.Random, days: list[date]) -> date:
    if rng.random() < 0.6:
        return date(2022, 8, 1) + timedelta(days=rng.randrange(184))
    return _any_day(rng, days)


def _moment(rng: random.Random, day: date) -> datetime:
    """A moment of the day, noon and midnight hours included: 下午 12:05 is 12:05."""
    hour = rng.choice((0, 12, rng.randrange(24)))
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)))


def _surveys(rng: random.Random, days: list[date], schools: list[SchoolRow]) -> Iterator[SurveyRow]:
    for row in schools:
        for class_ in _classes(rng, row):
            yield from _answers(rng, days, row.school, class_, ("前測", "後測"))
        for class_ in _classes(rng, row)[:2]:
            yield from _answers(rng, days, row.school, class_, (rng.choice(("前測", "後測")),))


def _answers(
    rng: random.Random, days: list[date], school: str, class_: tuple[int, str], phases: tuple[str, ...]
) -> Iterator[SurveyRow]:
    for phase in phases:
        for _ in range(rng.choice((1, 1, 2))):
            seat = rng.choice((None, 1, rng.randint(2, 30)))
            row = SurveyRow(school, _moment(rng, _in_first_semester(rng, days)), class_, seat, phase)
            yield row
            if rng.random() < 0.15:
                yield replace(row, answered_at=_moment(rng, _in_first_semester(rng, days)))
            if rng.random() < 0.05:
                yield row


def _achievements(rng: random.Random, days: list[date], schools: list[SchoolRow]) -> Iterator[AchievementRow]:
    for row in schools:
        for class_ in _classes(rng, row):
            form = AchievementRow(
                row.school, _moment(rng, _in_first_semester(rng, days)), class_,
                rng.choice(("單元學後補救教學成效", "短期學習成效")), rng.choice((None, "國語", "數學")),
                rng.choice((None, "61.5", "70")), rng.choice((None, "72.25", "80")), rng.choice((None, 25)),
            )  # fmt: skip
            yield form
            if rng.random() < 0.15:
                yield form
            if rng.random() < 0.1:
                yield replace(form, answered_at=_moment(rng, form.answered_at.date() + timedelta(days=1)))


def _visits(rng: random.Random, days: list[date]) -> Iterator[CoachingRow]:
    for school in all_schools():
        for _ in range(rng.choice((0, 1, 2, 3))):
            adviser, topic = rng.choice((None, "陳督學", "林教授")), rng.choice((None, "平板教學"))
            row = CoachingRow(school.name, _any_day(rng, days), adviser, topic)
            yield row
            if rng.random() < 0.2:
                yield replace(row, topic="另記")
            if rng.random() < 0.1:
                yield replace(row, adviser="王校長")
