"""Writes the facts into a folder in every accepted mess, and remembers where each row ended up.

What comes back is the list of rows in the order in which they are to be read, each with its file, its line
and what should become of it, so that nothing has to be read back from the files.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from tests.oracle.books import SUFFIXES
from tests.oracle.facts import (
    TABLES,
    UNKNOWN_CATEGORIES,
    AchievementRow,
    Facts,
    LessonRow,
    ObservationRow,
    SchoolRow,
    Statement,
    TrainingRow,
    all_schools,
)
from tests.oracle.faults import REQUIRED, bad_rows, slips, worst
from tests.oracle.sheets import NAMES, Grid, Row, write_csv, write_workbook


@dataclass
class Rendered:
    """What is in the folder, in the order in which it is to be read."""

    facts: Facts
    rows: list[Row]
    unreadable: dict[str, str]
    """Files that are no tables, by the table that their name claims."""


def render(facts: Facts, folder: Path) -> Rendered:
    """Writes everything below the folder; the same facts are always written the same way."""
    rng = random.Random(facts.seed * 7919 + 1)
    rendered = Rendered(facts, [], {})
    spread = rng.choice([table for table in TABLES if table != "schools"])
    grids: list[Grid] = []
    for table in TABLES:
        supply = facts.supply[table]
        if supply == "empty" or (supply == "full" and rng.random() < 0.2):
            grids.append(Grid(table, []))
        if supply == "full":
            grids += _deal(rng, table, list(joined(rng, _rows(rng, facts, table))), by_school=table == spread)
    place(rng, grids, NAMES, ("", "_基隆市", "-2022", "(最新)"), "匯出/111學年度填報資料")
    check_order([grid.path for grid in grids])
    _write(rng, facts, folder, grids)
    _add_strangers(rng, facts, folder, rendered)
    for grid in sorted(grids, key=lambda grid: grid.path):
        rendered.rows += grid.rows
    return rendered


# --- which rows


def _rows(rng: random.Random, facts: Facts, table: str) -> Iterator[Row]:
    """The table's statements, some of them with a slip, and every kind of bad row."""
    lonely = Counter(map(_rough_key, facts.statements[table]))
    for statement in facts.statements[table]:
        row = Row(table, statement)
        if lonely[_rough_key(statement)] == 1 and rng.random() < 0.08:
            row.faults = rng.sample(found, 1) if (found := slips(statement)) else []
            row.warnings = frozenset(slip.reason for slip in row.faults)
        row.tolerated = frozenset(_tolerated(statement))
        yield row
    for statement, faults in bad_rows(facts, table, rng):
        yield Row(table, statement, faults, worst(faults), tolerated=EVERY_REASON)


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


def _tolerated(statement: Statement) -> Iterator[str]:
    yield "unknown_school"
    if isinstance(statement, TrainingRow) and statement.category in UNKNOWN_CATEGORIES:
        yield "bad_choice"


def _rough_key(statement: Statement) -> tuple[object, ...]:
    """At least as coarse as the key that tells facts apart: who is alone here has no duplicate."""
    if isinstance(statement, SchoolRow):
        return (statement.school,)
    if isinstance(statement, TrainingRow):
        return statement.person, statement.course, statement.held_on
    if isinstance(statement, LessonRow):
        return statement.school, statement.taught_on
    if isinstance(statement, AchievementRow):
        return statement.school, statement.class_
    return ()


# --- which row goes where


def _deal(rng: random.Random, table: str, rows: list[Row], by_school: bool) -> list[Grid]:
    """Deals the rows out in random order: to a file for the whole city, a few, or one for every school."""
    rng.shuffle(rows)
    if by_school:
        piles: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            piles[getattr(row.statement, "school", None) or rng.choice(all_schools()).name].append(row)
        return by_worksheet(rng, [Grid(table, pile, school=school) for school, pile in sorted(piles.items())])
    count = rng.choice((1, 2, 3, 4))
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


def _write(rng: random.Random, facts: Facts, folder: Path, grids: list[Grid]) -> None:
    workbooks: dict[str, list[Grid]] = defaultdict(list)
    for grid in grids:
        if grid.worksheet is None:
            write_csv(rng, facts, folder, grid)
        else:
            workbooks[grid.path].append(grid)
    for path, members in workbooks.items():
        write_workbook(rng, facts, folder / path, members)


# --- what else lies about


def _add_strangers(rng: random.Random, facts: Facts, folder: Path, rendered: Rendered) -> None:
    """Files that are to be skipped, and files that cannot be read although their names promise a table."""
    ignored = "學校名稱,輔導日期,輔導人員\n武崙國小,2022-10-07,路人\n"
    for name in (".入校輔導.csv", "~$入校輔導.xlsx", "備忘.csv", "讀我.txt"):
        (folder / name).write_text(ignored, encoding="utf-8")
    for table in TABLES:
        if facts.supply[table] == "unreadable" or (facts.supply[table] == "full" and rng.random() < 0.15):
            stem = f"{rng.choice(NAMES[table])}_999"
            path, content = rng.choice(list(no_tables(REQUIRED[table], stem)))
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
