"""XLSX files: parts of XML in an archive, which are corrected where the reader would take something as blank."""

import html
import io
import posixpath
import re
import zipfile
from functools import partial
from pathlib import Path

from dashboard.sources import calamine, extent
from dashboard.sources.binary import Facts
from dashboard.sources.worksheet import EPOCH, EPOCH_1904, Workbook

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
RELATION = re.compile(r"<(?:[\w.-]+:)?Relationship\s[^<>]*>")
ATTRIBUTE = re.compile(r"(\w+)\s*=\s*[\"']([^\"'<>]*)[\"']")


def open_workbook(path: Path, archive: zipfile.ZipFile, workbook: bytes) -> Workbook:
    """The workbook in an archive, of which `workbook` is the part that lists the worksheets.

    Raises:
        Unreadable: it is damaged, or larger than it says.
    """
    changed = set()

    def unpacked(part: zipfile.ZipInfo) -> bytes:
        # It is read no further than declared, so a part that hides its size is found out here.
        xml = archive.read(part)
        if _as_texts(xml) is not xml:
            changed.add(part.filename)
        return xml

    filled = {part.filename.lower(): rows for part, rows in extent.check(archive.infolist(), unpacked)}
    file = _with_texts(archive, changed) if changed else calamine.openable(path, ".xlsx", ".xlsm")
    book = calamine.opened(file)
    facts = [
        Facts(filled=filled.get(name, bytearray()), surely_filled=partial(_filled_rows, path, name))
        for name in _places_of(archive, workbook)
    ]
    of_sheets = facts if len(facts) == len(book.sheets_metadata) else ()
    return Workbook(
        "xlsx", calamine.worksheets(book, of_sheets), EPOCH_1904 if _FROM_1904.search(workbook) else EPOCH
    )


def _places_of(archive: zipfile.ZipFile, workbook: bytes) -> list[str]:
    """The names of the parts of an XLSX file that hold its worksheets, charts and macros, in their order."""
    names = {name.lower(): name for name in archive.namelist()}
    relations = names.get("xl/_rels/workbook.xml.rels")
    tags = RELATION.findall(archive.read(relations).decode("utf-8", "replace")) if relations else []
    targets = {tag.get("Id"): tag.get("Target", "") for tag in map(dict, map(ATTRIBUTE.findall, tags))}
    sheets = [dict(ATTRIBUTE.findall(tag)) for tag in _SHEET.findall(workbook.decode("utf-8", "replace"))]
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
