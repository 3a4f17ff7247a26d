"""The rows of all sheets as raw tables: the texts as they were read, one table a contract.

Large files are read by the database itself, which must prove that each of their lines was one row; where it was not,
the file is read with care instead.
"""

import contextlib
import itertools
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from dashboard.definitions.places import Entry
from dashboard.definitions.table import Table
from dashboard.sources import files
from dashboard.sources.sheet import Sheet, is_even, without_rows
from dashboard.warehouse import intake, staging
from dashboard.warehouse.intake import NO_ROWS, Counts
from dashboard.warehouse.sql import array, literal


class RawTables:
    """The sheets of a build, each with the place of its first row in its raw table.

    Their number, from 1, is their `file_id`. `counts` says what each gave.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        tables: Mapping[str, Table],
        folder: Path | None,
        entries: Mapping[str, Entry],
        scratch: Path,
        former_of: Callable[[Sheet], Sheet],
    ) -> None:
        """`former_of` gives the sheet to store in place of one that cannot be read; `scratch` is a folder for copies."""
        self.con, self.tables, self.folder, self.entries = con, tables, folder, entries
        self.scratch, self.former_of = scratch, former_of
        self.sheets: list[tuple[int, Sheet]] = []
        self.counts: dict[int, Counts] = {}

    def add(self, sheet: Sheet) -> None:
        """Note a sheet; its rows are stored in the order of the sheets when all of its table are known."""
        self.sheets.append((0, _placed(sheet)))

    def store(self, table: Table) -> None:
        """The rows of a table's sheets, in their order.

        Where the database did not find one row on each physical line of a file, or could not read it, that file is
        read with care instead. One that changed meanwhile is read again; one that goes on changing, or whose rows cannot be
        stored, has a problem, and the others are stored.

        Raises:
            duckdb.Error: the disk is full, or all of them are too much.
        """
        file_ids = [
            i for i, (_, one) in enumerate(self.sheets, 1) if one.table == table.id and not one.problem
        ]
        for _ in range(files.TRIES):
            self._store(table, self._readable(file_ids))
            bulk = [i for i in self._readable(file_ids) if self.sheets[i - 1][1].bulk]
            changed = [i for i in bulk if self._is_other(self.sheets[i - 1][1])]
            if not changed:
                break
            for file_id in changed:
                path = self._folder / self.sheets[file_id - 1][1].file
                (again,) = files.read(path, self._folder, self.entries, self.tables, self.scratch)
                self._replace(file_id, again)
        else:
            for file_id in changed:
                self._refuse(file_id, files.BEING_WRITTEN)
            self._store(table, self._readable(file_ids))
        for file_id in file_ids:
            first_row, sheet = self.sheets[file_id - 1]
            self.sheets[file_id - 1] = (first_row, without_rows(sheet))

    def has_changed(self) -> bool:
        """Whether a file is not any more what it was when it was read; one that is gone since then was whole."""
        return any(self._is_other(sheet) for _, sheet in self.sheets if sheet.state)

    def _is_other(self, sheet: Sheet) -> bool:
        try:
            name = sheet.file.removesuffix(f"#{sheet.worksheet}")
            return files.state_of(self._folder / name) != sheet.state
        except OSError:
            return False

    @property
    def _folder(self) -> Path:
        assert self.folder
        return self.folder

    def _readable(self, file_ids: Sequence[int]) -> list[int]:
        return [i for i in file_ids if not self.sheets[i - 1][1].problem]

    def _replace(self, file_id: int, sheet: Sheet) -> None:
        """Put another reading in a sheet's place; the former snapshot's where it has a problem, if there is one."""
        if sheet.problem and not sheet.stale_since:
            sheet = self.former_of(sheet)
        self.sheets[file_id - 1] = (0, _placed(sheet))

    def _refuse(self, file_id: int, problem: str) -> None:
        sheet = self.sheets[file_id - 1][1]
        self._replace(file_id, replace(without_rows(sheet), bulk=None, problem=problem))

    def _store(self, table: Table, file_ids: Sequence[int]) -> None:
        with contextlib.suppress(duckdb.Error, MemoryError):
            if self._try_store(table, file_ids):
                return
        for file_id in file_ids:
            sheet = self.sheets[file_id - 1][1]
            if sheet.bulk and not self._reads(sheet, table, file_id):
                self._replace(file_id, files.reread(self._folder, sheet, self.entries, self.tables))
        whole = False
        try:
            whole = self._try_store(table, self._readable(file_ids))
        except (duckdb.Error, MemoryError) as error:
            _raise_if_general(error)
        if not whole:
            for file_id in self._readable(file_ids):
                self._try_alone(table, file_id)
            self._try_store(table, self._readable(file_ids))

    def _try_alone(self, table: Table, file_id: int) -> None:
        """A sheet that cannot be stored has a problem, and so has its replacement where that cannot be stored either."""
        while not self.sheets[file_id - 1][1].problem:
            problem = _NOT_WHOLE
            try:
                if self._try_store(table, [file_id]):
                    return
            except (duckdb.Error, MemoryError) as error:
                _raise_if_general(error)
                problem = _NOT_STORED
            self._refuse(file_id, problem)

    def _try_store(self, table: Table, file_ids: Sequence[int]) -> bool:
        """Whether every file gave as many rows as it has lines below its header, or as were read with care."""
        parts: list[str] = []
        paths: dict[str, str] = {}
        sheets = [(file_id, self.sheets[file_id - 1][1]) for file_id in file_ids]
        for is_bulk, some in itertools.groupby(sheets, key=lambda one: one[1].bulk is not None):
            several = list(some)
            if is_bulk:
                for file_id, sheet in several:
                    assert sheet.bulk
                    paths[f"path{file_id}"] = str(sheet.bulk.path)
                    parts.append(_select_bulk(sheet, table, file_id))
            else:
                parts.append(
                    f"select * from careful where file_id between {several[0][0]} and {several[-1][0]}"
                )
        # The database finds it by this name, as in `sql.load`.
        careful = _columns_of([one for one in sheets if not one[1].bulk], table)
        self.con.execute(staging.create_raw(table, parts), paths)
        del careful
        counts = intake.counts_of(self.con, table)
        self.counts |= {file_id: counts.get(file_id, NO_ROWS) for file_id in file_ids}
        first_row = 0
        for file_id, sheet in sheets:
            self.sheets[file_id - 1] = (first_row, sheet)
            first_row += self.counts[file_id].lines
        return all(self.counts[file_id].lines == _lines_of(sheet) for file_id, sheet in sheets)

    def _reads(self, sheet: Sheet, table: Table, file_id: int) -> bool:
        """Whether the database reads the file as it is, one row a physical line."""
        assert sheet.bulk
        path = {f"path{file_id}": str(sheet.bulk.path)}
        query = f"select count(*) from ({_select_bulk(sheet, table, file_id)}) as rows where not excel"
        try:
            ((count,),) = self.con.execute(query, path).fetchall()
        except duckdb.Error:
            return False
        return bool(count == _lines_of(sheet))


_NOT_STORED = (
    "這個檔案讀得出來，但資料庫存不下（可能有一格或一列特別長）。請刪除資料以外的列與欄，或分成幾個檔案。"
)
_NOT_WHOLE = "這個檔案存入的列數與讀出的列數不符，未採用。請重新另存一次再放進來。"


def _raise_if_general(error: Exception) -> None:
    """Raises an error that is no single file's: a disk that is full or fails, a database that has died."""
    is_general = isinstance(error, duckdb.IOException | duckdb.FatalException | duckdb.InternalException)
    if is_general or "Could not write" in str(error):
        raise error


