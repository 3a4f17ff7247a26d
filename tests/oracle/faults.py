"""Everything that can be wrong with a row, with the reason code that the contract names for it.

A fault replaces some cells of a row that was good. A *slip* is the milder kind: a bad value in a column that
may be blank, which costs the value (a warning) and not the row.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from tests.oracle.facts import (
    AchievementRow,
    Facts,
    LessonRow,
    ObservationRow,
    SchoolRow,
    StaffRow,
    Statement,
    SurveyRow,
    TrainingRow,
)
from tests.oracle.writing import SCHOOLS, day_before

Said = TypeVar("Said")

REASONS = (
    "not_a_record", "missing_value", "unknown_school", "bad_date", "bad_number", "out_of_range", "bad_choice",
    "ambiguous_person", "unknown_person",
)  # fmt: skip
"""In the order that decides which one a row with several faults is given."""

REQUIRED = {
    "schools": ("school", "group", "role"),
    "staff": ("school", "staff_id", "name", "employment", "start_date"),
    "training": ("course", "date", "hours"),
    "public_lessons": ("school", "teacher", "date", "digital"),
    "observations": ("host", "date", "school", "teacher"),
    "srl_survey": ("timestamp", "school", "grade", "class", "phase"),
    "achievement": ("timestamp", "school", "grade", "class", "method"),
    "coaching": ("school", "date"),
}

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


def worst(faults: list[Fault]) -> str:
    return min((fault.reason for fault in faults), key=REASONS.index)


def faults(facts: Facts, table: str, statement: Statement) -> Iterator[Fault]:
    """Every fault that this row could be given."""
    for column in REQUIRED[table]:
        code = {"school_code": ""} if column == "school" else {}
        yield Fault("missing_value", {column: "", **code})
    yield from error_cells(table, REQUIRED[table])
    yield from no_records(REQUIRED[table])
    yield from _PARTICULAR[table](facts, statement)


def _wrong_schools(facts: Facts) -> Iterator[Fault]:
    """Names that are none of ours, and codes that contradict the name or are nobody's."""
    for name in ("新北市信義國小", "基隆市立銘傳國中", "暖暖國中", "=1+1"):
        yield Fault("unknown_school", {"school": name, "school_code": ""})
    yield Fault("unknown_school", {"school": "深奧國小", "school_code": ""}, suggests="深澳")
    yield Fault("unknown_school", {"school": "", "school_code": "999999"})
    coded = sorted(facts.coded)
    if len(coded) > 1:
        ours, other = SCHOOLS[coded[0]], SCHOOLS[coded[1]]
        yield Fault("unknown_school", {"school": ours.name, "school_code": other.code})
        yield Fault("unknown_school", {"school": "不知名國中", "school_code": other.code})


def wrong_dates(column: str) -> Iterator[Fault]:
    for text in BAD_DATES:
        yield Fault("bad_date", {column: text})
    future = date.today() + timedelta(days=40)
    for text in ("1999-12-31", "88/12/31", f"{future:%Y/%m/%d}", "2099/1/1"):
        yield Fault("out_of_range", {column: text})


def _school_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    assert isinstance(row, SchoolRow)
    for name in ("新北市信義國小", "基隆市立銘傳國中"):
        yield Fault("unknown_school", {"school": name, "school_code": "", "district": ""})
    yield Fault("unknown_school", {"school": "深奧國小", "school_code": "", "district": ""}, suggests="深澳")
    school = SCHOOLS[row.school]
    yield Fault("bad_choice", {"group": "行動學習組" if school.group != "行動學習組" else "自主學習組"})
    yield Fault("bad_choice", {"group": "閱讀組"})
    yield Fault("bad_choice", {"role": "夥伴學校" if school.role == "lead" else "重點學校"})
    yield Fault("bad_choice", {"role": "觀摩學校"})


def _staff_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    assert isinstance(row, StaffRow)
    yield from _wrong_schools(facts)
    yield Fault("bad_date", {"end_date": "#N/A"})
    for column in ("start_date", "end_date"):
        yield from (Fault("bad_date", {column: text}) for text in BAD_DATES)
        yield Fault("out_of_range", {column: "2101-01-01"})
    yield Fault("out_of_range", {"start_date": "1939-12-31"})
    yield Fault("out_of_range", {"start_date": "2020-08-01", "end_date": "2020-07-31"})
    yield Fault("out_of_range", {"end_date": day_before(row.start)})
    for text in ("實習老師", "主任", "組長", "志工(晨光)"):
        yield Fault("bad_choice", {"employment": text})


