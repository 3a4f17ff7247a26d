"""Rows that were rejected or taken with a warning: where, what is wrong, how to mend it, and which school to notify."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.texts import later, say
from dashboard.language.words import LATE, listing, number, sentence
from dashboard.questions import View, ask
from dashboard.rows import Kpi, Refused, Reject, RejectCount, SchoolBound, SchoolReject, SchoolResult
from dashboard.ui.base import faults, paper, parts
from dashboard.ui.base.address import asked
from dashboard.ui.base.parts import anchor, element, pills
from dashboard.ui.base.table import Column, Table

SEVERITIES = {
    "rejected": later("被退回"),
    "warning": later("有警告（列仍採用）"),
    "no_record": later("不是紀錄（不必改）"),
}
SIZE = 20  # rows of a page
TITLES = {
    "rejected": later("被退回的列"),
    "warning": later("有警告的列"),
    "no_record": later("不是紀錄的列"),
}
HEADINGS = {
    "rejected": later("被退回：{n} 列，怎麼改"),
    "warning": later("有警告（列仍採用）：{n} 列，怎麼改"),
    "no_record": later("不是紀錄：{n} 列，不必改"),
}
FACETS = {"table": later("資料表"), "reason": later("原因"), "school": later("學校")}


def chosen() -> dict[str, str | None]:
    """The filters that the address names."""
    facets = {name: asked(name) for name in FACETS}
    severity = asked("severity", SEVERITIES) or "rejected"
    return {"severity": severity, "fresh": asked("fresh", ("new",)), **facets}


def refused(
    rows: Sequence[Refused],
    counts: Sequence[RejectCount],
    chosen: Mapping[str, str | None],
    here: Callable[..., str],
) -> Markup:
    """The section of rejected rows: the filters and one page of rows, or a notice where the filters leave none."""
    severity = chosen["severity"] or "rejected"
    title = say(HEADINGS[severity], n=number(matching(counts, chosen)))
    if chosen["school"]:
        title = f"{chosen['school']} · {title}"
    blank = dict.fromkeys(chosen) | {"severity": severity}
    if any(chosen[name] for name in chosen if name != "severity"):
        nothing = parts.empty(say("目前的篩選沒有符合的列"), here(**blank))
    else:
        nothing = parts.notice(say("這裡沒有列"), say("沒有要改的列。"))
    about = say("原文照登，姓名可遮蔽；改原始檔後重新讀取即可")
    return join(
        [
            element("h2", title),
            element("p", about, kind="sub"),
            filters(counts, chosen, here),
            rejected(rows) or nothing,
        ]
    )


def page(view: View, counts: Sequence[RejectCount], chosen: Mapping[str, str | None]) -> paper.Page[Reject]:
    """The page of rejected rows that the address names, under its filters."""

    def get(first: int, last: int) -> Sequence[Reject]:
        return ask(view, Reject, on=view.on, **chosen, size=last - first, skip=first)

    return paper.Page(asked("page"), matching(counts, chosen), SIZE, get)


def rejected(rows: Sequence[Refused]) -> Markup:
    """The cards of one page of rows, on paper of all; blank where there is no row."""
    return _faults("rejects", rows, True) if rows else BLANK


def _faults(name: str, rows: Sequence[Refused], with_school: bool = False) -> Markup:
    def write(some: Iterable[Refused]) -> Markup:
        return join(faults.card(row, with_school=with_school) for row in some)

    before, after = paper.around("div", name, rows, write)
    return element("div", before, write(rows), after, kind="faults")


def silent(todo: str | None) -> Markup:
    """The sentence on why a figure is missing; `todo` says what to send."""
    if todo is None:
        return say_markup("缺這項的資料，不是 0。")
    return say_markup("缺這項的資料，不是 0；{todo}。", todo=element("b", todo))


def own_rejects(
    rows: Sequence[SchoolReject], figure: SchoolResult, limit: int = 20, others: Markup = BLANK
) -> Markup:
    """The section of a school's rows that could count in a figure and were not taken.

    Its title says where they may be why the figure is late. `others` is the line on rows that cannot count.
    """
    if not rows:
        return others
    title = _counts(rows)
    if figure.status in LATE and figure.gap:
        title = say("{counts}，可能就是原因", counts=title)
    return element("div", element("h3", title), _listed(rows, limit), others, kind="refused")


def apart(
    view: View, school: str, kpi: Kpi, rejects: Sequence[SchoolReject], possible: Sequence[SchoolBound]
) -> tuple[list[SchoolReject], Markup]:
    """The rejected rows of an indicator's table that could count in it, and a line on the others."""
    fit = {(row.file, row.line) for row in possible if row.kpi == kpi.kpi}
    own = [row for row in rejects if row.table_name == kpi.table_name]
    others = [row for row in own if (row.file, row.line) not in fit]
    if not others:
        return own, BLANK
    severity = "rejected" if any(row.severity == "rejected" for row in others) else "warning"
    there = view.link("data", school=school, table=kpi.table_name, severity=severity)
    line = say("另有 {n} 列與本項無關", n=number(len(others)))
    return [row for row in own if row not in others], element("p", anchor(there, line), kind="foot")


