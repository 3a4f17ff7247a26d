"""The order of a build's phases over one connection, and what its failures say."""

import contextlib
import datetime as dt
import gc
from collections.abc import Mapping
from pathlib import Path

import duckdb

from dashboard import clock
from dashboard.definitions.programme import Programme
from dashboard.definitions.table import Table
from dashboard.warehouse.build import check, describe, masks, measure, read, stage, texts
from dashboard.warehouse.build.base import (
    NO_MEMORY,
    Build,
    BuildError,
    Built,
    Inputs,
    Progress,
    TableCount,
    Unchanged,
)
from dashboard.warehouse.build.definition import define
from dashboard.warehouse.sql import create_functions, literal, remove_functions, rows_of

MEMORY = "1200MB"


class _Changed(Exception):
    """A file is not any more what it was when it was read."""


def build(
    target: Path,
    programme: Programme,
    inputs: Inputs,
    tables: Mapping[str, Table],
    progress: Progress,
    today: dt.date,
) -> Built:
    """Write the snapshot of `inputs` to the new file `target`, checked.

    Where a file has changed when all is done, it is done again; what is still being written to then has a problem.

    Raises:
        BuildError: the sources hold no table, a check returned rows, or the database failed.
        Unchanged: a snapshot of the same fingerprint was not wanted.
        FolderError: the data folder cannot be used.
    """
    # Of all that a build makes, none is a circle: looking for some again and again takes a twentieth of its time.
    collects = gc.isenabled()
    gc.disable()
    try:
        with contextlib.suppress(_Changed):
            return _built(target, programme, inputs, tables, progress, today)
        target.unlink()
        return _built(target, programme, inputs, tables, progress, today, again=True)
    except duckdb.Error as error:
        is_memory = "MemoryError" in str(error)  # of a function that it calls
        raise BuildError(_message_of(error)) from (MemoryError() if is_memory else error)
    except MemoryError as error:
        raise BuildError(NO_MEMORY) from error
    finally:
        if collects:
            gc.enable()


def _message_of(error: duckdb.Error) -> str:
    """What went wrong in the database. A write that fails is any kind of its errors, by the stage that it hits."""
    if isinstance(error, duckdb.OutOfMemoryException) or "MemoryError" in str(error):
        return f"{NO_MEMORY}（{str(error).partition(chr(10))[0]}）"
    cause = str(error).partition("\n")[0]
    if isinstance(error, duckdb.IOException) or "Could not write" in cause:
        return f"寫入快照失敗，可能是磁碟空間不足；請清出空間後再試。（{cause}）"
    return f"計算時發生未預期的錯誤；請把這個訊息轉給系統維護者：{cause}"


def _built(
    target: Path,
    programme: Programme,
    inputs: Inputs,
    tables: Mapping[str, Table],
    progress: Progress,
    today: dt.date,
    *,
    again: bool = False,
) -> Built:
    scratch = target.with_name(target.name + ".tmp")
    # Tables in memory are dropped soon: to compress them at each commit takes longer than it saves.
    con = duckdb.connect(config={"threads": "2", "memory_limit": MEMORY, "checkpoint_threshold": "1TB"})
    functions = {**texts.FUNCTIONS, **masks.FUNCTIONS}
    try:
        # A build that breaks off is thrown away whole: there is nothing to recover from a log.
        con.execute(f"attach {literal(str(target))} as snapshot (recovery_mode 'no_wal_writes')")
        con.execute("use snapshot")
        # The database would draw it on standard output, where the results go.
        con.execute("set enable_progress_bar = false")
        create_functions(con, functions)
        con.execute(f"set temp_directory = {literal(str(scratch))}")
        return _run(Build(con, programme, tables, inputs, progress, scratch, today, clock.now()), again=again)
    finally:
        with contextlib.suppress(duckdb.Error):
            remove_functions(con, functions)
        con.close()


def _run(build: Build, *, again: bool) -> Built:
    """The phases, one after another; `again` after a file has changed meanwhile."""
    define(build.con, build.programme, build.tables, build.today, build.now)
    reading = read.read(build, wait=again)
    fingerprint = describe.fingerprint(build, reading)
    if fingerprint == build.inputs.unless:
        raise Unchanged
    read.describe_files(build, reading)
    stage.stage(build, reading)
    measure.measure(build, reading)
    describe.describe(build, fingerprint)
    check.check(build)
    if not again and read.has_changed(build, reading):
        raise _Changed
    built = Built(counts_of(build.con), rows_of(build.con, "snapshots/originals.sql"))
    build.con.execute("checkpoint")
    return built


def counts_of(con: duckdb.DuckDBPyConnection) -> list[TableCount]:
    """What became of the rows of each table of a snapshot."""
    return [TableCount(*row) for row in rows_of(con, "snapshots/table_counts.sql")]
