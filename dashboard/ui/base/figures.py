"""A figure on a page: its finding as the heading, a caption, the drawing, and every value as a table in a fold.

`charts` draws and knows no words; this module adds the texts around a drawing for all pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Condition
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st
from cachetools import LRUCache, cached

from dashboard import charts
from dashboard.language import texts, words
from dashboard.language.markup import BLANK, Markup, escape, join, say_markup
from dashboard.language.texts import say
from dashboard.questions import View, ask, frame
from dashboard.rows import Group, IndicatorDay, Kpi
from dashboard.ui.base import downloads, parts, screen
from dashboard.ui.base.screen import show as put

PACE, NEEDED = "pace", "needed"  # keys of the lines that are no group's
KEPT_MARKS = 300_000  # of all figures together; a mark takes up to a kilobyte


class Link(NamedTuple):
    """A text of a table with its link; a file has the text alone."""

    text: str
    href: str


Value = Link | str | int | float | date | None


@dataclass(frozen=True)
class Figure:
    """A drawing with the texts and values around it.

    title: the finding. caption: what is measured, in which unit, and the key of the marks. alt: the text for those who
    cannot see the drawing. name: the title of its file and its table. rows: every value, under `header`.
    """

    title: str
    caption: str
    drawn: charts.Figure
    alt: str
    name: str
    header: Sequence[str]
    rows: Callable[[], Sequence[Sequence[Value]]]


@dataclass(frozen=True)
class _Question:
    """The key of a figure in the cache; the function that builds it is no part of it."""

    snapshot: object
    scope: object
    address: str
    asked: tuple[object, ...]
    build: Callable[[], Figure | Markup] = field(compare=False, repr=False)


def once(view: View, *asked: object, build: Callable[[], Figure | Markup]) -> Figure | Markup:
    """A figure, built once for each snapshot, scope, language, era and `asked`.

    `asked` holds all that it depends on, besides what the address carries from page to page.
    """
    # Whether the day is still to come is part of a figure, and changes overnight.
    return _built(_Question(view.snapshot, view.scope, view.link(""), (view.today, *asked), build))


def _marks(figure: Figure | Markup) -> int:
    """The size of a figure in the cache, in marks."""
    return 1 if isinstance(figure, str) else 1 + sum(len(trace.y) for trace in figure.drawn.data)


@cached(LRUCache(KEPT_MARKS, getsizeof=_marks), condition=Condition(), info=True)
def _built(question: _Question) -> Figure | Markup:
    return question.build()


def show(key: str, figure: Figure | Markup, controls: Markup = BLANK) -> None:
    """Put a figure on the page, or the markup that says why there is none.

    `key` names it among the page's figures; `controls` are links to other drawings of it.
    """
    if isinstance(figure, str):
        put(join([figure, controls]))
        return
    put(parts.element("h2", figure.title) + parts.element("p", figure.caption, kind="sub") + controls)
    st.plotly_chart(
        figure.drawn, theme=None, key=f"figure-{key}", alt=figure.alt, config=_config(texts.manner().language)
    )
    screen.fold_on_demand(say("圖的數字"), f"values-{key}", lambda: put(_table(figure) + _saved(figure)))


def _saved(figure: Figure) -> Markup:
    return downloads.download(
        figure.name, list(figure.header), lambda: [list(map(_plain, row)) for row in figure.rows()]
    )


def _config(language: str) -> dict[str, Any]:
    """The configuration of plotly: no logo, and no tool but the one that resets a zoom, in the viewer's language."""
    return {
        "displaylogo": False,
        "showTips": False,
        "modeBarButtons": [["resetScale2d"]],
        "locale": language,
        "locales": {language: {"dictionary": {"Reset axes": say("回到原來的範圍")}, "format": {}}},
    }


def _table(figure: Figure) -> Markup:
    rows = figure.rows()
    right = [bool(rows) and all(_is_number(row[at]) for row in rows) for at in range(len(figure.header))]
    head = [parts.Cell(name, "" if right[at] else "l") for at, name in enumerate(figure.header)]
    lines = [
        ("", [parts.Cell(_text_of(value), "" if right[at] else "l") for at, value in enumerate(row)])
        for row in rows
    ]
    return parts.element("div", parts.table(figure.name, head, lines), kind="tall")


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float | None) or (isinstance(value, str) and value.endswith("%"))


def _text_of(value: Value) -> str:
    if isinstance(value, Link):
        return parts.anchor(value.href, value.text)
    if isinstance(value, date):
        return words.written_day(value)
    return words.number(value, "–") if isinstance(value, int | float | None) else value


def _plain(value: Value) -> object:
    return value.text if isinstance(value, Link) else value


