"""A school's indicators, one row each that opens: figures, missing units, the rule, rejected rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboard.language.markup import BLANK, Markup
from dashboard.language.parts import part_amount
from dashboard.language.texts import say
from dashboard.language.words import (
    BY_URGENCY,
    MONEY,
    STATUSES,
    UNMET,
    amount,
    change,
    escape,
    exact,
    number,
    pair,
    percent,
    prose,
    short_day,
    united,
    word,
    written_day,
)
from dashboard.questions import View
from dashboard.rows import Part
from dashboard.ui.base import findings, links, records
from dashboard.ui.base.parts import (
    Cell,
    Line,
    anchor,
    bar,
    due,
    figure,
    flag_note,
    flagged,
    hint,
    moved,
    stored,
    table,
    tag,
)
from dashboard.ui.base.sparklines import Course, sparkline
from dashboard.ui.school import bounds

Row = Any
Here = Callable[..., str]
UNDATED = ("ceiling", "none")
TITLED, CAUSES = 3, 8
# The address's parameters besides the school: the open row, its period where there are several, the school among all,
# and one of the plan's pictures.
ASKED = {"kpi": None, "open": None, "place": ("1",), "plan": ("targets", "budget")}


@dataclass(frozen=True)
class Item:
    """One indicator of one school with the values of its row; `units` are empty where the row is closed.

    then: the figure on the day to compare with. rejects: the rejected rows that could count. others: a line on those
    that could not. possible: the rows that bound the figure. to_send: what to send or fill in where the indicator
    cannot be judged. causes: the known faults of its data.
    """

    view: View
    kpi: Row
    row: Row
    then: Row | None
    steps: Sequence[tuple[date, float]]
    units: Sequence[Row]
    rejects: Sequence[Row]
    possible: Sequence[Row]
    to_send: str | None
    causes: Sequence[Row] = ()
    others: Markup = BLANK

    @property
    def course(self) -> Course | None:
        """The curve, where there is a requirement and a deadline."""
        kpi, row = self.kpi, self.row
        start = kpi.pace_start or kpi.window_start
        if not row.required or kpi.deadline is None or kpi.require in UNDATED:
            return None
        if start is None or self.view.on < start:
            return None
        return Course(
            tuple(self.steps),
            start,
            self.view.on,
            kpi.deadline,
            float(row.required),
            paced=kpi.pace_start is not None,
        )


def order(item: Item) -> tuple[object, ...]:
    """The sort key: exceeded ceilings, unmet by deadline and gap, then those without data, then those done."""
    open_row = item.row.status in UNMET
    place = 0 if open_row else BY_URGENCY.index(item.row.status)
    exceeded = item.row.room is not None and item.row.room < 0
    due_on = date.min if exceeded else item.row.deadline or date.max
    return (place, due_on, -(item.row.gap or 0))


def opened(items: Sequence[Item], kpi: str | None, period: str | None) -> Item | None:
    """The row that the address names; where it names no period, that of the last period that has begun."""
    named = {item.kpi.period: item for item in items if item.kpi.kpi == kpi}
    if not named:
        return None
    on = next(iter(named.values())).view.on
    return named.get(period or "") or named[links.latest([item.kpi for item in named.values()], on).period]


def school_rows(items: Iterable[Item], opened: Item | None, here: Here) -> tuple[Markup, Markup]:
    """The rows in two parts, each row a link that opens it: up to the open one, and those after it."""
    placed = sorted(items, key=order)
    after = placed.index(opened) + 1 if opened in placed else len(placed)
    lines = [_row(item, item is opened, here) for item in placed]
    top = f'{_head()}<div class="krs">{"".join(lines[:after])}</div>'
    rest = f'<div class="krs">{"".join(lines[after:])}</div>' if lines[after:] else ""
    return Markup(top), Markup(rest)


def foot() -> Markup:
    """The line below the rows on how to read them."""
    how = hint(say("點一列看曲線、名單、規定與被退回的列，再點一次收起 · "))
    return Markup(f'<p class="foot">{how}{say("依期限與缺口排序")}</p>')


def _head() -> str:
    names = (
        ("", ""),
        (say("狀態"), ""),
        (say("指標"), ""),
        (say("計數/應達"), "num"),
        (say("進度（┃應有）"), ""),
        (say("累計走勢至期限"), ""),
        (say("還差"), "num"),
        (say("期限"), "num"),
    )
    cells = "".join(
        f'<span class="{kind}">{name}</span>' if kind else f"<span>{name}</span>" for name, kind in names
    )
    return f'<div class="kr head">{cells}</div>'


def _row(item: Item, opened: bool, here: Here) -> str:
    row, kpi = item.row, item.kpi
    curve = sparkline(item.course) if item.course else ""
    gap = escape(findings.lacking(row, kpi.unit))
    week = escape(findings.pace(row, kpi.unit))
    pace = f'<span class="mut small"> · {week}</span>' if week else ""
    kind = "gap left" if row.status == "met" else "gap"
    missing = f'<span class="{kind}">{gap}</span>{pace}' if gap else '<span class="mut nil">–</span>'
    when = "" if kpi.require in UNDATED else due(row.deadline, row.days_left, row.status, item.view.year)
    return (
        f'<div class="kr{" open" if opened else ""}" {figure(row, row.school_name)}>'
        f'<a href="{_other(item, opened, here)}" aria-expanded="{"true" if opened else "false"}">'
        f'<span class="ar" aria-hidden="true"></span><span class="stc">{tag(row.status, kpi.require)}</span>'
        f'<span class="nm"><b>{escape(kpi.label)}</b>{_turned(item)}{flag_note(row, _causes(item))}</span>'
        f'<span class="num">{_counts(row, kpi)}{moved(row.counted, item.then, unit=kpi.unit)}</span>'
        f'<span class="barc">{_bar(row)}</span><span class="spk">{curve}</span>'
        f'<span class="gapc num">{missing}</span>'
        f'<span class="dlc num small">{when}</span>'
        "</a></div>"
    )


def _other(item: Item, opened: bool, here: Here) -> str:
    """The link that opens or closes a row; it names the row's period where there are several."""
    if opened:
        return here(kpi=None, open=None)
    return here(kpi=item.kpi.kpi, open=item.kpi.period if len(item.view.periods) > 1 else None)


