"""What can be wrong with a row of any programme, with the reason code that the contract names for it.

A fault replaces some cells of a row that was good. A *slip* is the milder kind: a bad value in a column that
may be blank, which costs the value (a warning) and not the row.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from tests.oracle.facts import LessonRow

Said = TypeVar("Said")
REASONS = (
    "not_a_record", "missing_value", "unknown_school", "bad_date", "bad_number", "out_of_range", "bad_choice",
    "ambiguous_person", "unknown_person",
)  # fmt: skip
"""In the order that decides which one a row with several faults is given."""
BAD_DATES = ("2022-02-30", "111/13/01", "待確認", "10/7/2022", "111年2月29日")
NO_NUMBERS = ("未填", "abc", "很多")


@dataclass(frozen=True)
class Fault:
    reason: str
    cells: dict[str, str]
    suggests: str | None = None
    """What the suggestion must name, where the contract promises one."""
    alone: bool = False
    """Whether these are the only cells of the row."""


ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "Loading...")
ERRONEOUS = {
    "date": "bad_date", "timestamp": "bad_date", "start_date": "bad_date", "hours": "bad_number",
    "lessons": "bad_number", "approved": "bad_number", "digital": "bad_choice", "employment": "bad_choice",
    "grade": "bad_choice", "class": "bad_choice", "method": "bad_choice", "phase": "bad_choice",
    "teacher": "bad_choice", "semester": "bad_choice", "kind": "bad_choice", "scale": "bad_choice",
    "course": "bad_choice", "year": "bad_choice", "school": "unknown_school",
}  # fmt: skip
"""What an error cell is in a required column."""
NOTHING = ("date", "timestamp", "start_date", "name", "teacher", "course", "activity", "title")
"""Days, persons and names, where a text can say that there was nothing."""


def error_cells(table: str, required: tuple[str, ...]) -> Iterator[Fault]:
    """Error cells in required columns; a row of the roster of schools may be told by its group."""
    for number, column in enumerate(required):
        if column in ERRONEOUS and table != "schools":
            code = {"school_code": ""} if column == "school" else {}
            yield Fault(ERRONEOUS[column], {column: ERRORS[(number + len(table)) % len(ERRORS)], **code})


def no_records(required: tuple[str, ...]) -> Iterator[Fault]:
    """Rows that are no record: totals, examples, instructions, signatures, headers, and that there was none."""
    first, last = required[0], required[-1]
    totals = [{first: "合計"}, {last: "小計"}, {last: "共 36 人"}, {first: "深澳國小 總計"}]
    examples = [
        {first: "範例"},
        {last: "例：請照填"},
        {first: "範例：深澳國小"},
        dict.fromkeys(required, "必填"),
    ]
    nothing = zip((column for column in required if column in NOTHING), ("本月無", "－", "無"), strict=False)
    for cells in (*totals, *examples, *({column: text} for column, text in nothing)):
        yield Fault("not_a_record", cells)
    signature = {first: "承辦人：王小明", last: "校長"}
    for cells in ({first: "總計"}, {last: "合計："}, signature, {column: column for column in required}):
        yield Fault("not_a_record", cells, alone=True)


def of_any_row(required: tuple[str, ...], table: str) -> Iterator[Fault]:
    """What can be wrong with a row of every table: a blank or an error where something must be, and no record at all."""
    for column in required:
        code = {"school_code": ""} if column == "school" else {}
        yield Fault("missing_value", {column: "", **code})
    yield from error_cells(table, required)
    yield from no_records(required)


def uncertified_slips() -> list[Fault]:
    """What may be wrong with the blank cell of 研習證明."""
    return [Fault("bad_choice", {"certified": text}) for text in ("也許", "2", "補件中", "#REF!")]


def number_slips(blank: dict[str, object], texts: tuple[str, ...]) -> list[Fault]:
    """Texts that are no number, in those columns of numbers that are blank."""
    columns = [column for column, value in blank.items() if value is None]
    return [Fault("bad_number", {column: text}) for column in columns for text in texts]


def worst(faults: list[Fault]) -> str:
    return min((fault.reason for fault in faults), key=REASONS.index)


def wrong_dates(column: str) -> Iterator[Fault]:
    for text in BAD_DATES:
        yield Fault("bad_date", {column: text})
    future = date.today() + timedelta(days=40)
    for text in ("1999-12-31", "88/12/31", f"{future:%Y/%m/%d}", "2099/1/1"):
        yield Fault("out_of_range", {column: text})


def wrong_classes() -> Iterator[Fault]:
    for grade in ("13", "0", "13年級"):
        yield Fault("bad_choice", {"grade": grade, "class": "1班"})
    for grade, class_ in (("五", "602"), ("5年級", "六年二班"), ("５", "6-2"), ("五年級", "六年忠班")):
        yield Fault("bad_choice", {"grade": grade, "class": class_})


def faulty(
    statements: list[Said], faults_of: Callable[[Said], Iterator[Fault]], rng: random.Random
) -> Iterator[tuple[Said, list[Fault]]]:
    """Every single fault once, and some rows with two of them in different columns."""
    for fault in _unique(faults_of(statements[0])):
        statement = rng.choice(statements)
        yield statement, [_fitting(faults_of(statement), fault)]
    for _ in range(12):
        statement = rng.choice(statements)
        first, second = rng.sample(list(faults_of(statement)), 2)
        if not (first.alone or second.alone or first.cells.keys() & second.cells.keys()):
            yield statement, [first, second]


def _unique(all_faults: Iterator[Fault]) -> list[Fault]:
    return list({(fault.reason, tuple(fault.cells.items())): fault for fault in all_faults}.values())


def _fitting(possible: Iterator[Fault], like: Fault) -> Fault:
    """The same fault for another row: what is wrong may depend on what the row says (組別, 到職日)."""
    candidates = [
        fault for fault in possible if fault.reason == like.reason and fault.cells.keys() == like.cells.keys()
    ]
    return like if like in candidates else candidates[0]


def lesson_slips(row: LessonRow) -> list[Fault]:
    found = []
    if row.invited_on is None:
        found += [Fault("bad_date", {"invited_on": text}) for text in (*BAD_DATES, "#N/A")]
        found.append(Fault("out_of_range", {"invited_on": "1999-12-31"}))
    if row.four_learning is None:
        found += [Fault("bad_choice", {"four_learning": text}) for text in ("不知道", "#NAME?")]
    return found
