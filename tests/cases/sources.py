"""The files of a sample, to be read, changed and built again."""

from __future__ import annotations

import csv
import io
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from dashboard import warehouse
from dashboard.definitions import contracts, programmes
from dashboard.definitions.places import Places
from dashboard.definitions.table import Table
from dashboard.sources.recognition import table_for

TABLES = contracts.load()
Rows = list[list[Any]]


def rows_of(path: Path) -> Rows:
    """The cells of a file of the sample, from its first line on."""
    if path.suffix == ".xlsx":
        return [list(row) for row in openpyxl.load_workbook(path).worksheets[0].values]
    content = path.read_bytes()
    for encoding in ("utf-16",) if content[:2] == b"\xff\xfe" else ("utf-8-sig", "cp950", "big5hkscs"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    delimiter = max(",\t;", key=text.count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def put(path: Path, rows: Rows) -> None:
    """These cells in place of those of a file."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        sheet.delete_rows(1, sheet.max_row)
        for row in rows:
            sheet.append(row)
        book.save(path)
    else:
        out = io.StringIO(newline="")
        csv.writer(out).writerows(rows)
        path.write_text(out.getvalue(), "utf-8", newline="")


def header_of(rows: Rows, table: Table) -> tuple[int, dict[str, int]]:
    """Which line is the header, and where each column of the table stands in it."""
    names = {name: column.id for column in table.columns.values() for name in column.headers}
    lines = [{names[cell]: at for at, cell in enumerate(row) if cell in names} for row in rows[:10]]
    return max(enumerate(lines), key=lambda line: len(line[1]))


@dataclass
class City:
    """A sample whose files can be broken."""

    data: Path
    place: Path
    programme: programmes.Programme

    @classmethod
    def of(cls, data: Path, place: Path) -> City:
        (definition,) = programmes.find(data)
        return cls(data, place, programmes.load(definition, TABLES))

    def copy(self, place: Path) -> City:
        """The same files, to be broken, and nothing built of them."""
        shutil.copytree(self.data, place / "data")
        return City(place / "data", place / "warehouse", self.programme)

    def files(self) -> dict[str, list[Path]]:
        """The files of each table, one of each kind: those of single schools are of one."""
        kinds: dict[str, dict[str, Path]] = {}
        for path in sorted(self.data.iterdir()):
            if table := table_for(path.stem, None, TABLES):
                schools = "|".join(self.programme.schools) or "$"
                kind = re.sub(schools, "", path.name)
                kinds.setdefault(table.id, {}).setdefault(kind, path)
        return {table: list(of_kind.values()) for table, of_kind in kinds.items()}

    def build(self) -> warehouse.Snapshot:
        return warehouse.publish(self.place, self.programme, Places(self.data), TABLES)[0]