def _turned(item: Item) -> str:
    """The status on the day to compare with, where it has changed."""
    then, versus = item.then, item.view.versus
    if then is None or versus is None or then.status == item.row.status:
        return ""
    sentence = say(
        "{day} 時 {then}",
        day=short_day(versus, item.view.year),
        then=_status(then.status, item.kpi.require),
    )
    return f'<small class="turned">{sentence}</small>'


def _causes(item: Item) -> Markup:
    """The first sentences on faults of the data, for a title."""
    sentences = [f"{_place(row)}{escape(row.message)}" for row in item.causes[:TITLED]]
    left = len(item.causes) - TITLED
    return Markup(prose([*sentences, say("另有 {n} 列。", n=number(left)) if left > 0 else ""]))


def _place(row: Row) -> str:
    """「研習紀錄.csv 第 3 列：」, or blank for a fault without a file."""
    if not row.file:
        return ""
    line = say("第 {line} 列", line=number(row.line)) if row.line else ""
    return say("{place}：", place=" ".join(filter(None, [escape(row.file), line])))


def _flags(item: Item) -> str:
    """The note on the figure's flags, and the list of the faults behind them."""
    note = flagged(item.row, item.kpi, item.view.link)
    causes = [
        row for row in item.causes if row.flag != "rows_rejected"
    ]  # rejected rows are listed below with how to mend them
    listed = "".join(f"<li>{_place(row)}{stored(row.message)}</li>" for row in causes[:CAUSES])
    left = len(causes) - CAUSES
    more = f"<li>{say('另有 {n} 列。', n=number(left))}</li>" if left > 0 else ""
    return f'<div>{note}<ul class="causes">{listed}{more}</ul></div>' if note else ""


