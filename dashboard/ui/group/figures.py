"""The figures of one group: its course beside the others', and the calendar of its public lessons."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from dashboard import charts
from dashboard import warehouse as store
from dashboard.language.markup import BLANK, Markup, join
from dashboard.language.texts import say
from dashboard.language.words import file_day, full_day, listing, number, percent, prose, rate
from dashboard.questions import View, ask_each
from dashboard.rows import Group, Kpi, Period
from dashboard.ui.base import figures, links
from dashboard.ui.base.figures import Figure
from dashboard.ui.base.parts import element, notice, pills
from dashboard.ui.base.screen import halves
from dashboard.ui.group import lessons

Here = Callable[..., str]
Counts = tuple[int, int]  # a count, and what it is out of
LISTED = 8  # groups named in a caption


def put(view: View, period: Period, group: Group, marked: str | None, asked: str | None, here: Here) -> None:
    """Write both figures, side by side where the programme has public lessons.

    They are drawn once, with the view's first period: the same lessons count in a year and in its terms, and a page has
    at most two figures.
    """
    if period is not view.periods[0]:
        return
    offered = trends(view)
    drawn: list[tuple[str, Figure | Markup, Markup]] = []
    if chosen := choose(offered, marked, asked):
        kpi = offered[chosen]
        curve = figures.once(
            view, "trend", group.group_id, kpi.kpi, kpi.period, build=lambda: trend(view, group, kpi)
        )
        drawn.append(("trend", curve, ways(view, offered, chosen, here)))
    if counted := next((kpi for kpi in ask_each(view, Kpi) if kpi.table_name == lessons.TABLE), None):
        try:
            weeks = figures.once(
                view, "calendar", group.group_id, build=lambda: lessons.calendar(view, group, counted)
            )
        except store.NoSnapshot:
            weeks = notice(say("這一份快照是別的版本做的"), say("沒有公開課的週曆；下一次更新後就會有。"))
        drawn.append(("calendar", weeks, BLANK))
    if len(drawn) == 2:
        for place, one in zip(halves(), drawn, strict=True):
            with place:
                figures.show(*one)
        return
    for one in drawn:
        figures.show(*one)


def trends(view: View) -> dict[str, Kpi]:
    """The indicators with a course, by their names in the address: the id, with the period where it is not the last."""
    by_id: dict[str, list[Kpi]] = {}
    for kpi in ask_each(view, Kpi):
        if figures.has_progress(kpi):
            by_id.setdefault(kpi.kpi, []).append(kpi)
    last = {name: links.latest(kpis, view.on) for name, kpis in by_id.items()}
    return {
        name if kpi is last[name] else f"{name}@{kpi.period}": kpi
        for name, kpis in by_id.items()
        for kpi in kpis
    }


def choose(offered: Mapping[str, Kpi], marked: str | None, asked: str | None) -> str | None:
    """The indicator to draw: the one asked for, else the one marked in the tables, else the first; None without any."""
    return next((name for name in (asked, marked, *offered) if name in offered), None)


def ways(view: View, offered: Mapping[str, Kpi], chosen: str, here: Here) -> Markup:
    """The links to the indicators, period by period."""
    return join(
        pills(
            [
                (kpi.short, here(trend=name), name == chosen)
                for name, kpi in offered.items()
                if kpi.period == period.period
            ],
            period.label if len(view.periods) > 1 else "",
        )
        for period in view.periods
        if any(kpi.period == period.period for kpi in offered.values())
    )


def trend(view: View, group: Group, kpi: Kpi) -> Figure | Markup:
    """The course of the group to the deadline, among the other groups' and the city's."""
    way = figures.progress(view, kpi)
    if way is None:
        none = say("「{kpi}」的期間還沒開始，沒有走勢可以比較。", kpi=kpi.short)
        return element("h2", say("各組走勢")) + element("p", none, kind="mut")
    today = way.on(way.last)
    finding = trend_finding(today, group.group_id)
    whole = (today.get(group.group_id) or today.get(0) or (0, 0))[1]
    pace = way.pace(whole, as_count=False)
    return Figure(
        title=say("{what}：{text}", what=kpi.short, text=finding),
        caption=_caption(way, today, group.group_id, pace is not None),
        drawn=_curves(view, way, today, group.group_id, pace),
        alt=say("{what}：{text}", what=f"{kpi.label} {group.name}", text=finding),
        name="_".join((say("各組走勢"), group.name, kpi.short, file_day(view.on))),
        header=figures.progress_header(),
        rows=lambda: figures.changes(way),
    )


def _curves(
    view: View, way: figures.Progress, today: Mapping[int, Counts], group: int, pace: pd.DataFrame | None
) -> charts.Figure:
    mine, city = today.get(group), today.get(0)
    own, every = str(group), "0"
    looks = {0: "city", group: "actual"}
    lines = way.lines.assign(look=way.lines["group_id"].map(lambda one: looks.get(one, "beside")))
    # The group first: hovering names the lines in this order.
    places = lines["group_id"].map({group: 0, 0: 1}).fillna(2)
    lines = lines.assign(place=places).sort_values("place", kind="stable")
    below = own if mine and city and mine[0] * city[1] < city[0] * mine[1] else every
    labels = {
        own: mine and say("本組 {share}", share=percent(*mine)),
        every: city and f"{say('全市')} {percent(*city)}",
    }
    ends = [done / of for done, of in filter(None, (mine, city))]
    return charts.curves(
        pd.concat([lines, *([pace] if pace is not None else [])]),
        figures.plain(say("占應達（%）") if way.summed else say("達標學校（%）")),
        names=way.line_names(),
        hovers=way.hover_texts(),
        written=full_day,
        facts=way.facts(),
        labels={line: label for line, label in labels.items() if label},
        sides={below: "middle right"},
        unit="%",
        days=way.marks(view, (mine or city or (0, 0))[1], low=min(ends, default=0) > 0.5),
        months=figures.months(way.start, max(way.deadline, view.on), 5),
    )


def _caption(way: figures.Progress, today: Mapping[int, Counts], group: int, is_paced: bool) -> str:
    mine, city = today.get(group), today.get(0)
    sentences = [
        say("{what}÷應達。", what=say("累計{unit}數", unit=way.kpi.unit))
        if way.summed
        else say("達標校數÷應評校數。"),
        say("本組 {rate}，全市 {city}。", rate=rate(*mine, way.unit), city=rate(*city, way.unit))
        if mine and city
        else "",
        say("粗線是本組，灰線是其他各組，點劃線是全市。")
        if len(today) > 2
        else say("粗線是本組，點劃線是全市。"),
        say("虛線是應有進度。") if is_paced else "",
        _beside(way, today, group),
    ]
    return prose(sentences)


def _beside(way: figures.Progress, today: Mapping[int, Counts], group: int) -> str:
    """The sentence on the other groups, the highest first, for paper has no hover texts."""
    others = sorted(
        (one for one in today if one not in (0, group)), key=lambda one: -today[one][0] / today[one][1]
    )
    if not 0 < len(others) <= LISTED:
        return ""
    return say(
        "其他各組：{groups}。",
        groups=listing([f"{way.names[one]} {percent(*today[one])}" for one in others]),
    )


def trend_finding(today: Mapping[int, Counts], group: int) -> str:
    """The finding: the group's share, its rank among the groups that have a figure, and the city's share."""
    mine, city = today.get(group), today.get(0)
    if not mine:
        return (
            say("本組沒有可以比較的數字；全市 {city}", city=percent(*city))
            if city
            else say("還沒有可以比較的數字")
        )
    groups = [one for of, one in today.items() if of]
    ahead = sum(done * mine[1] > mine[0] * whole for done, whole in groups)
    alike = sum(done * mine[1] == mine[0] * whole for done, whole in groups)
    share, of_city, n = percent(*mine), percent(*city) if city else "?", number(len(groups))
    if len(groups) == 1:
        return say("本組 {share}；全市 {city}", share=share, city=of_city)
    if alike == len(groups):
        return say("{n} 組同為 {share}；全市 {city}", n=n, share=share, city=of_city)
    place = {"share": share, "n": n, "rank": number(1 + ahead), "city": of_city}
    if alike > 1:
        return say("本組 {share}，{n} 組中並列第 {rank}；全市 {city}", **place)
    return say("本組 {share}，{n} 組中第 {rank}；全市 {city}", **place)
