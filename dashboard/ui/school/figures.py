"""The figure of an open row: the school's course to the deadline in one indicator."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from dashboard import charts
from dashboard.language.markup import BLANK, join, say_markup
from dashboard.language.texts import say
from dashboard.language.words import (
    change,
    due_day,
    file_day,
    full_day,
    number,
    percent,
    short_day,
)
from dashboard.questions import frame
from dashboard.rows import Kpi, SchoolDay
from dashboard.ui.base import figures
from dashboard.ui.base.figures import Figure
from dashboard.ui.base.parts import BREAK, element
from dashboard.ui.base.screen import halves
from dashboard.ui.base.screen import show as put
from dashboard.ui.base.sparklines import Course
from dashboard.ui.school.items import Item
from dashboard.ui.school.opened import body

SHARE = 0.18  # of the days drawn: names closer than this are put one above the other
ACTUAL = "actual"  # the key of the line of counts


def show_opened(item: Item) -> None:
    """Write the body of an open row: its course to the deadline, and beside that its units, rule and rejected rows."""
    asked = ("course", item.kpi.kpi, item.kpi.period, item.row.school_id)
    drawn = figures.once(item.view, *asked, build=lambda: course(item) or BLANK)
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
    view, kpi, row = item.view, item.kpi, item.row
    asked = {"kpi": kpi.kpi, "period": kpi.period, "school_id": row.school_id, "on": view.on}
    days = frame(view, SchoolDay, **asked)
    lines = figures.over_time(days, "counted", "required", True)
    if lines.empty:
        return None
    return Figure(
        title=against_pace(item),
        caption=" · ".join(_lines(item)),
        drawn=_draw(item, item.course, days, lines),
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


def _draw(item: Item, course: Course, days: pd.DataFrame, lines: pd.DataFrame) -> charts.Figure:
    """The drawing of the counts of `lines`, with the pace and the speed needed."""
    view, kpi, row = item.view, item.kpi, item.row
    unit = figures.plain(kpi.unit)
    drawn = pd.concat(
        [_actual(lines, days["day"]).assign(line=ACTUAL, look=ACTUAL), *_guides(item, course, days)]
    )
    now = join([short_day(view.on, view.year), number(row.counted), unit], " ")
    plot = charts.curves(
        drawn,
        say_markup("累計（{unit}）", unit=unit),
        names=figures.others_names() | {ACTUAL: say("實際")},
        hovers=_hovers(item),
        written=full_day,
        facts={ACTUAL: "|".join((kpi.kpi, "school", kpi.period, "counted", row.school_name))},
        labels={ACTUAL: now},
        days=_marks(item, course),
        months=figures.months(course.start, course.end, 4),
    )
    top = float(drawn["y"].max())
    # The axis ends with the last day, for names at the right would widen it; above it is room for the last point's label.
    plot.update_xaxes(range=[course.start.isoformat(), course.end.isoformat()], tickangle=0)
    plot.update_yaxes(range=[0, 1.14 * top], dtick=_step(top))
    if (view.on - course.start) < (course.end - course.start) / 3:
        plot.update_traces(textposition="top right", selector={"mode": "markers+text"})
    return plot


def _guides(item: Item, course: Course, days: pd.DataFrame) -> list[pd.DataFrame]:
    """The lines beside the counts: the pace, and the speed needed."""
    on, row, guides = item.view.on, item.row, []
    if course.paced and course.start < course.deadline:
        pace = _pace(days, course.start, course.deadline, int(course.required))
        guides.append(pace.assign(line=figures.PACE, look=figures.PACE))
    if row.weekly and row.counted is not None and row.required and on < course.deadline:
        needed = figures.needed(on, row.counted, course.deadline, row.required)
        guides.append(needed.assign(share=""))
    return guides


def _hovers(item: Item) -> dict[str, str]:
    """The hover texts of the lines, by key."""
    unit, counts = figures.plain(item.kpi.unit), element("b", "%{customdata[1]:,}/%{customdata[2]:,}")
    hovers: dict[str, str] = {
        ACTUAL: join([say("實際"), counts, unit], " ") + "%{customdata[0]}",
        figures.PACE: join([say("應有進度"), "%{customdata[1]:,}", unit], " "),
    }
    if item.row.weekly:
        hovers[figures.NEEDED] = figures.hover_of_need(_week(item.row.weekly), item.kpi.unit)
    return hovers


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


def _marks(item: Item, course: Course) -> list[charts.Day]:
    """The upright lines: the deadline, today, the day to compare with, and the ends of the window that are none of these."""
    view, kpi, start, end = item.view, item.kpi, course.start, course.end
    due = say("期限 {day}", day=due_day(course.deadline, view.on))
    must = say_markup("應達 {required} {unit}", required=number(item.row.required), unit=kpi.unit)
    # The last point has its label at its left or right: the deadline's name is put at the other height.
    counted = item.row.counted or 0
    high = counted > 0.35 * max(course.required, counted)
    marks = [charts.Day(course.deadline, join([due, must], BREAK), True, low=high)]
    if view.on != course.deadline:
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


def window(kpi: Kpi, year: int) -> list[tuple[date, str]]:
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
    if row.pace is None or row.counted is None:
        counts = {"counted": number(row.counted), "required": number(row.required)}
        return say("應達 {required} {unit}，已達 {counted} {unit}", unit=unit, **counts)
    ahead = row.counted - row.pace
    if ahead < 0:
        return say("比應有進度少 {by} {unit}", by=number(-ahead), unit=unit)
    return say("比應有進度多 {by} {unit}", by=number(ahead), unit=unit) if ahead else say("剛好跟上應有進度")


def _changes(days: pd.DataFrame) -> list[list[figures.Value]]:
    """The rows of the days on which the count or what is required changes."""
    changes: list[list[figures.Value]] = []
    before: tuple[int | None, int | None] | None = None
    for day, done, whole, added in days[["day", "counted", "required", "added"]].itertuples(index=False):
        done, whole, added = (None if pd.isna(one) else int(one) for one in (done, whole, added))
        if (done, whole) != before:
            changes.append(
                [day.date(), done, whole, percent(done, whole), "" if added is None else change(added)]
            )
        before = (done, whole)
    return changes
