"""The sidebar: brand, pages, programme, day, and the legend. What is chosen goes into the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from dashboard import warehouse as store
from dashboard.ui import parts, words
from dashboard.ui.address import View, ask, asked, facts_of


def sidebar(seen: View, pages: Mapping[str, str], current: str) -> None:
    """Brand, pages, programme, day and the legend; `pages` is path to title."""
    kept = {name: asked(name) for name in ("group", "school", "kpi")}
    links = "".join(
        f'<a href="{seen.link(path, **_kept(path, kept))}" target="_self"'
        f"{' class=on aria-current=page' if path == current else ''}>{words.escape(title)}</a>"
        for path, title in pages.items()
    )
    mark = '<span class="sample">示範資料</span>' if seen.facts.sample else ""
    st.html(
        f'<div class="kpi side"><p class="brand">數位學習精進方案'
        f"<small>{words.escape(seen.facts.title)}</small>{mark}</p>"
        f'<nav aria-label="頁面">{links}</nav></div>'
    )
    if len(seen.programmes) > 1:
        _programme(seen)
    if len(seen.all_periods) > 1:
        _period(seen)
    _day(seen)
    st.html(
        f'<div class="kpi side"><p class="label">檢視範圍</p>{words.escape(seen.scope.label)}'
        f'<p class="label">狀態</p><div class="legend">{parts.legend()}</div></div>'
    )


def _kept(path: str, kept: Mapping[str, str | None]) -> dict[str, str | None]:
    """A group stays chosen on the way back to its page, a school on its own."""
    return {name: value for name, value in kept.items() if name == path}


def _programme(seen: View) -> None:
    titles = {name: _title(seen, name) for name in seen.programmes}
    chosen = st.selectbox(
        "計畫",
        seen.programmes,
        index=seen.programmes.index(seen.programme),
        format_func=lambda name: titles[name],
        key=f"programme={seen.programme}",
    )
    if chosen != seen.programme:
        st.query_params.from_dict({"programme": chosen})
        st.rerun()


def _title(seen: View, programme: str) -> str:
    """A programme without a snapshot can still be chosen: its page then says what is missing."""
    try:
        snapshot = store.current(seen.warehouse, programme)
    except store.NoSnapshot:
        return programme
    return str(facts_of(snapshot, seen.scope).title)


def _period(seen: View) -> None:
    labels = {"": "截至日所在的期間", **{period.period: period.label for period in seen.all_periods}}
    current = seen.period or ""
    chosen = st.selectbox(
        "期間", list(labels), index=list(labels).index(current), format_func=lambda name: labels[name],
        key=f"period={seen.programme}={current}",
    )  # fmt: skip
    if chosen != current:
        kept = {name: value for name, value in st.query_params.items() if name != "period"}
        st.query_params.from_dict({**kept, **({"period": chosen} if chosen else {})})
        st.rerun()


def _day(seen: View) -> None:
    chosen = st.date_input(
        "截至",
        value=seen.on,
        min_value=min(seen.facts.first_day, seen.on, seen.today),
        max_value=max(seen.facts.last_day, seen.on, seen.today),
        format="YYYY-MM-DD",
        key=f"on={seen.programme}={seen.on}",
    )
    if isinstance(chosen, date) and chosen != seen.on:
        st.query_params["on"] = chosen.isoformat()
        st.rerun()
    kpis = [kpi for period in seen.periods for kpi in ask(seen, "kpis", period=period.period)]
    deadlines = [kpi.deadline for kpi in kpis if kpi.deadline]
    known = ("programme", "on", "period")
    here = {name: value for name, value in st.query_params.items() if name not in known}
    pills = [
        (label, replace(seen, on=day).link("", **here).removeprefix("./"), day == seen.on)
        for day, label in shortcuts(seen.today, bool(seen.facts.as_of), deadlines, seen.year)
    ]
    st.html(f'<div class="kpi side">{parts.pills(pills)}</div>')


def shortcuts(today: date, pinned: bool, deadlines: Sequence[date], year: int) -> list[tuple[date, str]]:
    """The days people ask for: today (or the definition's day), the end of last month, and each deadline."""
    month_end = date.fromordinal(today.replace(day=1).toordinal() - 1)
    found = {
        today: f"{words.short_day(today, year)} 資料日" if pinned else "今天",
        month_end: f"{month_end.month} 月底",
    }
    for deadline in sorted(set(deadlines)):
        found.setdefault(deadline, f"{words.short_day(deadline, year)} 期限")
    return list(found.items())
