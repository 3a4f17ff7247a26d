"""The pieces of HTML that pages consist of.

Pure: values in, markup out. Each piece escapes the texts that it is handed and takes markup as it is, so that nobody else
escapes anything. Every figure of an indicator carries its values in a data attribute, so that a test reads them without
parsing words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.language.figure import stated
from dashboard.language.markup import BLANK, Markup, escape, join, say_markup
from dashboard.language.texts import SOURCE, manner, say
from dashboard.language.words import (
    STATUSES,
    UNMET,
    URGENT_DAYS,
    change,
    days_left,
    flag_meanings,
    flag_words,
    flags_of,
    listing,
    number,
    plain,
    short_day,
    word,
    written_day,
)
from dashboard.rows import Figure, Judged, Kpi, Period, SchoolResultOf

BASES: dict[object, str] = {
    "staff": "staff",
    "classes": "schools",
}  # the tables that the bases are counted in
BREAK = Markup("<br>")


def element(name: str, /, *content: str, kind: str = "", **attributes: object) -> Markup:
    """An element with its content one after another; kind: its classes.

    attributes: by name with _ for -, such as `aria_label`; True has no value, and one of None or False is left out.
    """
    written = named("class", kind)
    for key, value in attributes.items():
        written += named(key.replace("_", "-"), value)
    return Markup(f"<{name}{written}>{''.join(map(escape, content))}</{name}>")


def named(name: str, value: object) -> str:
    """An attribute within a tag; blank where its value is."""
    if value is None or value is False or value == "":
        return ""
    return f" {name}" if value is True else f' {name}="{escape(value)}"'


def tag(status: str, require: str | None = None) -> Markup:
    """The sign and the word of a status in its colours."""
    return Markup(
        f'<span class="tag t-{STATUSES[status].colour}">{STATUSES[status].sign} {escape(word(status, require))}</span>'
    )


def flag_sign(row: Judged) -> Markup:
    """The mark of flags in a cell without room for words, which are in its title and below its table."""
    return Markup('<em class="fl">!</em>' if flags_of(row) else "")


def flag_note(row: Figure, causes: str = "") -> Markup:
    """「! 名冊有退回的列」 with its meaning as the title, where no link is possible; blank without a flag."""
    if not flags_of(row):
        return BLANK
    return element("small", "! ", flag_words(row), kind="fl", title=causes or flag_meanings(row))


def flagged(row: Figure, kpi: Kpi | SchoolResultOf, link: Callable[..., str], causes: str = "") -> Markup:
    """As `flag_note`, as a link to the rows of the school and the table on the data page."""
    if not flags_of(row):
        return BLANK
    school = getattr(row, "school_name", None)  # a sum of schools has none
    href = link("data", school=school, table=flag_table(flags_of(row), kpi))
    return anchor(href, flag_note(row, causes), "fl")


def flag_hover(row: Figure) -> Markup:
    """The line on flags in a figure's tooltip; blank without a flag."""
    return Markup(f"<br>! {escape(flag_words(row))}" if flags_of(row) else "")


def flag_table(flags: Iterable[str], kpi: Kpi | SchoolResultOf) -> str | None:
    """The table that all flags of a figure, their codes, are about; None where they are about several, or about files."""
    about = {"base_rejected": BASES.get(kpi.base), "rows_rejected": kpi.table_name, "no_rows": kpi.table_name}
    tables = {about.get(code) for code in flags}
    return tables.pop() if len(tables) == 1 else None


def figure(row: Judged, name: str = "") -> Markup:
    """The values of a figure for machines, as one attribute, since a browser checks each attribute of hundreds."""
    return Markup(f'data-figure="{escape(stated(row, name))}"')


def fact(text: str, values: Mapping[str, object], kind: str = "") -> Markup:
    """A text with its values for machines, as data attributes by name; a missing value is blank."""
    written = "".join(f' data-{name}="{escape(value)}"' for name, value in values.items())
    return Markup(f"<span{written}{named('class', kind)}>{escape(text)}</span>")


def moved(now: float | None, row: object, name: str = "counted", unit: str = "") -> Markup:
    """As `changed`, from the value `name` of a row of the day to compare with; None where nothing is compared."""
    return changed(now, None if row is None else getattr(row, name), unit)


def changed(now: float | None, then: float | None, unit: str = "") -> Markup:
    """+3, −2 or 0: the change from the figure of the day to compare with.

    Blank where either day has no figure: that is not a change of 0.
    """
    if now is None or then is None:
        return BLANK
    by, title = escape(change(now - then, unit)), escape(say("與比較日相比"))
    return Markup(f'<span class="chg" data-then="{plain(then)}" title="{title}">{by}</span>')


def bar(status: str, done: float, whole: float, said: str, pace: float | None = None) -> Markup:
    """A bar of how much of a whole is done, in the status's colour, with a tick at today's pace unless it is met.

    `said` is its text for screen readers. More than the whole fills the bar and no more.
    """
    tick = ""
    if pace and status != "met":
        said = say("{done}，今天應有 {pace}", done=said, pace=number(pace))
        tick = f'<u style="left:{min(100 * pace / whole, 99):.1f}%"></u>'
    filled = f'<i style="width:{min(100 * done / whole, 100):.1f}%"></i>'
    return Markup(
        f'<div class="bar {STATUSES[status].colour}" role="img" aria-label="{escape(said)}">{filled}{tick}</div>'
    )


def anchor(href: str, text: str, kind: str = "") -> Markup:
    """A link that stays in this tab."""
    return Markup(f'<a href="{escape(href)}"{named("class", kind)}>{escape(text)}</a>')


def outward(href: str, text: str) -> Markup:
    """A link to another site, in a new tab without the referrer."""
    return element("a", text, href=href, target="_blank", rel="noopener noreferrer")


