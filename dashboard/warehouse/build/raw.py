"""The raw tables: the texts of all sheets as they were read, one table a contract.

Large files are read by the database itself, which must prove that each of their lines was one row (`is_whole`); what is
done where it was not is `store`'s.
"""

import itertools
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np

from dashboard.definitions.table import Table
from dashboard.sources.sheet import Sheet, is_even
from dashboard.warehouse.build import intake, staging
from dashboard.warehouse.build.intake import NO_ROWS, Counts
from dashboard.warehouse.sql import array, literal


def create(con: duckdb.DuckDBPyConnection, table: Table, sheets: Mapping[int, Sheet]) -> dict[int, Counts]:
    """Write the raw table of a table's `sheets`, by `file_id`, in their order; what each gave.

    Raises:
        duckdb.Error: the database could not read or hold one of them.
        MemoryError: they are too much.
    """
    parts: list[str] = []
    paths: dict[str, str] = {}
    for is_bulk, some in itertools.groupby(sheets.items(), key=lambda one: one[1].bulk is not None):
        several = list(some)
        if is_bulk:
            for file_id, sheet in several:
                assert sheet.bulk
                paths[f"path{file_id}"] = str(sheet.bulk.path)
                parts.append(_select_bulk(sheet, table, file_id))
        else:
            parts.append(f"select * from careful where file_id between {several[0][0]} and {several[-1][0]}")
    # The database finds it by this name, as in `sql.load`.
    careful = _columns_of([one for one in sheets.items() if not one[1].bulk], table)
    con.execute(staging.create_raw(table, parts), paths)
    del careful
    counts = intake.counts_of(con, table)
    return {file_id: counts.get(file_id, NO_ROWS) for file_id in sheets}


def is_whole(sheets: Mapping[int, Sheet], counts: Mapping[int, Counts]) -> bool:
    """Whether every file gave as many rows as it has lines below its header, or as were read with care."""
    return all(counts[file_id].lines == _lines_of(sheet) for file_id, sheet in sheets.items())


def is_one_row_a_line(con: duckdb.DuckDBPyConnection, table: Table, file_id: int, sheet: Sheet) -> bool:
    """Whether the database reads the file of a sheet in `bulk` as it is, one row a physical line."""
    assert sheet.bulk
    path = {f"path{file_id}": str(sheet.bulk.path)}
    query = f"select count(*) from ({_select_bulk(sheet, table, file_id)}) as rows where not excel"
    try:
        ((count,),) = con.execute(query, path).fetchall()
    except duckdb.Error:
        return False
    return bool(count == _lines_of(sheet))


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
