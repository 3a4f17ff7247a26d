"""Rows of figures: those of a day, of schools, groups and the city, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dashboard.rows.base import Judged, PeriodFigure, Row, Sum


@dataclass(frozen=True)
class Total(PeriodFigure, Sum):
    """The figure of a group or the city.

    group_id, group_name: None for the city. days_left: until the deadline, negative after it. pace: what was to be counted
    by the day if it grew steadily.
    """

    QUERY = "totals"

    group_id: int | None
    group_name: str | None
    deadline: date | None
    days_left: int | None
    pace: float | None


@dataclass(frozen=True)
class IndicatorCity(Sum):
    """The city's figure of one indicator.

    days_left, pace: as of `Total`. gap: what is missing, None where it is not every school's. weekly: what would close the
    gap by the deadline each week. lately: what the last four weeks added, a week.
    """

    QUERY = "indicator_city"

    deadline: date | None
    days_left: int | None
    gap: int | None
    pace: float | None
    weekly: float | None
    lately: float | None


@dataclass(frozen=True)
class IndicatorGroup(Sum):
    """A group's figure of one indicator."""

    QUERY = "indicator_groups"

    group_name: str


@dataclass(frozen=True)
class IndicatorSchool(PeriodFigure):
    """A school's figure of one indicator.

    rate: counted of base. gap: what is missing, or above a ceiling. is_over: whether more is counted than required.
    pace: as of `Total`. before: counted on the day to compare with. ord, group_ord: the places of the school and its group.
    """

    QUERY = "indicator_schools"

    school_id: int
    school_name: str
    short: str
    group_name: str
    role: str
    rate: float | None
    gap: int | None
    is_over: bool | None
    pace: float | None
    before: int | None
    ord: int
    group_ord: int


@dataclass(frozen=True)
class IndicatorDay(Row):
    """The figure of a group or the city on one of many days; the columns are those of `Total`."""

    QUERY = "indicator_days"

    day: date
    kpi: str
    level: str
    period: str
    group_id: int | None
    group_name: str | None
    group_ord: int | None
    counted: int | None
    base: int | None
    required: int | None
    status: str
    schools_met: int
    schools_judged: int
    schools_on_track: int
    schools_behind: int
    schools_overdue: int
    schools_no_data: int
    schools_exempt: int
    schools_info: int
    schools_upcoming: int


@dataclass(frozen=True)
class SchoolResult(PeriodFigure):
    """A school's figure.

    role: as of `School`. gap: what is missing, None where nothing can be judged. room: what is left below a ceiling, negative
    above it; None for what is no ceiling. days_left, pace: as of `Total`. weekly: as of `IndicatorCity`.
    """

    QUERY = "school_results"

    school_id: int
    school_name: str
    role: str
    role_label: str
    deadline: date | None
    gap: int
    room: int | None
    days_left: int | None
    pace: float | None
    weekly: float | None


@dataclass(frozen=True)
class SchoolResultOf(PeriodFigure):
    """A school's figure of an indicator that rests on a chosen table, with what is to be known of the indicator.

    room: as of `SchoolResult`. opens: as of `Kpi`.
    """

    QUERY = "school_results_of"

    period_label: str
    kpi_label: str
    short: str
    unit: str
    require: str
    opens: date | None
    table_name: str
    school_name: str
    room: int | None


@dataclass(frozen=True)
class SchoolPlace(PeriodFigure):
    """A school's place among those that can be judged.

    share: of what is required, at most 1. rank: from 1, equal shares share it. schools: how many there are.
    is_last_quarter: whether three quarters of them are ahead.
    """

    QUERY = "school_places"

    school_id: int
    school_name: str
    share: float
    rank: int
    schools: int
    is_last_quarter: bool


@dataclass(frozen=True)
class SchoolStanding(Judged):
    """A school's status in an indicator, for comparing one snapshot with another; ord: the school's place."""

    QUERY = "school_standing"

    period: str
    school_name: str
    group_name: str
    ord: int


@dataclass(frozen=True)
class SchoolDay(Row):
    """A school's figure on one of many days; added: what the day added, None where that is not known."""

    QUERY = "school_days"

    day: date
    counted: int | None
    base: int | None
    required: int | None
    added: int | None


@dataclass(frozen=True)
class State(Row):
    """What a school counts in an indicator from a day on."""

    QUERY = "states"

    kpi: str
    since: date
    counted: int


@dataclass(frozen=True)
class Standing(Row):
    """How many schools lack something: one row.

    late: behind or overdue. flagged: with a fault of the data behind a figure. done: with nothing left to do.
    """

    QUERY = "standing"

    schools: int
    behind: int
    overdue: int
    late: int
    no_data: int
    flagged: int
    done: int


@dataclass(frozen=True)
class Deadline(Row):
    """What the schools still lack in an indicator until its deadline.

    days_left: negative after it. schools: that have not met it, `unread` of them with a file that was not read. judged: that
    can be judged. gap: the sum of theirs.
    """

    QUERY = "deadlines"

    kpi: str
    label: str
    short: str
    unit: str
    period_label: str
    deadline: date
    days_left: int
    schools: int
    judged: int
    unread: int
    gap: int


@dataclass(frozen=True)
class Finding(Row):
    """What needs attention: a school, or an indicator that many schools lack a little of.

    kind: what queries/pages/attention.sql lists. kpi: of a silent school the first of `kpi_ids`. one_school: the id of the
    school that it is about. schools: how many, of a silent school how many indicators. worsened: how many were not so on the
    day to compare with. gap, excess: what the schools lack or have above a ceiling, together. counted, counted_then and
    required: of the first school. gained: counted in the last four weeks. school_names, school_shorts and kpi_ids: joined
    by `|`. position, place: in the order of the definition, and among its kind.
    """

    QUERY = "attention"

    kind: str
    kpi: str
    one_school: int | None
    position: int
    status: str | None
    schools: int
    worsened: int | None
    gap: int | None
    excess: int | None
    counted: int | None
    counted_then: int | None
    required: int | None
    deadline: date | None
    days_left: int | None
    school_names: str
    school_shorts: str
    kpi_ids: str
    place: int
    gained: int | None


@dataclass(frozen=True)
class KpiResult(PeriodFigure):
    """A line of `kpi results`; group and school are blank for what is above them, the counts of schools null for a school."""

    QUERY = "kpi_results"

    programme: str
    group: str
    school: str
    rate: float | None
    schools_met: int | None
    schools_judged: int | None
    schools_no_data: int | None
    as_of: date
    deadline: date | None
