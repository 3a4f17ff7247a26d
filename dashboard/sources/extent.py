"""How much a workbook's reader will lay out, known before it opens one: where memory runs out, it ends the process.

It lays out every cell of the rectangle that holds the filled ones, and a copy of a shared text for every cell that
refers to it, so that a kilobyte may become a terabyte. What ordinary programs write is measured by patterns; whatever
looks like a cell and is not written so is counted by a parser, as the reader counts.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any
from xml.parsers import expat

from dashboard.sources.sheet import Unreadable

# A workbook whose parts, or whose texts, take more than this is a mistake or an attack: the nation's whole roster is a
# tenth of it.
UNPACKED_BYTES = 300_000_000
WORKSHEET_CELLS = 10_000_000
# What any worksheet may have of cells, and of how many bytes each further one must be.
_CELLS, _CELL_BYTES = 1_400_000, 16
DAMAGED = "這個活頁簿已損壞，讀不出來。請重新另存成 .xlsx。"
NO_WORKSHEET = (
    "這個檔案裡沒有工作表（可能是改了副檔名的別種檔案）。請用試算表軟體開啟後另存成 .xlsx 或 .ods。"
)

_DISORDER = (
    "工作表裡有兩列的列號相同，或列、欄的順序不對，讀了會少列，所以沒有讀。請用試算表軟體開啟後另存新檔。"
)

_SHEET_DATA = re.compile(rb"<(?:[\w.-]+:)?sheetData[\s/>]")
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"')
# Rows of the same columns are looked at once; a worksheet has few kinds of them, unless it was made to have many.
_KINDS = 1_000
# How else the tag of a cell may begin: with another blank, without attributes, with a prefix.
_OTHER_CELLS = [
    begin + after
    for begin in (b"<c", b":c")
    for after in (b" ", b"\t", b"\r", b"\n", b"/", b">")
    if begin + after != b"<c "
]
# Every shared text but a blank one ends so.
_SHARED_END = re.compile(rb"</(?:[^\s<>/:]+:)?si\s*>")
_REFERENCE = re.compile(r"([A-Za-z]*)(\d+)")
# How a text is read aloud is written beside it, and is no value.
_READING = "rPh"

Read = Callable[[Any], bytes]
"""Gives the bytes of a part."""


def check(parts: Sequence[Any], read: Read) -> list[tuple[Any, bytearray]]:
    """The worksheets, if the reader may open the workbook: of each which rows may be filled (1), from 0.

    Any part may be a worksheet, whatever its name.

    Raises:
        Unreadable: a worksheet is too large, or its texts are.
    """
    sheets: list[tuple[Any, int]] = []
    texts: list[tuple[Any, int]] = []
    filled: list[tuple[Any, bytearray]] = []
    for part in parts:
        xml, rows = read(part), bytearray()
        if cells := _cells(xml, rows):
            sheets.append((part, cells))
            filled.append((part, rows))
        if b"si" in xml and _SHARED_END.search(xml):
            texts.append((part, len(xml)))
    most = max((cells for _, cells in sheets), default=0)
    if most * max((size for _, size in texts), default=0) <= UNPACKED_BYTES:
        return filled
    lengths = [max(some) for some in zip_longest(*(_shared(read(part)) for part, _ in texts), fillvalue=0)]
    longest = max(lengths, default=0)
    for part, cells in sheets:
        if cells * longest > UNPACKED_BYTES and _Counted(read(part), lengths).text > UNPACKED_BYTES:
            raise too_much_text()
    return filled


def filled_rows(sheet: bytes, texts: bytes) -> set[int]:
    """The rows, from 0, of a worksheet's part with a value that is not blank; `texts` is the part of the shared texts, if any."""
    return _Filled(sheet, _Texts(texts).blank if texts else ()).rows


def lost_row(line: int) -> Unreadable:
    """The error of a worksheet whose row `line` (from 1) has cells that the reader lost."""
    return Unreadable(
        f"工作表第 {line:,} 列有內容，但讀不出來，所以整張沒有讀。請用試算表軟體開啟後另存新檔。"
    )