def heading(title: str, *about: str) -> Markup:
    """The heading of a section, and below it what it is about."""
    return element("h2", title) + (element("p", *about, kind="sub") if about else BLANK)


def hint(text: str) -> Markup:
    """A text that is on the screen only, such as what to click."""
    return element("span", text, kind="onscreen")


def notice(title: str, body: str, kind: str = "info") -> Markup:
    """A notice: what happened, what the figures still are, what to do.

    kind: info, warning (missing, stale) or failed.
    """
    role = "alert" if kind == "failed" else "status"
    return element("div", element("b", title), BREAK, body, kind=f"msg {kind}", role=role)


def stored(note: str | None) -> Markup:
    """A Chinese note of the reader of the sources; in another language it is marked as a note."""
    lines = join((note or "").splitlines(), BREAK)
    return say_markup("讀取時記下：{text}", text=lines) if lines and manner().language != SOURCE else lines


def pills(choices: Iterable[tuple[str, str, bool]], of: str = "") -> Markup:
    """Choices as links: (text, address, whether it is chosen); with `of`, their label, paper has the chosen ones."""
    choices = [(escape(text), escape(href), is_chosen) for text, href, is_chosen in choices]
    chosen = listing([text for text, _, is_chosen in choices if is_chosen])
    links = "".join(
        f'<a class="pill{" on" if chosen else ""}" href="{href}"'
        f"{' aria-current=true' if chosen else ''}>{text}</a>"
        for text, href, chosen in choices
    )
    label = f"<span class=of>{escape(of)}</span>" if of else ""
    printed = f'<span class="onpaper">{escape(of)} <b>{chosen}</b></span>' if of and chosen else ""
    return Markup(f'<div class="pills">{label}<div>{links}</div>{printed}</div>')


def legend() -> Markup:
    """The list of every status with its meaning."""
    return join(
        element("div", element("span", tag(code)), element("span", status.meaning))
        for code, status in STATUSES.items()
    )


@dataclass(frozen=True)
class Cell:
    """One table cell: its content and its classes."""

    body: str
    kind: str = ""

    def html(self, element: str = "td", scope: str = "") -> Markup:
        """The cell as an element of a table."""
        kind = f' class="{self.kind}"' if self.kind else ""
        of = f' scope="{scope}"' if scope else ""
        return Markup(f"<{element}{kind}{of}>{escape(self.body)}</{element}>")


Line = tuple[str, Sequence[Cell]]  # a row of a table: its class and its cells


def text(value: object, kind: str = "l") -> Cell:
    """A cell of plain text."""
    return Cell(escape(value), kind)


def count(value: object) -> Cell:
    """A cell of a number, right-aligned."""
    return Cell(number(value))


def table(
    caption: str,
    header: Sequence[Cell],
    body: Iterable[Line],
    kind: str = "",
    around: tuple[Markup, Markup] = (BLANK, BLANK),
) -> Markup:
    """A table whose first cell of each row is the row's header; it scrolls where it is too wide.

    around: parts of the table before and after `body`, see `paper.around`.
    """
    top = "".join(cell.html("th", "col") for cell in header)
    before, after = around
    inside = (
        f"<caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead>"
        f"{before}<tbody>{lines(body)}</tbody>{after}"
    )
    box = f'class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"'
    return Markup(f'<div {box}><table class="df {kind}">{inside}</table></div>')


def lines(body: Iterable[Line]) -> Markup:
    """The rows of a table."""
    rows = (
        f"<tr{named('class', name)}>{cells[0].html('th', 'row')}{''.join(cell.html() for cell in cells[1:])}</tr>"
        for name, cells in body
    )
    return Markup("".join(rows))


def due(deadline: date | None, left: int | None, status: str, year: int) -> Markup:
    """「12/31 · 剩 43 天」, in amber when it is close and not met: urgency is not a status. Past, it names its year."""
    if deadline is None or left is None:
        return BLANK
    day = written_day(deadline) if left < 0 else short_day(deadline, year)
    label = f"{day} · {days_left(left)}"
    if status not in UNMET:
        return element("span", label)
    if left < 0:
        return element("span", label, kind="s-overdue overdue")
    return element("span", label, kind="warn" if left <= URGENT_DAYS else "")


def empty(what: str, clear: str) -> Markup:
    """The notice of a filter that leaves nothing, with the link that clears it."""
    link = hint(anchor(clear, say("清除篩選")))
    return notice(say("沒有符合的項目"), say_markup("{what}。{link}", what=what, link=link))


def page(asked: str | None, total: int, size: int) -> int:
    """The number of the page that the address names, from 1 to the last page."""
    last = max(1, -(-total // size))
    return min(max(int(asked), 1), last) if asked and asked.isdecimal() and len(asked) < 7 else 1


def pager(current: int, total: int, size: int, here: Callable[..., str], of: str | None = None) -> Markup:
    """「1–20，共 146 列」 with links to the page before and after; blank where there is one page."""
    if total <= size:
        return BLANK
    first, last = (current - 1) * size + 1, min(current * size, total)
    back = anchor(here(page=current - 1), say("上一頁")) if current > 1 else ""
    on = anchor(here(page=current + 1), say("下一頁")) if last < total else ""
    position = say(
        "{first}–{last}，共 {total} {of}",
        first=number(first),
        last=number(last),
        total=number(total),
        of=of or say("列"),
    )
    return element("p", position, "　", back, "　", on, kind="foot onscreen")


def period(periods: Sequence[Period], one: Period) -> Markup:
    """The heading of a period's section; blank where the page has one period."""
    return element("h2", one.label) if len(periods) > 1 else BLANK
