"""A school's indicators, one row each that opens: figures, curve, the missing, the rule, rows not taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from dashboard import charts
from dashboard.ui import curves, findings, records
from dashboard.ui.parts import anchor, due, figure, tag
from dashboard.ui.words import MONEY, amount, escape, exact, number, pair, percent, written_day

Row = SimpleNamespace
ORDER = ("overdue", "behind", "on_track", "no_data", "met", "exempt", "info", "upcoming")
UNDATED = ("ceiling", "none")
HEAD = (
    '<div class="kr head"><span></span><span>狀態</span><span>指標</span><span class="num">計數/應達</span>'
    '<span>進度（┃應有）</span><span>累計走勢至期限</span><span class="num">還差</span>'
    '<span class="num">期限</span></div>'
)


@dataclass(frozen=True)
class Item:
    """One indicator of one school, with everything its row shows."""

    kpi: Row
    row: Row
    steps: Sequence[tuple[date, float]]
    units: Sequence[Row]
    rejects: Sequence[Row]
    on: date
    year: int

    @property
    def course(self) -> charts.Course | None:
        """The curve, where there is something to reach and a day to reach it by."""
        if (
            not self.row.required
            or self.kpi.deadline is None
            or self.kpi.pace_start is None
            or self.on < self.kpi.pace_start
        ):
            return None
        return charts.Course(
            self.steps,
            self.kpi.pace_start,
            self.on,
            self.kpi.deadline,
            float(self.row.required),
            self.kpi.unit,
        )


def order(item: Item) -> tuple[object, ...]:
    """Exceeded ceilings, unmet by deadline and gap, then what cannot be judged, then what is done."""
    open_row = item.row.status in ORDER[:3]
    place = 0 if open_row else ORDER.index(item.row.status)
    exceeded = item.row.room is not None and item.row.room < 0
    due_on = date.min if exceeded else item.row.deadline or date.max
    return (place, due_on, -(item.row.gap or 0))


def school_rows(items: Iterable[Item], opened: str | None) -> str:
    """All rows, the one named in the address open."""
    lines = "".join(_row(item, item.kpi.kpi == opened) for item in sorted(items, key=order))
    foot = '<p class="foot">點一列看曲線、名單、規定與被退回的列 · 依期限與缺口排序</p>'
    return f'{HEAD}<div style="border-top:1px solid var(--line)">{lines}</div>{foot}'


def _row(item: Item, opened: bool) -> str:
    row, kpi = item.row, item.kpi
    curve = charts.sparkline(item.course) if item.course else ""
    gap = findings.lacking(row, kpi.unit)
    week = findings.pace(row, kpi.unit)
    pace = f'<span class="mut small"> · {week}</span>' if week else ""
    kind = "gap left" if row.status == "met" else "gap"
    missing = f'<span class="{kind}">{gap}</span>{pace}' if gap else '<span class="mut nil">–</span>'
    when = "" if kpi.require in UNDATED else due(row.deadline, row.days_left, row.status, item.year)
    return (
        f'<details class="kr"{" open" if opened else ""} {figure(row, school=row.school_name)}><summary>'
        f'<span class="ar" aria-hidden="true"></span><span class="stc">{tag(row.status, kpi.require)}</span>'
        f'<span class="nm"><b>{escape(kpi.label)}</b></span><span class="num">{_counts(row, kpi)}</span>'
        f'<span class="barc">{_bar(row)}</span><span class="spk">{curve}</span>'
        f'<span class="gapc num">{missing}</span>'
        f'<span class="dlc num small">{when}</span>'
        f'</summary><div class="body">{_body(item)}</div></details>'
    )


def _counts(row: Row, kpi: Row) -> str:
    if row.counted is None:
        return f'<span class="mut">{"–" if row.status == "upcoming" else "?"}</span>'
    if kpi.unit == MONEY:
        return _money(row, kpi)
    if row.required is None:
        return f"{number(row.counted)} {escape(kpi.unit)}"
    base = (
        f'<span class="mut small">，基數 {number(row.base)}</span>'
        if row.base not in (None, row.required)
        else ""
    )
    return f"{number(row.counted)}/{number(row.required)} {escape(kpi.unit)}{base}"


def _money(row: Row, kpi: Row) -> str:
    """Out of what, as the indicator has it: a ceiling, or what was approved."""
    limit = row.required if row.required is not None else row.base
    if limit is None:
        return f'<span title="{exact(row.counted, kpi.unit)}">{amount(row.counted, kpi.unit)}</span>'
    title = f"{exact(row.counted, kpi.unit)}／{'上限' if kpi.require == 'ceiling' else '核定'} {exact(limit, kpi.unit)}"
    return f'<span title="{title}">{pair(row.counted, limit, kpi.unit)}{escape(kpi.unit)}</span>'


def _bar(row: Row) -> str:
    """How much of what is required is done, with the tick where the pace is today."""
    if row.status == "info" and row.base:
        return f'<span class="mut small">{percent(row.counted, row.base)}，不設應達數</span>'
    if row.required is None or row.counted is None:
        told = {"no_data": "缺資料，不是 0", "upcoming": "期間還沒開始"}.get(row.status, "不設應達數")
        return f'<span class="mut small">{told}</span>'
    if not row.required:
        return ""
    done = min(100 * row.counted / row.required, 100)
    tick = (
        f'<u style="left:{min(100 * row.pace / row.required, 99):.1f}%"></u>'
        if row.pace and row.status != "met"
        else ""
    )
    told = f"{number(row.counted)}，{'應達' if row.room is None else '上限'} {number(row.required)}"
    return (
        f'<div class="bar {row.status}" role="img" aria-label="{told}">'
        f'<i style="width:{done:.1f}%"></i>{tick}</div>'
    )


def _body(item: Item) -> str:
    kpi = item.kpi
    drawn = _curve(item)
    people = _units(item)
    window = _window(kpi)
    return (
        (f'<div class="figures">{drawn}<div>{people}</div></div>' if drawn else people)
        + records.own_rejects(item.rejects)
        + f'<p class="rule"><b>規定</b>　{escape(kpi.rule)}'
        + f'<span class="mut small" style="white-space:nowrap">（{escape(kpi.clause)}{window}）</span></p>'
    )


def _window(kpi: Row) -> str:
    if kpi.window_start is None:
        return "；不限起日" if kpi.deadline else ""
    return f"；採計 {written_day(kpi.window_start)} 至 {written_day(kpi.window_end)}"


def _curve(item: Item) -> str:
    course, row = item.course, item.row
    if course is None:
        return ""
    title = _against_pace(row, item.kpi.unit)
    label = f"{row.school_name} {item.kpi.short} 累計：{number(row.counted)}，應達 {number(row.required)}"
    return f"<figure><h3>{title}</h3>{curves.drawn(course, label)}</figure>"


def _against_pace(row: Row, unit: str) -> str:
    if row.status == "met":
        return "已達應達數"
    if row.status == "overdue":
        return f"期限已過，{findings.gap(row, unit)}"
    ahead = row.counted - (row.pace or 0)
    if ahead < 0:
        return f"比應有進度少 {number(-ahead)} {escape(unit)}"
    return f"比應有進度多 {number(ahead)} {escape(unit)}" if ahead else "剛好跟上應有進度"


def _units(item: Item) -> str:
    """Missing first: they are what is left to do; the done fold away."""
    missing = [unit for unit in item.units if not unit.done]
    done = [unit for unit in item.units if unit.done]
    if not item.units:
        told = "缺這項的資料，無法列出名單。" if item.row.status == "no_data" else "還沒有紀錄。"
        return f'<p class="mut" style="margin:0">{told}</p>'
    parts = []
    if missing:
        parts.append(
            f"<h3>還缺的 {number(len(missing))} {escape(item.kpi.unit)}</h3>"
            f"{_list(missing, item.year, False)}"
        )
    if done:
        title = f"已計入的 {number(len(done))} {escape(item.kpi.unit)}"
        listed = _list(done, item.year, True)
        folded = f'<details class="more"><summary>{title}（展開名單）</summary>{listed}</details>'
        parts.append(folded if missing else f"<h3>{title}</h3>{listed}")
    return "".join(parts)


def _list(units: Sequence[Row], year: int, done: bool) -> str:
    return f'<ul class="units">{"".join(_unit(unit, year, done) for unit in units)}</ul>'


def _unit(unit: Row, year: int, done: bool) -> str:
    name = unit.unit_label or unit.unit_id
    many = f"　{number(unit.amount)}" if unit.amount not in (None, 1) else ""
    if done and unit.attained_on:
        when = f'<time datetime="{unit.attained_on.isoformat()}">✓ {written_day(unit.attained_on, pad=True)}</time>'
    elif not done and unit.since and unit.since.year >= year:
        when = f'<time datetime="{unit.since.isoformat()}">{written_day(unit.since, pad=True)} 到職</time>'
    else:
        when = ""
    return f"<li><span>{escape(name)}{many}</span>{when}</li>"


def place(school: Row, link: Callable[..., str]) -> str:
    """Where the school belongs, in one line."""
    group = anchor(link("group", group=school.group_name), escape(school.group_name))
    lead = school.lead_name and school.role != "lead"
    whose = (
        f"（重點學校：{anchor(link('school', school=school.lead_name), escape(school.lead_name))}）"
        if lead
        else ""
    )
    told = [f"{group} {escape(school.role_label)}{whose}"]
    told += [escape(school.district)] if school.district else []
    told += [f"{number(school.classes)} 班"] if school.classes is not None else ["? 班級數未填"]
    return " · ".join(told)


def items(
    kpis: Sequence[Row],
    found: Sequence[Row],
    steps: Sequence[Row],
    units: Sequence[Row],
    rejects: Sequence[Row],
    on: date,
    year: int,
) -> list[Item]:
    """Everything of one school by indicator."""
    figures = {row.kpi: row for row in found}
    return [
        Item(
            kpi=kpi,
            row=figures[kpi.kpi],
            steps=[(step.since, float(step.counted)) for step in steps if step.kpi == kpi.kpi],
            units=[unit for unit in units if unit.kpi == kpi.kpi],
            rejects=[row for row in rejects if row.table_name == kpi.table_name],
            on=on,
            year=year,
        )
        for kpi in kpis
        if kpi.kpi in figures
    ]
