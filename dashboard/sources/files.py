"""Reading a folder of CSV and XLSX files into rows of text.

Nothing is interpreted here but the shape: which table a file is, its encoding and separator, where the header is,
and on which physical line (or worksheet row) a row starts. A file that cannot be read carries a sentence in Chinese
for the person who can mend it, and stops nothing else.

A CSV file is read by Python's own reader, which copes with anything. Larger ones are left to the database
(`Sheet.bulk`), which must then prove that each line was one row, or the careful reader (`reread`) is used.

Whatever is read was the same before and after: a file that changes meanwhile is read again, and one that goes on
changing is left for the next build.
"""

import codecs
import csv
import datetime as dt
import hashlib
import io
import itertools
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dashboard.clock import TAIPEI
from dashboard.definitions.places import Entry, entry_of
from dashboard.definitions.table import Table
from dashboard.errors import OperatorError, reason
from dashboard.sources import extent, workbooks
from dashboard.sources.places import constants_of, table_for
from dashboard.sources.sheet import (
    HEADER_ROWS,
    Bulk,
    Sheet,
    Unreadable,
    are_errors,
    best_row,
    check_errors,
    doubled,
    fill_doubled,
    is_even,
    joined,
    layout_of,
)

BULK_BYTES = 200_000
BLOCK = 1 << 20
# For each column the database lays out some thousand cells before it reads a row.
BULK_COLUMNS = 1_000
# What is read: the nation's largest file is a third of it. With care it takes some ten times its size of memory.
TEXT_BYTES = 1_000_000_000
CAREFUL_BYTES = 100_000_000
# As many as a worksheet can have.
COLUMNS = 16_384
TRIES = 3
# Seconds: a file that is written to changes within them.
SETTLING = 0.3
# A quoted cell may hold line breaks, but one that runs on for longer is a quotation mark that was never closed.
RECORD_LINES = 50
# As many as a day has at least: 85/8/1.
DAY_DIGITS = 4
LOST = "〓"
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
# Apple's own format is reported, not read.
SUFFIXES = (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES, ".numbers")

csv.field_size_limit(2**31 - 1)

# The database takes *, ? and [ in a path as a pattern, which may fit another file, and no path that is not UTF-8.
_PLAIN_PATH = re.compile(r"[^*?\[\]{}\ud800-\udfff]*", re.DOTALL)
# What other systems end a line with.
_OTHER_ENDS = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")
_PADDED_MARK = re.compile(rb'[,;\t\n] +"')


class FolderError(OperatorError):
    """The data folder cannot be used at all."""


def paths(folder: Path) -> list[Path]:
    """The files of `folder` in the order of their paths; hidden ones, `~$` ones and definitions are left out.

    With them what only has the name of a file: a link whose target is gone, a folder. `read` reports it.
    """
    files: list[Path] = []
    visited: set[tuple[int, int]] = set()
    # A linked folder's turn comes when all the real ones were searched: one that leads back to them has no further files.
    waiting = [folder]
    try:
        if not folder.is_dir():
            raise FolderError(
                f"找不到資料夾「{folder}」。請建立它並放入各資料表，或執行 kpi sample 先用示範資料。"
            )
        for start in waiting:
            for root, folders, names in os.walk(start, onerror=_refuse):
                stat = os.stat(root)
                if (stat.st_dev, stat.st_ino) in visited:
                    folders.clear()
                    continue
                visited.add((stat.st_dev, stat.st_ino))
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                waiting += [Path(root, name) for name in folders if os.path.islink(Path(root, name))]
                files += [
                    Path(root, n)
                    for n in (*names, *(name for name in folders if _suffix(name) in SUFFIXES))
                    if not n.startswith((".", "~$")) and not n.endswith((".toml", ".sql"))
                ]
    except OSError as error:
        raise FolderError(f"資料夾「{folder}」讀不到：{reason(error)}。請檢查讀取權限。") from error
    return sorted(files, key=lambda p: p.relative_to(folder).as_posix())


