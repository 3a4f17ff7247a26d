"""Writes worksheets as XLSX, XLS, XLSB or ODS: the values, what is merged, and what is hidden."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from openpyxl import Workbook

from tests import binary_workbooks as binary
from tests.oracle.writing import CellValue

SUFFIXES = (".xlsx", ".xlsx", ".xlsx", ".ods", ".xls", ".xlsb")
"""XLSX more often than the others."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Worksheet:
    title: str
    rows: Sequence[Sequence[CellValue]]
    hidden: bool = False
    merged: Sequence[tuple[int, int, int, int]] = ()
    """First row, last row, first column, last column, from 0."""


def write_book(path: Path, worksheets: Sequence[Worksheet]) -> None:
    """A workbook in the format that the path's suffix names; a text that is an error's is an error cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".xlsx":
        _xlsx(worksheets).save(path)
    elif path.suffix == ".ods":
        path.write_bytes(_ods(worksheets))
    else:
        sheets = [_binary_sheet(one) for one in worksheets]
        path.write_bytes((binary.xls if path.suffix == ".xls" else binary.xlsb)(*sheets))


def _xlsx(worksheets: Sequence[Worksheet]) -> Workbook:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for one in worksheets:
        sheet = workbook.create_sheet(one.title)
        sheet.sheet_state = "hidden" if one.hidden else "visible"
        for line, row in enumerate(one.rows, 1):
            sheet.append([None if value == "" else value for value in row])
            for column, value in enumerate(row, 1):
                if isinstance(value, str) and value.startswith("="):
                    sheet.cell(line, column).data_type = "s"
        for top, bottom, left, right in one.merged:
            sheet.merge_cells(
                start_row=top + 1, end_row=bottom + 1, start_column=left + 1, end_column=right + 1
            )
    return workbook


def _binary_sheet(one: Worksheet) -> binary.Sheet:
    rows = [list(map(_binary_cell, row)) for row in one.rows]
    for covered in _covered(one):
        rows[covered[0]][covered[1]] = None
    return binary.Sheet(one.title, rows, one.hidden, one.merged)


def _binary_cell(value: CellValue) -> object:
    if isinstance(value, datetime):
        return binary.Day((value - datetime(1899, 12, 30)) / DAY)
    if isinstance(value, date):
        return binary.Day((value - date(1899, 12, 30)).days)
    if isinstance(value, time):
        return binary.Hours(timedelta(hours=value.hour, minutes=value.minute) / DAY)
    if isinstance(value, str):
        return binary.Error(value) if value in binary.ERRORS else value or None
    return value


def _covered(one: Worksheet) -> set[tuple[int, int]]:
    """The cells of merged ranges that hold nothing: all but the first of each."""
    return {
        (line, column)
        for top, bottom, left, right in one.merged
        for line in range(top, bottom + 1)
        for column in range(left, min(right + 1, len(one.rows[line])))
        if (line, column) != (top, left)
    }


def _ods(worksheets: Sequence[Worksheet]) -> bytes:
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    styles = (
        '<office:automatic-styles><style:style style:name="hid" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
    )
    content = (
        f'<office:document-content{spaces} xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f"{styles}<office:body><office:spreadsheet>{''.join(map(_ods_table, worksheets))}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return data.getvalue()


def _ods_table(one: Worksheet) -> str:
    spans = {
        (
            top,
            left,
        ): f' table:number-rows-spanned="{bottom - top + 1}" table:number-columns-spanned="{right - left + 1}"'
        for top, bottom, left, right in one.merged
    }
    covered = _covered(one)
    rows = "".join(
        "<table:table-row>"
        + "".join(
            "<table:covered-table-cell/>"
            if (line, column) in covered
            else _ods_cell(value, spans.get((line, column), ""))
            for column, value in enumerate(row)
        )
        + "</table:table-row>"
        for line, row in enumerate(one.rows)
    )
    style = ' table:style-name="hid"' if one.hidden else ""
    return f'<table:table table:name="{escape(one.title)}"{style}>{rows}</table:table>'


def _ods_cell(value: CellValue, span: str) -> str:
    if value is None or value == "":
        return f"<table:table-cell{span}/>"
    kind, text = "string", str(value)
    if isinstance(value, bool):
        kind = f'boolean" office:boolean-value="{text.lower()}'
    elif isinstance(value, int | float):
        kind = f'float" office:value="{value}'
    elif isinstance(value, date):
        kind = f'date" office:date-value="{value.isoformat()}'
    elif isinstance(value, time):
        kind = f'time" office:time-value="PT{value.hour}H{value.minute}M0S'
    elif value in binary.ERRORS:
        kind = 'string" calcext:value-type="error'
    lines = "".join(f"<text:p>{escape(line).replace(' ', '<text:s/>')}</text:p>" for line in text.split("\n"))
    return f'<table:table-cell{span} office:value-type="{kind}">{lines}</table:table-cell>'