def _status(status: str, require: str) -> str:
    return f'<span class="nowrap">{STATUSES[status].sign} {word(status, require)}</span>'


def _counts(row: Row, kpi: Row) -> str:
    if row.counted is None:
        return f'<span class="mut">{"–" if row.status == "upcoming" else "?"}</span>'
    if kpi.unit in MONEY:
        return _money(row, kpi)
    if row.required is None:
        return f"{number(row.counted)} {escape(kpi.unit)}"
    base = (
        f'<span class="mut small">{say("，基數 {base}", base=number(row.base))}</span>'
        if row.base not in (None, row.required)
        else ""
    )
    return f"{number(row.counted)}/{number(row.required)} {escape(kpi.unit)}{base}"


def _money(row: Row, kpi: Row) -> str:
    """An amount of money out of its ceiling or of what was approved."""
    limit = row.required if row.required is not None else row.base
    if limit is None:
        return f'<span title="{escape(exact(row.counted, kpi.unit))}">{amount(row.counted, kpi.unit)}</span>'
    whole = {"counted": escape(exact(row.counted, kpi.unit)), "limit": escape(exact(limit, kpi.unit))}
    title = (
        say("{counted}／上限 {limit}", **whole)
        if kpi.require == "ceiling"
        else say("{counted}／核定 {limit}", **whole)
    )
    return f'<span title="{title}">{escape(united(pair(row.counted, limit, kpi.unit), kpi.unit))}</span>'


def _bar(row: Row) -> str:
    """The bar of the count against what is required, with a tick at today's pace; or words where there is none."""
    if row.status == "info" and row.base:
        label = say("{share}，不設應達數", share=percent(row.counted, row.base))
        return f'<span class="mut small">{label}</span>'
    if row.required is None or row.counted is None:
        return f'<span class="mut small">{_no_bar(row.status)}</span>'
    if not row.required:
        return ""
    figures = {"counted": number(row.counted), "required": number(row.required)}
    label = (
        say("{counted}，應達 {required}", **figures)
        if row.room is None
        else say("{counted}，上限 {required}", **figures)
    )
    return bar(row.status, row.counted, row.required, label, row.pace)


def _no_bar(status: str) -> str:
    if status == "no_data":
        return say("缺資料，不是 0")
    return say("期間還沒開始") if status == "upcoming" else say("不設應達數")


def body(item: Item) -> Markup:
    """The body of an open row: faults, the change, units, rejected rows, the bound and the rule."""
    kpi = item.kpi
    rows = len({(row.file, row.line) for row in item.possible})
    bound = bounds.message(item.row, kpi.unit, rows, len(item.rejects), bounds.added(item.possible))
    return Markup(
        f'<div class="krbody">{_flags(item)}{_since_then(item)}{_units(item)}{_why(item)}'
        f"{records.own_rejects(item.rejects, item.row, others=item.others)}{bound}"
        f'<p class="rule"><b>{say("規定")}</b>　{escape(kpi.rule)}'
        f' <span class="mut small" style="white-space:nowrap">{_clause(kpi)}</span></p></div>'
    )


def _clause(kpi: Row) -> str:
    """The clause of the rule, and the days that count."""
    clause = escape(kpi.clause)
    if kpi.window_start:
        days = {"start": written_day(kpi.window_start), "end": written_day(kpi.window_end)}
        return say("（{clause}；採計 {start} 至 {end}）", clause=clause, **days)
    return (
        say("（{clause}；不限起日）", clause=clause) if kpi.deadline else say("（{clause}）", clause=clause)
    )


