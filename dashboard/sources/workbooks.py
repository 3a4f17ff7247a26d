"""Reading workbooks (XLSX, XLSB, XLS, ODS): every worksheet as rows of text, whatever its cells' types.

What a file is, its content says and not its name. The size is proved before anything is unpacked, a damaged workbook is
a sentence for its owner, and no link that it holds is followed.
"""

import codecs
import html
import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from dashboard.definitions.places import Entry, entry_of
from dashboard.definitions.table import Table
from dashboard.sources import binary, extent, ods
from dashboard.sources.binary import Facts
from dashboard.sources.places import HIDDEN, constants_of, table_for, table_of_worksheet
from dashboard.sources.sheet import HEADER_ROWS, Sheet, Unreadable, of_rows, score
from dashboard.sources.worksheet import (
    EPOCH,
    EPOCH_1904,
    Room,
    Rows,
    Workbook,
    Worksheet,
    spread,
    text_of,
    with_days,
)

T = TypeVar("T")

_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HEAD = 4096
_TEXTS = 100_000
# Rows that are all the same are packed into a twentieth; what is packed into so little says nothing, and fills the memory.
_PUFFED, _PUFFED_BYTES = 200, 50_000_000

# A formula without its result, as other programs than Excel write a cell that begins with =.
_BARE_FORMULA = re.compile(
    rb"<c((?:\s+(?!t=)\w+=[\"'][^\"']*[\"'])*)\s*><f[^>]*>([^<]+)</f>(?:<v>\s*</v>|<v\s*/>)?</c>"
)
_FORMULA_AS_TEXT = rb'<c\1 t="inlineStr"><is><t>=\2</t></is></c>'
_ERROR = re.compile(rb"<((?:[\w.-]+:)?)c(\s[^<>]*?)?\st\s*=\s*[\"']e[\"']([^<>/]*)>(.*?)</\1c\s*>", re.DOTALL)
_CDATA = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^<>]*)?>([^<]*)</")
_FROM_1904 = re.compile(rb"<(?:[\w.-]+:)?workbookPr\s[^<>]*?\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']")
_SHEET = re.compile(r"<(?:[\w.-]+:)?sheet\s[^<>]*>")
_RELATION = re.compile(r"<(?:[\w.-]+:)?Relationship\s[^<>]*>")
_ATTRIBUTE = re.compile(r"(\w+)\s*=\s*[\"']([^\"'<>]*)[\"']")
# The name of the stream in a compound file that holds a whole workbook with a password.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0")
_NO_TEXT = re.compile("[\ud800-\udfff]")

_NO_WORKBOOK = "這不是活頁簿（可能是改了副檔名的檔案，或檔案不完整）。請重新另存成 .xlsx 或 .ods。"
_PASSWORD = "這個活頁簿有密碼保護，讀不出來。請移除密碼並另存新檔。"
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
        try:
            rows = worksheet.rows(room)
        except Unreadable as error:
            if worksheet.hidden and not (entry and entry.table):
                sheets.append(replace(sheet, hidden=True, left_out=HIDDEN))
            else:
                table = named or own
                sheets.append(replace(sheet, table=table.id if table else None, problem=str(error)))
            continue
        if worksheet.hidden and not (entry and entry.table):
            first = tuple(rows[:HEADER_ROWS])
            sheets.append(replace(sheet, rows=first, hidden=True, left_out=HIDDEN))
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
            raise Unreadable(_PASSWORD)
        return ods.open_workbook(archive)
    if "encrypted-package" in names:
        raise Unreadable(_PASSWORD)
    if "xl/workbook.xml" in names:
        return _xlsx(path, archive, archive.read(names["xl/workbook.xml"]))
    if "xl/workbook.bin" in names:
        return _xlsb(path, archive, names)
    raise Unreadable(extent.NO_WORKSHEET)


def _xls(file: bytes) -> Workbook:
    if len(file) > extent.UNPACKED_BYTES:
        raise extent.too_much_text()
    if _ENCRYPTED in file:
        raise Unreadable(_PASSWORD)
    stream = binary.stream_of(file)
    if stream is None:
        raise Unreadable(extent.NO_WORKSHEET)
    del file
    records = bytearray(stream)
    walked = binary.xls(records)
    return _binary("xls", io.BytesIO(binary.compound_of(records)), walked)


