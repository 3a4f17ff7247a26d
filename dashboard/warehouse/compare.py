"""Two definitions over the same sources: whose figures differ, and which parameter did it.

Each definition is replayed into a snapshot of its own that is thrown away; nothing is published and no spreadsheet is
asked again. A difference is put down to a parameter by replaying the former definition with that parameter alone, and to
several together where none of them does it alone.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dashboard import clock
from dashboard.definitions import programmes
from dashboard.definitions.contracts import chosen
from dashboard.definitions.places import Places
from dashboard.definitions.programme import Programme
from dashboard.definitions.programmes import DefinitionError
from dashboard.definitions.table import Table
from dashboard.rows import KpiResult
from dashboard.sources.recognition import EntryError, check
from dashboard.warehouse.build import BuildError, Inputs, Progress, build
from dashboard.warehouse.changes import Change, changes_of, merged, with_changes
from dashboard.warehouse.former import Former, former_of
from dashboard.warehouse.gather import stand_still
from dashboard.warehouse.manifest import NoSnapshot, Snapshot, current, seal
from dashboard.warehouse.snapshots import Scope, closed, records

FIGURES = ("counted", "base", "required", "status")
COMPARED = (
    "kpi", "period", "level", "group", "school",
    *(f"{figure}_{side}" for figure in FIGURES for side in ("old", "new")), "because",
)  # fmt: skip
TOGETHER = "（合起來才如此）"

Key = tuple[str, str, str, str]
"""(kpi, period, school, and its group where schools of several groups are called that)"""
Set = frozenset[int]
"""Changes by their numbers."""


@dataclass(frozen=True)
class Ground:
    """What both definitions are replayed over, and for which day and viewer.

    Spreadsheets are as the snapshot that serves in `warehouse` last read them.
    """

    places: Places
    warehouse: Path
    tables: Mapping[str, Table]
    scope: Scope
    on: dt.date
    progress: Progress = lambda share, text: None


@dataclass(frozen=True)
class Comparison:
    """The parameters that differ, and a row of `COMPARED` for each figure of a school that does.

    unread: how many spreadsheets were never read, so that their rows are missing on both sides.
    """

    changes: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    unread: int = 0


@dataclass(frozen=True)
class Figures:
    """What the schools' figures are under one definition, in the order of `kpi results`."""

    groups: Mapping[Key, str]
    values: Mapping[Key, tuple[Any, ...]]

    def of(self, key: Key) -> tuple[Any, ...]:
        """`FIGURES` of a row; all None where this definition has no such row."""
        return self.values.get(key, (None,) * len(FIGURES))


def compare_definitions(former: Programme, programme: Programme, ground: Ground) -> Comparison:
    """Whose figures differ from `former` to `programme`, and why.

    Raises:
        BuildError: one of the two cannot be built over these sources.
        FolderError: the data folder cannot be used.
    """
    changes = changes_of(former, programme)
    if not changes:
        return Comparison((), [])
    before = _as_last_read(ground, programme.id)
    with tempfile.TemporaryDirectory(prefix="kpi-compare-") as root:
        replays = _Replays(former, programme, changes, ground, before, Path(root))
        old, new = replays.ends()
        places = merged(list(new.values), list(old.values))
        differing = [key for key in places if old.of(key) != new.of(key)]
        reasons = _Reasons(replays, old, new, differing) if differing else None
        rows = [_row(key, old, new, reasons.because(key)) for key in differing if reasons]
    unread = len(ground.places.spreadsheets) - len(replays.sources)
    return Comparison(tuple(change.text for change in changes), rows, unread)


def _as_last_read(ground: Ground, programme: str) -> Former:
    try:
        return former_of(current(ground.warehouse, programme))
    except NoSnapshot:
        return Former()


def _row(key: Key, old: Figures, new: Figures, because: str) -> tuple[Any, ...]:
    kpi, period, school, _ = key
    group = (new if key in new.groups else old).groups[key]
    pairs = [value for pair in zip(old.of(key), new.of(key), strict=True) for value in pair]
    return kpi, period, "school", group, school, *pairs, because


