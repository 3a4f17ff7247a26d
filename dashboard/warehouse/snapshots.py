"""Asking a snapshot as a scope: it is proven, opened once a process, and shows what the scope may see, and no more."""

from __future__ import annotations

import atexit
import functools
import hashlib
import os
import threading
import warnings
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import duckdb

from dashboard.paths import QUERIES
from dashboard.rows import Row, typed
from dashboard.warehouse import notes
from dashboard.warehouse.manifest import KEPT, SUMS, NoSnapshot, Snapshot, published
from dashboard.warehouse.sql import NEEDLESS

if TYPE_CHECKING:
    import pandas as pd

LARGE = 32_000_000
CURSORS = 16

# The copy that it warns of is of the few rows of an answer; asking through a relation binds every query twice.
warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)

R = TypeVar("R", bound=Row)
_threads = threading.local()


class Scope(Protocol):
    """Whose schools may be seen, None is every school of the programme; and whether names are shown whole."""

    @property
    def school_ids(self) -> tuple[int, ...] | None:
        """The schools that may be seen; None is all."""
        ...

    @property
    def names(self) -> bool:
        """Whether names of persons are shown whole."""
        ...


def _prove(path: Path) -> None:
    """Raises `NoSnapshot` where the file is not, byte by byte, the one that was published."""
    sums = path.with_name(SUMS)
    try:
        with notes.opened(path) as file:
            stat = os.fstat(file.fileno())
        digest = _digest(path, stat.st_ino, stat.st_size, stat.st_mtime_ns)
    except OSError as error:
        raise NoSnapshot(f"快照檔{notes.sentence(path, error)}") from error
    try:
        then = published(path.parent).get(path.stem)
    except OSError as error:
        raise NoSnapshot(notes.sentence(sums, error)) from error
    if then is None:
        raise _damaged(path, f"在「{SUMS}」沒有紀錄，無法證明它完整，可能已損壞")
    if digest != then:
        raise _damaged(path, f"與「{SUMS}」記的雜湊值不符，內容已不是發布時的那一份，可能已損壞")


@functools.lru_cache(maxsize=4 * KEPT)
def _digest(path: Path, inode: int, size: int, modified: int) -> str:
    """Once a process for a file that is the same; one that is damaged is not read anew for every page either."""
    with notes.opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(snapshot: Snapshot) -> None:
    """Nothing, if its figures can be read.

    Raises:
        NoSnapshot: they cannot.
    """
    opened = connection(snapshot.path)
    if opened not in _checked:
        with reporting_damage(snapshot.path), opened.cursor() as cursor:
            # Not a count, which is known without reading a row.
            cursor.execute("select bit_xor(hash(rows)) from results as rows").fetchall()
            cursor.execute(_MASKED)
        _checked.add(opened)


def is_readable(path: Path | None) -> bool:
    """Whether there is such a file, and its figures can be read."""
    if path is not None:
        with suppress(NoSnapshot):
            check(Snapshot(path, path.stem))
            return True
    return False


# By the connection, so that one that dies takes its good name with it.
_checked: weakref.WeakSet[duckdb.DuckDBPyConnection] = weakref.WeakSet()


def ask(snapshot: Snapshot, name: str, scope: Scope, **parameters: object) -> pd.DataFrame:
    """The rows of `queries/pages/<name>.sql` with its `$parameters`, as `scope` may see them; one not given is null."""
    import pyarrow as pa  # as pandas: what only pages need does not keep a command waiting

    with _cursor(snapshot, scope) as cursor:
        reader = _asked(cursor, name, parameters).to_arrow_reader()
        assert reader is not None
        table = reader.read_all()
    exact = [i for i, column in enumerate(table.schema) if pa.types.is_decimal(column.type)]
    for i in exact:
        table = table.set_column(i, table.schema.names[i], table.column(i).cast(pa.float64()))
    # To a table of a few hundred rows threads cost more than its values do.
    frame: pd.DataFrame = table.to_pandas(date_as_object=False, use_threads=False)
    return frame


def rows(
    snapshot: Snapshot, name: str, scope: Scope, **parameters: object
) -> tuple[list[str], list[tuple[object, ...]]]:
    """As `ask`, as column names and plain tuples: exact values for other programs to read."""
    with _cursor(snapshot, scope) as cursor:
        _asked(cursor, name, parameters)
        return [column[0] for column in cursor.description or ()], cursor.fetchall()


def records(snapshot: Snapshot, kind: type[R], scope: Scope, **parameters: object) -> list[R]:
    """As `rows`, as rows of a kind of `dashboard.rows`."""
    return typed(kind, *rows(snapshot, kind.QUERY, scope, **parameters))


@contextmanager
def _cursor(snapshot: Snapshot, scope: Scope) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on which only the scope's schools are visible, and names masked unless it shows them.

    A shared connection mixes up threads, so each thread has its own, one a snapshot and scope: what is visible is set
    when it is made and never changed.
    """
    key = (snapshot.path, scope.school_ids, scope.names)
    with reporting_damage(snapshot.path):
        try:
            yield _own_cursor(key, scope)
        except duckdb.Error:
            _discard(lambda one: one == key)
            raise


_Key = tuple[Path, tuple[int, ...] | None, bool]


def _cursors() -> dict[_Key, tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]]:
    """This thread's cursors, each behind the connection that it is of."""
    mine: dict[_Key, tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]]
    mine = _threads.__dict__.setdefault("cursors", {})
    return mine


