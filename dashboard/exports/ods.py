"""OpenDocument spreadsheets (ISO/IEC 26300), written by odfdo.

This module adds what odfdo lacks: drop-downs, filters, and a header that stays in view. A document begins as
`blank.fods`, which has the looks of cells by name; the library's own beginning is French and bears a date.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import odfdo
from openpyxl.utils import absolute_coordinate, get_column_letter, quote_sheetname

from dashboard.exports.archive import timeless

LAST_ROW = 1_048_576
CHARACTER = 0.2  # centimetres of a character: widths are in characters, as in XLSX
BLANK = Path(__file__).with_name("blank.fods")
_BLANK_CELL = "<table:table-cell><text:p/></table:table-cell>"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_VIEWS = (
    f'<office:document-settings xmlns:office="{_OASIS}:office:1.0" xmlns:config="{_OASIS}:config:1.0" '
    'xmlns:ooo="http://openoffice.org/2004/office" office:version="1.4"><office:settings>'
    '<config:config-item-set config:name="ooo:view-settings"><config:config-item-map-indexed config:name="Views">'
    '<config:config-item-map-entry><config:config-item config:name="ViewId" config:type="string">view1'
    '</config:config-item><config:config-item-map-named config:name="Tables"/></config:config-item-map-entry>'
    "</config:config-item-map-indexed></config:config-item-set></office:settings></office:document-settings>"
)

Value = str | int | float | Decimal | date | None


class Cell(NamedTuple):
    """A cell with a note, or with a look of `blank.fods` other than that of its value."""

    value: Value
    look: str = ""
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """A worksheet of columns so many characters wide; the columns and rows before `stays` remain in view.

    filtered: whether the first row has filter buttons. blank: of a form, the look and the drop-down of each column
    ("" where there is none), down to the sheet's end.
    """

    title: str
    widths: Sequence[int]
    rows: Sequence[Sequence[Value | Cell]]
    stays: tuple[int, int] = (0, 1)
    filtered: bool = False
    blank: Sequence[tuple[str, str]] = ()


def write(sheets: Sequence[Sheet], drop_downs: Sequence[odfdo.Element] = ()) -> bytes:
    """The worksheets as one file; the same content is the same bytes."""
    document = odfdo.Document(io.BytesIO(BLANK.read_bytes()))
    document.manifest.root.set_attribute("manifest:version", "1.4")
    for width in sorted({width for sheet in sheets for width in sheet.widths}):
        style = odfdo.Style("table-column", f"width-{width}", width=f"{width * CHARACTER:.1f}cm")
        document.insert_style(style, automatic=True)
    body = document.body
    if drop_downs:
        body.append(_element("table:content-validations", {}, drop_downs))
    for sheet in sheets:
        table = odfdo.Table(sheet.title)
        body.append(table)  # while it is empty: to move rows into a document takes longer than to make them
        _fill(table, sheet)
    if filters := [_filter(at, sheet) for at, sheet in enumerate(sheets) if sheet.filtered]:
        body.append(_element("table:database-ranges", {}, filters))
    document.set_part("settings.xml", _VIEWS.encode())
    _show(document.settings.root, sheets)
    out = io.BytesIO()
    document.save(out)
    return timeless(out.getvalue())


def drop_down(name: str, sheet: str, cells: str, title: str, message: str, closed: bool) -> odfdo.Element:
    """A drop-down that offers the words of a sheet's row of cells, such as E5:K5.

    Another word is refused if the drop-down is closed; else the program asks, with the message.
    """
    words = absolute_coordinate(cells).replace(":", ":.")
    about = {
        "table:display": "true",
        "table:message-type": "stop" if closed else "warning",
        "table:title": title,
    }
    rule = {
        "table:name": name,
        "table:allow-empty-cell": "true",
        "table:display-list": "unsorted",
        "table:condition": f"of:cell-content-is-in-list([${quote_sheetname(sheet)}.{words}])",
    }
    error = _element("table:error-message", about, [odfdo.Paragraph(message)])
    return _element("table:content-validation", rule, [error])


_SPACED = re.compile(r"^ | $|  |[\n\r\t]")  # what a reader of the markup would run together


def _fill(table: odfdo.Table, sheet: Sheet) -> None:
    blank = sheet.blank or [("plain", "")] * len(sheet.widths)
    table.extend(
        odfdo.Column(look, style=f"width-{width}")
        for width, (look, _) in zip(sheet.widths, blank, strict=True)
    )
    table.extend_rows(_row(row) for row in sheet.rows)
    if sheet.blank:
        rest = odfdo.Row(len(blank), repeated=LAST_ROW - len(sheet.rows))
        for cell, (_, choice) in zip(rest.children, blank, strict=True):
            cell.set_attribute("table:content-validation-name", choice or None)
        table.extend_rows([rest])


def _row(values: Sequence[Value | Cell]) -> Any:
    """The cells of a row, parsed at once: to build each by itself takes three times as long."""
    cells = [each if isinstance(each, Cell) else Cell(each) for each in values or [None]]
    row: Any = odfdo.Element.from_tag(f"<table:table-row>{_BLANK_CELL * len(cells)}</table:table-row>")
    for element, cell in zip(row.children, cells, strict=True):
        _set(element, *cell)
    return row


def _set(cell: odfdo.Cell, value: Value, look: str, note: str) -> None:
    """Set a text as a text, whatever it begins with, so that no spreadsheet takes it for a formula."""
    match value:
        case str():
            cell.set_value(value)
            look = look or ("lines" if "\n" in value else "")
            if _SPACED.search(value):
                cell.delete_children()
                cell.extend([odfdo.Paragraph(line) for line in value.splitlines()])
        case datetime():
            cell.set_value(value.replace(microsecond=0), f"{value:%Y-%m-%d %H:%M:%S}")
            look = look or "moment"
        case date():
            cell.set_value(value)
            look = look or "day"
        case _:
            cell.set_value(value)
    if look:
        cell.style = look
    if note:
        cell.insert(_element("office:annotation", {"svg:width": "7cm"}, [odfdo.Paragraph(note)]), position=0)


def _filter(at: int, sheet: Sheet) -> odfdo.Element:
    title, last = quote_sheetname(sheet.title), f"{get_column_letter(len(sheet.widths))}{len(sheet.rows)}"
    return _element(
        "table:database-range",
        {
            "table:name": f"__Anonymous_Sheet_DB__{at}",
            "table:target-range-address": f"{title}.A1:{title}.{last}",
            "table:display-filter-buttons": "true",
        },
    )


def _show(settings: odfdo.Element, sheets: Sequence[Sheet]) -> None:
    """Set the rows and columns that stay in view: OpenDocument keeps them with the window, not with the worksheet."""
    views: Any = settings.get_element("//config:config-item-map-named")
    for sheet in sheets:
        columns, rows = sheet.stays
        view = odfdo.ConfigItemMapEntry(sheet.title)
        for axis, side, stays in (("Horizontal", "Right", columns), ("Vertical", "Bottom", rows)):
            view.append(odfdo.ConfigItem(f"{axis}SplitMode", "short", 2 if stays else 0))
            view.append(odfdo.ConfigItem(f"{axis}SplitPosition", "int", stays))
            view.append(odfdo.ConfigItem(f"Position{side}", "int", stays))
        view.append(odfdo.ConfigItem("ActiveSplitRange", "short", 3 if columns else 2))
        views.append(view)


def _element(
    tag: str, attributes: Mapping[str, str | None], children: Iterable[odfdo.Element] = ()
) -> odfdo.Element:
    element = odfdo.Element.from_tag(tag)
    for name, value in attributes.items():
        element.set_attribute(name, value)
    element.extend(children)
    return element
