"""Which snapshots there are: the list that proves them, and the one that serves.

`<warehouse>/<programme>/current` is one line, the stamp of the snapshot that serves; `<stamp>.duckdb` is that snapshot.
Readers open by the versioned name: a file replaced in place would show old data.

`SHA256SUMS` beside them has a line for each, the last published last, as `sha256sum -c SHA256SUMS` reads it. It is the
proof that a snapshot is whole, byte by byte: the database notices a block that is altered, and none that lies in the
place of another. And it is their order, which no clock can upset. A file without a line is nobody's.
"""

from __future__ import annotations

import hashlib
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dashboard.errors import OperatorError
from dashboard.warehouse import notes

CURRENT = "current"
SUMS = "SHA256SUMS"
KEPT = 5  # snapshots of a programme, beside those that are needed
# The database takes ? in a path as the beginning of settings, and none that is not UTF-8.
_UNUSABLE = re.compile("[?\ud800-\udfff]")
STAMP = re.compile(r"\d{8}T\d{12}")
_SUM = re.compile(r"([0-9a-f]{64}) [ *](\w+)\.duckdb")


class NoSnapshot(OperatorError):
    """There is nothing to read; the message says what to do, in Chinese."""


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
        NoSnapshot: nothing was ever published there, or what says which serves cannot be read.
    """
    folder = warehouse / programme
    checked_place(folder)
    pointer = folder / CURRENT
    try:
        stamp = notes.read(pointer).strip()
    except (FileNotFoundError, NotADirectoryError):
        raise NoSnapshot(f"「{warehouse}」還沒有「{programme}」的資料快照。請先執行 kpi build。") from None
    except OSError as error:
        raise NoSnapshot(notes.sentence(pointer, error)) from error
    except UnicodeDecodeError:
        stamp = ""
    if not STAMP.fullmatch(stamp):
        raise NoSnapshot(f"「{pointer}」寫的不是快照的名稱。請執行 kpi build 重新建立。")
    path = folder / f"{stamp}.duckdb"
    try:
        notes.check(path)
    except FileNotFoundError:
        raise NoSnapshot(f"快照檔「{path.name}」不見了。請執行 kpi build 重新建立。") from None
    except OSError as error:
        raise NoSnapshot(notes.sentence(path, error)) from error
    return Snapshot(path, stamp)


def serving(folder: Path) -> Path | None:
    """The file of the snapshot that serves a programme's `folder`; None where there is none."""
    with suppress(NoSnapshot):
        return current(folder.parent, folder.name).path
    return None


def kept(warehouse: Path, programme: str) -> list[Snapshot]:
    """The snapshots that are kept, the last published first; whether each is whole shows when it is opened."""
    folder = warehouse / programme
    with suppress(OSError):
        paths = [
            folder / f"{stamp}.duckdb" for stamp in reversed(published(folder)) if STAMP.fullmatch(stamp)
        ]
        return [Snapshot(path, path.stem) for path in paths if path.is_file()]
    return []


def older(snapshot: Snapshot) -> list[Snapshot]:
    """The snapshots that were published before this one, the last first."""
    folder = snapshot.path.parent
    every = kept(folder.parent, folder.name)
    return every[every.index(snapshot) + 1 :] if snapshot in every else []


def snapshot_files(folder: Path) -> list[Path]:
    """The files of all snapshots in a programme's folder, proven or not. A folder or a link of such a name is somebody's."""
    return [path for path in sorted(folder.glob("*.duckdb")) if stat.S_ISREG(path.lstat().st_mode)]


def seal(path: Path, digest: str | None = None) -> None:
    """Prove a snapshot that was just built: from here on its file is what it is now, and the last published.

    One whose `digest` is known keeps it.

    Raises:
        OSError: this cannot be noted.
    """
    sums = published(path.parent)
    sums.pop(path.stem, None)
    if digest is None:
        with notes.opened(path) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    _note_sums(path.parent, {**sums, path.stem: digest})


def unlist(folder: Path) -> None:
    """Strike out the snapshots that are gone.

    Raises:
        OSError: this cannot be noted.
    """
    sums = published(folder)
    if not all((folder / f"{stamp}.duckdb").is_file() for stamp in sums):
        _note_sums(folder, sums)


def published(folder: Path) -> dict[str, str]:
    """The SHA-256 of each snapshot by its stamp, in the order of publication. What is no such line proves nothing.

    Raises:
        OSError: the list cannot be read, though there is one.
    """
    return {line[2]: line[1] for line in _lines(folder) if line}


def is_listed_whole(folder: Path) -> bool:
    """Whether there is a list, and each of its lines says what such a line does."""
    with suppress(OSError):
        lines = _lines(folder)
        return bool(lines) and None not in lines
    return False


def _lines(folder: Path) -> list[re.Match[str] | None]:
    """By the byte: one that is altered costs its own line alone."""
    try:
        with notes.opened(folder / SUMS) as file:
            text = file.read(notes.MOST).decode("ascii", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [_SUM.fullmatch(line) for line in text.splitlines()]


def _note_sums(folder: Path, sums: dict[str, str]) -> None:
    there = {stamp: digest for stamp, digest in sums.items() if (folder / f"{stamp}.duckdb").is_file()}
    notes.write(folder / SUMS, "".join(f"{digest}  {stamp}.duckdb\n" for stamp, digest in there.items()))


def programmes_in(warehouse: Path) -> list[str]:
    """The programmes that have a snapshot."""
    return sorted(path.parent.name for path in warehouse.glob("*/current"))
