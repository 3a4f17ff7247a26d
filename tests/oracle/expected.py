"""What must come out: the rules of keelung-111 and of the data contract, said once more in plain Python.

Nothing here is clever. Duplicates are merged in reading order, then every figure of every school, group and
the city is counted anew for every day that is asked for.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from tests.oracle.facts import (
    TABLES,
    AchievementRow,
    CoachingRow,
    LessonRow,
    ObservationRow,
    School,
    SchoolRow,
    StaffRow,
    SurveyRow,
    TrainingRow,
    all_schools,
)
from tests.oracle.render import Rendered
from tests.oracle.sheets import Row

COLUMNS = (
    "programme", "kpi", "period", "level", "group", "school", "counted", "base", "required", "rate", "status",
    "schools_met", "schools_judged", "schools_no_data", "as_of", "deadline",
)  # fmt: skip
JUDGED = ("met", "overdue", "behind", "on_track")
IT_LEADS = ("資訊組長", "資訊負責人")

ANSWERS = {"training": "certified", "public_lessons": "digital"}
"""The yes or no of a fact that may be told twice: yes if any says so."""
OPEN = {"public_lessons": "teacher", "observations": "teacher"}
"""Where a teacher need not be on the roster, and the name of the field."""

Fact = TypeVar("Fact")
ResultRow = dict[str, str]


# --- what stands after duplicates are merged


@dataclass
class Tally:
    """What became of the rows of one table or file."""

    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0


class Ledger:
    """The facts that stand, and the account of every row that was read."""

    def __init__(self, rendered: Rendered) -> None:
        self.supplied = {table: rendered.facts.supply[table] == "full" for table in TABLES}
        self.tables = {table: Tally() for table in TABLES}
        self.files: dict[tuple[str, str], Tally] = defaultdict(Tally)
        self.accepted: list[Row] = []
        self.doubted: set[Flaw] = set()
        self._rendered = rendered
        self.staff: list[StaffRow] = self._merge("staff", self._staff_key, self._closed_stands)
        self._ids_of_name: dict[tuple[str, str], set[str]] = defaultdict(set)
        for spell in self.staff:
            self._ids_of_name[spell.school, spell.name].add(spell.staff_id)
        schools: list[SchoolRow] = self._merge("schools", lambda row: row.school, _first)
        self.classes = {row.school: row.classes for row in schools}
        self.training: list[TrainingRow] = self._merge("training", self._training_key, self._best_training)
        self.lessons: list[LessonRow] = self._merge("public_lessons", self._lesson_key, self._digital_if_any)
        self.observations: list[ObservationRow] = self._merge("observations", self._observation_key, _first)
        self.surveys: list[SurveyRow] = self._merge("srl_survey", self._survey_key, _first)
        self.achievements: list[AchievementRow] = self._merge("achievement", lambda row: row, _first)
        self.visits: list[CoachingRow] = self._merge("coaching", self._visit_key, _first)
        self.doubted |= strangers(rendered.rows, OPEN, self._ids_of_name)
        self.placed: dict[date, dict[str, list[StaffRow]]] = {}
        self.spells: dict[str, list[StaffRow]] = defaultdict(list)
        for spell in self.staff:
            self.spells[spell.staff_id].append(spell)
        self.training_of: dict[str, list[TrainingRow]] = defaultdict(list)
        for attended in self.training:
            self.training_of[attended.person].append(attended)

    def _merge(
        self, table: str, key: Callable[[Fact], Hashable], merged: Callable[[Fact, Fact], Fact]
    ) -> list[Fact]:
        """The table's facts in reading order, each once; a key of None is never the same as another."""
        standing: dict[Hashable, Fact] = {}
        answers: dict[Hashable, bool] = {}
        for number, row in enumerate(self._rendered.rows):
            if row.table != table:
                continue
            facts: list[Fact] = row.statements
            keys = [(number,) if key(fact) is None else key(fact) for fact in facts]
            fresh = row.reason is None and any(same not in standing for same in keys)
            for tally in (self.tables[table], self.files[table, row.file]):
                tally.read += 1
                tally.rejected += row.reason is not None
                tally.duplicate += row.reason is None and not fresh
                tally.accepted += fresh
            self.accepted += [row] if fresh else []
            for same, fact in zip(keys, facts, strict=True):
                if row.reason is None:
                    standing[same] = merged(standing[same], fact) if same in standing else fact
                    self.doubted |= contradiction(row, same, answers)
        rows = [row for row in self._rendered.rows if row.table == table and row.reason is None]
        self.doubted |= opposed(rows, key, standing)
        return list(standing.values())

    def teacher(self, school: str, staff_id: str | None, name: str) -> Hashable:
        """By id, by the one person of that school's roster with that name, or by school and name."""
        if staff_id:
            return staff_id
        ids = self._ids_of_name[school, name]
        return next(iter(ids)) if len(ids) == 1 else (school, name)

    @staticmethod
    def _staff_key(row: StaffRow) -> Hashable:
        return row.staff_id, row.school, row.start

    @staticmethod
    def _closed_stands(first: StaffRow, further: StaffRow) -> StaffRow:
        return further if further.end and not first.end else first

    def _training_key(self, row: TrainingRow) -> Hashable:
        person: Hashable = row.person
        if not self.supplied["staff"]:
            person = row.staff_id or (row.school, row.name)
        return person, row.course, row.held_on, row.session

    @staticmethod
    def _best_training(first: TrainingRow, further: TrainingRow) -> TrainingRow:
        certified = bool(first.certified or further.certified)
        return replace(first, certified=certified, hours=max(first.hours, further.hours))

    def _lesson_key(self, row: LessonRow) -> Hashable:
        return row.school, self.teacher(row.school, row.staff_id, row.teacher), row.taught_on, row.class_

    @staticmethod
    def _digital_if_any(first: LessonRow, further: LessonRow) -> LessonRow:
        return replace(first, digital=first.digital or further.digital)

    def _observation_key(self, row: ObservationRow) -> Hashable:
        return event_of(row), self.teacher(row.school, row.staff_id, row.teacher)

    @staticmethod
    def _survey_key(row: SurveyRow) -> Hashable:
        if row.seat is None:
            return None
        return row.school, row.class_, row.seat, row.phase, semester(row.answered_at.date())

    @staticmethod
    def _visit_key(row: CoachingRow) -> Hashable:
        return row.school, row.visited_on, row.adviser


