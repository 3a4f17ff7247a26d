"""The curve of a slide of the report, as vectors: the way to the deadline, with hover and a text alternative.

All lengths are pixels of the drawing, which is as wide and high as `VIEW`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import pairwise

from dashboard.charts.look import letters
from dashboard.exports.document import Curve

VIEW = (610, 530)
LEFT, RIGHT, TOP, BOTTOM = 78, 500, 60, 470
CALLED = 100  # places where hovering says the figure
NOW, SMALL = 28, 24  # sizes of letters, see slides.css
ALONG = (0.55, 0.35, 0.75, 0.15)  # where along the pace its label may be


@dataclass(frozen=True)
class _Label:
    """A text at its base line; `anchor` is the side of the text at `x`."""

    text: str
    x: float
    y: float
    anchor: str
    kind: str
    size: int

    def markup(self) -> str:
        return (
            f'<text class="{self.kind}" x="{self.x:.1f}" y="{self.y:.1f}" text-anchor="{self.anchor}">'
            f"{escape(self.text)}</text>"
        )

    def covers(self, other: _Label) -> bool:
        """Whether two labels overlap."""
        (a, b), (c, d) = self._across(), other._across()
        return a < d and c < b and abs(self.y - other.y) < max(self.size, other.size) + 6

    def _across(self) -> tuple[float, float]:
        width = letters(self.text) * self.size + 6
        start = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return start, start + width


@dataclass(frozen=True)
class _Frame:
    """The pixels of a day and of a share."""

    start: date
    end: date

    def x(self, day: date) -> float:
        return LEFT + (RIGHT - LEFT) * (day - self.start).days / max((self.end - self.start).days, 1)

    def y(self, share: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * share


def drawn(curve: Curve) -> str:
    """The curve with its title and axis."""
    first, last = curve.points[0], curve.points[-1]
    at = _Frame(min(first[0], curve.pace[0] if curve.pace else first[0]), max(curve.deadline, last[0]))
    due = _Label(curve.due, at.x(curve.deadline), TOP - 24, "middle", "strong", NOW)
    now = _now(curve, at, due)
    way = "".join(f"H{at.x(day):.1f}V{at.y(share):.1f}" for day, share, _ in curve.points[1:])
    alt = f"{curve.title}：{curve.now}，{curve.due}"
    return (
        f'<div class="curve"><h3>{escape(curve.title)}</h3><p>{escape(curve.caption)}</p>'
        f'<svg viewBox="0 0 {VIEW[0]} {VIEW[1]}" role="img" aria-label="{escape(alt)}">'
        f"{_axes(curve, at)}{_pace(curve, at, now)}"
        f'<path class="way" d="M{at.x(first[0]):.1f},{at.y(first[1]):.1f}{way}"></path>'
        f'<line class="due" x1="{due.x:.1f}" x2="{due.x:.1f}" y1="{TOP - 12}" y2="{BOTTOM}"></line>{due.markup()}'
        f'<circle class="dot" cx="{at.x(last[0]):.1f}" cy="{at.y(last[1]):.1f}" r="9"></circle>{now.markup()}'
        f"{_hover(curve, at)}</svg></div>"
    )


def _axes(curve: Curve, at: _Frame) -> str:
    shares = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{at.y(share):.1f}" y2="{at.y(share):.1f}"></line>'
        f'<text x="{LEFT - 12}" y="{at.y(share) + 8:.1f}" text-anchor="end">{share:.0%}</text>'
        for share in (0, 0.5, 1)
    )
    months = "".join(
        f'<text x="{at.x(day):.1f}" y="{BOTTOM + 36}">{escape(name)}</text>' for day, name in curve.months
    )
    return shares + months


def _now(curve: Curve, at: _Frame, due: _Label) -> _Label:
    """The label of the last day's share, above its point; below it where the deadline's label is."""
    day, share, _ = curve.points[-1]
    x, y = at.x(day), at.y(share)
    dx, anchor = (-16, "end") if x > LEFT + 130 else (16, "start")
    above, below = (_Label(curve.now, x + dx, y + dy, anchor, "strong", NOW) for dy in (-14, 34))
    return below if above.covers(due) else above


def _pace(curve: Curve, at: _Frame, now: _Label) -> str:
    """The line of the pace, with its label on the side where the curve is not."""
    if not curve.pace:
        return ""
    begins, ends = curve.pace
    labels = [_pace_label(curve, at, along) for along in ALONG]
    label = next((one for one in labels if not one.covers(now)), labels[0])
    return (
        f'<line class="pace" x1="{at.x(begins):.1f}" y1="{at.y(0):.1f}" x2="{at.x(ends):.1f}" y2="{at.y(1):.1f}"></line>'
        f"{label.markup()}"
    )


def _pace_label(curve: Curve, at: _Frame, along: float) -> _Label:
    assert curve.pace
    begins, ends = curve.pace
    day = begins + (ends - begins) * along
    share = (day - begins).days / max((ends - begins).days, 1)
    is_over = max((done for one, done, _ in curve.points if one <= day), default=0.0) <= share
    dx, dy, anchor = (-14, -8, "end") if is_over else (14, 26, "start")
    return _Label(curve.pace_label, at.x(day) + dx, at.y(share) + dy, anchor, "paced", SMALL)


def _hover(curve: Curve, at: _Frame) -> str:
    """The points to hover over, each with its figure in words."""
    step = max(len(curve.points) // CALLED, 1)
    called = [*curve.points[::step], curve.points[-1]] if step > 1 else list(curve.points)
    days = [*(day for day, _, _ in called), at.end]
    return "".join(
        f'<rect class="at" x="{at.x(day):.1f}" y="{TOP}" width="{max(at.x(until) - at.x(day), 2):.1f}"'
        f' height="{BOTTOM - TOP}"><title>{escape(text)}</title></rect>'
        for (day, until), (_, _, text) in zip(pairwise(days), called, strict=True)
    )
