"""A course as a figure of a page: drawn for a desk and for a phone, its words in the viewer's language.

`charts` draws and knows no words; what stands beside a curve is said here, once for all pages that show one.
"""

from __future__ import annotations

from dashboard import charts
from dashboard.ui.texts import later, say
from dashboard.ui.words import number

MONTHS = (
    later("1 月"), later("2 月"), later("3 月"), later("4 月"), later("5 月"), later("6 月"),
    later("7 月"), later("8 月"), later("9 月"), later("10 月"), later("11 月"), later("12 月"),
)  # fmt: skip


def labels(course: charts.Course) -> charts.Labels:
    """The deadline and what is due by then, the pace, where it stands, and the months."""
    return charts.Labels(
        due=say("期限 {day}", day=f"{course.deadline.month}/{course.deadline.day}"),
        required=say("應達 {count} {unit}", count=number(course.required), unit=course.unit),
        pace=say("應有進度"),
        now=say("{count} {unit}", count=number(course.now), unit=course.unit),
        months=[say(month) for month in MONTHS],
    )


def drawn(course: charts.Course, label: str) -> str:
    """The curve in two widths, of which the style sheet shows one."""
    told = labels(course)
    wide, narrow = charts.curve(course, label, told), charts.curve(course, label, told, 358, 220)
    return f'<div class="dsk">{wide}</div><div class="mob">{narrow}</div>'
