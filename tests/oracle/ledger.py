"""What stands once the rows of a folder are read in order, and the account of every row.

Nothing here is clever. Duplicates are merged in reading order, by keys that each programme has of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from tests.oracle.facts import CoachingRow, LessonRow, ObservationRow, StaffRow, TrainingRow
from tests.oracle.render import Rendered
from tests.oracle.sheets import Row

ANSWERS = {"training": "certified", "public_lessons": "digital"}
"""The yes or no of a fact that may be told twice: yes if any says so."""
OPEN = {"public_lessons": "teacher", "observations": "teacher"}
"""Where a teacher need not be on the roster, and the name of the field."""

Fact = TypeVar("Fact")


# --- what became of each row


@dataclass
class Tally:
    """What became of the rows of one table or file."""

    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Flaw:
    """A rejected row, or a warning."""

    table: str
    file: str
    line: int
    reason: str


def rejected(rendered: Rendered) -> list[Flaw]:
    rows = rendered.rows
    return [Flaw(row.table, row.file, row.line, row.reason) for row in rows if row.reason]


def warnings(rendered: Rendered) -> set[Flaw]:
    """Those about a single cell that must be there; characters that were lost are warned of by file, not here."""
    return {Flaw(row.table, row.file, row.line, one) for row in rendered.rows for one in row.warnings}


def files_with_lost_characters(rows: Iterable[Row]) -> set[str]:
    return {row.file for row in rows if row.lossy}


def tolerated(rendered: Rendered) -> set[Flaw]:
    """Warnings that the contract leaves open."""
    return {Flaw(row.table, row.file, row.line, one) for row in rendered.rows for one in row.tolerated}


# --- what stands after duplicates are merged


def first(one: Fact, further: Fact) -> Fact:
    """Of two rows of one fact that which was read first stands."""
    return one


class Ledger(ABC):
    """The facts that stand, and the account of every row that was read."""

    def __init__(self, rendered: Rendered) -> None:
        supply = rendered.facts.supply
        self.supplied = {table: supply[table] == "full" for table in supply}
        self.tables = {table: Tally() for table in supply}
        self.files: dict[tuple[str, str], Tally] = defaultdict(Tally)
        self.accepted: list[Row] = []
        self.doubted: set[Flaw] = set()
        self.rows = rendered.rows

    def merge(
        self,
        table: str,
        key: Callable[[Any], Hashable],
        merged: Callable[[Any, Any], Any] = first,
    ) -> list[Any]:
        """The table's facts in reading order, each once; a key of None is never the same as another."""
        standing: dict[Hashable, Any] = {}
        answers: dict[Hashable, bool] = {}
        for number, row in enumerate(self.rows):
            if row.table != table:
                continue
            keys = [(number,) if key(fact) is None else key(fact) for fact in row.statements]
            fresh = row.reason is None and any(same not in standing for same in keys)
            for tally in (self.tables[table], self.files[table, row.file]):
                tally.read += 1
                tally.rejected += row.reason is not None
                tally.duplicate += row.reason is None and not fresh
                tally.accepted += fresh
            self.accepted += [row] if fresh else []
            for same, fact in zip(keys, row.statements, strict=True):
                if row.reason is None:
                    standing[same] = merged(standing[same], fact) if same in standing else fact
                    self.doubted |= contradiction(row, same, answers)
        rows = [row for row in self.rows if row.table == table and row.reason is None]
        self.doubted |= opposed(rows, key, standing)
        return list(standing.values())

    def index(self, staff: Iterable[StaffRow]) -> None:
        """Who works where: the spells of each person, and the placements of the days that are asked for."""
        self.spells: dict[str, list[StaffRow]] = defaultdict(list)
        for spell in staff:
            self.spells[spell.staff_id].append(spell)
        self.placed: dict[date, dict[str, list[StaffRow]]] = {}

    @abstractmethod
    def teacher(self, school: str, staff_id: str | None, name: str) -> Hashable:
        """Who is meant: an id, or school and name where nothing tells which id."""

    def lesson_key(self, row: LessonRow) -> Hashable:
        return row.school, self.teacher(row.school, row.staff_id, row.teacher), row.taught_on, row.class_

    def observation_key(self, row: ObservationRow) -> Hashable:
        return event_of(row), self.teacher(row.school, row.staff_id, row.teacher)


def staff_key(row: StaffRow) -> Hashable:
    return row.staff_id, row.school, row.start


def visit_key(row: CoachingRow) -> Hashable:
    return row.school, row.visited_on, row.adviser


def closed_stands(one: StaffRow, further: StaffRow) -> StaffRow:
    return further if further.end and not one.end else one


def best_training(one: TrainingRow, further: TrainingRow) -> TrainingRow:
    certified = bool(one.certified or further.certified)
    return replace(one, certified=certified, hours=max(one.hours, further.hours))


def digital_if_any(one: LessonRow, further: LessonRow) -> LessonRow:
    return replace(one, digital=one.digital or further.digital)


def contradiction(row: Row, key: Hashable, answers: dict[Hashable, bool]) -> set[Flaw]:
    """A row whose yes or no is not that of the first row of its fact that has one."""
    answer = getattr(row.statement, ANSWERS.get(row.table, ""), None)
    if answer is None or answers.setdefault(key, answer) == answer:
        return set()
    return {Flaw(row.table, row.file, row.line, "contradiction")}


SAID_OF = {"schools": ("classes", "pbl", "remote"), "staff": ("name", "employment", "end")}


def opposed(rows: list[Row], key: Callable[[Any], Hashable], standing: Mapping[Hashable, Any]) -> set[Flaw]:
    """Rows of a roster that say of somebody, or of a school, what the row that stands does not; a blank says nothing."""
    return {
        Flaw(row.table, row.file, row.line, "contradiction")
        for row in rows
        for name in SAID_OF.get(row.table, ())
        for one, other in (
            (getattr(row.statement, name, None), getattr(standing[key(row.statement)], name, None)),
        )
        if one is not None and other is not None and one != other
    }


def strangers(
    rows: list[Row], tables: dict[str, str], known: Mapping[tuple[str, str], Collection[str]]
) -> set[Flaw]:
    """Rows about somebody whom their school's roster, which is there, does not know; `known` has the ids of each school
    and name."""
    rosters = {row.statement.school for row in rows if row.table == "staff" and row.reason is None}
    ids = set().union(*known.values())
    return {
        Flaw(row.table, row.file, row.line, "unknown_person")
        for row in rows
        for one in row.statements
        if row.table in tables and row.reason is None and one.school in rosters
        for staff_id in (getattr(one, "staff_id", None),)
        if not (staff_id in ids if staff_id else known.get((one.school, getattr(one, tables[row.table]))))
    }


def event_of(row: ObservationRow) -> Hashable:
    return row.host, row.held_on, row.event_id


# --- who works where


def placement(spells: Iterable[StaffRow], day: date) -> StaffRow | None:
    """The one roster row at which a person counts on a day, if any."""
    current = [spell for spell in spells if spell.start <= day and (spell.end is None or day < spell.end)]
    still_open = [spell for spell in current if spell.end is None]
    latest: StaffRow | None = None
    for spell in still_open or current:
        if latest is None or spell.start > latest.start:
            latest = spell
    return latest


def staff_of(ledger: Ledger, school: str, day: date) -> list[StaffRow]:
    """Everybody who counts at a school on a day; a day's placements are worked out once."""
    if day not in ledger.placed:
        ledger.placed[day] = defaultdict(list)
        for spells in ledger.spells.values():
            if spell := placement(spells, day):
                ledger.placed[day][spell.school].append(spell)
    return ledger.placed[day][school]
