"""What the phases of a build have in common: what it is made of, what each hands on, what comes of it, how it fails."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from dashboard.definitions.places import Entry, Places
from dashboard.definitions.programme import Programme
from dashboard.definitions.table import Table
from dashboard.errors import OperatorError
from dashboard.sources.sheet import Sheet
from dashboard.warehouse.build.intake import NO_ROWS, Counts
from dashboard.warehouse.former import Former
from dashboard.warehouse.gather import Source

Progress = Callable[[float, str], None]
"""Called with the share that is done (0 to 1) and what begins, in Chinese."""

NO_MEMORY = "記憶體或暫存空間不足。請把最大的檔案分成幾個、刪除資料以外的列與欄，或換一部記憶體較大的機器，再執行 kpi build。"


class BuildError(OperatorError):
    """Nothing was published; the message says why, in Chinese."""


class Unchanged(Exception):
    """The sources, the definition and the day are those of the former snapshot."""


@dataclass(frozen=True)
class Inputs:
    """All that a snapshot is made of.

    `former` is the snapshot before: by it new rejected rows are known from old, and what cannot be read now keeps the
    rows that it had there. A snapshot of the fingerprint `unless` would be the same again, and is not built.
    """

    places: Places
    sources: Sequence[Source] = ()
    former: Former = field(default_factory=Former)
    unless: str | None = None


@dataclass(frozen=True)
class TableCount:
    """What became of the rows of one table; read = accepted + duplicate + rejected, of which `no_record` are none."""

    table: str
    label: str
    supplied: bool
    read: int
    accepted: int
    duplicate: int
    rejected: int
    no_record: int
    warnings: int


@dataclass(frozen=True)
class Built:
    """What became of the rows of each table, and (SHA-256, path) of the files of the folder that have rows in it."""

    tables: list[TableCount]
    originals: list[tuple[str, str]]


@dataclass(frozen=True)
class Build:
    """One build, the same for all its phases: the connection that they share, what it is made of, whom it reports to.

    `scratch` is a folder for copies of files, `today` the day of Taiwan for which it is built, `now` when it began.
    """

    con: duckdb.DuckDBPyConnection
    programme: Programme
    tables: Mapping[str, Table]
    inputs: Inputs
    progress: Progress
    scratch: Path
    today: dt.date
    now: dt.datetime

    @property
    def folder(self) -> Path | None:
        """The data folder."""
        return self.inputs.places.folder

    @property
    def entries(self) -> Mapping[str, Entry]:
        """What the configuration says of files."""
        return self.inputs.places.files


@dataclass(frozen=True)
class Stored:
    """A sheet, without its rows, as its raw table holds it: the number of its first row there, and what it gave."""

    sheet: Sheet
    first_row: int = 0
    counts: Counts = NO_ROWS

    @property
    def rows(self) -> int:
        """How many rows with any text the raw table has of it."""
        return 0 if self.sheet.problem else self.counts.rows


@dataclass(frozen=True)
class Reading:
    """What was read: every sheet by its number (`file_id`, from 1), and the names of the files that are in the folder.

    `unused` are the rows of `intake.UNUSED`.
    """

    sheets: Mapping[int, Stored]
    names: Set[str]
    unused: Sequence[tuple[object, ...]]

    @property
    def supplied(self) -> set[str]:
        """The tables with a row in any of their sheets: one that has none, or cannot be read, is as good as missing."""
        return {one.sheet.table for one in self.sheets.values() if one.sheet.table and one.rows}
