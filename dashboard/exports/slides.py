"""The slides of a meeting: what the figures of a day say to those who decide.

One function makes them; the page shows them, the report and the deck are drawn of them. Schools are named only where that
is asked for, persons never.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dashboard.exports.document import Big, Cell, Column, Curve, Document, Figure, Slide, Table
from dashboard.language.texts import later, manner, say
from dashboard.language.words import (
    FLAGS,
    STATUSES,
    brief,
    change,
    due_day,
    fingerprint,
    flag_mark,
    flag_marks,
    flag_words,
    full_day,
    is_unsure,
    listing,
    moment,
    number,
    past,
    percent,
    quantity,
    rate,
    short_day,
    word,
    written_day,
)
from dashboard.questions import Row, View, ask, ask_each, frame, programme_name
from dashboard.rules import requirement, urgent

STRIP = ("met", "on_track", "behind", "overdue", "no_data", "exempt")
LATE = ("overdue", "behind")
ROWS = 12  # of a table of a slide; more go on to the next
LONGEST = 3  # slides that one group takes at most: the rest is in the workbook
NAMED = 4  # schools that a slide of an indicator names
DECIDE, DATA, SINCE = 8, 9, 8  # lines of these slides
ORDERS = {"gap": later("落後多的在前"), "definition": later("依定義的順序")}
MONTHS = (
    later("1 月"), later("2 月"), later("3 月"), later("4 月"), later("5 月"), later("6 月"),
    later("7 月"), later("8 月"), later("9 月"), later("10 月"), later("11 月"), later("12 月"),
)  # fmt: skip


@dataclass(frozen=True)
class Choices:
    """How a meeting wants its slides: in which order, and whether schools are named."""

    order: str = "gap"
    schools: bool = True


@dataclass(frozen=True)
class Facts:
    """All that the slides are made of, asked once."""

    view: View
    choices: Choices
    kpis: Sequence[Row]
    totals: Mapping[tuple[str, str, int | None], Row]
    then: Mapping[tuple[str, str, int | None], Row]
    schools: Mapping[tuple[str, str], Sequence[Row]]
    school_then: Mapping[tuple[str, str, int], Row]
    groups: Sequence[Row]
    group_of: Mapping[int, Row]
    tables: Mapping[str, Row]

    def total(self, kpi: Row, group: Row | None = None) -> Row | None:
        """The figure of the city, or of a group."""
        return self.totals.get(_place(kpi, group))

    def was(self, kpi: Row, group: Row | None = None) -> Row | None:
        """The same on the day to compare with."""
        return self.then.get(_place(kpi, group))

    def of(self, kpi: Row, group: Row | None = None) -> list[Row]:
        """The figures of the schools, or of a group's."""
        rows = self.schools.get((kpi.kpi, kpi.period), ())
        return [
            row for row in rows if group is None or self.group_of[row.school_id].group_id == group.group_id
        ]

    def label(self, kpi: Row) -> str:
        """What an indicator is called in a line; where there are several periods, with its own."""
        several = len(self.view.periods) > 1
        return say("{label}（{note}）", label=kpi.short, note=kpi.period_label) if several else kpi.short


def document(view: View, choices: Choices | None = None, first: Sequence[Slide] = ()) -> Document:
    """The slides of a view: of the whole programme, or of the groups that have a school in its scope.

    first: slides that come before them, as the decisions of the last meeting do.
    """
    view = replace(view, scope=replace(view.scope, names=False))
    facts = _facts(view, choices or Choices())
    slides = [
        *first,
        _overview(facts),
        *(slide for kpi in facts.kpis for slide in _indicator(facts, kpi)),
        *(slide for group in facts.groups for slide in _group(facts, group)),
        _to_decide(facts),
        *_since(facts),
        _data(facts),
    ]
    scope = say("{n} 校", n=number(len(facts.group_of)))
    if not view.scope.whole:
        scope = f"{view.scope.label} {scope}"
    whose = [programme_name(view), scope, f"{say('截至')} {full_day(view.on)}"]
    if view.versus:
        whose.append(say("與 {day} 相比", day=short_day(view.versus, view.year)))
    if view.facts.sample:
        whose.append(say("示範資料"))
    stamp = f"{say('資料快照')} {moment(view.facts.built_at, view.year)}"
    return Document(
        title=f"{programme_name(view)} {full_day(view.on)}",
        language=manner().language,
        whose=" · ".join(whose),
        snapshot=f"{stamp} · {fingerprint(view.facts.fingerprint)}",
        slides=slides,
    )


# What is asked


