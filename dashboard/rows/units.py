"""Rows of what is behind a figure: units, their evidence, and a school's money, targets, lessons and visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from dashboard.rows.base import Part, Row


@dataclass(frozen=True)
class Unit(Row):
    """A unit: who or what an indicator counts of a school.

    unit_key: the same in every query of a snapshot. since: from when a person belongs to the base. attained_on: from when it
    counts; None where it does not, or always did. base: of the indicator, see `Kpi`. done: whether it counts on the day.
    """

    QUERY = "units"

    kpi: str
    unit_id: str | None
    unit_label: str
    unit_key: int
    since: date | None
    attained_on: date | None
    amount: int
    parts: list[Part] | None
    base: str | None
    done: bool


@dataclass(frozen=True)
class MissingUnit(Row):
    """A unit that does not count yet."""

    QUERY = "missing_units"

    school_id: int
    kpi: str
    unit_label: str
    parts: list[Part] | None


@dataclass(frozen=True)
class KpiUnit(Row):
    """A line of `kpi units`; has and lacks: the unit's parts in words."""

    QUERY = "kpi_units"

    kpi: str
    period: str
    school: str
    unit: str | None
    label: str
    since: date | None
    until: date | None
    attained_on: date | None
    amount: int
    has: str | None
    lacks: str | None


@dataclass(frozen=True)
class Evidence(Row):
    """A row behind a unit.

    rows_in_all: behind that unit. is_visible: whether the viewer may see more of it than that it is there; else all that
    follows is None. link: to the row in its spreadsheet. details: its cells in words. row_school: where another school's
    row it is.
    """

    QUERY = "evidence"

    unit_id: str | None
    unit_label: str
    unit_key: int
    rows_in_all: int
    is_visible: bool
    day: date | None
    file: str | None
    sheet: str | None
    line: int | None
    link: str | None
    modified_at: datetime | None
    details: str | None
    row_school: str | None


@dataclass(frozen=True)
class SchoolBound(Row):
    """A row that was not taken and could count.

    unit_id: the unit that it would complete. is_bounded: whether what such rows could add at most is known.
    """

    QUERY = "school_bounds"

    kpi: str
    file: str
    line: int
    unit_id: str | None
    is_bounded: bool


@dataclass(frozen=True)
class SchoolMoney(Row):
    """A school's money of a part and a year, in dollars.

    period: None for all years. part: `current`, `capital`, both as `granted`, or `own`. rows: that say something of it,
    `unsaid` of them not what was spent. reported_approved: approved for the years of which anything spent was said.
    """

    QUERY = "school_money"

    period: str | None
    label: str
    part: str
    rows: int
    approved: int | None
    spent: int | None
    reported_approved: int | None
    unsaid: int


@dataclass(frozen=True)
class SchoolTarget(Row):
    """A school's own target of an item in a period, in the item's unit.

    kind: `measured`, or what is never judged. current: the value at the beginning. own_goal: as the school set it, `goal` as
    it is judged. compared_on: the day of `value`, None before the period.
    """

    QUERY = "school_targets"

    item: str
    label: str
    kind: str
    unit: str
    current: float | None
    period: str
    period_label: str
    own_goal: float | None
    goal: float | None
    compared_on: date | None
    value: float | None
    status: str | None


class Visitors(TypedDict):
    """How many people of a school came to a lesson; school: None for one out of scope."""

    school: str | None
    people: int


@dataclass(frozen=True)
class Lesson(Row):
    """A public lesson; without a day the school has none.

    week: its Monday. is_ahead: whether it is after the day. digital: whether it used the tools. visitors: who came that day.
    """

    QUERY = "lesson_calendar"

    school_id: int
    school_name: str
    short: str
    day: date | None
    week: date | None
    is_ahead: bool | None
    class_name: str | None
    subject: str | None
    digital: bool | None
    visitors: list[Visitors] | None


@dataclass(frozen=True)
class Visit(Row):
    """That a school observed a host.

    host_key: `school:` or another kind and a name. place: of the host, `group`, `programme` or `outside`. people: of the
    largest team at one of the `events`, day: that one's.
    """

    QUERY = "visits"

    school_id: int
    school_name: str
    host_key: str
    host_name: str
    host_short: str | None
    place: str
    people: int
    events: int
    day: date
