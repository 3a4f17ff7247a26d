"""The sources: the rows read, accepted and rejected of each table, and every file and worksheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from dashboard.language.markup import BLANK, Markup, join
from dashboard.language.texts import later, say
from dashboard.language.words import escape, fingerprint, listing, moment, number, percent, size
from dashboard.ui.base import paper
from dashboard.ui.base.parts import BREAK, Cell, Line, count, element, notice, outward, stored, table, text
from dashboard.ui.frame.freshness import Times

Row = Any
COUNTS = {
    "files": later("檔案數"),
    "read": later("讀入"),
    "accepted": later("採用"),
    "duplicate": later("重複"),
    "rejected": later("退回"),
    "no_record": later("其中不是紀錄"),
    "warnings": later("警告"),
}
TIMES = (later("最後變動"), later("最後檢查"))
OF_FILE = ("read", "accepted", "duplicate", "rejected", "no_record")
UNUSED = (later("檔案或工作表"), later("欄"), later("有填的格數"), later("可能是"))
LISTED = 20
FILES = (later("檔案"), later("資料表"), later("大小"), later("修改時間"), later("編碼"))


def sources(tables: Sequence[Row], times: Mapping[str, Times], year: int) -> Markup:
    """The table of sources: row counts (read = accepted + duplicate + rejected), last change and last check."""
    names = [
        *(COUNTS[name] for name in (*_SHARED, "rejected", "no_record")),
        later("退回率"),
        COUNTS["warnings"],
        *TIMES,
    ]
    header = [Cell(say("資料表"), "l"), *(Cell(say(name)) for name in names)]
    lines = [("", [*_source(row), *_times(times[row.table_name], year)]) for row in tables]
    total = SimpleNamespace(**_sums(tables))
    lines.append(("sum", [Cell(say("合計"), "l"), *_counted(total), Cell(""), Cell("")]))
    sentence = say("讀入 = 採用 + 重複 + 退回，逐檔相符")
    head = f'<h2>{say("來源")}</h2><p class="sub">{sentence}</p>'
    return Markup(head) + table(say("各資料表的列數"), header, lines, "wide")


_SHARED = ("files", "read", "accepted", "duplicate")


def _sums(tables: Sequence[Row]) -> dict[str, int]:
    return {name: sum(getattr(row, name) or 0 for row in tables) for name in COUNTS}


def _source(row: Row) -> list[Cell]:
    name = Cell(element("b", row.label), "l")
    if not row.supplied:
        blank = [Cell(element("span", say("? 未提供"), kind="tag t-no_data")), *([Cell("")] * 7)]
        return [name, *blank]
    return [name, *_counted(row)]


def _times(times: Times, year: int) -> list[Cell]:
    """The cells of a table's last change and last check; a change longer ago than the definition allows is marked."""
    changed, read = (moment(at, year) if at else "" for at in times[:2])
    if times.quiet is not None:
        message = say("! {n} 天沒有變動", n=number(times.quiet))
        changed = join([changed, element("span", message, kind="tag t-behind")], " ")
    return [Cell(changed), Cell(read)]


def _counted(row: Row) -> list[Cell]:
    rejected = element("b", number(row.rejected)) if row.rejected else "0"
    apart = count(row.no_record)
    share = percent(row.rejected - row.no_record, row.read) if row.rejected > row.no_record else "–"
    warned = f"! {number(row.warnings)}" if row.warnings else "0"
    return [
        *(count(getattr(row, name)) for name in _SHARED),
        Cell(rejected),
        apart,
        Cell(share),
        Cell(warned),
    ]


def source_header() -> list[str]:
    """The header of the sources' file."""
    return [say("資料表"), *(say(name) for name in (*COUNTS.values(), *TIMES))]


def source_rows(tables: Sequence[Row], times: Mapping[str, Times]) -> list[list[object]]:
    """The rows of the sources' file; a table that was not supplied has blanks, not zeros."""
    return [
        [
            row.label,
            *(getattr(row, name) if row.supplied else None for name in COUNTS),
            *times[row.table_name][:2],
        ]
        for row in tables
    ]


def files(inputs: Sequence[Row], year: int) -> Markup:
    """The table of every file and worksheet, also those that belong to no table."""
    names = [*FILES, *(COUNTS[name] for name in OF_FILE)]
    header = [Cell(say(name), "l" if at < 2 else "") for at, name in enumerate(names)]
    return table(say("讀到的檔案"), header, [("", _file(row, year)) for row in inputs], "wide")


def _file(row: Row, year: int) -> list[Cell]:
    label = row.label or (
        say("讀不進來") if row.problem else say("沒有讀") if row.left_out else say("不屬於任何資料表")
    )
    return [
        Cell(join([_linked(row).body, _note(row)]), "l w"),
        text(label, "l" if row.label else "l mut"),
        Cell(size(int(row.size)) if row.size is not None else ""),
        Cell(moment(row.modified_at, year) if row.modified_at else ""),
        text(row.encoding or "", ""),
        *(Cell(number(getattr(row, name), "")) for name in OF_FILE),
    ]


def _linked(row: Row) -> Cell:
    return Cell(outward(row.link, _name(row)) if row.link else _name(row), "l w")


def _note(row: Row) -> Markup:
    note = row.stale_because or row.note or row.left_out
    return BREAK + element("span", "! ", stored(note), kind="mut") if note else BLANK


def _name(row: Row) -> str:
    named = not row.sheet or str(row.file).endswith(f"#{row.sheet}")
    return str(row.file) if named else f"{row.file} · {row.sheet}"


