"""A school's indicators with the values of their rows, which one is open, and in which order they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.language.markup import BLANK, Markup
from dashboard.language.words import BY_URGENCY, UNMET
from dashboard.questions import View
from dashboard.rows import Kpi, SchoolBound, SchoolFlag, SchoolReject, SchoolResult, State, Unit
from dashboard.ui.base import links, records
from dashboard.ui.base.sparklines import Course

Here = Callable[..., str]
UNDATED = ("ceiling", "none")
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
    kpi: Kpi
    row: SchoolResult
    then: SchoolResult | None
    steps: Sequence[tuple[date, float]]
    units: Sequence[Unit]
    rejects: Sequence[SchoolReject]
    possible: Sequence[SchoolBound]
    to_send: str | None
    causes: Sequence[SchoolFlag] = ()
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


def items(
    view: View,
    kpis: Sequence[Kpi],
    rows: Sequence[SchoolResult],
    then: Mapping[tuple[object, ...], SchoolResult],
    steps: Sequence[State],
    units: Sequence[Unit],
    rejects: Sequence[SchoolReject],
    possible: Sequence[SchoolBound],
    to_send: Mapping[tuple[int, str], str],
    causes: Sequence[SchoolFlag] = (),
) -> list[Item]:
    """The items of one school, in the order of `kpis`.

    rows: the school's results. then: those of the day to compare with, by indicator. steps: the course of its counts.
    possible: the rejected rows that could count. to_send: what to send, by school and indicator.
    """
    figures = {row.kpi: row for row in rows}

    def item(kpi: Kpi) -> Item:
        row = figures[kpi.kpi]
        own, others = records.apart(view, row.school_name, kpi, rejects, possible)
        return Item(
            view=view,
            kpi=kpi,
            row=row,
            then=then.get((kpi.kpi,)),
            steps=[(step.since, float(step.counted)) for step in steps if step.kpi == kpi.kpi],
            units=[unit for unit in units if unit.kpi == kpi.kpi],
            rejects=own,
            others=others,
            possible=[one for one in possible if one.kpi == kpi.kpi and one.is_bounded],
            to_send=to_send.get((row.school_id, kpi.kpi)),
            causes=[cause for cause in causes if (cause.kpi, cause.period) == (kpi.kpi, kpi.period)],
        )

    return [item(kpi) for kpi in kpis if kpi.kpi in figures]


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
