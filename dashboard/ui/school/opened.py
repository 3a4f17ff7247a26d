"""The body of an open row of a school: the change of its figure, its units, rejected rows, and the rule."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.parts import part_amount
from dashboard.language.texts import say
from dashboard.language.words import change, number, pair, short_day, united, written_day
from dashboard.rows import Kpi, Part, SchoolResult, Unit
from dashboard.ui.base import links, records
from dashboard.ui.base.parts import element, flagged, stored
from dashboard.ui.base.table import Column, Table
from dashboard.ui.school import bounds
from dashboard.ui.school.items import Item
from dashboard.ui.school.rows import place_of

CAUSES = 8


def body(item: Item) -> Markup:
    """The body of an open row: faults, the change, units, rejected rows, the bound and the rule."""
    kpi = item.kpi
    rows = len({(row.file, row.line) for row in item.possible})
    clause = element("span", _clause(kpi), kind="mut small nowrap")
    return element(
        "div",
        _flags(item),
        _since_then(item),
        _units(item),
        _why(item),
        records.own_rejects(item.rejects, item.row, others=item.others),
        bounds.message(item.row, kpi.unit, rows, len(item.rejects), bounds.added(item.possible)),
        element("p", element("b", say("規定")), "　", kpi.rule, " ", clause, kind="rule"),
        kind="krbody",
    )


def _clause(kpi: Kpi) -> str:
    """The clause of the rule, and the days that count."""
    if kpi.window_start and kpi.window_end:
        days = {"start": written_day(kpi.window_start), "end": written_day(kpi.window_end)}
        return say("（{clause}；採計 {start} 至 {end}）", clause=kpi.clause, **days)
    return (
        say("（{clause}；不限起日）", clause=kpi.clause)
        if kpi.deadline
        else say("（{clause}）", clause=kpi.clause)
    )


def _why(item: Item) -> Markup:
    """The link to the rule and the evidence. It is not the label, for what opens a row may hold no other link."""
    row = item.row
    label = (
        say("看規則與依據")
        if row.counted is None
        else say("為什麼是 {figure}", figure=_figure(row, item.kpi.unit))
    )
    link = links.link(item.view, item.kpi, school=row.school_name, label=label)
    return element("p", link, kind="why onscreen")


def _flags(item: Item) -> Markup:
    """The note on the figure's flags, and the list of the faults behind them."""
    note = flagged(item.row, item.kpi, item.view.link)
    if not note:
        return BLANK
    causes = [
        row for row in item.causes if row.flag != "rows_rejected"
    ]  # rejected rows are listed below with how to mend them
    listed = [element("li", place_of(row), stored(row.message)) for row in causes[:CAUSES]]
    left = len(causes) - CAUSES
    more = [element("li", say("另有 {n} 列。", n=number(left)))] if left > 0 else []
    return element("div", note, element("ul", *listed, *more, kind="causes"))


def _since_then(item: Item) -> Markup:
    """The sentence on the change of the figure since the day to compare with."""
    then, row, versus = item.then, item.row, item.view.versus
    if then is None or versus is None or then.counted is None or row.counted is None:
        return BLANK
    unit = item.kpi.unit
    sentence = say_markup(
        "與 {day} 相比 {by}：當時 {then}，現在 {now}。",
        day=short_day(versus, item.view.year),
        by=element("b", united(change(row.counted - then.counted, unit), unit)),
        then=_figure(then, unit),
        now=_figure(row, unit),
    )
    return element("p", sentence, kind="sub")


def _figure(row: SchoolResult, unit: str) -> str:
    return pair(row.counted, row.required, unit) if row.required is not None else number(row.counted)


# The units


