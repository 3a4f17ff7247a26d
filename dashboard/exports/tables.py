"""A table as a file: XLSX or CSV, with every text and header made safe against formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from dashboard.exports.archive import timeless
from dashboard.exports.cells import safe

Cell = str | int | float | Decimal | date | datetime | None
WIDEST = 60


def xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """One worksheet with a header that stays; numbers stay numbers, dates dates. The same rows are the same bytes."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_title(title))
    sheet.freeze_panes = "A2"
    body = [[_value(cell) for cell in row] for row in rows]
    for at, name in enumerate(header):
        longest = max((_width(row[at]) for row in body[:500]), default=0)
        sheet.column_dimensions[get_column_letter(at + 1)].width = min(max(longest, _width(name)) + 2, WIDEST)
    top = []
    for name in header:
        cell = WriteOnlyCell(sheet, value=_value(name))
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


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with its mark, so that Excel opens it rightly."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_value(name) for name in header])
    writer.writerows([_value(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _value(value: object) -> Cell:
    if value is None or isinstance(value, date):
        return value
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        exact = Decimal(str(value)).normalize()  # 3.0 from a nullable column is 3
        return int(exact) if exact == exact.to_integral_value() else exact
    return str(safe(ILLEGAL_CHARACTERS_RE.sub("", str(value))))


def _wrapped(sheet: object, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _width(value: object) -> int:
    lines = str(value if value is not None else "").split("\n")
    return max(sum(2 if ord(char) > 0x2E7F else 1 for char in line) for line in lines)


def _sheet_title(title: str) -> str:
    return "".join("_" if char in "[]:*?/\\'" else char for char in title)[:31] or "資料"
