"""A school's plan: the targets that it set itself, and its money.

For programmes that read such tables. The queries decide what counts and what is reached, so that the figures here are
those of the indicators. A missing value is written as missing and is never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dashboard.language.markup import Markup
from dashboard.language.texts import later, say
from dashboard.language.words import (
    STATUSES,
    amount,
    brief,
    escape,
    exact,
    full_day,
    number,
    pair,
    percent,
    plain,
    short_day,
)
from dashboard.questions import View, ask, before
from dashboard.rows import SchoolMoney, SchoolResultOf, SchoolTarget, Table
from dashboard.ui.base import figures, findings, parts
from dashboard.ui.base.figures import Figure
from dashboard.ui.base.parts import Cell, figure, flagged, moved, pills, table, text
from dashboard.ui.base.screen import halves
from dashboard.ui.base.screen import show as put
from dashboard.ui.school import plan_figures

Row = Any
NONE = "–"
JUDGED = "measured"
NOT_JUDGED = {
    "other": later("其他：只呈現，不判定"),
    "unknown": later("申請表沒有這個項目：只呈現，不判定"),
}
PARTS = {
    "granted": later("合計"),
    "current": later("經常門"),
    "capital": later("資本門"),
    "own": later("自籌款"),
}
APPROVED = {
    "granted": later("核定合計"),
    "current": later("核定經常門"),
    "capital": later("核定資本門"),
    "own": later("自籌款核定"),
}
SPENT = {
    "granted": later("實支合計"),
    "current": later("實支經常門"),
    "capital": later("實支資本門"),
    "own": later("自籌款實支"),
}
RATE = later("執行率")
GRANTED = ("granted", "current", "capital")
EMPTY: Mapping[tuple[Any, ...], Row] = MappingProxyType({})


@dataclass(frozen=True)
class Section:
    """A section of the plan: its heading with the lines above the figure, the figure, and the table below."""

    name: str
    head: str
    beside: str = ""
    table: str = ""
    build: Callable[[], Figure | Markup] | None = None


def drawn(asked: Mapping[str, str | None], opened: object) -> Collection[str]:
    """The names of the plan's figures to draw: the one that is asked for, or both; at most two figures are on the page."""
    if asked["place"] or (opened and not asked["plan"]):
        return ()
    return (asked["plan"],) if asked["plan"] else tuple(SECTIONS)


def is_there(view: View) -> bool:
    """Whether the programme has the table of any section."""
    return any(name in _read(view) for name in SECTIONS)


def show(view: View, school: Row, drawn: Collection[str], here: Callable[..., str]) -> None:
    """Show the sections that the programme has tables for; a figure that is not in `drawn` is a link."""
    read = _read(view)
    for section in (part(view, school, read[name]) for name, part in SECTIONS.items() if name in read):
        if section.build is None or section.name not in drawn:
            way = (
                pills([(say("畫成圖"), here(plan=section.name, place=None), False)]) if section.build else ""
            )
            put(Markup(f"{section.head}{way}{section.beside}{section.table}"))
            continue
        picture = figures.once(view, section.name, school.school_id, build=section.build)
        put(Markup(section.head))
        left, right = halves()
        with left:
            figures.show(section.name, picture)
        if section.beside:
            with right:
                put(Markup(section.beside))
        put(Markup(section.table))


def _read(view: View) -> dict[str, Row]:
    return {row.table_name: row for row in ask(view, Table)}


def _figures(view: View, school: Row, name: str) -> list[Row]:
    return ask(view, SchoolResultOf, on=view.on, school_id=school.school_id, table=name)


def _missing(source: Row, what: str) -> str:
    body = (
        say("這所學校在「{table}」裡沒有可用的列；缺資料，不是 0。", table=source.label)
        if source.supplied
        else say("還沒有「{table}」這張資料表；缺資料，不是 0。", table=source.label)
    )
    return parts.notice(say("? {what}未填報", what=what), body, "warning")


# Targets


def _targets(view: View, school: Row, source: Row) -> Section:
    rows = ask(view, SchoolTarget, on=view.on, school_id=school.school_id)
    head = f"<h2>{say('量化目標')}</h2>"
    if not rows:
        return Section("targets", head + _missing(source, say("量化目標")))
    mine = {"school_id": school.school_id}
    then = before(view, SchoolResultOf, ("kpi", "period"), table="targets", **mine)
    values = before(view, SchoolTarget, ("item", "period"), **mine)
    note = say("學校在申請表自訂的目標。達成值自計畫開始累計；每一年與該年及以前各年目標的合計比較")
    summary = "".join(
        _summary(view, row, then.get((row.kpi, row.period))) for row in _figures(view, school, "targets")
    )
    return Section(
        "targets",
        f'{head}<p class="sub">{note}</p><p class="sums">{summary}</p>',
        table=targets(rows, view.year, values),
        build=lambda: plan_figures.targets(view, school, rows),
    )


