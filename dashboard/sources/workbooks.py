"""Reading XLSX workbooks: every worksheet as rows of text, whatever its cells' types.

The size is proved before anything is unpacked, and a damaged workbook is a sentence for its owner.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook, SheetVisibleEnum

from dashboard.sources import extent
from dashboard.sources.contracts import Table
from dashboard.sources.places import HIDDEN, Entry, constants_of, table_of_worksheet
from dashboard.sources.sheet import HEADER_ROWS, Sheet, Unreadable, of_rows, score

# What a whole workbook may have of cells, the blank ones with them: its worksheets are read one after another.
WORKBOOK_CELLS = 3 * extent.WORKSHEET_CELLS

_BARE_FORMULA = re.compile(
    rb"<c((?:\s+(?!t=)\w+=[\"'][^\"']*[\"'])*)\s*><f[^>]*>([^<]+)</f>(?:<v>\s*</v>|<v\s*/>)?</c>"
)
_FORMULA_AS_TEXT = rb'<c\1 t="inlineStr"><is><t>=\2</t></is></c>'
# The reader takes no path that is not UTF-8.
_NO_TEXT = re.compile("[\ud800-\udfff]")


class _Room:
    """What is left for the worksheets that follow: many of them may be one and the same part."""

    def __init__(self) -> None:
        self.cells, self.text = WORKBOOK_CELLS, extent.UNPACKED_BYTES

    def take(self, cells: int = 0, text: int = 0) -> None:
        """Raises `Unreadable` once nothing is left."""
        self.cells -= cells
        self.text -= text
        if self.cells < 0:
            raise extent.too_large()
        if self.text < 0:
            raise extent.too_much_text()


def read(
    path: Path, base: Sheet, own: Table | None, entries: Mapping[str, Entry], tables: Mapping[str, Table]
) -> list[Sheet]:
    """Every worksheet; `own` is the file's table."""
    try:
        file = _checked(path)
        # A damaged workbook can make the reader panic, which is no Exception.
        book = _guarded(lambda: CalamineWorkbook.from_object(file))
        sheets, room = [], _Room()
        for about in book.sheets_metadata:
            entry = entries.get(f"{base.file}#{about.name}")
            hidden = about.visible is not SheetVisibleEnum.Visible and (entry is None or entry.table is None)
            sheets.append(_worksheet(book, about.name, base, own, entry, hidden, tables, room))
        return _lent(sheets, own)
    except Unreadable as error:
        return [replace(base, table=own.id if own else None, excel=True, problem=str(error))]


def _checked(path: Path) -> str | io.BytesIO:
    """What the reader may open: the file, or a copy of its parts, in which formulas without a result are texts.

    Excel stores each formula with its result; other programs write a cell that begins with = as a bare formula, which the
    reader would take as blank.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise Unreadable("這是空檔案。請重新匯出後再放進來。")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("這是舊版 .xls 或有密碼保護的活頁簿。請移除密碼並另存成 .xlsx。")
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            declared = sum(part.file_size for part in parts)
            if declared > extent.UNPACKED_BYTES:
                size = f"{declared / 1e6:,.0f} MB"
                raise Unreadable(f"這個活頁簿解開後有 {size}，超過上限，未讀取。請只留資料、另存新檔。")
            bare = {}

            def unpacked(part: zipfile.ZipInfo) -> bytes:
                # It is read no further than declared, so a part that hides its size is found out here.
                xml = archive.read(part)
                if b"</f>" in xml and _BARE_FORMULA.search(xml):
                    xml = bare[part.filename] = _BARE_FORMULA.sub(_FORMULA_AS_TEXT, xml)
                return xml

            extent.check(parts, unpacked)
            return _with_parts(archive, bare) if bare or _NO_TEXT.search(str(path)) else str(path)
    except Unreadable:
        raise
    except Exception as error:
        # A damaged archive fails in many ways: as a zip, in its compression, its names, its encryption.
        raise Unreadable(
            "這不是 XLSX（可能是改了副檔名的檔案，或檔案不完整）。請重新另存成 .xlsx。"
        ) from error


def _with_parts(archive: zipfile.ZipFile, changed: Mapping[str, bytes]) -> io.BytesIO:
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as made:
        for name in archive.namelist():
            made.writestr(name, changed.get(name) or archive.read(name))
    copy.seek(0)
    return copy


def _guarded(call: Any) -> Any:
    try:
        return call()
    except Unreadable:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise Unreadable(extent.DAMAGED) from error


def _worksheet(
    book: Any,
    title: str,
    base: Sheet,
    own: Table | None,
    entry: Entry | None,
    hidden: bool,
    tables: Mapping[str, Table],
    room: _Room,
) -> Sheet:
    sheet = replace(base, file=f"{base.file}#{title}", excel=True, encoding="xlsx", worksheet=title)
    try:
        room.take()
        source = _guarded(lambda: book.get_sheet_by_name(title))
        rows = _guarded(lambda: _filled_rows(source, room))
        table = None if hidden else table_of_worksheet(title, entry, own, rows, tables)
        if table is None:
            return replace(
                sheet, rows=tuple(rows[:HEADER_ROWS]), hidden=hidden, left_out=HIDDEN if hidden else None
            )
        sheet = replace(sheet, table=table.id, constants=constants_of(entry, tables[table.id]))
        return of_rows(sheet, table, rows)
    except Unreadable as error:
        return replace(sheet, problem=str(error))


def _lent(sheets: list[Sheet], own: Table | None) -> list[Sheet]:
    """Where no worksheet is a table, the one that is most like the file's own tells what it lacks."""
    if own is None or any(sheet.table or sheet.problem for sheet in sheets):
        return sheets

    def likeness(sheet: Sheet) -> int:
        return max((score(cells, own) for _, cells in sheet.rows), default=0)

    shown = [sheet for sheet in sheets if not sheet.left_out]
    best = max(shown, key=likeness, default=None)
    if best is None:
        return sheets
    try:
        lent = of_rows(replace(best, table=own.id), own, best.rows)
    except Unreadable as error:
        lent = replace(best, table=own.id, rows=(), problem=str(error))
    return [lent if sheet is best else sheet for sheet in sheets]


def _filled_rows(source: Any, room: _Room) -> list[tuple[int, list[str]]]:
    row, column = source.end or (0, 0)
    room.take(cells=(row + 1) * (column + 1))
    rows = []
    for line, values in enumerate(source.iter_rows(), 1):
        if any(value != "" for value in values):
            cells = [_cell(value) for value in values]
            room.take(text=sum(map(len, cells)))
            rows.append((line, cells))
    return rows


def _cell(value: Any) -> str:
    """A typed cell as the text a person would have typed."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        # Excel keeps a day fraction; half a second more or less is its rounding.
        moment: dt.datetime = (value + dt.timedelta(milliseconds=500)).replace(microsecond=0)
        return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat(sep=" ")
    return "" if value is None else str(value)
