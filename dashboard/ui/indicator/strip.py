"""The figure of every school of an indicator: a mark on the line of its group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from dashboard import charts
from dashboard.language.figure import stated
from dashboard.language.markup import Markup, join
from dashboard.language.texts import say
from dashboard.language.words import (
    LATE,
    STATUSES,
    change,
    file_day,
    names,
    number,
    percent,
    prose,
    short_day,
    word,
)
from dashboard.questions import View
from dashboard.rows import IndicatorSchool, Kpi
from dashboard.ui.base import figures
from dashboard.ui.base.figures import Figure, Link
from dashboard.ui.base.parts import BREAK, element, flag_hover, hint

CROWD = 400  # with more schools than this, one mark a school takes a browser a second
STEPS = (1, 2, 5, 10, 20, 50, 100, 1000, 10000)
NAMED = 30  # with more schools in a group than this, their names would overlap


@dataclass(frozen=True)
class _Schools:
    """What is drawn.

    every: all schools. drawn: those with a figure, at `xs`. late: of these, the largest gap first. named: the ids of those
    with a label. by_pace: whether an x is the distance from the pace, and not a share.
    """

    view: View
    kpi: Kpi
    every: Sequence[IndicatorSchool]
    drawn: Sequence[IndicatorSchool]
    xs: Sequence[float]
    late: Sequence[IndicatorSchool]
    named: Collection[int]
    by_pace: bool

    @property
    def is_crowd(self) -> bool:
        """Whether a mark is several schools."""
        return len(self.drawn) > CROWD


class _Axis(NamedTuple):
    """The axis of x: its title, the suffix of its numbers, the largest x that is drawn, and the line of the pace."""

    title: str
    unit: str
    most: float | None
    line: tuple[float, str] | None


def strip(view: View, kpi: Kpi, rows: Sequence[IndicatorSchool], by_pace: bool) -> Figure | Markup:
    """A mark for every school on the line of its group, by its share of what is required or by units ahead of the pace."""
    placed = [(row, x) for row in rows if (x := _x(row, by_pace)) is not None]
    drawn = [row for row, _ in placed]
    late = sorted((row for row in drawn if row.status in LATE), key=lambda row: -(row.gap or 0))
    many = Counter(row.group_name for row in drawn)
    named = {row.school_id for row in late if many[row.group_name] <= NAMED and len(drawn) <= CROWD}
    schools = _Schools(view, kpi, rows, drawn, [x for _, x in placed], late, named, by_pace)
    if not drawn:
        return missing(_title(schools), say("沒有學校有可以畫的數字。"))
    axis = _axis(schools)
    marks = _crowd(schools) if schools.is_crowd else _each(schools)
    return Figure(
        title=_title(schools),
        caption=_caption(schools, axis.line is not None),
        drawn=charts.strip(
            marks,
            _groups(rows),
            figures.plain(axis.title),
            unit=axis.unit,
            most=axis.most,
            line=axis.line,
        ),
        alt=_alt(schools, axis.title),
        name="_".join((say("各校分布"), kpi.short, file_day(view.on))),
        header=[
            say("學校"), say("組別"), say("狀態"), say("計數"), say("應達"), say("應達的百分比"), say("今天應有"),
        ],
        rows=lambda: [_values(view, kpi, row) for row in rows],
    )  # fmt: skip


def missing(title: str, reason: str) -> Markup:
    """What is in the place of a figure that cannot be drawn."""
    return element("h2", title) + element("p", reason, kind="mut")


def _x(row: IndicatorSchool, by_pace: bool) -> float | None:
    """Where a school's mark is; None where it has none."""
    share = _share(row)
    if share is None or not by_pace:
        return share
    return None if row.counted is None or row.pace is None else float(row.counted - row.pace)


def _share(row: IndicatorSchool) -> float | None:
    """The count out of what is required, in per cent; where nothing is, out of the base, or the count itself."""
    if row.counted is None or row.status in ("no_data", "exempt", "upcoming"):
        return None
    of = row.required if row.status != "info" else row.base
    if row.status == "info" and row.base is None:
        return float(row.counted)
    return float(100 * row.counted / of) if of else None


def _axis(schools: _Schools) -> _Axis:
    kpi = schools.kpi
    if schools.by_pace:
        return _Axis(say("比應有進度多或少（{unit}）", unit=kpi.unit), "", None, (0.0, say("應有進度")))
    is_share = kpi.require != "none" or any(row.base is not None for row in schools.drawn)
    most = None if kpi.require in ("ceiling", "none") else 100.0
    return _Axis(_measure(kpi), "%" if is_share else "", most, _pace_line(schools))