def _xlsb(path: Path, archive: zipfile.ZipFile, names: Mapping[str, str]) -> Workbook:
    def part(name: str) -> bytes:
        there = names.get(posixpath.normpath(name).lower())
        return archive.read(there) if there else b""

    for one in archive.infolist():
        archive.read(one)  # no further than declared, so a part that hides its size is found out here
    tags = map(dict, map(_ATTRIBUTE.findall, _RELATION.findall(part("xl/_rels/workbook.bin.rels").decode())))
    targets = {tag["Id"]: tag["Target"].removeprefix("/xl/") for tag in tags}
    relations = {name: part(f"xl/{target}") for name, target in targets.items()}
    walked = binary.xlsb(
        part("xl/workbook.bin"), relations, part("xl/sharedStrings.bin"), part("xl/styles.bin")
    )
    return _binary("xlsb", _file(path, ".xlsb"), walked)


def _file(path: Path, *suffixes: str) -> str | io.BytesIO:
    """What the reader opens: it goes by the suffix of a path, and takes none that is not UTF-8."""
    is_plain = path.suffix.lower() in suffixes and not _NO_TEXT.search(str(path))
    return str(path) if is_plain else io.BytesIO(path.read_bytes())


def _binary(format: str, file: str | io.BytesIO, walked: binary.Walked) -> Workbook:
    if walked.is_locked:
        raise Unreadable(_PASSWORD)
    book = _guarded(lambda: CalamineWorkbook.from_object(file))
    if len(walked.worksheets) != len(book.sheets_metadata):
        raise Unreadable(extent.DAMAGED)
    epoch = EPOCH_1904 if walked.is_1904 else EPOCH
    return Workbook(format, _worksheets(book, walked.worksheets), epoch)


def _xlsx(path: Path, archive: zipfile.ZipFile, workbook: bytes) -> Workbook:
    changed = set()

    def unpacked(part: zipfile.ZipInfo) -> bytes:
        # It is read no further than declared, so a part that hides its size is found out here.
        xml = archive.read(part)
        if _as_texts(xml) is not xml:
            changed.add(part.filename)
        return xml

    filled = {part.filename.lower(): rows for part, rows in extent.check(archive.infolist(), unpacked)}
    file = _with_texts(archive, changed) if changed else _file(path, ".xlsx", ".xlsm")
    # A damaged workbook can make the reader panic, which is no Exception.
    book = _guarded(lambda: CalamineWorkbook.from_object(file))
    facts = [
        Facts(filled=filled.get(name, bytearray()), surely_filled=partial(_filled_rows, path, name))
        for name in _places_of(archive, workbook)
    ]
    of_sheets = facts if len(facts) == len(book.sheets_metadata) else ()
    return Workbook(
        "xlsx", _worksheets(book, of_sheets), EPOCH_1904 if _FROM_1904.search(workbook) else EPOCH
    )


def _places_of(archive: zipfile.ZipFile, workbook: bytes) -> list[str]:
    """The names of the parts of an XLSX file that hold its worksheets, charts and macros, in their order."""
    names = {name.lower(): name for name in archive.namelist()}
    relations = names.get("xl/_rels/workbook.xml.rels")
    tags = _RELATION.findall(archive.read(relations).decode("utf-8", "replace")) if relations else []
    targets = {tag.get("Id"): tag.get("Target", "") for tag in map(dict, map(_ATTRIBUTE.findall, tags))}
    sheets = [dict(_ATTRIBUTE.findall(tag)) for tag in _SHEET.findall(workbook.decode("utf-8", "replace"))]
    return [
        posixpath.normpath(posixpath.join("/xl", targets.get(one.get("id"), ""))).lower()[1:]
        for one in sheets
    ]


def _filled_rows(path: Path, name: str) -> set[int]:
    """The rows, from 0, of a part of an XLSX file that have a value; asked where the reader gave less."""
    with zipfile.ZipFile(path) as archive:
        parts = {part.lower(): part for part in archive.namelist()}
        texts = parts.get("xl/sharedstrings.xml")
        return extent.filled_rows(archive.read(parts[name]), archive.read(texts) if texts else b"")


def _as_texts(xml: bytes) -> bytes:
    """A part in which what the reader would take as blank is text.

    That is formulas without a result, errors, and sections of plain characters.
    """
    if b"<![CDATA[" in xml:
        xml = _CDATA.sub(lambda match: html.escape(match[1].decode("latin-1")).encode("latin-1"), xml)
    if b"</f>" in xml and _BARE_FORMULA.search(xml):
        xml = _BARE_FORMULA.sub(_FORMULA_AS_TEXT, xml)
    if (b'"e"' in xml or b"'e'" in xml) and _ERROR.search(xml):
        xml = _ERROR.sub(_error_as_text, xml)
    return xml


