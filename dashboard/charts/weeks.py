"""Rows over days: the events of each week, and their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import (
    A_DAY,
    ACCENT,
    DASHED,
    GAP,
    HOVER,
    INK,
    INK2,
    LETTER,
    LINE,
    MARKS,
    NAME,
    PACE,
    TEMPLATE,
    Day,
    Mark,
    above,
    carried,
    foot,
    horizontal,
    letters,
    upright,
    vertical,
)

# The lessons of a week: all, some or none of them had visitors, or they are still to come.
WEEKS = {
    "all": Mark(ACCENT),
    "some": Mark(ACCENT, "circle-open-dot"),
    "none": Mark(ACCENT, "circle-open"),
    "ahead": MARKS["upcoming"],
}

WEEK_ROW = 28


def calendar(
    frame: pd.DataFrame,
    rows: Mapping[int, str],
    *,
    first: date,
    last: date,
    days: Sequence[Day] = (),
    months: Mapping[str, str] = {},
) -> go.Figure:
    """The weeks with events: a row a school, a mark a week.

    Args:
        frame: a row a mark: `row`, `day`, `look` (of WEEKS), `label` (beside it), `hover`, `link`, `figure`.
        rows: the label of each `row`, from the top, also of those without a mark.
        first: the first day of the axis.
        last: the last day of the axis.
        days: upright lines, named at the top.
        months: the labels of months, by their first days as ISO dates.
    """
    places = {row: at for at, row in enumerate(rows)}
    traces = []
    for look, mine in frame.groupby("look", sort=False):
        mark = WEEKS[str(look)]
        traces.append(
            go.Scatter(
                x=mine["day"].dt.strftime("%Y-%m-%d").tolist(), y=[places[row] for row in mine["row"]], mode="markers+text",
                text=mine["label"].tolist(), textposition="middle right", textfont={"color": INK2, "size": LETTER}, cliponaxis=False,
                marker={"color": mark.colour, "symbol": mark.symbol, "size": 12, "line": {"color": mark.colour, "width": 1.8}},
                customdata=carried(mine), hovertemplate=HOVER, name=str(look),
            )
        )  # fmt: skip
    wide = LETTER * max(map(letters, rows.values()), default=1) + 14
    shapes, notes = upright(days)
    return go.Figure(
        data=traces,
        layout={
            "template": TEMPLATE, "height": WEEK_ROW * len(rows) + 28 + foot(months), "shapes": shapes, "annotations": notes,
            "margin": {"l": wide, "r": 24, "b": foot(months)},
            "xaxis": {
                "type": "date", "range": [first.isoformat(), last.isoformat()], "tickvals": list(months), "showgrid": True,
                "ticktext": list(months.values()), "ticks": "outside", "tickcolor": LINE,
            },
            "yaxis": {
                "range": [len(rows) - 0.5, -0.5], "tickvals": list(places.values()), "ticktext": list(rows.values()),
                "ticklen": 6, "tickcolor": "rgba(0,0,0,0)",
            },
        },
    )  # fmt: skip


# The height in pixels of a row's highest bar, below the row's name.
PULSE = 30


def pulses(
    frame: pd.DataFrame,
    rows: Mapping[str, str],
    *,
    span: tuple[date, date],
    days: int,
    marked: Sequence[str] = (),
    line: tuple[date, str] | None = None,
    months: Mapping[str, str] = {},
) -> go.Figure:
    """Amounts over time: a row of bars for each kind, each to its own scale.

    Args:
        frame: a row a bar: `row`, `day` (its first), `value`, `hover`, `link`, `figure`.
        rows: the label of each `row`, above its bars, from the top.
        span: the first and the last day.
        days: the number of days of a bar.
        marked: the rows whose labels are amber.
        line: a day with an upright line, and the line's name.
        months: the labels of months, by their first days as ISO dates.
    """
    top, notes, shapes, traces = 0.0, [], [], []
    name_at = {"x": 0, "xref": "paper", "xanchor": "left"}
    for row, name in rows.items():
        mine, base = frame[frame["row"] == row], top + NAME + PULSE
        colour = PACE if row in marked else INK
        notes.append({**name_at, "y": top + NAME / 2, "text": name, "font": {"color": colour}})
        shapes.append(horizontal(base, {"color": LINE, "width": 1}))
        top = base + GAP
        if not mine.empty:
            traces.append(_pulse(mine, row, base, days * A_DAY))
    if line:
        at, width = line[0].isoformat(), {**DASHED, "width": 1.2}
        shapes.append(vertical(at, width))
        notes.append(above(at, line[1], "right" if (line[0] - span[0]) * 2 > span[1] - span[0] else "left"))
    return go.Figure(
        data=traces,
        layout={
            "template": TEMPLATE, "barmode": "overlay", "height": int(top) + 76, "shapes": shapes, "annotations": notes,
            "margin": {"b": 48},
            "xaxis": {
                "type": "date", "range": [day.isoformat() for day in span], "tickvals": list(months), "ticktext": list(months.values()),
                "ticks": "outside", "tickcolor": LINE,
            },
            "yaxis": {"range": [top, -2], "visible": False},
        },
    )  # fmt: skip


def _pulse(frame: pd.DataFrame, row: str, base: float, wide: int) -> go.Bar:
    """The bars of a row, up from its base, each of so many milliseconds."""
    # The lowest bar must be visible beside the highest one.
    heights = (frame["value"] * PULSE / frame["value"].max()).clip(lower=1.5)
    return go.Bar(
        x=frame["day"].map(lambda day: day.isoformat()).tolist(), y=(-heights).round(2).tolist(), base=base, width=wide * 0.88,
        offset=wide * 0.06, marker={"color": ACCENT}, customdata=frame[["hover", "link", "figure", "value"]].to_numpy(),
        hovertemplate=HOVER, name=row,
    )  # fmt: skip
