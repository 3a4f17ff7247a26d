"""A table as a file or worksheet holds it: rows of text, and which column of the contract each cell belongs to.

Nothing is interpreted here but the header: where it is, and what its columns are.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from dashboard.definitions.headers import names_in, normalise
from dashboard.definitions.table import Column, Table

HEADER_ROWS = 50
MOST_HEADERS = 12
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
    """A CSV file or one worksheet. `header` is its header's cells, `layout` the column of each ('' is unknown).

    `rows` holds (line, cells) pairs; it is empty where `bulk` is set, and the first ones where `table` is None, because
    the name fits no table: `likely` is then the one that it probably is. `problem` says why nothing could be read, and
    `left_out` why a file or worksheet that is there was not, which may be `hidden`, and what to do; None where the
    configuration leaves it out. `file` ends in `#` and the title of the `worksheet`, if it is one; `link` is its address.
    `constants` are (column id, value) that the configuration sets for every row. Where its rows are those of a former
    reading, `stale_since` is when that was, and `stale_because` why it cannot be read now. `state` is its file's when it
    was read, see `files.state_of`.
    """

    file: str
    size: int
    modified_at: dt.datetime
    sha256: str
    table: str | None = None
    encoding: str = ""
    excel: bool = False
    header_line: int = 0
    header: tuple[str, ...] = ()
    layout: tuple[str, ...] = ()
    rows: tuple[tuple[int, list[str]], ...] = ()
    bulk: Bulk | None = None
    lost_characters: int = 0
    note: str | None = None
    problem: str | None = None
    left_out: str | None = None
    likely: str | None = None
    hidden: bool = False
    worksheet: str | None = None
    link: str | None = None
    constants: tuple[tuple[str, str], ...] = ()
    stale_since: dt.datetime | None = None
    stale_because: str | None = None
    state: tuple[int, ...] = ()


def score(cells: list[str], table: Table, beyond: int = 0) -> int:
    """How many columns of a table a row names; 0 as soon as it cannot be more than `beyond`."""
    named: set[str] = set()
    for left, cell in zip(range(len(cells) - 1, -1, -1), cells, strict=True):
        if cell and (column := table.column_of(cell)):
            named.add(column)
        elif len(named) + left <= beyond:
            return 0
    return len(named)


def layout_of(header: Sequence[str], table: Table) -> tuple[tuple[str, ...], str | None]:
    """The column id of each header cell, '' where it names none or another cell goes before it, and a remark on these.

    Raises:
        Unreadable: a required column is missing.
    """
    layout = [""] * len(header)
    claims = _claims(header, table)
    for column, places in claims.items():
        layout[places[0].at] = column
    missing = [c for c in table.columns.values() if c.required and not _present(c.id, layout)]
    if missing:
        raise Unreadable(_missing(missing, header, layout, table))
    rivals = [
        f"{_quoted(header[places[0].at])}與{_quoted(header[one.at])}是同一欄，採用{_quoted(header[places[0].at])}。"
        for places in claims.values()
        for one in places
        if one.order != places[0].order
    ]
    return tuple(layout), "".join(rivals) or None


class _Claim(NamedTuple):
    """A header cell that names a column: by which of its names, whether with a mark or a remark, and its place."""

    order: int
    marked: bool
    at: int


def _claims(header: Sequence[str], table: Table) -> dict[str, list[_Claim]]:
    """The cells that name each column, the best first: by the names as the contract has them, the exact one first."""
    claims: dict[str, list[_Claim]] = {}
    for at, cell in enumerate(header):
        if column := table.column_of(cell):
            name = next(name for name in names_in(cell) if name in table.headers)
            claims.setdefault(column, []).append(_Claim(table.orders[name], name != normalise(cell), at))
    return {column: sorted(places) for column, places in claims.items()}


def doubled(header: Sequence[str], table: Table) -> dict[str, list[_Claim]]:
    """Of each column that a header names more than once by one name, the cells that do, the best first."""
    claims = {
        column: [one for one in places if one.order == places[0].order]
        for column, places in _claims(header, table).items()
    }
    return {column: places for column, places in claims.items() if len(places) > 1}


def fill_doubled(header: Sequence[str], table: Table, rows: Iterable[tuple[int, list[str]]]) -> str | None:
    """Of several columns of one name let that be read which is filled, row by row; gives a remark where both are.

    A value of a further column is moved to the first one's place, in `rows` themselves.

    Raises:
        Unreadable: two columns of one name are both filled in one row, and a value is required.
    """
    notes: list[str] = []
    for column_id, (best, *others) in doubled(header, table).items():
        column, first, both = table.columns[column_id], best.at, False
        for line, cells in rows:
            for other in others:
                if len(cells) <= other.at or not cells[other.at].strip():
                    continue
                cells.extend([""] * (first + 1 - len(cells)))
                if not cells[first].strip():
                    cells[first], cells[other.at] = cells[other.at], ""
                elif cells[first].strip() != cells[other.at].strip():
                    if column.required and best.marked == other.marked:
                        raise Unreadable(_side_by_side(header, first, other.at, line))
                    both = True
        if both:
            names = f"{_quoted(header[first])}（{letters(first)} 欄）"
            notes.append(
                f"「{column.headers[0]}」有不只一欄，有的列都有填，那些列採用{names}；請確認是否正確。"
            )
    return joined(*notes)


def _side_by_side(header: Sequence[str], first: int, other: int, line: int) -> str:
    left, right = (f"{_quoted(header[at])}（{letters(at)} 欄）" for at in sorted((first, other)))
    return (
        f"{left}與{right}是同一欄，但第 {line} 列兩欄都有填，不知道該讀哪一欄，所以沒有讀。"
        "若是兩張表並排，請分成兩個檔案或工作表；若是不同的內容，請改其中一欄的欄名。"
    )


def joined(*notes: str | None) -> str | None:
    """Several remarks as one."""
    return " ".join(filter(None, notes)) or None


def letters(place: int) -> str:
    """The letters of a column of a spreadsheet; 0 is A, 26 is AA."""
    return (letters(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def _present(column: str, layout: list[str]) -> bool:
    return column in layout or (column == "school" and "school_code" in layout)


def _missing(missing: Sequence[Column], header: Sequence[str], layout: list[str], table: Table) -> str:
    lacking = "」「".join(column.headers[0] for column in missing)
    needed = "、".join(c.headers[0] for c in table.columns.values() if c.required)
    wanted = {column.id for column in missing}
    near = [
        f"{_quoted(cell)}可能是「{table.columns[column].headers[0]}」。"
        for cell in header
        if (column := table.likely_column(cell, table.columns.keys() - wanted))
    ]
    return f"找不到「{lacking}」欄。欄名須有：{needed}。{_header_sentence(header)}{''.join(near[:3])}請改好欄名或補上後重新放入。"


def _header_sentence(header: Sequence[str]) -> str:
    """The sentence that lists the header's cells."""
    cells = [_quoted(cell) for cell in header if cell.strip()]
    more = f"等 {len(cells)} 欄" if len(cells) > MOST_HEADERS else ""
    return f"讀到的標題列是：{''.join(cells[:MOST_HEADERS])}{more}。" if cells else ""


