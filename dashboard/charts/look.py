"""The look of every figure: colours, marks, type and margins, and the measures of text.

Colours have their light values; the style sheet replaces each by that of the viewer's theme (`RECOLOUR`), so that a
figure is the same in light, in the dark and on paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from dashboard.language.words import STATUSES

FONT = '"Noto Sans TC","Noto Sans CJK TC","Microsoft JhengHei","PingFang TC",sans-serif'

INK, INK2, INK3, LINE, FAINT, PAPER = "#1a1d21", "#525a63", "#666e77", "#dadee2", "#ebedf0", "#ffffff"

ACCENT, PACE = "#0b4f8a", "#7a4100"

MET, ON_TRACK, BEHIND, OVERDUE = "#5fa08f", "#bac1c9", "#b8690a", "#9c1f2e"

# The variable of the style sheet that replaces each colour.
RECOLOUR = {
    INK: "ink", INK2: "ink2", INK3: "ink3", LINE: "line", FAINT: "line2", PAPER: "bg", ACCENT: "accent", PACE: "pace",
    MET: "metbar", ON_TRACK: "trkbar", BEHIND: "behbar", OVERDUE: "ovdbg",
}  # fmt: skip


class Mark(NamedTuple):
    """The look of one kind of marks: colour, shape (an outline where it ends in -open), and the pattern of bars."""

    colour: str
    symbol: str = "circle"
    pattern: str = ""


# By shape as well as by colour: ● met, ○ on track, ▼ behind, ✕ overdue, □ no data.
_MARKS = {
    "met": Mark(MET),
    "on_track": Mark(INK3, "circle-open"),
    "behind": Mark(BEHIND, "triangle-down"),
    "overdue": Mark(OVERDUE, "x"),
    "no_data": Mark(INK3, "square-open", "/"),
    "exempt": Mark(INK3, "line-ew-open"),
    "info": Mark(ACCENT, "diamond"),
    "upcoming": Mark(INK3, "diamond-open"),
    "own": Mark(ACCENT),
    "other": Mark(ON_TRACK),
}


def by_status(marks: Mapping[str, Mark]) -> dict[str, Mark]:
    """The marks of the statuses, each as that of its `Status.colour`, and the others."""
    return {**marks, **{name: marks[status.colour] for name, status in STATUSES.items()}}


MARKS = by_status(_MARKS)
FILLS = by_status({**_MARKS, "on_track": Mark(ON_TRACK)})
# The areas of statuses; those of the two statuses without a judgement are empty or pale.
AREAS = by_status({**FILLS, "no_data": Mark("rgba(0,0,0,0)", pattern="/"), "exempt": Mark(FAINT)})

# Bars without a status: the first is the main one, the others are compared with it.
SHADES = (
    Mark(ACCENT),
    Mark(ON_TRACK),
    Mark(INK3, pattern="/"),
    Mark(ACCENT, pattern="x"),
    Mark(INK2, pattern="."),
)

TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": FONT, "size": 13, "color": INK2, "variant": "normal"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        # Margins are fixed: plotly would draw everything two or three times to find them.
        "margin": {"l": 12, "r": 16, "t": 28, "b": 48, "autoexpand": False},
        "hoverlabel": {
            "bgcolor": PAPER, "bordercolor": LINE, "font": {"family": FONT, "size": 13, "color": INK}, "align": "left", "namelength": -1,
        },
        "hovermode": "closest",
        "hoverdistance": 30,
        "dragmode": "zoom",
        "showlegend": False,
        "bargap": 0.35,
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1, "xanchor": "left", "x": 0, "font": {"color": INK2}},
        "xaxis": {
            "gridcolor": FAINT, "zeroline": False, "linecolor": LINE, "tickfont": {"color": INK2},
            "title": {"font": {"color": INK2, "size": 13}, "standoff": 6},
        },
        "yaxis": {
            "gridcolor": FAINT, "zeroline": False, "linecolor": LINE, "tickfont": {"color": INK2},
            "fixedrange": True, "title": {"font": {"color": INK2, "size": 13}, "standoff": 6},
        },
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": INK3, "activecolor": INK},
        "annotationdefaults": {"showarrow": False, "font": {"color": INK2, "size": 13}},
    }
)  # fmt: skip

HOVER = "%{customdata[0]}<extra></extra>"

# A row of a strip plot: at most LANES marks of LANE pixels each, below a name of NAME pixels.
LANES, LANE, NAME, GAP = 10, 16, 25, 8

NARROW = 300  # pixels of the plot's width on a phone, the least there is

LETTER = 13  # pixels of a Chinese character

LIFT = 18  # pixels from one line of names above a plot to the next

A_DAY = 24 * 60 * 60 * 1000  # in milliseconds, as plotly counts

DASHED = {"color": PACE, "width": 1.6, "dash": "dash"}


class Day(NamedTuple):
    """A day with an upright line and a name: the deadline, today, the day to compare with.

    The name of a firm day is at the right of the line's head, or if `low` at the left of its foot; that of another is
    above the plot, `level` lines higher.
    """

    day: date
    name: str
    firm: bool = False
    low: bool = False
    level: int = 0


def letters(text: str) -> float:
    """The width of a text in Chinese characters."""
    return sum(0.58 if letter.isascii() else 1 for letter in text)


def carried(frame: pd.DataFrame) -> Any:
    """The `customdata` of marks: hover text, link and figure."""
    return frame[["hover", "link", "figure"]].to_numpy()


def up_to(most: float, unit: str, low: float = 0.0) -> dict[str, Any]:
    """The ticks of an axis that ends with `most`: about five round numbers, the last with 「≥」; for plotly."""
    step = next(step for step in (1, 2, 5, 10, 20, 25, 50, 100, 1000) if (most - low) / step <= 6)
    ticks = [most - step * n for n in range(7) if most - step * n >= low][::-1]
    return {
        "tickvals": ticks,
        "ticktext": [f"{'≥ ' if tick == most else ''}{tick:g}{unit}" for tick in ticks],
    }


def apart(places: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """The places in their order, moved to at least `least` from each other, and first of all within the ends."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + least if moved else low))
    limit = high
    for at in reversed(range(len(moved))):
        moved[at] = min(moved[at], limit)
        limit = moved[at] - least
    return moved


