"""The top of the overview: the tiles, what needs attention, and the deadlines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dashboard import questions
from dashboard.language.markup import Markup
from dashboard.language.texts import say
from dashboard.questions import Before, View, ask
from dashboard.rows import DataToMend, Deadline, Finding, Kpi, Period, Total
from dashboard.ui.base import cards, findings
from dashboard.ui.base.parts import element, heading, hint


def top(
    view: View,
    period: Period,
    kpis: Sequence[Kpi],
    totals: Sequence[Total],
    before: Before[Total],
    to_indicator: Callable[..., str],
) -> Markup:
    """The tiles of a period, and below them the two lists; before: the figures of the day compared with."""
    tiles = cards.tiles(view, kpis, totals, before, to_indicator)
    lists = (_attention(view, period, kpis, to_indicator), _deadlines(view, period, to_indicator))
    return element("div", tiles, element("section", *lists, kind="two first"), kind="stack")


def _attention(view: View, period: Period, kpis: Sequence[Kpi], to_indicator: Callable[..., str]) -> Markup:
    data = ask(view, DataToMend, on=view.on, period=period.period)
    urgent = ask(view, Finding, on=view.on, period=period.period, versus=view.versus)
    about = say("先是資料，再依期限、缺口與退步"), hint(say("；點藍字看原因"))
    listed = findings.attention(view, kpis, data, urgent, to_indicator)
    return element("div", heading(say("需要注意"), *about), listed)


def _deadlines(view: View, period: Period, to_indicator: Callable[..., str]) -> Markup:
    at = {"period": period.period, "group_id": None}
    coming = ask(view, Deadline, on=view.on, **at)
    then = questions.before(view, Deadline, ("kpi",), **at)
    about = say("過了期限仍未達標即列「逾期未達」")
    return element("div", heading(say("各項期限"), about), findings.coming(view, coming, then, to_indicator))
