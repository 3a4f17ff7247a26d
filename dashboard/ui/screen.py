"""Markup onto the screen: the one place that knows how."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


def show(fragment: str) -> None:
    """Puts HTML on the page. `st.html` is sanitised and quick but drops SVG, which goes as Markdown.

    There a link would open a tab of its own unless it says otherwise.
    """
    body = f'<div class="kpi">{fragment}</div>'
    if "<svg" in fragment:
        st.markdown(re.sub(r"<a (?![^>]*target=)", '<a target="_self" ', body), unsafe_allow_html=True)
    else:
        st.html(body)


def halves(left: float = 1) -> list[DeltaGenerator]:
    """Two places side by side, the left so much wider; one below the other where there is no room for both."""
    return list(st.columns([left, 1], gap="medium"))
