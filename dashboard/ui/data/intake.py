"""The sources: the rows read, accepted and rejected of each table, and every file and worksheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from dashboard.language.markup import BLANK, Markup, join
from dashboard.language.texts import later, say
from dashboard.language.words import fingerprint, listing, moment, number, percent, size
from dashboard.rows import Facts, Input, SourceTable, UnusedColumn
from dashboard.ui.base import paper
from dashboard.ui.base.parts import BREAK, Cell, element, heading, notice, outward, stored
from dashboard.ui.base.table import Column, Table
from dashboard.ui.frame.freshness import Times

COUNTS = {
    "files": later("檔案數"),
    "read": later("讀入"),
    "accepted": later("採用"),
    "duplicate": later("重複"),
    "rejected": later("退回"),
    "no_record": later("其中不是紀錄"),
    "warnings": later("警告"),
}
OF_FILE = ("read", "accepted", "duplicate", "rejected", "no_record")
LISTED = 20
NO_TIMES = Times(None, None, None)


def sources(tables: Sequence[SourceTable], listed: Table[SourceTable]) -> Markup:
    """The section of the sources: the table of all, and their sum."""
    sentence = say("讀入 = 採用 + 重複 + 退回，逐檔相符")
    return heading(say("來源"), sentence) + replace(listed, rows=[*tables, _sum(tables)]).html()


def source_table(tables: Sequence[SourceTable], times: Mapping[str, Times], year: int) -> Table[SourceTable]:
    """The table of sources: row counts (read = accepted + duplicate + rejected), last change and last check.

    A table that was not supplied has blanks, not zeros.
    """

    def of(row: SourceTable) -> Times:
        return times.get(row.table_name, NO_TIMES)

    columns = [
        Column[SourceTable](say("資料表"), lambda row: row.label, _label, "l"),
        _count("files", lambda row: number(row.files) if row.supplied else _not_supplied()),
        *map(_count, ("read", "accepted", "duplicate")),
        _count("rejected", _rejected),
        _count("no_record"),
        Column[SourceTable](say("退回率"), cell=_share),
        _count("warnings", _warned),
        Column[SourceTable](
            say("最後變動"), lambda row: of(row).changed, lambda row: _changed(of(row), year)
        ),
        Column[SourceTable](
            say("最後檢查"), lambda row: of(row).read, lambda row: _moment(of(row).read, year)
        ),
    ]
    return Table(say("各資料表的列數"), columns, tables, "wide", _kind_of_row)


def _count(name: str, cell: Callable[[SourceTable], object] | None = None) -> Column[SourceTable]:
    """A column of the counts of `COUNTS`."""
    return Column(say(COUNTS[name]), lambda row: getattr(row, name) if row.supplied else None, cell)


def _sum(tables: Sequence[SourceTable]) -> SourceTable:
    """The sum of all tables, which has no table's name."""
    counts = {name: sum(getattr(row, name) for row in tables) for name in COUNTS}
    return SourceTable(table_name="", label=say("合計"), supplied=True, changed_at=None, **counts)


def _kind_of_row(row: SourceTable) -> str:
    return "" if row.table_name else "sum"


def _label(row: SourceTable) -> str:
    return element("b", row.label) if row.table_name else row.label


def _not_supplied() -> Markup:
    return element("span", say("? 未提供"), kind="tag t-no_data")


def _rejected(row: SourceTable) -> str:
    if not row.supplied:
        return ""
    return element("b", number(row.rejected)) if row.rejected else "0"


def _share(row: SourceTable) -> str:
    """The share of rows that were rejected though they are records."""
    if not row.supplied:
        return ""
    return percent(row.rejected - row.no_record, row.read) if row.rejected > row.no_record else "–"


def _warned(row: SourceTable) -> str:
    if not row.supplied:
        return ""
    return f"! {number(row.warnings)}" if row.warnings else "0"


