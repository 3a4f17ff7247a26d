"""What the figures say, in sentences: a page's lead, what needs attention, what is still to do.

Pure. Polite and without blame: what is missing, until when, how much a week.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace

from dashboard.ui.parts import anchor, tag
from dashboard.ui.words import STATUSES, URGENT_DAYS, amount, days_left, escape, names, number, short_day

Row = SimpleNamespace
Link = Callable[..., str]
WORTH_A_PACE = 3
WEEKS = 4


def gap(row: Row, unit: str) -> str:
    """「還差 4 人」 or nothing."""
    return f"還差 {number(row.gap)} {escape(unit)}" if row.gap else ""


def room(row: Row, unit: str) -> str:
    """What is left below a ceiling, or how far it was exceeded; nothing for what has none."""
    if row.room is None:
        return ""
    return f"超出 {amount(-row.room, unit)}" if row.room < 0 else f"尚餘 {amount(row.room, unit)}"


def lacking(row: Row, unit: str) -> str:
    """What is still missing, or of a ceiling what is left or over."""
    return room(row, unit) or gap(row, unit)


def pace(row: Row, unit: str) -> str:
    """「每週 0.7 人」, only where the gap is big enough to be worth planning."""
    if not row.weekly or row.gap <= WORTH_A_PACE:
        return ""
    return f"每週 {row.weekly:.1f} {escape(unit)}"


def urgent(deadlines: Sequence[Row]) -> Row | None:
    """The deadline to speak of first: one just missed, else one due within two weeks."""
    unmet = sorted((row for row in deadlines if row.schools), key=lambda row: row.deadline)
    missed = [row for row in unmet if row.days_left < 0]
    soon = [row for row in unmet if 0 <= row.days_left <= URGENT_DAYS]
    return missed[-1] if missed else (soon[0] if soon else None)


def first_sentence(deadlines: Sequence[Row]) -> str:
    """The most urgent deadline in words; where several periods are shown, of which one."""
    row = urgent(deadlines)
    several = len({each.period_label for each in deadlines}) > 1
    if row is None:
        return ""
    when = (
        f"已過期限 {-row.days_left} 天"
        if row.days_left < 0
        else f"{days_left(row.days_left)}（期限 {row.deadline.month}/{row.deadline.day}）"
    )
    told = f"{number(row.schools)} 校還差 {number(row.gap)} {escape(row.unit)}"
    whose = f"{escape(row.period_label)}的" if several else ""
    return f"{whose}{escape(row.short)} <b>{when}，{told}</b>。"


def standing(row: Row, periods: Sequence[Row] = ()) -> str:
    """How many schools lack something, in whichever of several periods."""
    where = f"{'、'.join(escape(each.label) for each in periods)}：" if len(periods) > 1 else ""
    silent = f"，{number(row.no_data)} 校有項目未填報" if row.no_data else ""
    done = f"{number(row.done)} 校全部達標" if row.done else "尚無學校全部達標"
    return (
        f"{where}{number(row.schools)} 校中 <b>{number(row.late)} 校至少一項落後或逾期</b>{silent}；{done}。"
    )


def linked(row: Row, link: Link) -> str:
    """The schools of a finding, each leading to its own page."""
    pairs = zip(row.school_names.split("|"), row.school_shorts.split("|"), strict=True)
    links = [anchor(link("school", school=name, kpi=row.kpi), escape(short)) for name, short in pairs]
    return names(links, int(row.schools))


def _many(row: Row, link: Link) -> str:
    told = f"還差 <b>{number(row.gap)} {escape(row.unit)}</b>"
    if row.excess:
        told = f"<b>超出上限 {amount(row.excess, row.unit)}</b>"
    return f"{number(row.schools)} 校{told}：{linked(row, link)}"


def _one(row: Row, _: Link) -> str:
    week = (
        f"每週須 {row.gap * 7 / row.days_left:.1f} {escape(row.unit)}，"
        if row.days_left and row.days_left > 0
        else ""
    )
    if row.gained is None:
        lately = ""
    elif row.gained > 0:
        lately = f"近四週每週 {row.gained / WEEKS:.1f} {escape(row.unit)}"
    else:
        lately = (
            "近四週沒有增加" if row.gained == 0 else f"近四週減少 {number(-row.gained)} {escape(row.unit)}"
        )
    told = f"：{week}{lately}".removesuffix("，").removesuffix("：")
    done = f"（{number(row.counted)}/{number(row.required)}）"
    return f"{escape(row.kpi_short)} 還差 <b>{number(row.gap)} {escape(row.unit)}</b>{done}{told}"


def _silent(row: Row, _: Link) -> str:
    return f"{escape(row.kpi_shorts)} <b>{number(row.schools)} 項未填報</b>，缺資料，不是 0"


def _absent(row: Row, link: Link) -> str:
    return f"全部 {number(row.schools)} 校未填報，不是 0；請看{anchor(link('data'), '資料頁')}還缺哪一份"


KINDS: dict[str, tuple[str, Callable[[Row, Link], str]]] = {
    "late": ("overdue", _many),
    "soon": ("soon", _many),
    "absent": ("no_data", _absent),
    "behind": ("behind", _one),
    "silent": ("no_data", _silent),
    "few": ("behind", _many),
}


def attention(findings: Sequence[Row], link: Link, year: int) -> str:
    """At most ten findings, each a sentence that leads on."""
    if not findings:
        return '<p class="lead">目前沒有落後、逾期或未填報的項目。</p>'
    return f'<div class="list">{"".join(_finding(row, link, year) for row in findings)}</div>'


def _finding(row: Row, link: Link, year: int) -> str:
    status, told = KINDS[row.kind]
    mark = (
        f'<span class="tag t-behind">{days_left(row.days_left)}</span>'
        if status == "soon"
        else tag(status, "ceiling" if row.excess else None)
    )
    who = escape(row.kpi_short)
    if row.kind in ("behind", "silent"):
        who = anchor(link("school", school=row.school_names, kpi=row.kpi), escape(row.school_names))
    when = short_day(row.deadline, year) if row.deadline and not row.excess else ""
    return (
        f'<div class="li"><span>{mark}</span><span>{who}</span><span class="tx">{told(row, link)}</span>'
        f'<span class="d">{when}</span></div>'
    )


def coming(deadlines: Sequence[Row], year: int) -> str:
    """The deadlines by day, each with what it still lacks."""
    days: dict[object, list[Row]] = {}
    for row in deadlines:
        days.setdefault(row.deadline, []).append(row)
    return f'<dl class="dl">{"".join(_deadline(found, year) for found in days.values())}</dl>'


def _deadline(found: Sequence[Row], year: int) -> str:
    left = found[0].days_left
    shown = f'<span class="s-overdue st">{days_left(left)}</span>' if left < 0 else days_left(left)
    lines = "".join(
        f"<small>{escape(row.short)}：{number(row.schools)} 校未達標，"
        f"還差 {number(row.gap)} {escape(row.unit)}</small>"
        if row.schools
        else f"<small>{escape(row.short)}：已評定的學校都達標</small>"
        for row in found
    )
    return f"<dt>{short_day(found[0].deadline, year)}</dt><dd>{shown}{lines}</dd>"


def school_lead(
    found: Sequence[Row], kpis: Mapping[str, Row], rejected: int, warned: int, periods: Sequence[Row] = ()
) -> str:
    """A school's page in two sentences: what is due, where it stands, how many of its rows were not taken."""
    due = sorted(
        (row for row in found if row.status in ("behind", "overdue", "on_track") and row.gap),
        key=lambda row: row.deadline,
    )
    late = [row for row in due if row.status == "overdue"]
    soon = [row for row in due if 0 <= row.days_left <= URGENT_DAYS]
    first = ""
    if late or soon:
        row = (late or soon)[0]
        when = f"已過期限 {-row.days_left} 天" if row.days_left < 0 else days_left(row.days_left)
        first = f"<b>{escape(kpis[row.kpi].short)} {when}，{gap(row, kpis[row.kpi].unit)}。</b>"
    first += "".join(
        f"<b>{escape(kpis[row.kpi].short)}{room(row, kpis[row.kpi].unit)}。</b>"
        for row in found
        if row.room is not None and row.room < 0
    )
    judged = [row for row in found if row.status != "info"]
    tally = [
        f"{sum(row.status == status for row in judged)} 項{STATUSES[status].word}"
        for status in ("met", "on_track", "behind", "overdue", "no_data", "exempt", "upcoming")
        if any(row.status == status for row in judged)
    ]
    rows = [
        text
        for text, many in (
            (f"{number(rejected)} 列資料被退回", rejected),
            (f"{number(warned)} 列有警告", warned),
        )
        if many
    ]
    where = f"{'、'.join(escape(each.label) for each in periods)}，" if len(periods) > 1 else ""
    return (
        f"{first}{where}{len(judged)} 項中 {'、'.join(tally)}{'；另有 ' + '、'.join(rows) if rows else ''}。"
    )