def _quoted(cell: str) -> str:
    text = " ".join(cell.split())
    return f"「{text[:20]}…」" if len(text) > 20 else f"「{text}」"


def no_header(table: Table, header: Sequence[str] = ()) -> str:
    """The sentence for a table without a header; `header` is the row that is most like one."""
    names = "、".join(column.headers[0] for column in table.columns.values() if column.required)
    sentence = f"前 {HEADER_ROWS} 列裡找不到標題列，看不出是「{table.label['zh-TW']}」。標題列須有：{names}。"
    return sentence + _header_sentence(header)


def best_row(rows: Iterable[tuple[T, list[str]]], table: Table) -> tuple[T, list[str]]:
    """The row, of (place, cells), with the most headers; of several the first.

    Raises:
        Unreadable: no row has two.
    """
    best: tuple[T, list[str]] | None = None
    first: list[str] | None = None
    most = 1
    for place, cells in rows:
        first = first or [cell for cell in cells if cell.strip()]
        # No row has more headers than cells: nearly all rows below the header need no look.
        if len(cells) > most and (headers := score(cells, table, most)) > most:
            best, most = (place, cells), headers
    if best is None:
        raise Unreadable(no_header(table, first or ()))
    return best


def bears_header(table: Table, rows: Iterable[tuple[int, list[str]]]) -> bool:
    """Whether one of the first rows is a header with every required column of a table."""
    try:
        _, header = best_row((row for row in rows if row[0] <= HEADER_ROWS), table)
        layout_of(header, table)
    except Unreadable:
        return False
    return True


