"""Publishing: a snapshot is built beside the one that serves, and takes its place only when all is well.

A build writes `<stamp>.duckdb.part` and renames it at the very end, so that whatever happens to it, the file that
`current` names is whole: the file first, then its line in `SHA256SUMS`, then `current`. What became of the refresh, and
of each spreadsheet, is noted beside it (`status`).
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb

from dashboard import clock
from dashboard.definitions.contracts import chosen
from dashboard.definitions.places import Places
from dashboard.definitions.programme import Programme
from dashboard.definitions.table import Table
from dashboard.errors import reason
from dashboard.sources.files import FolderError, name_of
from dashboard.sources.files import paths as files_in
from dashboard.sources.recognition import EntryError
from dashboard.warehouse import notes, originals, status
from dashboard.warehouse.build import (
    NO_MEMORY,
    BuildError,
    Inputs,
    Progress,
    TableCount,
    Unchanged,
    build,
    counts_of,
)
from dashboard.warehouse.former import Former, former_of
from dashboard.warehouse.gather import Source, gather, stand_still
from dashboard.warehouse.manifest import (
    CURRENT,
    STAMP,
    SUMS,
    NoSnapshot,
    Snapshot,
    checked_place,
    current,
    is_listed_whole,
    kept,
    published,
    seal,
    serving,
    snapshot_files,
    unlist,
)
from dashboard.warehouse.retention import is_left_behind, make_room, prune, remove
from dashboard.warehouse.snapshots import connection, forget, is_readable, open_unproven, reporting_damage

_FULL = (errno.ENOSPC, errno.EDQUOT)

Published = tuple[Snapshot, list[TableCount]]
"""A snapshot, and what became of the rows of each of its tables."""


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
    warn: Callable[[str], None] = lambda text: None,
) -> Published:
    """Build a snapshot of `places` and make it the current one; the former serves until the very end.

    With `only_if_changed` the former is returned where a new one would be the same, or where it was restored by hand.
    `by` names the builder to whoever waits. With `wait` it waits for the end of a build that goes on. Where the disk is
    full, the oldest that nobody needs make room, and `warn` is called with a sentence for each.

    Raises:
        BuildError: nothing was published.
        FolderError: the data folder cannot be used.
    """
    folder = warehouse / programme.id
    own = chosen(tables, programme)
    with _writable(folder), status.locked(folder, by, wait=wait) as note:
        # Not before: a snapshot that was waited for is the older one.
        now = clock.now()
        _make_way(folder)
        _adopt(folder)
        report = _both(note, progress)
        if only_if_changed and status.pinned(folder) and _is_whole(folder):
            return _serving(folder)
        inputs = _inputs(folder, places, own, now, report, only_if_changed=only_if_changed)
        make = partial(_make, folder, programme, inputs, own, report, now, today or now.date(), warn)
        snapshot = _with_room(folder, make, inputs.sources, now, warn)
        status.unpin(folder)
    return snapshot


def _both(one: Progress, other: Progress) -> Progress:
    def report(share: float, text: str) -> None:
        one(share, text)
        other(share, text)

    return report


def _inputs(
    folder: Path,
    places: Places,
    tables: Mapping[str, Table],
    now: dt.datetime,
    progress: Progress,
    *,
    only_if_changed: bool,
) -> Inputs:
    """The spreadsheets as they are now, and what the former snapshot hands on.

    Raises:
        BuildError: the configuration is wrong about a spreadsheet, which is noted.
    """
    former = _former(folder)
    known = status.with_versions(folder, former.sources, former.stamp)
    try:
        sources = gather(places, tables, known, now.replace(microsecond=0), progress)
    except EntryError as error:
        still = [replace(one, problem=str(error)) for one in stand_still(places, former.sources)]
        status.note_refresh(folder, still, now, str(error))
        raise BuildError(str(error)) from error
    same = former.fingerprint if only_if_changed and _is_whole(folder) else None
    return Inputs(places, sources, former, same)


def _with_room(
    folder: Path,
    make: Callable[[], Published],
    sources: Sequence[Source],
    now: dt.datetime,
    warn: Callable[[str], None],
) -> Published:
    """What `make` publishes; where the disk is full, older snapshots make room. What became of it is noted."""
    removed: list[str] = []
    while True:
        try:
            with _in_words(folder):
                snapshot, counts = make()
        except (BuildError, FolderError) as error:
            if not (_is_full(folder, error) and (name := make_room(folder))):
                status.note_refresh(folder, sources, now, str(error), removed=removed)
                raise
            removed.append(name)
            warn(f"磁碟空間不足，已刪除較舊的快照「{name}」以騰出空間，再試一次。")
        else:
            status.note_refresh(folder, sources, now, None, snapshot.stamp, removed)
            return snapshot, counts


def restore(warehouse: Path, programme: str, stamp: str, by: str) -> Snapshot:
    """Let a former snapshot serve again, until somebody builds by hand; an automatic update leaves it alone.

    Raises:
        BuildError: it is not there any more, or the folder cannot be written.
    """
    folder = warehouse / programme
    path = folder / f"{stamp}.duckdb"
    with _writable(folder), status.locked(folder, by):
        _make_way(folder)
        if Snapshot(path, stamp) not in kept(warehouse, programme):
            raise BuildError("這份快照已經不在了。請重新整理後再選。")
        status.pin(folder, by, clock.now().replace(microsecond=0), stamp)
        _point(folder, stamp)
    return Snapshot(path, stamp)


def adopt(warehouse: Path, programme: str) -> None:
    """List the snapshots of a version of the product that kept no list of them, so that they serve on.

    Raises:
        BuildError: a build is under way, or the folder cannot be written.
    """
    folder = warehouse / programme
    if not is_listed_whole(folder):
        with _writable(folder), status.locked(folder, None):
            _make_way(folder)
            _adopt(folder)


def _adopt(folder: Path) -> None:
    """Only where there is no list, or not all of it can be read: what a whole one leaves out was never published.

    By their stamps, for want of more.
    """
    if not is_listed_whole(folder):
        listed = published(folder)
        for path in snapshot_files(folder):
            known = path.stem in listed
            if known or (STAMP.fullmatch(path.stem) and _has_every_block(path)):
                seal(path, listed[path.stem] if known else None)


def _has_every_block(path: Path) -> bool:
    """Whether all that a snapshot holds can be read: each block has a sum of its own, which shows when it is read."""
    try:
        with reporting_damage(path), open_unproven(path) as con:
            for (table,) in con.execute("select table_name from duckdb_tables()").fetchall():
                con.execute(f'select bit_xor(hash(rows)) from "{table}" as rows').fetchall()
    except NoSnapshot:
        return False
    return True


def _make(
    folder: Path,
    programme: Programme,
    inputs: Inputs,
    tables: Mapping[str, Table],
    progress: Progress,
    now: dt.datetime,
    today: dt.date,
    warn: Callable[[str], None],
) -> Published:
    for left in filter(is_left_behind, folder.iterdir()):
        remove(left)
    stamp = _fresh_stamp(folder, now)
    path, part = folder / f"{stamp}.duckdb", folder / f"{stamp}.duckdb.part"
    try:
        built = build(part, programme, inputs, tables, progress, today)
        _keep_originals(folder, stamp, built.originals, inputs.places.folder, warn)
        notes.sync(part)
        os.replace(part, path)
        seal(path)
        _point(folder, stamp)
    except Unchanged:
        return _serving(folder)
    finally:
        for left in folder.glob(f"{stamp}.duckdb.part*"):
            remove(left)
        if serving(folder) != path:
            remove(path)
            with suppress(OSError):
                unlist(folder)
    with suppress(OSError):  # it is published, whatever becomes of the others
        prune(folder)
    return Snapshot(path, stamp), built.tables


def _keep_originals(
    folder: Path,
    stamp: str,
    contents: Sequence[tuple[str, str]],
    data: Path | None,
    warn: Callable[[str], None],
) -> None:
    """Keep each file that a snapshot has rows of, as it was read."""
    paths = {name_of(path, data): path for path in files_in(data)} if data else {}
    lost = originals.keep(folder, stamp, contents, paths)
    if lost:
        warn(
            f"「{'」「'.join(lost[:3])}」等 {len(lost)} 個檔案讀過後又有變動，留不到當時的原始檔；下次更新會再讀。"
        )


def _fresh_stamp(folder: Path, now: dt.datetime) -> str:
    """Of `now`, or shortly after where that was taken, by a clock that was put back."""
    stamp = now.strftime("%Y%m%dT%H%M%S%f")
    while os.path.lexists(folder / f"{stamp}.duckdb"):
        now += dt.timedelta(microseconds=1)
        stamp = now.strftime("%Y%m%dT%H%M%S%f")
    return stamp


def _former(folder: Path) -> Former:
    try:
        return former_of(current(folder.parent, folder.name))
    except NoSnapshot:
        return Former()


def _is_whole(folder: Path) -> bool:
    """Whether the snapshot that serves can be kept; proven anew, as whoever watches may have opened it long ago."""
    path = serving(folder)
    if path:
        forget(path)
    return is_readable(path)


def _serving(folder: Path) -> Published:
    snapshot = current(folder.parent, folder.name)
    with reporting_damage(snapshot.path), connection(snapshot.path).cursor() as cursor:
        return snapshot, counts_of(cursor)


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    with _in_words(folder):
        checked_place(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        yield


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except notes.NotAFile as error:
        raise BuildError(notes.sentence(Path(str(error.filename)), error)) from error
    except OSError as error:
        # What is read meanwhile may fail too, which is no fault of this folder.
        if not _is_of(folder, error):
            raise BuildError(f"「{error.filename}」讀不到：{reason(error)}。請檢查後再試。") from error
        raise BuildError(f"「{folder}」寫不進去：{reason(error)}。請檢查權限與磁碟空間。") from error
    except MemoryError as error:
        raise BuildError(NO_MEMORY) from error


def _is_of(folder: Path, error: OSError) -> bool:
    return error.filename is None or Path(str(error.filename)).is_relative_to(folder)


def _make_way(folder: Path) -> None:
    """Raises OSError where a small file could not be written, or the list of snapshots not be carried on."""
    for name in (CURRENT, SUMS, status.REFRESH, status.PINNED):
        notes.make_way(folder / name)
    published(folder)


def _point(folder: Path, stamp: str) -> None:
    notes.write(folder / CURRENT, f"{stamp}\n")


def _is_full(folder: Path, error: Exception) -> bool:
    """Whether a build failed for want of space in `folder`, and of nothing else."""
    cause = error.__cause__
    if isinstance(cause, OSError):
        return cause.errno in _FULL and _is_of(folder, cause)
    writing = isinstance(cause, duckdb.IOException | duckdb.FatalException) or "Could not write" in str(cause)
    return writing and any(os.strerror(number) in str(cause) for number in _FULL)