def _facts(view: View, choices: Choices) -> Facts:
    schools = {row.school_id: row for row in ask(view, "schools")}
    ids = {row.group_id for row in schools.values()}
    kpis = [
        _with_period(kpi, period)
        for period in view.periods
        for kpi in ask(view, "kpis", period=period.period)
    ]
    rows, then = _school_rows(view, view.on), {}
    if view.versus:
        then = {(row.kpi, row.period, row.school_id): row for row in _school_rows(view, view.versus)}
    by_kpi: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        by_kpi.setdefault((row.kpi, row.period), []).append(row)
    totals = _by_place(ask_each(view, "totals", on=view.on))
    facts = Facts(
        view=view,
        choices=choices,
        kpis=kpis,
        totals=totals,
        then=_by_place(ask_each(view, "totals", on=view.versus)) if view.versus else {},
        schools=by_kpi,
        school_then=then,
        groups=[group for group in ask(view, "groups") if group.group_id in ids],
        group_of=schools,
        tables={row.table_name: row for row in ask(view, "tables")},
    )
    return _ordered(facts) if choices.order == "gap" else facts


def _with_period(kpi: Row, period: Row) -> Row:
    return Row(**vars(kpi) | {"period_label": period.label})


def _school_rows(view: View, on: date) -> list[Row]:
    return ask_each(view, "school_results", on=on, group_id=None, school_id=None)


def _place(kpi: Row, group: Row | None) -> tuple[str, str, int | None]:
    return kpi.kpi, kpi.period, group.group_id if group else None


def _by_place(rows: Sequence[Row]) -> dict[tuple[str, str, int | None], Row]:
    return {(row.kpi, row.period, row.group_id): row for row in rows}


def _ordered(facts: Facts) -> Facts:
    """The indicators and the groups with the most late schools first; what is for information only comes last."""

    def place(kpi: Row) -> tuple[Any, ...]:
        rows = facts.of(kpi)
        unmet = sum(row.status in ("on_track", "behind", "overdue") for row in rows)
        return kpi.require == "none", -_late(rows), -unmet

    groups = {
        group.group_id: sum(_late(facts.of(kpi, group)) for kpi in facts.kpis) for group in facts.groups
    }
    return replace(
        facts,
        kpis=sorted(facts.kpis, key=place),
        groups=sorted(facts.groups, key=lambda group: -groups[group.group_id]),
    )


def _late(rows: Sequence[Row]) -> int:
    """How many schools are late; nobody by a file that was not read."""
    return sum(row.status in LATE and not is_unsure(row) for row in rows)


# Cells


def _figure(row: Row, group: str = "", school: str = "") -> Figure:
    return Figure(
        row.kpi,
        row.period,
        row.level,
        group,
        school,
        row.status,
        row.flags,
        row.counted,
        row.base,
        row.required,
        getattr(row, "schools_met", None),
        getattr(row, "schools_judged", None),
    )


def _counts(row: Row) -> dict[str, int]:
    counts = {status: int(getattr(row, f"schools_{status}") or 0) for status in STRIP}
    return {status: many for status, many in counts.items() if many}


def _late_cell(row: Row, kpi: Row) -> Cell:
    """「✕ 2 ▼ 9」 of the worse status, or 0."""
    late = {status: int(getattr(row, f"schools_{status}") or 0) for status in LATE}
    if kpi.require == "none" or row.schools_judged is None:
        return Cell("–")
    if not any(late.values()):
        return Cell("0")
    worst = next(status for status, many in late.items() if many)
    return Cell(" ".join(f"{STATUSES[s].sign} {number(n)}" for s, n in late.items() if n), worst)


def _named(row: Row, name: str, strong: bool = True) -> Cell:
    """What a line is of, behind the sign of where that stands."""
    return Cell(f"{STATUSES[row.status].sign} {name}", strong=strong)


def _met_cell(row: Row, kpi: Row) -> Cell:
    if kpi.require == "none" or not row.schools_judged:
        return Cell("–")
    return Cell(f"{number(row.schools_met)}/{number(row.schools_judged)}", strong=True)


def _sum_cell(row: Row, kpi: Row, group: str = "") -> Cell:
    """The pooled figure with its counts; what has no base stands as counted/required, or as counted alone."""
    return Cell(_sum(row, kpi), figure=_figure(row, group))


def _sum(row: Row, kpi: Row) -> str:
    if row.counted is None:
        return "–"
    if row.base:
        share = rate(row.counted, row.base, kpi.unit)
        if row.required in (None, row.base):
            return share
        return say("{share}，應達 {n}", share=share, n=number(row.required))
    if row.required:
        return f"{number(row.counted)}/{number(row.required)} {kpi.unit}"
    return quantity(row.counted, kpi.unit)


