"""OpenDocument spreadsheets (ISO/IEC 26300), written as the markup that they are.

Why by no library: the one that is maintained (odfdo) makes an object of each cell, fifteen seconds for 3,400 rows that
openpyxl writes in one, and knows neither drop-downs nor a header that stays in view. All that tables and templates need
is one part of cells, one of views, and the package around them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from dashboard.exports.archive import package

LAST_ROW = 1_048_576
CHARACTER = 0.2  # centimetres: widths are told in characters, as in XLSX
_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = " ".join(
    [
        *(f'xmlns:{name}="{_OASIS}:{name}:1.0"' for name in ("office", "table", "text", "style", "config")),
        f'xmlns:number="{_OASIS}:datastyle:1.0"',
        f'xmlns:fo="{_OASIS}:xsl-fo-compatible:1.0"',
        f'xmlns:svg="{_OASIS}:svg-compatible:1.0"',
        f'xmlns:of="{_OASIS}:of:1.2"',
        'xmlns:ooo="http://openoffice.org/2004/office"',
    ]
)
_PARTS = {"/": _MIME, "content.xml": "text/xml", "styles.xml": "text/xml", "settings.xml": "text/xml"}
_MANIFEST = (
    f'{_XML}<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.3">'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{part}" manifest:media-type="{kind}"/>'
        for part, kind in _PARTS.items()
    )
    + "</manifest:manifest>"
)
_BOLD = 'fo:font-weight="bold" style:font-weight-asian="bold"'
_RULE = 'fo:border-bottom="0.5pt solid #3a4148"'
_TOP = 'fo:wrap-option="wrap" style:vertical-align="top"'
# By name: the format of what stands or is typed in the cell, the properties of the cell, and those of its text.
_LOOKS = {
    "plain": ("", "", ""),
    "head": ("", 'fo:background-color="#e8f0f8"', _BOLD),
    "required": ("", f'fo:background-color="#0b4f8a" {_RULE}', f'fo:color="#ffffff" {_BOLD}'),
    "optional": ("", f'fo:background-color="#ebedf0" {_RULE}', 'fo:color="#1a1d21"'),
    "text": ("as-text", "", ""),
    "guide": ("as-text", _TOP, ""),
    "lines": ("", _TOP, ""),
    "day": ("as-day", "", ""),
    "moment": ("as-moment", "", ""),
}
_DAY = '<number:year number:style="long"/><number:text>-</number:text><number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/>'
_TIME = '<number:text> </number:text><number:hours number:style="long"/><number:text>:</number:text><number:minutes number:style="long"/><number:text>:</number:text><number:seconds number:style="long"/>'
_FORMATS = (
    '<number:text-style style:name="as-text"><number:text-content/></number:text-style>'
    f'<number:date-style style:name="as-day">{_DAY}</number:date-style>'
    f'<number:date-style style:name="as-moment">{_DAY}{_TIME}</number:date-style>'
)

Value = str | int | float | Decimal | date | None


@dataclass(frozen=True)
class Cell:
    """A cell with a look (one of `_LOOKS`) or a note of its own."""

    value: Value
    look: str = ""
    note: str = ""


@dataclass(frozen=True)
class Column:
    """A column's width in characters, and the look and the name of the drop-down that its blank cells have."""

    width: int
    look: str = "plain"
    choice: str = ""


@dataclass(frozen=True)
class Choice:
    """A drop-down that offers the words of a row of cells, from `first` to `last` (each a column and row, from 1).

    Another word is refused if `closed`, else asked about, with the message.
    """

    name: str
    sheet: str
    first: tuple[int, int]
    last: tuple[int, int]
    title: str
    message: str
    closed: bool


