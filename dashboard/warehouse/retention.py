"""What stays in a programme's folder: the last few snapshots, those that are needed, and nothing half written."""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dashboard.warehouse import originals
from dashboard.warehouse.holds import held
from dashboard.warehouse.manifest import (
    CURRENT,
    KEPT,
    STAMP,
    SUMS,
    NoSnapshot,
    kept,
    serving,
    snapshot_files,
    unlist,
)
from dashboard.warehouse.snapshots import connection, forget, is_readable, reporting_damage

# What a build writes before it is whole, and nothing else: what is called otherwise is somebody's.
_LEFT = re.compile(rf"{STAMP.pattern}\.duckdb\.part[\w.]*|(?:{CURRENT}|{SUMS}|[a-z]+\.(?:json|holder))\.part")


def is_left_behind(path: Path) -> bool:
    """Whether a build that was killed left a file or folder behind."""
    return _LEFT.fullmatch(path.name) is not None and not path.is_symlink()


def prune(folder: Path) -> None:
    """Remove what nobody needs: the last few stay, what is held, and the last one under another definition: pages show its figures beside today's.

    What has no line was never published, by a build that was killed, or cannot be proven any more.
    """
    needed = held(folder)
    every = [one for one in kept(folder.parent, folder.name) if one.stamp not in needed]
    stay = [one.path for one in every[:KEPT]]
    if len(every) > KEPT:
        now = _definition(every[0].path)
        stay += [one.path for one in every if _definition(one.path) not in (now, None)][:1]
    for path in snapshot_files(folder):
        # Asked anew for each: somebody may hold it just now. What is held stays even where nothing proves it any more.
        if path in stay or path.stem in held(folder):
            continue
        forget(path)
        remove(path)
    unlist(folder)
    originals.keep_only(folder, {path.stem for path in snapshot_files(folder)})


def _definition(path: Path) -> str | None:
    """Which definition a snapshot was made under; None where it cannot be read."""
    try:
        with reporting_damage(path), connection(path).cursor() as cursor:
            ((definition,),) = cursor.execute("select definition_hash from snapshot").fetchall()
    except NoSnapshot:
        return None
    return str(definition)


def make_room(folder: Path) -> str | None:
    """Remove one snapshot, and give its name: one that nothing proves before the oldest of those that are kept.

    None that is held. Neither the one that serves (a restored one does) nor, where that cannot be read, the one in its
    place.
    """
    listed = [one.path for one in kept(folder.parent, folder.name)]
    needed = {serving(folder), next(filter(is_readable, [serving(folder), *listed]), None)}
    for path in [*(one for one in snapshot_files(folder) if one not in listed), *reversed(listed)]:
        if path not in needed and path.stem not in held(folder) and _is_emptied(path):
            with suppress(OSError):
                unlist(folder)
            originals.keep_only(folder, {one.stem for one in snapshot_files(folder)})
            return path.name
    return None


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


def remove(path: Path) -> None:
    """Best effort: on Windows a file that a reader has open stays, and goes at the next build. No link is followed."""
    is_folder = path.is_dir() and not path.is_symlink()
    end: Callable[[], None] = path.rmdir if is_folder else path.unlink
    try:
        for inner in path.iterdir() if is_folder else ():
            remove(inner)
        end()
    except OSError:
        pass
