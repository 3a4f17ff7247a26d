"""How the rows of ntpc-5g-112 can be written: its schools, semesters, years, money and items."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracle.facts import CoachingRow, Host, LessonRow, ObservationRow, StaffRow, TrainingRow
from tests.oracle.ntpc.facts import (
    ITEMS,
    NAMESAKES,
    UNITS,
    BudgetRow,
    Class,
    ClassLessonsRow,
    EffectRow,
    Facts,
    ParticipantRow,
    PlanRow,
    PromotionRow,
    RecordRow,
    School,
    SchoolRow,
    Statement,
    SurveyRoundRow,
    TargetRow,
    every_school,
)
from tests.oracle.writing import (
    FULL_WIDTH,
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
    number_or_text,
    person_cell,
    staff_cells,
    training_cells,
    visit_cells,
    yes_no_cell,
)

ENDINGS = {
    "國小": ("國小", "國小", "國民小學", "小學"),
    "國中": ("國中", "國中", "國民中學"),
    "國中小": ("國中小", "國中小", "國民中小學"),
    "高中": ("高中",),
}
"""Per kind of school the endings that mean it; only the first kind's leave the bare stem."""


# --- schools


def school_name(pen: Pen, school: School) -> str:
    """Any way to write the school's name that leaves no doubt; namesakes need their district."""
    base, district = school.name.removesuffix(school.kind), school.district
    prefixes = ("", "", "新北市", "新北市立", "市立", district, f"新北市{district}")
    if school.name in NAMESAKES:
        prefixes = (district, f"新北市{district}")
    forms = [prefix + base + ending for prefix in prefixes for ending in ENDINGS[school.kind]]
    forms += [base] if school.kind == "國小" and school.name not in NAMESAKES else []
    name = miswritten(pen, pen.pick(forms), (" ", "　"))
    return name + pen.pick(("", "", " "))


def _code_cell(pen: Pen, text: str) -> CellValue:
    """As text, or in a worksheet as the number that a spreadsheet makes of it."""
    return pen.pick((text, int(text))) if pen.worksheet else text


def school_cells(pen: Pen, facts: Facts, code: str) -> Cells:
    """The name, with the code beside it, or (where the code is known to be known) the code in its stead."""
    school = every_school()[code]
    if code not in facts.codes or pen.rng.random() > 0.25:
        return {"school": school_name(pen, school), "school_code": None}
    written = _code_cell(pen, pen.pick(facts.codes[code]))
    unknown = f"不知名{school.kind}"
    bare = school.name
    names = (None, None, unknown, bare, school_name(pen, school))
    return {"school": pen.pick(names), "school_code": written}


def host_cells(pen: Pen, host: Host) -> Cells:
    """Where 主辦縣市 names another county, even a name of ours is another school."""
    if host.ours:
        county = pen.pick(("", "", "新北市"))
        return {"host": school_name(pen, every_school()[host.name]), "host_county": county}
    return elsewhere_cells(pen, host)


# --- values


def semester_cell(pen: Pen, semester: str | None) -> CellValue:
    if semester is None:
        return None
    year, half = semester.split("-")
    forms: list[CellValue] = [
        semester, semester, year + half, f"{year}學年度第{half}學期",
        f"{year}學年度第{'一二'[int(half) - 1]}學期", f"{year}學年度{'上下'[int(half) - 1]}學期",
        f"{year}學年度第{half}學期".translate(FULL_WIDTH),
    ]  # fmt: skip
    return pen.pick([*forms, int(year + half)] if pen.worksheet else forms)


def year_cell(pen: Pen, year: str) -> CellValue:
    ours = str(int(year) + 1911)
    forms: list[CellValue] = [year, f"{year}年", f"{year}年度", ours, year.translate(FULL_WIDTH)]
    return pen.pick([*forms, int(year), int(ours)] if pen.worksheet else forms)


def money_cell(pen: Pen, amount: int | None) -> CellValue:
    """Whole dollars, with or without separators and currency; a worksheet's number may be a float."""
    if amount is None:
        return None
    forms: list[CellValue] = [
        str(amount), f"{amount:,}", f"NT${amount:,}", f"NT$ {amount}", f"{amount:,}元", f"{amount}元",
        f"NT${amount}元", str(amount).translate(FULL_WIDTH),
    ]  # fmt: skip
    return pen.pick([*forms, amount, amount, float(amount)] if pen.worksheet else forms)


def class_cells(pen: Pen, class_: Class | None) -> Cells:
    if class_ is None:
        return {"grade": None, "class": None}
    return {"grade": grade_cell(pen, class_[0]), "class": class_cell(pen, class_, beside_grade=True)}


def method_cell(pen: Pen, method: str) -> str:
    """The table of the definition numbers its methods; the number says nothing."""
    number = pen.rng.randint(1, 6)
    return pen.pick((method, method, f"{number}.{method}", f"{number}. {method}", f"{number}．{method}"))


def round_cell(pen: Pen, number: int | None) -> CellValue:
    if number is None:
        return None
    forms: list[CellValue] = [
        str(number),
        f"第{'一二三四五'[number - 1]}次",
        str(number).translate(FULL_WIDTH),
    ]
    return pen.pick([*forms, number] if pen.worksheet else forms)


# --- rows


def cells_of(pen: Pen, facts: Facts, statement: Statement) -> Cells:
    """A whole row, column by column, in the table's English names."""
    return _WRITERS[type(statement)](pen, facts, statement)