def contradiction(row: Row, key: Hashable, answers: dict[Hashable, bool]) -> set[Flaw]:
    """A row whose yes or no is not that of the first row of its fact that has one."""
    answer = getattr(row.statement, ANSWERS.get(row.table, ""), None)
    if answer is None or answers.setdefault(key, answer) == answer:
        return set()
    return {Flaw(row.table, row.file, row.line, "contradiction")}


SAID_OF = {"schools": ("classes", "pbl", "remote"), "staff": ("name", "employment", "end")}


def opposed(rows: list[Row], key: Callable[[Any], Hashable], standing: Mapping[Hashable, Any]) -> set[Flaw]:
    """Rows of a roster that say of somebody, or of a school, what the row that stands does not; a blank says nothing."""
    return {
        Flaw(row.table, row.file, row.line, "contradiction")
        for row in rows
        for name in SAID_OF.get(row.table, ())
        for one, other in (
            (getattr(row.statement, name, None), getattr(standing[key(row.statement)], name, None)),
        )
        if one is not None and other is not None and one != other
    }


def strangers(
    rows: list[Row], tables: dict[str, str], known: Mapping[tuple[str, str], Collection[str]]
) -> set[Flaw]:
    """Rows about somebody whom their school's roster, which is there, does not know; `known` has the ids of each school
    and name."""
    rosters = {row.statement.school for row in rows if row.table == "staff" and row.reason is None}
    ids = set().union(*known.values())
    return {
        Flaw(row.table, row.file, row.line, "unknown_person")
        for row in rows
        for one in row.statements
        if row.table in tables and row.reason is None and one.school in rosters
        for staff_id in (getattr(one, "staff_id", None),)
        if not (staff_id in ids if staff_id else known.get((one.school, getattr(one, tables[row.table]))))
    }


