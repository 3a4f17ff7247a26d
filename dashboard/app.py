"""The frame around the pages: it lists the folder, draws the sidebar, and runs the page the address names.

The listing of pages/ is the registry: a file's number is its place, its docstring's first line its title, its
name without the number its address. The entry file is not beside that folder on purpose: Streamlit would
serve a sibling pages/ folder by its older mechanism, past this file.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import streamlit as st

from dashboard import ui

PAGES = Path(__file__).parents[1] / "pages"


@cache
def listing(folder: Path = PAGES) -> dict[str, tuple[Path, str]]:
    """Address to file and title, in the order of the numbers."""
    numbered = [(int(path.stem.split("_")[0]), path) for path in folder.glob("[0-9]*_*.py")]
    return {path.stem.split("_", 1)[1]: (path, _title(path)) for _, path in sorted(numbered)}


def _title(path: Path) -> str:
    told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or path.stem
    return told.splitlines()[0]


def main() -> None:
    """The first page also answers at the root, so that both addresses are links that last."""
    ui.speak()
    st.set_page_config(page_title=ui.say("數位學習精進方案"), layout="wide", initial_sidebar_state=264)
    ui.dress()
    found = {name: (path, ui.say(title)) for name, (path, title) in listing().items()}
    pages = {name: st.Page(path, title=title, url_path=name) for name, (path, title) in found.items()}
    first, title = next(iter(found.values()))
    root = st.Page(first, title=title, url_path="home", default=True, visibility="hidden")
    chosen = st.navigation([root, *pages.values()], position="hidden")
    with ui.guard():
        seen = ui.view()
        with st.sidebar:
            ui.sidebar(
                seen,
                {name: title for name, (_, title) in found.items()},
                chosen.url_path or next(iter(found)),
            )
        chosen.run()
        ui.freshness.follow(seen)


main()