def file_header() -> list[str]:
    """The header of the files' file."""
    counts = [COUNTS[name] for name in (*OF_FILE, "warnings")]
    return [say(name) for name in (*FILES, *counts, later("備註"), later("連結"))]


def file_rows(inputs: Sequence[Row]) -> list[list[object]]:
    """The rows of the files' file: counts, the size in bytes, and the reader's note."""
    return [
        [_name(row), row.label, row.size, row.modified_at, row.encoding]
        + [getattr(row, name) for name in (*OF_FILE, "warnings")]
        + [row.problem or row.stale_because or row.left_out or row.note, row.link]
        for row in inputs
    ]


def unreadable(inputs: Sequence[Row], limit: int = LISTED) -> Markup:
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


def unused(inputs: Sequence[Row], columns: Sequence[Row], limit: int = LISTED) -> Markup:
    """The sections on columns that are probably misnamed, and on files and worksheets that were not read."""
    out, near = [row for row in inputs if row.left_out], [row for row in columns if row.likely]
    sections = BLANK
    if near:
        sentence = say("這些欄名不是任何一欄，但很像；若是，請改成右邊的欄名，資料才會用到。")
        sections += _section(say("可能認錯的欄名"), sentence, _columns(near[:limit]), len(near) - limit)
    if out:
        sentence = say(
            "檔名、工作表名稱與標題列都看不出是哪一張資料表，或是隱藏的工作表，或是已經不在的檔案。"
        )
        header = [Cell(say(name), "l") for name in (later("檔案或工作表"), later("可能是"), later("怎麼辦"))]
        lines = [("", [_linked(row), text(row.likely_label or "", "l"), _reason(row)]) for row in out[:limit]]
        listed = table(say("沒有讀的檔案與工作表"), header, lines, "wide")
        sections += _section(say("沒有讀的檔案與工作表"), sentence, listed, len(out) - limit)
    return sections


def _reason(row: Row) -> Cell:
    return Cell(stored(row.left_out), "l w")


def _section(title: str, sentence: str, listed: Markup, left: int) -> Markup:
    more = say("另有 {n} 項，列在下方「檔案與工作表」。", n=number(left)) if left > 0 else ""
    foot = element("p", more, kind="foot") if more else BLANK
    return join([element("h2", title), element("p", sentence, kind="sub"), listed, foot])


def columns(rows: Sequence[Row], limit: int = 500) -> Markup:
    """The section of unused columns, at most `limit`; blank without any."""
    return _section(say("沒有用到的欄"), "", _columns(paper.page(rows, None, limit)), 0) if rows else BLANK


def _columns(columns: Sequence[Row]) -> Markup:
    """The table of unused columns that hold values, each with its file and the column that it probably is."""
    header = [Cell(say(name), "" if at == 2 else "l") for at, name in enumerate(UNUSED)]

    def line(row: Row) -> Line:
        return "", [
            _linked(row),
            text(_column(row), "l w"),
            count(row.filled),
            text(row.likely_header or "", "l"),
        ]

    return paper.table(say("沒有用到的欄"), header, columns, line, "wide")


def _column(row: Row) -> str:
    named = row.header if row.header else say("（沒有欄名）")
    return say("{name}（{letters} 欄）", name=named, letters=row.letters)


def unused_header() -> list[str]:
    """The header of the unused columns' file."""
    return [say(name) for name in UNUSED]


def unused_rows(columns: Sequence[Row]) -> list[list[object]]:
    """The rows of the unused columns' file."""
    return [[_name(row), _column(row), row.filled, row.likely_header] for row in columns]


def lead(tables: Sequence[Row], inputs: Sequence[Row]) -> Markup:
    """The summary of the data page: rows read and rejected, and missing tables and files."""
    sums = _sums(tables)
    wrong = sums["rejected"] - sums["no_record"]
    share = percent(wrong, sums["read"]) if wrong else "0%"
    absent = [escape(row.label) for row in tables if not row.supplied]
    broken = sum(1 for row in inputs if row.problem)
    counts = {name: number(value) for name, value in sums.items()}
    summary = say(
        "讀入 {read} 列，{rejected} 列被退回（{share}）。",
        read=counts["read"],
        rejected=number(wrong),
        share=share,
    )
    summary = f"<b>{summary}</b>"
    if sums["no_record"]:
        summary += say("另有 {n} 列不是紀錄（合計、範例、簽章等），不必改。", n=counts["no_record"])
    summary += say("尚未提供：{tables}。", tables=listing(absent)) if absent else ""
    summary += say("{n} 個檔案讀不進來。", n=number(broken)) if broken else ""
    stale = sum(1 for row in inputs if row.stale_because)
    summary += say("{n} 個檔案沿用先前讀到的列。", n=number(stale)) if stale else ""
    out = sum(1 for row in inputs if row.likely)
    summary += say("{n} 個檔案或工作表像資料表，但沒有讀。", n=number(out)) if out else ""
    equation = say(
        "{read} = 採用 {accepted} + 重複 {duplicate} + 退回 {rejected}。",
        **_of(counts, "read", "accepted", "duplicate", "rejected"),
    )
    return Markup(summary + equation)


def _of(counts: dict[str, str], *names: str) -> dict[str, str]:
    return {name: counts[name] for name in names}


def origin(facts: Row) -> str:
    """The line on the source, hash and version of the definition, and on what is invented in sample data."""
    line = say(
        "定義依據：{source} · 定義檔 {hash} · 版本 {version}",
        source=facts.source_title,
        hash=fingerprint(str(facts.definition_hash)),
        version=facts.version,
    )
    sample = say("示範資料的人名與紀錄都是虛構；班級數為 113 學年度的公開數字") if facts.sample else ""
    return " · ".join(filter(None, (line, sample)))
