"""The tables of groups by indicators and of schools by indicators; their cells are of `cells`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from dashboard.language import words
from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.texts import say
from dashboard.language.words import (
    BY_URGENCY,
    FLAGS,
    JUDGED,
    LATE,
    OWED,
    STATUSES,
    listing,
    names,
)
from dashboard.questions import Before, View
from dashboard.rows import Group, Kpi, Period, SchoolResult, Total
from dashboard.ui.base import paper
from dashboard.ui.base.cells import (
    below,
    group_cell,
    head_kind,
    heads,
    met,
    name_of,
    pooled_rate,
    school_cell,
    sum_cell,
)
from dashboard.ui.base.parts import (
    Cell,
    anchor,
    changed,
    element,
    flag_table,
    pills,
    table,
)

SIZE = 25  # schools of a page
MANY = 9
FILTERS = tuple(status for status in BY_URGENCY if status in JUDGED or status in OWED)
SORTS = ("late", "gap")
OPENED = 6
FLAGGED = 6  # schools of a flag that are named below a table


def by_group(
    kpis: Sequence[Kpi],
    totals: Sequence[Total],
    link: Callable[[Total], str],
    before: Before[Total] | None = None,
    only: Collection[int] | None = None,
    to_kpi: Callable[[Kpi], str] | None = None,
    own: int | None = None,
) -> Markup:
    """The table of groups by indicators, the city in the last row.

    before: rows of the day to compare with, by indicator, level and group. only: the groups to list, if not all.
    own: the group that is marked.
    """
    then = before or {}
    cells = {(row.group_id, row.kpi): row for row in totals}
    names = {
        row.group_id: row.group_name or ""
        for row in totals
        if row.level == "group" and (only is None or row.group_id in only)
    }
    lines = []
    for group_id, name in names.items():
        line = [
            group_cell(cells[group_id, kpi.kpi], kpi, name, link, then.get((kpi.kpi, "group", group_id)))
            for kpi in kpis
        ]
        lines.append(("on" if group_id == own else "", [Cell(name, "l"), *line]))
    if any(row.level == "city" for row in totals):
        city = [
            group_cell(cells[None, kpi.kpi], kpi, "", None, then.get((kpi.kpi, "city", None))) for kpi in kpis
        ]
        lines.append(("sum", [Cell(say("全市"), "l"), *city]))
    return table(say("組別與指標"), heads(say("組別"), kpis, link=to_kpi), lines, "mx groups")


def flagged_groups(
    view: View,
    kpis: Sequence[Kpi],
    totals: Sequence[Total],
    link: Callable[[Total], str],
    before: Before[Total] | None,
) -> Callable[[Collection[int]], Markup]:
    """A function that draws the table of the groups passed to it, and the meaning of their flags below."""

    def draw(only: Collection[int]) -> Markup:
        figures = [row for row in totals if row.group_id in (*only, None)]
        return by_group(kpis, totals, link, before, only) + flags(view, kpis, figures)

    return draw


@dataclass(frozen=True)
class OfSchool:
    """What the link to a school names, where that is no figure of it."""

    school_name: str
    kpi: str | None = None


@dataclass(frozen=True)
class Ways:
    """The links of a group's page: to a school, a group, an indicator, and to this page in another order."""

    school: Callable[[SchoolResult | OfSchool], str]
    group: Callable[[Total], str]
    kpi: Callable[[Kpi], str]
    here: Callable[..., str]


def ways(view: View, period: Period, here: Callable[..., str]) -> Ways:
    """The links of a group's page; an indicator's names its own period where there are several."""
    named = period.period if len(view.periods) > 1 else None
    return Ways(
        lambda row: view.link("school", school=row.school_name, kpi=row.kpi),
        lambda row: view.link("group", group=row.group_name, kpi=row.kpi),
        lambda kpi: view.link("indicator", kpi=kpi.kpi, period=named),
        here,
    )


def by_school(
    kpis: Sequence[Kpi],
    schools: Mapping[str, Sequence[SchoolResult]],
    ways: Ways,
    chosen: str | None = None,
    sort: str | None = None,
    before: Before[SchoolResult] | None = None,
) -> Markup:
    """The table of schools by indicators, the number of late ones in the last column; blank without a school."""
    if not schools:
        return BLANK
    names = [
        Cell(
            name_of(kpi, ways.kpi) + _order(kpi, ways, sort == "gap" and kpi.kpi == chosen),
            head_kind(kpi, chosen),
        )
        for kpi in kpis
    ]
    last = element("span", say("▼ ✕ 項數"), title=say("落後或逾期的項數"))
    lines = [_school(name, figures, kpis, ways, before or {}) for name, figures in schools.items()]
    head = [Cell(say("學校"), "l"), *names, Cell(anchor(ways.here(sort="late"), last), "narrow")]
    return table(say("學校與指標"), head, lines, _kind(kpis))


