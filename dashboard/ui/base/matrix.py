"""The tables of groups by indicators and of schools by indicators.

Fill marks problems only. A group's cell is filled from a quarter of its schools on, or every cell would be.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from dashboard.language import words
from dashboard.language.markup import BLANK, Markup, escape, join, say_markup
from dashboard.language.texts import say
from dashboard.language.words import (
    BY_URGENCY,
    FLAGS,
    JUDGED,
    LATE,
    MONEY,
    OWED,
    REMINDED,
    STATUSES,
    brief,
    counts,
    exact,
    flag_words,
    listing,
    names,
    number,
    pair,
    percent,
    quantity,
    word,
)
from dashboard.questions import View
from dashboard.ui.base import paper
from dashboard.ui.base.parts import (
    Cell,
    anchor,
    element,
    figure,
    flag_sign,
    flag_table,
    moved,
    named,
    pills,
    table,
)

Row = Any
Link = Callable[[Row], str]
Before = Mapping[tuple[Any, ...], Row]
FILL_FROM = 4
SIZE = 25  # schools of a page
NONE = Markup("–")
MANY = 9
FILTERS = tuple(status for status in BY_URGENCY if status in JUDGED or status in OWED)
SORTS = ("late", "gap")
OPENED = 6
FLAGGED = 6  # schools of a flag that are named below a table


def signs(row: Row) -> str:
    """「▼2 ?1」: the signs of problems with the number of schools; without any, the sign of the group's status."""
    parts = [f"{STATUSES[status].sign}{number(many)}" for status, many in counts(row, REMINDED).items()]
    return " ".join(parts) or STATUSES[row.status].sign


def shade(row: Row) -> str:
    """The class of a group's cell."""
    for status, many in counts(row, LATE).items():
        return f"c-{STATUSES[status].colour}{'' if many * FILL_FROM >= row.schools_judged else 0}"
    return f"c-{STATUSES[row.status].colour}"


def group_figures(row: Row, kpi: Row) -> Markup:
    """「4/7 93%」: schools met of judged, and the pooled rate where there is a base."""
    if row.status == "info":
        return escape(_informed(row, kpi))
    if not row.schools_judged:
        return escape(STATUSES[row.status].word)
    share = f"<i>{percent(row.counted, row.base, 0)}</i>" if row.base else ""
    return Markup(f"{number(row.schools_met)}/{number(row.schools_judged)}{share}")


def _informed(row: Row, kpi: Row) -> str:
    """The figure of an indicator without a target: the rate of a share, whose counts are in the title; else the amount."""
    if row.counted is not None and row.base:
        return percent(row.counted, row.base, 0)
    return quantity(row.counted, kpi.unit)


def _title(row: Row, kpi: Row, what: str) -> str:
    """The title of a cell: its status and its figures in full."""
    phrases = [word(row.status, kpi.require)]
    if row.counted is not None:
        phrases.append(exact(row.counted, kpi.unit))
        if row.required is not None:
            required = exact(row.required, kpi.unit)
            ceiling = kpi.require == "ceiling"
            phrases.append(
                say("上限 {figure}", figure=required) if ceiling else say("應達 {figure}", figure=required)
            )
        if row.base is not None:
            phrases.append(say("基數 {figure}", figure=exact(row.base, kpi.unit)))
    return say("{what}：{text}", what=what, text=listing(phrases)) + _flags(row)


def _flags(row: Row) -> str:
    """The end of a cell's title: the meaning of its flags."""
    return f" ! {flag_words(row)}" if words.flags_of(row) else ""


def group_changes(row: Row, kpi: Row, then: Row | None) -> Markup:
    """The second line of a group's cell: the changes of its figures since the day to compare with."""
    met = moved(row.schools_met, then, "schools_met") if row.status != "info" and row.schools_judged else ""
    counted = moved(row.counted, then, unit=kpi.unit) if row.base or row.status == "info" else ""
    both = f"<i>{counted}</i>" if counted else ""
    return Markup(f'<span class="chgs"><span>{met}</span>{both}</span>' if met or both else "")