def _first(first: Fact, further: Fact) -> Fact:
    return first


def event_of(row: ObservationRow) -> Hashable:
    return row.host, row.held_on, row.event_id


def semester(day: date) -> tuple[int, int]:
    """School year and half: August to January, February to July."""
    if day.month >= 8:
        return day.year, 1
    return (day.year - 1, 1) if day.month == 1 else (day.year - 1, 2)


# --- the indicators


@dataclass(frozen=True)
class Kpi:
    id: str
    table: str
    opens: date | None
    """Start of the window; None: whatever was done before counts too."""
    closes: date | None
    """End of the window; None: what is done later counts too."""
    pace_start: date
    deadline: date | None
    counted: Callable[[Ledger, Kpi, str, date], int]
    members: Callable[[StaffRow], bool] | None = None
    """For a base from the roster: who of the staff belongs to it."""
    classes: bool = False
    share: Fraction | None = Fraction(1)
    """Required share of the base; None where nothing is required."""
    number: int | None = None
    """Required number where there is no base."""

    def in_window(self, day: date, as_of: date) -> bool:
        return (self.opens or day) <= day <= min(self.closes or as_of, as_of)

    def base_day(self, as_of: date) -> date:
        return min(as_of, self.deadline) if self.deadline else as_of


def placement(spells: Iterable[StaffRow], day: date) -> StaffRow | None:
    """The one roster row at which a person counts on a day, if any."""
    current = [spell for spell in spells if spell.start <= day and (spell.end is None or day < spell.end)]
    still_open = [spell for spell in current if spell.end is None]
    latest: StaffRow | None = None
    for spell in still_open or current:
        if latest is None or spell.start > latest.start:
            latest = spell
    return latest


def staff_of(ledger: Ledger, school: str, day: date) -> list[StaffRow]:
    """Everybody who counts at a school on a day; a day's placements are worked out once."""
    if day not in ledger.placed:
        ledger.placed[day] = defaultdict(list)
        for spells in ledger.spells.values():
            if spell := placement(spells, day):
                ledger.placed[day][spell.school].append(spell)
    return ledger.placed[day][school]


def _trained_members(
    attained: Callable[[Ledger, Kpi, str, date], bool],
) -> Callable[[Ledger, Kpi, str, date], int]:
    def counted(ledger: Ledger, kpi: Kpi, school: str, as_of: date) -> int:
        assert kpi.members
        staff = filter(kpi.members, staff_of(ledger, school, kpi.base_day(as_of)))
        return sum(attained(ledger, kpi, spell.staff_id, as_of) for spell in staff)

    return counted


def _attended(ledger: Ledger, kpi: Kpi, person: str, as_of: date, kind: str) -> list[TrainingRow]:
    rows = ledger.training_of[person]
    return [row for row in rows if row.kind == kind and kpi.in_window(row.held_on, as_of)]


def _has_both_certificates(ledger: Ledger, kpi: Kpi, person: str, as_of: date) -> bool:
    return all(
        any(row.certified for row in _attended(ledger, kpi, person, as_of, kind)) for kind in ("A1", "A2")
    )


def _has_three_hours(ledger: Ledger, kpi: Kpi, person: str, as_of: date) -> bool:
    return sum(row.hours for row in _attended(ledger, kpi, person, as_of, "infosec")) >= 3


