"""One indicator: which one, its finding, where the city, the groups and the schools stand, and its curve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import streamlit as st

from dashboard import charts
from dashboard.ui import cards, curves, parameters
from dashboard.ui.address import View, ask, asked, before
from dashboard.ui.parts import Cell, anchor, empty, figure, moved, page, pager, pills, table, tag
from dashboard.ui.texts import later, say
from dashboard.ui.words import (
    STATUSES,
    escape,
    full_day,
    listing,
    number,
    percent,
    prose,
    rate,
    short_day,
    word,
    written_day,
)

Row = SimpleNamespace
Here = Callable[..., str]
Then = Mapping[tuple[Any, ...], Row]
SIZE = 20
SHOWN = ("overdue", "behind", "on_track", "no_data", "met", "exempt")
LATE = {
    "overdue": later("{n} 校逾期未達"),
    "behind": later("{n} 校落後"),
    "no_data": later("{n} 校未填報"),
}
GROUPS = (
    later("組別"), later("狀態"), later("達標校數"), later("評定校數"), later("計數"), later("基數"), later("應達"),
)  # fmt: skip
SCHOOLS = (
    later("學校"), later("組別"), later("狀態"), later("還差"), later("計數"), later("基數"), later("應達"),
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """The indicator that the address names, or the first, in one of its periods."""

    kpi: Row
    period: Row
    kpis: Sequence[Row]
    periods: Sequence[Row]

    @property
    def at(self) -> dict[str, Any]:
        """What every question about it is asked with, besides the day."""
        return {"kpi": self.kpi.kpi, "period": self.period.period}


@dataclass(frozen=True)
class Listed:
    """One page of the schools that the filter leaves, and all of them on the day to compare with."""

    rows: Sequence[Row]
    then: Then
    status: str | None
    page: int
    total: int


def choose(seen: View) -> Choice:
    """An indicator of the periods shown; one that is not there has its notice from the address."""
    offered = [(kpi, period) for period in seen.periods for kpi in ask(seen, "kpis", period=period.period)]
    first: dict[str, tuple[Row, Row]] = {}
    for kpi, period in offered:
        first.setdefault(kpi.kpi, (kpi, period))
    wanted = asked("kpi", first)
    kpi, period = first[wanted] if wanted else offered[0]
    measured = [
        each
        for each in seen.all_periods
        if any(other.kpi == kpi.kpi for other in ask(seen, "kpis", period=each.period))
    ]
    return Choice(kpi, period, [one for one, _ in first.values()], measured)


def link(seen: View, kpi: Row, school: str | None = None, told: str | None = None) -> str:
    """An indicator's label, or markup that is `told`, leading to its rule and, with a school, to why its figure is so.

    A figure of a later one of the periods shown names its period, since the page shows the first.
    """
    at = seen if kpi.period == seen.periods[0].period else replace(seen, period=kpi.period)
    href = at.link("indicator", kpi=kpi.kpi, school=school)
    return anchor(href, escape(kpi.label) if told is None else told)


def pick(seen: View, choice: Choice) -> str:
    """Every indicator shown, and the periods in which the chosen one is measured."""
    shown = pills(
        [(kpi.short, seen.link("indicator", kpi=kpi.kpi), kpi.kpi == choice.kpi.kpi) for kpi in choice.kpis],
        say("指標"),
    )
    if len(choice.periods) < 2:
        return shown
    periods = [
        (each.label, replace(seen, period=each.period).link("indicator", kpi=choice.kpi.kpi), each.period == choice.period.period)
        for each in choice.periods
    ]  # fmt: skip
    return shown + pills(periods, say("期間"))


def lead(seen: View, kpi: Row, city: Row) -> str:
    """How many schools are there, the pooled figure, and how fast it grows."""
    unit = escape(kpi.unit)
    if city.status in ("info", "upcoming") or not city.schools_judged:
        status = STATUSES[city.status]
        counted = say("全市共 {n} {unit}。", n=number(city.counted), unit=unit)
        told = say("狀態是{status}：{meaning}。", status=status.word, meaning=status.meaning)
        return prose([f"<b>{counted}</b>" if city.counted is not None else "", told])
    return prose(
        [f"<b>{_schools_done(kpi, city)}</b>", _pooled(city, unit), "" if seen.ahead else _speed(city, unit)]
    )


def _schools_done(kpi: Row, city: Row) -> str:
    counts = {"n": number(city.schools_judged), "met": number(city.schools_met)}
    if kpi.require == "ceiling":
        return say("{n} 校中 {met} 校在上限內。", **counts)
    late = [
        say(told, n=number(many)) for name, told in LATE.items() if (many := getattr(city, f"schools_{name}"))
    ]
    if not late:
        return say("{n} 校中 {met} 校達標。", **counts)
    return say("{n} 校中 {met} 校達標，{late}。", **counts, late=listing(late))


def _pooled(city: Row, unit: str) -> str:
    if not city.base:
        return ""
    pooled = rate(city.counted, city.base, unit)
    if not city.gap:
        return say("全市 {rate}。", rate=pooled)
    return say("全市 {rate}，還差 {n} {unit}。", rate=pooled, n=number(city.gap), unit=unit)


def _speed(city: Row, unit: str) -> str:
    if not city.weekly or city.lately is None:
        return ""
    return say(
        "近四週平均每週 {lately} {unit}，期限前全數完成須每週 {weekly} {unit}。",
        lately=_rounded(city.lately),
        weekly=_rounded(city.weekly),
        unit=unit,
    )


def _rounded(value: float) -> str:
    return number(round(value) if abs(value) >= 10 else round(value, 1))


def standing(seen: View, kpi: Row, city: Row, then: Row | None) -> str:
    """The city's figure and how many schools stand where; what changed since `then`."""
    if kpi.require == "none":
        return f'<div class="aside">{cards.aside(kpi, city, then)}</div>'
    told = "　".join(
        f'<span style="white-space:nowrap">{_schools_at(kpi, name, many)}{moved(many, then, f"schools_{name}")}</span>'
        for name, many in cards.counts(city).items()
    )
    tile = cards.tile(kpi, city, seen.year, then)
    return f'{tile}<p style="margin-top:8px;line-height:2">{told}</p>'


