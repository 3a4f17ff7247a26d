"""The address of a page: its query parameters, read and checked once for all pages.

The address is the only memory: programme, day, day to compare with, group, school, indicator, filters, names, language
and era are query parameters, so every view is a link and a page needs no session state.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import replace
from datetime import date

import streamlit as st

from dashboard import access, clock, questions
from dashboard import warehouse as store
from dashboard.definitions import deployment
from dashboard.language import texts, words
from dashboard.language.texts import say
from dashboard.questions import View, answers, periods_on
from dashboard.rows import KpiId, Period

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
CARRIED = ("programme", "on", "vs", "period", "lang", "era", "names")

_view: ContextVar[View | None] = ContextVar("view", default=None)


def speak() -> None:
    """Set the language and the era of this run from the address; an unknown value becomes the default."""
    language = asked("lang", texts.LANGUAGES) or texts.SOURCE
    era = asked("era", texts.ERAS) or ("roc" if language == texts.SOURCE else "ce")
    texts.use(texts.Manner(language, era))
    _view.set(None)


def read_view() -> View:
    """The view that the address asks for, read once a run.

    Raises:
        store.NoSnapshot: no snapshot can be read.
    """
    view = _view.get() or _read()
    _view.set(view)
    return view


def _read() -> View:
    settings = deployment.from_environment()
    notices: list[str] = []
    programmes = tuple(settings.programmes) or tuple(store.programmes_in(settings.warehouse))
    if not programmes:
        raise store.NoSnapshot(
            say("「{folder}」裡還沒有資料快照。請系統管理者先執行 kpi build。", folder=settings.warehouse)
        )
    programme = _known(st.query_params.get("programme"), programmes, say("計畫"), notices)
    scope = replace(access.bureau(), names=asked("names") == "1")
    snapshot, facts, damage = questions.standing(settings.warehouse, programme, scope)
    default = facts.as_of or clock.today()
    on = day_of(st.query_params.get("on"), default, notices)
    versus = _earlier(st.query_params.get("vs"), on, notices)
    periods = tuple(answers(snapshot, scope, Period))
    period = _asked_period(st.query_params.get("period"), periods, notices)
    visible = tuple(p for p in periods if p.period == period) or periods_on(snapshot, scope, on)
    wanted = st.query_params.get("kpi")
    if wanted and wanted not in [row.kpi for row in answers(snapshot, scope, KpiId)]:
        notices.append(say("網址裡的指標「{asked}」不存在，已略過。", asked=wanted))
    return View(
        programme=programme,
        programmes=programmes,
        warehouse=settings.warehouse,
        snapshot=snapshot,
        facts=facts,
        periods=visible,
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


def _known(asked: str | None, known: Sequence[str], what: str, notices: list[str]) -> str:
    if asked and asked in known:
        return asked
    if asked:
        notices.append(say("網址裡的{what}「{asked}」不存在，已改為預設。", what=what, asked=asked))
    return known[0]


def day_of(asked: str | None, default: date, notices: list[str]) -> date:
    """The day that an address names; anything but YYYY-MM-DD of 2000 to 2099 adds a notice and gives the default."""
    if not asked:
        return default
    if day := _day(asked):
        return day
    message = say(
        "網址裡的日期「{asked}」讀不懂，已改為 {day}。日期請寫成 2022-11-25。",
        asked=asked,
        day=words.full_day(default),
    )
    notices.append(message)
    return default


def _day(asked: str) -> date | None:
    with contextlib.suppress(ValueError):
        day = date.fromisoformat(asked) if DAY.fullmatch(asked) else None
        if day and 2000 <= day.year < 2100:
            return day
    return None


def _earlier(asked: str | None, on: date, notices: list[str]) -> date | None:
    """The day to compare with; one that is not earlier than `on` adds a notice and is ignored."""
    if not asked:
        return None
    day = _day(asked)
    if day and day < on:
        return day
    message = say(
        "網址裡的比較日「{asked}」讀不懂，或不早於 {day}，已略過比較。", asked=asked, day=words.full_day(on)
    )
    notices.append(message)
    return None


def _asked_period(asked: str | None, periods: Sequence[Period], notices: list[str]) -> str | None:
    if not asked or asked in [period.period for period in periods]:
        return asked or None
    notices.append(say("網址裡的期間「{asked}」不存在，已改為進行中與未結的期間。", asked=asked))
    return None


def asked(name: str, known: Sequence[str] | Mapping[str, object] | None = None) -> str | None:
    """One query parameter; None where it is absent or not one of `known`."""
    value = st.query_params.get(name)
    return value if value and (known is None or value in known) else None


def chosen() -> dict[str, str | None]:
    """The indicator, group and school that the page is about: the slides opened from it begin there."""
    return {name: asked(name) for name in ("kpi", "group", "school")}
