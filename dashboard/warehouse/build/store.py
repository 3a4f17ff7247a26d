"""Sheets into their raw table, whatever it takes: what the database cannot prove is read again, with care.

A file that changed meanwhile is read again too. One that goes on changing, or whose rows cannot be stored, has a problem
and is as the former snapshot read it, if that has it; the others are stored.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import replace

import duckdb

from dashboard.definitions.table import Table
from dashboard.sources import files
from dashboard.sources.sheet import Sheet, without_rows
from dashboard.warehouse.build import raw, stale
from dashboard.warehouse.build.base import Build, Stored
from dashboard.warehouse.build.intake import Counts

_NOT_STORED = (
    "這個檔案讀得出來，但資料庫存不下（可能有一格或一列特別長）。請刪除資料以外的列與欄，或分成幾個檔案。"
)
_NOT_WHOLE = "這個檔案存入的列數與讀出的列數不符，未採用。請重新另存一次再放進來。"


def store(build: Build, table: Table, sheets: Mapping[int, Sheet]) -> dict[int, Stored]:
    """Write the raw table of `sheets` (by `file_id`, in their order), and what became of each.

    Raises:
        duckdb.Error: the disk is full, or all of them are too much.
    """
    latest = dict(sheets)
    for _ in range(files.TRIES):
        counts = _store(build, table, latest)
        changed = [i for i, sheet in _readable(latest).items() if sheet.bulk and has_changed(build, sheet)]
        if not changed:
            break
        for file_id in changed:
            assert build.folder
            path = build.folder / latest[file_id].file
            (again,) = files.read(path, build.folder, build.entries, build.tables, build.scratch)
            latest[file_id] = _instead(build, again)
    else:
        for file_id in changed:
            latest[file_id] = _refused(build, latest[file_id], files.BEING_WRITTEN)
        counts = _store(build, table, latest)
    first_row, stored = 0, {}
    for file_id, sheet in latest.items():
        if file_id not in counts:
            stored[file_id] = Stored(without_rows(sheet))
            continue
        stored[file_id] = Stored(without_rows(sheet), first_row, counts[file_id])
        first_row += counts[file_id].lines
    return stored


def has_changed(build: Build, sheet: Sheet) -> bool:
    """Whether a file is not any more what it was when it was read; one that is gone since then was whole."""
    assert build.folder
    try:
        return files.state_of(build.folder / sheet.file.removesuffix(f"#{sheet.worksheet}")) != sheet.state
    except OSError:
        return False


def placed(sheet: Sheet) -> Sheet:
    """A column that the configuration sets is to the file's own cells an unknown one, so that they stay in the original."""
    constant = dict(sheet.constants)
    return replace(sheet, layout=tuple("" if name in constant else name for name in sheet.layout))


def _readable(sheets: Mapping[int, Sheet]) -> dict[int, Sheet]:
    return {file_id: sheet for file_id, sheet in sheets.items() if not sheet.problem}


def _store(build: Build, table: Table, sheets: dict[int, Sheet]) -> dict[int, Counts]:
    """Store those without a problem; in `sheets`, another reading is put in the place of what cannot be stored as it is."""
    con = build.con
    with contextlib.suppress(duckdb.Error, MemoryError):
        counts = raw.create(con, table, _readable(sheets))
        if raw.is_whole(_readable(sheets), counts):
            return counts
    for file_id, sheet in _readable(sheets).items():
        if sheet.bulk and not raw.is_one_row_a_line(con, table, file_id, sheet):
            assert build.folder
            sheets[file_id] = _instead(build, files.reread(build.folder, sheet, build.entries, build.tables))
    try:
        counts = raw.create(con, table, _readable(sheets))
        if raw.is_whole(_readable(sheets), counts):
            return counts
    except (duckdb.Error, MemoryError) as error:
        _raise_if_general(error)
    for file_id in _readable(sheets):
        sheets[file_id] = _storable(build, table, file_id, sheets[file_id])
    return raw.create(con, table, _readable(sheets))


def _storable(build: Build, table: Table, file_id: int, sheet: Sheet) -> Sheet:
    """A sheet that cannot be stored has a problem, and so has its replacement where that cannot be stored either."""
    while not sheet.problem:
        problem = _NOT_WHOLE
        try:
            if raw.is_whole({file_id: sheet}, raw.create(build.con, table, {file_id: sheet})):
                return sheet
        except (duckdb.Error, MemoryError) as error:
            _raise_if_general(error)
            problem = _NOT_STORED
        sheet = _refused(build, sheet, problem)
    return sheet


def _refused(build: Build, sheet: Sheet, problem: str) -> Sheet:
    return _instead(build, replace(without_rows(sheet), bulk=None, problem=problem))


def _instead(build: Build, sheet: Sheet) -> Sheet:
    """Another reading of a sheet; the former snapshot's where it has a problem, if there is one."""
    return placed(stale.former_of(build, sheet) if sheet.problem and not sheet.stale_since else sheet)


def _raise_if_general(error: Exception) -> None:
    """Raises an error that is no single file's: a disk that is full or fails, a database that has died."""
    is_general = isinstance(error, duckdb.IOException | duckdb.FatalException | duckdb.InternalException)
    if is_general or "Could not write" in str(error):
        raise error