def _summary(view: View, row: Row, then: Row | None) -> str:
    reached = f" {_reach(row)}{moved(row.counted, then)}" if row.counted is not None else ""
    return f"<span {figure(row, row.school_name)}>{escape(row.period_label)} {parts.tag(row.status)}{reached}</span>{flagged(row, row, view.link)}"


def _reach(row: Row) -> str:
    return say("{counts} {unit}達標", counts=pair(row.counted, row.base, row.unit), unit=escape(row.unit))


def targets(rows: Sequence[Row], year: int, then: Mapping[tuple[Any, ...], Row] = EMPTY) -> str:
    """The table of targets, a row an item: its value at the start, its target for each period and in all, the outcome."""
    items: dict[str, list[Row]] = {}
    for row in rows:
        items.setdefault(row.item, []).append(row)
    periods = next(iter(items.values()))
    header = [
        Cell(say("項目"), "l"),
        Cell(say("單位"), "l"),
        Cell(say("現況值")),
        *(Cell(say("{period}目標", period=row.period_label)) for row in periods),
        Cell(say("目標合計")),
        *(Cell(_compared(row, year), "l") for row in periods),
    ]
    lines = [("", _item(goals, then)) for goals in items.values()]
    return table(say("量化目標"), header, lines, "goals")


def _compared(row: Row, year: int) -> str:
    label = row.period_label
    if row.compared_on is None:
        return say("{period}達成", period=label)
    return say("{period}達成（至 {day}）", period=label, day=short_day(row.compared_on, year))


def _item(goals: Sequence[Row], then: Mapping[tuple[Any, ...], Row]) -> list[Cell]:
    first = goals[0]
    note = "" if first.kind == JUDGED else f'<small class="mut">{say(NOT_JUDGED[first.kind])}</small>'
    return [
        Cell(Markup(f"{escape(first.label)}{note}"), "l w"),
        text(first.unit),
        Cell(number(first.current)),
        *(Cell(number(row.own_goal, NONE)) for row in goals),
        Cell(number(goals[-1].goal, NONE)),
        *(_reached(row, then.get((row.item, row.period))) for row in goals),
    ]


def _reached(row: Row, then: Row | None) -> Cell:
    facts = (
        f'data-item="{escape(row.item)}" data-period="{escape(row.period)}" data-value="{plain(row.value)}"'
        f' data-goal="{plain(row.goal)}" data-status="{escape(row.status)}"'
    )
    if row.status is None:
        return Cell(Markup(f'<span {facts} class="mut">{NONE} {say("不判定")}</span>'), "l")
    by = "" if row.status == "upcoming" else moved(row.value, then, "value")
    return Cell(Markup(f"<span {facts}>{_outcome(row)}{by}</span>"), f"l c-{row.status}")


def _outcome(row: Row) -> str:
    if row.status == "upcoming":
        return STATUSES["upcoming"].text
    reached = number(row.value)
    if row.status == "exempt":
        none = (
            say("該年沒有目標") if row.value is None else say("該年沒有目標，已達 {reached}", reached=reached)
        )
        return f"{NONE} {none}"
    return f"{STATUSES[row.status].text} {reached}/{number(row.goal, NONE)}"


def _targets_table(view: View, school: Row) -> Sequence[Sequence[object]]:
    return [
        [
            row.label,
            row.unit,
            row.current,
            row.period_label,
            row.own_goal,
            row.goal,
            row.value,
            row.compared_on,
            STATUSES[row.status].word if row.status else say("不判定"),
        ]
        for row in ask(view, SchoolTarget, on=view.on, school_id=school.school_id)
    ]


# Money


def _money(view: View, school: Row, source: Row) -> Section:
    rows = ask(view, SchoolMoney, school_id=school.school_id)
    head = f"<h2>{say('經費')}</h2>"
    if not any(row.rows for row in rows):
        return Section("budget", head + _missing(source, say("經費")))
    results = _figures(view, school, "budget")
    note = say(
        "核定與實支以元計，自籌款另列，不計入上限與執行率。經費沒有日期，截至 {day} 與其他日子的數字相同",
        day=full_day(view.on),
    )
    return Section(
        "budget",
        f'{head}<p class="sub">{note}</p>',
        f'<div class="list money">{"".join(_line(view, row) for row in results)}</div>',
        amounts(rows),
        lambda: plan_figures.budget(view, school, rows, results),
    )