def group_cell(row: Row, kpi: Row, group: str, link: Link | None, then: Row | None = None) -> Cell:
    """A cell of a group, or with an empty name of the city; a link to the group's page where `link` is given."""
    sign = f"<b>{signs(row) if row.level == 'group' else ''}{flag_sign(row)}</b>"
    body = f"{sign}{group_figures(row, kpi)}{group_changes(row, kpi, then)}"
    facts = f"{figure(row, group)}{named('title', _title(row, kpi, f'{group} {kpi.label}'.strip()))}"
    if link is None:
        kind = "" if row.level == "city" else shade(row)
        return Cell(Markup(f'<div class="cell" {facts}>{body}</div>'), kind)
    return Cell(Markup(f'<a class="cell" href="{escape(link(row))}" {facts}>{body}</a>'), shade(row))


def heads(first: str, kpis: Sequence[Row], chosen: str | None = None, link: Link | None = None) -> list[Cell]:
    """The header row: indicators by their short names, each a link where `link` is given, the chosen one marked."""
    names = [Cell(_named(kpi, link), _head(kpi, chosen)) for kpi in kpis]
    return [Cell(first, "l"), *names]


def _named(kpi: Row, link: Link | None) -> Markup:
    label = element("span", kpi.short, title=kpi.label)
    return anchor(link(kpi), label) if link else label


def _head(kpi: Row, chosen: str | None) -> str:
    if kpi.kpi == chosen:
        return "on"
    if kpi.unit in MONEY:
        return "money"
    return "narrow" if kpi.require == "none" else ""


def by_group(
    kpis: Sequence[Row],
    totals: Sequence[Row],
    link: Link,
    before: Before | None = None,
    only: Collection[int] | None = None,
    to_kpi: Link | None = None,
    own: int | None = None,
) -> Markup:
    """The table of groups by indicators, the city in the last row.

    before: rows of the day to compare with, by indicator, level and group. only: the groups to list, if not all.
    own: the group that is marked.
    """
    then = before or {}
    cells = {(row.group_id, row.kpi): row for row in totals}
    names = {
        row.group_id: row.group_name
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
    view: View, kpis: Sequence[Row], totals: Sequence[Row], link: Link, before: Before | None
) -> Callable[[Collection[int]], Markup]:
    """A function that draws the table of the groups passed to it, and the meaning of their flags below."""

    def draw(only: Collection[int]) -> Markup:
        figures = [row for row in totals if row.group_id in (*only, None)]
        return by_group(kpis, totals, link, before, only) + flags(view, kpis, figures)

    return draw


def school_figures(row: Row, kpi: Row) -> str:
    """「20/24」, or the word of the status where there is no count."""
    if row.counted is None:
        return STATUSES[row.status].word
    if row.status == "info":
        return _informed(row, kpi)
    return pair(row.counted, row.required, kpi.unit)


def _meant(row: Row, kpi: Row) -> str:
    """The title of a school's cell: the word of its status, its base, and in full what the cell shortens or rounds."""
    phrases = [word(row.status, kpi.require)]
    if row.counted is not None:
        shortened = any(brief(value, kpi.unit) != number(value) for value in (row.counted, row.required))
        if (row.status == "info" and row.base) or shortened:
            return _title(row, kpi, kpi.short)
        if row.base is not None and row.base != row.required:
            phrases.append(say("基數 {figure}", figure=exact(row.base, kpi.unit)))
    return say("{what}：{text}", what=kpi.short, text=listing(phrases)) + _flags(row)


def school_cell(row: Row, kpi: Row, link: Link, then: Row | None = None) -> Cell:
    """A school's cell: the sign at the left, counted/required at the right, the change below."""
    status = STATUSES[row.status]
    change = moved(row.counted, then, unit=kpi.unit)
    body = Markup(
        f'<a class="cell" href="{escape(link(row))}" {figure(row, row.school_name)}'
        f' title="{escape(_meant(row, kpi))}"><b>{status.sign}{flag_sign(row)}</b>'
        f"{escape(school_figures(row, kpi))}{_below(change)}</a>"
    )
    return Cell(body, f"c-{status.colour}")


def _below(change: Markup) -> Markup:
    return Markup(f'<span class="chgs">{change}</span>' if change else "")


