"""Writes the facts of a programme into a folder in every accepted mess, and remembers where each row ended up.

What comes back is the list of rows in the order in which they are to be read, each with its file, its line
and what should become of it, so that nothing has to be read back from the files.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from tests.oracle.books import SUFFIXES
from tests.oracle.facts import LessonRow, ObservationRow, TrainingRow
from tests.oracle.faults import Fault, faulty, worst
from tests.oracle.sheets import Grid, Row, Schema, write_csv, write_workbook


@dataclass
class Rendered:
    """What is in the folder, in the order in which it is to be read."""

    facts: Any
    rows: list[Row]
    unreadable: dict[str, str]
    """Files that are no tables, by the table that their name claims."""


@dataclass(frozen=True)
class Habits:
    """How the files of a programme come about."""

    schema: Schema
    seed: Callable[[int], int]
    slip_share: float
    """Of the rows that no other is like, how many have a slip."""
    slips: Callable[[Any], list[Fault]]
    faults: Callable[[Any, str, Any], Iterator[Fault]]
    rough_key: Callable[[Any], Hashable]
    """At least as coarse as the key that tells facts apart: who is alone here has no duplicate."""
    unknown_categories: frozenset[str]
    school_of: Callable[[random.Random, Any], str]
    """Whose file a statement is in where every school has its own."""
    parts: tuple[int, ...]
    """In how many files a table may be."""
    tails: tuple[str, ...]
    """What may follow a table's name in a file's."""
    workbook: str
    """The path, without its suffix, of a workbook that many tables share."""
    ignored: str
    strangers: tuple[str, ...]
    """Files that are to be skipped, each with the text `ignored`."""
    is_stranger: Callable[[Any, Any], bool] = lambda facts, statement: False
    """Whether a statement is of somebody whom nobody knows, so that its row is rejected."""
    doubts: Callable[[Any], Iterable[str]] = lambda statement: ()
    """The warnings that a statement has though nothing was made to slip."""
    last: Callable[[Any], Iterable[tuple[Any, Fault]]] = lambda facts: ()
    """Rows of 學校名冊 that must be read last, with what is wrong with them."""


def render(habits: Habits, facts: Any, folder: Path) -> Rendered:
    """Writes everything below the folder; the same facts are always written the same way."""
    rng = random.Random(habits.seed(facts.seed))
    rendered = Rendered(facts, [], {})
    names = habits.schema.names
    spread = rng.choice([table for table in names if table != "schools"])
    grids: list[Grid] = []
    for table in names:
        supply = facts.supply[table]
        if supply == "empty" or (supply == "full" and rng.random() < 0.2):
            grids.append(Grid(table, []))
        if supply == "full":
            rows = list(joined(rng, _rows(rng, habits, facts, table)))
            grids += _deal(rng, habits, table, rows, by_school=table == spread)
    place(rng, grids, names, habits.tails, habits.workbook)
    check_order([grid.path for grid in grids])
    in_order = sorted(grids, key=lambda grid: grid.path)
    for statement, fault in habits.last(facts):
        row = Row("schools", statement, [fault], fault.reason, tolerated=EVERY_REASON)
        [grid for grid in in_order if grid.table == "schools"][-1].rows.append(row)
    _write(rng, habits.schema, facts, folder, grids)
    _add_strangers(rng, habits, facts, folder, rendered)
    for grid in in_order:
        rendered.rows += grid.rows
    return rendered


# --- which rows


def _rows(rng: random.Random, habits: Habits, facts: Any, table: str) -> Iterator[Row]:
    """The table's statements, some of them with a slip, and every kind of bad row."""
    statements = facts.statements[table]
    lonely = Counter(map(habits.rough_key, statements))
    for statement in statements:
        row = Row(table, statement)
        if habits.is_stranger(facts, statement):
            row.reason = "unknown_person"
        elif lonely[habits.rough_key(statement)] == 1 and rng.random() < habits.slip_share:
            row.faults = rng.sample(found, 1) if (found := habits.slips(statement)) else []
        row.warnings = frozenset((*(slip.reason for slip in row.faults), *habits.doubts(statement)))
        row.tolerated = frozenset(_tolerated(habits, statement))
        yield row
    for statement, wrong in faulty(statements, lambda one: habits.faults(facts, table, one), rng):
        yield Row(table, statement, wrong, worst(wrong), tolerated=EVERY_REASON)


def _tolerated(habits: Habits, statement: Any) -> Iterator[str]:
    yield "unknown_school"
    if isinstance(statement, TrainingRow) and statement.category in habits.unknown_categories:
        yield "bad_choice"


def joined(rng: random.Random, rows: Iterable[Row]) -> Iterator[Row]:
    """Rows that differ in the person alone, without an id, are now and then one row with several names."""
    alike: dict[object, Row] = {}
    for row in rows:
        fact = row.statement
        apart = not isinstance(fact, LessonRow | ObservationRow) or fact.staff_id or row.faults or row.reason
        same = None if apart else replace(fact, teacher="")
        if same in alike and rng.random() < 0.6:
            alike[same].more.append(fact)
            continue
        if not apart:
            alike[same] = row
        yield row


