"""What a build takes from the snapshot before: spreadsheets, files, rejected rows."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from dashboard.warehouse.gather import Source, Stored
from dashboard.warehouse.manifest import NoSnapshot, Snapshot
from dashboard.warehouse.snapshots import connection, reporting_damage
from dashboard.warehouse.sql import rows_of, text_of


@dataclass(frozen=True)
class FormerFile:
    """A file or worksheet as the former snapshot read it.

    `path` is its file's within the folder; with that file's content, when this was last read from the folder itself, and
    its time of modification then.
    """

    path: str
    sha256: str
    good_at: dt.datetime
    modified_at: dt.datetime


@dataclass(frozen=True)
class Former:
    """What a build takes from the snapshot before.

    Spreadsheets by id, files and worksheets by name with the programme's folder that keeps their originals (`place`),
    rejected rows, and its fingerprint.
    """

    sources: Mapping[str, Source] = field(default_factory=dict)
    files: Mapping[str, FormerFile] = field(default_factory=dict)
    place: Path | None = None
    rejects: Any = None
    fingerprint: str | None = None
    built_at: dt.datetime | None = None
    stamp: str | None = None


def former_of(snapshot: Snapshot) -> Former:
    """What a snapshot hands on; nothing where it is of another version and lacks the tables."""
    try:
        with reporting_damage(snapshot.path), connection(snapshot.path).cursor() as cursor:
            sheets = rows_of(cursor, "snapshots/spreadsheets.sql")
            cells = rows_of(cursor, "snapshots/worksheets.sql")
            rejects = cursor.sql(text_of("snapshots/rejects.sql")).to_arrow_table()
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
            inputs = rows_of(cursor, "snapshots/files.sql")
    except (NoSnapshot, duckdb.Error):
        return {}
    return {file: FormerFile(*rest) for file, *rest in inputs}