def _change_cell(now: object, then: object) -> Cell:
    """+3, −2, 0; nothing where one of the days has no figure."""
    return Cell("–" if now is None or then is None else change(now - then))  # type: ignore[operator]


def _due_cell(kpi: Row, view: View) -> Cell:
    if kpi.deadline is None or kpi.require in ("ceiling", "none"):
        return Cell("–")
    return Cell(due_day(kpi.deadline, view.on))


def _flags(table: Table | None, rows: Sequence[Row] = ()) -> list[str]:
    """What the marks of the figures of a slide mean, in one line."""
    cells = [cell for line in (table.rows if table else ()) for cell in line]
    figures = [cell.figure for cell in cells if cell.figure]
    marks = flag_marks([*(figure.flags for figure in figures), *(row.flags for row in rows)])
    if not marks:
        return []
    if any(figure.flags and figure.level != "school" for figure in figures):
        return [say("! {marks}（各組與全市：部分學校）", marks=marks)]
    return [f"! {marks}"]


def _source(facts: Facts, kpi: Row) -> str:
    """For the speaker: where the figures of an indicator come from."""
    names = dict.fromkeys(
        facts.tables[name].label for name in (kpi.table_name, kpi.base_table) if name in facts.tables
    )
    return say(
        "{kpi}：{rule}（{clause}）資料表：{tables}。",
        kpi=kpi.label,
        rule=kpi.rule,
        clause=kpi.clause,
        tables=listing(list(names)),
    )


def _said(row: Row, name: str, kpi: Row) -> str:
    """One figure in full, for the speaker, with what is known to be wrong with its data."""
    told = say(
        "{name}：{status}，計數 {counted}，基數 {base}，應達 {required}",
        name=name,
        status=STATUSES[row.status].text,
        counted=number(row.counted),
        base=number(row.base, "–"),
        required=number(row.required, "–"),
    )
    return say("{told}；! {flags}", told=told, flags=flag_words(row)) if row.flags else told


# The slides


def _overview(facts: Facts) -> Slide:
    """Every indicator of the whole, one a line."""
    view = facts.view
    group = None if view.scope.whole or len(facts.groups) != 1 else facts.groups[0]
    rows = [(kpi, row) for kpi in facts.kpis if (row := facts.total(kpi, group))]
    columns = [Column(say("指標"), 2.1), Column(say("一格一校"), 4.2), Column(say("達標校數"), 1.2, True)]
    if view.versus:
        columns.append(Column(say("{day} 起", day=short_day(view.versus, view.year)), 1, True))
    columns += [
        Column(say("落後、逾期"), 1.3, True),
        Column(say("合計"), 2.9, True),
        Column(say("期限"), 1.3, True),
    ]
    name = group.name if group else say("全市")
    lines = []
    for kpi, row in rows:
        cells = [
            _named(row, facts.label(kpi)),
            Cell("", strip=_counts(row)),
            _met_cell(row, kpi),
            _late_cell(row, kpi),
            _sum_cell(row, kpi, group.name if group else ""),
            _due_cell(kpi, view),
        ]
        if view.versus:
            then = facts.was(kpi, group)
            met = then.schools_met if then and kpi.require != "none" else None
            cells.insert(3, _change_cell(row.schools_met, met))
        lines.append(cells)
    return Slide(
        key="city",
        about=say("{who}各項指標", who=name),
        rule=say(ORDERS[facts.choices.order]),
        title=_headline(facts, group),
        table=(table := Table(columns, lines)),
        flags=_flags(table),
        notes=[
            line
            for kpi, row in rows
            for line in (_source(facts, kpi), _said(row, f"{kpi.label} {name}", kpi))
        ],
    )


def _headline(facts: Facts, group: Row | None) -> str:
    """The most urgent deadline, else how many schools are late."""
    view = facts.view
    row = urgent(ask_each(view, "deadlines", on=view.on, group_id=group and group.group_id))
    if row is None:
        return _standing(facts, facts.groups)
    told = say("{n} 校還差 {amount}", n=number(row.schools), amount=quantity(row.gap, row.unit))
    return say("{kpi} {when}，{told}", kpi=row.short, when=past(row.days_left), told=told)


