"""Everything that can be wrong with a row of ntpc-5g-112, and the milder slips that cost a value alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.oracle.facts import LessonRow, StaffRow, TrainingRow
from tests.oracle.faults import (
    BAD_DATES,
    NO_NUMBERS,
    Fault,
    lesson_slips,
    number_slips,
    of_any_row,
    uncertified_slips,
    wrong_classes,
    wrong_dates,
)
from tests.oracle.ntpc.facts import (
    ANCHOR,
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
from tests.oracle.writing import day_before

REQUIRED = {
    "schools": ("school", "group", "role"),
    "staff": ("school", "staff_id", "name", "employment", "start_date"),
    "training": ("course", "date", "hours"),
    "public_lessons": ("school", "teacher", "date", "digital"),
    "observations": ("host", "date", "school", "teacher"),
    "coaching": ("school", "date"),
    "participants": ("school", "semester", "name", "grade", "class"),
    "class_lessons": ("school", "date", "grade", "class", "lessons"),
    "lesson_plans": ("school", "date", "name", "grade", "class", "lessons", "title"),
    "promotion": ("school", "date", "activity"),
    "effect_assessments": ("school", "method", "date"),
    "survey_rounds": ("school", "scale", "date"),
    "observation_records": ("school", "date", "teacher"),
    "targets": ("school", "item"),
    "budget": ("school", "year", "kind", "item", "approved"),
}

BAD_SEMESTERS = ("111-1", "113-2", "1101", "第二學期", "110學年度第2學期")
MONEY = (("bad_number", ("未填", "100.5", "1,200.75元")), ("out_of_range", ("-1", "-500元")))


def faults(facts: Facts, table: str, statement: Statement) -> Iterator[Fault]:
    """Every fault that this row could be given."""
    yield from of_any_row(REQUIRED[table], table)
    if table not in ("schools", "training"):
        yield from _wrong_schools(facts)
    if "date" in REQUIRED[table]:
        yield from wrong_dates("date")
    if "grade" in REQUIRED[table]:
        yield from wrong_classes()
    if "lessons" in REQUIRED[table]:
        yield from (Fault("bad_number", {"lessons": text}) for text in NO_NUMBERS)
        yield from (Fault("out_of_range", {"lessons": text}) for text in ("0", "201", "-2", "0節"))
    if table in _PARTICULAR:
        yield from _PARTICULAR[table](facts, statement)


def _wrong_schools(facts: Facts) -> Iterator[Fault]:
    """Names that are none of ours or fit two of them, and codes that contradict the name or are nobody's."""
    for name in ("基隆市信義國小", "新北市立銘傳國中", "深澳國中", "中山國小", "新北市中山國小", "=1+1"):
        yield Fault("unknown_school", {"school": name, "school_code": ""})
    yield Fault("unknown_school", {"school": "深奧國小", "school_code": ""}, suggests="深澳")
    for code in ("999999", "99999"):
        yield Fault("unknown_school", {"school": "", "school_code": code})
    primary = [code for code in sorted(facts.codes) if every_school()[code].kind == "國小" and code != ANCHOR]
    if primary:
        code = facts.codes[primary[0]][0]
        yield Fault("unknown_school", {"school": every_school()[ANCHOR].name, "school_code": code})
        for name in ("不知名國中", "不知名國中小", "不知名高中"):
            yield Fault("unknown_school", {"school": name, "school_code": code})


def _school_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    for text in ("重點學校", "觀摩學校"):
        yield Fault("bad_choice", {"role": text})


def taken_codes(facts: Facts) -> Iterator[tuple[Statement, Fault]]:
    """Rows of 學校名冊, to be read last, whose code another name has taken already."""
    rows = {row.school: row for row in facts.statements["schools"] if isinstance(row, SchoolRow)}
    for code in sorted(facts.codes)[:2]:
        yield rows[code], Fault("unknown_school", {"school": f"新設{code[-2:]}國小"})


def _staff_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    assert isinstance(row, StaffRow)
    for column in ("start_date", "end_date"):
        yield from (Fault("bad_date", {column: text}) for text in BAD_DATES)
    yield Fault("out_of_range", {"start_date": "1939-12-31"})
    yield Fault("out_of_range", {"end_date": day_before(row.start)})
    for text in ("實習老師", "主任", "志工(晨光)"):
        yield Fault("bad_choice", {"employment": text})


