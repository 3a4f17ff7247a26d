"""The records of XLS files: kind and size in two bytes each."""

import itertools
import struct
from collections.abc import Iterator, Sequence

from dashboard.sources import extent
from dashboard.sources.binary import Facts, Record, Walked
from dashboard.sources.sheet import Unreadable

_BOF, _EOF, _CONTINUE, _FORMULA, _BOOLERR, _MULRK, _LABELSST = 0x809, 0x0A, 0x3C, 0x06, 0x205, 0xBD, 0xFD
_DATEMODE, _FILEPASS, _BOUNDSHEET, _SST = 0x22, 0x2F, 0x85, 0xFC
# Numbers, texts, truth values; a cell without a value is none. Then those of the years before, which the reader skips.
_CELLS = frozenset({0x203, 0x27E, 0x204, _LABELSST, _FORMULA, _BOOLERR})
_NUMBERS = frozenset({0x203, 0x27E})
_OLDER_CELLS = frozenset({0xD6, 0x206, 0x406})
_DIMENSIONS, _BLANK = 0x200, 0x201


def walk(stream: bytearray) -> Walked:
    """What the records of an XLS file say. How large a worksheet is said to be is struck out: the reader would believe it.

    Raises:
        Unreadable: a worksheet is too large, or the records are damaged.
    """
    try:
        return _walked(stream)
    except (struct.error, IndexError) as error:
        raise Unreadable(extent.DAMAGED) from error


def _walked(stream: bytearray) -> Walked:
    walked = Walked()
    places: list[int] = []
    shared: list[tuple[int, int]] = []
    former = 0
    for kind, start, end in _records(stream, 0):
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
    walked.worksheets = _worksheets(stream, places, _shared_lengths(stream, shared))
    return walked


def _worksheets(stream: bytearray, places: Sequence[int], lengths: Sequence[int]) -> list[Facts]:
    worksheets = []
    behind: dict[int, int] = {}
    for place in places:
        facts, behind[place] = _worksheet(stream, place, lengths)
        worksheets.append(facts)
    # One within another would be read many times over.
    if any(behind[place] > following for place, following in itertools.pairwise(sorted(places))):
        raise IndexError
    # The reader holds all worksheets at once.
    if sum(one.cells for one in worksheets) > extent.WORKSHEET_CELLS:
        raise extent.too_large()
    return worksheets


def _records(stream: bytes | bytearray, at: int) -> Iterator[Record]:
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


def _worksheet(stream: bytearray, place: int, lengths: Sequence[int]) -> tuple[Facts, int]:
    """What a worksheet's records say, and where they end."""
    facts, end = Facts(len(stream)), place
    for kind, start, end in _records(stream, place):
        if kind in _CELLS:
            row, column = struct.unpack_from("<HH", stream, start)
            facts.cell(row, column, kind in _NUMBERS)
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