class _Replays:
    """The figures under the former definition with any set of the changes."""

    def __init__(
        self,
        former: Programme,
        programme: Programme,
        changes: tuple[Change, ...],
        ground: Ground,
        before: Former,
        root: Path,
    ) -> None:
        self.former, self.programme, self.changes = former, programme, changes
        self.ground, self.root = ground, root
        # Rows that are refused now are nobody's to compare.
        self.before = replace(before, rejects=None)
        self.sources = stand_still(ground.places, before.sources)
        self.every = frozenset(range(len(changes)))
        self.known: dict[Set, Figures | None] = {}
        self.done = 0
        self.valid: dict[Set, Programme | None] = {frozenset(): former, self.every: programme}

    def ends(self) -> tuple[Figures, Figures]:
        """The figures of the former definition and of the new one."""
        try:
            old = self._replay(self.former, "原定義")
        except BuildError as error:
            raise BuildError(f"用原來的定義建立不起來：{error}") from error
        new = self._replay(self.programme, "新定義")
        self.known |= {frozenset(): old, self.every: new}
        return old, new

    def definition(self, some: Set) -> Programme | None:
        """The former definition with some of the changes; None where that has faults."""
        if some not in self.valid:
            raw = with_changes(self.former, self.programme, [self.changes[i] for i in sorted(some)])
            try:
                self.valid[some] = programmes.of_values(
                    raw, self.ground.tables, Path(f"{self.programme.id}.toml")
                )
            except DefinitionError:
                self.valid[some] = None
        return self.valid[some]

    def smallest_with(self, change: int) -> Set:
        """The change and as few others as it takes to be a definition without faults."""
        alone = frozenset({change})
        others = sorted(self.every - alone)
        for some in (alone, *(alone | {other} for other in others)):
            if self.definition(some):
                return some
        some = self.every
        for block in (*({one} for one in others), *({a, b} for a in others for b in others if a < b)):
            if self.definition(some - block):
                some -= block
        return some

    def figures(self, some: Set) -> Figures | None:
        """The figures with some of the changes; None where that is no definition, or cannot be built."""
        if some not in self.known:
            programme = self.definition(some)
            try:
                label = "、".join(self.changes[i].text for i in sorted(some))
                self.known[some] = self._replay(programme, label[:40]) if programme else None
            except BuildError:
                self.known[some] = None
        return self.known[some]

    def _replay(self, programme: Programme, label: str) -> Figures:
        own = chosen(self.ground.tables, programme)
        target = self.root / f"{self.done}.duckdb"
        self.ground.progress(min(self.done / (len(self.changes) + 2), 0.99), f"重算 {label}")
        self.done += 1
        try:
            check(self.ground.places.files.values(), own)
            build(
                target,
                programme,
                Inputs(self.ground.places, self.sources, self.before),
                own,
                lambda share, text: None,
                clock.today(),
            )
        except EntryError as error:
            raise BuildError(str(error)) from error
        seal(target)
        with closed(target):
            rows = records(
                Snapshot(target, "compare"), KpiResult, self.ground.scope,
                on=self.ground.on, level="school", kpi=None, period=None,
            )  # fmt: skip
        target.unlink()
        return _figures(rows)


def _figures(rows: Sequence[KpiResult]) -> Figures:
    times = Counter((row.kpi, row.period, row.school) for row in rows)
    keys: list[Key] = [
        (*place, row.group if times[place] > 1 else "")
        for row in rows
        for place in [(row.kpi, row.period, row.school)]
    ]
    return Figures(
        {key: row.group for key, row in zip(keys, rows, strict=True)},
        {key: tuple(getattr(row, name) for name in FIGURES) for key, row in zip(keys, rows, strict=True)},
    )


class _Reasons:
    """Which changes produce a new value: one alone, or several of which none may be missing."""

    def __init__(self, replays: _Replays, old: Figures, new: Figures, differing: Iterable[Key]) -> None:
        self.replays, self.old, self.new = replays, old, new
        alone = {replays.smallest_with(change) for change in replays.every}
        self.alone = {some: replays.figures(some) for some in sorted(alone, key=lambda s: (len(s), min(s)))}
        self.without: dict[int, Figures | None] = {}
        if any(not self._enough(key, i) for key in differing for i in self._fields(key)):
            self.without = {change: self._lacking(change) for change in replays.every}

    def because(self, key: Key) -> str:
        """The sentence for a row: for each figure that differs, what produces it."""
        sentences: dict[str, None] = {}
        for i in self._fields(key):
            for some in self._enough(key, i) or [self._together(key, i)]:
                sentences[self._sentence(some)] = None
        return "；".join(sentences)

    def _fields(self, key: Key) -> list[int]:
        pairs = zip(self.old.of(key), self.new.of(key), strict=True)
        return [i for i, (was, now) in enumerate(pairs) if was != now]

    def _enough(self, key: Key, field: int) -> list[Set]:
        """The smallest sets that give a figure its new value."""
        now = self.new.of(key)[field]
        good = [some for some, figures in self.alone.items() if figures and figures.of(key)[field] == now]
        return [some for some in good if not any(other < some for other in good)]

    def _together(self, key: Key, field: int) -> Set:
        """The changes without any of which a figure is not what it is; all, where it is not a matter of these."""
        now = self.new.of(key)[field]
        needed = frozenset(
            change
            for change, figures in self.without.items()
            if figures is not None and figures.of(key)[field] != now
        )
        return needed if len(needed) > 1 else self.replays.every

    def _lacking(self, change: int) -> Figures | None:
        """All changes but this one and those that are no definition without it."""
        leaning = {other for other in self.replays.every if change in self.replays.smallest_with(other)} | {
            change
        }
        return self.replays.figures(self.replays.every - leaning)

    def _sentence(self, some: Set) -> str:
        texts = [self.replays.changes[i].text for i in sorted(some)]
        return texts[0] if len(texts) == 1 else " ＋ ".join(texts) + TOGETHER
