"""A school's indicators, one row each that opens: status, count, bar, curve, gap and deadline."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dashboard.language.figure import stated
from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.texts import say
from dashboard.language.words import (
    MONEY,
    STATUSES,
    exact,
    number,
    pair,
    percent,
    prose,
    quantity,
    short_day,
    united,
    word,
)
from dashboard.rows import Kpi, School, SchoolFlag, SchoolResult
from dashboard.ui.base import findings
from dashboard.ui.base.parts import anchor, bar, due, element, flag_note, hint, moved, tag
from dashboard.ui.base.sparklines import sparkline
from dashboard.ui.school.items import UNDATED, Here, Item, order

TITLED = 3  # faults in a title


def school_rows(items: Iterable[Item], opened: Item | None, here: Here) -> tuple[Markup, Markup]:
    """The rows in two parts, each row a link that opens it: up to the open one, and those after it."""
    placed = sorted(items, key=order)
    after = placed.index(opened) + 1 if opened in placed else len(placed)
    lines = [_row(item, item is opened, here) for item in placed]
    rest = element("div", *lines[after:], kind="krs") if lines[after:] else BLANK
    return _head() + element("div", *lines[:after], kind="krs"), rest


def foot() -> Markup:
    """The line below the rows on how to read them."""
    how = hint(say("點一列看曲線、名單、規定與被退回的列，再點一次收起 · "))
    return element("p", how, say("依期限與缺口排序"), kind="foot")


def _head() -> Markup:
    names = (
        ("", ""),
        (say("狀態"), ""),
        (say("指標"), ""),
        (say("計數/應達"), "num"),
        (say("進度（┃應有）"), ""),
        (say("累計走勢至期限"), ""),
        (say("還差"), "num"),
        (say("期限"), "num"),
    )
    return element("div", *(element("span", name, kind=kind) for name, kind in names), kind="kr head")


def _row(item: Item, opened: bool, here: Here) -> Markup:
    row, kpi = item.row, item.kpi
    counted = [_counts(row, kpi), moved(row.counted, item.then, unit=kpi.unit)]
    cells = [
        element("span", kind="ar", aria_hidden="true"),
        element("span", tag(row.status, kpi.require), kind="stc"),
        element("span", element("b", kpi.label), _turned(item), flag_note(row, causes_of(item)), kind="nm"),
        element("span", *counted, kind="num"),
        element("span", _bar(row), kind="barc"),
        element("span", sparkline(item.course) if item.course else BLANK, kind="spk"),
        element("span", _missing(row, kpi), kind="gapc num"),
        element("span", _deadline(item), kind="dlc num small"),
    ]
    link = element("a", *cells, href=_other(item, opened, here), aria_expanded="true" if opened else "false")
    return element("div", link, kind="kr open" if opened else "kr", data_figure=stated(row, row.school_name))


def _other(item: Item, opened: bool, here: Here) -> str:
    """The link that opens or closes a row; it names the row's period where there are several."""
    if opened:
        return here(kpi=None, open=None)
    return here(kpi=item.kpi.kpi, open=item.kpi.period if len(item.view.periods) > 1 else None)


def _missing(row: SchoolResult, kpi: Kpi) -> Markup:
    """What is missing, and the speed that would close it."""
    gap, week = findings.lacking(row, kpi.unit), findings.pace(row, kpi.unit)
    if not gap:
        return element("span", "–", kind="mut nil")
    pace = element("span", " · ", week, kind="mut small") if week else BLANK
    return element("span", gap, kind="gap left" if row.status == "met" else "gap") + pace


def _deadline(item: Item) -> Markup:
    row = item.row
    if item.kpi.require in UNDATED:
        return BLANK
    return due(row.deadline, row.days_left, row.status, item.view.year)