def _standing(facts: Facts, groups: Sequence[Row]) -> str:
    """「7 校中 3 校至少一項落後或逾期」."""
    ids = {group.group_id for group in groups}
    rows = [row for kpi in facts.kpis for row in facts.of(kpi)]
    mine = [row for row in rows if facts.group_of[row.school_id].group_id in ids]
    every = {row.school_id for row in mine}
    late = {row.school_id for row in mine if row.status in LATE and not is_unsure(row)}
    if not late:
        return say("{n} 校沒有落後或逾期的項目", n=number(len(every)))
    return say("{n} 校中 {late} 校至少一項落後或逾期", n=number(len(every)), late=number(len(late)))


def _indicator(facts: Facts, kpi: Row) -> list[Slide]:
    """One indicator: how far the whole is, each group, the way to the deadline, and who needs help."""
    view, city, rows = facts.view, facts.total(kpi), facts.of(kpi)
    if city is None:
        return []
    groups = [(group, row) for group in facts.groups if (row := facts.total(kpi, group))]
    if facts.choices.order == "gap":
        groups.sort(key=lambda pair: -(pair[1].schools_behind or 0) - (pair[1].schools_overdue or 0))
    parts = [groups[at : at + ROWS] for at in range(0, max(len(groups), 1), ROWS)]
    due = ""
    if kpi.deadline and kpi.require not in ("ceiling", "none"):
        days = (kpi.deadline - view.on).days
        due = say("{day} 截止，{left}", day=due_day(kpi.deadline, view.on), left=past(days))
    slide = Slide(
        key=f"kpi-{kpi.kpi}-{kpi.period}",
        about=facts.label(kpi) if len(view.periods) > 1 else kpi.label,
        rule=" · ".join(filter(None, (requirement(kpi), due))),
        title=_finding(facts, kpi, city, rows),
        big=_big(facts, kpi, city),
        curve=_curve(facts, kpi, city),
        lines=_help(facts, kpi, _to_help(facts, kpi, rows)),
        notes=[_source(facts, kpi), _said(city, f"{kpi.label} {say('全市')}", kpi)],
    )
    slides = []
    for at, part in enumerate(parts):
        table = _groups(facts, kpi, part)
        found = replace(
            slide,
            table=table,
            flags=_flags(table, _to_help(facts, kpi, rows) if not at else ()),
            notes=[*slide.notes, *(_said(row, f"{kpi.label} {group.name}", kpi) for group, row in part)],
        )
        slides.append(found if not at else _further(found, at, len(parts)))
    return slides


def _further(slide: Slide, at: int, parts: int) -> Slide:
    """A slide that goes on where the one before had no more room."""
    return replace(
        slide,
        key=f"{slide.key}-{at + 1}",
        about=say("{about}（續 {at}/{n}）", about=slide.about, at=at + 1, n=parts),
        curve=None,
        lines=(),
    )


def _finding(facts: Facts, kpi: Row, city: Row, rows: Sequence[Row]) -> str:
    """Who is late, and whether few schools hold most of what is missing."""
    if kpi.require == "none":
        return say("{kpi} {sum}，僅供參考", kpi=kpi.short, sum=_sum(city, kpi))
    if not city.schools_judged:
        return say("還沒有學校可以評定")
    if kpi.require == "ceiling":
        over = city.schools_judged - city.schools_met
        return say("{n} 校超出上限", n=number(over)) if over else say("都在上限內")
    lacking = sorted((row for row in rows if row.gap and row.counted is not None), key=lambda row: -row.gap)
    whole = sum(row.gap for row in lacking)
    if not lacking:
        return say("已評定的 {n} 校都達標", n=number(city.schools_judged))
    late = {status: int(getattr(city, f"schools_{status}") or 0) for status in LATE}
    told = [say("{n} 校{status}", n=number(n), status=word(status)) for status, n in late.items() if n]
    if not told:
        told = [say("{n} 校還沒達標，都跟上進度", n=number(len(lacking)))]
    held, few = 0.0, 0
    for row in lacking:
        if held * 2 >= whole:
            break
        held, few = held + row.gap, few + 1
    if few * 3 <= len(lacking) and len(lacking) > NAMED:
        most = say(
            "其中 {few} 校就占還差 {whole}中的 {held}",
            few=few,
            whole=quantity(whole, kpi.unit),
            held=quantity(held, kpi.unit),
        )
        return say("；").join([listing(told), most])
    return say("，").join([listing(told), say("還差 {amount}", amount=quantity(whole, kpi.unit))])


