"""Bars: horizontal, stacked upright, and in lines under headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import (
    DASHED,
    FILLS,
    HOVER,
    INK,
    INK2,
    LANE,
    LETTER,
    NAME,
    NARROW,
    PACE,
    PAPER,
    TEMPLATE,
    Mark,
    above,
    carried,
    filled,
    horizontal,
    letters,
    up_to,
    vertical,
)

BARS = ("bar", "look", "part", "value", "label", "hover", "link", "figure")  # the columns of a bar in `bars`


def bars(
    frame: pd.DataFrame, axis: str, *, unit: str = "", divide: tuple[int, str] | None = None
) -> go.Figure:
    """Horizontal bars from zero, each with its name before and its label behind it.

    Args:
        frame: a row a bar, from the top, of BARS: `bar` (its name), `look` (of FILLS), `part` (the name of that look),
            `value`, `label`, `hover`, `link`, `figure`.
        axis: the title of the axis, with the unit.
        unit: the suffix of each number of the axis.
        divide: the number of bars above a dividing line, and the line's text.
    """
    frame = frame.reset_index(drop=True)
    traces = []
    for (look, part), mine in frame.groupby(["look", "part"], sort=False):
        mark = FILLS[str(look)]
        traces.append(
            go.Bar(
                x=mine["value"].tolist(), y=mine.index.tolist(), orientation="h", name=str(part), text=mine["label"].tolist(),
                textposition="outside", textfont={"color": INK}, cliponaxis=False,
                marker=filled(mark), customdata=carried(mine), hovertemplate=HOVER,
            )
        )  # fmt: skip
    legend = 24 if len(traces) > 1 else 0
    wide, long = (LETTER * max(map(letters, frame[name]), default=1) for name in ("bar", "label"))
    shapes, notes = [], []
    if divide:
        at = divide[0] - 0.5
        shapes.append(horizontal(at, DASHED))
        notes.append(
            {"x": 1, "xref": "paper", "xanchor": "right", "y": at, "yanchor": "top", "text": divide[1], "font": {"color": PACE}}
        )  # fmt: skip
    return go.Figure(
        data=traces,
        layout={
            "template": TEMPLATE, "barmode": "overlay", "showlegend": bool(legend), "shapes": shapes, "annotations": notes,
            "height": 26 * len(frame) + 70 + legend, "margin": {"l": wide + 14, "r": 16 + long, "t": 10 + legend},
            "xaxis": {"title": {"text": axis}, "rangemode": "tozero", "ticksuffix": unit},
            "yaxis": {
                "tickvals": frame.index.tolist(), "ticktext": frame["bar"].tolist(), "range": [len(frame) - 0.5, -0.5],
                "showgrid": False,
            },
        },
    )  # fmt: skip


def columns(
    frame: pd.DataFrame,
    names: Mapping[str, str],
    axis: str,
    *,
    looks: Mapping[str, Mark],
    totals: Mapping[str, str],
) -> go.Figure:
    """Upright bars of stacked parts, from the oldest to the newest.

    Args:
        frame: a row a part: `bar` (its key), `look` (of `looks`), `part` (its name in the legend), `value`, `hover`,
            `link`, `figure`. A part is named once for all bars.
        names: the label of each bar, in up to three lines, from the left; a bar without parts is drawn empty.
        axis: the title of the axis, with the unit.
        looks: the mark of each look.
        totals: the label above each bar.
    """
    at = {key: place for place, key in enumerate(names)}
    tops = frame.groupby("bar")["value"].sum().reindex(list(names), fill_value=0)
    traces = [_stacked(mine, at, looks[str(look)]) for look, mine in frame.groupby("look", sort=False)]
    parts = len(traces)
    traces.append(_above(tops, [totals[key] for key in names]))
    # One name to a line, in the order of the stack: how many fit beside each other depends on the screen.
    below = 20 * parts
    ticks = 18 * max(name.count("<br>") + 1 for name in names.values()) + 12
    return go.Figure(
        data=traces,
        layout={
            "template": TEMPLATE, "barmode": "stack", "height": 300 + below, "showlegend": True,
            "margin": {"l": 54, "t": 34, "b": ticks + below},
            # The title is above the axis, where it is read without turning one's head.
            "annotations": [{
                "text": axis, "x": 0, "xref": "paper", "xanchor": "left", "xshift": -40, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 4,
            }],
            "legend": {
                "xref": "container", "x": 0, "y": -ticks / (266 - ticks), "yanchor": "top", "orientation": "v",
                "traceorder": "reversed", "font": {"size": 12.5, "color": INK2}, "itemclick": False, "itemdoubleclick": False,
            },
            # A few bars are not drawn broader than many.
            "xaxis": {
                "tickvals": list(at.values()), "ticktext": list(names.values()), "tickangle": 0,
                "range": [-0.5, max(len(names), 5) - 0.5], "showgrid": False, "fixedrange": True,
            },
            "yaxis": {"range": [0, max(float(tops.max()), 1) * 1.12], "tickformat": ",~d"},
        },
    )  # fmt: skip


def _above(tops: pd.Series[Any], texts: Sequence[str]) -> Any:
    """The labels above the bars."""
    return go.Scatter(
        x=list(range(len(texts))), y=tops.tolist(), mode="text", text=texts, textposition="top center",
        textfont={"color": INK, "size": LETTER, "weight": 600}, hoverinfo="skip", showlegend=False, cliponaxis=False,
    )  # fmt: skip


def _stacked(frame: pd.DataFrame, at: Mapping[str, int], mark: Mark) -> Any:
    """The bars of one look, at the places of their keys."""
    return go.Bar(
        x=[at[bar] for bar in frame["bar"]], y=frame["value"].tolist(), name=str(frame["part"].iloc[0]), width=0.6,
        marker=filled(mark, fgopacity=0.8), customdata=carried(frame), hovertemplate=HOVER,
    )  # fmt: skip


class Lane(NamedTuple):
    """A line with bars: its name at their left, its label at their end, and the heading above it, if any."""

    name: str
    label: str
    head: str = ""


def lanes(
    frame: pd.DataFrame,
    rows: Mapping[str, Lane],
    axis: str,
    *,
    looks: Mapping[str, Mark] = FILLS,
    unit: str = "",
    most: float | None = None,
    line: tuple[float, str] | None = None,
    limits: pd.DataFrame | None = None,
    limit: str = "",
) -> go.Figure:
    """Horizontal bars in lines under headings, of parts beside each other; a line without a bar has its label alone.

    Args:
        frame: a row a part: `row`, `look` (of `looks`), `part` (the name of its kind), `value`, `hover`, `link`, `figure`.
        rows: the lines, from the top.
        axis: the title of the axis, with the unit.
        looks: the mark of each look.
        unit: the suffix of each number of the axis.
        most: the largest value drawn; larger ones are cut to it.
        line: a value and its name, such as a target.
        limits: values that a line should not exceed, as `row`, `value`, `hover`, `link`, `figure`.
        limit: the name of the limits.
    """
    wide = int(LETTER * max((letters(lane.name) for lane in rows.values()), default=0)) + 20
    reach = frame.groupby("row")["value"].sum().clip(upper=most).to_dict()
    ends = {} if limits is None else limits.groupby("row")["value"].max().to_dict()
    labelled = [(max(reach.get(row, 0), ends.get(row, 0)), lane) for row, lane in rows.items()]
    ys, notes, top = _lines(rows, labelled, wide)
    traces = _parts(frame, ys, looks, most)
    if limits is not None and len(limits):
        traces.append(_limits(limits, ys, limit))
    if line:
        notes.append(above(*line))
    high = most or max([*reach.values(), *ends.values(), *([line[0]] if line else []), 1])
    ticks = {} if most is None else up_to(most, unit)
    # A label at the end of a long bar needs room at the right on a phone, too.
    room = NARROW - wide
    beyond = [at / high * room + LETTER * letters(lane.label) - room + 16 for at, lane in labelled]
    legend = len({trace.name for trace in traces}) > 1 and not line
    margin = 28 if legend or line else 8
    return go.Figure(
        data=traces,
        layout={
            "template": TEMPLATE, "barmode": "stack", "showlegend": legend, "annotations": notes,
            "shapes": [vertical(line[0], DASHED)] if line else [],
            "legend": {"traceorder": "normal", "xref": "container"}, "height": int(top) + 52 + margin,
            "margin": {"l": wide, "r": int(max([16, *beyond])), "t": margin, "b": 48},
            "xaxis": {"title": {"text": axis}, "range": [0, high * 1.01], "ticksuffix": unit, **ticks},
            "yaxis": {"range": [top, 0], "visible": False},
        },
    )  # fmt: skip


def _lines(
    rows: Mapping[str, Lane], labelled: Sequence[tuple[float, Lane]], wide: int
) -> tuple[dict[str, float], list[dict[str, Any]], float]:
    """The middle of each line, its heading, name and label, and where the last one ends; names are `wide` pixels."""
    ys: dict[str, float] = {}
    notes: list[dict[str, Any]] = []
    top = 0.0
    head = {"x": 0, "xref": "paper", "xanchor": "left", "xshift": 6 - wide, "font": {"color": INK}}
    for row, (end, lane) in zip(rows, labelled, strict=True):
        if lane.head:
            notes.append({**head, "text": lane.head, "y": top + NAME / 2 + 3})
            top += NAME
        ys[row] = top + LANE * 0.7
        notes.append({"x": 0, "xanchor": "right", "xshift": -6, "y": ys[row], "text": lane.name})
        past = {"x": end, "xanchor": "left", "xshift": 5, "y": ys[row]}
        notes.append({**past, "text": lane.label, "font": {"color": INK}, "bgcolor": PAPER, "borderpad": 0})
        top += LANE * 1.4
    return ys, notes, top


def _parts(
    frame: pd.DataFrame, ys: Mapping[str, float], looks: Mapping[str, Mark], most: float | None
) -> list[Any]:
    """The parts of each look, in their lines."""
    return [
        go.Bar(
            x=mine["value"].clip(upper=most).tolist(), y=[ys[row] for row in mine["row"]], orientation="h", name=str(part),
            width=LANE * 0.9, marker=filled(looks[str(look)]), customdata=carried(mine), hovertemplate=HOVER,
        )
        for (look, part), mine in frame.groupby(["look", "part"], sort=False)
    ]  # fmt: skip


def _limits(limits: pd.DataFrame, ys: Mapping[str, float], name: str) -> Any:
    """The limits as upright marks in their lines."""
    return go.Scatter(
        x=limits["value"].tolist(), y=[ys[row] for row in limits["row"]], mode="markers", name=name, cliponaxis=False,
        marker={"symbol": "line-ns-open", "size": LANE * 1.3, "line": {"color": PACE, "width": 2.5}, "color": PACE},
        customdata=carried(limits), hovertemplate=HOVER,
    )  # fmt: skip
