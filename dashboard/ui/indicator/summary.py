"""The indicator page: the choice of an indicator, its summary, and the tables of groups and schools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import streamlit as st

from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.texts import later, say
from dashboard.language.words import (
    STATUSES,
    days_left,
    file_day,
    flag_words,
    listing,
    number,
    percent,
    prose,
    rate,
    short_day,
    stated,
    word,
    written_day,
)
from dashboard.questions import View, ask
from dashboard.ui.base import links, paper
from dashboard.ui.base.address import asked
from dashboard.ui.base.parts import (
    anchor,
    element,
    empty,
    flagged,
    moved,
    pills,
    tag,
)
from dashboard.ui.base.table import Column, Table

Row = SimpleNamespace
Here = Callable[..., str]
Then = Mapping[tuple[Any, ...], Row]
SIZE = 20
COLUMNS = {
    "school": later("學校"),
    "group": later("組別"),
    "status": later("狀態"),
    "counted": later("計數/應達"),
    "rate": later("完成率"),
    "gap": later("還差"),
    "change": later("增減"),
}
FIGURELESS = ("no_data", "exempt", "upcoming")
FALLING = ("counted", "gap")  # columns sorted from the largest down
SORTS = tuple(f"{way}{name}" for name in COLUMNS for way in ("", "-"))
FILTERS = ("overdue", "behind", "on_track", "no_data", "met", "exempt")
LATE = {
    "overdue": later("{n} 校逾期未達"),
    "behind": later("{n} 校落後"),
    "no_data": later("{n} 校未填報"),
}


@dataclass(frozen=True)
class Choice:
    """The indicator that the address names, or the first, in one of its periods; `kpis` are those of the page."""

    kpi: Row
    period: Row
    kpis: Sequence[Row]
    periods: Sequence[Row]

    @property
    def at(self) -> dict[str, Any]:
        """The parameters of every query on the indicator, besides the day."""
        return {"kpi": self.kpi.kpi, "period": self.period.period}


@dataclass(frozen=True)
class Selection:
    """Every school in the order that the address names, those of its status, and one page of these."""

    every: Sequence[Row]
    matching: Sequence[Row]
    rows: paper.Page[Row]
    status: str | None
    sort: str | None


def choose(view: View) -> Choice:
    """The indicator of the address in its last period that has begun.

    An indicator that the period of the address lacks is taken from another period; one that does not exist has its
    notice from `asked`.
    """
    offered = [kpi for period in view.periods for kpi in ask(view, "kpis", period=period.period)]
    wanted = asked("kpi")
    matches = [kpi for kpi in offered if kpi.kpi == wanted] or [
        kpi
        for period in view.all_periods
        for kpi in ask(view, "kpis", period=period.period, by_default=view.on)
        if kpi.kpi == wanted
    ]
    kpi = links.latest(matches or [kpi for kpi in offered if kpi.kpi == offered[0].kpi], view.on)
    periods = {period.period: period for period in view.all_periods}
    measured = [
        period
        for name, period in periods.items()
        if any(other.kpi == kpi.kpi for other in ask(view, "kpis", period=name, by_default=None))
    ]
    first: dict[str, Row] = {}
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


def lead(view: View, kpi: Row, city: Row, then: Row | None) -> Markup:
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


def _schools_done(kpi: Row, city: Row, then: Row | None) -> Markup:
    met = join([number(city.schools_met), moved(city.schools_met, then, "schools_met")])
    counts = {"n": number(city.schools_judged), "met": met}
    if kpi.require == "ceiling":
        return say_markup("{n} 校中 {met} 校在上限內。", **counts)
    late = [
        say(message, n=number(many))
        for name, message in LATE.items()
        if (many := getattr(city, f"schools_{name}"))
    ]
    if not late:
        return say_markup("{n} 校中 {met} 校達標。", **counts)
    return say_markup("{n} 校中 {met} 校達標，{late}。", **counts, late=listing(late))


def _pooled(city: Row, unit: str, then: Row | None) -> Markup:
    if not city.base:
        return BLANK
    pooled = join([rate(city.counted, city.base, unit), moved(city.counted, then)])
    if not city.gap:
        return say_markup("全市 {rate}。", rate=pooled)
    return say_markup("全市 {rate}，還差 {n} {unit}。", rate=pooled, n=number(city.gap), unit=unit)


def _speed(city: Row, unit: str) -> Markup:
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


def groups(view: View, kpi: Row, rows: Sequence[Row], then: Then) -> Markup:
    """The section of groups: status, schools done and the pooled figure, each with its change since `then`; its file."""
    table = by_group(view, kpi, rows, then)
    saved = table.download(f"{say('各組')}_{kpi.short}_{file_day(view.on)}")
    return join([element("h2", say("各組")), table.html(), saved])


def by_group(view: View, kpi: Row, rows: Sequence[Row], then: Then) -> Table[Row]:
    """The table of groups. The page writes the pooled figure in one cell, the file each value in a column of its own."""
    is_judged = kpi.require != "none"

    def before(row: Row) -> Row | None:
        return then.get((row.group_name,))

    def pooled(row: Row) -> Markup:
        counts = number(row.counted) if row.base is None else _pair(row.counted, row.base)
        return join([counts, moved(row.counted, before(row))])

    def met(row: Row) -> str:
        return f"{number(row.schools_met)}/{number(row.schools_judged)}" if row.schools_judged else "?"

    def done(row: Row) -> Markup:
        facts = stated(row, row.group_name)
        return join([_figure(row, facts, met(row)), moved(row.schools_met, before(row), "schools_met")])

    def amount(row: Row) -> str:
        return pooled(row) if is_judged else _figure(row, stated(row, row.group_name), pooled(row))

    def name(row: Row) -> Markup:
        return _name(view.link("group", group=row.group_name, kpi=kpi.kpi), row.group_name)

    columns = [
        Column[Row](say("組別"), lambda row: row.group_name, name, "l"),
        _status(view, kpi, lambda row: stated(row, row.group_name)),
        Column[Row](say("達標校數"), lambda row: row.schools_met, done, on_page=is_judged),
        Column[Row](say("評定校數"), lambda row: row.schools_judged, on_page=False),
        Column[Row](
            say("計數／基數") if kpi.base else say("計數"),
            cell=amount,
            on_page=bool(kpi.base) or not is_judged,
        ),
        Column[Row](say("完成率"), cell=_rate, on_page=bool(kpi.base)),
        *_in_file(),
    ]
    return Table(say("{kpi}各組", kpi=kpi.short), columns, rows)


def _status(view: View, kpi: Row, facts: Callable[[Row], str]) -> Column[Row]:
    """The column of the status; it bears the machine-readable `facts` of a row without a figure."""

    def cell(row: Row) -> Markup:
        sign, note = tag(row.status, kpi.require), flagged(row, kpi, view.link)
        if row.status in FIGURELESS:
            return element("span", sign, data_figure=facts(row)) + note
        return sign + note

    return Column(say("狀態"), lambda row: word(row.status, kpi.require), cell, "l")


def _figure(row: Row, facts: str, text: str) -> str:
    """A figure with its machine-readable `facts`, which the status bears where there is none."""
    return text if row.status in FIGURELESS else element("span", text, data_figure=facts)


def _rate(row: Row) -> str:
    return percent(row.counted, row.base) or "–"


def _in_file() -> list[Column[Row]]:
    """The values that only files have, each in a column of its own."""
    return [
        Column(say("計數"), lambda row: row.counted, on_page=False),
        Column(say("基數"), lambda row: row.base, on_page=False),
        Column(say("應達"), lambda row: row.required, on_page=False),
        Column(say("資料註記"), flag_words, on_page=False),
    ]


def _name(href: str, name: str) -> Markup:
    """A name on one line, also on a phone."""
    return element("span", anchor(href, name), style="white-space:nowrap")


def _pair(counted: Any, of: Any) -> str:
    return f"{number(counted, '–')}/{number(of)}" if of is not None else number(counted, "–")


def selected(view: View, choice: Choice) -> Selection:
    """The schools of the status, in the order and on the page that the address names."""
    status, sort = asked("status", FILTERS), asked("sort", SORTS)
    at = {**choice.at, "on": view.on, "versus": view.versus}
    every = ask(
        view, "indicator_schools", **at, sort=sort and sort.strip("-"), falling=bool(sort and sort[0] == "-")
    )
    matching = [row for row in every if status in (None, row.status)]
    return Selection(every, matching, paper.page(matching, asked("page"), SIZE), status, sort)


def schools(view: View, kpi: Row, selection: Selection, chosen: Row | None, here: Here) -> Markup:
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


def by_school(view: View, kpi: Row, selection: Selection, chosen: Row | None, here: Here) -> Table[Row]:
    """The table of schools. The page writes the figure in one cell, the file each value in a column of its own."""

    def why(row: Row) -> str:
        return here(school=row.school_name, page=selection.rows.number)

    def name(row: Row) -> Markup:
        return _name(why(row), row.school_name)

    def group(row: Row) -> Markup:
        return anchor(view.link("group", group=row.group_name, kpi=kpi.kpi), row.group_name or "")

    def counted(row: Row) -> str:
        text = anchor(why(row), _of_required(row)) if row.status != "upcoming" else "–"
        return _figure(row, stated(row, row.school_name), text)

    def head(name: str) -> Markup:
        return _sortable(view, kpi, name, selection.sort, here)

    def gap(row: Row) -> object:
        """What is missing; what exceeds a ceiling is negative."""
        return -row.gap if row.gap and row.is_over else row.gap

    status = _status(view, kpi, lambda row: stated(row, row.school_name))
    columns = [
        Column[Row](say("學校"), lambda row: row.school_name, name, "l", head=head("school")),
        Column[Row](say("組別"), lambda row: row.group_name, group, "l", head=head("group")),
        replace(status, head=head("status")),
        Column[Row](say("還差"), gap, on_page=False),
        Column[Row](say("計數/應達"), cell=counted, head=head("counted")),
        Column[Row](say("完成率"), cell=_rate, head=head("rate"), on_page=bool(kpi.base)),
        Column[Row](say("還差"), cell=_gap, head=head("gap")),
        Column[Row](say("增減"), cell=_since, head=head("change"), on_page=bool(view.versus)),
        *_in_file(),
    ]
    is_chosen = {chosen.school_id} if chosen else set()
    return Table(
        say("{kpi}各校", kpi=kpi.short),
        columns,
        selection.rows,
        "schools",
        lambda row: "sel" if row.school_id in is_chosen else "",
    )


def _sortable(view: View, kpi: Row, name: str, sort: str | None, here: Here) -> Markup:
    """The header of a column: a link that sorts by it, or reverses the order."""
    named = say(COLUMNS[name])
    if name == "counted":
        named = (
            say("計數") if kpi.require == "none" else say("計數/上限") if kpi.require == "ceiling" else named
        )
    if name == "change" and view.versus:
        named = say("自 {day}", day=short_day(view.versus, view.year))
    first = f"-{name}" if name in FALLING else name
    other = first.strip("-") if first[0] == "-" else f"-{first}"
    is_by, sign = sort in (first, other), ""
    if is_by:
        sign = " ↓" if sort and sort[0] == "-" else " ↑"
    href = here(sort=other if sort == first else first)
    return anchor(href, f"{named}{sign}", "sorts on" if is_by else "sorts")


def _of_required(row: Row) -> str:
    return number(row.counted) if row.required is None else f"{number(row.counted)}/{number(row.required)}"


def _since(row: Row) -> str:
    return moved(row.counted, SimpleNamespace(counted=row.before)) or "–"


def _gap(row: Row) -> str:
    if not row.gap:
        return "0" if row.gap == 0 and row.status != "exempt" else "–"
    gap = number(row.gap)
    return element("b", say("超過 {gap}", gap=gap) if row.is_over else gap)


def query(view: View, kpi: Row) -> None:
    """Write the query as the build ran it."""
    how = ask(view, "indicator_query", kpi=kpi.kpi)[0]
    st.code(how.query, language="sql", wrap_lines=True)