@dataclass(frozen=True)
class Sheet:
    """A worksheet. The columns and rows before `stays` remain in view; `filtered` gives the first row filter buttons.

    One to be filled in has the looks and drop-downs of its columns to its very end (`blank`).
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value | Cell]]
    stays: tuple[int, int] = (0, 1)
    filtered: bool = False
    blank: bool = False


def write(sheets: Sequence[Sheet], choices: Iterable[Choice] = ()) -> bytes:
    """The worksheets as one file; the same content is the same bytes."""
    return package(
        {
            "mimetype": [_MIME.encode()],
            "META-INF/manifest.xml": [_MANIFEST.encode()],
            "styles.xml": [f'{_XML}<office:document-styles {_SPACES} office:version="1.3"/>'.encode()],
            "settings.xml": [_settings(sheets).encode()],
            "content.xml": (piece.encode() for piece in _content(sheets, choices)),
        }
    )


def _content(sheets: Sequence[Sheet], choices: Iterable[Choice]) -> Iterable[str]:
    yield f'{_XML}<office:document-content {_SPACES} office:version="1.3">'
    yield f"<office:automatic-styles>{_FORMATS}{_styles(sheets)}</office:automatic-styles>"
    yield "<office:body><office:spreadsheet>"
    if rules := "".join(map(_rule, choices)):
        yield f"<table:content-validations>{rules}</table:content-validations>"
    for sheet in sheets:
        yield f"<table:table table:name={quoteattr(sheet.title)}>"
        for column in sheet.columns:
            yield (
                f'<table:table-column table:style-name="width-{column.width}" '
                f'table:default-cell-style-name="{column.look}"/>'
            )
        for row in sheet.rows:
            yield f"<table:table-row>{''.join(map(_cell, row or [None]))}</table:table-row>"
        if sheet.blank:
            cells = "".join(f"<table:table-cell{_choice(column)}/>" for column in sheet.columns)
            rest = LAST_ROW - len(sheet.rows)
            yield f'<table:table-row table:number-rows-repeated="{rest}">{cells}</table:table-row>'
        yield "</table:table>"
    if filters := "".join(_filter(at, sheet) for at, sheet in enumerate(sheets) if sheet.filtered):
        yield f"<table:database-ranges>{filters}</table:database-ranges>"
    yield "</office:spreadsheet></office:body></office:document-content>"


def _styles(sheets: Sequence[Sheet]) -> str:
    widths = sorted({column.width for sheet in sheets for column in sheet.columns})
    return "".join(
        f'<style:style style:name="width-{width}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width * CHARACTER:.1f}cm"/></style:style>'
        for width in widths
    ) + "".join(
        f'<style:style style:name="{name}" style:family="table-cell"{_format(form)}>'
        f"<style:table-cell-properties {cell}/><style:text-properties {text}/></style:style>"
        for name, (form, cell, text) in _LOOKS.items()
    )


def _format(name: str) -> str:
    return f' style:data-style-name="{name}"' if name else ""


def _choice(column: Column) -> str:
    return f' table:content-validation-name="{column.choice}"' if column.choice else ""


def _cell(cell: Value | Cell) -> str:
    if not isinstance(cell, Cell):
        return _value(cell, "", "")
    note = f'<office:annotation svg:width="7cm">{_lines(cell.note)}</office:annotation>' if cell.note else ""
    return _value(cell.value, cell.look, note)


def _value(value: Value, look: str, note: str) -> str:
    """A text is a text by its type, whatever it begins with: no spreadsheet takes it for a formula."""
    shown = ""
    match value:
        case None:
            kind = ""
        case str():
            kind, shown = 'office:value-type="string"', _lines(value)
            look = look or ("lines" if "\n" in value else "")
        case datetime():
            kind = f'office:value-type="date" office:date-value="{value.isoformat(timespec="seconds")}"'
            shown, look = f"<text:p>{value:%Y-%m-%d %H:%M:%S}</text:p>", look or "moment"
        case date():
            kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
            shown, look = f"<text:p>{value.isoformat()}</text:p>", look or "day"
        case _:
            kind = f'office:value-type="float" office:value="{value}"'
            shown = f"<text:p>{value}</text:p>"
    styled = f' table:style-name="{look}"' if look else ""
    return f"<table:table-cell{styled} {kind}>{note}{shown}</table:table-cell>"


_BLANKS = re.compile(r"^ +| +$| {2,}")


def _lines(text: str) -> str:
    """A paragraph a line. Blanks that OpenDocument would run together are elements; a tab, which Calc drops, is one."""
    lines = escape(text).replace("\t", " ").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "".join(f"<text:p>{_BLANKS.sub(_blanks, line)}</text:p>" for line in lines)


def _blanks(found: re.Match[str]) -> str:
    return f'<text:s text:c="{len(found[0])}"/>'


def _rule(choice: Choice) -> str:
    words = f"[${_quoted(choice.sheet)}.{_name(*choice.first, '$')}:.{_name(*choice.last, '$')}]"
    kind = "stop" if choice.closed else "warning"
    return (
        f'<table:content-validation table:name="{choice.name}" table:allow-empty-cell="true" '
        f'table:display-list="unsorted" table:condition={quoteattr(f"of:cell-content-is-in-list({words})")}>'
        f'<table:error-message table:display="true" table:message-type="{kind}" '
        f"table:title={quoteattr(choice.title)}>{_lines(choice.message)}</table:error-message>"
        "</table:content-validation>"
    )


def _filter(at: int, sheet: Sheet) -> str:
    title, last = _quoted(sheet.title), _name(len(sheet.columns), len(sheet.rows))
    return (
        f'<table:database-range table:name="__Anonymous_Sheet_DB__{at}" '
        f'table:target-range-address={quoteattr(f"{title}.A1:{title}.{last}")} table:display-filter-buttons="true"/>'
    )


def _quoted(title: str) -> str:
    return "'{}'".format(title.replace("'", "''"))


def _name(column: int, row: int, fixed: str = "") -> str:
    """A cell by its column and row, from 1: A1, or with `fixed` $A$1."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{fixed}{letters}{fixed}{row}"


def _settings(sheets: Sequence[Sheet]) -> str:
    """Which rows and columns stay in view is no part of a worksheet, but of how it was last looked at."""
    views = "".join(_view(sheet) for sheet in sheets)
    return (
        f'{_XML}<office:document-settings {_SPACES} office:version="1.3"><office:settings>'
        '<config:config-item-set config:name="ooo:view-settings">'
        '<config:config-item-map-indexed config:name="Views"><config:config-item-map-entry>'
        f"{_item('ViewId', 'string', 'view1')}{_item('ActiveTable', 'string', sheets[0].title)}"
        f'<config:config-item-map-named config:name="Tables">{views}</config:config-item-map-named>'
        "</config:config-item-map-entry></config:config-item-map-indexed></config:config-item-set>"
        "</office:settings></office:document-settings>"
    )


def _view(sheet: Sheet) -> str:
    columns, rows = sheet.stays
    told = "".join(
        [
            _item("HorizontalSplitMode", "short", 2 if columns else 0),
            _item("HorizontalSplitPosition", "int", columns),
            _item("PositionRight", "int", columns),
            _item("VerticalSplitMode", "short", 2 if rows else 0),
            _item("VerticalSplitPosition", "int", rows),
            _item("PositionBottom", "int", rows),
            _item("ActiveSplitRange", "short", 3 if columns else 2),
        ]
    )
    return f"<config:config-item-map-entry config:name={quoteattr(sheet.title)}>{told}</config:config-item-map-entry>"


def _item(name: str, kind: str, value: object) -> str:
    return f'<config:config-item config:name="{name}" config:type="{kind}">{escape(str(value))}</config:config-item>'
