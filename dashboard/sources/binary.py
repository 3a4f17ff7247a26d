"""What the binary formats XLS and XLSB hold besides the values that the reader gives.

That is how large a worksheet is, where its errors are, which ranges are merged, and the year from which days count.
Their records are walked through before the reader opens the workbook, for it lays out whatever they declare.
"""

import itertools
import struct
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.sources import extent
from dashboard.sources.sheet import Unreadable
from dashboard.sources.worksheet import Range

_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "Loading...",
}  # fmt: skip
_UNKNOWN_ERROR = "#VALUE!"

Record = tuple[int, int, int]
"""Its kind, and where its body begins and ends."""


@dataclass
class Facts:
    """The facts of one worksheet, a part of `size` bytes: its errors and merged ranges by row and column, from 0.

    `filled` is 1 for each row, from 0, with a number, or a text that is not blank. Where some of them may be blank,
    `surely_filled` looks again.
    """

    size: int = 0
    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    text: int = 0
    filled: bytearray = field(default_factory=bytearray)
    surely_filled: Callable[[], Collection[int]] | None = None
    _rows: int = 0
    _columns: int = 0
    _last: tuple[int, int] = (-1, -1)

    def cell(self, row: int, column: int, is_filled: bool) -> None:
        """Count a cell in: one at the place of a former one, or before it, would hide or lose cells."""
        if (row, column) <= self._last:
            raise extent.in_disorder()
        self._last = row, column
        self._rows, self._columns = row + 1, max(self._columns, column + 1)
        extent.check_cells(self.cells, self.size)
        if is_filled:
            self.fill(row)

    def fill(self, row: int) -> None:
        """Note that a row is filled."""
        self.filled.extend(bytes(max(0, row + 1 - len(self.filled))))
        self.filled[row] = 1

    @property
    def cells(self) -> int:
        """Those of the rectangle that holds the filled ones."""
        return self._rows * self._columns

    def error(self, row: int, column: int, code: int) -> None:
        """Note an error by its code."""
        self.errors.setdefault(row, {})[column] = _ERRORS.get(code, _UNKNOWN_ERROR)

    def shared(self, row: int, index: int, lengths: Sequence[int]) -> None:
        """Count the text of a cell that refers to a shared one."""
        length = lengths[index] if index < len(lengths) else 0
        self.text += length
        if length:
            self.fill(row)
        if self.text > extent.UNPACKED_BYTES:
            raise extent.too_much_text()


# XLS: a compound file, in which one stream holds the records

_SECTOR = 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def stream_of(file: bytes) -> bytes | None:
    """The records of an XLS file; None where it is another compound file.

    Raises:
        Unreadable: its sectors are not all there, or lead in a circle.
    """
    try:
        compound = _Compound(file)
        return next((compound.read(name) for name in ("workbook", "book") if name in compound.entries), None)
    except (struct.error, IndexError) as error:
        raise Unreadable(extent.DAMAGED) from error


