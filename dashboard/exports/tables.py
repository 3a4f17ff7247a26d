"""A table as a file: XLSX, ODS or CSV, with every text and header made safe against formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from dashboard.exports import ods as opendocument
from dashboard.exports.archive import timeless
from dashboard.exports.cells import UNWRITABLE, safe

Cell = str | int | float | Decimal | date | None
WIDEST = 60
# The writer holds them all, at some 2.5 KB each.
ODS_CELLS = 200_000
FILTER = 2  # characters that the button of a filter hides


class TooLarge(Exception):
    """The table is too large for this format; the message says what to take instead, in Chinese and English."""


def xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """One worksheet with a header that stays; numbers stay numbers, dates dates. The same rows are the same bytes."""
    names, body = _cells(header, rows)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_title(title))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{len(body) + 1}"
    for at, width in enumerate(_widths(names, body), start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    top = []
    for name in names:
        cell = WriteOnlyCell(sheet, value=name)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8F0F8")
        top.append(cell)
    sheet.append(top)
    for row in body:
        sheet.append(
            [_wrapped(sheet, value) if isinstance(value, str) and "\n" in value else value for value in row]
        )
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
    top = [opendocument.Cell(name, "head") for name in names]
    sheet = opendocument.Sheet(_sheet_title(title), _widths(names, body), [top, *body], filtered=True)
    return opendocument.write([sheet])


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with its mark, so that Excel opens it rightly."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_value(name) for name in header])
    writer.writerows([_value(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cells(header: Sequence[str], rows: Iterable[Sequence[object]]) -> tuple[list[str], list[list[Cell]]]:
    return [str(_value(name)) for name in header], [[_value(cell) for cell in row] for row in rows]


def _widths(names: Sequence[str], body: Sequence[Sequence[Cell]]) -> list[int]:
    """How many characters wide each column is, as its first rows tell."""
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


def _wrapped(sheet: object, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _width(value: object) -> int:
    lines = str(value if value is not None else "").split("\n")
    return max(sum(2 if ord(char) > 0x2E7F else 1 for char in line) for line in lines)


def _sheet_title(title: str) -> str:
    return "".join("_" if char in "[]:*?/\\'" else char for char in title)[:31].strip() or "資料"
