"""The figure of the overview, on demand: the schools by status on each day, of a chosen indicator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from dashboard import charts
from dashboard.language.markup import Markup
from dashboard.language.texts import say
from dashboard.language.words import (
    STATUSES,
    STRIP,
    due_day,
    escape,
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
from dashboard.rows import IndicatorDay
from dashboard.ui.base import figures
from dashboard.ui.base.address import asked
from dashboard.ui.base.figures import Figure
from dashboard.ui.base.parts import pills

Row = Any
Here = Callable[..., str]
BACK = timedelta(weeks=4)  # a finding is compared with this long ago where no day was chosen
LATE = tuple(status for status in STRIP if STATUSES[status].is_late)


def _judged(kpis: Sequence[Row]) -> list[Row]:
    """The indicators that are judged, not for information only."""
    return [kpi for kpi in kpis if kpi.require != "none"]


def chosen(view: View, period: Row, kpis: Sequence[Row]) -> Row | None:
    """The indicator of the period that the address asks for: in every period, or only within the one it names."""
    wanted = asked("within", view.period_ids) in (None, period.period)
    return pick(_judged(kpis), asked("trend"), "kpi") if wanted else None


def offered(view: View, period: Row, kpis: Sequence[Row], drawn: Row | None, here: Here) -> str:
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
        return ""
    about = say("選一項指標，看每一天各狀態有幾校；再點一次收起。")
    # On paper nothing can be chosen: the heading is printed only where a figure is drawn.
    kind = "" if drawn else ' class="offered"'
    return (
        f"<section{kind}><h2>{say('各校狀態的變化')}</h2>"
        f'<p class="sub offered">{about}</p>{pills(choices)}</section>'
    )


def statuses(view: View, period: Row, kpi: Row) -> Figure | Markup:
    """The schools by status over the period, or the reason why there is no figure."""
    return figures.once(view, "statuses", kpi.kpi, period.period, build=lambda: _statuses(view, period, kpi))


def daily(view: View, period: Row, kpi: Row) -> pd.DataFrame:
    """The number of schools of the whole programme in each status: a row a day, a column a status."""
    days = frame(view, IndicatorDay, kpi=kpi.kpi, period=period.period, on=view.on)
    days = days[days["level"] == "city"].set_index("day")
    counts = days[[f"schools_{status}" for status in STRIP]].set_axis(list(STRIP), axis=1)
    return counts[counts.sum(axis=1) > 0].fillna(0).astype("int64")


def _statuses(view: View, period: Row, kpi: Row) -> Figure | Markup:
    days = daily(view, period, kpi)
    if len(days) < 2:
        return Markup(f'<p class="mut">{say("這一項還沒有兩天以上的狀態可以比較。")}</p>')
    drawn = [status for status in STRIP if days[status].any()]
    names = {status: f"{STATUSES[status].sign} {word(status, kpi.require)}" for status in drawn}
    start, then = days.index[0].date(), _compared(view, days)
    was, now = _on(days, then), _on(days, days.index[-1])
    due = None if kpi.require == "ceiling" else kpi.deadline  # a ceiling holds on every day
    title = finding(kpi, was, now, short_day(then, view.year))
    marks = [charts.Day(then, short_day(then, view.year))]
    if due and due >= start:
        marks.append(charts.Day(due, say("期限 {day}", day=due_day(due, view.on)), True))
    return Figure(
        title=say("{what}：{text}", what=kpi.short, text=title),
        caption=_caption(view, kpi, drawn, then),
        drawn=charts.areas(
            days.assign(written=[full_day(day) for day in pd.DatetimeIndex(days.index).date]),
            say("學校數（校）"),
            [
                charts.Area(
                    status,
                    f"{names[status]} {number(now[status])}",
                    say("{status} {schools} 校", status=names[status], schools="%{customdata:,}"),
                    figures.line_facts(kpi, "", f"schools_{status}"),
                )
                for status in drawn
            ],
            heading=escape(kpi.short),
            days=marks,
            months=figures.months(start, max(due or view.on, view.on)),
        ),
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


def _on(days: pd.DataFrame, day: date) -> dict[str, int]:
    row: Any = days.loc[pd.Timestamp(day)]
    return {status: int(row[status]) for status in STRIP}


def _label(view: View, period: Row) -> str:
    return period.label if len(view.periods) > 1 else ""


def _compared(view: View, days: pd.DataFrame) -> date:
    """The day that the finding compares with: the chosen one, else four weeks ago, or the first day if that is later."""
    known: list[date] = [day.date() for day in days.index]
    return max((day for day in known if day <= (view.versus or view.on - BACK)), default=known[0])


def finding(kpi: Row, was: Mapping[str, int], now: Mapping[str, int], day: str) -> str:
    """The finding: how the numbers of schools that met the indicator or are late have changed since the day."""
    if was == now:
        return say("自 {day} 起各狀態的校數都沒有變", day=day)
    changes = [_change(kpi, "met", was["met"], now["met"])]
    changes += [
        _change(kpi, status, was[status], now[status]) for status in LATE if was[status] or now[status]
    ]
    return say("自 {day} 起{changes}", day=day, changes=say("，").join(changes))


def _change(kpi: Row, status: str, was: int, now: int) -> str:
    counts = {"status": word(status, kpi.require), "was": number(was), "n": number(now)}
    if was == now:
        return say("{status}仍是 {n} 校", **counts)
    return (
        say("{status}由 {was} 校增為 {n} 校", **counts)
        if was < now
        else say("{status}由 {was} 校減為 {n} 校", **counts)
    )


def _caption(view: View, kpi: Row, drawn: Sequence[str], then: date) -> str:
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
