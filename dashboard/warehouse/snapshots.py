"""Snapshots on disk: finding the current one, and asking it as a scope.

`<warehouse>/<programme>/current` is one line, the stamp of the snapshot that serves; `<stamp>.duckdb` is that snapshot.
Readers open by the versioned name: a file replaced in place would show old data.
"""

from __future__ import annotations

import atexit
import functools
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import duckdb

from dashboard.sources.files import why
from dashboard.warehouse.sql import NEEDLESS, QUERIES

if TYPE_CHECKING:
    import pandas as pd

KEPT = 5
# The database takes ? in a path as the beginning of settings, and none that is not UTF-8.
_UNUSABLE = re.compile("[?\ud800-\udfff]")
STAMP = re.compile(r"\d{8}T\d{12}")
LARGE = 32_000_000
CURSORS = 16

# The copy that it warns of is of the few rows of an answer; asking through a relation binds every query twice.
warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)

_threads = threading.local()


class NoSnapshot(Exception):
    """There is nothing to read; the message says what to do, in Chinese."""


class Scope(Protocol):
    """Whose schools may be seen; None is every school of the programme."""

    @property
    def school_ids(self) -> tuple[int, ...] | None: ...


@dataclass(frozen=True)
class Snapshot:
    """A published snapshot: its file, and the stamp that names it."""

    path: Path
    stamp: str


def checked_place(folder: Path) -> None:
    """Raises `NoSnapshot` where the database could open no file of `folder`."""
    if _UNUSABLE.search(str(folder.absolute())):
        raise NoSnapshot(
            f"快照存放處「{folder}」的路徑有「?」或無法辨識的字，資料庫開不了。請改用別的資料夾（warehouse）。"
        )


def current(warehouse: Path, programme: str) -> Snapshot:
    """The snapshot that serves.

    Raises:
        NoSnapshot: nothing was ever published there.
    """
    folder = warehouse / programme
    checked_place(folder)
    try:
        stamp = (folder / "current").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise NoSnapshot(f"「{warehouse}」還沒有「{programme}」的資料快照。請先執行 kpi build。") from None
    if not STAMP.fullmatch(stamp):
        raise NoSnapshot(f"「{folder / 'current'}」寫的不是快照的名稱。請執行 kpi build 重新建立。")
    path = folder / f"{stamp}.duckdb"
    if not path.is_file():
        raise NoSnapshot(f"快照檔「{path.name}」不見了。請執行 kpi build 重新建立。")
    return Snapshot(path, stamp)


def kept(warehouse: Path, programme: str) -> list[Snapshot]:
    """The snapshots that are kept, the newest first."""
    paths = sorted((warehouse / programme).glob("*.duckdb"), reverse=True)
    return [Snapshot(path, path.stem) for path in paths]


def check(snapshot: Snapshot, *, whole: bool = False) -> None:
    """Nothing, if its figures can be read, or all that it holds: a damaged block shows itself only when it is read.

    Raises:
        NoSnapshot: they cannot.
    """
    _check(snapshot.path, whole)


@functools.lru_cache(maxsize=2 * KEPT)
def _check(path: Path, whole: bool) -> None:
    try:
        with connection(path).cursor() as cursor:
            tables = ["results"]
            if whole:
                tables = [
                    name for (name,) in cursor.execute("select table_name from duckdb_tables()").fetchall()
                ]
            for table in tables:
                # Not a count, which is known without reading a row.
                cursor.execute(f'select bit_xor(hash(rows)) from "{table}" as rows').fetchall()
    except duckdb.Error as error:
        raise _damaged(path) from error


def programmes_in(warehouse: Path) -> list[str]:
    """The programmes that have a snapshot."""
    return sorted(path.parent.name for path in warehouse.glob("*/current"))


def ask(snapshot: Snapshot, name: str, scope: Scope, **parameters: Any) -> pd.DataFrame:
    """The rows of `queries/pages/<name>.sql` with its `$parameters`, as `scope` may see them."""
    import pyarrow as pa  # as pandas: what only pages need does not keep a command waiting

    with _cursor(snapshot, scope) as cursor:
        reader = cursor.execute(_query(cursor, name), parameters).to_arrow_reader()
        assert reader is not None
        found = reader.read_all()
    exact = [i for i, column in enumerate(found.schema) if pa.types.is_decimal(column.type)]
    for i in exact:
        found = found.set_column(i, found.schema.names[i], found.column(i).cast(pa.float64()))
    # To a table of a few hundred rows threads cost more than its values do.
    frame: pd.DataFrame = found.to_pandas(date_as_object=False, use_threads=False)
    return frame


