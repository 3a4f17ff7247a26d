"""Who stands where: groups x indicators and schools x indicators.

Fill marks problems only. A group's cell is filled from a quarter of its schools on, or every cell would be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from dashboard.ui.parts import Cell, anchor, figure, moved, pills, table
from dashboard.ui.words import MONEY, STATUSES, amount, brief, escape, exact, number, pair, percent, word

Row = SimpleNamespace
Link = Callable[[Row], str]
Before = Mapping[tuple[Any, ...], Row]
FILL_FROM = 4
NONE = "–"
LIMIT = {"ceiling": "上限"}
MANY = 9
LATE = ("overdue", "behind")
FILTERS = ("overdue", "behind", "on_track", "no_data", "met")


def signs(row: Row) -> str:
    """▼2 ?1: what is wrong and how often; where nothing is, the sign of the whole."""
    wrong = {"overdue": row.schools_overdue, "behind": row.schools_behind, "no_data": row.schools_no_data}
    told = [f"{STATUSES[status].sign}{number(many)}" for status, many in wrong.items() if many]
    return " ".join(told) or STATUSES[row.status].sign


def shade(row: Row) -> str:
    """The class of a group's cell."""
    for status, many in (("overdue", row.schools_overdue), ("behind", row.schools_behind)):
        if many:
            return f"c-{status}" if many * FILL_FROM >= row.schools_judged else f"c-{status}0"
    return f"c-{row.status}"


def group_figures(row: Row, kpi: Row) -> str:
    """4/7 93%: schools met of judged, and the pooled rate where there is a base."""
    if row.status == "info":
        return f"<span>{_informed(row, kpi)}</span>"
    if not row.schools_judged:
        return f"<span>{STATUSES[row.status].word}</span>"
    share = f'<span class="rt">{percent(row.counted, row.base, 0)}</span>' if row.base else ""
    return f"<span>{number(row.schools_met)}/{number(row.schools_judged)}</span>{share}"


def _informed(row: Row, kpi: Row) -> str:
    """What is shown and never judged: a share as its rate, since the counts are in the title."""
    if row.counted is not None and row.base:
        return percent(row.counted, row.base, 0)
    return amount(row.counted, kpi.unit)


def _told(row: Row, kpi: Row) -> str:
    """The figures in full, for the title of a cell that shows them shortened."""
    if row.counted is None:
        return ""
    limit = (
        f"，{LIMIT.get(kpi.require, '應達')} {exact(row.required, kpi.unit)}"
        if row.required is not None
        else ""
    )
    base = f"，基數 {exact(row.base, kpi.unit)}" if row.base is not None else ""
    return f"，{exact(row.counted, kpi.unit)}{limit}{base}"


def group_changes(row: Row, then: Row | None) -> str:
    """A second line under the figures: what each gained or lost since the day to compare with."""
    met = moved(row.schools_met, then, "schools_met") if row.status != "info" and row.schools_judged else ""
    counted = moved(row.counted, then) if row.base or row.status == "info" else ""
    both = f'<span class="rt">{counted}</span>' if counted else ""
    return f'<span class="chgs"><span>{met}</span>{both}</span>' if met or both else ""


def group_cell(row: Row, kpi: Row, group: str, link: Link | None, then: Row | None = None) -> Cell:
    """A group's (or with an empty name the city's) figures, leading on to the group's page."""
    sign = f'<span class="sg">{signs(row)}</span>' if row.level == "group" else ""
    body = f"{sign}{group_figures(row, kpi)}{group_changes(row, then)}"
    title = f' title="{escape(group)} {escape(kpi.label)}：{word(row.status, kpi.require)}{_told(row, kpi)}"'
    facts = figure(row, group=group)
    if link is None:
        return Cell(
            f'<div class="cell" {facts}{title}>{body}</div>', "" if row.level == "city" else shade(row)
        )
    return Cell(f'<a class="cell" href="{link(row)}" target="_self" {facts}{title}>{body}</a>', shade(row))


def heads(first: str, kpis: Sequence[Row], chosen: str | None = None) -> list[Cell]:
    """The header row: indicators by their short names, the chosen one marked."""
    names = [
        Cell(f'<span title="{escape(kpi.label)}">{escape(kpi.short)}</span>', _head(kpi, chosen))
        for kpi in kpis
    ]
    return [Cell(first, "l"), *names]


def _head(kpi: Row, chosen: str | None) -> str:
    if kpi.kpi == chosen:
        return "on"
    if kpi.unit == MONEY:
        return "money"
    return "narrow" if kpi.require == "none" else ""


def by_group(kpis: Sequence[Row], totals: Sequence[Row], link: Link, before: Before | None = None) -> str:
    """Groups x indicators, the city in the last row; `before` by indicator, level and group."""
    then = before or {}
    cells = {(row.group_id, row.kpi): row for row in totals}
    names = {row.group_id: row.group_name for row in totals if row.level == "group"}
    lines = []
    for group_id, name in names.items():
        found = [
            group_cell(cells[group_id, kpi.kpi], kpi, name, link, then.get((kpi.kpi, "group", group_id)))
            for kpi in kpis
        ]
        lines.append(("", [Cell(escape(name), "l"), *found]))
    city = [
        group_cell(cells[None, kpi.kpi], kpi, "", None, then.get((kpi.kpi, "city", None))) for kpi in kpis
    ]
    lines.append(("sum", [Cell("全市", "l"), *city]))
    return table("組別與指標", heads("組別", kpis), lines, "mx groups")


def school_figures(row: Row, kpi: Row) -> str:
    """20/24, or the word where there is nothing to count."""
    if row.counted is None:
        return STATUSES[row.status].word
    if row.status == "info":
        return _informed(row, kpi)
    return pair(row.counted, row.required, kpi.unit)