def filled(mark: Mark, **pattern: Any) -> dict[str, Any]:
    """The look of bars of one kind: their colour, and over it their pattern, if any."""
    over = {"shape": mark.pattern, "fgcolor": PAPER, "size": 6, "solidity": 0.25, "fillmode": "overlay"}
    return {"color": mark.colour, "line": {"color": PAPER, "width": 0.6}, "pattern": over | pattern}


def vertical(x: float | str, line: Mapping[str, Any], **other: Any) -> dict[str, Any]:
    """A line over the whole height of a plot, as a shape."""
    return {"type": "line", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line, **other}


def horizontal(y: float, line: Mapping[str, Any]) -> dict[str, Any]:
    """A line over the whole width of a plot, as a shape."""
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line}


def above(x: float | str, text: str, side: str = "center") -> dict[str, Any]:
    """The name of a vertical line, above the plot and in the colour of the pace."""
    place = {"x": x, "yref": "paper", "y": 1, "yanchor": "bottom", "xanchor": side}
    return {**place, "text": text, "font": {"color": PACE}}


def upright(days: Sequence[Day]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The lines of days as shapes, and their names as annotations."""
    shapes, notes = [], []
    for mark in days:
        at, colour = mark.day.isoformat(), INK if mark.firm else INK3
        line = {"color": colour, "width": 1.4 if mark.firm else 1, "dash": "solid" if mark.firm else "dot"}
        shapes.append(vertical(at, line, layer="below"))
        if mark.name:
            place = (
                {"yanchor": "bottom", "xanchor": "right", "xshift": -5, "yshift": 2, "align": "right"}
                if mark.firm and mark.low
                else {"yanchor": "top", "xanchor": "left", "xshift": 4, "align": "left"}
                if mark.firm
                else {"yanchor": "bottom", "xanchor": "center", "yshift": LIFT * mark.level}
            )
            at_head = {"x": at, "y": int(not mark.low), "yref": "paper"}
            notes.append({**at_head, "text": mark.name, "font": {"color": colour}, **place})
    return shapes, notes


def foot(months: Mapping[str, str]) -> int:
    """The height of the labels of months in pixels; a year takes a line of its own."""
    return 54 if any("<br>" in name for name in months.values()) else 36
