"""The address, and the one way to ask.

The address is the only memory: programme, day, day to compare with, group, school, indicator, filters, names, language
and era are query parameters, so every view is a link and a page needs no session state. What it asks for is checked here,
once for all pages.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from threading import Condition
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st
from cachetools import LRUCache, cached

from dashboard import access, config
from dashboard import warehouse as store
from dashboard.ui import texts, words
from dashboard.ui.texts import say

Row = SimpleNamespace
KEPT_ROWS = 200_000  # of all questions together; a row takes one to three kilobytes
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
CARRIED = ("programme", "on", "vs", "period", "lang", "era", "names")
# The questions about the indicators of a period; by default only those that are shown on the day, see `View.by_default`.
OF_INDICATORS = ("attention", "data_to_mend", "deadlines", "kpis", "school_results", "standing", "totals")


@dataclass(frozen=True)
class View:
    """What the address asks to see, checked: a bad value has become the default and a notice.

    `periods` are those shown: the one that the address names, else those of which an indicator is shown by default
    (queries/models/5_default.sql). `versus` is the earlier day whose figures stand beside today's as changes, if one was
    chosen. `damage` is what is wrong with the snapshot
    that should serve, where an older one stands in for it.
    """

    programme: str
    programmes: tuple[str, ...]
    warehouse: Path
    snapshot: store.Snapshot
    facts: Row
    periods: tuple[Row, ...]
    all_periods: tuple[Row, ...]
    scope: access.Scope
    on: date
    versus: date | None = None
    damage: str | None = None
    notices: tuple[str, ...] = ()
    period: str | None = None
    lang: str | None = None
    era: str | None = None

    @property
    def shown(self) -> tuple[str, ...]:
        """The ids of the periods shown."""
        return tuple(period.period for period in self.periods)

    @property
    def year(self) -> int:
        """The year that dates may leave out."""
        return self.on.year

    @property
    def by_default(self) -> date | None:
        """The day on which indicators are shown by default; None where the address names a period."""
        return None if self.period else self.on

    @property
    def today(self) -> date:
        """The day shown when the address names none: the definition's own, or today in Taiwan."""
        return self.facts.as_of or store.today()

    @property
    def ahead(self) -> bool:
        """Whether the day is still to come: what will be done until then is not known yet."""
        return self.on > self.today

    def link(self, page: str, /, **parameters: object) -> str:
        """An address within the product, carrying what is chosen for all pages; blank parameters are left out."""
        own = [
            f"&amp;{name}={words.addressed(str(value))}"
            for name, value in parameters.items()
            if value not in (None, "")
        ]
        return f"./{page}?{self._carried}{''.join(own)}"

    @cached_property
    def _carried(self) -> str:
        chosen = {
            "programme": self.programme,
            "on": self.on.isoformat(),
            "vs": self.versus and self.versus.isoformat(),
            "period": self.period,
            "lang": self.lang,
            "era": self.era,
            "names": "1" if self.scope.names else None,
        }
        return words.escape(urlencode({name: value for name, value in chosen.items() if value}))


_seen: ContextVar[View | None] = ContextVar("view", default=None)


def speak() -> None:
    """Begins a run: writes it in the language and the era of the address; an unknown one is the default."""
    language = asked("lang", texts.LANGUAGES) or texts.SOURCE
    era = asked("era", texts.ERAS) or ("roc" if language == texts.SOURCE else "ce")
    texts.use(texts.Manner(language, era))
    _seen.set(None)


def view() -> View:
    """What the address asks to see, read once a run; raises `store.NoSnapshot` when there is nothing to show."""
    seen = _seen.get() or _read()
    _seen.set(seen)
    return seen