def _big(facts: Facts, kpi: Row, city: Row) -> Big | None:
    """The schools that have met it; of what is for information only the sum is in the title."""
    if kpi.require == "none" or not city.schools_judged:
        return None
    then = facts.was(kpi)
    moved = ""
    if facts.view.versus and then and then.schools_met is not None:
        day = short_day(facts.view.versus, facts.view.year)
        moved = say("{day} 起 {change}", day=day, change=change(city.schools_met - then.schools_met))
    judged = number(city.schools_judged)
    of = say("/{n} 校在上限內", n=judged) if kpi.require == "ceiling" else say("/{n} 校達標", n=judged)
    tally = [
        Cell(f"{STATUSES[status].sign} {word(status, kpi.require)} {number(many)}", status)
        for status, many in _counts(city).items()
        if status != "met"
    ]
    return Big(number(city.schools_met), of, moved, tally)


def _groups(facts: Facts, kpi: Row, groups: Sequence[tuple[Row, Row]]) -> Table:
    """The groups and the whole; of what is never judged only how much there is."""
    city = facts.total(kpi)
    rows = [
        *((group.name, group.name, row) for group, row in groups),
        *([(say("全市"), "", city)] if city else []),
    ]
    if kpi.require == "none":
        columns = [Column(say("組別"), 2), Column(say("合計"), 2, True), Column("", 4)]
        return Table(
            columns, [[_named(row, name), _sum_cell(row, kpi, of), Cell("")] for name, of, row in rows]
        )
    columns = [
        Column(say("組別"), 2.6),
        Column(say("一格一校"), 2.8),
        Column(say("落後、逾期"), 1.5, True),
        Column(say("達標"), 1.2, True),
        Column(say("合計"), 3.2, True),
    ]
    lines = [
        [
            _named(row, name),
            Cell("", strip=_counts(row)),
            _late_cell(row, kpi),
            _met_cell(row, kpi),
            _sum_cell(row, kpi, of),
        ]
        for name, of, row in rows
    ]
    return Table(columns, lines)


def _to_help(facts: Facts, kpi: Row, rows: Sequence[Row]) -> list[Row]:
    """The late schools, those that lack most first, where schools are named; nobody whose file was not read."""
    if not facts.choices.schools or kpi.require in ("none", "ceiling"):
        return []
    late = [row for row in rows if row.status in LATE and row.gap and not is_unsure(row)]
    return sorted(late, key=lambda row: -row.gap)


def _help(facts: Facts, kpi: Row, late: Sequence[Row]) -> list[str]:
    if not late:
        return []
    named = [_one_to_help(kpi, row) for row in late[:NAMED]]
    more = say("，另 {n} 校", n=number(len(late) - NAMED)) if len(late) > NAMED else ""
    return [say("請協助：{schools}", schools=listing(named) + more)]


def _one_to_help(kpi: Row, row: Row) -> str:
    told = say("{school} 還差 {amount}", school=row.school_name, amount=quantity(row.gap, kpi.unit))
    return f"{told} {flag_mark(row.flags)}".strip()


def _curve(facts: Facts, kpi: Row, city: Row) -> Curve | None:
    """The whole's way to the deadline: what is required of all, else the schools that have met it."""
    view = facts.view
    if kpi.deadline is None or kpi.require in ("none", "ceiling") or not city.schools_judged:
        return None
    days = frame(view, "indicator_days", kpi=kpi.kpi, period=kpi.period, on=min(view.on, view.today))
    days = days[days["level"] == "city"]
    summed = bool(city.required)
    counted, of = ("counted", "required") if summed else ("schools_met", "schools_judged")
    unit = kpi.unit if summed else say("校")
    points, last = [], None
    rows = [
        (day.date(), float(done), float(whole))
        for day, done, whole in zip(days["day"], days[counted], days[of], strict=True)
        if whole == whole and whole and done == done
    ]
    for at, (day, done, whole) in enumerate(rows):
        share = min(done / whole, 1.0)
        if share != last or at == len(rows) - 1:
            told = say(
                "{day} {done}/{whole} {unit}",
                day=written_day(day),
                done=number(done),
                whole=number(whole),
                unit=unit,
            )
            points.append((day, share, told))
        last = share
    if len(points) < 2:
        return None
    _, done, whole = rows[-1]
    start = points[0][0]
    return Curve(
        title=_against_pace(city, kpi, done, whole, summed),
        caption=say("累計{unit}數 ÷ 應達", unit=unit) if summed else say("達標校數 ÷ 應評校數"),
        points=points,
        pace=(kpi.pace_start, kpi.deadline) if kpi.pace_start and summed else None,
        deadline=kpi.deadline,
        due=say("期限 {day}", day=due_day(kpi.deadline, view.on)),
        now=percent(done, whole),
        pace_label=say("應有進度"),
        months=_months(start, max(kpi.deadline, view.on)),
    )


