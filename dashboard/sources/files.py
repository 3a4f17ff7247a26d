"""Reading a folder of CSV and XLSX files into rows of text.

Nothing is interpreted here but the shape: which table a file is, its encoding and separator, where the header is,
and on which physical line (or worksheet row) a row starts. A file that cannot be read carries a sentence in Chinese
for the person who can mend it, and stops nothing else. What is in it, `text` and `workbooks` read.

Whatever is read was the same before and after: a file that changes meanwhile is read again, and one that goes on
changing is left for the next build.
"""

import datetime as dt
import hashlib
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dashboard.clock import TAIPEI
from dashboard.definitions.places import Entry, entry_of
from dashboard.definitions.table import Table
from dashboard.errors import OperatorError, reason
from dashboard.sources import extent, text, workbooks
from dashboard.sources.recognition import constants_of, table_for
from dashboard.sources.sheet import Sheet, Unreadable

BULK_BYTES = 200_000
# What is read: the nation's largest file is a third of it.
TEXT_BYTES = 1_000_000_000
TRIES = 3
# Seconds: a file that is written to changes within them.
SETTLING = 0.3
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
# Apple's own format is reported, not read.
SUFFIXES = (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES, ".numbers")


class FolderError(OperatorError):
    """The data folder cannot be used at all."""


def paths(folder: Path) -> list[Path]:
    """The files of `folder` in the order of their paths; hidden ones, `~$` ones and definitions are left out.

    With them what only has the name of a file: a link whose target is gone, a folder. `read` reports it.
    """
    files: list[Path] = []
    visited: set[tuple[int, int]] = set()
    # A linked folder's turn comes when all the real ones were searched: one that leads back to them has no further files.
    waiting = [folder]
    try:
        if not folder.is_dir():
            raise FolderError(
                f"找不到資料夾「{folder}」。請建立它並放入各資料表，或執行 kpi sample 先用示範資料。"
            )
        for start in waiting:
            for root, folders, names in os.walk(start, onerror=_refuse):
                stat = os.stat(root)
                if (stat.st_dev, stat.st_ino) in visited:
                    folders.clear()
                    continue
                visited.add((stat.st_dev, stat.st_ino))
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                waiting += [Path(root, name) for name in folders if os.path.islink(Path(root, name))]
                files += [
                    Path(root, n)
                    for n in (*names, *(name for name in folders if _suffix(name) in SUFFIXES))
                    if not n.startswith((".", "~$")) and not n.endswith((".toml", ".sql"))
                ]
    except OSError as error:
        raise FolderError(f"資料夾「{folder}」讀不到：{reason(error)}。請檢查讀取權限。") from error
    return sorted(files, key=lambda p: p.relative_to(folder).as_posix())


def read(
    path: Path, folder: Path, entries: Mapping[str, Entry], tables: Mapping[str, Table], scratch: Path | None
) -> list[Sheet]:
    """Every sheet of one file: one for a CSV, one per worksheet of a workbook.

    `scratch` is for copies in UTF-8; without it nothing is left to the database.
    """
    name = name_of(path, folder)
    table = table_for(path.stem, entry_of(entries, name), tables)
    try:
        if path.is_file() or not os.path.lexists(path):
            return _unchanged(path, name, table, entries, tables, scratch)
        if table is None or _suffix(path.name) not in SUFFIXES:
            return []
        # It is not opened: a pipe would keep the build waiting for ever.
        problem = "這不是一般檔案（連結的目的地不在，或是資料夾）。請改放檔案本身。"
    except OSError as error:
        problem = _not_read(error)
    except MemoryError:
        problem = NO_MEMORY
    blank = Sheet(name, 0, dt.datetime.fromtimestamp(0), "")
    return [replace(blank, table=table.id if table else None, problem=problem)]


NO_MEMORY = "讀這個檔案的記憶體不夠。請刪除資料以外的列與欄，或分成幾個檔案後再放進來。"
BEING_WRITTEN = "這個檔案正在寫入（讀取時內容還在變），這次沒有讀入。請等它存完，再更新一次（kpi build）。"


def _unchanged(
    path: Path,
    name: str,
    table: Table | None,
    entries: Mapping[str, Entry],
    tables: Mapping[str, Table],
    scratch: Path | None,
) -> list[Sheet]:
    for _ in range(TRIES):
        base = _base(path, name)
        sheets = _read(path, base, table, entries, tables, scratch)
        if state_of(path) == base.state:
            return sheets
        if busy([path]):
            break
    return [_left(path, name, table)]


def left(
    path: Path, folder: Path, entries: Mapping[str, Entry], tables: Mapping[str, Table], scratch: Path | None
) -> list[Sheet]:
    """A file that somebody writes to, which is not read."""
    name = name_of(path, folder)
    return [_left(path, name, table_for(path.stem, entry_of(entries, name), tables))]