def _measure(kpi: Kpi) -> str:
    if kpi.require == "none":
        return say("計數占基數（%）") if kpi.base else say("計數（{unit}）", unit=kpi.unit)
    return say("占上限（%）") if kpi.require == "ceiling" else say("計數占應達（%）")


def _pace_line(schools: _Schools) -> tuple[float, str] | None:
    """The pace of today and its name; None where no school has one."""
    pace = _pace_today(schools.kpi, schools.view)
    if not pace or not any(row.pace for row in schools.every):
        return None
    share = f"{pace:.1f}%".replace(".0%", "%")
    return pace, say("{day} 應有 {share}", day=short_day(schools.view.on, schools.view.year), share=share)


def _pace_today(kpi: Kpi, view: View) -> float | None:
    """The pace of today in per cent of what is required; None where the indicator has none."""
    if kpi.pace_start is None or kpi.deadline is None or kpi.pace_start >= kpi.deadline:
        return None
    share = (view.on - kpi.pace_start).days / (kpi.deadline - kpi.pace_start).days
    return float(100 * min(max(share, 0.0), 1.0))


def _groups(rows: Sequence[IndicatorSchool]) -> dict[str, str]:
    """The label of each group's line: its name, and how many schools have which status."""
    groups: dict[str, list[IndicatorSchool]] = {}
    for row in rows:
        groups.setdefault(row.group_name or "", []).append(row)
    return {group: join([element("b", group), _tally(own)], "　") for group, own in groups.items()}


def _tally(rows: Sequence[IndicatorSchool]) -> str:
    counts = Counter(row.status for row in rows)
    return " ".join(
        f"{STATUSES[status].sign} {number(counts[status])}" for status in STATUSES if counts[status]
    )


def _values(view: View, kpi: Kpi, row: IndicatorSchool) -> list[figures.Value]:
    return [
        Link(row.school_name, answer(view, kpi, row)),
        row.group_name,
        word(row.status, kpi.require),
        row.counted,
        row.required,
        percent(row.counted, row.required),
        row.pace,
    ]


def answer(view: View, kpi: Kpi, row: IndicatorSchool) -> Markup:
    """The address of the evidence of a school's figure."""
    return view.link("indicator", kpi=kpi.kpi, school=row.school_name)


# The marks


def _each(schools: _Schools) -> pd.DataFrame:
    """A mark for each school; those in `named` have a label with their gap, or their distance from the pace."""
    view, kpi, drawn = schools.view, schools.kpi, schools.drawn
    return pd.DataFrame(
        {
            "row": [row.group_name or "" for row in drawn],
            "x": schools.xs,
            "look": [row.status for row in drawn],
            "label": [
                figures.plain(f"{row.short} {change(x) if schools.by_pace else _short(row)}")
                if row.school_id in schools.named
                else ""
                for row, x in zip(drawn, schools.xs, strict=True)
            ],
            "hover": [hover(kpi, row) for row in drawn],
            "link": [answer(view, kpi, row).unescape() for row in drawn],
            "figure": [stated(row, row.school_name) for row in drawn],
        }
    )


def _short(row: IndicatorSchool) -> str:
    return f"−{number(row.gap)}" if not row.is_over else f"+{number(row.gap)}"


