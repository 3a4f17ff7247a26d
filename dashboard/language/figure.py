"""The values of a figure as a page, a figure or a slide carries them for machines.

`tests/test_numbers.py` compares them with `kpi results`.
"""

from __future__ import annotations

from dashboard.language.words import plain

# The fields of `stated`, in this order; the name is last, since a name may hold anything.
FIGURE = (
    "kpi",
    "level",
    "period",
    "status",
    "counted",
    "base",
    "required",
    "schools_met",
    "schools_judged",
    "flags",
    "name",
)


def stated(figure: object, name: str = "") -> str:
    """The values of a figure in the order of FIGURE, for machines; `name` is the group's or the school's."""
    texts: list[str] = [getattr(figure, field, None) or "" for field in FIGURE[:4]]
    values = [plain(getattr(figure, field, None)) for field in FIGURE[4:-2]]
    return "|".join([*texts, *values, getattr(figure, "flags", None) or "", name])
