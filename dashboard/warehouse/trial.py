"""Trying out a file before it is accepted: what would change, without publishing anything or asking anybody.

A snapshot is built of the data folder with the file in it, beside the one that serves, compared with it, and thrown
away. Spreadsheets stay as they were last read.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from dashboard import programmes
from dashboard.sources import contracts, files
from dashboard.sources.files import TEXT_SUFFIXES, FolderError, why
from dashboard.sources.places import Places
from dashboard.warehouse.build import TAIPEI, BuildError, Inputs, Progress, build, today
from dashboard.warehouse.gather import stand_still
from dashboard.warehouse.publishing import former_of
from dashboard.warehouse.snapshots import Scope, Snapshot, closed, records, seal

FORMER = ".former"
SUFFIXES = (*TEXT_SUFFIXES, ".xlsx")
# Of the 255 that a file system takes; the rest is for what a part of it is called meanwhile.
NAME_BYTES = 240


class Refused(Exception):
    """The file cannot be taken; the message says why and what to do, in Chinese."""


@dataclass(frozen=True)
class Trial:
    """What a file would change. Each is (column names, rows) of the query of that name in `queries/pages/`."""

    name: str
    replaces: bool
    inputs: Sequence[Mapping[str, Any]]
    tables: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]
    rejects: Sequence[Mapping[str, Any]]
    resolved: int
    moved: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]

    @property
    def readable(self) -> bool:
        """Whether any of the file is a table."""
        return any(row["table_name"] and not row["problem"] for row in self.inputs)


def try_out(
    snapshot: Snapshot,
    definition: Path,
    places: Places,
    name: str,
    content: bytes,
    scope: Scope,
    on: dt.date,
    progress: Progress = lambda share, text: None,
) -> Trial:
    """What would change against `snapshot` on day `on`, if the file `name` were in the data folder.

    Raises:
        Refused: its name or its content is not what can be taken.
        DefinitionError: the programme's definition has a fault.
    """
    checked_name(name)
    every = contracts.load()
    programme = programmes.load(definition, every)
    tables = contracts.chosen(every, programme)
    with tempfile.TemporaryDirectory(prefix="kpi-trial-") as root:
        overlay, target = Path(root) / "data", Path(root) / "trial.duckdb"
        former = former_of(snapshot)
        inputs = Inputs(
            replace(places, folder=overlay),
            stand_still(places, former.sources),
            former.rejects,
            former.built_at,
        )
        try:
            replaces = _overlay(places.folder, overlay, name, content)
            build(target, programme, inputs, tables, progress, today())
            seal(target)
        except (BuildError, FolderError) as error:
            raise Refused(str(error)) from error
        except OSError as error:
            raise Refused(f"暫存資料夾寫不進去：{why(error)}。請檢查權限與磁碟空間。") from error
        tried = Snapshot(target, "trial")
        with closed(target):
            return _compared(snapshot, tried, name, replaces, scope, on)


def accept(folder: Path, name: str, content: bytes) -> Path | None:
    """Put the file into the data folder; a former one of that name is kept, and its new place given.

    Raises:
        Refused: its name is not what can be taken, or the folder cannot be written.
    """
    checked_name(name)
    place = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept = None
        if place.exists():
            kept = folder / FORMER / dt.datetime.now(TAIPEI).strftime("%Y%m%dT%H%M%S") / name
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(place, kept)
        part = folder / f".{name}.part"
        part.write_bytes(content)
        os.replace(part, place)
    except OSError as error:
        raise Refused(f"資料夾「{folder}」寫不進去：{why(error)}。請檢查權限與磁碟空間。") from error
    return kept


def checked_name(name: str) -> None:
    """Raises `Refused` where `name` is no plain name of a CSV or XLSX file."""
    plain = PurePosixPath(name).name == name and "\\" not in name and not name.startswith((".", "~$"))
    if not plain or not name.lower().endswith(SUFFIXES) or any(ord(char) < 32 for char in name):
        raise Refused(
            f"檔名「{name}」不能用。請用 CSV 或 XLSX，檔名以資料表名稱開頭，例如 研習紀錄_深澳國小.csv。"
        )
    if len(name.encode("utf-8", "replace")) > NAME_BYTES:
        raise Refused(f"檔名「{name[:20]}…」太長。請改成 {NAME_BYTES // 3} 個字以內。")


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
    def asked(of: Snapshot, query: str, **parameters: Any) -> list[dict[str, Any]]:
        return records(of, query, scope, **parameters)

    inputs = [row for row in asked(tried, "inputs") if row["file"].partition("#")[0] == name]
    old_tables = {row["table_name"]: row for row in asked(before, "tables")}
    tables = [
        (old_tables[row["table_name"]], row)
        for row in asked(tried, "tables")
        if row["table_name"] in old_tables
    ]
    wanted = {"severity": "rejected", "table": None, "reason": None, "school": None, "fresh": "new"}
    rejects = [row for row in asked(tried, "rejects", **wanted, size=100_000, skip=0)]
    resolved = len(asked(tried, "resolved_rejects", size=1_000_000))
    day = {"on": on, "level": None, "kpi": None, "period": None}
    was = {_place(row): row for row in asked(before, "kpi_results", **day)}
    now = {_place(row): row for row in asked(tried, "kpi_results", **day)}
    moved = [(was[at], row) for at, row in now.items() if at in was and _figures(was[at]) != _figures(row)]
    return Trial(name, replaces, inputs, tables, rejects, resolved, moved)


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["kpi"], row["period"], row["level"], row["group"], row["school"]


def _figures(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["counted"], row["base"], row["required"], row["status"]
