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

from python_calamine import CalamineWorkbook

from dashboard.sources.contracts import Table
from dashboard.sources.places import Entry, constants_of, table_for
from dashboard.sources.sheet import Sheet, Unreadable, of_rows

# A workbook whose parts declare more than this is a mistake or an attack: the nation's whole roster is a tenth of it.
UNPACKED_BYTES = 300_000_000
# The reader lays out every cell of the rectangle that holds the filled ones. A larger rectangle than this must be
# mostly filled: a filled cell takes some thirty bytes of the worksheet.
WORKSHEET_CELLS = 10_000_000

_BARE_FORMULA = re.compile(
    rb"<c((?:\s+(?!t=)\w+=[\"'][^\"']*[\"'])*)\s*><f[^>]*>([^<]+)</f>(?:<v>\s*</v>|<v\s*/>)?</c>"
)
_FORMULA_AS_TEXT = rb'<c\1 t="inlineStr"><is><t>=\2</t></is></c>'
_CELL_COLUMN = re.compile(rb"""\sr=["']([A-Z]{1,3})\d""")
_CELL_ROW = re.compile(rb"""\sr=["'][A-Z]{0,3}(\d{1,7})["']""")


def read(
    path: Path, base: Sheet, own: Table | None, entries: Mapping[str, Entry], tables: Mapping[str, Table]
) -> list[Sheet]:
    """Every worksheet. One that `own`, the file's table, is lent to is the first of a workbook in which no title fits."""
    try:
        file = _checked(path)
        # A damaged workbook can make the reader panic, which is no Exception.
        book = _guarded(lambda: CalamineWorkbook.from_object(file))
        titles = list(book.sheet_names)
        given = {title: entries.get(f"{base.file}#{title}") for title in titles}
        fits = {title: table_for(title, entry, tables) for title, entry in given.items()}
        if own is not None and titles and not any(fits.values()):
            fits[titles[0]] = own
            given[titles[0]] = entries.get(base.file)
        sheets = []
        for title, table in fits.items():
            sheet = _worksheet(book, title, base, table)
            constants = constants_of(given[title], tables[table.id]) if table else ()
            sheets.append(replace(sheet, constants=constants))
        return sheets
    except Unreadable as error:
        return [replace(base, table=own.id if own else None, excel=True, problem=str(error))]


def _checked(path: Path) -> str | io.BytesIO:
    """What the reader may open: the file, or a copy in which formulas without a result are texts.

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
            if declared > UNPACKED_BYTES:
                size = f"{declared / 1e6:,.0f} MB"
                raise Unreadable(f"這個活頁簿解開後有 {size}，超過上限，未讀取。請只留資料、另存新檔。")
            bare = {}
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    # It is read no further than declared, so a part that hides its size is found out here.
                    xml = archive.read(part)
                    _check_area(xml)
                    if b"</f>" in xml and _BARE_FORMULA.search(xml):
                        bare[part.filename] = _BARE_FORMULA.sub(_FORMULA_AS_TEXT, xml)
            return _with_parts(archive, bare) if bare else str(path)
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


def _check_area(xml: bytes) -> None:
    """A single stray cell in the far corner would make the reader lay out billions of empty ones."""
    columns = max(map(_column_number, set(_CELL_COLUMN.findall(xml))), default=0)
    rows = max(map(int, set(_CELL_ROW.findall(xml))), default=0)
    if rows * columns > max(WORKSHEET_CELLS, len(xml) // 10):
        raise Unreadable("工作表太大：最遠的儲存格在很後面。請刪除資料以外的列與欄後另存新檔。")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _guarded(call: Any) -> Any:
    try:
        return call()
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise Unreadable("這個活頁簿已損壞，讀不出來。請重新另存成 .xlsx。") from error


def _worksheet(book: Any, title: str, base: Sheet, table: Table | None) -> Sheet:
    sheet = replace(
        base,
        file=f"{base.file}#{title}",
        excel=True,
        encoding="xlsx",
        worksheet=title,
        table=table.id if table else None,
    )
    if table is None:
        return sheet
    try:
        source = _guarded(lambda: book.get_sheet_by_name(title))
        return of_rows(sheet, table, _guarded(lambda: _filled_rows(source)))
    except Unreadable as error:
        return replace(sheet, problem=str(error))


def _filled_rows(source: Any) -> list[tuple[int, list[str]]]:
    return [
        (line, [_cell(value) for value in row])
        for line, row in enumerate(source.iter_rows(), 1)
        if any(value != "" for value in row)
    ]


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
