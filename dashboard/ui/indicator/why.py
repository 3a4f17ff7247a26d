"""The evidence of a school's figure: its units, the rows of each, and its rejected rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dashboard import reminders
from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.parts import has, lacks
from dashboard.language.texts import later, say
from dashboard.language.words import file_day, fingerprint, listing, moment, number, written_day
from dashboard.questions import View, ask
from dashboard.rows import (
    Evidence,
    IndicatorQuery,
    Kpi,
    School,
    SchoolBound,
    SchoolReject,
    SchoolResult,
    Unit,
)
from dashboard.ui.base import paper, records
from dashboard.ui.base.address import asked
from dashboard.ui.base.parts import BREAK, Cell, anchor, element, flagged, outward, tag
from dashboard.ui.base.table import Column, Table

SHORT = 10
EVIDENCE_ROWS = 4
REFUSED = 8
UNITS = 30  # of a page: a large school has hundreds
LINKS = {
    "person": later("列的找法：依教師對應。"),
    "pair": later("列的找法：依教師與班級對應。"),
    "class": later("列的找法：依班級對應。"),
    "day": later("列的找法：依學校與日期對應；同一天的列一併列出。"),
    "team": later("列的找法：依學校與觀課日期對應；人數足夠的場次，同行的人都列出。"),
}


@dataclass(frozen=True)
class Explanation:
    """The evidence of one school's figure.

    evidence: the rows of each unit, by `unit_key`. rejects: the rejected rows that could count; others: the line on
    those that could not. how: a key of `LINKS`, or None where rows cannot be matched to units. to_send: what to send or
    fill in where the school cannot be judged.
    """

    school: School
    result: SchoolResult
    units: Sequence[Unit]
    evidence: Mapping[int, Sequence[Evidence]]
    rejects: Sequence[SchoolReject]
    others: Markup
    how: str | None
    to_send: str | None


def explain(view: View, kpi: Kpi, school: School, most: int | None = EVIDENCE_ROWS) -> Explanation:
    """The evidence of a school's figure, its missing units first, each with at most `most` rows of a kind."""
    mine = {"school_id": school.school_id, "on": view.on, "period": kpi.period}
    result = next(
        row for row in ask(view, SchoolResult, **mine, group_id=None, by_default=None) if row.kpi == kpi.kpi
    )
    units = ask(view, Unit, kpi=kpi.kpi, **mine)
    evidence: dict[int, list[Evidence]] = {}
    for row in ask(view, Evidence, kpi=kpi.kpi, most=most, **mine):
        evidence.setdefault(row.unit_key, []).append(row)
    rejects = ask(view, SchoolReject, school_id=school.school_id, on=view.on)
    could, others = records.apart(view, school.name, kpi, rejects, ask(view, SchoolBound, **mine))
    to_send = None
    if result.status == "no_data":
        to_send = reminders.to_send(view, kpi.period, school.group_id).get((school.school_id, kpi.kpi))
    return Explanation(
        school,
        result,
        sorted(units, key=lambda unit: bool(unit.done)),
        evidence,
        could,
        others,
        ask(view, IndicatorQuery, kpi=kpi.kpi)[0].link,
        to_send,
    )


def section(view: View, kpi: Kpi, explanation: Explanation, here: Callable[..., str]) -> Markup:
    """The section of the evidence: the figures, the units that add up to them, the sources of their rows, and its file."""
    name = anchor(view.link("school", school=explanation.school.name, kpi=kpi.kpi), explanation.school.name)
    about = [name, kpi.short, say("截至 {day}", day=written_day(view.on))]
    listed = _units(kpi, explanation, here) if explanation.units else _no_units(explanation)
    sections = [
        element("h2", say("為什麼是這個數字"), kind="answer"),
        element("p", join(about, " · "), kind="sub"),
        _sum(view, kpi, explanation),
        listed,
        _origin(view, explanation),
        records.own_rejects(explanation.rejects, explanation.result, REFUSED, explanation.others),
        rows(view, kpi, explanation.school).download(
            f"{say('背後的列')}_{explanation.school.name}_{file_day(view.on)}"
        ),
    ]
    return join(sections)