def months(first: date, last: date, most: int = 6) -> dict[str, str]:
    """The labels of the months between two days, by their first days as ISO dates; with the year where it changes."""
    named: dict[str, str] = {}
    year = first.year
    for day in words.first_days(first, last, most):
        name = words.month(day)
        named[day.isoformat()] = (
            name if day.year == year else f"{name}<br>{words.written_day(day).partition('/')[0]}"
        )
        year = day.year
    return named


def status_key(statuses: Sequence[str], require: str | None = None) -> str:
    """The key of the shapes, for a caption."""
    signs = {"met": "●", "on_track": "○", "behind": "▼", "overdue": "✕", "no_data": "□", "info": "◆"}
    return "　".join(f"{signs[one]} {words.word(one, require)}" for one in signs if one in statuses)


def over_time(days: pd.DataFrame, counted: str, of: str, as_count: bool) -> pd.DataFrame:
    """The points of each day, as counts or as shares in per cent, for `charts.curves`.

    A day without a figure has no point, and is not zero. The share is written as `words.percent` writes it.
    """
    done, whole = days[counted].astype("Float64"), days[of].astype("Float64")
    known = days.assign(counted=done, of=whole)[(whole > 0) & done.notna()]
    return _with_shares(known, as_count)


def _with_shares(frame: pd.DataFrame, as_count: bool) -> pd.DataFrame:
    done, whole = frame["counted"].astype("int64"), frame["of"].astype("int64")
    tenths = (2000 * done + whole) // (2 * whole)
    tenths = tenths.mask((done < whole) & (tenths > 999), 999).mask((done > 0) & (tenths < 1), 1)
    return frame.assign(counted=done, of=whole, share=tenths / 10, y=done if as_count else 100 * done / whole)


