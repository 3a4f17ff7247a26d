"""The facts of a meeting's slides: the meeting's choices, and the figures of its day, queried once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dashboard.language.texts import later, say
from dashboard.language.words import LATE, UNMET, counts, is_unsure
from dashboard.questions import View, ask, ask_each, groups_in
from dashboard.rows import Group, Kpi, School, SchoolResult, SourceTable, Total

ORDERS = {"gap": later("落後多的在前"), "definition": later("依定義的順序")}


@dataclass(frozen=True)
class Choices:
    """A meeting's choices: the order of the slides, and whether schools are named."""

    order: str = "gap"
    schools: bool = True


@dataclass(frozen=True)
class Facts:
    """All values of the slides, queried once."""

    view: View
    choices: Choices
    kpis: Sequence[Kpi]
    totals: Mapping[tuple[str, str, int | None], Total]
    then: Mapping[tuple[str, str, int | None], Total]
    schools: Mapping[tuple[str, str], Sequence[SchoolResult]]
    school_then: Mapping[tuple[str, str, int], SchoolResult]
    groups: Sequence[Group]
    group_of: Mapping[int, School]
    tables: Mapping[str, SourceTable]

    @property
    def own_group(self) -> Group | None:
        """The group of the view where its scope is one group, whose figures then are those of the whole."""
        return None if self.view.scope.whole or len(self.groups) != 1 else self.groups[0]

    @property
    def who(self) -> str:
        """The name of the scope of `whole`: the city, or one group."""
        return self.own_group.name if self.own_group else say("全市")

    def whole(self, kpi: Kpi) -> Total | None:
        """The figure of all schools in scope: the city's or one group's; None where the scope is a part of a group."""
        if self.view.scope.whole:
            return self.total(kpi)
        group = self.own_group
        if group is None:
            return None
        sizes = [sum(counts(row).values()) for one in self.kpis if (row := self.total(one, group))]
        return self.total(kpi, group) if len(self.group_of) >= max(sizes, default=0) else None

    def total(self, kpi: Kpi, group: Group | None = None) -> Total | None:
        """The figure of the city, or of a group."""
        return self.totals.get(_place(kpi, group))

    def was(self, kpi: Kpi, group: Group | None = None) -> Total | None:
        """The same figure on the day to compare with."""
        return self.then.get(_place(kpi, group))

    def of(self, kpi: Kpi, group: Group | None = None) -> list[SchoolResult]:
        """The figures of the schools, or of a group's schools."""
        rows = self.schools.get((kpi.kpi, kpi.period), ())
        return [
            row for row in rows if group is None or self.group_of[row.school_id].group_id == group.group_id
        ]

    def label(self, kpi: Kpi) -> str:
        """An indicator's label in a line, with its period where there are several."""
        return self.with_period(kpi, kpi.short)

    def with_period(self, kpi: Kpi, name: str) -> str:
        """An indicator's `name`, with its period where there are several."""
        if len(self.view.periods) <= 1:
            return name
        labels = {period.period: period.label for period in self.view.periods}
        return say("{label}（{note}）", label=name, note=labels[kpi.period])


def load(view: View, choices: Choices) -> Facts:
    """Query all facts, in the order of the choices."""
    schools = {row.school_id: row for row in ask(view, School)}
    kpis = ask_each(view, Kpi)
    rows = _school_rows(view, view.on)
    then = _school_rows(view, view.versus) if view.versus else []
    by_kpi: dict[tuple[str, str], list[SchoolResult]] = {}
    for row in rows:
        by_kpi.setdefault((row.kpi, row.period), []).append(row)
    totals = _by_place(ask_each(view, Total, on=view.on))
    facts = Facts(
        view=view,
        choices=choices,
        kpis=kpis,
        totals=totals,
        then=_by_place(ask_each(view, Total, on=view.versus)) if view.versus else {},
        schools=by_kpi,
        school_then={(row.kpi, row.period, row.school_id): row for row in then},
        groups=groups_in(view),
        group_of=schools,
        tables={row.table_name: row for row in ask(view, SourceTable)},
    )
    return _ordered(facts) if choices.order == "gap" else facts


def _school_rows(view: View, on: date) -> list[SchoolResult]:
    return ask_each(view, SchoolResult, on=on, group_id=None, school_id=None)


def _place(kpi: Kpi, group: Group | None) -> tuple[str, str, int | None]:
    return kpi.kpi, kpi.period, group.group_id if group else None


def _by_place(rows: Sequence[Total]) -> dict[tuple[str, str, int | None], Total]:
    return {(row.kpi, row.period, row.group_id): row for row in rows}


def _ordered(facts: Facts) -> Facts:
    """The indicators and the groups with the most late schools first; what is for information only comes last."""

    def place(kpi: Kpi) -> tuple[bool, int, int]:
        rows = facts.of(kpi)
        unmet = sum(row.status in UNMET for row in rows)
        return kpi.require == "none", -late(rows), -unmet

    groups = {group.group_id: sum(late(facts.of(kpi, group)) for kpi in facts.kpis) for group in facts.groups}
    return replace(
        facts,
        kpis=sorted(facts.kpis, key=place),
        groups=sorted(facts.groups, key=lambda group: -groups[group.group_id]),
    )


def late(rows: Sequence[SchoolResult]) -> int:
    """The number of late schools, without those that have an unread file."""
    return sum(row.status in LATE and not is_unsure(row) for row in rows)
