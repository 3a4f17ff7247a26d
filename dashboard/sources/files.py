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
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from dashboard.sources.contracts import Table, normalise, table_of

HEADER_ROWS = 50
BULK_BYTES = 200_000
# A workbook whose parts declare more than this is a mistake or an attack: the nation's whole roster is a tenth of it.
UNPACKED_BYTES = 300_000_000
# The reader lays out every cell of the rectangle that holds the filled ones. A larger rectangle than this must be
# mostly filled: a filled cell takes some thirty bytes of the worksheet.
WORKSHEET_CELLS = 10_000_000
# A quoted cell may hold line breaks, but one that runs on for longer is a quotation mark that was never closed.
RECORD_LINES = 50
LOST = "〓"
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
OTHER_WORKBOOKS = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")

csv.field_size_limit(2**31 - 1)

# The database takes *, ? and [ in a path as a pattern, which may fit another file, and no path that is not UTF-8.
_PLAIN_PATH = re.compile(r"[^*?\[\]{}\ud800-\udfff]*", re.DOTALL)
_PADDED_MARK = re.compile(rb'[,;\t\n] +"')
_CELL_COLUMN = re.compile(rb"""\sr=["']([A-Z]{1,3})\d""")
_CELL_ROW = re.compile(rb"""\sr=["'][A-Z]{0,3}(\d{1,7})["']""")


class FolderError(Exception):
    """The data folder cannot be used at all."""


class _Unreadable(Exception):
    """A file is no table; the message is for its owner."""


@dataclass(frozen=True)
class Bulk:
    """A large file for the database to read, in UTF-8 (a copy, where it is not): `lines` physical lines in all."""

    path: Path
    delimiter: str
    columns: int
    lines: int


@dataclass(frozen=True)
class Sheet:
    """A CSV file or one worksheet. `layout` names each column in file order ('' is unknown).

    `rows` holds (line, cells) pairs; it is empty where `bulk` is set. `table` is None where the name fits no table, and
    `problem` says why nothing could be read.
    """

    file: str
    size: int
    modified_at: dt.datetime
    sha256: str
    table: str | None = None
    encoding: str = ""
    excel: bool = False
    header_line: int = 0
    layout: tuple[str, ...] = ()
    rows: tuple[tuple[int, list[str]], ...] = ()
    bulk: Bulk | None = None
    lost_characters: int = 0
    note: str | None = None
    problem: str | None = None


def paths(folder: Path) -> list[Path]:
    """The files of `folder` in the order of their paths; hidden ones, `~$` ones and definitions are left out."""
    found: list[Path] = []
    try:
        if not folder.is_dir():
            raise FolderError(
                f"找不到資料夾「{folder}」。請建立它並放入各資料表，或執行 kpi sample 先用示範資料。"
            )
        for root, folders, names in os.walk(folder, onerror=_refuse):
            folders[:] = [name for name in folders if not name.startswith(".")]
            found += [
                Path(root, n)
                for n in names
                if not n.startswith((".", "~$")) and not n.endswith((".toml", ".sql"))
            ]
    except OSError as error:
        raise FolderError(f"資料夾「{folder}」讀不到：{why(error)}。請檢查讀取權限。") from error
    return sorted((p for p in found if p.is_file()), key=lambda p: p.relative_to(folder).as_posix())


def read(path: Path, folder: Path, tables: Mapping[str, Table], scratch: Path) -> list[Sheet]:
    """Every sheet of one file: one for a CSV, one per worksheet of a workbook. `scratch` is for copies in UTF-8."""
    try:
        return _read(path, folder, tables, scratch)
    except OSError as error:
        problem = f"讀不到這個檔案：{why(error)}。請檢查讀取權限。"
        blank = Sheet(_name(path, folder), 0, dt.datetime.fromtimestamp(0), "")
        return [replace(blank, table=_id(table_of(path.stem, tables.values())), problem=problem)]


