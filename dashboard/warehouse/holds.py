"""Snapshots that are held: somebody needs their figures, so they and their originals stay however many builds come after.

A hold is an empty file `held/<stamp>.<holder>` beside the snapshots. Two who hold or let go at once write different files,
so that neither can undo the other.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from dashboard.warehouse.manifest import STAMP, NoSnapshot, Snapshot

FOLDER = "held"
_HOLD = re.compile(rf"({STAMP.pattern})\.([0-9a-f]{{32}})")


def hold(snapshot: Snapshot, holder: str) -> None:
    """Keep a snapshot for a holder, who is 32 hexadecimal digits.

    Raises:
        NoSnapshot: it is gone.
        OSError: this cannot be noted.
    """
    path = _path(snapshot.path.parent, snapshot.stamp, holder)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    # It is there only now that no build removes it any more.
    if not snapshot.path.is_file():
        path.unlink(missing_ok=True)
        raise NoSnapshot(f"快照「{snapshot.stamp}」已經不在了。請重新整理後再試。")


def let_go(folder: Path, stamp: str, holder: str) -> None:
    """No longer keep a snapshot of the programme's `folder` for a holder; the next build removes it if nobody else does.

    Raises:
        OSError: this cannot be noted.
    """
    _path(folder, stamp, holder).unlink(missing_ok=True)


def hold_only(folder: Path, wanted: Collection[tuple[str, str]]) -> None:
    """Let go of whatever is held but for these stamps and holders, as after a backup was put back.

    Raises:
        OSError: this cannot be noted.
    """
    for stamp, holder in _holds(folder):
        if (stamp, holder) not in wanted:
            let_go(folder, stamp, holder)


def held(folder: Path) -> set[str]:
    """The stamps of the snapshots that somebody holds."""
    return {stamp for stamp, _ in _holds(folder)}


def _holds(folder: Path) -> list[tuple[str, str]]:
    try:
        names = [path.name for path in (folder / FOLDER).iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [(match[1], match[2]) for name in names if (match := _HOLD.fullmatch(name))]


def _path(folder: Path, stamp: str, holder: str) -> Path:
    name = f"{stamp}.{holder}"
    if not _HOLD.fullmatch(name):
        raise ValueError(name)
    return folder / FOLDER / name