def rows(
    snapshot: Snapshot, name: str, scope: Scope, **parameters: Any
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """As `ask`, as column names and plain tuples: exact values for other programs to read."""
    with _cursor(snapshot, scope) as cursor:
        cursor.execute(_query(cursor, name), parameters)
        return [column[0] for column in cursor.description or ()], cursor.fetchall()


def records(snapshot: Snapshot, name: str, scope: Scope, **parameters: Any) -> list[dict[str, Any]]:
    """As `rows`, each row with the names of its columns."""
    columns, found = rows(snapshot, name, scope, **parameters)
    return [dict(zip(columns, row, strict=True)) for row in found]


@contextmanager
def _cursor(snapshot: Snapshot, scope: Scope) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on which only the scope's schools are visible.

    A shared connection mixes up threads, so each thread has its own, one a snapshot and scope: what is visible is set
    when it is made and never changed.
    """
    mine: dict[tuple[Path, tuple[int, ...] | None], duckdb.DuckDBPyConnection]
    mine = _threads.__dict__.setdefault("cursors", {})
    key = (snapshot.path, scope.school_ids)
    if key not in mine:
        while len(mine) >= CURSORS:
            mine.pop(next(iter(mine))).close()
        mine[key] = _scoped(connection(snapshot.path), scope)
    try:
        yield mine[key]
    except duckdb.Error as error:
        mine.pop(key).close()
        # A block that is not what it was is an error of no kind of its own.
        if type(error) is duckdb.Error or isinstance(error, _DAMAGES):
            raise _damaged(snapshot.path) from error
        raise


# How a file that opens, but is cut off, altered, or of another version of the product, shows itself.
_DAMAGES = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.SerializationException,
    duckdb.CatalogException,
    duckdb.BinderException,
)


def _damaged(path: Path) -> NoSnapshot:
    return NoSnapshot(f"快照檔「{path.name}」讀不出來，可能已損壞或屬於別的版本。請執行 kpi build 重新建立。")


def _scoped(connection: duckdb.DuckDBPyConnection, scope: Scope) -> duckdb.DuckDBPyConnection:
    cursor = connection.cursor()
    if scope.school_ids is None:
        cursor.execute("set variable every_school = true")
    else:
        cursor.execute("set variable school_ids = $ids::int[]", {"ids": list(scope.school_ids)})
    return cursor


@functools.lru_cache(maxsize=KEPT)
def connection(path: Path) -> duckdb.DuckDBPyConnection:
    try:
        # One thread answers a small snapshot sooner than two. Texts of large buffers are what pandas keeps. Without
        # replacements a name in a query is never a variable of this program.
        small = path.stat().st_size < LARGE
        return duckdb.connect(
            str(path),
            read_only=True,
            config={
                "threads": "1" if small else "2",
                "disabled_optimizers": NEEDLESS if small else "",
                "arrow_large_buffer_size": "true",
                "python_enable_replacements": "false",
            },
        )
    except OSError as error:
        raise NoSnapshot(f"快照檔「{path.name}」讀不到：{why(error)}。") from error
    except duckdb.Error as error:
        raise _damaged(path) from error


@contextmanager
def closed(path: Path) -> Iterator[None]:
    """A snapshot that is read here and then no more: its connections do not outlive the block."""
    try:
        yield
    finally:
        mine = _threads.__dict__.get("cursors", {})
        for key in [key for key in mine if key[0] == path]:
            mine.pop(key).close()
        connection.cache_clear()


def _query(cursor: duckdb.DuckDBPyConnection, name: str) -> duckdb.Statement:
    """The query as a parsed statement: reading its text takes longer than many an answer."""
    if name not in _queries:
        text = (QUERIES / "pages" / f"{name}.sql").read_text(encoding="utf-8")
        (_queries[name],) = cursor.extract_statements(text)
    return _queries[name]


_queries: dict[str, duckdb.Statement] = {}
atexit.register(_queries.clear)  # what the database made must not outlive it