def _training_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    """The school and the name matter only where no id is given, the roster only where there is one."""
    assert isinstance(row, TrainingRow)
    by_name = {"staff_id": "", "school": "武崙國小", "school_code": "", "name": "查無此人"}
    yield Fault("missing_value", {**by_name, "school": ""})
    yield Fault("missing_value", {**by_name, "name": ""})
    for fault in _wrong_schools(facts):
        yield replace(fault, cells={**by_name, **fault.cells})
    yield from wrong_dates("date")
    for text in NO_NUMBERS:
        yield Fault("bad_number", {"hours": text})
    for text in ("0", "201", "200.5", "-2", "0小時", "12060分鐘"):
        yield Fault("out_of_range", {"hours": text})
    if facts.supply["staff"] != "full":
        return
    yield Fault("unknown_person", by_name)
    yield Fault("unknown_person", {"staff_id": "ZZ99999"})
    yield Fault("unknown_person", {"staff_id": "ZZ99999", "name": ""})
    if facts.staff_known:
        twin = facts.twins[0]
        yield Fault("ambiguous_person", {**by_name, "school": twin.school, "name": twin.name})
        yield Fault("ambiguous_person", {"staff_id": twin.staff_id, "name": "查無此人"})
        yield Fault("ambiguous_person", {"staff_id": twin.staff_id, "name": "?" + twin.name})


def _lesson_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    assert isinstance(row, LessonRow)
    yield from _wrong_schools(facts)
    yield from wrong_dates("date")
    for text in ("也許", "2", "數位"):
        yield Fault("bad_choice", {"digital": text})


def _observation_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    """A host is wrong if it sounds like a primary school of this city and is none."""
    assert isinstance(row, ObservationRow)
    yield from _wrong_schools(facts)
    yield from wrong_dates("date")
    yield Fault("unknown_school", {"host": "深奧國小", "host_county": ""}, suggests="深澳")
    yield Fault("unknown_school", {"host": "不知名國小", "host_county": ""})
    yield Fault("unknown_school", {"host": "基隆市不知名小學", "host_county": "基隆市"})


def wrong_classes() -> Iterator[Fault]:
    for grade in ("13", "0", "13年級"):
        yield Fault("bad_choice", {"grade": grade, "class": "1班"})
    for grade, class_ in (("五", "602"), ("5年級", "六年二班"), ("５", "6-2"), ("五年級", "六年忠班")):
        yield Fault("bad_choice", {"grade": grade, "class": class_})


def _survey_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    assert isinstance(row, SurveyRow)
    yield from _wrong_schools(facts)
    yield from wrong_dates("timestamp")
    yield Fault("bad_date", {"timestamp": "2022/2/30 下午 3:21:45"})
    yield Fault("out_of_range", {"timestamp": "1999/12/31 下午 3:21:45"})
    yield from wrong_classes()
    for text in ("期中", "前後測"):
        yield Fault("bad_choice", {"phase": text})


def _achievement_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    assert isinstance(row, AchievementRow)
    yield from _wrong_schools(facts)
    yield from wrong_dates("timestamp")
    yield from wrong_classes()
    yield Fault("bad_choice", {"method": "長期學習成效"})


def _visit_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    yield from _wrong_schools(facts)
    yield from wrong_dates("date")


_PARTICULAR = {
    "schools": _school_faults,
    "staff": _staff_faults,
    "training": _training_faults,
    "public_lessons": _lesson_faults,
    "observations": _observation_faults,
    "srl_survey": _survey_faults,
    "achievement": _achievement_faults,
    "coaching": _visit_faults,
}


def bad_rows(facts: Facts, table: str, rng: random.Random) -> Iterator[tuple[Statement, list[Fault]]]:
    """The table's bad rows."""
    return faulty(facts.statements[table], lambda statement: faults(facts, table, statement), rng)


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


def slips(statement: Statement) -> list[Fault]:
    """Bad values for columns that are blank in this row anyway: a warning each, and nothing else changes."""
    if isinstance(statement, SchoolRow) and statement.classes is None:
        return [Fault("bad_number", {"classes": text}) for text in (*NO_NUMBERS, "#REF!")]
    if isinstance(statement, TrainingRow) and statement.certified is None:
        return [Fault("bad_choice", {"certified": text}) for text in ("也許", "2", "補件中", "#REF!")]
    if isinstance(statement, LessonRow):
        return lesson_slips(statement)
    if isinstance(statement, AchievementRow):
        blank = {
            "pre_mean": statement.pre_mean,
            "post_mean": statement.post_mean,
            "students": statement.students,
        }
        texts = ("未填", "#DIV/0!")
        return [
            Fault("bad_number", {column: text})
            for column, value in blank.items()
            for text in texts
            if value is None
        ]
    return []


def lesson_slips(row: LessonRow) -> list[Fault]:
    found = []
    if row.invited_on is None:
        found += [Fault("bad_date", {"invited_on": text}) for text in (*BAD_DATES, "#N/A")]
        found.append(Fault("out_of_range", {"invited_on": "1999-12-31"}))
    if row.four_learning is None:
        found += [Fault("bad_choice", {"four_learning": text}) for text in ("不知道", "#NAME?")]
    return found