def _schools_at(kpi: Row, status: str, many: int) -> str:
    return say("{status} {n} 校", status=tag(status, kpi.require), n=number(many))


def course(kpi: Row, city: Row, steps: Sequence[Row], seen: View) -> charts.Course | None:
    """The city's curve, of what is counted or, where that has no sum, of the schools that are done."""
    start = kpi.pace_start or kpi.window_start
    of = city.required or city.schools_judged
    begun = start is not None and kpi.deadline is not None and start <= seen.on
    if not begun or not of or kpi.require in ("none", "ceiling"):
        return None
    name = "counted" if city.required else "schools_met"
    values = tuple((step.since, float(getattr(step, name) or 0)) for step in steps)
    unit = kpi.unit if city.required else say("校")
    paced = bool(city.required and kpi.pace_start)
    marks: tuple[tuple[date, str], ...] = ()
    if seen.versus and seen.versus > start:
        marks = ((seen.versus, short_day(seen.versus, seen.year)),)
    return charts.Course(
        values, start, seen.on, kpi.deadline, float(of), unit, paced, needed=bool(city.weekly), marks=marks
    )


def curve(kpi: Row, city: Row, steps: Sequence[Row], seen: View) -> str:
    """The curve under its finding, with what its axes are."""
    found = course(kpi, city, steps, seen)
    if found is None:
        none = say("不設應達數或期限，或期間還沒開始，沒有走勢可以比較。")
        return f'<h2>{say("全市走勢")}</h2><p class="mut">{none}</p>'
    what = say("累計{unit}數", unit=kpi.unit) if city.required else say("達標校數")
    label = say(
        "{kpi} 全市{what}：{now}，應達 {required} {unit}，期限 {day}",
        kpi=kpi.label,
        what=what,
        now=number(found.now),
        required=number(found.required),
        unit=found.unit,
        day=written_day(kpi.deadline),
    )
    axes = [
        say("縱軸：{what}（{unit}）；橫軸：日期。", what=what, unit=found.unit),
        say("虛線是應有進度。") if found.paced else "",
        say("點線是期限前全數完成所需的速度。") if found.needed else "",
        say("採計 {window}；期限 {day}。", window=parameters.window(seen, kpi), day=full_day(kpi.deadline)),
    ]
    return (
        f'<figure><h2>{_finding(city, found)}</h2><p class="sub">{escape(prose(axes))}</p>'
        f"{curves.drawn(found, label)}</figure>"
    )


