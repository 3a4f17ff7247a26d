"""Writers of the binary formats XLS and XLSB for tests: no program that runs everywhere writes them.

A cell is a text, a number, a truth value, a `Day` (a number in a format of days), an `Hours` or an `Error`.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.sources import compound

ERRORS = {
    "#NULL!": 0x00,
    "#DIV/0!": 0x07,
    "#VALUE!": 0x0F,
    "#REF!": 0x17,
    "#NAME?": 0x1D,
    "#NUM!": 0x24,
    "#N/A": 0x2A,
}


@dataclass(frozen=True)
class Day:
    """A serial day in a cell with a format of days."""

    serial: float


@dataclass(frozen=True)
class Hours:
    """A part of a day in a cell with the format [h]:mm:ss."""

    serial: float


@dataclass(frozen=True)
class Error:
    """An error, as a value, or as the result of a formula."""

    text: str
    of_formula: bool = False


@dataclass(frozen=True)
class Sheet:
    """A worksheet; `merged` are (first row, last row, first column, last column), from 0."""

    title: str
    rows: Sequence[Sequence[object]]
    hidden: bool = False
    merged: Sequence[tuple[int, int, int, int]] = ()


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _text(text: str, width: str = "<H") -> bytes:
    return struct.pack(width, len(text)) + b"\1" + text.encode("utf-16-le")


def _bof(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))


def _xls_cell(row: int, column: int, cell: object, shared: dict[str, int]) -> bytes:
    style = 1 if isinstance(cell, Day) else 2 if isinstance(cell, Hours) else 0
    at = struct.pack("<HHH", row, column, style)
    if isinstance(cell, Error) and cell.of_formula:
        return _record(
            0x06,
            at
            + bytes([2, 0, ERRORS[cell.text], 0, 0, 0, 0xFF, 0xFF])
            + bytes(6)
            + struct.pack("<H", 2)
            + b"\x1c\x2a",
        )
    if isinstance(cell, Error):
        return _record(0x205, at + bytes([ERRORS[cell.text], 1]))
    if isinstance(cell, bool):
        return _record(0x205, at + bytes([cell, 0]))
    if isinstance(cell, str):
        return _record(0xFD, at + struct.pack("<I", shared.setdefault(cell, len(shared))))
    number = cell.serial if isinstance(cell, Day | Hours) else cell
    return _record(0x203, at + struct.pack("<d", number))


def _shared_texts(texts: Sequence[str]) -> bytes:
    """The record of shared texts; what does not fit into one runs on in others, each with a mark of the width."""
    parts, room = [struct.pack("<II", len(texts), len(texts))], 8000
    for text in texts:
        parts[-1] += struct.pack("<HB", len(text), 1)
        left = text
        while True:
            there, left = (
                left[: max(0, room - len(parts[-1])) // 2],
                left[max(0, room - len(parts[-1])) // 2 :],
            )
            parts[-1] += there.encode("utf-16-le")
            if not left:
                break
            parts.append(b"\1")
        if len(parts[-1]) > room - 10:
            parts.append(b"")
    return b"".join(_record(0x3C if at else 0xFC, part) for at, part in enumerate(parts))


def xls_stream(sheets: Sequence[Sheet], is_1904: bool = False, size: tuple[int, int] | None = None) -> bytes:
    """The records of an XLS file (BIFF8); each worksheet says that it has `size` (rows, columns)."""
    shared: dict[str, int] = {}
    parts = [
        _bof(0x10)
        + (_record(0x200, struct.pack("<IIHHH", 0, size[0], 0, size[1], 0)) if size else b"")
        + b"".join(
            _xls_cell(row, column, cell, shared)
            for row, cells in enumerate(sheet.rows)
            for column, cell in enumerate(cells)
            if cell is not None
        )
        + _record(
            0xE5,
            struct.pack("<H", len(sheet.merged)) + b"".join(struct.pack("<4H", *one) for one in sheet.merged),
        )
        + _record(0x0A)
        for sheet in sheets
    ]
    styles = b"".join(_record(0xE0, struct.pack("<HH16x", 0, format)) for format in (0, 14, 46))
    table = _shared_texts([*shared])

    def head(places: Sequence[int]) -> bytes:
        names = b"".join(
            _record(0x85, struct.pack("<IBB", place, sheet.hidden, 0) + _text(sheet.title, "<B"))
            for place, sheet in zip(places, sheets, strict=True)
        )
        return _bof(5) + _record(0x22, struct.pack("<H", is_1904)) + styles + names + table + _record(0x0A)

    start = len(head([0] * len(sheets)))
    places = [start + sum(map(len, parts[:at])) for at in range(len(parts))]
    return head(places) + b"".join(parts)


def packed(stream: bytes) -> bytes:
    """An XLS file of these records."""
    return compound.compound_of(stream)


def xls(*sheets: Sheet, is_1904: bool = False) -> bytes:
    """An XLS file."""
    return packed(xls_stream(sheets, is_1904))


def _part(kind: int, body: bytes = b"") -> bytes:
    size, length = b"", len(body)
    while True:
        length, low = length >> 7, length & 0x7F
        size += bytes([low | (0x80 if length else 0)])
        if not length:
            break
    name = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return name + size + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _xlsb_cell(column: int, cell: object) -> bytes:
    style = 1 if isinstance(cell, Day) else 2 if isinstance(cell, Hours) else 0
    at = struct.pack("<II", column, style)
    if isinstance(cell, Error):
        code = bytes([ERRORS[cell.text]])
        return _part(11, at + code + bytes(10)) if cell.of_formula else _part(3, at + code)
    if isinstance(cell, bool):
        return _part(4, at + bytes([cell]))
    if isinstance(cell, str):
        return _part(6, at + _wide(cell))
    number = cell.serial if isinstance(cell, Day | Hours) else cell
    return _part(5, at + struct.pack("<d", number))


def _xlsb_sheet(sheet: Sheet) -> bytes:
    rows = b"".join(
        _part(0, struct.pack("<I", row) + bytes(13))
        + b"".join(_xlsb_cell(column, cell) for column, cell in enumerate(cells) if cell is not None)
        for row, cells in enumerate(sheet.rows)
    )
    merged = b"".join(_part(176, struct.pack("<4I", *one)) for one in sheet.merged)
    size = _part(148, struct.pack("<4I", 0, len(sheet.rows), 0, 9))
    return _part(129) + size + _part(145) + rows + _part(146) + merged + _part(130)


def xlsb(*sheets: Sheet, is_1904: bool = False) -> bytes:
    """An XLSB file."""
    names = b"".join(
        _part(156, struct.pack("<II", sheet.hidden, at) + _wide(f"rId{at}") + _wide(sheet.title))
        for at, sheet in enumerate(sheets, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="worksheet" Target="worksheets/sheet{at}.bin"/>'
        for at in range(1, len(sheets) + 1)
    )
    styles = b"".join(_part(47, struct.pack("<HH12x", 0, format)) for format in (0, 14, 46))
    parts = {
        "xl/workbook.bin": _part(131)
        + _part(153, struct.pack("<II", is_1904, 0) + _wide(""))
        + _part(143)
        + names
        + _part(144)
        + _part(157, bytes(4))
        + _part(132),
        "xl/_rels/workbook.bin.rels": f"<Relationships>{relations}</Relationships>".encode(),
        "xl/styles.bin": _part(617, struct.pack("<I", 3)) + styles + _part(618),
        **{f"xl/worksheets/sheet{at}.bin": _xlsb_sheet(sheet) for at, sheet in enumerate(sheets, 1)},
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def xls_locked(stream: bytes) -> bytes:
    """An XLS file with a password: its second record says so."""
    first = 4 + struct.unpack_from("<H", stream, 2)[0]
    return compound.compound_of(stream[:first] + _record(0x2F, struct.pack("<HHH", 1, 1, 1)) + stream[first:])
