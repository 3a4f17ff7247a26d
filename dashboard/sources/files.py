"""Reading a folder of CSV and XLSX files into rows of text.

Nothing is interpreted here but the shape: which table a file is, its encoding and separator, where the header stands,
and on which physical line (or worksheet row) a row starts. A file that cannot be read carries a sentence in Chinese
for the person who can mend it, and stops nothing else.

A CSV file is read by Python's own reader, which copes with anything. Larger ones are left to the database
(`Sheet.bulk`), which must then prove that each line was one row, or the careful reader (`reread`) is used.
"""

import codecs
import csv
import datetime as dt
import errno
import hashlib
import io
import itertools
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from dashboard.sources import extent, workbooks
from dashboard.sources.contracts import Table
from dashboard.sources.places import Entry, constants_of, table_for
from dashboard.sources.sheet import HEADER_ROWS, Bulk, Sheet, Unreadable, best_row, is_even, layout_of

BULK_BYTES = 200_000
BLOCK = 1 << 20
# For each column the database lays out some thousand cells before it reads a row.
BULK_COLUMNS = 1_000
# A quoted cell may hold line breaks, but one that runs on for longer is a quotation mark that was never closed.
RECORD_LINES = 50
LOST = "〓"
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
# Apple's own is told, not read.
SUFFIXES = (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES, ".numbers")

csv.field_size_limit(2**31 - 1)

# The database takes *, ? and [ in a path as a pattern, which may fit another file, and no path that is not UTF-8.
_PLAIN_PATH = re.compile(r"[^*?\[\]{}\ud800-\udfff]*", re.DOTALL)
_PADDED_MARK = re.compile(rb'[,;\t\n] +"')


class FolderError(Exception):
    """The data folder cannot be used at all."""


def paths(folder: Path) -> list[Path]:
    """The files of `folder` in the order of their paths; hidden ones, `~$` ones and definitions are left out.

    With them what only has the name of a file: a link whose target is gone, a folder. `read` tells that it is none.
    """
    found: list[Path] = []
    seen: set[tuple[int, int]] = set()
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
                if (stat.st_dev, stat.st_ino) in seen:
                    folders.clear()
                    continue
                seen.add((stat.st_dev, stat.st_ino))
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                waiting += [Path(root, name) for name in folders if os.path.islink(Path(root, name))]
                found += [
                    Path(root, n)
                    for n in (*names, *(name for name in folders if _suffix(name) in SUFFIXES))
                    if not n.startswith((".", "~$")) and not n.endswith((".toml", ".sql"))
                ]
    except OSError as error:
        raise FolderError(f"資料夾「{folder}」讀不到：{why(error)}。請檢查讀取權限。") from error
    return sorted(found, key=lambda p: p.relative_to(folder).as_posix())


def read(
    path: Path, folder: Path, entries: Mapping[str, Entry], tables: Mapping[str, Table], scratch: Path
) -> list[Sheet]:
    """Every sheet of one file: one for a CSV, one per worksheet of a workbook. `scratch` is for copies in UTF-8."""
    name = _name(path, folder)
    table = table_for(path.stem, entries.get(name), tables)
    try:
        if path.is_file() or not os.path.lexists(path):
            return _read(path, name, table, entries, tables, scratch)
        if table is None or _suffix(path.name) not in SUFFIXES:
            return []
        # It is not opened: a pipe would keep the build waiting for ever.
        problem = "這不是一般檔案（連結的目的地不在，或是資料夾）。請改放檔案本身。"
    except OSError as error:
        problem = _not_read(error)
    blank = Sheet(name, 0, dt.datetime.fromtimestamp(0), "")
    return [replace(blank, table=table.id if table else None, problem=problem)]


def _read(
    path: Path,
    name: str,
    table: Table | None,
    entries: Mapping[str, Entry],
    tables: Mapping[str, Table],
    scratch: Path,
) -> list[Sheet]:
    stat = path.stat()
    digest, lines, odd = _digest(path)
    base = Sheet(name, stat.st_size, dt.datetime.fromtimestamp(int(stat.st_mtime)), digest)
    suffix = _suffix(path.name)
    if suffix in SUFFIXES and suffix not in TEXT_SUFFIXES and not workbooks.is_text(path):
        return workbooks.read(path, base, table, entries, tables)
    if table is None or suffix not in SUFFIXES:
        return [base]
    base = replace(base, table=table.id, constants=constants_of(entries.get(name), tables[table.id]))
    try:
        large = base.size >= BULK_BYTES and not odd
        if large and (sheet := _bulk(path, base, table, lines, scratch)):
            return [sheet]
        return [_text(path, base, table)]
    except Unreadable as error:
        return [replace(base, problem=str(error))]


def reread(folder: Path, sheet: Sheet, entries: Mapping[str, Entry], tables: Mapping[str, Table]) -> Sheet:
    """`sheet`, which the database could not read line by line, read with care."""
    path = folder / sheet.file
    table = table_for(path.stem, entries.get(sheet.file), tables)
    assert table is not None
    base = replace(sheet, bulk=None, lost_characters=0, note=None)
    try:
        return _text(path, base, table)
    except OSError as error:  # it was there when the folder was read
        return replace(base, problem=_not_read(error))
    except Unreadable as error:
        return replace(base, problem=str(error))


