"""The slides as HTML: a fragment for the page, and a file that any browser opens, presents and prints.

The file needs no network. Its look is in slides.css, its turning in slides.js; the page uses the same two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from dashboard.charts.look import letters
from dashboard.exports import report_curve
from dashboard.exports.document import Big, Cell, Document, Figure, Slide, Table
from dashboard.language.figure import stated
from dashboard.language.markup import escape
from dashboard.language.texts import SOURCE, later, say
from dashboard.language.words import STATUSES

HERE = Path(__file__).parent
WIDTH, HEIGHT = 1752, 984  # of a slide within its margins, in units of slides.css
TITLE, LINE, ROW, HEAD = 58, 42, 74, 56
TYPES = (30, 27, 24)
CURVE = 610 + 64
LEADING = 1.25  # from one line of a cell to the next, in sizes of the letters
LEAST = 220  # how wide a column of strips or of sentences is at least
FRAME = 40 + 26 + 60  # the line above the title, the space below it, the footer
CELLS = 200  # schools of a strip with a cell each; above it only the proportions
KEYS = {
    "→ ←": later("下一張、上一張"),
    "Home End": later("第一張、最後一張"),
    "F": later("全螢幕"),
    "L": later("清單"),
    "D": later("資料問題；再按一次回來"),
    "P": later("指示點"),
    "B": later("黑畫面"),
    "A": later("自動換頁"),
    "T": later("深色、淺色"),
    "Esc": later("離開"),
}
TOOLS = {
    "back": later("‹ 上一張"), "next": later("下一張 ›"), "list": later("清單"), "full": later("全螢幕"),
}  # fmt: skip
SECONDS = (10, 20, 30, 60)
Links = Mapping[str, tuple[str, bool]]  # label: where it leads, whether it is chosen


@cache
def style() -> str:
    """The style sheet of the slides, in one line."""
    return " ".join((HERE / "slides.css").read_text("utf-8").split())


@cache
def script() -> str:
    """The script that turns the slides."""
    return (HERE / "slides.js").read_text("utf-8")


def page(document: Document, paper: str = "wide") -> str:
    """The whole file as HTML; `paper` is its paper size, "wide" (16:9) or "a4"."""
    language = "zh-Hant" if document.language == SOURCE else document.language
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(document.title)}</title><style>:root {{ color-scheme: light dark; }} body {{ margin: 0; }} {style()}"
        f"</style></head><body>{deck(document, paper)}<script>{script()}</script></body></html>"
    )


def deck(
    document: Document,
    paper: str = "wide",
    start: str = "",
    ways: Sequence[Links] = (),
    leave: str = "",
    notices: Sequence[str] = (),
    files: str = "",
) -> str:
    """All slides with the list of them and the tools, as markup.

    start: the key of the slide to begin with. ways: choices of the page, as links in the list.
    leave: the address behind Esc. notices: for the presenter only; they go when a slide is turned.
    files: links to the same slides as files, as markup.
    """
    many = len(document.slides)
    out = f'<a class="leave" href="{leave}" target="_self">{escape(say("離開簡報"))}</a>' if leave else ""
    listed = "".join(f"<li>! {escape(notice)}</li>" for notice in notices)
    slides = "".join(_slide(document, slide, at, many) for at, slide in enumerate(document.slides, start=1))
    return (
        f'<div class="deck" tabindex="-1" data-sheet="{paper}" data-start="{escape(start)}" role="region"'
        f' aria-label="{escape(say("簡報"))}"><h1 class="said">{escape(document.title)}</h1><p class="said news" aria-live="polite"></p>{slides}'
        f"{f'<ul class=notices>{listed}</ul>' if listed else ''}"
        f"{_panel(document, ways, out, files)}{_tools(out)}"
        '<div class="clock"></div><div class="spot"></div></div>'
    )


def _panel(document: Document, ways: Sequence[Links], out: str, files: str) -> str:
    listed = "".join(
        f'<li><button type="button" data-to="{at}"><small>{at + 1}</small>{escape(slide.about)}</button></li>'
        for at, slide in enumerate(document.slides)
    )
    keys = "".join(f"<dt>{key}</dt><dd>{escape(say(text))}</dd>" for key, text in KEYS.items())
    seconds = "".join(
        f'<button type="button" data-auto="{n}">{escape(say("{n} 秒", n=n))}</button>' for n in SECONDS
    )
    off = f'<button type="button" data-auto="0" class="on">{escape(say("不自動"))}</button>'
    saved = f"<h3>{escape(say('下載'))}</h3>{files}" if files else ""
    choices = f"<h3>{escape(say('選擇'))}</h3>" if ways else ""
    choices += "".join(f"<p>{_links(way)}</p>" for way in ways)
    prints = (
        f'<button type="button" data-act="print">{escape(say("列印"))}</button>'
        f'<button type="button" data-act="paper">{escape(say("列印（A4、16:9 互換）"))}</button>'
    )
    return (
        f'<nav class="panel" hidden aria-label="{escape(say("清單"))}">'
        f'<p><button type="button" data-act="list">{escape(say("關閉"))}</button>{out}</p>'
        f"<h3>{escape(say('投影片'))}</h3><ol>{listed}</ol>"
        f"{choices}"
        f"<h3>{escape(say('自動換頁'))}</h3><p>{off}{seconds}</p>"
        f"<h3>{escape(say('紙本'))}</h3><p>{prints}</p>{saved}<h3>{escape(say('按鍵'))}</h3><dl>{keys}</dl></nav>"
    )


def _links(way: Links) -> str:
    return "".join(
        f'<a href="{href}" target="_self"{" class=on aria-current=true" if on else ""}>{escape(label)}</a>'
        for label, (href, on) in way.items()
    )


def _tools(out: str) -> str:
    buttons = "".join(
        f'<button type="button" data-act="{act}">{escape(say(label))}</button>'
        for act, label in TOOLS.items()
    )
    return f'<div class="tools">{buttons}{out}</div>'


def _slide(document: Document, slide: Slide, at: int, many: int) -> str:
    label = f"{at}/{many} {slide.about}：{slide.title}"
    rule = f"<span>{escape(slide.rule)}</span>" if slide.rule else ""
    size = min(TITLE, WIDTH / max(letters(slide.title), 1))
    title_lines = 1 if size >= 40 else 2
    if title_lines == 2:
        size = min(46, 2 * WIDTH / (letters(slide.title) + 2))
    lines = "".join(f"<li>{escape(line)}</li>" for line in slide.lines)
    below = f'<ul class="lines">{lines}</ul>' if lines else ""
    below += (
        f'<ul class="flags">{"".join(f"<li>{escape(line)}</li>" for line in slide.flags)}</ul>'
        if slide.flags
        else ""
    )
    taken = LINE * sum(-(-letters(line) * 30 // WIDTH) for line in slide.lines) + 18 * bool(lines)
    taken += 30 * (_lines(document.whose, 24, WIDTH - 48 - 24 * (letters(document.snapshot) + 4)) - 1)
    taken += 43 * len(slide.flags) + size * 1.25 * title_lines + (124 if slide.big else 0)
    width = WIDTH - (CURVE if slide.curve else 0)
    main = _big(slide.big) if slide.big else ""
    main += _table(slide.table, HEIGHT - FRAME - taken, width) if slide.table else ""
    curve = report_curve.drawn(slide.curve) if slide.curve else ""
    return (
        f'<section class="slide" data-key="{escape(slide.key)}" aria-label="{escape(label)}">'
        f'<p class="about"><b>{escape(slide.about)}</b>{rule}{_legend(slide)}</p>'
        f'<h2 style="--size:{size:.1f}">{escape(slide.title)}</h2>'
        f'<div class="body"><div class="main" tabindex="0" role="group" aria-label="{escape(slide.about)}">{main}</div>{curve}</div>{below}'
        f"<footer><span>{escape(document.whose)}</span>"
        f"<span>{escape(document.snapshot)}<b>{at}/{many}</b></span></footer></section>"
    )


def _legend(slide: Slide) -> str:
    """The legend of the strips' colours."""
    cells = [cell for row in (slide.table.rows if slide.table else ()) for cell in row]
    drawn = [status for status in STATUSES if any(status in cell.strip for cell in cells)]
    if slide.big or not drawn:
        return ""
    keys = "".join(
        f'<span><i class="{STATUSES[status].colour}"></i>{escape(STATUSES[status].text)}</span>'
        for status in drawn
    )
    return f'<span class="legend">{keys}</span>'


