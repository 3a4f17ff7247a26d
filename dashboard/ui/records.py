"""The data page's tables: what was read, what was not taken and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from types import SimpleNamespace

from dashboard.ui.parts import Cell, anchor, count, notice, outward, pills, table, text
from dashboard.ui.words import escape, fingerprint, moment, number, percent, size, written_day

Row = SimpleNamespace
SEVERITIES = {"rejected": "被退回", "warning": "有警告（列仍採用）"}
CSV_HEADER = (
    "嚴重程度",
    "資料表",
    "檔案",
    "列",
    "儲存格",
    "原因",
    "怎麼改",
    "可能是",
    "原文",
    "學校",
    "連結",
)


def sources(tables: Sequence[Row]) -> str:
    """Rows in and out of each table; read = accepted + duplicate + rejected."""
    header = [
        Cell(name, "l" if name == "資料表" else "")
        for name in ("資料表", "檔案", "讀入", "採用", "重複", "退回", "退回率", "警告")
    ]
    lines = [("", _source(row)) for row in tables]
    total = Row(**{name: sum(getattr(row, name) or 0 for row in tables) for name in _COUNTS})
    lines.append(("sum", [Cell("合計", "l"), *_counted(total)]))
    return table("各資料表的列數", header, lines, "wide")


_COUNTS = ("files", "read", "accepted", "duplicate", "rejected", "warnings")


def _source(row: Row) -> list[Cell]:
    name = Cell(f"<b>{escape(row.label)}</b>", "l")
    if not row.supplied:
        blank = [Cell('<span class="tag t-no_data">? 未提供</span>'), *([Cell("")] * 6)]
        return [name, *blank]
    return [name, *_counted(row)]


def _counted(row: Row) -> list[Cell]:
    rejected = f"<b>{number(row.rejected)}</b>" if row.rejected else "0"
    share = percent(row.rejected, row.read) if row.rejected else "–"
    warned = f"! {number(row.warnings)}" if row.warnings else "0"
    return [
        count(row.files),
        count(row.read),
        count(row.accepted),
        count(row.duplicate),
        Cell(rejected),
        Cell(share),
        Cell(warned),
    ]


def files(inputs: Sequence[Row], year: int) -> str:
    """Every file and worksheet, also those that belong to no table."""
    names = ("檔案", "資料表", "大小", "修改時間", "編碼", "讀入", "採用", "重複", "退回")
    header = [Cell(name, "l" if at < 2 else "") for at, name in enumerate(names)]
    lines = [
        (
            "",
            [
                Cell(f"{_source_of(row)}{_note(row)}", "l w"),
                text(
                    row.label or ("讀不進來" if row.problem else "不屬於任何資料表"),
                    "l" if row.label else "l mut",
                ),
                Cell(size(int(row.size)) if row.size is not None else ""),
                Cell(moment(row.modified_at, year) if row.modified_at else ""),
                text(row.encoding or "", ""),
                *(
                    Cell(number(getattr(row, name), ""))
                    for name in ("read", "accepted", "duplicate", "rejected")
                ),
            ],
        )
        for row in inputs
    ]
    return table("讀到的檔案", header, lines, "wide")


def _source_of(row: Row) -> str:
    return outward(row.link, _file(row)) if row.link else escape(_file(row))


def _note(row: Row) -> str:
    return f'<br><span class="mut">! {escape(row.note)}</span>' if row.note else ""


def _file(row: Row) -> str:
    named = not row.sheet or str(row.file).endswith(f"#{row.sheet}")
    return str(row.file) if named else f"{row.file} · {row.sheet}"


def unreadable(inputs: Sequence[Row], limit: int = 20) -> str:
    """The files that could not be read, each with what is wrong; the others are not affected."""
    broken = [row for row in inputs if row.problem]
    shown = "".join(notice(f"✕ {_file(row)}", escape(row.problem), "failed") for row in broken[:limit])
    more = (
        f'<p class="foot">另有 {number(len(broken) - limit)} 個檔案讀不進來，列在下方「檔案」。</p>'
        if len(broken) > limit
        else ""
    )
    return shown + more


def rejected(rows: Sequence[Row]) -> str:
    """The rows of one page: where, what, and how to mend it; nothing where there is no row."""
    if not rows:
        return ""
    names = ("檔案", "列", "原因", "原文", "怎麼改", "學校")
    header = [Cell(name, "" if name == "列" else "l") for name in names]
    lines = [
        (
            "",
            [
                Cell(f"{_new(row)}{_place(row)}", "l w"),
                Cell(number(row.line, "")),
                text(row.reason_label, "l"),
                Cell(f"<code>{escape(_cut(row.original))}</code>", "l w"),
                Cell(_advice(row), "l w"),
                text(row.school_name or "–", "l"),
            ],
        )
        for row in rows
    ]
    return table("被退回與有警告的列", header, lines, "wide rows")


def _place(row: Row) -> str:
    """The file; of a spreadsheet, a link to the very cell."""
    if not row.link:
        return escape(row.file)
    return f"{escape(row.file)} {outward(row.link, row.cell or '開啟')}"


def _new(row: Row) -> str:
    return '<span class="tag t-new">新</span> ' if row.is_new else ""


def _advice(row: Row) -> str:
    """The message says what is wrong; a suggestion is a guess and is said as one."""
    told = row.suggestion and row.suggestion not in row.message
    guess = f'<span class="mut">（可能是「{escape(row.suggestion)}」，請確認）</span>' if told else ""
    return f"{escape(row.message)}{guess}"


def _cut(original: str | None, limit: int = 160) -> str:
    """The row as it was written; a cell of ten megabytes is not."""
    whole = original or ""
    return whole if len(whole) <= limit else f"{whole[:limit]}…"


def own_rejects(rows: Sequence[Row], limit: int = 20) -> str:
    """A school's own rows that were not taken, beside the figure they may have lowered."""
    if not rows:
        return ""
    refused = sum(row.severity == "rejected" for row in rows)
    warned = len(rows) - refused
    told = "、".join(
        text for text, many in ((f"{refused} 列被退回", refused), (f"{warned} 列有警告", warned)) if many
    )
    lines = "".join(
        f'<div><span class="mut">{_place(row)} · 第 {number(row.line, "?")} 列</span>'
        f"<span><code>{escape(_cut(row.original))}</code></span>"
        f"<span>{'! 警告：' if row.severity == 'warning' else ''}{_advice(row)}</span></div>"
        for row in rows[:limit]
    )
    more = f'<p class="foot">另有 {number(len(rows) - limit)} 列，見資料頁。</p>' if len(rows) > limit else ""
    return (
        f'<div style="margin-top:14px"><h3>{told}，可能就是原因</h3><div class="rej">'
        f'<div class="h"><span>檔案 · 列</span><span>原文</span><span>怎麼改</span></div>'
        f"{lines}</div>{more}</div>"
    )


