"""How the rows of keelung-111 can be written: its schools and its own tables."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracle.facts import CoachingRow, Host, LessonRow, ObservationRow, StaffRow, TrainingRow
from tests.oracle.keelung.facts import (
    AchievementRow,
    Facts,
    School,
    SchoolRow,
    Statement,
    SurveyRow,
    all_schools,
)
from tests.oracle.writing import (
    Cells,
    CellValue,
    Pen,
    class_cell,
    count_cell,
    date_cell,
    elsewhere_cells,
    grade_cell,
    lesson_cells,
    miswritten,
    moment_cell,
    number_or_text,
    person_cell,
    staff_cells,
    training_cells,
    visit_cells,
)

SCHOOLS = {school.name: school for school in all_schools()}
ALIASES = {"私立二信小學": "二信高中附設國小", "私立聖心小學": "輔大聖心高中附設國小"}


def school_name(pen: Pen, school: School) -> str:
    """Any way to write the school's name that leaves no doubt about its stem."""
    stem, district = school.stem, school.district
    if school.private:
        kinds = (f"{stem}國小", f"{stem}小學", f"{stem}國民小學")
        plain = [prefix + kind for prefix in ("", "私立", "基隆市私立") for kind in kinds]
        plain += [ALIASES[school.name], "基隆市" + ALIASES[school.name]]
    else:
        prefixes = ("", "", "基隆市", "基隆市立", f"基隆市{district}", district, "市立")
        endings = ("國小", "國小", "國民小學", "小學")
        plain = [prefix + stem + ending for prefix in prefixes for ending in endings]
        plain.append(stem)
    name = miswritten(pen, pen.pick(plain), (" ", "　", "  "))
    return name + pen.pick(("", "", "", " ")) if pen.rng.random() < 0.1 else name


def school_cells(pen: Pen, name: str, coded: frozenset[str]) -> Cells:
    """The name, with the code beside it, or (where the code is known to be known) the code in its stead."""
    school = SCHOOLS[name]
    code: CellValue = pen.pick((school.code, int(school.code))) if pen.worksheet else school.code
    chance = pen.rng.random()
    if name in coded and chance < 0.08:
        return {"school": None, "school_code": code}
    if name in coded and not school.private and chance < 0.12:
        return {"school": pen.pick(("基隆市第一國小", "不知名國小", "深奧國小")), "school_code": code}
    if name in coded and chance < 0.2:
        return {"school": school_name(pen, school), "school_code": code}
    return {"school": school_name(pen, school), "school_code": None}


def host_cells(pen: Pen, host: Host) -> Cells:
    if host.ours:
        return {"host": school_name(pen, SCHOOLS[host.name]), "host_county": pen.pick(("", "", "基隆市"))}
    return elsewhere_cells(pen, host)


def cells_of(pen: Pen, facts: Facts, statement: Statement) -> Cells:
    """A whole row, column by column, in the table's English names."""
    return _WRITERS[type(statement)](pen, facts, statement)


def _school_row(pen: Pen, facts: Facts, row: SchoolRow) -> Cells:
    school = SCHOOLS[row.school]
    code: CellValue = int(school.code) if pen.worksheet and pen.rng.random() < 0.5 else school.code
    return {
        "school": school_name(pen, school),
        "school_code": code if row.coded else None,
        "group": school.group,
        "role": "重點學校" if school.role == "lead" else "夥伴學校",
        "classes": count_cell(pen, row.classes, "班"),
        "district": school.district if row.coded else None,
    }


def _staff_row(pen: Pen, facts: Facts, row: StaffRow) -> Cells:
    return {**school_cells(pen, row.school, facts.coded), **staff_cells(pen, row)}


def _training_row(pen: Pen, facts: Facts, row: TrainingRow) -> Cells:
    """With an id the school plays no part, so there the code is left alone."""
    school: Cells = {"school": None, "school_code": None}
    if row.school and row.staff_id:
        school = {"school": school_name(pen, SCHOOLS[row.school]), "school_code": None}
    elif row.school:
        school = school_cells(pen, row.school, facts.coded)
    return {**school, **training_cells(pen, row)}


def _lesson_row(pen: Pen, facts: Facts, row: LessonRow) -> Cells:
    return {**school_cells(pen, row.school, facts.coded), **lesson_cells(pen, row)}


def _observation_row(pen: Pen, facts: Facts, row: ObservationRow) -> Cells:
    return {
        "event_id": row.event_id,
        **host_cells(pen, row.host),
        "date": date_cell(pen, row.held_on),
        **school_cells(pen, row.school, facts.coded),
        "staff_id": number_or_text(pen, row.staff_id),
        "teacher": person_cell(pen, row.teacher),
    }


def _survey_row(pen: Pen, facts: Facts, row: SurveyRow) -> Cells:
    return {
        "timestamp": moment_cell(pen, row.answered_at, exact=False),
        **school_cells(pen, row.school, facts.coded),
        "grade": grade_cell(pen, row.class_[0]),
        "class": class_cell(pen, row.class_, beside_grade=True),
        "seat": number_or_text(pen, str(row.seat) if row.seat else None),
        "phase": row.phase,
    }


def _achievement_row(pen: Pen, facts: Facts, row: AchievementRow) -> Cells:
    """The code is left out: all known columns tell two facts apart, and the code is one of them."""
    return {
        "timestamp": moment_cell(pen, row.answered_at, exact=True),
        "school": school_name(pen, SCHOOLS[row.school]),
        "grade": grade_cell(pen, row.class_[0]),
        "class": class_cell(pen, row.class_, beside_grade=True),
        "method": row.method,
        "subject": row.subject,
        "pre_mean": float(row.pre_mean) if row.pre_mean and pen.worksheet else row.pre_mean,
        "post_mean": float(row.post_mean) if row.post_mean and pen.worksheet else row.post_mean,
        "students": count_cell(pen, row.students, "人"),
    }


def _visit_row(pen: Pen, facts: Facts, row: CoachingRow) -> Cells:
    return {**school_cells(pen, row.school, facts.coded), **visit_cells(pen, row)}


_WRITERS: dict[type, Callable[[Pen, Facts, Statement], Cells]] = {
    SchoolRow: _school_row,
    StaffRow: _staff_row,
    TrainingRow: _training_row,
    LessonRow: _lesson_row,
    ObservationRow: _observation_row,
    SurveyRow: _survey_row,
    AchievementRow: _achievement_row,
    CoachingRow: _visit_row,
}