def _units(item: Item) -> Markup:
    """The lists of units, missing ones first; counted ones fold away below them."""
    missing = [unit for unit in item.units if not unit.done]
    done = [unit for unit in item.units if unit.done]
    if not item.units:
        sentence = records.silent(item.to_send) if item.row.status == "no_data" else say("還沒有紀錄。")
        return element("p", sentence, kind="mut")
    parts = []
    if missing:
        counts = {"n": number(len(missing)), "unit": item.kpi.unit}
        # Other classes are missing too, and which is not known.
        title = (
            say("還不齊的 {n} {unit}", **counts)
            if item.kpi.base == "classes"
            else say("還缺的 {n} {unit}", **counts)
        )
        parts += [element("h3", title), _list(item, missing, False)]
    if done:
        counts = {"n": number(len(done)), "unit": item.kpi.unit}
        listed = _list(item, done, True)
        if missing:
            title = say("已計入的 {n} {unit}（展開名單）", **counts)
            parts.append(element("details", element("summary", title), listed, kind="more"))
        else:
            parts += [element("h3", say("已計入的 {n} {unit}", **counts)), listed]
    return join(parts)


def _list(item: Item, units: Sequence[Unit], done: bool) -> Markup:
    """The list of units, or where they consist of parts the table of units by parts."""
    if any(unit.parts for unit in units):
        return _matrix(item, units, done)
    year = item.view.year
    lines = [element("li", element("span", _name(unit)), _when(unit, year, done)) for unit in units]
    return element("ul", *lines, kind="units")


def _matrix(item: Item, units: Sequence[Unit], done: bool) -> Markup:
    """The table of units by parts: the day or amount of each part, or that it is missing."""
    names = list(dict.fromkeys(part["label"] for unit in units for part in unit.parts or ()))

    def who(unit: Unit) -> str:
        since = BLANK if done else _when(unit, item.view.year, False)
        return join([_name(unit), since], " ") if since else _name(unit)

    def column(name: str | None) -> Column[Unit]:
        def cell(unit: Unit) -> str:
            part = {part["label"]: part for part in unit.parts or ()}.get(name)
            return _part(part) if part else "–"

        return Column(say(name) if name else item.kpi.short, cell=cell, kind="l")

    columns = [Column[Unit](say("對象"), cell=who, kind="l"), *map(column, names)]
    if (
        done and None in names
    ):  # a named part has its own day; the unnamed one, an amount, needs that of the unit
        columns.append(Column(say("計入日"), cell=_day, kind="l"))
    table = Table(say("{kpi}的名單", kpi=item.kpi.short), columns, units, "parts")
    return element("div", table.html(), kind="tall")


def _day(unit: Unit) -> str:
    return written_day(unit.attained_on, pad=True) if unit.attained_on else ""


def _part(part: Part) -> Markup:
    """「✓ 110/07/08」, 「缺」, 「1／3 小時，還差 2」."""
    if not part["lacks"]:
        day = written_day(part["day"], pad=True) if part["day"] else ""
        there = part_amount(part, "has") if part["unit"] is not None else day
        return join([element("span", "✓", kind="s-met"), there], " ")
    if part["unit"] is None:
        return element("span", say("缺"), kind="warn")
    return say_markup(
        "{has}／{needed}，{lacks}",
        has=number(part["has"]),
        needed=part_amount(part, "needed"),
        lacks=element("span", say("還差 {amount}", amount=number(part["lacks"])), kind="warn"),
    )


def _name(unit: Unit) -> str:
    many = f"　{number(unit.amount)}" if unit.amount not in (None, 1) else ""
    return f"{unit.unit_label or unit.unit_id or ''}{many}"


def _when(unit: Unit, year: int, done: bool) -> Markup:
    """The day on which a unit was counted, or of a missing one the day of its start if in this year."""
    if done and unit.attained_on:
        day = unit.attained_on
        return element("time", f"✓ {written_day(day, pad=True)}", datetime=day.isoformat())
    if not done and unit.since and unit.since.year >= year:
        label = say("{day} 到職", day=written_day(unit.since, pad=True))
        return element("time", label, datetime=unit.since.isoformat())
    return BLANK
