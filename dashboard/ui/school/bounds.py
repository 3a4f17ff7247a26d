"""The upper bound of a figure: its value if every rejected row were right.

The bound is written beside those rows and is no figure: nothing is judged by it, and nothing adds it up. The query
queries/pages/school_bounds.sql gives the rows that could count; each adds at most one unit, the rows of one unit
together one, and none of them exceeds the base.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.language.markup import BLANK, Markup, say_markup
from dashboard.language.words import decimal, number, prose
from dashboard.rows import SchoolBound, SchoolResult
from dashboard.ui.base.parts import element


def most(counted: float | None, base: float | None, rows: int) -> int | None:
    """The bound; None where there is no figure, or where it cannot grow."""
    if counted is None:
        return None
    now = int(decimal(counted))
    reach = now + rows
    if base is not None:
        reach = max(now, min(reach, int(decimal(base))))
    return reach if reach > now else None


def added(rows: Sequence[SchoolBound]) -> int:
    """How many units rows could add: each row at most one, the rows of one unit together one."""
    units = {row.unit_id or (row.file, row.line) for row in rows}
    return min(len({(row.file, row.line) for row in rows}), len(units))


def message(row: SchoolResult, unit: str, rows: int, listed: int, adds: int | None = None) -> Markup:
    """The bound as a paragraph of HTML; blank where there is none.

    `rows` of the `listed` rows could count. They add `adds` units, by default one each.
    """
    reach = most(row.counted, row.base, rows if adds is None else adds)
    if row.status in ("exempt", "upcoming") or reach is None:
        return BLANK
    if row.required is None:
        return element("p", _bound(f"{number(reach)} {unit}", rows, listed), kind="msg bound")
    bound, short = _bound(f"{number(reach)}/{number(row.required)}", rows, listed), row.required - reach
    left = say_markup("仍差 {gap} {unit}。", gap=number(short), unit=unit) if short > 0 else BLANK
    return element("p", prose([bound, left]), kind="msg bound")


def _bound(figure: str, rows: int, listed: int) -> Markup:
    """The sentence on the bound: whether all rows of the list could count, more, or some of them."""
    values = {"n": number(rows), "most": element("b", figure)}
    if rows == listed:
        return say_markup("這 {n} 列若全部屬實，最多會是 {most}（上限，不是成績）。", **values)
    if rows > listed:
        return say_markup("有 {n} 列可能計入；若全部屬實，最多會是 {most}（上限，不是成績）。", **values)
    return say_markup("其中 {n} 列可能計入；若全部屬實，最多會是 {most}（上限，不是成績）。", **values)
