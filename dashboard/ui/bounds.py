"""What a figure could be at most if every row that was not taken were right: a bound, and said to be one.

It stands beside the rows that it speaks of and is no figure: nothing is judged by it, and nothing adds it up. How many rows
could count is asked (queries/pages/school_bounds.sql); each adds at most one unit, and nobody beyond the base.
"""

from __future__ import annotations

from types import SimpleNamespace

from dashboard.ui.texts import say
from dashboard.ui.words import decimal, escape, number, prose

Row = SimpleNamespace


def most(counted: object, base: object, rows: int) -> int | None:
    """The figure that cannot be exceeded; None where there is no figure, or where it cannot grow."""
    if counted is None:
        return None
    now = int(decimal(counted))
    reach = now + rows
    if base is not None:
        reach = max(now, min(reach, int(decimal(base))))
    return reach if reach > now else None


def told(row: Row, unit: str, rows: int, listed: int) -> str:
    """The bound in words, where `rows` of the `listed` rows could count; nothing where there is none to state."""
    reach = None if row.status in ("exempt", "upcoming") else most(row.counted, row.base, rows)
    if reach is None:
        return ""
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
            "其中 {n} 列可能計入；若全部屬實，最多會是 {most}（上限，不是成績）。",
            n=number(rows),
            most=f"<b>{figure}</b>",
        )
    )
    short = row.required - reach if judged else 0
    left = say("仍差 {gap} {unit}。", gap=number(short), unit=escape(unit)) if short > 0 else ""
    return f'<p class="msg bound">{prose([text, left])}</p>'
