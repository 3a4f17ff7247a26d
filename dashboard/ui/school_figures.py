"""The pictures of one school: an indicator's way to its deadline, where it stands among all, its targets and its money."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from html import unescape
from types import SimpleNamespace
from typing import Any

import pandas as pd

from dashboard import charts
from dashboard.ui import figures, findings
from dashboard.ui.address import View, frame
from dashboard.ui.figures import Figure
from dashboard.ui.parts import pills, stated
from dashboard.ui.school_rows import Here, Item, body
from dashboard.ui.screen import halves
from dashboard.ui.screen import show as put
from dashboard.ui.texts import SOURCE, later, manner, say
from dashboard.ui.words import (
    MONEY,
    STATUSES,
    SUMS,
    amount,
    brief,
    change,
    decimal,
    escape,
    exact,
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

Row = SimpleNamespace
JUDGED = ("met", "on_track", "overdue")
SINGLE = 120  # from more schools on, a mark is all schools of the same per cent: thousands would take seconds
LISTED = 8
MOST = 200  # per cent of a target that stand for all above
SHARE = 0.18  # of the days drawn: names closer than that stand above each other
# Capital first, from zero: its ceiling is measured from there.
KINDS = (("capital", later("資本門")), ("current", later("經常門")))
SUM_OF = {"approved": later("核定"), "spent": later("實支")}


# One indicator over time


def show_opened(item: Item) -> None:
    """What an open row has below it: its way to the deadline, and beside that whom and what it is about."""
    asked = ("course", item.kpi.kpi, item.kpi.period, item.row.school_id)
    drawn = figures.once(item.seen, *asked, build=lambda: course(item) or "")
    if not drawn:
        put(body(item))
        return
    left, right = halves()
    with left:
        figures.show("course", drawn)
    with right:
        put(body(item))


def course(item: Item) -> Figure | None:
    """The school's way to the deadline in one indicator, day by day; none where there is nothing to reach by a day."""
    if item.course is None:
        return None
    seen, kpi, row, start = item.seen, item.kpi, item.row, item.course.start
    asked = {"kpi": kpi.kpi, "period": kpi.period, "school_id": row.school_id, "on": seen.on}
    days = frame(seen, "school_days", **asked)
    lines = figures.over_time(days, "counted", "required", True)
    if lines.empty:
        return None
    unit, name = figures.plain(kpi.unit), "actual"
    counts = {"counted": "<b>%{customdata[1]:,}", "required": "%{customdata[2]:,}</b>", "unit": unit}
    said = {name: f"{say('實際')} {say('{counted}/{required} {unit}', **counts)}%{{customdata[0]}}"}
    parts = [_actual(lines, days["day"]).assign(line=name, look="actual")]
    if item.course.paced and start < kpi.deadline:
        pace = figures.PACE
        parts.append(_pace(days, start, kpi.deadline, int(row.required)).assign(line=pace, look=pace))
        said[pace] = f"{say('應有進度')} %{{customdata[1]:,}} {unit}"
    if row.weekly and seen.on < kpi.deadline:
        parts.append(figures.needed(seen.on, row.counted, kpi.deadline, row.required).assign(share=""))
        said[figures.NEEDED] = figures.said_of_need(_week(row.weekly), kpi.unit)
    drawn = pd.concat(parts)
    end = max(kpi.deadline, seen.on)
    plot = charts.curves(
        drawn,
        say("累計（{unit}）", unit=unit),
        names=figures.others_names() | {name: say("實際")},
        said=said,
        written=full_day,
        facts={name: "|".join((kpi.kpi, "school", kpi.period, "counted", row.school_name))},
        labels={name: f"{short_day(seen.on, seen.year)} {number(row.counted)} {unit}"},
        days=_marks(item, end),
        months=figures.months(start, end, 4),
    )
    top = float(drawn["y"].max())
    # As far as there are days, for names at the right would widen it; and with room for what stands beside the last point.
    plot.update_xaxes(range=[start.isoformat(), end.isoformat()], tickangle=0)
    plot.update_yaxes(range=[0, 1.14 * top], dtick=_step(top))
    if (seen.on - start) < (end - start) / 3:
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
        name="_".join((say("走勢"), kpi.short, row.school_name, file_day(seen.on))),
        header=[say("日期"), say("計數"), say("應達"), say("百分比"), say("當日")],
        rows=lambda: _changes(days),
    )


