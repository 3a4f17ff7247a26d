"""One indicator: its rule and parameters, where the schools stand, and the rows behind a school's figure.

All that is said of the rule is read from the definition in the snapshot, so that the page and the figures can never
tell two stories.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import streamlit as st

from dashboard import charts
from dashboard.ui import cards, curves, findings, records
from dashboard.ui.address import View, ask, asked
from dashboard.ui.parts import Cell, anchor, figure, outward, pills, table, tag, text
from dashboard.ui.words import STATUSES, escape, full_day, moment, number, percent, rate, written_day

Row = SimpleNamespace
Here = Callable[..., str]
SHOWN = ("overdue", "behind", "on_track", "no_data", "met", "exempt")
BASES = {
    "staff": "截至日在職的教職員",
    "classes": "學校名冊的班級數",
    "units": "紀錄裡應完成的人、班或項目",
    None: "沒有基數，直接計數",
}
SHORT = 10
SIDE = '<section style="display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,500px),1fr));gap:0 28px">'
ROUNDINGS = {"ceil": "小數無條件進位", "floor": "小數無條件捨去", "round": "小數四捨五入"}
PARAMETERS = {"minutes": "時數累計至少", "lessons": "節數至少"}
LINKS = {
    "person": "依教師對應",
    "pair": "依教師與班級對應",
    "class": "依班級對應",
    "day": "依學校與日期對應；同一天的列一併列出",
    "team": "依學校與觀課日期對應；人數足夠的場次，同行的人都列出",
}


@dataclass(frozen=True)
class Choice:
    """The indicator that the address names, or the first, in one of its periods."""

    kpi: Row
    period: Row
    kpis: Sequence[Row]
    periods: Sequence[Row]

    @property
    def at(self) -> dict[str, Any]:
        """What every question about it is asked with."""
        return {"kpi": self.kpi.kpi, "period": self.period.period}


def choose(seen: View) -> Choice:
    """An indicator of the periods shown; one that is not there has its notice from the address."""
    offered = [(kpi, period) for period in seen.periods for kpi in ask(seen, "kpis", period=period.period)]
    first: dict[str, tuple[Row, Row]] = {}
    for kpi, period in offered:
        first.setdefault(kpi.kpi, (kpi, period))
    wanted = asked("kpi", first)
    kpi, period = first[wanted] if wanted else offered[0]
    measured = [
        each
        for each in seen.all_periods
        if any(other.kpi == kpi.kpi for other in ask(seen, "kpis", period=each.period))
    ]
    return Choice(kpi, period, [one for one, _ in first.values()], measured)


def link(seen: View, kpi: Row, **where: object) -> str:
    """A figure's label, leading to its rule and what is behind it, of a school if one is named."""
    return anchor(seen.link("indicator", kpi=kpi.kpi, **where), escape(kpi.label))


def pick(seen: View, choice: Choice) -> str:
    """Every indicator shown, and the periods in which the chosen one is measured."""
    shown = pills(
        [(kpi.short, seen.link("indicator", kpi=kpi.kpi), kpi.kpi == choice.kpi.kpi) for kpi in choice.kpis],
        "指標",
    )
    if len(choice.periods) < 2:
        return shown
    periods = [
        (each.label, replace(seen, period=each.period).link("indicator", kpi=choice.kpi.kpi), each.period == choice.period.period)
        for each in choice.periods
    ]  # fmt: skip
    return shown + pills(periods, "期間")


def lead(kpi: Row, city: Row) -> str:
    """How many schools are there, the pooled figure, and how fast it grows."""
    unit = escape(kpi.unit)
    if city.status in ("info", "upcoming") or not city.schools_judged:
        told = f"全市共 {number(city.counted)} {unit}，" if city.counted is not None else ""
        return f"<b>{told}{STATUSES[city.status].word}</b>：{STATUSES[city.status].meaning}。"
    late = [
        f"{number(many)} 校{STATUSES[name].word}"
        for name in ("overdue", "behind", "no_data")
        if (many := getattr(city, f"schools_{name}"))
    ]
    told = "，".join([f"{number(city.schools_judged)} 校中 {number(city.schools_met)} 校達標", *late])
    pooled = f"全市 {rate(city.counted, city.base, unit)}" if city.base else ""
    gap = findings.gap(city, kpi.unit)
    return "；".join(part for part in (f"<b>{told}</b>", "，".join(filter(None, (pooled, gap))), _speed(city, unit)) if part) + "。"  # fmt: skip