def _own_cursor(key: _Key, scope: Scope) -> duckdb.DuckDBPyConnection:
    path, mine = key[0], _cursors()
    if key in mine and mine[key][0] is not _connections.get(path):
        # Its connection was let go of, perhaps as dead. The database would be the same one as long as a cursor is left.
        _discard(lambda one: one[0] == path)
    opened = connection(path)
    if key in mine and mine[key][0] is not opened:
        _discard(lambda one: one[0] == path)
    if key not in mine:
        while len(mine) >= CURSORS:
            _close(mine.pop(next(iter(mine)))[1])
        mine[key] = (opened, _scoped(opened, scope))
    return mine[key][1]


def _discard(wanted: Callable[[_Key], bool]) -> None:
    mine = _cursors()
    for key in filter(wanted, list(mine)):
        _close(mine.pop(key)[1])


def _close(connection: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.Error):  # it refuses while a question is under way
        connection.close()


@contextmanager
def reporting_damage(path: Path) -> Iterator[None]:
    """Within, an error of the database that shows a damaged snapshot is raised as one, and its connection forgotten.

    Raises:
        NoSnapshot: the snapshot cannot be read.
    """
    try:
        yield
    except duckdb.Error as error:
        # A block that is not what it was is an error of no kind of its own.
        if type(error) is duckdb.Error or isinstance(error, _DAMAGES):
            forget(path)
            raise _damaged(path) from error
        if isinstance(error, _ALIENS):
            raise _damaged(path) from error
        raise


# How a file that opens, but is cut off or altered, shows itself, to the other threads as a connection that was closed;
# and how one of another version of the product does.
_DAMAGES = (
    duckdb.ConnectionException,
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.SerializationException,
)
_ALIENS = (duckdb.CatalogException, duckdb.BinderException)


def _damaged(path: Path, what: str = "讀不出來，可能已損壞或屬於別的版本") -> NoSnapshot:
    return NoSnapshot(f"快照檔「{path.name}」{what}。請執行 kpi build 重新建立。")


# A snapshot of a version that masked nothing fails at this, and is reported as of another version.
_MASKED = "select masked_label from units limit 0"


def _scoped(connection: duckdb.DuckDBPyConnection, scope: Scope) -> duckdb.DuckDBPyConnection:
    cursor = connection.cursor()
    cursor.execute(_MASKED)
    if scope.names:
        cursor.execute("set variable names_shown = true")
    if scope.school_ids is None:
        cursor.execute("set variable every_school = true")
    else:
        cursor.execute("set variable school_ids = $ids::int[]", {"ids": list(scope.school_ids)})
    return cursor


# The last used last. The lock is for these lines alone: a large snapshot takes a while to prove.
_connections: dict[Path, duckdb.DuckDBPyConnection] = {}
_ours = threading.Lock()


def connection(path: Path) -> duckdb.DuckDBPyConnection:
    """This process's connection to a snapshot, which is proven before it is opened; each thread takes a cursor of it.

    Raises:
        NoSnapshot: the file is not the one that was published, or cannot be opened.
    """
    state = _state(path)
    with _ours:
        if path in _connections and state in (None, _proven.get(path)):
            _connections[path] = _connections.pop(path)
            return _connections[path]
    if path in _connections:
        forget(path)  # somebody wrote to it since
    _prove(path)
    fresh = open_unproven(path)
    with _ours:
        _proven[path] = state
        opened = _connections.setdefault(path, fresh)
        while len(_connections) > KEPT:
            _connections.pop(next(iter(_connections)))
    return opened


# As the file was when it was proven.
_proven: dict[Path, tuple[int, ...] | None] = {}


def _state(path: Path) -> tuple[int, ...] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def open_unproven(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection to a snapshot that is proven already, or is about to be.

    Raises:
        NoSnapshot: it cannot be opened.
    """
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
        raise NoSnapshot(f"快照檔{notes.sentence(path, error)}") from error
    except duckdb.Error as error:
        raise _damaged(path) from error


def forget(path: Path) -> None:
    """Let go of a snapshot: who asks for it next opens and proves it anew."""
    _discard(lambda one: one[0] == path)
    with _ours:
        opened = _connections.pop(path, None)
    _digest.cache_clear()
    if opened is not None:
        _close(opened)


@contextmanager
def closed(path: Path) -> Iterator[None]:
    """A snapshot that is read here and then no more: its connection does not outlive the block."""
    try:
        yield
    finally:
        forget(path)


def _asked(
    cursor: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, object]
) -> duckdb.DuckDBPyConnection:
    query = _query(cursor, name)
    return cursor.execute(query, {**dict.fromkeys(query.named_parameters), **parameters})


def _query(cursor: duckdb.DuckDBPyConnection, name: str) -> duckdb.Statement:
    """The query as a parsed statement: reading its text takes longer than many an answer."""
    if name not in _queries:
        text = (QUERIES / "pages" / f"{name}.sql").read_text(encoding="utf-8")
        (_queries[name],) = cursor.extract_statements(text)
    return _queries[name]


_queries: dict[str, duckdb.Statement] = {}
atexit.register(_queries.clear)  # what the database made must not outlive it