def _left(path: Path, name: str, table: Table | None) -> Sheet:
    problem = BEING_WRITTEN if table or _suffix(name) in WORKBOOK_SUFFIXES else None
    return replace(_base(path, name), table=table.id if table else None, problem=problem)


def state_of(path: Path) -> tuple[int, ...]:
    """What changes with a file's content: its size, and the times (ns) of its modification and of any other change.

    Another file may come and go by this name.

    Raises:
        OSError: it is gone, or may not be looked at.
    """
    return _state(path.stat())


def _state(stat: os.stat_result) -> tuple[int, ...]:
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def busy(paths: Sequence[Path]) -> set[Path]:
    """Those of some files that somebody writes to."""
    before = {path: _state_or_none(path) for path in paths}
    time.sleep(SETTLING)
    return {path for path in paths if _state_or_none(path) != before[path]}


def _state_or_none(path: Path) -> tuple[int, ...] | None:
    try:
        return state_of(path)
    except OSError:
        return None


def _base(path: Path, name: str) -> Sheet:
    """A file by what the system says of it: of one that is too large to be read its hash too, which else follows."""
    stat = path.stat()
    state = _state(stat)
    # A clock that was wrong may have left any number; these are of the years 1970 to 2106.
    seconds = min(max(int(stat.st_mtime), 0), 0xFFFFFFFF)
    modified_at = dt.datetime.fromtimestamp(seconds, TAIPEI).replace(tzinfo=None)
    return Sheet(
        name, stat.st_size, modified_at, hashlib.sha256(repr(state[:2]).encode()).hexdigest(), state=state
    )


def _read(
    path: Path,
    base: Sheet,
    table: Table | None,
    entries: Mapping[str, Entry],
    tables: Mapping[str, Table],
    scratch: Path | None,
) -> list[Sheet]:
    suffix = _suffix(path.name)
    own = replace(base, table=table.id if table else None)
    try:
        if table is None and suffix not in WORKBOOK_SUFFIXES and base.size > _most(suffix):
            return [base]
        if base.size > _most(suffix):
            raise Unreadable(_too_large(base, _most(suffix)))
        if suffix in TEXT_SUFFIXES and base.size > text.CAREFUL_BYTES and _ends_in_nothing(path):
            raise Unreadable(
                f"這個檔案有 {text.megabytes(base.size)}，後面是空的（可能是下載或複製中斷）。請重新下載或複製後再放進來。"
            )
        digest, lines, odd = text.digest(path)
        base, own = replace(base, sha256=digest), replace(own, sha256=digest)
        if suffix in SUFFIXES and suffix not in TEXT_SUFFIXES and not workbooks.is_text(path):
            return workbooks.read(path, base, table, entries, tables)
        if table is None or suffix not in SUFFIXES:
            return [replace(base, rows=text.first_rows(path) if suffix in TEXT_SUFFIXES else ())]
        own = replace(own, constants=constants_of(entry_of(entries, base.file), tables[table.id]))
        large = base.size >= BULK_BYTES and not odd and scratch is not None
        if large and scratch and (sheet := text.bulk(path, own, table, lines, scratch)):
            return [sheet]
        return [text.read(path, own, table)]
    except Unreadable as error:
        rows = text.first_rows(path) if suffix in TEXT_SUFFIXES else ()
        return [replace(own, rows=rows, problem=str(error))]


def reread(folder: Path, sheet: Sheet, entries: Mapping[str, Entry], tables: Mapping[str, Table]) -> Sheet:
    """`sheet`, which the database could not read line by line, read with care."""
    (careful,) = read(folder / sheet.file, folder, entries, tables, None)
    return careful


def _most(suffix: str) -> int:
    """How large a file may be. A workbook's parts are packed and may take no more when they are not."""
    return TEXT_BYTES if suffix in TEXT_SUFFIXES else extent.UNPACKED_BYTES


def _too_large(base: Sheet, most: int) -> str:
    return f"這個檔案有 {text.megabytes(base.size)}，超過 {text.megabytes(most)}，未讀取。請刪除資料以外的列與欄，或分成幾個檔案。"


def _ends_in_nothing(path: Path) -> bool:
    """Whether the last block is of NULs: room that was reserved and never filled."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - text.BLOCK))
        return not file.read(text.BLOCK).strip(b"\0")


def _not_read(error: OSError) -> str:
    return f"讀不到這個檔案：{reason(error)}。請檢查讀取權限。"


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _refuse(error: OSError) -> None:
    raise error


def name_of(path: Path, folder: Path) -> str:
    """The path within the folder. Bytes that are no UTF-8 are written out, so that no two files get one name."""
    return path.relative_to(folder).as_posix().encode("utf-8", "backslashreplace").decode("utf-8")
