"""How much room a text takes, and how large its letters may be in a box or a table.

No font is read: the reader's may be another. Widths are estimates from above, so that what fits here fits in Microsoft
JhengHei, Noto Sans and their substitutes. Lengths are of any unit, as long as all are of the same.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

LINE = 1.25  # from one line to the next, in sizes of the letters
ROW = 1.46  # the same in a table: Impress takes the font's own there, whatever is asked for
PAD = 10.0  # left and right of the text of a cell
ABOVE = 5.0  # above and below it
FEWEST = 7  # Chinese letters that a line of a column has room for, whatever the other columns

_NARROW, _WIDE = frozenset("il.,:;|!'`j()[] "), frozenset("mwMW@%&")
_STRONG = 1.07  # strong Latin letters are this much wider; Chinese ones are not
# What a line may not begin with stays with what is before it, and a word or a number is never broken.
_UNIT = re.compile(r"[（「『《]*(?:[!-~±−–…]+|[^\s!-~])[，。、；：）」』》！？…·～]*\s*|\s+")


# Impress sets Chinese and Latin letters apart, and draws the spaces beside Chinese ones wide.
_APART = re.compile(r"(?<=[^\x00-\x7f])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z%)])(?=[^\x00-\x7f])")
_WIDE_SPACE = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")


def width(text: str, size: float, strong: bool = False) -> float:
    """The width of a line, at most."""
    return size * _ems(text, strong)


@lru_cache(50_000)
def _ems(text: str, strong: bool) -> float:
    latin = sum(map(_latin, filter(str.isascii, text)))
    others = sum(0.0 if unicodedata.combining(letter) else 1.0 for letter in text if not letter.isascii())
    apart = 0.2 * len(_APART.findall(text)) + 0.35 * len(_WIDE_SPACE.findall(text))
    return others + latin * (_STRONG if strong else 1) + apart + 0.1 * bool(text)


def _latin(letter: str) -> float:
    if letter in _NARROW:
        return 0.36
    return 0.96 if letter in _WIDE else 0.72 if letter.isupper() else 0.62


@lru_cache(50_000)
def _units(text: str, strong: bool) -> tuple[tuple[float, float], ...]:
    """The widths of each unbreakable part, without and with the spaces that follow it."""
    parts = [unit.group() for unit in _UNIT.finditer(text)]
    whole = sum(_ems(part, strong) for part in parts)
    more = (_ems(text, strong) - whole) / max(len(parts), 1)  # between them
    return tuple((_ems(part.rstrip(), strong) + more, _ems(part, strong) + more) for part in parts)


def lines(text: str, size: float, room: float, strong: bool = False) -> int:
    """The number of lines of a text in a width."""
    if width(text, size, strong) <= room + 0.01:
        return 1
    count, left = 1, room
    for alone, spaced in _units(text, strong):
        wide = size * alone
        if wide > left and left < room:
            count, left = count + 1, room
        if wide > room:  # broken where the line ends
            count += math.ceil(wide / room) - 1
            left = room - wide % room
        else:
            left -= size * spaced
    return count


def height(text: str, size: float, room: float, strong: bool = False) -> float:
    """The height of a text in a width."""
    return lines(text, size, room, strong) * size * LINE


def size_of(
    text: str, room: float, high: float, largest: float, smallest: float, strong: bool = False
) -> float:
    """The largest size at which a text fits into a box; the smallest where none does."""
    size = largest
    while size > smallest and height(text, size, room, strong) > high:
        size -= 1
    return max(size, smallest)


@dataclass(frozen=True)
class Laid:
    """The layout of a table: the sizes of its letters and its header's, and the widths and heights of its cells."""

    size: float
    head: float
    widths: Sequence[float]
    heights: Sequence[float]
    whole: bool = True  # no line is broken

    @property
    def high(self) -> float:
        """The height of the table."""
        return sum(self.heights)


