"""What must come out: the rules of keelung-111 and of the data contract, said once more in plain Python.

Nothing here is clever. Duplicates are merged in reading order, then every figure of every school, group and
the city is counted anew for every day that is asked for.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.oracle import ledger as ledgers
from tests.oracle.facts import CoachingRow, LessonRow, ObservationRow, StaffRow, TrainingRow
from tests.oracle.keelung.facts import AchievementRow, School, SchoolRow, SurveyRow, all_schools
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

PROGRAMME = "keelung-111"
IT_LEADS = ("資訊組長", "資訊負責人")


# --- what stands after duplicates are merged


class Ledger(ledgers.Ledger):
    """The facts of keelung-111 that stand."""

    def __init__(self, rendered: Rendered) -> None:
        super().__init__(rendered)
        self.staff: list[StaffRow] = self.merge("staff", staff_key, closed_stands)
        self._ids_of_name: dict[tuple[str, str], set[str]] = defaultdict(set)
        for spell in self.staff:
            self._ids_of_name[spell.school, spell.name].add(spell.staff_id)
        schools: list[SchoolRow] = self.merge("schools", lambda row: row.school)
        self.classes = {row.school: row.classes for row in schools}
        self.training: list[TrainingRow] = self.merge("training", self._training_key, best_training)
        self.lessons: list[LessonRow] = self.merge("public_lessons", self.lesson_key, digital_if_any)
        self.observations: list[ObservationRow] = self.merge("observations", self.observation_key)
        self.surveys: list[SurveyRow] = self.merge("srl_survey", _survey_key)
        self.achievements: list[AchievementRow] = self.merge("achievement", lambda row: row)
        self.visits: list[CoachingRow] = self.merge("coaching", visit_key)
        self.doubted |= strangers(rendered.rows, OPEN, self._ids_of_name)
        self.index(self.staff)
        self.training_of: dict[str, list[TrainingRow]] = defaultdict(list)
        for attended in self.training:
            self.training_of[attended.person].append(attended)

    def teacher(self, school: str, staff_id: str | None, name: str) -> Hashable:
        """By id, by the one person of that school's roster with that name, or by school and name."""
        if staff_id:
            return staff_id
        ids = self._ids_of_name[school, name]
        return next(iter(ids)) if len(ids) == 1 else (school, name)

    def _training_key(self, row: TrainingRow) -> Hashable:
        person: Hashable = row.person
        if not self.supplied["staff"]:
            person = row.staff_id or (row.school, row.name)
        return person, row.course, row.held_on, row.session


def _survey_key(row: SurveyRow) -> Hashable:
    if row.seat is None:
        return None
    return row.school, row.class_, row.seat, row.phase, semester(row.answered_at.date())


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
    expected = paced(required, kpi.pace_start, kpi.deadline, as_of)
    return status_of(counted, required, expected, as_of > kpi.deadline)


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
        **amounts(one.counted, one.base, one.required),
    )  # fmt: skip


def _total_row(kpi: Kpi, level: str, group: str, figures: list[Figure], as_of: date) -> ResultRow:
    statuses = [one.status for one in figures]
    is_over = kpi.deadline is not None and as_of > kpi.deadline
    return _row(
        kpi, as_of, level=level, group=group,
        status="info" if "info" in statuses else total_status(statuses, is_over),
        **_sums(kpi, figures),
        **school_counts(statuses),
    )  # fmt: skip


def _sums(kpi: Kpi, figures: list[Figure]) -> dict[str, str]:
    """Over the judged schools, blank where the indicator has no base; visits are simply added up."""
    judged = [one for one in figures if one.status in JUDGED]
    supplied = [one for one in figures if one.status != NO_DATA]
    if kpi.deadline is None and supplied:
        return amounts(sum(one.counted or 0 for one in supplied), None, None)
    if (kpi.members is not None or kpi.classes) and judged:
        return amounts(
            sum(one.counted or 0 for one in judged),
            sum(one.base or 0 for one in judged),
            sum(one.required or 0 for one in judged),
        )
    return amounts(None, None, None)


def _row(kpi: Kpi, as_of: date, **values: str) -> ResultRow:
    return result_row(PROGRAMME, kpi.id, "111", as_of, kpi.deadline, **values)
