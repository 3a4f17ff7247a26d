"""The indicator page: the choice of an indicator, its summary, and the tables of groups and schools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from dashboard.language.figure import stated
from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.texts import say
from dashboard.language.words import (
    BY_URGENCY,
    REMINDED,
    STATUSES,
    STRIP,
    counts,
    days_left,
    file_day,
    listing,
    number,
    prose,
    rate,
    word,
    written_day,
)
from dashboard.questions import Before, View, ask
from dashboard.rows import IndicatorCity, IndicatorGroup, IndicatorQuery, IndicatorSchool, Kpi, Period, School
from dashboard.ui.base import links, paper
from dashboard.ui.base.address import asked
from dashboard.ui.base.parts import (
    element,
    empty,
    flagged,
    moved,
    pills,
)
from dashboard.ui.indicator.tables import COLUMNS, Selection, by_group, by_school

Here = Callable[..., str]
SIZE = 20
SORTS = tuple(f"{way}{name}" for name in COLUMNS for way in ("", "-"))
FILTERS = tuple(status for status in BY_URGENCY if status in STRIP)


@dataclass(frozen=True)
class Choice:
    """The indicator that the address names, or the first, in one of its periods; `kpis` are those of the page."""

    kpi: Kpi
    period: Period
    kpis: Sequence[Kpi]
    periods: Sequence[Period]

    @property
    def at(self) -> dict[str, object]:
        """The parameters of every query on the indicator, besides the day."""
        return {"kpi": self.kpi.kpi, "period": self.period.period}


def choose(view: View) -> Choice:
    """The indicator of the address in its last period that has begun.

    An indicator that the period of the address lacks is taken from another period; one that does not exist has its
    notice from `asked`.
    """
    offered = [kpi for period in view.periods for kpi in ask(view, Kpi, period=period.period)]
    wanted = asked("kpi")
    matches = [kpi for kpi in offered if kpi.kpi == wanted] or [
        kpi
        for period in view.all_periods
        for kpi in ask(view, Kpi, period=period.period, by_default=view.on)
        if kpi.kpi == wanted
    ]
    kpi = links.latest(matches or [kpi for kpi in offered if kpi.kpi == offered[0].kpi], view.on)
    periods = {period.period: period for period in view.all_periods}
    measured = [
        period
        for name, period in periods.items()
        if any(other.kpi == kpi.kpi for other in ask(view, Kpi, period=name, by_default=None))
    ]
    first: dict[str, Kpi] = {}
    for one in offered:
        first.setdefault(one.kpi, one)
    return Choice(kpi, periods[kpi.period], list(first.values()), measured)


def what(view: View, choice: Choice) -> list[Markup]:
    """The line on the period and deadline of the figures, and whether the period of the address lacks the indicator.

    Empty where the programme has one period.
    """
    kpi, period = choice.kpi, choice.period
    days = say("{start} 至 {end}", start=written_day(period.start), end=written_day(period.end))
    remarks: list[str] = [say_markup("期間 {period}（{days}）", period=element("b", period.label), days=days)]
    if kpi.deadline and kpi.require not in ("ceiling", "none"):
        left = (kpi.deadline - view.on).days
        remarks.append(say("期限 {day}，{left}", day=written_day(kpi.deadline), left=days_left(left)))
    if period.period not in [each.period for each in view.periods]:
        asked_for = listing([each.label for each in view.periods])
        remarks.insert(0, say("「{period}」沒有這項指標，改列它的期間", period=asked_for))
    return [join(remarks, " · ")] if len(view.all_periods) > 1 else []


def pick(view: View, choice: Choice) -> Markup:
    """The links to every indicator, and to the periods in which the chosen one is measured."""
    choices = pills(
        [(kpi.short, view.link("indicator", kpi=kpi.kpi), kpi.kpi == choice.kpi.kpi) for kpi in choice.kpis],
        say("指標"),
    )
    if len(choice.periods) < 2:
        return choices
    periods = [
        (each.label, replace(view, period=each.period).link("indicator", kpi=choice.kpi.kpi), each.period == choice.period.period)
        for each in choice.periods
    ]  # fmt: skip
    return choices + pills(periods, say("期間"))


def lead(view: View, kpi: Kpi, city: IndicatorCity, then: IndicatorCity | None) -> Markup:
    """The summary: schools done, the pooled figure, the changes since `then`, and the weekly speed."""
    unit, note = kpi.unit, flagged(city, kpi, view.link)
    if city.status in ("info", "upcoming") or not city.schools_judged:
        status = STATUSES[city.status]
        counted = element("b", say("全市共 {n} {unit}。", n=number(city.counted), unit=unit))
        meaning = say_markup("狀態是{status}：{meaning}。", status=status.word, meaning=status.meaning)
        summary = counted + moved(city.counted, then) if city.counted is not None else BLANK
        return prose([element("span", prose([summary, meaning]), data_figure=stated(city)), note])
    summary = prose([element("b", _schools_done(kpi, city, then)), _pooled(city, unit, then)])
    speed = BLANK if view.ahead else _speed(city, unit)
    return prose([element("span", summary, data_figure=stated(city)), speed, note])


def _schools_done(kpi: Kpi, city: IndicatorCity, then: IndicatorCity | None) -> Markup:
    met = join([number(city.schools_met), moved(city.schools_met, then, "schools_met")])
    values = {"n": number(city.schools_judged), "met": met}
    if kpi.require == "ceiling":
        return say_markup("{n} 校中 {met} 校在上限內。", **values)
    late = [
        say(STATUSES[status].source_schools, n=number(many))
        for status, many in counts(city, REMINDED).items()
    ]
    if not late:
        return say_markup("{n} 校中 {met} 校達標。", **values)
    return say_markup("{n} 校中 {met} 校達標，{late}。", **values, late=listing(late))


def _pooled(city: IndicatorCity, unit: str, then: IndicatorCity | None) -> Markup:
    if not city.base:
        return BLANK
    pooled = join([rate(city.counted, city.base, unit), moved(city.counted, then)])
    if not city.gap:
        return say_markup("全市 {rate}。", rate=pooled)
    return say_markup("全市 {rate}，還差 {n} {unit}。", rate=pooled, n=number(city.gap), unit=unit)


def _speed(city: IndicatorCity, unit: str) -> Markup:
    if not city.weekly or city.lately is None:
        return BLANK
    return say_markup(
        "近四週平均每週 {lately} {unit}，期限前全數完成須每週 {weekly} {unit}。",
        lately=rounded(city.lately),
        weekly=rounded(city.weekly),
        unit=unit,
    )


def rounded(value: float) -> str:
    """A speed in units a week: whole from ten on, else to one decimal."""
    return number(round(value) if abs(value) >= 10 else round(value, 1))


def groups(view: View, kpi: Kpi, rows: Sequence[IndicatorGroup], then: Before[IndicatorGroup]) -> Markup:
    """The section of groups: status, schools done and the pooled figure, each with its change since `then`; its file."""
    table = by_group(view, kpi, rows, then)
    saved = table.download(f"{say('各組')}_{kpi.short}_{file_day(view.on)}")
    return join([element("h2", say("各組")), table.html(), saved])


def selected(view: View, choice: Choice) -> Selection:
    """The schools of the status, in the order and on the page that the address names."""
    status, sort = asked("status", FILTERS), asked("sort", SORTS)
    at = {**choice.at, "on": view.on, "versus": view.versus}
    every = ask(
        view, IndicatorSchool, **at, sort=sort and sort.strip("-"), falling=bool(sort and sort[0] == "-")
    )
    matching = [row for row in every if status in (None, row.status)]
    return Selection(every, matching, paper.page(matching, asked("page"), SIZE), status, sort)


def schools(view: View, kpi: Kpi, selection: Selection, chosen: School | None, here: Here) -> Markup:
    """The section of schools: filters, table, pages, file; a school's name and figure link to its evidence."""
    counts = Counter(row.status for row in selection.every)
    choices = [
        (say("全部 {n} 校", n=number(len(selection.every))), here(status=None), selection.status is None)
    ]
    choices += [
        (
            f"{STATUSES[name].sign} {word(name, kpi.require)} {number(many)}",
            here(status=name),
            name == selection.status,
        )
        for name in FILTERS
        if (many := counts[name])
    ]
    table = by_school(view, kpi, selection, chosen, here)
    saved = table.download(f"{say('各校')}_{kpi.short}_{file_day(view.on)}")
    body = table.html() if selection.rows else empty(say("這個篩選目前沒有學校"), here(status=None))
    unit = kpi.unit
    title = (
        say("各校（{unit}）", unit=unit)
        if kpi.require == "none"
        else say("各校，依超出多少（{unit}）", unit=unit)
        if selection.sort is None and kpi.require == "ceiling"
        else say("各校，依缺口（{unit}）", unit=unit)
        if selection.sort is None
        else say("各校，依{column}（{unit}）", column=say(COLUMNS[selection.sort.strip("-")]), unit=unit)
    )
    on = paper.pager(selection.rows, here, say("校"))
    return join([element("h2", title), pills(choices, say("狀態")), body, on, saved])


def query(view: View, kpi: Kpi) -> None:
    """Write the query as the build ran it."""
    how = ask(view, IndicatorQuery, kpi=kpi.kpi)[0]
    st.code(how.query, language="sql", wrap_lines=True)
