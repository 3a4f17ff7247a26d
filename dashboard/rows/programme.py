"""Rows of what a snapshot is about: its facts, and the programme's periods, indicators, groups and schools."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dashboard.rows.base import Row


@dataclass(frozen=True)
class Facts(Row):
    """The facts of a snapshot, of which it has one row.

    former_built_at: of the snapshot before. definition: the programme as JSON, `definition_hash` its fingerprint.
    fingerprint: of the definition and of all that was read. read_on: the day of the build. as_of: the day that the
    definition pins. sample: whether its data are made up. first_day, last_day: of all periods. places: what files and
    spreadsheets it was built from, as JSON.
    """

    QUERY = "snapshot"

    programme: str
    title: str
    source_title: str
    built_at: datetime
    former_built_at: datetime | None
    version: str
    definition_hash: str
    fingerprint: str
    read_on: date
    as_of: date | None
    sample: bool
    first_day: date
    last_day: date
    definition: str
    places: str


@dataclass(frozen=True)
class AsOf(Row):
    """The day that the definition pins, if any."""

    QUERY = "as_of"

    as_of: date | None


@dataclass(frozen=True)
class Period(Row):
    """A period: its id, its name, its first and its last day."""

    QUERY = "periods"

    period: str
    label: str
    start: date
    end: date


@dataclass(frozen=True)
class PeriodId(Row):
    """The id of a period."""

    QUERY = "period_ids"

    period: str


@dataclass(frozen=True)
class Kpi(Row):
    """An indicator in a period, as the definition says it.

    ord: its place among the indicators. base: `staff`, `classes`, `units`, or None where nothing is the whole.
    empty_base, no_units: the status where the base is empty or there is no unit. conditional: whether it is asked of some
    schools alone. require: `all`, `number`, `share`, `ceiling` or `none`. required_number: of a school, in its unit, for a
    number or a ceiling. share_numerator, share_denominator, rounding: of a share. opens: the first day of its figures.
    window_start, window_end: the days whose evidence counts; None for all. pace_start: from when it is to grow steadily.
    base_table: the table of the base's units. begins, ends: from when to when the period is under way. closed: whether
    nobody is asked for it any more. kind: of the period.
    """

    QUERY = "kpis"

    kpi: str
    ord: int
    label: str
    short: str
    rule: str
    clause: str
    unit: str
    table_name: str
    base: str | None
    empty_base: str
    no_units: str
    conditional: bool
    require: str
    required_number: int | None
    share_numerator: int | None
    share_denominator: int | None
    rounding: str | None
    period: str
    opens: date | None
    window_start: date | None
    window_end: date | None
    pace_start: date | None
    deadline: date | None
    base_table: str
    begins: date
    ends: date
    closed: bool
    kind: str


@dataclass(frozen=True)
class KpiId(Row):
    """The id of an indicator."""

    QUERY = "kpi_ids"

    kpi: str


@dataclass(frozen=True)
class TeamKpi(Row):
    """The id of an indicator that counts the largest team at one event."""

    QUERY = "team_kpis"

    kpi: str


@dataclass(frozen=True)
class IndicatorQuery(Row):
    """How an indicator is worked out.

    name: of its query. query: its text as it was run. link: by what a row is found to be behind a unit, None for a query of
    the programme's own. in_window: whether only evidence of the window counts. labels: the words that it looks for.
    """

    QUERY = "indicator_query"

    kpi: str
    name: str
    query: str
    link: str | None
    in_window: bool
    labels: str | None


@dataclass(frozen=True)
class Group(Row):
    """A group."""

    QUERY = "groups"

    group_id: int
    name: str


@dataclass(frozen=True)
class School(Row):
    """A school.

    short: its name without 「國小」. role: `lead` or `partner`, in words `role_label`. lead_name: of its group's lead school.
    """

    QUERY = "schools"

    school_id: int
    name: str
    short: str
    group_id: int
    group_name: str
    role: str
    role_label: str
    district: str | None
    classes: int | None
    lead_name: str | None


@dataclass(frozen=True)
class SchoolName(Row):
    """The name of a school."""

    QUERY = "school_names"

    name: str