def _has_literacy(ledger: Ledger, kpi: Kpi, person: str, as_of: date) -> bool:
    return bool(_attended(ledger, kpi, person, as_of, "digital_literacy"))


def _has_it_lead_course(ledger: Ledger, kpi: Kpi, person: str, as_of: date) -> bool:
    return bool(_attended(ledger, kpi, person, as_of, "it_lead"))


def _lesson_givers(ledger: Ledger, kpi: Kpi, school: str, as_of: date) -> int:
    return len(
        {
            ledger.teacher(school, row.staff_id, row.teacher)
            for row in ledger.lessons
            if row.school == school and row.digital and kpi.in_window(row.taught_on, as_of)
        }
    )


def _largest_team(ledger: Ledger, kpi: Kpi, school: str, as_of: date) -> int:
    teams: dict[Hashable, set[Hashable]] = defaultdict(set)
    for row in ledger.observations:
        own = row.host.ours and row.host.name == school
        if row.school == school and not own and kpi.in_window(row.held_on, as_of):
            teams[event_of(row)].add(ledger.teacher(school, row.staff_id, row.teacher))
    return max(map(len, teams.values()), default=0)


def _surveyed_classes(ledger: Ledger, kpi: Kpi, school: str, as_of: date) -> int:
    phases: dict[Hashable, set[str]] = defaultdict(set)
    for row in ledger.surveys:
        if row.school == school and kpi.in_window(row.answered_at.date(), as_of):
            phases[row.class_].add(row.phase)
    return sum(found == {"前測", "後測"} for found in phases.values())


def _observed_classes(ledger: Ledger, kpi: Kpi, school: str, as_of: date) -> int:
    return len(
        {
            row.class_
            for row in ledger.achievements
            if row.school == school and kpi.in_window(row.answered_at.date(), as_of)
        }
    )


def _visits(ledger: Ledger, kpi: Kpi, school: str, as_of: date) -> int:
    return sum(row.school == school and kpi.in_window(row.visited_on, as_of) for row in ledger.visits)


# --- what a unit has and lacks


def parts(ledger: Ledger, kpi: Kpi, school: str, unit: str, as_of: date) -> tuple[str, str]:
    """What `kpi units` says of a unit that a school has, both blank where it has no parts."""
    if not ledger.supplied[kpi.table]:
        return "", ""
    if kpi.id == "infosec":
        hours = sum((row.hours for row in _attended(ledger, kpi, unit, as_of, "infosec")), Fraction())
        down, up = math.floor(hours * 100), math.ceil((3 - hours) * 100)
        return f"{down / 100:g} 小時" * (down > 0), f"還差 {up / 100:g} 小時" * (up > 0)
    days: dict[str, list[date]] = {}
    if kpi.id == "a1a2":
        for kind in ("A1", "A2"):
            attended = _attended(ledger, kpi, unit, as_of, kind)
            days[kind] = [row.held_on for row in attended if row.certified]
    if kpi.id == "srl_survey":
        for phase in ("前測", "後測"):
            days[phase] = [
                row.answered_at.date()
                for row in ledger.surveys
                if (row.school, row.phase, "{}-{}".format(*row.class_)) == (school, phase, unit)
                and kpi.in_window(row.answered_at.date(), as_of)
            ]
    has = [f"{name} {_roc(min(found))}" for name, found in days.items() if found]
    return "、".join(has), "、".join(name for name, found in days.items() if not found)


def _roc(day: date) -> str:
    return f"{day.year - 1911}/{day:%m/%d}"


YEAR_START, YEAR_END = date(2022, 1, 1), date(2022, 12, 31)
TERM_START, TERM_END = date(2022, 8, 1), date(2023, 1, 31)
IT_START, IT_END = date(2022, 9, 13), date(2022, 11, 22)
LESSONS_END = date(2023, 7, 31)