def _read(path: Path, folder: Path, tables: Mapping[str, Table], scratch: Path) -> list[Sheet]:
    stat = path.stat()
    digest, lines, padded = _digest(path)
    base = Sheet(_name(path, folder), stat.st_size, dt.datetime.fromtimestamp(int(stat.st_mtime)), digest)
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return _workbook(path, base, tables)
    table = table_of(path.stem, tables.values())
    if table is None or suffix not in TEXT_SUFFIXES + OTHER_WORKBOOKS:
        return [base]
    base = replace(base, table=table.id)
    if suffix in OTHER_WORKBOOKS:
        return [replace(base, problem=f"不支援 {suffix} 檔。請在試算表軟體另存成 .xlsx 或 CSV。")]
    try:
        large = base.size >= BULK_BYTES and not padded
        if large and (sheet := _bulk(path, base, table, lines, scratch)):
            return [sheet]
        return [_text(path, base, table)]
    except _Unreadable as error:
        return [replace(base, problem=str(error))]


def reread(folder: Path, sheet: Sheet, tables: Mapping[str, Table]) -> Sheet:
    """`sheet`, which the database could not read line by line, read with care."""
    assert sheet.table is not None
    base = replace(sheet, bulk=None, lost_characters=0, note=None)
    try:
        return _text(folder / sheet.file, base, tables[sheet.table])
    except _Unreadable as error:
        return replace(base, problem=str(error))


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
    errno.EIO: "磁碟讀寫失敗",
}


def _refuse(error: OSError) -> None:
    raise error


def _name(path: Path, folder: Path) -> str:
    """The path within the folder. Bytes that are no UTF-8 are written out, so that no two files get one name."""
    return path.relative_to(folder).as_posix().encode("utf-8", "backslashreplace").decode("utf-8")


def _id(table: Table | None) -> str | None:
    return table.id if table else None


def _digest(path: Path) -> tuple[str, int, bool]:
    """The file's hash, its number of lines, and whether a mark stands after blanks: the database would skip them."""
    digest, lines, padded, tail = hashlib.sha256(), 0, False, b"\n"
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            lines += block.count(b"\n")
            seam = tail + block
            padded = padded or (b' "' in seam and _PADDED_MARK.search(seam) is not None)
            tail = block[-100:]
    return digest.hexdigest(), lines + (not tail.endswith(b"\n")), padded


# Text files


def _text(path: Path, base: Sheet, table: Table) -> Sheet:
    text, encoding, lost = _decode(path.read_bytes())
    notes = [_lost_note(lost)]
    if "\0" in text:
        notes.append(f"有 {text.count(chr(0))} 個 NUL 字元，已略去；檔案可能損壞，請重新匯出。")
        text = text.replace("\0", "")
    lines = io.StringIO(text, newline="").readlines()
    delimiter, at, header = _find_header(lines, table)
    layout, note = _layout(header, table)
    records = _records(lines, delimiter)
    rows = tuple((line, _within(cells, len(layout))) for line, cells in records if line > at)
    return replace(
        base, encoding=encoding, header_line=at, layout=layout, rows=rows, lost_characters=lost,
        note=" ".join(filter(None, [*notes, note])) or None,
    )  # fmt: skip


def _bulk(path: Path, base: Sheet, table: Table, lines: int, scratch: Path) -> Sheet | None:
    """`base` for the database to read, or None where its path or its first lines want care."""
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
        _, lines, padded = _digest(path)
        if padded:
            return None
        text = text[: 1 << 17]
    if "\0" in text:
        return None
    delimiter, at, header = _find_header(io.StringIO(text, newline="").readlines(), table)
    layout, note = _layout(header, table)
    return replace(
        base, encoding=encoding, header_line=at, layout=layout, lost_characters=lost,
        note=" ".join(filter(None, [_lost_note(lost), note])) or None,
        bulk=Bulk(path, delimiter, len(layout), lines),
    )  # fmt: skip


def _within(cells: list[str], columns: int) -> list[str]:
    """A row without the empty cells after the header's last."""
    return cells if any(cells[columns:]) else cells[:columns]


def _lost_note(lost: int) -> str | None:
    return f"有 {lost} 個字元編碼存不下，以〓代替；請改存成 UTF-8。" if lost else None


