"""A file that a command writes: whole or not at all, and never in the place of a folder or a device."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from dashboard.errors import FileError, reason
from dashboard.warehouse import notes


def check(path: Path) -> None:
    """Before the work: a folder or a device is never replaced by a file."""
    try:
        notes.check(path)
    except FileNotFoundError:
        if not path.absolute().parent.is_dir():
            raise FileError(f"「{path}」寫不進去：沒有「{path.absolute().parent}」這個資料夾。") from None
    except OSError as error:
        raise _unwritable(path, error) from error


def folder(path: Path) -> Path:
    """A folder to write several files into, made where there is none."""
    try:
        path.mkdir(exist_ok=True)
    except FileExistsError:
        raise FileError(f"「{path}」是檔案，不是資料夾。") from None
    except FileNotFoundError:
        raise FileError(f"「{path}」寫不進去：沒有「{path.absolute().parent}」這個資料夾。") from None
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def write(path: Path, make: Callable[[], bytes]) -> None:
    """Whole or not at all: whoever has the former file open never sees half of the new one."""
    target = path.resolve()  # of a link, what it leads to
    part = None
    try:
        content = make()
        handle, part = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(part, target)
        part = None
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        if part is not None:
            Path(part).unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> FileError:
    return FileError(f"「{path}」寫不進去：{reason(error)}。請檢查位置、權限與磁碟空間。")
