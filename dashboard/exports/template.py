"""Empty templates, XLSX or ODS, one a table, that read back without a fault: the headers are the contract's own.

Style and the second worksheet mark the required columns, never the header, which must stay recognisable. Cells other
than figures are text: Excel would turn 「5-2」 into a day of May, 「011601」 into 11601, and 「85/8/1」 of the ROC
calendar into 1985. Drop-downs help and seldom forbid, since the reader accepts more than they list.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import absolute_coordinate, get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from dashboard.definitions.column_types import TYPES
from dashboard.definitions.table import Column, Table
from dashboard.errors import OperatorError
from dashboard.exports import ods

GUIDE = "填寫說明"
LAST_ROW = ods.LAST_ROW
INTRODUCTION = (
    "請在第一張工作表填寫，一列一筆；標題列請保留原樣，欄位順序可以調整。深藍底的欄位必填。",
    "下拉清單只是方便選取；日期、班級、校名等用平常的寫法即可，範例列在下表。",
    "沒有資料可填的表，請不要把檔案放進資料夾：只有標題的檔案會視為「已填報，共 0 筆」。",
)
HEADINGS = ["欄位", "必填", "說明", "範例", "可選填的值"]
FIRST_WORD = HEADINGS.index("可選填的值") + 1
FIRST_GUIDE_ROW = len(INTRODUCTION) + 3
GUIDE_WIDTHS = (16, 10, 52, 34)
NO_SUCH_WORD = "清單裡沒有這個值；可選填的值列在「填寫說明」。"

INK = Font(name="Noto Sans TC", size=11, color="1A1D21")
STRONG = Font(name="Noto Sans TC", size=11, bold=True, color="FFFFFF")
REQUIRED = PatternFill("solid", fgColor="0B4F8A")
OPTIONAL = PatternFill("solid", fgColor="EBEDF0")
RULE = Border(bottom=Side(style="thin", color="3A4148"))
TOP = Alignment(vertical="top", wrap_text=True)


class TemplateError(OperatorError):
    """The templates cannot be written; the message says why and what to do."""


def write(
    folder: Path,
    tables: Mapping[str, Table],
    choices: Mapping[str, Sequence[str]] | None = None,
    kind: str = "xlsx",
) -> list[Path]:
    """Write one empty workbook for each of `tables` into `folder`; gives the paths, in the order of `tables`.

    kind: one of `KINDS`. choices: the words of the column types that a programme's definition knows (category, employment,
    role, group, school).

    Raises:
        TemplateError: a file exists already, which may hold somebody's work, or nothing can be written.
    """
    paths = [folder / f"{table.names[0]}.{kind}" for table in tables.values()]
    taken = [path.name for path in paths if path.exists()]
    if taken:
        raise TemplateError(
            f"資料夾「{folder}」裡已經有 {'、'.join(taken)}。為了不蓋掉已填的內容，這次一個檔案都沒有寫入；"
            "請換一個空的資料夾，或先移走這些檔案。"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, table in zip(paths, tables.values(), strict=True):
            path.write_bytes(KINDS[kind](table, choices or {}))
    except OSError as error:
        raise TemplateError(
            f"資料夾「{folder}」無法寫入（{error.strerror or error}）。"
            "請確認它是資料夾、可以寫入，磁碟也還有空間。"
        ) from error
    return paths


def _xlsx(table: Table, choices: Mapping[str, Sequence[str]]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = table.names[0]
    columns = list(table.columns.values())
    words = [_words(column, choices) for column in columns]
    _guide(book.create_sheet(GUIDE), _explained(columns, words))
    for number, (column, allowed) in enumerate(zip(columns, words, strict=True), start=1):
        _column(sheet, number, column)
        if allowed:
            sheet.add_data_validation(_drop_down(column, number, len(allowed)))
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _ods(table: Table, choices: Mapping[str, Sequence[str]]) -> bytes:
    columns = list(table.columns.values())
    words = [_words(column, choices) for column in columns]
    lists = {
        number: ods.drop_down(
            f"list-{number}",
            GUIDE,
            _offered(number, len(allowed)),
            column.headers[0],
            NO_SUCH_WORD,
            TYPES[column.type].is_closed,
        )
        for number, (column, allowed) in enumerate(zip(columns, words, strict=True), start=1)
        if allowed
    }
    header = [
        ods.Cell(column.headers[0], "required" if column.required else "optional", _note(column))
        for column in columns
    ]
    blank = [
        ("plain" if TYPES[column.type].is_figure else "text", f"list-{number}" if number in lists else "")
        for number, column in enumerate(columns, start=1)
    ]
    guide: list[Sequence[ods.Value | ods.Cell]] = [
        *([line] for line in INTRODUCTION),
        [],
        [ods.Cell(heading, "required") for heading in HEADINGS],
        *([ods.Cell(text, "guide") for text in row] for row in _explained(columns, words)),
    ]
    return ods.write(
        [
            ods.Sheet(table.names[0], [_column_width(column) for column in columns], [header], blank=blank),
            ods.Sheet(GUIDE, GUIDE_WIDTHS, guide, stays=(1, FIRST_GUIDE_ROW - 1)),
        ],
        list(lists.values()),
    )


KINDS: Mapping[str, Callable[[Table, Mapping[str, Sequence[str]]], bytes]] = {"xlsx": _xlsx, "ods": _ods}


def _words(column: Column, choices: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The words of the drop-down for `column`; empty where any text will do."""
    return TYPES[column.type].words_of(column, choices.get(column.type, ()))