def _error_as_text(match: re.Match[bytes]) -> bytes:
    prefix, before, after, inner = match.groups()
    value = _VALUE.search(inner)
    text = value[1] if value and value[1].strip() else b"#VALUE!"
    return b'<%bc%b t="inlineStr"%b><%bis><%bt>%b</%bt></%bis></%bc>' % (
        prefix, before or b"", after, prefix, prefix, text, prefix, prefix, prefix,
    )  # fmt: skip


def _with_texts(archive: zipfile.ZipFile, changed: set[str]) -> io.BytesIO:
    """A copy of a workbook in which some parts are changed by `_as_texts`; packed, for it is held in memory."""
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name in archive.namelist():
            part = archive.read(name)
            target.writestr(name, _as_texts(part) if name in changed else part)
    copy.seek(0)
    return copy


def _guarded(call: Callable[[], T]) -> T:
    try:
        return call()
    except Unreadable:
        raise
    except PasswordError as error:
        raise Unreadable(_PASSWORD) from error
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise Unreadable(extent.DAMAGED) from error


def _worksheets(book: CalamineWorkbook, facts: Sequence[Facts] = ()) -> list[Worksheet]:
    """The worksheets of a workbook that the reader has opened; charts and macros are none."""
    worksheets = [
        Worksheet(
            one.name,
            one.visible != SheetVisibleEnum.Visible,
            _rows_of(book, at, facts[at] if facts else None),
        )
        for at, one in enumerate(book.sheets_metadata)
        if one.typ == SheetTypeEnum.WorkSheet
    ]
    if not worksheets:
        raise Unreadable(extent.NO_WORKSHEET)
    if len({one.title for one in worksheets}) < len(worksheets):
        raise Unreadable(extent.DAMAGED)  # the reader would take one of them
    return worksheets


def _rows_of(book: CalamineWorkbook, at: int, facts: Facts | None) -> Callable[[Room], Rows]:
    return lambda room: _guarded(lambda: _rows(book, at, facts or Facts(), room))


def _rows(book: CalamineWorkbook, at: int, facts: Facts, room: Room) -> Rows:
    room.take()
    source = book.get_sheet_by_index(at)
    row, column = source.end or (0, 0)
    room.take(cells=(row + 1) * (column + 1))
    rows: Rows = []
    texts = _Texts()
    for line, values in enumerate(_with_errors(source, facts.errors), 1):
        if any(value != "" for value in values):
            # Python takes true for 1.
            cells = [text_of(one) if one is True or one is False else texts[one] for one in values]
            room.take(text=sum(map(len, cells)))
            rows.append((line, cells))
    # What the file itself says, counted without the reader: a row that it lost would be missed by nobody.
    lost = bytearray(facts.filled)
    for line, _ in rows:
        lost[line - 1 : line] = b"\0"
    if any(lost):
        sure = facts.surely_filled() if facts.surely_filled else range(len(lost))
        for row, is_lost in enumerate(lost):
            if is_lost and row in sure:
                raise extent.lost_row(row + 1)
    spread(rows, source.merged_cell_ranges or facts.merged, room)
    return rows


def _with_errors(source: CalamineSheet, errors: Mapping[int, Mapping[int, str]]) -> Iterator[list[Any]]:
    """The rows of a worksheet with what the reader leaves out: errors, and the blank columns in front."""
    front = [""] * (source.start[1] if source.start else 0)
    row = -1
    for row, values in enumerate(source.iter_rows()):
        values[:0] = front
        if row in errors:
            values += [""] * (1 + max(errors[row]) - len(values))
            for column, text in errors[row].items():
                values[column] = text
        yield values
    for missing in range(row + 1, 1 + max(errors, default=-1)):
        yield [
            errors.get(missing, {}).get(column, "")
            for column in range(1 + max(errors.get(missing, {}), default=-1))
        ]


class _Texts(dict[Any, str]):
    """The text of a cell; one of many cells is made and held once."""

    def __missing__(self, value: Any) -> str:
        if len(self) == _TEXTS:
            self.clear()
        text = self[value] = text_of(value)
        return text
