"""Trying out a file before it is accepted: what would change, without publishing anything or asking anybody.

A snapshot is built of the data folder with the file in it, beside the one that serves, compared with it, and thrown
away. Spreadsheets stay as they were last read. Whoever reaches the page may drop a file in, so none of it is read by the
server: a process of its own does, with bounds (`apart`), in `<warehouse>/.trials/<random>/`, whose lock it holds. What a
killed one leaves there is swept away by the next one and by the next start.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
import shutil
import tempfile
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from filelock import FileLock

from dashboard import apart, clock
from dashboard.definitions import contracts, programmes
from dashboard.definitions.places import Places
from dashboard.errors import reason
from dashboard.rows import Input, KpiResult, Reject, ResolvedReject, SourceTable, UnusedColumn
from dashboard.sources import files
from dashboard.sources.files import TEXT_SUFFIXES, WORKBOOK_SUFFIXES, FolderError
from dashboard.warehouse.build import BuildError, Inputs, build
from dashboard.warehouse.former import former_of
from dashboard.warehouse.gather import stand_still
from dashboard.warehouse.manifest import Snapshot, seal
from dashboard.warehouse.snapshots import Scope, closed, records

FORMER = ".former"
SUFFIXES = (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES)
# Of the 255 that a file system takes.
NAME_BYTES = 240
LISTED = 500
TRIALS = ".trials"
LOCK = "lock"
PATIENCE = 10.0


class Refused(Exception):
    """The file cannot be taken; the message says why and what to do, in Chinese."""


@dataclass(frozen=True)
class Trial:
    """What a file would change.

    `rejected` rows would be new among the rejected ones, `own` of them the file's; `rejects` are the first of them, the
    file's before the others: no file makes a result that the server could not hold.
    """

    name: str
    replaces: bool
    inputs: Sequence[Input]
    unused: Sequence[UnusedColumn]
    tables: Sequence[tuple[SourceTable, SourceTable]]
    rejected: int
    own: int
    rejects: Sequence[Reject]
    resolved: int
    moved: Sequence[tuple[KpiResult, KpiResult]]

    @property
    def readable(self) -> bool:
        """Whether any of the file is a table."""
        return any(row.table_name and not row.problem for row in self.inputs)


def try_out(
    snapshot: Snapshot,
    definition: Path,
    places: Places,
    name: str,
    content: bytes,
    scope: Scope,
    on: dt.date,
) -> Trial:
    """What would change against `snapshot` on day `on`, if the file `name` were in the data folder.

    Raises:
        Refused: its name or its content is not what can be taken, or it takes too much memory or time.
        DefinitionError: the programme's definition has a fault.
    """
    name = checked_name(name, places.folder)
    try:
        return apart.call(_tried, snapshot, definition, places, name, content, scope, on)
    except MemoryError:
        raise Refused(f"這個檔案太大：檢查它要用的記憶體超過上限。{_WHAT_TO_DO}") from None
    except TimeoutError:
        raise Refused(f"檢查這個檔案超過 {apart.SECONDS:.0f} 秒，已停止。{_WHAT_TO_DO}") from None
    except apart.Ended:
        raise Refused(f"檢查這個檔案的程序中途結束了，多半是記憶體不夠。{_WHAT_TO_DO}") from None
    finally:
        sweep_trials(_warehouse_of(snapshot))


_WHAT_TO_DO = (
    "沒有採用任何資料。請刪除資料以外的列與欄、分成幾個檔案，或由系統管理者放進資料夾後執行 kpi build。"
)


def _warehouse_of(snapshot: Snapshot) -> Path:
    return snapshot.path.parents[1]


def _tried(
    snapshot: Snapshot,
    definition: Path,
    places: Places,
    name: str,
    content: bytes,
    scope: Scope,
    on: dt.date,
) -> Trial:
    """The work itself, in its own process."""
    every = contracts.load()
    programme = programmes.load(definition, every)
    tables = contracts.chosen(every, programme)
    try:
        with _room(_warehouse_of(snapshot)) as room:
            overlay, target = room / "data", room / "trial.duckdb"
            former = former_of(snapshot)
            # A file that cannot be read must not pass for the one that it is to replace.
            others = {file: one for file, one in former.files.items() if one.path != name}
            former = replace(former, files=others)
            inputs = Inputs(replace(places, folder=overlay), stand_still(places, former.sources), former)
            replaces = _overlay(places.folder, overlay, name, content)
            build(target, programme, inputs, tables, lambda share, text: None, clock.today())
            seal(target)
            tried = Snapshot(target, "trial")
            with closed(target):
                return _compared(snapshot, tried, name, replaces, scope, on)
    except (BuildError, FolderError) as error:
        if isinstance(error.__cause__, MemoryError | duckdb.OutOfMemoryException):
            raise MemoryError from error
        raise Refused(str(error)) from error
    except duckdb.OutOfMemoryException as error:
        raise MemoryError from error
    except OSError as error:
        raise Refused(f"快照存放處寫不進去：{reason(error)}。請檢查權限與磁碟空間。") from error


@contextmanager
def _room(warehouse: Path) -> Iterator[Path]:
    """A folder of this trial alone, locked while it lives."""
    trials = warehouse / TRIALS
    trials.mkdir(mode=0o700, exist_ok=True)
    # What is locked is not swept; from before it is there until it is locked, nobody sweeps.
    with FileLock(trials / LOCK, timeout=PATIENCE):
        room = Path(tempfile.mkdtemp(dir=trials))
        lock = FileLock(room / LOCK)
        lock.acquire()
    try:
        yield room
    finally:
        lock.release()
        shutil.rmtree(room, ignore_errors=True)


def sweep_trials(warehouse: Path) -> None:
    """Remove what trials that were killed left behind; best effort, and never one that is alive."""
    trials = warehouse / TRIALS
    if not trials.is_dir():
        return
    with suppress(OSError), FileLock(trials / LOCK, timeout=PATIENCE):
        for room in [path for path in trials.iterdir() if path.is_dir()]:
            # Who holds the other lock is not making one; who does not get this one is alive.
            with suppress(OSError):
                FileLock(room / LOCK, timeout=0).acquire().lock.release()
                shutil.rmtree(room, ignore_errors=True)


def accept(folder: Path, name: str, content: bytes) -> Path | None:
    """Put the file into the data folder, whole or not at all; a former one of that name is kept, and its new place returned.

    Raises:
        Refused: its name is not what can be taken, or the folder cannot be written.
    """
    name = checked_name(name, folder)
    place, part, kept = folder / name, folder / f".{secrets.token_hex(8)}.part", None
    try:
        with _accepting:
            folder.mkdir(parents=True, exist_ok=True)
            _write(part, content)
            if place.exists():
                now = clock.now().strftime("%Y%m%dT%H%M%S%f")
                kept = folder / FORMER / now / name
                kept.parent.mkdir(parents=True)
                _write(kept, place.read_bytes())
                shutil.copystat(place, kept)
            os.replace(part, place)
    except OSError as error:
        raise Refused(f"資料夾「{folder}」寫不進去：{reason(error)}。請檢查權限與磁碟空間。") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return kept


# Two of one name at once: neither may be lost between the look for a former one and its place being taken.
_accepting = threading.Lock()


def _write(path: Path, content: bytes) -> None:
    """A new file, on the disk before it goes on."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def checked_name(name: str, folder: Path | None = None) -> str:
    """`name` as it is stored: any system can keep it, and beside the files that are in `folder`.

    Raises:
        Refused: it is no plain name of a CSV or XLSX file, or it differs from another file's only in its spelling.
    """
    plain = unicodedata.normalize("NFC", name)
    label = _visible(plain)
    if len(label) > 60:
        label = label[:60] + "…"
    if bad := next((char for char in plain if _is_bad(char)), None):
        raise Refused(f"檔名「{label}」有不能用的字元 {_visible(bad, quoted=True)}。{_EXAMPLE}")
    if not plain.lower().endswith(SUFFIXES):
        raise Refused(f"檔名「{label}」的結尾不是 {'、'.join(SUFFIXES)}。{_EXAMPLE}")
    if plain.startswith((".", "~$")) or plain != plain.strip():
        raise Refused(f"檔名「{label}」的開頭不能是「.」「~$」或空白。{_EXAMPLE}")
    if _RESERVED.fullmatch(plain.partition(".")[0].rstrip()):
        raise Refused(f"檔名「{label}」是 Windows 保留的名稱，不能用。{_EXAMPLE}")
    if len(plain.encode()) > NAME_BYTES:
        raise Refused(f"檔名「{label}」太長。請改成 {NAME_BYTES // 3} 個字以內。")
    for other in _names(folder):
        if other != plain and _same(other) == _same(plain):
            raise Refused(
                f"資料夾裡已有「{_visible(other)}」，與「{label}」只差在大小寫或同一個字的不同編碼；有的系統分不出這兩個檔案。"
                "要取代它，請改成一樣的檔名；要另外放，請換一個名稱。"
            )
    return plain


