"""The page that follows its snapshot: drawn anew when a new one serves, or a build starts or ends.

It reads the build's notes beside the snapshots every `LOOK_EVERY` seconds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard import warehouse as store
from dashboard.language.texts import kept
from dashboard.questions import View
from dashboard.ui.frame.freshness import folder, own_updates

LOOK_EVERY = 10.0


@contextmanager
def followed(view: View) -> Iterator[None]:
    """Around a page: draw it anew when a new snapshot serves or a build starts or ends.

    A snapshot that is published while the page is drawn counts as new. The session that started an update gets a toast
    at its end.
    """
    before = _page_state(view)
    yield
    for news in own_updates().news:
        st.toast(news)
    own_updates().news.clear()
    looks = itertools.count()

    def look() -> None:
        if next(looks) and (_current_state(view) != before or own_updates().news):
            st.rerun(scope="app")

    st.fragment(kept(look), run_every=LOOK_EVERY)()


def _page_state(view: View) -> tuple[object, ...]:
    """The state that the page was drawn in; a damaged snapshot is not on the page but still the one that serves."""
    return (_serving(view) if view.damage else view.snapshot.stamp, *_goings_on(view))


def _current_state(view: View) -> tuple[object, ...]:
    return (_serving(view), *_goings_on(view))


def _serving(view: View) -> str:
    try:
        return store.current(view.warehouse, view.programme).stamp
    except store.NoSnapshot:
        return ""


def _goings_on(view: View) -> tuple[str, bool]:
    refresh = store.last_refresh(folder(view))
    status = refresh and (refresh.error, [(one.id, one.problem) for one in refresh.sheets])
    return str(status), store.under_way(folder(view)) is not None
