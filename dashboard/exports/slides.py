"""The slides of a meeting: what the figures of a day say to those who decide.

One function makes them; the page shows them, the report and the deck are drawn of them. Schools are named only where that
is asked for, persons never.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboard.exports import slide_cells as cells
from dashboard.exports import slide_facts
from dashboard.exports.document import Big, Cell, Column, Curve, Document, Figure, Slide, Table
from dashboard.exports.slide_facts import Choices, Facts, late
from dashboard.language.texts import later, manner, say
from dashboard.language.words import (
    FLAGS,
    LATE,
    STATUSES,
    change,
    counts,
    due_day,
    fingerprint,
    first_days,
    flag_mark,
    full_day,
    is_unsure,
    listing,
    moment,
    month,
    number,
    past,
    percent,
    quantity,
    short_day,
    word,
    written_day,
)
from dashboard.questions import Row, View, ask, ask_each, frame, programme_name
from dashboard.rules import against_pace, requirement, urgent

ROWS = 12  # of a table of a slide; more go on to the next
ACROSS = 10  # columns of figures that a slide has room for
LONGEST = 3  # slides of schools that one group takes at most: the rest is in the workbook
MONTHS = 5  # that a curve names
NAMED = 4  # schools that a slide of an indicator names
DECIDE, DATA, TOLD = 8, 9, 8  # lines of slides of sentences, which may take two
ORDERS = {"gap": later("落後多的在前"), "definition": later("依定義的順序")}


def document(
    view: View, choices: Choices | None = None, first: Sequence[Slide] = (), meeting: str = ""
) -> Document:
    """The slides of a view: of the whole programme, or of the groups that have a school in its scope.

    first: slides that come before them, as the decisions of the last meeting do. meeting: the name of a frozen one.
    """
    view = replace(view, scope=replace(view.scope, names=False))
    facts = slide_facts.load(view, choices or Choices())
    slides = [
        *first,
        *_overview(facts),
        *(slide for kpi in facts.kpis for slide in _indicator(facts, kpi)),
        *(slide for group in facts.groups for slide in _group(facts, group)),
        _to_decide(facts),
        *_since(facts),
        _data(facts),
    ]
    scope = say("{n} 校", n=number(len(facts.group_of)))
    if not view.scope.whole:
        scope = f"{view.scope.label} {scope}"
    whose = [
        *([meeting] if meeting else []),
        programme_name(view),
        scope,
        f"{say('截至')} {full_day(view.on)}",
    ]
    if view.versus:
        whose.append(say("與 {day} 相比", day=short_day(view.versus, view.year)))
    if view.facts.sample:
        whose.append(say("示範資料"))
    stamp = f"{say('資料快照')} {moment(view.facts.built_at, view.year)}"
    return Document(
        title=" ".join(filter(None, (meeting, programme_name(view), full_day(view.on)))),
        language=manner().language,
        whose=" · ".join(whose),
        snapshot=f"{stamp} · {fingerprint(view.facts.fingerprint)}",
        slides=slides,
    )


def _overview(facts: Facts) -> list[Slide]:
    """Every indicator of the whole, one a line."""
    view = facts.view
    group = facts.own_group
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
    for kpi in facts.kpis:
        if row := facts.total(kpi, group):
            line = [*_line(facts, kpi, row, group), cells.due_cell(kpi, view)]
            if view.versus:
                then = facts.was(kpi, group)
                met = then.schools_met if then and kpi.require != "none" else None
                line.insert(3, cells.change_cell(row.schools_met, met))
            notes = [cells.source(facts, kpi), cells.in_full(row, f"{kpi.label} {name}", kpi)]
            lines.append((line, notes))
    slide = Slide(
        "city", say("{who}各項指標", who=name), say(ORDERS[facts.choices.order]), _headline(facts, group)
    )
    return _paged(slide, columns, lines)


def _line(facts: Facts, kpi: Row, row: Row, group: Row | None) -> list[Cell]:
    """An indicator of the whole or of a group: its name, the strip, who has met it, who is late, the sum."""
    return [
        cells.named(row, facts.label(kpi)),
        Cell("", strip=counts(row)),
        cells.met_cell(row, kpi, group.name if group else ""),
        cells.late_cell(row, kpi),
        cells.sum_cell(row, kpi, group.name if group else ""),
    ]


Line = tuple[Sequence[Cell], Sequence[str]]  # of a table, and what its notes say


def _paged(slide: Slide, columns: Sequence[Column], lines: Sequence[Line], rows: int = ROWS) -> list[Slide]:
    """The slide with as many lines as it has room for, and further ones for the rest."""
    parts = [lines[at : at + rows] for at in range(0, max(len(lines), 1), rows)]
    slides = []
    for at, part in enumerate(parts):
        table = Table(columns, [line for line, _ in part])
        notes = [*(slide.notes if not at else ()), *(note for _, told in part for note in told)]
        one = replace(slide, table=table, notes=notes, flags=[*slide.flags, *cells.meanings(table)])
        slides.append(one if not at else _further(one, at, len(parts)))
    return slides


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
        lines=_help(kpi, _to_help(facts, kpi, rows)),
        notes=[cells.source(facts, kpi), cells.in_full(city, f"{kpi.label} {say('全市')}", kpi)],
    )
    columns, lines = _groups(facts, kpi, groups)
    return _paged(slide, columns, lines)


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
        return say("{kpi} {sum}，僅供參考", kpi=kpi.short, sum=cells.summed(city, kpi))
    if not city.schools_judged:
        return say("還沒有學校可以評定")
    if kpi.require == "ceiling":
        over = city.schools_judged - city.schools_met
        return say("{n} 校超出上限", n=number(over)) if over else say("都在上限內")
    lacking = sorted((row for row in rows if row.gap and row.counted is not None), key=lambda row: -row.gap)
    whole = sum(row.gap for row in lacking)
    if not lacking:
        return say("已評定的 {n} 校都達標", n=number(city.schools_judged))
    told = [
        say("{n} 校{status}", n=number(n), status=word(status)) for status, n in counts(city, LATE).items()
    ]
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
        for status, many in counts(city).items()
        if status != "met"
    ]
    return Big(number(city.schools_met), of, moved, tally)


def _groups(facts: Facts, kpi: Row, groups: Sequence[tuple[Row, Row]]) -> tuple[list[Column], list[Line]]:
    """The groups and the whole; of what is never judged only how much there is."""
    city = facts.total(kpi)
    rows = [(group.name, group.name, row) for group, row in groups]
    rows += [(say("全市"), "", city)] if city else []
    told = {name: [cells.in_full(row, f"{kpi.label} {name}", kpi)] for name, _, row in rows}
    if kpi.require == "none":
        columns = [Column(say("組別"), 2), Column(say("合計"), 2, True), Column("", 4)]
        sums = [
            ([cells.named(row, name), _how_much(row, kpi, of), Cell("")], told[name])
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
    lines = [
        (
            [
                cells.named(row, name),
                Cell("", strip=counts(row)),
                cells.late_cell(row, kpi),
                cells.met_cell(row, kpi, of),
                cells.sum_cell(row, kpi, of),
            ],
            told[name],
        )
        for name, of, row in rows
    ]
    return columns, list(lines)


def _how_much(row: Row, kpi: Row, group: str) -> Cell:
    return (cells.met_cell if row.counted is None else cells.sum_cell)(row, kpi, group)


def _to_help(facts: Facts, kpi: Row, rows: Sequence[Row]) -> list[Row]:
    """The late schools, those that lack most first, where schools are named; nobody whose file was not read."""
    if not facts.choices.schools or kpi.require in ("none", "ceiling"):
        return []
    late = [row for row in rows if row.status in LATE and row.gap and not is_unsure(row)]
    return sorted(late, key=lambda row: -row.gap)


def _help(kpi: Row, late: Sequence[Row]) -> list[str]:
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
        months=[(day, month(day)) for day in first_days(start, max(kpi.deadline, view.on), MONTHS)],
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
    return against_pace(done - city.pace, kpi.unit)


def _group(facts: Facts, group: Row) -> list[Slide]:
    """A group: its schools in every indicator, or without names its figures."""
    totals = [(kpi, row) for kpi in facts.kpis if (row := facts.total(kpi, group))]
    notes = [cells.in_full(row, f"{kpi.label} {group.name}", kpi) for kpi, row in totals]
    slide = Slide(f"group-{group.name}", group.name, "", _standing(facts, [group]), notes=notes)
    if facts.choices.schools:
        return _matrix(
            facts, group, replace(slide, rule=say("每格：狀態　計數／應達")), [kpi for kpi, _ in totals]
        )
    columns = [
        Column(say("指標"), 2.4),
        Column(say("一格一校"), 3),
        Column(say("達標校數"), 1.2, True),
        Column(say("落後、逾期"), 1.4, True),
        Column(say("合計"), 3, True),
        Column(say("期限"), 1.3, True),
    ]
    lines = [([*_line(facts, kpi, row, group), cells.due_cell(kpi, facts.view)], ()) for kpi, row in totals]
    return _paged(replace(slide, rule=say(ORDERS[facts.choices.order])), columns, list(lines))


def _matrix(facts: Facts, group: Row, slide: Slide, kpis: Sequence[Row]) -> list[Slide]:
    """Schools down and indicators across; where the indicators are too many for that, the other way round."""
    rows = {(row.school_id, row.kpi, row.period): row for kpi in kpis for row in facts.of(kpi, group)}
    every = [one for one in facts.group_of.values() if one.group_id == group.group_id]
    if facts.choices.order == "gap":
        every.sort(key=lambda one: -late([row for key, row in rows.items() if key[0] == one.school_id]))
    schools, left = every[: LONGEST * ROWS], len(every) - LONGEST * ROWS
    if left > 0:
        slide = replace(slide, lines=[say("其餘 {n} 校見活頁簿。", n=number(left))])

    def cell(school: Row, kpi: Row) -> Cell:
        row = rows.get((school.school_id, kpi.kpi, kpi.period))
        return cells.school_cell(kpi, group, school, row)

    def told(school: Row, kpi: Row) -> list[str]:
        row = rows.get((school.school_id, kpi.kpi, kpi.period))
        return [cells.in_full(row, f"{kpi.label} {school.name}", kpi)] if row else []

    def head(school: Row) -> Cell:
        return Cell(cells.school_name(school), strong=school.role == "lead")

    if len(kpis) <= ACROSS:
        columns = [Column(say("學校"), 2.2), *(Column(facts.label(kpi), 1.3, True) for kpi in kpis)]
        lines = [
            (
                [head(one), *(cell(one, kpi) for kpi in kpis)],
                [note for kpi in kpis for note in told(one, kpi)],
            )
            for one in schools
        ]
        return _paged(slide, columns, list(lines))
    slides: list[Slide] = []
    for at in range(0, len(schools), ACROSS):
        some = schools[at : at + ACROSS]
        columns = [Column(say("指標"), 3), *(Column(cells.school_name(one), 1.6, True) for one in some)]
        lines = [
            (
                [Cell(facts.label(kpi), strong=True), *(cell(one, kpi) for one in some)],
                [note for one in some for note in told(one, kpi)],
            )
            for kpi in kpis
        ]
        slides += _paged(slide if not at else replace(slide, notes=()), columns, list(lines))
    if len(slides) <= 1:
        return slides
    return [
        slides[0],
        *(
            _further(replace(one, key=slide.key, about=slide.about), at, len(slides))
            for at, one in enumerate(slides[1:], 1)
        ),
    ]


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
    return Slide("decide", say("需要決定"), "", title, table=table, flags=cells.meanings(table))


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
    told = say("{n} 校{short}", n=number(row.schools), short=lacks)
    names = _first(row.school_names.split("|"), row.schools)
    return _to_do(facts, kpi, status, Cell(say("{told}：{more}", told=told, more=names)))


def _lacks(kpi: Row, gap: float, excess: float | None) -> str:
    if excess:
        return say("超出上限 {amount}", amount=quantity(excess, kpi.unit))
    return say("還差 {amount}", amount=quantity(gap, kpi.unit))


def _of_school(facts: Facts, kpi: Row, name: str) -> Figure | None:
    found = (row for row in facts.of(kpi) if row.school_name == name)
    return next(
        (cells.figure(row, facts.group_of[row.school_id].group_name or "", name) for row in found), None
    )


def _to_do(facts: Facts, kpi: Row | None, status: str, told: Cell) -> list[Cell]:
    sign = Cell(f"{STATUSES[status].sign} {word(status, kpi.require if kpi else None)}", status)
    if kpi is None:
        return [sign, Cell("–"), told, Cell("–")]
    return [sign, Cell(facts.label(kpi), strong=True), told, cells.due_cell(kpi, facts.view)]


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
    lines: list[Line] = []
    for kpi in facts.kpis:
        total, then = facts.total(kpi, facts.own_group), facts.was(kpi, facts.own_group)
        if not total or not then or kpi.require == "none":
            continue
        met = f"{number(then.schools_met)} → {number(total.schools_met)}"
        line = [
            Cell(facts.label(kpi), strong=True),
            Cell(met),
            *(_new(facts, new[kind], kpi) for kind in new),
        ]
        lines.append((line, ()))
    title = say(
        "自 {day} 起 {met} 校新達標，{late} 校新落後或逾期",
        day=day,
        met=number(many["met"]),
        late=number(many["late"]),
    )
    note = say("兩天都用目前的快照與同一份定義計算。")
    return _paged(
        Slide("since", say("與 {day} 相比", day=day), "", title, notes=[note]), columns, lines, TOLD
    )


def _new(facts: Facts, found: Sequence[tuple[Row, Row]], kpi: Row) -> Cell:
    mine = [row.school_name for one, row in found if one is kpi]
    if not mine:
        return Cell("0")
    if not facts.choices.schools:
        return Cell(say("{n} 校", n=number(len(mine))))
    return Cell(_first(mine, len(mine), NAMED - 1))


def _first(names: Sequence[str], many: int, most: int = NAMED) -> str:
    """The first of many schools, and how many they are."""
    return listing(names[:most]) + (say("等 {n} 校", n=number(many)) if many > most else "")


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
    if not facts.choices.schools:
        return say("{n} 校", n=number(row.schools))
    return _first(row.school_names.split("|"), row.schools)
