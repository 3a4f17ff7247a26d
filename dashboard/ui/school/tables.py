"""A school's tables as files: its indicators, their units, its rejected rows, and its plan.

What a viewer's scope hides is not in the rows of a query, and so in no file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from dashboard.language.markup import Markup
from dashboard.language.parts import has, lacks
from dashboard.language.texts import say
from dashboard.language.words import file_day, flag_words, short_day, word
from dashboard.questions import View, ask
from dashboard.rows import Period, School, SchoolReject, Unit
from dashboard.ui.base import records
from dashboard.ui.base.table import Column, Table
from dashboard.ui.school import plan
from dashboard.ui.school.items import Item

ItemsByPeriod = Sequence[tuple[Period, Sequence[Item]]]
ItemRow = tuple[Period, Item]
UnitRow = tuple[Period, Item, Unit]


def files(
    view: View, school: School, periods: ItemsByPeriod, rejects: Sequence[SchoolReject]
) -> Iterator[Markup]:
    """The links to each table."""
    about = f"{school.name}_{file_day(view.on)}"
    yield indicators(view, periods).download(f"{say('指標')}_{about}")
    yield units(lambda: _units(view, school, periods)).download(f"{say('名單')}_{about}")
    if rejects:
        yield records.table(rejects).download(f"{say('被退回與警告的列')}_{about}")
    yield from plan.files(view, school, about)


def indicators(view: View, periods: ItemsByPeriod) -> Table[ItemRow]:
    """The table of a school's figures, in the definition's order."""
    columns = [
        Column[ItemRow](say("期間"), lambda one: one[0].label),
        _of_item(say("指標"), lambda item: item.kpi.label),
        _of_item(say("狀態"), lambda item: word(item.row.status, item.kpi.require)),
        _of_item(say("計數"), lambda item: item.row.counted),
        _of_item(say("基數"), lambda item: item.row.base),
        _of_item(say("應達"), lambda item: item.row.required),
        _of_item(say("還差"), lambda item: item.row.gap),
        _of_item(say("應有進度"), lambda item: item.row.pace),
        _of_item(say("從今天起每週須"), lambda item: item.row.weekly and round(item.row.weekly, 2)),
        _of_item(say("期限"), lambda item: item.row.deadline),
        _of_item(say("剩餘天數"), lambda item: item.row.days_left),
        _of_item(say("資料註記"), lambda item: flag_words(item.row)),
    ]
    if view.versus:
        day = short_day(view.versus, view.year)
        columns.append(_of_item(say("{day} 的計數", day=day), lambda item: item.then and item.then.counted))
        columns.append(_of_item(say("{day} 的狀態", day=day), _status_then))
    return Table(say("指標"), columns, [(period, item) for period, items in periods for item in items])


def _of_item(label: str, value: Callable[[Item], object]) -> Column[ItemRow]:
    return Column(label, lambda one: value(one[1]))


def _status_then(item: Item) -> str | None:
    return word(item.then.status, item.kpi.require) if item.then else None


def _units(view: View, school: School, periods: ItemsByPeriod) -> list[UnitRow]:
    """The units of every indicator, not only of the open one."""
    asked = {
        period.period: ask(view, Unit, on=view.on, period=period.period, school_id=school.school_id, kpi=None)
        for period, _ in periods
    }
    return [
        (period, item, unit)
        for period, items in periods
        for item in items
        for unit in asked[period.period]
        if unit.kpi == item.kpi.kpi
    ]


def units(rows: Sequence[UnitRow] | Callable[[], Sequence[UnitRow]]) -> Table[UnitRow]:
    """The table of the units: those that count, and those still missing."""
    columns = [
        Column[UnitRow](say("期間"), lambda one: one[0].label),
        Column[UnitRow](say("指標"), lambda one: one[1].kpi.label),
        _of_unit(say("編號"), lambda unit: unit.unit_id),
        _of_unit(say("對象"), lambda unit: unit.unit_label),
        _of_unit(say("計入"), lambda unit: say("是") if unit.done else say("否")),
        _of_unit(say("計入日"), lambda unit: unit.attained_on if unit.done else None),
        _of_unit(say("起日"), lambda unit: unit.since),
        _of_unit(say("數量"), lambda unit: unit.amount),
        _of_unit(say("已有"), lambda unit: has(unit.parts)),
        _of_unit(say("還缺"), lambda unit: lacks(unit.parts)),
    ]
    return Table(say("名單"), columns, rows)


def _of_unit(label: str, value: Callable[[Unit], object]) -> Column[UnitRow]:
    return Column(label, lambda one: value(one[2]))
