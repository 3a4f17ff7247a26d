"""Snapshots on disk: publishing one atomically, finding the current one, and asking it.

`<warehouse>/<programme>/current` is one line, the stamp of the snapshot that serves; `<stamp>.duckdb` is that snapshot.
A build writes `<stamp>.duckdb.part` and renames it when all is well, so that whatever happens to it, the file that
`current` names is whole. Readers open by the versioned name: a file replaced in place would show old data.
"""

from __future__ import annotations

import datetime as dt
import functools
import getpass
import os
import socket
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import duckdb
import pyarrow as pa
from filelock import FileLock, Timeout

from dashboard.programmes import Programme
from dashboard.sources.contracts import Table
from dashboard.sources.files import why
from dashboard.warehouse.build import TAIPEI, BuildError, Progress, TableCount, build
from dashboard.warehouse.sql import QUERIES

if TYPE_CHECKING:
    import pandas as pd  # a second to import, and only pages need it

KEPT = 5
LARGE = 32_000_000
CURSORS = 16

# The copy that it warns of is of the few rows of an answer; asking through a relation binds every query twice.
warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)

_threads = threading.local()


class NoSnapshot(Exception):
    """There is nothing to read; the message says what to do, in Chinese."""


class Busy(BuildError):
    """Another build is under way; the message says whose."""


class Scope(Protocol):
    """Whose schools may be seen; None is every school of the programme."""

    @property
    def school_ids(self) -> tuple[int, ...] | None: ...


@dataclass(frozen=True)
class Snapshot:
    """A published snapshot: its file, and the stamp that names it."""

    path: Path
    stamp: str


def publish(
    warehouse: Path,
    programme: Programme,
    data: Path,
    tables: Mapping[str, Table],
    progress: Progress = lambda share, text: None,
    today: dt.date | None = None,
) -> tuple[Snapshot, list[TableCount]]:
    """Build a snapshot of `data` and make it the current one; the former serves until the very end.

    Raises:
        BuildError: nothing was published.
        FolderError: the data folder cannot be used.
    """
    folder = warehouse / programme.id
    now = dt.datetime.now(TAIPEI)
    with _writable(folder), _locked(folder):
        for left in folder.glob("*.part*"):
            _remove(left)
        stamp = now.strftime("%Y%m%dT%H%M%S%f")
        part = folder / f"{stamp}.duckdb.part"
        try:
            counts = build(part, programme, data, tables, progress, today or now.date())
            _sync(part)
            os.replace(part, folder / f"{stamp}.duckdb")
            _point(folder, stamp)
        except duckdb.Error as error:
            raise BuildError(_told(error)) from error
        finally:
            for left in folder.glob(f"{stamp}.duckdb.part*"):
                _remove(left)
        _prune(folder, stamp)
    return Snapshot(folder / f"{stamp}.duckdb", stamp), counts


def _told(error: duckdb.Error) -> str:
    """What went wrong in the database. A write that fails is any kind of its errors, by the stage that it hits."""
    cause = str(error).partition("\n")[0]
    if isinstance(error, duckdb.IOException) or "Could not write" in cause:
        return f"寫入快照失敗，可能是磁碟空間不足；請清出空間後再試。（{cause}）"
    return f"計算時發生未預期的錯誤；請把這個訊息轉給系統維護者：{cause}"


def current(warehouse: Path, programme: str) -> Snapshot:
    """The snapshot that serves.

    Raises:
        NoSnapshot: nothing was ever published there.
    """
    folder = warehouse / programme
    try:
        stamp = (folder / "current").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise NoSnapshot(f"「{warehouse}」還沒有「{programme}」的資料快照。請先執行 kpi build。") from None
    path = folder / f"{stamp}.duckdb"
    if not path.is_file():
        raise NoSnapshot(f"快照檔「{path.name}」不見了。請執行 kpi build 重新建立。")
    return Snapshot(path, stamp)


def programmes_in(warehouse: Path) -> list[str]:
    """The programmes that have a snapshot."""
    return sorted(path.parent.name for path in warehouse.glob("*/current"))


def ask(snapshot: Snapshot, name: str, scope: Scope, **parameters: Any) -> pd.DataFrame:
    """The rows of `queries/pages/<name>.sql` with its `$parameters`, as `scope` may see them."""
    with _cursor(snapshot, scope) as cursor:
        reader = cursor.execute(_query(name), parameters).to_arrow_reader()
        assert reader is not None
        found = reader.read_all()
    exact = [i for i, column in enumerate(found.schema) if pa.types.is_decimal(column.type)]
    for i in exact:
        found = found.set_column(i, found.schema.names[i], found.column(i).cast(pa.float64()))
    frame: pd.DataFrame = found.to_pandas(date_as_object=False)
    return frame


def rows(
    snapshot: Snapshot, name: str, scope: Scope, **parameters: Any
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """As `ask`, as column names and plain tuples: exact values for other programs to read."""
    with _cursor(snapshot, scope) as cursor:
        cursor.execute(_query(name), parameters)
        return [column[0] for column in cursor.description or ()], cursor.fetchall()


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
        mine[key] = _scoped(_connection(snapshot.path), scope)
    try:
        yield mine[key]
    except duckdb.Error as error:
        mine.pop(key).close()
        if isinstance(error, _DAMAGES):
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
def _connection(path: Path) -> duckdb.DuckDBPyConnection:
    try:
        # One thread answers a small snapshot sooner than two. Without replacements a name in a query is never a variable
        # of this program.
        threads = "1" if path.stat().st_size < LARGE else "2"
        return duckdb.connect(
            str(path), read_only=True, config={"threads": threads, "python_enable_replacements": "false"}
        )
    except OSError as error:
        raise NoSnapshot(f"快照檔「{path.name}」讀不到：{why(error)}。") from error
    except duckdb.Error as error:
        raise _damaged(path) from error


@functools.cache
def _query(name: str) -> str:
    return (QUERIES / "pages" / f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
        yield
    except OSError as error:
        raise BuildError(f"「{folder}」寫不進去：{why(error)}。請檢查權限與磁碟空間。") from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One build at a time. The kernel lets go of the lock of a build that is killed."""
    lock = FileLock(folder / "build.lock")
    holder = folder / "build.holder"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        who = holder.read_text(encoding="utf-8") if holder.is_file() else "另一個程序"
        raise Busy(f"另一次建立正在進行：{who}。請等它完成後再試。") from None
    try:
        since = dt.datetime.now(TAIPEI).strftime("%m/%d %H:%M:%S")
        holder.write_text(
            f"{_user()}@{socket.gethostname()}，程序 {os.getpid()}，{since} 開始", encoding="utf-8"
        )
        yield
    finally:
        _remove(holder)
        lock.release()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "?"


def _point(folder: Path, stamp: str) -> None:
    fresh = folder / "current.part"
    fresh.write_text(f"{stamp}\n", encoding="ascii")
    _sync(fresh)
    os.replace(fresh, folder / "current")
    if os.name == "posix":
        _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _prune(folder: Path, stamp: str) -> None:
    for old in sorted(folder.glob("*.duckdb"))[:-KEPT]:
        if old.stem != stamp:
            _remove(old)


def _remove(path: Path) -> None:
    """Best effort: on Windows a file that a reader has open stays, and goes at the next build."""
    remove: Callable[[], None] = path.rmdir if path.is_dir() else path.unlink
    try:
        for inner in path.iterdir() if path.is_dir() else ():
            _remove(inner)
        remove()
    except OSError:
        pass
