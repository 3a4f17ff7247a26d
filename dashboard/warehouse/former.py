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
            sheets = cursor.execute(
                "select spreadsheet_id, title, link, version, settings, read_at from spreadsheets"
            ).fetchall()
            cells = cursor.execute(
                "select spreadsheet_id, gid, title, table_name, left_out, likely, list(cells order by line) from worksheet_rows"
                " group by all order by spreadsheet_id, min(rowid)"
            ).fetchall()
            # One of a version that masked no names lacks one of them.
            rejects = cursor.sql(
                "select columns(lambda name: name in ('severity', 'table_name', 'file', 'line', 'reason', 'message',"
                " 'original', 'masked_original', 'school_id', 'first_seen')) from rejects"
            ).to_arrow_table()
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
            inputs = cursor.execute(
                "select file, path, sha256, coalesce(stale_since, built_at), modified_at from inputs, snapshot"
                " where table_name is not null and problem is null and link is null"
            ).fetchall()
    except (NoSnapshot, duckdb.Error):
        return {}
    return {file: FormerFile(*rest) for file, *rest in inputs}
