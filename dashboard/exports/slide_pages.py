"""What slides share: a table over as many of them as it needs, a line of figures, a sentence on late schools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboard.exports import slide_cells as cells
from dashboard.exports.document import Cell, Column, Slide, Table
from dashboard.exports.slide_facts import Facts
from dashboard.language.texts import say
from dashboard.language.words import (
    LATE,
    counts,
    is_unsure,
    listing,
    number,
)
from dashboard.rows import Group, Kpi, Total

ROWS = 12  # of a table of a slide; more go on to the next
NAMED = 4  # schools that a slide of an indicator names
Line = tuple[Sequence[Cell], Sequence[str]]  # of a table, and what its notes say


def line(facts: Facts, kpi: Kpi, row: Total, group: Group | None) -> list[Cell]:
    """The line of an indicator: its name, the strip, the schools that met it, the late ones, the sum, what is required."""
    return [
        cells.named(row, facts.label(kpi)),
        Cell("", strip=counts(row)),
        cells.met_cell(row, kpi, group.name if group else ""),
        cells.late_cell(row, kpi),
        cells.sum_cell(row, kpi, group.name if group else ""),
        cells.required_cell(row),
    ]


def paged(slide: Slide, columns: Sequence[Column], lines: Sequence[Line], rows: int = ROWS) -> list[Slide]:
    """The slide with as many lines as it has room for, and further slides for the rest."""
    parts = [lines[at : at + rows] for at in range(0, max(len(lines), 1), rows)]
    slides = []
    for at, part in enumerate(parts):
        table = Table(columns, [line for line, _ in part])
        notes = [*(slide.notes if not at else ()), *(note for _, own in part for note in own)]
        one = replace(slide, table=table, notes=notes, flags=[*slide.flags, *cells.meanings(table)])
        slides.append(one if not at else further(one, at, len(parts)))
    return slides


def further(slide: Slide, at: int, parts: int) -> Slide:
    """A slide that continues the one before."""
    return replace(
        slide,
        key=f"{slide.key}-{at + 1}",
        about=say("{about}（續 {at}/{n}）", about=slide.about, at=at + 1, n=parts),
        curve=None,
        lines=(),
    )


def standing(facts: Facts, groups: Sequence[Group]) -> str:
    """「7 校中 3 校至少一項落後或逾期」."""
    ids = {group.group_id for group in groups}
    rows = [row for kpi in facts.kpis for row in facts.of(kpi)]
    mine = [row for row in rows if facts.group_of[row.school_id].group_id in ids]
    every = {row.school_id for row in mine}
    late = {row.school_id for row in mine if row.status in LATE and not is_unsure(row)}
    if not late:
        return say("{n} 校沒有落後或逾期的項目", n=number(len(every)))
    return say("{n} 校中 {late} 校至少一項落後或逾期", n=number(len(every)), late=number(len(late)))


def first(names: Sequence[str], many: int, most: int = NAMED) -> str:
    """The first of many schools, and their number."""
    return listing(names[:most]) + (say("等 {n} 校", n=number(many)) if many > most else "")
