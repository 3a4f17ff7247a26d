"""The rows of `kpi results`: what they have in common whatever the programme counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

COLUMNS = (
    "programme", "kpi", "period", "level", "group", "school", "counted", "base", "required", "rate", "status",
    "schools_met", "schools_judged", "schools_no_data", "as_of", "deadline",
)  # fmt: skip
JUDGED = ("met", "overdue", "behind", "on_track")
NO_DATA = "no_data"

ResultRow = dict[str, str]


def result_row(
    programme: str, kpi: str, period: str, as_of: date, deadline: date | None, **values: str
) -> ResultRow:
    """A row in the order of its columns; those that are not given are blank."""
    known = {"programme": programme, "kpi": kpi, "period": period, **values}
    days = {"as_of": as_of.isoformat(), "deadline": deadline.isoformat() if deadline else ""}
    return dict.fromkeys(COLUMNS, "") | known | days


def amounts(counted: int | None, base: int | None, required: int | None) -> dict[str, str]:
    """The counts as texts, and the rate where there is one."""
    values = {"counted": counted, "base": base, "required": required}
    texts = {name: "" if value is None else str(value) for name, value in values.items()}
    return texts | {"rate": rate(counted, base) if counted is not None and base else ""}


def rate(counted: int, base: int) -> str:
    """Six decimals, half up, in whole numbers so that nothing is rounded twice."""
    millionths = (2 * counted * 10**6 + base) // (2 * base)
    return f"{millionths // 10**6}.{millionths % 10**6:06}"


def school_counts(statuses: Sequence[str]) -> dict[str, str]:
    """How many schools of a group or of the city have met what they must, are judged at all, or have no data."""
    return {
        "schools_met": str(statuses.count("met")),
        "schools_judged": str(sum(status in JUDGED for status in statuses)),
        "schools_no_data": str(statuses.count(NO_DATA)),
    }


def total_status(statuses: Sequence[str], is_over: bool) -> str:
    """Of a group or of the city: the worst of those that are judged; `is_over`: the deadline has passed."""
    judged = {status for status in statuses if status in JUDGED}
    if not judged:
        return NO_DATA if NO_DATA in statuses else "exempt"
    if judged == {"met"}:
        if NO_DATA not in statuses:
            return "met"
        return "overdue" if is_over else "on_track"
    return next(status for status in ("overdue", "behind", "on_track") if status in judged)


def status_of(counted: int, required: int, expected: int, is_over: bool) -> str:
    """Of a school that must: `expected` is what the pace asks of it by the day."""
    if counted >= required:
        return "met"
    if is_over:
        return "overdue"
    return "behind" if counted < expected else "on_track"


def paced(required: int, first: date, last: date, day: date) -> int:
    """What is asked by a day where it grows evenly from the first day to the last."""
    return required * max((day - first).days, 0) // (last - first).days
