"""Publishing: a snapshot is built beside the one that serves, and takes its place only when all is well.

A build writes `<stamp>.duckdb.part` and renames it at the very end, so that whatever happens to it, the file that
`current` names is whole: the file first, then its line in `SHA256SUMS`, then `current`. What became of the refresh, and
of each spreadsheet, is noted beside it (`status`).
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
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
from dashboard.sources.places import EntryError
from dashboard.warehouse import notes, originals, status
from dashboard.warehouse.build import (
    NO_MEMORY,
    TABLE_COUNTS,
    BuildError,
    Inputs,
    Progress,
    TableCount,
    Unchanged,
    build,
)
from dashboard.warehouse.gather import Former, FormerFile, Source, Stored, gather, stand_still
from dashboard.warehouse.holds import held
from dashboard.warehouse.snapshots import (
    CURRENT,
    KEPT,
    STAMP,
    SUMS,
    NoSnapshot,
    Snapshot,
    check,
    checked_place,
    connection,
    current,
    forget,
    is_listed_whole,
    kept,
    open_unproven,
    published,
    reporting_damage,
    seal,
    unlist,
)

_FULL = (errno.ENOSPC, errno.EDQUOT)


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
) -> tuple[Snapshot, list[TableCount]]:
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
        local = now.replace(microsecond=0)
        _make_way(folder)
        _adopt(folder)

        def report(share: float, text: str) -> None:
            note(share, text)
            progress(share, text)

        if only_if_changed and status.pinned(folder) and _is_whole(folder):
            snapshot = current(warehouse, programme.id)
            return snapshot, _counts(snapshot)
        former = _former(folder)
        try:
            sources = gather(
                places, own, status.with_versions(folder, former.sources, former.stamp), local, report
            )
        except EntryError as error:
            still = [replace(one, problem=str(error)) for one in stand_still(places, former.sources)]
            status.note_refresh(folder, still, now, str(error))
            raise BuildError(str(error)) from error
        same = former.fingerprint if only_if_changed and _is_whole(folder) else None
        inputs = Inputs(places, sources, former, same)
        removed: list[str] = []
        while True:
            try:
                with _in_words(folder):
                    published = _make(folder, programme, inputs, own, report, now, today or now.date(), warn)
                break
            except (BuildError, FolderError) as error:
                if _is_full(folder, error) and (name := _make_room(folder)):
                    removed.append(name)
                    warn(f"磁碟空間不足，已刪除較舊的快照「{name}」以騰出空間，再試一次。")
                    continue
                status.note_refresh(folder, sources, now, str(error), removed=removed)
                raise
        status.note_refresh(folder, sources, now, None, published[0].stamp, removed)
        status.unpin(folder)
    return published


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
        for path in _files(folder):
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
) -> tuple[Snapshot, list[TableCount]]:
    for left in filter(_is_left_behind, folder.iterdir()):
        _remove(left)
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
        snapshot = current(folder.parent, programme.id)
        return snapshot, _counts(snapshot)
    finally:
        for left in folder.glob(f"{stamp}.duckdb.part*"):
            _remove(left)
        if _serving(folder) != path:
            _remove(path)
            with suppress(OSError):
                unlist(folder)
    with suppress(OSError):  # it is published, whatever becomes of the others
        _prune(folder)
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


# What a build writes before it is whole, and nothing else: what is called otherwise is somebody's.
_LEFT = re.compile(rf"{STAMP.pattern}\.duckdb\.part[\w.]*|(?:{CURRENT}|{SUMS}|[a-z]+\.(?:json|holder))\.part")


def _is_left_behind(path: Path) -> bool:
    return _LEFT.fullmatch(path.name) is not None and not path.is_symlink()


def _fresh_stamp(folder: Path, now: dt.datetime) -> str:
    """Of `now`, or shortly after where that was taken, by a clock that was put back."""
    stamp = now.strftime("%Y%m%dT%H%M%S%f")
    while os.path.lexists(folder / f"{stamp}.duckdb"):
        now += dt.timedelta(microseconds=1)
        stamp = now.strftime("%Y%m%dT%H%M%S%f")
    return stamp


def _serving(folder: Path) -> Path | None:
    with suppress(NoSnapshot):
        return current(folder.parent, folder.name).path
    return None


def _former(folder: Path) -> Former:
    try:
        return former_of(current(folder.parent, folder.name))
    except NoSnapshot:
        return Former()


def former_of(snapshot: Snapshot) -> Former:
    """What a snapshot hands on; nothing where it is of another version and lacks the tables."""
    try:
        with reporting_damage(snapshot.path), connection(snapshot.path).cursor() as cursor:
            sheets = cursor.execute(
                "select spreadsheet_id, title, link, version, settings, read_at from spreadsheets"
            ).fetchall()
            cells = cursor.execute(
                "select spreadsheet_id, gid, title, table_name, left_out, likely, list(cells order by line) from worksheet_rows"
                " group by all order by spreadsheet_id, min(rowid)"
            ).fetchall()
            # One of a version that masked no names lacks one of them.
            rejects = cursor.sql(
                "select columns(lambda name: name in ('severity', 'table_name', 'file', 'line', 'reason', 'message',"
                " 'original', 'masked_original', 'school_id', 'first_seen')) from rejects"
            ).to_arrow_table()
            ((fingerprint, built_at),) = cursor.execute(
                "select fingerprint, built_at from snapshot"
            ).fetchall()
    except (NoSnapshot, duckdb.Error):
        return Former()
    stored: dict[str, list[Stored]] = {}
    for of, gid, title, table, why_left_out, likely, rows in cells:
        worksheet = Stored(gid, title, table, tuple(rows) if table else (), why_left_out, likely)
        stored.setdefault(of, []).append(worksheet)
    sources = {
        id: Source(id, title, link, version, settings, read_at, tuple(stored.get(id, ())))
        for id, title, link, version, settings, read_at in sheets
    }
    return Former(
        sources, _former_files(snapshot), snapshot.path.parent, rejects, fingerprint, built_at, snapshot.stamp
    )


def _former_files(snapshot: Snapshot) -> dict[str, FormerFile]:
    """The files and worksheets that a snapshot has rows of; none where a version made it that kept no originals."""
    try:
        with reporting_damage(snapshot.path), connection(snapshot.path).cursor() as cursor:
            inputs = cursor.execute(
                "select file, path, sha256, coalesce(stale_since, built_at), modified_at from inputs, snapshot"
                " where table_name is not null and problem is null and link is null"
            ).fetchall()
    except (NoSnapshot, duckdb.Error):
        return {}
    return {file: FormerFile(*rest) for file, *rest in inputs}


def _is_whole(folder: Path) -> bool:
    """Whether the snapshot that serves can be kept; proven anew, as whoever watches may have opened it long ago."""
    path = _serving(folder)
    if path:
        forget(path)
    return _is_readable(path)


def _counts(snapshot: Snapshot) -> list[TableCount]:
    with reporting_damage(snapshot.path), connection(snapshot.path).cursor() as cursor:
        return [TableCount(*row) for row in cursor.execute(TABLE_COUNTS).fetchall()]


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


def _prune(folder: Path) -> None:
    """The last few stay, what is held, and the last one under another definition: pages show its figures beside today's.

    What has no line was never published, by a build that was killed, or cannot be proven any more.
    """
    needed = held(folder)
    every = [one for one in kept(folder.parent, folder.name) if one.stamp not in needed]
    stay = [one.path for one in every[:KEPT]]
    if len(every) > KEPT:
        now = _definition(every[0].path)
        stay += [one.path for one in every if _definition(one.path) not in (now, None)][:1]
    for path in _files(folder):
        # Asked anew for each: somebody may hold it just now. What is held stays even where nothing proves it any more.
        if path in stay or path.stem in held(folder):
            continue
        forget(path)
        _remove(path)
    unlist(folder)
    originals.keep_only(folder, {path.stem for path in _files(folder)})


def _files(folder: Path) -> list[Path]:
    """The snapshot files, proven or not. A folder or a link of such a name is somebody's."""
    return [path for path in sorted(folder.glob("*.duckdb")) if stat.S_ISREG(path.lstat().st_mode)]


