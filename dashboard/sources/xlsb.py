"""The records of XLSB files: kind and size in as many bytes as they need, seven bits each."""

import struct
from collections.abc import Iterator, Mapping, Sequence

from dashboard.sources import extent
from dashboard.sources.binary import Facts, Record, Walked
from dashboard.sources.sheet import Unreadable

_ROW, _MERGE_CELL, _SHEET, _PROPERTIES, _TEXT_ITEM, _TEXT_INDEX = 0, 176, 156, 153, 19, 7
_CELLS = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
_NUMBERS = frozenset({2, 4, 5, 9, 10})
# A text of several fonts that is not shared, which no program writes and the reader skips.
_RICH_TEXT = 62
_ERRORS = (3, 11)
_NO_RELATION = 0xFFFFFFFF


def walk(workbook: bytes, relations: Mapping[str, bytes], texts: bytes, styles: bytes) -> Walked:
    """What the parts of an XLSB file say; `relations` are its worksheets by the names that `workbook` has for them.

    Raises:
        Unreadable: a worksheet is too large, or the records are damaged.
    """
    try:
        walked = Walked()
        for _ in _records(styles):
            pass  # each is as long as it says, or the reader would make room for it
        lengths = [
            struct.unpack_from("<I", texts, start + 1)[0]
            for kind, start, _ in _records(texts)
            if kind == _TEXT_ITEM
        ]
        for kind, start, _ in _records(workbook):
            if kind == _PROPERTIES:
                walked.is_1904 = bool(workbook[start] & 1)
            elif kind == _SHEET:
                (many,) = struct.unpack_from("<I", workbook, start + 8)
                if many == _NO_RELATION:
                    continue
                name = workbook[start + 12 : start + 12 + 2 * min(many, 255)].decode("utf-16-le", "replace")
                walked.worksheets.append(_worksheet(relations[name], lengths))
        return walked
    except (struct.error, IndexError, KeyError) as error:
        raise Unreadable(extent.DAMAGED) from error


def _records(part: bytes) -> Iterator[Record]:
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


def _worksheet(part: bytes, lengths: Sequence[int]) -> Facts:
    facts, row = Facts(len(part)), 0
    for kind, start, _ in _records(part):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", part, start)
        elif kind in _CELLS:
            (column,) = struct.unpack_from("<I", part, start)
            facts.cell(row, column, kind in _NUMBERS)
            if kind == _TEXT_INDEX:
                facts.shared(row, struct.unpack_from("<I", part, start + 8)[0], lengths)
            elif kind in _ERRORS:
                facts.error(row, column, part[start + 8])
        elif kind == _RICH_TEXT:
            raise IndexError
        elif kind == _MERGE_CELL:
            top, bottom, left, right = struct.unpack_from("<4I", part, start)
            facts.merged.append(((top, left), (bottom, right)))
    return facts
