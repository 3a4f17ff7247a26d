"""Lays rows out in one CSV or workbook, with everything that real exports have around their rows.

Titles above the header, blank rows, columns in any order, columns nobody asked for, quoted line breaks: every
row is told its physical line, or its row of the worksheet, while it is written.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.oracle.books import Worksheet, write_book
from tests.oracle.facts import RARE, is_rare
from tests.oracle.faults import Fault
from tests.oracle.writing import Cells, CellValue, Pen, mussed, persons_cell, unseen

NAMES = {
    "schools": ("學校名冊", "schools"),
    "staff": ("教職員名冊", "staff"),
    "training": ("研習紀錄", "training"),
    "public_lessons": ("公開授課", "public_lessons"),
    "observations": ("觀課紀錄", "公開授課觀課紀錄", "observations"),
    "srl_survey": ("自主學習量表", "srl_survey"),
    "achievement": ("學力觀察", "achievement"),
    "coaching": ("入校輔導", "coaching"),
}

HEADERS = {
    "school": "學校名稱", "school_code": "學校代碼", "group": "組別", "role": "角色", "classes": "班級數",
    "district": "行政區", "staff_id": "教師編號", "name": "姓名", "employment": "身分別", "duty": "職務",
    "start_date": "到職日", "end_date": "離職日", "course": "課程名稱", "category": "課程類別",
    "session": "場次", "hours": "時數", "certified": "研習證明", "teacher": "授課教師",
    "digital": "數位學習模式", "four_learning": "四學模式", "invited_on": "邀請日期", "subject": "領域",
    "class": "班級", "event_id": "活動編號", "host": "主辦學校", "host_county": "主辦縣市",
    "timestamp": "時間戳記", "grade": "年級", "seat": "座號", "phase": "測驗別", "method": "評量方式",
    "pre_mean": "前測平均", "post_mean": "後測平均", "students": "人數", "adviser": "輔導人員",
    "topic": "主題",
}  # fmt: skip
OWN_HEADERS = {
    "training": {"date": "研習日期"},
    "public_lessons": {"date": "授課日期"},
    "observations": {"date": "觀課日期", "school": "觀課學校", "teacher": "觀課教師"},
    "coaching": {"date": "輔導日期"},
}
OTHER_HEADERS = {
    "學校名稱": ("校名", "學校全銜", "學校"), "學校代碼": ("學校代號", "學校編號"), "教師編號": ("教師代碼", "教職員編號"),
    "班級數": ("班數", "普通班班級數"), "身分別": ("身分", "人員類別"), "職務": ("職稱", "兼任職務"),
    "到職日": ("到職日期", "到校日"), "離職日": ("離職日期", "離職年月日"), "課程名稱": ("研習名稱", "研習課程"),
    "課程類別": ("課程分類", "研習類別"), "研習日期": ("研習日", "上課日期"), "時數": ("研習時數", "核發時數"),
    "研習證明": ("研習證書", "是否取得證明"), "授課教師": ("授課老師", "授課者"), "授課日期": ("公開授課日期", "授課日"),
    "數位學習模式": ("是否採數位學習模式",), "四學模式": ("是否四學",), "邀請日期": ("邀請日",), "活動編號": ("活動代號",),
    "主辦學校": ("辦理學校", "承辦學校"), "主辦縣市": ("縣市",), "觀課日期": ("觀課日",), "觀課學校": ("觀課者學校",),
    "觀課教師": ("觀課者", "觀課老師"), "時間戳記": ("填答時間", "填寫時間"), "座號": ("學生座號",), "測驗別": ("前後測", "測驗階段"),
    "評量方式": ("評量類別",), "前測平均": ("前測平均分數",), "後測平均": ("後測成績",), "輔導日期": ("入校日期", "訪視日期"),
    "輔導人員": ("輔導委員", "訪視委員"), "學期": ("學年學期",), "學生數": ("學生人數",), "節次": ("第幾節",), "節數": ("教學節數",),
    "量表": ("量表名稱",), "次別": ("施測次別",), "年度": ("計畫年度",), "經資門": ("經資別",), "科目": ("經費科目",),
    "核定金額": ("核定數",), "實支金額": ("實支數",), "姓名": ("教師姓名", "老師姓名"),
}  # fmt: skip
"""Usual other names of a column, by its header."""
MARKS = ("*{}", "{}*", "＊{}", "※{}", "{}：", "1.{}", "3. {}", "(2){}", "一、{}")
REMARKS = ("{}（必填）", "{}(民國)", "{}(是/否)", "{}（小時）", "{}【選填】", "*{}（請填全銜）")
COLUMNS = {
    "schools": ("school", "school_code", "group", "role", "classes", "district"),
    "staff": (
        "school", "school_code", "staff_id", "name", "employment", "duty", "start_date", "end_date",
    ),
    "training": (
        "school", "school_code", "staff_id", "name", "course", "category", "date", "session", "hours",
        "certified",
    ),
    "public_lessons": (
        "school", "school_code", "staff_id", "teacher", "date", "digital", "four_learning", "invited_on",
        "subject", "class",
    ),
    "observations": (
        "event_id", "host", "host_county", "date", "school", "school_code", "staff_id", "teacher",
    ),
    "srl_survey": ("timestamp", "school", "school_code", "grade", "class", "seat", "phase"),
    "achievement": (
        "timestamp", "school", "school_code", "grade", "class", "method", "subject", "pre_mean", "post_mean",
        "students",
    ),
    "coaching": ("school", "school_code", "date", "adviser", "topic"),
}  # fmt: skip

USER_DEFINED = (b"\xfa\x40", b"\xfa\x7c", b"\x8e\x5c", b"\xfd\xa5")
"""Two-byte characters that CP950 leaves to its users; some trail bytes are ASCII (@, |, \\)."""


@dataclass
class Row:
    """One input row: what it says, what is wrong with it, and where it stands."""

    table: str
    statement: Any
    faults: list[Fault] = field(default_factory=list)
    reason: str | None = None
    """The reason code of a row that must be rejected."""
    warnings: frozenset[str] = frozenset()
    tolerated: frozenset[str] = frozenset()
    """Warnings that the contract neither demands nor rules out."""
    file: str = ""
    line: int = 0
    lossy: bool = False
    """Whether it has a character that the file's encoding cannot hold."""
    more: list[Any] = field(default_factory=list)
    """Further statements that stand in the same row: they differ in the person alone."""
    texts: list[str] = field(default_factory=list)
    """The row's own texts, where they stand in the file as they are: its original must hold them."""

    @property
    def statements(self) -> list[Any]:
        return [self.statement, *self.more]

    @property
    def alone(self) -> bool:
        """Whether nothing else stands beside what is wrong with it."""
        return any(fault.alone for fault in self.faults)


