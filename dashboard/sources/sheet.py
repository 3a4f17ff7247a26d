"""A table as it stands in a file or worksheet: rows of text, and which column of the contract each cell belongs to.

Nothing is interpreted here but the header: where it stands, and what its columns are.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from dashboard.sources.contracts import Table, normalise

HEADER_ROWS = 50
T = TypeVar("T")


class Unreadable(Exception):
    """A file or worksheet is no table; the message is for its owner, in Chinese."""


@dataclass(frozen=True)
class Bulk:
    """A large file for the database to read, in UTF-8 (a copy, where it is not): `lines` physical lines in all."""

    path: Path
    delimiter: str
    columns: int
    lines: int


@dataclass(frozen=True)
class Sheet:
    """A CSV file or one worksheet. `layout` names each column in file order ('' is unknown).

    `rows` holds (line, cells) pairs; it is empty where `bulk` is set. `table` is None where the name fits no table, and
    `problem` says why nothing could be read. `file` ends in `#` and the title of the `worksheet`, if it is one; `link`
    is its address. `constants` are (column id, value) that the configuration sets for every row.
    """

    file: str
    size: int
    modified_at: dt.datetime
    sha256: str
    table: str | None = None
    encoding: str = ""
    excel: bool = False
    header_line: int = 0
    layout: tuple[str, ...] = ()
    rows: tuple[tuple[int, list[str]], ...] = ()
    bulk: Bulk | None = None
    lost_characters: int = 0
    note: str | None = None
    problem: str | None = None
    left_out: str | None = None
    worksheet: str | None = None
    link: str | None = None
    constants: tuple[tuple[str, str], ...] = ()


def score(cells: list[str], table: Table) -> int:
    return len(table.headers.keys() & {normalise(cell) for cell in cells})


def layout_of(header: list[str], table: Table) -> tuple[tuple[str, ...], str | None]:
    """The column id of each header cell, and a remark where a column stands twice (the first one is read)."""
    layout: list[str] = []
    twice: list[str] = []
    for cell in header:
        column = table.headers.get(normalise(cell), "")
        if column in layout and column:
            twice.append(table.columns[column].headers[0])
            column = ""
        layout.append(column)
    missing = [c.headers[0] for c in table.columns.values() if c.required and not _present(c.id, layout)]
    if missing:
        needed = "、".join(c.headers[0] for c in table.columns.values() if c.required)
        raise Unreadable(f"找不到「{'」「'.join(missing)}」欄。欄名須有：{needed}。請補上後重新放入。")
    note = f"「{'」「'.join(twice)}」欄出現兩次，採用第一欄；請刪除多的一欄。" if twice else None
    return tuple(layout), note


def _present(column: str, layout: list[str]) -> bool:
    return column in layout or (column == "school" and "school_code" in layout)


def no_header(table: Table) -> str:
    names = "、".join(column.headers[0] for column in table.columns.values() if column.required)
    return f"前 {HEADER_ROWS} 列裡找不到標題列，看不出是「{table.label['zh-TW']}」。標題列須有：{names}。"


def best_row(rows: Iterable[tuple[T, list[str]]], table: Table) -> tuple[T, list[str]]:
    """The row, of (place, cells), with the most headers; of several the first.

    Raises:
        Unreadable: no row has two.
    """
    best: tuple[T, list[str]] | None = None
    found = 1
    for place, cells in rows:
        # No row has more headers than cells: nearly all rows below the header need no look.
        if len(cells) > found and (headers := score(cells, table)) > found:
            best, found = (place, cells), headers
    if best is None:
        raise Unreadable(no_header(table))
    return best


def bears_header(table: Table, rows: Iterable[tuple[int, list[str]]]) -> bool:
    """Whether one of the first rows is a header with every required column of a table."""
    try:
        _, header = best_row((row for row in rows if row[0] <= HEADER_ROWS), table)
        layout_of(header, table)
    except Unreadable:
        return False
    return True


def of_rows(sheet: Sheet, table: Table, rows: Sequence[tuple[int, list[str]]]) -> Sheet:
    """`sheet` with the rows below its header, which is sought in the first rows of (line, cells).

    Raises:
        Unreadable: there is no header, or it lacks a required column.
    """
    at, header = best_row((row for row in rows if row[0] <= HEADER_ROWS), table)
    layout, note = layout_of(header, table)
    body = tuple((line, cells) for line, cells in rows if line > at)
    return replace(sheet, header_line=at, layout=layout, rows=body, note=note)


def is_even(rows: int, columns: int, size: int) -> bool:
    """Whether `rows` rows of the header's width are no larger than their file of `size` bytes: each cell but the last of
    the file is followed by a mark of its own."""
    return rows * columns <= size + 1


def without_rows(sheet: Sheet) -> Sheet:
    """`sheet` without its rows, once they are stored."""
    return replace(sheet, rows=())