def _decode(data: bytes) -> tuple[str, str, int]:
    """The text, its encoding, and how many characters it could not hold."""
    text, encoding, lost = _recognised(data)
    body = text.strip("\0 \t\r\n\v\f\ufeff")
    if not body:
        raise _Unreadable("這是空檔案。請重新匯出後再放進來。")
    # Text in UTF-16 or UTF-32 without a mark is full of NULs; a few, or a tail of them, are a damaged file's.
    if lost > max(2, len(text) * 0.02) or body.count("\0") > len(body) // 4:
        raise _Unreadable("這不是文字檔，或編碼無法辨識（可能是改了副檔名的圖片）。請另存成 UTF-8 的 CSV。")
    return text, encoding, lost


def _recognised(data: bytes) -> tuple[str, str, int]:
    for bom, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(bom):
            return _lossy(data, encoding)
    try:
        return data.decode("utf-8"), "utf-8", 0
    except UnicodeDecodeError:
        text, encoding, lost = _lossy(data, "cp950")
    # UTF-8 with a few broken bytes, as in a file cut off in the middle of a character, is much worse as CP950.
    try:
        return _lossy(data, "utf-8", fewer_than=lost)
    except _TooLossy:
        return text, encoding, lost


class _TooLossy(Exception):
    """Another encoding holds more of the text."""


def _lossy(data: bytes, encoding: str, fewer_than: int | None = None) -> tuple[str, str, int]:
    lost = 0

    def replace_lost(error: UnicodeError) -> tuple[str, int]:
        nonlocal lost
        assert isinstance(error, UnicodeDecodeError)
        lost += 1
        if fewer_than is not None and lost >= fewer_than:
            raise _TooLossy
        # A user-defined character of CP950 is a pair of bytes that has no Unicode character.
        pair = data[error.start : error.start + 2] if encoding == "cp950" else b""
        is_pair = len(pair) == 2 and pair[0] >= 0x81 and (0x40 <= pair[1] <= 0x7E or pair[1] >= 0xA1)
        return LOST, error.start + 2 if is_pair else error.end

    codecs.register_error("kpi-lost", replace_lost)
    return data.decode(encoding, errors="kpi-lost"), encoding, lost


