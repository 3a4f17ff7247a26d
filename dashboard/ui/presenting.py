"""The page of a meeting: nothing but the slides, which are turned in the browser."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import streamlit as st

from dashboard.exports import report, slide_facts, slides
from dashboard.language.texts import say
from dashboard.questions import View, ask
from dashboard.ui import figures, frame, freshness
from dashboard.ui.address import asked, chosen


def choices() -> slide_facts.Choices:
    """The order of the slides, and whether schools are named, as the address has it."""
    return slide_facts.Choices(asked("order", slides.ORDERS) or "gap", asked("schools") != "0")


def show(seen: View) -> None:
    """All slides at once."""
    choice, start = choices(), _start(seen)
    notices = tuple(_notices(seen))

    def build() -> str:
        document = slides.document(seen, choice)
        return report.deck(
            document, start=start, ways=_ways(seen, choice), leave=_back(seen), notices=notices
        )

    st.set_page_config(page_title=f"{say('簡報')} · {seen.facts.title}")
    fragment = figures.once(seen, "slides", choice, start, notices, tuple(chosen().values()), build=build)
    st.markdown(f"<style>{report.style()}</style>{fragment}", unsafe_allow_html=True)
    st.html(f"<script>{report.script()}</script>", unsafe_allow_javascript=True)


def _notices(seen: View) -> Iterator[str]:
    """What the presenter must know before the audience sees a figure."""
    yield from seen.notices
    if seen.damage:
        yield f"{say('✕ 最新的快照讀不出來')} {seen.damage} {frame.former_stands(seen)}"
    yield from (html.unescape(re.sub("<[^>]*>", "", tag)) for tag in freshness.tags(seen))


def _start(seen: View) -> str:
    """The slide of what was chosen on the page from which one came."""
    if kpi := asked("kpi"):
        period = next((one.period for one in seen.periods if _has(seen, kpi, one.period)), "")
        return f"kpi-{kpi}-{period}"
    group, school = asked("group"), asked("school")
    for row in ask(seen, "schools"):
        if (school or group) in (row.name, row.group_name):
            return f"group-{row.group_name}"
    return ""


def _has(seen: View, kpi: str, period: str) -> bool:
    return any(row.kpi == kpi for row in ask(seen, "kpis", period=period))


def _ways(seen: View, choice: slide_facts.Choices) -> list[report.Links]:
    """The choices of a meeting, each as a link that keeps the others."""

    def way(order: str, schools: bool) -> str:
        own = {"order": None if order == "gap" else order, "schools": None if schools else "0"}
        return seen.link("present", **chosen(), **own)

    return [
        {
            say(name): (way(order, choice.schools), order == choice.order)
            for order, name in slides.ORDERS.items()
        },
        {
            say("寫出校名"): (way(choice.order, True), choice.schools),
            say("不寫校名"): (way(choice.order, False), not choice.schools),
        },
    ]


def _back(seen: View) -> str:
    """The page of what is chosen, else the overview."""
    for name, page in (("school", "school"), ("group", "group"), ("kpi", "indicator")):
        if value := asked(name):
            return seen.link(page, **{name: value})
    return seen.link("overview")