def _crowd(schools: _Schools) -> pd.DataFrame:
    """A mark for the schools of a group that have the same status and about the same x; its size shows their number."""
    view, kpi, xs = schools.view, schools.kpi, schools.xs
    width = next(step for step in STEPS if (min(max(xs), 100) - min(xs)) / step <= 12)
    alike: dict[tuple[str, str, float], list[IndicatorSchool]] = {}
    for row, x in zip(schools.drawn, xs, strict=True):
        middle = x if x >= 100 or row.status == "met" else (x // width + 0.5) * width
        alike.setdefault((row.group_name or "", row.status, min(middle, 100)), []).append(row)
    most = max(map(len, alike.values()))
    return pd.DataFrame(
        {
            "row": [group for group, _, _ in alike],
            "x": [x for _, _, x in alike],
            "look": [status for _, status, _ in alike],
            "label": "",
            "size": [6 + 14 * (len(rows) / most) ** 0.5 for rows in alike.values()],
            "hover": [_hover_crowd(kpi, group, status, rows) for (group, status, _), rows in alike.items()],
            "link": [
                view.link("group", group=group, kpi=kpi.kpi, status=status).unescape()
                for group, status, _ in alike
            ],
            "figure": [f"{status}|{len(rows)}|{group}" for (group, status, _), rows in alike.items()],
        }
    )


def hover(kpi: Kpi, row: IndicatorSchool) -> Markup:
    """The tooltip of a school: its name, its status, and its figures."""
    unit = kpi.unit
    lines: list[str] = [_hover_head(row.school_name, row.status, kpi)]
    if row.required is not None:
        values = {"counted": number(row.counted), "required": number(row.required), "unit": unit}
        lines.append(
            say("{counted}/{required} {unit}", **values) + f"（{percent(row.counted, row.required)}）"
        )
    elif row.base is not None:
        lines.append(f"{number(row.counted)}/{number(row.base)} {unit}（{percent(row.counted, row.base)}）")
    else:
        lines.append(f"{number(row.counted)} {unit}")
    if row.pace is not None and row.status not in ("met", "info"):
        lines.append(say("今天應有 {pace} {unit}", pace=number(row.pace), unit=unit))
    if row.gap:
        lines.append(
            say("超過 {gap} {unit}", gap=number(row.gap), unit=unit)
            if row.is_over
            else say("還差 {gap} {unit}", gap=number(row.gap), unit=unit)
        )
    return join(lines, BREAK) + flag_hover(row)


def _hover_head(name: str, status: str, kpi: Kpi) -> Markup:
    """The first line of a tooltip: whose mark it is, and its status."""
    text = f"{STATUSES[status].sign} {word(status, kpi.require)}"
    return join([element("b", name), text], "　")


def _hover_crowd(kpi: Kpi, group: str, status: str, rows: Sequence[IndicatorSchool]) -> Markup:
    shares = [((row.counted or 0) / (row.required or row.base or 1), row) for row in rows]
    least, most = (key(shares, key=lambda one: one[0])[1] for key in (min, max))
    ends = [f"{number(row.counted)}/{number(row.required or row.base)}" for row in (least, most)]
    lines = [
        _hover_head(group, status, kpi),
        say(
            "{n} 校：{schools}",
            n=number(len(rows)),
            schools=names([row.school_name for row in rows[:3]], len(rows)),
        ),
        say("由 {least} 到 {most} {unit}", least=ends[0], most=ends[1], unit=kpi.unit),
    ]
    return join(lines, BREAK)


# The texts


def _title(schools: _Schools) -> str:
    """The finding: how many schools are late, and in how many groups."""
    late, is_whole = schools.late, schools.view.scope.whole
    if schools.kpi.require == "none":
        return say("各校的{kpi}", kpi=schools.kpi.short)
    if not late:
        if not any(row.status in ("met", "on_track") for row in schools.every):
            return say("還沒有學校可以評定")
        return say("沒有學校落後或逾期") if is_whole else say("檢視範圍內沒有學校落後或逾期")
    groups = list(dict.fromkeys(row.group_name for row in late if row.group_name))
    many = number(len(late))
    if all(row.is_over for row in late):
        return say("{n} 校超出上限", n=many)
    late_word = (
        say("{n} 校逾期未達", n=many)
        if late[0].status == "overdue"
        else say("{n} 校低於今天應有的進度", n=many)
    )
    if len(groups) == 1:
        return say("{late}，都在{group}", late=late_word, group=groups[0])
    return say("{late}，分在 {groups} 組", late=late_word, groups=number(len(groups)))


def _caption(schools: _Schools, has_line: bool) -> str:
    statuses = [status for status in STATUSES if any(row.status == status for row in schools.drawn)]
    key = figures.status_key(statuses, schools.kpi.require)
    silent = [row.school_name for row in schools.every if row.status == "no_data"]
    exempt = sum(row.status == "exempt" for row in schools.every)
    sentences = [
        say("一個記號是同組、同狀態、進度相近的學校，大小依校數：{key}。", key=key)
        if schools.is_crowd
        else say("一個記號一所學校：{key}。", key=key),
        _beside(schools.kpi, schools.by_pace) if schools.named else "",
        say("應有人數無條件捨去，虛線左邊的小校仍可能是進行中。") if has_line and not schools.by_pace else "",
        say("? 未填報、未畫出：{schools}。", schools=names(silent[:5], len(silent))) if silent else "",
        say("– 不適用 {n} 校。", n=number(exempt)) if exempt else "",
        hint(say("點一個記號看那些學校。") if schools.is_crowd else say("點一個記號看那一校的原因。")),
    ]
    return prose(sentences)


def _beside(kpi: Kpi, by_pace: bool) -> str:
    if kpi.require == "ceiling":
        return say("旁邊的數字是超出多少。")
    return say("旁邊的數字是比應有進度少多少。") if by_pace else say("旁邊的數字是還差多少。")


def _alt(schools: _Schools, axis: str) -> str:
    late = schools.late
    finding = say("沒有學校落後")
    if late:
        named = names([row.school_name for row in late[:5]], len(late))
        finding = say("低於應有進度或逾期：{schools}", schools=named)
    return say("{kpi} 各校的{axis}，依組別；{late}", kpi=schools.kpi.label, axis=axis, late=finding)