@dataclass
class Grid:
    """A run of rows of one table that shares a CSV or a worksheet."""

    table: str
    rows: list[Row]
    school: str | None = None
    path: str = ""
    worksheet: str | None = None


@dataclass(frozen=True)
class Layout:
    """The columns in their order (None: one that nobody asked for, or an empty one) and their headers."""

    columns: tuple[str | None, ...]
    headers: tuple[str, ...]
    titles: tuple[tuple[str, ...], ...]

    def values(self, rng: random.Random, cells: Cells, line_break: str, alone: bool) -> list[CellValue]:
        """The row's values; columns that nobody asked for hold remarks, some over several lines."""
        remarks = ("", "", "已確認", f"第一行{line_break}第二行", '他說"好"，再議; 謝謝', "a,b;c\td")
        remarks = ("",) if alone else remarks
        return [
            cells.get(column) if column else (rng.choice(remarks) if header else "")
            for column, header in zip(self.columns, self.headers, strict=True)
        ]


@dataclass(frozen=True)
class Schema:
    """What a programme's tables are called, their columns, and how a statement becomes cells."""

    names: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str]
    own_headers: Mapping[str, Mapping[str, str]]
    """Per table the headers that differ from the usual ones."""
    columns: Mapping[str, tuple[str, ...]]
    required: Mapping[str, tuple[str, ...]]
    titles: tuple[tuple[str, ...], ...]
    cells_of: Callable[[Pen, Any, Any], Cells]
    decoy: tuple[tuple[str, ...], tuple[str, ...]]
    """A header and a row on a worksheet whose title fits no table: they would count if they were read."""
    rosters: tuple[type, ...]
    """Statements that say how people are called: a name that is lost there would be missed elsewhere."""
    chinese_only: tuple[str, ...] = ()
    """Columns that have no alias."""


