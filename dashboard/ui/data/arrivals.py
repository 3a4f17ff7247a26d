"""The figure of the accepted rows of each table by the dates in them: who has stopped sending?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

import pandas as pd

from dashboard import charts
from dashboard import warehouse as store
from dashboard.language.markup import Markup, join
from dashboard.language.texts import say
from dashboard.language.words import file_day, listing, number, prose, short_day, written_day
from dashboard.questions import View, ask
from dashboard.rows import RowsByDay
from dashboard.ui.base import figures
from dashboard.ui.base.figures import Figure, Value
from dashboard.ui.base.parts import BREAK, element, notice

QUIET = timedelta(weeks=4)  # as queries/pages/rows_by_day.sql has it


def figure(view: View, school: str | None) -> Figure | Markup:
    """The accepted rows of each table, of all schools or of one."""
    try:
        listed = ask(view, RowsByDay, on=view.on, school=school)
    except store.NoSnapshot:
        return notice(say("這一份快照是別的版本做的"), say("沒有各表逐日的列數；下一次更新後就會有。"))
    return figures.once(view, "arrivals", school, build=lambda: _arrivals(view, school, listed))


class _Bar(NamedTuple):
    """The accepted rows of a table in a stretch of days."""

    table: str
    label: str
    since: date
    until: date
    rows: int


def _bars(listed: Sequence[RowsByDay]) -> list[_Bar]:
    return [
        _Bar(row.table_name, row.label, row.since, row.until, row.rows)
        for row in listed
        if row.since and row.until and row.rows is not None
    ]


def _arrivals(view: View, school: str | None, listed: Sequence[RowsByDay]) -> Figure | Markup:
    tables = {table: list(rows) for table, rows in groupby(listed, key=lambda row: row.table_name)}
    of, bars = f"{school}：" if school else "", _bars(listed)
    if not bars:
        return element("h2", of, say("到 {day} 還沒有採用的列", day=written_day(view.on)))
    firsts = [rows[0] for rows in tables.values()]
    dated = [row for row in firsts if row.last_day or row.later or not row.undated]
    quiet = [row for row in dated if row.is_quiet]
    by_week = firsts[0].by_week
    since = view.on - QUIET + timedelta(days=1)
    title = of + _title(quiet, dated)
    what = say("各表逐週的列") if by_week else say("各表逐日的列")
    return Figure(
        title=title,
        caption=prose(_caption(view, firsts, dated, quiet, by_week, since)),
        drawn=_pulses(
            view,
            bars,
            {row.table_name: _named(row, tables[row.table_name]) for row in dated},
            [row.table_name for row in quiet],
            since,
            days=7 if by_week else 1,
        ),
        alt=say(
            "{title}；{tables}",
            title=title,
            tables=listing([f"{row.label} {_last(row)}" for row in dated]),
        ),
        name="_".join(filter(None, (what, school, file_day(view.on)))),
        header=[say("資料表"), say("第一天"), say("最後一天"), say("採用")],
        rows=lambda: _values(dated, bars),
    )


def _pulses(
    view: View,
    bars: Sequence[_Bar],
    names: Mapping[str, str],
    marked: Sequence[str],
    since: date,
    days: int,
) -> charts.Figure:
    first, last = min(bar.since for bar in bars), max(bar.since for bar in bars)
    end = max(last + timedelta(days=days), view.on + timedelta(days=1), first + timedelta(weeks=4))
    return charts.pulses(
        pd.DataFrame(
            {
                "row": [bar.table for bar in bars],
                "day": [bar.since for bar in bars],
                "value": [bar.rows for bar in bars],
                "hover": [_hover(bar) for bar in bars],
                "link": "",
                "figure": "",
            }
        ),
        names,
        span=(first, end),
        days=days,
        marked=marked,
        line=(since, say("四週前")) if since > first else None,
        months=figures.months(first, view.on) or {first.isoformat(): short_day(first, view.year)},
    )


def _values(dated: Sequence[RowsByDay], bars: Sequence[_Bar]) -> list[list[Value]]:
    """The values of every bar, and the rows before the first one."""
    values: list[list[Value]] = [[row.label, None, None, row.earlier] for row in dated if row.earlier]
    values += [[bar.label, bar.since, bar.until, bar.rows] for bar in bars]
    return values


def _last(row: RowsByDay) -> str:
    return say("最近一列 {day}", day=written_day(row.last_day)) if row.last_day else say("還沒有列")


def _named(first: RowsByDay, rows: Sequence[RowsByDay]) -> Markup:
    """The label of a table: its name, the day of its last row, and the value of its highest bar."""
    most = max((bar.rows for bar in _bars(rows)), default=0)
    name = join(["! " if first.is_quiet else "", element("b", first.label)])
    highest = ""
    if most:
        highest = (
            say("最高一週 {n} 列", n=number(most))
            if first.by_week
            else say("最高一天 {n} 列", n=number(most))
        )
    return join(filter(None, [name, _last(first), highest]), "　")


def _hover(bar: _Bar) -> Markup:
    since, until = written_day(bar.since), written_day(bar.until)
    days = since if since == until else f"{since}–{until}"
    return join([element("b", bar.label), days, say("採用 {n} 列", n=number(bar.rows))], BREAK)


def _title(quiet: Sequence[RowsByDay], dated: Sequence[RowsByDay]) -> str:
    """The finding: which tables have no new row. It does not judge, for there may be nothing to record."""
    if not quiet:
        return (
            say("近四週各表都有新的列")
            if all(row.last_day for row in dated)
            else say("有列的各表，近四週都有新的列")
        )
    if len(quiet) > 2:
        return say("{n} 張資料表近四週沒有新的列", n=number(len(quiet)))
    return listing(
        [
            say("{table}最近一列是 {day}", table=row.label, day=written_day(row.last_day))
            for row in quiet
            if row.last_day
        ]
    )


def _caption(
    view: View,
    firsts: Sequence[RowsByDay],
    dated: Sequence[RowsByDay],
    quiet: Sequence[RowsByDay],
    by_week: bool,
    since: date,
) -> list[str]:
    many = sum(row.earlier for row in dated)
    ahead, undated = sum(row.later for row in dated), sum(row.undated for row in dated)
    without = [row.label for row in firsts if row not in dated]
    days = {"since": written_day(since), "until": written_day(view.on)}
    return [
        say("採用的列，依列上所記的日期，一條一週（週一起）；各表以自己最高的一週為滿。") if by_week
        else say("採用的列，依列上所記的日期，一條一天；各表以自己最高的一天為滿。"),
        say("「!」是近四週（{since}–{until}）沒有新的列。", **days) if quiet else say("近四週是 {since}–{until}。", **days),
        say("更早的 {n} 列沒有畫出。", n=number(many)) if many else "",
        say("日期晚於 {day} 的 {n} 列沒有計入。", day=written_day(view.on), n=number(ahead)) if ahead else "",
        say("{n} 列沒有日期，沒有畫出。", n=number(undated)) if undated else "",
        say("沒有日期、沒有畫出的資料表：{tables}。", tables=listing(without)) if without else "",
    ]  # fmt: skip
