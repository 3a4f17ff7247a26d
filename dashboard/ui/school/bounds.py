"""The upper bound of a figure: its value if every rejected row were right.

The bound is written beside those rows and is no figure: nothing is judged by it, and nothing adds it up. The query
queries/pages/school_bounds.sql gives the rows that could count; each adds at most one unit, the rows of one unit
together one, and none of them exceeds the base.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.language.markup import BLANK, Markup
from dashboard.language.texts import say
from dashboard.language.words import decimal, escape, number, prose

Row = Any


def most(counted: object, base: object, rows: int) -> int | None:
    """The bound; None where there is no figure, or where it cannot grow."""
    if counted is None:
        return None
    now = int(decimal(counted))
    reach = now + rows
    if base is not None:
        reach = max(now, min(reach, int(decimal(base))))
    return reach if reach > now else None


def added(rows: Sequence[Row]) -> int:
    """How many units rows could add: each row at most one, the rows of one unit together one."""
    units = {row.unit_id or (row.file, row.line) for row in rows}
    return min(len({(row.file, row.line) for row in rows}), len(units))


def message(row: Row, unit: str, rows: int, listed: int, adds: int | None = None) -> Markup:
    """The bound as a paragraph of HTML; blank where there is none.

    `rows` of the `listed` rows could count. They add `adds` units, by default one each.
    """
    reach = most(row.counted, row.base, rows if adds is None else adds)
    if row.status in ("exempt", "upcoming"):
        return BLANK
    if reach is None:
        return BLANK
    judged = row.required is not None
    figure = f"{number(reach)}/{number(row.required)}" if judged else f"{number(reach)} {escape(unit)}"
    text = (
        say(
            "這 {n} 列若全部屬實，最多會是 {most}（上限，不是成績）。",
            n=number(rows),
            most=f"<b>{figure}</b>",
        )
        if rows == listed
        else say(
            "有 {n} 列可能計入；若全部屬實，最多會是 {most}（上限，不是成績）。",
            n=number(rows),
            most=f"<b>{figure}</b>",
        )
        if rows > listed
        else say(
            "其中 {n} 列可能計入；若全部屬實，最多會是 {most}（上限，不是成績）。",
            n=number(rows),
            most=f"<b>{figure}</b>",
        )
    )
    short = row.required - reach if judged else 0
    left = say("仍差 {gap} {unit}。", gap=number(short), unit=escape(unit)) if short > 0 else ""
    return Markup(f'<p class="msg bound">{prose([text, left])}</p>')