def steady(start: date, end: date, whole: int, as_count: bool, first: date) -> pd.DataFrame:
    """The pace on each day from `first` to the deadline: the whole part of what is required so far."""
    days, length = pd.date_range(first, end, freq="D"), (end - start).days
    gone = (days - pd.Timestamp(start)).days.to_numpy().clip(0, length)
    frame = pd.DataFrame({"day": days, "counted": whole * gone // length, "of": whole})
    shares = _with_shares(frame, as_count)
    return shares.assign(y=whole * gone / length if as_count else 100 * gone / length)


def needed(day: date, now: float, deadline: date, top: float) -> pd.DataFrame:
    """The line of the speed needed: from the figure of a day to what is required by the deadline."""
    line = pd.DataFrame({"day": pd.to_datetime([day, deadline]), "y": [now, top], "counted": 0, "of": 0})
    return line.assign(line=NEEDED, look=NEEDED)


def hover_of_need(weekly: str, unit: str) -> Markup:
    """The hover text of the speed needed."""
    return say_markup("所需速度：每週 {n} {unit}", n=weekly, unit=plain(unit))


def others_names() -> dict[str, str]:
    """The names of the lines that are no group's, by key."""
    return {PACE: say("應有進度"), NEEDED: say("所需速度")}


def plain(name: str) -> Markup:
    """A name escaped for a hover text, in which plotly replaces its placeholders."""
    return escape(name).replace("%{", "%\u200b{")


def hover_text(name: str, unit: str) -> Markup:
    """The hover text of a line: its name, the share, and the counts; see `charts.curves`."""
    share, counts = Markup("<b>%{customdata[0]:.1f}%</b>"), "%{customdata[1]:,}/%{customdata[2]:,}"
    figure = say_markup("{share}（{counts} {unit}）", share=share, counts=counts, unit=plain(unit))
    return join([plain(name), figure], " ")


def line_facts(kpi: Kpi, group: str | int, counted: str) -> str:
    """The machine-readable key of a line: indicator, level, period, column and group; see `language.figure.FIGURE`."""
    level = "group" if group else "city"
    return "|".join((kpi.kpi, level, kpi.period, counted, str(group or "")))


def changes(way: Progress) -> list[list[Value]]:
    """The rows of the days on which a line of an indicator changes, by name, with the pace of that day."""
    rows: list[list[Value]] = []
    for group in way.lines["group_id"].unique().tolist():
        mine = way.lines[way.lines["group_id"] == group]
        moved = mine[["counted", "of"]].ne(mine[["counted", "of"]].shift()).any(axis=1)
        for day, done, whole in mine.loc[moved, ["day", "counted", "of"]].itertuples(index=False):
            pace = way.pace_on(day.date(), whole)
            rows.append([way.names[group], day.date(), done, whole, words.percent(done, whole), pace])
    return rows


def progress_header() -> list[str]:
    """The header of `changes`."""
    return [say("範圍"), say("日期"), say("計數"), say("應達"), say("百分比"), say("應有進度")]


def has_progress(kpi: Kpi) -> bool:
    """Whether an indicator has a requirement and a deadline, and so a course to draw."""
    return kpi.deadline is not None and kpi.require not in ("none", "ceiling")


@dataclass(frozen=True)
class Progress:
    """The course of an indicator to its deadline: a point a day of the programme (group 0) and of each group.

    Where nothing is required of all schools together, it counts the schools that met it out of those judged.
    """

    kpi: Kpi
    summed: bool
    names: Mapping[int, str]
    lines: pd.DataFrame

    @property
    def unit(self) -> str:
        """The unit of the counts."""
        return str(self.kpi.unit) if self.summed else say("校")

    @property
    def start(self) -> date:
        """The first day with a point."""
        first: date = self.lines["day"].min().date()
        return first

    @property
    def last(self) -> date:
        """The last day with a point."""
        day: date = self.lines["day"].max().date()
        return day

    def on(self, day: date) -> dict[int, tuple[int, int]]:
        """The counts of a day and what they are out of, by group; groups without a figure are absent."""
        rows = self.lines[self.lines["day"] == pd.Timestamp(day)]
        counts = [rows[name].tolist() for name in ("group_id", "counted", "of")]
        return {group: (done, whole) for group, done, whole in zip(*counts, strict=True)}

    def hover_texts(self) -> dict[str, str]:
        """The hover texts of each line and of the pace, by key."""
        pace = f"{say('應有進度')} %{{customdata[1]:,}} {plain(self.unit)}"
        return {PACE: pace} | {str(group): hover_text(name, self.unit) for group, name in self.names.items()}

    def line_names(self) -> dict[str, str]:
        """The names of the lines, by key."""
        return others_names() | {str(group): plain(name) for group, name in self.names.items()}

    def facts(self) -> dict[str, str]:
        """The machine-readable keys of the lines, by key of the line."""
        counted = "counted" if self.summed else "schools_met"
        return {
            str(group): line_facts(self.kpi, group and name, counted) for group, name in self.names.items()
        }

    @property
    def deadline(self) -> date:
        """The deadline, which every indicator with a course has."""
        assert self.kpi.deadline
        return self.kpi.deadline

    @property
    def pace_start(self) -> date | None:
        """From when on the counts are to grow steadily; None where the indicator has no pace."""
        start = self.kpi.pace_start
        return start if self.summed and start and start < self.deadline else None

    def pace(self, whole: int, as_count: bool) -> pd.DataFrame | None:
        """The pace of each day to a requirement of `whole`; None where the indicator has none."""
        if self.pace_start is None:
            return None
        drawn = steady(self.pace_start, self.deadline, whole, as_count, self.start)
        return drawn.assign(line=PACE, look=PACE)

    def pace_on(self, day: date, whole: int) -> int | None:
        """The pace of one day to a requirement of `whole`, a whole number; None where there is none."""
        if self.pace_start is None:
            return None
        length = (self.deadline - self.pace_start).days
        return int(whole * min(max((day - self.pace_start).days, 0), length) // length)

    def marks(self, view: View, required: int, low: bool = False) -> list[charts.Day]:
        """The upright lines: the deadline with what is required (at its foot if `low`), today, the day to compare with."""
        due = say("期限 {day}", day=words.due_day(self.deadline, view.on))
        must = say("應達 {required} {unit}", required=words.number(required), unit=self.unit)
        marks = [charts.Day(self.deadline, join([due, must], parts.BREAK), True, low)]
        if view.on != self.deadline:
            marks.append(charts.Day(view.on, ""))
        if view.versus and view.versus >= self.start:
            marks.append(charts.Day(view.versus, words.short_day(view.versus, view.year)))
        return marks


def progress(view: View, kpi: Kpi, as_count: bool = False) -> Progress | None:
    """The course of an indicator; None where there is none, or it has not begun."""
    if not has_progress(kpi):
        return None
    # What will be done until a day to come is not known: the lines end today.
    days = frame(view, IndicatorDay, kpi=kpi.kpi, period=kpi.period, on=min(view.on, view.today))
    city = days[days["level"] == "city"]
    if city.empty:
        return None
    summed = bool(city["required"].fillna(0).iloc[-1])
    counted, of = ("counted", "required") if summed else ("schools_met", "schools_judged")
    lines = over_time(days, counted, of, as_count).fillna({"group_id": 0}).astype({"group_id": int})
    if not (lines["group_id"] == 0).any():
        return None
    names = {0: say("全市"), **{row.group_id: row.name for row in ask(view, Group)}}
    lines = lines.assign(line=lines["group_id"].astype(str))
    return Progress(kpi, summed, names, lines)
