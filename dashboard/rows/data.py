"""Rows of what was read: tables, files, refused rows, and what is known to be wrong with the data behind figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dashboard.rows.base import Places, Refused, Row


@dataclass(frozen=True)
class SourceTable(Row):
    """A table: read = accepted + duplicate + rejected, in rows.

    supplied: whether it has a row in any of its files. files: that could be read. no_record: how many of the rejected are no
    records. changed_at: of its youngest file.
    """

    QUERY = "tables"

    table_name: str
    label: str
    supplied: bool
    files: int
    read: int
    accepted: int
    duplicate: int
    rejected: int
    no_record: int
    warnings: int
    changed_at: datetime | None


@dataclass(frozen=True)
class IndicatorRead(Row):
    """What was read of a table; contents: the hash of its files' hashes."""

    QUERY = "indicator_read"

    table_name: str
    label: str
    accepted: int
    contents: str | None


@dataclass(frozen=True)
class Input(Row):
    """A file or worksheet; the counts are rows, as of `SourceTable`.

    label: its table's. sheet: a worksheet's title. size: in bytes. problem: why nothing could be read. stale_because: why
    its former rows are kept. left_out: why it was not read. likely: the table that it probably is.
    """

    QUERY = "inputs"

    file: str
    sheet: str | None
    link: str | None
    table_name: str | None
    label: str | None
    size: int
    modified_at: datetime
    encoding: str
    read: int
    accepted: int
    duplicate: int
    rejected: int
    no_record: int
    warnings: int
    note: str | None
    problem: str | None
    stale_because: str | None
    left_out: str | None
    likely: str | None
    likely_label: str | None


@dataclass(frozen=True)
class Unreadable(Row):
    """What was not read or not used, and what to do; kind: `unreadable`, `left_out`, `stale`, `unused` or `note`."""

    QUERY = "unreadable"

    file: str
    kind: str
    message: str


@dataclass(frozen=True)
class UnusedColumn(Row):
    """A column that is none of its table's.

    letters: where it is. filled: how many of its cells. likely: the column that it probably is, by its id.
    """

    QUERY = "unused_columns"

    file: str
    sheet: str | None
    link: str | None
    table_name: str
    label: str
    letters: str
    header: str
    filled: int
    likely: str | None
    likely_header: str | None


@dataclass(frozen=True)
class Reject(Refused):
    """A row that was not taken; is_new: whether the snapshot before did not have it."""

    QUERY = "rejects"

    is_new: bool


@dataclass(frozen=True)
class SchoolReject(Refused):
    """A school's row that was not taken."""

    QUERY = "school_rejects"

    table_name: str


@dataclass(frozen=True)
class ResolvedReject(Row):
    """A row that the former snapshot refused and this one does not."""

    QUERY = "resolved_rejects"

    file: str
    line: int
    reason_label: str
    original: str
    school_name: str | None


@dataclass(frozen=True)
class RowToMend(Row):
    """A rejected row; row_key: the same in every snapshot."""

    QUERY = "rows_to_mend"

    row_key: int
    school_name: str | None


@dataclass(frozen=True)
class RejectCount(Row):
    """How many rows a choice of a filter leaves.

    facet: the filter, `severity`, `table`, `reason`, `fresh` or `school`. value: the choice. ord: its place in the list.
    """

    QUERY = "reject_counts"

    facet: str
    value: str
    label: str
    ord: int
    rows: int


@dataclass(frozen=True)
class ReasonCount(Row):
    """How many rejected rows have a reason."""

    QUERY = "rejects_by_reason"

    reason: str
    label: str
    rows: int


@dataclass(frozen=True)
class KpiReject(Row):
    """A line of `kpi rejects`."""

    QUERY = "kpi_rejects"

    severity: str
    table: str
    file: str
    line: int
    reason: str
    message: str
    suggestion: str
    original: str


@dataclass(frozen=True)
class RowsByDay(Row):
    """How many accepted rows of a table bear a day of a stretch.

    by_week: whether the stretches are weeks. rows_in_all: up to the day, `earlier` of them before the first stretch, `later`
    after the day, `undated` without one. is_quiet: whether the last four weeks have none. since, until, rows: of the stretch,
    None where the table has none.
    """

    QUERY = "rows_by_day"

    table_name: str
    label: str
    by_week: bool
    rows_in_all: int
    earlier: int
    later: int
    undated: int
    last_day: date | None
    is_quiet: bool
    since: date | None
    until: date | None
    rows: int | None


@dataclass(frozen=True)
class Notice(Row):
    """How many rows of a school were refused, taken with a warning, and are new among the refused."""

    QUERY = "notices"

    school_name: str
    group_name: str
    rejected: int
    warnings: int
    new: int


@dataclass(frozen=True)
class Mend(Row):
    """A file or a row that a school is to send again or to mend.

    matters: whether a figure of the day may lack it. message: of a file. The rest is a row's, as of `Refused`.
    """

    QUERY = "mend"

    school_id: int
    table_name: str
    file: str
    message: str | None
    matters: bool
    line: int | None
    severity: str | None
    sentence: str | None
    places: Places | None
    suggestion: str | None
    cell: str | None
    link: str | None
    is_file: bool
    school_name: str


@dataclass(frozen=True)
class TableToSend(Row):
    """What a school that cannot be judged should send or mend.

    what: as queries/models/7_no_data.sql says; the columns from header on are what its sentence names. is_asked: whether it
    is asked for on the day.
    """

    QUERY = "tables_to_send"

    school_id: int
    kpi: str
    what: str
    table_label: str
    period_label: str
    header: str | None
    file: str | None
    line: int | None
    words: str | None
    problem: str | None
    is_asked: bool


@dataclass(frozen=True)
class DataToMend(Row):
    """What is known to be wrong with a table's data behind the figures of a period.

    flag: its code. schools, rows: how many it is about. files, school_names: joined by `|`, of schools the first five.
    """

    QUERY = "data_to_mend"

    flag: str
    label: str
    schools: int
    rows: int
    files: str | None
    school_names: str


@dataclass(frozen=True)
class SchoolFlag(Row):
    """What is known to be wrong with the data behind a school's figure; file and line: None where nothing was sent."""

    QUERY = "school_flags"

    kpi: str
    period: str
    flag: str
    table_name: str
    table_label: str
    file: str | None
    line: int | None
    message: str


@dataclass(frozen=True)
class KpiFlag(Row):
    """A line of `kpi flags`; file: blank where nothing was sent."""

    QUERY = "kpi_flags"

    kpi: str
    period: str
    school: str
    flag: str
    table: str
    file: str
    line: int | None
    message: str
