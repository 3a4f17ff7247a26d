"""The entry file: it draws the sidebar and runs the page that the address names.

The entry file is not beside pages/ on purpose: Streamlit would serve a sibling folder of that name by its older
mechanism, past this file.
"""

from __future__ import annotations

import streamlit as st

from dashboard import ui
from dashboard.ui.frame import following


def main() -> None:
    """Draw the page of the address; the first page also answers at the root, so that both addresses last."""
    ui.speak()
    st.set_page_config(layout="wide", initial_sidebar_state=264)
    ui.dress()
    titled = {name: (path, ui.say(title)) for name, (path, title) in ui.pages().items()}
    pages = {name: st.Page(path, title=title, url_path=name) for name, (path, title) in titled.items()}
    first, title = next(iter(titled.values()))
    root = st.Page(first, title=title, url_path="home", default=True, visibility="hidden")
    chosen = st.navigation([root, *pages.values()], position="hidden")
    with ui.guard():
        view = ui.read_view()
        with following.followed(view):
            with st.sidebar:
                ui.sidebar(
                    view,
                    {name: title for name, (_, title) in titled.items()},
                    chosen.url_path or next(iter(titled)),
                )
            chosen.run()


main()
