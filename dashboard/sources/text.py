"""Text files (CSV) as sheets: where the header is, and the rows below it with their physical lines.

A file is read with care, by `records`. A large one is left to the database (`Sheet.bulk`), which must then prove that
each line was one row, or the careful reader is used.
"""

import codecs
import hashlib
import io
import itertools
import os
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from dashboard.definitions.table import Table
from dashboard.sources import extent
from dashboard.sources.encoding import decode, is_much, recognised
from dashboard.sources.records import TOO_MANY_CELLS, breaks, find_header, records, shape_of
from dashboard.sources.sheet import (
    HEADER_ROWS,
    Bulk,
    Sheet,
    Unreadable,
    are_errors,
    check_errors,
    doubled,
    fill_doubled,
    is_even,
    joined,
    layout_of,
)

BLOCK = 1 << 20
# For each column the database lays out some thousand cells before it reads a row.
BULK_COLUMNS = 1_000
# With care a file takes some ten times its size of memory.
CAREFUL_BYTES = 100_000_000
# As many as a worksheet can have.
COLUMNS = 16_384

# The database takes *, ? and [ in a path as a pattern, which may fit another file, and no path that is not UTF-8.
_PLAIN_PATH = re.compile(r"[^*?\[\]{}\ud800-\udfff]*", re.DOTALL)
# What other systems end a line with.
_OTHER_ENDS = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")
_PADDED_MARK = re.compile(rb'[,;\t\n] +"')


def megabytes(size: int) -> str:
    """A size in bytes, as 「12 MB」."""
    return f"{size / 1e6:,.0f} MB"


def digest(path: Path) -> tuple[str, int, bool]:
    """The file's hash, its number of lines, and whether it wants care.

    The database would skip the blanks before a mark, and of a line of megabytes it notes each cell that is one too many.
    """
    hashed, lines, odd, tail = hashlib.sha256(), 0, False, b"\n"
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            hashed.update(block)
            ends = block.count(b"\n")
            lines += ends
            seam = tail + block
            odd = odd or (len(block) == BLOCK and not ends)
            odd = odd or (b' "' in seam and _PADDED_MARK.search(seam) is not None)
            tail = block[-100:]
    return hashed.hexdigest(), lines + (not tail.endswith(b"\n")), odd


def first_rows(path: Path) -> tuple[tuple[int, list[str]], ...]:
    """The first (line, cells) of a text file, by each delimiter, to see what it is; none where it is no text."""
    with path.open("rb") as file:
        text, _, lost, _ = recognised(file.read(1 << 16))
    if is_much(lost, text):
        return ()
    lines = io.StringIO(text.replace("\0", ""), newline="").readlines()[: HEADER_ROWS * 20]
    rows = (itertools.islice(records(lines, delimiter), HEADER_ROWS) for delimiter in ",\t;")
    return tuple((line, cells) for some in rows for line, cells in some if any(map(str.strip, cells)))


def read(path: Path, base: Sheet, table: Table) -> Sheet:
    """`base` with the rows of its file, read with care.

    Raises:
        Unreadable: it is too large for that, is no text, or lacks the header.
    """
    if base.size > CAREFUL_BYTES:
        raise Unreadable(
            f"這個檔案有 {megabytes(base.size)}，而且不是一行一列的 UTF-8 文字（有跨行的儲存格、很長的一行或成不了對的引號）；"
            f"這樣的檔案最多 {megabytes(CAREFUL_BYTES)}。請另存成 UTF-8 的 CSV，或分成幾個檔案。"
        )
    text, encoding, lost = decode(path.read_bytes())
    notes = [_lost_note(lost)]
    if "\0" in text:
        notes.append(f"有 {text.count(chr(0))} 個 NUL 字元，已略去；檔案可能損壞，請重新匯出。")
        text = text.replace("\0", "")
    text = text[: _end_of_rows(text)]
    lines = io.StringIO(text, newline="").readlines()
    delimiter, at, header = find_header(lines, table)
    if at == len(lines) and _OTHER_ENDS.search(lines[-1]):
        lines = io.StringIO(_OTHER_ENDS.sub("\n", text), newline="").readlines()
        delimiter, at, header = find_header(lines, table)
    del text
    layout, note = _layout(header, table)
    stray: list[int] = []
    rows = _rows(
        lines,
        at,
        header,
        len(layout),
        records(lines, delimiter, at + breaks(header), shape_of(layout, table), stray),
    )
    check_errors(layout, rows, table)
    notes.append(fill_doubled(header, table, rows))
    return replace(
        base, encoding=encoding, header_line=at, header=tuple(header), layout=layout, rows=tuple(rows), lost_characters=lost,
        note=joined(*notes, _stray_note(stray), note),
    )  # fmt: skip


