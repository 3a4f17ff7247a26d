"""The figures of one indicator: every school by group or by gap, and the course over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

import pandas as pd

from dashboard import charts
from dashboard.language.figure import stated
from dashboard.language.markup import BLANK, Markup, join
from dashboard.language.texts import say
from dashboard.language.words import (
    file_day,
    full_day,
    listing,
    number,
    percent,
    prose,
    short_day,
    word,
    written_day,
)
from dashboard.questions import View
from dashboard.rows import IndicatorCity, IndicatorSchool, Kpi
from dashboard.rules import against_pace
from dashboard.ui.base import figures
from dashboard.ui.base.figures import Figure, Link, Progress
from dashboard.ui.base.parts import BREAK, hint, pills
from dashboard.ui.indicator.strip import answer, hover, missing, strip
from dashboard.ui.indicator.summary import rounded

Here = Callable[..., str]
Gap = tuple[IndicatorSchool, int]
LEGEND = 26  # names that fit a legend
BARS = 20


# The address's parameters that replace shares, with their values.
SHAPES = {"x": ("pace", "gaps"), "y": ("count",)}


def schools(
    view: View, kpi: Kpi, rows: Sequence[IndicatorSchool], here: Here, shape: str | None
) -> tuple[Figure | Markup, Markup]:
    """The figure of every school, by group or by gap; and the links to its other forms."""
    offered: list[tuple[str | None, str]] = [(None, say("百分比"))]
    if any(row.pace is not None for row in rows):
        offered.append(("pace", say("與應有進度的差")))
    if len(_lacking(rows)) > 1:
        offered.append(("gaps", say("缺口由大到小")))
    known = shape if shape in [name for name, _ in offered] else None

    def build() -> Figure | Markup:
        if known == "gaps":
            return gaps(view, kpi, rows)
        return strip(view, kpi, sorted(rows, key=_place), known == "pace")

    ways = (
        pills([(text, here(x=name), name == known) for name, text in offered]) if len(offered) > 1 else BLANK
    )
    return figures.once(view, "schools", kpi.kpi, kpi.period, known, build=build), ways


def _place(row: IndicatorSchool) -> tuple[int, int]:
    return row.group_ord or 0, row.ord


# Over time


def curve(
    view: View, kpi: Kpi, city: IndicatorCity, here: Here, shape: str | None
) -> tuple[Figure | Markup, Markup]:
    """The course of the whole programme to the deadline, with the groups in the legend; and the links to other forms."""
    drawn = figures.once(
        view, "curve", kpi.kpi, kpi.period, shape, build=lambda: _curve(view, kpi, city, shape == "count")
    )
    offered = ((None, say("百分比")), ("count", say("計數")))
    ways = pills([(text, here(y=name), name == shape) for name, text in offered])
    return drawn, BLANK if isinstance(drawn, Markup) else ways


def _curve(view: View, kpi: Kpi, city: IndicatorCity, as_count: bool) -> Figure | Markup:
    way = figures.progress(view, kpi, as_count)
    if way is None:
        return missing(say("全市走勢"), _no_curve(kpi, city))
    required, done = (city.required, city.counted) if way.summed else (city.schools_judged, city.schools_met)
    if done is None:
        return missing(say("全市走勢"), _no_curve(kpi, city))
    whole = required or 0
    what = say("累計{unit}數", unit=way.unit) if way.summed else say("達標校數")
    return Figure(
        title=curve_title(city, whole, done, way.summed, way.unit, view.ahead),
        caption=_caption(view, way, city, _measure(kpi, what, way.summed and not as_count)),
        drawn=_draw(view, way, city, (done, whole), as_count),
        alt=say(
            "{kpi} 全市{what}：{now}，應達 {required} {unit}，期限 {day}",
            kpi=kpi.label,
            what=what,
            now=number(done),
            required=number(whole),
            unit=way.unit,
            day=written_day(way.deadline),
        ),
        name="_".join((say("走勢"), kpi.short, file_day(view.on))),
        header=figures.progress_header(),
        rows=lambda: figures.changes(way),
    )


def _no_curve(kpi: Kpi, city: IndicatorCity) -> str:
    """The sentence on why there is no course to draw."""
    if kpi.require == "ceiling":
        return say("上限是不能超過，不是要達到，沒有走勢可以比較。")
    if city.status == "no_data":
        return say("還沒有學校可以評定，沒有走勢可以比較。")
    return say("不設應達數或期限，或期間還沒開始，沒有走勢可以比較。")


def _weekly(view: View, way: Progress, city: IndicatorCity) -> float | None:
    """The speed needed from the day on; None where nothing is needed, or the day or the deadline does not allow it."""
    return city.weekly if city.weekly and not view.ahead and view.on < way.deadline else None


def _groups(way: Progress) -> pd.DataFrame:
    """The lines of the groups; groups that do not fit the legend are drawn on their own pages only."""
    return way.lines[way.lines["group_id"] != 0] if len(way.names) <= LEGEND else way.lines.iloc[:0]


def _caption(view: View, way: Progress, city: IndicatorCity, measure: str) -> str:
    is_paced = way.summed and way.kpi.pace_start
    sentences = [
        measure,
        say("實線是全市，虛線是應有進度。") if is_paced else say("實線是全市。"),
        say("點線是從今天起所需的速度。") if _weekly(view, way, city) else "",
        hint(say("點圖下的組名，加上那一組。")) if len(_groups(way)) else "",
    ]
    return prose(sentences)


def _draw(
    view: View, way: Progress, city: IndicatorCity, counts: tuple[int, int], as_count: bool
) -> charts.Figure:
    """The lines of the city, its pace, the speed needed, and the groups; counts: what is done, and required."""
    (done, whole), unit, hovers = counts, way.unit, way.hover_texts()
    own = way.lines[way.lines["group_id"] == 0].assign(look="actual")
    top, now = whole if as_count else 100.0, float(own["y"].iloc[-1])
    lines = [own]
    if (pace := way.pace(whole, as_count)) is not None:
        lines.append(pace)
    if (weekly := _weekly(view, way, city)) and now < top:
        lines.append(figures.needed(view.on, now, way.deadline, top).assign(share=0))
        hovers[figures.NEEDED] = figures.hover_of_need(rounded(weekly), unit)
    share = say("占應達（%）") if way.summed else say("達標學校（%）")
    axis = say("累計（{unit}）", unit=unit) if as_count else share
    now_is = f"{number(done)} {unit}" if as_count else percent(done, whole)
    return charts.curves(
        pd.concat([*lines, _groups(way).assign(look="group")]),
        figures.plain(axis),
        names=way.line_names(),
        hovers=hovers,
        written=full_day,
        labels={"0": figures.plain(f"{short_day(way.last, view.year)} {now_is}")},
        facts=way.facts(),
        unit="" if as_count else "%",
        days=way.marks(view, whole, low=now > 0.35 * top),
        top=top,
        months=figures.months(way.start, max(way.deadline, view.on)),
    )


def _measure(kpi: Kpi, what: str, is_share: bool) -> str:
    """The sentence on what a point measures, and on the surplus of schools where it covers the gaps of others."""
    if not is_share:
        return say("{what}。", what=what)
    if kpi.require == "all":
        return say("{what}÷應達。", what=what)
    return say("{what}÷應達，各校超出的也計入。", what=what)


def curve_title(
    city: IndicatorCity, whole: float, done: float, summed: bool, unit: str, ahead_of_data: bool
) -> str:
    """The finding: how far the count is from the pace and the speed needed, or from what is required."""
    if not summed:
        return say("{n} 校中 {met} 校達標", n=number(whole), met=number(done))
    short = max(whole - done, 0)
    if city.days_left is not None and city.days_left < 0:
        return (
            say("期限已過，全市還差 {n} {unit}", n=number(short), unit=unit)
            if short
            else say("{who}合計已達應達數", who=say("全市"))
        )
    if not short:
        return say("{who}合計已達應達數", who=say("全市"))
    if city.pace is None:
        return say(
            "{who}應達 {required} {unit}，已達 {now} {unit}",
            who=say("全市"),
            required=number(whole),
            now=number(done),
            unit=unit,
        )
    ahead = done - city.pace
    against = against_pace(say("全市"), ahead, unit)
    if ahead_of_data or not city.weekly or city.lately is None:
        return against
    speeds = {"lately": rounded(city.lately), "weekly": rounded(city.weekly)}
    if city.lately < city.weekly:
        return say(
            "{against}；{speed}",
            against=against,
            speed=say("近四週每週 {lately}，低於所需的 {weekly}", **speeds),
        )
    if ahead < 0:
        return say(
            "{against}；{speed}",
            against=against,
            speed=say("近四週每週 {lately}，已達所需的 {weekly}", **speeds),
        )
    return against


# The gaps


def _lacking(rows: Sequence[IndicatorSchool]) -> list[Gap]:
    """The schools that lack something, each with its gap, the largest first."""
    lacking = [(row, row.gap) for row in rows if row.gap and not row.is_over]
    return sorted(lacking, key=lambda one: (-one[1], one[0].ord))


def gaps(view: View, kpi: Kpi, rows: Sequence[IndicatorSchool]) -> Figure:
    """The schools by gap, largest first, with the cumulative share of the whole gap."""
    lacking = _lacking(rows)
    sums = list(accumulate(gap for _, gap in lacking))
    whole = sums[-1] if sums else 0
    half = next((at for at, so_far in enumerate(sums, 1) if 2 * so_far >= whole), 0)
    shares = [percent(so_far, whole, 0) for so_far in sums]
    bars = [_bar(view, kpi, gap, share) for gap, share in zip(lacking, shares, strict=True)]
    more = len(bars) - BARS
    title = say("{n} 校占缺口的一半（全部 {gap} {unit}）", n=number(half), gap=number(whole), unit=kpi.unit)
    rest = say("只畫前 {n} 校，其餘 {more} 校在表裡。", n=number(BARS), more=number(more))
    return Figure(
        title=title,
        caption=prose(
            [
                say("各校還差多少，多的在前；後面是累計占全部缺口的百分比。"),
                rest if more > 0 else "",
            ]
        ),
        drawn=charts.bars(
            pd.DataFrame(bars[:BARS]),
            figures.plain(say("還差（{unit}）", unit=kpi.unit)),
            divide=(half, say("以上占一半")) if half < min(len(bars), BARS) else None,
        ),
        alt=say(
            "{kpi} 各校的缺口：{title}；{schools}",
            kpi=kpi.label,
            title=title,
            schools=listing([f"{row.school_name} {number(gap)}" for row, gap in lacking[:5]]),
        ),
        name="_".join((say("缺口"), kpi.short, file_day(view.on))),
        header=[say("學校"), say("組別"), say("狀態"), say("還差"), say("累計"), say("累計占缺口")],
        rows=lambda: _gap_rows(view, kpi, lacking, sums),
    )


def _bar(view: View, kpi: Kpi, lacks: Gap, share: str) -> dict[str, object]:
    """The bar of a school's gap; share: of the whole gap, of this school and those before it."""
    row, gap = lacks
    return {
        "bar": figures.plain(row.short),
        "look": row.status,
        "part": word(row.status, kpi.require),
        "value": gap,
        "label": say("{gap} · 累計 {share}", gap=number(gap), share=share),
        "hover": join([hover(kpi, row), say("到這一校累計占全部缺口 {share}", share=share)], BREAK),
        "link": answer(view, kpi, row).unescape(),
        "figure": stated(row, row.school_name),
    }


def _gap_rows(view: View, kpi: Kpi, lacking: Sequence[Gap], sums: Sequence[int]) -> list[list[figures.Value]]:
    return [
        [
            Link(row.school_name, answer(view, kpi, row)),
            row.group_name,
            word(row.status, kpi.require),
            gap,
            so_far,
            percent(so_far, sums[-1]),
        ]
        for (row, gap), so_far in zip(lacking, sums, strict=True)
    ]
