"""Tables as a file, XLSX, ODS or CSV, and several as a workbook; every text and header is safe against formulas."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.utils import get_column_letter

from dashboard.exports import ods as opendocument
from dashboard.exports.archive import timeless
from dashboard.exports.cells import UNWRITABLE, safe
from dashboard.exports.ods import Cell as Looked
from dashboard.exports.refusals import CannotMake

Cell = str | int | float | Decimal | date | None
WIDEST = 60
# The writer holds them all, at some 2.5 KB each.
ODS_CELLS = 200_000
FILTER = 2  # characters that the button of a filter hides
LONGEST = 31  # characters of a worksheet's name
TOP = "head"
# The colours of the statuses (`Status.colour`) and the formats of shares: `blank.fods` has them by the same names.
LOOKS = {
    "met": ("0B6152", None),
    "on_track": ("333C45", None),
    "behind": ("7A4100", "FBE1B6"),
    "overdue": ("FFFFFF", "9C1F2E"),
    "no_data": ("525A63", "E9EBEE"),
    "exempt": ("666E77", None),
    "info": ("525A63", None),
    "upcoming": ("666E77", None),
}
FORMATS = {"share": "0.0%", "exact-share": "0.0000%"}
Progress = Callable[[float, str], None]


class TooLarge(CannotMake):
    """The table is too large for this format; the message says what to take instead, in Chinese and English."""


@dataclass(frozen=True)
class Sheet:
    """A worksheet: a header that stays, the rows, and how many of the first columns stay in view.

    A value of a row may have a look of `LOOKS` or `FORMATS`.
    """

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[object]]
    stays: int = 0


def xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """One worksheet as XLSX with a header that stays; numbers and dates keep their types. The same rows give the same bytes."""
    return xlsx_book([Sheet(title, header, rows)])


def xlsx_book(sheets: Sequence[Sheet], progress: Progress = lambda share, text: None) -> bytes:
    """Several such worksheets as one workbook; `progress` is called before each."""
    book = Workbook(write_only=True)
    for style in _styles():
        book.add_named_style(style)
    titles = _titles(sheets)
    for at, (source, title) in enumerate(zip(sheets, titles, strict=True)):
        progress(at / len(sheets), title)
        names, body = _cells(source.header, source.rows)
        sheet = book.create_sheet(title)
        sheet.freeze_panes = f"{get_column_letter(source.stays + 1)}2"
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{len(body) + 1}"
        for column, width in enumerate(_widths(names, body), start=1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.append([_styled(sheet, name, TOP) for name in names])
        for row in body:
            sheet.append([_written(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return timeless(out.getvalue())


def ods(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The same as OpenDocument, the government's format of exchange.

    Raises:
        TooLarge: its writer would take more memory than a server has to spare.
    """
    names, body = _cells(header, rows)
    if len(names) * len(body) > ODS_CELLS:
        raise TooLarge(
            f"這張表有 {len(body):,} 列，做成 ODS 太大。請改下載 XLSX 或 CSV，內容相同；要 ODS 請用試算表軟體開啟後另存。\n"
            "This table is too large for ODS: please take the XLSX or CSV, which hold the same.\n"
        )
    return opendocument.write([_ods_sheet(_sheet_title(title), names, body)])


def ods_book(sheets: Sequence[Sheet], progress: Progress = lambda share, text: None) -> bytes:
    """Several such worksheets as one workbook.

    Raises:
        TooLarge: its writer would take more memory than a server has to spare.
    """
    written = []
    for at, (source, title) in enumerate(zip(sheets, _titles(sheets), strict=True)):
        progress(at / len(sheets) / 2, title)
        written.append(_ods_sheet(title, *_cells(source.header, source.rows), source.stays))
    cells = sum(len(sheet.widths) * len(sheet.rows) for sheet in written)
    if cells > ODS_CELLS:
        raise TooLarge(
            f"這份活頁簿有 {cells:,} 格，做成 ODS 太大。請改用 XLSX，內容相同；要 ODS 請用試算表軟體開啟後另存。\n"
            "This workbook is too large for ODS: please take the XLSX, which holds the same.\n"
        )
    progress(0.5, "ODS")
    return opendocument.write(written)


def _ods_sheet(
    title: str, names: Sequence[str], body: Sequence[Sequence[Cell | Looked]], stays: int = 0
) -> opendocument.Sheet:
    top = [Looked(name, TOP) for name in names]
    return opendocument.Sheet(title, _widths(names, body), [top, *body], stays=(stays, 1), filtered=True)


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The table as CSV in UTF-8 with a byte order mark, which Excel needs."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_value(name) for name in header])
    writer.writerows([_value(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cells(
    header: Sequence[str], rows: Iterable[Sequence[object]]
) -> tuple[list[str], list[list[Cell | Looked]]]:
    return [str(_value(name)) for name in header], [[_cell(cell) for cell in row] for row in rows]


def _cell(cell: object) -> Cell | Looked:
    return cell._replace(value=_value(cell.value)) if isinstance(cell, Looked) else _value(cell)


def _widths(names: Sequence[str], body: Sequence[Sequence[Cell | Looked]]) -> list[int]:
    """The width of each column in characters, from its first rows."""
    longest = ([_width(row[at]) for row in body[:500]] for at in range(len(names)))
    return [
        min(max(_width(name) + FILTER, *widths, 0) + 2, WIDEST)
        for name, widths in zip(names, longest, strict=True)
    ]


def _value(value: object) -> Cell:
    if value is None or isinstance(value, date):
        return value
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        exact = Decimal(str(value)).normalize()  # 3.0 from a nullable column is 3
        return int(exact) if exact == exact.to_integral_value() else exact
    return str(safe(UNWRITABLE.sub("", str(value))))


def _written(sheet: object, value: Cell | Looked) -> object:
    if isinstance(value, Looked):
        return _styled(sheet, value.value, value.look)
    return _wrapped(sheet, value) if isinstance(value, str) and "\n" in value else value


def _styled(sheet: object, value: object, style: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    cell.style = style
    return cell


def _wrapped(sheet: object, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _styles() -> list[NamedStyle]:
    """New styles for each workbook, which ties them to itself."""
    colours = [
        NamedStyle(name, _font(color=text), PatternFill("solid", fgColor=fill) if fill else None)
        for name, (text, fill) in LOOKS.items()
    ]
    formats = [NamedStyle(name, _font(), number_format=code) for name, code in FORMATS.items()]
    return [NamedStyle(TOP, _font(bold=True), PatternFill("solid", fgColor="E8F0F8")), *colours, *formats]


def _font(**more: Any) -> Font:
    """The font of cells without a style."""
    return Font(name="Calibri", size=11, family=2, **more)


def _width(value: object) -> int:
    plain = value.value if isinstance(value, Looked) else value
    lines = str(plain if plain is not None else "").split("\n")
    return max(sum(2 if ord(char) > 0x2E7F else 1 for char in line) for line in lines)


def _titles(sheets: Sequence[Sheet]) -> list[str]:
    """A unique name for each worksheet; spreadsheets take names that differ only by case for the same."""
    titles: list[str] = []
    taken: set[str] = set()
    for sheet in sheets:
        title, again = _sheet_title(sheet.title), 1
        while title.casefold() in taken:
            again += 1
            title = f"{_sheet_title(sheet.title)[: LONGEST - len(f' {again}')]} {again}"
        taken.add(title.casefold())
        titles.append(title)
    return titles


def _sheet_title(title: str) -> str:
    return "".join("_" if char in "[]:*?/\\'" else char for char in title)[:LONGEST].strip() or "資料"
