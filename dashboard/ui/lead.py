"""What the lead of a group can do this week, school by school.

Pure. Polite and without blame: what is missing, until when, how much a week.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace

from dashboard.ui.findings import gap, pace, room
from dashboard.ui.parts import anchor
from dashboard.ui.words import STATUSES, escape, short_day

Row = SimpleNamespace
Link = Callable[..., str]


def to_do(schools: Mapping[str, Sequence[Row]], kpis: Mapping[str, Row], link: Link, year: int) -> str:
    """Per school what is still missing: late first, then what is on track; who lacks nothing in one line."""
    lines, done = [], []
    for name, found in schools.items():
        told = _missing(found, kpis, year)
        if told:
            who = anchor(link("school", school=name), escape(name))
            lines.append(f'<div class="li gaps"><span>{who}</span><span>{told}</span></div>')
        else:
            done.append(escape(name))
    rest = f'<p class="foot">{"、".join(done)}：沒有落後、逾期或未填報，維持進度即可</p>' if done else ""
    return f'<div class="list">{"".join(lines)}</div>{rest}'


def _missing(found: Sequence[Row], kpis: Mapping[str, Row], year: int) -> str:
    told = []
    for status in ("overdue", "behind"):
        for row in found:
            if row.status == status:
                kpi = kpis[row.kpi]
                if row.room is not None:
                    told.append(f"<b>{STATUSES[status].sign} {escape(kpi.short)}</b> {room(row, kpi.unit)}")
                    continue
                week = pace(row, kpi.unit)
                when = f"{short_day(row.deadline, year)} 前" if row.days_left >= 0 else "已逾期"
                rest = f"，{week}" if week else ""
                told.append(
                    f"<b>{STATUSES[status].sign} {escape(kpi.short)}</b> {gap(row, kpi.unit)}（{when}{rest}）"
                )
    silent = [escape(kpis[row.kpi].short) for row in found if row.status == "no_data"]
    if silent:
        told.append(f"<b>? {'、'.join(silent)}</b> 未填報，請補資料")
    return "；".join(told)
