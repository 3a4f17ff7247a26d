"""The week's steps of a group's lead school: a few for each school, the nearest deadline first.

Polite and without blame: what is missing, until when, how much a week, what to send.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.texts import say
from dashboard.language.words import (
    LATE,
    STATUSES,
    URGENT_DAYS,
    days_left,
    is_unsure,
    listing,
    number,
    short_day,
    written_day,
)
from dashboard.questions import View, ask
from dashboard.reminders import to_send as to_send
from dashboard.rows import Kpi, Notice, SchoolResult, TeamKpi
from dashboard.ui.base.findings import gap, pace, room
from dashboard.ui.base.parts import BREAK, anchor, element, hint

Link = Callable[..., str]
STEPS = 3


@dataclass(frozen=True)
class StepContext:
    """What the steps need beside the schools' figures.

    kpis: the indicators by id. teams: the ids of those that count teams. to_send: what to send, by school and
    indicator. refused: the number of rejected rows by school.
    """

    kpis: Mapping[str, Kpi]
    teams: Collection[str]
    to_send: Mapping[tuple[int, str], str]
    refused: Mapping[str, int]


def step_context(view: View, kpis: Sequence[Kpi], mine: Mapping[str, Any]) -> StepContext:
    """The context of one period and group; rejected rows belong to no period and are listed with the first."""
    notices = ask(view, Notice) if mine["period"] == view.period_ids[0] else []
    return StepContext(
        {kpi.kpi: kpi for kpi in kpis},
        {row.kpi for row in ask(view, TeamKpi)},
        to_send(view, **mine, asked=True),
        {row.school_name: row.rejected for row in notices if row.rejected},
    )


def this_week(
    schools: Mapping[str, Sequence[SchoolResult]], context: StepContext, link: Link, year: int
) -> Markup:
    """The section of the week: each school's steps with a link to its reminder, and a line on the schools without any.

    Blank without a school.
    """
    if not schools:
        return BLANK
    about = element("p", say("各校先期限近的"), hint(say("；點項目看還缺誰")), kind="sub")
    lines, done = [], []
    for name, figures in schools.items():
        who = anchor(link("school", school=name), name)
        if tasks := steps(name, figures, context, link, year):
            write = anchor(link("reminders", school=name), say("寫催辦"))
            listed = element("ul", *(element("li", step) for step in tasks), kind="steps")
            day = element("span", write, kind="d onscreen")
            lines.append(element("div", element("span", who), listed, day, kind="li gaps"))
        else:
            done.append(who + _open(figures))
    sections = [element("h2", say("本週可以做的事")), about]
    if lines:
        sections.append(element("div", *lines, kind="list halves"))
    if done:
        rest = say_markup("{schools}：沒有落後或逾期的項目，維持進度即可", schools=listing(done))
        sections.append(element("p", rest, kind="foot"))
    return join(sections)


def _open(figures: Sequence[SchoolResult]) -> str:
    """The number of indicators in time but not done yet, in brackets."""
    many = sum(row.status == "on_track" and bool(row.gap) for row in figures)
    return say("（還有 {n} 項進行中）", n=number(many)) if many else ""


def steps(
    name: str, figures: Sequence[SchoolResult], context: StepContext, link: Link, year: int
) -> list[Markup]:
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


def _is_due(row: SchoolResult) -> bool:
    """Whether a figure is late, or lacks something close to its deadline; never where a file was not read."""
    if is_unsure(row):
        return False
    if row.status in LATE:
        return True
    return bool(row.status == "on_track" and row.gap and _is_soon(row.days_left))


def _is_soon(left: int | None) -> bool:
    return left is not None and 0 <= left <= URGENT_DAYS


def _urgency(row: SchoolResult) -> tuple[date, float]:
    """The sort key: exceeded ceilings first, then by deadline and gap."""
    exceeded = row.room is not None and row.room < 0
    return (date.min if exceeded else row.deadline or date.max), -float(row.gap or 0)


def _step(row: SchoolResult, context: StepContext, link: Link, year: int) -> Markup:
    """「▼ A1、A2 還差 4 人 · 12/31 前 · 每週 0.7 人」."""
    kpi = context.kpis[row.kpi]
    what = anchor(link("school", school=row.school_name, kpi=row.kpi), kpi.short)
    sign = join([_sign(row.status), what], " ")
    if row.room is not None:
        return say_markup("{what} {over}，請調整", what=sign, over=element("b", room(row, kpi.unit)))
    parts: list[str] = [join([sign, element("b", _lacks(row, kpi, context))], " ")]
    if row.deadline and row.days_left is not None and row.days_left < 0:
        parts.append(say("期限 {day} 已過，請補齊", day=written_day(row.deadline)))
    else:
        parts.append(say("{day} 前", day=short_day(row.deadline, year)))
    if _is_soon(row.days_left):
        parts.append(element("span", days_left(row.days_left), kind="warn"))
    parts.append(pace(row, kpi.unit))
    return join((part for part in parts if part), " · ")


def _sign(status: str) -> Markup:
    return element(
        "span", STATUSES[status].sign, kind=f"st s-{STATUSES[status].colour}", title=STATUSES[status].word
    )


def _lacks(row: SchoolResult, kpi: Kpi, context: StepContext) -> str:
    """The gap in words; of a team, that its members must be at the same event."""
    if row.kpi not in context.teams:
        return gap(row, kpi.unit)
    if row.counted:
        return say("同一場再 {n} 人", n=number(row.gap))
    return say("請 {n} 人同到一場", n=number(row.required))


def _resend(name: str, figures: Sequence[SchoolResult], context: StepContext, link: Link) -> Markup:
    """The step to send unread files again, with the indicators that depend on them."""
    kpis = [context.kpis[row.kpi].short for row in figures if is_unsure(row)]
    if not kpis:
        return BLANK
    there = anchor(link("data", school=name), say("檔案沒有讀到，請改好再送"))
    step = say_markup("{kpis}：{text}", kpis=listing(kpis), text=there)
    return join([element("span", "!", kind="fl"), step], " ")


def _send(figures: Sequence[SchoolResult], context: StepContext) -> Markup:
    """The step to send or fill in what indicators without data need."""
    silent = [
        row
        for row in figures
        if row.status == "no_data" and not is_unsure(row) and (row.school_id, row.kpi) in context.to_send
    ]
    if not silent:
        return BLANK
    by_todo: dict[str, list[str]] = {}
    for row in silent:
        todo = context.to_send[row.school_id, row.kpi]
        by_todo.setdefault(todo, []).append(context.kpis[row.kpi].short)
    lines = [
        say_markup(
            "{sign} {todo}：{kpis} 未填報", sign=_sign("no_data"), todo=element("b", todo), kpis=listing(kpis)
        )
        for todo, kpis in by_todo.items()
    ]
    return join(lines, BREAK)


def _mend(name: str, context: StepContext, link: Link) -> Markup:
    """The step to mend rejected rows, a link to the page that says how."""
    many = context.refused.get(name)
    if not many:
        return BLANK
    text = say("{n} 列被退回，照說明改好再送", n=number(many))
    return anchor(link("data", school=name, severity="rejected"), text)
