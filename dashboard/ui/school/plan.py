"""A school's plan: the targets that it set itself, and its money.

For programmes that read such tables. The queries decide what counts and what is reached, so that the figures here are
those of the indicators. A missing value is written as missing and is never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from dashboard.language.figure import stated
from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.texts import later, say
from dashboard.language.words import (
    STATUSES,
    amount,
    brief,
    exact,
    full_day,
    number,
    pair,
    percent,
    plain,
    short_day,
)
from dashboard.questions import View, ask, before
from dashboard.rows import School, SchoolMoney, SchoolResultOf, SchoolTarget, SourceTable
from dashboard.ui.base import figures, findings
from dashboard.ui.base.figures import Figure
from dashboard.ui.base.parts import Cell, element, fact, flagged, heading, moved, notice, pills, tag
from dashboard.ui.base.screen import halves
from dashboard.ui.base.screen import show as put
from dashboard.ui.base.table import Column, Table
from dashboard.ui.school import plan_figures

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
TargetsBefore = Mapping[tuple[object, ...], SchoolTarget]
Goals = Sequence[SchoolTarget]  # the targets of one item, a period each
Sums = Mapping[str, SchoolMoney]  # the money of one year, or of all, by its part
EMPTY: TargetsBefore = MappingProxyType({})


@dataclass(frozen=True)
class Section:
    """A section of the plan: its heading with the lines above the figure, the figure, and the table below."""

    name: str
    head: Markup
    beside: Markup = BLANK
    table: Markup = BLANK
    build: Callable[[], Figure | Markup] | None = None


def drawn(asked: Mapping[str, str | None], opened: object) -> Collection[str]:
    """The names of the plan's figures to draw: the one that is asked for, or both; at most two figures are on the page."""
    if asked["place"] or (opened and not asked["plan"]):
        return ()
    return (asked["plan"],) if asked["plan"] else tuple(SECTIONS)


def is_there(view: View) -> bool:
    """Whether the programme has the table of any section."""
    return any(name in _read(view) for name in SECTIONS)


def show(view: View, school: School, drawn: Collection[str], here: Callable[..., str]) -> None:
    """Show the sections that the programme has tables for; a figure that is not in `drawn` is a link."""
    read = _read(view)
    for section in (part(view, school, read[name]) for name, part in SECTIONS.items() if name in read):
        if section.build is None or section.name not in drawn:
            choices = [(say("畫成圖"), here(plan=section.name, place=None), False)]
            way = pills(choices) if section.build else BLANK
            put(join([section.head, way, section.beside, section.table]))
            continue
        picture = figures.once(view, section.name, school.school_id, build=section.build)
        put(section.head)
        left, right = halves()
        with left:
            figures.show(section.name, picture)
        if section.beside:
            with right:
                put(section.beside)
        put(section.table)


def files(view: View, school: School, about: str) -> Iterator[Markup]:
    """The links to the sections' tables as files; `about` is the end of their names."""
    read = _read(view)
    if "targets" in read:
        yield _targets_file(view, school).download(f"{say('量化目標')}_{about}")
    if "budget" in read:
        yield _money_file(view, school).download(f"{say('經費')}_{about}")


def _read(view: View) -> dict[str, SourceTable]:
    return {row.table_name: row for row in ask(view, SourceTable)}


def _figures(view: View, school: School, name: str) -> list[SchoolResultOf]:
    return ask(view, SchoolResultOf, on=view.on, school_id=school.school_id, table=name)


def _missing(source: SourceTable, what: str) -> Markup:
    body = (
        say("這所學校在「{table}」裡沒有可用的列；缺資料，不是 0。", table=source.label)
        if source.supplied
        else say("還沒有「{table}」這張資料表；缺資料，不是 0。", table=source.label)
    )
    return notice(say("? {what}未填報", what=what), body, "warning")


# Targets


def _targets(view: View, school: School, source: SourceTable) -> Section:
    rows = ask(view, SchoolTarget, on=view.on, school_id=school.school_id)
    if not rows:
        return Section("targets", heading(say("量化目標")) + _missing(source, say("量化目標")))
    mine = {"school_id": school.school_id}
    then = before(view, SchoolResultOf, ("kpi", "period"), table="targets", **mine)
    values = before(view, SchoolTarget, ("item", "period"), **mine)
    note = say("學校在申請表自訂的目標。達成值自計畫開始累計；每一年與該年及以前各年目標的合計比較")
    summary = [
        _summary(view, row, then.get((row.kpi, row.period))) for row in _figures(view, school, "targets")
    ]
    return Section(
        "targets",
        heading(say("量化目標"), note) + element("p", *summary, kind="sums"),
        table=targets(rows, view.year, values),
        build=lambda: plan_figures.targets(view, school, rows),
    )