def _order(kpi: Kpi, ways: Ways, on: bool) -> Markup:
    """The link that puts the schools in the order of one indicator's gap."""
    hint = say("依「{kpi}」的缺口排序", kpi=kpi.short)
    href = ways.here(sort="gap", kpi=kpi.kpi)
    return Markup(" ") + element(
        "a", "⇅", kind="by on" if on else "by", href=href, title=hint, aria_label=hint
    )


def _school(
    name: str, figures: Sequence[SchoolResult], kpis: Sequence[Kpi], ways: Ways, before: Before[SchoolResult]
) -> tuple[str, list[Cell]]:
    """The class and the cells of one school's row."""
    leads = figures[0].role == "lead"
    cells = {row.kpi: row for row in figures}
    then = [before[row.school_id, row.kpi] for row in figures if (row.school_id, row.kpi) in before]
    role = element("span", _role(figures[0].role_label), kind="role") if leads else ""
    first = anchor(ways.school(OfSchool(name)), name)
    change = changed(_late(figures), _late(then) if then else None)
    figure_cells = [
        school_cell(cells[kpi.kpi], kpi, ways.school, before.get((cells[kpi.kpi].school_id, kpi.kpi)))
        for kpi in kpis
    ]
    last = Cell(element("div", element("span", str(_late(figures))), below(change), kind="cell"))
    return "leads" if leads else "", [Cell(first + role, "l"), *figure_cells, last]


def _late(rows: Sequence[SchoolResult]) -> int:
    return sum(row.status in LATE for row in rows)


def _role(label: str) -> str:
    """「重點」 of 重點學校, "Lead" of Lead school: a role short enough to fit beside a name."""
    first = label.split()[0]
    return first if first.isascii() else first[:2]


def _kind(kpis: Sequence[Kpi]) -> str:
    return "mx many" if len(kpis) > MANY else "mx"


def sums(kpis: Sequence[Kpi], totals: Sequence[Total], own: Group, before: Before[Total]) -> Markup:
    """The table of the group's two figures beside the city's; separate, so that sorting never moves them."""
    group, city = split(totals, own.group_id)
    if not group:
        return BLANK
    titles = (
        (say("本組 達標校數"), group, own.name, met),
        (say("全市 達標校數"), city, "", met),
        (say("本組 合計完成率"), group, own.name, pooled_rate),
        (say("全市 合計完成率"), city, "", pooled_rate),
    )
    lines = []
    for title, whose, whose_name, write in titles:
        cells = [sum_cell(kpi, whose[kpi.kpi], whose_name, write, before) for kpi in kpis]
        lines.append(("sum", [Cell(title, "l"), *cells, Cell("")]))
    head = [*heads(say("合計"), kpis), Cell("", "narrow")]
    return element("div", kind="spacer") + table(say("本組與全市"), head, lines, _kind(kpis))


def flags(view: View, kpis: Sequence[Kpi], rows: Sequence[Total | SchoolResult]) -> Markup:
    """The meaning of a table's flags: each with its indicators and schools, links to the data page."""
    named = {kpi.kpi: kpi for kpi in kpis}
    flagged_rows: dict[tuple[str, str], list[Total | SchoolResult]] = {}
    for row in rows:
        for code in words.flags_of(row) if row.kpi in named else ():
            flagged_rows.setdefault((code, row.kpi), []).append(row)
    lines: dict[str, list[Markup]] = {}
    for (code, kpi), flagged in sorted(flagged_rows.items(), key=lambda item: list(FLAGS).index(item[0][0])):
        lines.setdefault(code, []).append(_flagged(view, named[kpi], code, flagged))
    return join(_meaning(code, notes) for code, notes in lines.items())


def _meaning(code: str, notes: Sequence[Markup]) -> Markup:
    text = say_markup("{what}：{text}", what=say(FLAGS[code].source_text), text=listing(notes))
    return element("p", "! ", text, kind="foot fl")