def _finding(city: Row, found: charts.Course) -> str:
    unit = escape(found.unit)
    if not city.required:
        return say("{n} 校中 {met} 校達標", n=number(found.required), met=number(found.now))
    if city.days_left < 0:
        short = max(found.required - found.now, 0)
        if not short:
            return say("全市合計已達應達數")
        return say("期限已過，全市還差 {n} {unit}", n=number(short), unit=unit)
    if not found.paced:
        counts = {"required": number(found.required), "now": number(found.now), "unit": unit}
        return say("全市應達 {required} {unit}，已達 {now} {unit}", **counts)
    ahead = city.counted - (city.pace or 0)
    if ahead < 0:
        return say("全市比應有進度少 {n} {unit}", n=number(-ahead), unit=unit)
    if ahead:
        return say("全市比應有進度多 {n} {unit}", n=number(ahead), unit=unit)
    return say("全市剛好跟上應有進度")


def groups(seen: View, kpi: Row, rows: Sequence[Row], then: Then) -> str:
    """The groups: schools done, the pooled figure, and who is late; what changed beside each."""
    pooled = [say("計數／基數"), say("完成率")] if kpi.base else [say("計數")]
    if kpi.require != "none":
        pooled = [say("達標校數"), *(pooled if kpi.base else [])]
    names = [say("組別"), say("狀態"), *pooled]
    header = [Cell(name, "l" if at < 2 else "") for at, name in enumerate(names)]
    lines = [("", _group(seen, kpi, row, then.get((row.group_name,)))) for row in rows]
    return f"<h2>{say('各組')}</h2>{table(say('{kpi}各組', kpi=kpi.short), header, lines)}"


def _group(seen: View, kpi: Row, row: Row, then: Row | None) -> list[Cell]:
    name = _name(seen.link("group", group=row.group_name, kpi=kpi.kpi), row.group_name)
    pooled = (number(row.counted) if row.base is None else _pair(row.counted, row.base)) + moved(
        row.counted, then
    )
    rate = [Cell(percent(row.counted, row.base) or "–")] if kpi.base else []
    facts = figure(row, row.group_name)
    if kpi.require == "none":
        status, shown = _stated(kpi, row, facts, pooled)
        return [Cell(name, "l"), status, Cell(shown), *rate]
    met = f"{number(row.schools_met)}/{number(row.schools_judged)}" if row.schools_judged else "?"
    status, shown = _stated(kpi, row, facts, met)
    done = Cell(shown + moved(row.schools_met, then, "schools_met"))
    return [Cell(name, "l"), status, done, *([Cell(pooled), *rate] if kpi.base else [])]


def table_of_groups(kpi: Row, rows: Sequence[Row]) -> list[list[object]]:
    """The groups as the download writes them."""
    return [
        [
            row.group_name,
            word(row.status, kpi.require),
            row.schools_met,
            row.schools_judged,
            row.counted,
            row.base,
            row.required,
        ]
        for row in rows
    ]


def _name(href: str, name: str) -> str:
    """A name on one line, also on a phone."""
    return f'<span style="white-space:nowrap">{anchor(href, escape(name))}</span>'


def _pair(counted: Any, of: Any) -> str:
    return f"{number(counted, '–')}/{number(of)}" if of is not None else number(counted, "–")


def listed(seen: View, choice: Choice) -> Listed:
    """The schools of the status and on the page that the address names."""
    status = asked("status", SHOWN)
    at = {**choice.at, "on": seen.on, "status": status}
    first = ask(seen, "indicator_schools", **at, size=1, skip=0)
    total = first[0].rows_in_all if first else 0
    at_page = page(asked("page"), total, SIZE)
    rows = ask(seen, "indicator_schools", **at, size=SIZE, skip=(at_page - 1) * SIZE)
    then = before(seen, "indicator_schools", ("school_id",), **choice.at, status=None, size=None, skip=0)
    return Listed(rows, then, status, at_page, total)


