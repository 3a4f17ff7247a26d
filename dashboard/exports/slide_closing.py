"""The slides at the end: what needs a decision, what changed, and the faults of the data."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.exports import slide_cells as cells
from dashboard.exports import slide_pages as pages
from dashboard.exports.document import Cell, Column, Figure, Slide, Table
from dashboard.exports.slide_facts import Facts
from dashboard.exports.slide_pages import NAMED, Line
from dashboard.language.texts import say
from dashboard.language.words import (
    FLAGS,
    JUDGED,
    LATE,
    OWED,
    STATUSES,
    is_unsure,
    number,
    quantity,
    short_day,
    word,
)
from dashboard.questions import ask
from dashboard.rows import DataToMend, Finding, Kpi, KpiFlag, SchoolResult

DECIDE, DATA, CHANGES = 8, 9, 8  # lines of slides of sentences, which may take two


def to_decide(facts: Facts) -> list[Slide]:
    """The slides of what needs a decision: the findings of 需要注意; without names of schools a line an indicator.

    Of all periods together: first what is overdue or over its limit, then what is behind, then what lacks data.
    """
    lines = _attention(facts) if facts.choices.schools else _late_indicators(facts)
    lines.sort(key=lambda line: OWED.index(line[0].status or ""))
    columns = [
        Column(say("狀態"), 1.4),
        Column(say("指標"), 1.8),
        Column(say("還差什麼"), 6.4),
        Column(say("期限"), 1.2, True),
    ]
    title = say("{n} 件需要決定", n=number(len(lines))) if lines else say("目前沒有需要決定的事")
    slide = Slide("decide", say("需要決定"), "", title)
    return pages.paged(slide, columns, [(line, ()) for line in lines], DECIDE) if lines else [slide]


def _late_indicators(facts: Facts) -> list[list[Cell]]:
    lines = []
    for kpi in facts.kpis:
        for status in LATE:
            late = [row for row in facts.of(kpi) if row.status == status and not is_unsure(row)]
            if late:
                lacks = _lacks(
                    kpi, sum(row.gap for row in late), sum(-row.room for row in late if row.room) or None
                )
                text = say("{n} 校{short}", n=number(len(late)), short=lacks)
                lines.append(_to_do(facts, kpi, status, Cell(text)))
    return lines


def _attention(facts: Facts) -> list[list[Cell]]:
    view, kpis = facts.view, {(kpi.kpi, kpi.period): kpi for kpi in facts.kpis}
    lines = []
    for period in view.periods:
        for row in ask(view, Finding, on=view.on, versus=view.versus, period=period.period):
            if kpi := kpis.get((row.kpi, period.period)):
                lines.append(_decision(facts, kpi, row))
    return lines


def _decision(facts: Facts, kpi: Kpi, row: Finding) -> list[Cell]:
    if row.kind == "absent":
        return _to_do(facts, kpi, "no_data", Cell(say("{n} 校未填報，缺資料，不是 0", n=number(row.schools))))
    if row.kind == "silent":
        text = say("{school} {n} 項未填報，缺資料，不是 0", school=row.school_names, n=number(row.schools))
        return _to_do(facts, None, "no_data", Cell(text))
    status = {"late": "overdue", "soon": "behind", "few": "behind"}.get(row.kind) or row.status or "no_data"
    lacks = _lacks(kpi, row.gap, row.excess)
    if row.schools == 1 and row.required:
        done = f"{number(row.counted)}/{number(row.required)}"
        text = say("{school} {lacks}（{done}）", school=row.school_names, lacks=lacks, done=done)
        return _to_do(facts, kpi, status, Cell(text, figure=_of_school(facts, kpi, row.school_names)))
    text = say("{n} 校{short}", n=number(row.schools), short=lacks)
    names = pages.first(row.school_names.split("|"), row.schools)
    return _to_do(facts, kpi, status, Cell(say("{text}：{more}", text=text, more=names)))


def _lacks(kpi: Kpi, gap: int | None, excess: int | None) -> str:
    if excess:
        return say("超出上限 {amount}", amount=quantity(excess, kpi.unit))
    return say("還差 {amount}", amount=quantity(gap, kpi.unit))


def _of_school(facts: Facts, kpi: Kpi, name: str) -> Figure | None:
    rows = (row for row in facts.of(kpi) if row.school_name == name)
    return next(
        (cells.figure(row, facts.group_of[row.school_id].group_name or "", name) for row in rows), None
    )


def _to_do(facts: Facts, kpi: Kpi | None, status: str, what: Cell) -> list[Cell]:
    sign = Cell(f"{STATUSES[status].sign} {word(status, kpi.require if kpi else None)}", status)
    if kpi is None:
        return [sign, Cell("–"), what, Cell("–")]
    return [sign, Cell(facts.label(kpi), strong=True), what, cells.due_cell(kpi, facts.view)]


def _changed(facts: Facts) -> dict[str, list[tuple[Kpi, SchoolResult]]]:
    """The indicators with the schools that have met them since, and those of which they are late since."""
    new: dict[str, list[tuple[Kpi, SchoolResult]]] = {"met": [], "late": []}
    for kpi in facts.kpis:
        for row in facts.of(kpi):
            then = facts.school_then.get((row.kpi, row.period, row.school_id))
            if then and then.status != "met" and row.status == "met":
                new["met"].append((kpi, row))
            elif then and then.status not in LATE and row.status in LATE and not is_unsure(row):
                new["late"].append((kpi, row))
    return new


def since(facts: Facts) -> list[Slide]:
    """The slides of what changed since the day to compare with; none where no day was chosen."""
    view = facts.view
    if view.versus is None:
        return []
    day = short_day(view.versus, view.year)
    new = _changed(facts)
    many = {kind: len({row.school_id for _, row in pairs}) for kind, pairs in new.items()}
    columns = [
        Column(say("指標"), 2),
        Column(say("達標校數"), 2.2, True),
        Column(say("新達標"), 3.6),
        Column(say("新落後或逾期"), 3.6),
    ]
    lines: list[Line] = []
    for kpi in facts.kpis:
        mine = [row for row in facts.of(kpi) if row.status in JUDGED]
        if not mine or kpi.require == "none":
            continue
        before = [facts.school_then.get((row.kpi, row.period, row.school_id)) for row in facts.of(kpi)]
        met_then = sum(row is not None and row.status == "met" for row in before)
        met = f"{number(met_then)} → {number(sum(row.status == 'met' for row in mine))}"
        line = [
            Cell(facts.label(kpi), strong=True),
            Cell(met),
            *(_new(facts, new[kind], kpi) for kind in new),
        ]
        lines.append((line, ()))
    title = say(
        "自 {day} 起 {met} 校新達標，{late} 校新落後或逾期",
        day=day,
        met=number(many["met"]),
        late=number(many["late"]),
    )
    rule = say("兩天都用這份快照與同一份定義計算，之後補送的也算在內")
    return pages.paged(Slide("since", say("與 {day} 相比", day=day), rule, title), columns, lines, CHANGES)


def _new(facts: Facts, pairs: Sequence[tuple[Kpi, SchoolResult]], kpi: Kpi) -> Cell:
    mine = [row.school_name for one, row in pairs if one is kpi]
    if not mine:
        return Cell("0")
    if not facts.choices.schools:
        return Cell(say("{n} 校", n=number(len(mine))))
    return Cell(pages.first(mine, len(mine), NAMED - 1))


def data(facts: Facts) -> Slide:
    """The slide of the data's known faults; its notes name every cause."""
    view = facts.view
    rows = [row for period in view.periods for row in ask(view, DataToMend, on=view.on, period=period.period)]
    shorts = {(kpi.kpi, kpi.period): facts.label(kpi) for kpi in facts.kpis}
    causes = [row for row in ask(view, KpiFlag, on=view.on) if (row.kpi, row.period) in shorts]
    columns = [Column(say("資料註記"), 2.2), Column(say("資料表"), 2.2), Column(say("影響"), 6.4)]
    lines = [
        [Cell(f"! {say(FLAGS[row.flag].source_text)}", "flag"), Cell(row.label), Cell(_about(facts, row))]
        for row in rows
    ]
    refused = {row.school for row in causes if row.flag == "rows_rejected"}
    if refused:
        text = say("{n} 校有列未採用，改正後可能計入", n=number(len(refused)))
        lines.append([Cell(f"! {say(FLAGS['rows_rejected'].source_text)}", "flag"), Cell("–"), Cell(text)])
    more = len(lines) - DATA
    flagged = {row.school for row in causes}
    title = say("{n} 校的數字有資料註記", n=number(len(flagged))) if lines else say("目前沒有已知的資料問題")
    who = facts.choices.schools
    return Slide(
        key="data", about=say("資料"), rule=say("註記不改變數字，也不改變狀態"), title=title,
        table=Table(columns, lines[:DATA]) if lines else None,
        lines=[say("另有 {n} 項，見資料頁。", n=number(more))] if more > 0 else (),
        notes=[f"{shorts[row.kpi, row.period]} {row.school}：{row.message}" for row in causes] if who else [],
    )  # fmt: skip


def _about(facts: Facts, row: DataToMend) -> str:
    if not facts.choices.schools:
        return say("{n} 校", n=number(row.schools))
    return pages.first(row.school_names.split("|"), row.schools)
