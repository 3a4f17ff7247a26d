"""The reminders page (催辦): what each school still owes and until when, as a message to copy, a table and letters.

The page is in the viewer's language; messages and letters are in Chinese, with years of the Republic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import reminders
from dashboard.definitions import deployment
from dashboard.exports import letters
from dashboard.language import words
from dashboard.language.markup import Markup, join
from dashboard.language.texts import later, say
from dashboard.questions import View, ask_each
from dashboard.reminders import DEFAULT, STATUSES, Filter, Item, Owed
from dashboard.rows import Kpi
from dashboard.ui.base import downloads, paper, parts
from dashboard.ui.base.parts import Cell, anchor, tag, text
from dashboard.ui.base.screen import copy, show
from dashboard.ui.frame import navigation

Row = Any


def owed(view: View, wanted: Filter) -> list[Owed]:
    """What the schools owe, in the viewer's language."""
    return reminders.owed(view, wanted)


def chosen() -> Filter:
    """The filter of the address; a list is one parameter with commas, and groups are in Chinese in every language."""

    def listed(name: str) -> tuple[str, ...]:
        return tuple(part for part in (st.query_params.get(name) or "").split(",") if part)

    statuses = tuple(one for one in listed("statuses") if one in STATUSES) or DEFAULT
    return Filter(listed("kpis"), listed("groups"), statuses, st.query_params.get("names") == "1")


def lead(schools: Sequence[Owed]) -> Markup:
    """The page's summary: how many schools owe how many items, and how many must mend data first."""
    behind = [one for one in schools if one.items]
    items = sum(len(one.items) for one in behind)
    summary = say(
        "{schools} 校共 {items} 項未達", schools=words.number(len(behind)), items=words.number(items)
    )
    if mending := sum(bool(one.needed) for one in schools):
        summary = say("{text}，{n} 校有檔案或列要先補正", text=summary, n=words.number(mending))
    return Markup(say("{summary}，依下面的選擇。", summary=f"<b>{summary}</b>"))


def nothing_owed(school: str) -> Markup:
    """The notice in place of a message, for a school that owes nothing."""
    body = say(
        "依下面的選擇，{school}沒有未達項目，所以沒有訊息；所有未達的學校列在下表。",
        school=school,
    )
    return parts.notice(say("不用催辦"), body)


def filters(view: View, wanted: Filter, here: Callable[..., str]) -> Markup:
    """The filters as pills that are on or off: statuses, groups and indicators; and the switch of names."""
    shorts = {kpi.kpi: kpi.short for kpi in ask_each(view, Kpi) if kpi.require != "none"}
    groups = reminders.groups_of(view)
    lines = [
        parts.pills(
            [
                (
                    words.STATUSES[one].text,
                    here(statuses=_toggled(wanted.statuses, one)),
                    one in wanted.statuses,
                )
                for one in STATUSES
            ],
            say("狀態"),
        ),
        _pills(say("分組"), "groups", groups, wanted.groups, here),
        _pills(say("指標"), "kpis", shorts, wanted.kpis, here),
        navigation.names(view, say("姓名")),
    ]
    return join(lines)


def _pills(
    of: str, name: str, every: Mapping[str, str], on: Sequence[str], here: Callable[..., str]
) -> Markup:
    choices = [(say("全部"), here(**{name: None}), not on)]
    choices += [(label, here(**{name: _toggled(on, one)}), one in on) for one, label in every.items()]
    return parts.pills(choices, of)


def _toggled(on: Sequence[str], one: str) -> str:
    return ",".join([other for other in on if other != one] if one in on else [*on, one])