def csv_rows(rows: Sequence[Row]) -> list[list[object]]:
    """The rejected rows as the download writes them."""
    return [
        [
            SEVERITIES.get(row.severity, row.severity),
            row.table_label,
            row.file,
            row.line,
            row.cell,
            row.reason_label,
            row.message,
            row.suggestion,
            row.original,
            row.school_name,
            row.link,
        ]
        for row in rows
    ]


def matching(counts: Sequence[Row], chosen: Mapping[str, str | None]) -> int:
    """How many rows all filters together leave: any facet's counts, narrowed to its own choice."""
    own = chosen["table"]
    return sum(row.rows for row in counts if row.facet == "table" and own in (None, row.value))


def lead(tables: Sequence[Row], inputs: Sequence[Row]) -> str:
    """Rows in and out, and what is missing."""
    sums = {name: sum(getattr(row, name) or 0 for row in tables) for name in _COUNTS}
    share = f"（{percent(sums['rejected'], sums['read'])}）" if sums["rejected"] else ""
    absent = [escape(row.label) for row in tables if not row.supplied]
    broken = sum(1 for row in inputs if row.problem)
    told = f"<b>讀入 {number(sums['read'])} 列，{number(sums['rejected'])} 列被退回{share}</b>"
    told += f"；尚未提供：{'、'.join(absent)}" if absent else ""
    told += f"；{number(broken)} 個檔案讀不進來" if broken else ""
    counts = (
        f"{number(sums['accepted'])} + 重複 {number(sums['duplicate'])} + 退回 {number(sums['rejected'])}"
    )
    return f"{told}。{number(sums['read'])} = 採用 {counts}。"


def origin(facts: Row) -> str:
    """Where the definition comes from, and what about the sample is not of that year."""
    definition = fingerprint(str(facts.definition_hash))
    line = f"定義依據：{escape(facts.source_title)} · 定義檔 {definition} · 版本 {escape(facts.version)}"
    sample = " · 示範資料的人名與紀錄都是虛構；班級數為 113 學年度的公開數字" if facts.sample else ""
    return line + sample


