"""What the reader of workbooks, calamine, gives of XLSX, XLSB and XLS files: worksheets as rows of text.

It leaves out errors, panics at some damaged files and may lose rows: what a file itself says of them (`Facts`) is held
against it.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from dashboard.sources import extent
from dashboard.sources.binary import Facts
from dashboard.sources.sheet import Unreadable
from dashboard.sources.worksheet import Room, Rows, Worksheet, spread, text_of

T = TypeVar("T")
_TEXTS = 100_000
_NO_TEXT = re.compile("[\ud800-\udfff]")
PASSWORD = "這個活頁簿有密碼保護，讀不出來。請移除密碼並另存新檔。"


def openable(path: Path, *suffixes: str) -> str | io.BytesIO:
    """What the reader opens: it goes by the suffix of a path, and takes none that is not UTF-8."""
    is_plain = path.suffix.lower() in suffixes and not _NO_TEXT.search(str(path))
    return str(path) if is_plain else io.BytesIO(path.read_bytes())


def _guarded(call: Callable[[], T]) -> T:
    try:
        return call()
    except Unreadable:
        raise
    except PasswordError as error:
        raise Unreadable(PASSWORD) from error
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise Unreadable(extent.DAMAGED) from error


def opened(file: str | io.BytesIO) -> CalamineWorkbook:
    """The workbook in a file. A damaged one can make the reader panic, which is no Exception.

    Raises:
        Unreadable: it is damaged, or has a password.
    """
    return _guarded(lambda: CalamineWorkbook.from_object(file))


def worksheets(book: CalamineWorkbook, facts: Sequence[Facts] = ()) -> list[Worksheet]:
    """The worksheets of a workbook that the reader has opened; charts and macros are none.

    Raises:
        Unreadable: there is none, or the reader would take one of two for both.
    """
    readable = [
        Worksheet(
            one.name,
            one.visible != SheetVisibleEnum.Visible,
            _rows_of(book, at, facts[at] if facts else None),
        )
        for at, one in enumerate(book.sheets_metadata)
        if one.typ == SheetTypeEnum.WorkSheet
    ]
    if not readable:
        raise Unreadable(extent.NO_WORKSHEET)
    if len({one.title for one in readable}) < len(readable):
        raise Unreadable(extent.DAMAGED)  # the reader would take one of them
    return readable


def _rows_of(book: CalamineWorkbook, at: int, facts: Facts | None) -> Callable[[Room], Rows]:
    return lambda room: _guarded(lambda: _rows(book, at, facts or Facts(), room))


def _rows(book: CalamineWorkbook, at: int, facts: Facts, room: Room) -> Rows:
    room.take()
    source = book.get_sheet_by_index(at)
    row, column = source.end or (0, 0)
    room.take(cells=(row + 1) * (column + 1))
    rows: Rows = []
    texts = _Texts()
    for line, values in enumerate(_with_errors(source, facts.errors), 1):
        if any(value != "" for value in values):
            # Python takes true for 1.
            cells = [text_of(one) if one is True or one is False else texts[one] for one in values]
            room.take(text=sum(map(len, cells)))
            rows.append((line, cells))
    # What the file itself says, counted without the reader: a row that it lost would be missed by nobody.
    lost = bytearray(facts.filled)
    for line, _ in rows:
        lost[line - 1 : line] = b"\0"
    if any(lost):
        sure = facts.surely_filled() if facts.surely_filled else range(len(lost))
        for row, is_lost in enumerate(lost):
            if is_lost and row in sure:
                raise extent.lost_row(row + 1)
    spread(rows, source.merged_cell_ranges or facts.merged, room)
    return rows


def _with_errors(source: CalamineSheet, errors: Mapping[int, Mapping[int, str]]) -> Iterator[list[Any]]:
    """The rows of a worksheet with what the reader leaves out: errors, and the blank columns in front."""
    front = [""] * (source.start[1] if source.start else 0)
    row = -1
    for row, values in enumerate(source.iter_rows()):
        values[:0] = front
        if row in errors:
            values += [""] * (1 + max(errors[row]) - len(values))
            for column, text in errors[row].items():
                values[column] = text
        yield values
    for missing in range(row + 1, 1 + max(errors, default=-1)):
        yield [
            errors.get(missing, {}).get(column, "")
            for column in range(1 + max(errors.get(missing, {}), default=-1))
        ]


class _Texts(dict[Any, str]):
    """The text of a cell; one of many cells is made and held once."""

    def __missing__(self, value: Any) -> str:
        if len(self) == _TEXTS:
            self.clear()
        text = self[value] = text_of(value)
        return text