def _placed(sheet: Sheet) -> Sheet:
    """A column that the configuration sets is to the file's own cells an unknown one, so that they stay in the original."""
    constant = dict(sheet.constants)
    return replace(sheet, layout=tuple("" if name in constant else name for name in sheet.layout))


def _lines_of(sheet: Sheet) -> int:
    return sheet.bulk.lines - sheet.header_line if sheet.bulk else len(sheet.rows)


def _select_bulk(sheet: Sheet, table: Table, file_id: int) -> str:
    """A file's rows as those of its raw table; `$path<file_id>` is the file."""
    assert sheet.bulk
    columns = ", ".join(f"'c{i}': 'varchar'" for i in range(sheet.bulk.columns))
    names = ", ".join(f"'c{i}'" for i in range(sheet.bulk.columns))
    places = {name: f"c{i}" for i, name in enumerate(sheet.layout) if name}
    constants = {name: literal(value) for name, value in sheet.constants}
    cells = ", ".join({**places, **constants}.get(name, "''") for name in table.columns)
    unknown = ", ".join(f"c{i}" for i, name in enumerate(sheet.layout) if not name)
    delimiter = {"\t": "\\t"}.get(sheet.bulk.delimiter, sheet.bulk.delimiter)
    return (
        f"select {file_id} as file_id, null as line, false as excel, {cells}, {f'[{unknown}]' if unknown else 'null'}"
        f" from read_csv($path{file_id}, header = false, skip = {sheet.header_line}, auto_detect = false,"
        f" columns = {{{columns}}}, delim = '{delimiter}', quote = '\"', escape = '\"', null_padding = true,"
        f" force_not_null = [{names}], max_line_size = 4000000)"
    )