def _why(item: Item) -> str:
    """The link to the rule and the evidence. It is not the label, for what opens a row may hold no other link."""
    row = item.row
    label = (
        say("看規則與依據")
        if row.counted is None
        else say("為什麼是 {figure}", figure=_figure(row, item.kpi.unit))
    )
    return (
        f'<p class="why onscreen">{links.link(item.view, item.kpi, school=row.school_name, label=label)}</p>'
    )


def _since_then(item: Item) -> str:
    """The sentence on the change of the figure since the day to compare with."""
    then, row, versus = item.then, item.row, item.view.versus
    if then is None or versus is None or then.counted is None or row.counted is None:
        return ""
    unit = item.kpi.unit
    figures = {"then": _figure(then, unit), "now": _figure(row, unit)}
    by = f"<b>{escape(united(change(row.counted - then.counted, unit), unit))}</b>"
    sentence = say(
        "與 {day} 相比 {by}：當時 {then}，現在 {now}。",
        day=short_day(versus, item.view.year),
        by=by,
        **figures,
    )
    return f'<p class="sub">{sentence}</p>'


def _figure(row: Row, unit: str) -> str:
    return pair(row.counted, row.required, unit) if row.required is not None else number(row.counted)


def _units(item: Item) -> str:
    """The lists of units, missing ones first; counted ones fold away below them."""
    missing = [unit for unit in item.units if not unit.done]
    done = [unit for unit in item.units if unit.done]
    if not item.units:
        sentence = records.silent(item.to_send) if item.row.status == "no_data" else say("還沒有紀錄。")
        return f'<p class="mut" style="margin:0">{sentence}</p>'
    unit, year = escape(item.kpi.unit), item.view.year
    parts = []
    if missing:
        counts = {"n": number(len(missing)), "unit": unit}
        # Other classes are missing too, and which is not known.
        title = (
            say("還不齊的 {n} {unit}", **counts)
            if item.kpi.base == "classes"
            else say("還缺的 {n} {unit}", **counts)
        )
        parts.append(f"<h3>{title}</h3>{_list(item, missing, year, False)}")
    if done:
        counts = {"n": number(len(done)), "unit": unit}
        listed = _list(item, done, year, True)
        if missing:
            title = say("已計入的 {n} {unit}（展開名單）", **counts)
            parts.append(f'<details class="more"><summary>{title}</summary>{listed}</details>')
        else:
            parts.append(f"<h3>{say('已計入的 {n} {unit}', **counts)}</h3>{listed}")
    return "".join(parts)


def _list(item: Item, units: Sequence[Row], year: int, done: bool) -> str:
    """The list of units, or where they consist of parts the table of units by parts."""
    if any(unit.parts for unit in units):
        return _matrix(item, units, year, done)
    return f'<ul class="units">{"".join(_unit(unit, year, done) for unit in units)}</ul>'


def _matrix(item: Item, units: Sequence[Row], year: int, done: bool) -> str:
    """The table of units by parts: the day or amount of each part, or that it is missing."""
    names = list(dict.fromkeys(part["label"] for unit in units for part in unit.parts or ()))
    header = [say("對象"), *(say(name) if name else item.kpi.short for name in names)]
    # A named part has its own day; only the unnamed one, an amount, needs the day of the unit.
    when = done and None in names
    header += [say("計入日")] if when else []

    def line(unit: Row) -> Line:
        parts = {part["label"]: part for part in unit.parts or ()}
        cells = [_part(parts[name]) if name in parts else "–" for name in names]
        cells = [_name(unit), *cells, *([written_day(unit.attained_on, pad=True)] if when else [])]
        if not done and (since := _when(unit, year, False)):
            cells[0] = f"{cells[0]} {since}"
        return "", [Cell(Markup(cell), "l") for cell in cells]

    caption = say("{kpi}的名單", kpi=item.kpi.short)
    grid = table(caption, [Cell(name, "l") for name in header], map(line, units), "parts")
    return f'<div class="tall">{grid}</div>'