def _table(table: Table, room: float, width: float) -> str:
    """The table: rows as high as there is room for, columns of numbers as wide as they must be, letters of a least size."""
    kind = next((size for size in TYPES if _fits(table, size, room, width)), TYPES[-1])
    row = max(min((room - HEAD) / max(len(table.rows), 1), ROW), 34)
    if max(_high(table, kind, width), default=1) > 1:
        row = min(row, kind * LEADING + 12)  # the room is for those that go over several lines
    columns = "".join(f'<col style="width:{100 * one / width:.2f}%">' for one in _widths(table, kind, width))
    head = "".join(
        f'<th scope="col"{" class=n" if one.is_number else ""}>{escape(one.name)}</th>'
        for one in table.columns
    )
    body = "".join(f"<tr>{_row(table, cells)}</tr>" for cells in table.rows)
    return (
        f'<table style="--row:{row:.1f};--type:{kind}"><colgroup>{columns}</colgroup>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _fits(table: Table, kind: int, room: float, width: float) -> bool:
    """Whether a table fits into a height with letters of this size."""
    high = sum(max(kind * LEADING * lines + 8, kind * 1.5) for lines in _high(table, kind, width))
    return _need(table, kind) <= width and HEAD + high <= room


def _high(table: Table, kind: int, width: float) -> list[int]:
    """The number of lines of each row: texts wrap, numbers do not."""
    widths = _widths(table, kind, width)
    loose = [at for at in range(len(table.columns)) if not table.columns[at].is_number]
    return [max(_lines(row[at].text, kind, widths[at] - 20) for at in loose) for row in table.rows]


def _lines(text: str, kind: int, width: float) -> int:
    return max(1, -(-int(letters(text) * kind) // max(int(width), 1)))


def _wide(table: Table, at: int, kind: int) -> float:
    """The width of a column in which nothing wraps; a header wraps between its words."""
    texts = [
        (letters(row[at].text) + 0.7 * len(row[at].mark)) * kind + 20 * bool(row[at].status)
        for row in table.rows
    ]
    words = [letters(word) * TYPES[-1] for word in table.columns[at].name.split()] or [0]
    return max(*words, *texts, 0) * 1.02 + 20


def _need(table: Table, kind: int) -> float:
    """The least width of the columns; a column of strips or sentences has a fixed one."""
    every = range(len(table.columns))
    return sum(_wide(table, at, kind) if _is_tight(table, at) else LEAST for at in every)


def _is_tight(table: Table, at: int) -> bool:
    return table.columns[at].is_number or at == 0


def _widths(table: Table, kind: int, width: float) -> list[float]:
    tight = {at: _wide(table, at, kind) for at in range(len(table.columns)) if _is_tight(table, at)}
    loose = sum(column.width for at, column in enumerate(table.columns) if at not in tight)
    least = LEAST * (len(table.columns) - len(tight))
    if not loose:
        scale = width / sum(tight.values())
        return [one * scale for one in tight.values()]
    # Where there is not enough room the names at the left wrap, and not the strips or sentences beside them.
    tight[0] = max(min(tight[0], width - least - sum(tight.values()) + tight[0]), LEAST / 2)
    left = max(width - sum(tight.values()), 0)
    return [tight.get(at, left * column.width / loose) for at, column in enumerate(table.columns)]


def _row(table: Table, cells: Sequence[Cell]) -> str:
    parts = []
    for at, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
        name, kind = ("th scope=row", "th") if at == 0 else ("td", "td")
        classes = " class=n" if column.is_number else ""
        parts.append(f"<{name}{classes}{_stated(cell.figure)}>{_cell(cell)}</{kind}>")
    return "".join(parts)


def _stated(figure: Figure | None) -> str:
    """The attribute with a figure's values for machines, as on pages."""
    if figure is None:
        return ""
    return f' data-figure="{escape(stated(figure, figure.school or figure.group))}"'


def _cell(cell: Cell) -> str:
    if cell.strip:
        return _strip(cell.strip)
    text: str = escape(cell.text)
    if cell.status == "flag":
        text = f'<span class="fl">{text}</span>'
    elif cell.status:
        text = f'<span class="tag {STATUSES[cell.status].colour}">{text}</span>'
    mark = f' <span class="fl">{cell.mark}</span>' if cell.flagged else ""
    return f"<b>{text}</b>{mark}" if cell.strong else f"{text}{mark}"


def _strip(schools: Mapping[str, int]) -> str:
    """A strip with a cell for each school, with a text for screen readers."""
    whole = " whole" if sum(schools.values()) > CELLS else ""
    text = "、".join(f"{STATUSES[status].word} {many}" for status, many in schools.items())
    cells = "".join(
        f'<i class="{STATUSES[status].colour}" style="--n:{many}"></i>' for status, many in schools.items()
    )
    return f'<div class="strip{whole}" role="img" aria-label="{escape(text)}" title="{escape(text)}">{cells}</div>'


def _big(big: Big) -> str:
    tally = " ".join(_cell(cell) for cell in big.tally)
    change = f'<span class="chg">{escape(big.change)}</span>' if big.change else ""
    return f'<p class="big"><strong>{escape(big.value)}</strong><span class="of">{escape(big.of)}</span>{change} {tally}</p>'
