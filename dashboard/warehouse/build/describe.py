"""The fourth phase: what the snapshot is made of, its spreadsheets, the definition and the product's version."""

import hashlib
from pathlib import Path

from dashboard import __version__
from dashboard.definitions import column_types, reasons
from dashboard.definitions.places import as_json
from dashboard.paths import QUERIES, SOURCES
from dashboard.warehouse.build.base import Build, Reading
from dashboard.warehouse.gather import stored_rows
from dashboard.warehouse.sql import load


def fingerprint(build: Build, reading: Reading) -> str:
    """A short name of all that the figures rest on: definition, version, queries, contracts, day, and sources as read."""
    sheets = [one.sheet for one in reading.sheets.values()]
    sources = [(s.file, s.table, s.sha256, s.layout, s.constants, s.stale_because) for s in sheets]
    rules = (build.programme.fingerprint, __version__, _rules_digest(), build.today)
    digest = hashlib.sha256(repr((*rules, sources)).encode()).hexdigest()
    return f"{digest[:4]}-{digest[4:8]}"


def _rules_digest() -> str:
    """A digest of the queries, contracts and types: an update of the product may change them, and with them the figures."""
    digest = hashlib.sha256()
    types = Path(column_types.__file__).parent.glob("*.py")
    for path in sorted([*QUERIES.rglob("*.*"), *SOURCES.glob("*.toml"), *types]):
        digest.update(path.read_text(encoding="utf-8").encode())
    return digest.hexdigest()


def describe(build: Build, fingerprint: str) -> None:
    """The tables `reasons` and `snapshot`, and the rows of spreadsheets."""
    con = build.con
    _keep_spreadsheets(build)
    load(con, "reasons", "reason text, ord int, label text",
         [(one.id, i, one.label) for i, one in enumerate(reasons.load().reasons, 1)], temp=False)  # fmt: skip
    programme, inputs = build.programme, build.inputs
    load(con,
         "snapshot",
         "programme text, title text, source_title text, built_at timestamp, former_built_at timestamp, version text, definition_hash text,"
         " fingerprint text, read_on date, as_of date, sample boolean, first_day date, last_day date, definition text, places text",
         [(programme.id, programme.title.zh, programme.source.zh, build.now, inputs.former.built_at, __version__, programme.fingerprint,
           fingerprint, build.today, programme.as_of, programme.sample,
           min(p.start for p in programme.periods), max(p.end for p in programme.periods),
           programme.model_dump_json(by_alias=True), as_json(inputs.places))],
         temp=False)  # fmt: skip


def _keep_spreadsheets(build: Build) -> None:
    """The rows of spreadsheets as they were read, for a refresh that finds them unchanged or out of reach."""
    sources = build.inputs.sources
    load(
        build.con,
        "spreadsheets",
        "spreadsheet_id text, title text, link text, version text, settings text, read_at timestamp",
        [(s.id, s.title, s.link, s.version, s.settings, s.read_at) for s in sources if s.read_at],
        temp=False,
    )
    load(
        build.con,
        "worksheet_rows",
        "spreadsheet_id text, gid bigint, title text, table_name text, left_out text, likely text, line int, cells text[]",
        stored_rows(sources),
        temp=False,
    )