@dataclass(frozen=True)
class Content:
    """The content to lay out: the texts of the header and rows, and which columns grow, are numbers or charts.

    Texts of numbers are never broken. A chart's column has no text, and all rows are of one height beside it.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    weights: Sequence[float]
    numbers: Sequence[bool]
    chart: int | None = None


def table(content: Content, room: float, high: float, largest: float, smallest: float) -> Laid:
    """The layout with the largest letters that fit into a room; with the smallest where none do.

    Somewhat smaller letters are better than a broken line.
    """
    for breaks in (False, True):  # at a space; within a word or a number nothing is broken
        best = None
        for size in _sizes(largest, smallest):
            if best and size < best.size * 0.8:
                break
            laid = _laid(content, room, size, breaks)
            if laid and laid.high <= high:
                if laid.whole:
                    return _spread(laid, high)
                best = best or laid
        if best:
            return _spread(best, high)
    laid = _laid(content, room, smallest, True) or _laid(content, room, smallest, True, force=True)
    assert laid is not None
    return laid


def _sizes(largest: float, smallest: float) -> list[float]:
    return [smallest + step for step in reversed(range(int(largest - smallest) + 1))]


def _laid(content: Content, room: float, size: float, breaks: bool, force: bool = False) -> Laid | None:
    head = max(size * 0.8, min(size, 16.0))
    wanted, needed = [], []
    for at, name in enumerate(content.header):
        texts = [row[at] for row in content.rows]
        whole = max((width(text, size, True) for text in texts), default=0.0) + 2 * PAD
        part = (
            max(*(_longest(text, size) for text in texts), min(whole - 2 * PAD, FEWEST * size), 0.0) + 2 * PAD
        )
        title = _longest(name, head) + 2 * PAD
        wanted.append(max(whole, width(name, head) + 2 * PAD))
        needed.append(max(whole if content.numbers[at] and not breaks else part, title))
    if content.chart is not None:
        wanted[content.chart] = needed[content.chart] = room * 0.22
    if sum(needed) > room:
        if not force:
            return None
        needed = [one * room / sum(needed) for one in needed]
    widths = _widths(content, wanted, needed, room)
    inside = [one - 2 * PAD for one in widths]
    heights = [_row(content.header, inside, head)] + [_row(row, inside, size) for row in content.rows]
    if content.chart is not None:
        heights[1:] = [max(heights[1:], default=0.0)] * (len(heights) - 1)
    whole = all(one >= want - 0.01 for one, want in zip(widths, wanted, strict=True))
    return Laid(size, head, widths, heights, whole)


def _longest(text: str, size: float) -> float:
    return size * max((alone for alone, _ in _units(text, True)), default=0.0)


def _row(texts: Sequence[str], inside: Sequence[float], size: float) -> float:
    most = max(lines(text, size, max(room, 1.0), True) for text, room in zip(texts, inside, strict=True))
    return most * size * ROW + 2 * ABOVE


def _widths(
    content: Content, wanted: Sequence[float], needed: Sequence[float], room: float
) -> Sequence[float]:
    """The widths of the columns, as they want where there is room; else long texts shrink in proportion to their weights."""
    spare = room - sum(wanted)
    if spare >= 0:
        grow = [float(at == content.chart) for at in range(len(wanted))]
        if content.chart is None:
            grow = list(content.weights)
        return [one + spare * each / sum(grow) for one, each in zip(wanted, grow, strict=True)]
    widths, spare = list(needed), room - sum(needed)
    growing = [at for at in range(len(widths)) if wanted[at] > widths[at]]
    while spare > 0.5 and growing:
        share = spare / sum(content.weights[at] for at in growing)
        for at in growing:
            more = min(wanted[at] - widths[at], share * content.weights[at])
            widths[at] += more
            spare -= more
        growing = [at for at in growing if wanted[at] - widths[at] > 0.5]
    return widths


def _spread(laid: Laid, high: float) -> Laid:
    """The heights of the rows, up to twice what their letters need where there is room."""
    rows = laid.heights[1:]
    spare = (high - laid.high) / max(len(rows), 1)
    more = max(min(spare, laid.size * 0.9), 0.0)
    return Laid(laid.size, laid.head, laid.widths, [laid.heights[0], *(one + more for one in rows)])