def other_rejects(rows: Sequence[SchoolReject], tables: Collection[str]) -> Markup:
    """The section of a school's rejected rows in tables of no indicator: the rosters."""
    others = [row for row in rows if row.table_name not in tables]
    if not others:
        return BLANK
    labels = listing(list(dict.fromkeys(row.table_label for row in others)))
    title = say("{tables}：{counts}", tables=labels, counts=_counts(others))
    return element("h2", title) + _listed(others)


def _listed(rows: Sequence[SchoolReject], limit: int = 20) -> Markup:
    cards = _faults(f"rejects {rows[0].table_name}", paper.page(rows, None, limit))
    left = len(rows) - limit
    if left <= 0:
        return cards
    return cards + element("p", say("另有 {n} 列，見資料頁。", n=number(left)), kind="foot onscreen")


def _counts(rows: Sequence[SchoolReject]) -> str:
    """「3 列被退回、1 列有警告」."""
    refused = sum(row.severity == "rejected" for row in rows)
    warned = len(rows) - refused
    counts = [say("{n} 列被退回", n=refused)] if refused else []
    return listing([*counts, *([say("{n} 列有警告", n=warned)] if warned else [])])


def titled(chosen: Mapping[str, str | None]) -> str:
    """The title of the rows of the chosen severity."""
    return say(TITLES[chosen["severity"] or "rejected"])


def table(rows: Sequence[Refused] | Callable[[], Sequence[Refused]]) -> Table[Refused]:
    """The file of rejected rows."""
    columns = [
        Column[Refused](say("嚴重程度"), lambda row: say(SEVERITIES[row.severity])),
        Column[Refused](say("資料表"), lambda row: row.table_label),
        Column[Refused](say("檔案"), lambda row: row.file),
        Column[Refused](say("列號"), lambda row: row.line),
        Column[Refused](say("儲存格"), lambda row: row.cell),
        Column[Refused](say("原因"), lambda row: row.reason_label),
        Column[Refused](say("怎麼改"), sentence),
        Column[Refused](say("可能是"), lambda row: row.suggestion),
        Column[Refused](say("可能影響"), lambda row: listing(row.could or [])),
        Column[Refused](say("原文"), lambda row: row.original),
        Column[Refused](say("校名"), lambda row: row.school_name),
        Column[Refused](say("連結"), lambda row: row.link),
    ]
    return Table(say("被退回與警告的列"), columns, rows)


def every(view: View, chosen: Mapping[str, str | None]) -> Table[Refused]:
    """The file of all rejected rows that the filters leave."""
    return table(lambda: ask(view, Reject, on=view.on, **chosen, size=None, skip=0))


def matching(counts: Sequence[RejectCount], chosen: Mapping[str, str | None]) -> int:
    """How many rows all filters together leave: the counts of one facet, narrowed to its choice."""
    own = chosen["table"]
    return sum(row.rows for row in counts if row.facet == "table" and own in (None, row.value))


def filters(
    counts: Sequence[RejectCount], chosen: Mapping[str, str | None], here: Callable[..., str], most: int = 12
) -> Markup:
    """The filters as pills with their counts: severity, table, reason and the `most` schools with most rows."""
    by_facet = {
        facet: [row for row in counts if row.facet == facet] for facet in ("severity", "fresh", *FACETS)
    }
    many = {row.value: row.rows for row in by_facet["severity"]}
    severities = [
        (
            f"{say(label)} {number(many.get(code, 0))}",
            here(severity=code, table=None, reason=None),
            chosen["severity"] == code,
        )
        for code, label in SEVERITIES.items()
    ]
    lines = [pills(severities, say("種類"))]
    fresh = next((row.rows for row in by_facet["fresh"]), None)
    if fresh is not None:
        choices = [(say("全部"), here(fresh=None), chosen["fresh"] is None)]
        choices.append(
            (say("新出現 {count}", count=number(fresh)), here(fresh="new"), chosen["fresh"] == "new")
        )
        lines.append(pills(choices, say("比上次")))
    lines += [
        _facet(facet, by_facet[facet][:most], chosen[facet], here)
        for facet in FACETS
        if by_facet[facet] or chosen[facet]
    ]
    return join(lines)


def _facet(facet: str, rows: Sequence[RejectCount], chosen: str | None, here: Callable[..., str]) -> Markup:
    """The pills of one filter; the chosen one stays even where the other filters leave it no row."""
    if chosen and chosen not in {row.value for row in rows}:
        rows = [*rows, RejectCount(facet, chosen, "", 0, 0)]
    choices = [(say("全部"), here(**{facet: None}), chosen is None)]
    choices += [
        (
            f"{row.label or row.value} {number(row.rows)}",
            here(**{facet: row.value}),
            chosen == row.value,
        )
        for row in rows
        if row.value
    ]
    return pills(choices, say(FACETS[facet]))
