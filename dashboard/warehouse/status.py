"""What goes on, and what became of the last refresh: two small files beside the snapshots, for whoever looks.

`build.holder` lives as long as a build and says who builds and how far it is; the lock alone decides who may.
`refresh.json` says of each spreadsheet when it was last in reach and what is wrong with it since.
"""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from dashboard import clock
from dashboard.warehouse import notes
from dashboard.warehouse.build import BuildError
from dashboard.warehouse.gather import Source

HOLDER = "build.holder"
LOCK = "build.lock"
REFRESH = "refresh.json"
PINNED = "pinned.json"
# A page that looks whether the lock is held has it for a moment.
PATIENCE = 0.5
NOTED_EVERY = 0.25


class Busy(BuildError):
    """Another build is under way; the message says whose."""


@dataclass(frozen=True)
class UnderWay:
    """A build that goes on: by whom, since when ("11/22 09:45:03"), the share done, its present step and its process."""

    by: str
    since: str
    share: float
    text: str
    process: int = 0


@dataclass(frozen=True)
class SheetStatus:
    """A spreadsheet at the last refresh.

    `problem` is None where it was in reach; `good_at` is when it last was, None if never. Its rows feed `tables`;
    `version` is theirs, which may be newer than the snapshot that holds them.
    """

    id: str
    title: str
    link: str
    tables: tuple[str, ...]
    good_at: dt.datetime | None
    problem: str | None
    version: str | None = None


@dataclass(frozen=True)
class Refresh:
    """The last refresh: when, what became of each spreadsheet, and why nothing was published, if so.

    stamp: the snapshot that served then.
    removed: the files of former ones that were removed because the disk was full.
    checked_at: when all that can be read was last read without a failure, after which `stamp` served.
    """

    at: dt.datetime
    error: str | None
    sheets: tuple[SheetStatus, ...]
    stamp: str | None = None
    removed: tuple[str, ...] = ()
    checked_at: dt.datetime | None = None


@contextmanager
def locked(folder: Path, by: str | None, *, wait: bool = False) -> Iterator[Callable[[float, str], None]]:
    """One build at a time; gives what notes its progress. The kernel lets go of the lock of a build that is killed.

    Raises:
        Busy: another build has it, and this one is not to `wait` for its end.
        OSError: the lock cannot be written, or is no file.
    """
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=-1 if wait else PATIENCE)
    except Timeout:
        other = _holder(folder)
        who = f"{other.by}，{other.since} 開始" if other else "另一個程序"
        raise Busy(f"另一次建立正在進行：{who}。請等它完成後再試。") from None
    except OSError:
        with suppress(FileNotFoundError):
            notes.check(folder / LOCK)
        raise
    since = clock.now().strftime("%m/%d %H:%M:%S")
    who = by or f"{_user()}@{socket.gethostname()}，程序 {os.getpid()}"
    noted = 0.0

    def note(share: float, text: str) -> None:
        nonlocal noted
        if time.monotonic() - noted >= NOTED_EVERY:
            noted = time.monotonic()
            _write(folder / HOLDER, asdict(UnderWay(who, since, round(share, 3), text, os.getpid())))

    try:
        note(0, "準備")
        yield note
    finally:
        with suppress(OSError):
            (folder / HOLDER).unlink()
        lock.release()


def under_way(folder: Path) -> UnderWay | None:
    """The build that goes on, if any. What a killed one left behind is not believed."""
    holder = _holder(folder)
    if holder is None:
        return None
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return holder if (folder / LOCK).is_file() else None
    lock.release()
    return None


def note_refresh(
    folder: Path,
    sources: Sequence[Source],
    now: dt.datetime,
    error: str | None,
    stamp: str | None = None,
    removed: Sequence[str] = (),
) -> None:
    """Note what became of a refresh at `now`, after which the snapshot `stamp` serves and `removed` are no more.

    After a failure it is still known when the sources were last read, and which snapshot served then.
    """
    former = last_refresh(folder)
    before = {sheet.id: sheet.good_at for sheet in former.sheets} if former else {}
    sheets = [
        SheetStatus(
            source.id,
            source.title,
            source.link,
            tuple(sorted({one.table for one in source.worksheets if one.table})),
            now if source.problem is None else before.get(source.id) or source.read_at,
            source.problem,
            source.version,
        )
        for source in sources
    ]
    checked_at: dt.datetime | None = now
    if error is not None:
        stamp, checked_at = (former.stamp, former.checked_at) if former else (stamp, None)
    _write(folder / REFRESH, asdict(Refresh(now, error, tuple(sheets), stamp, tuple(removed), checked_at)))


def note_failure(folder: Path, error: str) -> None:
    """Note a refresh that failed before it read anything, where there are figures that it leaves standing."""
    if (folder / "current").is_file():
        now = clock.now().replace(microsecond=0)
        former = last_refresh(folder) or Refresh(now, None, ())
        _write(folder / REFRESH, asdict(replace(former, at=now, error=error, removed=())))


def last_refresh(folder: Path) -> Refresh | None:
    """The last refresh, if one was ever noted."""
    try:
        noted = json.loads(notes.read(folder / REFRESH))
        sheets = [
            SheetStatus(**{**one, "tables": tuple(one["tables"]), "good_at": _moment(one["good_at"])})
            for one in noted["sheets"]
        ]
        at, removed = dt.datetime.fromisoformat(noted["at"]), tuple(noted.get("removed") or ())
        checked_at = _moment(noted.get("checked_at"))
        return Refresh(at, noted["error"], tuple(sheets), noted.get("stamp"), removed, checked_at)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def with_versions(folder: Path, former: Mapping[str, Source], stamp: str | None) -> dict[str, Source]:
    """The spreadsheets of the snapshot `stamp`, with the versions that the last refresh found the same rows at."""
    refresh = last_refresh(folder)
    same = refresh is not None and refresh.error is None and refresh.stamp == stamp is not None
    versions = {one.id: one.version for one in refresh.sheets} if refresh and same else {}
    return {id: replace(source, version=versions.get(id) or source.version) for id, source in former.items()}


@dataclass(frozen=True)
class Pinned:
    """A former snapshot that was restored: by whom and when. It serves until somebody updates by hand."""

    by: str
    at: dt.datetime
    stamp: str | None = None


def pinned(folder: Path) -> Pinned | None:
    """Whether the snapshot that serves is a restored one. A note about another one is what a killed process left."""
    try:
        noted = json.loads(notes.read(folder / PINNED))
        restored = Pinned(noted["by"], dt.datetime.fromisoformat(noted["at"]), noted.get("stamp"))
        serves = notes.read(folder / "current").strip()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return restored if restored.stamp in (None, serves) else None


def pin(folder: Path, by: str, at: dt.datetime, stamp: str | None = None) -> None:
    """Keep the snapshot `stamp` from being replaced by an automatic update while it serves."""
    _write(folder / PINNED, asdict(Pinned(by, at, stamp)))


def unpin(folder: Path) -> None:
    """Let updates publish again."""
    (folder / PINNED).unlink(missing_ok=True)


def _holder(folder: Path) -> UnderWay | None:
    try:
        return UnderWay(**json.loads(notes.read(folder / HOLDER)))
    except (OSError, ValueError, TypeError):
        return None


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _write(path: Path, content: Any) -> None:
    """Whole or not at all: a reader never sees half a file, and a full disk costs no more than the note."""
    with suppress(OSError):
        notes.write(path, json.dumps(content, ensure_ascii=False, default=str), lasting=False)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "?"
