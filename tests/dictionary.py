"""Writes docs/data-dictionary.md from the contracts in sources/ and the shipped programmes: `make dictionary`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from dashboard.cli.tools import choices_of
from dashboard.definitions import contracts, programmes
from dashboard.definitions.programme import Programme
from dashboard.definitions.table import Column, Table
from dashboard.exports.template import EXAMPLES, YES_NO

DOCUMENT = Path(__file__).parents[1] / "docs" / "data-dictionary.md"
TYPES = {
    "school": ("學校", "全名或簡稱；前後可帶學校代碼，兩者須是同一所。寫錯字不猜測，退回並建議校名。"),
    "code": ("學校代碼", "6 碼；儲存格請設為「文字」，開頭的 0 才不會不見。"),
    "host": ("主辦學校", "學校的名稱；外縣市的學校也可以。"),
    "county": ("縣市", "縣市的名稱。"),
    "group": ("組別", "計畫公告的組名；計畫沒有列出組名時，以學校名冊的為準。"),
    "role": ("角色", "計畫定義的角色。"),
    "employment": ("身分別", "計畫定義的身分。主任、組長是職務，不是身分。"),
    "person": ("姓名", "照寫的姓名；一格有幾個人時以「、」分開。畫面上預設遮蔽。"),
    "id": ("編號", "照寫的文字，不計算；儲存格請設為「文字」。"),
    "name": ("名稱", "照寫的文字。"),
    "text": ("文字", "任何文字。"),
    "date": ("日期", "民國或西元，後面可有星期或時間；一格只寫一天，須在 2000 年到讀取當天之間（到職日、離職日是 1940 到 2100 年）。"),
    "timestamp": ("時間戳記", "日期加時間，表單匯出的寫法都可以。"),
    "semester": ("學期", "計畫的學期。"),
    "year": ("年度", "計畫的年度。"),
    "hours": ("時數", "小時；也可寫分鐘、3:00、三小時。大於 0、不超過 200。"),
    "count": ("整數", "0 以上的整數。"),
    "number": ("數字", "可有小數；沒有寫明範圍的，0 以上。"),
    "money": ("金額", "元，整數；可有千分位、NT$、元。"),
    "yes_no": ("是否", "是／否、有／無、Y／N、V、○／✗、1／0。"),
    "choice": ("選項", "列出的值之一。"),
    "item": ("項目", "計畫的量化項目。"),
    "category": ("課程類別", "計畫定義的類別，可以好幾個，每一個都計入；空白時由課程名稱判斷。"),
    "course": ("課程名稱", "照寫的名稱。"),
    "grade": ("年級", "和班級一起讀。"),
    "class": ("班級", "五年二班、502、忠班；試算表會把 5-2 變成日期，請先把那一欄設為「文字」。"),
    "round": ("次別", "第幾次。"),
}  # fmt: skip
# Of the types whose words a programme defines.
DEFINED = {"category", "employment", "role", "group", "item", "semester", "year"}
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
    rows = [(name, how, EXAMPLES.get(kind, "")) for kind, (name, how) in TYPES.items()]
    return "## 型別\n\n" + _grid(("型別", "怎樣填", "範例"), rows)


def _defined(shipped: Sequence[Programme]) -> str:
    rows = [
        (TYPES[kind][0], *("、".join(choices_of(one)[kind]) or "–" for one in shipped))
        for kind in TYPES
        if kind in DEFINED
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
    return [names[0], f"`{id}`", TYPES[column.type][0], need, note, _values(column), "、".join(names[1:])]


def _values(column: Column) -> str:
    """What may stand in a column: its own words or bounds, those of the programmes, else an example."""
    if column.at_most is not None:
        return f"大於 {column.above}、不超過 {column.at_most}"
    if column.type == "yes_no":
        return "、".join((*YES_NO, *column.words))
    if column.choices:
        return "、".join(column.choices.values())
    if column.type in DEFINED and column.type not in EXAMPLES:
        return "見[計畫定義的值](#計畫定義的值)"
    return EXAMPLES.get(column.type, "")


if __name__ == "__main__":
    DOCUMENT.write_text(text(), encoding="utf-8")
