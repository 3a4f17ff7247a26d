"""Writes docs/data-dictionary.md from the contracts in sources/ and the shipped programmes: `make dictionary`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from dashboard.cli.tools import choices_of
from dashboard.definitions import contracts, programmes
from dashboard.definitions.column_types import TYPES
from dashboard.definitions.programme import Programme
from dashboard.definitions.table import Column, Table

DOCUMENT = Path(__file__).parents[1] / "docs" / "data-dictionary.md"
# The rosters that a base is taken from.
ROSTERS = {"staff": "staff", "classes": "schools"}
# What a key may be made of besides columns.
MADE = {"person": "人", "event": "場次（主辦學校、日期、活動編號）", "semester": "學期"}
PERSONS = {
    "roster": "須在教職員名冊上；有教師編號就以編號認人，否則看學校與姓名，認不出來的列退回。",
    "open": "不必在教職員名冊上；在名冊上的以編號或姓名認人。",
    "register": "不必在教職員名冊上；寫在這張表的人，其他資料表也認得。",
}
HEADINGS = ("欄位", "代號", "型別", "必填", "說明", "範例或可填的值", "也認得的欄名")
INTRODUCTION = """# 資料字典

由 `sources/` 的約定與內附的計畫產生：改了約定，執行 `make dictionary` 重寫這一份，不要直接改它。怎樣準備檔案見[使用說明](guide.zh-TW.md#準備資料表)，要一份空白的表請用 `kpi template`。

- 認得的欄名不分全形半形與大小寫，前後的記號與括號裡的說明（*姓名、時數（小時））不影響；代號也可以當欄名。
- 學校名稱與學校代碼有一欄就可以；必填的欄少了，整個檔案不讀並說明缺哪一欄。
- 必填的欄填錯或空白，那一列退回；可空白的欄填錯，那一格當作空白並列為警告，另有註明的除外。
"""


def text() -> str:
    """The whole document."""
    tables = contracts.load()
    shipped = [programmes.load(path, tables) for path in sorted(programmes.FOLDER.glob("*.toml"))]
    # As the programmes name them: rosters first.
    order = dict.fromkeys([*(name for one in shipped for name in one.tables), *tables])
    listed = [tables[name] for name in order]
    parts = [INTRODUCTION, _contents(listed, shipped), _types(), _defined(shipped)]
    return "\n".join([*parts, *(_table(table, shipped) for table in listed)])


def _grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


def _contents(tables: Iterable[Table], shipped: Sequence[Programme]) -> str:
    rows = []
    for table in tables:
        readers = [one.title.zh for one in shipped if table.id in one.tables]
        name = table.label["zh-TW"]
        rows.append((f"[{name}](#{name})", table.id, str(len(table.columns)), "、".join(readers)))
    return _grid(("資料表", "代號", "欄數", "用到它的計畫"), rows)


def _types() -> str:
    rows = [(kind.label, kind.guide, kind.example) for kind in TYPES.values()]
    return "## 型別\n\n" + _grid(("型別", "怎樣填", "範例"), rows)


def _defined(shipped: Sequence[Programme]) -> str:
    rows = [
        (kind.label, *("、".join(choices_of(one)[kind.id]) or "–" for one in shipped))
        for kind in TYPES.values()
        if kind.offers and kind.lists
    ]
    return "## 計畫定義的值\n\n" + _grid(("型別", *(one.title.zh for one in shipped)), rows)


def _table(table: Table, shipped: Sequence[Programme]) -> str:
    name = table.label["zh-TW"]
    facts = [
        f"**檔名或工作表名稱**裡有：{'、'.join(table.names)}",
        f"**同一筆**：{_same(table)}",
        *([f"**人**：{PERSONS[table.person]}"] if table.person else []),
        *_indicators(table, shipped),
    ]
    rows = [_row(column) for column in table.columns.values()]
    for one in shipped:
        own = contracts.chosen({table.id: table}, one).get(table.id, table).columns
        rows += [_row(column, one.title.zh) for id, column in own.items() if id not in table.columns]
    listed = "".join(f"- {fact}\n" for fact in facts)
    return (
        f"## {name}\n\n`sources/{table.id}.toml`（{table.label['en']}）\n\n{listed}\n{_grid(HEADINGS, rows)}"
    )


def _same(table: Table) -> str:
    """What makes two rows one fact, and which of them is kept."""

    def label(id: str) -> str:
        return table.columns[id].headers[0] if id in table.columns else MADE[id]

    stays = {"first": "先讀到的", "last": "後讀到的"}.get(table.stands) or f"有{label(table.stands)}的"
    how = {"any": "有一列是「是」就算", "most": "取最多的"}
    merged = [f"{label(id)}{how[rule]}" for id, rule in table.merge.items()]
    blank = [f"沒有{label(table.key_needs)}的列各算一筆"] if table.key_needs else []
    kept = "，".join([f"採用{stays}一列", *merged])
    same = f"{'、'.join(map(label, table.key))}{'都' if len(table.key) > 1 else ''}相同的只算一次"
    return "；".join([f"{same}，{kept}", *blank]) + "。"


def _indicators(table: Table, shipped: Sequence[Programme]) -> list[str]:
    """Which indicators of each programme rest on the table, for what is counted or for its base."""
    lines = []
    for one in shipped:
        labels = [
            kpi.label.zh
            for kpi in one.kpis.values()
            if table.id in (kpi.table, kpi.base_table, ROSTERS.get(kpi.base or ""))
        ]
        lines += [f"**{one.title.zh}**的指標：{'、'.join(labels)}"] if labels else []
    return lines


def _row(column: Column, only: str = "") -> list[str]:
    *names, id = column.headers
    note = f"{column.note}（只有「{only}」）" if only else column.note
    if column.strict:
        note += "填錯時那一列退回。"
    if column.open:
        note += "清單以外的字也收下，列為警告。"
    need = "必填" if column.required else "可空白"
    return [names[0], f"`{id}`", TYPES[column.type].label, need, note, _values(column), "、".join(names[1:])]


def _values(column: Column) -> str:
    """What may stand in a column: its own words or bounds, those of the programmes, else an example."""
    if column.at_most is not None:
        return f"大於 {column.above}、不超過 {column.at_most}"
    kind = TYPES[column.type]
    if words := kind.words_of(column, ()):
        return "、".join(words)
    if kind.offers and kind.lists and not kind.example:
        return "見[計畫定義的值](#計畫定義的值)"
    return kind.example


if __name__ == "__main__":
    DOCUMENT.write_text(text(), encoding="utf-8")
