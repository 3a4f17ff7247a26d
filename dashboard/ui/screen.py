"""How markup reaches the screen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


def show(fragment: str) -> None:
    """Put HTML on the page.

    `st.html` is sanitised and quick but drops SVG, which goes as Markdown; there a link without a target opens a new tab.
    """
    body = f'<div class="kpi">{fragment}</div>'
    if "<svg" in fragment:
        st.markdown(re.sub(r"<a (?![^>]*target=)", '<a target="_self" ', body), unsafe_allow_html=True)
    else:
        st.html(body)


def halves(left: float = 1) -> list[DeltaGenerator]:
    """Two columns, the left `left` times as wide as the right; one below the other on a narrow screen."""
    return list(st.columns([left, 1], gap="medium"))
