"""The figures of one indicator: every school by group, the course over time, and the schools' gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any

import pandas as pd

from dashboard import charts
from dashboard.language.figure import stated
from dashboard.language.markup import BLANK, Markup, join
from dashboard.language.texts import say
from dashboard.language.words import (
    LATE,
    STATUSES,
    change,
    file_day,
    full_day,
    listing,
    names,
    number,
    percent,
    prose,
    short_day,
    word,
    written_day,
)
from dashboard.questions import View
from dashboard.rules import against_pace
from dashboard.ui.base import figures
from dashboard.ui.base.figures import Figure, Link
from dashboard.ui.base.parts import BREAK, element, flag_hover, hint, pills
from dashboard.ui.indicator.summary import rounded

Row = Any
Here = Callable[..., str]
CROWD = 400  # with more schools than this, one mark a school takes a browser a second
LEGEND = 26  # names that fit a legend
STEPS = (1, 2, 5, 10, 20, 50, 100, 1000, 10000)
NAMED = 30  # with more schools in a group than this, their names would overlap
BARS = 20


# The address's parameters that replace shares, with their values.
SHAPES = {"x": ("pace", "gaps"), "y": ("count",)}


def schools(
    view: View, kpi: Row, rows: Sequence[Row], here: Here, shape: str | None
) -> tuple[Figure | Markup, Markup]:
    """The figure of every school, by group or by gap; and the links to its other forms."""
    offered: list[tuple[str | None, str]] = [(None, say("百分比"))]
    if any(row.pace is not None for row in rows):
        offered.append(("pace", say("與應有進度的差")))
    if sum(_lacks(row) for row in rows) > 1:
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


def _place(row: Row) -> tuple[int, int]:
    return row.group_ord or 0, row.ord


def _lacks(row: Row) -> bool:
    return bool(row.gap and not row.is_over)


def _lacking(rows: Sequence[Row]) -> list[Row]:
    return sorted(filter(_lacks, rows), key=lambda row: (-row.gap, row.ord))


def strip(view: View, kpi: Row, rows: Sequence[Row], by_pace: bool) -> Figure | Markup:
    """A mark for every school on the line of its group, by its share of what is required or by units ahead of the pace."""
    drawn = [row for row in rows if _share(row) is not None and (not by_pace or row.pace is not None)]
    if not drawn:
        return _none(_strip_title(kpi, rows, [], view.scope.whole), say("沒有學校有可以畫的數字。"))
    late = sorted((row for row in drawn if row.status in LATE), key=lambda row: -(row.gap or 0))
    xs = [float(row.counted - row.pace) if by_pace else _share(row) or 0.0 for row in drawn]
    is_crowd = len(drawn) > CROWD
    many = Counter(row.group_name for row in drawn)
    named = set() if is_crowd else {row.school_id for row in late if many[row.group_name] <= NAMED}
    marks = _crowd(view, kpi, drawn, xs) if is_crowd else _each(view, kpi, drawn, xs, named, by_pace)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.group_name or "", []).append(row)
    rows_named = {group: join([element("b", group), _tally(mine)], "　") for group, mine in groups.items()}
    pace = _pace_today(kpi, view)
    line: tuple[float, str] | None
    if by_pace:
        axis, line, most, after = (
            say("比應有進度多或少（{unit}）", unit=kpi.unit),
            (0.0, say("應有進度")),
            None,
            "",
        )
    else:
        axis = _axis(kpi)
        due = (
            say(
                "{day} 應有 {share}",
                day=short_day(view.on, view.year),
                share=f"{pace:.1f}%".replace(".0%", "%"),
            )
            if pace
            else ""
        )
        line = (pace, due) if pace and any(row.pace for row in rows) else None
        most, after = (
            (None if kpi.require in ("ceiling", "none") else 100.0),
            "%" if _is_share(kpi, drawn) else "",
        )
    return Figure(
        title=_strip_title(kpi, rows, late, view.scope.whole),
        caption=_strip_caption(kpi, rows, drawn, bool(named), is_crowd, line is not None, by_pace),
        drawn=charts.strip(marks, rows_named, figures.plain(axis), unit=after, most=most, line=line),
        alt=say(
            "{kpi} 各校的{axis}，依組別；{late}",
            kpi=kpi.label,
            axis=axis,
            late=say(
                "低於應有進度或逾期：{schools}",
                schools=names([row.school_name for row in late[:5]], len(late)),
            )
            if late
            else say("沒有學校落後"),
        ),
        name="_".join((say("各校分布"), kpi.short, file_day(view.on))),
        header=[
            say("學校"),
            say("組別"),
            say("狀態"),
            say("計數"),
            say("應達"),
            say("應達的百分比"),
            say("今天應有"),
        ],
        rows=lambda: [
            [
                Link(row.school_name, _answer(view, kpi, row)),
                row.group_name,
                word(row.status, kpi.require),
                row.counted,
                row.required,
                percent(row.counted, row.required),
                row.pace,
            ]
            for row in rows
        ],
    )


def _none(title: str, reason: str) -> Markup:
    """What is in the place of a figure that cannot be drawn."""
    return element("h2", title) + element("p", reason, kind="mut")


def _share(row: Row) -> float | None:
    """The count out of what is required, in per cent; where nothing is, out of the base, or the count itself."""
    if row.counted is None or row.status in ("no_data", "exempt", "upcoming"):
        return None
    of = row.required if row.status != "info" else row.base
    if row.status == "info" and row.base is None:
        return float(row.counted)
    return float(100 * row.counted / of) if of else None


def _is_share(kpi: Row, rows: Sequence[Row]) -> bool:
    return kpi.require != "none" or any(row.base is not None for row in rows)


def _axis(kpi: Row) -> str:
    if kpi.require == "none":
        return say("計數占基數（%）") if kpi.base else say("計數（{unit}）", unit=kpi.unit)
    return say("占上限（%）") if kpi.require == "ceiling" else say("計數占應達（%）")


def _short(row: Row) -> str:
    return f"−{number(row.gap)}" if not row.is_over else f"+{number(row.gap)}"


def _tally(rows: Sequence[Row]) -> str:
    counts = Counter(row.status for row in rows)
    return " ".join(
        f"{STATUSES[status].sign} {number(counts[status])}" for status in STATUSES if counts[status]
    )


def _pace_today(kpi: Row, view: View) -> float | None:
    """The pace of today in per cent of what is required; None where the indicator has none."""
    if kpi.pace_start is None or kpi.deadline is None or kpi.pace_start >= kpi.deadline:
        return None
    share = (view.on - kpi.pace_start).days / (kpi.deadline - kpi.pace_start).days
    return float(100 * min(max(share, 0.0), 1.0))


def _answer(view: View, kpi: Row, row: Row) -> Markup:
    return view.link("indicator", kpi=kpi.kpi, school=row.school_name)


def _hover(kpi: Row, row: Row) -> Markup:
    unit = kpi.unit
    lines: list[str] = [_hover_head(row.school_name, row.status, kpi)]
    if row.required is not None:
        values = {"counted": number(row.counted), "required": number(row.required), "unit": unit}
        lines.append(
            say("{counted}/{required} {unit}", **values) + f"（{percent(row.counted, row.required)}）"
        )
    elif row.base is not None:
        lines.append(f"{number(row.counted)}/{number(row.base)} {unit}（{percent(row.counted, row.base)}）")
    else:
        lines.append(f"{number(row.counted)} {unit}")
    if row.pace is not None and row.status not in ("met", "info"):
        lines.append(say("今天應有 {pace} {unit}", pace=number(row.pace), unit=unit))
    if row.gap:
        lines.append(
            say("超過 {gap} {unit}", gap=number(row.gap), unit=unit)
            if row.is_over
            else say("還差 {gap} {unit}", gap=number(row.gap), unit=unit)
        )
    return join(lines, BREAK) + flag_hover(row)


def _hover_head(name: str, status: str, kpi: Row) -> Markup:
    """The first line of a tooltip: whose mark it is, and its status."""
    text = f"{STATUSES[status].sign} {word(status, kpi.require)}"
    return join([element("b", name), text], "　")


def _strip_title(kpi: Row, rows: Sequence[Row], late: Sequence[Row], is_whole: bool) -> str:
    """The finding: how many schools are late, and in how many groups."""
    if kpi.require == "none":
        return say("各校的{kpi}", kpi=kpi.short)
    if not late:
        if not any(row.status in ("met", "on_track") for row in rows):
            return say("還沒有學校可以評定")
        return say("沒有學校落後或逾期") if is_whole else say("檢視範圍內沒有學校落後或逾期")
    groups = list(dict.fromkeys(row.group_name for row in late if row.group_name))
    many = number(len(late))
    if all(row.is_over for row in late):
        return say("{n} 校超出上限", n=many)
    late_word = (
        say("{n} 校逾期未達", n=many)
        if late[0].status == "overdue"
        else say("{n} 校低於今天應有的進度", n=many)
    )
    if len(groups) == 1:
        return say("{late}，都在{group}", late=late_word, group=groups[0])
    return say("{late}，分在 {groups} 組", late=late_word, groups=number(len(groups)))


def _each(
    view: View, kpi: Row, drawn: Sequence[Row], xs: Sequence[float], named: Collection[int], by_pace: bool
) -> pd.DataFrame:
    """A mark for each school; those in `named` have a label with their gap, or their distance from the pace."""
    return pd.DataFrame(
        {
            "row": [row.group_name or "" for row in drawn],
            "x": xs,
            "look": [row.status for row in drawn],
            "label": [
                figures.plain(f"{row.short} {change(x) if by_pace else _short(row)}")
                if row.school_id in named
                else ""
                for row, x in zip(drawn, xs, strict=True)
            ],
            "hover": [_hover(kpi, row) for row in drawn],
            "link": [_answer(view, kpi, row).unescape() for row in drawn],
            "figure": [stated(row, row.school_name) for row in drawn],
        }
    )


def _crowd(view: View, kpi: Row, drawn: Sequence[Row], xs: Sequence[float]) -> pd.DataFrame:
    """A mark for the schools of a group that have the same status and about the same x; its size shows their number."""
    width = next(step for step in STEPS if (min(max(xs), 100) - min(xs)) / step <= 12)
    alike: dict[tuple[str, str, float], list[Row]] = {}
    for row, x in zip(drawn, xs, strict=True):
        middle = x if x >= 100 or row.status == "met" else (x // width + 0.5) * width
        alike.setdefault((row.group_name or "", row.status, min(middle, 100)), []).append(row)
    most = max(map(len, alike.values()))
    return pd.DataFrame(
        {
            "row": [group for group, _, _ in alike],
            "x": [x for _, _, x in alike],
            "look": [status for _, status, _ in alike],
            "label": "",
            "size": [6 + 14 * (len(rows) / most) ** 0.5 for rows in alike.values()],
            "hover": [_hover_crowd(kpi, group, status, rows) for (group, status, _), rows in alike.items()],
            "link": [
                view.link("group", group=group, kpi=kpi.kpi, status=status).unescape()
                for group, status, _ in alike
            ],
            "figure": [f"{status}|{len(rows)}|{group}" for (group, status, _), rows in alike.items()],
        }
    )


def _hover_crowd(kpi: Row, group: str, status: str, rows: Sequence[Row]) -> Markup:
    shares = [(row.counted / (row.required or row.base or 1), row) for row in rows]
    least, most = (key(shares, key=lambda one: one[0])[1] for key in (min, max))
    ends = [f"{number(row.counted)}/{number(row.required or row.base)}" for row in (least, most)]
    lines = [
        _hover_head(group, status, kpi),
        say(
            "{n} 校：{schools}",
            n=number(len(rows)),
            schools=names([row.school_name for row in rows[:3]], len(rows)),
        ),
        say("由 {least} 到 {most} {unit}", least=ends[0], most=ends[1], unit=kpi.unit),
    ]
    return join(lines, BREAK)


def _strip_caption(
    kpi: Row,
    rows: Sequence[Row],
    drawn: Sequence[Row],
    named: bool,
    is_crowd: bool,
    paced: bool,
    by_pace: bool,
) -> str:
    statuses = [status for status in STATUSES if any(row.status == status for row in drawn)]
    silent = [row.school_name for row in rows if row.status == "no_data"]
    exempt = sum(row.status == "exempt" for row in rows)
    sentences = [
        say(
            "一個記號是同組、同狀態、進度相近的學校，大小依校數：{key}。",
            key=figures.status_key(statuses, kpi.require),
        )
        if is_crowd
        else say("一個記號一所學校：{key}。", key=figures.status_key(statuses, kpi.require)),
        _beside(kpi, by_pace) if named else "",
        say("應有人數無條件捨去，虛線左邊的小校仍可能是進行中。") if paced and not by_pace else "",
        say("? 未填報、未畫出：{schools}。", schools=names(silent[:5], len(silent))) if silent else "",
        say("– 不適用 {n} 校。", n=number(exempt)) if exempt else "",
        hint(say("點一個記號看那些學校。") if is_crowd else say("點一個記號看那一校的原因。")),
    ]
    return prose(sentences)


def _beside(kpi: Row, by_pace: bool) -> str:
    if kpi.require == "ceiling":
        return say("旁邊的數字是超出多少。")
    return say("旁邊的數字是比應有進度少多少。") if by_pace else say("旁邊的數字是還差多少。")


# Over time


def curve(view: View, kpi: Row, city: Row, here: Here, shape: str | None) -> tuple[Figure | Markup, Markup]:
    """The course of the whole programme to the deadline, with the groups in the legend; and the links to other forms."""
    drawn = figures.once(
        view, "curve", kpi.kpi, kpi.period, shape, build=lambda: _curve(view, kpi, city, shape == "count")
    )
    offered = ((None, say("百分比")), ("count", say("計數")))
    ways = pills([(text, here(y=name), name == shape) for name, text in offered])
    return drawn, BLANK if isinstance(drawn, Markup) else ways


def _curve(view: View, kpi: Row, city: Row, as_count: bool) -> Figure | Markup:
    reason = say("不設應達數或期限，或期間還沒開始，沒有走勢可以比較。")
    if kpi.require == "ceiling":
        reason = say("上限是不能超過，不是要達到，沒有走勢可以比較。")
    elif city.status == "no_data":
        reason = say("還沒有學校可以評定，沒有走勢可以比較。")
    way = figures.progress(view, kpi, as_count)
    if way is None:
        return _none(say("全市走勢"), reason)
    summed, unit, lines, hovers = way.summed, way.unit, way.lines, way.hover_texts()
    lines = lines.assign(look=lines["group_id"].map(lambda group: "group" if group else "actual"))
    own = lines[lines["group_id"] == 0]
    # Groups that do not fit the legend are drawn on their own pages only.
    others = lines[lines["group_id"] != 0] if len(way.names) <= LEGEND else lines.iloc[:0]
    counted, of = ("counted", "required") if summed else ("schools_met", "schools_judged")
    whole, done = int(getattr(city, of) or 0), getattr(city, counted)
    top, now = whole if as_count else 100.0, float(own["y"].iloc[-1])
    parts = [own]
    if (pace := way.pace(whole, as_count)) is not None:
        parts.append(pace)
    if city.weekly and not view.ahead and view.on < kpi.deadline and now < top:
        parts.append(figures.needed(view.on, now, kpi.deadline, top).assign(share=0))
        hovers[figures.NEEDED] = figures.hover_of_need(rounded(city.weekly), unit)
    axis = (
        say("累計（{unit}）", unit=unit)
        if as_count
        else say("占應達（%）")
        if summed
        else say("達標學校（%）")
    )
    what = say("累計{unit}數", unit=unit) if summed else say("達標校數")
    now_is = f"{number(done)} {unit}" if as_count else percent(done, whole)
    return Figure(
        title=curve_title(city, whole, done, summed, unit, view.ahead),
        caption=prose(
            [
                _measure(kpi, what, summed and not as_count),
                say("實線是全市，虛線是應有進度。") if summed and kpi.pace_start else say("實線是全市。"),
                say("點線是從今天起所需的速度。")
                if city.weekly and not view.ahead and view.on < kpi.deadline
                else "",
                hint(say("點圖下的組名，加上那一組。")) if len(others) else "",
            ]
        ),
        drawn=charts.curves(
            pd.concat([*parts, others]),
            figures.plain(axis),
            names=way.line_names(),
            hovers=hovers,
            written=full_day,
            labels={"0": figures.plain(f"{short_day(way.last, view.year)} {now_is}")},
            facts=way.facts(),
            unit="" if as_count else "%",
            days=way.marks(view, whole, low=now > 0.35 * top),
            top=top,
            months=figures.months(way.start, max(kpi.deadline, view.on)),
        ),
        alt=say(
            "{kpi} 全市{what}：{now}，應達 {required} {unit}，期限 {day}",
            kpi=kpi.label,
            what=what,
            now=number(done),
            required=number(whole),
            unit=unit,
            day=written_day(kpi.deadline),
        ),
        name="_".join((say("走勢"), kpi.short, file_day(view.on))),
        header=figures.progress_header(),
        rows=lambda: figures.changes(way),
    )


def _measure(kpi: Row, what: str, is_share: bool) -> str:
    """The sentence on what a point measures, and on the surplus of schools where it covers the gaps of others."""
    if not is_share:
        return say("{what}。", what=what)
    if kpi.require == "all":
        return say("{what}÷應達。", what=what)
    return say("{what}÷應達，各校超出的也計入。", what=what)


def curve_title(city: Row, whole: float, done: float, summed: bool, unit: str, ahead_of_data: bool) -> str:
    """The finding: how far the count is from the pace and the speed needed, or from what is required."""
    if not summed:
        return say("{n} 校中 {met} 校達標", n=number(whole), met=number(done))
    short = max(whole - done, 0)
    if city.days_left < 0:
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


def gaps(view: View, kpi: Row, rows: Sequence[Row]) -> Figure:
    """The schools by gap, largest first, with the cumulative share of the whole gap."""
    lacking = _lacking(rows)
    whole, so_far, half = sum(row.gap for row in lacking), 0.0, 0
    unit = kpi.unit
    bars = []
    for at, row in enumerate(lacking, 1):
        so_far += row.gap
        half = half or (at if 2 * so_far >= whole else 0)
        share = percent(so_far, whole, 0)
        bars.append(
            {
                "bar": figures.plain(row.short),
                "look": row.status,
                "part": word(row.status, kpi.require),
                "value": row.gap,
                "label": say("{gap} · 累計 {share}", gap=number(row.gap), share=share),
                "hover": join([_hover(kpi, row), say("到這一校累計占全部缺口 {share}", share=share)], BREAK),
                "link": _answer(view, kpi, row).unescape(),
                "figure": stated(row, row.school_name),
            }
        )
    more = len(bars) - BARS
    title = say("{n} 校占缺口的一半（全部 {gap} {unit}）", n=number(half), gap=number(whole), unit=unit)
    return Figure(
        title=title,
        caption=prose(
            [
                say("各校還差多少，多的在前；後面是累計占全部缺口的百分比。"),
                say("只畫前 {n} 校，其餘 {more} 校在表裡。", n=number(BARS), more=number(more))
                if more > 0
                else "",
            ]
        ),
        drawn=charts.bars(
            pd.DataFrame(bars[:BARS]),
            figures.plain(say("還差（{unit}）", unit=unit)),
            divide=(half, say("以上占一半")) if half < min(len(bars), BARS) else None,
        ),
        alt=say(
            "{kpi} 各校的缺口：{title}；{schools}",
            kpi=kpi.label,
            title=title,
            schools=listing([f"{r.school_name} {number(r.gap)}" for r in lacking[:5]]),
        ),
        name="_".join((say("缺口"), kpi.short, file_day(view.on))),
        header=[say("學校"), say("組別"), say("狀態"), say("還差"), say("累計"), say("累計占缺口")],
        rows=lambda: _gap_rows(view, kpi, lacking, whole),
    )


def _gap_rows(view: View, kpi: Row, lacking: Sequence[Row], whole: float) -> list[list[figures.Value]]:
    table: list[list[figures.Value]] = []
    so_far = 0
    for row in lacking:
        so_far += row.gap
        link = Link(row.school_name, _answer(view, kpi, row))
        table.append(
            [link, row.group_name, word(row.status, kpi.require), row.gap, so_far, percent(so_far, whole)]
        )
    return table