EVERY_REASON = frozenset(
    (
        "missing_value",
        "unknown_school",
        "bad_date",
        "bad_number",
        "out_of_range",
        "bad_choice",
        "bad_character",
    )
)


# --- which row goes where


def _deal(rng: random.Random, habits: Habits, table: str, rows: list[Row], by_school: bool) -> list[Grid]:
    """Deals the rows out in random order: to a file for the whole city, a few, or one for every school."""
    rng.shuffle(rows)
    if by_school:
        piles: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            piles[habits.school_of(rng, row.statement)].append(row)
        return by_worksheet(rng, [Grid(table, pile, school=school) for school, pile in sorted(piles.items())])
    count = rng.choice(habits.parts)
    return by_worksheet(rng, [Grid(table, rows[start::count]) for start in range(count)])


def by_worksheet(rng: random.Random, grids: list[Grid]) -> list[Grid]:
    """Some tables have all their parts in one workbook: a worksheet a school, or a month."""
    if rng.random() < (0.5 if grids[0].school else 0.2):
        for month, grid in enumerate(grids, 9):
            grid.worksheet = grid.school or f"{month}月"
    return grids


def place(
    rng: random.Random,
    grids: list[Grid],
    names: Mapping[str, tuple[str, ...]],
    tails: tuple[str, ...],
    workbook: str,
) -> None:
    """Gives every grid its file; numbers keep the order of paths the same however paths are compared.

    A text may be called a workbook. `workbook` is the path, without its suffix, of one that many tables share.
    """
    workbook += rng.choice(SUFFIXES)
    own_books: dict[str, str] = {}
    for number, grid in enumerate(grids, 1):
        name = rng.choice(names[grid.table])
        suffix = rng.choice((*[".csv"] * 9, ".xls"))
        if grid.worksheet:
            grid.path = own_books.setdefault(grid.table, f"{name}_{number:03}{rng.choice(SUFFIXES)}")
        elif grid.school:
            grid.path = f"{number:03}{grid.school}/{name}{suffix}"
        elif rng.random() < 0.6:
            stem = name + rng.choice(tails)
            grid.path = rng.choice((f"{name}_{number:03}{suffix}", f"{number:03}資料/{stem}{suffix}"))
        else:
            _place_in_workbook(rng, grid, name, number, names, workbook)


def _place_in_workbook(
    rng: random.Random,
    grid: Grid,
    name: str,
    number: int,
    names: Mapping[str, tuple[str, ...]],
    workbook: str,
) -> None:
    """A worksheet is found by its own title first, and by the file's name if no worksheet fits."""
    chance = rng.random()
    suffix = rng.choice(SUFFIXES)
    if chance < 0.35:
        grid.path, grid.worksheet = f"{name}_{number:03}{suffix}", "工作表1"
    elif chance < 0.6:
        other = rng.choice(names[rng.choice(list(names))])
        grid.path, grid.worksheet = f"{other}_{number:03}{suffix}", f"{name}{number}"
    else:
        grid.path, grid.worksheet = workbook, f"{name}-{number}"


def check_order(paths: list[str]) -> None:
    """Paths sort alike as texts and part by part: the contract does not say which one it means."""
    assert sorted(paths) == sorted(paths, key=lambda path: PurePosixPath(path).parts)


def _write(rng: random.Random, schema: Schema, facts: Any, folder: Path, grids: list[Grid]) -> None:
    workbooks: dict[str, list[Grid]] = defaultdict(list)
    for grid in grids:
        if grid.worksheet is None:
            write_csv(rng, facts, folder, grid, schema)
        else:
            workbooks[grid.path].append(grid)
    for path, members in workbooks.items():
        write_workbook(rng, facts, folder / path, members, schema)


# --- what else lies about


def _add_strangers(rng: random.Random, habits: Habits, facts: Any, folder: Path, rendered: Rendered) -> None:
    """Files that are to be skipped, and files that cannot be read although their names promise a table."""
    for name in habits.strangers:
        (folder / name).write_text(habits.ignored, encoding="utf-8")
    schema = habits.schema
    for table, names in schema.names.items():
        if facts.supply[table] == "unreadable" or (facts.supply[table] == "full" and rng.random() < 0.15):
            stem = f"{rng.choice(names)}_999"
            path, content = rng.choice(list(no_tables(schema.required[table], stem)))
            (folder / path).write_bytes(content)
            rendered.unreadable[path] = table


def no_tables(required: tuple[str, ...], stem: str) -> Iterator[tuple[str, bytes]]:
    """Files of that stem which cannot be read: each as its path and its content."""
    yield f"{stem}.csv", b""
    yield f"{stem}.csv", "這裡沒有表格\n只有兩行字\n".encode()
    yield f"{stem}.xlsx", b"PK\x03\x04 no workbook"
    yield f"{stem}.csv", bytes(range(128, 256)) * 3
    *columns, _lost = required
    if len(columns) > 1:
        yield f"{stem}.csv", ",".join(columns).encode() + b"\n" + b"x," * len(columns) + b"\n"
