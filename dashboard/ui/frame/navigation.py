"""The sidebar: brand, pages, programme, days, legend, names, language. Each choice goes into the address.

The listing of pages/ is the registry: a file's number is its position, its docstring's first line its title, its name
without the number its address.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import streamlit as st

from dashboard import warehouse as store
from dashboard.language import texts, words
from dashboard.language.markup import Markup, join
from dashboard.language.texts import say
from dashboard.paths import PAGES
from dashboard.questions import View, ask, facts_of
from dashboard.rows import Kpi
from dashboard.ui.base import parts
from dashboard.ui.base.address import CARRIED, asked
from dashboard.ui.base.parts import element
from dashboard.ui.base.screen import show

SIDE = "side"  # the class of what is in the sidebar


def pages() -> dict[str, tuple[Path, str]]:
    """By address, the file and the title of each page, in the order of the numbers."""
    return _listed(PAGES, PAGES.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _listed(folder: Path, _: int) -> dict[str, tuple[Path, str]]:
    """As `pages`; cached by the folder's time, since parsing every page takes longer than drawing most pages."""
    numbered = [(int(path.stem.split("_")[0]), path) for path in folder.glob("[0-9]*_*.py")]
    return {path.stem.split("_", 1)[1]: (path, _heading(path)) for _, path in sorted(numbered)}


