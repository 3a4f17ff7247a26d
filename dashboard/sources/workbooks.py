"""Reading workbooks (XLSX, XLSB, XLS, ODS): every worksheet as rows of text, whatever its cells' types.

What a file is, its content says and not its name. The size is proved before anything is unpacked, a damaged workbook is
a sentence for its owner, and no link that it holds is followed.
"""

import codecs
import io
import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dashboard.definitions.places import Entry, entry_of
from dashboard.definitions.table import Table
from dashboard.sources import binary, calamine, compound, extent, ods, xls, xlsb, xlsx
from dashboard.sources.calamine import PASSWORD
from dashboard.sources.recognition import HIDDEN, constants_of, table_for, table_of_worksheet
from dashboard.sources.sheet import HEADER_ROWS, Sheet, Unreadable, of_rows, score
from dashboard.sources.worksheet import EPOCH, EPOCH_1904, Room, Rows, Workbook, with_days

_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HEAD = 4096
# Rows that are all the same are packed into a twentieth; what is packed into so little says nothing, and fills the memory.
_PUFFED, _PUFFED_BYTES = 200, 50_000_000
# The name of the stream in a compound file that holds a whole workbook with a password.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0")

_NO_WORKBOOK = "這不是活頁簿（可能是改了副檔名的檔案，或檔案不完整）。請重新另存成 .xlsx 或 .ods。"
_MARKUP = "這是網頁或 XML，不是活頁簿（有些系統這樣匯出 .xls）。請用試算表軟體開啟後另存成 .xlsx 或 .ods。"
_PUFFED_UP = "這個活頁簿解開後大得不合理（同樣的內容重複了太多次），未讀取。請只留資料、另存新檔。"
_NUMBERS = "不支援 .numbers 檔。請匯出成 .xlsx 或 CSV。"


def is_text(path: Path) -> bool:
    """Whether a file that has the name of a workbook is plain text: many systems export CSV as .xls."""
    head = _head(path)
    if head.startswith(_UTF16):
        return not _is_markup(head)
    return bool(head.strip()) and not (head.startswith((_OLE, _ZIP)) or b"\0" in head or _is_markup(head))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _is_markup(head: bytes) -> bool:
    return head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def read(
    path: Path, base: Sheet, own: Table | None, entries: Mapping[str, Entry], tables: Mapping[str, Table]
) -> list[Sheet]:
    """Every worksheet. `own` is the file's table: so are the worksheets with its header whose titles fit no table."""
    try:
        return _sheets(_opened(path), base, own, entries, tables)
    except Unreadable as error:
        return [replace(base, table=own.id if own else None, excel=True, problem=str(error))]


# Which worksheets are read


def _sheets(
    book: Workbook, base: Sheet, own: Table | None, entries: Mapping[str, Entry], tables: Mapping[str, Table]
) -> list[Sheet]:
    files_entry, room = entry_of(entries, base.file), Room()
    is_left_out = files_entry is not None and files_entry.table == ""
    sheets: list[Sheet] = []
    # The worksheets without a table: how much of the header of the file's own they bear, their place, and their fault.
    others: list[tuple[int, int, str]] = []
    for worksheet in book.worksheets:
        title = worksheet.title
        sheet = replace(base, file=f"{base.file}#{title}", excel=True, encoding=book.format, worksheet=title)
        entry = entry_of(entries, sheet.file)
        named = table_for(title, entry, tables)
        if entry.table == "" if entry else is_left_out:
            sheets.append(sheet)
            continue
        is_hidden = worksheet.hidden and not (entry and entry.table)
        if is_hidden:
            sheet = replace(sheet, hidden=True, left_out=HIDDEN)
        try:
            rows = worksheet.rows(room)
        except Unreadable as error:
            table = named or own
            faulty = replace(sheet, table=table.id if table else None, problem=str(error))
            sheets.append(sheet if is_hidden else faulty)
            continue
        if is_hidden:
            sheets.append(replace(sheet, rows=tuple(rows[:HEADER_ROWS])))
            continue
        table = table_of_worksheet(title, entry, own, rows, tables)
        if entry is None and table is not None and own is not None and table.id == own.id:
            table, entry = own, files_entry
        if table is None:
            sheets.append(replace(sheet, rows=tuple(rows[:HEADER_ROWS])))
            if own is not None:
                headers = max((score(cells, own) for line, cells in rows if line <= HEADER_ROWS), default=0)
                others.append((-headers, len(sheets) - 1, _read(sheet, own, rows, book, ()).problem or ""))
            continue
        sheets.append(_read(sheet, table, rows, book, constants_of(entry, tables[table.id])))
    return _with_own(sheets, others, own)


