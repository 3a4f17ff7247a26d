"""Figures over time: lines to a deadline, and the parts of a whole as areas."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import (
    A_DAY,
    ACCENT,
    AREAS,
    INK,
    INK2,
    INK3,
    LETTER,
    LIFT,
    LINE,
    NARROW,
    ON_TRACK,
    PACE,
    PAPER,
    TEMPLATE,
    Day,
    Mark,
    apart,
    foot,
    letters,
    upright,
)


class Look(NamedTuple):
    """How a line is drawn: colour, width, dash, whether it is hidden until chosen in the legend, whether it has steps."""

    colour: str
    width: float = 1.4
    dash: str = "solid"
    asked: bool = False
    steps: bool = False


LINES = {
    "actual": Look(ACCENT, 2.4, steps=True),
    "pace": Look(PACE, 1.6, "dash"),
    "needed": Look(ACCENT, 1.8, "dot"),
    "group": Look(INK3, 1.2, asked=True, steps=True),
    "beside": Look(ON_TRACK, 1.4, steps=True),
    "city": Look(INK2, 1.6, "dashdot", steps=True),
}


def curves(
    frame: pd.DataFrame,
    axis: str,
    *,
    names: Mapping[str, str],
    hovers: Mapping[str, str],
    written: Callable[[date], str],
    labels: Mapping[str, str] = {},
    facts: Mapping[str, str] = {},
    sides: Mapping[str, str] = {},
    unit: str = "",
    days: Sequence[Day] = (),
    months: Mapping[str, str] = {},
    top: float = 0.0,
) -> go.Figure:
    """Lines over time, to a deadline.

    Args:
        frame: a row a point, in the order of each line: `line` (its key), `look` (of LINES), `day`, `y`, and the values
            for hover texts: `share`, `counted`, `of`, as `%{customdata[0]}` and so on.
        names: the names of the lines, by key.
        hovers: the hover texts of the lines, by key.
        written: writes the day above the hover texts.
        labels: the labels beside the last points of lines, by key.
        sides: the positions of labels that are not above on the left, by key.
        facts: the machine-readable keys of the lines, for tests that read the figure.
        axis: the title of the axis of y, with the unit.
        unit: the suffix of each number of the axis.
        days: upright lines, named at the top.
        months: the labels of months, by their first days as ISO dates.
        top: the least end of the axis of y.
    """
    ends: list[go.Scatter] = []
    traces = [_heading(frame, written)]
    for (line, look), mine in frame.groupby(["line", "look"], sort=False):
        key, drawn = str(line), LINES[str(look)]
        traces.append(_line(mine, drawn, names.get(key, key), hovers[key], facts.get(key)))
        if label := labels.get(key):
            ends.append(_end(mine, drawn, label, sides.get(key, "top left")))
    asked = [trace.name for trace in traces if trace.showlegend]
    below = 20 * _lines_of(asked) + foot(months)
    shapes, notes = upright(days)
    return go.Figure(
        data=[*traces, *ends],  # names above all lines
        layout={
            "template": TEMPLATE, "hovermode": "x unified", "height": 284 + below, "shapes": shapes, "annotations": notes,
            "margin": {
                "l": 62, "r": max(_right_of(days), 100 * any("right" in side for side in sides.values())),
                "t": 28 + LIFT * max((mark.level for mark in days), default=0), "b": below,
            },
            "legend": {"xref": "container", "yref": "container", "y": 0, "yanchor": "bottom"}, "showlegend": bool(asked),
            "xaxis": {
                **_dates(months, "\u200b"), "tickangle": 0, "spikecolor": INK3, "spikethickness": 1, "spikedash": "solid",
            },
            "yaxis": {"title": {"text": axis}, "ticksuffix": unit, "range": [0, 1.05 * max(top, float(frame["y"].max()))]},
        },
    )  # fmt: skip


def _dates(months: Mapping[str, str], heading: str) -> dict[str, Any]:
    """An axis of days with the labels of months, and the heading of its hover texts."""
    return {
        "type": "date", "tickvals": list(months), "ticktext": list(months.values()), "showgrid": False,
        "ticks": "outside", "tickcolor": LINE, "unifiedhovertitle": {"text": heading},
    }  # fmt: skip


def _right_of(days: Sequence[Day]) -> float:
    """The pixels at the right of the plot that the names of days may need."""
    firm = (part for mark in days if mark.firm and not mark.low for part in mark.name.split("<br>"))
    return max([24, *(LETTER * letters(part) + 12 for part in firm)])


def _heading(frame: pd.DataFrame, written: Callable[[date], str]) -> go.Scatter:
    """An invisible line with the days: plotly writes them in the Common Era only, so its own heading is left empty."""
    every = pd.DatetimeIndex(frame["day"].unique()).sort_values()
    return go.Scatter(
        x=every.strftime("%Y-%m-%d").tolist(), y=[frame["y"].iloc[0]] * len(every), name="", mode="lines", showlegend=False,
        line={"color": "rgba(0,0,0,0)"}, customdata=[written(day.date()) for day in every],
        hovertemplate="<b>%{customdata}</b><extra></extra>",
    )  # fmt: skip


def _line(frame: pd.DataFrame, look: Look, name: str, hover: str, facts: str | None) -> go.Scatter:
    if (
        look in (LINES["group"], LINES["beside"])
        and frame["day"].diff().iloc[1:].eq(pd.Timedelta(days=1)).all()
    ):
        # A programme has dozens of groups: their lines are sent as bytes, a value for each day.
        days_of: dict[str, Any] = {
            "x0": _iso(frame[:1])[0],
            "dx": A_DAY,
            "y": frame["y"].to_numpy("float32"),
        }
    else:
        days_of = {"x": _iso(frame), "y": frame["y"].astype(float).tolist()}
    return go.Scatter(
        **days_of, name=name, mode="lines", showlegend=look.asked, visible="legendonly" if look.asked else True,
        line={"color": look.colour, "width": look.width, "dash": look.dash, "shape": "hv" if look.steps else "linear"},
        customdata=_counts(frame), hovertemplate=f"{hover}<extra></extra>",
        meta=facts, zorder=int(look.width > 2),
    )  # fmt: skip


def _end(frame: pd.DataFrame, look: Look, label: str, side: str) -> go.Scatter:
    """The last point of a line, with its label."""
    last = frame.iloc[-1:]
    return go.Scatter(
        x=_iso(last), y=last["y"].astype(float).tolist(), mode="markers+text", text=[label], hoverinfo="skip",
        textposition=side,
        textfont={"color": INK, "weight": 600}, marker={"size": 9, "color": look.colour}, cliponaxis=False,
        showlegend=False,
    )  # fmt: skip


def _iso(frame: pd.DataFrame) -> list[str]:
    days: list[str] = frame["day"].dt.strftime("%Y-%m-%d").tolist()
    return days


def _counts(frame: pd.DataFrame) -> Any:
    """The values for hover texts: bytes where they are numbers, a tenth of their length as text."""
    counts = frame[["share", "counted", "of"]]
    return (
        counts.to_numpy()
        if counts["share"].dtype == object or counts["share"].dtype == "str"
        else counts.to_numpy("float32")
    )


def _lines_of(names: Sequence[str]) -> int:
    """The number of lines of a legend of these names on a phone: plotly makes all columns as wide as the widest."""
    widest = max((LETTER * letters(name) + 50 for name in names), default=0)
    return math.ceil(len(names) / max(1, 270 // widest)) if names else 0


class Area(NamedTuple):
    """A part of a whole over time.

    column: its column, and its look in AREAS. label: the text beside its end. hover: its hover text. facts: its
    machine-readable key, for tests that read the figure.
    """

    column: str
    label: str
    hover: str
    facts: str = ""


APART = 18  # pixels between the labels of two areas


def areas(
    frame: pd.DataFrame,
    axis: str,
    parts: Sequence[Area],
    *,
    heading: str,
    days: Sequence[Day] = (),
    months: Mapping[str, str] = {},
) -> go.Figure:
    """The parts of a whole over time as stacked areas, each with its label beside its end.

    Args:
        frame: a row a day, which is its index; a column a part, and `written`, the day in hover texts.
        axis: the title of the axis, with the unit.
        parts: the parts from below; their hover texts may contain the count of the day as `%{customdata}`.
        heading: the heading of the hover texts.
        days: upright lines, named at the top.
        months: the labels of months, by their first days as ISO dates.
    """
    columns = [part.column for part in parts]
    xs = pd.DatetimeIndex(frame.index).strftime("%Y-%m-%d").tolist()
    top = float(frame[columns].sum(axis=1).max())
    # The names of the days are below the button in the corner.
    height, above, below = 350, 50, 46
    labels = _labels(frame[columns].iloc[-1], parts, xs[-1], top, top / (height - above - below))
    shapes, names = upright(days)
    shapes = [shape | {"layer": "above"} for shape in shapes]  # over the areas
    named, end, right = _named(
        names, xs, LETTER * max((letters(part.label) for part in parts), default=0) + 30
    )
    return go.Figure(
        data=_areas(frame, parts, xs),
        layout={
            "template": TEMPLATE, "hovermode": "x unified", "height": height, "shapes": shapes, "annotations": [*labels, *named],
            "margin": {"l": 54, "r": int(right), "t": above, "b": below},
            "xaxis": {**_dates(months, heading), "range": [xs[0], end]},
            "yaxis": {"title": {"text": axis}, "range": [0, top], "tickformat": ",d", **({"dtick": 1} if top < 6 else {})},
        },
    )  # fmt: skip


def _areas(frame: pd.DataFrame, parts: Sequence[Area], xs: Sequence[str]) -> list[Any]:
    traces = []
    for part in parts:
        mark, counts = AREAS[part.column], frame[part.column].tolist()
        traces.append(
            go.Scatter(
                x=xs, y=counts, name=part.column, meta=part.facts, mode="lines", stackgroup="all",
                line={"color": PAPER, "width": 1, "shape": "hv"}, fillcolor=mark.colour,
                fillpattern={"shape": mark.pattern, "bgcolor": mark.colour, "fgcolor": INK3, "size": 7, "solidity": 0.2},
                customdata=counts, hovertemplate=f"{part.hover}<extra></extra>",
            )
        )  # fmt: skip
    # The day as the viewer writes it, for plotly's heading knows the Common Era only. Hover texts begin with the last trace.
    whole = frame[[part.column for part in parts]].sum(axis=1)
    traces.append(
        go.Scatter(
            x=xs, y=whole.tolist(), name="day", mode="lines", line={"width": 0, "color": PAPER, "shape": "hv"},
            customdata=frame["written"].tolist(), hovertemplate="%{customdata}<extra></extra>",
        )
    )  # fmt: skip
    return traces


def _labels(
    last: pd.Series[Any], parts: Sequence[Area], day: str, top: float, per_pixel: float
) -> list[dict[str, Any]]:
    """The labels beside the last day, each at the middle of its area, but `APART` pixels from the next."""
    columns = [part.column for part in parts]
    middles = [float(last[columns[:at]].sum() + last[column] / 2) for at, column in enumerate(columns)]
    places = apart(middles, APART * per_pixel, APART * per_pixel / 2, top - APART * per_pixel / 2)
    return [
        {
            "x": day, "y": place, "xanchor": "left", "xshift": shift, "borderpad": 1, "bgcolor": PAPER, "font": {"color": colour},
            "text": text,
        }
        for part, place in zip(parts, places, strict=True)
        for shift, colour, text in ((18, INK, part.label), (3, *_swatch(AREAS[part.column])))
    ]  # fmt: skip


def _named(
    names: Sequence[dict[str, Any]], xs: Sequence[str], wide: float
) -> tuple[list[dict[str, Any]], str, float]:
    """The names of the days, kept apart; the last day of the axis; and the margin for these and for `wide` pixels of labels.

    Each name is at the left of its line, the last at the right unless it has room at the left.
    """
    named = sorted(
        (name | {"yanchor": "bottom", "xshift": 0} for name in names), key=lambda name: str(name["x"])
    )
    end = max([xs[-1], *(name["x"] for name in named)])
    length = (date.fromisoformat(end) - date.fromisoformat(xs[0])).days
    room = NARROW * (date.fromisoformat(end) - date.fromisoformat(xs[-1])).days / max(length, 1)
    right = max(wide - room, 16)
    for name in named:
        beyond = LETTER * letters(name["text"])
        name["xanchor"] = "left" if name is named[-1] and room < beyond else "right"
        if name["xanchor"] == "left":
            right = max(right, beyond)
    return named, end, right


def _swatch(mark: Mark) -> tuple[str, str]:
    """The colour and the sign of a mark beside its name: a separate annotation, for a theme recolours no part of a text."""
    return (INK3, "▨") if mark.pattern else (mark.colour, "■")
