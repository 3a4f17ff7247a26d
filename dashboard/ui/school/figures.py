"""The figures of one school: an indicator's course to its deadline, and the school's position among all schools."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import unescape
from types import SimpleNamespace
from typing import Any

import pandas as pd

from dashboard import charts
from dashboard.language.figure import stated
from dashboard.language.markup import Markup
from dashboard.language.texts import say
from dashboard.language.words import (
    STATUSES,
    change,
    due_day,
    escape,
    file_day,
    full_day,
    listing,
    number,
    percent,
    prose,
    short_day,
    word,
)
from dashboard.questions import View, frame
from dashboard.rows import SchoolDay, SchoolPlace
from dashboard.ui.base import figures, links
from dashboard.ui.base.figures import Figure
from dashboard.ui.base.parts import flag_hover, hint, pills
from dashboard.ui.base.screen import halves
from dashboard.ui.base.screen import show as put
from dashboard.ui.school.rows import Here, Item, body

Row = Any
SINGLE = 120  # with more schools than this, schools of the same per cent share a mark: thousands would take seconds
LISTED = 8
SHARE = 0.18  # of the days drawn: names closer than this are put one above the other


# One indicator over time


def show_opened(item: Item) -> None:
    """Write the body of an open row: its course to the deadline, and beside that its units, rule and rejected rows."""
    asked = ("course", item.kpi.kpi, item.kpi.period, item.row.school_id)
    drawn = figures.once(item.view, *asked, build=lambda: course(item) or Markup())
    if not drawn:
        put(body(item))
        return
    left, right = halves()
    with left:
        figures.show("course", drawn)
    with right:
        put(body(item))


def course(item: Item) -> Figure | None:
    """The school's course to the deadline in one indicator, day by day; None where it has no requirement or deadline."""
    if item.course is None:
        return None
    view, kpi, row, start = item.view, item.kpi, item.row, item.course.start
    asked = {"kpi": kpi.kpi, "period": kpi.period, "school_id": row.school_id, "on": view.on}
    days = frame(view, SchoolDay, **asked)
    lines = figures.over_time(days, "counted", "required", True)
    if lines.empty:
        return None
    unit, name = figures.plain(kpi.unit), "actual"
    counts = {"counted": "<b>%{customdata[1]:,}", "required": "%{customdata[2]:,}</b>", "unit": unit}
    hovers = {name: f"{say('實際')} {say('{counted}/{required} {unit}', **counts)}%{{customdata[0]}}"}
    parts = [_actual(lines, days["day"]).assign(line=name, look="actual")]
    if item.course.paced and start < kpi.deadline:
        pace = figures.PACE
        parts.append(_pace(days, start, kpi.deadline, int(row.required)).assign(line=pace, look=pace))
        hovers[pace] = f"{say('應有進度')} %{{customdata[1]:,}} {unit}"
    if row.weekly and view.on < kpi.deadline:
        parts.append(figures.needed(view.on, row.counted, kpi.deadline, row.required).assign(share=""))
        hovers[figures.NEEDED] = figures.hover_of_need(_week(row.weekly), kpi.unit)
    drawn = pd.concat(parts)
    end = max(kpi.deadline, view.on)
    plot = charts.curves(
        drawn,
        say("累計（{unit}）", unit=unit),
        names=figures.others_names() | {name: say("實際")},
        hovers=hovers,
        written=full_day,
        facts={name: "|".join((kpi.kpi, "school", kpi.period, "counted", row.school_name))},
        labels={name: f"{short_day(view.on, view.year)} {number(row.counted)} {unit}"},
        days=_marks(item, end),
        months=figures.months(start, end, 4),
    )
    top = float(drawn["y"].max())
    # The axis ends with the last day, for names at the right would widen it; above it is room for the last point's label.
    plot.update_xaxes(range=[start.isoformat(), end.isoformat()], tickangle=0)
    plot.update_yaxes(range=[0, 1.14 * top], dtick=_step(top))
    if (view.on - start) < (end - start) / 3:
        plot.update_traces(textposition="top right", selector={"mode": "markers+text"})
    return Figure(
        title=against_pace(item),
        caption=" · ".join(_lines(item)),
        drawn=plot,
        alt=say(
            "{school} {kpi} 累計：{counted}，應達 {required}",
            school=row.school_name,
            kpi=kpi.short,
            counted=number(row.counted),
            required=number(row.required),
        ),
        name="_".join((say("走勢"), kpi.short, row.school_name, file_day(view.on))),
        header=[say("日期"), say("計數"), say("應達"), say("百分比"), say("當日")],
        rows=lambda: _changes(days),
    )


