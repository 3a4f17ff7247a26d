"""Files that a page offers: each is built when it is fetched, and only by the browser that it was offered to.

Streamlit's own download button holds a file for no session in particular, and drops it as soon as two pages of anybody
have been drawn. Here an address refers to the function that builds the file: it lasts as long as its session, takes no
memory for the file, and needs the cookie of that session's browser.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

import streamlit as st

from dashboard.language import texts
from dashboard.ui.address import read_view

FOLDER = "files"
COOKIE = "kpi_browser"
# Offers of a session, more than a day of work needs: each takes a kilobyte or two.
MOST = 3_000
_SECRET = re.compile(r"[\w-]{43}")


@dataclass(frozen=True)
class Offer:
    """A file that can be fetched: its name, its MIME type, the function that builds it, and the browser's secret."""

    name: str
    mime: str
    make: Callable[[], bytes]
    browser: str


# The sessions hold them: an offer is gone with the last session that has it.
_offers: WeakValueDictionary[str, Offer] = WeakValueDictionary()


def secret() -> str:
    """A random token for a cookie or an address."""
    return secrets.token_urlsafe(32)


def is_secret(text: str) -> bool:
    """Whether a text has the form of a `secret`."""
    return _SECRET.fullmatch(text) is not None


def browser_of(cookies: str) -> str:
    """The secret in a `Cookie` header, or a blank; cookies of other services of the machine are ignored."""
    for one in cookies.split(";"):
        name, _, value = one.strip().partition("=")
        if name == COOKIE and is_secret(value):
            return value
    return ""


def address(name: str, mime: str, make: Callable[[], bytes]) -> str:
    """The address of the file in this session; the same each time that the same page is drawn.

    `make` runs later in another thread, in the present language.
    """
    mine: dict[object, tuple[str, Offer]] = st.session_state.setdefault("offers", {})
    # Blank where no browser asks, as in a test.
    browser = browser_of(str(st.context.headers.get("Cookie", "")))
    key = (name, read_view().snapshot.stamp, browser, tuple(sorted(st.query_params.to_dict().items())))
    if key in mine:
        mine[key] = token, _ = mine.pop(key)
    else:
        token = secret()
        _offers[token] = offer = Offer(name, mime, texts.kept(make), browser)
        mine[key] = token, offer
        while len(mine) > MOST:
            del mine[next(iter(mine))]
    return f"./{FOLDER}/{token}"


def offered(token: str, browser: str) -> Offer | None:
    """The offer at an address; None for any browser but the one that it was made to, and for one without a cookie."""
    offer = _offers.get(token)
    if offer is None or not is_secret(browser) or not hmac.compare_digest(offer.browser, browser):
        return None
    return offer
