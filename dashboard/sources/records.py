"""The records of a text file: cells out of lines, as Python's own reader gives them, which copes with anything.

A quotation mark that is never closed would take in the rows below it; it is found out and taken as a plain character.
"""

import csv
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.definitions.column_types import TYPES
from dashboard.definitions.table import Table
from dashboard.sources import extent
from dashboard.sources.encoding import LOST, NO_TEXT, is_much
from dashboard.sources.sheet import HEADER_ROWS, Unreadable, best_row, layout_of

# A quoted cell may hold line breaks, but one that runs on for longer is a quotation mark that was never closed.
RECORD_LINES = 50
# As many as a day has at least: 85/8/1.
DAY_DIGITS = 4

csv.field_size_limit(2**31 - 1)


def breaks(cells: list[str]) -> int:
    """How many physical lines end within the cells."""
    return sum(
        cell.count("\n") + cell.count("\r") - cell.count("\r\n")
        for cell in cells
        if "\n" in cell or "\r" in cell
    )


# An orderly file of any length is left to the database.
TOO_MANY_CELLS = (
    f"這個檔案超過 {extent.WORKSHEET_CELLS:,} 格，未讀取（可能有一列特別長，或引號沒有成對）。"
    "請刪除資料以外的列與欄，或分成幾個檔案。"
)


@dataclass(frozen=True)
class Shape:
    """What a row of a file looks like: the header's width, and the places of required columns, of days among them."""

    width: int
    filled: tuple[int, ...]
    days: tuple[int, ...]

    def fits(self, cells: list[str]) -> bool:
        """Whether cells look like a row: a text in each required column, digits of a day where one is required."""
        if any(cell.strip() for cell in cells[self.width :]) or any(
            at >= len(cells) or not cells[at].strip() for at in self.filled
        ):
            return False
        return all(sum(char.isdigit() for char in cells[at]) >= DAY_DIGITS for at in self.days)


def shape_of(layout: tuple[str, ...], table: Table) -> Shape:
    """What a row below a header of this layout looks like."""
    needed = [
        (at, TYPES[table.columns[name].type].is_day)
        for at, name in enumerate(layout)
        if name and table.columns[name].required and not (name == "school" and "school_code" in layout)
    ]
    return Shape(len(layout), tuple(at for at, _ in needed), tuple(at for at, is_day in needed if is_day))


def records(
    lines: list[str],
    delimiter: str,
    start: int = 0,
    shape: Shape | None = None,
    stray: list[int] | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """(physical line, cells) of each record from the line at index `start`.

    A quotation mark that is never closed, or only by another stray one some rows below, is taken as a plain character;
    its line is added to `stray`.

    Raises:
        Unreadable: a line has more cells than a file may have.
    """
    if max(map(len, lines), default=0) > extent.WORKSHEET_CELLS:
        for line in lines:
            _check_cells(line, delimiter)
    if '"' not in "".join(lines):
        yield from enumerate(csv.reader(lines[start:], delimiter=delimiter), start + 1)
        return
    width = shape.width if shape else 0
    while start < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(start, len(lines))), delimiter=delimiter)
        begin = start
        for cells in reader:
            end = start + reader.line_num
            # Nearly all records are one line of whole cells.
            is_odd = end - begin > 1 or len(cells) < width or "".join(cells[-1:]).endswith(("\n", "\r"))
            if is_odd and _runs_on(lines[begin:end], cells, delimiter, shape):
                if stray is not None:
                    stray.append(begin + 1)
                yield begin + 1, _plain(lines[begin], delimiter)
                begin += 1
                break
            yield begin + 1, cells
            begin = end
        start = begin


def _check_cells(line: str, delimiter: str) -> None:
    """Before they are laid out: one line may be the whole file."""
    if len(line) > extent.WORKSHEET_CELLS and line.count(delimiter) > extent.WORKSHEET_CELLS:
        raise Unreadable(TOO_MANY_CELLS)


def _plain(line: str, delimiter: str) -> list[str]:
    """The cells of one line whose marks are not in pairs; a pair about a whole cell is none of its text."""
    _check_cells(line, delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        cells = line.rstrip("\r\n").split(delimiter)
        return [cell[1:-1] if re.fullmatch('"[^"]*"', cell) else cell for cell in cells]


def _runs_on(record: list[str], cells: list[str], delimiter: str, shape: Shape | None) -> bool:
    """Whether a quotation mark of a record takes in what does not belong to its cell.

    That may be further rows up to the next stray mark, the end of the last line, or the next cells of its line.
    """
    if len(record) == 1:
        if '"' not in record[0]:
            return False
        if cells[-1].endswith(("\n", "\r")):
            return True
        too_few = shape is not None and len(cells) < shape.width == len(_plain(record[0], delimiter))
        return too_few and not _is_strict(record, delimiter)
    if len(record) > RECORD_LINES or not _is_strict(record, delimiter):
        return True
    if shape is None or len(_plain(record[0], delimiter)) < shape.width <= len(cells):
        return False  # the lines have a row's cells together, and not the first of them alone
    return _are_rows(_taken_in(record, cells), delimiter, shape)


def _taken_in(record: list[str], cells: list[str]) -> list[str]:
    """The lines below the first of a record's cells of several lines.

    In a file whose cells are all in quotation marks, a line goes on behind the mark. Two stray marks may lie anywhere in
    their lines.
    """
    if record[0].count('"') == record[-1].count('"') == 1:
        return record[1:]
    return [line for cell in cells for line in cell.splitlines()[1:]]


def _is_strict(record: list[str], delimiter: str) -> bool:
    """Whether each mark opens a cell, closes it, or is doubled."""
    try:
        list(csv.reader(record, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _are_rows(lines: list[str], delimiter: str, shape: Shape) -> bool:
    """Whether lines are rows rather than those of a remark; one or the other may lack something."""
    filled = [_plain(line, delimiter) for line in lines if line.strip()]
    return bool(filled) and 2 * sum(map(shape.fits, filled)) >= len(filled)


def find_header(lines: list[str], table: Table) -> tuple[str, int, list[str]]:
    """The separator, the physical line and the cells of the header."""
    first = lines[: HEADER_ROWS * 20]
    text = "".join(first)
    delimiters = [one for one in (",", "\t", ";") if one in text]
    candidates = (
        ((delimiter, line), cells)
        for delimiter in delimiters
        for line, cells in itertools.islice(records(first, delimiter), HEADER_ROWS)
    )
    try:
        (delimiter, line), cells = best_row(candidates, table)
        return delimiter, line, _of_one_line(cells, first[line - 1 :], delimiter, table)
    except Unreadable as error:
        unreadable = error
    # Text of another encoding is full of characters that this one has not, its headers too.
    if is_much(text.count(LOST), text):
        raise Unreadable(NO_TEXT) from None
    # A stray mark above it may take it in.
    plain = (
        ((delimiter, line), _plain(text, delimiter))
        for delimiter in delimiters
        for line, text in enumerate(first[:HEADER_ROWS], 1)
        if '"' in "".join(first)
    )
    try:
        (delimiter, line), cells = best_row(plain, table)
    except Unreadable:
        raise unreadable from None
    return delimiter, line, cells


def _of_one_line(cells: list[str], lines: list[str], delimiter: str, table: Table) -> list[str]:
    """A header's cells: without the rows below it that a stray mark would take in."""
    if not (more := breaks(cells)):
        return cells
    plain = _plain(lines[0], delimiter)
    try:
        shape = shape_of(layout_of(plain, table)[0], table)
    except Unreadable:  # its name is of two lines
        return cells
    return plain if _are_rows(lines[1 : more + 1], delimiter, shape) else cells
