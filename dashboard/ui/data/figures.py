"""The figures of the data itself, and of them the rejected rows of each snapshot: is the data getting cleaner?

None is drawn until the address asks for it: the page consists of tables and stays light.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import unescape
from typing import NamedTuple

import pandas as pd

from dashboard import charts
from dashboard import warehouse as store
from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.texts import later, say
from dashboard.language.words import (
    file_day,
    listing,
    moment,
    number,
    percent,
    prose,
    rate,
    written_day,
)
from dashboard.questions import View, answers, ask, facts_of
from dashboard.rows import Facts, ReasonCount, SourceTable
from dashboard.ui.base import figures
from dashboard.ui.base.figures import Figure
from dashboard.ui.base.parts import BREAK, element, hint, pills
from dashboard.ui.base.screen import show
from dashboard.ui.data import arrivals

Here = Callable[..., str]
CHARTS = {"rejects": later("退回的列變少了嗎"), "arrivals": later("各表的列到哪一天")}
MOST = 24  # snapshots in a figure
NAMED = 5  # reasons with a part of their own; the others are one part
OTHERS = "others"
LOOKS = {str(at): look for at, look in enumerate(charts.SHADES)} | {
    OTHERS: charts.Mark(charts.LINE, pattern="\\")
}


def choose(view: View, chosen: Mapping[str, str | None], chart: str | None, here: Here) -> None:
    """Write the links to both figures, and the figure that the address asks for."""
    offered = [
        (say(text), here(chart=None if name == chart else name), name == chart)
        for name, text in CHARTS.items()
    ]
    show(pills(offered, say("資料的變化")))
    if chart == "rejects":
        figures.show(chart, rejects(view, chosen, here))
    elif chart:
        figures.show(chart, arrivals.figure(view, chosen["school"]))


class _Kept(NamedTuple):
    """The rejected rows of a kept snapshot by reason, and the number of rows read, where it is known."""

    stamp: str
    facts: Facts
    reasons: Sequence[ReasonCount]
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
        more = element("p", omitted, kind="sub") if omitted else BLANK
        return element("h2", say("留存的快照都沒有被退回的列")) + more
    of = _of(view, chosen)
    title = f"{of}：{_rejects_title(kept)}" if of else _rejects_title(kept)
    return Figure(
        title=title,
        caption=prose([*_rejects_caption(view, kept), omitted]),
        drawn=charts.columns(
            pd.DataFrame(_parts(view, here, kept, _looks(sums), labels)),
            _ticks(kept),
            say("被退回的列數"),
            looks=LOOKS,
            totals={one.stamp: number(one.total) for one in kept},
        ),
        alt=_rejects_alt(view, title, kept),
        name="_".join(filter(None, (say("各快照退回的列"), of, file_day(kept[-1].facts.built_at.date())))),
        header=[say("快照"), say("原因"), say("退回"), say("讀入")],
        rows=lambda: [
            [_moment(view, one), row.label or row.reason, row.rows, one.read]
            for one in kept
            for row in one.reasons
        ],
    )


def _looks(sums: Mapping[str, int]) -> dict[str, str]:
    """The looks of the reasons with a part of their own, those with most rows first."""
    ordered = sorted(sums, key=lambda reason: (-sums[reason], reason))
    named = ordered if len(ordered) <= NAMED + 1 else ordered[:NAMED]
    return dict(zip(ordered, [*LOOKS][: len(named)], strict=False))


def _rejects_alt(view: View, title: str, kept: Sequence[_Kept]) -> str:
    bars = listing([f"{_moment(view, one)} {number(one.total)}" for one in kept])
    return say("{title}；{bars}", title=title, bars=bars)


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
        has_name = look != OTHERS or len(mine) == 1
        name = figures.plain(labels[next(iter(mine))] if has_name else say("其他原因"))
        counts = [sum(row.rows for row in one.reasons if row.reason in mine) for one in kept]
        for one, count in zip(kept, counts, strict=True):
            if count:
                leads = one is kept[-1] and len(mine) == 1
                parts.append(
                    {
                        "bar": one.stamp,
                        "look": look,
                        "part": join([name, number(counts[-1])], " "),
                        "value": count,
                        "hover": _rejects_hover(view, one, name, count),
                        "link": unescape(here(severity="rejected", reason=min(mine), fresh=None))
                        if leads
                        else "",
                        "figure": "",
                    }
                )
    return parts


def _rejects_hover(view: View, one: _Kept, name: Markup, count: int) -> Markup:
    lines = [
        element("b", _moment(view, one)),
        say_markup("{reason}：{n} 列", reason=name, n=number(count)),
        say("占讀入 {rate}", rate=rate(count, one.read, say("列"))) if one.read else "",
        say("這一份共退回 {n} 列", n=number(one.total)),
    ]
    return join(filter(None, lines), BREAK)


def _moment(view: View, one: _Kept) -> str:
    return moment(one.facts.built_at, view.year)


def _ticks(kept: Sequence[_Kept]) -> dict[str, str]:
    """The labels of the bars, by stamp: day and time, and the year where it changes."""
    names: dict[str, str] = {}
    former = ""
    for one in kept:
        at = one.facts.built_at
        year = written_day(at.date()).partition("/")[0]
        lines = [f"{at.month}/{at.day}", f"{at:%H:%M}", *([year] if year != former else [])]
        names[one.stamp] = join(lines, BREAK)
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