def _read() -> View:
    settings = config.from_environment()
    notices: list[str] = []
    programmes = tuple(settings.programmes) or tuple(store.programmes_in(settings.warehouse))
    if not programmes:
        raise store.NoSnapshot(
            say("「{folder}」裡還沒有資料快照。請系統管理者先執行 kpi build。", folder=settings.warehouse)
        )
    programme = _known(st.query_params.get("programme"), programmes, say("計畫"), notices)
    scope = replace(access.bureau(), names=asked("names") == "1")
    snapshot, facts, damage = standing(settings.warehouse, programme, scope)
    default = facts.as_of or store.today()
    on = day_of(st.query_params.get("on"), default, notices)
    versus = _earlier(st.query_params.get("vs"), on, notices)
    periods = tuple(_asked(snapshot, scope, "periods", ()))
    period = _asked_period(st.query_params.get("period"), periods, notices)
    shown = tuple(p for p in periods if p.period == period) or periods_on(snapshot, scope, on)
    wanted = st.query_params.get("kpi")
    if wanted and wanted not in [row.kpi for row in _asked(snapshot, scope, "kpi_ids", ())]:
        notices.append(say("網址裡的指標「{asked}」不存在，已略過。", asked=wanted))
    return View(
        programme=programme,
        programmes=programmes,
        warehouse=settings.warehouse,
        snapshot=snapshot,
        facts=facts,
        periods=shown,
        all_periods=periods,
        period=period,
        lang=asked("lang", texts.LANGUAGES),
        era=asked("era", texts.ERAS),
        scope=scope,
        on=on,
        versus=versus,
        damage=damage,
        notices=tuple(notices),
    )


def unaddressed(snapshot: store.Snapshot, scope: access.Scope, on: date | None = None) -> View:
    """What a scope sees of a snapshot on a day, else the definition's own or today, where no address asks."""
    facts = facts_of(snapshot, scope)
    on = on or facts.as_of or store.today()
    folder = snapshot.path.parent
    return View(
        programme=folder.name,
        programmes=(folder.name,),
        warehouse=folder.parent,
        snapshot=snapshot,
        facts=facts,
        periods=periods_on(snapshot, scope, on),
        all_periods=tuple(_asked(snapshot, scope, "periods", ())),
        scope=scope,
        on=on,
    )


def standing(
    warehouse: Path, programme: str, scope: access.Scope | None = None
) -> tuple[store.Snapshot, Row, str | None]:
    """The newest snapshot that can be read, what it says of itself, and what is wrong with the one that should serve.

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


def facts_of(snapshot: store.Snapshot, scope: access.Scope) -> Row:
    """What a snapshot says about itself."""
    return _asked(snapshot, scope, "snapshot", ())[0]


def _known(asked: str | None, known: Sequence[str], what: str, notices: list[str]) -> str:
    if asked and asked in known:
        return asked
    if asked:
        notices.append(say("網址裡的{what}「{asked}」不存在，已改為預設。", what=what, asked=asked))
    return known[0]


def day_of(asked: str | None, default: date, notices: list[str]) -> date:
    """The day an address names; anything but YYYY-MM-DD in a sensible year is told and ignored."""
    if not asked:
        return default
    if day := _day(asked):
        return day
    told = say(
        "網址裡的日期「{asked}」讀不懂，已改為 {day}。日期請寫成 2022-11-25。",
        asked=asked,
        day=words.full_day(default),
    )
    notices.append(told)
    return default


def _day(asked: str) -> date | None:
    with contextlib.suppress(ValueError):
        day = date.fromisoformat(asked) if DAY.fullmatch(asked) else None
        if day and 2000 <= day.year < 2100:
            return day
    return None


def _earlier(asked: str | None, on: date, notices: list[str]) -> date | None:
    """The day to compare with; only an earlier one shows how far things went."""
    if not asked:
        return None
    day = _day(asked)
    if day and day < on:
        return day
    told = say(
        "網址裡的比較日「{asked}」讀不懂，或不早於 {day}，已略過比較。", asked=asked, day=words.full_day(on)
    )
    notices.append(told)
    return None


def periods_on(snapshot: store.Snapshot, scope: access.Scope, on: date) -> tuple[Row, ...]:
    """The periods of which an indicator is shown on a day by default."""
    return tuple(_asked(snapshot, scope, "periods", (("by_default", on),)))


def _asked_period(asked: str | None, periods: Sequence[Row], notices: list[str]) -> str | None:
    if not asked or asked in [period.period for period in periods]:
        return asked or None
    notices.append(say("網址裡的期間「{asked}」不存在，已改為進行中與未結的期間。", asked=asked))
    return None


def ask(seen: View, name: str, **parameters: Any) -> list[Row]:
    """The rows of one named query, as the viewer's scope may see them; of indicators, of those that are shown."""
    if name in OF_INDICATORS and "by_default" not in parameters:
        parameters["by_default"] = seen.by_default
    return _asked(seen.snapshot, seen.scope, name, tuple(sorted(parameters.items())))


