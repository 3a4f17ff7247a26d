"""Small curves as inline SVG.

Pure: steps in, text out. SVG instead of a chart library because a school's page shows nine of them at once
and a plotly figure costs 4 MB of script; colours are in the style sheet, so light and dark are one drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from html import escape
from urllib.parse import quote

Step = tuple[date, float]


@dataclass(frozen=True)
class Course:
    """One indicator of one school over time: what was reached when, and what has to be reached by when.

    `needed` draws the speed that it takes from today on; `marks` are days worth a name, such as the window's first.
    """

    steps: tuple[Step, ...]
    start: date
    today: date
    deadline: date
    required: float
    unit: str
    paced: bool = True
    needed: bool = False
    marks: tuple[tuple[date, str], ...] = ()

    @cached_property
    def end(self) -> date:
        """The right edge: what is done after the deadline stays visible."""
        return max(self.deadline, self.today)

    @cached_property
    def top(self) -> float:
        return max([self.required, 1.0, *(value for _, value in self.steps)])

    @property
    def now(self) -> float:
        return self.steps[-1][1] if self.steps else 0.0


@dataclass(frozen=True)
class Labels:
    """The words beside a curve, in the viewer's language: what is due, by when, the pace, where it stands, twelve months."""

    due: str
    required: str
    pace: str
    now: str
    months: Sequence[str]


@dataclass(frozen=True)
class Box:
    """Where a course is drawn, in pixels."""

    left: float
    top: float
    right: float
    bottom: float
    course: Course

    def x(self, day: date) -> float:
        span = max((self.course.end - self.course.start).days, 1)
        share = min(max((day - self.course.start).days / span, 0.0), 1.0)
        return self.left + share * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom - value / self.course.top * (self.bottom - self.top)


def _line(box: Box) -> str:
    """The steps as a path: level until something was done, then up. What is level throughout is one stroke."""
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


def _needed(box: Box) -> str:
    """From today's figure to the required one at the deadline, while both lie ahead."""
    course = box.course
    if not course.needed or course.today >= course.deadline or course.now >= course.required:
        return ""
    return (
        f'<line x1="{box.x(course.today):.1f}" y1="{box.y(course.now):.1f}" x2="{box.x(course.deadline):.1f}"'
        f' y2="{box.y(course.required):.1f}" class="need" stroke-width="1.8" stroke-dasharray="1 4"></line>'
    )


def _marks(box: Box) -> list[str]:
    """Named days: an upright line, its name above the drawing and on the side with more room."""
    found = []
    for day, name in box.course.marks:
        x = box.x(day)
        anchor, shift = ("start", 5) if x < (box.left + box.right) / 2 else ("end", -5)
        found.append(
            f'{_upright(x, 3, box.bottom, "mark")}<text x="{x + shift:.1f}" y="13" text-anchor="{anchor}">{escape(name)}</text>'
        )
    return found


def _actual(box: Box, width: float, radius: float) -> str:
    x, y = box.x(box.course.today), box.y(box.course.now)
    return (
        f'<path d="{_line(box)}" class="actual" stroke-width="{width}"></path>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="dot"></circle>'
    )


def _upright(x: float, top: float, bottom: float, name: str) -> str:
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}" class="{name}"></line>'


def sparkline(course: Course) -> str:
    """The course without words, beside the figures it draws."""
    box = Box(3, 4, 147, 23, course)
    due = _upright(box.x(course.deadline), 1, 24, "edge")
    lines = _pace(box, 1, "3 3") + due + _actual(box, 1.6, 2.6)
    return f'<svg width="150" height="26" aria-hidden="true">{lines}</svg>'


@lru_cache(512)
def trend(course: Course, label: str) -> str:
    """How many were done over time, between none and all of them (dashed), to today's dot.

    The line is a mask, which the style sheet fills: markup with an SVG element is put up by React node by node, which
    takes longer than all else on a page.
    """
    width, height, high = 86, 30, 3
    box = Box(2, high, width - 5, height - 3, course)
    x, y = box.x(course.today), box.y(course.now)
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<path d="{_line(box)}" fill="none" stroke="#000" stroke-width="1.6"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6"/></svg>'
    )
    address = "data:image/svg+xml," + quote(drawn, safe="/:=,")
    style = f"--drawn:url({address});--all:{box.y(course.required):.1f}px"
    return f'<i class="trend" role="img" aria-label="{escape(label)}" style="{style}"></i>'


