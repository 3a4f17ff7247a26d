"""A school's plan: the targets that it set itself, and its money.

For programmes that read such tables; what counts and what is reached is settled in queries/, so that the figures here
are those of the indicators. What nobody told is said to be missing and is never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import SimpleNamespace

from dashboard import charts
from dashboard.ui import findings, parts
from dashboard.ui.address import View, ask
from dashboard.ui.parts import Cell, figure, table, text
from dashboard.ui.words import (
    LARGE_SUM,
    MONEY,
    STATUSES,
    amount,
    brief,
    decimal,
    escape,
    exact,
    number,
    pair,
    percent,
    plain,
    short_day,
)

Row = SimpleNamespace
NONE = "–"
UNSAID = '<span class="mut">未填</span>'
JUDGED = "measured"
NOT_JUDGED = {"other": "其他：只呈現，不判定", "unknown": "申請表沒有這個項目：只呈現，不判定"}
AMOUNTS = (("granted", "合計"), ("current", "經常門"), ("capital", "資本門"))


def sections(seen: View, school: Row) -> list[str]:
    """The parts that the programme has tables for, in the order of the plan."""
    read = {row.table_name: row for row in ask(seen, "tables")}
    shown = {"targets": _targets, "budget": _money}
    return [
        part(seen, school, _figures(seen, school, name), read[name])
        for name, part in shown.items()
        if name in read
    ]


def _figures(seen: View, school: Row, name: str) -> list[Row]:
    return ask(seen, "school_results_of", on=seen.on, school_id=school.school_id, table=name)


def _missing(source: Row, what: str) -> str:
    told = (
        f"這所學校在「{escape(source.label)}」裡沒有可用的列"
        if source.supplied
        else f"還沒有「{escape(source.label)}」這張資料表"
    )
    return parts.notice(f"? {what}未填報", f"{told}；缺資料，不是 0。", "warning")


# Targets


def _targets(seen: View, school: Row, figures: Sequence[Row], source: Row) -> str:
    rows = ask(seen, "school_targets", on=seen.on, school_id=school.school_id)
    head = "<h2>量化目標</h2>"
    if not rows:
        return head + _missing(source, "量化目標")
    return (
        f'{head}<p class="sub">學校在申請表自訂的目標。達成值自計畫開始累計；每一年與該年及以前各年目標的合計比較</p>'
        f'<p class="sums">{"".join(_summary(row) for row in figures)}</p>{targets(rows, seen.year)}'
    )


def _summary(row: Row) -> str:
    told = f"{pair(row.counted, row.base, row.unit)} {escape(row.unit)}達標"
    shown = f" {told}" if row.counted is not None else ""
    return f"<span {figure(row, school=row.school_name)}>{escape(row.period_label)} {parts.tag(row.status)}{shown}</span>"


def targets(rows: Sequence[Row], year: int) -> str:
    """One row an item: what it was, what was set for each period and in all, and what is reached of that."""
    items: dict[str, list[Row]] = {}
    for row in rows:
        items.setdefault(row.item, []).append(row)
    periods = next(iter(items.values()))
    header = [
        Cell("項目", "l"),
        Cell("單位", "l"),
        Cell("現況值"),
        *(Cell(f"{escape(row.period_label)}目標") for row in periods),
        Cell("目標合計"),
        *(Cell(_compared(row, year), "l") for row in periods),
    ]
    return table("量化目標", header, [("", _item(found)) for found in items.values()], "goals")


def _compared(row: Row, year: int) -> str:
    until = f"（至 {short_day(row.compared_on, year)}）" if row.compared_on else ""
    return f"{escape(row.period_label)}達成{until}"


def _item(found: Sequence[Row]) -> list[Cell]:
    first = found[0]
    note = "" if first.kind == JUDGED else f'<small class="mut">{NOT_JUDGED[first.kind]}</small>'
    return [
        Cell(f"{escape(first.label)}{note}", "l w"),
        text(first.unit),
        Cell(number(first.current)),
        *(Cell(number(row.own_goal, NONE)) for row in found),
        Cell(number(found[-1].goal, NONE)),
        *(_reached(row) for row in found),
    ]


def _reached(row: Row) -> Cell:
    facts = (
        f'data-item="{escape(row.item)}" data-period="{escape(row.period)}" data-value="{plain(row.value)}"'
        f' data-goal="{plain(row.goal)}" data-status="{escape(row.status)}"'
    )
    if row.status is None:
        return Cell(f'<span {facts} class="mut">{NONE}　不判定</span>', "l")
    return Cell(f"<span {facts}>{_outcome(row)}</span>", f"l c-{row.status}")


def _outcome(row: Row) -> str:
    if row.status == "upcoming":
        return STATUSES["upcoming"].text
    reached = f"{number(row.value)}"
    if row.status == "exempt":
        return f"{NONE} 該年沒有目標{f'，已達 {reached}' if row.value is not None else ''}"
    return f"{STATUSES[row.status].text}　{reached}/{number(row.goal, NONE)}"


# Money


def _money(seen: View, school: Row, figures: Sequence[Row], source: Row) -> str:
    rows = ask(seen, "school_money", school_id=school.school_id)
    head = "<h2>經費</h2>"
    if not any(row.rows for row in rows):
        return head + _missing(source, "經費")
    lines = "".join(_line(row) for row in figures)
    return (
        f'{head}<p class="sub">核定與實支以元計，自籌款另列，不計入上限與執行率。{_day(seen.on)}</p>'
        f'<div class="two money"><div class="list">{lines}</div>{chart(rows, school.name)}</div>{amounts(rows)}'
    )


def _day(on: date) -> str:
    return f"經費沒有日期，截至 {on.month}/{on.day} 與其他日子的數字相同"


def _line(row: Row) -> str:
    """A ceiling with what is left or over, or the rate of what was spent with its counts."""
    word = parts.tag(row.status, row.require)
    return (
        f'<div class="li" {figure(row, school=row.school_name)}><span>{word}</span>'
        f"<span>{escape(row.period_label)}</span>"
        f'<span class="tx">{escape(row.kpi_label)}　{_told(row)}</span></div>'
    )


def _told(row: Row) -> str:
    if row.counted is None:
        return '<span class="mut">? 實支金額未填，缺資料，不是 0</span>' if row.require == "none" else "?"
    if row.room is None:
        return _rate(row.counted, row.base, row.unit)
    title = f"核定 {exact(row.counted, row.unit)}，上限 {exact(row.required, row.unit)}"
    return (
        f'<span title="{title}">核定 {amount(row.counted, row.unit)}；上限 {amount(row.required, row.unit)}，'
        f"<b>{findings.room(row, row.unit)}</b></span>"
    )


def _rate(spent: object, approved: object, unit: str) -> str:
    title = f"實支 {exact(spent, unit)} ÷ 核定 {exact(approved, unit)}"
    counts = f"實支 {brief(spent, unit)}/核定 {amount(approved, unit)}"
    return f'<span title="{title}"><b>{percent(spent, approved)}</b>（{counts}）</span>'


def amounts(rows: Sequence[Row]) -> str:
    """Per year and in all, in whole dollars."""
    years: dict[str, dict[str, Row]] = {}
    for row in rows:
        years.setdefault(row.label, {})[row.part] = row
    header = [
        Cell("年度", "l"),
        *(Cell(f"核定{name}") for _, name in AMOUNTS),
        *(Cell(f"實支{name}") for _, name in AMOUNTS),
        Cell("執行率"),
        Cell("自籌款核定"),
        Cell("自籌款實支"),
    ]
    lines = [
        ("" if found["granted"].period else "sum", _year(label, found)) for label, found in years.items()
    ]
    return f'<div class="gapped"></div>{table("經費（元）", header, lines, "sums-of-money")}'


def _year(label: str, found: Mapping[str, Row]) -> list[Cell]:
    empty = NONE if any(row.rows for row in found.values()) else "?"
    granted, own = found["granted"], found["own"]
    return [
        text(label),
        *(_amount(found[part], "approved", empty) for part, _ in AMOUNTS),
        *(_amount(found[part], "spent", empty) for part, _ in AMOUNTS),
        Cell(percent(granted.spent, granted.told_approved) or (UNSAID if granted.rows else empty)),
        _amount(own, "approved", empty),
        _amount(own, "spent", empty),
    ]


def _amount(row: Row, name: str, empty: str) -> Cell:
    value = getattr(row, name)
    facts = f'data-part="{row.part}" data-year="{escape(row.period)}" data-name="{name}" data-value="{plain(value)}"'
    shown = empty if not row.rows else (UNSAID if value is None else number(value))
    if name == "spent" and value is not None and row.unsaid:
        shown += f'<small class="mut">（{number(row.unsaid)} 筆未填）</small>'
    return Cell(f"<span {facts}>{shown}</span>")


def chart(rows: Sequence[Row], school: str) -> str:
    """Approved and spent of each year as bars; what nobody told has no bar and says so."""
    years: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row.period:
            years.setdefault(row.label, {})[row.part] = row
    groups = [(label, (_bar(found, "approved"), _bar(found, "spent"))) for label, found in years.items()]
    told = "；".join(f"{label} {'、'.join(bar.told for bar in bars)}" for label, bars in groups)
    drawn = charts.bars(groups, f"{school} 各年核定與實支（萬元）：{told}", "萬元")
    return (
        f"<figure><h3>各年核定與實支</h3>{drawn}"
        '<figcaption class="foot">單位：萬元，不含自籌款。<i class="key current"></i>經常門　<i class="key capital"></i>資本門</figcaption></figure>'
    )


def _bar(found: Mapping[str, Row], name: str) -> charts.Bar:
    word = {"approved": "核定", "spent": "實支"}[name]
    whole = getattr(found["granted"], name)
    layers = [
        (part, float(decimal(value) / LARGE_SUM))
        for part in ("current", "capital")
        if (value := getattr(found[part], name)) is not None
    ]
    return charts.Bar(word, layers, f"{word} {brief(whole, MONEY[0], '未填')}")