def likely_table(
    rows: Sequence[tuple[int, list[str]]], tables: Mapping[str, Table]
) -> tuple[Table, str | None] | None:
    """The table whose header the first rows have, with the fault of a header that lacks one required column, else None.

    Of several a whole one goes first, then the one with the most columns.
    """
    fits: list[tuple[bool, int, int, Table, str | None]] = []
    for at, table in enumerate(tables.values()):
        try:
            _, header = best_row((row for row in rows if row[0] <= HEADER_ROWS), table)
        except Unreadable:
            continue
        named = {column for cell in header if (column := table.column_of(cell))}
        lacking = sum(one.required and not _present(one.id, [*named]) for one in table.columns.values())
        if not lacking or (lacking == 1 and len(named) > 2):
            wrong = _layout_fault(header, table) if lacking else None
            fits.append((not lacking, len(named), -at, table, wrong))
    return max(fits, key=lambda fit: fit[:3])[3:] if fits else None


def _layout_fault(header: Sequence[str], table: Table) -> str | None:
    try:
        layout_of(header, table)
    except Unreadable as error:
        return str(error)
    return None


def of_rows(sheet: Sheet, table: Table, rows: Sequence[tuple[int, list[str]]]) -> Sheet:
    """`sheet` with the rows below its header, which is sought in the first rows of (line, cells).

    Raises:
        Unreadable: there is no header, it lacks a required column, or has one twice that is filled twice.
    """
    at, header = best_row((row for row in rows if row[0] <= HEADER_ROWS), table)
    layout, note = layout_of(header, table)
    body = tuple((line, cells) for line, cells in rows if line > at)
    check_errors(layout, body, table)
    note = joined(note, fill_doubled(header, table, body))
    return replace(sheet, header_line=at, header=tuple(header), layout=layout, rows=body, note=note)


# What a spreadsheet shows where a formula failed or is still at work, or a column is too narrow for its numbers.
ERROR = re.compile(
    r"#(?:N/A|GETTING_DATA|[A-Z0-9/_]+[!?])|#{3,}|(?:Loading|(?:正在)?載入中?)(?:\.{3}|…)|Err:\d{3}",
    re.IGNORECASE,
)


def are_errors(layout: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], table: Table) -> str | None:
    """The first error cell, where no row is more than errors: each has one in a required column, or nothing else at all.

    None where a row has a fact, and where there is no error. A total, a remark or a signature below is no fact: it fills no
    more than half of the required columns.
    """
    required = [at for at, name in enumerate(layout) if name and table.columns[name].required]
    first: str | None = None
    for _, cells in rows:
        filled = [text for cell in cells if (text := cell.strip())]
        if not filled:
            continue
        wrong = [text for text in filled if ERROR.fullmatch(text)]
        needed = [text for at in required if at < len(cells) and (text := cells[at].strip())]
        if wrong and (len(wrong) == len(filled) or any(ERROR.fullmatch(text) for text in needed)):
            first = first or wrong[0]
        elif 2 * len(needed) > len(required):
            return None
    return first


def check_errors(layout: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], table: Table) -> None:
    """Raises `Unreadable` where the rows are nothing but formulas that failed: an import that broke, not an empty table."""
    if cell := are_errors(layout, rows, table):
        raise Unreadable(
            f"標題列以下每一列的必填欄都是公式錯誤（例如「{cell}」），沒有資料可讀。"
            "請在試算表修好公式或匯入的權限，等資料出現後再更新。"
        )


def is_even(rows: int, columns: int, size: int) -> bool:
    """Whether `rows` rows of the header's width are no larger than their file of `size` bytes.

    Each cell but the file's last is followed by a separator.
    """
    return rows * columns <= size + 1


def without_rows(sheet: Sheet) -> Sheet:
    """`sheet` without its rows, once they are stored."""
    return replace(sheet, rows=())