def _school_row(pen: Pen, facts: Facts, row: SchoolRow) -> Cells:
    school = every_school()[row.school]
    code = school.code.lstrip("0") if row.lost_zero else school.code
    return {
        "school": row.written,
        "school_code": (_code_cell(pen, code) if row.lost_zero else code) if row.coded else None,
        "group": school.district,
        "role": "示範學校",
        "classes": count_cell(pen, row.classes, "班"),
        "district": school.district if row.coded else None,
        "pbl": yes_no_cell(pen, row.pbl),
        "remote": yes_no_cell(pen, row.remote),
    }


def _staff_row(pen: Pen, facts: Facts, row: StaffRow) -> Cells:
    return {**school_cells(pen, facts, row.school), **staff_cells(pen, row)}


def _training_row(pen: Pen, facts: Facts, row: TrainingRow) -> Cells:
    """With an id the school plays no part, so there the code is left alone."""
    school: Cells = {"school": None, "school_code": None}
    if row.school and row.staff_id:
        school["school"] = school_name(pen, every_school()[row.school])
    elif row.school:
        school = school_cells(pen, facts, row.school)
    return {**school, **training_cells(pen, row)}


def _lesson_row(pen: Pen, facts: Facts, row: LessonRow) -> Cells:
    return {**school_cells(pen, facts, row.school), **lesson_cells(pen, row)}


def _observation_row(pen: Pen, facts: Facts, row: ObservationRow) -> Cells:
    return {
        **school_cells(pen, facts, row.school),
        "event_id": row.event_id,
        **host_cells(pen, row.host),
        "date": date_cell(pen, row.held_on),
        "staff_id": number_or_text(pen, row.staff_id),
        "teacher": person_cell(pen, row.teacher),
    }


def _visit_row(pen: Pen, facts: Facts, row: CoachingRow) -> Cells:
    return {**school_cells(pen, facts, row.school), **visit_cells(pen, row)}


def _participant_row(pen: Pen, facts: Facts, row: ParticipantRow) -> Cells:
    return {
        **school_cells(pen, facts, row.school),
        "semester": semester_cell(pen, row.semester),
        "staff_id": number_or_text(pen, row.staff_id),
        "name": person_cell(pen, row.name),
        **class_cells(pen, row.class_),
        "students": count_cell(pen, row.students, "人"),
        "subject": row.subject,
    }


def _class_lessons_row(pen: Pen, facts: Facts, row: ClassLessonsRow) -> Cells:
    """The code is left out, here and where else all known columns tell two facts apart: it is one of them."""
    return {
        "school": school_name(pen, every_school()[row.school]),
        "date": date_cell(pen, row.held_on),
        "slot": number_or_text(pen, row.slot),
        "subject": row.subject,
        "staff_id": number_or_text(pen, row.staff_id),
        **class_cells(pen, row.class_),
        "lessons": count_cell(pen, row.lessons, "節"),
    }


def _plan_row(pen: Pen, facts: Facts, row: PlanRow) -> Cells:
    return {
        **school_cells(pen, facts, row.school),
        "date": date_cell(pen, row.handed_in),
        "semester": semester_cell(pen, row.semester),
        "staff_id": number_or_text(pen, row.staff_id),
        "name": person_cell(pen, row.name),
        **class_cells(pen, row.class_),
        "lessons": count_cell(pen, row.lessons, "節"),
        "title": row.title,
    }


def _promotion_row(pen: Pen, facts: Facts, row: PromotionRow) -> Cells:
    return {
        **school_cells(pen, facts, row.school),
        "date": date_cell(pen, row.held_on),
        "activity": row.activity,
    }


def _effect_row(pen: Pen, facts: Facts, row: EffectRow) -> Cells:
    return {
        "school": school_name(pen, every_school()[row.school]),
        "method": method_cell(pen, row.method),
        "date": date_cell(pen, row.completed_on),
        **class_cells(pen, row.class_),
    }


def _survey_round_row(pen: Pen, facts: Facts, row: SurveyRoundRow) -> Cells:
    return {
        **school_cells(pen, facts, row.school),
        "scale": row.scale,
        "date": date_cell(pen, row.held_on),
        "round": round_cell(pen, row.round),
    }


def _record_row(pen: Pen, facts: Facts, row: RecordRow) -> Cells:
    return {
        **school_cells(pen, facts, row.school),
        "date": date_cell(pen, row.held_on),
        "teacher": person_cell(pen, row.teacher),
    }


def _target_row(pen: Pen, facts: Facts, row: TargetRow) -> Cells:
    unit = UNITS.get(row.item, "次")
    return {
        **school_cells(pen, facts, row.school),
        "item": pen.pick(ITEMS.get(row.item, (row.item,))),
        "unit": row.unit,
        "current": count_cell(pen, row.current, unit),
        "target_112": count_cell(pen, row.target_112, unit),
        "target_113": count_cell(pen, row.target_113, unit),
    }


def _budget_row(pen: Pen, facts: Facts, row: BudgetRow) -> Cells:
    return {
        **school_cells(pen, facts, row.school),
        "year": year_cell(pen, row.year),
        "kind": row.kind,
        "item": row.item,
        "approved": money_cell(pen, row.approved),
        "spent": money_cell(pen, row.spent),
    }


_WRITERS: dict[type, Callable[[Pen, Facts, Statement], Cells]] = {
    SchoolRow: _school_row,
    StaffRow: _staff_row,
    TrainingRow: _training_row,
    LessonRow: _lesson_row,
    ObservationRow: _observation_row,
    CoachingRow: _visit_row,
    ParticipantRow: _participant_row,
    ClassLessonsRow: _class_lessons_row,
    PlanRow: _plan_row,
    PromotionRow: _promotion_row,
    EffectRow: _effect_row,
    SurveyRoundRow: _survey_round_row,
    RecordRow: _record_row,
    TargetRow: _target_row,
    BudgetRow: _budget_row,
}
