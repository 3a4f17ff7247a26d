"""The links to an indicator, in the period that its figure is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dashboard.language.markup import Markup
from dashboard.questions import View
from dashboard.rows import Kpi
from dashboard.ui.base.parts import anchor


def latest(kpis: Sequence[Kpi], on: date) -> Kpi:
    """One indicator's row in the last period that has begun, of the kind of the first row's period."""
    begun = [kpi for kpi in kpis if kpi.begins <= on and kpi.kind == kpis[0].kind]
    return max(begun, key=lambda kpi: kpi.begins, default=kpis[0])


def link(view: View, kpi: Kpi, school: str | None = None, label: str | None = None) -> Markup:
    """The link to an indicator's rule and, with a school, to the evidence of its figure.

    The link names the figure's period where there are several. Without a `label` it has the indicator's own.
    """
    href = at(view, kpi).link("indicator", kpi=kpi.kpi, school=school)
    return anchor(href, kpi.label if label is None else label)


def at(view: View, kpi: Kpi) -> View:
    """The view whose links lead to the indicator's own period."""
    return replace(view, period=kpi.period) if len(view.periods) > 1 else view