def _summary(view: View, row: SchoolResultOf, then: SchoolResultOf | None) -> Markup:
    summary = [row.period_label, " ", tag(row.status)]
    if row.counted is not None:
        reached = say("{counts} {unit}達標", counts=pair(row.counted, row.base, row.unit), unit=row.unit)
        summary += [" ", reached, moved(row.counted, then)]
    figure = element("span", *summary, data_figure=stated(row, row.school_name))
    return figure + flagged(row, row, view.link)


def targets(rows: Sequence[SchoolTarget], year: int, then: TargetsBefore = EMPTY) -> Markup:
    """The table of targets, a row an item: its value at the start, its target for each period and in all, the outcome."""
    items: dict[str, list[SchoolTarget]] = {}
    for row in rows:
        items.setdefault(row.item, []).append(row)
    periods = list(enumerate(next(iter(items.values()))))

    def goal(at: int, period: SchoolTarget) -> Column[Goals]:
        label = say("{period}目標", period=period.period_label)
        return Column(label, cell=lambda goals: number(goals[at].own_goal, NONE))

    def outcome(at: int, period: SchoolTarget) -> Column[Goals]:
        def cell(goals: Goals) -> Cell:
            return _reached(goals[at], then.get((goals[at].item, goals[at].period)))

        return Column(_compared(period, year), cell=cell, kind="l")

    columns = [
        Column[Goals](say("項目"), cell=_item, kind="l", is_wide=True),
        Column[Goals](say("單位"), cell=lambda goals: goals[0].unit, kind="l"),
        Column[Goals](say("現況值"), cell=lambda goals: number(goals[0].current)),
        *(goal(at, period) for at, period in periods),
        Column[Goals](say("目標合計"), cell=lambda goals: number(goals[-1].goal, NONE)),
        *(outcome(at, period) for at, period in periods),
    ]
    return Table(say("量化目標"), columns, list(items.values()), "goals").html()


def _compared(row: SchoolTarget, year: int) -> str:
    label = row.period_label
    if row.compared_on is None:
        return say("{period}達成", period=label)
    return say("{period}達成（至 {day}）", period=label, day=short_day(row.compared_on, year))


def _item(goals: Goals) -> Markup:
    first = goals[0]
    note = BLANK if first.kind == JUDGED else element("small", say(NOT_JUDGED[first.kind]), kind="mut")
    return join([first.label, note])


def _reached(row: SchoolTarget, then: SchoolTarget | None) -> Cell:
    facts = {
        "item": row.item,
        "period": row.period,
        "value": plain(row.value),
        "goal": plain(row.goal),
        "status": row.status,
    }
    if row.status is None:
        return Cell(fact(f"{NONE} {say('不判定')}", facts, "mut"), "l")
    by = BLANK if row.status == "upcoming" else moved(row.value, then, "value")
    return Cell(fact(join([_outcome(row, row.status), by]), facts), f"l c-{row.status}")


def _outcome(row: SchoolTarget, status: str) -> str:
    if status == "upcoming":
        return STATUSES["upcoming"].text
    reached = number(row.value)
    if status == "exempt":
        none = (
            say("該年沒有目標") if row.value is None else say("該年沒有目標，已達 {reached}", reached=reached)
        )
        return f"{NONE} {none}"
    return f"{STATUSES[status].text} {reached}/{number(row.goal, NONE)}"


def _targets_file(view: View, school: School) -> Table[SchoolTarget]:
    """The file of targets: a line for each item and period."""

    def status(row: SchoolTarget) -> str:
        return STATUSES[row.status].word if row.status else say("不判定")

    columns = [
        Column[SchoolTarget](say("項目"), lambda row: row.label),
        Column[SchoolTarget](say("單位"), lambda row: row.unit),
        Column[SchoolTarget](say("現況值"), lambda row: row.current),
        Column[SchoolTarget](say("期間"), lambda row: row.period_label),
        Column[SchoolTarget](say("目標"), lambda row: row.own_goal),
        Column[SchoolTarget](say("目標合計"), lambda row: row.goal),
        Column[SchoolTarget](say("達成"), lambda row: row.value),
        Column[SchoolTarget](say("達成至"), lambda row: row.compared_on),
        Column[SchoolTarget](say("狀態"), status),
    ]
    asked = {"on": view.on, "school_id": school.school_id}
    return Table(say("量化目標"), columns, lambda: ask(view, SchoolTarget, **asked))


# Money


def _money(view: View, school: School, source: SourceTable) -> Section:
    rows = ask(view, SchoolMoney, school_id=school.school_id)
    if not any(row.rows for row in rows):
        return Section("budget", heading(say("經費")) + _missing(source, say("經費")))
    results = _figures(view, school, "budget")
    note = say(
        "核定與實支以元計，自籌款另列，不計入上限與執行率。經費沒有日期，截至 {day} 與其他日子的數字相同",
        day=full_day(view.on),
    )
    return Section(
        "budget",
        heading(say("經費"), note),
        element("div", *(_line(view, row) for row in results), kind="list money"),
        amounts(rows),
        lambda: plan_figures.budget(view, school, rows, results),
    )