def _actual(lines: pd.DataFrame, days: pd.Series[Any]) -> pd.DataFrame:
    """What was counted each day; a gap where days have no figure, for what is missing is neither zero nor as before."""
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
    """The pace of each day, of what was required on that day; from today on of what is required now."""
    until = pd.date_range(start, deadline, freq="D", name="day")
    known = days.set_index(pd.DatetimeIndex(days["day"]))["required"].astype("Float64").reindex(until).ffill()
    of = known.where(until <= days["day"].iloc[-1], required).bfill().fillna(required).astype("int64")
    gone, whole = (until - until[0]).days.to_numpy(), (until[-1] - until[0]).days
    line = pd.DataFrame(
        {"day": until, "counted": of.to_numpy() * gone // whole, "of": of.to_numpy(), "share": ""}
    )
    return line.assign(y=of.to_numpy() * gone / whole)


def _step(top: float) -> float:
    """How far apart the marks of whole units stand, so that about five find room."""
    return next((step for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500) if top / step <= 5), top // 5)


def _marks(item: Item, end: date) -> list[charts.Day]:
    """The deadline, today, the day to compare with, and the ends of the window where they are none of these."""
    seen, kpi, start = item.seen, item.kpi, item.course.start if item.course else item.seen.on
    due = say("期限 {day}", day=short_day(kpi.deadline, seen.year))
    must = say("應達 {required} {unit}", required=number(item.row.required), unit=escape(kpi.unit))
    # The last point has its name at its left or right: that of the deadline stands where it is not.
    high = item.row.counted > 0.35 * max(item.row.required, item.row.counted)
    marks = [charts.Day(kpi.deadline, f"{due}<br>{must}", True, low=high)]
    if seen.on != kpi.deadline:
        marks.append(charts.Day(seen.on, ""))
    named = window(kpi, seen.year)
    if seen.versus and seen.versus >= start:
        named.append((seen.versus, short_day(seen.versus, seen.year)))
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
    """The window's first day where the pace does not begin with it, and its last where that is not the deadline."""
    days = []
    if kpi.window_start and kpi.window_start != kpi.pace_start:
        days.append((kpi.window_start, say("採計自 {day}", day=short_day(kpi.window_start, year))))
    if kpi.window_start and kpi.window_end and kpi.window_end != kpi.deadline:
        days.append((kpi.window_end, say("採計至 {day}", day=short_day(kpi.window_end, year))))
    return days


def _lines(item: Item) -> list[str]:
    """What is measured, and what each line is; the speed needed with its figure."""
    unit = escape(item.kpi.unit)
    texts = [say("累計（{unit}）", unit=unit), say("實線：本校")]
    if item.course and item.course.paced:
        texts.append(say("虛線：應有進度"))
    if item.row.weekly:
        texts.append(say("點線：從今天起每週須 {week} {unit}", week=_week(item.row.weekly), unit=unit))
    return texts


def _week(by: float) -> str:
    """To one decimal; less than that is not nothing."""
    return f"{by:.1f}" if by >= 0.1 else f"{by:.2f}"


def against_pace(item: Item) -> str:
    """Whether it will do: against the pace, or how much is done."""
    row, unit = item.row, escape(item.kpi.unit)
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
    """The days on which the figure or what is required is another than on the day before."""
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


def show_place(seen: View, school: Row, kpis: Sequence[Row], asked: str | None, here: Here) -> None:
    """The school among all, or the way there."""
    put(pills([(say("與各校相比"), here(place=None if asked else 1, plan=None), bool(asked))]))
    if asked:
        figures.show(
            "place", figures.once(seen, "place", school.school_id, build=lambda: place(seen, school, kpis))
        )


def place(seen: View, school: Row, kpis: Sequence[Row]) -> Figure | str:
    """In each indicator where the school stands among those that the viewer may see."""
    every = pd.concat([frame(seen, "school_places", on=seen.on, period=period) for period in seen.shown])
    own = every[every["school_id"] == school.school_id]
    if own.empty:
        return f'<h2>{say("與各校相比")}</h2><p class="mut">{say("本校還沒有可以評定的指標，沒有名次。")}</p>'
    known = {(kpi.kpi, kpi.period): kpi for kpi in kpis}
    mine = {(row.kpi, row.period): row for row in own.itertuples() if (row.kpi, row.period) in known}
    many = int(every["school_id"].nunique())
    marks = [_mark(seen, kpi, mine[key], True) for key, kpi in known.items() if key in mine]
    for key, others in every[every["school_id"] != school.school_id].groupby(["kpi", "period"], sort=False):
        if key in mine:
            marks += _others(seen, known[key], others, many > SINGLE)
    ranks = {
        key: say("第 {rank}／{of}", rank=number(row.rank), of=number(row.schools))
        for key, row in mine.items()
    }
    names = {key: _named(seen, kpi) for key, kpi in known.items()}
    last = [key for key, row in mine.items() if row.is_last_quarter]
    beside = {key: f"<b>{rank}</b>" if key in last else rank for key, rank in ranks.items()}
    counts = {"n": number(len(mine)), "last": number(len(last))}
    title = (
        say(
            "{n} 項中 {last} 項落在後四分之一：{kpis}",
            **counts,
            kpis=listing([escape(names[key]) for key in last]),
        )
        if last
        else say("{n} 項都不在後四分之一", n=counts["n"])
    )
    return Figure(
        title=title,
        caption=prose(
            [
                say("大點是{school}，灰點是檢視範圍內的各校，共 {n} 校。", school=escape(school.name), n=number(many)),
                say("一個灰點是百分比相同的學校。") if many > SINGLE else "",
                say("名次只算可以評定的學校，並列者同名次；後四分之一是至少有四分之三的學校比本校高。"),
                say("點一個記號看那一校的原因。"),
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
        name="_".join((say("與各校相比"), school.name, file_day(seen.on))),
        header=[say("指標"), say("名次"), say("可評定的學校"), say("狀態"), say("計數"), say("應達"), say("百分比")],
        rows=lambda: [
            [names[key], int(row.rank), int(row.schools), word(row.status), row.counted, row.required, percent(row.counted, row.required)]
            for key, row in mine.items()
        ],
    )  # fmt: skip


def _named(seen: View, kpi: Row) -> str:
    labels = {period.period: period.label for period in seen.periods}
    return (
        str(kpi.short)
        if len(labels) < 2
        else say("{kpi}（{period}）", kpi=kpi.short, period=labels[kpi.period])
    )


def _others(seen: View, kpi: Row, others: pd.DataFrame, together: bool) -> list[dict[str, Any]]:
    """The marks of the other schools: one each, or one for all of the same per cent."""
    if not together:
        return [_mark(seen, kpi, row, False) for row in others.itertuples()]
    return [
        {
            "row": f"{kpi.kpi}|{kpi.period}",
            "x": 100 * float(alike["share"].mean()),
            "own": False,
            "hover": f"{escape(kpi.short)}　{share}<br>{escape(_names(alike['school_name']))}",
            "link": _answer(seen, kpi),
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
    listed = listing(schools.iloc[:LISTED].tolist())
    return listed + (say("等 {n} 校", n=number(len(schools))) if len(schools) > LISTED else "")


def _mark(seen: View, kpi: Row, row: Any, own: bool) -> dict[str, Any]:
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
        f"<br>{escape(_named(seen, kpi))}　{counts}（{percent(row.counted, row.required)}）"
        f"<br>{say('第 {rank}／{of}', rank=number(row.rank), of=number(row.schools))}",
        "link": _answer(seen, kpi, row.school_name),
        "figure": stated(_known(row), row.school_name),
    }  # fmt: skip


def _known(row: Any) -> Row:
    """A row of a frame as `ask` gives rows: what is missing is None."""
    return Row(**{name: None if pd.isna(value) else value for name, value in row._asdict().items()})


def _answer(seen: View, kpi: Row, school: str | None = None) -> str:
    """Why a school's figure is so; a later one of the periods shown is named, since the page shows the first."""
    at = seen if kpi.period == seen.periods[0].period else replace(seen, period=kpi.period)
    return unescape(at.link("indicator", kpi=kpi.kpi, school=school))


# The plan: targets


def targets(seen: View, school: Row, rows: Sequence[Row]) -> Figure | str:
    """What is reached of each target by each year that has begun."""
    begun = [row for row in rows if row.status in (*JUDGED, "exempt", "no_data") and row.compared_on]
    judged = [row for row in begun if row.status in JUDGED]
    if not judged:
        return f'<p class="mut">{say("還沒有可以判定的目標。")}</p>'
    periods = list(dict.fromkeys(row.period for row in begun))
    lanes: dict[str, charts.Lane] = {}
    item = None
    for row in begun:
        head = "" if row.item == item else f"<b>{escape(row.label)}</b>"
        item = row.item
        lanes[f"{row.item}|{row.period}"] = charts.Lane(escape(row.period_label), _reached(row), head)
    return Figure(
        title=say("、").join(_score(period, judged) for period in periods if any(row.period == period for row in judged)),
        caption=prose(
            [
                say("達成值占該年及以前各年目標合計的百分比，因為各項單位不同；後面是達成／目標。"),
                say("超過 {most}% 的畫到 {most}% 為止。", most=number(MOST)),
                say("未填的沒有長條，不是 0。"),
            ]
        ),
        drawn=charts.lanes(
            pd.DataFrame(
                [
                    {
                        "row": f"{row.item}|{row.period}",
                        "look": row.status,
                        "part": STATUSES[row.status].word,
                        "value": 100 * float(row.value) / float(row.goal),
                        "hover": f"<b>{escape(row.label)}</b><br>{escape(row.period_label)}　{STATUSES[row.status].word}　"
                        f"{_reached(row)}（{percent(row.value, row.goal)}）<br>{say('比較至 {day}', day=written_day(row.compared_on))}",
                        "link": unescape(replace(seen, period=row.period).link("indicator", kpi="targets", school=school.name)),
                        "figure": "",
                    }
                    for row in judged
                    if row.value is not None
                ],
                columns=["row", "look", "part", "value", "hover", "link", "figure"],
            ),
            lanes,
            say("達成占目標（%）"),
            unit="%",
            most=float(MOST),
            line=(100.0, say("目標")),
        ),
        alt=say(
            "{school} 量化目標的達成：{told}",
            school=school.name,
            told=listing([f"{row.label} {row.period_label} {_plain_reach(row)}" for row in judged]),
        ),
        name="_".join((say("量化目標"), school.name, file_day(seen.on))),
        header=[say("項目"), say("期間"), say("狀態"), say("達成"), say("目標合計"), say("百分比")],
        rows=lambda: [
            [row.label, row.period_label, STATUSES[row.status].word, row.value, row.goal, percent(row.value, row.goal)] for row in begun
        ],
    )  # fmt: skip


def _score(period: str, judged: Sequence[Row]) -> str:
    mine = [row for row in judged if row.period == period]
    counts = {"n": number(len(mine)), "met": number(sum(row.status == "met" for row in mine))}
    return say("{period} {n} 項中 {met} 項達標", period=escape(mine[0].period_label), **counts)


def _reached(row: Row) -> str:
    """「✓ 10/10 人」, or why there is no bar."""
    if row.value is None:
        return say("未填")
    if row.status == "exempt" or not row.goal:
        return say("該年沒有目標，已達 {reached}", reached=number(row.value))
    return f"{STATUSES[row.status].sign} {_plain_reach(row)} {escape(row.unit)}"


def _plain_reach(row: Row) -> str:
    return say("未填") if row.value is None else f"{number(row.value)}/{number(row.goal)}"


# The plan: money


def budget(seen: View, school: Row, rows: Sequence[Row], results: Sequence[Row]) -> Figure:
    """Approved and spent of each kind, per year and in all, against the ceilings."""
    years: dict[str, dict[str, Row]] = {}
    for row in rows:
        years.setdefault(row.label, {})[row.part] = row
    ceilings = [row for row in results if row.room is not None]
    whole = next((row for row in ceilings if row.period not in {row.period for row in rows}), None)
    lanes: dict[str, charts.Lane] = {}
    parts: list[dict[str, Any]] = []
    for label, sums in years.items():
        for name, title in SUM_OF.items():
            lane = _lane(sums["granted"].period, name)
            head = f"<b>{escape(label)}</b>" if name == "approved" else ""
            text = _sum(sums["granted"], name)
            if whole and lane == _lane(None, "approved"):
                text = say("{sum}（上限 {limit}）", sum=text, limit=brief(whole.required, MONEY[0]))
            lanes[lane] = charts.Lane(say(title), text, head)
            parts += _kinds(lane, label, sums, name)
    limits = pd.DataFrame(
        [_limit(seen, row, school, {row.period for row in rows}) for row in ceilings],
        columns=["row", "value", "hover", "link", "figure"],
    )
    return Figure(
        title=_money_title(ceilings, years),
        caption=prose(
            [
                say("單位：{unit}，不含自籌款。未填的沒有長條，不是 0。", unit=unit_of_money()),
                say("直線是上限：資本門每年、核定合計全期。") if ceilings else "",
            ]
        ),
        drawn=charts.lanes(
            pd.DataFrame(parts, columns=["row", "look", "part", "value", "hover", "link", "figure"]),
            lanes,
            say("金額（{unit}）", unit=unit_of_money()),
            looks=dict(zip((kind for kind, _ in KINDS), charts.SHADES, strict=False)),
            limits=limits,
            limit=say("上限"),
        ),
        alt=say(
            "{school} 各年核定與實支（{unit}）：{told}",
            school=school.name,
            unit=unit_of_money(),
            told="; ".join(f"{label} {listing(list(_sums(sums['granted'])))}" for label, sums in years.items() if sums["granted"].period),
        ),
        name="_".join((say("經費"), school.name)),
        header=[say("年度"), say("項目"), say("核定（元）"), say("實支（元）")],
        rows=lambda: [
            [label, say(part), sums[kind].approved, sums[kind].spent] for label, sums in years.items() for kind, part in KINDS
        ],
    )  # fmt: skip


def _lane(period: str | None, name: str) -> str:
    return f"{period or ''}|{name}"


def _sums(row: Row) -> Iterable[str]:
    return (
        f"{say(title)} {brief(getattr(row, name), MONEY[0], say('未填'))}" for name, title in SUM_OF.items()
    )


def _sum(row: Row, name: str) -> str:
    """What stands at the end of a bar; how many rows say nothing of what was spent."""
    value = getattr(row, name)
    text = brief(value, MONEY[0], say("未填"))
    return text + (
        say("（{n} 筆未填）", n=number(row.unsaid))
        if name == "spent" and value is not None and row.unsaid
        else ""
    )


def _kinds(lane: str, label: str, sums: Mapping[str, Row], name: str) -> list[dict[str, Any]]:
    """The parts of one bar; what nobody told has none."""
    return [
        {
            "row": lane,
            "look": kind,
            "part": say(part),
            "value": in_unit(value),
            "hover": f"<b>{escape(label)}　{say(SUM_OF[name])}</b><br>{say(part)} {exact(value, _currency())}",
            "link": "",
            "figure": "",
        }
        for kind, part in KINDS
        if (value := getattr(sums[kind], name)) is not None
    ]


def _limit(seen: View, row: Row, school: Row, years: Collection[str | None]) -> dict[str, Any]:
    """A ceiling on the line of what it limits: of a year its capital, of the whole term all that was approved."""
    room = f"<br>{findings.room(row, row.unit)}"
    return {
        "row": _lane(row.period if row.period in years else None, "approved"),
        "value": in_unit(row.required),
        "hover": f"<b>{escape(row.period_label)}　{escape(row.kpi_label)}</b> {exact(row.required, row.unit)}"
        f"<br>{say('核定')} {exact(row.counted, row.unit)}{room}",
        "link": unescape(replace(seen, period=row.period).link("indicator", kpi=row.kpi, school=school.name)),
        "figure": stated(row, row.school_name),
    }


def _money_title(ceilings: Sequence[Row], years: Mapping[str, Mapping[str, Row]]) -> str:
    """A ceiling that is exceeded, else how much of what was approved is spent."""
    over = [row for row in ceilings if row.room < 0]
    if over:
        return listing(
            [
                f"{escape(row.period_label)} {escape(row.kpi_label)} {findings.room(row, row.unit)}"
                for row in over
            ]
        )
    whole = next(sums["granted"] for sums in years.values() if not sums["granted"].period)
    approved = say("核定 {approved}", approved=amount(whole.approved, _currency()))
    if whole.spent is None:
        return say("{approved}，實支未填", approved=approved)
    spent = {"spent": amount(whole.spent, _currency()), "share": percent(whole.spent, whole.told_approved)}
    of = amount(whole.told_approved, _currency())
    return say("{approved}；已填的年度實支 {spent}（核定 {of}的 {share}）", approved=approved, of=of, **spent)


def _currency() -> str:
    return MONEY[0] if manner().language == SOURCE else MONEY[1]


def unit_of_money() -> str:
    """The unit of an axis of money."""
    return say("萬元")


def in_unit(value: Any) -> float:
    """An amount in the unit of the axis."""
    return float(decimal(value) / SUMS[manner().language][-1][0])
