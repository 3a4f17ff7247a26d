"""The figures of one group: its course beside the others', and the calendar of its public lessons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from html import unescape
from itertools import groupby
from typing import Any

import pandas as pd

from dashboard import charts
from dashboard import warehouse as store
from dashboard.language.markup import BLANK, Markup
from dashboard.language.texts import later, say
from dashboard.language.words import (
    escape,
    file_day,
    full_day,
    listing,
    number,
    percent,
    prose,
    rate,
    short_day,
)
from dashboard.questions import View, ask, ask_each
from dashboard.rows import Kpi, Lesson
from dashboard.ui.base import figures, links
from dashboard.ui.base.figures import Figure, Link
from dashboard.ui.base.parts import hint, notice, pills
from dashboard.ui.base.screen import halves

Row = Any
Here = Callable[..., str]
LISTED = 8  # groups named in a caption
TABLE = "public_lessons"
DRAWN = 30  # schools in the calendar; of a larger group those with a lesson, and the rest in its table
MIDWEEK, WEEK, DAY = timedelta(days=3), timedelta(days=7), timedelta(days=1)
KEY = {
    "all": ("●", later("有他校教師來觀課")),
    "some": ("◎", later("當週只有部分場次有")),
    "none": ("○", later("沒有他校來觀課的紀錄")),
    "ahead": ("◇", later("{day} 之後")),
}


def put(view: View, period: Row, group: Row, marked: str | None, asked: str | None, here: Here) -> None:
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
    if lessons := next((kpi for kpi in ask_each(view, Kpi) if kpi.table_name == TABLE), None):
        try:
            weeks = figures.once(
                view, "calendar", group.group_id, build=lambda: calendar(view, group, lessons)
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


# Beside the others


def trends(view: View) -> dict[str, Row]:
    """The indicators with a course, by their names in the address: the id, with the period where it is not the last."""
    by_id: dict[str, list[Row]] = {}
    for kpi in ask_each(view, Kpi):
        if figures.has_progress(kpi):
            by_id.setdefault(kpi.kpi, []).append(kpi)
    last = {name: links.latest(kpis, view.on) for name, kpis in by_id.items()}
    return {
        name if kpi is last[name] else f"{name}@{kpi.period}": kpi
        for name, kpis in by_id.items()
        for kpi in kpis
    }


def choose(offered: Mapping[str, Row], marked: str | None, asked: str | None) -> str | None:
    """The indicator to draw: the one asked for, else the one marked in the tables, else the first; None without any."""
    return next((name for name in (asked, marked, *offered) if name in offered), None)


def ways(view: View, offered: Mapping[str, Row], chosen: str, here: Here) -> Markup:
    """The links to the indicators, period by period."""
    return BLANK.join(
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


def trend(view: View, group: Row, kpi: Row) -> Figure | Markup:
    """The course of the group to the deadline, among the other groups' and the city's."""
    way = figures.progress(view, kpi)
    if way is None:
        none = say("「{kpi}」的期間還沒開始，沒有走勢可以比較。", kpi=escape(kpi.short))
        return Markup(f'<h2>{say("各組走勢")}</h2><p class="mut">{none}</p>')
    today = way.on(way.last)
    mine, city = today.get(group.group_id), today.get(0)
    own, every = str(group.group_id), "0"
    looks = {0: "city", group.group_id: "actual"}
    lines = way.lines.assign(look=way.lines["group_id"].map(lambda one: looks.get(one, "beside")))
    # The group first: hovering names the lines in this order.
    lines = lines.assign(place=lines["group_id"].map({group.group_id: 0, 0: 1}).fillna(2)).sort_values(
        "place", kind="stable"
    )
    whole = (mine or city or (0, 0))[1]
    pace = way.pace(whole, as_count=False)
    below = own if mine and city and mine[0] * city[1] < city[0] * mine[1] else every
    labels = {
        own: mine and say("本組 {share}", share=percent(*mine)),
        every: city and f"{say('全市')} {percent(*city)}",
    }
    ends = [done / of for done, of in filter(None, (mine, city))]
    finding = trend_finding(today, group.group_id)
    return Figure(
        title=say("{what}：{text}", what=kpi.short, text=finding),
        caption=prose(
            [
                say("{what}÷應達。", what=say("累計{unit}數", unit=kpi.unit))
                if way.summed
                else say("達標校數÷應評校數。"),
                say(
                    "本組 {rate}，全市 {city}。",
                    rate=rate(*mine, way.unit),
                    city=rate(*city, way.unit),
                )
                if mine and city
                else "",
                say("粗線是本組，灰線是其他各組，點劃線是全市。")
                if len(today) > 2
                else say("粗線是本組，點劃線是全市。"),
                say("虛線是應有進度。") if pace is not None else "",
                _beside(way, today, group.group_id),
            ]
        ),
        drawn=charts.curves(
            pd.concat([lines, *([pace] if pace is not None else [])]),
            escape(say("占應達（%）") if way.summed else say("達標學校（%）")),
            names=way.line_names(),
            hovers=way.hover_texts(),
            written=full_day,
            facts=way.facts(),
            labels={line: label for line, label in labels.items() if label},
            sides={below: "middle right"},
            unit="%",
            days=way.marks(view, whole, low=min(ends, default=0) > 0.5),
            months=figures.months(way.start, max(kpi.deadline, view.on), 5),
        ),
        alt=say("{what}：{text}", what=f"{kpi.label} {group.name}", text=finding),
        name="_".join((say("各組走勢"), group.name, kpi.short, file_day(view.on))),
        header=figures.progress_header(),
        rows=lambda: figures.changes(way),
    )


def _beside(way: figures.Progress, today: Mapping[int, tuple[int, int]], group: int) -> str:
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


def trend_finding(today: Mapping[int, tuple[int, int]], group: int) -> str:
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


# Public lessons


def calendar(view: View, group: Row, kpi: Row) -> Figure | Markup:
    """The calendar of public lessons: a mark a school and week, by whether anybody from another school came."""
    rows: list[Row] = ask(view, Lesson, on=view.on, group_id=group.group_id, periods=view.period_ids)
    lessons = [row for row in rows if row.day]
    schools = {row.school_id: row for row in rows}
    title = calendar_title(lessons, len(schools))
    if not lessons:
        return Markup(f'<h2>{title}</h2><p class="mut">{say("沒有紀錄不等於沒有辦理。")}</p>')
    busy = {row.school_id for row in lessons}
    drawn = [one for one in schools if len(schools) <= DRAWN or one in busy][:DRAWN]
    marks = pd.DataFrame([_mark(view, kpi, week) for week in _weeks(lessons) if week[0].school_id in drawn])
    # From the first lesson to the day of the view, but not past the days that count.
    first, last = min(row.week for row in lessons), max(row.week for row in lessons)
    last = max(last, min([view.on, *_ends(view)])) + WEEK
    within = first <= view.on <= last
    ahead = any(row.is_ahead for row in lessons)
    more = len(schools) - len(drawn)
    on = short_day(view.on, view.year)
    key = [f"{sign} {say(text, day=on)}" for look, (sign, text) in KEY.items() if look in set(marks["look"])]
    return Figure(
        title=title,
        caption=prose(
            [
                say("一個記號是一校一週的公開課，旁邊的數字是場數。"),
                say("{what}。", what="　".join(key)),
                say("觀課依主辦學校當日的觀課紀錄；紀錄裡沒有的，仍可能辦過、有人來過。"),
                say("{day} 之後的課還不知道誰會來。", day=on) if ahead else "",
                say("沒有畫出的 {n} 校在表裡。", n=number(more)) if more else "",
                hint(say("點一個記號看那一校的原因。")),
            ]
        ),
        drawn=charts.calendar(
            marks.assign(day=pd.to_datetime(marks["day"])),
            {one: escape(schools[one].short) for one in drawn},
            first=first - DAY,
            last=last,
            days=[charts.Day(view.on, on)] if within else [],
            months=figures.months(first, last, 6),
        ),
        alt=say("{what}：{text}", what=group.name, text=title),
        name="_".join((say("公開課"), group.name, file_day(view.on))),
        header=[say("學校"), say("日期"), say("班級"), say("領域"), say("數位學習模式"), say("來觀課的學校")],
        rows=lambda: _rows(view, kpi, rows),
    )


def _ends(view: View) -> list[date]:
    """The last day that counts for indicators of public lessons, as a list; empty where none is set."""
    ends = [kpi.window_end for kpi in ask_each(view, Kpi) if kpi.table_name == TABLE and kpi.window_end]
    return [max(ends)] if ends else []


def calendar_title(lessons: Sequence[Row], schools: int) -> str:
    """The finding: how many schools gave a lesson, and at how many lessons nobody from elsewhere is recorded."""
    held = [row for row in lessons if not row.is_ahead]
    if not held:
        return say("{n} 校都還沒有公開課的紀錄", n=number(schools))
    empty = sum(not row.visitors for row in held)
    busy = len({row.school_id for row in held})
    some = (
        say("{n} 校都辦過公開課", n=number(schools))
        if busy == schools
        else say("{n} 校中 {some} 校辦過公開課", n=number(schools), some=number(busy))
    )
    if not empty:
        return say("{some}，每一場都有他校教師來", some=some)
    return say("{some}，{n} 場沒有他校來觀課的紀錄", some=some, n=number(empty))


def _weeks(lessons: Sequence[Row]) -> Iterator[list[Row]]:
    """The lessons by school and week; those after the day of the view apart."""
    for _, rows in groupby(lessons, key=lambda row: (row.school_id, row.week, row.is_ahead)):
        yield list(rows)


def _mark(view: View, kpi: Row, lessons: Sequence[Row]) -> dict[str, Any]:
    """The mark of a week, at its middle, but on the same side of the day of the view as its lessons."""
    first, visited = lessons[0], sum(bool(row.visitors) for row in lessons)
    middle = first.week + MIDWEEK
    if first.is_ahead:
        look, day = "ahead", max(middle, view.on + DAY)
    else:
        look = "none" if not visited else "all" if visited == len(lessons) else "some"
        day = min(middle, view.on)
    return {
        "row": first.school_id,
        "day": day,
        "look": look,
        "label": number(len(lessons)) if len(lessons) > 1 else "",
        "hover": _hover(view, lessons),
        "link": unescape(_answer(view, kpi, first)),
        "figure": f"{first.school_id}|{first.week}|{len(lessons)}|{visited}",
    }


def _answer(view: View, kpi: Row, row: Row) -> str:
    period = kpi.period if len(view.periods) > 1 else None
    return view.link("indicator", kpi=kpi.kpi, period=period, school=row.school_name)


def _hover(view: View, lessons: Sequence[Row]) -> str:
    """The hover text: the school, and for each day its lessons and visitors."""
    lines = [f"<b>{escape(lessons[0].school_name)}</b>　{say('{n} 場', n=number(len(lessons)))}"]
    for day, rows in groupby(lessons, key=lambda row: row.day):
        of_day = list(rows)
        what = listing([lesson for row in of_day if (lesson := _lesson(row))])
        lines.append(f"{full_day(day)}{f'　{what}' if what else ''}")
        if not of_day[0].is_ahead:
            came = _came(of_day[0])
            lines.append(
                f"　{say('來觀課：{schools}', schools=escape(came)) if came else say('沒有他校來觀課的紀錄')}"
            )
    if lessons[0].is_ahead:
        lines.append(f"　{say('{day} 之後', day=short_day(view.on, view.year))}")
    return "<br>".join(lines)


def _lesson(row: Row) -> str:
    """「國語 3 年 1 班（數位）」, as far as it is recorded."""
    what = " ".join(escape(part) for part in (row.subject, row.class_name) if part)
    digital = say("（數位）") if row.digital else ""
    return f"{what}{digital}" if what else say("數位") if row.digital else ""


def _came(row: Row) -> str:
    """The visiting schools with their numbers of visitors; a school outside the viewer's scope has no name."""
    return listing(
        [
            f"{one['school'] or say('其他學校')} {say('{n} 人', n=number(one['people']))}"
            for one in row.visitors or []
        ]
    )


def _rows(view: View, kpi: Row, lessons: Sequence[Row]) -> list[list[figures.Value]]:
    """The rows of the lessons' file: one a lesson, and one for a school without any."""
    digital = {True: say("是"), False: say("否"), None: ""}
    return [
        [
            Link(row.school_name, _answer(view, kpi, row)),
            row.day or say("沒有紀錄"),
            row.class_name,
            row.subject,
            digital[row.digital],
            "" if not row.day else say("這一天之後") if row.is_ahead else _came(row) or say("沒有紀錄"),
        ]
        for row in lessons
    ]