def school_cell(row: Row, kpi: Row, link: Link) -> Cell:
    """Sign left, counted/required right; the words are in the title."""
    status = STATUSES[row.status]
    return Cell(
        f'<a class="cell" href="{link(row)}" target="_self" {figure(row, school=row.school_name)}'
        f' title="{escape(kpi.label)}：{word(row.status, kpi.require)}{_told(row, kpi)}"><span class="sg">{status.sign}</span>'
        f"<span>{school_figures(row, kpi)}</span></a>",
        f"c-{row.status}",
    )


def by_school(
    kpis: Sequence[Row], schools: Mapping[str, Sequence[Row]], link: Link, chosen: str | None = None
) -> str:
    """Schools x indicators, at the end how many are late; nothing where there is no school."""
    if not schools:
        return ""
    head = [*heads("學校", kpis, chosen), Cell('<span title="落後或逾期的項數">▼ ✕ 項數</span>', "narrow")]
    lines = []
    for name, found in schools.items():
        cells = {row.kpi: row for row in found}
        role = (
            f'<span class="role">{escape(found[0].role_label[:2])}</span>' if found[0].role == "lead" else ""
        )
        first = Cell(f"{anchor(link(SimpleNamespace(school_name=name, kpi=None)), escape(name))}{role}", "l")
        late = sum(row.status in LATE for row in found)
        last = Cell(f'<div class="cell">{late}</div>')
        lines.append(
            (
                "leads" if found[0].role == "lead" else "",
                [first, *(school_cell(cells[kpi.kpi], kpi, link) for kpi in kpis), last],
            )
        )
    return table("學校與指標", head, lines, _kind(kpis))


def _kind(kpis: Sequence[Row]) -> str:
    return "mx many" if len(kpis) > MANY else "mx"


def sums(kpis: Sequence[Row], group: Mapping[str, Row], city: Mapping[str, Row], name: str) -> str:
    """The two figures of the group beside the city's; a table apart, so that sorting never moves them."""
    if not group:
        return ""
    lines = [
        (
            "sum",
            [
                Cell(f"{told}　{title}", "l"),
                *(_sum(kpi, whose[kpi.kpi], whose_name, shown) for kpi in kpis),
                Cell(""),
            ],
        )
        for title, shown in (("達標校數", _met), ("合計完成率", _rate))
        for told, whose, whose_name in (("本組", group, name), ("全市", city, ""))
    ]
    head = [*heads("合計", kpis), Cell("", "narrow")]
    return f'<div style="height:8px"></div>{table("本組與全市", head, lines, _kind(kpis))}'


def _sum(kpi: Row, row: Row, group: str, shown: Callable[[Row, Row], str]) -> Cell:
    """A figure, or the dash of an indicator that has no such figure."""
    told = shown(row, kpi)
    title = f' title="{escape(kpi.label)}{_told(row, kpi)}"'
    facts = "" if told == NONE else f" {figure(row, group=group)}{title}"
    return Cell(f'<div class="cell"{facts}>{told}</div>')


def _met(row: Row, _: Row) -> str:
    if row.status == "info":
        return NONE
    return (
        f"{number(row.schools_met)}/{number(row.schools_judged)}"
        if row.schools_judged
        else STATUSES[row.status].text
    )


def _rate(row: Row, kpi: Row) -> str:
    if row.counted is None:
        return NONE
    if kpi.require == "ceiling":
        return pair(row.counted, row.required, kpi.unit)
    if row.base is None:
        return f"共 {brief(row.counted, kpi.unit)}"
    counts = f"<small>{pair(row.counted, row.base, kpi.unit)}</small>"
    return f'<span class="pair">{percent(row.counted, row.base)}{counts}</span>'


def grouped(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by school, in the order they came."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.school_name, []).append(row)
    return found


def filtered(
    schools: Mapping[str, list[Row]], status: str | None, kpi: str | None, late_first: bool
) -> dict[str, list[Row]]:
    """The schools with that status (in the chosen indicator, or in any); if asked, the most late first."""
    kept = [
        (name, rows)
        for name, rows in schools.items()
        if status is None or any(row.status == status and kpi in (None, row.kpi) for row in rows)
    ]
    if late_first:
        kept.sort(key=lambda item: -sum(row.status in LATE for row in item[1]))
    return dict(kept)


def cut(schools: Mapping[str, list[Row]], page: int, size: int) -> dict[str, list[Row]]:
    """One page of them: a county has more schools than a table should."""
    return dict(list(schools.items())[(page - 1) * size : page * size])


def split(totals: Sequence[Row], group_id: int) -> tuple[dict[str, Row], dict[str, Row]]:
    """One group's rows and the city's, by indicator."""
    group = {row.kpi: row for row in totals if row.level == "group" and row.group_id == group_id}
    return group, {row.kpi: row for row in totals if row.level == "city"}


def filters(
    kpis: Sequence[Row], status: str | None, chosen: str | None, sort: str | None, here: Callable[..., str]
) -> str:
    """Status and order as links; an indicator that came with the address can be let go of."""
    choices = [("全部", here(status=None), status is None)]
    choices += [(STATUSES[code].text, here(status=code), status == code) for code in FILTERS]
    order = [("依落後、逾期數排序", here(sort=None if sort else "late"), bool(sort))]
    named = {kpi.kpi: kpi.short for kpi in kpis}
    if chosen in named:
        order.append((f"標示：{named[chosen]}（取消）", here(kpi=None), True))
    return pills(choices, "狀態") + pills(order, "排列")