def _rows(
    lines: list[str], at: int, header: list[str], width: int, below: Iterable[tuple[int, list[str]]]
) -> list[tuple[int, list[str]]]:
    """The records below the header that are not blank, once it is proved that they are all the lines there are."""
    room, rows = extent.WORKSHEET_CELLS, []
    # Each line is one that a row begins with, or ends within a cell of the row before.
    next_line, is_whole, former = at + 1, True, header
    for line, cells in below:
        is_whole = is_whole and (line == next_line or line == next_line + breaks(former))
        next_line, former = line + 1, cells
        if not any(cells):
            continue  # a blank line is no row, and there may be millions of them
        # Empty cells after the header's last are none.
        rows.append((line, cells if len(cells) <= width or any(cells[width:]) else cells[:width]))
        room -= len(rows[-1][1])
        if room < 0:
            raise Unreadable(TOO_MANY_CELLS)
    if not is_whole or next_line + breaks(former) != len(lines) + 1:
        raise Unreadable(
            f"這個檔案有 {len(lines):,} 行，與讀出的 {len(rows):,} 列對不起來，未讀取。請另存成 UTF-8 的 CSV 後再放進來。"
        )
    return rows


def _layout(header: list[str], table: Table) -> tuple[tuple[str, ...], str | None]:
    if len(header) > COLUMNS:
        if any(header[COLUMNS:]):
            raise Unreadable(
                f"標題列有 {len(header):,} 欄，超過 {COLUMNS:,} 欄，未讀取。請刪除資料以外的欄後再放進來。"
            )
        header = header[:COLUMNS]
    return layout_of(header, table)


def _stray_note(lines: list[int]) -> str | None:
    if not lines:
        return None
    listed = "、".join(map(str, lines[:5])) + (f" 等 {len(lines):,}" if len(lines) > 5 else "")
    return f"第 {listed} 行有不成對的引號，當作一般字元，各列照常讀入；請刪除多餘的引號。"


def bulk(path: Path, base: Sheet, table: Table, lines: int, scratch: Path) -> Sheet | None:
    """`base` for the database to read, or None where its path, its first lines or its shape want care.

    The database fills each row up to the header's width. What it cannot read as it is, is copied into `scratch`.
    """
    if not _PLAIN_PATH.fullmatch(str(path)):
        return None
    beginning = _beginning(path, base, lines, scratch)
    if beginning is None or "\0" in beginning.text:
        return None
    path, lines = _without_blank_end(beginning.path, beginning.lines, scratch / f"{base.sha256}.rows.csv")
    first = io.StringIO(beginning.text, newline="").readlines()
    delimiter, at, header = find_header(first, table)
    layout, note = _layout(header, table)
    if are_errors(layout, itertools.islice(records(first[at:], delimiter), 3), table):
        return None
    if (
        doubled(header, table)
        or len(layout) > BULK_COLUMNS
        or not is_even(lines, len(layout), path.stat().st_size)
    ):
        return None
    return replace(
        base, encoding=beginning.encoding, header_line=at, header=tuple(header), layout=layout,
        lost_characters=beginning.lost, note=joined(_lost_note(beginning.lost), note),
        bulk=Bulk(path, delimiter, len(layout), lines),
    )  # fmt: skip


class _Beginning(NamedTuple):
    """The first characters of a file in UTF-8, or of its copy, and its number of lines; `lost` by its own encoding."""

    path: Path
    lines: int
    text: str
    encoding: str
    lost: int = 0


def _beginning(path: Path, base: Sheet, lines: int, scratch: Path) -> _Beginning | None:
    with path.open("rb") as file:
        head = file.read(1 << 18)
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
        return _Beginning(path, lines, text, "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8")
    except UnicodeDecodeError:
        if base.size > 3 * CAREFUL_BYTES:
            return None
    text, encoding, lost = decode(path.read_bytes())
    copy = scratch / f"{base.sha256}.csv"
    copy.write_text(text, encoding="utf-8", newline="")
    _, lines, odd = digest(copy)
    return None if odd else _Beginning(copy, lines, text[: 1 << 17], encoding, lost)


_BLANK = " \t\r\n,;"


def _end_of_rows(text: str) -> int:
    """Where the last line ends that is not blank: a spreadsheet may write a million of them behind its rows."""
    end = text.find("\n", len(text.rstrip(_BLANK)))
    return end + 1 if end >= 0 else len(text)


def _without_blank_end(path: Path, lines: int, copy: Path) -> tuple[Path, int]:
    """A file, or a copy of its rows where many blank lines follow them, and its number of lines."""
    with path.open("rb") as file:
        size = at = file.seek(0, os.SEEK_END)
        while at:
            at = max(0, at - BLOCK)
            file.seek(at)
            if row := file.read(BLOCK).rstrip(_BLANK.encode()):
                break
        file.seek(at + len(row))
        file.readline()
        end = file.tell()
        if size - end < BLOCK:
            return path, lines
        file.seek(0)
        with copy.open("wb") as kept:
            for start in range(0, end, BLOCK):
                kept.write(file.read(min(BLOCK, end - start)))
    return copy, digest(copy)[1]


def _lost_note(lost: int) -> str | None:
    return f"有 {lost} 個字元編碼存不下，以〓代替；請改存成 UTF-8。" if lost else None
