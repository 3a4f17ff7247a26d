"""Marks along a line: every school by group, and one school among all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import (
    DASHED,
    FAINT,
    GAP,
    HOVER,
    INK,
    LANE,
    LANES,
    LETTER,
    MARKS,
    NAME,
    NARROW,
    PAPER,
    TEMPLATE,
    above,
    carried,
    horizontal,
    letters,
    up_to,
    vertical,
)

SIZE = 10  # of a mark, in pixels


def strip(
    frame: pd.DataFrame,
    rows: Mapping[str, str],
    axis: str,
    *,
    unit: str = "",
    most: float | None = None,
    line: tuple[float, str] | None = None,
) -> go.Figure:
    """Every school as a mark on its group's row.

    Args:
        frame: a row a mark: `row`, `x`, `look` (of MARKS), `label` (its visible name, or empty), `hover`, `link`,
            `figure`; and `size` in pixels, where marks differ.
        rows: the label of each `row`, from the top.
        axis: the title of the axis of x, with the unit.
        unit: the suffix of each number of the axis.
        most: the largest x drawn; larger ones are cut to it.
        line: an x and its name, such as the pace of today.
    """
    low, high = _extent([*frame["x"], *([line[0]] if line else [])], most)
    if "size" not in frame:
        frame = frame.assign(size=SIZE)
    frame = frame.assign(x=frame["x"].clip(upper=most) if most is not None else frame["x"])
    laid = _laid(frame, rows, low, high)
    notes, shapes = [], []
    if line:
        third = (high - low) * 0.3
        side = "left" if line[0] < low + third else "right" if line[0] > high - third else "center"
        shapes.append(vertical(line[0], DASHED, layer="below"))
        notes.append(above(*line, side))
    names = go.Scatter(
        x=[0] * len(rows), y=laid.heads, xaxis="x2", mode="text", text=list(rows.values()), textposition="middle right",
        textfont={"color": INK}, hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    across: dict[str, Any] = {"title": {"text": axis}, "range": [low, high], "ticksuffix": unit}
    if most is not None:
        across |= up_to(most, unit, low)
    elif high - low < 8:
        across |= {"dtick": 1}
    return go.Figure(
        data=[*_marks(frame, laid), names],
        layout={
            "template": TEMPLATE, "height": int(laid.top) + 76, "shapes": shapes, "annotations": notes,
            "xaxis": across,
            # Lines are a grid, and names a trace on a fixed axis of their own: shapes and annotations take a browser ten
            # times as long.
            "xaxis2": {"overlaying": "x", "range": [0, 1], "fixedrange": True, "visible": False},
            "yaxis": {"range": [laid.top, -2], "tickvals": laid.ends, "showticklabels": False, "showgrid": True},
        },
    )  # fmt: skip


class _Laid(NamedTuple):
    """The y of each mark and whether its label is at its left; the middle of each name, the ends of rows and of all."""

    ys: dict[Any, float]
    left: dict[Any, bool]
    heads: list[float]
    ends: list[float]
    top: float


def _laid(frame: pd.DataFrame, rows: Iterable[str], low: float, high: float) -> _Laid:
    """The marks of each row in as many lanes as they need, at most LANES, so that none covers another or its label."""
    lane_height = max(LANE, int(frame["size"].max()) + 4)
    ys: dict[Any, float] = {}
    left: dict[Any, bool] = {}
    top, heads, ends = 0.0, [], []
    for row in rows:
        mine = frame[frame["row"] == row].sort_values("x", kind="stable")
        heads.append(top + NAME / 2 + 2)
        lanes: list[float] = []
        for at, x, label, size in zip(mine.index, mine["x"], mine["label"], mine["size"], strict=True):
            place, wide = (x - low) / (high - low) * NARROW, LETTER * letters(label)
            left[at], half = bool(label) and place + wide + 10 > NARROW, size / 2 + 2
            start, end = (
                (place - wide - 10, place + half)
                if left[at]
                else (place - half, place + half + wide + 10 * bool(label))
            )
            lane = next((n for n, taken in enumerate(lanes) if taken <= start), len(lanes))
            if lane == LANES:
                lane = min(range(LANES), key=lanes.__getitem__)
            lanes[lane : lane + 1] = [end]
            ys[at] = top + NAME + (lane + 0.5) * lane_height
        top += NAME + max(len(lanes), 1) * lane_height + GAP
        ends.append(top)
    return _Laid(ys, left, heads, ends, top)


def _marks(frame: pd.DataFrame, laid: _Laid) -> list[go.Scatter]:
    """The marks of each look, those with a label apart."""
    traces = []
    for (look, bare), mine in frame.groupby(["look", frame["label"] == ""], sort=False):
        mark, sizes = MARKS[str(look)], mine["size"].tolist()
        names: dict[str, Any] = {"mode": "markers"}
        if not bare:
            names = {
                "mode": "markers+text", "text": [f" {label} " for label in mine["label"]],
                "textposition": ["middle left" if laid.left[at] else "middle right" for at in mine.index],
                "textfont": {"color": INK, "size": LETTER},
            }  # fmt: skip
        traces.append(
            go.Scatter(
                x=mine["x"].tolist(), y=[laid.ys[at] for at in mine.index], **names,
                marker={"color": mark.colour, "symbol": mark.symbol, "opacity": 1, "size": sizes[0] if len(set(sizes)) == 1 else sizes, "line": {"color": mark.colour, "width": 1.6}},
                customdata=carried(mine), hovertemplate=HOVER, name=str(look), cliponaxis=False,
            )
        )  # fmt: skip
    return traces


def _extent(xs: Sequence[float], most: float | None) -> tuple[float, float]:
    """The ends of an axis that need not begin at zero, with room for the marks at both ends."""
    known = [min(x, most) if most is not None else x for x in xs if not pd.isna(x)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if most is not None:
        low, high = min(low, most - 10), most
    pad = max((high - low) * 0.04, 0.5)
    return low - pad, high + pad


# One school among all: marks of the same x are put SWARM up and SWARM down, STEP pixels apart, and further ones beside
# them, by ASIDE of the axis in at most COLUMNS; outward at its ends, for values beyond are cut to these.
SWARM, STEP, ASIDE, COLUMNS, BAND, SMALL = 3, 4, 0.016, 6, 34, 7


def places(
    frame: pd.DataFrame, rows: Mapping[str, tuple[str, str]], axis: str, *, unit: str, most: float
) -> go.Figure:
    """One school among all, a row an indicator.

    Args:
        frame: a row a mark: `row`, `x`, `own` (whether it is that school's), `hover`, `link`, `figure`.
        rows: the labels of each `row` at its left and right end, from the top.
        axis: the title of the axis of x, with the unit.
        unit: the suffix of each number of the axis.
        most: the largest x drawn; larger ones are cut to it.
    """
    frame = frame.assign(x=frame["x"].clip(upper=most)).sort_values("x", kind="stable")
    xs: dict[Any, float] = {}
    ys: dict[Any, float] = {}
    notes, shapes, top = [], [], 0.0
    for row, (name, rank) in rows.items():
        mine, middle = frame[frame["row"] == row], top + NAME + BAND / 2
        for at, x, y in _swarm(mine["x"][~mine["own"]], most):
            xs[at], ys[at] = x, middle + y
        xs |= mine["x"][mine["own"]].to_dict()
        ys |= dict.fromkeys(mine.index[mine["own"]], middle)
        beside = {"xref": "paper", "y": top + NAME / 2 - 1, "font": {"color": INK}}
        notes += [
            {"x": 0, "xanchor": "left", "text": name, **beside},
            {"x": 1, "xanchor": "right", "text": rank, **beside},
        ]
        top += NAME + BAND
        shapes.append(horizontal(top, {"color": FAINT, "width": 1}))
    low, high = min([*xs.values(), 0]), max([*xs.values(), most])
    kinds = (("other", frame[~frame["own"]], SMALL, 0.6), ("own", frame[frame["own"]], 2 * SMALL, 1.6))
    traces = [
        go.Scatter(
            x=[xs[at] for at in mine.index], y=[ys[at] for at in mine.index], mode="markers", name=look, cliponaxis=False,
            marker={"color": MARKS[look].colour, "symbol": MARKS[look].symbol, "size": size, "line": {"color": PAPER, "width": width}},
            customdata=carried(mine), hovertemplate=HOVER,
        )
        for look, mine, size, width in kinds
    ]  # fmt: skip
    return go.Figure(
        data=traces,
        layout={
            "template": TEMPLATE, "height": int(top) + 60, "shapes": shapes, "annotations": notes,
            "margin": {"l": 14, "r": 20, "t": 8, "b": 52},
            "xaxis": {"title": {"text": axis}, **up_to(most, unit), "range": [low - most * 0.02, high + most * 0.02]},
            "yaxis": {"range": [top, 0], "visible": False},
        },
    )  # fmt: skip


def _swarm(values: pd.Series[float], most: float) -> Iterator[tuple[Any, float, float]]:
    """(index, x, pixels from the middle) of marks in the order of their values, so that they cover each other little."""
    lanes = SWARM * 2 + 1
    begins, taken = -math.inf, 0
    for at, x in values.items():
        begins, taken = (begins, taken + 1) if (x - begins) / most * NARROW < SMALL else (x, 0)
        lane, column = taken % lanes, taken // lanes % COLUMNS
        aside = column if x >= most else -column if x <= 0 else (column + 1) // 2 * (-1 if column % 2 else 1)
        yield at, x + aside * ASIDE * most, (lane + 1) // 2 * STEP * (-1 if lane % 2 else 1)
