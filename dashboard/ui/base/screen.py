"""How markup reaches the screen, and the few widgets of a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.language.markup import Markup
from dashboard.ui.base.parts import element

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


def show(fragment: Markup, kind: str = "") -> None:
    """Put HTML on the page; kind: the classes of the element around it.

    This is the only way out of here to Streamlit. `st.html` is sanitised and quick but drops SVG, which goes as Markdown; there a link without a target opens a new tab.
    """
    body = f'<div class="{f"kpi {kind}".rstrip()}">{fragment}</div>'
    if "<svg" in fragment:
        st.markdown(re.sub(r"<a (?![^>]*target=)", '<a target="_self" ', body), unsafe_allow_html=True)
    else:
        st.html(body)


def halves(left: float = 1) -> list[DeltaGenerator]:
    """Two columns, the left `left` times as wide as the right; one below the other on a narrow screen."""
    return list(st.columns([left, 1], gap="medium"))


def fold(label: str) -> Any:
    """A closed expander; its content is drawn with the page."""
    return st.expander(label)


def fold_on_demand(label: str, key: str, put: Callable[[], None]) -> None:
    """An expander whose content is drawn only when it is opened; `key` keeps it open between runs."""
    folded = st.expander(label, key=key, on_change="rerun")
    if folded.open:
        with folded:
            put()


def choose(label: str, options: Sequence[str], current: str, parameter: str) -> None:
    """A select box that writes the choice into the address."""
    chosen = st.selectbox(
        label,
        options,
        index=options.index(current),
        key=f"{parameter}={current}",
        label_visibility="collapsed",
        width=280,
    )
    if chosen != current:
        st.query_params[parameter] = chosen
        st.rerun()


def copy(title: str, message: str) -> None:
    """Show a text to send, with a button that copies it."""
    if message:
        show(element("h3", title))
        st.code(message, language=None, wrap_lines=True)
