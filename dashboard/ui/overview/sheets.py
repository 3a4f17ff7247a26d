"""The figures of the overview's matrix as a file: a row for each group and indicator, and for the whole programme."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dashboard.language.texts import say
from dashboard.language.words import file_day, flag_words, word, written_day
from dashboard.questions import Before, View
from dashboard.rows import Kpi, Period, Total
from dashboard.ui.base.table import Column, Table

Line = tuple[Total, Kpi, Total | None]  # a figure, its indicator, and the figure of the day compared with


def totals(
    view: View,
    period: Period,
    kpis: Sequence[Kpi],
    figures: Sequence[Total],
    before: Before[Total],
) -> Table[Line]:
    """The file, under its name; before: the figures of the day compared with, by indicator, level and group."""
    part = period.label if len(view.periods) > 1 else ""
    name = "_".join(filter(None, (say("各組各項"), view.facts.title, part, file_day(view.on))))
    named = {kpi.kpi: kpi for kpi in kpis}

    def lines() -> list[Line]:
        return [
            (row, named[row.kpi], before.get((row.kpi, row.level, row.group_id)))
            for row in figures
            if row.kpi in named
        ]

    return Table(name, [*_columns(), *_then(view)], lines)


def _columns() -> list[Column[Line]]:
    return [
        _figure(say("組別"), lambda row: row.group_name if row.level == "group" else say("全市")),
        Column[Line](say("指標"), lambda line: line[1].label),
        Column[Line](say("狀態"), lambda line: word(line[0].status, line[1].require)),
        _figure(say("達標校數"), lambda row: row.schools_met),
        _figure(say("應評校數"), lambda row: row.schools_judged),
        _figure(say("進行中校數"), lambda row: row.schools_on_track),
        _figure(say("落後校數"), lambda row: row.schools_behind),
        _figure(say("逾期校數"), lambda row: row.schools_overdue),
        _figure(say("未填報校數"), lambda row: row.schools_no_data),
        _figure(say("不適用校數"), lambda row: row.schools_exempt),
        _figure(say("計數"), lambda row: row.counted),
        _figure(say("基數"), lambda row: row.base),
        _figure(say("應達"), lambda row: row.required),
        Column[Line](say("單位"), lambda line: line[1].unit),
        _figure(say("期限"), lambda row: row.deadline),
        _figure(say("資料註記"), flag_words),
    ]


def _then(view: View) -> list[Column[Line]]:
    """The columns of the day compared with; none without one."""
    if view.versus is None:
        return []
    day = written_day(view.versus)
    return [
        Column[Line](say("達標校數（{day}）", day=day), lambda line: line[2] and line[2].schools_met),
        Column[Line](say("計數（{day}）", day=day), lambda line: line[2] and line[2].counted),
    ]


def _figure(label: str, value: Callable[[Total], object]) -> Column[Line]:
    return Column(label, lambda line: value(line[0]))
