"""Sentences on figures: a page's summary, what needs attention, and the deadlines.

Pure. Polite and without blame: what is missing, until when, how much a week.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.texts import say
from dashboard.language.words import (
    STATUSES,
    UNMET,
    URGENT_DAYS,
    days_left,
    due_day,
    is_unsure,
    listing,
    names,
    number,
    past,
    prose,
    quantity,
    short_day,
    word,
)
from dashboard.questions import Before, View
from dashboard.rows import (
    DataToMend,
    Deadline,
    Finding,
    Kpi,
    Period,
    SchoolReject,
    SchoolResult,
    SchoolResultOf,
    Standing,
)  # fmt: skip
from dashboard.rules import urgent
from dashboard.ui.base.data_faults import line, of_data
from dashboard.ui.base.parts import anchor, element, moved, tag

ToIndicator = Callable[[str], str]
WORTH_A_PACE = 3
WEEKS = 4


def gap(row: SchoolResult | Deadline | Finding, unit: str) -> str:
    """「還差 4 人」, or blank without a gap."""
    return say("還差 {amount}", amount=quantity(row.gap, unit)) if row.gap else ""


def room(row: SchoolResult | SchoolResultOf, unit: str) -> str:
    """The amount left below a ceiling or in excess of it; blank without a ceiling."""
    if row.room is None:
        return ""
    if row.room < 0:
        return say("超出 {amount}", amount=quantity(-row.room, unit))
    return say("尚餘 {amount}", amount=quantity(row.room, unit))


def lacking(row: SchoolResult, unit: str) -> str:
    """The room below a ceiling, else the gap."""
    return room(row, unit) or gap(row, unit)


def pace(row: SchoolResult, unit: str) -> str:
    """「每週 0.7 人」, or blank where the gap is too small to plan for."""
    if not row.weekly or row.gap <= WORTH_A_PACE:
        return ""
    return say("每週 {amount}", amount=_speed(row.weekly, unit))


def _speed(weekly: float, unit: str) -> str:
    return f"{weekly:.1f} {unit}"


def first_sentence(deadlines: Sequence[Deadline]) -> Markup:
    """The sentence on the most urgent deadline; it names the period where there are several."""
    row = urgent(deadlines)
    if row is None:
        return BLANK
    when = past(row.days_left)
    if row.days_left >= 0:
        when = say("{left}（期限 {day}）", left=when, day=f"{row.deadline.month}/{row.deadline.day}")
    short = say("{n} 校{short}", n=number(row.schools), short=gap(row, row.unit)) + _unread(row)
    shortfall = element("b", say("{when}，{short}", when=when, short=short))
    if len({each.period_label for each in deadlines}) > 1:
        return say_markup("{period}的{kpi} {text}。", period=row.period_label, kpi=row.short, text=shortfall)
    return say_markup("{kpi} {text}。", kpi=row.short, text=shortfall)


def _unread(row: Deadline) -> str:
    """How many of the schools with a gap have a file that could not be read."""
    return say("（其中 {n} 校有檔案沒有讀到）", n=number(row.unread)) if row.unread else ""


def standing(row: Standing, periods: Sequence[Period] = ()) -> Markup:
    """The sentence on how many schools are late, unreported, flagged and done, over all periods."""
    late = element("b", say("{n} 校至少一項落後或逾期", n=number(row.late)))
    if row.no_data:
        silent = say("{n} 校有項目未填報", n=number(row.no_data))
        late = say_markup("{late}，{silent}", late=late, silent=silent)
    summary = say_markup("{n} 校中 {late}", n=number(row.schools), late=late)
    if row.flagged:
        summary = say_markup("{text}，{n} 校的資料有註記", text=summary, n=number(row.flagged))
    done = say("{n} 校全部達標", n=number(row.done)) if row.done else say("尚無學校全部達標")
    if len(periods) > 1:
        where = listing([each.label for each in periods])
        return say_markup("{where}：{text}；{done}。", where=where, text=summary, done=done)
    return say_markup("{text}；{done}。", text=summary, done=done)


# What needs attention


@dataclass(frozen=True)
class FindingContext:
    """What a sentence needs beside its finding: the view, the indicators by id, and the link to one."""

    view: View
    kpis: Mapping[str, Kpi]
    to_indicator: ToIndicator


def attention(
    view: View,
    kpis: Sequence[Kpi],
    data: Sequence[DataToMend],
    findings: Sequence[Finding],
    to_indicator: ToIndicator,
) -> Markup:
    """The list of faults in the data, then the findings: each a sentence with a link."""
    context = FindingContext(view, {kpi.kpi: kpi for kpi in kpis}, to_indicator)
    lines = of_data(view, data) + join(_finding(context, row) for row in findings)
    listed = element("div", lines, kind="list") if lines else BLANK
    if findings:
        return listed
    return listed + element("p", say("目前沒有落後、逾期或未填報的項目。"), kind="lead")


def _finding(context: FindingContext, row: Finding) -> Markup:
    status, describe = KINDS[row.kind]
    view = context.view
    if row.kind in ONE_SCHOOL:
        who = anchor(view.link("school", school=row.school_names, kpi=row.kpi), row.school_names)
    else:
        who = anchor(context.to_indicator(row.kpi), context.kpis[row.kpi].short)
    if row.kind == "soon":
        mark = element("span", days_left(row.days_left), kind="tag t-behind")
    else:
        mark = tag(status or str(row.status), "ceiling" if row.excess else None)
    when = due_day(row.deadline, view.on) if row.deadline and not row.excess else ""
    return line(
        element("span", mark),
        element("span", who),
        element("span", describe(context, row), kind="tx"),
        element("span", when, kind="d"),
    )


def linked(context: FindingContext, row: Finding) -> Markup:
    """The schools of a finding, each a link to its page."""
    pairs = zip(row.school_names.split("|"), row.school_shorts.split("|"), strict=True)
    links = [anchor(context.view.link("school", school=name, kpi=row.kpi), short) for name, short in pairs]
    return names(links, int(row.schools))


def _versus(context: FindingContext) -> str:
    """The day to compare with, as written in a sentence."""
    return short_day(context.view.versus, context.view.year)


def _many(context: FindingContext, row: Finding) -> Markup:
    unit = context.kpis[row.kpi].unit
    short = gap(row, unit)
    if row.excess:
        short = say("超出上限 {amount}", amount=quantity(row.excess, unit))
    sentence = say_markup("{n} 校{short}", n=number(row.schools), short=element("b", short))
    if row.worsened and row.worsened < row.schools:
        new = number(row.worsened)
        sentence = say_markup(
            "{text}（{day} 之後新增 {new} 校）", text=sentence, day=_versus(context), new=new
        )
    return say_markup("{text}：{more}", text=sentence, more=linked(context, row))


def _one(context: FindingContext, row: Finding) -> Markup:
    kpi = context.kpis[row.kpi]
    sentence = say_markup(
        "{kpi} {short}（{done}）",
        kpi=kpi.short,
        short=element("b", gap(row, kpi.unit)),
        done=f"{number(row.counted)}/{number(row.required)}",
    )
    week = row.gap * 7 / row.days_left if row.gap and row.days_left and row.days_left > 0 else None
    needed = say("每週須 {amount}", amount=_speed(week, kpi.unit)) if week else ""
    turned = say("{day} 之後才落後", day=_versus(context)) if row.worsened else ""
    more = say("，").join(filter(None, (needed, _lately(context, row, kpi.unit), turned)))
    return say_markup("{text}：{more}", text=sentence, more=more) if more else sentence


def _lately(context: FindingContext, row: Finding, unit: str) -> str:
    """The speed of the last four weeks; blank without a figure at their start, or on a day still to come."""
    if row.gained is None or context.view.ahead:
        return ""
    if row.gained > 0:
        return say("近四週每週 {amount}", amount=_speed(row.gained / WEEKS, unit))
    if row.gained < 0:
        return say("近四週減少 {amount}", amount=quantity(-row.gained, unit))
    return say("近四週沒有增加")


def _fell(context: FindingContext, row: Finding) -> Markup:
    kpi = context.kpis[row.kpi]
    sentence = say_markup(
        "{kpi} 自 {day} 起由 {then} 降為 {now}",
        kpi=kpi.short,
        day=_versus(context),
        then=quantity(row.counted_then, kpi.unit),
        now=element("b", quantity(row.counted, kpi.unit)),
    )
    short = gap(row, kpi.unit)
    return join([sentence, short], say("，")) if short else sentence


def _silent(context: FindingContext, row: Finding) -> Markup:
    kpis = listing([context.kpis[kpi].short for kpi in row.kpi_ids.split("|")])
    unreported = element("b", say("{n} 項未填報", n=number(row.schools)))
    return say_markup("{kpis} {text}，缺資料，不是 0", kpis=kpis, text=unreported)


def _absent(context: FindingContext, row: Finding) -> Markup:
    link = anchor(context.view.link("data"), say("資料頁"))
    return say_markup("全部 {n} 校未填報，不是 0；請看{link}還缺哪一份", n=number(row.schools), link=link)


# The status of a kind of finding (None: that of the row) and the function that writes its sentence.
KINDS: dict[str, tuple[str | None, Callable[[FindingContext, Finding], Markup]]] = {
    "late": ("overdue", _many),
    "soon": ("soon", _many),
    "absent": ("no_data", _absent),
    "fell": (None, _fell),
    "behind": ("behind", _one),
    "silent": ("no_data", _silent),
    "few": ("behind", _many),
}
ONE_SCHOOL = ("fell", "behind", "silent")


# The deadlines


def coming(
    view: View,
    deadlines: Sequence[Deadline],
    before: Before[Deadline],
    to_indicator: ToIndicator,
) -> Markup:
    """The deadlines by day, each with its gap and the change in schools since the day to compare with."""
    days: dict[object, list[Deadline]] = {}
    for row in deadlines:
        days.setdefault(row.deadline, []).append(row)
    lines = join(_deadline(view, due, before, to_indicator) for due in days.values())
    return element("dl", lines, kind="dl")


def _deadline(
    view: View,
    due: Sequence[Deadline],
    before: Before[Deadline],
    to_indicator: ToIndicator,
) -> Markup:
    left = due[0].days_left
    countdown = element("span", days_left(left), kind="s-overdue st") if left < 0 else days_left(left)
    lines = join(
        element(
            "small", say_markup("{kpi}：{text}", kpi=anchor(to_indicator(row.kpi), row.short), text=unmet)
        )
        for row in due
        for unmet in [_unmet(row, before.get((row.kpi,)))]
    )
    return element("dt", due_day(due[0].deadline, view.on)) + element("dd", countdown, lines)


def _unmet(row: Deadline, then: Deadline | None) -> Markup:
    if not row.judged:
        return say_markup("尚無學校可評定")
    change = moved(row.schools, then, "schools")
    if not row.schools:
        return join([say("已評定的學校都達標"), change])
    unmet = join([say("{n} 校未達標", n=number(row.schools)), change, _unread(row)])
    return join([unmet, gap(row, row.unit)], say("，"))


# A school's page


def school_lead(
    view: View,
    school: str,
    figures: Sequence[SchoolResult],
    kpis: Mapping[str, Kpi],
    rejects: Sequence[SchoolReject],
) -> Markup:
    """The summary of a school's page: what is due, how many indicators have which status, how many rows were rejected."""
    judged, order = [row for row in figures if row.status != "info"], list(STATUSES)
    called = Counter(
        word(row.status, kpis[row.kpi].require)
        for row in sorted(judged, key=lambda row: order.index(row.status))
    )
    tally = [say("{n} 項{status}", n=number(many), status=status) for status, many in called.items()]
    summary = say_markup("{n} 項中 {tally}", n=number(len(judged)), tally=listing(tally))
    if len(view.periods) > 1:
        where = listing([each.label for each in view.periods])
        summary = say_markup("{where}，{text}", where=where, text=summary)
    rejected = sum(row.severity == "rejected" for row in rejects)
    warned = len(rejects) - rejected
    rows = [say("{n} 列資料被退回", n=number(rejected))] if rejected else []
    rows += [say("{n} 列有警告", n=number(warned))] if warned else []
    if rows:
        there = view.link("data", school=school, severity="rejected" if rejected else "warning")
        summary = say_markup("{text}；另有 {rows}", text=summary, rows=anchor(there, listing(rows)))
    return prose([*_pressing(figures, kpis), say_markup("{text}。", text=summary)])


def _pressing(figures: Sequence[SchoolResult], kpis: Mapping[str, Kpi]) -> list[Markup]:
    """The sentences on the first deadline missed or within two weeks, and on each exceeded ceiling."""
    sure = [row for row in figures if not is_unsure(row)]
    unmet = [row for row in sure if row.status in UNMET and row.gap]
    unmet.sort(key=lambda row: row.deadline or date.max)
    due = [(row, row.days_left) for row in unmet if row.days_left is not None]
    late = [(row, left) for row, left in due if row.status == "overdue"]
    soon = [(row, left) for row, left in due if 0 <= left <= URGENT_DAYS]
    sentences = [
        (row, say("{when}，{short}", when=past(left), short=gap(row, kpis[row.kpi].unit)))
        for row, left in (late or soon)[:1]
    ]
    over = [row for row in sure if row.room is not None and row.room < 0]
    sentences += [(row, room(row, kpis[row.kpi].unit)) for row in over]
    return [
        element("b", say("{kpi} {text}。", kpi=kpis[row.kpi].short, text=text)) for row, text in sentences
    ]