def ask_each(seen: View, name: str, **parameters: Any) -> list[Row]:
    """The rows of one named query in every period that is shown, period by period."""
    return [row for period in seen.periods for row in ask(seen, name, period=period.period, **parameters)]


def before(seen: View, name: str, keys: Sequence[str], **parameters: Any) -> dict[tuple[Any, ...], Row]:
    """The rows of the same query on the day to compare with, by their keys; none where nothing is compared."""
    if seen.versus is None:
        return {}
    found = ask(seen, name, on=seen.versus, **parameters)
    return {tuple(getattr(row, key) for key in keys): row for row in found}


def _asked(
    snapshot: store.Snapshot, scope: access.Scope, name: str, parameters: tuple[tuple[str, Any], ...]
) -> list[Row]:
    language = texts.manner().language
    viewer = (scope.label, scope.school_ids, scope.names)
    question = (str(snapshot.path), snapshot.stamp, viewer, name, parameters, language)
    return list(_cached(question))


@cached(LRUCache(KEPT_ROWS, getsizeof=lambda rows: len(rows) + 1), condition=Condition())
def _cached(question: tuple[Any, ...]) -> tuple[Row, ...]:
    """The one cache of rows: a snapshot never changes, so an entry is never stale and needs no time to live.

    The question is one plain tuple (file, stamp, scope, query, parameters, language). Streamlit's own cache would hash it
    and unpickle the rows at every call, which takes longer than the page; these rows are shared, and nobody changes one.
    """
    path, stamp, viewer, name, parameters, language = question
    scope, snapshot = access.Scope(*viewer), store.Snapshot(Path(path), stamp)
    found = rows(*store.rows(snapshot, name, scope, **dict(parameters)))
    if language == texts.SOURCE:
        return tuple(found)
    (facts,) = rows(*store.rows(snapshot, "snapshot", scope))
    known = {**texts.catalogue(language), **store.translations(facts.definition, language)}
    for row in found:
        values = vars(row)
        values.update((at, known.get(value, value)) for at, value in values.items() if isinstance(value, str))
        lists = [(at, value) for at, value in values.items() if isinstance(value, list)]
        values.update(
            (at, [known.get(one, one) if isinstance(one, str) else one for one in value])
            for at, value in lists
        )
    return tuple(found)


def rows(names: Sequence[str], found: Sequence[tuple[Any, ...]]) -> list[Row]:
    """Rows with the names of their columns; an exact figure is a float, as pages reckon with it."""
    return [
        Row(**dict(zip(names, [float(one) if isinstance(one, Decimal) else one for one in row], strict=True)))
        for row in found
    ]


@cached(LRUCache(KEPT_ROWS, getsizeof=lambda rows: len(rows) + 1), condition=Condition())
def _frame(
    snapshot: store.Snapshot, scope: access.Scope, name: str, parameters: tuple[tuple[str, Any], ...]
) -> pd.DataFrame:
    return store.ask(snapshot, name, scope, **dict(parameters))


def frame(seen: View, name: str, **parameters: Any) -> pd.DataFrame:
    """As `ask`, as a frame, for figures: many days at once. Nobody changes it, and its texts are not translated."""
    return _frame(seen.snapshot, seen.scope, name, tuple(sorted(parameters.items())))


def pick(listed: Sequence[Row], asked: str | None, name: str = "name") -> Row | None:
    """The row that the address names."""
    return next((row for row in listed if asked and getattr(row, name) == asked), None)


def asked(name: str, known: Sequence[str] | Mapping[str, object] | None = None) -> str | None:
    """One query parameter, or None where it is absent or not one of `known`."""
    value = st.query_params.get(name)
    return value if value and (known is None or value in known) else None