def _actual(lines: pd.DataFrame, days: pd.Series[Any]) -> pd.DataFrame:
    """The line of counts; days without a figure are a gap, for a missing figure is neither zero nor the former one."""
    texts = [
        f"（{percent(done, of)}）" + ("" if pd.isna(by) else say("，當日 {by}", by=change(int(by))))
        for done, of, by in zip(lines["counted"], lines["of"], lines["added"], strict=True)
    ]
    return (
        lines.assign(share=texts)
        .set_index("day")
        .reindex(pd.DatetimeIndex(days[days >= lines["day"].iloc[0]], name="day"))
        .reset_index()
    )


def _pace(days: pd.DataFrame, start: date, deadline: date, required: int) -> pd.DataFrame:
    """The pace of each day to what was required on that day; from today on, to what is required now."""
    until = pd.date_range(start, deadline, freq="D", name="day")
    known = days.set_index(pd.DatetimeIndex(days["day"]))["required"].astype("Float64").reindex(until).ffill()
    of = known.where(until <= days["day"].iloc[-1], required).bfill().fillna(required).astype("int64")
    gone, whole = (until - until[0]).days.to_numpy(), (until[-1] - until[0]).days
    line = pd.DataFrame(
        {"day": until, "counted": of.to_numpy() * gone // whole, "of": of.to_numpy(), "share": ""}
    )
    return line.assign(y=of.to_numpy() * gone / whole)


def _step(top: float) -> float:
    """The distance of the axis's ticks in whole units, for about five of them."""
    return next((step for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500) if top / step <= 5), top // 5)


def _marks(item: Item, end: date) -> list[charts.Day]:
    """The upright lines: the deadline, today, the day to compare with, and the ends of the window that are none of these."""
    view, kpi, start = item.view, item.kpi, item.course.start if item.course else item.view.on
    due = say("期限 {day}", day=due_day(kpi.deadline, view.on))
    must = say("應達 {required} {unit}", required=number(item.row.required), unit=escape(kpi.unit))
    # The last point has its label at its left or right: the deadline's name is put at the other height.
    high = item.row.counted > 0.35 * max(item.row.required, item.row.counted)
    marks = [charts.Day(kpi.deadline, f"{due}<br>{must}", True, low=high)]
    if view.on != kpi.deadline:
        marks.append(charts.Day(view.on, ""))
    named = window(kpi, view.year)
    if view.versus and view.versus >= start:
        named.append((view.versus, short_day(view.versus, view.year)))
    ends: list[date] = []
    for day, name in sorted(named):
        if start <= day <= end:
            near = [
                level for level, other in enumerate(ends) if (day - other).days < SHARE * (end - start).days
            ]
            level = next(level for level in range(len(ends) + 1) if level not in near)
            ends[level : level + 1] = [day]
            marks.append(charts.Day(day, name, level=level))
    return marks


def window(kpi: Row, year: int) -> list[tuple[date, str]]:
    """The window's first day unless the pace begins with it, and its last unless it is the deadline; with their names."""
    days = []
    if kpi.window_start and kpi.window_start != kpi.pace_start:
        days.append((kpi.window_start, say("採計自 {day}", day=short_day(kpi.window_start, year))))
    if kpi.window_start and kpi.window_end and kpi.window_end != kpi.deadline:
        days.append((kpi.window_end, say("採計至 {day}", day=short_day(kpi.window_end, year))))
    return days


def _lines(item: Item) -> list[str]:
    """The caption: what is measured, and the key of the lines, that of the speed needed with its figure."""
    unit = item.kpi.unit
    texts = [say("累計（{unit}）", unit=unit), say("實線：本校")]
    if item.course and item.course.paced:
        texts.append(say("虛線：應有進度"))
    if item.row.weekly:
        texts.append(say("點線：從今天起每週須 {week} {unit}", week=_week(item.row.weekly), unit=unit))
    return texts


def _week(by: float) -> str:
    """A weekly speed to one decimal, or to two where one would round it to zero."""
    return f"{by:.1f}" if by >= 0.1 else f"{by:.2f}"


def against_pace(item: Item) -> str:
    """The finding: how far the count is from the pace, or from what is required."""
    row, unit = item.row, item.kpi.unit
    if row.status == "met":
        return say("已達應達數")
    if row.status == "overdue":
        return say("期限已過，還差 {gap} {unit}", gap=number(row.gap), unit=unit)
    if row.pace is None:
        counts = {"counted": number(row.counted), "required": number(row.required)}
        return say("應達 {required} {unit}，已達 {counted} {unit}", unit=unit, **counts)
    ahead = row.counted - row.pace
    if ahead < 0:
        return say("比應有進度少 {by} {unit}", by=number(-ahead), unit=unit)
    return say("比應有進度多 {by} {unit}", by=number(ahead), unit=unit) if ahead else say("剛好跟上應有進度")


def _changes(days: pd.DataFrame) -> list[list[figures.Value]]:
    """The rows of the days on which the count or what is required changes."""
    changes: list[list[figures.Value]] = []
    before: tuple[Any, Any] | None = None
    for day, done, whole, added in days[["day", "counted", "required", "added"]].itertuples(index=False):
        done, whole, added = (None if pd.isna(one) else int(one) for one in (done, whole, added))
        if (done, whole) != before:
            changes.append(
                [day.date(), done, whole, percent(done, whole), "" if added is None else change(added)]
            )
        before = (done, whole)
    return changes


# Among all schools


def show_place(view: View, school: Row, kpis: Sequence[Row], asked: str | None, here: Here) -> None:
    """Write the link to the school's position among all, and the figure where it is asked for."""
    put(pills([(say("與各校相比"), here(place=None if asked else 1, plan=None), bool(asked))]))
    if asked:
        figures.show(
            "place", figures.once(view, "place", school.school_id, build=lambda: place(view, school, kpis))
        )


def place(view: View, school: Row, kpis: Sequence[Row]) -> Figure | Markup:
    """The school's position in each indicator among the schools that the viewer may see."""
    at = {"on": view.on, "by_default": view.by_default}
    every = pd.concat([frame(view, SchoolPlace, period=period, **at) for period in view.period_ids])
    own = every[every["school_id"] == school.school_id]
    if own.empty:
        none = say("本校還沒有可以評定的指標，沒有名次。")
        return Markup(f'<h2>{say("與各校相比")}</h2><p class="mut">{none}</p>')
    known = {(kpi.kpi, kpi.period): kpi for kpi in kpis}
    mine = {(row.kpi, row.period): row for row in own.itertuples() if (row.kpi, row.period) in known}
    many = int(every["school_id"].nunique())
    marks = [_mark(view, kpi, mine[key], True) for key, kpi in known.items() if key in mine]
    for key, others in every[every["school_id"] != school.school_id].groupby(["kpi", "period"], sort=False):
        if key in mine:
            marks += _others(view, known[key], others, many > SINGLE)
    ranks = {
        key: say("第 {rank}／{of}", rank=number(row.rank), of=number(row.schools))
        for key, row in mine.items()
    }
    names = {key: _named(view, kpi) for key, kpi in known.items()}
    last = [key for key, row in mine.items() if row.is_last_quarter]
    beside = {key: f"<b>{rank}</b>" if key in last else rank for key, rank in ranks.items()}
    counts = {"n": number(len(mine)), "last": number(len(last))}
    title = (
        say(
            "{n} 項中 {last} 項落在後四分之一：{kpis}",
            **counts,
            kpis=listing([names[key] for key in last]),
        )
        if last
        else say("{n} 項都不在後四分之一", n=counts["n"])
    )
    return Figure(
        title=title,
        caption=prose(
            [
                say("大點是{school}，灰點是檢視範圍內的各校，共 {n} 校。", school=school.name, n=number(many)),
                say("一個灰點是百分比相同的學校。") if many > SINGLE else "",
                say("名次只算可以評定的學校，並列者同名次；後四分之一是至少有四分之三的學校比本校高。"),
                hint(say("點一個記號看那一校的原因。")),
            ]
        ),
        drawn=charts.places(
            pd.DataFrame(marks),
            {"|".join(key): (escape(names[key]), beside[key]) for key in mine},
            say("計數占應達（%）"),
            unit="%",
            most=100.0,
        ),
        alt=say("{school} 在各校中的名次：{ranks}", school=school.name, ranks=listing([f"{names[key]} {rank}" for key, rank in ranks.items()])),
        name="_".join((say("與各校相比"), school.name, file_day(view.on))),
        header=[say("指標"), say("名次"), say("可評定的學校"), say("狀態"), say("計數"), say("應達"), say("百分比")],
        rows=lambda: [
            [names[key], int(row.rank), int(row.schools), word(row.status), row.counted, row.required, percent(row.counted, row.required)]
            for key, row in mine.items()
        ],
    )  # fmt: skip


def _named(view: View, kpi: Row) -> str:
    labels = {period.period: period.label for period in view.periods}
    return (
        str(kpi.short)
        if len(labels) < 2
        else say("{kpi}（{period}）", kpi=kpi.short, period=labels[kpi.period])
    )


def _others(view: View, kpi: Row, others: pd.DataFrame, together: bool) -> list[dict[str, Any]]:
    """The marks of the other schools: one each, or where `together` one for all of the same per cent."""
    if not together:
        return [_mark(view, kpi, row, False) for row in others.itertuples()]
    return [
        {
            "row": f"{kpi.kpi}|{kpi.period}",
            "x": 100 * float(alike["share"].mean()),
            "own": False,
            "hover": f"{escape(kpi.short)}　{share}<br>{escape(_names(alike['school_name']))}",
            "link": _answer(view, kpi),
            "figure": "",
        }
        for share, alike in others.groupby(
            [
                percent(*one, 0)
                for one in zip(
                    others["counted"].clip(upper=others["required"]), others["required"], strict=True
                )
            ]
        )
    ]


def _names(schools: pd.Series[Any]) -> str:
    first: list[str] = schools.iloc[:LISTED].tolist()
    listed = listing(first)
    return listed + (say("等 {n} 校", n=number(len(schools))) if len(schools) > LISTED else "")


def _mark(view: View, kpi: Row, row: Any, own: bool) -> dict[str, Any]:
    counts = say(
        "{counted}/{required} {unit}",
        counted=number(row.counted),
        required=number(row.required),
        unit=escape(kpi.unit),
    )
    return {
        "row": f"{kpi.kpi}|{kpi.period}",
        "x": 100 * float(row.share),
        "own": own,
        "hover": f"<b>{escape(row.school_name)}</b>　{STATUSES[row.status].sign} {word(row.status)}"
        f"<br>{escape(_named(view, kpi))}　{counts}（{percent(row.counted, row.required)}）"
        f"<br>{say('第 {rank}／{of}', rank=number(row.rank), of=number(row.schools))}{flag_hover(row)}",
        "link": _answer(view, kpi, row.school_name),
        "figure": stated(_known(row), row.school_name),
    }  # fmt: skip


def _known(row: Any) -> Row:
    """A row of a frame in the form of `ask`'s rows: a missing value is None."""
    return SimpleNamespace(
        **{name: None if pd.isna(value) else value for name, value in row._asdict().items()}
    )


def _answer(view: View, kpi: Row, school: str | None = None) -> str:
    """The link to the evidence of a school's figure; it names the period where there are several."""
    return unescape(links.at(view, kpi).link("indicator", kpi=kpi.kpi, school=school))
