"""The slides of a group: its schools in every indicator, or without names its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboard.exports import slide_cells as cells
from dashboard.exports import slide_pages as pages
from dashboard.exports.document import Cell, Column, Slide
from dashboard.exports.slide_facts import ORDERS, Facts, late
from dashboard.exports.slide_pages import ROWS, Line
from dashboard.language.texts import say
from dashboard.language.words import (
    number,
)
from dashboard.rows import Group, Kpi, School

ACROSS = 10  # columns of figures that a slide has room for
LONGEST = 3  # slides of schools that one group takes at most: the rest is in the workbook


def group_slides(facts: Facts, group: Group) -> list[Slide]:
    """The slides of a group: its schools in every indicator, or without names its figures."""
    totals = [(kpi, row) for kpi in facts.kpis if (row := facts.total(kpi, group))]
    notes = [cells.in_full(facts, row, group.name, kpi) for kpi, row in totals]
    slide = Slide(f"group-{group.name}", group.name, "", pages.standing(facts, [group]), notes=notes)
    if facts.choices.schools:
        return _matrix(
            facts, group, replace(slide, rule=say("每格：狀態　計數／應達")), [kpi for kpi, _ in totals]
        )
    columns = [
        Column(say("指標"), 2.4),
        Column(say("一格一校"), 3),
        Column(say("達標校數"), 1.2, True),
        Column(say("落後、逾期"), 1.4, True),
        Column(say("合計"), 3, True),
        Column(say("應達"), 1, True),
        Column(say("期限"), 1.3, True),
    ]
    lines = [
        ([*pages.line(facts, kpi, row, group), cells.due_cell(kpi, facts.view)], ()) for kpi, row in totals
    ]
    return pages.paged(replace(slide, rule=say(ORDERS[facts.choices.order])), columns, list(lines))


def _matrix(facts: Facts, group: Group, slide: Slide, kpis: Sequence[Kpi]) -> list[Slide]:
    """The table of schools by indicators; indicators by schools where there are too many indicators for a slide."""
    rows = {(row.school_id, row.kpi, row.period): row for kpi in kpis for row in facts.of(kpi, group)}
    every = [one for one in facts.group_of.values() if one.group_id == group.group_id]
    if facts.choices.order == "gap":
        every.sort(key=lambda one: -late([row for key, row in rows.items() if key[0] == one.school_id]))
    schools, left = every[: LONGEST * ROWS], len(every) - LONGEST * ROWS
    if left > 0:
        slide = replace(slide, lines=[say("其餘 {n} 校見活頁簿。", n=number(left))])

    def cell(school: School, kpi: Kpi) -> Cell:
        row = rows.get((school.school_id, kpi.kpi, kpi.period))
        return cells.school_cell(kpi, group, school, row)

    def notes(school: School, kpi: Kpi) -> list[str]:
        row = rows.get((school.school_id, kpi.kpi, kpi.period))
        return [cells.in_full(facts, row, school.name, kpi)] if row else []

    def line(first: Cell, pairs: Sequence[tuple[School, Kpi]]) -> Line:
        return [first, *(cell(*pair) for pair in pairs)], [note for pair in pairs for note in notes(*pair)]

    def head(school: School) -> Cell:
        return Cell(cells.school_name(school), strong=school.role == "lead")

    if len(kpis) <= ACROSS:
        columns = [Column(say("學校"), 2.2), *(Column(facts.label(kpi), 1.3, True) for kpi in kpis)]
        lines = [line(head(one), [(one, kpi) for kpi in kpis]) for one in schools]
        return pages.paged(slide, columns, lines)
    slides: list[Slide] = []
    for at in range(0, len(schools), ACROSS):
        some = schools[at : at + ACROSS]
        columns = [Column(say("指標"), 3), *(Column(cells.school_name(one), 1.6, True) for one in some)]
        lines = [line(Cell(facts.label(kpi), strong=True), [(one, kpi) for one in some]) for kpi in kpis]
        slides += pages.paged(slide if not at else replace(slide, notes=()), columns, lines)
    others = (replace(one, key=slide.key, about=slide.about) for one in slides[1:])
    return [*slides[:1], *(pages.further(one, at, len(slides)) for at, one in enumerate(others, 1))]