def _turned(item: Item) -> Markup:
    """The status on the day to compare with, where it has changed."""
    then, versus = item.then, item.view.versus
    if then is None or versus is None or then.status == item.row.status:
        return BLANK
    status = f"{STATUSES[then.status].sign} {word(then.status, item.kpi.require)}"
    sentence = say_markup(
        "{day} 時 {then}",
        day=short_day(versus, item.view.year),
        then=element("span", status, kind="nowrap"),
    )
    return element("small", sentence, kind="turned")


def causes_of(item: Item) -> str:
    """The first sentences on faults of the data, for a title."""
    sentences = [f"{place_of(row)}{row.message}" for row in item.causes[:TITLED]]
    left = len(item.causes) - TITLED
    return prose([*sentences, say("另有 {n} 列。", n=number(left)) if left > 0 else ""])


def place_of(row: SchoolFlag) -> str:
    """「研習紀錄.csv 第 3 列：」, or blank for a fault without a file."""
    if not row.file:
        return ""
    line = say("第 {line} 列", line=number(row.line)) if row.line else ""
    return say("{place}：", place=" ".join(filter(None, [row.file, line])))


def _counts(row: SchoolResult, kpi: Kpi) -> Markup:
    if row.counted is None:
        return element("span", "–" if row.status == "upcoming" else "?", kind="mut")
    if kpi.unit in MONEY:
        return _money(row, kpi)
    if row.required is None:
        return join([number(row.counted), kpi.unit], " ")
    base = BLANK
    if row.base not in (None, row.required):
        base = element("span", say("，基數 {base}", base=number(row.base)), kind="mut small")
    return join([f"{number(row.counted)}/{number(row.required)} {kpi.unit}", base])


def _money(row: SchoolResult, kpi: Kpi) -> Markup:
    """An amount of money out of its ceiling or of what was approved."""
    limit = row.required if row.required is not None else row.base
    if limit is None:
        return element("span", quantity(row.counted, kpi.unit), title=exact(row.counted, kpi.unit))
    whole = {"counted": exact(row.counted, kpi.unit), "limit": exact(limit, kpi.unit)}
    title = (
        say("{counted}／上限 {limit}", **whole)
        if kpi.require == "ceiling"
        else say("{counted}／核定 {limit}", **whole)
    )
    return element("span", united(pair(row.counted, limit, kpi.unit), kpi.unit), title=title)


def _bar(row: SchoolResult) -> Markup:
    """The bar of the count against what is required, with a tick at today's pace; or words where there is none."""
    if row.status == "info" and row.base:
        share = say("{share}，不設應達數", share=percent(row.counted, row.base))
        return element("span", share, kind="mut small")
    if row.required is None or row.counted is None:
        return element("span", _no_bar(row.status), kind="mut small")
    if not row.required:
        return BLANK
    figures = {"counted": number(row.counted), "required": number(row.required)}
    label = (
        say("{counted}，應達 {required}", **figures)
        if row.room is None
        else say("{counted}，上限 {required}", **figures)
    )
    return bar(row.status, row.counted, row.required, label, row.pace)


def _no_bar(status: str) -> str:
    if status == "no_data":
        return say("缺資料，不是 0")
    return say("期間還沒開始") if status == "upcoming" else say("不設應達數")


def place(school: School, link: Callable[..., str]) -> Markup:
    """The line on a school: its group, role, lead school, district and classes."""
    group = anchor(link("group", group=school.group_name), school.group_name)
    belongs = join([group, school.role_label], " ")
    if school.lead_name and school.role != "lead":
        lead = anchor(link("school", school=school.lead_name), school.lead_name)
        belongs = say_markup(
            "{group} {role}（重點學校：{lead}）", group=group, role=school.role_label, lead=lead
        )
    classes = say("{n} 班", n=number(school.classes)) if school.classes is not None else say("? 班級數未填")
    about = [belongs, *([school.district] if school.district else []), classes]
    write = anchor(link("reminders", school=school.name), say("寫催辦"))
    return join(about, " · ") + hint(join([" · ", write]))
