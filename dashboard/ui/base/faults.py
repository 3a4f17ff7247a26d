"""The card of a rejected or partly rejected row: its cells, the fault, how to mend it, and what it could change.

The cells are written under their columns' names, with the one at fault marked. Every page writes such a row with this
module. Pure. A wide row is cut to the cells around the fault, so that it fits a phone and a sheet of paper; the others
unfold.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from dashboard.language.markup import BLANK, Markup, escape, join, say_markup
from dashboard.language.texts import later, say
from dashboard.language.words import listing, number, sentence
from dashboard.rows import Refused
from dashboard.ui.base.parts import Cell, element, outward, table

WIDE = 9  # columns side by side; of a wider row the first ones and those around the fault
FIRST, AROUND = 2, 2
SHORT, LONG = 40, 2_000  # letters of a cell, and of one unfolded: a cell may have ten megabytes
WHOLE = 20  # letters of a cell that is not broken over lines: a name, a moment
LETTERS = re.compile("[A-Z]+")
MARKS = {"rejected": later("✕ 有誤"), "warning": later("! 警告")}


class _Filled(NamedTuple):
    """A cell of a row: the name of its column, its value, and whether it is the one at fault."""

    header: str
    value: str
    is_fault: bool


def card(row: Refused, *, with_school: bool = False) -> Markup:
    """The card as HTML: where the row is, its cells, how to mend it, and which indicators that could change."""
    effect = could_change(row)
    return element(
        "div",
        element("p", _where(row, with_school)),
        _row(row),
        element("p", element("b", say("怎麼改")), "　", _advice(row)),
        element("p", effect) if effect else "",
        kind="fault",
    )


def could_change(row: Refused) -> str:
    """A sentence on the indicators that the row could change; blank unless the row was rejected."""
    if row.severity != "rejected":
        return ""
    if row.could:
        return say_markup("可能影響：{kpis}", kpis=element("b", listing(row.could)))
    if row.school_name is None:
        return say("可能影響：讀不出是哪一校的列，改好才知道")
    return say("可能影響：無（截至這一天，依讀得出的內容）")


def cut(text: str | None, limit: int) -> str:
    """The first `limit` letters of a text, with … where it is longer."""
    whole = text or ""
    return whole if len(whole) <= limit else f"{whole[:limit]}…"


def _where(row: Refused, with_school: bool) -> Markup:
    """File, row and cell, with a link to the cell of a spreadsheet; the reason, and the school."""
    facts: list[str] = [element("b", row.file), _line(row)]
    if row.link:
        facts.append(outward(row.link, say("{cell} 格", cell=row.cell) if row.cell else say("開啟")))
    elif row.cell:
        facts.append(say("{cell} 格", cell=row.cell))
    facts.append(row.reason_label)
    if with_school and row.school_name:
        facts.append(row.school_name)
    new = element("span", say("新"), kind="tag t-new") + " " if getattr(row, "is_new", False) else ""
    return new + join(facts, " · ")


def _line(row: Refused) -> str:
    return say("第 {line} 列", line=number(row.line, "?"))


def _advice(row: Refused) -> Markup:
    """The sentence that says what is wrong, with the suggestion marked as a guess."""
    advice = sentence(row)
    if not row.suggestion or row.suggestion in advice:
        return escape(advice)
    guess = say("（可能是「{suggestion}」，請確認）", suggestion=row.suggestion)
    return join([advice, element("span", guess, kind="mut")])


def _row(row: Refused) -> Markup:
    """The row under its header; where its cells are unknown, the line of the file as it is."""
    cells = _cells(row)
    if not cells:
        return element("p", element("code", cut(row.original, 160)))
    kept = _kept(cells)
    header, line = [Cell(say("列"))], [Cell(number(row.line, "?"))]
    for before, at in pairwise([-1, *kept, len(cells)]):
        if left := at - before - 1:
            header.append(Cell("…", "l"))
            line.append(Cell(element("span", say("{n} 欄", n=number(left)), kind="mut"), "l"))
        if at < len(cells):
            kind = "l bad" if cells[at].is_fault else "l"
            header.append(Cell(cells[at].header, kind))
            line.append(Cell(_value(cells[at], row), f"{kind} w" if len(cells[at].value) > WHOLE else kind))
    name = " ".join(filter(None, [str(row.file), _line(row), row.cell]))
    return table(name, header, [("", line)], "one") + _whole(cells, kept)


def _cells(row: Refused) -> list[_Filled]:
    """The row's cells, without columns that have neither a name nor a value; empty where some cells are unknown."""
    names, values = _split(row.header_row), _split(row.original)
    if not names or len(values) < len(names):
        return []
    names += [""] * (len(values) - len(names))
    fault = _column(row.cell)
    cells = [
        _Filled(name, value, at == fault) for at, (name, value) in enumerate(zip(names, values, strict=True))
    ]
    return [cell for cell in cells if cell.header or cell.value or cell.is_fault]


def _split(line: str | None) -> list[str]:
    """The cells of a row that is stored as CSV."""
    return next(csv.reader(io.StringIO(line or "", newline="")), [])


def _column(cell: str | None) -> int | None:
    """The number of a column, from 0, of D17."""
    letters = LETTERS.match(cell or "")
    if letters is None:
        return None
    at = 0
    for letter in letters[0]:
        at = at * 26 + ord(letter) - ord("A") + 1
    return at - 1


def _kept(cells: Sequence[_Filled]) -> list[int]:
    """The numbers of the cells in the table: all, or of a wide row the first ones and those around the fault."""
    many = len(cells)
    if many <= WIDE:
        return list(range(many))
    fault = next((at for at, cell in enumerate(cells) if cell.is_fault), None)
    if fault is None:
        return list(range(WIDE - 1))
    around = range(max(fault - AROUND, 0), min(fault + AROUND + 1, many))
    return [
        at
        for at in range(many)
        if at < FIRST or at in around or {at - 1, at + 1} <= {FIRST - 1, *around, many}
    ]


def _value(cell: _Filled, row: Refused) -> Markup:
    value = escape(cut(cell.value, SHORT))
    if not cell.is_fault:
        return value
    mark = element("b", say(MARKS.get(row.severity, MARKS["warning"])))
    return join([mark, value if value.strip() else element("span", say("（空白）"), kind="mut")], " ")


def _whole(cells: Sequence[_Filled], kept: Sequence[int]) -> Markup:
    """All cells one below the other, where the table above leaves some out or cuts them."""
    if len(kept) == len(cells) and all(len(cell.value) <= SHORT for cell in cells):
        return BLANK
    entries = join(
        element("div", element("dt", cell.header), element("dd", cut(cell.value, LONG))) for cell in cells
    )
    title = say("整列 {n} 欄", n=number(len(cells)))
    return element(
        "details",
        element("summary", title),
        element("dl", entries, kind="cells"),
        kind="more onscreen",
    )
