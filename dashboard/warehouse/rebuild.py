"""A kept snapshot made again from the files that it was made of: the proof that its figures follow from them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dashboard.definitions import programmes
from dashboard.definitions.contracts import chosen
from dashboard.definitions.places import of_json
from dashboard.definitions.table import Table
from dashboard.warehouse import originals
from dashboard.warehouse.build import BuildError, Inputs, Progress, build
from dashboard.warehouse.former import Former, FormerFile, former_of
from dashboard.warehouse.gather import stand_still
from dashboard.warehouse.manifest import NoSnapshot, Snapshot, kept
from dashboard.warehouse.snapshots import connection, reporting_damage
from dashboard.warehouse.sql import identifier, literal

# What a snapshot states: the figures of every day, what is behind each, and what became of every row. Not when a row was
# refused first: that is known from the snapshots before.
STATED = {
    "各校、各組與全市每一天的結果": "select * from {}.results",
    "數字背後的人、班與場次": "select * from {}.units",
    "退回的列與警告": "select * exclude (first_seen, link, file_id) from {}.rejects",
    "各檔的列數": "select file, read, accepted, duplicate, rejected from {}.inputs where label is not null and problem is null",
}


@dataclass(frozen=True)
class Proof:
    """Of one kind of rows: how many the snapshot has, and how many of them the one made again lacks or has beyond it."""

    label: str
    rows: int
    missing: int
    added: int


@dataclass(frozen=True)
class Rebuilt:
    """A snapshot beside the one made again; `version` is that of the product that made it first."""

    snapshot: Snapshot
    version: str
    proofs: Sequence[Proof]

    @property
    def is_same(self) -> bool:
        """Whether every row is the same."""
        return not any(proof.missing or proof.added for proof in self.proofs)


def rebuild(
    warehouse: Path,
    programme: str,
    stamp: str,
    tables: Mapping[str, Table],
    progress: Progress = lambda share, text: None,
) -> Rebuilt:
    """Make the snapshot `stamp` again, from its original files, the rows of its spreadsheets and its own definition.

    Raises:
        NoSnapshot: it is not kept, or cannot be read.
        BuildError: an original is lost, or it cannot be built.
        DefinitionError: this version of the product cannot use its definition.
    """
    snapshot = _kept(warehouse, programme, stamp)
    with tempfile.TemporaryDirectory(prefix="kpi-rebuild-") as name:
        room = Path(name)
        version, definition, settings, read_on, inputs = _recorded(snapshot)
        _unpack(snapshot, inputs, room / "data")
        own = programmes.of_values(json.loads(definition), tables, snapshot.path)
        places = of_json(settings, room / "data")
        former = Former(files=_stale(inputs), place=snapshot.path.parent)
        sources = stand_still(places, former_of(snapshot).sources)
        target = room / "again.duckdb"
        build(target, own, Inputs(places, sources, former), chosen(tables, own), progress, read_on)
        return Rebuilt(snapshot, version, _proofs(snapshot, target))


def _kept(warehouse: Path, programme: str, stamp: str) -> Snapshot:
    every = kept(warehouse, programme)
    for snapshot in every:
        if snapshot.stamp == stamp:
            return snapshot
    there = "、".join(one.stamp for one in every) or "（一份也沒有）"
    raise NoSnapshot(f"沒有留存名為「{stamp}」的快照。留存的有：{there}。")


def _recorded(snapshot: Snapshot) -> tuple[Any, ...]:
    """Version, definition, sources, the day of reading, and its inputs."""
    with reporting_damage(snapshot.path), connection(snapshot.path).cursor() as cursor:
        try:
            ((*facts,),) = cursor.execute(
                "select version, definition, places, read_on from snapshot"
            ).fetchall()
        except duckdb.BinderException:
            raise BuildError(
                "這份快照是舊版建立的，當時沒有留存原始檔，不能重建。新版建立的快照都可以。"
            ) from None
        inputs = cursor.execute(
            "select file, path, sha256, stale_since, modified_at from inputs"
            " where table_name is not null and problem is null and link is null order by file_id"
        ).fetchall()
    return (*facts, inputs)


def _unpack(snapshot: Snapshot, inputs: Sequence[tuple[Any, ...]], folder: Path) -> None:
    """The files as they were read. Of one with worksheets of two readings the later: the others are written beside it."""
    contents = {path: sha256 for _, path, sha256, _, _ in sorted(inputs, key=lambda one: one[3] is None)}
    folder.mkdir()
    for path, sha256 in contents.items():
        try:
            originals.unpack(snapshot.path.parent, sha256, folder / path)
        except originals.Lost:
            raise BuildError(
                f"快照 {snapshot.stamp} 用到的原始檔「{path}」沒有留存或已損壞，不能重建。"
                f"若手邊還有這個檔案（SHA-256 {sha256[:12]}…），放回資料夾後更新一次就會再留存。"
            ) from None


def _stale(inputs: Sequence[tuple[Any, ...]]) -> dict[str, FormerFile]:
    return {
        file: FormerFile(path, sha256, since, modified)
        for file, path, sha256, since, modified in inputs
        if since is not None
    }


def _proofs(snapshot: Snapshot, target: Path) -> list[Proof]:
    with duckdb.connect() as con:
        for name, path in (("kept", snapshot.path), ("again", target)):
            con.execute(f"attach {literal(str(path))} as {name} (read_only)")

        def count(query: str) -> int:
            ((n,),) = con.execute(f"select count(*) from ({query})").fetchall()
            return int(n)

        proofs = []
        for label, query in STATED.items():
            # A version of the product may state more than the one before it.
            old, columns = query.format("kept"), con.sql(query.format("kept")).columns
            new = f"select {', '.join(map(identifier, columns))} from ({query.format('again')})"
            proofs.append(
                Proof(label, count(old), count(f"{old} except all {new}"), count(f"{new} except all {old}"))
            )
        return proofs
