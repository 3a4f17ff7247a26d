"""Writes the facts of ntpc-5g-112 into a folder, as `tests.oracle.render` does for the other programme."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.oracle.facts import LessonRow, TrainingRow
from tests.oracle.faults import faulty, worst
from tests.oracle.render import EVERY_REASON, by_worksheet, check_order, joined, no_tables, place
from tests.oracle.sheets import Grid, Row, write_csv, write_workbook
from tests.oracle_ntpc.facts import (
    ITEMS,
    OTHER,
    TABLES,
    UNKNOWN_CATEGORIES,
    BudgetRow,
    EffectRow,
    Facts,
    ParticipantRow,
    PlanRow,
    SchoolRow,
    Statement,
    TargetRow,
    every_school,
)
from tests.oracle_ntpc.faults import REQUIRED, faults, slips, taken_codes
from tests.oracle_ntpc.sheets import NAMES, SCHEMA


@dataclass
class Rendered:
    """What is in the folder, in the order in which it is to be read."""

    facts: Facts
    rows: list[Row]
    unreadable: dict[str, str]
    """Files that are no tables, by the table that their name claims."""


def render(facts: Facts, folder: Path) -> Rendered:
    """Writes everything below the folder; the same facts are always written the same way."""
    rng = random.Random(facts.seed * 6271 + 3)
    rendered = Rendered(facts, [], {})
    spread = rng.choice([table for table in TABLES if table != "schools"])
    grids: list[Grid] = []
    for table in TABLES:
        supply = facts.supply[table]
        if supply == "empty" or (supply == "full" and rng.random() < 0.2):
            grids.append(Grid(table, []))
        if supply == "full":
            grids += _deal(rng, table, list(joined(rng, _rows(rng, facts, table))), by_school=table == spread)
    place(rng, grids, NAMES, ("", "_新北市", "-2023", "(最新)"), "匯出/112-113年填報資料")
    check_order([grid.path for grid in grids])
    in_order = sorted(grids, key=lambda grid: grid.path)
    last = [grid for grid in in_order if grid.table == "schools"][-1]
    for statement, fault in taken_codes(facts):
        last.rows.append(Row("schools", statement, [fault], fault.reason, tolerated=EVERY_REASON))
    _write(rng, facts, folder, grids)
    _add_strangers(rng, facts, folder, rendered)
    for grid in in_order:
        rendered.rows += grid.rows
    return rendered


# --- which rows


def _rows(rng: random.Random, facts: Facts, table: str) -> Iterator[Row]:
    """The table's statements, some of them with a slip, and every kind of bad row."""
    lonely = Counter(map(_rough_key, facts.statements[table]))
    for statement in facts.statements[table]:
        row = Row(table, statement)
        if isinstance(statement, TrainingRow) and not facts.knows(statement):
            row.reason = "unknown_person"
        elif lonely[_rough_key(statement)] == 1 and rng.random() < 0.12:
            row.faults = rng.sample(found, 1) if (found := slips(statement)) else []
        row.warnings = frozenset((*(slip.reason for slip in row.faults), *_warnings(statement)))
        row.tolerated = frozenset(_tolerated(statement))
        yield row
    for statement, wrong in faulty(facts.statements[table], lambda one: faults(facts, table, one), rng):
        yield Row(table, statement, wrong, worst(wrong), tolerated=EVERY_REASON)


def _warnings(statement: Statement) -> Iterator[str]:
    """What is warned of though nothing was made to slip: an item of targets that fits none."""
    if isinstance(statement, TargetRow) and statement.item not in (*ITEMS, OTHER):
        yield "bad_choice"


def _tolerated(statement: Statement) -> Iterator[str]:
    yield "unknown_school"
    if isinstance(statement, TrainingRow) and statement.category in UNKNOWN_CATEGORIES:
        yield "bad_choice"


def _rough_key(statement: Statement) -> tuple[object, ...]:
    """At least as coarse as the key that tells facts apart: who is alone here has no duplicate."""
    school = statement.school
    if isinstance(statement, TrainingRow):
        return statement.course, statement.held_on
    if isinstance(statement, LessonRow):
        return school, statement.taught_on
    if isinstance(statement, ParticipantRow):
        return school, statement.semester, statement.name
    if isinstance(statement, PlanRow):
        return school, statement.title
    if isinstance(statement, EffectRow):
        return school, statement.method, statement.completed_on
    if isinstance(statement, TargetRow):
        return school, statement.item
    if isinstance(statement, BudgetRow):
        return school, statement.year, statement.kind, statement.item
    return (school,) if isinstance(statement, SchoolRow) else ()


# --- which row goes where


def _deal(rng: random.Random, table: str, rows: list[Row], by_school: bool) -> list[Grid]:
    """Deals the rows out in random order: to a file for the whole city, a few, or one for every school."""
    rng.shuffle(rows)
    if by_school:
        piles: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            piles[every_school()[row.statement.school or "014701"].plain].append(row)
        return by_worksheet(rng, [Grid(table, pile, school=school) for school, pile in sorted(piles.items())])
    count = rng.choice((1, 2, 3))
    return by_worksheet(rng, [Grid(table, rows[start::count]) for start in range(count)])


def _write(rng: random.Random, facts: Facts, folder: Path, grids: list[Grid]) -> None:
    workbooks: dict[str, list[Grid]] = defaultdict(list)
    for grid in grids:
        if grid.worksheet is None:
            write_csv(rng, facts, folder, grid, SCHEMA)
        else:
            workbooks[grid.path].append(grid)
    for path, members in workbooks.items():
        write_workbook(rng, facts, folder / path, members, SCHEMA)


# --- what else lies about


def _add_strangers(rng: random.Random, facts: Facts, folder: Path, rendered: Rendered) -> None:
    """Files to be skipped, the other programme's among them, and files that promise a table and are none."""
    ignored = "學校名稱,輔導日期,輔導人員,日期,活動\n深澳國小,2023-10-07,路人,2023-10-07,發表會\n"
    for name in (".入校輔導.csv", "~$入校輔導.xlsx", "備忘.csv", "自主學習量表_112.csv", "學力觀察.csv"):
        (folder / name).write_text(ignored, encoding="utf-8")
    for table in TABLES:
        if facts.supply[table] == "unreadable" or (facts.supply[table] == "full" and rng.random() < 0.15):
            stem = f"{rng.choice(NAMES[table])}_999"
            path, content = rng.choice(list(no_tables(REQUIRED[table], stem)))
            (folder / path).write_bytes(content)
            rendered.unreadable[path] = table
