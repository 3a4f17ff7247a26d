"""Writes text tables as CSV and XLSX, the same bytes every time; what the cells say is decided elsewhere."""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from openpyxl import Workbook

from dashboard.errors import OperatorError, UsageError

Cells: TypeAlias = NDArray[np.object_]
Table: TypeAlias = dict[str, Cells]

USER_DEFINED = {character: bytes((0xFA, 0x40 + n)) for n, character in enumerate("堃喆犇煊峯")}
ZIP_DATE = (2022, 11, 25, 8, 0, 0)
ZIP_STAMP = b"2022-11-25T08:00:00Z"


class SampleError(OperatorError):
    """The sample cannot be written as asked: the message tells the operator what to change."""


class SizeError(SampleError, UsageError):
    """There is no sample of the size or seed asked for."""


@dataclass(frozen=True)
class Dialect:
    """How an office's program writes a CSV file."""

    encoding: str = "utf-8-sig"
    errors: str = "strict"
    separator: str = ","
    newline: str = "\r\n"
    title: tuple[str, ...] = ()
    trailing_column: bool = False


def _as_user_defined(error: UnicodeError) -> tuple[str | bytes, int]:
    """Big5 has no room for 堃: school systems keep it in a byte pair of their own, unknown to others."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return b"".join(USER_DEFINED.get(character, b"?") for character in lost), error.end


codecs.register_error("user-defined", _as_user_defined)


def cells(values: Any) -> Cells:
    """An object array of one dimension, whatever the values are."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def grid(*rows: Sequence[str]) -> Cells:
    """A table of texts, looked up by row and column."""
    return np.array(rows, dtype=object)


def write_csv(path: Path, table: Mapping[str, Cells], dialect: Dialect) -> None:
    """One table; the rows pass from the arrays to the file without a Python step for each."""
    headers, columns = list(table), list(table.values())
    if dialect.trailing_column:
        headers.append("")
        columns.append(np.full(len(columns[0]), "", dtype=object))
    with path.open("w", encoding=dialect.encoding, errors=dialect.errors, newline="") as file:
        writer = csv.writer(file, delimiter=dialect.separator, lineterminator=dialect.newline)
        writer.writerows([line, *[""] * (len(headers) - 1)] for line in dialect.title)
        writer.writerow(headers)
        writer.writerows(zip(*columns, strict=True))


def write_xlsx(path: Path, table: Mapping[str, Cells], sheet: str, title: tuple[str, ...] = ()) -> None:
    """One table on one worksheet; numbers and dates stay what they are."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    for line in title:
        page.append([line])
    page.append(list(table))
    for row in zip(*table.values(), strict=True):
        page.append([None if value == "" else value for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(_undated(buffer))


def _undated(buffer: io.BytesIO) -> bytes:
    """A workbook bears the time of its writing, inside and on each part: both are replaced by a fixed one."""
    out = io.BytesIO()
    with zipfile.ZipFile(buffer) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in book.namelist():
            content = book.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", ZIP_STAMP, content)
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            fixed.writestr(entry, content)
    return out.getvalue()
