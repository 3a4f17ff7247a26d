"""What a page prints: every row of a list of which the screen has one page, and whose figures they are.

Up to `AT_ONCE` rows are in the page from the start, hidden on the screen: they need no script and no server. More rows
are fetched when somebody prints (see follow.js), so that no click pays for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from dashboard.language import words
from dashboard.language.markup import BLANK, Markup, escape
from dashboard.language.texts import later, say
from dashboard.language.words import STATUSES, number
from dashboard.questions import View, programme_name
from dashboard.rows import Period
from dashboard.ui.base import downloads, parts
from dashboard.ui.base.parts import Cell, Line, element

T = TypeVar("T")
AT_ONCE = 30  # rows that come with a page
MOST = 2_000  # rows that are printed
PAGE, PAGES = "\1", "\2"  # placeholders of the numbers of the sheets, which the browser knows
SIGNS = {
    **{status.sign: (status.source_word, status.source_meaning) for status in STATUSES.values()},
    "!": (later("要留意"), later("資料有缺、過舊、有列被退回，或一格讀不懂")),
}
# On paper there are no links, no tooltips and no attributes for programs.
USELESS = re.compile(r' (?:href|title|scope|target|rel|data-[a-z]+)="[^"]*"')


class Page(list[T]):
    """The rows of one page of a list, with access to the others; `get` gives the rows from one number up to another."""

    def __init__(
        self,
        asked: str | None,
        total: int,
        size: int,
        get: Callable[[int, int], Sequence[T]],
    ) -> None:
        """Read the page that `asked` names, of a list of `total` rows in pages of `size`."""
        self.number, self.total, self.size = parts.page(asked, total, size), total, size
        self.get = get
        self.first = (self.number - 1) * size
        super().__init__(get(self.first, self.first + size))

    @property
    def last(self) -> int:
        """The number after that of the page's last row."""
        return self.first + len(self)


def page(every: Sequence[T], asked: str | None, size: int) -> Page[T]:
    """The page that the address names, of a list in memory."""
    return Page(asked, len(every), size, lambda first, last: every[first:last])


def pager(rows: Page[T], here: Callable[..., str], of: str | None = None) -> Markup:
    """The links to the other pages of a list."""
    return parts.pager(rows.number, rows.total, rows.size, here, of)


def table(
    caption: str, header: Sequence[Cell], rows: Sequence[T], line: Callable[[T], Line], kind: str = ""
) -> Markup:
    """A table of the page's rows; on paper of all rows."""

    def write(some: Iterable[T]) -> Markup:
        return parts.lines(map(line, some))

    def note(sentence: str) -> Markup:
        return element("tr", element("td", sentence, kind="l w", colspan=len(header)))

    return parts.table(caption, header, map(line, rows), kind, around("tbody", caption, rows, write, note))


def _paragraph(sentence: str) -> Markup:
    return element("p", sentence)


def around(
    tag: str,
    name: str,
    rows: Sequence[T],
    write: Callable[[Iterable[T]], Markup],
    note: Callable[[str], Markup] = _paragraph,
) -> tuple[Markup, Markup]:
    """The elements for paper before and after the rows of a page: all other rows, and how many are not printed.

    name: the list's name, unique on the page. write: the markup of rows. note: that of a sentence among them.
    """
    if not isinstance(rows, Page) or len(rows) == rows.total:
        return BLANK, BLANK

    def part(first: int, last: int) -> Markup:
        if first >= last:
            return BLANK
        if last - first <= AT_ONCE:
            return element(tag, cheap(write(rows.get(first, last))), kind="onpaper")
        return fetched(f"{name} {first}", lambda: write(rows.get(first, last)), tag, note)

    before, end = min(rows.first, MOST), min(max(rows.last, MOST), rows.total)
    left = rows.first - before + rows.total - end
    more = element(tag, note(beyond(left)), kind="onpaper") if left else BLANK
    return part(0, before), part(rows.last, end) + more


def instead(name: str, draw: Callable[[Sequence[T]], Markup], rows: Page[T], period: Period) -> Markup:
    """A drawing of the page's rows, and on paper of all rows, for what is no plain list of rows.

    name: the drawing's name, unique on the page and in the period.
    """
    if len(rows) == rows.total:
        return draw(rows)

    def whole() -> Markup:
        left = rows.total - MOST
        return draw(rows.get(0, MOST)) + (element("p", beyond(left), kind="foot") if left > 0 else "")

    return element("div", draw(rows), kind="onscreen") + fetched(f"{name} {period.period}", whole)


def fetched(
    name: str, draw: Callable[[], Markup], tag: str = "div", note: Callable[[str], Markup] = _paragraph
) -> Markup:
    """An element that is drawn when somebody prints, by another thread; until then it says that rows are missing.

    name: the element's name, unique on the page. note: the markup of that sentence.
    """
    href = downloads.address(f"{name}.html", "text/html", lambda: cheap(draw()).encode())
    missing = say("這裡的列沒有印出：讀不到伺服器，或頁面開了太久。請重新整理再列印。")
    return element(tag, note(missing), kind="onpaper", data_paper=href)


def beyond(left: int) -> str:
    """The sentence on how many rows are not printed, and how to get them."""
    return say("另有 {n} 列沒有印出，請在畫面上按這張表的「下載…」取得全部。", n=number(left))


def cheap(markup: Markup) -> Markup:
    """Markup without the attributes that paper does not need."""
    return Markup(USELESS.sub("", markup))


# Whose figures they are


def identity(view: View) -> Markup:
    """The lines below a printed page's heading: the programme and the scope, and the meanings of the signs."""
    scope = say("檢視範圍：{scope}", scope=say(view.scope.label))
    signs = "".join(
        f"<span><b>{sign} {escape(say(name))}</b> {escape(say(meaning))}</span> "
        for sign, (name, meaning) in SIGNS.items()
    )
    return Markup(
        f'<p class="quiet onpaper">{escape(programme_name(view))} · {escape(scope)}</p>'
        f'<p class="quiet onpaper signs">{signs}</p>'
    )


def margins(view: View, title: str, upright: bool) -> Markup:
    """The style sheet of the margins: the programme and the page, the day, the snapshot, and the sheet's number."""
    built_at, fingerprint = view.facts.built_at, words.fingerprint(view.facts.fingerprint)
    sample = f" · {say('示範資料')}" if view.facts.sample else ""
    boxes = {
        "top-left": f"{programme_name(view)} · {title}",
        "top-right": f"{say('截至')} {words.full_day(view.on)}{sample}",
        "bottom-left": f"{say('資料快照')} {words.moment(built_at, view.year)} · {say('指紋')} {fingerprint}",
        "bottom-right": say("第 {page} 頁，共 {pages} 頁", page=PAGE, pages=PAGES),
    }
    rules = " ".join(f"@{place} {{ content: {_content(text)}; }}" for place, text in boxes.items())
    size = "size: A4 portrait !important; " if upright else ""
    return Markup(f'<style class="{"upright" if upright else ""}">@page {{ {size}{rules} }}</style>')


def _content(text: str) -> str:
    """A text as `content` of a style sheet: every sign but letters and digits is escaped by its number."""
    counters = {PAGE: "counter(page)", PAGES: "counter(pages)"}
    return " ".join(
        counters.get(one) or '"' + re.sub(r"[^\w]", lambda sign: f"\\{ord(sign[0]):x} ", one) + '"'
        for one in re.split(f"({PAGE}|{PAGES})", text)
        if one
    )
