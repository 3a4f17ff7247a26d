"""The small files beside the snapshots: read without ever waiting, written whole or not at all.

Where a file belongs there may be a folder, a pipe or a device, by a slip of somebody's hand; to read a pipe that nobody
writes to would take for ever.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

from dashboard.errors import reason

# Far more than any of them has, and little enough to hold.
MOST = 16_000_000
_KINDS = {
    stat.S_IFDIR: "資料夾",
    stat.S_IFIFO: "管線（pipe）",
    stat.S_IFSOCK: "通訊端（socket）",
    stat.S_IFCHR: "裝置",
    stat.S_IFBLK: "裝置",
}


class NotAFile(OSError):
    """A folder, a pipe or a device where a file belongs; `strerror` says which, in Chinese."""


def check(path: Path) -> None:
    """Raises `NotAFile` where something else is in the place of a file, and OSError where nothing is."""
    _check(path, path.stat().st_mode)


def opened(path: Path) -> BufferedReader:
    """A file to be read from its beginning.

    Raises:
        OSError: it cannot be opened, or is none.
    """
    check(path)  # before it is opened: some devices start to move by that alone
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags)
    try:
        _check(path, os.fstat(handle).st_mode)
    except BaseException:
        os.close(handle)
        raise
    return os.fdopen(handle, "rb")


def read(path: Path) -> str:
    """The text of a small file.

    Raises:
        OSError: it cannot be read, is none, or is no small one.
        UnicodeDecodeError: it is no text.
    """
    with opened(path) as file:
        content = file.read(MOST + 1)
    if len(content) > MOST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return content.decode()


def write(path: Path, text: str, *, lasting: bool = True) -> None:
    """Replace a small file, so that a reader never sees half of it; `lasting` outlives a power failure.

    Raises:
        OSError: it cannot be written; the former is kept.
    """
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)  # whatever it is: to open a pipe would wait for who reads it
    try:
        with part.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if lasting:
            sync(part)
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    if lasting and os.name == "posix":
        sync(path.parent)


def make_way(path: Path) -> None:
    """Remove what is in the place of a file and holds nothing: a pipe, a socket, a device, an empty folder.

    Raises:
        NotAFile: a folder with something in it, which is somebody's.
    """
    try:
        check(path)
    except NotAFile:
        if not path.is_dir():
            path.unlink()
            return
        try:
            path.rmdir()
        except OSError:
            raise NotAFile(errno.EINVAL, "它是資料夾，裡面還有東西", str(path)) from None
    except OSError:
        pass  # nothing is there, or writing will fail


def sentence(path: Path, error: OSError) -> str:
    """What is wrong with a file beside the snapshots, and what to do."""
    if isinstance(error, NotAFile):
        return f"「{path}」應該是檔案，但{reason(error)}。請把它移走，再執行 kpi build。"
    return f"「{path}」讀不到：{reason(error)}。請檢查後再試。"


def sync(path: Path) -> None:
    """Wait until a file, or what a folder lists, is on the disk."""
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _check(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "特殊檔案")
        raise NotAFile(errno.EINVAL, f"它是{kind}", str(path))
