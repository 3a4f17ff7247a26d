"""The figures of a school's plan: its targets, and its money."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from dashboard import charts
from dashboard.language.figure import stated
from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.texts import SOURCE, later, manner, say
from dashboard.language.words import (
    JUDGED,
    MONEY,
    STATUSES,
    STRIP,
    SUMS,
    brief,
    decimal,
    exact,
    file_day,
    listing,
    number,
    percent,
    prose,
    quantity,
    written_day,
)
from dashboard.questions import View
from dashboard.rows import School, SchoolMoney, SchoolResultOf, SchoolTarget
from dashboard.ui.base import findings
from dashboard.ui.base.figures import Figure, Value
from dashboard.ui.base.parts import BREAK, element, flag_hover

Sums = Mapping[str, SchoolMoney]  # the money of one year, or of all, by its part
MOST = 200  # per cent of a target at which bars are cut
# Capital first, from zero: its ceiling is measured from there.
KINDS = (("capital", later("資本門")), ("current", later("經常門")))
SUM_OF = {"approved": later("核定"), "spent": later("實支")}
COLUMNS = ["row", "look", "part", "value", "hover", "link", "figure"]  # of the parts of bars


# Targets


def targets(view: View, school: School, rows: Sequence[SchoolTarget]) -> Figure | Markup:
    """The share reached of each target in each year that has begun."""
    begun = [row for row in rows if row.status in STRIP and row.compared_on]
    judged = [row for row in begun if row.status in JUDGED]
    if not judged:
        return element("p", say("還沒有可以判定的目標。"), kind="mut")
    with_judged = {row.period for row in judged}
    periods = [period for period in dict.fromkeys(row.period for row in begun) if period in with_judged]
    caption = [
        say("達成值占該年及以前各年目標合計的百分比，因為各項單位不同；後面是達成／目標。"),
        say("超過 {most}% 的畫到 {most}% 為止。", most=number(MOST)),
        say("未填的沒有長條，不是 0。"),
    ]
    return Figure(
        title=say("、").join(_score(period, judged) for period in periods),
        caption=prose(caption),
        drawn=_draw_targets(view, school, begun, judged),
        alt=say(
            "{school} 量化目標的達成：{text}",
            school=school.name,
            text=listing([f"{row.label} {row.period_label} {_plain_reach(row)}" for row in judged]),
        ),
        name="_".join((say("量化目標"), school.name, file_day(view.on))),
        header=[say("項目"), say("期間"), say("狀態"), say("達成"), say("目標合計"), say("百分比")],
        rows=lambda: list(map(_values, begun)),
    )


def _values(row: SchoolTarget) -> list[Value]:
    return [
        row.label,
        row.period_label,
        STATUSES[row.status or ""].word,
        row.value,
        row.goal,
        percent(row.value, row.goal),
    ]


def _draw_targets(
    view: View, school: School, begun: Sequence[SchoolTarget], judged: Sequence[SchoolTarget]
) -> charts.Figure:
    """The bars of the judged targets; the lines of an item are under its name."""
    lanes: dict[str, charts.Lane] = {}
    item = None
    for row in begun:
        head = BLANK if row.item == item else element("b", row.label)
        item = row.item
        lanes[f"{row.item}|{row.period}"] = charts.Lane(join([row.period_label]), _reached(row), head)
    bars = [bar for row in judged if (bar := _bar(view, school, row))]
    return charts.lanes(
        pd.DataFrame(bars, columns=COLUMNS),
        lanes,
        say("達成占目標（%）"),
        unit="%",
        most=float(MOST),
        line=(100.0, say("目標")),
    )


def _bar(view: View, school: School, row: SchoolTarget) -> dict[str, object] | None:
    """The bar of a target; None where nothing says what was reached."""
    if row.value is None or not row.goal or row.status is None or row.compared_on is None:
        return None
    status = STATUSES[row.status].word
    figure = [f"{row.period_label}　{status}　", _reached(row), f"（{percent(row.value, row.goal)}）"]
    until = say("比較至 {day}", day=written_day(row.compared_on))
    link = replace(view, period=row.period).link("indicator", kpi="targets", school=school.name)
    return {
        "row": f"{row.item}|{row.period}",
        "look": row.status,
        "part": status,
        "value": 100 * float(row.value) / float(row.goal),
        "hover": join([element("b", row.label), join(figure), until], BREAK),
        "link": link.unescape(),
        "figure": "",
    }


def _score(period: str, judged: Sequence[SchoolTarget]) -> str:
    mine = [row for row in judged if row.period == period]
    counts = {"n": number(len(mine)), "met": number(sum(row.status == "met" for row in mine))}
    return say("{period} {n} 項中 {met} 項達標", period=mine[0].period_label, **counts)


def _reached(row: SchoolTarget) -> Markup:
    """「✓ 10/10 人」, or the reason why there is no bar."""
    if row.value is None:
        return say_markup("未填")
    if row.status == "exempt" or not row.goal:
        return say_markup("該年沒有目標，已達 {reached}", reached=number(row.value))
    return join([STATUSES[row.status or ""].sign, _plain_reach(row), row.unit], " ")


def _plain_reach(row: SchoolTarget) -> str:
    return say("未填") if row.value is None else f"{number(row.value)}/{number(row.goal)}"


# Money


def budget(
    view: View, school: School, rows: Sequence[SchoolMoney], results: Sequence[SchoolResultOf]
) -> Figure:
    """The amounts approved and spent by kind, per year and in all, against the ceilings."""
    years: dict[str, dict[str, SchoolMoney]] = {}
    for row in rows:
        years.setdefault(row.label, {})[row.part] = row
    ceilings = [row for row in results if row.room is not None]
    sums = [
        f"{label} {listing(list(_sums(sums['granted'])))}"
        for label, sums in years.items()
        if sums["granted"].period
    ]
    caption = [
        say("單位：{unit}，不含自籌款。未填的沒有長條，不是 0。", unit=unit_of_money()),
        say("直線是上限：資本門每年、核定合計全期。") if ceilings else "",
    ]
    return Figure(
        title=_money_title(ceilings, years),
        caption=prose(caption),
        drawn=_draw_budget(view, school, years, ceilings),
        alt=say(
            "{school} 各年核定與實支（{unit}）：{text}",
            school=school.name,
            unit=unit_of_money(),
            text="; ".join(sums),
        ),
        name="_".join((say("經費"), school.name)),
        header=[say("年度"), say("項目"), say("核定（元）"), say("實支（元）")],
        rows=lambda: [
            [label, say(part), sums[kind].approved, sums[kind].spent]
            for label, sums in years.items()
            for kind, part in KINDS
        ],
    )


def _draw_budget(
    view: View, school: School, years: Mapping[str, Sums], ceilings: Sequence[SchoolResultOf]
) -> charts.Figure:
    """A bar of what is approved and one of what is spent for each year and in all, with the ceilings."""
    periods = {row.period for sums in years.values() for row in sums.values()}
    whole = next((row for row in ceilings if row.period not in periods), None)
    lanes: dict[str, charts.Lane] = {}
    parts: list[dict[str, object]] = []
    for label, sums in years.items():
        for name, title in SUM_OF.items():
            lane = _lane(sums["granted"].period, name)
            head = element("b", label) if name == "approved" else BLANK
            text = _sum(sums["granted"], name)
            if whole and lane == _lane(None, "approved"):
                text = say("{sum}（上限 {limit}）", sum=text, limit=brief(whole.required, MONEY[0]))
            lanes[lane] = charts.Lane(say(title), text, head)
            parts += _kinds(lane, label, sums, name)
    limits = [_limit(view, row, school, periods) for row in ceilings]
    return charts.lanes(
        pd.DataFrame(parts, columns=COLUMNS),
        lanes,
        say("金額（{unit}）", unit=unit_of_money()),
        looks=dict(zip((kind for kind, _ in KINDS), charts.SHADES, strict=False)),
        limits=pd.DataFrame(limits, columns=["row", "value", "hover", "link", "figure"]),
        limit=say("上限"),
    )


def _lane(period: str | None, name: str) -> str:
    return f"{period or ''}|{name}"


def _sums(row: SchoolMoney) -> Iterable[str]:
    return (
        f"{say(title)} {brief(getattr(row, name), MONEY[0], say('未填'))}" for name, title in SUM_OF.items()
    )


def _sum(row: SchoolMoney, name: str) -> str:
    """The label of a bar: its amount, and how many rows have no amount spent."""
    value = getattr(row, name)
    text = brief(value, MONEY[0], say("未填"))
    return text + (
        say("（{n} 筆未填）", n=number(row.unsaid))
        if name == "spent" and value is not None and row.unsaid
        else ""
    )


def _kinds(lane: str, label: str, sums: Sums, name: str) -> list[dict[str, object]]:
    """The parts of one bar; a kind without an amount has none."""
    head = element("b", f"{label}　{say(SUM_OF[name])}")
    return [
        {
            "row": lane,
            "look": kind,
            "part": say(part),
            "value": in_unit(value),
            "hover": join([head, f"{say(part)} {exact(value, _currency())}"], BREAK),
            "link": "",
            "figure": "",
        }
        for kind, part in KINDS
        if (value := getattr(sums[kind], name)) is not None
    ]


def _limit(
    view: View, row: SchoolResultOf, school: School, years: Collection[str | None]
) -> dict[str, object]:
    """A ceiling on the bar that it limits: a year's capital, or all that was approved over the whole term."""
    head = [element("b", f"{row.period_label}　{row.kpi_label}"), exact(row.required, row.unit)]
    approved = f"{say('核定')} {exact(row.counted, row.unit)}"
    link = replace(view, period=row.period).link("indicator", kpi=row.kpi, school=school.name)
    return {
        "row": _lane(row.period if row.period in years else None, "approved"),
        "value": in_unit(row.required or 0),
        "hover": join([join(head, " "), approved, findings.room(row, row.unit)], BREAK) + flag_hover(row),
        "link": link.unescape(),
        "figure": stated(row, row.school_name),
    }


