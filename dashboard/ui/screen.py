"""Markup onto the screen: the one place that knows how."""

from __future__ import annotations

import streamlit as st


def show(fragment: str) -> None:
    """Puts HTML on the page. `st.html` is sanitised and quick but drops SVG, which goes as Markdown."""
    body = f'<div class="kpi">{fragment}</div>'
    if "<svg" in fragment:
        st.markdown(body, unsafe_allow_html=True)
    else:
        st.html(body)
