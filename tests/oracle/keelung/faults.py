"""Everything that can be wrong with a row of keelung-111, and the milder slips that cost a value alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.oracle.facts import LessonRow, ObservationRow, StaffRow, TrainingRow
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
from tests.oracle.keelung.facts import AchievementRow, Facts, SchoolRow, Statement, SurveyRow
from tests.oracle.keelung.writing import SCHOOLS
from tests.oracle.writing import day_before

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


def faults(facts: Facts, table: str, statement: Statement) -> Iterator[Fault]:
    """Every fault that this row could be given."""
    yield from of_any_row(REQUIRED[table], table)
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


def slips(statement: Statement) -> list[Fault]:
    """Bad values for columns that are blank in this row anyway: a warning each, and nothing else changes."""
    if isinstance(statement, SchoolRow) and statement.classes is None:
        return [Fault("bad_number", {"classes": text}) for text in (*NO_NUMBERS, "#REF!")]
    if isinstance(statement, TrainingRow) and statement.certified is None:
        return uncertified_slips()
    if isinstance(statement, LessonRow):
        return lesson_slips(statement)
    if isinstance(statement, AchievementRow):
        blank = {
            "pre_mean": statement.pre_mean,
            "post_mean": statement.post_mean,
            "students": statement.students,
        }
        return number_slips(blank, ("未填", "#DIV/0!"))
    return []