def overview(
    view: View, schools: Sequence[Owed], here: Callable[..., str], school: str | None, names: bool
) -> Markup:
    """The table of schools: what each owes, who is missing where `names` is set, and the link to its message."""
    columns = (later("校名"), later("組別"), later("項數"), later("還差什麼"), later("訊息"))
    kinds = ("l", "l", "", "l", "l onscreen")
    header = [Cell(say(name), kind) for name, kind in zip(columns, kinds, strict=True)]

    def line(one: Owed) -> parts.Line:
        return (
            "sel" if one.school == school else "",
            [
                Cell(anchor(view.link("school", school=one.school), one.school), "l"),
                text(one.group, "l"),
                Cell(words.number(len(one.items))),
                Cell(Markup("<br>".join(_lines(view, one, names))), "l w"),
                Cell(anchor(here(school=one.school), say("擬訊息")), "l onscreen"),
            ],
        )

    return paper.table(say("各校未達項目"), header, schools, line, "wide owed")


def _lines(view: View, one: Owed, names: bool) -> list[str]:
    """A line on what to mend, as a link to the data page, and a line for each item."""
    lines = [_line(item, one.school, names, view.link) for item in one.items]
    if not one.needed:
        return lines
    files = sum(row.is_file for row in one.needed)
    rows = len(one.needed) - files
    counts = [say("{n} 個檔案要重送", n=words.number(files))] if files else []
    counts += [say("{n} 列要改", n=words.number(rows))] if rows else []
    first = say("先補正資料：{text}", text=words.listing(counts))
    return [anchor(view.link("data", school=one.school), f"! {first}", "fl"), *lines]


def _line(item: Item, school: str, names: bool, link: Callable[..., str]) -> str:
    sentence = say(
        "{item}：{state}",
        item=words.escape(reminders.label(item, item.kpi.short)),
        state=reminders.state(item, parts.moved(item.row.gap, item.then, "gap")),
    )
    if item.deadline:
        sentence = say("{text}，期限 {day}", text=sentence, day=words.written_day(item.deadline))
    if names and item.missing:
        sentence += f'<br><span class="mut">{words.escape(words.listing(item.missing))}</span>'
    note = parts.flagged(item.row, item.kpi, link)
    return f"<span {parts.figure(item.row, school)}>{tag(item.row.status, item.kpi.require)} {sentence}</span> {note}"


def notice(view: View, school: Row) -> None:
    """Show one school's message on the data page, by the default filter; nothing where it owes nothing."""
    wanted = Filter()
    for one in reminders.in_chinese(view, wanted, school.school_id):
        _message(view, wanted, one)


def message(view: View, wanted: Filter, school: str) -> None:
    """Show one school's message to copy."""
    _message(view, wanted, next(one for one in reminders.in_chinese(view, wanted) if one.school == school))


def _message(view: View, wanted: Filter, one: Owed) -> None:
    try:
        body = letters.message(_templates(), reminders.context(view, one, wanted.names))
    except letters.TemplateFault as fault:
        show(parts.notice(say("✕ 訊息範本不能用"), parts.stored(str(fault)), "failed"))
        return
    copy(say("給{school}的訊息", school=one.school), body)


def saved(view: View, wanted: Filter, many: int) -> None:
    """Show the downloads of all schools: a table for a mail merge, and letters as DOCX."""
    stem = "_".join((say("催辦"), view.facts.title, words.file_day(view.on)))
    name = "_".join((stem, say("{n} 校", n=many)))

    def listed() -> list[list[object]]:
        return reminders.rows(view, reminders.in_chinese(view, wanted), wanted.names)

    def write() -> bytes:
        return letters.letters(
            _templates(), reminders.letters_context(view, reminders.in_chinese(view, wanted), wanted.names)
        )

    show(downloads.download(name, reminders.header(), listed))
    try:
        letters.check(_templates())
    except letters.TemplateFault as fault:
        show(parts.notice(say("✕ 函稿範本不能用"), parts.stored(str(fault)), "failed"))
        return
    letter = "_".join((stem, say("函稿"))) + ".docx"
    show(downloads.offer(say("函稿"), (letter, downloads.DOCX, write)))


def _templates() -> Path:
    return deployment.from_environment().templates
