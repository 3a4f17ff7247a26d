"""A worksheet's cells as the texts that a person would have typed, whatever program and format they come from."""

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard.definitions.column_types import TYPES
from dashboard.definitions.table import Table
from dashboard.sources import extent
from dashboard.sources.sheet import Sheet

# What a whole workbook may have of cells, the blank ones with them: its worksheets are read one after another.
WORKBOOK_CELLS = 3 * extent.WORKSHEET_CELLS
EPOCH, EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)

Rows = list[tuple[int, list[str]]]
"""(line from 1, cells) of each row that is not blank."""
Range = tuple[tuple[int, int], tuple[int, int]]
"""(row, column) of the first and of the last cell, from 0."""

_SERIAL = re.compile(r"\d{1,5}(?:\.\d+)?")
_LATE = dt.time(23, 59)


class Room:
    """What is left for the worksheets that follow: many of them may be one and the same part."""

    def __init__(self, cells: int = WORKBOOK_CELLS) -> None:
        """`cells` is how many cells a workbook may have."""
        self.cells, self.text, self._most = cells, extent.UNPACKED_BYTES, cells

    def take(self, cells: int = 0, text: int = 0) -> None:
        """Raises `Unreadable` once nothing is left."""
        self.cells -= cells
        self.text -= text
        if self.cells < 0:
            raise extent.too_large(self._most)
        if self.text < 0:
            raise extent.too_much_text()


@dataclass(frozen=True)
class Worksheet:
    """One worksheet of a workbook; `rows` reads it, within what is left of the room, or raises `Unreadable`."""

    title: str
    hidden: bool
    rows: Callable[[Room], Rows]


@dataclass(frozen=True)
class Workbook:
    """A workbook of a format (its usual suffix). A bare number that is a day counts from `epoch`."""

    format: str
    worksheets: Sequence[Worksheet]
    epoch: dt.datetime = EPOCH


def text_of(value: Any) -> str:
    """A typed cell as the text a person would have typed; a time, or a duration, is hours:minutes[:seconds]."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, dt.datetime):
        return _moment(value)
    if isinstance(value, dt.time):
        return _clock(
            dt.timedelta(0, value.hour * 3600 + value.minute * 60 + value.second, value.microsecond)
        )
    if isinstance(value, dt.timedelta):
        return _clock(value)
    return "" if value is None else str(value)


def _moment(value: dt.datetime) -> str:
    # A spreadsheet keeps a day fraction; half a second more or less is its rounding.
    moment = (value + dt.timedelta(milliseconds=500)).replace(microsecond=0)
    if moment.time() > _LATE:
        moment = dt.datetime.combine(moment + dt.timedelta(days=1), dt.time())
    if moment.time() == dt.time():
        return moment.date().isoformat()
    if moment.year in (1900, 1904) and moment.month == 1:
        # No day of ours: hours, of which the first 24, or more, made days from the first one of the calendar.
        days = moment.day - (moment.year == 1904)
        return _clock(moment - moment.replace(hour=0, minute=0, second=0) + dt.timedelta(days=days))
    return moment.isoformat(sep=" ")


def _clock(value: dt.timedelta) -> str:
    seconds = round(abs(value).total_seconds())
    sign = "-" if value < dt.timedelta() else ""
    rest = f":{seconds % 60:02}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}{rest}"


def spread(rows: Rows, merged: Sequence[Range], room: Room) -> None:
    """Write the value of each merged range into every cell that it spans.

    A row that has no value but that of a range is blank, as its owner sees it: a range over rows still to be filled in
    makes no rows.
    """
    lines = [line for line, _ in rows] if merged else []
    width = max((len(cells) for _, cells in rows), default=0) if merged else 0
    for (top, left), (bottom, right) in merged:
        at, end = bisect_left(lines, top + 1), bisect_left(lines, bottom + 2)
        if at == end or lines[at] != top + 1 or left >= len(rows[at][1]):
            continue
        value = rows[at][1][left]
        # What is hidden below a range without a value stays.
        if not value:
            continue
        end_column = min(right + 1, width)
        many = end_column - left
        room.take(cells=(end - at) * many, text=(end - at) * many * len(value))
        for _, cells in rows[at:end]:
            cells += [""] * (end_column - len(cells))
            cells[left:end_column] = [value] * many


def with_days(sheet: Sheet, table: Table, epoch: dt.datetime) -> Sheet:
    """`sheet` of a workbook whose days count from another `epoch`: bare numbers in columns of days as days."""
    columns = [i for i, name in enumerate(sheet.layout) if name and TYPES[table.columns[name].type].is_day]
    if epoch == EPOCH or not columns:
        return sheet

    def of(cells: list[str]) -> list[str]:
        there = {i: cells[i] for i in columns if i < len(cells) and _SERIAL.fullmatch(cells[i].strip())}
        days = {i: text_of(epoch + dt.timedelta(days=float(text))) for i, text in there.items()}
        return [days.get(i, text) for i, text in enumerate(cells)] if days else cells

    return replace(sheet, rows=tuple((line, of(cells)) for line, cells in sheet.rows))
