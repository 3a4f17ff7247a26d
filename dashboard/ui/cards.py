"""The overview's tiles: one indicator of the whole programme each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from dashboard.ui.parts import due, figure
from dashboard.ui.words import STATUSES, amount, escape, exact, number, pair, percent, rate

Row = SimpleNamespace
STRIP = ("met", "on_track", "behind", "overdue", "no_data", "exempt")
CELLS = 200


def counts(row: Row) -> dict[str, int]:
    """How many schools stand where, in the order of the strip."""
    found = {status: getattr(row, f"schools_{status}") or 0 for status in STRIP}
    return {status: int(schools) for status, schools in found.items() if schools}


def strip(schools: Mapping[str, int]) -> str:
    """一格一校; with too many schools to see one, a segment per status in proportion."""
    if sum(schools.values()) > CELLS:
        cells = "".join(f'<i class="{name}" style="flex-grow:{many}"></i>' for name, many in schools.items())
    else:
        cells = "".join(f'<i class="{name}"></i>' * many for name, many in schools.items())
    return f'<div class="strip" aria-hidden="true">{cells}</div>'


def tally(schools: Mapping[str, int]) -> str:
    """✓ 19 ◐ 12 ▼ 9: the strip in figures."""
    return "".join(
        f'<span class="st s-{name}" role="img" aria-label="{status.word} {many} 校" title="{status.word}">'
        f"{status.sign} {number(many)}</span>"
        for name, many, status in ((name, many, STATUSES[name]) for name, many in schools.items())
    )


def requirement(kpi: Row) -> str:
    """What a school must reach, in the words of the definition."""
    if kpi.require == "all":
        return "須全數"
    if kpi.require == "ceiling":
        return f"每校至多 {amount(kpi.required_number, kpi.unit)}"
    if kpi.require == "number":
        return f"每校須 {number(kpi.required_number)} {escape(kpi.unit)}"
    if kpi.require == "share":
        part, whole = int(kpi.share_numerator), int(kpi.share_denominator)
        return (
            f"每校須 {100 * part // whole}%"
            if 100 * part % whole == 0
            else f"每校須 {part}/{whole} {escape(kpi.unit)}"
        )
    return "不設應達數"


def pooled(kpi: Row, row: Row, whose: str = "全市") -> str:
    """The pooled figure with its counts; where the indicator has no base, how many schools lack it."""
    if not row.schools_judged:
        return f"{whose}{STATUSES[row.status].word}"
    short = row.schools_judged - row.schools_met
    if kpi.require == "ceiling":
        over = f"{number(short)} 校超出上限" if short else "都在上限內"
        return f"{over}；{whose}核定 {pair(row.counted, row.required, kpi.unit)}{escape(kpi.unit)}"
    if row.base is None:
        return f"還有 {number(short)} 校未達標" if short else "已評定的學校都達標"
    return f"{whose} {rate(row.counted, row.base, escape(kpi.unit))}"


def tile(kpi: Row, city: Row, year: int) -> str:
    """Schools met out of judged, the pooled rate, and where the schools stand."""
    schools = counts(city)
    word = "校在上限內" if kpi.require == "ceiling" else "校達標"
    met = f"{number(city.schools_met)}<small>/{number(city.schools_judged)} {word}</small>"
    shown = met if city.schools_judged else "?<small> 尚無學校可評定</small>"
    when = "" if kpi.require == "ceiling" else due(city.deadline, city.days_left, city.status, year)
    return (
        f'<div class="tile" {figure(city)}><div class="t"><b>{escape(kpi.short)}</b>{when}</div>'
        f'<div class="n"><span class="big">{shown}</span><span class="must">{requirement(kpi)}</span></div>'
        f'{strip(schools)}<div class="cnt">{tally(schools)}</div>'
        f'<div class="r">{pooled(kpi, city)}</div></div>'
    )


def aside(kpi: Row, city: Row) -> str:
    """An indicator that is shown and never judged."""
    silent = f"；? 未填報 {number(city.schools_no_data)} 校" if city.schools_no_data else ""
    return (
        f"<span {figure(city)}>i {escape(kpi.label)} {_shown(kpi, city)}（僅供參考，不設應達{silent}）</span>"
    )


def _shown(kpi: Row, city: Row) -> str:
    """The figure of an indicator that is never judged; of a share the rate, never without its counts."""
    if city.counted is None:
        return "<b>? 未填報</b>"
    if city.base is None:
        return f"<b>{amount(city.counted, kpi.unit)}</b>"
    title = f"{exact(city.counted, kpi.unit)} ÷ {exact(city.base, kpi.unit)}"
    counts = f"{pair(city.counted, city.base, kpi.unit)}{escape(kpi.unit)}"
    return f'<b title="{title}">{percent(city.counted, city.base)}（{counts}）</b>'


def tiles(kpis: Sequence[Row], cities: Mapping[str, Row], year: int) -> str:
    """Every indicator's city row: the judged as tiles, the others in a line below."""
    present = [kpi for kpi in kpis if kpi.kpi in cities]
    judged = "".join(tile(kpi, cities[kpi.kpi], year) for kpi in present if kpi.require != "none")
    others = "".join(aside(kpi, cities[kpi.kpi]) for kpi in present if kpi.require == "none")
    note = (
        "色條一格一校"
        if all(sum(counts(row).values()) <= CELLS for row in cities.values())
        else "色條依校數比例"
    )
    return (
        f'<section aria-label="各項指標"><div class="tiles">{judged}</div><div class="aside">{others}</div>'
        f'<p class="foot">{note}，顏色同左列狀態。完成率是總計數 ÷ 總基數，不是各校平均。</p></section>'
    )