def _line(view: View, row: Row) -> str:
    """The line of a ceiling with the amount left or over, or of the rate of spending with its amounts."""
    tagged = parts.tag(row.status, row.require)
    return (
        f'<div class="li" {figure(row, row.school_name)}><span>{tagged}</span>'
        f"<span>{escape(row.period_label)}</span>"
        f'<span class="tx">{escape(row.kpi_label)}　{_spending(row)} {flagged(row, row, view.link)}</span></div>'
    )


def _spending(row: Row) -> str:
    if row.counted is None:
        unsaid = say("? 實支金額未填，缺資料，不是 0")
        return f'<span class="mut">{unsaid}</span>' if row.require == "none" else "?"
    if row.room is None:
        return _rate(row.counted, row.base, row.unit)
    title = say(
        "核定 {approved}，上限 {limit}",
        approved=escape(exact(row.counted, row.unit)),
        limit=escape(exact(row.required, row.unit)),
    )
    summary = say(
        "核定 {approved}；上限 {limit}，{room}",
        approved=amount(row.counted, row.unit),
        limit=amount(row.required, row.unit),
        room=f"<b>{escape(findings.room(row, row.unit))}</b>",
    )
    return f'<span title="{title}">{summary}</span>'


def _rate(spent: int | None, approved: int | None, unit: str) -> str:
    whole = {"spent": escape(exact(spent, unit)), "approved": escape(exact(approved, unit))}
    title = say("實支 {spent} ÷ 核定 {approved}", **whole)
    summary = say(
        "{share}（實支 {spent}/核定 {approved}）",
        share=f"<b>{percent(spent, approved)}</b>",
        spent=brief(spent, unit),
        approved=amount(approved, unit),
    )
    return f'<span title="{title}">{summary}</span>'


def amounts(rows: Sequence[Row]) -> str:
    """The table of amounts by year and in all, in whole dollars."""
    years: dict[str, dict[str, Row]] = {}
    for row in rows:
        years.setdefault(row.label, {})[row.part] = row
    names = [
        *(APPROVED[part] for part in GRANTED),
        *(SPENT[part] for part in GRANTED),
        RATE,
        APPROVED["own"],
        SPENT["own"],
    ]
    header = [Cell(say("年度"), "l"), *(Cell(say(name)) for name in names)]
    lines = [("" if sums["granted"].period else "sum", _year(label, sums)) for label, sums in years.items()]
    return f'<div class="gapped"></div>{table(say("經費（元）"), header, lines, "sums-of-money")}'


def _year(label: str, sums: Mapping[str, Row]) -> list[Cell]:
    empty = NONE if any(row.rows for row in sums.values()) else "?"
    granted, own = sums["granted"], sums["own"]
    return [
        text(label),
        *(_amount(sums[part], "approved", empty) for part in GRANTED),
        *(_amount(sums[part], "spent", empty) for part in GRANTED),
        Cell(percent(granted.spent, granted.reported_approved) or (_unsaid() if granted.rows else empty)),
        _amount(own, "approved", empty),
        _amount(own, "spent", empty),
    ]


def _unsaid() -> Markup:
    return Markup(f'<span class="mut">{say("未填")}</span>')


def _amount(row: Row, name: str, empty: str) -> Cell:
    value = getattr(row, name)
    facts = f'data-part="{row.part}" data-year="{escape(row.period)}" data-name="{name}" data-value="{plain(value)}"'
    label = empty if not row.rows else (_unsaid() if value is None else number(value))
    if name == "spent" and value is not None and row.unsaid:
        label = f'{label}<small class="mut">{say("（{n} 筆未填）", n=number(row.unsaid))}</small>'
    return Cell(Markup(f"<span {facts}>{label}</span>"))


def _money_table(view: View, school: Row) -> Sequence[Sequence[object]]:
    rows = ask(view, SchoolMoney, school_id=school.school_id)
    return [[row.label, say(PARTS[row.part]), row.approved, row.spent, row.unsaid] for row in rows]


SECTIONS = {"targets": _targets, "budget": _money}


def downloads(
    view: View, school: Row
) -> Iterator[tuple[str, list[str], Callable[[], Sequence[Sequence[object]]]]]:
    """The sections' tables as files: the title, the header, and the function that gives the rows."""
    read = _read(view)
    if "targets" in read:
        header = [
            say("項目"), say("單位"), say("現況值"), say("期間"), say("目標"), say("目標合計"), say("達成"),
            say("達成至"), say("狀態"),
        ]  # fmt: skip
        yield say("量化目標"), header, lambda: _targets_table(view, school)
    if "budget" in read:
        header = [say("年度"), say("項目"), say("核定（元）"), say("實支（元）"), say("實支未填的筆數")]
        yield say("經費"), header, lambda: _money_table(view, school)
