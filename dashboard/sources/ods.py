"""Reading ODS workbooks, the government's exchange format: the cells of `content.xml`.

A file of a kilobyte may declare billions of cells by repeating one; only what holds a value is laid out, within bounds.
Nothing that the file points at is followed.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat

from dashboard.sources import extent
from dashboard.sources.sheet import ERROR, Unreadable
from dashboard.sources.worksheet import EPOCH, Range, Room, Rows, Workbook, Worksheet, spread, text_of

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_PREFIXES = {
    f"{_OASIS}office:1.0": "office",
    f"{_OASIS}table:1.0": "table",
    f"{_OASIS}text:1.0": "text",
    f"{_OASIS}style:1.0": "style",
    f"{_OASIS}drawing:1.0": "draw",
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
}
# What a cell holds besides its text: a remark, a drawing, the reading of a character.
_BESIDE = ("office:annotation", "draw:", "text:ruby-text", "text:note")
_CELLS = ("table:table-cell", "table:covered-table-cell")
_PARAGRAPHS = ("text:p", "text:h")
_STATED = ("office:value", "office:date-value", "office:time-value", "office:boolean-value")
_NUMERIC = ("float", "percentage", "currency")
# How many cells and rows may come of repeating one with a value; more is a mistake or an attack.
_REPEATED = 200_000
_REPEATED_ROWS = f"{_OASIS}table:1.0 number-rows-repeated"
# And the tables that other programs' answers were kept in, which are no worksheets.
_BESIDE_CELLS = (
    "office:1.0 annotation", "drawing:1.0 ", "text:1.0 ruby-text", "text:1.0 note", "table:1.0 dde-links",
)  # fmt: skip
_VALUES = tuple(f"{_OASIS}office:1.0 {kind}value" for kind in ("", "date-", "time-", "boolean-"))
_LOST_ROWS = "這個活頁簿有一張工作表讀出 {:,} 列，但裡面至少有 {:,} 列有內容，所以沒有讀。請用試算表軟體開啟後另存新檔。"
_BLANKS = re.compile(r"[ \t\r\n]+")
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?)?")
_TOO_OFTEN = (
    f"這個活頁簿把有內容的儲存格重複了超過 {_REPEATED:,} 次，未讀取。請刪除資料以外的列與欄後另存新檔。"
)


def open_workbook(archive: zipfile.ZipFile) -> Workbook:
    """The workbook, its worksheets already read.

    Raises:
        Unreadable: it is damaged, or larger than it may be.
    """
    with archive.open("content.xml") as content:
        read = _Content(content, extent.most_cells(archive.getinfo("content.xml").file_size))
    if not read.worksheets:
        raise Unreadable(extent.NO_WORKSHEET)
    with archive.open("content.xml") as content:
        counted = _Counted(content).rows
    for rows, least in zip(read.rows, counted, strict=True):
        if rows < least:
            raise Unreadable(_LOST_ROWS.format(rows, least))
    return Workbook("ods", read.worksheets, read.epoch)


class _Counted:
    """How many `rows` of each table have a cell with a value of its own.

    They are counted apart from what the cells say, so that a lost row is noticed.
    """

    def __init__(self, content: IO[bytes]) -> None:
        self.rows: list[int] = []
        self._depth, self._repeated, self._is_filled = 0, 0, False
        self._is_cell, self._beside = False, 0
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._data
        parser.ParseFile(content)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        short = name.removeprefix(_OASIS)
        if self._beside or short.startswith(_BESIDE_CELLS):
            self._beside += 1
            return
        match short:
            case "office:1.0 spreadsheet":
                self._depth = 1
            case "table:1.0 table" if self._depth == 1:
                self._depth = 2
                self.rows.append(0)
            case "table:1.0 table-row" if self._depth == 2:
                self._repeated, self._is_filled = _count(attributes.get(_REPEATED_ROWS)), False
            case "table:1.0 table-cell" if self._depth == 2:
                self._is_cell = True
                self._is_filled = self._is_filled or any(attributes.get(value) for value in _VALUES)

    def _data(self, text: str) -> None:
        if self._is_cell and not self._beside and not text.isspace():
            self._is_filled = True

    def _end(self, name: str) -> None:
        if self._beside:
            self._beside -= 1
            return
        match name.removeprefix(_OASIS):
            case "table:1.0 table-cell":
                self._is_cell = False
            case "table:1.0 table-row" if self._depth == 2 and self._is_filled:
                self.rows[-1] += self._repeated
                self._is_filled = False
            case "table:1.0 table" if self._depth == 2:
                self._depth = 1


@dataclass
class _Table:
    """A worksheet as far as it was read: `line` and `column` are those of the next cell, from 0."""

    title: str
    is_hidden: bool
    is_linked: bool = False
    line: int = 0
    column: int = 0
    repeated: int = 0
    row: list[str] | None = None
    rows: Rows = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)


class _Content:
    """`content.xml` as its parser goes through it; `most` is how many cells may be laid out."""

    def __init__(self, content: IO[bytes], most: int) -> None:
        self.worksheets: list[Worksheet] = []
        self.rows: list[int] = []
        self.epoch = EPOCH
        self._room, self._repeatable = Room(most), _REPEATED
        self._hidden: set[str] = set()
        self._style = ""
        self._path: list[str] = []
        self._beside = 0
        self._table: _Table | None = None
        self._cell: Mapping[str, str] | None = None
        self._paragraphs: list[list[str]] = []
        self._is_text = False
        self._names: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._starts: Mapping[str, Callable[[Mapping[str, str]], None]] = {
            "style:style": self._start_style,
            "style:table-properties": self._start_table_properties,
            "table:null-date": self._start_null_date,
            "table:table": self._start_table,
            "table:table-source": self._start_source,
            "table:table-row": self._start_row,
            "table:table-cell": self._start_cell,
            "table:covered-table-cell": self._start_cell,
            "text:p": self._start_paragraph,
            "text:h": self._start_paragraph,
            "text:s": self._start_spaces,
            "text:tab": self._start_spaces,
            "text:line-break": self._start_break,
        }
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        # An entity may expand to gigabytes of text.
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._data
        try:
            parser.ParseFile(content)
        except expat.ExpatError as error:
            raise Unreadable(extent.DAMAGED) from error

    def _name(self, name: str) -> str:
        """The name of an element or attribute with its usual prefix."""
        short = self._names.get(name)
        if short is None:
            namespace, _, local = name.rpartition(" ")
            short = self._names[name] = f"{_PREFIXES.get(namespace, '')}:{local}"
        return short

    def _start(self, long: str, attributes: dict[str, str]) -> None:
        name = self._name(long)
        self._path.append(name)
        if self._beside or name.startswith(_BESIDE):
            self._beside += 1
        elif start := self._starts.get(name):
            start({self._name(key): value for key, value in attributes.items()})

    def _end(self, _: str) -> None:
        name = self._path.pop()
        if self._beside:
            self._beside -= 1
        elif name in _PARAGRAPHS:
            self._is_text = False
        elif name in _CELLS:
            self._end_cell(name)
        elif name == "table:table-row":
            self._end_row()
        elif name == "table:table" and self._path[-1:] == ["office:spreadsheet"]:
            self._end_table()

    def _data(self, text: str) -> None:
        if self._is_text and not self._beside:
            self._add(_BLANKS.sub(" ", text) if "\n" in text or "  " in text else text)

    def _add(self, text: str) -> None:
        self._room.take(text=len(text))
        self._paragraphs[-1].append(text)

    def _start_style(self, attributes: Mapping[str, str]) -> None:
        self._style = attributes.get("style:name", "")

    def _start_table_properties(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("table:display") == "false":
            self._hidden.add(self._style)

    def _start_null_date(self, attributes: Mapping[str, str]) -> None:
        self.epoch = _moment(attributes.get("table:date-value", "")) or EPOCH

    def _start_table(self, attributes: Mapping[str, str]) -> None:
        if self._path[-2:-1] == ["office:spreadsheet"]:
            is_hidden = attributes.get("table:style-name") in self._hidden
            self._table = _Table(attributes.get("table:name", ""), is_hidden)
        elif self._table:
            raise Unreadable(extent.DAMAGED)  # one within another

    def _start_source(self, _: Mapping[str, str]) -> None:
        if self._table:
            self._table.is_linked = True

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        if self._table:
            self._table.row, self._table.column = [], 0
            self._table.repeated = _count(attributes.get("table:number-rows-repeated"))

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        if self._table and self._table.row is not None:
            self._cell, self._paragraphs = attributes, []

    def _start_paragraph(self, _: Mapping[str, str]) -> None:
        if self._cell is not None:
            self._paragraphs.append([])
            self._is_text = True

    def _start_spaces(self, attributes: Mapping[str, str]) -> None:
        if self._is_text:
            many = _count(attributes.get("text:c"))
            self._room.take(text=many)
            self._add(" " * many)

    def _start_break(self, _: Mapping[str, str]) -> None:
        if self._is_text:
            self._add("\n")

    def _end_cell(self, name: str) -> None:
        cell, self._cell = self._cell, None
        table = self._table
        if table is None or table.row is None or cell is None:
            return
        many = _count(cell.get("table:number-columns-repeated"))
        # What a range covers is hidden; the range's own value comes there.
        if name == "table:table-cell" and (value := self._value(cell)):
            value = self._texts.setdefault(value, value)
            blank = table.column - len(table.row)
            self._repeatable -= many * table.repeated - 1
            if self._repeatable < 0:
                raise Unreadable(_TOO_OFTEN)
            self._room.take(cells=(blank + many) * table.repeated, text=len(value) * many * table.repeated)
            table.row += [*[""] * blank, *[value] * many]
            rows, columns = (_count(cell.get(f"table:number-{one}-spanned")) for one in ("rows", "columns"))
            if rows > 1 or columns > 1:
                first = (table.line, table.column)
                table.merged.append((first, (first[0] + rows - 1, first[1] + columns - 1)))
        table.column += many

    def _value(self, cell: Mapping[str, str]) -> str:
        text = "\n".join("".join(parts) for parts in self._paragraphs)
        # Older programs write an error as the number 0 that looks so.
        if cell.get("calcext:value-type") == "error" or ERROR.fullmatch(text):
            return text or "#VALUE!"
        kind = cell.get("office:value-type")
        # A value that we cannot hold, such as a day before Christ, stays as it is written.
        text = text or next((cell[name] for name in _STATED if cell.get(name)), "")
        try:
            if kind in _NUMERIC:
                return text_of(float(cell["office:value"]))
            if kind == "boolean":
                return cell["office:boolean-value"]
            if kind == "date":
                return text_of(_moment(cell["office:date-value"])) or text
            if kind == "time":
                return text_of(_duration(cell["office:time-value"])) or text
        except (KeyError, ValueError, OverflowError):
            return text
        return text_of(text or cell.get("office:string-value", ""))

    def _end_row(self) -> None:
        table = self._table
        if table is None or table.row is None:
            return
        row, table.row = table.row, None
        if row:
            table.rows.append((table.line + 1, row))
            table.rows += [(table.line + 1 + i, row.copy()) for i in range(1, table.repeated)]
        table.line += table.repeated

    def _end_table(self) -> None:
        table, self._table = self._table, None
        self.rows.append(len(table.rows) if table else 0)
        # A hidden one with a source is what another file's cells were when they were last looked up.
        if table and not (table.is_hidden and table.is_linked):
            spread(table.rows, table.merged, self._room)
            self.worksheets.append(Worksheet(table.title, table.is_hidden, _reader_of(table.rows)))


def _reader_of(rows: Rows) -> Callable[[Room], Rows]:
    return lambda _: rows


def _count(text: str | None) -> int:
    """How often something is repeated, or how far it spans; at least once."""
    if text is None:
        return 1
    if not text.isascii() or not text.isdigit() or len(text) > 10:
        raise Unreadable(extent.DAMAGED)
    return max(1, int(text))


def _moment(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def _duration(text: str) -> dt.timedelta | None:
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        return None
    days, hours, minutes, seconds = (int(one or 0) for one in match.groups()[1:5])
    fraction = float(f"0.{match[6] or 0}")
    length = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds + fraction)
    return -length if match[1] else length


def _refuse(*_: Any) -> None:
    raise Unreadable(extent.DAMAGED)