def _layout(pen: Pen, schema: Schema, table: str, all_cells: list[Cells]) -> Layout:
    """Required columns, those that some row needs, a few others; perhaps empty ones at the end."""
    rng = pen.rng
    filled = {column for cells in all_cells for column, value in cells.items() if value not in (None, "")}
    needed = filled | set(schema.required[table])
    known = [column for column in schema.columns[table] if column in needed or rng.random() < 0.3]
    both: list[tuple[str | None, str]] = [(column, _header(pen, schema, table, column)) for column in known]
    unknown = ("備註", "流水號", "填報人", "聯絡電話", "電子郵件", "更新時間", "序號", "審核結果")
    both += [(None, header) for header in rng.sample(unknown, rng.choice((0, 0, 1, 2, 4)))]
    if rng.random() < 0.6:
        rng.shuffle(both)
    both += [(None, "")] * rng.choice((0, 0, 1, 2))
    titles = tuple(rng.choice(schema.titles) for _ in range(rng.choice((0, 0, 1, 2, 5, 12))))
    return Layout(tuple(column for column, _ in both), tuple(header for _, header in both), titles)


def _header(pen: Pen, schema: Schema, table: str, column: str) -> str:
    """The Chinese header, another usual name or the alias, as people write headers."""
    rng = pen.rng
    chinese = schema.own_headers.get(table, {}).get(column) or schema.headers[column]
    column = chinese if column in schema.chinese_only else column
    other = rng.choice(OTHER_HEADERS.get(chinese, (chinese,)))
    if other == "教師姓名" and table not in ("staff", "training", "participants", "lesson_plans"):
        other = chinese
    text = rng.choice((chinese, chinese, chinese, other, column))
    forms = (_spaced, _wide, _marked, _remarked, unseen)
    return rng.choice(forms)(pen, text) if rng.random() < 0.4 else text


def _spaced(pen: Pen, header: str) -> str:
    blank = pen.rng.choice((" ", "\n", "　"))
    return pen.rng.choice((header[:2] + blank + header[2:], f" {header} "))


def _wide(pen: Pen, header: str) -> str:
    """An alias in full-width letters."""
    return header.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


def _marked(pen: Pen, header: str) -> str:
    return pen.pick(MARKS).format(header)


def _remarked(pen: Pen, header: str) -> str:
    return pen.pick(REMARKS).format(header)


def _all_cells(pen: Pen, schema: Schema, facts: Any, grid: Grid) -> list[Cells]:
    return [_cells(pen, schema, facts, row) for row in grid.rows]


def _cells(pen: Pen, schema: Schema, facts: Any, row: Row) -> Cells:
    cells = schema.cells_of(pen, facts, row.statement)
    if row.more:
        cells["teacher"] = persons_cell(pen, [one.teacher for one in row.statements])
    # What results call a school is what its roster has.
    kept = ("school",) if row.table == "schools" else ()
    cells = {
        column: value if column in kept else mussed(pen, value)
        for column, value in cells.items()
        if not row.alone
    }
    for fault in row.faults:
        cells |= fault.cells
    return cells


# --- CSV