def _speed(city: Row, unit: str) -> str:
    if not city.weekly or city.lately is None:
        return ""
    return (
        f"近四週平均每週 {_rounded(city.lately)} {unit}，期限前全數完成須每週 {_rounded(city.weekly)} {unit}"
    )


def _rounded(value: float) -> str:
    return number(round(value) if abs(value) >= 10 else round(value, 1))


def rule(seen: View, kpi: Row) -> str:
    """The rule in the words of the definition, with its clause."""
    source = escape(seen.facts.source_title)
    return (
        f'<h2>規則</h2><p style="max-width:64em">{escape(kpi.rule)}</p>'
        f'<p class="sub">依據：{source} {escape(kpi.clause)}</p>'
    )


def settings(seen: View, kpi: Row) -> str:
    """The parameters in force, each from the definition in the snapshot."""
    lines = [("", [text(name), Cell(escape(value), "l w")]) for name, value in _settings(seen, kpi) if value]
    return table(f"{kpi.short}目前適用的參數", [Cell("參數", "l"), Cell("目前的值", "l")], lines)


def _settings(seen: View, kpi: Row) -> Iterable[tuple[str, str]]:
    whole: Mapping[str, Any] = json.loads(seen.facts.definition)
    own: Mapping[str, Any] = whole["kpis"][kpi.kpi]
    how = ask(seen, "indicator_query", kpi=kpi.kpi)[0]
    words = [word for name in own["employment"] for word in whole["employment"][name]]
    evidence = next((row.label for row in ask(seen, "tables") if row.table_name == kpi.table_name), "")
    yield "基數", BASES[kpi.base]
    yield "身分", "、".join(words)
    yield "職務", "、".join(own["duties"])
    yield "基數為 0 時", STATUSES[kpi.empty_base].word if kpi.base else ""
    yield "課程類別", "、".join(own["categories"])
    yield "選項", how.labels or ""
    for name, value in own["parameters"].items():
        if isinstance(value, int):
            yield PARAMETERS.get(name, name), _parameter(name, value)
    yield "應達", _requirement(kpi)
    yield "採計期間", window(seen, kpi)
    yield (
        "應有進度",
        f"自 {written_day(kpi.pace_start)} 起等速增加，到期限為應達數" if kpi.pace_start else "不設",
    )
    yield "期限", full_day(kpi.deadline) if kpi.deadline else "不設"
    yield "不適用", _exempt(seen, own, whole)
    yield "資料表", evidence


def _parameter(name: str, value: int) -> str:
    if name == "minutes":
        return f"{number(value)} 分鐘（{value / 60:g} 小時）"
    return f"{number(value)} 節" if name == "lessons" else number(value)


def _requirement(kpi: Row) -> str:
    told = {"all": "基數全數", "none": "不設應達數，僅供參考"}.get(kpi.require) or cards.requirement(kpi)
    if kpi.require != "share":
        return told
    part, whole = int(kpi.share_numerator), int(kpi.share_denominator)
    return f"每校基數的 {part}/{whole}，{ROUNDINGS[kpi.rounding]}"


def window(seen: View, kpi: Row) -> str:
    """The days whose evidence counts; an indicator may take every day although its period has a first."""
    if kpi.window_start is None or not ask(seen, "indicator_query", kpi=kpi.kpi)[0].in_window:
        return "不限起日，至截至日為止"
    return f"{written_day(kpi.window_start)} 至 {written_day(kpi.window_end)}（含首尾兩日）"


