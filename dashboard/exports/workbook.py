"""The workbook: every indicator of a day as worksheets, with the definitions and the snapshot of its figures.

Its figures are those of `kpi results`, its flags those of `kpi flags`, with the names of persons masked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from dashboard import rules
from dashboard.exports import tables
from dashboard.exports.ods import Cell as Looked
from dashboard.exports.tables import Progress, Sheet
from dashboard.language.texts import later, say
from dashboard.language.words import FLAGS, STATUSES, flag_words, listing, word
from dashboard.questions import View, ask, ask_each
from dashboard.rows import Kpi, KpiFlag, KpiResult, School, SourceTable

# The visible indicators, by their id and period, in the definition's order.
Kpis = Mapping[tuple[str, str], Kpi]
Labels = Mapping[str, str]  # of the periods, by their id; empty where there is one, which has no column
WRITERS: Mapping[str, Callable[[Sequence[Sheet], Progress], bytes]] = {
    "xlsx": tables.xlsx_book,
    "ods": tables.ods_book,
}
FIGURES = (later("計數"), later("基數"), later("應達"), later("完成率"))
SUMS = (
    later("指標"), later("組別"), later("狀態"), later("達標校數"), later("應評校數"), later("未填報校數"), *FIGURES,
    later("單位"), later("期限"), later("資料註記"),
)  # fmt: skip
SCHOOLS = (
    later("組別"), later("角色"), later("學校"), later("狀態"), *FIGURES, later("單位"), later("期限"), later("資料註記"),
)  # fmt: skip
CAUSES = (
    later("指標"), later("學校"), later("資料註記"), later("資料表"), later("檔案"), later("列號"), later("原因"),
)  # fmt: skip
FACTS = (later("項目"), later("內容"))


def write(view: View, kind: str, progress: Progress = lambda share, text: None) -> bytes:
    """The workbook as a file of a kind of `WRITERS`.

    Raises:
        TooLarge: it is too large for an ODS.
    """
    return WRITERS[kind](sheets(view), progress)


def sheets(view: View) -> list[Sheet]:
    """The worksheets: the city and the groups, each indicator's schools, the definitions, the snapshot, the flags.

    Only groups with a school in scope are in it: a group gets its own figures beside the city's.
    """
    view = replace(view, scope=replace(view.scope, names=False))
    kpis = _kpis(view)
    schools = {school.name: school for school in ask(view, School)}
    groups = {"", *(school.group_name for school in schools.values())}
    figures: dict[str, list[KpiResult]] = {kpi: [] for kpi, _ in kpis}
    for row in ask(view, KpiResult, on=view.on):
        if (row.kpi, row.period) in kpis and row.group in groups:
            figures[row.kpi].append(row)
    several = len({period for _, period in kpis}) > 1
    labels = {period.period: period.label for period in view.periods} if several else {}
    return [
        _summary(kpis, figures, labels),
        *(_indicator(rows, kpis, schools, labels) for rows in figures.values() if rows),
        _definitions(view, kpis, labels),
        _snapshot(view, len(schools)),
        _flags(view, kpis, labels),
    ]


def _kpis(view: View) -> Kpis:
    kpis = {(kpi.kpi, kpi.period): kpi for kpi in ask_each(view, Kpi)}
    return dict(sorted(kpis.items(), key=lambda one: one[1].ord))  # the periods of one stay in their order


def _head(columns: Sequence[str], labels: Labels, at: int = 1) -> list[str]:
    """The names of the columns; where there are several periods, their column comes after the first `at`."""
    names = [say(column) for column in columns]
    return [*names[:at], *([say("期間")] if labels else []), *names[at:]]


def _summary(kpis: Kpis, figures: Mapping[str, Sequence[KpiResult]], labels: Labels) -> Sheet:
    """The rows of the city, then of its groups."""
    rows = [
        [
            kpi.label,
            *([labels[kpi.period]] if labels else []),
            row.group or say("全市"),
            _status(row, kpi),
            row.schools_met,
            row.schools_judged,
            row.schools_no_data,
            *_figures(row, kpi),
        ]
        for (id, period), kpi in kpis.items()
        for level in ("city", "group")
        for row in figures[id]
        if (row.level, row.period) == (level, period)
    ]
    return Sheet(say("總表"), _head(SUMS, labels), rows, 2 + bool(labels))


def _indicator(
    figures: Sequence[KpiResult], kpis: Kpis, schools: Mapping[str, School], labels: Labels
) -> Sheet:
    rows: list[list[object]] = []
    for row in figures:
        if row.level == "school":
            kpi = kpis[row.kpi, row.period]
            placed = [labels[kpi.period]] if labels else []
            school = [row.group, schools[row.school].role_label, row.school]
            rows.append([*placed, *school, _status(row, kpi), *_figures(row, kpi)])
    short = kpis[figures[0].kpi, figures[0].period].short
    return Sheet(short, _head(SCHOOLS, labels, at=0), rows, 3 + bool(labels))


def _figures(row: KpiResult, kpi: Kpi) -> list[object]:
    return [
        row.counted,
        row.base,
        row.required,
        _share(row.rate),
        kpi.unit,
        row.deadline,
        flag_words(row),
    ]


def _status(row: KpiResult, kpi: Kpi) -> Looked:
    return Looked(f"{STATUSES[row.status].sign} {word(row.status, kpi.require)}", STATUSES[row.status].colour)


def _share(rate: float | None) -> Looked | None:
    """A share; 0 and 1 only when exact, so that one missing person never disappears in rounding."""
    if rate is None:
        return None
    rounds_off = rate not in (0, 1) and (rate < 0.0005 or abs(rate - 1) <= 0.0005)
    return Looked(rate, "exact-share" if rounds_off else "share")


def _definitions(view: View, kpis: Kpis, labels: Labels) -> Sheet:
    rows: list[list[object]] = []
    for kpi in kpis.values():
        label, *texts, deadline = rules.row(view, kpi)
        rows.append([label, *([labels[kpi.period]] if labels else []), *texts, kpi.deadline or deadline])
    return Sheet(say("指標定義"), _head(rules.HEADER, labels), rows, 1)


def _snapshot(view: View, schools: int) -> Sheet:
    facts = view.facts
    rows: list[list[object]] = [
        [say("縣市"), json.loads(facts.definition)["city"]],
        [say("計畫"), facts.title],
        [say("資料範圍"), say("全市") if view.scope.whole else view.scope.label],
        [say("校數"), schools],
        [say("期間"), listing([period.label for period in view.periods])],
        [say("截至"), view.on],
        [say("快照時間"), facts.built_at],
        [say("快照"), view.snapshot.stamp],
        [say("指紋"), facts.fingerprint],
        [say("依據"), facts.source_title],
        [say("定義檔代號"), facts.definition_hash],
        [say("版本"), facts.version],
    ]
    if facts.sample:
        rows.append([say("示範資料"), say("是")])
    return Sheet(say("資料快照"), [say(name) for name in FACTS], rows, 1)


def _flags(view: View, kpis: Kpis, labels: Labels) -> Sheet:
    names = {table.table_name: table.label for table in ask(view, SourceTable)}
    rows = [
        [
            kpis[row.kpi, row.period].label,
            *([labels[row.period]] if labels else []),
            row.school,
            say(FLAGS[row.flag].source_text),
            names.get(row.table, row.table),
            row.file,
            row.line,
            row.message,
        ]
        for row in ask(view, KpiFlag, on=view.on)
        if (row.kpi, row.period) in kpis
    ]
    return Sheet(say("資料註記"), _head(CAUSES, labels), rows, 1)