def _line(view: View, row: SchoolResultOf) -> Markup:
    """The line of a ceiling with the amount left or over, or of the rate of spending with its amounts."""
    about = [row.kpi_label, "　", _spending(row), " ", flagged(row, row, view.link)]
    return element(
        "div",
        element("span", tag(row.status, row.require)),
        element("span", row.period_label),
        element("span", *about, kind="tx"),
        kind="li",
        data_figure=stated(row, row.school_name),
    )


def _spending(row: SchoolResultOf) -> str:
    if row.counted is None:
        unsaid = say("? 實支金額未填，缺資料，不是 0")
        return element("span", unsaid, kind="mut") if row.require == "none" else "?"
    if row.room is None:
        return _rate(row.counted, row.base, row.unit)
    title = say(
        "核定 {approved}，上限 {limit}",
        approved=exact(row.counted, row.unit),
        limit=exact(row.required, row.unit),
    )
    summary = say_markup(
        "核定 {approved}；上限 {limit}，{room}",
        approved=amount(row.counted, row.unit),
        limit=amount(row.required, row.unit),
        room=element("b", findings.room(row, row.unit)),
    )
    return element("span", summary, title=title)


def _rate(spent: int | None, approved: int | None, unit: str) -> Markup:
    whole = {"spent": exact(spent, unit), "approved": exact(approved, unit)}
    summary = say_markup(
        "{share}（實支 {spent}/核定 {approved}）",
        share=element("b", percent(spent, approved)),
        spent=brief(spent, unit),
        approved=amount(approved, unit),
    )
    return element("span", summary, title=say("實支 {spent} ÷ 核定 {approved}", **whole))


def amounts(rows: Sequence[SchoolMoney]) -> Markup:
    """The table of amounts by year and in all, in whole dollars."""
    years: dict[str, dict[str, SchoolMoney]] = {}
    for row in rows:
        years.setdefault(row.label, {})[row.part] = row
    columns = [
        Column[Sums](say("年度"), cell=lambda sums: sums["granted"].label, kind="l"),
        *(_sum(APPROVED[part], part, "approved") for part in GRANTED),
        *(_sum(SPENT[part], part, "spent") for part in GRANTED),
        Column[Sums](say(RATE), cell=_rate_of_year),
        _sum(APPROVED["own"], "own", "approved"),
        _sum(SPENT["own"], "own", "spent"),
    ]
    table = Table[Sums](
        say("經費（元）"),
        columns,
        list(years.values()),
        "sums-of-money",
        lambda sums: "" if sums["granted"].period else "sum",
    )
    return element("div", kind="gapped") + table.html()


def _empty(sums: Sums) -> str:
    """What a cell without rows says: a year with other rows has nothing there, else nothing is known of it."""
    return NONE if any(row.rows for row in sums.values()) else "?"


def _rate_of_year(sums: Sums) -> str:
    granted = sums["granted"]
    share = percent(granted.spent, granted.reported_approved)
    return share or (_unsaid() if granted.rows else _empty(sums))


def _unsaid() -> Markup:
    return element("span", say("未填"), kind="mut")


def _sum(label: str, part: str, name: str) -> Column[Sums]:
    """The column of the amounts `name` of a part."""
    return Column(say(label), cell=lambda sums: _amount(sums[part], name, _empty(sums)))


def _amount(row: SchoolMoney, name: str, empty: str) -> Markup:
    value = row.approved if name == "approved" else row.spent
    label = empty if not row.rows else (_unsaid() if value is None else number(value))
    if name == "spent" and value is not None and row.unsaid:
        label = join([label, element("small", say("（{n} 筆未填）", n=number(row.unsaid)), kind="mut")])
    return fact(label, {"part": row.part, "year": row.period, "name": name, "value": plain(value)})


def _money_file(view: View, school: School) -> Table[SchoolMoney]:
    """The file of the money: a line for each year and part."""
    columns = [
        Column[SchoolMoney](say("年度"), lambda row: row.label),
        Column[SchoolMoney](say("項目"), lambda row: say(PARTS[row.part])),
        Column[SchoolMoney](say("核定（元）"), lambda row: row.approved),
        Column[SchoolMoney](say("實支（元）"), lambda row: row.spent),
        Column[SchoolMoney](say("實支未填的筆數"), lambda row: row.unsaid),
    ]
    return Table(say("經費"), columns, lambda: ask(view, SchoolMoney, school_id=school.school_id))


SECTIONS = {"targets": _targets, "budget": _money}