def _sum(view: View, kpi: Kpi, explanation: Explanation) -> Markup:
    """The figures, and how many units of the list below count."""
    row = explanation.result
    facts = [
        say_markup(
            "{status} 計數 {counted} {unit}",
            status=tag(row.status, kpi.require),
            counted=_bold(row.counted),
            unit=kpi.unit,
        )
    ]
    facts += [say_markup("基數 {base}", base=_bold(row.base))] if row.base is not None else []
    facts += [say_markup("應達 {required}", required=_bold(row.required))] if row.required is not None else []
    facts.append(flagged(row, kpi, view.link))
    done = sum(bool(unit.done) for unit in explanation.units)
    missing = len(explanation.units) - done
    tally = say("下表：已計入 {done}", done=number(done))
    if missing:
        counts = {"done": number(done), "missing": number(missing)}
        tally = say("下表：已計入 {done}，還缺 {missing}", **counts)
        if kpi.base == "classes":  # other classes are missing too, and which is not known
            tally = say("下表：已計入 {done}，還不齊 {missing}", **counts)
    foot = element("p", tally, kind="foot") if explanation.units else BLANK
    return element("p", join(filter(None, facts), "　")) + foot


def _bold(value: int | None) -> Markup:
    return element("b", number(value))


def _no_units(explanation: Explanation) -> Markup:
    if explanation.result.status == "no_data":
        return element("p", records.silent(explanation.to_send), kind="mut")
    return element("p", say("截至這一天沒有計入任何紀錄。"), kind="mut")


def _units(kpi: Kpi, explanation: Explanation, here: Callable[..., str]) -> Markup:
    units = paper.page(explanation.units, asked("units"), UNITS)

    def behind(unit: Unit) -> Markup:
        return _rows(explanation.how, explanation.evidence.get(unit.unit_key, []))

    columns = [
        Column[Unit](say("對象"), cell=_who, kind="l"),
        Column[Unit](say("計入"), cell=_since, kind="l"),
        Column[Unit](say("背後的列（檔案 · 列）"), cell=behind, kind="l", is_wide=True),
    ]
    listed = Table(say("{kpi}的名單與證據", kpi=kpi.short), columns, units)
    return element("div", listed.html(), kind="tall") + paper.pager(
        units, lambda page: here(units=page), kpi.unit
    )


def _who(unit: Unit) -> Cell:
    amount = f"　{number(unit.amount)}" if unit.amount not in (None, 1) else ""
    name = unit.unit_label or unit.unit_id or ""
    return Cell(f"{name}{amount}", "l" if len(name) <= SHORT else "l w")


def _since(unit: Unit) -> Markup:
    """The day on which a unit was counted, or what it lacks; below that the parts that it has."""
    own = has(unit.parts)
    below = [_muted(own)] if own else []
    if not unit.done:
        lack = lacks(unit.parts, alone=True) or say("還缺")
        return join([element("span", lack, kind="warn"), *below], BREAK)
    day = unit.attained_on
    when = element("time", written_day(day, pad=True), datetime=day.isoformat()) if day else BLANK
    return join([join([element("span", "✓", kind="s-met"), when], " "), *below], BREAK)


def _rows(how: str | None, rows: Sequence[Evidence]) -> Markup:
    if not rows:
        return _muted(say("無法逐列指出") if how is None else say("沒有可計入的列"))
    listed = [_row(row) for row in rows if row.is_visible]
    if hidden := len(rows) - len(listed):
        listed.append(_muted(say("另有 {n} 列登在其他學校，不在檢視範圍", n=number(hidden))))
    if (more := rows[0].rows_in_all - len(rows)) > 0:
        listed.append(_muted(say("同樣的列還有 {n} 列", n=number(more))))
    return join(listed, BREAK)