@dataclass(frozen=True)
class Ways:
    """The links of a group's page: to a school, a group, an indicator, and to this page in another order."""

    school: Link
    group: Link
    kpi: Link
    here: Callable[..., str]


def ways(view: View, period: Row, here: Callable[..., str]) -> Ways:
    """The links of a group's page; an indicator's names its own period where there are several."""
    named = period.period if len(view.periods) > 1 else None
    return Ways(
        lambda row: view.link("school", school=row.school_name, kpi=row.kpi),
        lambda row: view.link("group", group=row.group_name, kpi=row.kpi),
        lambda kpi: view.link("indicator", kpi=kpi.kpi, period=named),
        here,
    )


def by_school(
    kpis: Sequence[Row],
    schools: Mapping[str, Sequence[Row]],
    ways: Ways,
    chosen: str | None = None,
    sort: str | None = None,
    before: Before | None = None,
) -> Markup:
    """The table of schools by indicators, the number of late ones in the last column; blank without a school."""
    if not schools:
        return BLANK
    names = [
        Cell(
            _named(kpi, ways.kpi) + _order(kpi, ways, sort == "gap" and kpi.kpi == chosen),
            _head(kpi, chosen),
        )
        for kpi in kpis
    ]
    last = element("span", say("▼ ✕ 項數"), title=say("落後或逾期的項數"))
    lines = [_school(name, figures, kpis, ways, before or {}) for name, figures in schools.items()]
    head = [Cell(say("學校"), "l"), *names, Cell(anchor(ways.here(sort="late"), last), "narrow")]
    return table(say("學校與指標"), head, lines, _kind(kpis))


def _order(kpi: Row, ways: Ways, on: bool) -> Markup:
    """The link that puts the schools in the order of one indicator's gap."""
    hint = say("依「{kpi}」的缺口排序", kpi=kpi.short)
    href = ways.here(sort="gap", kpi=kpi.kpi)
    return Markup(" ") + element(
        "a", "⇅", kind="by on" if on else "by", href=href, title=hint, aria_label=hint
    )


def _school(
    name: str, figures: Sequence[Row], kpis: Sequence[Row], ways: Ways, before: Before
) -> tuple[str, list[Cell]]:
    """The class and the cells of one school's row."""
    leads = figures[0].role == "lead"
    cells = {row.kpi: row for row in figures}
    then = [before[row.school_id, row.kpi] for row in figures if (row.school_id, row.kpi) in before]
    role = element("span", _role(figures[0].role_label), kind="role") if leads else ""
    first = anchor(ways.school(SimpleNamespace(school_name=name, kpi=None)), name)
    changed = moved(_late(figures), SimpleNamespace(late=_late(then)) if then else None, "late")
    figure_cells = [
        school_cell(cells[kpi.kpi], kpi, ways.school, before.get((cells[kpi.kpi].school_id, kpi.kpi)))
        for kpi in kpis
    ]
    last = Cell(element("div", element("span", str(_late(figures))), _below(changed), kind="cell"))
    return "leads" if leads else "", [Cell(first + role, "l"), *figure_cells, last]


def _late(rows: Sequence[Row]) -> int:
    return sum(row.status in LATE for row in rows)


def _role(label: str) -> str:
    """「重點」 of 重點學校, "Lead" of Lead school: a role short enough to fit beside a name."""
    first = label.split()[0]
    return first if first.isascii() else first[:2]


def _kind(kpis: Sequence[Row]) -> str:
    return "mx many" if len(kpis) > MANY else "mx"


def sums(kpis: Sequence[Row], totals: Sequence[Row], own: Row, before: Before) -> Markup:
    """The table of the group's two figures beside the city's; separate, so that sorting never moves them."""
    group, city = split(totals, own.group_id)
    if not group:
        return BLANK
    titles = (
        (say("本組 達標校數"), group, own.name, _met),
        (say("全市 達標校數"), city, "", _met),
        (say("本組 合計完成率"), group, own.name, _rate),
        (say("全市 合計完成率"), city, "", _rate),
    )
    lines = []
    for title, whose, whose_name, write in titles:
        cells = [_sum(kpi, whose[kpi.kpi], whose_name, write, before) for kpi in kpis]
        lines.append(("sum", [Cell(title, "l"), *cells, Cell("")]))
    head = [*heads(say("合計"), kpis), Cell("", "narrow")]
    return element("div", style="height:8px") + table(say("本組與全市"), head, lines, _kind(kpis))