def _column(sheet: Worksheet, number: int, column: Column) -> None:
    header = sheet.cell(row=1, column=number, value=column.headers[0])
    header.font = STRONG if column.required else INK
    header.fill = REQUIRED if column.required else OPTIONAL
    header.border = RULE
    header.comment = Comment(_note(column), "kpi", width=260, height=90)
    dimension = sheet.column_dimensions[get_column_letter(number)]
    dimension.width = _column_width(column)
    dimension.number_format = "General" if TYPES[column.type].is_figure else "@"


def _drop_down(column: Column, number: int, count: int) -> DataValidation:
    """A drop-down that refers to the guide's cells: a list within the rule itself is limited to 255 characters."""
    rule = DataValidation(
        type="list",
        formula1=f"'{GUIDE}'!{absolute_coordinate(_offered(number, count))}",
        allow_blank=True,
        errorStyle="stop" if TYPES[column.type].is_closed else "warning",
        errorTitle=column.headers[0],
        error=NO_SUCH_WORD,
        showErrorMessage=True,
    )
    letter = get_column_letter(number)
    rule.add(f"{letter}2:{letter}{LAST_ROW}")
    return rule


def _offered(number: int, count: int) -> str:
    """The range of the guide's cells with the words of a column, such as E5:K5."""
    first, last = get_column_letter(FIRST_WORD), get_column_letter(FIRST_WORD + count - 1)
    row = FIRST_GUIDE_ROW + number - 1
    return f"{first}{row}:{last}{row}"


def _guide(sheet: Worksheet, explained: Sequence[Sequence[str]]) -> None:
    for line in INTRODUCTION:
        sheet.append([line])
    sheet.append([])
    sheet.append(HEADINGS)
    for cell in sheet[sheet.max_row]:
        cell.font, cell.fill, cell.border = STRONG, REQUIRED, RULE
    for row in explained:
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            cell.alignment, cell.number_format = TOP, "@"
    for letter, width in zip("ABCD", GUIDE_WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = sheet.cell(row=FIRST_GUIDE_ROW, column=2)


def _explained(columns: Sequence[Column], words: Sequence[Sequence[str]]) -> list[list[str]]:
    """The guide's row for each column, from `FIRST_GUIDE_ROW` on, with the words of its drop-down."""
    return [
        [
            column.headers[0],
            _need(column),
            column.note,
            TYPES[column.type].example or "、".join(allowed[:2]),
            *allowed,
        ]
        for column, allowed in zip(columns, words, strict=True)
    ]


def _note(column: Column) -> str:
    return f"{_need(column)}。{column.note}"


def _column_width(column: Column) -> int:
    return max(14, 2 * len(column.headers[0]) + 6)


def _need(column: Column) -> str:
    return "必填" if column.required else "可空白"