def _against_pace(city: Row, kpi: Row, done: float, whole: float, summed: bool) -> str:
    if not summed:
        return say("{n} 校中 {met} 校達標", n=number(whole), met=number(done))
    if done >= whole:
        return say("全市合計已達應達數")
    if (city.days_left is not None and city.days_left < 0) or city.pace is None:
        return say(
            "全市應達 {required} {unit}，已達 {now} {unit}",
            required=number(whole),
            now=number(done),
            unit=kpi.unit,
        )
    ahead = done - city.pace
    if ahead < 0:
        return say("全市比應有進度少 {n} {unit}", n=number(-ahead), unit=kpi.unit)
    if ahead:
        return say("全市比應有進度多 {n} {unit}", n=number(ahead), unit=kpi.unit)
    return say("全市剛好跟上應有進度")


def _months(start: date, end: date) -> list[tuple[date, str]]:
    """The first days of months between two days, at most five of them named."""
    firsts = []
    year, month = start.year, start.month
    while (first := date(year, month, 1)) <= end:
        if first >= start:
            firsts.append(first)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    step = max(-(-len(firsts) // 5), 1)
    return [(first, say(MONTHS[first.month - 1])) for first in firsts[::step]]


def _group(facts: Facts, group: Row) -> list[Slide]:
    """A group: its schools in every indicator, or without names its figures."""
    judged = [kpi for kpi in facts.kpis if facts.total(kpi, group)]
    rows = [(kpi, facts.total(kpi, group)) for kpi in judged]
    totals = [(kpi, row) for kpi, row in rows if row]
    slide = Slide(
        key=f"group-{group.name}",
        about=group.name,
        rule=say("每格：狀態　計數／應達") if facts.choices.schools else say(ORDERS[facts.choices.order]),
        title=_standing(facts, [group]),
        notes=[_said(row, f"{kpi.label} {group.name}", kpi) for kpi, row in totals],
    )
    if not facts.choices.schools:
        table = _group_indicators(facts, group, totals)
        return [replace(slide, table=table, flags=_flags(table))]
    schools = [one for one in facts.group_of.values() if one.group_id == group.group_id]
    return _matrix(facts, group, slide, judged, _by_school(facts, judged, schools))


def _group_indicators(facts: Facts, group: Row, totals: Sequence[tuple[Row, Row]]) -> Table:
    columns = [
        Column(say("指標"), 2.4),
        Column(say("一格一校"), 3),
        Column(say("達標校數"), 1.2, True),
        Column(say("落後、逾期"), 1.4, True),
        Column(say("合計"), 3, True),
        Column(say("期限"), 1.3, True),
    ]
    lines = [
        [
            _named(row, facts.label(kpi)),
            Cell("", strip=_counts(row)),
            _met_cell(row, kpi),
            _late_cell(row, kpi),
            _sum_cell(row, kpi, group.name),
            _due_cell(kpi, facts.view),
        ]
        for kpi, row in totals
    ]
    return Table(columns, lines)


def _by_school(
    facts: Facts, kpis: Sequence[Row], schools: Sequence[Row]
) -> list[tuple[Row, dict[tuple[str, str], Row]]]:
    rows: dict[int, dict[tuple[str, str], Row]] = {one.school_id: {} for one in schools}
    for kpi in kpis:
        for row in facts.of(kpi):
            if row.school_id in rows:
                rows[row.school_id][kpi.kpi, kpi.period] = row
    found = [(one, rows[one.school_id]) for one in schools]
    if facts.choices.order == "gap":
        found.sort(key=lambda pair: -_late(list(pair[1].values())))
    return found


def _matrix(
    facts: Facts,
    group: Row,
    slide: Slide,
    kpis: Sequence[Row],
    found: Sequence[tuple[Row, dict[tuple[str, str], Row]]],
) -> list[Slide]:
    columns = [Column(say("學校"), 2.2), *(Column(facts.label(kpi), 1.3, True) for kpi in kpis)]
    parts = [found[at : at + ROWS] for at in range(0, max(len(found), 1), ROWS)]
    left = sum(map(len, parts[LONGEST:]))
    slides = []
    for at, part in enumerate(parts[:LONGEST]):
        lines = [
            [Cell(_school_name(school), strong=school.role == "lead")]
            + [_school_cell(facts, kpi, group, school, rows.get((kpi.kpi, kpi.period))) for kpi in kpis]
            for school, rows in part
        ]
        told = [
            _said(row, f"{kpi.label} {school.name}", kpi)
            for school, rows in part
            for kpi in kpis
            if (row := rows.get((kpi.kpi, kpi.period)))
        ]
        notes = [*(slide.notes if not at else ()), *told]
        table = Table(columns, lines)
        one = replace(slide, table=table, flags=_flags(table), notes=notes)
        slides.append(one if not at else _further(one, at, min(len(parts), LONGEST)))
    if left:
        more = say("其餘 {n} 校見活頁簿。", n=number(left))
        slides[-1] = replace(slides[-1], lines=[*slides[-1].lines, more])
    return slides


def _school_name(school: Row) -> str:
    return say("{name}（重點）", name=school.name) if school.role == "lead" else str(school.name)


def _school_cell(facts: Facts, kpi: Row, group: Row, school: Row, row: Row | None) -> Cell:
    if row is None:
        return Cell("–")
    sign = STATUSES[row.status].sign
    figure = _figure(row, group.name, school.name)
    if row.counted is None:
        return Cell(f"{sign} {STATUSES[row.status].word}", row.status, figure=figure)
    told = brief(row.counted, kpi.unit)
    if row.required is not None:
        told = f"{told}/{brief(row.required, kpi.unit)}"
    return Cell(f"{sign} {told}", row.status, figure=figure)


def _to_decide(facts: Facts) -> Slide:
    """What needs a decision: the findings of 需要注意 without the way to them; without names a line an indicator."""
    lines = _found(facts) if facts.choices.schools else _late_indicators(facts)
    columns = [
        Column(say("狀態"), 1.4),
        Column(say("指標"), 1.8),
        Column(say("還差什麼"), 6.4),
        Column(say("期限"), 1.2, True),
    ]
    table = Table(columns, lines[:DECIDE]) if lines else None
    title = say("{n} 件需要決定", n=number(min(len(lines), DECIDE))) if lines else say("目前沒有需要決定的事")
    return Slide("decide", say("需要決定"), "", title, table=table, flags=_flags(table))


def _late_indicators(facts: Facts) -> list[list[Cell]]:
    lines = []
    for kpi in facts.kpis:
        for status in LATE:
            late = [row for row in facts.of(kpi) if row.status == status and not is_unsure(row)]
            if late:
                lacks = _lacks(
                    kpi, sum(row.gap for row in late), sum(-row.room for row in late if row.room) or None
                )
                told = say("{n} 校{short}", n=number(len(late)), short=lacks)
                lines.append(_to_do(facts, kpi, status, Cell(told)))
    return lines


def _found(facts: Facts) -> list[list[Cell]]:
    view, kpis = facts.view, {(kpi.kpi, kpi.period): kpi for kpi in facts.kpis}
    lines = []
    for period in view.periods:
        for row in ask(view, "attention", on=view.on, versus=view.versus, period=period.period):
            if kpi := kpis.get((row.kpi, period.period)):
                lines.append(_decision(facts, kpi, row))
    return lines


def _decision(facts: Facts, kpi: Row, row: Row) -> list[Cell]:
    if row.kind == "absent":
        return _to_do(facts, kpi, "no_data", Cell(say("{n} 校未填報，缺資料，不是 0", n=number(row.schools))))
    if row.kind == "silent":
        told = say("{school} {n} 項未填報，缺資料，不是 0", school=row.school_names, n=number(row.schools))
        return _to_do(facts, None, "no_data", Cell(told))
    status = {"late": "overdue", "soon": "behind", "few": "behind"}.get(row.kind, row.status)
    lacks = _lacks(kpi, row.gap, row.excess)
    if row.schools == 1 and row.required:
        done = f"{number(row.counted)}/{number(row.required)}"
        told = say("{school} {lacks}（{done}）", school=row.school_names, lacks=lacks, done=done)
        return _to_do(facts, kpi, status, Cell(told, figure=_of_school(facts, kpi, row.school_names)))
    names = row.school_names.split("|")[:NAMED]
    more = say("等 {n} 校", n=number(row.schools)) if row.schools > len(names) else ""
    told = say("{n} 校{short}", n=number(row.schools), short=lacks)
    return _to_do(facts, kpi, status, Cell(say("{told}：{more}", told=told, more=listing(names) + more)))


def _lacks(kpi: Row, gap: float, excess: float | None) -> str:
    if excess:
        return say("超出上限 {amount}", amount=quantity(excess, kpi.unit))
    return say("還差 {amount}", amount=quantity(gap, kpi.unit))


def _of_school(facts: Facts, kpi: Row, name: str) -> Figure | None:
    found = (row for row in facts.of(kpi) if row.school_name == name)
    return next((_figure(row, facts.group_of[row.school_id].group_name or "", name) for row in found), None)


def _to_do(facts: Facts, kpi: Row | None, status: str, told: Cell) -> list[Cell]:
    sign = Cell(f"{STATUSES[status].sign} {word(status, kpi.require if kpi else None)}", status)
    if kpi is None:
        return [sign, Cell("–"), told, Cell("–")]
    return [sign, Cell(facts.label(kpi), strong=True), told, _due_cell(kpi, facts.view)]


def _since(facts: Facts) -> list[Slide]:
    """What changed since the day to compare with; nothing where none was chosen."""
    view = facts.view
    if view.versus is None:
        return []
    day = short_day(view.versus, view.year)
    new: dict[str, list[tuple[Row, Row]]] = {"met": [], "late": []}
    for kpi in facts.kpis:
        for row in facts.of(kpi):
            then = facts.school_then.get((row.kpi, row.period, row.school_id))
            if then and then.status != "met" and row.status == "met":
                new["met"].append((kpi, row))
            elif then and then.status not in LATE and row.status in LATE and not is_unsure(row):
                new["late"].append((kpi, row))
    many = {kind: len({row.school_id for _, row in found}) for kind, found in new.items()}
    columns = [
        Column(say("指標"), 2),
        Column(say("達標校數"), 2.2, True),
        Column(say("新達標"), 3.6),
        Column(say("新落後或逾期"), 3.6),
    ]
    lines = []
    for kpi in facts.kpis:
        total, then = facts.total(kpi), facts.was(kpi)
        if not total or not then or kpi.require == "none":
            continue
        met = f"{number(then.schools_met)} → {number(total.schools_met)}"
        lines.append(
            [Cell(facts.label(kpi), strong=True), Cell(met), *(_new(facts, new[kind], kpi) for kind in new)]
        )
    title = say(
        "自 {day} 起 {met} 校新達標，{late} 校新落後或逾期",
        day=day,
        met=number(many["met"]),
        late=number(many["late"]),
    )
    note = say("兩天都用目前的快照與同一份定義計算。")
    return [
        Slide("since", say("與 {day} 相比", day=day), "", title, table=Table(columns, lines), notes=[note])
    ]


def _new(facts: Facts, found: Sequence[tuple[Row, Row]], kpi: Row) -> Cell:
    mine = [row.school_name for one, row in found if one is kpi]
    if not mine:
        return Cell("0")
    if not facts.choices.schools:
        return Cell(say("{n} 校", n=number(len(mine))))
    return Cell(listing(mine[:NAMED]) + (say("等 {n} 校", n=number(len(mine))) if len(mine) > NAMED else ""))


def _data(facts: Facts) -> Slide:
    """What is known to be wrong with the data, in one slide; the notes name every cause."""
    view = facts.view
    rows = [
        row for period in view.periods for row in ask(view, "data_to_mend", on=view.on, period=period.period)
    ]
    shorts = {(kpi.kpi, kpi.period): facts.label(kpi) for kpi in facts.kpis}
    causes = [row for row in ask(view, "kpi_flags", on=view.on) if (row.kpi, row.period) in shorts]
    columns = [Column(say("資料註記"), 2.2), Column(say("資料表"), 2.2), Column(say("影響"), 6.4)]
    lines = [
        [Cell(f"! {say(FLAGS[row.flag].source_text)}", "flag"), Cell(row.label), Cell(_about(facts, row))]
        for row in rows
    ]
    refused = {row.school for row in causes if row.flag == "rows_rejected"}
    if refused:
        told = say("{n} 校有列未採用，改正後可能計入", n=number(len(refused)))
        lines.append([Cell(f"! {say(FLAGS['rows_rejected'].source_text)}", "flag"), Cell("–"), Cell(told)])
    more = len(lines) - DATA
    flagged = {row.school for row in causes}
    title = say("{n} 校的數字有資料註記", n=number(len(flagged))) if lines else say("目前沒有已知的資料問題")
    who = facts.choices.schools
    return Slide(
        key="data", about=say("資料"), rule=say("註記不改變數字，也不改變狀態"), title=title,
        table=Table(columns, lines[:DATA]) if lines else None,
        lines=[say("另有 {n} 項，見資料頁。", n=number(more))] if more > 0 else (),
        notes=[f"{shorts[row.kpi, row.period]} {row.school}：{row.message}" for row in causes] if who else [],
    )  # fmt: skip


def _about(facts: Facts, row: Row) -> str:
    schools = say("{n} 校", n=number(row.schools))
    if not facts.choices.schools:
        return schools
    names = row.school_names.split("|")[:NAMED]
    return listing(names) + (say("等 {n} 校", n=number(row.schools)) if row.schools > len(names) else "")
