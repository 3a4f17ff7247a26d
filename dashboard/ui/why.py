"""Why a school's figure is what it is: its units, the rows behind each, and the rows that were not taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from dashboard import reminders
from dashboard.language.texts import later, say
from dashboard.language.words import escape, fingerprint, has, lacks, listing, moment, number, written_day
from dashboard.questions import View, ask
from dashboard.ui import paper, records
from dashboard.ui.address import asked
from dashboard.ui.parts import Cell, Line, anchor, flagged, outward, tag

Row = SimpleNamespace
SHORT = 10
SHOWN = 4
REFUSED = 8
UNITS = 30  # of them at once: a large school has hundreds
LINKS = {
    "person": later("列的找法：依教師對應。"),
    "pair": later("列的找法：依教師與班級對應。"),
    "class": later("列的找法：依班級對應。"),
    "day": later("列的找法：依學校與日期對應；同一天的列一併列出。"),
    "team": later("列的找法：依學校與觀課日期對應；人數足夠的場次，同行的人都列出。"),
}
HEADER = (
    later("學校"), later("代號"), later("對象"), later("數量"), later("計入"), later("計入日"),
    later("檔案"), later("工作表"), later("列"), later("日期"), later("內容"), later("登在"), later("檔案時間"),
    later("已有"), later("還缺"),
)  # fmt: skip


@dataclass(frozen=True)
class Behind:
    """What stands behind one school's figure.

    how: how rows are found for a unit, or None where they cannot be told one by one; to_send: what to send
    or fill in where the school cannot be judged.
    """

    school: Row
    result: Row
    units: Sequence[Row]
    evidence: Mapping[int, Sequence[Row]]
    rejects: Sequence[Row]
    others: str
    how: str | None
    to_send: str | None


def behind(view: View, kpi: Row, school: Row, most: int | None = SHOWN) -> Behind:
    """The units of a school, what is missing first, each with at most so many rows of a kind."""
    mine = {"school_id": school.school_id, "on": view.on, "period": kpi.period}
    result = next(
        row
        for row in ask(view, "school_results", **mine, group_id=None, by_default=None)
        if row.kpi == kpi.kpi
    )
    units = ask(view, "units", kpi=kpi.kpi, **mine)
    evidence: dict[int, list[Row]] = {}
    for row in ask(view, "evidence", kpi=kpi.kpi, most=most, **mine):
        evidence.setdefault(row.unit_key, []).append(row)
    rejects = ask(view, "school_rejects", school_id=school.school_id, on=view.on)
    could, others = records.apart(view, school.name, kpi, rejects, ask(view, "school_bounds", **mine))
    to_send = None
    if result.status == "no_data":
        to_send = reminders.to_send(view, kpi.period, school.group_id).get((school.school_id, kpi.kpi))
    return Behind(
        school,
        result,
        sorted(units, key=lambda unit: bool(unit.done)),
        evidence,
        could,
        others,
        ask(view, "indicator_query", kpi=kpi.kpi)[0].link,
        to_send,
    )


def shown(view: View, kpi: Row, found: Behind, here: Callable[..., str]) -> str:
    """The figures, the list that adds up to them, and where its rows were read."""
    name = anchor(view.link("school", school=found.school.name, kpi=kpi.kpi), escape(found.school.name))
    day = say("截至 {day}", day=written_day(view.on))
    listed = _units(kpi, found, here) if found.units else _no_units(found)
    return (
        f'<h2 class="answer">{say("為什麼是這個數字")}</h2><p class="sub">{name} · {escape(kpi.short)} · {day}</p>'
        f"{_sum(view, kpi, found)}{listed}{_origin(view, found)}{records.own_rejects(found.rejects, found.result, REFUSED, found.others)}"
    )


def _sum(view: View, kpi: Row, found: Behind) -> str:
    """The figures, and that the list below adds up to them."""
    row, unit = found.result, escape(kpi.unit)
    facts = [
        say(
            "{status} 計數 {counted} {unit}",
            status=tag(row.status, kpi.require),
            counted=_bold(row.counted),
            unit=unit,
        )
    ]
    facts += [say("基數 {base}", base=_bold(row.base))] if row.base is not None else []
    facts += [say("應達 {required}", required=_bold(row.required))] if row.required is not None else []
    facts.append(flagged(row, kpi, view.link))
    done = sum(bool(unit.done) for unit in found.units)
    missing = len(found.units) - done
    told = say("下表：已計入 {done}", done=number(done))
    if missing:
        counts = {"done": number(done), "missing": number(missing)}
        told = say("下表：已計入 {done}，還缺 {missing}", **counts)
        if kpi.base == "classes":  # the rest are missing too, and nobody knows which
            told = say("下表：已計入 {done}，還不齊 {missing}", **counts)
    foot = f'<p class="foot">{told}</p>' if found.units else ""
    return f"<p>{'　'.join(filter(None, facts))}</p>{foot}"


def _bold(value: Any) -> str:
    return f"<b>{number(value)}</b>"


def _no_units(found: Behind) -> str:
    told = say("截至這一天沒有計入任何紀錄。")
    if found.result.status == "no_data":
        told = records.silent(found.to_send)
    return f'<p class="mut">{told}</p>'


def _units(kpi: Row, found: Behind, here: Callable[..., str]) -> str:
    shown = paper.page(found.units, asked("units"), UNITS)
    header = [Cell(say("對象"), "l"), Cell(say("計入"), "l"), Cell(say("背後的列（檔案 · 列）"), "l")]

    def line(unit: Row) -> Line:
        return (
            "",
            [
                Cell(_who(unit), "l" if len(unit.unit_label or unit.unit_id) <= SHORT else "l w"),
                Cell(_since(unit), "l"),
                Cell(_rows(found.how, found.evidence.get(unit.unit_key, [])), "l w"),
            ],
        )

    listed = paper.table(say("{kpi}的名單與證據", kpi=kpi.short), header, shown, line)
    return f'<div class="tall">{listed}</div>{paper.pager(shown, lambda page: here(units=page), kpi.unit)}'


def _who(unit: Row) -> str:
    amount = f"　{number(unit.amount)}" if unit.amount not in (None, 1) else ""
    return f"{escape(unit.unit_label or unit.unit_id)}{amount}"


def _since(unit: Row) -> str:
    """Since when it counts, or what it lacks; below that what it has, where it is made up of parts."""
    own = escape(has(unit.parts))
    if not unit.done:
        told = escape(lacks(unit.parts, alone=True)) or say("還缺")
        return "<br>".join([f'<span class="warn">{told}</span>', *([_muted(own)] if own else [])])
    when = (
        f'<time datetime="{unit.attained_on.isoformat()}">{written_day(unit.attained_on, pad=True)}</time>'
        if unit.attained_on
        else ""
    )
    return "<br>".join([f'<span class="s-met">✓</span> {when}', *([_muted(own)] if own else [])])


def _rows(how: str | None, rows: Sequence[Row]) -> str:
    if not rows:
        return _muted(say("無法逐列指出") if how is None else say("沒有可計入的列"))
    listed = [_row(row) for row in rows if row.is_visible]
    if hidden := len(rows) - len(listed):
        listed.append(_muted(say("另有 {n} 列登在其他學校，不在檢視範圍", n=number(hidden))))
    if (more := rows[0].rows_in_all - len(rows)) > 0:
        listed.append(_muted(say("同樣的列還有 {n} 列", n=number(more))))
    return "<br>".join(listed)


def _muted(told: str) -> str:
    return f'<span class="mut">{told}</span>'


def _row(row: Row) -> str:
    """File, line, what it says; of a spreadsheet a link to the very row."""
    place = say("{file} · 第 {line} 列", file=row.file, line=number(row.line))
    where = outward(row.link, place) if row.link else escape(place)
    told = " · ".join(
        part for part in (row.day and written_day(row.day), row.row_school, row.details) if part
    )
    return (
        f'<span data-file="{escape(row.file)}" data-line="{row.line}">{where}</span> {_muted(escape(told))}'
    )


def _origin(view: View, found: Behind) -> str:
    """How rows are found, when each file was read, and what to quote."""
    files = {row.file: row.modified_at for rows in found.evidence.values() for row in rows if row.is_visible}
    times = listing(
        [
            say("{file}（{time}）", file=escape(name), time=moment(at, view.year) if at else "?")
            for name, at in sorted(files.items())
        ]
    )
    lines = [
        say(LINKS[found.how])
        if found.how
        else say(
            "這項的計算不是一列對一個對象，無法逐列指出；原始列見{link}的檔案清單。",
            link=anchor(view.link("data"), say("資料頁")),
        ),
        say("檔案的時間（試算表為讀取時間）：{times}。", times=times) if times else "",
        say(
            "快照 {time} · 指紋 {fingerprint}（引用時請附）",
            time=moment(view.facts.built_at, view.year),
            fingerprint=f'<span class="mono">{escape(fingerprint(view.facts.fingerprint))}</span>',
        ),
    ]
    return f'<p class="foot">{"<br>".join(filter(None, lines))}</p>'


def table_of(view: View, kpi: Row, school: Row) -> list[list[object]]:
    """Every unit with every row behind it, as the download writes them; a unit without rows has a line of its own."""
    found = behind(view, kpi, school, most=None)
    none: list[Row | None] = [None]
    return [
        [*_unit_values(found, unit), *_row_values(row), has(unit.parts), lacks(unit.parts)]
        for unit in found.units
        for row in found.evidence.get(unit.unit_key) or none
    ]


def _unit_values(found: Behind, unit: Row) -> list[object]:
    counts = say("已計入") if unit.done else say("還缺")
    return [found.school.name, unit.unit_id, unit.unit_label, unit.amount, counts, unit.attained_on]


def _row_values(row: Row | None) -> list[object]:
    if row is None or not row.is_visible:
        hidden = say("登在其他學校，不在檢視範圍") if row else None
        return [None, None, None, None, hidden, None, None]
    return [row.file, row.sheet, row.line, row.day, row.details, row.row_school, row.modified_at]