def _sum(
    kpi: Row, row: Row, group: str, write: Callable[[Row, Row, Row | None], Markup], before: Before
) -> Cell:
    """The cell of a figure, or the dash of an indicator that has none."""
    text = write(row, kpi, before.get((row.kpi, row.level, row.group_id)))
    sign = flag_sign(row) if text != NONE else ""
    facts = "" if text == NONE else f" {figure(row, group)}{named('title', _title(row, kpi, kpi.label))}"
    return Cell(Markup(f'<div class="cell"{facts}>{f"<b>{sign}</b>" if sign else ""}{text}</div>'))


def _met(row: Row, _: Row, then: Row | None) -> Markup:
    if row.status == "info":
        return NONE
    if not row.schools_judged:
        return escape(STATUSES[row.status].text)
    counts = element("span", f"{number(row.schools_met)}/{number(row.schools_judged)}")
    return counts + moved(row.schools_met, then, "schools_met")


def _rate(row: Row, kpi: Row, then: Row | None) -> Markup:
    if row.counted is None:
        return NONE
    change = moved(row.counted, then, unit=kpi.unit)
    if kpi.require == "ceiling":
        return element("span", pair(row.counted, row.required, kpi.unit)) + change
    if row.base is None:
        return element("span", say("共 {figure}", figure=brief(row.counted, kpi.unit))) + change
    counts = element("small", pair(row.counted, row.base, kpi.unit), " ", change)
    return element("span", percent(row.counted, row.base), counts, kind="pair")


def flags(view: View, kpis: Sequence[Row], rows: Sequence[Row]) -> Markup:
    """The meaning of a table's flags: each with its indicators and schools, links to the data page."""
    named = {kpi.kpi: kpi for kpi in kpis}
    flagged_rows: dict[tuple[str, str], list[Row]] = {}
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
    view: View, kpis: Sequence[Row], schools: Mapping[str, Sequence[Row]], totals: Sequence[Row], own: Row
) -> Markup:
    """The meaning of the flags in the tables of a group: its schools', its own and the city's."""
    pooled = [row for row in totals if row.group_id in (own.group_id, None)]
    return flags(view, kpis, [*(row for figures in schools.values() for row in figures), *pooled])


def _flagged(view: View, kpi: Row, code: str, rows: Sequence[Row]) -> Markup:
    """「A1、A2（甲國小、乙國小）」; groups are not named, for their cells are marked."""
    table = flag_table(SimpleNamespace(flags=code), kpi)
    schools = [row.school_name for row in rows if row.level == "school"]
    if schools:
        who = [anchor(view.link("data", school=name, table=table), name) for name in schools[:FLAGGED]]
        return say_markup("{label}（{note}）", label=kpi.short, note=names(who, len(schools)))
    return anchor(view.link("data", table=table), kpi.short)


def compared(
    kpis: Sequence[Row], totals: Sequence[Row], own: Row, ways: Ways, before: Before, asked: bool = False
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


def grouped(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by school name, in their order."""
    schools: dict[str, list[Row]] = {}
    for row in rows:
        schools.setdefault(row.school_name, []).append(row)
    return schools


def filtered(
    schools: Mapping[str, list[Row]], status: str | None, kpi: str | None, sort: str | None
) -> dict[str, list[Row]]:
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


def _short(row: Row) -> tuple[bool, float]:
    """The sort key of a gap or an excess; a figure without data comes after the gaps and before the rest."""
    over = -row.room if row.room is not None and row.room < 0 else 0
    short = float(row.gap or over)
    return (short > 0, short or float(row.status == "no_data"))


def split(totals: Sequence[Row], group_id: int) -> tuple[dict[str, Row], dict[str, Row]]:
    """One group's rows and the city's, by indicator."""
    group = {row.kpi: row for row in totals if row.level == "group" and row.group_id == group_id}
    return group, {row.kpi: row for row in totals if row.level == "city"}


def filters(
    kpis: Sequence[Row], status: str | None, chosen: str | None, sort: str | None, here: Callable[..., str]
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
