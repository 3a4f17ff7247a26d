"""The figures of a group's schools as a file: a row for each school and indicator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dashboard.language.texts import say
from dashboard.language.words import file_day, flag_words, word
from dashboard.questions import Before, View
from dashboard.rows import Group, Kpi, Period, SchoolResult
from dashboard.ui.base.table import Column, Table

Line = tuple[SchoolResult, Kpi, SchoolResult | None]  # a figure, its indicator, that of the day compared with


def results(
    view: View,
    period: Period,
    group: Group,
    kpis: Sequence[Kpi],
    schools: Mapping[str, Sequence[SchoolResult]],
    before: Before[SchoolResult],
) -> Table[Line]:
    """The file, under its name; before: the figures of the day compared with, by school and indicator."""
    named = {kpi.kpi: kpi for kpi in kpis}

    def lines() -> list[Line]:
        every = [row for rows in schools.values() for row in rows]
        return [(row, named[row.kpi], before.get((row.school_id, row.kpi))) for row in every]

    columns = [
        _figure(say("學校"), lambda row: row.school_name),
        _figure(say("角色"), lambda row: row.role_label),
        _figure(say("期間"), lambda row: period.label),
        Column[Line](say("指標"), lambda line: line[1].label),
        Column[Line](say("狀態"), lambda line: word(line[0].status, line[1].require)),
        _figure(say("計數"), lambda row: row.counted),
        _figure(say("應達"), lambda row: row.required),
        _figure(say("基數"), lambda row: row.base),
        _figure(say("還差"), lambda row: row.gap if row.required is not None else None),
        _figure(say("期限"), lambda row: row.deadline),
        Column[Line](say("比較日計數"), lambda line: line[2] and line[2].counted),
        _figure(say("資料註記"), flag_words),
    ]
    return Table(f"{say('各校各項')}_{group.name}_{period.label}_{file_day(view.on)}", columns, lines)


def _figure(label: str, value: Callable[[SchoolResult], object]) -> Column[Line]:
    return Column(label, lambda line: value(line[0]))