def _changed(times: Times, year: int) -> str:
    """A table's last change; one longer ago than the definition allows is marked."""
    changed = _moment(times.changed, year)
    if times.quiet is None:
        return changed
    message = say("! {n} 天沒有變動", n=number(times.quiet))
    return join([changed, element("span", message, kind="tag t-behind")], " ")


def _moment(at: datetime | None, year: int) -> str:
    return moment(at, year) if at else ""


def files(inputs: Sequence[Input], year: int) -> Table[Input]:
    """The table of every file and worksheet, also those that belong to no table; its file has the sizes in bytes."""

    def of_file(name: str, on_page: bool = True) -> Column[Input]:
        return Column(say(COUNTS[name]), lambda row: getattr(row, name), on_page=on_page)

    columns = [
        Column[Input](say("檔案"), _name, lambda row: _linked(row) + _note(row), "l", is_wide=True),
        Column[Input](say("資料表"), lambda row: row.label, _table_of, "l"),
        Column[Input](say("大小"), lambda row: row.size, lambda row: size(row.size)),
        Column[Input](
            say("修改時間"), lambda row: row.modified_at, lambda row: moment(row.modified_at, year)
        ),
        Column[Input](say("編碼"), lambda row: row.encoding),
        *map(of_file, OF_FILE),
        of_file("warnings", on_page=False),
        Column[Input](say("備註"), _remark, on_page=False),
        Column[Input](say("連結"), lambda row: row.link, on_page=False),
    ]
    return Table(say("讀到的檔案"), columns, inputs, "wide")


def _table_of(row: Input) -> Cell | str:
    if row.label:
        return row.label
    why = say("讀不進來") if row.problem else say("沒有讀") if row.left_out else say("不屬於任何資料表")
    return Cell(why, "l mut")


def _remark(row: Input) -> str | None:
    return row.problem or row.stale_because or row.left_out or row.note


def _linked(row: Input | UnusedColumn) -> Markup:
    return outward(row.link, _name(row)) if row.link else join([_name(row)])


def _note(row: Input) -> Markup:
    note = row.stale_because or row.note or row.left_out
    return BREAK + element("span", "! ", stored(note), kind="mut") if note else BLANK


def _name(row: Input | UnusedColumn) -> str:
    is_named = not row.sheet or row.file.endswith(f"#{row.sheet}")
    return row.file if is_named else f"{row.file} · {row.sheet}"


def unreadable(inputs: Sequence[Input], limit: int = LISTED) -> Markup:
    """The notices on files that could not be read, or whose rows are those of a former reading."""
    broken = [row for row in inputs if row.problem or row.stale_because]
    notices = join(
        notice(f"✕ {_name(row)}", stored(row.problem), "failed")
        if row.problem
        else notice(f"! {_name(row)}", stored(row.stale_because), "warning")
        for row in broken[:limit]
    )
    left = len(broken) - limit
    if left <= 0:
        return notices
    more = say("另有 {n} 個檔案讀不進來，列在下方「檔案」。", n=number(left))
    return notices + element("p", more, kind="foot")


def unused(inputs: Sequence[Input], columns: Sequence[UnusedColumn], limit: int = LISTED) -> Markup:
    """The sections on columns that are probably misnamed, and on files and worksheets that were not read."""
    out, near = [row for row in inputs if row.left_out], [row for row in columns if row.likely]
    sections = BLANK
    if near:
        sentence = say("這些欄名不是任何一欄，但很像；若是，請改成右邊的欄名，資料才會用到。")
        listed = unused_columns(near[:limit]).html()
        sections += _section(say("可能認錯的欄名"), sentence, listed, len(near) - limit)
    if out:
        sentence = say(
            "檔名、工作表名稱與標題列都看不出是哪一張資料表，或是隱藏的工作表，或是已經不在的檔案。"
        )
        listed = _left_out(out[:limit]).html()
        sections += _section(say("沒有讀的檔案與工作表"), sentence, listed, len(out) - limit)
    return sections