KPIS = (
    Kpi(
        "a1a2", "training", None, None, YEAR_START, YEAR_END, _trained_members(_has_both_certificates),
        members=lambda spell: spell.employment == "formal",
    ),
    Kpi(
        "infosec", "training", YEAR_START, YEAR_END, YEAR_START, YEAR_END, _trained_members(_has_three_hours),
        members=lambda spell: True,
    ),
    Kpi(
        "digital_literacy", "training", YEAR_START, YEAR_END, YEAR_START, YEAR_END,
        _trained_members(_has_literacy), share=Fraction(1, 10),
        members=lambda spell: spell.employment in ("formal", "substitute"),
    ),
    Kpi(
        "it_lead", "training", IT_START, IT_END, IT_START, IT_END, _trained_members(_has_it_lead_course),
        members=lambda spell: spell.duty in IT_LEADS,
    ),
    Kpi(
        "public_lesson", "public_lessons", TERM_START, LESSONS_END, TERM_START, LESSONS_END, _lesson_givers,
        number=1,
    ),
    Kpi(
        "cross_observation", "observations", YEAR_START, YEAR_END, YEAR_START, YEAR_END, _largest_team,
        number=2,
    ),
    Kpi(
        "srl_survey", "srl_survey", TERM_START, TERM_END, TERM_START, TERM_END, _surveyed_classes,
        classes=True, share=Fraction(1, 6),
    ),
    Kpi(
        "achievement", "achievement", TERM_START, TERM_END, TERM_START, TERM_END, _observed_classes,
        classes=True, share=Fraction(1, 6),
    ),
    Kpi("coaching", "coaching", YEAR_START, YEAR_END, YEAR_START, None, _visits, share=None),
)  # fmt: skip


# --- a school, a group, the city


@dataclass(frozen=True)
class Figure:
    """One indicator of one school on one day."""

    school: School
    status: str
    counted: int | None = None
    base: int | None = None
    required: int | None = None


NO_DATA = "no_data"