def _training_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    """The school and the name matter only where no id is given, the roster only where there is one."""
    assert isinstance(row, TrainingRow)
    by_name = {"staff_id": "", "school": "深澳國小", "school_code": "", "name": "查無此人"}
    yield Fault("missing_value", {**by_name, "school": ""})
    yield Fault("missing_value", {**by_name, "name": ""})
    for fault in _wrong_schools(facts):
        yield replace(fault, cells={**by_name, **fault.cells})
    for text in NO_NUMBERS:
        yield Fault("bad_number", {"hours": text})
    for text in ("0", "201", "-2", "12060分鐘"):
        yield Fault("out_of_range", {"hours": text})
    if not facts.staff_supplied:
        return
    yield Fault("unknown_person", by_name)
    yield Fault("unknown_person", {"staff_id": "ZZ99999"})
    if facts.supply["staff"] == "full":
        twin = facts.twins[0]
        where = every_school()[twin.school].plain
        yield Fault("ambiguous_person", {**by_name, "school": where, "name": twin.name})
        yield Fault("ambiguous_person", {"staff_id": twin.staff_id, "name": "查無此人"})
        if facts.supply["participants"] == "full" and facts.guests:
            yield Fault("ambiguous_person", {"staff_id": facts.guests[0].staff_id or "", "name": "查無此人"})


def _lesson_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    for text in ("也許", "2", "數位"):
        yield Fault("bad_choice", {"digital": text})


def _participant_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    for text in BAD_SEMESTERS:
        yield Fault("bad_choice", {"semester": text})


def _effect_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    for text in ("期中考", "單元學習", "7. 其他成效"):
        yield Fault("bad_choice", {"method": text})


def _survey_round_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    for text in ("學習動機量表", "意見調查"):
        yield Fault("bad_choice", {"scale": text})


def _budget_faults(facts: Facts, row: Statement) -> Iterator[Fault]:
    for reason, texts in MONEY:
        yield from (Fault(reason, {"approved": text}) for text in texts)
    yield Fault("bad_choice", {"kind": "其他門"})
    yield Fault("bad_choice", {"item": "旅運費"})


_PARTICULAR: dict[str, Callable[[Facts, Statement], Iterator[Fault]]] = {
    "schools": _school_faults,
    "staff": _staff_faults,
    "training": _training_faults,
    "public_lessons": _lesson_faults,
    "participants": _participant_faults,
    "effect_assessments": _effect_faults,
    "survey_rounds": _survey_round_faults,
    "budget": _budget_faults,
}


# --- slips


def slips(statement: Statement) -> list[Fault]:
    """Bad values for columns that are blank in this row anyway: a warning each, and nothing else changes."""
    if isinstance(statement, TrainingRow) and statement.certified is None:
        return uncertified_slips()
    if isinstance(statement, LessonRow):
        return lesson_slips(statement)
    if isinstance(statement, SchoolRow):
        return _school_slips(statement)
    if isinstance(statement, PlanRow) and statement.semester is None:
        return [Fault("bad_choice", {"semester": text}) for text in BAD_SEMESTERS]
    if isinstance(statement, EffectRow) and statement.class_ is None:
        return [Fault("bad_choice", {"grade": "13年級"})]
    if isinstance(statement, BudgetRow) and statement.spent is None:
        return [Fault(reason, {"spent": text}) for reason, texts in MONEY for text in texts]
    return _no_number_slips(statement)


def _school_slips(row: SchoolRow) -> list[Fault]:
    found = [Fault("bad_number", {"classes": text}) for text in NO_NUMBERS] if row.classes is None else []
    blank = {"pbl": row.pbl, "remote": row.remote}
    return found + [Fault("bad_choice", {column: "也許"}) for column, value in blank.items() if value is None]


def _no_number_slips(row: Statement) -> list[Fault]:
    """Numbers of which some columns are blank."""
    blank: dict[str, object] = {}
    if isinstance(row, ParticipantRow):
        blank = {"students": row.students}
    if isinstance(row, TargetRow):
        blank = {"current": row.current, "target_112": row.target_112, "target_113": row.target_113}
    return number_slips(blank, (*NO_NUMBERS, "#DIV/0!"))