def most_cells(size: int) -> int:
    """How many cells the rectangle of a worksheet of `size` bytes may have.

    Laid out, each takes some forty bytes, while a small part may name a cell that is far away.
    """
    return min(WORKSHEET_CELLS, _CELLS + size // _CELL_BYTES)


def check_cells(cells: int, size: int) -> None:
    """Nothing, if a worksheet of a part of `size` bytes may be laid out.

    Raises:
        Unreadable: its rectangle has too many cells.
    """
    if cells > most_cells(size):
        raise too_large(most_cells(size))


def in_disorder() -> Unreadable:
    """The error of a worksheet whose cells are not in order."""
    return Unreadable(_DISORDER)


def too_large(cells: int = WORKSHEET_CELLS) -> Unreadable:
    """The error of a worksheet of more than `cells` cells."""
    return Unreadable(
        f"工作表太大：連同空白超過 {cells:,} 格，可能最遠的儲存格在很後面。"
        "請刪除資料以外的列與欄後另存新檔；資料真有這麼多，請存成 CSV。"
    )


def too_much_text() -> Unreadable:
    """The error of a workbook whose texts are too large."""
    return Unreadable(
        f"這個活頁簿的文字超過 {UNPACKED_BYTES / 1e6:,.0f} MB，未讀取（可能同一段很長的文字重複了很多次）。"
        "請只留資料、另存新檔。"
    )


def _cells(xml: bytes, filled: bytearray) -> int:
    """The number of cells of a part, if the rectangle that holds them is not too large.

    The rows that may have a value are noted in `filled`.
    """
    if b"sheetData" not in xml:
        return 0  # no worksheet: a picture may hold anything
    if len(_SHEET_DATA.findall(xml)) > 1:
        raise Unreadable(DAMAGED)  # the reader would take one of them
    usual, others = xml.count(b"<c "), sum(map(xml.count, _OTHER_CELLS))
    if usual + others > WORKSHEET_CELLS:
        raise too_large()
    if not others and _cells_in_rows(xml, filled) == usual:
        return usual
    filled.clear()
    return _Counted(xml, filled=filled).cells


def _note(filled: bytearray, row: int) -> None:
    filled.extend(bytes(max(0, row + 1 - len(filled))))
    filled[row] = 1


def _cells_in_rows(xml: bytes, filled: bytearray) -> int | None:
    """The number of cells of a part whose rows are all in order and as programs usually write them; else None."""
    kinds: dict[tuple[bytes, ...], int] = {}
    cells = row = columns = 0
    for part in _rows_of(xml):
        references = _CELL.findall(part)
        if not references:
            continue
        letters, lines = zip(*references, strict=True)
        if lines.count(lines[0]) != len(lines):
            return None
        if letters not in kinds:
            numbers = [_number(text.decode()) for text in letters]
            if any(left >= right for left, right in itertools.pairwise(numbers)):
                raise in_disorder()
            if len(kinds) == _KINDS:
                kinds.clear()
            kinds[letters] = numbers[-1]
        line = int(lines[0])
        if line <= row:
            raise in_disorder()
        cells, row, columns = cells + len(letters), line, max(columns, kinds[letters])
        check_cells(row * columns, len(xml))
        if b"<v>" in part or b"<t>" in part or b"<t " in part:
            _note(filled, row - 1)
    return cells


def _rows_of(xml: bytes) -> Iterator[bytes]:
    """A part, cut before each of its rows."""
    start = 0
    while (end := xml.find(b"<row", start + 1)) >= 0:
        yield xml[start:end]
        start = end
    yield xml[start:]


def _number(letters: str) -> int:
    """The number of a column."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _shared(xml: bytes) -> list[int]:
    """The size of each shared text of a part, with its markup."""
    sizes: list[int] = []
    since: int | None = None
    parser = _parser()

    def start(name: str, _: Any) -> None:
        nonlocal since
        if _local(name) == "si":
            if since is not None:
                raise Unreadable(DAMAGED)  # one within another: which of them a cell means is anybody's guess
            since = parser.CurrentByteIndex

    def end(name: str) -> None:
        nonlocal since
        if _local(name) == "si" and since is not None:
            sizes.append(parser.CurrentByteIndex - since)
            since = None

    parser.StartElementHandler, parser.EndElementHandler = start, end
    _parse(parser, xml)
    return sizes


class _Counted:
    """A part's cells, counted: a cell without a reference follows the one before it.

    `text` is what its references to shared texts of `lengths` take, and `filled` marks the rows that may have a value.
    """

    def __init__(self, xml: bytes, lengths: Sequence[int] = (), filled: bytearray | None = None) -> None:
        self._filled = bytearray() if filled is None else filled
        self.cells = self.text = self._row = self._column = self._rows = self._columns = 0
        self._last, self._size = (0, 0), len(xml)
        self._lengths = lengths
        self._shared = False
        self._value: list[str] | None = None
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        if lengths:
            parser.CharacterDataHandler = self._data
        _parse(parser, xml)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match _local(name):
            case "c":
                self._cell(attributes)
            case "row" if "r" in attributes:
                self._row = _place(attributes["r"])[1] - 1
            case "v" | "t":
                _note(self._filled, self._last[0] - 1 if self._last[0] else 0)
                self._value = [] if self._shared and _local(name) == "v" else None

    def _cell(self, attributes: dict[str, str]) -> None:
        self.cells += 1
        self._shared = attributes.get("t") == "s"
        row = self._row + 1
        if "r" in attributes:
            self._column, row = _place(attributes["r"])
        else:
            self._column += 1
        if (row, self._column) <= self._last:
            raise in_disorder()
        self._last = row, self._column
        self._rows, self._columns = max(self._rows, row), max(self._columns, self._column)
        check_cells(self._rows * self._columns, self._size)

    def _data(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)

    def _end(self, name: str) -> None:
        if _local(name) == "row":
            self._row += 1
            self._column = 0
        if self._value is not None and _local(name) == "v":
            index = "".join(self._value)
            if index.isascii() and index.isdigit() and int(index) < len(self._lengths):
                self.text += self._lengths[int(index)]
            self._value = None


class _Texts:
    """The shared texts of a part: whether each is `blank`, without letters, or with none but those of its reading aloud."""

    def __init__(self, xml: bytes) -> None:
        self.blank: list[bool] = []
        self._is_text = self._is_reading = False
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._data
        _parse(parser, xml)

    def _start(self, name: str, _: Any) -> None:
        if _local(name) == "si":
            self.blank.append(True)
        self._is_reading = self._is_reading or _local(name) == _READING
        self._is_text = _local(name) == "t" and not self._is_reading

    def _end(self, name: str) -> None:
        self._is_text = False
        self._is_reading = self._is_reading and _local(name) != _READING

    def _data(self, text: str) -> None:
        if self._is_text and not text.isspace() and self.blank:
            self.blank[-1] = False


class _Filled:
    """The `rows` of a worksheet's part, from 0, with a value that is not blank; of a shared text `blank` says so."""

    def __init__(self, xml: bytes, blank: Sequence[bool]) -> None:
        self.rows: set[int] = set()
        self._blank = blank
        self._row, self._is_shared, self._is_reading, self._element, self._value = 0, False, False, "", ""
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._data
        _parse(parser, xml)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._element, self._value = _local(name), ""
        if self._element == "row" and "r" in attributes:
            self._row = _place(attributes["r"])[1] - 1
        if self._element == "c":
            self._is_shared = attributes.get("t") == "s"
            if "r" in attributes:
                self._row = _place(attributes["r"])[1] - 1
        self._is_reading = self._is_reading or self._element == _READING

    def _end(self, name: str) -> None:
        if _local(name) == "row":
            self._row += 1
        self._element = ""
        self._is_reading = self._is_reading and _local(name) != _READING

    def _data(self, text: str) -> None:
        if self._element not in ("v", "t") or self._is_reading:
            return
        self._value += text
        # The reader trims: of blanks alone it gives nothing.
        if self._is_text(self._value) if self._is_shared else not self._value.isspace():
            self.rows.add(self._row)

    def _is_text(self, index: str) -> bool:
        index = index.strip()
        return index.isdigit() and int(index) < len(self._blank) and not self._blank[int(index)]


def _place(reference: str) -> tuple[int, int]:
    """Column and row of a cell, from 1; the column of a row's own is 0."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise Unreadable(DAMAGED)
    if len(match[0]) > 30:
        raise too_large()
    return _number(match[1]), int(match[2])


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _parser() -> expat.XMLParserType:
    # In the encoding in which the reader looks for tags, whatever the part says of itself.
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    # An entity or an attribute by default would be something else to the reader.
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _parse(parser: expat.XMLParserType, xml: bytes) -> None:
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Unreadable(DAMAGED) from error


def _refuse(*_: Any) -> None:
    raise Unreadable(DAMAGED)