def _not_read(error: OSError) -> str:
    return f"讀不到這個檔案：{why(error)}。請檢查讀取權限。"


def why(error: OSError) -> str:
    """What the operating system said, in Chinese where it is one of the usual things."""
    return _WHY.get(error.errno or 0) or error.strerror or str(error)


_WHY = {
    errno.EACCES: "沒有權限",
    errno.EPERM: "沒有權限",
    errno.ENOENT: "檔案不存在",
    errno.ENOSPC: "磁碟空間不足",
    errno.EFBIG: "超過檔案大小上限",
    errno.EROFS: "磁碟是唯讀的",
    errno.EEXIST: "已有同名的檔案",
    errno.ENOTDIR: "路徑中有一段不是資料夾",
    errno.EISDIR: "它是資料夾",
    errno.ENAMETOOLONG: "名稱太長",
    errno.EIO: "磁碟讀寫失敗",
}


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _refuse(error: OSError) -> None:
    raise error


def _name(path: Path, folder: Path) -> str:
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


def _text(path: Path, base: Sheet, table: Table) -> Sheet:
    text, encoding, lost = _decode(path.read_bytes())
    notes = [_lost_note(lost)]
    if "\0" in text:
        notes.append(f"有 {text.count(chr(0))} 個 NUL 字元，已略去；檔案可能損壞，請重新匯出。")
        text = text.replace("\0", "")
    lines = io.StringIO(text, newline="").readlines()
    delimiter, at, header = _find_header(lines, table)
    layout, note = layout_of(header, table)
    width, room, rows = len(layout), extent.WORKSHEET_CELLS, []
    for line, cells in _records(lines, delimiter):
        if line > at:
            # Empty cells after the header's last are none.
            rows.append((line, cells if len(cells) <= width or any(cells[width:]) else cells[:width]))
            room -= len(rows[-1][1])
            if room < 0:
                raise Unreadable(_TOO_MANY_CELLS)
    return replace(
        base, encoding=encoding, header_line=at, layout=layout, rows=tuple(rows), lost_characters=lost,
        note=" ".join(filter(None, [*notes, note])) or None,
    )  # fmt: skip


def _bulk(path: Path, base: Sheet, table: Table, lines: int, scratch: Path) -> Sheet | None:
    """`base` for the database to read, or None where its path, its first lines or its shape want care: the database fills
    each row up to the header's width."""
    if not _PLAIN_PATH.fullmatch(str(path)):
        return None
    with path.open("rb") as file:
        head = file.read(1 << 18)
    encoding, lost = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8", 0
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        text, encoding, lost = _decode(path.read_bytes())
        path = scratch / f"{base.sha256}.csv"
        path.write_text(text, encoding="utf-8", newline="")
        _, lines, odd = _digest(path)
        if odd:
            return None
        text = text[: 1 << 17]
    if "\0" in text:
        return None
    delimiter, at, header = _find_header(io.StringIO(text, newline="").readlines(), table)
    layout, note = layout_of(header, table)
    if len(layout) > BULK_COLUMNS or not is_even(lines, len(layout), path.stat().st_size):
        return None
    return replace(
        base, encoding=encoding, header_line=at, layout=layout, lost_characters=lost,
        note=" ".join(filter(None, [_lost_note(lost), note])) or None,
        bulk=Bulk(path, delimiter, len(layout), lines),
    )  # fmt: skip


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
        found = _lossy(data, "cp950")
    # UTF-8 with a few broken bytes, as in a file cut off in the middle of a character, is much worse as CP950.
    try:
        return _lossy(data, "utf-8", fewer_than=found[2])
    except _TooLossy:
        return found


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


def _records(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(physical line, cells) of each record. A quotation mark that is never closed is taken as a plain character."""
    if '"' not in "".join(lines):
        yield from enumerate(csv.reader(lines, delimiter=delimiter), 1)
        return
    start = 0
    while start < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(start, len(lines))), delimiter=delimiter)
        begin = start
        for cells in reader:
            end = start + reader.line_num
            if end - begin > 1 and _runs_on(lines[begin:end], delimiter):
                yield begin + 1, lines[begin].rstrip("\r\n").split(delimiter)
                begin += 1
                break
            yield begin + 1, cells
            begin = end
        start = begin


def _runs_on(record: list[str], delimiter: str) -> bool:
    """Whether a record of several lines is several rows, joined by a mark that the next stray one seems to close."""
    if len(record) > RECORD_LINES:
        return True
    try:
        list(csv.reader(record, delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    return False


def _find_header(lines: list[str], table: Table) -> tuple[str, int, list[str]]:
    first = lines[: HEADER_ROWS * 20]
    text = "".join(first)
    delimiters = [one for one in (",", "\t", ";") if one in text]
    rows = (
        ((delimiter, line), cells)
        for delimiter in delimiters
        for line, cells in itertools.islice(_records(first, delimiter), HEADER_ROWS)
    )
    try:
        (delimiter, line), cells = best_row(rows, table)
    except Unreadable:
        # Text of another encoding is full of characters that this one has not, its headers too.
        if _is_much(text.count(LOST), text):
            raise Unreadable(_NO_TEXT) from None
        raise
    return delimiter, line, cells