def filters(
    counts: Sequence[Row], chosen: Mapping[str, str | None], here: Callable[..., str], most: int = 12
) -> str:
    """Severity, table and reason as pills with their counts; schools too, those with most rows."""
    found = {
        facet: [row for row in counts if row.facet == facet]
        for facet in ("severity", "fresh", "table", "reason", "school")
    }
    many = {row.value: row.rows for row in found["severity"]}
    lines = [
        pills(
            [
                (
                    f"{told} {number(many.get(code, 0))}",
                    here(severity=code, table=None, reason=None),
                    chosen["severity"] == code,
                )
                for code, told in SEVERITIES.items()
            ],
            "種類",
        )
    ]
    fresh = next((row.rows for row in found["fresh"]), None)
    if fresh is not None:
        told = [("全部", here(fresh=None), chosen["fresh"] is None)]
        told.append((f"新出現 {number(fresh)}", here(fresh="new"), chosen["fresh"] == "new"))
        lines.append(pills(told, "比上次"))
    for facet, name in (("table", "資料表"), ("reason", "原因"), ("school", "學校")):
        if not found[facet]:
            continue
        choices = [("全部", here(**{facet: None}), chosen[facet] is None)]
        choices += [
            (
                f"{row.label or row.value or '不屬於任何資料表'} {number(row.rows)}",
                here(**{facet: row.value}),
                chosen[facet] == row.value,
            )
            for row in found[facet][:most]
            if row.value
        ]
        lines.append(pills(choices, name))
    return "".join(lines)


def notices(schools: Sequence[Row], chosen: str | None, here: Callable[..., str]) -> str:
    """The schools that have something to mend, each with the way to its notice."""
    if not schools:
        return ""
    header = [
        Cell("學校", "l"),
        Cell("分組", "l"),
        Cell("退回"),
        Cell("其中新出現"),
        Cell("警告"),
        Cell("通知", "l"),
    ]
    lines = [
        (
            "sel" if row.school_name == chosen else "",
            [
                text(row.school_name, "l"),
                text(row.group_name or "", "l"),
                count(row.rejected),
                count(row.new),
                count(row.warnings),
                Cell(anchor(here(school=row.school_name, severity=None, fresh=None), "擬通知"), "l"),
            ],
        )
        for row in schools
    ]
    return table("各校要改的列", header, lines)


def notice_text(school: str, rows: Sequence[Row], built_at: datetime) -> str:
    """What to send to a school: which file or sheet, which row, what is wrong and how to mend it."""
    refused = [row for row in rows if row.severity == "rejected"]
    warned = [row for row in rows if row.severity == "warning"]
    lines = [f"{school} 您好：", f"依 {written_day(built_at.date())} {built_at:%H:%M} 讀到的資料，"]
    lines[1] += "、".join(
        part
        for part, many in (
            (f"有 {len(refused)} 列沒有採用", refused),
            (f"{len(warned)} 列已採用但有一格讀不懂", warned),
        )
        if many
    )
    lines[1] += "，請在原檔改正；改好後系統會自己重新讀取。"
    for number_, row in enumerate([*refused, *warned], 1):
        where = f"第 {row.line} 列" if row.line else ""
        cell = f"（{row.cell} 格）" if row.cell else ""
        guess = (
            f"可能是「{row.suggestion}」，請確認。"
            if row.suggestion and row.suggestion not in row.message
            else ""
        )
        lines.append(f"{number_}. {row.file} {where}{cell}：{row.message}{guess}")
        if row.link:
            lines.append(f"   {row.link}")
    return "\n".join(lines)


def resolved(rows: Sequence[Row]) -> str:
    """What was refused at the former reading and is no more."""
    if not rows:
        return '<p class="foot">沒有。</p>'
    header = [Cell("檔案", "l"), Cell("列"), Cell("原因", "l"), Cell("原文", "l"), Cell("學校", "l")]
    lines = [
        (
            "",
            [
                text(row.file, "l w"),
                Cell(number(row.line, "")),
                text(row.reason_label, "l"),
                Cell(f"<code>{escape(_cut(row.original))}</code>", "l w"),
                text(row.school_name or "–", "l"),
            ],
        )
        for row in rows
    ]
    return table("比上次少了的退回列", header, lines, "wide rows")


def csv_name(title: str, severity: str, on: date) -> str:
    """被退回的列_基隆市 111 年_111-11-25."""
    what = "被退回的列" if severity == "rejected" else "有警告的列"
    return f"{what}_{title}_{written_day(on, pad=True).replace('/', '-')}"
