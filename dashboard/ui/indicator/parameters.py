"""The parameters in force of an indicator, in words.

All are read from the definition in the snapshot, so that the page and the figures always agree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dashboard import rules
from dashboard.language.markup import Markup, join
from dashboard.language.texts import later, say
from dashboard.language.words import STATUSES, file_day, full_day, listing, number, written_day
from dashboard.questions import View, ask
from dashboard.rows import IndicatorQuery, Kpi, School, SourceTable
from dashboard.ui.base.parts import element
from dashboard.ui.base.table import Column, Table

ROUNDINGS = {
    "ceil": later("小數無條件進位"),
    "floor": later("小數無條件捨去"),
    "round": later("小數四捨五入"),
}
MINIMA = {"minutes": later("時數累計至少"), "lessons": later("節數至少")}


def overview(view: View, kpi: Kpi) -> Markup:
    """The table of every parameter with its value, and its file."""
    columns = [
        Column[tuple[str, str]](say("參數"), lambda row: row[0], kind="l"),
        Column[tuple[str, str]](say("目前的值"), lambda row: row[1], kind="l", is_wide=True),
    ]
    table = Table(say("{kpi}目前適用的參數", kpi=kpi.short), columns, list(listed(view, kpi).items()))
    return table.html() + table.download(f"{say('參數')}_{kpi.short}_{file_day(view.on)}")


def listed(view: View, kpi: Kpi) -> dict[str, str]:
    """The values of the indicator's parameters by their labels; a parameter without a value is left out."""
    whole: Mapping[str, Any] = json.loads(view.facts.definition)
    own: Mapping[str, Any] = whole["kpis"][kpi.kpi]
    pairs = [*_counted(view, kpi, own, whole), *_required(view, kpi, own, whole)]
    return {name: value for name, value in pairs if value}


def _counted(
    view: View, kpi: Kpi, own: Mapping[str, Any], whole: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Who and what is counted."""
    labels = ask(view, IndicatorQuery, kpi=kpi.kpi)[0].labels or ""
    yield say("基數"), say(rules.BASES[kpi.base])
    yield say("身分"), listing([word for name in own["employment"] for word in whole["employment"][name]])
    yield say("職務"), listing(own["duties"])
    yield say("基數為 0 時"), STATUSES[kpi.empty_base].word if kpi.base else ""
    yield say("課程類別"), listing(own["categories"])
    for course in whole["courses"]:
        if course["category"] in own["categories"]:
            yield say("「{category}」的課名", category=course["category"]), _course(course)
    yield say("選項"), listing([label for label in labels.split("、") if label])
    for name, value in own["parameters"].items():
        if isinstance(value, int):
            yield say(MINIMA[name]) if name in MINIMA else name, _minimum(name, value)


def _required(
    view: View, kpi: Kpi, own: Mapping[str, Any], whole: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """How much, in which days, from whom, out of which table."""
    evidence = next((row.label for row in ask(view, SourceTable) if row.table_name == kpi.table_name), "")
    yield say("應達"), _requirement(kpi)
    yield say("採計期間"), rules.window(view, kpi)
    yield (
        say("應有進度"),
        say("自 {day} 起等速增加，到期限為應達數", day=written_day(kpi.pace_start))
        if kpi.pace_start and kpi.deadline
        else say("不設"),
    )
    yield say("期限"), full_day(kpi.deadline) if kpi.deadline else say("不設")
    yield say("不適用"), exempt(view, own, whole)
    yield say("資料表"), evidence


def _course(course: Mapping[str, Any]) -> str:
    has, without = listing(course["contains"]), listing(course["never"])
    return say("含有{has}，不含{without}", has=has, without=without) if without else say("含有{has}", has=has)


def _minimum(name: str, value: int) -> str:
    if name == "minutes":
        return say("{minutes} 分鐘（{hours} 小時）", minutes=number(value), hours=f"{value / 60:g}")
    return say("{n} 節", n=number(value)) if name == "lessons" else number(value)


def _requirement(kpi: Kpi) -> str:
    if kpi.require == "share" and kpi.rounding:
        share = f"{kpi.share_numerator}/{kpi.share_denominator}"
        return say("每校基數的 {share}，{rounding}", share=share, rounding=say(ROUNDINGS[kpi.rounding]))
    fixed = {"all": say("基數全數"), "none": say("不設應達數，僅供參考")}
    return fixed.get(kpi.require) or rules.requirement(kpi)


def exempt(view: View, own: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    """The exempt schools; those outside the viewer's scope only as a number."""
    visible = {row.name for row in ask(view, School)}
    names: list[str] = [name for name in own["exempt"] if name in visible]
    if hidden := len(own["exempt"]) - len(names):
        names.append(say("另 {n} 校", n=number(hidden)))
    if own["only_where"]:
        header = whole["columns"]["schools"][own["only_where"]]["headers"][0]
        names.append(say("學校名冊「{header}」為否的學校", header=header))
    return listing(names)


def rule(view: View, kpi: Kpi) -> Markup:
    """The rule in two lines: the definition's words; the required figure, the window, the deadline and the clause."""
    source = say("依據：{source} {clause}", source=view.facts.source_title, clause=kpi.clause)
    facts = [
        say("應達：{required}", required=_requirement(kpi)),
        say("採計：{days}", days=rules.window(view, kpi)),
        say("期限：{day}", day=full_day(kpi.deadline)) if kpi.deadline else "",
        source,
    ]
    ruled = element("p", element("b", say("規則")), "　", kpi.rule, kind="ruled")
    return join([ruled, element("p", " · ".join(filter(None, facts)), kind="sub")])
