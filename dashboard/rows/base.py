"""What rows of several queries have in common: the query they are of, the columns of a figure, of a refused row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, TypedDict, TypeVar

R = TypeVar("R", bound="Row")


@dataclass(frozen=True)
class Row:
    """A row of what a query of queries/pages/ returns: each subclass with a `QUERY` is the row of the query of that name."""

    QUERY: ClassVar[str]


@dataclass(frozen=True)
class Judged(Row):
    """What is counted in an indicator on one day, and its status.

    counted and required: in the indicator's unit, None where there is nothing to count or to require. flags: what is known to
    be wrong with the data behind it, codes of `words.FLAGS` joined by `;`.
    """

    kpi: str
    counted: int | None
    required: int | None
    status: str
    flags: str


@dataclass(frozen=True)
class Figure(Judged):
    """The figure of a school, a group or the city.

    level: `school`, `group` or `city`. base: in the indicator's unit, out of how many; None where nothing is the whole.
    """

    level: str
    base: int | None


@dataclass(frozen=True)
class PeriodFigure(Figure):
    """A figure that names its period, an id."""

    period: str


@dataclass(frozen=True)
class Sum(Figure):
    """The figure of a group or the city, with how many of its schools are in each status.

    schools_judged: those that have met it, are on track, behind or overdue.
    """

    schools_met: int
    schools_judged: int
    schools_no_data: int
    schools_on_track: int
    schools_behind: int
    schools_overdue: int
    schools_exempt: int
    schools_info: int
    schools_upcoming: int


class Part(TypedDict):
    """A part of a unit, as `parts_on` of queries/models/5_visible.sql gives it.

    label: None for an amount that is the only part. unit: None for what is there or not. day: when it was whole.
    """

    label: str | None
    unit: str | None
    needed: float
    has: float
    lacks: float
    day: date | None


class Places(TypedDict):
    """What a sentence on a refused row says of it: the values of its placeholders.

    letter: of the column. options: what the cell may hold. other: the line that said it first. source: where the
    value was taken from.
    """

    header: str | None
    letter: str | None
    month: str | None
    options: str | None
    suggestion: str | None
    value: str | None
    other: str | None
    source: str | None


@dataclass(frozen=True)
class Refused(Row):
    """A row that was not accepted, or with a warning.

    severity: `rejected`, `warning`, or `no_record` for what is no record. original: the whole row, its header in
    `header_row`. sentence and places: what is wrong and how to mend it, see `words.sentence`. could: the short names of the
    indicators that it may count in. cell: `B12`. link: to the row in its spreadsheet. school_name: whose it is, if anybody's.
    """

    severity: str
    table_label: str
    file: str
    line: int
    reason_label: str
    sentence: str
    places: Places
    suggestion: str | None
    original: str
    header_row: str | None
    could: list[str] | None
    school_name: str | None
    cell: str | None
    link: str | None


def typed(
    kind: type[R],
    names: Sequence[str],
    tuples: Sequence[tuple[object, ...]],
    known: Mapping[str, object] = MappingProxyType({}),
) -> list[R]:
    """Tuples as rows of a kind, which has the fields `names`; a decimal becomes a float.

    known: the translations of texts that have one, and of those in lists.
    """
    every = []
    # By the column, and past the constructor, which sets each field of a frozen dataclass by a call.
    for values in zip(*(_plain(column, known) for column in zip(*tuples, strict=True)), strict=True):
        row = object.__new__(kind)
        vars(row).update(zip(names, values, strict=True))
        every.append(row)
    return every


def _plain(column: Sequence[Any], known: Mapping[str, object]) -> Sequence[object]:
    """The values of a column, see `typed`."""
    types = set(map(type, column))
    if Decimal in types:
        return [None if value is None else float(value) for value in column]
    if known and str in types:
        return [known.get(value, value) for value in column]
    if known and list in types:
        return [
            value and [known.get(one, one) if isinstance(one, str) else one for one in value]
            for value in column
        ]
    return column