_EXAMPLE = "請改名，讓檔名含有資料表的名稱，例如 研習紀錄_深澳國小.csv。"
# A path's own, and what Windows takes as a stream, a pattern, a pipe or a quotation.
_FORBIDDEN = frozenset('<>:"/\\|?*')
# Controls, what steers the direction or is invisible, halves of characters, characters of one's own, and none at all;
# separators of lines and paragraphs.
_BAD_KINDS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RESERVED = re.compile("(?:CON|PRN|AUX|NUL|CONIN[$]|CONOUT[$]|(?:COM|LPT)[0-9¹²³])", re.IGNORECASE)


def _is_bad(char: str) -> bool:
    return char in _FORBIDDEN or unicodedata.category(char) in _BAD_KINDS


def _visible(text: str, *, quoted: bool = False) -> str:
    """`text` with its unseen characters written out, as U+202E."""
    return "".join(
        f"U+{ord(char):04X}"
        if unicodedata.category(char) in _BAD_KINDS
        else f"「{char}」"
        if quoted
        else char
        for char in text
    )


def _same(name: str) -> str:
    """What a name is to a system that knows neither case nor normal forms."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _names(folder: Path | None) -> list[str]:
    try:
        return os.listdir(folder) if folder else []
    except OSError:
        return []


def _overlay(folder: Path | None, overlay: Path, name: str, content: bytes) -> bool:
    """The data folder as links, with the file in it; whether it takes the place of another."""
    overlay.mkdir()
    for path in files.paths(folder) if folder and folder.is_dir() else ():
        if path.is_file():
            into = overlay / path.relative_to(folder)  # type: ignore[arg-type]
            into.parent.mkdir(parents=True, exist_ok=True)
            try:
                into.symlink_to(path.absolute())
            except OSError:  # Windows without the right to make links
                shutil.copy2(path, into)
    place = overlay / name
    replaces = place.exists()
    place.unlink(missing_ok=True)
    place.write_bytes(content)
    return replaces


def _compared(
    before: Snapshot, tried: Snapshot, name: str, replaces: bool, scope: Scope, on: dt.date
) -> Trial:
    inputs = [row for row in records(tried, Input, scope) if _holds(name, row.file)]
    unused = [row for row in records(tried, UnusedColumn, scope) if _holds(name, row.file)]
    old_tables = {row.table_name: row for row in records(before, SourceTable, scope)}
    tables = [
        (old_tables[row.table_name], row)
        for row in records(tried, SourceTable, scope)
        if row.table_name in old_tables
    ]
    rejects = records(tried, Reject, scope, severity="rejected", fresh="new", on=on, size=1_000_000, skip=0)
    own = [row for row in rejects if _holds(name, row.file)]
    others = [row for row in rejects if not _holds(name, row.file)]
    resolved = len(records(tried, ResolvedReject, scope, size=1_000_000))
    was = {_place(row): row for row in records(before, KpiResult, scope, on=on)}
    now = {_place(row): row for row in records(tried, KpiResult, scope, on=on)}
    moved = [(was[at], row) for at, row in now.items() if at in was and _figures(was[at]) != _figures(row)]
    listed = [*own, *others][:LISTED]
    return Trial(name, replaces, inputs, unused, tables, len(rejects), len(own), listed, resolved, moved)


def _holds(name: str, file: str) -> bool:
    """Whether `file` is the one of that name or a worksheet of it."""
    return file == name or file.startswith(f"{name}#")


def _place(row: KpiResult) -> tuple[str, ...]:
    return row.kpi, row.period, row.level, row.group, row.school


def _figures(row: KpiResult) -> tuple[object, ...]:
    return row.counted, row.base, row.required, row.schools_met, row.schools_judged, row.status