def read(
    path: Path, folder: Path, entries: Mapping[str, Entry], tables: Mapping[str, Table], scratch: Path | None
) -> list[Sheet]:
    """Every sheet of one file: one for a CSV, one per worksheet of a workbook.

    `scratch` is for copies in UTF-8; without it nothing is left to the database.
    """
    name = name_of(path, folder)
    table = table_for(path.stem, entry_of(entries, name), tables)
    try:
        if path.is_file() or not os.path.lexists(path):
            return _unchanged(path, name, table, entries, tables, scratch)
        if table is None or _suffix(path.name) not in SUFFIXES:
            return []
        # It is not opened: a pipe would keep the build waiting for ever.
        problem = "這不是一般檔案（連結的目的地不在，或是資料夾）。請改放檔案本身。"
    except OSError as error:
        problem = _not_read(error)
    except MemoryError:
        problem = NO_MEMORY
    blank = Sheet(name, 0, dt.datetime.fromtimestamp(0), "")
    return [replace(blank, table=table.id if table else None, problem=problem)]


NO_MEMORY = "讀這個檔案的記憶體不夠。請刪除資料以外的列與欄，或分成幾個檔案後再放進來。"
BEING_WRITTEN = "這個檔案正在寫入（讀取時內容還在變），這次沒有讀入。請等它存完，再更新一次（kpi build）。"


def _unchanged(
    path: Path,
    name: str,
    table: Table | None,
    entries: Mapping[str, Entry],
    tables: Mapping[str, Table],
    scratch: Path | None,
) -> list[Sheet]:
    for _ in range(TRIES):
        base = _base(path, name)
        sheets = _read(path, base, table, entries, tables, scratch)
        if state_of(path) == base.state:
            return sheets
        if busy([path]):
            break
    return [_left(path, name, table)]


def left(
    path: Path, folder: Path, entries: Mapping[str, Entry], tables: Mapping[str, Table], scratch: Path | None
) -> list[Sheet]:
    """A file that somebody writes to, which is not read."""
    name = name_of(path, folder)
    return [_left(path, name, table_for(path.stem, entry_of(entries, name), tables))]


def _left(path: Path, name: str, table: Table | None) -> Sheet:
    problem = BEING_WRITTEN if table or _suffix(name) in WORKBOOK_SUFFIXES else None
    return replace(_base(path, name), table=table.id if table else None, problem=problem)


def state_of(path: Path) -> tuple[int, ...]:
    """What changes with a file's content: its size, and the times (ns) of its modification and of any other change.

    Another file may come and go by this name.

    Raises:
        OSError: it is gone, or may not be looked at.
    """
    return _state(path.stat())


def _state(stat: os.stat_result) -> tuple[int, ...]:
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def busy(paths: Sequence[Path]) -> set[Path]:
    """Those of some files that somebody writes to."""
    before = {path: _state_or_none(path) for path in paths}
    time.sleep(SETTLING)
    return {path for path in paths if _state_or_none(path) != before[path]}


def _state_or_none(path: Path) -> tuple[int, ...] | None:
    try:
        return state_of(path)
    except OSError:
        return None


def _base(path: Path, name: str) -> Sheet:
    """A file by what the system says of it: of one that is too large to be read its hash too, which else follows."""
    stat = path.stat()
    state = _state(stat)
    # A clock that was wrong may have left any number; these are of the years 1970 to 2106.
    seconds = min(max(int(stat.st_mtime), 0), 0xFFFFFFFF)
    modified_at = dt.datetime.fromtimestamp(seconds, TAIPEI).replace(tzinfo=None)
    return Sheet(
        name, stat.st_size, modified_at, hashlib.sha256(repr(state[:2]).encode()).hexdigest(), state=state
    )


def _read(
    path: Path,
    base: Sheet,
    table: Table | None,
    entries: Mapping[str, Entry],
    tables: Mapping[str, Table],
    scratch: Path | None,
) -> list[Sheet]:
    suffix = _suffix(path.name)
    own = replace(base, table=table.id if table else None)
    try:
        if table is None and suffix not in WORKBOOK_SUFFIXES and base.size > _most(suffix):
            return [base]
        if base.size > _most(suffix):
            raise Unreadable(_too_large(base, _most(suffix)))
        if suffix in TEXT_SUFFIXES and base.size > CAREFUL_BYTES and _ends_in_nothing(path):
            raise Unreadable(
                f"這個檔案有 {_megabytes(base.size)}，後面是空的（可能是下載或複製中斷）。請重新下載或複製後再放進來。"
            )
        digest, lines, odd = _digest(path)
        base, own = replace(base, sha256=digest), replace(own, sha256=digest)
        if suffix in SUFFIXES and suffix not in TEXT_SUFFIXES and not workbooks.is_text(path):
            return workbooks.read(path, base, table, entries, tables)
        if table is None or suffix not in SUFFIXES:
            return [replace(base, rows=_first_rows(path) if suffix in TEXT_SUFFIXES else ())]
        own = replace(own, constants=constants_of(entry_of(entries, base.file), tables[table.id]))
        large = base.size >= BULK_BYTES and not odd and scratch is not None
        if large and scratch and (sheet := _bulk(path, own, table, lines, scratch)):
            return [sheet]
        return [_text(path, own, table)]
    except Unreadable as error:
        rows = _first_rows(path) if suffix in TEXT_SUFFIXES else ()
        return [replace(own, rows=rows, problem=str(error))]


