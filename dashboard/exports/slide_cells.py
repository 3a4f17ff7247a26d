"""The cells of slides: a figure as slides write it, with the mark of its data's faults."""

from __future__ import annotations

from dashboard.exports.document import Cell, Figure, Table
from dashboard.exports.slide_facts import Facts
from dashboard.language.texts import say
from dashboard.language.words import (
    LATE,
    STATUSES,
    brief,
    change,
    counts,
    due_day,
    flag_marks,
    flag_words,
    listing,
    number,
    quantity,
    rate,
)
from dashboard.questions import View
from dashboard.rows import Group, Kpi, PeriodFigure, School, SchoolResult, Sum, Total


def figure(row: PeriodFigure, group: str = "", school: str = "") -> Figure:
    """The figure of a row of results, with its group and school."""
    return Figure(
        row.kpi,
        row.period,
        row.level,
        group,
        school,
        row.status,
        row.flags,
        row.counted,
        row.base,
        row.required,
        row.schools_met if isinstance(row, Sum) else None,
        row.schools_judged if isinstance(row, Sum) else None,
    )


def late_cell(row: Total, kpi: Kpi) -> Cell:
    """「✕ 2 ▼ 9」: the late schools in the colour of the worse status; 0 where none is late."""
    late = counts(row, LATE)
    if kpi.require == "none":
        return Cell("–")
    if not late:
        return Cell("0")
    return Cell(
        " ".join(f"{STATUSES[status].sign} {number(many)}" for status, many in late.items()), next(iter(late))
    )


def named(row: Total, name: str) -> Cell:
    """A line's name behind the sign of its status."""
    return Cell(f"{STATUSES[row.status].sign} {name}", strong=True)


def met_cell(row: Total, kpi: Kpi, group: str = "") -> Cell:
    """The number of schools that have met it, which is the figure where there is no sum."""
    of = figure(row, group) if row.counted is None else None
    if kpi.require == "none" or not row.schools_judged:
        return Cell(STATUSES[row.status].text if of else "–", figure=of)
    return Cell(f"{number(row.schools_met)}/{number(row.schools_judged)}", strong=True, figure=of)


def sum_cell(row: Total, kpi: Kpi, group: str = "") -> Cell:
    """The pooled figure with its counts; without a base as counted/required, or as counted alone."""
    return Cell(summed(row, kpi), figure=None if row.counted is None else figure(row, group))


def summed(row: PeriodFigure, kpi: Kpi) -> str:
    """The text of the pooled figure: the rate, counted/required or the amount; – where there is no sum."""
    if row.counted is None:
        return "–"
    if row.base:
        return rate(row.counted, row.base, kpi.unit)
    if row.required:
        return f"{number(row.counted)}/{number(row.required)} {kpi.unit}"
    return quantity(row.counted, kpi.unit)


def required_cell(row: Total) -> Cell:
    """The sum of what is required; – where the pooled figure has it."""
    return Cell("–" if not row.base or row.required is None else number(row.required))


def change_cell(now: int | None, then: int | None) -> Cell:
    """+3, −2, 0; – where one of the days has no figure."""
    return Cell("–" if now is None or then is None else change(now - then))


def due_cell(kpi: Kpi, view: View) -> Cell:
    """The deadline of an indicator; – where it has none."""
    if kpi.deadline is None or kpi.require in ("ceiling", "none"):
        return Cell("–")
    return Cell(due_day(kpi.deadline, view.on))


def meanings(table: Table | None) -> list[str]:
    """The meanings of the marks of a slide's figures, in one line."""
    cells = [cell for line in (table.rows if table else ()) for cell in line]
    figures = [cell.figure for cell in cells if cell.figure]
    marks = flag_marks([figure.flags for figure in figures])
    if not marks:
        return []
    if any(figure.flags and figure.level != "school" for figure in figures):
        return [say("! {marks}（各組與全市：部分學校）", marks=marks)]
    return [f"! {marks}"]


def source(facts: Facts, kpi: Kpi) -> str:
    """The speaker's note on where the figures of an indicator come from."""
    names = dict.fromkeys(
        facts.tables[name].label for name in (kpi.table_name, kpi.base_table) if name in facts.tables
    )
    return say(
        "{kpi}：{rule}（{clause}）資料表：{tables}。",
        kpi=kpi.label,
        rule=kpi.rule,
        clause=kpi.clause,
        tables=listing(list(names)),
    )


def in_full(facts: Facts, row: PeriodFigure, name: str, kpi: Kpi) -> str:
    """One figure in full for the speaker, with its data's faults."""
    label = facts.with_period(kpi, kpi.label)
    text = say(
        "{name}：{status}，計數 {counted}，基數 {base}，應達 {required}",
        name=f"{label} {name}",
        status=STATUSES[row.status].text,
        counted=number(row.counted),
        base=number(row.base, "–"),
        required=number(row.required, "–"),
    )
    return say("{text}；! {flags}", text=text, flags=flag_words(row)) if row.flags else text


def school_name(school: School) -> str:
    """A school's name; a lead school is marked."""
    return say("{name}（重點）", name=school.name) if school.role == "lead" else school.name


def school_cell(kpi: Kpi, group: Group, school: School, row: SchoolResult | None) -> Cell:
    """A school's figure in an indicator; – where it has none."""
    if row is None:
        return Cell("–")
    sign = STATUSES[row.status].sign
    of = figure(row, group.name, school.name)
    if row.counted is None:
        return Cell(f"{sign} {STATUSES[row.status].word}", row.status, figure=of)
    text = brief(row.counted, kpi.unit)
    if row.required is not None:
        text = f"{text}/{brief(row.required, kpi.unit)}"
    return Cell(f"{sign} {text}", row.status, figure=of)