class _Compound:
    """A compound file: `entries` are (first sector, length) of its streams by name; raises IndexError where it is damaged."""

    def __init__(self, file: bytes) -> None:
        self._file = file
        shift, small_shift = struct.unpack_from("<HH", file, 30)
        if shift not in (9, 12) or small_shift != 6:
            raise IndexError
        self._size = 1 << shift
        (directory,) = struct.unpack_from("<I", file, 48)
        self._cutoff, first_small, _, further, many = struct.unpack_from("<5I", file, 56)
        tables = list(struct.unpack_from("<109I", file, 76))
        for _ in range(min(many, len(file) // self._size)):
            *more, further = struct.unpack(f"<{self._size // 4}I", self._sector(further))
            tables += more
        tables = [one for one in tables if one < _FAT]
        if len(tables) > len(file) // self._size:
            raise IndexError
        self._next = _numbers(b"".join(map(self._sector, tables)))
        entries = struct.iter_unpack("<64sH50xIQ", self._chained(directory))
        self.entries = {
            name[: max(0, length - 2)].decode("utf-16-le", "replace").casefold(): (start, size & 0xFFFFFFFF)
            for name, length, start, size in entries
        }
        self._next_small = _numbers(self._chained(first_small))

    def read(self, name: str) -> bytes:
        """A stream."""
        start, length = self.entries[name]
        if length >= self._cutoff:
            data = self._chained(start)
        else:
            smalls = self._chained(self.entries["root entry"][0])
            data = b"".join(smalls[at * 64 : at * 64 + 64] for at in _chain(start, self._next_small))
        if len(data) < length:
            raise IndexError
        return data[:length]

    def _sector(self, at: int) -> bytes:
        data = self._file[(at + 1) * self._size : (at + 2) * self._size]
        if not data:
            raise IndexError
        # The last one may be cut short where its stream ends.
        return data.ljust(self._size, b"\0")

    def _chained(self, start: int) -> bytes:
        return b"".join(map(self._sector, _chain(start, self._next)))


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data)


def _chain(at: int, following: Sequence[int]) -> Iterator[int]:
    for _ in range(len(following) + 1):
        if at >= _FAT:
            return
        yield at
        at = following[at]
    raise IndexError


def compound_of(stream: bytes | bytearray) -> bytes:
    """A compound file with the records of an XLS file alone: the reader gets neither macros nor anything else."""
    many = max(1, -(-len(stream) // _SECTOR))
    # A sector for short streams must follow the tables and the directory.
    tables = -(-(many + 2) // (_SECTOR // 4 - 1))
    if tables > 109:
        raise extent.too_much_text()
    first = tables + 2
    table = [*[_FAT] * tables, _END, _END, *range(first + 1, first + many), _END]
    header = struct.pack(
        "<8s16x5H6x9I",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 4, 0xFFFE, 12, 6),
        *(1, tables, tables, 0, _SECTOR, _END, 0, _END, 0),
    )
    places = struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
    directory = _entry("Root Entry", 5, 1, tables + 1, 64) + _entry(
        "Workbook", 2, _FREE, first, many * _SECTOR
    )
    return b"".join(
        [
            (header + places).ljust(_SECTOR, b"\0"),
            struct.pack(f"<{len(table)}I", *table).ljust(tables * _SECTOR, b"\xff"),
            directory.ljust(2 * _SECTOR, b"\0"),
            stream.ljust(many * _SECTOR, b"\0"),
        ]
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    ends = struct.pack("<HBB3I36xIQ", len(text) + 2, kind, 1, _FREE, _FREE, child, start, size)
    return text.ljust(64, b"\0") + ends


# The records of XLS: kind and size in two bytes each

_BOF, _EOF, _CONTINUE, _FORMULA, _BOOLERR, _MULRK, _LABELSST = 0x809, 0x0A, 0x3C, 0x06, 0x205, 0xBD, 0xFD
_DATEMODE, _FILEPASS, _BOUNDSHEET, _SST = 0x22, 0x2F, 0x85, 0xFC
# Numbers, texts, truth values; a cell without a value is none. Then those of the years before, which the reader skips.
_XLS_CELLS = frozenset({0x203, 0x27E, 0x204, _LABELSST, _FORMULA, _BOOLERR})
_XLS_NUMBERS = frozenset({0x203, 0x27E})
_OLDER_CELLS = frozenset({0xD6, 0x206, 0x406})
_DIMENSIONS, _BLANK = 0x200, 0x201


@dataclass
class Walked:
    """A binary workbook: its worksheets (charts and macros with them) in their order."""

    worksheets: list[Facts] = field(default_factory=list)
    is_1904: bool = False
    is_locked: bool = False


def xls(stream: bytearray) -> Walked:
    """What the records of an XLS file say. How large a worksheet is said to be is struck out: the reader would believe it.

    Raises:
        Unreadable: a worksheet is too large, or the records are damaged.
    """
    try:
        return _xls(stream)
    except (struct.error, IndexError) as error:
        raise Unreadable(extent.DAMAGED) from error


def _xls(stream: bytearray) -> Walked:
    walked = Walked()
    places: list[int] = []
    shared: list[tuple[int, int]] = []
    former = 0
    for kind, start, end in _xls_records(stream, 0):
        if kind == _FILEPASS:
            walked.is_locked = True
            return walked
        if kind == _DATEMODE:
            walked.is_1904 = stream[start] == 1
        elif kind == _BOUNDSHEET:
            places += struct.unpack_from("<I", stream, start)
        elif kind == _SST or (kind == _CONTINUE and former == _SST):
            shared.append((start, end))
        if kind != _CONTINUE:
            former = kind
    if len(set(places)) < len(places):
        raise IndexError
    walked.worksheets = _xls_worksheets(stream, places, _shared_lengths(stream, shared))
    return walked


def _xls_worksheets(stream: bytearray, places: Sequence[int], lengths: Sequence[int]) -> list[Facts]:
    worksheets = []
    behind: dict[int, int] = {}
    for place in places:
        facts, behind[place] = _xls_worksheet(stream, place, lengths)
        worksheets.append(facts)
    # One within another would be read many times over.
    if any(behind[place] > following for place, following in itertools.pairwise(sorted(places))):
        raise IndexError
    # The reader holds all worksheets at once.
    if sum(one.cells for one in worksheets) > extent.WORKSHEET_CELLS:
        raise extent.too_large()
    return worksheets


def _xls_records(stream: bytes | bytearray, at: int) -> Iterator[Record]:
    """The records from one that begins a part of the workbook to the one that ends it, without the parts within."""
    depth = 0
    while True:
        kind, size = struct.unpack_from("<HH", stream, at)
        start, at = at + 4, at + 4 + size
        if at > len(stream):
            raise IndexError
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, start, at


def _xls_worksheet(stream: bytearray, place: int, lengths: Sequence[int]) -> tuple[Facts, int]:
    """What a worksheet's records say, and where they end."""
    facts, end = Facts(len(stream)), place
    for kind, start, end in _xls_records(stream, place):
        if kind in _XLS_CELLS:
            row, column = struct.unpack_from("<HH", stream, start)
            facts.cell(row, column, kind in _XLS_NUMBERS)
            if kind == _LABELSST:
                facts.shared(row, struct.unpack_from("<I", stream, start + 6)[0], lengths)
            elif kind == _BOOLERR and stream[start + 7]:
                facts.error(row, column, stream[start + 6])
            elif (
                kind == _FORMULA and stream[start + 12 : start + 14] == b"\xff\xff" and stream[start + 6] == 2
            ):
                facts.error(row, column, stream[start + 8])
        elif kind == _MULRK:
            row, column = struct.unpack_from("<HH", stream, start)
            for one in range(column, column + (end - start - 6) // 6):
                facts.cell(row, one, is_filled=True)
        elif kind == _DIMENSIONS:
            struct.pack_into("<H", stream, start - 4, _BLANK)
        elif kind in _OLDER_CELLS:
            raise IndexError
    return facts, end


def _shared_lengths(stream: bytes | bytearray, parts: Sequence[tuple[int, int]]) -> list[int]:
    """The length of each shared text, in characters; `parts` are where the records that hold them begin and end."""
    if not parts:
        return []
    (many,) = struct.unpack_from("<4xI", stream, parts[0][0])
    texts = _SharedTexts(stream, parts)
    try:
        return [texts.skip_text() for _ in range(many)]
    except StopIteration:
        raise IndexError from None


class _SharedTexts:
    """Goes from text to text.

    A text may run over the end of a record into the next, where its further characters begin with a mark of their width.
    """

    def __init__(self, stream: bytes | bytearray, parts: Sequence[tuple[int, int]]) -> None:
        self._stream, self._parts = stream, iter(parts)
        self._next()
        self._at += 8

    def skip_text(self) -> int:
        """Go behind the next text; gives its length."""
        if self._at == self._end:
            self._next()
        length, marks = struct.unpack_from("<HB", self._stream, self._at)
        self._at += 3
        beside = 0
        if marks & 8:
            beside += 4 * struct.unpack_from("<H", self._stream, self._at)[0]
            self._at += 2
        if marks & 4:
            beside += struct.unpack_from("<I", self._stream, self._at)[0]
            self._at += 4
        self._skip_characters(length, marks)
        while beside > self._end - self._at:
            beside -= self._end - self._at
            self._next()
        self._at += beside
        return int(length)

    def _skip_characters(self, left: int, marks: int) -> None:
        while left:
            width = 1 + (marks & 1)
            there = min(left, (self._end - self._at) // width)
            self._at += there * width
            left -= there
            if left:
                self._next()
                marks = self._stream[self._at]
                self._at += 1

    def _next(self) -> None:
        self._at, self._end = next(self._parts)


# The records of XLSB: kind and size in as many bytes as they need, seven bits each

_ROW, _MERGE_CELL, _SHEET, _PROPERTIES, _TEXT_ITEM, _TEXT_INDEX = 0, 176, 156, 153, 19, 7
_XLSB_CELLS = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
_XLSB_NUMBERS = frozenset({2, 4, 5, 9, 10})
# A text of several fonts that is not shared, which no program writes and the reader skips.
_RICH_TEXT = 62
_XLSB_ERRORS = (3, 11)
_NO_RELATION = 0xFFFFFFFF


def xlsb(workbook: bytes, relations: Mapping[str, bytes], texts: bytes, styles: bytes) -> Walked:
    """What the parts of an XLSB file say; `relations` are its worksheets by the names that `workbook` has for them.

    Raises:
        Unreadable: a worksheet is too large, or the records are damaged.
    """
    try:
        walked = Walked()
        for _ in _xlsb_records(styles):
            pass  # each is as long as it says, or the reader would make room for it
        lengths = [
            struct.unpack_from("<I", texts, start + 1)[0]
            for kind, start, _ in _xlsb_records(texts)
            if kind == _TEXT_ITEM
        ]
        for kind, start, _ in _xlsb_records(workbook):
            if kind == _PROPERTIES:
                walked.is_1904 = bool(workbook[start] & 1)
            elif kind == _SHEET:
                (many,) = struct.unpack_from("<I", workbook, start + 8)
                if many == _NO_RELATION:
                    continue
                name = workbook[start + 12 : start + 12 + 2 * min(many, 255)].decode("utf-16-le", "replace")
                walked.worksheets.append(_xlsb_worksheet(relations[name], lengths))
        return walked
    except (struct.error, IndexError, KeyError) as error:
        raise Unreadable(extent.DAMAGED) from error


def _xlsb_records(part: bytes) -> Iterator[Record]:
    at = 0
    while at < len(part):
        kind, at = _varying(part, at, 2)
        size, at = _varying(part, at, 4)
        if at + size > len(part):
            raise IndexError
        yield kind, at, at + size
        at += size


def _varying(part: bytes, at: int, most: int) -> tuple[int, int]:
    number = 0
    for place in range(most):
        byte = part[at + place]
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number, at + place + 1
    return number, at + most


def _xlsb_worksheet(part: bytes, lengths: Sequence[int]) -> Facts:
    facts, row = Facts(len(part)), 0
    for kind, start, _ in _xlsb_records(part):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", part, start)
        elif kind in _XLSB_CELLS:
            (column,) = struct.unpack_from("<I", part, start)
            facts.cell(row, column, kind in _XLSB_NUMBERS)
            if kind == _TEXT_INDEX:
                facts.shared(row, struct.unpack_from("<I", part, start + 8)[0], lengths)
            elif kind in _XLSB_ERRORS:
                facts.error(row, column, part[start + 8])
        elif kind == _RICH_TEXT:
            raise IndexError
        elif kind == _MERGE_CELL:
            top, bottom, left, right = struct.unpack_from("<4I", part, start)
            facts.merged.append(((top, left), (bottom, right)))
    return facts