def _with_own(sheets: list[Sheet], others: list[tuple[int, int, str]], own: Table | None) -> list[Sheet]:
    """The worksheets; where none has a table, the one most like the file's own is that table's, with its fault."""
    if own is not None and others and not any(one.table for one in sheets):
        _, at, problem = min(others)
        sheets[at] = replace(sheets[at], table=own.id, problem=problem, rows=())
    return sheets


def _read(
    sheet: Sheet, table: Table, rows: Rows, book: Workbook, constants: tuple[tuple[str, str], ...]
) -> Sheet:
    sheet = replace(sheet, table=table.id)
    try:
        return replace(with_days(of_rows(sheet, table, rows), table, book.epoch), constants=constants)
    except Unreadable as error:
        return replace(sheet, problem=str(error), constants=constants)


# What a file is, and what the reader may open


def _opened(path: Path) -> Workbook:
    """The workbook, once it is proved that it may be read.

    Raises:
        Unreadable: it is none, or too large, damaged or locked.
    """
    head = _head(path)
    if not head:
        raise Unreadable("這是空檔案。請重新匯出後再放進來。")
    if path.suffix.lower() == ".numbers":
        raise Unreadable(_NUMBERS)
    if head.startswith(_OLE[:4]):
        return _xls(path.read_bytes())
    if _is_markup(head):
        raise Unreadable(_MARKUP)
    try:
        with zipfile.ZipFile(path) as archive:
            return _archived(path, archive)
    except Unreadable:
        raise
    except Exception as error:
        # A damaged archive fails in many ways: as a zip, in its compression, its names, its encryption.
        raise Unreadable(_NO_WORKBOOK) from error


def _archived(path: Path, archive: zipfile.ZipFile) -> Workbook:
    parts = archive.infolist()
    declared = sum(part.file_size for part in parts)
    if declared > extent.UNPACKED_BYTES:
        size = f"{declared / 1e6:,.0f} MB"
        raise Unreadable(f"這個活頁簿解開後有 {size}，超過上限，未讀取。請只留資料、另存新檔。")
    if any(
        part.file_size > _PUFFED_BYTES and part.file_size > _PUFFED * part.compress_size for part in parts
    ):
        raise Unreadable(_PUFFED_UP)
    names = {part.filename.lower(): part.filename for part in parts}
    if len(names) < len(parts):
        # Which of two parts of one name a program shows is anybody's guess.
        raise Unreadable(extent.DAMAGED)
    if "content.xml" in names:
        manifest = names.get("meta-inf/manifest.xml")
        if manifest and b"encryption-data" in archive.read(manifest):
            raise Unreadable(PASSWORD)
        return ods.open_workbook(archive)
    if "encrypted-package" in names:
        raise Unreadable(PASSWORD)
    if "xl/workbook.xml" in names:
        return xlsx.open_workbook(path, archive, archive.read(names["xl/workbook.xml"]))
    if "xl/workbook.bin" in names:
        return _xlsb(path, archive, names)
    raise Unreadable(extent.NO_WORKSHEET)


def _xls(file: bytes) -> Workbook:
    if len(file) > extent.UNPACKED_BYTES:
        raise extent.too_much_text()
    if _ENCRYPTED in file:
        raise Unreadable(PASSWORD)
    stream = compound.stream_of(file)
    if stream is None:
        raise Unreadable(extent.NO_WORKSHEET)
    del file
    records = bytearray(stream)
    walked = xls.walk(records)
    return _binary("xls", io.BytesIO(compound.compound_of(records)), walked)


def _xlsb(path: Path, archive: zipfile.ZipFile, names: Mapping[str, str]) -> Workbook:
    def part(name: str) -> bytes:
        there = names.get(posixpath.normpath(name).lower())
        return archive.read(there) if there else b""

    for one in archive.infolist():
        archive.read(one)  # no further than declared, so a part that hides its size is found out here
    tags = map(
        dict, map(xlsx.ATTRIBUTE.findall, xlsx.RELATION.findall(part("xl/_rels/workbook.bin.rels").decode()))
    )
    targets = {tag["Id"]: tag["Target"].removeprefix("/xl/") for tag in tags}
    relations = {name: part(f"xl/{target}") for name, target in targets.items()}
    walked = xlsb.walk(
        part("xl/workbook.bin"), relations, part("xl/sharedStrings.bin"), part("xl/styles.bin")
    )
    return _binary("xlsb", calamine.openable(path, ".xlsb"), walked)


def _binary(format: str, file: str | io.BytesIO, walked: binary.Walked) -> Workbook:
    if walked.is_locked:
        raise Unreadable(PASSWORD)
    book = calamine.opened(file)
    if len(walked.worksheets) != len(book.sheets_metadata):
        raise Unreadable(extent.DAMAGED)
    epoch = EPOCH_1904 if walked.is_1904 else EPOCH
    return Workbook(format, calamine.worksheets(book, walked.worksheets), epoch)