def schools(seen: View, kpi: Row, city: Row, found: Listed, chosen: Row | None, here: Here) -> str:
    """Every school by what it still lacks; its name and its figure show why."""
    there = [name for name in SHOWN if getattr(city, f"schools_{name}")]
    choices = [(say("全部"), here(status=None), found.status is None)]
    choices += [
        (f"{STATUSES[name].sign} {word(name, kpi.require)}", here(status=name), name == found.status)
        for name in there
    ]
    shown = (
        _schools(seen, kpi, found, chosen, here)
        if found.rows
        else empty(say("這個篩選目前沒有學校"), here(status=None))
    )
    unit = escape(kpi.unit)
    title = (
        say("各校（{unit}）", unit=unit)
        if kpi.require == "none"
        else say("各校，依缺口（{unit}）", unit=unit)
    )
    return f"<h2>{title}</h2>{pills(choices, say('狀態'))}{shown}{pager(found.page, found.total, SIZE, here, say('校'))}"


def _schools(seen: View, kpi: Row, found: Listed, chosen: Row | None, here: Here) -> str:
    since = [Cell(say("自 {day}", day=short_day(seen.versus, seen.year)))] if seen.versus else []
    header = [
        Cell(say("學校"), "l"),
        Cell(say("狀態"), "l"),
        Cell(say("還差")),
        Cell(say("計數")),
        *([Cell(say("基數"))] if kpi.base else []),
        *([] if _is_base(kpi) else [Cell(say("應達"))]),
        *since,
    ]
    lines = [
        (
            "sel" if chosen and row.school_id == chosen.school_id else "",
            _school(
                seen,
                kpi,
                row,
                found.then.get((row.school_id,)),
                here(school=row.school_name, page=found.page),
            ),
        )
        for row in found.rows
    ]
    return table(say("{kpi}各校", kpi=kpi.short), header, lines)


def _is_base(kpi: Row) -> bool:
    """Whether the whole base is required: one column says both."""
    return bool(kpi.base) and kpi.require == "all"


def _school(seen: View, kpi: Row, row: Row, then: Row | None, why: str) -> list[Cell]:
    told = anchor(why, number(row.counted)) if row.status != "upcoming" else "–"
    status, counted = _stated(kpi, row, figure(row, row.school_name), told)
    return [
        Cell(_name(why, row.school_name), "l"),
        status,
        Cell(_gap(row)),
        Cell(counted),
        *([Cell(number(row.base, "–"))] if kpi.base else []),
        *([] if _is_base(kpi) else [Cell(number(row.required, "–"))]),
        *([Cell(moved(row.counted, then) or "–")] if seen.versus else []),
    ]


def _stated(kpi: Row, row: Row, facts: str, told: str) -> tuple[Cell, str]:
    """The cell of the status, and the figure; the machine-readable side is on the figure, or on the reason for none."""
    shown = tag(row.status, kpi.require)
    if row.status in ("no_data", "exempt", "upcoming"):
        return Cell(f"<span {facts}>{shown}</span>", "l"), told
    return Cell(shown, "l"), f"<span {facts}>{told}</span>"


def _gap(row: Row) -> str:
    if not row.gap:
        return "0" if row.gap == 0 and row.status != "exempt" else "–"
    gap = number(row.gap)
    return f"<b>{say('超過 {gap}', gap=gap) if row.is_over else gap}</b>"


def table_of(seen: View, choice: Choice, found: Listed) -> list[list[object]]:
    """The schools that the filter leaves, as the download writes them; what is above a ceiling is a gap below zero."""
    rows = ask(seen, "indicator_schools", **choice.at, on=seen.on, status=found.status, size=None, skip=0)
    return [
        [
            row.school_name,
            row.group_name,
            word(row.status, choice.kpi.require),
            -row.gap if row.gap and row.is_over else row.gap,
            row.counted,
            row.base,
            row.required,
        ]
        for row in rows
    ]


def query(seen: View, kpi: Row) -> None:
    """The query as it was run at the build."""
    how = ask(seen, "indicator_query", kpi=kpi.kpi)[0]
    st.code(how.query, language="sql", wrap_lines=True)