def curve(course: Course, label: str, told: Labels, width: int = 620, height: int = 250) -> str:
    """The course with its axis, the pace, the deadline and today, each named where it is drawn."""
    box = Box(38, 40 if course.marks else 26, width - 92, height - 30, course)
    parts = [*_scale(box), *_months(box, told.months), *_marks(box), _pace(box, 1.3, "6 4"), _needed(box)]
    due = box.x(course.deadline)
    parts.append(_upright(due, 16, box.bottom, "due"))
    parts.append(_upright(box.x(course.today), box.top, box.bottom, "today"))
    parts.append(_actual(box, 2.2, 4))
    parts.append(
        f'<text x="{due + 6:.1f}" y="24" class="f">{escape(told.due)}</text>'
        f'<text x="{due + 6:.1f}" y="42">{escape(told.required)}</text>'
    )
    if course.paced:
        parts.append(_pace_named(box, told.pace))
    parts.append(_today(box, told.now))
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"'
        f' aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def _pace_named(box: Box, told: str) -> str:
    """The name of the pace, on the side of its line where the curve is not."""
    course, share = box.course, 0.3
    day = course.start + (course.deadline - course.start) * share
    reached = max((value for on, value in course.steps if on <= day), default=0.0)
    x, y = box.x(day), box.y(course.required * share)
    if reached < course.required * share:
        return f'<text x="{x - 8:.1f}" y="{y - 6:.1f}" class="b" text-anchor="end">{escape(told)}</text>'
    return f'<text x="{x + 10:.1f}" y="{y + 18:.1f}" class="b">{escape(told)}</text>'


def _today(box: Box, told: str) -> str:
    course = box.course
    x = box.x(course.today)
    anchor, shift = ("start", 8) if x < box.left + 70 else ("end", -8)
    y = max(box.y(course.now) - 9, 14)
    place = f'x="{x + shift:.1f}" y="{y:.1f}" class="f" text-anchor="{anchor}"'
    return f"<text {place}>{escape(told)}</text>"


def _scale(box: Box) -> list[str]:
    """Zero, the middle where it is whole, and the top."""
    top = box.course.top
    marks = {0.0, top} | ({top / 2} if top % 2 == 0 else set())
    return [
        f'<line x1="{box.left}" x2="{box.right}" y1="{y:.1f}" y2="{y:.1f}" class="grid"></line>'
        f'<text x="{box.left - 6}" y="{y + 4:.1f}" text-anchor="end">{mark:g}</text>'
        for mark, y in ((mark, box.y(mark)) for mark in sorted(marks))
    ]


def _months(box: Box, names: Sequence[str]) -> list[str]:
    """The first days of months, at most five of them."""
    first, last = box.course.start, box.course.end
    months = [
        date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if first <= date(year, month, 1) <= last
    ]
    every = max(1, -(-len(months) // 5))
    return [
        f"{_upright(box.x(day), box.bottom, box.bottom + 4, 'edge')}"
        f'<text x="{box.x(day):.1f}" y="{box.bottom + 19}">{escape(names[day.month - 1])}</text>'
        for day in months[::every]
    ]


@dataclass(frozen=True)
class Bar:
    """One bar: its name, its layers from the bottom (class, value), and its sum in words. Without layers nobody told it."""

    name: str
    layers: Sequence[tuple[str, float]]
    told: str


def bars(
    groups: Sequence[tuple[str, Sequence[Bar]]], label: str, axis: str, width: int = 380, height: int = 230
) -> str:
    """Groups of upright bars from zero, each with its name below and its sum above."""
    left, right, bottom, high = 40.0, width - 6.0, height - 44.0, 30.0
    top = _round_up(
        max([sum(value for _, value in bar.layers) for _, found in groups for bar in found], default=0)
    )
    parts = [f'<text x="{left - 6}" y="14" text-anchor="end">{escape(axis)}</text>']
    for mark in (0, top / 2, top):
        y = bottom - mark / top * (bottom - high)
        parts.append(
            f'<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" class="grid"></line>'
            f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{mark:g}</text>'
        )
    span = (right - left) / max(len(groups), 1)
    for place, (name, found) in enumerate(groups):
        middle = left + span * (place + 0.5)
        parts.append(
            f'<text x="{middle:.1f}" y="{height - 6}" text-anchor="middle" class="f">{escape(name)}</text>'
        )
        step = span / (len(found) + 0.4)
        for n, bar in enumerate(found):
            x = middle + step * (n - (len(found) - 1) / 2)
            parts.append(_upright_bar(bar, x, min(step * 0.6, 46), bottom, (bottom - high) / top))
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"'
        f' aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def _upright_bar(bar: Bar, x: float, wide: float, bottom: float, scale: float) -> str:
    y, drawn = bottom, ""
    for name, value in bar.layers:
        y -= value * scale
        drawn += (
            f'<rect x="{x - wide / 2:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{value * scale:.1f}"'
            f' class="{escape(name)}"></rect>'
        )
    told = bar.told.removeprefix(bar.name).strip()
    return (
        f'{drawn}<text x="{x:.1f}" y="{y - 6:.1f}" text-anchor="middle" class="f">{escape(told)}</text>'
        f'<text x="{x:.1f}" y="{bottom + 17:.1f}" text-anchor="middle">{escape(bar.name)}</text>'
    )


def _round_up(value: float) -> float:
    """The next 1, 2, 4, 5, 6, 8 or 10 times a power of ten: halves of these are short to write."""
    size = 1.0
    while size * 10 < value:
        size *= 10
    return next((size * step for step in (1, 2, 4, 5, 6, 8) if size * step >= value), size * 10)