def figure(ledger: Ledger, kpi: Kpi, school: School, as_of: date) -> Figure:
    missing = Figure(school, NO_DATA)
    if not ledger.supplied[kpi.table]:
        return missing
    base: int | None = None
    if kpi.members:
        staff = staff_of(ledger, school.name, kpi.base_day(as_of))
        base = sum(map(kpi.members, staff))
        if not staff or (kpi.id == "it_lead" and base == 0):
            return missing
    if kpi.classes:
        base = ledger.classes.get(school.name)
        if base is None:
            return missing
    required = kpi.number
    if base is not None and kpi.share is not None:
        required = -(-base * kpi.share.numerator // kpi.share.denominator)
    counted = kpi.counted(ledger, kpi, school.name, as_of)
    return Figure(school, _status(kpi, counted, base, required, as_of), counted, base, required)


def _status(kpi: Kpi, counted: int, base: int | None, required: int | None, as_of: date) -> str:
    if required is None or kpi.deadline is None:
        return "info"
    if base == 0:
        return "exempt"
    if counted >= required:
        return "met"
    if as_of > kpi.deadline:
        return "overdue"
    elapsed = max((as_of - kpi.pace_start).days, 0)
    total = (kpi.deadline - kpi.pace_start).days
    return "behind" if counted < required * elapsed // total else "on_track"


def results(ledger: Ledger, as_of: date) -> list[ResultRow]:
    """All rows of `kpi results` in their order."""
    rows: list[ResultRow] = []
    groups = list(dict.fromkeys(school.group for school in all_schools()))
    for kpi in KPIS:
        figures = [figure(ledger, kpi, school, as_of) for school in all_schools()]
        by_group = {group: [one for one in figures if one.school.group == group] for group in groups}
        for group in groups:
            ordered = sorted(by_group[group], key=lambda one: one.school.role != "lead")
            rows += [_school_row(kpi, one, as_of) for one in ordered]
        rows += [_total_row(kpi, "group", group, by_group[group], as_of) for group in groups]
        rows.append(_total_row(kpi, "city", "", figures, as_of))
    return rows


def _school_row(kpi: Kpi, one: Figure, as_of: date) -> ResultRow:
    return _row(
        kpi, as_of, level="school", group=one.school.group, school=one.school.name, status=one.status,
        **_amounts(one.counted, one.base, one.required),
    )  # fmt: skip


def _total_row(kpi: Kpi, level: str, group: str, figures: list[Figure], as_of: date) -> ResultRow:
    """Sums over the judged schools, blank where the indicator has no base; visits are simply added up."""
    judged = [one for one in figures if one.status in JUDGED]
    supplied = [one for one in figures if one.status != NO_DATA]
    has_base = kpi.members is not None or kpi.classes
    amounts = _amounts(None, None, None)
    if kpi.deadline is None and supplied:
        amounts = _amounts(sum(one.counted or 0 for one in supplied), None, None)
    elif has_base and judged:
        amounts = _amounts(
            sum(one.counted or 0 for one in judged),
            sum(one.base or 0 for one in judged),
            sum(one.required or 0 for one in judged),
        )
    counts = {
        "schools_met": str(sum(one.status == "met" for one in figures)),
        "schools_judged": str(len(judged)),
        "schools_no_data": str(sum(one.status == NO_DATA for one in figures)),
    }
    status = _total_status(kpi, figures, as_of)
    return _row(kpi, as_of, level=level, group=group, school="", status=status, **amounts, **counts)


def _total_status(kpi: Kpi, figures: list[Figure], as_of: date) -> str:
    statuses = [one.status for one in figures]
    judged = {status for status in statuses if status in JUDGED}
    if "info" in statuses:
        return "info"
    if not judged:
        return NO_DATA if NO_DATA in statuses else "exempt"
    if judged == {"met"}:
        if NO_DATA not in statuses:
            return "met"
        return "overdue" if kpi.deadline and as_of > kpi.deadline else "on_track"
    return next(status for status in ("overdue", "behind", "on_track") if status in judged)


def _amounts(counted: int | None, base: int | None, required: int | None) -> dict[str, str]:
    return {
        "counted": _text(counted),
        "base": _text(base),
        "required": _text(required),
        "rate": rate(counted, base) if counted is not None and base else "",
    }


def rate(counted: int, base: int) -> str:
    """Six decimals, half up, in whole numbers so that nothing is rounded twice."""
    millionths = (2 * counted * 10**6 + base) // (2 * base)
    return f"{millionths // 10**6}.{millionths % 10**6:06}"


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


def _row(kpi: Kpi, as_of: date, **values: str) -> ResultRow:
    row = dict.fromkeys(COLUMNS, "")
    row |= {"programme": "keelung-111", "kpi": kpi.id, "period": "111", "as_of": as_of.isoformat(), **values}
    row["deadline"] = kpi.deadline.isoformat() if kpi.deadline else ""
    return row


# --- rejected rows and warnings


@dataclass(frozen=True)
class Flaw:
    """A rejected row, or a warning."""

    table: str
    file: str
    line: int
    reason: str


def rejected(rendered: Rendered) -> list[Flaw]:
    rows = rendered.rows
    return [Flaw(row.table, row.file, row.line, row.reason) for row in rows if row.reason]


def warnings(rendered: Rendered) -> set[Flaw]:
    """Those about a single cell that must be there; characters that were lost are warned of by file, not here."""
    return {Flaw(row.table, row.file, row.line, one) for row in rendered.rows for one in row.warnings}


def files_with_lost_characters(rows: Iterable[Row]) -> set[str]:
    return {row.file for row in rows if row.lossy}


def tolerated(rendered: Rendered) -> set[Flaw]:
    """Warnings that the contract leaves open."""
    return {Flaw(row.table, row.file, row.line, one) for row in rendered.rows for one in row.tolerated}
