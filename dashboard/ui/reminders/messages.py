"""The reminders page (催辦): what each school still owes and until when, as a message to copy, a table and letters.

The page is in the viewer's language; messages and letters are in Chinese, with years of the Republic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import streamlit as st

from dashboard import reminders
from dashboard.definitions import deployment
from dashboard.exports import letters
from dashboard.language import words
from dashboard.language.figure import stated
from dashboard.language.markup import Markup, join, say_markup
from dashboard.language.texts import say
from dashboard.questions import View, ask_each
from dashboard.reminders import DEFAULT, STATUSES, Filter, Item, Owed
from dashboard.rows import Kpi, School
from dashboard.ui.base import downloads, parts
from dashboard.ui.base.parts import BREAK, anchor, element, tag
from dashboard.ui.base.screen import copy, show
from dashboard.ui.base.table import Column, Table
from dashboard.ui.frame import navigation


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
    return say_markup("{summary}，依下面的選擇。", summary=element("b", summary))


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
    columns = [
        Column[Owed](
            say("校名"), cell=lambda one: anchor(view.link("school", school=one.school), one.school), kind="l"
        ),
        Column[Owed](say("組別"), cell=lambda one: one.group, kind="l"),
        Column[Owed](say("項數"), cell=lambda one: len(one.items)),
        Column[Owed](say("還差什麼"), cell=lambda one: _lines(view, one, names), kind="l", is_wide=True),
        Column[Owed](
            say("訊息"), cell=lambda one: anchor(here(school=one.school), say("擬訊息")), kind="l onscreen"
        ),
    ]
    return Table(
        say("各校未達項目"),
        columns,
        schools,
        "wide owed",
        lambda one: "sel" if one.school == school else "",
    ).html()


def _lines(view: View, one: Owed, names: bool) -> Markup:
    """A line on what to mend, as a link to the data page, and a line for each item."""
    lines = [_line(item, one.school, names, view.link) for item in one.items]
    if not one.needed:
        return join(lines, BREAK)
    files = sum(row.is_file for row in one.needed)
    rows = len(one.needed) - files
    counts = [say("{n} 個檔案要重送", n=words.number(files))] if files else []
    counts += [say("{n} 列要改", n=words.number(rows))] if rows else []
    first = say("先補正資料：{text}", text=words.listing(counts))
    return join([anchor(view.link("data", school=one.school), f"! {first}", "fl"), *lines], BREAK)


def _line(item: Item, school: str, names: bool, link: Callable[..., str]) -> Markup:
    sentence = say_markup(
        "{item}：{state}",
        item=reminders.label(item, item.kpi.short),
        state=reminders.state(item, parts.moved(item.row.gap, item.then, "gap")),
    )
    if item.deadline:
        day = words.written_day(item.deadline)
        sentence = say_markup("{text}，期限 {day}", text=sentence, day=day)
    if names and item.missing:
        who = element("span", words.listing(item.missing), kind="mut")
        sentence = join([sentence, who], BREAK)
    facts = stated(item.row, school)
    owed = element("span", tag(item.row.status, item.kpi.require), " ", sentence, data_figure=facts)
    return join([owed, parts.flagged(item.row, item.kpi, link)], " ")


def notice(view: View, school: School) -> None:
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