def _records(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(physical line, cells) of each record. A quotation mark that is never closed is taken as a plain character."""
    start = 0
    while start < len(lines):
        reader = csv.reader((lines[i] for i in range(start, len(lines))), delimiter=delimiter)
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
    best: tuple[int, str, int, list[str]] = (0, ",", 0, [])
    for delimiter in (",", "\t", ";"):
        for line, cells in itertools.islice(_records(lines[: HEADER_ROWS * 20], delimiter), HEADER_ROWS):
            if (score := _score(cells, table)) > best[0]:
                best = (score, delimiter, line, cells)
    score, delimiter, line, cells = best
    if score < 2:
        raise _Unreadable(_no_header(table))
    return delimiter, line, cells


# Workbooks


def _workbook(path: Path, base: Sheet, tables: Mapping[str, Table]) -> list[Sheet]:
    own = table_of(path.stem, tables.values())
    try:
        _check_zip(path)
        # A damaged workbook can make the reader panic, which is no Exception.
        book = _guarded(lambda: CalamineWorkbook.from_path(str(path)))
        titles = list(book.sheet_names)
        fits = {title: table_of(title, tables.values()) for title in titles}
        if own is not None and titles and not any(fits.values()):
            fits[titles[0]] = own
        return [_worksheet(book, title, base, fits[title]) for title in titles]
    except _Unreadable as error:
        return [replace(base, table=_id(own), excel=True, problem=str(error))]


def _check_zip(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise _Unreadable("這是空檔案。請重新匯出後再放進來。")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise _Unreadable("這是舊版 .xls 或有密碼保護的活頁簿。請移除密碼並另存成 .xlsx。")
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            declared = sum(part.file_size for part in parts)
            if declared > UNPACKED_BYTES:
                size = f"{declared / 1e6:,.0f} MB"
                raise _Unreadable(f"這個活頁簿解開後有 {size}，超過上限，未讀取。請只留資料、另存新檔。")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    # It is read no further than declared, so a part that hides its size is found out here.
                    _check_area(archive.read(part))
    except _Unreadable:
        raise
    except Exception as error:
        # A damaged archive fails in many ways: as a zip, in its compression, its names, its encryption.
        raise _Unreadable(
            "這不是 XLSX（可能是改了副檔名的檔案，或檔案不完整）。請重新另存成 .xlsx。"
        ) from error


def _check_area(xml: bytes) -> None:
    """A single stray cell in the far corner would make the reader lay out billions of empty ones."""
    columns = max(map(_column_number, set(_CELL_COLUMN.findall(xml))), default=0)
    rows = max(map(int, set(_CELL_ROW.findall(xml))), default=0)
    if rows * columns > max(WORKSHEET_CELLS, len(xml) // 10):
        raise _Unreadable("工作表太大：最遠的儲存格在很後面。請刪除資料以外的列與欄後另存新檔。")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _guarded(call: Any) -> Any:
    try:
        return call()
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise _Unreadable("這個活頁簿已損壞，讀不出來。請重新另存成 .xlsx。") from error


def _worksheet(book: Any, title: str, base: Sheet, table: Table | None) -> Sheet:
    sheet = replace(base, file=f"{base.file}#{title}", excel=True, encoding="xlsx", table=_id(table))
    if table is None:
        return sheet
    try:
        source = _guarded(lambda: book.get_sheet_by_name(title))
        rows = _guarded(lambda: _filled_rows(source))
        last = rows[0][0] + HEADER_ROWS if rows else 0
        at, header = _best_row((row for row in rows if row[0] < last), table)
        layout, note = _layout(header, table)
    except _Unreadable as error:
        return replace(sheet, problem=str(error))
    body = tuple((line, cells) for line, cells in rows if line > at)
    return replace(sheet, header_line=at, layout=layout, rows=body, note=note)


def _filled_rows(source: Any) -> list[tuple[int, list[str]]]:
    return [
        (line, [_cell(value) for value in row])
        for line, row in enumerate(source.iter_rows(), 1)
        if any(value != "" for value in row)
    ]


def _best_row(rows: Iterable[tuple[int, list[str]]], table: Table) -> tuple[int, list[str]]:
    best = max(rows, key=lambda row: _score(row[1], table), default=(0, []))
    if _score(best[1], table) < 2:
        raise _Unreadable(_no_header(table))
    return best


def _cell(value: Any) -> str:
    """A typed cell as the text a person would have typed."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        # Excel keeps a day fraction; half a second more or less is its rounding.
        moment: dt.datetime = (value + dt.timedelta(milliseconds=500)).replace(microsecond=0)
        return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat(sep=" ")
    return "" if value is None else str(value)


# Headers


def _score(cells: list[str], table: Table) -> int:
    return len(table.headers.keys() & {normalise(cell) for cell in cells})


def _layout(header: list[str], table: Table) -> tuple[tuple[str, ...], str | None]:
    """The column id of each header cell, and a remark where a column stands twice (the first one is read)."""
    layout: list[str] = []
    twice: list[str] = []
    for cell in header:
        column = table.headers.get(normalise(cell), "")
        if column in layout and column:
            twice.append(table.columns[column].headers[0])
            column = ""
        layout.append(column)
    missing = [c.headers[0] for c in table.columns.values() if c.required and not _present(c.id, layout)]
    if missing:
        needed = "、".join(c.headers[0] for c in table.columns.values() if c.required)
        raise _Unreadable(f"找不到「{'」「'.join(missing)}」欄。欄名須有：{needed}。請補上後重新放入。")
    note = f"「{'」「'.join(twice)}」欄出現兩次，採用第一欄；請刪除多的一欄。" if twice else None
    return tuple(layout), note


def _present(column: str, layout: list[str]) -> bool:
    return column in layout or (column == "school" and "school_code" in layout)


def _no_header(table: Table) -> str:
    names = "、".join(column.headers[0] for column in table.columns.values() if column.required)
    return f"前 {HEADER_ROWS} 列裡找不到標題列，看不出是「{table.label['zh-TW']}」。標題列須有：{names}。"


def without_rows(sheet: Sheet) -> Sheet:
    """`sheet` without its rows, once they are stored."""
    return replace(sheet, rows=())
