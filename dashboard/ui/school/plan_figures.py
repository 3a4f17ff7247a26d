"""The figures of a school's plan: its targets, and its money."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from html import unescape
from typing import Any

import pandas as pd

from dashboard import charts
from dashboard.language.figure import stated
from dashboard.language.markup import Markup
from dashboard.language.texts import SOURCE, later, manner, say
from dashboard.language.words import (
    JUDGED,
    MONEY,
    STATUSES,
    STRIP,
    SUMS,
    brief,
    decimal,
    escape,
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
from dashboard.ui.base import findings
from dashboard.ui.base.figures import Figure
from dashboard.ui.base.parts import flag_hover

Row = Any
MOST = 200  # per cent of a target at which bars are cut
# Capital first, from zero: its ceiling is measured from there.
KINDS = (("capital", later("資本門")), ("current", later("經常門")))
SUM_OF = {"approved": later("核定"), "spent": later("實支")}


# Targets


def targets(view: View, school: Row, rows: Sequence[Row]) -> Figure | Markup:
    """The share reached of each target in each year that has begun."""
    begun = [row for row in rows if row.status in STRIP and row.compared_on]
    judged = [row for row in begun if row.status in JUDGED]
    if not judged:
        return Markup(f'<p class="mut">{say("還沒有可以判定的目標。")}</p>')
    periods = list(dict.fromkeys(row.period for row in begun))
    lanes: dict[str, charts.Lane] = {}
    item = None
    for row in begun:
        head = "" if row.item == item else f"<b>{escape(row.label)}</b>"
        item = row.item
        lanes[f"{row.item}|{row.period}"] = charts.Lane(escape(row.period_label), _reached(row), head)
    return Figure(
        title=say("、").join(_score(period, judged) for period in periods if any(row.period == period for row in judged)),
        caption=prose(
            [
                say("達成值占該年及以前各年目標合計的百分比，因為各項單位不同；後面是達成／目標。"),
                say("超過 {most}% 的畫到 {most}% 為止。", most=number(MOST)),
                say("未填的沒有長條，不是 0。"),
            ]
        ),
        drawn=charts.lanes(
            pd.DataFrame(
                [
                    {
                        "row": f"{row.item}|{row.period}",
                        "look": row.status,
                        "part": STATUSES[row.status].word,
                        "value": 100 * float(row.value) / float(row.goal),
                        "hover": f"<b>{escape(row.label)}</b><br>{escape(row.period_label)}　{STATUSES[row.status].word}　"
                        f"{_reached(row)}（{percent(row.value, row.goal)}）<br>{say('比較至 {day}', day=written_day(row.compared_on))}",
                        "link": unescape(replace(view, period=row.period).link("indicator", kpi="targets", school=school.name)),
                        "figure": "",
                    }
                    for row in judged
                    if row.value is not None
                ],
                columns=["row", "look", "part", "value", "hover", "link", "figure"],
            ),
            lanes,
            say("達成占目標（%）"),
            unit="%",
            most=float(MOST),
            line=(100.0, say("目標")),
        ),
        alt=say(
            "{school} 量化目標的達成：{text}",
            school=school.name,
            text=listing([f"{row.label} {row.period_label} {_plain_reach(row)}" for row in judged]),
        ),
        name="_".join((say("量化目標"), school.name, file_day(view.on))),
        header=[say("項目"), say("期間"), say("狀態"), say("達成"), say("目標合計"), say("百分比")],
        rows=lambda: [
            [row.label, row.period_label, STATUSES[row.status].word, row.value, row.goal, percent(row.value, row.goal)] for row in begun
        ],
    )  # fmt: skip


def _score(period: str, judged: Sequence[Row]) -> str:
    mine = [row for row in judged if row.period == period]
    counts = {"n": number(len(mine)), "met": number(sum(row.status == "met" for row in mine))}
    return say("{period} {n} 項中 {met} 項達標", period=mine[0].period_label, **counts)


def _reached(row: Row) -> str:
    """「✓ 10/10 人」, or the reason why there is no bar."""
    if row.value is None:
        return say("未填")
    if row.status == "exempt" or not row.goal:
        return say("該年沒有目標，已達 {reached}", reached=number(row.value))
    return f"{STATUSES[row.status].sign} {_plain_reach(row)} {escape(row.unit)}"


def _plain_reach(row: Row) -> str:
    return say("未填") if row.value is None else f"{number(row.value)}/{number(row.goal)}"


# Money


def budget(view: View, school: Row, rows: Sequence[Row], results: Sequence[Row]) -> Figure:
    """The amounts approved and spent by kind, per year and in all, against the ceilings."""
    years: dict[str, dict[str, Row]] = {}
    for row in rows:
        years.setdefault(row.label, {})[row.part] = row
    ceilings = [row for row in results if row.room is not None]
    whole = next((row for row in ceilings if row.period not in {row.period for row in rows}), None)
    lanes: dict[str, charts.Lane] = {}
    parts: list[dict[str, Any]] = []
    for label, sums in years.items():
        for name, title in SUM_OF.items():
            lane = _lane(sums["granted"].period, name)
            head = f"<b>{escape(label)}</b>" if name == "approved" else ""
            text = _sum(sums["granted"], name)
            if whole and lane == _lane(None, "approved"):
                text = say("{sum}（上限 {limit}）", sum=text, limit=brief(whole.required, MONEY[0]))
            lanes[lane] = charts.Lane(say(title), text, head)
            parts += _kinds(lane, label, sums, name)
    limits = pd.DataFrame(
        [_limit(view, row, school, {row.period for row in rows}) for row in ceilings],
        columns=["row", "value", "hover", "link", "figure"],
    )
    return Figure(
        title=_money_title(ceilings, years),
        caption=prose(
            [
                say("單位：{unit}，不含自籌款。未填的沒有長條，不是 0。", unit=unit_of_money()),
                say("直線是上限：資本門每年、核定合計全期。") if ceilings else "",
            ]
        ),
        drawn=charts.lanes(
            pd.DataFrame(parts, columns=["row", "look", "part", "value", "hover", "link", "figure"]),
            lanes,
            say("金額（{unit}）", unit=unit_of_money()),
            looks=dict(zip((kind for kind, _ in KINDS), charts.SHADES, strict=False)),
            limits=limits,
            limit=say("上限"),
        ),
        alt=say(
            "{school} 各年核定與實支（{unit}）：{text}",
            school=school.name,
            unit=unit_of_money(),
            text="; ".join(f"{label} {listing(list(_sums(sums['granted'])))}" for label, sums in years.items() if sums["granted"].period),
        ),
        name="_".join((say("經費"), school.name)),
        header=[say("年度"), say("項目"), say("核定（元）"), say("實支（元）")],
        rows=lambda: [
            [label, say(part), sums[kind].approved, sums[kind].spent] for label, sums in years.items() for kind, part in KINDS
        ],
    )  # fmt: skip


def _lane(period: str | None, name: str) -> str:
    return f"{period or ''}|{name}"


def _sums(row: Row) -> Iterable[str]:
    return (
        f"{say(title)} {brief(getattr(row, name), MONEY[0], say('未填'))}" for name, title in SUM_OF.items()
    )


def _sum(row: Row, name: str) -> str:
    """The label of a bar: its amount, and how many rows have no amount spent."""
    value = getattr(row, name)
    text = brief(value, MONEY[0], say("未填"))
    return text + (
        say("（{n} 筆未填）", n=number(row.unsaid))
        if name == "spent" and value is not None and row.unsaid
        else ""
    )


def _kinds(lane: str, label: str, sums: Mapping[str, Row], name: str) -> list[dict[str, Any]]:
    """The parts of one bar; a kind without an amount has none."""
    return [
        {
            "row": lane,
            "look": kind,
            "part": say(part),
            "value": in_unit(value),
            "hover": f"<b>{escape(label)}　{say(SUM_OF[name])}</b><br>{say(part)} {escape(exact(value, _currency()))}",
            "link": "",
            "figure": "",
        }
        for kind, part in KINDS
        if (value := getattr(sums[kind], name)) is not None
    ]


def _limit(view: View, row: Row, school: Row, years: Collection[str | None]) -> dict[str, Any]:
    """A ceiling on the bar that it limits: a year's capital, or all that was approved over the whole term."""
    room = f"<br>{escape(findings.room(row, row.unit))}"
    return {
        "row": _lane(row.period if row.period in years else None, "approved"),
        "value": in_unit(row.required),
        "hover": f"<b>{escape(row.period_label)}　{escape(row.kpi_label)}</b> {escape(exact(row.required, row.unit))}"
        f"<br>{say('核定')} {escape(exact(row.counted, row.unit))}{room}{flag_hover(row)}",
        "link": unescape(replace(view, period=row.period).link("indicator", kpi=row.kpi, school=school.name)),
        "figure": stated(row, row.school_name),
    }


def _money_title(ceilings: Sequence[Row], years: Mapping[str, Mapping[str, Row]]) -> str:
    """The finding: exceeded ceilings, else how much of what was approved is spent."""
    over = [row for row in ceilings if row.room < 0]
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


def in_unit(value: Any) -> float:
    """An amount in New Taiwan dollars, converted to the unit of the axis."""
    return float(decimal(value) / SUMS[manner().language][-1][0])