def _muted(text: str) -> Markup:
    return element("span", text, kind="mut")


def _row(row: Evidence) -> Markup:
    """The file, line and content of a row; of a spreadsheet a link to the row."""
    place = say("{file} · 第 {line} 列", file=row.file, line=number(row.line))
    where = outward(row.link, place) if row.link else place
    content = " · ".join(
        part for part in (row.day and written_day(row.day), row.row_school, row.details) if part
    )
    named = element("span", where, data_file=row.file, data_line=row.line)
    return join([named, _muted(content)], " ")


def _origin(view: View, explanation: Explanation) -> Markup:
    """The foot: how rows are matched to units, when each file was read, and the fingerprint to quote."""
    files = {
        row.file: row.modified_at for rows in explanation.evidence.values() for row in rows if row.is_visible
    }
    times = listing(
        [
            say("{file}（{time}）", file=name, time=moment(at, view.year) if at else "?")
            for name, at in sorted(files.items())
        ]
    )
    lines = [
        say(LINKS[explanation.how])
        if explanation.how
        else say_markup(
            "這項的計算不是一列對一個對象，無法逐列指出；原始列見{link}的檔案清單。",
            link=anchor(view.link("data"), say("資料頁")),
        ),
        say("檔案的時間（試算表為讀取時間）：{times}。", times=times) if times else "",
        say_markup(
            "快照 {time} · 指紋 {fingerprint}（引用時請附）",
            time=moment(view.facts.built_at, view.year),
            fingerprint=element("span", fingerprint(view.facts.fingerprint), kind="mono"),
        ),
    ]
    return element("p", join(filter(None, lines), BREAK), kind="foot")


UnitRow = tuple[Unit, Evidence | None]  # a unit and a row behind it, or None for a unit without rows


def rows(view: View, kpi: Kpi, school: School) -> Table[UnitRow]:
    """The file of the evidence: a line for each unit and row; what the viewer may not see of a row is blank."""

    def every() -> list[UnitRow]:
        explanation = explain(view, kpi, school, most=None)
        none: list[Evidence | None] = [None]
        return [
            (unit, row)
            for unit in explanation.units
            for row in explanation.evidence.get(unit.unit_key) or none
        ]

    columns = [
        Column[UnitRow](say("學校"), lambda one: school.name),
        _of_unit(say("代號"), lambda unit: unit.unit_id),
        _of_unit(say("對象"), lambda unit: unit.unit_label),
        _of_unit(say("數量"), lambda unit: unit.amount),
        _of_unit(say("計入"), lambda unit: say("已計入") if unit.done else say("還缺")),
        _of_unit(say("計入日"), lambda unit: unit.attained_on),
        _of_row(say("檔案"), "file"),
        _of_row(say("工作表"), "sheet"),
        _of_row(say("列"), "line"),
        _of_row(say("日期"), "day"),
        _of_row(say("內容"), "details", say("登在其他學校，不在檢視範圍")),
        _of_row(say("登在"), "row_school"),
        _of_row(say("檔案時間"), "modified_at"),
        _of_unit(say("已有"), lambda unit: has(unit.parts)),
        _of_unit(say("還缺"), lambda unit: lacks(unit.parts)),
    ]
    return Table(say("背後的列"), columns, every)


def _of_unit(label: str, value: Callable[[Unit], object]) -> Column[UnitRow]:
    return Column(label, lambda one: value(one[0]))


def _of_row(label: str, name: str, hidden: str | None = None) -> Column[UnitRow]:
    """A column of the row behind a unit; `hidden` stands for that of a row of another school."""

    def value(one: UnitRow) -> object:
        row = one[1]
        if row is None:
            return None
        return getattr(row, name) if row.is_visible else hidden

    return Column(label, value)