def _definition(path: Path) -> str | None:
    """Which definition a snapshot was made under; None where it cannot be read."""
    try:
        with reporting_damage(path), connection(path).cursor() as cursor:
            ((definition,),) = cursor.execute("select definition_hash from snapshot").fetchall()
    except NoSnapshot:
        return None
    return str(definition)


def _is_full(folder: Path, error: Exception) -> bool:
    """Whether a build failed for want of space in `folder`, and of nothing else."""
    cause = error.__cause__
    if isinstance(cause, OSError):
        return cause.errno in _FULL and _is_of(folder, cause)
    writing = isinstance(cause, duckdb.IOException | duckdb.FatalException) or "Could not write" in str(cause)
    return writing and any(os.strerror(number) in str(cause) for number in _FULL)


def _make_room(folder: Path) -> str | None:
    """Remove one snapshot, and give its name: one that nothing proves before the oldest of those that are kept.

    None that is held. Neither the one that serves (a restored one does) nor, where that cannot be read, the one in its
    place.
    """
    listed = [one.path for one in kept(folder.parent, folder.name)]
    needed = {_serving(folder), next(filter(_is_readable, [_serving(folder), *listed]), None)}
    for path in [*(one for one in _files(folder) if one not in listed), *reversed(listed)]:
        if path not in needed and path.stem not in held(folder) and _is_emptied(path):
            with suppress(OSError):
                unlist(folder)
            originals.keep_only(folder, {one.stem for one in _files(folder)})
            return path.name
    return None


def _is_readable(path: Path | None) -> bool:
    if path is not None:
        with suppress(NoSnapshot):
            check(Snapshot(path, path.stem))
            return True
    return False


def _is_emptied(path: Path) -> bool:
    """Whether a snapshot could be removed.

    Its space is free at once, though a page may have it open: that page then finds it damaged.
    """
    forget(path)
    with suppress(OSError):
        if os.name != "posix":  # where what is open cannot be removed
            path.unlink()
            return True
        with path.open("r+b") as file:
            path.unlink()
            if os.fstat(file.fileno()).st_nlink == 0:  # else it is kept elsewhere as well
                file.truncate()
    return not path.exists()


def _remove(path: Path) -> None:
    """Best effort: on Windows a file that a reader has open stays, and goes at the next build. No link is followed."""
    is_folder = path.is_dir() and not path.is_symlink()
    remove: Callable[[], None] = path.rmdir if is_folder else path.unlink
    try:
        for inner in path.iterdir() if is_folder else ():
            _remove(inner)
        remove()
    except OSError:
        pass
