"""The figure of the overview, on demand: the schools by status on each day, of a chosen indicator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from dashboard import charts
from dashboard.language.markup import BLANK, Markup
from dashboard.language.texts import say
from dashboard.language.words import (
    STATUSES,
    STRIP,
    due_day,
    file_day,
    full_day,
    listing,
    number,
    prose,
    short_day,
    word,
    written_day,
)
from dashboard.questions import View, frame, pick
from dashboard.rows import IndicatorDay, Kpi, Period
from dashboard.ui.base import figures
from dashboard.ui.base.address import asked
from dashboard.ui.base.figures import Figure
from dashboard.ui.base.parts import element, heading, pills

Here = Callable[..., str]
BACK = timedelta(weeks=4)  # a finding is compared with this long ago where no day was chosen
LATE = tuple(status for status in STRIP if STATUSES[status].is_late)


def _judged(kpis: Sequence[Kpi]) -> list[Kpi]:
    """The indicators that are judged, not for information only."""
    return [kpi for kpi in kpis if kpi.require != "none"]


def chosen(view: View, period: Period, kpis: Sequence[Kpi]) -> Kpi | None:
    """The indicator of the period that the address asks for: in every period, or only within the one it names."""
    wanted = asked("within", view.period_ids) in (None, period.period)
    return pick(_judged(kpis), asked("trend"), "kpi") if wanted else None


def offered(view: View, period: Period, kpis: Sequence[Kpi], drawn: Kpi | None, here: Here) -> Markup:
    """The links to the indicators; that of the drawn one hides its figure."""
    within = period.period if len(view.periods) > 1 else None
    choices = [
        (
            kpi.short,
            here(trend=None, within=None) if kpi is drawn else here(trend=kpi.kpi, within=within),
            kpi is drawn,
        )
        for kpi in _judged(kpis)
    ]
    if not choices:
        return BLANK
    about = element("p", say("選一項指標，看每一天各狀態有幾校；再點一次收起。"), kind="sub offered")
    # On paper nothing can be chosen: the heading is printed only where a figure is drawn.
    kind = "" if drawn else "offered"
    return element("section", heading(say("各校狀態的變化")), about, pills(choices), kind=kind)


def statuses(view: View, period: Period, kpi: Kpi) -> Figure | Markup:
    """The schools by status over the period, or the reason why there is no figure."""
    return figures.once(view, "statuses", kpi.kpi, period.period, build=lambda: _statuses(view, period, kpi))


def daily(view: View, period: Period, kpi: Kpi) -> pd.DataFrame:
    """The number of schools of the whole programme in each status: a row a day, a column a status."""
    days = frame(view, IndicatorDay, kpi=kpi.kpi, period=period.period, on=view.on)
    days = days[days["level"] == "city"].set_index("day")
    counts = days[[f"schools_{status}" for status in STRIP]].set_axis(list(STRIP), axis=1)
    return counts[counts.sum(axis=1) > 0].fillna(0).astype("int64")


def _statuses(view: View, period: Period, kpi: Kpi) -> Figure | Markup:
    days = daily(view, period, kpi)
    if len(days) < 2:
        return element("p", say("這一項還沒有兩天以上的狀態可以比較。"), kind="mut")
    drawn = [status for status in STRIP if days[status].any()]
    start, then = days.index[0].date(), _compared(view, days)
    title = finding(kpi, _on(days, then), _on(days, days.index[-1]), short_day(then, view.year))
    return Figure(
        title=say("{what}：{text}", what=kpi.short, text=title),
        caption=_caption(view, kpi, drawn, then),
        drawn=_areas(view, kpi, days, drawn, then),
        alt=say(
            "{kpi} 自 {start} 至 {end} 每一天各狀態的校數；{title}",
            kpi=kpi.label,
            start=written_day(start),
            end=written_day(view.on),
            title=title,
        ),
        name="_".join(filter(None, (say("狀態變化"), kpi.short, _label(view, period), file_day(view.on)))),
        header=[say("日期"), *(say("{status}校數", status=word(status, kpi.require)) for status in drawn)],
        rows=lambda: turns(days[drawn]),
    )


def _areas(view: View, kpi: Kpi, days: pd.DataFrame, drawn: Sequence[str], then: date) -> charts.Figure:
    """The drawing, with the day that the finding compares with and the deadline."""
    start, now = days.index[0].date(), _on(days, days.index[-1])
    due = None if kpi.require == "ceiling" else kpi.deadline  # a ceiling holds on every day
    marks = [charts.Day(then, short_day(then, view.year))]
    if due and due >= start:
        marks.append(charts.Day(due, say("期限 {day}", day=due_day(due, view.on)), True))
    return charts.areas(
        days.assign(written=[full_day(day) for day in pd.DatetimeIndex(days.index).date]),
        say("學校數（校）"),
        [_area(kpi, status, now[status]) for status in drawn],
        heading=figures.plain(kpi.short),
        days=marks,
        months=figures.months(start, max(due or view.on, view.on)),
    )


def _area(kpi: Kpi, status: str, many: int) -> charts.Area:
    name = f"{STATUSES[status].sign} {word(status, kpi.require)}"
    return charts.Area(
        status,
        f"{name} {number(many)}",
        say("{status} {schools} 校", status=name, schools="%{customdata:,}"),
        figures.line_facts(kpi, "", f"schools_{status}"),
    )


def _on(days: pd.DataFrame, day: date) -> dict[str, int]:
    row: Any = days.loc[pd.Timestamp(day)]
    return {status: int(row[status]) for status in STRIP}


def _label(view: View, period: Period) -> str:
    return period.label if len(view.periods) > 1 else ""


def _compared(view: View, days: pd.DataFrame) -> date:
    """The day that the finding compares with: the chosen one, else four weeks ago, or the first day if that is later."""
    known: list[date] = [day.date() for day in days.index]
    return max((day for day in known if day <= (view.versus or view.on - BACK)), default=known[0])


def finding(kpi: Kpi, was: Mapping[str, int], now: Mapping[str, int], day: str) -> str:
    """The finding: how the numbers of schools that met the indicator or are late have changed since the day."""
    if was == now:
        return say("自 {day} 起各狀態的校數都沒有變", day=day)
    changes = [_change(kpi, "met", was["met"], now["met"])]
    changes += [
        _change(kpi, status, was[status], now[status]) for status in LATE if was[status] or now[status]
    ]
    return say("自 {day} 起{changes}", day=day, changes=say("，").join(changes))


def _change(kpi: Kpi, status: str, was: int, now: int) -> str:
    counts = {"status": word(status, kpi.require), "was": number(was), "n": number(now)}
    if was == now:
        return say("{status}仍是 {n} 校", **counts)
    return (
        say("{status}由 {was} 校增為 {n} 校", **counts)
        if was < now
        else say("{status}由 {was} 校減為 {n} 校", **counts)
    )


def _caption(view: View, kpi: Kpi, drawn: Sequence[str], then: date) -> str:
    order = listing([word(status, kpi.require) for status in drawn])
    return prose(
        [
            say(
                "每一天各狀態的校數，由下而上：{statuses}；右邊是 {day} 的校數。",
                statuses=order,
                day=short_day(view.on, view.year),
            ),
            say("點線是標題比較的那一天，{day}。", day=short_day(then, view.year)),
        ]
    )


def turns(days: pd.DataFrame) -> list[list[figures.Value]]:
    """The rows of the days on which the number of schools in a status changes, the first day included."""
    turned = days[days.ne(days.shift()).any(axis=1)]
    return [[day.date(), *map(int, counts)] for day, *counts in turned.itertuples()]
