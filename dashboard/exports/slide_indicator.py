"""The slide of an indicator: the whole's progress, each group, the curve to the deadline, and schools that need help."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.exports import slide_cells as cells
from dashboard.exports import slide_pages as pages
from dashboard.exports.document import Big, Cell, Column, Curve, Slide
from dashboard.exports.slide_facts import Facts
from dashboard.exports.slide_pages import NAMED, Line
from dashboard.language.texts import say
from dashboard.language.words import (
    JUDGED,
    LATE,
    STATUSES,
    change,
    counts,
    due_day,
    first_days,
    flag_mark,
    is_unsure,
    listing,
    month,
    number,
    past,
    percent,
    quantity,
    short_day,
    word,
    written_day,
)
from dashboard.questions import frame
from dashboard.rows import Group, IndicatorDay, Kpi, SchoolResult, Total
from dashboard.rules import against_pace, requirement

MONTHS = 5  # that a curve names


def indicator(facts: Facts, kpi: Kpi) -> list[Slide]:
    """The slides of one indicator: the whole's progress, each group, the curve, and the schools that need help."""
    view, city, whole, rows = facts.view, facts.total(kpi), facts.whole(kpi), facts.of(kpi)
    if city is None:
        return []
    groups = [(group, row) for group in facts.groups if (row := facts.total(kpi, group))]
    if facts.choices.order == "gap":
        groups.sort(key=lambda pair: -(pair[1].schools_behind or 0) - (pair[1].schools_overdue or 0))
    due = ""
    if kpi.deadline and kpi.require not in ("ceiling", "none"):
        days = (kpi.deadline - view.on).days
        due = say("{day} 截止，{left}", day=due_day(kpi.deadline, view.on), left=past(days))
    slide = Slide(
        key=f"kpi-{kpi.kpi}-{kpi.period}",
        about=facts.label(kpi) if len(view.periods) > 1 else kpi.label,
        rule=" · ".join(filter(None, (requirement(kpi), due))),
        title=_finding(kpi, whole, rows),
        big=_big(facts, kpi, whole) if whole else None,
        curve=_curve(facts, kpi, whole) if whole else None,
        lines=_help(kpi, _to_help(facts, kpi, rows)),
        notes=[cells.source(facts, kpi), cells.in_full(facts, city, say("全市"), kpi)],
    )
    columns, lines = _groups(facts, kpi, groups)
    return pages.paged(slide, columns, lines)


def _finding(kpi: Kpi, whole: Total | None, rows: Sequence[SchoolResult]) -> str:
    """The title: how many of the schools in scope are late, and whether few of them hold most of the gap.

    whole: the figure of all of them, where there is one.
    """
    if kpi.require == "none":
        figure = whole or (rows[0] if len(rows) == 1 else None)
        if figure is None:
            return say("不設應達數，僅供參考")
        return say("{kpi} {sum}，僅供參考", kpi=kpi.short, sum=cells.summed(figure, kpi))
    judged = [row for row in rows if row.status in JUDGED]
    if not judged:
        return say("還沒有學校可以評定")
    if kpi.require == "ceiling":
        over = sum(row.status != "met" for row in judged)
        return say("{n} 校超出上限", n=number(over)) if over else say("都在上限內")
    lacking = sorted((row for row in rows if row.gap and row.counted is not None), key=lambda row: -row.gap)
    missing = sum(row.gap for row in lacking)
    if not lacking:
        return say("已評定的 {n} 校都達標", n=number(len(judged)))
    many = {status: sum(row.status == status for row in judged) for status in LATE}
    parts = [say("{n} 校{status}", n=number(n), status=word(status)) for status, n in many.items() if n]
    if not parts:
        parts = [say("{n} 校還沒達標，都跟上進度", n=number(len(lacking)))]
    held, few = 0.0, 0
    for row in lacking:
        if held * 2 >= missing:
            break
        held, few = held + row.gap, few + 1
    if few * 3 <= len(lacking) and len(lacking) > NAMED:
        most = say(
            "其中 {few} 校就占還差 {whole}中的 {held}",
            few=few,
            whole=quantity(missing, kpi.unit),
            held=quantity(held, kpi.unit),
        )
        return say("；").join([listing(parts), most])
    return say("，").join([listing(parts), say("還差 {amount}", amount=quantity(missing, kpi.unit))])


def _big(facts: Facts, kpi: Kpi, whole: Total) -> Big | None:
    """The large figure: the schools that have met it; None for an indicator that is never judged, with its sum in the title."""
    if kpi.require == "none" or not whole.schools_judged:
        return None
    then = facts.was(kpi, None if facts.view.scope.whole else facts.own_group)
    moved = ""
    if facts.view.versus and then and then.schools_met is not None:
        day = short_day(facts.view.versus, facts.view.year)
        moved = say("{day} 起 {change}", day=day, change=change(whole.schools_met - then.schools_met))
    judged = number(whole.schools_judged)
    of = say("/{n} 校在上限內", n=judged) if kpi.require == "ceiling" else say("/{n} 校達標", n=judged)
    tally = [
        Cell(f"{STATUSES[status].sign} {word(status, kpi.require)} {number(many)}", status)
        for status, many in counts(whole).items()
        if status != "met"
    ]
    return Big(number(whole.schools_met), of, moved, tally)


