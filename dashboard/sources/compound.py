"""Compound files, in one stream of which an XLS file has its records."""

import struct
from collections.abc import Iterator, Sequence

from dashboard.sources import extent
from dashboard.sources.sheet import Unreadable

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
