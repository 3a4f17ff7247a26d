"""A school's tables as files: its indicators, their units, its rejected rows, and its plan.

What a viewer's scope hides is not in the rows of a query, and so in no file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from dashboard.language.parts import has, lacks
from dashboard.language.texts import say
from dashboard.language.words import flag_words, short_day, word
from dashboard.questions import View, ask
from dashboard.rows import Unit
from dashboard.ui.base import records
from dashboard.ui.school import plan
from dashboard.ui.school.rows import Item

Row = Any
ItemsByPeriod = Sequence[tuple[Row, Sequence[Item]]]
Rows = Sequence[Sequence[object]]


def tables(
    view: View, school: Row, periods: ItemsByPeriod, rejects: Sequence[Row]
) -> Iterator[tuple[str, list[str], Callable[[], Rows]]]:
    """The title of each table, its header, and a function that gives its rows."""
    yield say("指標"), _indicator_header(view), lambda: indicators(periods, compared=view.versus is not None)
    header = [
        say("期間"), say("指標"), say("編號"), say("對象"), say("計入"), say("計入日"), say("起日"), say("數量"),
        say("已有"), say("還缺"),
    ]  # fmt: skip
    yield say("名單"), header, lambda: units(_with_units(view, school, periods))
    if rejects:
        refused = records.table(rejects)
        yield refused.name, refused.header(), refused.values
    yield from plan.downloads(view, school)


def _indicator_header(view: View) -> list[str]:
    header = [
        say("期間"), say("指標"), say("狀態"), say("計數"), say("基數"), say("應達"), say("還差"), say("應有進度"),
        say("從今天起每週須"), say("期限"), say("剩餘天數"), say("資料註記"),
    ]  # fmt: skip
    if view.versus:
        day = short_day(view.versus, view.year)
        header += [say("{day} 的計數", day=day), say("{day} 的狀態", day=day)]
    return header


def indicators(periods: ItemsByPeriod, compared: bool) -> Rows:
    """The rows of a school's figures, in the definition's order."""
    return [_indicator(period, item, compared) for period, items in periods for item in items]


def _indicator(period: Row, item: Item, compared: bool) -> list[object]:
    row, then = item.row, item.then
    figures = [
        period.label,
        item.kpi.label,
        word(row.status, item.kpi.require),
        row.counted,
        row.base,
        row.required,
        row.gap,
        row.pace,
        row.weekly and round(row.weekly, 2),
        row.deadline,
        row.days_left,
        flag_words(row),
    ]
    if compared:
        figures += [then and then.counted, then and word(then.status, item.kpi.require)]
    return figures


def _with_units(view: View, school: Row, periods: ItemsByPeriod) -> ItemsByPeriod:
    """The items with the units of every indicator, not only of the open one."""
    asked = {
        period.period: ask(view, Unit, on=view.on, period=period.period, school_id=school.school_id, kpi=None)
        for period, _ in periods
    }
    return [
        (
            period,
            [
                replace(item, units=[unit for unit in asked[period.period] if unit.kpi == item.kpi.kpi])
                for item in items
            ],
        )
        for period, items in periods
    ]


def units(periods: ItemsByPeriod) -> Rows:
    """The rows of the units: those that count, and those still missing."""
    return [
        [
            period.label,
            item.kpi.label,
            unit.unit_id,
            unit.unit_label,
            say("是") if unit.done else say("否"),
            unit.attained_on if unit.done else None,
            unit.since,
            unit.amount,
            has(unit.parts),
            lacks(unit.parts),
        ]
        for period, items in periods
        for item in items
        for unit in item.units
    ]
