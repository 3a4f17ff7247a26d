"""The queries of pages and exports: a view (snapshot, day, scope, periods) in, rows in the reader's language out.

Pages read the view from the address (`ui.address`), exports from the command's options; both get the same rows. What is
asked for is a class of `dashboard.rows`: it names the query, and its instances are the answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Condition
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

import pandas as pd
from cachetools import LRUCache, cached

from dashboard import access, clock
from dashboard import warehouse as store
from dashboard.language import texts
from dashboard.language.markup import Markup, addressed, escape
from dashboard.rows import (
    DataToMend,
    Deadline,
    Facts,
    Finding,
    Group,
    Kpi,
    Period,
    Row,
    School,
    SchoolResult,
    Standing,
    Total,
    typed,
)

R = TypeVar("R", bound=Row)
T = TypeVar("T")
Before = Mapping[tuple[object, ...], R]  # rows of the day to compare with, by some of their values
Parameters = tuple[tuple[str, object], ...]
KEPT_ROWS = 200_000  # of all queries together; a row takes one to three kilobytes
# The rows on the indicators of a period; by default only those of the view's day, see `View.by_default`.
OF_INDICATORS = (DataToMend, Deadline, Finding, Kpi, SchoolResult, Standing, Total)


@dataclass(frozen=True)
class View:
    """The request of an address, checked: a bad value has become the default and a notice.

    periods: the one that the address names, else those with an indicator that is visible by default
    (queries/models/5_default.sql). versus: the earlier day to compare with, if one was chosen. damage: what is wrong with
    the snapshot that should serve, where an older one serves instead.
    """

    programme: str
    programmes: tuple[str, ...]
    warehouse: Path
    snapshot: store.Snapshot
    facts: Facts
    periods: tuple[Period, ...]
    all_periods: tuple[Period, ...]
    scope: access.Scope
    on: date
    versus: date | None = None
    damage: str | None = None
    notices: tuple[str, ...] = ()
    period: str | None = None
    lang: str | None = None
    era: str | None = None

    @property
    def period_ids(self) -> tuple[str, ...]:
        """The ids of `periods`."""
        return tuple(period.period for period in self.periods)

    @property
    def year(self) -> int:
        """The year of the day, which dates may leave out."""
        return self.on.year

    @property
    def by_default(self) -> date | None:
        """The day that decides which indicators are visible by default; None where the address names a period."""
        return None if self.period else self.on

    @property
    def today(self) -> date:
        """The default day: the definition's own, or today in Taiwan."""
        return self.facts.as_of or clock.today()

    @property
    def ahead(self) -> bool:
        """Whether the day is still to come, so that its figures are not final."""
        return self.on > self.today

    def link(self, page: str, /, **parameters: object) -> Markup:
        """An address within the product with the parameters of all pages, as markup; blank parameters are left out."""
        own = [
            f"&amp;{name}={addressed(str(value))}"
            for name, value in parameters.items()
            if value not in (None, "")
        ]
        return Markup(f"./{page}?{self._carried}{''.join(own)}")

    @cached_property
    def _carried(self) -> Markup:
        chosen = {
            "programme": self.programme,
            "on": self.on.isoformat(),
            "vs": self.versus and self.versus.isoformat(),
            "period": self.period,
            "lang": self.lang,
            "era": self.era,
            "names": "1" if self.scope.names else None,
        }
        return escape(urlencode({name: value for name, value in chosen.items() if value}))


def unaddressed(
    snapshot: store.Snapshot,
    scope: access.Scope,
    on: date | None = None,
    versus: date | None = None,
    period: str | None = None,
) -> View:
    """A view without an address: a scope, a snapshot and a day, by default the definition's own or today."""
    facts = facts_of(snapshot, scope)
    on = on or facts.as_of or clock.today()
    folder = snapshot.path.parent
    periods = tuple(answers(snapshot, scope, Period))
    return View(
        programme=folder.name,
        programmes=(folder.name,),
        warehouse=folder.parent,
        snapshot=snapshot,
        facts=facts,
        periods=tuple(one for one in periods if one.period == period) or periods_on(snapshot, scope, on),
        all_periods=periods,
        period=period,
        scope=scope,
        on=on,
        versus=versus,
    )


def within(
    snapshot: store.Snapshot, scope: access.Scope, group: str | None = None, school: str | None = None
) -> access.Scope:
    """A scope narrowed to the schools of a group or to one school, by name; an unknown name gives an empty scope."""
    if group is None and school is None:
        return scope
    schools = answers(snapshot, scope, School)
    ids = [one.school_id for one in schools if group in (None, one.group_name) and school in (None, one.name)]
    return access.Scope(school or group or "", tuple(ids), scope.names)


def groups_in(view: View) -> list[Group]:
    """The groups that have a school in the view's scope, in their order."""
    ids = {row.group_id for row in ask(view, School)}
    return [row for row in ask(view, Group) if row.group_id in ids]