def _money_title(ceilings: Sequence[SchoolResultOf], years: Mapping[str, Sums]) -> str:
    """The finding: exceeded ceilings, else how much of what was approved is spent."""
    over = [row for row in ceilings if row.room is not None and row.room < 0]
    if over:
        return listing([f"{row.period_label} {row.kpi_label} {findings.room(row, row.unit)}" for row in over])
    whole = next(sums["granted"] for sums in years.values() if not sums["granted"].period)
    approved = say("核定 {approved}", approved=quantity(whole.approved, _currency()))
    if whole.spent is None:
        return say("{approved}，實支未填", approved=approved)
    spent = {
        "spent": quantity(whole.spent, _currency()),
        "share": percent(whole.spent, whole.reported_approved),
    }
    of = quantity(whole.reported_approved, _currency())
    return say("{approved}；已填的年度實支 {spent}（核定 {of}的 {share}）", approved=approved, of=of, **spent)


def _currency() -> str:
    return MONEY[0] if manner().language == SOURCE else MONEY[1]


def unit_of_money() -> str:
    """The unit of the axis of money."""
    return say("萬元")


def in_unit(value: float) -> float:
    """An amount in New Taiwan dollars, converted to the unit of the axis."""
    return float(decimal(value) / SUMS[manner().language][-1][0])
