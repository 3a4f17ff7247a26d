"""The slides of a meeting: a day's figures for those who decide.

One function builds them; the page, the report and the deck are drawn from them. Schools are named only where that is
asked for, persons never.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboard.exports import slide_cells as cells
from dashboard.exports import slide_closing, slide_facts, slide_group, slide_indicator
from dashboard.exports import slide_pages as pages
from dashboard.exports.document import Column, Document, Slide
from dashboard.exports.slide_facts import ORDERS, Choices, Facts
from dashboard.language.texts import manner, say
from dashboard.language.words import (
    fingerprint,
    full_day,
    moment,
    number,
    past,
    quantity,
    short_day,
)
from dashboard.questions import View, ask_each, programme_name
from dashboard.rows import Deadline, Group
from dashboard.rules import urgent


def document(
    view: View, choices: Choices | None = None, first: Sequence[Slide] = (), meeting: str = ""
) -> Document:
    """The slides of a view: of the whole programme, or of the groups that have a school in its scope.

    first: slides that come first, such as the decisions of the last meeting. meeting: the name of a frozen one.
    """
    view = replace(view, scope=replace(view.scope, names=False))
    facts = slide_facts.load(view, choices or Choices())
    slides = [
        *first,
        *_overview(facts),
        *(slide for kpi in facts.kpis for slide in slide_indicator.indicator(facts, kpi)),
        *(slide for group in facts.groups for slide in slide_group.group_slides(facts, group)),
        *slide_closing.to_decide(facts),
        *slide_closing.since(facts),
        slide_closing.data(facts),
    ]
    scope = say("{n} 校", n=number(len(facts.group_of)))
    if not view.scope.whole:
        scope = f"{view.scope.label} {scope}"
    whose = [
        *([meeting] if meeting else []),
        programme_name(view),
        scope,
        f"{say('截至')} {full_day(view.on)}",
    ]
    if view.versus:
        whose.append(say("與 {day} 相比", day=short_day(view.versus, view.year)))
    if view.facts.sample:
        whose.append(say("示範資料"))
    stamp = f"{say('資料快照')} {moment(view.facts.built_at, view.year)}"
    return Document(
        title=" ".join(filter(None, (meeting, programme_name(view), full_day(view.on)))),
        language=manner().language,
        whose=" · ".join(whose),
        snapshot=f"{stamp} · {fingerprint(view.facts.fingerprint)}",
        slides=slides,
    )


def _overview(facts: Facts) -> list[Slide]:
    """The slide of every indicator of the whole, one a line."""
    view = facts.view
    group = facts.own_group
    columns = [Column(say("指標"), 2.1), Column(say("一格一校"), 4.2), Column(say("達標校數"), 1.2, True)]
    if view.versus:
        columns.append(Column(say("{day} 起", day=short_day(view.versus, view.year)), 1, True))
    columns += [
        Column(say("落後、逾期"), 1.3, True),
        Column(say("合計"), 2.9, True),
        Column(say("應達"), 1, True),
        Column(say("期限"), 1.3, True),
    ]
    name = group.name if group else say("全市")
    lines = []
    for kpi in facts.kpis:
        if row := facts.total(kpi, group):
            line = [*pages.line(facts, kpi, row, group), cells.due_cell(kpi, view)]
            if view.versus:
                then = facts.was(kpi, group)
                met = then.schools_met if then and kpi.require != "none" else None
                line.insert(3, cells.change_cell(row.schools_met, met))
            notes = [cells.source(facts, kpi), cells.in_full(facts, row, name, kpi)]
            lines.append((line, notes))
    slide = Slide(
        "city", say("{who}各項指標", who=name), say(ORDERS[facts.choices.order]), _headline(facts, group)
    )
    return pages.paged(slide, columns, lines)


def _headline(facts: Facts, group: Group | None) -> str:
    """The title: the most urgent deadline, else how many schools are late."""
    view = facts.view
    row = urgent(ask_each(view, Deadline, on=view.on, group_id=group and group.group_id))
    if row is None:
        return pages.standing(facts, facts.groups)
    text = say("{n} 校還差 {amount}", n=number(row.schools), amount=quantity(row.gap, row.unit))
    return say("{kpi} {when}，{text}", kpi=row.short, when=past(row.days_left), text=text)