def reread(folder: Path, sheet: Sheet, entries: Mapping[str, Entry], tables: Mapping[str, Table]) -> Sheet:
    """`sheet`, which the database could not read line by line, read with care."""
    (careful,) = read(folder / sheet.file, folder, entries, tables, None)
    return careful


def _most(suffix: str) -> int:
    """How large a file may be. A workbook's parts are packed and may take no more when they are not."""
    return TEXT_BYTES if suffix in TEXT_SUFFIXES else extent.UNPACKED_BYTES


def _too_large(base: Sheet, most: int) -> str:
    return f"這個檔案有 {_megabytes(base.size)}，超過 {_megabytes(most)}，未讀取。請刪除資料以外的列與欄，或分成幾個檔案。"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def _ends_in_nothing(path: Path) -> bool:
    """Whether the last block is of NULs: room that was reserved and never filled."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - BLOCK))
        return not file.read(BLOCK).strip(b"\0")


def _not_read(error: OSError) -> str:
    return f"讀不到這個檔案：{reason(error)}。請檢查讀取權限。"


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _refuse(error: OSError) -> None:
    raise error


def name_of(path: Path, folder: Path) -> str:
    """The path within the folder. Bytes that are no UTF-8 are written out, so that no two files get one name."""
    return path.relative_to(folder).as_posix().encode("utf-8", "backslashreplace").decode("utf-8")


def _digest(path: Path) -> tuple[str, int, bool]:
    """The file's hash, its number of lines, and whether it wants care.

    The database would skip the blanks before a mark, and of a line of megabytes it notes each cell that is one too many.
    """
    digest, lines, odd, tail = hashlib.sha256(), 0, False, b"\n"
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            ends = block.count(b"\n")
            lines += ends
            seam = tail + block
            odd = odd or (len(block) == BLOCK and not ends)
            odd = odd or (b' "' in seam and _PADDED_MARK.search(seam) is not None)
            tail = block[-100:]
    return digest.hexdigest(), lines + (not tail.endswith(b"\n")), odd


# Text files


def _first_rows(path: Path) -> tuple[tuple[int, list[str]], ...]:
    """The first (line, cells) of a text file, by each delimiter, to see what it is; none where it is no text."""
    with path.open("rb") as file:
        text, _, lost, _ = _recognised(file.read(1 << 16))
    if _is_much(lost, text):
        return ()
    lines = io.StringIO(text.replace("\0", ""), newline="").readlines()[: HEADER_ROWS * 20]
    rows = (itertools.islice(_records(lines, delimiter), HEADER_ROWS) for delimiter in ",\t;")
    return tuple((line, cells) for some in rows for line, cells in some if any(map(str.strip, cells)))


def _text(path: Path, base: Sheet, table: Table) -> Sheet:
    if base.size > CAREFUL_BYTES:
        raise Unreadable(
            f"這個檔案有 {_megabytes(base.size)}，而且不是一行一列的 UTF-8 文字（有跨行的儲存格、很長的一行或成不了對的引號）；"
            f"這樣的檔案最多 {_megabytes(CAREFUL_BYTES)}。請另存成 UTF-8 的 CSV，或分成幾個檔案。"
        )
    text, encoding, lost = _decode(path.read_bytes())
    notes = [_lost_note(lost)]
    if "\0" in text:
        notes.append(f"有 {text.count(chr(0))} 個 NUL 字元，已略去；檔案可能損壞，請重新匯出。")
        text = text.replace("\0", "")
    text = text[: _end_of_rows(text)]
    lines = io.StringIO(text, newline="").readlines()
    delimiter, at, header = _find_header(lines, table)
    if at == len(lines) and _OTHER_ENDS.search(lines[-1]):
        lines = io.StringIO(_OTHER_ENDS.sub("\n", text), newline="").readlines()
        delimiter, at, header = _find_header(lines, table)
    del text
    layout, note = _layout(header, table)
    width, room, rows = len(layout), extent.WORKSHEET_CELLS, []
    stray: list[int] = []
    # Each line is one that a row begins with, or ends within a cell of the row before.
    next_line, is_whole, former = at + 1, True, header
    for line, cells in _records(lines, delimiter, at + _breaks(header), _shape_of(layout, table), stray):
        is_whole = is_whole and (line == next_line or line == next_line + _breaks(former))
        next_line, former = line + 1, cells
        if not any(cells):
            continue  # a blank line is no row, and there may be millions of them
        # Empty cells after the header's last are none.
        rows.append((line, cells if len(cells) <= width or any(cells[width:]) else cells[:width]))
        room -= len(rows[-1][1])
        if room < 0:
            raise Unreadable(_TOO_MANY_CELLS)
    if not is_whole or next_line + _breaks(former) != len(lines) + 1:
        raise Unreadable(
            f"這個檔案有 {len(lines):,} 行，與讀出的 {len(rows):,} 列對不起來，未讀取。請另存成 UTF-8 的 CSV 後再放進來。"
        )
    check_errors(layout, rows, table)
    notes.append(fill_doubled(header, table, rows))
    return replace(
        base, encoding=encoding, header_line=at, header=tuple(header), layout=layout, rows=tuple(rows), lost_characters=lost,
        note=joined(*notes, _stray_note(stray), note),
    )  # fmt: skip


def _layout(header: list[str], table: Table) -> tuple[tuple[str, ...], str | None]:
    if len(header) > COLUMNS:
        if any(header[COLUMNS:]):
            raise Unreadable(
                f"標題列有 {len(header):,} 欄，超過 {COLUMNS:,} 欄，未讀取。請刪除資料以外的欄後再放進來。"
            )
        header = header[:COLUMNS]
    return layout_of(header, table)


def _breaks(cells: list[str]) -> int:
    """How many physical lines end within the cells."""
    return sum(
        cell.count("\n") + cell.count("\r") - cell.count("\r\n")
        for cell in cells
        if "\n" in cell or "\r" in cell
    )


def _stray_note(lines: list[int]) -> str | None:
    if not lines:
        return None
    listed = "、".join(map(str, lines[:5])) + (f" 等 {len(lines):,}" if len(lines) > 5 else "")
    return f"第 {listed} 行有不成對的引號，當作一般字元，各列照常讀入；請刪除多餘的引號。"


def _bulk(path: Path, base: Sheet, table: Table, lines: int, scratch: Path) -> Sheet | None:
    """`base` for the database to read, or None where its path, its first lines or its shape want care.

    The database fills each row up to the header's width.
    """
    if not _PLAIN_PATH.fullmatch(str(path)):
        return None
    with path.open("rb") as file:
        head = file.read(1 << 18)
    encoding, lost = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8", 0
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        if base.size > 3 * CAREFUL_BYTES:
            return None
        text, encoding, lost = _decode(path.read_bytes())
        path = scratch / f"{base.sha256}.csv"
        path.write_text(text, encoding="utf-8", newline="")
        _, lines, odd = _digest(path)
        if odd:
            return None
        text = text[: 1 << 17]
    if "\0" in text:
        return None
    path, lines = _without_blank_end(path, lines, scratch / f"{base.sha256}.rows.csv")
    first = io.StringIO(text, newline="").readlines()
    delimiter, at, header = _find_header(first, table)
    layout, note = _layout(header, table)
    if are_errors(layout, itertools.islice(_records(first[at:], delimiter), 3), table):
        return None
    if (
        doubled(header, table)
        or len(layout) > BULK_COLUMNS
        or not is_even(lines, len(layout), path.stat().st_size)
    ):
        return None
    return replace(
        base, encoding=encoding, header_line=at, header=tuple(header), layout=layout, lost_characters=lost,
        note=joined(_lost_note(lost), note),
        bulk=Bulk(path, delimiter, len(layout), lines),
    )  # fmt: skip


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
    return copy, _digest(copy)[1]


def _lost_note(lost: int) -> str | None:
    return f"有 {lost} 個字元編碼存不下，以〓代替；請改存成 UTF-8。" if lost else None


# An orderly file of any length is left to the database.
_TOO_MANY_CELLS = (
    f"這個檔案超過 {extent.WORKSHEET_CELLS:,} 格，未讀取（可能有一列特別長，或引號沒有成對）。"
    "請刪除資料以外的列與欄，或分成幾個檔案。"
)
_NO_TEXT = "這不是文字檔，或編碼無法辨識（可能是改了副檔名的圖片）。請另存成 UTF-8 的 CSV。"


def _decode(data: bytes) -> tuple[str, str, int]:
    """The text, its encoding, and how many characters it could not hold."""
    text, encoding, lost, broken = _recognised(data)
    body = text.strip("\0 \t\r\n\v\f\ufeff")
    if not body:
        raise Unreadable("這是空檔案。請重新匯出後再放進來。")
    # Text in UTF-16 or UTF-32 without a mark is full of NULs; a few, or a tail of them, are a damaged file's.
    if _is_much(broken, text) or body.count("\0") > len(body) // 4:
        raise Unreadable(_NO_TEXT)
    return text, encoding, lost


def _is_much(lost: int, text: str) -> bool:
    """Whether so many lost characters mean that the text is of another encoding, or none."""
    return lost > max(2, len(text) * 0.02)


def _recognised(data: bytes) -> tuple[str, str, int, int]:
    """Text, encoding, characters lost, and how many of these were no character of the encoding at all."""
    for bom, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(bom):
            return _lossy(data, encoding)
    try:
        return data.decode("utf-8"), "utf-8", 0, 0
    except UnicodeDecodeError:
        as_cp950 = _lossy(data, "cp950")
    # UTF-8 with a few broken bytes, as in a file cut off in the middle of a character, is much worse as CP950.
    try:
        return _lossy(data, "utf-8", fewer_than=as_cp950[2])
    except _TooLossy:
        return as_cp950


class _TooLossy(Exception):
    """Another encoding holds more of the text."""


def _lossy(data: bytes, encoding: str, fewer_than: int | None = None) -> tuple[str, str, int, int]:
    lost = broken = 0

    def replace_lost(error: UnicodeError) -> tuple[str, int]:
        nonlocal lost, broken
        assert isinstance(error, UnicodeDecodeError)
        lost += 1
        if fewer_than is not None and lost >= fewer_than:
            raise _TooLossy
        # A user-defined character of CP950 is a pair of bytes that has no Unicode character.
        pair = data[error.start : error.start + 2] if encoding == "cp950" else b""
        is_pair = len(pair) == 2 and pair[0] >= 0x81 and (0x40 <= pair[1] <= 0x7E or pair[1] >= 0xA1)
        broken += not is_pair
        return LOST, error.start + 2 if is_pair else error.end

    codecs.register_error("kpi-lost", replace_lost)
    return data.decode(encoding, errors="kpi-lost"), encoding, lost, broken


@dataclass(frozen=True)
class _Shape:
    """What a row of a file looks like: the header's width, and the places of required columns, of days among them."""

    width: int
    filled: tuple[int, ...]
    days: tuple[int, ...]

    def fits(self, cells: list[str]) -> bool:
        """Whether cells look like a row: a text in each required column, digits of a day where one is required."""
        if any(cell.strip() for cell in cells[self.width :]) or any(
            at >= len(cells) or not cells[at].strip() for at in self.filled
        ):
            return False
        return all(sum(char.isdigit() for char in cells[at]) >= DAY_DIGITS for at in self.days)


