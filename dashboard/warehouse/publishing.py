"""Publishing: a snapshot is built beside the one that serves, and takes its place only when all is well.

A build writes `<stamp>.duckdb.part` and renames it at the very end, so that whatever happens to it, the file that
`current` names is whole. What became of the refresh, and of each spreadsheet, is noted beside it (`status`).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from dashboard.programmes import Programme
from dashboard.sources.contracts import Table, chosen
from dashboard.sources.files import FolderError, why
from dashboard.sources.places import EntryError, Places
from dashboard.warehouse import status
from dashboard.warehouse.build import (
    NO_MEMORY,
    TABLE_COUNTS,
    TAIPEI,
    BuildError,
    Inputs,
    Progress,
    TableCount,
    Unchanged,
    build,
)
from dashboard.warehouse.gather import Source, Stored, gather, stand_still
from dashboard.warehouse.snapshots import (
    KEPT,
    NoSnapshot,
    Snapshot,
    check,
    checked_place,
    connection,
    current,
)


@dataclass(frozen=True)
class Former:
    """What a refresh takes from the snapshot before: spreadsheets by id, rejected rows, and its fingerprint."""

    sources: Mapping[str, Source]
    rejects: Any = None
    fingerprint: str | None = None
    built_at: dt.datetime | None = None
    stamp: str | None = None


def publish(
    warehouse: Path,
    programme: Programme,
    places: Places,
    tables: Mapping[str, Table],
    progress: Progress = lambda share, text: None,
    today: dt.date | None = None,
    *,
    only_if_changed: bool = False,
    by: str | None = None,
    wait: bool = False,
) -> tuple[Snapshot, list[TableCount]]:
    """Build a snapshot of `places` and make it the current one; the former serves until the very end.

    With `only_if_changed` the former is given back where a new one would be the same, or where it was restored by hand.
    `by` is told to whoever waits. With `wait` the end of a build that goes on is awaited.

    Raises:
        BuildError: nothing was published.
        FolderError: the data folder cannot be used.
    """
    folder = warehouse / programme.id
    own = chosen(tables, programme)
    with _writable(folder), status.locked(folder, by, wait=wait) as note:
        # Not before: a snapshot that was waited for is the older one.
        now = dt.datetime.now(TAIPEI)
        local = now.replace(tzinfo=None, microsecond=0)

        def told(share: float, text: str) -> None:
            note(share, text)
            progress(share, text)

        if only_if_changed and status.pinned(folder):
            with suppress(NoSnapshot):
                snapshot = current(warehouse, programme.id)
                check(snapshot, whole=True)
                return snapshot, _counts(snapshot)
        former = _former(folder)
        try:
            sources = gather(
                places, own, status.with_versions(folder, former.sources, former.stamp), local, told
            )
        except EntryError as error:
            kept = [replace(one, problem=str(error)) for one in stand_still(places, former.sources)]
            status.note_refresh(folder, kept, local, str(error))
            raise BuildError(str(error)) from error
        same = former.fingerprint if only_if_changed and _is_whole(folder) else None
        inputs = Inputs(places, sources, former.rejects, former.built_at, same)
        try:
            made = _make(folder, programme, inputs, own, told, now, today or now.date())
        except (BuildError, FolderError) as error:
            status.note_refresh(folder, sources, local, str(error))
            raise
        status.note_refresh(folder, sources, local, None, made[0].stamp)
        status.unpin(folder)
    return made


def restore(warehouse: Path, programme: str, stamp: str, by: str) -> Snapshot:
    """Let a former snapshot serve again, until somebody builds by hand; an automatic update leaves it alone.

    Raises:
        BuildError: it is not there any more, or the folder cannot be written.
    """
    folder = warehouse / programme
    path = folder / f"{stamp}.duckdb"
    with _writable(folder), status.locked(folder, by):
        if path not in folder.glob("*.duckdb"):
            raise BuildError("這份快照已經不在了。請重新整理後再選。")
        status.pin(folder, by, dt.datetime.now(TAIPEI).replace(tzinfo=None, microsecond=0))
        _point(folder, stamp)
    return Snapshot(path, stamp)


def _make(
    folder: Path,
    programme: Programme,
    inputs: Inputs,
    tables: Mapping[str, Table],
    progress: Progress,
    now: dt.datetime,
    today: dt.date,
) -> tuple[Snapshot, list[TableCount]]:
    for left in folder.glob("*.part*"):
        _remove(left)
    stamp = now.strftime("%Y%m%dT%H%M%S%f")
    part = folder / f"{stamp}.duckdb.part"
    try:
        counts = build(part, programme, inputs, tables, progress, today)
        _sync(part)
        os.replace(part, folder / f"{stamp}.duckdb")
        _point(folder, stamp)
    except Unchanged:
        snapshot = current(folder.parent, programme.id)
        return snapshot, _counts(snapshot)
    finally:
        for left in folder.glob(f"{stamp}.duckdb.part*"):
            _remove(left)
    _prune(folder, stamp)
    return Snapshot(folder / f"{stamp}.duckdb", stamp), counts


def _former(folder: Path) -> Former:
    try:
        return former_of(current(folder.parent, folder.name))
    except NoSnapshot:
        return Former({})


def former_of(snapshot: Snapshot) -> Former:
    """What a snapshot hands on; nothing where it is of another version and lacks the tables."""
    try:
        with connection(snapshot.path).cursor() as cursor:
            sheets = cursor.execute(
                "select spreadsheet_id, title, link, version, settings, read_at from spreadsheets"
            ).fetchall()
            cells = cursor.execute(
                "select spreadsheet_id, gid, title, table_name, list(cells order by line) from worksheet_rows"
                " group by all order by spreadsheet_id, min(rowid)"
            ).fetchall()
            rejects = cursor.sql(
                "select severity, table_name, file, line, reason, message, original, school_id, first_seen from rejects"
            ).to_arrow_table()
            ((fingerprint, built_at),) = cursor.execute(
                "select fingerprint, built_at from snapshot"
            ).fetchall()
    except (NoSnapshot, duckdb.Error):
        return Former({})
    stored: dict[str, list[Stored]] = {}
    for of, gid, title, table, rows in cells:
        stored.setdefault(of, []).append(Stored(gid, title, table, tuple(rows) if table else ()))
    sources = {
        id: Source(id, title, link, version, settings, read_at, tuple(stored.get(id, ())))
        for id, title, link, version, settings, read_at in sheets
    }
    return Former(sources, rejects, fingerprint, built_at, snapshot.stamp)


def _is_whole(folder: Path) -> bool:
    """Whether the snapshot that serves can be kept."""
    try:
        check(current(folder.parent, folder.name), whole=True)
    except NoSnapshot:
        return False
    return True


def _counts(snapshot: Snapshot) -> list[TableCount]:
    with connection(snapshot.path).cursor() as cursor:
        return [TableCount(*row) for row in cursor.execute(TABLE_COUNTS).fetchall()]


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        checked_place(folder)
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
        yield
    except OSError as error:
        # What is read meanwhile may fail too, which is no fault of this folder.
        if error.filename is not None and not Path(str(error.filename)).is_relative_to(folder):
            raise BuildError(f"「{error.filename}」讀不到：{why(error)}。請檢查後再試。") from error
        raise BuildError(f"「{folder}」寫不進去：{why(error)}。請檢查權限與磁碟空間。") from error
    except MemoryError as error:
        raise BuildError(NO_MEMORY) from error


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
    """The last few stay, and the last one under another definition: pages show its figures beside today's."""
    every = sorted(folder.glob("*.duckdb"))
    if len(every) <= KEPT:
        return
    now = _definition(folder / f"{stamp}.duckdb")
    other = next((path for path in reversed(every) if _definition(path) not in (now, None)), None)
    for old in every[:-KEPT]:
        if old.stem != stamp and old != other:
            _remove(old)


def _definition(path: Path) -> str | None:
    """Which definition a snapshot was made under; None where it cannot be read."""
    try:
        with connection(path).cursor() as cursor:
            ((found,),) = cursor.execute("select definition_hash from snapshot").fetchall()
    except (NoSnapshot, duckdb.Error):
        return None
    return str(found)


def _remove(path: Path) -> None:
    """Best effort: on Windows a file that a reader has open stays, and goes at the next build."""
    remove: Callable[[], None] = path.rmdir if path.is_dir() else path.unlink
    try:
        for inner in path.iterdir() if path.is_dir() else ():
            _remove(inner)
        remove()
    except OSError:
        pass
