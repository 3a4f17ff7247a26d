"""The small curve in a row of a table: inline SVG, since a plotly figure in each of nine rows would take seconds.

Pure: steps in, text out; colours are in the style sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from dashboard.language.markup import Markup

Step = tuple[date, float]


@dataclass(frozen=True)
class Course:
    """One indicator of one school over time: what was reached when, and what has to be reached by when."""

    steps: tuple[Step, ...]
    start: date
    today: date
    deadline: date
    required: float
    paced: bool = True

    @cached_property
    def end(self) -> date:
        """The right edge: what is done after the deadline stays visible."""
        return max(self.deadline, self.today)

    @cached_property
    def top(self) -> float:
        """The value at the upper edge, at least 1."""
        return max([self.required, 1.0, *(value for _, value in self.steps)])

    @property
    def now(self) -> float:
        """The value today."""
        return self.steps[-1][1] if self.steps else 0.0


@dataclass(frozen=True)
class Box:
    """Where a course is drawn, in pixels."""

    left: float
    top: float
    right: float
    bottom: float
    course: Course

    def x(self, day: date) -> float:
        """The pixel of a day, within the box."""
        span = max((self.course.end - self.course.start).days, 1)
        share = min(max((day - self.course.start).days / span, 0.0), 1.0)
        return self.left + share * (self.right - self.left)

    def y(self, value: float) -> float:
        """The pixel of a value."""
        return self.bottom - value / self.course.top * (self.bottom - self.top)


def _line(box: Box) -> str:
    """The steps as an SVG path: level until something was done, then up; a level curve is one stroke."""
    steps = [(box.x(day), box.y(value)) for day, value in box.course.steps] or [(box.left, box.y(0))]
    (x, y), *later = [(f"{x:.1f}", f"{y:.1f}") for x, y in steps]
    drawn = f"M{x},{y}"
    for x, up in later:
        if up != y:
            drawn, y = f"{drawn}H{x}V{up}", up
    return f"{drawn}H{box.x(box.course.today):.1f}"


def _pace(box: Box, width: float, dash: str) -> str:
    course = box.course
    if not course.paced:
        return ""
    start, due = box.x(course.start), box.x(course.deadline)
    return (
        f'<line x1="{start:.1f}" y1="{box.y(0):.1f}" x2="{due:.1f}" y2="{box.y(course.required):.1f}"'
        f' class="pace" stroke-width="{width}" stroke-dasharray="{dash}"></line>'
    )


def _actual(box: Box, width: float, radius: float) -> str:
    x, y = box.x(box.course.today), box.y(box.course.now)
    return (
        f'<path d="{_line(box)}" class="actual" stroke-width="{width}"></path>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="dot"></circle>'
    )


def _upright(x: float, top: float, bottom: float, name: str) -> str:
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}" class="{name}"></line>'


def sparkline(course: Course) -> Markup:
    """The course as SVG, without words: its figures are in the same row."""
    box = Box(3, 4, 147, 23, course)
    due = _upright(box.x(course.deadline), 1, 24, "edge")
    lines = _pace(box, 1, "3 3") + due + _actual(box, 1.6, 2.6)
    return Markup(f'<svg width="150" height="26" aria-hidden="true">{lines}</svg>')