def _exempt(seen: View, own: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    """Schools by name only for who may see them."""
    visible = {row.name for row in ask(seen, "schools")}
    named = [name for name in own["exempt"] if name in visible]
    hidden = len(own["exempt"]) - len(named)
    told = [*named, f"另 {hidden} 校"] if hidden else named
    if own["only_where"]:
        header = whole["columns"]["schools"][own["only_where"]]["headers"][0]
        told.append(f"學校名冊「{header}」為否的學校")
    return "、".join(told)


def standing(kpi: Row, city: Row, year: int) -> str:
    """The city's figure, and how many schools stand where."""
    if kpi.require == "none":
        return f'<div class="aside">{cards.aside(kpi, city)}</div>'
    told = "　".join(
        f'<span style="white-space:nowrap">{tag(name)} {number(many)} 校</span>'
        for name, many in cards.counts(city).items()
    )
    return f'{cards.tile(kpi, city, year)}<p style="margin-top:8px;line-height:2">{told}</p>'


def course(kpi: Row, city: Row, steps: Sequence[Row], seen: View) -> charts.Course | None:
    """The city's curve, of what is counted or, where that has no sum, of the schools that are done."""
    start = kpi.pace_start or kpi.window_start
    of = city.required or city.schools_judged
    begun = start is not None and kpi.deadline is not None and start <= seen.on
    if not begun or not of or kpi.require in ("none", "ceiling"):
        return None
    name = "counted" if city.required else "schools_met"
    values = [(step.since, float(getattr(step, name) or 0)) for step in steps]
    unit = kpi.unit if city.required else "校"
    paced = bool(city.required and kpi.pace_start)
    return charts.Course(values, start, seen.on, kpi.deadline, float(of), unit, paced)


def curve(kpi: Row, city: Row, steps: Sequence[Row], seen: View) -> str:
    """The curve under its finding, with what its axes are."""
    found = course(kpi, city, steps, seen)
    if found is None:
        return '<h2>全市走勢</h2><p class="mut">不設應達數或期限，或期間還沒開始，沒有走勢可以比較。</p>'
    what = f"累計{kpi.unit}數" if city.required else "達標校數"
    dashed = "虛線是應有進度；" if found.paced else ""
    label = f"{kpi.label} 全市{what}：{number(found.now)}，應達 {number(found.required)} {found.unit}，期限 {written_day(kpi.deadline)}"
    axes = f"縱軸：{what}（{found.unit}）；橫軸：日期。{dashed}採計 {window(seen, kpi)}；期限 {full_day(kpi.deadline)}"
    return (
        f'<figure><h2>{_finding(city, found)}</h2><p class="sub">{escape(axes)}</p>'
        f"{curves.drawn(found, label)}</figure>"
    )


def _finding(city: Row, found: charts.Course) -> str:
    unit = escape(found.unit)
    if not city.required:
        return f"{number(found.required)} 校中 {number(found.now)} 校達標"
    if city.days_left < 0:
        short = max(found.required - found.now, 0)
        return f"期限已過，全市還差 {number(short)} {unit}" if short else "全市合計已達應達數"
    if not found.paced:
        return f"全市應達 {number(found.required)} {unit}，已達 {number(found.now)} {unit}"
    ahead = city.counted - (city.pace or 0)
    if ahead < 0:
        return f"全市比應有進度少 {number(-ahead)} {unit}"
    return f"全市比應有進度多 {number(ahead)} {unit}" if ahead else "全市剛好跟上應有進度"


def groups(kpi: Row, rows: Sequence[Row], to_group: Callable[[str], str]) -> str:
    """The groups: schools done, the pooled figure, and who is late."""
    pooled = kpi.base is not None
    names = ["組別", "狀態", "達標校數", *(["計數／基數", "完成率"] if pooled else [])]
    header = [Cell(name, "l" if at < 2 else "") for at, name in enumerate(names)]
    lines = [
        (
            "",
            [
                Cell(_name(to_group(row.group_name), row.group_name), "l"),
                *_stated(
                    row,
                    figure(row, group=row.group_name),
                    f"{number(row.schools_met)}/{number(row.schools_judged)}",
                ),
                *(
                    [Cell(_pair(row.counted, row.base)), Cell(percent(row.counted, row.base) or "–")]
                    if pooled
                    else []
                ),
            ],
        )
        for row in rows
    ]
    return table(f"{kpi.short}各組", header, lines)


def _name(href: str, name: str) -> str:
    """A name on one line, also on a phone."""
    return f'<span style="white-space:nowrap">{anchor(href, escape(name))}</span>'


def _pair(counted: Any, of: Any) -> str:
    return f"{number(counted, '–')}/{number(of)}" if of is not None else number(counted, "–")


def filters(city: Row, status: str | None, here: Here) -> str:
    """The statuses that occur, as links."""
    there = [name for name in SHOWN if getattr(city, f"schools_{name}")]
    choices = [("全部", here(status=None), status is None)]
    choices += [(STATUSES[name].text, here(status=name), status == name) for name in there]
    return pills(choices, "狀態")


def schools(kpi: Row, rows: Sequence[Row], chosen: str | None, here: Here, page: int) -> str:
    """Every school by what it still lacks; a school's name shows why."""
    header = [
        Cell("學校", "l"),
        Cell("狀態", "l"),
        Cell(f"還差（{escape(kpi.unit)}）"),
        Cell("計數"),
        *([Cell("基數")] if kpi.base else []),
        Cell("應達"),
    ]
    lines = [
        (
            "sel" if row.school_name == chosen else "",
            [
                Cell(_name(here(school=row.school_name, page=page), row.school_name), "l"),
                status,
                Cell(_gap(row)),
                counted,
                *([Cell(number(row.base, "–"))] if kpi.base else []),
                Cell(number(row.required, "–")),
            ],
        )
        for row in rows
        for status, counted in (
            _stated(
                row,
                figure(row, school=row.school_name),
                number(row.counted) if row.status != "upcoming" else "–",
            ),
        )
    ]
    return table(f"{kpi.short}各校", header, lines)


def _stated(row: Row, facts: str, told: str) -> tuple[Cell, Cell]:
    """The cells of status and figure; the machine-readable side stands where the figure does, or the reason for none."""
    if row.status in ("no_data", "exempt", "upcoming"):
        return Cell(f"<span {facts}>{tag(row.status)}</span>", "l"), Cell(told)
    return Cell(tag(row.status), "l"), Cell(f"<span {facts}>{told}</span>")


def _gap(row: Row) -> str:
    if not row.gap:
        return "0" if row.gap == 0 and row.status != "exempt" else "–"
    return f"<b>超過 {number(row.gap)}</b>" if row.is_over else f"<b>{number(row.gap)}</b>"


def why(
    seen: View,
    kpi: Row,
    school: Row,
    row: Row,
    units: Sequence[Row],
    evidence: Sequence[Row],
    rejects: Sequence[Row],
) -> str:
    """The units of one school, the rows behind each, and the rows that were not taken."""
    done = [unit for unit in units if unit.done]
    missing = [unit for unit in units if not unit.done]
    how = ask(seen, "indicator_query", kpi=kpi.kpi)[0]
    name = anchor(seen.link("school", school=school.name, kpi=kpi.kpi), escape(school.name))
    head = f'<h2>為什麼是這個數字</h2><p class="sub">{name} · {escape(kpi.short)} · 截至 {written_day(seen.on)}</p>'
    listed = _units(seen, kpi, how.link, [*missing, *done], evidence) if units else _no_units(row)
    shown = head + _sum(kpi, row, done, missing) + listed + _origin(seen, how.link, evidence)
    return shown + records.own_rejects([told for told in rejects if told.table_name == kpi.table_name])


def _sum(kpi: Row, row: Row, done: Sequence[Row], missing: Sequence[Row]) -> str:
    """The figures, and that the list below adds up to them."""
    unit = escape(kpi.unit)
    facts = [f"{tag(row.status)} 計數 <b>{number(row.counted, '?')}</b> {unit}"]
    facts += [f"基數 <b>{number(row.base)}</b>"] if row.base is not None else []
    facts += [f"應達 <b>{number(row.required)}</b>"] if row.required is not None else []
    listed = f"下表：已計入 {number(len(done))}" + (f"，還缺 {number(len(missing))}" if missing else "")
    foot = f'<p class="foot">{listed}</p>' if done or missing else ""
    return f"<p>{'　'.join(facts)}</p>{foot}"


def _no_units(row: Row) -> str:
    told = "缺這項的資料，不是 0。" if row.status == "no_data" else "截至這一天沒有計入任何紀錄。"
    return f'<p class="mut">{told}</p>'


def _units(seen: View, kpi: Row, how: str | None, units: Sequence[Row], evidence: Sequence[Row]) -> str:
    behind: dict[tuple[Any, Any], list[Row]] = {}
    for row in evidence:
        behind.setdefault((row.unit_id, row.unit_label), []).append(row)
    header = [Cell("對象", "l"), Cell("計入", "l"), Cell("背後的列（檔案 · 列）", "l")]
    lines = [
        (
            "",
            [
                Cell(_who(unit), "l" if len(unit.unit_label or unit.unit_id) <= SHORT else "l w"),
                Cell(_since(unit), "l"),
                Cell(_rows(seen, how, behind.get((unit.unit_id, unit.unit_label), [])), "l w"),
            ],
        )
        for unit in units
    ]
    return f'<div style="max-height:720px;overflow:auto">{table(f"{kpi.short}的名單與證據", header, lines)}</div>'


def _who(unit: Row) -> str:
    amount = f"　{number(unit.amount)}" if unit.amount not in (None, 1) else ""
    return f"{escape(unit.unit_label or unit.unit_id)}{amount}"


def _since(unit: Row) -> str:
    if not unit.done:
        return '<span class="warn">還缺</span>'
    when = (
        f'<time datetime="{unit.attained_on.isoformat()}">{written_day(unit.attained_on, pad=True)}</time>'
        if unit.attained_on
        else ""
    )
    return f'<span class="s-met">✓</span> {when}'


def _rows(seen: View, how: str | None, rows: Sequence[Row]) -> str:
    if not rows:
        return '<span class="mut">無法逐列指出</span>' if how is None else '<span class="mut">沒有可計入的列</span>'  # fmt: skip
    shown = [_row(row) for row in rows if row.is_seen]
    hidden = sum(not row.is_seen for row in rows)
    if hidden:
        shown.append(f'<span class="mut">另有 {hidden} 列登在其他學校，不在檢視範圍</span>')
    more = rows[0].rows_in_all - len(rows)
    if more > 0:
        shown.append(f'<span class="mut">同樣的列還有 {number(more)} 列</span>')
    return "<br>".join(shown)


def _row(row: Row) -> str:
    """File, line, what it says; of a spreadsheet a link to the very row."""
    place = f"{escape(row.file)} · 第 {number(row.line)} 列"
    where = outward(row.link, f"{row.file} · 第 {number(row.line)} 列") if row.link else place
    told = escape(
        "，".join(part for part in (row.day and written_day(row.day), row.row_school, row.told) if part)
    )
    return f'<span data-file="{escape(row.file)}" data-line="{row.line}">{where}</span> <span class="mut">{told}</span>'


def _origin(seen: View, how: str | None, evidence: Sequence[Row]) -> str:
    """When each file was read, and what to quote."""
    files = {row.file: row.modified_at for row in evidence if row.is_seen}
    times = "、".join(
        f"{escape(name)}（{moment(at, seen.year) if at else '?'}）" for name, at in sorted(files.items())
    )
    read = f"檔案的時間（試算表為讀取時間）：{times}。" if times else ""
    rule = (
        f"列的找法：{LINKS[how]}。"
        if how
        else f"這項的計算不是一列對一個對象，無法逐列指出；原始列見{anchor(seen.link('data'), '資料頁')}的檔案清單。"
    )
    snapshot = (
        f"快照 {moment(seen.facts.built_at, seen.year)} · 指紋 {escape(seen.facts.fingerprint)}（引用時請附）"
    )
    return f'<p class="foot">{rule}{read}<br>{snapshot}</p>'


def query(seen: View, kpi: Row) -> None:
    """The query as it was run at the build."""
    how = ask(seen, "indicator_query", kpi=kpi.kpi)[0]
    st.code(how.query, language="sql", wrap_lines=True)
