"""The week's steps of a group's lead school: a few for each school, the nearest deadline first.

Polite and without blame: what is missing, until when, how much a week, what to send.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from dashboard.language.texts import say
from dashboard.language.words import (
    LATE,
    STATUSES,
    URGENT_DAYS,
    days_left,
    escape,
    is_unsure,
    listing,
    number,
    short_day,
    written_day,
)
from dashboard.questions import View, ask
from dashboard.reminders import to_send
from dashboard.ui.base.findings import gap, pace, room
from dashboard.ui.base.parts import anchor, hint

Row = SimpleNamespace
Link = Callable[..., str]
STEPS = 3


@dataclass(frozen=True)
class StepContext:
    """What the steps need beside the schools' figures.

    kpis: the indicators by id. teams: the ids of those that count teams. to_send: what to send, by school and
    indicator. refused: the number of rejected rows by school.
    """

    kpis: Mapping[str, Row]
    teams: Collection[str]
    to_send: Mapping[tuple[int, str], str]
    refused: Mapping[str, int]


def step_context(view: View, kpis: Sequence[Row], mine: Mapping[str, Any]) -> StepContext:
    """The context of one period and group; rejected rows belong to no period and are listed with the first."""
    notices = ask(view, "notices") if mine["period"] == view.period_ids[0] else []
    return StepContext(
        {kpi.kpi: kpi for kpi in kpis},
        {row.kpi for row in ask(view, "team_kpis")},
        to_send(view, **mine, asked=True),
        {row.school_name: row.rejected for row in notices if row.rejected},
    )


def this_week(schools: Mapping[str, Sequence[Row]], context: StepContext, link: Link, year: int) -> str:
    """The section of the week: each school's steps with a link to its reminder, and a line on the schools without any.

    Blank without a school.
    """
    if not schools:
        return ""
    head = f'<h2>{say("本週可以做的事")}</h2><p class="sub">{say("各校先期限近的")}{hint(say("；點項目看還缺誰"))}</p>'
    lines, done = [], []
    for name, figures in schools.items():
        who = anchor(link("school", school=name), escape(name))
        if tasks := steps(name, figures, context, link, year):
            write = anchor(link("reminders", school=name), say("寫催辦"))
            listed = "".join(f"<li>{step}</li>" for step in tasks)
            lines.append(
                f'<div class="li gaps"><span>{who}</span><ul class="steps">{listed}</ul><span class="d onscreen">{write}</span></div>'
            )
        else:
            done.append(who + _open(figures))
    rest = say("{schools}：沒有落後或逾期的項目，維持進度即可", schools=listing(done)) if done else ""
    listed = f'<div class="list halves">{"".join(lines)}</div>' if lines else ""
    return f"{head}{listed}{f'<p class=foot>{rest}</p>' if rest else ''}"


def _open(figures: Sequence[Row]) -> str:
    """The number of indicators in time but not done yet, in brackets."""
    many = sum(row.status == "on_track" and bool(row.gap) for row in figures)
    return say("（還有 {n} 項進行中）", n=number(many)) if many else ""


def steps(name: str, figures: Sequence[Row], context: StepContext, link: Link, year: int) -> list[str]:
    """At most `STEPS` of a school: gaps by deadline, what to send, rows to mend; and a link to the rest."""
    short = sorted((row for row in figures if _is_due(row)), key=_urgency)
    others = [
        step
        for step in (
            _resend(name, figures, context, link),
            _send(figures, context),
            _mend(name, context, link),
        )
        if step
    ]
    kept = short[: max(STEPS - len(others), 0)]
    lines = [_step(row, context, link, year) for row in kept]
    if left := len(short) - len(kept):
        more = say("另有 {n} 項", n=number(left))
        others.append(anchor(link("school", school=name), more))
    return lines + others


def _is_due(row: Row) -> bool:
    """Whether a figure is late, or lacks something close to its deadline; never where a file was not read."""
    if is_unsure(row):
        return False
    if row.status in LATE:
        return True
    return bool(row.status == "on_track" and row.gap and 0 <= row.days_left <= URGENT_DAYS)


def _urgency(row: Row) -> tuple[date, float]:
    """The sort key: exceeded ceilings first, then by deadline and gap."""
    exceeded = row.room is not None and row.room < 0
    return (date.min if exceeded else row.deadline or date.max), -float(row.gap or 0)


def _step(row: Row, context: StepContext, link: Link, year: int) -> str:
    """「▼ A1、A2 還差 4 人 · 12/31 前 · 每週 0.7 人」."""
    kpi = context.kpis[row.kpi]
    status = STATUSES[row.status]
    what = anchor(link("school", school=row.school_name, kpi=row.kpi), escape(kpi.short))
    sign = f'<span class="st s-{row.status}" title="{status.word}">{status.sign}</span> {what}'
    if row.room is not None:
        return say("{what} {over}，請調整", what=sign, over=f"<b>{room(row, kpi.unit)}</b>")
    parts = [f"{sign} <b>{_lacks(row, kpi, context)}</b>"]
    if row.days_left < 0:
        parts.append(say("期限 {day} 已過，請補齊", day=written_day(row.deadline)))
    else:
        parts.append(say("{day} 前", day=short_day(row.deadline, year)))
    if 0 <= row.days_left <= URGENT_DAYS:
        parts.append(f'<span class="warn">{days_left(row.days_left)}</span>')
    parts.append(pace(row, kpi.unit))
    return " · ".join(part for part in parts if part)


def _lacks(row: Row, kpi: Row, context: StepContext) -> str:
    """The gap in words; of a team, that its members must be at the same event."""
    if row.kpi not in context.teams:
        return gap(row, kpi.unit)
    if row.counted:
        return say("同一場再 {n} 人", n=number(row.gap))
    return say("請 {n} 人同到一場", n=number(row.required))


def _resend(name: str, figures: Sequence[Row], context: StepContext, link: Link) -> str:
    """The step to send unread files again, with the indicators that depend on them."""
    kpis = [escape(context.kpis[row.kpi].short) for row in figures if is_unsure(row)]
    if not kpis:
        return ""
    there = anchor(link("data", school=name), say("檔案沒有讀到，請改好再送"))
    return f'<span class="fl">!</span> {say("{kpis}：{text}", kpis=listing(kpis), text=there)}'


def _send(figures: Sequence[Row], context: StepContext) -> str:
    """The step to send or fill in what indicators without data need."""
    silent = [
        row
        for row in figures
        if row.status == "no_data" and not is_unsure(row) and (row.school_id, row.kpi) in context.to_send
    ]
    if not silent:
        return ""
    by_todo: dict[str, list[str]] = {}
    for row in silent:
        todo = context.to_send[row.school_id, row.kpi]
        by_todo.setdefault(todo, []).append(escape(context.kpis[row.kpi].short))
    sign = f'<span class="st s-no_data" title="{STATUSES["no_data"].word}">{STATUSES["no_data"].sign}</span>'
    lines = [
        say("{sign} {todo}：{kpis} 未填報", sign=sign, todo=f"<b>{escape(todo)}</b>", kpis=listing(kpis))
        for todo, kpis in by_todo.items()
    ]
    return "<br>".join(lines)


def _mend(name: str, context: StepContext, link: Link) -> str:
    """The step to mend rejected rows, a link to the page that says how."""
    many = context.refused.get(name)
    if not many:
        return ""
    text = say("{n} 列被退回，照說明改好再送", n=number(many))
    return anchor(link("data", school=name, severity="rejected"), text)