def _shape_of(layout: tuple[str, ...], table: Table) -> _Shape:
    needed = [
        (at, table.columns[name].type in ("date", "timestamp"))
        for at, name in enumerate(layout)
        if name and table.columns[name].required and not (name == "school" and "school_code" in layout)
    ]
    return _Shape(len(layout), tuple(at for at, _ in needed), tuple(at for at, is_day in needed if is_day))


def _records(
    lines: list[str],
    delimiter: str,
    start: int = 0,
    shape: _Shape | None = None,
    stray: list[int] | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """(physical line, cells) of each record from the line at index `start`.

    A quotation mark that is never closed, or only by another stray one some rows below, is taken as a plain character;
    its line is added to `stray`.

    Raises:
        Unreadable: a line has more cells than a file may have.
    """
    if max(map(len, lines), default=0) > extent.WORKSHEET_CELLS:
        for line in lines:
            _check_cells(line, delimiter)
    if '"' not in "".join(lines):
        yield from enumerate(csv.reader(lines[start:], delimiter=delimiter), start + 1)
        return
    width = shape.width if shape else 0
    while start < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(start, len(lines))), delimiter=delimiter)
        begin = start
        for cells in reader:
            end = start + reader.line_num
            # Nearly all records are one line of whole cells.
            is_odd = end - begin > 1 or len(cells) < width or "".join(cells[-1:]).endswith(("\n", "\r"))
            if is_odd and _runs_on(lines[begin:end], cells, delimiter, shape):
                if stray is not None:
                    stray.append(begin + 1)
                yield begin + 1, _plain(lines[begin], delimiter)
                begin += 1
                break
            yield begin + 1, cells
            begin = end
        start = begin


