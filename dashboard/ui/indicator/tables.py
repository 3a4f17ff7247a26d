"""The tables of an indicator: its groups and its schools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from dashboard.language.figure import stated
from dashboard.language.markup import Markup, join
from dashboard.language.texts import later, say
from dashboard.language.words import flag_words, number, percent, short_day, word
from dashboard.questions import Before, View
from dashboard.rows import Figure, IndicatorGroup, IndicatorSchool, Kpi, School
from dashboard.ui.base import paper
from dashboard.ui.base.parts import anchor, changed, element, flagged, moved, tag
from dashboard.ui.base.table import Column, Table

Here = Callable[..., str]
F = TypeVar("F", bound=Figure)
COLUMNS = {
    "school": later("學校"),
    "group": later("組別"),
    "status": later("狀態"),
    "counted": later("計數/應達"),
    "rate": later("完成率"),
    "gap": later("還差"),
    "change": later("增減"),
}
FIGURELESS = ("no_data", "exempt", "upcoming")
FALLING = ("counted", "gap")  # columns sorted from the largest down


@dataclass(frozen=True)
class Selection:
    """Every school in the order that the address names, those of its status, and one page of these."""

    every: Sequence[IndicatorSchool]
    matching: Sequence[IndicatorSchool]
    rows: paper.Page[IndicatorSchool]
    status: str | None
    sort: str | None


def by_group(
    view: View, kpi: Kpi, rows: Sequence[IndicatorGroup], then: Before[IndicatorGroup]
) -> Table[IndicatorGroup]:
    """The table of groups. The page writes the pooled figure in one cell, the file each value in a column of its own."""
    is_judged = kpi.require != "none"

    def before(row: IndicatorGroup) -> IndicatorGroup | None:
        return then.get((row.group_name,))

    def pooled(row: IndicatorGroup) -> Markup:
        counts = number(row.counted) if row.base is None else _pair(row.counted, row.base)
        return join([counts, moved(row.counted, before(row))])

    def met(row: IndicatorGroup) -> str:
        return f"{number(row.schools_met)}/{number(row.schools_judged)}" if row.schools_judged else "?"

    def done(row: IndicatorGroup) -> Markup:
        facts = stated(row, row.group_name)
        return join([_figure(row, facts, met(row)), moved(row.schools_met, before(row), "schools_met")])

    def amount(row: IndicatorGroup) -> str:
        return pooled(row) if is_judged else _figure(row, stated(row, row.group_name), pooled(row))

    def name(row: IndicatorGroup) -> Markup:
        return _name(view.link("group", group=row.group_name, kpi=kpi.kpi), row.group_name)

    columns = [
        Column[IndicatorGroup](say("組別"), lambda row: row.group_name, name, "l"),
        _status(view, kpi, lambda row: stated(row, row.group_name)),
        Column[IndicatorGroup](say("達標校數"), lambda row: row.schools_met, done, on_page=is_judged),
        Column[IndicatorGroup](say("評定校數"), lambda row: row.schools_judged, on_page=False),
        Column[IndicatorGroup](
            say("計數／基數") if kpi.base else say("計數"),
            cell=amount,
            on_page=bool(kpi.base) or not is_judged,
        ),
        Column[IndicatorGroup](say("完成率"), cell=_rate, on_page=bool(kpi.base)),
        *_in_file(),
    ]
    return Table(say("{kpi}各組", kpi=kpi.short), columns, rows)


def _status(view: View, kpi: Kpi, facts: Callable[[F], str]) -> Column[F]:
    """The column of the status; it bears the machine-readable `facts` of a row without a figure."""

    def cell(row: F) -> Markup:
        sign, note = tag(row.status, kpi.require), flagged(row, kpi, view.link)
        if row.status in FIGURELESS:
            return element("span", sign, data_figure=facts(row)) + note
        return sign + note

    return Column(say("狀態"), lambda row: word(row.status, kpi.require), cell, "l")


def _figure(row: Figure, facts: str, text: str) -> str:
    """A figure with its machine-readable `facts`, which the status bears where there is none."""
    return text if row.status in FIGURELESS else element("span", text, data_figure=facts)


def _rate(row: Figure) -> str:
    return percent(row.counted, row.base) or "–"


def _in_file() -> list[Column[F]]:
    """The values that only files have, each in a column of its own."""
    return [
        Column(say("計數"), lambda row: row.counted, on_page=False),
        Column(say("基數"), lambda row: row.base, on_page=False),
        Column(say("應達"), lambda row: row.required, on_page=False),
        Column(say("資料註記"), flag_words, on_page=False),
    ]


def _name(href: str, name: str) -> Markup:
    """A name on one line, also on a phone."""
    return element("span", anchor(href, name), kind="nowrap")


def _pair(counted: int | None, of: int | None) -> str:
    return f"{number(counted, '–')}/{number(of)}" if of is not None else number(counted, "–")


def by_school(
    view: View, kpi: Kpi, selection: Selection, chosen: School | None, here: Here
) -> Table[IndicatorSchool]:
    """The table of schools. The page writes the figure in one cell, the file each value in a column of its own."""
    is_chosen = {chosen.school_id} if chosen else set()
    return Table(
        say("{kpi}各校", kpi=kpi.short),
        _of_schools(view, kpi, selection, here),
        selection.rows,
        "schools",
        lambda row: "sel" if row.school_id in is_chosen else "",
    )


def _of_schools(view: View, kpi: Kpi, selection: Selection, here: Here) -> list[Column[IndicatorSchool]]:
    def why(row: IndicatorSchool) -> str:
        return here(school=row.school_name, page=selection.rows.number)

    def name(row: IndicatorSchool) -> Markup:
        return _name(why(row), row.school_name)

    def group(row: IndicatorSchool) -> Markup:
        return anchor(view.link("group", group=row.group_name, kpi=kpi.kpi), row.group_name or "")

    def counted(row: IndicatorSchool) -> str:
        text = anchor(why(row), _of_required(row)) if row.status != "upcoming" else "–"
        return _figure(row, stated(row, row.school_name), text)

    def head(name: str) -> Markup:
        return _sortable(view, kpi, name, selection.sort, here)

    def facts(row: IndicatorSchool) -> str:
        return stated(row, row.school_name)

    return [
        Column(say("學校"), lambda row: row.school_name, name, "l", head=head("school")),
        Column(say("組別"), lambda row: row.group_name, group, "l", head=head("group")),
        replace(_status(view, kpi, facts), head=head("status")),
        Column(say("還差"), _signed, on_page=False),
        Column(say("計數/應達"), cell=counted, head=head("counted")),
        Column(say("完成率"), cell=_rate, head=head("rate"), on_page=bool(kpi.base)),
        Column(say("還差"), cell=_gap, head=head("gap")),
        Column(say("增減"), cell=_since, head=head("change"), on_page=bool(view.versus)),
        *_in_file(),
    ]


def _sortable(view: View, kpi: Kpi, name: str, sort: str | None, here: Here) -> Markup:
    """The header of a column: a link that sorts by it, or reverses the order."""
    named = say(COLUMNS[name])
    if name == "counted":
        named = (
            say("計數") if kpi.require == "none" else say("計數/上限") if kpi.require == "ceiling" else named
        )
    if name == "change" and view.versus:
        named = say("自 {day}", day=short_day(view.versus, view.year))
    first = f"-{name}" if name in FALLING else name
    other = first.strip("-") if first[0] == "-" else f"-{first}"
    is_by, sign = sort in (first, other), ""
    if is_by:
        sign = " ↓" if sort and sort[0] == "-" else " ↑"
    href = here(sort=other if sort == first else first)
    return anchor(href, f"{named}{sign}", "sorts on" if is_by else "sorts")


def _of_required(row: IndicatorSchool) -> str:
    return number(row.counted) if row.required is None else f"{number(row.counted)}/{number(row.required)}"


def _since(row: IndicatorSchool) -> str:
    return changed(row.counted, row.before) or "–"


def _gap(row: IndicatorSchool) -> str:
    if not row.gap:
        return "0" if row.gap == 0 and row.status != "exempt" else "–"
    gap = number(row.gap)
    return element("b", say("超過 {gap}", gap=gap) if row.is_over else gap)


def _signed(row: IndicatorSchool) -> int | None:
    """What is missing; what exceeds a ceiling is negative."""
    return -row.gap if row.gap and row.is_over else row.gap
