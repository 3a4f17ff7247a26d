"""The figures of the data itself: the rejected rows of each snapshot, and the dates of accepted rows.

Neither is drawn until the address asks for it: the page consists of tables and stays light.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from html import unescape
from itertools import groupby
from typing import Any, NamedTuple

import pandas as pd

from dashboard import charts
from dashboard import warehouse as store
from dashboard.language.markup import Markup
from dashboard.language.texts import later, say
from dashboard.language.words import (
    escape,
    file_day,
    listing,
    moment,
    number,
    percent,
    prose,
    rate,
    short_day,
    written_day,
)
from dashboard.questions import View, answers, ask, facts_of
from dashboard.rows import ReasonCount, RowsByDay, SourceTable
from dashboard.ui.base import figures
from dashboard.ui.base.figures import Figure, Value
from dashboard.ui.base.parts import element, hint, notice, pills
from dashboard.ui.base.screen import show

Row = Any

Here = Callable[..., str]
CHARTS = {"rejects": later("退回的列變少了嗎"), "arrivals": later("各表的列到哪一天")}
MOST = 24  # snapshots in a figure
NAMED = 5  # reasons with a part of their own; the others are one part
QUIET = timedelta(weeks=4)  # as queries/pages/rows_by_day.sql has it
OTHERS = "others"
LOOKS = {str(at): look for at, look in enumerate(charts.SHADES)} | {
    OTHERS: charts.Mark(charts.LINE, pattern="\\")
}


def choose(view: View, chosen: Mapping[str, str | None], chart: str | None, here: Here) -> None:
    """Write the links to both figures, and the figure that the address asks for."""
    show(
        pills(
            [
                (say(text), here(chart=None if name == chart else name), name == chart)
                for name, text in CHARTS.items()
            ],
            say("資料的變化"),
        )
    )
    if chart:
        figures.show(chart, (rejects if chart == "rejects" else arrivals)(view, chosen, here))


# Is the data getting cleaner?


class _Kept(NamedTuple):
    """The rejected rows of a kept snapshot by reason, and the number of rows read, where it is known."""

    stamp: str
    facts: Row
    reasons: Sequence[Row]
    read: int | None

    @property
    def total(self) -> int:
        return sum(row.rows for row in self.reasons)


def rejects(view: View, chosen: Mapping[str, str | None], here: Here) -> Figure | Markup:
    """The rejected rows of each kept snapshot up to the one that serves, by reason."""
    snapshots = [*reversed(store.older(view.snapshot)[: MOST - 1]), view.snapshot]
    kept = [one for snapshot in snapshots if (one := _kept(view, snapshot, chosen))]
    unread = len(snapshots) - len(kept)
    asked = ("rejects", tuple(one.stamp for one in kept), unread, chosen["table"], chosen["school"])
    return figures.once(view, *asked, build=lambda: _rejects(view, chosen, here, kept, unread))


def _kept(view: View, snapshot: store.Snapshot, chosen: Mapping[str, str | None]) -> _Kept | None:
    """The rejected rows of a snapshot; None where it is of another version or damaged."""
    table, school = chosen["table"], chosen["school"]
    try:
        facts = facts_of(snapshot, view.scope)
        reasons = answers(snapshot, view.scope, ReasonCount, (("school", school), ("table", table)))
        tables = answers(snapshot, view.scope, SourceTable)
    except store.NoSnapshot:
        return None
    # The number of rows read is known of whole tables only, not of some schools.
    whole = view.scope.whole and not school
    read = sum(row.read for row in tables if table in (None, row.table_name)) if whole else None
    return _Kept(snapshot.stamp, facts, reasons, read)


def _rejects(
    view: View, chosen: Mapping[str, str | None], here: Here, kept: Sequence[_Kept], unread: int
) -> Figure | Markup:
    sums: dict[str, int] = {}
    labels: dict[str, str] = {}
    for row in (row for one in kept for row in one.reasons):
        sums[row.reason] = sums.get(row.reason, 0) + row.rows
        labels[row.reason] = row.label or row.reason
    omitted = (
        say("有 {n} 份較舊的快照讀不出來或是別的版本做的，沒有畫出。", n=number(unread)) if unread else ""
    )
    if not sums:
        more = f'<p class="sub">{omitted}</p>' if omitted else ""
        return Markup(f"<h2>{say('留存的快照都沒有被退回的列')}</h2>{more}")
    ordered = sorted(sums, key=lambda reason: (-sums[reason], reason))
    named = ordered if len(ordered) <= NAMED + 1 else ordered[:NAMED]
    looks = dict(zip(ordered, [*LOOKS][: len(named)], strict=False))
    of, now = _of(view, chosen), kept[-1]
    title = f"{of}：{_rejects_title(kept)}" if of else _rejects_title(kept)
    return Figure(
        title=title,
        caption=prose([*_rejects_caption(view, kept), omitted]),
        drawn=charts.columns(
            pd.DataFrame(_parts(view, here, kept, looks, labels)),
            _ticks(kept),
            say("被退回的列數"),
            looks=LOOKS,
            totals={one.stamp: number(one.total) for one in kept},
        ),
        alt=say(
            "{title}；{bars}",
            title=title,
            bars=listing([f"{_moment(view, one)} {number(one.total)}" for one in kept]),
        ),
        name="_".join(filter(None, (say("各快照退回的列"), of, file_day(now.facts.built_at.date())))),
        header=[say("快照"), say("原因"), say("退回"), say("讀入")],
        rows=lambda: [
            [_moment(view, one), row.label or row.reason, row.rows, one.read]
            for one in kept
            for row in one.reasons
        ],
    )


def _of(view: View, chosen: Mapping[str, str | None]) -> str:
    """The school and the table that the figure is limited to; blank where it is not."""
    table = next(
        (row.label for row in ask(view, SourceTable) if row.table_name == chosen["table"]), chosen["table"]
    )
    return " · ".join(filter(None, (chosen["school"], table)))


def _parts(
    view: View, here: Here, kept: Sequence[_Kept], looks: Mapping[str, str], labels: Mapping[str, str]
) -> list[dict[str, object]]:
    """The parts of all bars, reason by reason. A part of the snapshot that serves is a link to its rows."""
    parts: list[dict[str, object]] = []
    for look in dict.fromkeys([*looks.values(), OTHERS]):
        mine = {reason for reason in labels if looks.get(reason, OTHERS) == look}
        name = escape(
            next(iter(labels[reason] for reason in mine))
            if look != OTHERS or len(mine) == 1
            else say("其他原因")
        )
        counts = [sum(row.rows for row in one.reasons if row.reason in mine) for one in kept]
        for one, count in zip(kept, counts, strict=True):
            if count:
                leads = one is kept[-1] and len(mine) == 1
                parts.append(
                    {
                        "bar": one.stamp,
                        "look": look,
                        "part": f"{name} {number(counts[-1])}",
                        "value": count,
                        "hover": _rejects_hover(view, one, name, count),
                        "link": unescape(here(severity="rejected", reason=min(mine), fresh=None))
                        if leads
                        else "",
                        "figure": "",
                    }
                )
    return parts


def _rejects_hover(view: View, one: _Kept, name: str, count: int) -> str:
    lines = [f"<b>{_moment(view, one)}</b>", say("{reason}：{n} 列", reason=name, n=number(count))]
    if one.read:
        lines.append(say("占讀入 {rate}", rate=rate(count, one.read, say("列"))))
    lines.append(say("這一份共退回 {n} 列", n=number(one.total)))
    return "<br>".join(lines)


def _moment(view: View, one: _Kept) -> str:
    return moment(one.facts.built_at, view.year)


def _ticks(kept: Sequence[_Kept]) -> dict[str, str]:
    """The labels of the bars, by stamp: day and time, and the year where it changes."""
    names: dict[str, str] = {}
    former = ""
    for one in kept:
        at = one.facts.built_at
        year = written_day(at.date()).partition("/")[0]
        names[one.stamp] = f"{at.month}/{at.day}<br>{at:%H:%M}" + (f"<br>{year}" if year != former else "")
        former = year
    return names


def _rejects_title(kept: Sequence[_Kept]) -> str:
    """The finding: whether fewer rows are rejected than before."""
    now = kept[-1].total
    if len(kept) == 1:
        return say("退回 {n} 列，還沒有前一份快照可以比較", n=number(now))
    then, first = kept[-2].total, kept[0].total
    if now < then:
        return say("退回的列由 {then} 列減為 {now} 列", then=number(then), now=number(now))
    if now > then:
        return say("退回的列由 {then} 列增為 {now} 列", then=number(then), now=number(now))
    if now != first:
        return say(
            "退回的列與前一份快照一樣是 {now} 列；最早留存的一份是 {first} 列",
            now=number(now),
            first=number(first),
        )
    return say("退回的列與前一份快照一樣是 {now} 列", now=number(now))


def _rejects_caption(view: View, kept: Sequence[_Kept]) -> list[str]:
    now = kept[-1]
    sentences = []
    if len(kept) > 1:
        then = kept[-2]
        sentences.append(say("比較 {since} 與 {now}。", since=_moment(view, then), now=_moment(view, now)))
        if then.read and now.read:
            shares = [
                f"{percent(one.total, one.read)}（{number(one.total)}/{number(one.read)}）"
                for one in (then, now)
            ]
            sentences.append(say("退回率 {then} → {now}。", then=shares[0], now=shares[1]))
    elif now.read:
        sentences.append(
            say(
                "退回率 {now}。",
                now=f"{percent(now.total, now.read)}（{number(now.total)}/{number(now.read)}）",
            )
        )
    sentences.append(
        say("一條一份快照，被退回的列依原因疊放；圖例的數字是 {now} 這一份的列數。", now=_moment(view, now))
    )
    return [*sentences, hint(say("點最右一條的一段，看那些列。"))]


# Who has stopped sending?


def arrivals(view: View, chosen: Mapping[str, str | None], here: Here) -> Figure | Markup:
    """The accepted rows of each table by the dates in them: which tables have new rows?"""
    school = chosen["school"]
    try:
        listed = ask(view, RowsByDay, on=view.on, school=school)
    except store.NoSnapshot:
        return notice(say("這一份快照是別的版本做的"), say("沒有各表逐日的列數；下一次更新後就會有。"))
    return figures.once(view, "arrivals", school, build=lambda: _arrivals(view, school, listed))


def _arrivals(view: View, school: str | None, listed: Sequence[Row]) -> Figure | Markup:
    tables = {table: list(rows) for table, rows in groupby(listed, key=lambda row: row.table_name)}
    firsts = [rows[0] for rows in tables.values()]
    dated = [row for row in firsts if row.last_day or row.later or not row.undated]
    of = f"{school}：" if school else ""
    bars = [row for row in listed if row.since]
    if not bars:
        return element("h2", of, say("到 {day} 還沒有採用的列", day=written_day(view.on)))
    by_week = firsts[0].by_week
    quiet = [row for row in dated if row.is_quiet]
    first, days = min(row.since for row in bars), 7 if by_week else 1
    since = view.on - QUIET + timedelta(days=1)
    title = of + _arrivals_title(quiet, dated)
    return Figure(
        title=title,
        caption=prose(_arrivals_caption(view, firsts, dated, quiet, by_week, since)),
        drawn=charts.pulses(
            pd.DataFrame(
                {
                    "row": [row.table_name for row in bars],
                    "day": [row.since for row in bars],
                    "value": [row.rows for row in bars],
                    "hover": [_arrivals_hover(row) for row in bars],
                    "link": "",
                    "figure": "",
                }
            ),
            {row.table_name: _named(tables[row.table_name], by_week) for row in dated},
            span=(
                first,
                max(
                    max(row.since for row in bars) + timedelta(days=days),
                    view.on + timedelta(days=1),
                    first + timedelta(weeks=4),
                ),
            ),
            days=days,
            marked=[row.table_name for row in quiet],
            line=(since, say("四週前")) if since > first else None,
            months=figures.months(first, view.on) or {first.isoformat(): short_day(first, view.year)},
        ),
        alt=say(
            "{title}；{tables}",
            title=title,
            tables=listing([f"{row.label} {_last(row)}" for row in dated]),
        ),
        name="_".join(
            filter(None, (say("各表逐週的列") if by_week else say("各表逐日的列"), school, file_day(view.on)))
        ),
        header=[say("資料表"), say("第一天"), say("最後一天"), say("採用")],
        rows=lambda: _values(dated, bars),
    )


def _values(dated: Sequence[Row], bars: Sequence[Row]) -> list[list[Value]]:
    """The values of every bar, and the rows before the first one."""
    earlier: list[list[Value]] = [[row.label, None, None, row.earlier] for row in dated if row.earlier]
    return [*earlier, *([row.label, row.since, row.until, row.rows] for row in bars)]


def _last(row: Row) -> str:
    return say("最近一列 {day}", day=written_day(row.last_day)) if row.last_day else say("還沒有列")


def _named(rows: Sequence[Row], by_week: bool) -> str:
    """The label of a table: its name, the day of its last row, and the value of its highest bar."""
    row = rows[0]
    most = max((one.rows for one in rows if one.since), default=0)
    parts = [("! " if row.is_quiet else "") + f"<b>{escape(row.label)}</b>", _last(row)]
    if most:
        parts.append(
            say("最高一週 {n} 列", n=number(most)) if by_week else say("最高一天 {n} 列", n=number(most))
        )
    return "　".join(parts)


def _arrivals_hover(row: Row) -> str:
    days = (
        written_day(row.since)
        if row.since == row.until
        else f"{written_day(row.since)}–{written_day(row.until)}"
    )
    return f"<b>{escape(row.label)}</b><br>{days}<br>{say('採用 {n} 列', n=number(row.rows))}"


def _arrivals_title(quiet: Sequence[Row], dated: Sequence[Row]) -> str:
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
        [say("{table}最近一列是 {day}", table=row.label, day=written_day(row.last_day)) for row in quiet]
    )


def _arrivals_caption(
    view: View, firsts: Sequence[Row], dated: Sequence[Row], quiet: Sequence[Row], by_week: bool, since: date
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
