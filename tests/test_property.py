"""What people add to a file without saying anything changes no figure: whatever the table, the file and its format.

The oracles' generators write a folder; then they write it again with the same thing done to every file.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.oracle import sheets
from tests.oracle.books import Worksheet
from tests.oracle.keelung import facts as keelung_facts
from tests.oracle.keelung import render as keelung_render
from tests.oracle.ntpc import facts as ntpc_facts
from tests.oracle.ntpc import render as ntpc_render
from tests.oracle.product import in_this_process, rows_of
from tests.oracle.sheets import Layout
from tests.oracle.writing import CellValue

PROGRAMMES: dict[str, tuple[Callable[[int, Path], Any], str]] = {
    "keelung-111": (
        lambda seed, data: keelung_render.render(keelung_facts.make_facts(seed), data),
        "2022-12-31",
    ),
    "ntpc-5g-112": (lambda seed, data: ntpc_render.render(ntpc_facts.make_facts(seed), data), "2024-03-01"),
}
SEEDS = {"keelung-111": 9, "ntpc-5g-112": 0}
UNSEEN = "\u200b"
REQUIRED = ("date", "timestamp", "start_date", "role", "item", "kind", "semester")
"""Of these every table requires one."""

Values = list[CellValue]


@dataclass
class Change:
    """What is done to every row below the header, and what is put in behind every fourth; how often that was."""

    row: Callable[[Layout, Values], Values] = lambda layout, values: values
    header: Callable[[Values], Values] = lambda values: values
    further: Callable[[Layout, Values], Values | None] = lambda layout, values: None
    book: Callable[[Worksheet], Worksheet] = lambda worksheet: worksheet
    done: int = 0

    def lay_out(self, written: Callable[..., None]) -> Callable[..., None]:
        """`sheets._lay_out` with the change made."""

        def changed(
            rng: Any, layout: Layout, append: Callable[[Values], int], line_break: str, rows: Iterable[Any]
        ) -> None:
            below = -1

            def put(values: Values) -> int:
                nonlocal below
                if below < 0 and values != list(layout.headers):
                    return append(values)
                below += 1
                line = append(self.row(layout, values) if below else self.header(values))
                if below % 4 == 1 and (further := self.further(layout, values)):
                    self.done += 1
                    append(further)
                return line

            written(rng, layout, put, line_break, rows)

        return changed

    def write_book(self, written: Callable[..., None]) -> Callable[[Path, Sequence[Worksheet]], None]:
        """`books.write_book` with the change made."""

        def changed(path: Path, worksheets: Sequence[Worksheet]) -> None:
            books = [self.book(one) for one in worksheets]
            self.done += sum(
                len(new.merged) - len(old.merged) for new, old in zip(books, worksheets, strict=True)
            )
            written(path, books)

        return changed


def total_row(layout: Layout, values: Values) -> Values:
    """合計 in front and a number at the end."""
    return ["合計", *[""] * (len(layout.columns) - 2), "12"]


def example_row(layout: Layout, values: Values) -> Values | None:
    """A row like the others, but for one cell of a required column."""
    at = next(layout.columns.index(column) for column in REQUIRED if column in layout.columns)
    return [*values[:at], "範例", *values[at + 1 :]] if any(values) else None


def with_unseen(layout: Layout, values: Values) -> Values:
    """An invisible character behind each text; a school is called as its roster has it, so not there."""
    roster = "role" in layout.columns
    return [
        value + UNSEEN if isinstance(value, str) and value and not (roster and column == "school") else value
        for column, value in zip(layout.columns, values, strict=False)
    ]


def with_column(layout: Layout, values: Values) -> Values:
    """A remark in front."""
    return ["已收件" if any(values) else "", *values] if values else []


def moved(worksheet: Worksheet) -> Worksheet:
    """What was merged stands one column on."""
    merged = [(top, bottom, left + 1, right + 1) for top, bottom, left, right in worksheet.merged]
    return replace(worksheet, merged=merged)


def with_merged_cells(worksheet: Worksheet) -> Worksheet:
    """Cells of one column that say the same, one above the other, as one."""
    merged = list(worksheet.merged)
    taken = {
        (line, column)
        for top, bottom, left, right in merged
        for line in range(top, bottom + 1)
        for column in range(left, right + 1)
    }
    for line, (above, below) in enumerate(zip(worksheet.rows, worksheet.rows[1:], strict=False)):
        for column, (first, second) in enumerate(zip(above, below, strict=False)):
            pair = {(line, column), (line + 1, column)}
            if isinstance(first, str) and first and first == second and not pair & taken:
                merged.append((line, line + 1, column, column))
                taken |= pair
    return replace(worksheet, merged=merged)


CHANGES: dict[str, Callable[[], Change]] = {
    "total rows": lambda: Change(further=total_row),
    "example rows": lambda: Change(further=example_row),
    "invisible characters": lambda: Change(
        row=with_unseen, header=lambda values: [f"{value}{UNSEEN}" if value else value for value in values]
    ),
    "merged cells": lambda: Change(book=with_merged_cells),
    "an extra column": lambda: Change(
        row=with_column, header=lambda values: ["收件情形", *values], book=moved
    ),
}


def _figures(programme: str, seed: int, place: Path) -> list[dict[str, str]]:
    write, day = PROGRAMMES[programme]
    data, warehouse = place / "data", ("--warehouse", str(place / "warehouse"))
    data.mkdir()
    write(seed, data)
    build = in_this_process("build", "--data", str(data), "--programme", programme, *warehouse)
    assert build.code == 0, build.err
    options = ("--programme", programme, "--as-of", day, "--format", "csv")
    rows = rows_of(in_this_process("results", *warehouse, *options).out)[1]
    # Which table a file is called after that is no table is drawn anew where there are more rows.
    return [{**row, "flags": row["flags"].replace("unreadable_source", "").strip(";")} for row in rows]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], list[dict[str, str]]]:
    """The figures of a folder as it was first written."""
    return cache(lambda programme, seed: _figures(programme, seed, tmp_path_factory.mktemp("before")))


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize(("programme", "seed"), SEEDS.items())
def test_what_says_nothing_changes_no_figure(
    programme: str,
    seed: int,
    name: str,
    before: Callable[[str, int], list[dict[str, str]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = before(programme, seed)
    assert plain
    change = CHANGES[name]()
    encoded = sheets._encoded
    monkeypatch.setattr(sheets, "_lay_out", change.lay_out(sheets._lay_out))
    monkeypatch.setattr(sheets, "write_book", change.write_book(sheets.write_book))
    # CP950 has no invisible character.
    monkeypatch.setattr(
        sheets,
        "_encoded",
        lambda content, code: encoded(content.replace(UNSEEN, "") if code == "cp950" else content, code),
    )
    after = _figures(programme, seed, tmp_path)
    assert change.done or name in ("invisible characters", "an extra column")
    assert after == plain