def _check_cells(line: str, delimiter: str) -> None:
    """Before they are laid out: one line may be the whole file."""
    if len(line) > extent.WORKSHEET_CELLS and line.count(delimiter) > extent.WORKSHEET_CELLS:
        raise Unreadable(_TOO_MANY_CELLS)


def _plain(line: str, delimiter: str) -> list[str]:
    """The cells of one line whose marks are not in pairs; a pair about a whole cell is none of its text."""
    _check_cells(line, delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        cells = line.rstrip("\r\n").split(delimiter)
        return [cell[1:-1] if re.fullmatch('"[^"]*"', cell) else cell for cell in cells]


def _runs_on(record: list[str], cells: list[str], delimiter: str, shape: _Shape | None) -> bool:
    """Whether a quotation mark of a record takes in what does not belong to its cell.

    That may be further rows up to the next stray mark, the end of the last line, or the next cells of its line.
    """
    if len(record) == 1:
        if '"' not in record[0]:
            return False
        if cells[-1].endswith(("\n", "\r")):
            return True
        too_few = shape is not None and len(cells) < shape.width == len(_plain(record[0], delimiter))
        return too_few and not _is_strict(record, delimiter)
    if len(record) > RECORD_LINES or not _is_strict(record, delimiter):
        return True
    if shape is None or len(_plain(record[0], delimiter)) < shape.width <= len(cells):
        return False  # the lines have a row's cells together, and not the first of them alone
    return _are_rows(_taken_in(record, cells), delimiter, shape)


def _taken_in(record: list[str], cells: list[str]) -> list[str]:
    """The lines below the first of a record's cells of several lines.

    In a file whose cells are all in quotation marks, a line goes on behind the mark. Two stray marks may lie anywhere in
    their lines.
    """
    if record[0].count('"') == record[-1].count('"') == 1:
        return record[1:]
    return [line for cell in cells for line in cell.splitlines()[1:]]


def _is_strict(record: list[str], delimiter: str) -> bool:
    """Whether each mark opens a cell, closes it, or is doubled."""
    try:
        list(csv.reader(record, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _are_rows(lines: list[str], delimiter: str, shape: _Shape) -> bool:
    """Whether lines are rows rather than those of a remark; one or the other may lack something."""
    filled = [_plain(line, delimiter) for line in lines if line.strip()]
    return bool(filled) and 2 * sum(map(shape.fits, filled)) >= len(filled)


def _find_header(lines: list[str], table: Table) -> tuple[str, int, list[str]]:
    """The separator, the physical line and the cells of the header."""
    first = lines[: HEADER_ROWS * 20]
    text = "".join(first)
    delimiters = [one for one in (",", "\t", ";") if one in text]
    records = (
        ((delimiter, line), cells)
        for delimiter in delimiters
        for line, cells in itertools.islice(_records(first, delimiter), HEADER_ROWS)
    )
    try:
        (delimiter, line), cells = best_row(records, table)
        return delimiter, line, _of_one_line(cells, first[line - 1 :], delimiter, table)
    except Unreadable as error:
        unreadable = error
    # Text of another encoding is full of characters that this one has not, its headers too.
    if _is_much(text.count(LOST), text):
        raise Unreadable(_NO_TEXT) from None
    # A stray mark above it may take it in.
    plain = (
        ((delimiter, line), _plain(text, delimiter))
        for delimiter in delimiters
        for line, text in enumerate(first[:HEADER_ROWS], 1)
        if '"' in "".join(first)
    )
    try:
        (delimiter, line), cells = best_row(plain, table)
    except Unreadable:
        raise unreadable from None
    return delimiter, line, cells


def _of_one_line(cells: list[str], lines: list[str], delimiter: str, table: Table) -> list[str]:
    """A header's cells: without the rows below it that a stray mark would take in."""
    if not (breaks := _breaks(cells)):
        return cells
    plain = _plain(lines[0], delimiter)
    try:
        shape = _shape_of(layout_of(plain, table)[0], table)
    except Unreadable:  # its name is of two lines
        return cells
    return plain if _are_rows(lines[1 : breaks + 1], delimiter, shape) else cells