def _groups(facts: Facts, kpi: Kpi, groups: Sequence[tuple[Group, Total]]) -> tuple[list[Column], list[Line]]:
    """The table of the groups and the whole; of an indicator that is never judged only the amounts."""
    city = facts.total(kpi)
    rows = [(group.name, group.name, row) for group, row in groups]
    rows += [(say("全市"), "", city)] if city else []
    notes = {name: [cells.in_full(facts, row, name, kpi)] for name, _, row in rows}
    if kpi.require == "none":
        columns = [Column(say("組別"), 2), Column(say("合計"), 2, True), Column("", 4)]
        sums = [
            ([cells.named(row, name), _how_much(row, kpi, of), Cell("")], notes[name])
            for name, of, row in rows
        ]
        return columns, list(sums)
    columns = [
        Column(say("組別"), 2.6),
        Column(say("一格一校"), 2.8),
        Column(say("落後、逾期"), 1.5, True),
        Column(say("達標"), 1.2, True),
        Column(say("合計"), 3.2, True),
    ]
    more = any(row.base and row.required not in (None, row.base) for _, _, row in rows)
    if more:  # else the sum says it: 288/364
        columns.append(Column(say("應達"), 1, True))
    lines = [
        (
            [
                cells.named(row, name),
                Cell("", strip=counts(row)),
                cells.late_cell(row, kpi),
                cells.met_cell(row, kpi, of),
                cells.sum_cell(row, kpi, of),
                *([cells.required_cell(row)] if more else []),
            ],
            notes[name],
        )
        for name, of, row in rows
    ]
    return columns, list(lines)


def _how_much(row: Total, kpi: Kpi, group: str) -> Cell:
    return (cells.met_cell if row.counted is None else cells.sum_cell)(row, kpi, group)


def _to_help(facts: Facts, kpi: Kpi, rows: Sequence[SchoolResult]) -> list[SchoolResult]:
    """The late schools by gap, where schools are named; without schools that have an unread file."""
    if not facts.choices.schools or kpi.require in ("none", "ceiling"):
        return []
    late = [row for row in rows if row.status in LATE and row.gap and not is_unsure(row)]
    return sorted(late, key=lambda row: -row.gap)


def _help(kpi: Kpi, late: Sequence[SchoolResult]) -> list[str]:
    if not late:
        return []
    named = [_one_to_help(kpi, row) for row in late[:NAMED]]
    more = say("，另 {n} 校", n=number(len(late) - NAMED)) if len(late) > NAMED else ""
    return [say("請協助：{schools}", schools=listing(named) + more)]


def _one_to_help(kpi: Kpi, row: SchoolResult) -> str:
    text = say("{school} 還差 {amount}", school=row.school_name, amount=quantity(row.gap, kpi.unit))
    return f"{text} {flag_mark(row.flags)}".strip()


def _curve(facts: Facts, kpi: Kpi, whole: Total) -> Curve | None:
    """The whole's curve to the deadline: the share of what is required, else of the schools that have met it."""
    view = facts.view
    if kpi.deadline is None or kpi.require in ("none", "ceiling") or not whole.schools_judged:
        return None
    days = frame(view, IndicatorDay, kpi=kpi.kpi, period=kpi.period, on=min(view.on, view.today))
    days = days[days["level"] == whole.level]
    if whole.level == "group":
        days = days[days["group_id"] == whole.group_id]
    summed = bool(whole.required)
    counted, of = ("counted", "required") if summed else ("schools_met", "schools_judged")
    unit = kpi.unit if summed else say("校")
    rows = [
        (day.date(), float(done), float(all_of))
        for day, done, all_of in zip(days["day"], days[counted], days[of], strict=True)
        if all_of == all_of and all_of and done == done
    ]
    points = _points(rows, unit)
    if len(points) < 2:
        return None
    _, done, all_of = rows[-1]
    start = points[0][0]
    return Curve(
        title=_against_pace(facts.who, whole, kpi, (done, all_of), summed),
        caption=say("累計{unit}數 ÷ 應達", unit=unit) if summed else say("達標校數 ÷ 應評校數"),
        points=points,
        pace=(kpi.pace_start, kpi.deadline) if kpi.pace_start and summed else None,
        deadline=kpi.deadline,
        due=say("期限 {day}", day=due_day(kpi.deadline, view.on)),
        now=percent(done, all_of),
        pace_label=say("應有進度"),
        months=[(day, month(day)) for day in first_days(start, max(kpi.deadline, view.on), MONTHS)],
    )


def _points(rows: Sequence[tuple[date, float, float]], unit: str) -> list[tuple[date, float, str]]:
    """(day, share, text) of each day on which the share changed, and of the last."""
    points, last = [], None
    for at, (day, done, all_of) in enumerate(rows):
        share = min(done / all_of, 1.0)
        if share != last or at == len(rows) - 1:
            text = say(
                "{day} {done}/{whole} {unit}",
                day=written_day(day),
                done=number(done),
                whole=number(all_of),
                unit=unit,
            )
            points.append((day, share, text))
        last = share
    return points


def _against_pace(who: str, whole: Total, kpi: Kpi, last: tuple[float, float], summed: bool) -> str:
    """The sentence that compares the whole with its pace; `last`: what is done and required on the last day."""
    done, required = last
    if not summed:
        return say("{n} 校中 {met} 校達標", n=number(required), met=number(done))
    if done >= required:
        return say("{who}合計已達應達數", who=who)
    if (whole.days_left is not None and whole.days_left < 0) or whole.pace is None:
        return say(
            "{who}應達 {required} {unit}，已達 {now} {unit}",
            who=who,
            required=number(required),
            now=number(done),
            unit=kpi.unit,
        )
    return against_pace(who, done - whole.pace, kpi.unit)
