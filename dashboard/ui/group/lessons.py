"""The calendar of a group's public lessons: who gave one in which week, and whether anybody from another school came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

import pandas as pd

from dashboard import charts
from dashboard.language.markup import Markup, join
from dashboard.language.texts import later, say
from dashboard.language.words import file_day, full_day, listing, number, prose, short_day
from dashboard.questions import View, ask, ask_each
from dashboard.rows import Group, Kpi, Lesson
from dashboard.ui.base import figures
from dashboard.ui.base.figures import Figure, Link
from dashboard.ui.base.parts import BREAK, element, hint

TABLE = "public_lessons"
DRAWN = 30  # schools in the calendar; of a larger group those with a lesson, and the rest in its table
MIDWEEK, WEEK, DAY = timedelta(days=3), timedelta(days=7), timedelta(days=1)
KEY = {
    "all": ("●", later("有他校教師來觀課")),
    "some": ("◎", later("當週只有部分場次有")),
    "none": ("○", later("沒有他校來觀課的紀錄")),
    "ahead": ("◇", later("{day} 之後")),
}


def calendar(view: View, group: Group, kpi: Kpi) -> Figure | Markup:
    """The calendar of public lessons: a mark a school and week, by whether anybody from another school came."""
    rows = ask(view, Lesson, on=view.on, group_id=group.group_id, periods=view.period_ids)
    lessons = [row for row in rows if row.day]
    schools = {row.school_id: row for row in rows}
    title = calendar_title(lessons, len(schools))
    if not lessons:
        return element("h2", title) + element("p", say("沒有紀錄不等於沒有辦理。"), kind="mut")
    busy = {row.school_id for row in lessons}
    drawn = [one for one in schools if len(schools) <= DRAWN or one in busy][:DRAWN]
    marks = pd.DataFrame(
        [_mark(view, kpi, week, some) for week, some in _weeks(lessons) if some[0].school_id in drawn]
    )
    return Figure(
        title=title,
        caption=_caption(view, marks, any(row.is_ahead for row in lessons), len(schools) - len(drawn)),
        drawn=_drawn(view, lessons, marks, {one: figures.plain(schools[one].short) for one in drawn}),
        alt=say("{what}：{text}", what=group.name, text=title),
        name="_".join((say("公開課"), group.name, file_day(view.on))),
        header=[say("學校"), say("日期"), say("班級"), say("領域"), say("數位學習模式"), say("來觀課的學校")],
        rows=lambda: _rows(view, kpi, rows),
    )


def _drawn(
    view: View, lessons: Sequence[Lesson], marks: pd.DataFrame, names: Mapping[int, str]
) -> charts.Figure:
    """The drawing, from the first lesson to the day of the view, but not past the days that count."""
    weeks = [row.week for row in lessons if row.week]
    first = min(weeks)
    last = max(max(weeks), min([view.on, *_ends(view)])) + WEEK
    within = first <= view.on <= last
    return charts.calendar(
        marks.assign(day=pd.to_datetime(marks["day"])),
        names,
        first=first - DAY,
        last=last,
        days=[charts.Day(view.on, short_day(view.on, view.year))] if within else [],
        months=figures.months(first, last, 6),
    )


def _caption(view: View, marks: pd.DataFrame, is_ahead: bool, more: int) -> str:
    """How to read the calendar; is_ahead: whether a lesson is still to come, more: how many schools are not drawn."""
    on, looks = short_day(view.on, view.year), set(marks["look"])
    key = [f"{sign} {say(text, day=on)}" for look, (sign, text) in KEY.items() if look in looks]
    sentences = [
        say("一個記號是一校一週的公開課，旁邊的數字是場數。"),
        say("{what}。", what="　".join(key)),
        say("觀課依主辦學校當日的觀課紀錄；紀錄裡沒有的，仍可能辦過、有人來過。"),
        say("{day} 之後的課還不知道誰會來。", day=on) if is_ahead else "",
        say("沒有畫出的 {n} 校在表裡。", n=number(more)) if more else "",
        hint(say("點一個記號看那一校的原因。")),
    ]
    return prose(sentences)


def _ends(view: View) -> list[date]:
    """The last day that counts for indicators of public lessons, as a list; empty where none is set."""
    ends = [kpi.window_end for kpi in ask_each(view, Kpi) if kpi.table_name == TABLE and kpi.window_end]
    return [max(ends)] if ends else []


def calendar_title(lessons: Sequence[Lesson], schools: int) -> str:
    """The finding: how many schools gave a lesson, and at how many lessons nobody from elsewhere is recorded."""
    held = [row for row in lessons if not row.is_ahead]
    if not held:
        return say("{n} 校都還沒有公開課的紀錄", n=number(schools))
    empty = sum(not row.visitors for row in held)
    busy = len({row.school_id for row in held})
    some = (
        say("{n} 校都辦過公開課", n=number(schools))
        if busy == schools
        else say("{n} 校中 {some} 校辦過公開課", n=number(schools), some=number(busy))
    )
    if not empty:
        return say("{some}，每一場都有他校教師來", some=some)
    return say("{some}，{n} 場沒有他校來觀課的紀錄", some=some, n=number(empty))


def _weeks(lessons: Sequence[Lesson]) -> Iterator[tuple[date, list[Lesson]]]:
    """The lessons by school and week, each with the Monday; those after the day of the view apart."""
    for (_, week, _), rows in groupby(lessons, key=lambda row: (row.school_id, row.week, row.is_ahead)):
        if week:
            yield week, list(rows)


def _mark(view: View, kpi: Kpi, week: date, lessons: Sequence[Lesson]) -> dict[str, object]:
    """The mark of a week, at its middle, but on the same side of the day of the view as its lessons."""
    first, visited = lessons[0], sum(bool(row.visitors) for row in lessons)
    middle = week + MIDWEEK
    if first.is_ahead:
        look, day = "ahead", max(middle, view.on + DAY)
    else:
        look = "none" if not visited else "all" if visited == len(lessons) else "some"
        day = min(middle, view.on)
    return {
        "row": first.school_id,
        "day": day,
        "look": look,
        "label": number(len(lessons)) if len(lessons) > 1 else "",
        "hover": _hover(view, lessons),
        "link": _answer(view, kpi, first).unescape(),
        "figure": f"{first.school_id}|{week}|{len(lessons)}|{visited}",
    }


def _answer(view: View, kpi: Kpi, row: Lesson) -> Markup:
    period = kpi.period if len(view.periods) > 1 else None
    return view.link("indicator", kpi=kpi.kpi, period=period, school=row.school_name)


def _hover(view: View, lessons: Sequence[Lesson]) -> Markup:
    """The hover text: the school, and for each day its lessons and visitors."""
    name = element("b", lessons[0].school_name)
    lines: list[str] = [join([name, say("{n} 場", n=number(len(lessons)))], "　")]
    dated = ((row.day, row) for row in lessons if row.day)
    for day, rows in groupby(dated, key=lambda pair: pair[0]):
        of_day = [row for _, row in rows]
        what = listing([lesson for row in of_day if (lesson := _lesson(row))])
        lines.append(f"{full_day(day)}　{what}" if what else full_day(day))
        if not of_day[0].is_ahead:
            came = _came(of_day[0])
            who = say("來觀課：{schools}", schools=came) if came else say("沒有他校來觀課的紀錄")
            lines.append(f"　{who}")
    if lessons[0].is_ahead:
        lines.append(f"　{say('{day} 之後', day=short_day(view.on, view.year))}")
    return join(lines, BREAK)


def _lesson(row: Lesson) -> str:
    """「國語 3 年 1 班（數位）」, as far as it is recorded."""
    what = " ".join(part for part in (row.subject, row.class_name) if part)
    digital = say("（數位）") if row.digital else ""
    return f"{what}{digital}" if what else say("數位") if row.digital else ""


def _came(row: Lesson) -> str:
    """The visiting schools with their numbers of visitors; a school outside the viewer's scope has no name."""
    return listing(
        [
            f"{one['school'] or say('其他學校')} {say('{n} 人', n=number(one['people']))}"
            for one in row.visitors or []
        ]
    )


def _rows(view: View, kpi: Kpi, lessons: Sequence[Lesson]) -> list[list[figures.Value]]:
    """The rows of the lessons' file: one a lesson, and one for a school without any."""
    digital = {True: say("是"), False: say("否"), None: ""}
    return [
        [
            Link(row.school_name, _answer(view, kpi, row)),
            row.day or say("沒有紀錄"),
            row.class_name,
            row.subject,
            digital[row.digital],
            "" if not row.day else say("這一天之後") if row.is_ahead else _came(row) or say("沒有紀錄"),
        ]
        for row in lessons
    ]