def _left_out(inputs: Sequence[Input]) -> Table[Input]:
    """The table of files and worksheets that were not read."""
    columns = [
        Column[Input](say("檔案或工作表"), cell=_linked, kind="l", is_wide=True),
        Column[Input](say("可能是"), cell=lambda row: row.likely_label, kind="l"),
        Column[Input](say("怎麼辦"), cell=lambda row: stored(row.left_out), kind="l", is_wide=True),
    ]
    return Table(say("沒有讀的檔案與工作表"), columns, inputs, "wide")


def _section(title: str, sentence: str, listed: Markup, left: int) -> Markup:
    more = say("另有 {n} 項，列在下方「檔案與工作表」。", n=number(left)) if left > 0 else ""
    foot = element("p", more, kind="foot") if more else BLANK
    return join([heading(title, sentence), listed, foot])


def columns(rows: Sequence[UnusedColumn], listed: Table[UnusedColumn]) -> Markup:
    """The section of unused columns; blank without any."""
    return _section(say("沒有用到的欄"), "", listed.html(), 0) if rows else BLANK


def unused_columns(rows: Sequence[UnusedColumn], limit: int = 500) -> Table[UnusedColumn]:
    """The table of unused columns that hold values, each with its file and the column that it probably is."""
    columns = [
        Column[UnusedColumn](say("檔案或工作表"), _name, _linked, "l", is_wide=True),
        Column[UnusedColumn](say("欄"), _column, kind="l", is_wide=True),
        Column[UnusedColumn](say("有填的格數"), lambda row: row.filled),
        Column[UnusedColumn](say("可能是"), lambda row: row.likely_header, kind="l"),
    ]
    return Table(say("沒有用到的欄"), columns, paper.page(rows, None, limit), "wide")


def _column(row: UnusedColumn) -> str:
    return say("{name}（{letters} 欄）", name=row.header or say("（沒有欄名）"), letters=row.letters)


def lead(tables: Sequence[SourceTable], inputs: Sequence[Input]) -> Markup:
    """The summary of the data page: rows read and rejected, and missing tables and files."""
    total = _sum(tables)
    wrong = total.rejected - total.no_record
    share = percent(wrong, total.read) if wrong else "0%"
    absent = [row.label for row in tables if not row.supplied]
    broken = sum(1 for row in inputs if row.problem)
    stale = sum(1 for row in inputs if row.stale_because)
    out = sum(1 for row in inputs if row.likely)
    summary = say(
        "讀入 {read} 列，{rejected} 列被退回（{share}）。",
        read=number(total.read),
        rejected=number(wrong),
        share=share,
    )
    sentences = [
        element("b", summary),
        say("另有 {n} 列不是紀錄（合計、範例、簽章等），不必改。", n=number(total.no_record)) if total.no_record else "",
        say("尚未提供：{tables}。", tables=listing(absent)) if absent else "",
        say("{n} 個檔案讀不進來。", n=number(broken)) if broken else "",
        say("{n} 個檔案沿用先前讀到的列。", n=number(stale)) if stale else "",
        say("{n} 個檔案或工作表像資料表，但沒有讀。", n=number(out)) if out else "",
        say(
            "{read} = 採用 {accepted} + 重複 {duplicate} + 退回 {rejected}。",
            read=number(total.read),
            accepted=number(total.accepted),
            duplicate=number(total.duplicate),
            rejected=number(total.rejected),
        ),
    ]  # fmt: skip
    return join(sentences)


def origin(facts: Facts) -> str:
    """The line on the source, hash and version of the definition, and on what is invented in sample data."""
    line = say(
        "定義依據：{source} · 定義檔 {hash} · 版本 {version}",
        source=facts.source_title,
        hash=fingerprint(facts.definition_hash),
        version=facts.version,
    )
    sample = say("示範資料的人名與紀錄都是虛構；班級數為 113 學年度的公開數字") if facts.sample else ""
    return " · ".join(filter(None, (line, sample)))