def _columns_of(sheets: Sequence[tuple[int, Sheet]], table: Table) -> Any:
    """The rows of sheets that were read with care, each with its file's number, as the columns of their raw table.

    They take as much memory as the cells that there are: a row may be far longer than all the others.
    """
    columns: dict[str, list[Any]] = {
        name: [] for name in ("file_id", "line", "excel", *table.columns, "extra")
    }
    for file_id, sheet in sheets:
        many, constants = len(sheet.rows), dict(sheet.constants)
        columns["file_id"] += [file_id] * many
        columns["line"] += [line for line, _ in sheet.rows]
        columns["excel"] += [sheet.excel] * many
        rows = [cells for _, cells in sheet.rows]
        is_whole = all(len(cells) == len(sheet.layout) for cells in rows)
        across = list(zip(*rows, strict=True)) if is_whole and rows else None
        for name in table.columns:
            if name not in sheet.layout:
                columns[name] += [constants.get(name, "")] * many
                continue
            at = sheet.layout.index(name)
            columns[name] += (
                across[at] if across else [cells[at] if at < len(cells) else "" for cells in rows]
            )
        columns["extra"] += _extra(sheet, across)
    types = {"file_id": np.int32, "line": np.int32, "excel": np.bool_}
    return {name: array(values, types.get(name, np.object_)) for name, values in columns.items()}


def _extra(sheet: Sheet, across: Sequence[tuple[str, ...]] | None) -> Sequence[list[str] | None]:
    """The cells of unknown columns and those beyond the header, row by row.

    A short row is filled up to the header's width, as the database does it, but where that would be larger than the file.
    `across` are the rows by columns where each is as long as the header.
    """
    width = len(sheet.layout)
    unknown = [i for i, name in enumerate(sheet.layout) if not name]
    if across and not unknown:
        return [None] * len(sheet.rows)
    if across:
        return list(map(list, zip(*(across[i] for i in unknown), strict=True)))
    filled = len(unknown) if is_even(len(sheet.rows), width, sheet.size) else 0

    def of(cells: list[str]) -> list[str] | None:
        there = [cells[i] for i in unknown[: bisect_left(unknown, len(cells))]]
        # None where there are no such cells: of empty lists alone the database would not know what they hold.
        return [*there, *[""] * (filled - len(there)), *cells[width:]] or None

    return [of(cells) for _, cells in sheet.rows]
