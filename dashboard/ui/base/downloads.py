"""Files that a page offers, as links: each is built when it is fetched, and only by the browser that it was offered to.

Streamlit's own download button holds a file for no session in particular, and drops it as soon as two pages of anybody
have been drawn. Here an address refers to the function that builds the file: it lasts as long as its session, takes no
memory for the file, and needs the cookie of that session's browser.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from weakref import WeakValueDictionary

import streamlit as st

from dashboard.definitions import deployment
from dashboard.exports import tables
from dashboard.exports import workbook as book
from dashboard.exports.document import Document
from dashboard.language import texts, words
from dashboard.language.markup import Markup, join
from dashboard.language.texts import say
from dashboard.questions import View
from dashboard.ui.base.address import read_view
from dashboard.ui.base.parts import element

Build = Callable[[], Sequence[Sequence[object]]]  # gives the rows of a table
FOLDER = "files"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ZIP = "application/zip"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
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


def download(name: str, header: Sequence[str], build: Build) -> Markup:
    """Links to a table as XLSX, ODS and CSV, each built when it is fetched; `name` begins with the table's title."""
    title = name.partition("_")[0]
    return offer(
        title,
        (f"{name}.xlsx", XLSX, lambda: tables.xlsx(title, header, build())),
        (f"{name}.ods", ODS, lambda: tables.ods(title, header, build())),
        (f"{name}.csv", "text/csv", lambda: tables.csv_bytes(header, build())),
    )


def offer(title: str, *files: tuple[str, str, Callable[[], bytes]], folded: bool = True) -> Markup:
    """A link to a file, or a button that unfolds links to several.

    files: of each its name, its MIME type and the function that builds it when it is fetched. A name becomes one that
    Windows takes.
    folded: whether several are behind a button; else they are links in a line.

    The links unfold in the line of the button, so that no box or edge of the page cuts them off. Of all buttons of a
    page one is open.
    """
    what = say("下載{what}", what=title)
    links = join((_file(title, *file) for file in files), " ")
    if len(files) == 1 or not folded:
        return element("p", what, " ", links, kind="files")
    button = element("summary", say("下載…"), aria_label=what)
    return element("details", button, element("div", links), kind="files", name="files")


def _file(title: str, name: str, mime: str, make: Callable[[], bytes]) -> Markup:
    stem, _, ending = name.rpartition(".")
    name = f"{words.file_name(stem)}.{ending}"
    kind = ending.upper()
    label = say("下載{what} {kind}", what=title, kind=kind)
    href = address(name, mime, make)
    return element("a", kind, kind="file", href=href, download=name, aria_label=label)


def workbook(view: View) -> Markup:
    """The links to the workbook of all indicators."""
    title = say("全部指標")
    name = f"{title}_{view.facts.title}_{words.file_day(view.on)}"

    def making(kind: str) -> Callable[[], bytes]:
        return texts.kept(lambda: book.write(view, kind))

    files = ((f"{name}.xlsx", XLSX, making("xlsx")), (f"{name}.ods", ODS, making("ods")))
    return offer(title, *files, folded=False)


def pack(view: View, group: str, make: Callable[[View], Document], meeting: str = "") -> Markup:
    """The link to the pack of a group for its lead school; `make` gives the slides of a view of that group."""
    templates = deployment.from_environment().templates

    def write() -> bytes:
        from dashboard.exports import pack

        return pack.write(view, group, templates, make)

    name = "_".join(filter(None, (say("資料包"), group, meeting, words.file_day(view.on))))
    title = say("{group}的資料包", group=group)
    return offer(title, (f"{name}.zip", ZIP, texts.kept(write)), folded=False)