def flags_of(
    view: View,
    kpis: Sequence[Kpi],
    schools: Mapping[str, Sequence[SchoolResult]],
    totals: Sequence[Total],
    own: Group,
) -> Markup:
    """The meaning of the flags in the tables of a group: its schools', its own and the city's."""
    pooled = [row for row in totals if row.group_id in (own.group_id, None)]
    return flags(view, kpis, [*(row for figures in schools.values() for row in figures), *pooled])


def _flagged(view: View, kpi: Kpi, code: str, rows: Sequence[Total | SchoolResult]) -> Markup:
    """「A1、A2（甲國小、乙國小）」; groups are not named, for their cells are marked."""
    table = flag_table([code], kpi)
    schools = [row.school_name for row in rows if isinstance(row, SchoolResult)]
    if schools:
        who = [anchor(view.link("data", school=name, table=table), name) for name in schools[:FLAGGED]]
        return say_markup("{label}（{note}）", label=kpi.short, note=names(who, len(schools)))
    return anchor(view.link("data", table=table), kpi.short)


def compared(
    kpis: Sequence[Kpi],
    totals: Sequence[Total],
    own: Group,
    ways: Ways,
    before: Before[Total],
    asked: bool = False,
) -> Markup:
    """The two figures of every group, `own` marked; where there are many groups, a link until `asked`."""
    groups = [row for row in totals if row.level == "group"]
    many = len({row.group_id for row in groups})
    title = say("與其他組相比（{n} 組）", n=many)

    def drawn() -> Markup:
        about = say("每格：有幾校逾期、落後、未填報　達標／應評校數　合計完成率；計數在格子的說明裡")
        every = by_group(kpis, groups, ways.group, before, None, ways.kpi, own.group_id)
        return element(
            "details",
            element("summary", title),
            element("p", about, kind="sub"),
            every,
            kind="more",
            open=True,
        )

    if many <= OPENED or asked:
        return drawn()
    link = anchor(ways.here(others=1), title)
    return element("p", link, kind="onscreen") + paper.fetched(f"others {kpis[0].period}", drawn)


def grouped(rows: Sequence[SchoolResult]) -> dict[str, list[SchoolResult]]:
    """Rows by school name, in their order."""
    schools: dict[str, list[SchoolResult]] = {}
    for row in rows:
        schools.setdefault(row.school_name, []).append(row)
    return schools


def filtered(
    schools: Mapping[str, list[SchoolResult]], status: str | None, kpi: str | None, sort: str | None
) -> dict[str, list[SchoolResult]]:
    """The schools with that status (in the chosen indicator, or in any), in the order of `sort`, else their own."""
    kept = [
        (name, rows)
        for name, rows in schools.items()
        if status is None or any(row.status == status and kpi in (None, row.kpi) for row in rows)
    ]
    if sort == "late":
        kept.sort(key=lambda item: -_late(item[1]))
    elif sort == "gap" and kpi:
        kept.sort(key=lambda item: max(_short(row) for row in item[1] if row.kpi == kpi), reverse=True)
    return dict(kept)


def _short(row: SchoolResult) -> tuple[bool, float]:
    """The sort key of a gap or an excess; a figure without data comes after the gaps and before the rest."""
    over = -row.room if row.room is not None and row.room < 0 else 0
    short = float(row.gap or over)
    return (short > 0, short or float(row.status == "no_data"))


def split(totals: Sequence[Total], group_id: int) -> tuple[dict[str, Total], dict[str, Total]]:
    """One group's rows and the city's, by indicator."""
    group = {row.kpi: row for row in totals if row.level == "group" and row.group_id == group_id}
    return group, {row.kpi: row for row in totals if row.level == "city"}


def filters(
    kpis: Sequence[Kpi], status: str | None, chosen: str | None, sort: str | None, here: Callable[..., str]
) -> Markup:
    """The links that filter by status and set the order; an indicator of the address can be dropped."""
    choices = [(say("全部"), here(status=None), status is None)]
    choices += [(STATUSES[code].text, here(status=code), status == code) for code in FILTERS]
    named = {kpi.kpi: kpi.short for kpi in kpis}
    by_gap = sort == "gap" and chosen in named
    order = [
        (say("名冊順序"), here(sort=None), sort != "late" and not by_gap),
        (say("落後、逾期最多"), here(sort="late"), sort == "late"),
    ]
    if chosen in named:
        order.append((say("「{kpi}」缺口最大", kpi=named[chosen]), here(sort="gap"), by_gap))
        order.append(
            (say("不標示「{kpi}」", kpi=named[chosen]), here(kpi=None, sort=None if by_gap else sort), False)
        )
    return pills(choices, say("狀態")) + pills(order, say("排列"))