def standing(
    warehouse: Path, programme: str, scope: access.Scope | None = None
) -> tuple[store.Snapshot, Facts, str | None]:
    """The newest readable snapshot, its facts, and what is wrong with the one that should serve.

    Raises:
        NoSnapshot: none can be read.
    """
    damage: store.NoSnapshot | None = None
    serving: list[store.Snapshot] = []
    try:
        serving.append(store.current(warehouse, programme))
    except store.NoSnapshot as fault:
        damage = fault
    for snapshot in [*serving, *store.kept(warehouse, programme)]:
        try:
            store.check(snapshot)
            return snapshot, facts_of(snapshot, scope or access.nobody()), str(damage) if damage else None
        except store.NoSnapshot as fault:
            damage = damage or fault
    assert damage
    raise damage


def facts_of(snapshot: store.Snapshot, scope: access.Scope) -> Facts:
    """The facts of a snapshot: title, times, fingerprint, definition."""
    return answers(snapshot, scope, Facts)[0]


def periods_on(snapshot: store.Snapshot, scope: access.Scope, on: date) -> tuple[Period, ...]:
    """The periods with an indicator that is visible on a day by default."""
    return tuple(answers(snapshot, scope, Period, (("by_default", on),)))


def ask(view: View, kind: type[R], **parameters: object) -> list[R]:
    """The rows of a kind within the view's scope; of `OF_INDICATORS` only those of the visible indicators."""
    if kind in OF_INDICATORS and "by_default" not in parameters:
        parameters["by_default"] = view.by_default
    return answers(view.snapshot, view.scope, kind, tuple(sorted(parameters.items())))


def ask_each(view: View, kind: type[R], **parameters: object) -> list[R]:
    """The rows of a kind in every period of the view, period by period."""
    return [row for period in view.periods for row in ask(view, kind, period=period.period, **parameters)]


def before(
    view: View, kind: type[R], keys: Sequence[str], **parameters: object
) -> dict[tuple[object, ...], R]:
    """The rows of a kind on the day to compare with, by their keys; empty where nothing is compared."""
    if view.versus is None:
        return {}
    earlier = ask(view, kind, on=view.versus, **parameters)
    return {tuple(getattr(row, key) for key in keys): row for row in earlier}


def answers(
    snapshot: store.Snapshot, scope: access.Scope, kind: type[R], parameters: Parameters = ()
) -> list[R]:
    """The rows of a kind as `scope` may see them, in the reader's language; cached."""
    language = texts.manner().language
    viewer = (scope.label, scope.school_ids, scope.names)
    question = (str(snapshot.path), snapshot.stamp, viewer, kind, parameters, language)
    return cast(list[R], list(_cached(question)))  # the cache holds rows of every kind


@cached(LRUCache(KEPT_ROWS, getsizeof=lambda rows: len(rows) + 1), condition=Condition())
def _cached(question: tuple[Any, ...]) -> tuple[Row, ...]:
    """The one cache of rows: a snapshot never changes, so an entry is never stale and needs no time to live.

    The question is one plain tuple (file, stamp, scope, kind, parameters, language). Streamlit's own cache would hash it
    and unpickle the rows at every call, which takes longer than the page; these rows are shared, and nobody can change one.
    """
    path, stamp, viewer, kind, parameters, language = question
    scope, snapshot = access.Scope(*viewer), store.Snapshot(Path(path), stamp)
    names, tuples = store.rows(snapshot, kind.QUERY, scope, **dict(parameters))
    if language == texts.SOURCE:
        return tuple(typed(kind, names, tuples))
    (facts,) = typed(Facts, *store.rows(snapshot, Facts.QUERY, scope))
    known = {**texts.catalogue(language), **store.translations(facts.definition, language)}
    return tuple(typed(kind, names, tuples, known))


@cached(LRUCache(KEPT_ROWS, getsizeof=lambda rows: len(rows) + 1), condition=Condition())
def _frame(
    snapshot: store.Snapshot, scope: access.Scope, kind: type[Row], parameters: Parameters
) -> pd.DataFrame:
    return store.ask(snapshot, kind.QUERY, scope, **dict(parameters))


def frame(view: View, kind: type[Row], **parameters: object) -> pd.DataFrame:
    """As `ask`, as a frame for figures of many days; it is shared and read-only, and its texts are not translated."""
    return _frame(view.snapshot, view.scope, kind, tuple(sorted(parameters.items())))


def pick(listed: Sequence[T], asked: str | None, name: str = "name") -> T | None:
    """The row whose attribute `name` is the address's value; None where there is none."""
    return next((row for row in listed if asked and getattr(row, name) == asked), None)


def programme_name(view: View) -> str:
    """The programme's title, with its city where the title does not name that."""
    city, title = _named(view.facts.definition)
    return str(view.facts.title) if city in title else f"{city} {view.facts.title}"


@lru_cache
def _named(definition: str) -> tuple[str, str]:
    whole = json.loads(definition)
    return whole["city"], whole["title"][texts.SOURCE]