def _heading(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or path.stem
    return docstring.splitlines()[0]


def sidebar(view: View, pages: Mapping[str, str], current: str) -> None:
    """Show the sidebar; `pages` are the titles by address."""
    kept = {name: asked(name) for name in ("group", "school", "kpi")}
    links = [
        element(
            "a",
            title,
            kind="on" if path == current else "",
            href=view.link(path, **_kept(path, kept)),
            aria_current="page" if path == current else None,
        )
        for path, title in pages.items()
    ]
    title = element("small", view.facts.title)
    mark = element("span", say("示範資料"), kind="sample") if view.facts.sample else ""
    brand = element("p", say("數位學習精進方案"), title, mark, kind="brand")
    show(brand + element("nav", *links, aria_label=say("頁面")), SIDE)
    if len(view.programmes) > 1:
        _programme(view)
    if len(view.all_periods) > 1:
        _period(view)
    _days(view)
    legend = element("div", parts.legend(), kind="legend")
    show(join([_label(say("檢視範圍")), say(view.scope.label), _label(say("狀態")), legend]), SIDE)
    show(join([_label(say("姓名")), names(view), _label(say("語言與紀年")), _manner(view)]), SIDE)


def _label(*text: str) -> Markup:
    return element("p", *text, kind="label")


def _kept(path: str, kept: Mapping[str, str | None]) -> dict[str, str | None]:
    """Of the choices that of the page itself: the group on the group page, the school on the school page."""
    return {name: value for name, value in kept.items() if name == path}


def _programme(view: View) -> None:
    titles = {name: _title(view, name) for name in view.programmes}
    chosen = st.selectbox(
        say("計畫"),
        view.programmes,
        index=view.programmes.index(view.programme),
        format_func=lambda name: titles[name],
        key=f"programme={view.programme}",
    )
    if chosen != view.programme:
        kept = {name: value for name in ("lang", "era") if (value := asked(name))}
        st.query_params.from_dict({"programme": chosen, **kept})
        st.rerun()


def _title(view: View, programme: str) -> str:
    """A programme's title; its name where it has no snapshot, since it can be chosen all the same."""
    try:
        snapshot = store.current(view.warehouse, programme)
    except store.NoSnapshot:
        return programme
    return str(facts_of(snapshot, view.scope).title)


def _period(view: View) -> None:
    labels = {"": say("進行中與未結的期間"), **{period.period: period.label for period in view.all_periods}}
    current = view.period or ""
    chosen = st.selectbox(
        say("期間"), list(labels), index=list(labels).index(current), format_func=lambda name: labels[name],
        key=f"period={view.programme}={current}",
    )  # fmt: skip
    if chosen != current:
        kept = {name: value for name, value in st.query_params.items() if name != "period"}
        st.query_params.from_dict({**kept, **({"period": chosen} if chosen else {})})
        st.rerun()


def _days(view: View) -> None:
    """Show the choice of the day and of the day compared with: usual days as links, others from a calendar."""
    kpis = [kpi for period in view.periods for kpi in ask(view, Kpi, period=period.period)]
    deadlines = [kpi.deadline for kpi in kpis if kpi.deadline]
    days = [
        (label, _here(replace(view, on=day)), day == view.on)
        for day, label in shortcuts(view.today, bool(view.facts.as_of), deadlines, view.year)
    ]
    earlier = [
        (label, _here(replace(view, versus=day)), day == view.versus) for day, label in earlier_days(view.on)
    ]
    on = _label(say("截至"), " ", element("b", words.full_day(view.on)))
    compared = [" ", element("b", words.full_day(view.versus))] if view.versus else []
    versus = _label(say("比較"), *compared)
    show(join([on, parts.pills(days), versus, parts.pills(earlier)]), SIDE)
    latest = view.on - timedelta(days=1)
    first = min(view.facts.first_day, view.on, view.today)
    last = max(view.facts.last_day, view.on, view.today)
    # Its content reaches the screen only when it is opened: two calendars take as long as the page's tables.
    with st.popover(say("選其他日期"), width="stretch"):
        _calendar(view, "on", say("截至"), view.on, first, last)
        _calendar(view, "vs", say("比較"), view.versus, min(first, view.versus or latest), latest)


def _calendar(view: View, name: str, label: str, day: date | None, first: date, last: date) -> None:
    """A calendar that shows the address's day and writes the chosen one there.

    Its key does not depend on the day, so that the widget is not replaced when the day changes.
    """
    key = f"{name}={view.programme}"
    st.session_state[key] = day  # at each run: a calendar that is closed forgets its day otherwise

    def write() -> None:
        chosen = st.session_state[key]
        if chosen:
            st.query_params[name] = chosen.isoformat()
        else:
            st.query_params.pop(name, None)

    st.date_input(label, None, first, last, key, format="YYYY-MM-DD", on_change=write)


def names(view: View, of: str = "") -> Markup:
    """The switch of persons' names, as links to this view; `of` is its label beside other switches."""
    choices = [
        (label, _here(replace(view, scope=replace(view.scope, names=whole))), view.scope.names == whole)
        for label, whole in ((say("遮蔽姓名"), False), (say("顯示姓名"), True))
    ]
    return parts.pills(choices, of)


def _here(view: View) -> Markup:
    """The address of this page with the day, language, era and names of `view`, and its other parameters."""
    own = {name: value for name, value in st.query_params.to_dict().items() if name not in CARRIED}
    return view.link("", **own).removeprefix("./")


def shortcuts(today: date, pinned: bool, deadlines: Sequence[date], year: int) -> list[tuple[date, str]]:
    """The usual days and their labels: today (or the definition's day), the end of last month, and each deadline."""
    month_end = _month_end(today)
    days = {
        today: say("{day} 資料日", day=words.short_day(today, year)) if pinned else say("今天"),
        month_end: say("{month} 月底", month=month_end.month),
    }
    for deadline in sorted(set(deadlines)):
        days.setdefault(deadline, say("{day} 期限", day=words.short_day(deadline, year)))
    return list(days.items())


def _month_end(day: date) -> date:
    """The last day of the month before."""
    return day.replace(day=1) - timedelta(days=1)


def earlier_days(on: date) -> list[tuple[date | None, str]]:
    """The usual days to compare with and their labels: none, a week and four weeks before, the end of last month."""
    month_end = _month_end(on)
    days = {
        None: say("不比較"),
        on - timedelta(weeks=1): say("一週前"),
        on - timedelta(weeks=4): say("四週前"),
    }
    days.setdefault(month_end, say("{month} 月底", month=month_end.month))
    return list(days.items())


def _manner(view: View) -> Markup:
    """The switches of the language and the era, as links to this view."""
    now = texts.manner()
    languages = [
        (name, _here(replace(view, lang=code, era=None)), now.language == code)
        for code, name in texts.LANGUAGES.items()
    ]
    eras = [(say(name), _here(replace(view, era=code)), now.era == code) for code, name in texts.ERAS.items()]
    return parts.pills(languages) + parts.pills(eras)