def _part(part: Part) -> str:
    """「✓ 110/07/08」, 「缺」, 「1／3 小時，還差 2」."""
    if not part["lacks"]:
        there = (
            part_amount(part, "has")
            if part["unit"] is not None
            else part["day"] and written_day(part["day"], pad=True)
        )
        return f'<span class="s-met">✓</span> {escape(there)}'
    if part["unit"] is None:
        return f'<span class="warn">{say("缺")}</span>'
    lacks = f'<span class="warn">{say("還差 {amount}", amount=number(part["lacks"]))}</span>'
    return say(
        "{has}／{needed}，{lacks}",
        has=number(part["has"]),
        needed=escape(part_amount(part, "needed")),
        lacks=lacks,
    )


def _unit(unit: Row, year: int, done: bool) -> str:
    return f"<li><span>{_name(unit)}</span>{_when(unit, year, done)}</li>"


def _name(unit: Row) -> str:
    many = f"　{number(unit.amount)}" if unit.amount not in (None, 1) else ""
    return f"{escape(unit.unit_label or unit.unit_id)}{many}"


def _when(unit: Row, year: int, done: bool) -> str:
    """The day on which a unit was counted, or of a missing one the day of its start if in this year."""
    if done and unit.attained_on:
        return f'<time datetime="{unit.attained_on.isoformat()}">✓ {written_day(unit.attained_on, pad=True)}</time>'
    if not done and unit.since and unit.since.year >= year:
        label = say("{day} 到職", day=written_day(unit.since, pad=True))
        return f'<time datetime="{unit.since.isoformat()}">{label}</time>'
    return ""


def place(school: Row, link: Callable[..., str]) -> Markup:
    """The line on a school: its group, role, lead school, district and classes."""
    group = anchor(link("group", group=school.group_name), escape(school.group_name))
    parts = [f"{group} {escape(school.role_label)}"]
    if school.lead_name and school.role != "lead":
        lead = anchor(link("school", school=school.lead_name), escape(school.lead_name))
        parts = [
            say("{group} {role}（重點學校：{lead}）", group=group, role=escape(school.role_label), lead=lead)
        ]
    parts += [escape(school.district)] if school.district else []
    parts += [say("{n} 班", n=number(school.classes)) if school.classes is not None else say("? 班級數未填")]
    write = anchor(link("reminders", school=school.name), say("寫催辦"))
    return Markup(" · ".join(parts)) + hint(Markup(f" · {write}"))


def items(
    view: View,
    kpis: Sequence[Row],
    rows: Sequence[Row],
    then: Mapping[tuple[Any, ...], Row],
    steps: Sequence[Row],
    units: Sequence[Row],
    rejects: Sequence[Row],
    possible: Sequence[Row],
    to_send: Mapping[tuple[int, str], str],
    causes: Sequence[Row] = (),
) -> list[Item]:
    """The items of one school, in the order of `kpis`.

    rows: the school's results. then: those of the day to compare with, by indicator. steps: the course of its counts.
    possible: the rejected rows that could count. to_send: what to send, by school and indicator.
    """
    figures = {row.kpi: row for row in rows}
    apart = {
        kpi.kpi: records.apart(view, figures[kpi.kpi].school_name, kpi, rejects, possible)
        for kpi in kpis
        if kpi.kpi in figures
    }
    return [
        Item(
            view=view,
            kpi=kpi,
            row=figures[kpi.kpi],
            then=then.get((kpi.kpi,)),
            steps=[(step.since, float(step.counted)) for step in steps if step.kpi == kpi.kpi],
            units=[unit for unit in units if unit.kpi == kpi.kpi],
            rejects=apart[kpi.kpi][0],
            others=apart[kpi.kpi][1],
            possible=[row for row in possible if row.kpi == kpi.kpi and row.is_bounded],
            to_send=to_send.get((figures[kpi.kpi].school_id, kpi.kpi)),
            causes=[row for row in causes if (row.kpi, row.period) == (kpi.kpi, kpi.period)],
        )
        for kpi in kpis
        if kpi.kpi in figures
    ]