def write_csv(rng: random.Random, facts: Any, folder: Path, grid: Grid, schema: Schema) -> None:
    encoding = _encoding(rng, schema, grid)
    pen = Pen(rng, worksheet=False, encoding=encoding)
    all_cells = _all_cells(pen, schema, facts, grid)
    layout = _layout(pen, schema, grid.table, all_cells)
    break_ = rng.choice(("\n", "\r\n"))
    text = _Text(break_, rng.choice((",", ",", "\t", ";")), rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    _lay_out(rng, layout, text.append, break_, zip(grid.rows, all_cells, strict=True))
    for row, cells in zip(grid.rows, all_cells, strict=True):
        row.file = grid.path
        row.lossy = encoding == "cp950" and any(is_rare(str(value)) for value in cells.values())
        row.texts = [str(value) for value in cells.values() if value and _is_plain(str(value))]
    content = text.content if rng.random() < 0.8 else text.content.removesuffix(break_)
    target = folder / grid.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(_encoded(content, encoding))


def _is_plain(text: str) -> bool:
    """Whether an original would show the text unchanged, however it keeps cells apart."""
    return len(text) > 1 and not is_rare(text) and not set(text) & set('"\\\n\r\t') and text == text.strip()


def _encoding(rng: random.Random, schema: Schema, grid: Grid) -> str:
    """Any encoding, but no CP950 for a roster with a name that it cannot hold: the name would be lost."""
    encodings = ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp950", "cp950"]
    names = [row.statement.name for row in grid.rows if isinstance(row.statement, schema.rosters)]
    return rng.choice(encodings[:4] if any(map(is_rare, names)) else encodings)


def _encoded(content: str, encoding: str) -> bytes:
    if encoding.startswith("utf-16"):
        return ("\ufeff" + content).encode(encoding)
    if encoding != "cp950":
        return content.encode(encoding)
    return b"".join(
        USER_DEFINED[RARE.index(character) % len(USER_DEFINED)]
        if character in RARE
        else character.encode(encoding)
        for character in content
    )


class _Text:
    """A growing CSV text that knows on which physical line its next record starts."""

    def __init__(self, line_break: str, separator: str, quoting: int) -> None:
        self._stream = io.StringIO(newline="")
        self._writer = csv.writer(
            self._stream,
            delimiter=separator,
            lineterminator=line_break,
            quoting=quoting,  # type: ignore[arg-type]
        )
        self._break = line_break
        self._line = 1

    @property
    def content(self) -> str:
        return self._stream.getvalue()

    def append(self, values: list[CellValue]) -> int:
        """Writes a record, or an empty line for no values, and returns the line it starts on."""
        line, before = self._line, self._stream.tell()
        if values:
            self._writer.writerow(["" if value is None else value for value in values])
        else:
            self._stream.write(self._break)
        self._stream.seek(before)
        self._line += self._stream.read().count("\n")
        return line


# --- workbooks


INSTRUCTIONS = (("填表說明",), ("一、請勿更動欄位",), ("二、一位教師一列", "三、日期請填民國年"))


def write_workbook(rng: random.Random, facts: Any, path: Path, grids: list[Grid], schema: Schema) -> None:
    """The grids as worksheets, among others that fit no table and are to be ignored."""
    worksheets = []
    if rng.random() < 0.4:
        worksheets.append(Worksheet("填表說明", INSTRUCTIONS))
    if rng.random() < 0.4:
        worksheets.append(Worksheet("說明", schema.decoy, hidden=True))
    worksheets += [_worksheet(rng, schema, facts, grid) for grid in grids]
    if rng.random() < 0.5:
        # Looks like a table, but no name says which, and it lacks a required column.
        worksheets.append(Worksheet("工作表2", [values[1:] for values in schema.decoy]))
    write_book(path, worksheets)


def _worksheet(rng: random.Random, schema: Schema, facts: Any, grid: Grid) -> Worksheet:
    pen = Pen(rng, worksheet=True, encoding="utf-8")
    by_school = grid.table != "schools" and rng.random() < 0.4
    if by_school:
        grid.rows.sort(key=lambda row: getattr(row.statement, "school", None) or "")
    all_cells = _all_cells(pen, schema, facts, grid)
    layout = _layout(pen, schema, grid.table, all_cells)
    margin: list[CellValue] = [None] * rng.choice((0, 0, 0, 1))
    rows: list[list[CellValue]] = [[] for _ in range(rng.choice((0, 0, 0, 2)))]

    def append(values: list[CellValue]) -> int:
        rows.append(margin + values if values else [])
        return len(rows)

    _lay_out(rng, layout, append, "\n", zip(grid.rows, all_cells, strict=True))
    for row in grid.rows:
        row.file = f"{grid.path}#{grid.worksheet}"
    merged = []
    if by_school and "school" in layout.columns:
        at = layout.columns.index("school") + len(margin)
        merged = [(top, bottom, at, at) for top, bottom in _runs_of_a_school(rng, grid.rows, all_cells)]
    return Worksheet(grid.worksheet or "", rows, merged=merged)


def _runs_of_a_school(
    rng: random.Random, rows: list[Row], all_cells: list[Cells]
) -> Iterator[tuple[int, int]]:
    """Runs of rows of one school, without a blank one between: its name can be merged over them."""
    run: list[Row] = []
    for row, cells in zip(rows, all_cells, strict=True):
        school = getattr(row.statement, "school", None)
        goes_on = run and (run[-1].line + 1, run[0].statement.school) == (row.line, school)
        if not goes_on or row.faults or rng.random() < 0.1:
            if len(run) > 1:
                yield run[0].line - 1, run[-1].line - 1
            # The name alone must say which school: a code may stand for another name.
            named = school and cells.get("school") and not cells.get("school_code") and not row.faults
            run = [row] if named else []
        else:
            run.append(row)
    if len(run) > 1:
        yield run[0].line - 1, run[-1].line - 1


# --- both


def _lay_out(
    rng: random.Random,
    layout: Layout,
    append: Callable[[list[CellValue]], int],
    line_break: str,
    rows: Iterable[tuple[Row, Cells]],
) -> None:
    """Titles, the header, then the rows with blank ones strewn in; each row learns where it stands."""
    for title in layout.titles:
        append([text.replace("\n", line_break) for text in title])
        if rng.random() < 0.2:
            append([])
    append(list(layout.headers))
    for row, cells in rows:
        while rng.random() < 0.03:
            append(rng.choice(([], [""] * len(layout.columns))))
        row.line = append(layout.values(rng, cells, line_break, row.alone))
