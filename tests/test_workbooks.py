"""Workbooks of every format: what a cell shows is what is read, and nothing of a worksheet is lost without a word."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
from odfdo import Cell, Document, Row, Style, Table
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from dashboard import warehouse
from dashboard.definitions import contracts
from dashboard.definitions.places import Entry
from dashboard.definitions.table import Table as Contract
from dashboard.sources import calamine, files, ods
from dashboard.sources.recognition import left_out
from dashboard.sources.sheet import Sheet
from tests import binary_workbooks as binary
from tests.running import build, build_measured, flaws, inputs

TABLES = contracts.load()
TRAINING = ["學校名稱", "教師編號", "姓名", "課程名稱", "研習日期", "時數", "研習證明"]
COACHING = ["學校名稱", "輔導日期", "輔導人員", "主題"]
VISIT = ["深澳國小", "111/10/07", "王輔導", "備課"]
DAY = dt.datetime(2022, 10, 7)
SERIAL = 44841  # of that day
FORMATS = ("xlsx", "ods", "xls", "xlsb")
Titles = Mapping[str, Sequence[Sequence[object]]]


class Serial(float):
    """A bare number that means a day."""


def written(
    format: str, titles: Titles, hidden: Sequence[str] = (), merged: str = "", is_1904: bool = False
) -> bytes:
    """A workbook of worksheets by title. A cell is a text, a number, a day, a length of time, or an error that begins with #.

    `merged` is a range of the first worksheet, such as A1:B2.
    """
    return {"xlsx": _xlsx, "ods": _ods, "xls": _binary, "xlsb": _binary}[format](
        format, titles, hidden, merged, is_1904
    )


def _xlsx(_: str, titles: Titles, hidden: Sequence[str], merged: str, is_1904: bool) -> bytes:
    book = openpyxl.Workbook()
    if is_1904:
        book.epoch = CALENDAR_MAC_1904
    book.remove(book.active)
    for title, rows in titles.items():
        sheet = book.create_sheet(title)
        sheet.sheet_state = "veryHidden" if title in hidden else "visible"
        for line, row in enumerate(rows, 1):
            sheet.append([int(one) if isinstance(one, Serial) else one for one in row])
            for column, one in enumerate(row, 1):
                if isinstance(one, str) and one.startswith("#"):
                    sheet.cell(line, column).data_type = "e"
    if merged:
        book.worksheets[0].merge_cells(merged)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _ods(_: str, titles: Titles, hidden: Sequence[str], merged: str, is_1904: bool) -> bytes:
    document = Document("spreadsheet")
    document.body.clear()
    document.insert_style(Style("table", name="hid"), automatic=True)
    for title, rows in titles.items():
        table = Table(title, style="hid" if title in hidden else None)
        for row in rows:
            line = Row()
            for one in row:
                value = float(one) if isinstance(one, Serial) else one
                cell = Cell(value)
                if isinstance(one, str) and one.startswith("#"):
                    cell.set_attribute("calcext:value-type", "error")
                line.append_cell(cell)
            table.append_row(line)
        document.body.append(table)
    if merged:
        document.body.tables[0].set_span(merged)
    data = io.BytesIO()
    document.save(data)
    return _edited(
        data.getvalue(), "content.xml", lambda xml: _null_date(_hidden(xml)) if is_1904 else _hidden(xml)
    )


def _hidden(xml: bytes) -> bytes:
    style = b'style:name="hid"><style:table-properties table:display="false"/></style:style>'
    return xml.replace(b'style:name="hid"/>', style)


def _null_date(xml: bytes) -> bytes:
    settings = b'<table:calculation-settings><table:null-date table:date-value="1904-01-01"/></table:calculation-settings>'
    return xml.replace(b"<office:spreadsheet>", b"<office:spreadsheet>" + settings)


def _binary(format: str, titles: Titles, hidden: Sequence[str], merged: str, is_1904: bool) -> bytes:
    def cell(value: object) -> object:
        match value:
            case Serial():
                return float(value)
            case dt.datetime():
                epoch = dt.datetime(1904, 1, 1) if is_1904 else dt.datetime(1899, 12, 30)
                return binary.Day((value - epoch) / dt.timedelta(days=1))
            case dt.timedelta():
                return binary.Hours(value / dt.timedelta(days=1))
            case str() if value.startswith("#"):
                return binary.Error(value, of_formula=value == "#REF!")
        return value

    ranges = []
    if merged:
        left, top, right, bottom = openpyxl.utils.range_boundaries(merged)
        ranges = [(top - 1, bottom - 1, left - 1, right - 1)]
    sheets = [
        binary.Sheet(
            title, [[cell(one) for one in row] for row in rows], title in hidden, ranges if not at else []
        )
        for at, (title, rows) in enumerate(titles.items())
    ]
    return (binary.xls if format == "xls" else binary.xlsb)(*sheets, is_1904=is_1904)


def _edited(data: bytes, name: str, edit: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one part changed."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            xml = old.read(part)
            if part == name:
                assert edit(xml) != xml
                xml = edit(xml)
            new.writestr(part, xml)
    return changed.getvalue()


def packed(parts: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return data.getvalue()


def read(
    folder: Path, data: bytes | str, name: str = "入校輔導.xlsx", entries: Mapping[str, Entry] | None = None
) -> list[Sheet]:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    found = files.read(path, folder, entries or {}, TABLES, folder)
    return [left_out(one, (entries or {}).get(one.file), TABLES) for one in found]


def rows_of(sheet: Sheet) -> list[list[str]]:
    assert sheet.problem is None and sheet.left_out is None, (sheet.problem, sheet.left_out)
    return [cells for _, cells in sheet.rows]


# What stands in a cell


@pytest.mark.parametrize("format", FORMATS)
def test_a_worksheet_is_read_with_its_lines(tmp_path: Path, format: str):
    rows = [["111 學年度"], [None], COACHING, VISIT, [None, None], [*VISIT[:2], "李輔導"]]
    (sheet,) = read(tmp_path, written(format, {"工作表1": rows}), f"入校輔導.{format}")
    assert (sheet.table, sheet.encoding, sheet.header_line, sheet.excel) == ("coaching", format, 3, True)
    assert [line for line, _ in sheet.rows] == [4, 6]
    assert rows_of(sheet)[0] == VISIT


@pytest.mark.parametrize("format", FORMATS)
def test_days_and_lengths_of_time_are_the_texts_that_a_person_would_type(tmp_path: Path, format: str):
    hours = [dt.timedelta(hours=3), dt.timedelta(hours=27, minutes=30), dt.timedelta(minutes=90, seconds=5)]
    days = [DAY, dt.datetime(2022, 10, 6, 23, 59, 30), dt.datetime(2022, 10, 7, 15, 21, 45)]
    rows = [
        ["深澳國小", "T1", "王一平", "資安", day, time, "是"] for day, time in zip(days, hours, strict=True)
    ]
    (sheet,) = read(tmp_path, written(format, {"研習紀錄": [TRAINING, *rows]}), f"甲.{format}")
    read_days, read_hours = zip(*((cells[4], cells[5]) for cells in rows_of(sheet)), strict=True)
    assert read_days == ("2022-10-07", "2022-10-07", "2022-10-07 15:21:45")
    assert read_hours == ("3:00", "27:30", "1:30:05")


@pytest.mark.parametrize(
    ("value", "format", "text"),
    [
        (dt.time(3, 0), "h:mm", "3:00"), (0.125, "h:mm:ss", "3:00"), (1.25, "h:mm", "30:00"), (1.25, "[h]:mm", "30:00"),
        (0.0, "h:mm", "0:00"), (2.5 / 24, "[h]:mm", "2:30"), (44841.99931, "yyyy/m/d", "2022-10-07 23:59:00"),
        (44841.99932, "yyyy/m/d", "2022-10-08"), (3, "0", "3"), (1.5, "0.0", "1.5"),
    ],
)  # fmt: skip
def test_a_time_is_hours_and_minutes_and_the_last_minute_belongs_to_the_next_day(
    tmp_path: Path, value: object, format: str, text: str
):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(TRAINING)
    sheet.append(["深澳國小", "T1", "王一平", "資安", "111/10/07", value, "是"])
    sheet["F2"].number_format = format
    data = io.BytesIO()
    book.save(data)
    (found,) = read(tmp_path, data.getvalue(), "研習紀錄.xlsx")
    assert rows_of(found)[0][5] == text


ERRORS = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"]


@pytest.mark.parametrize("format", FORMATS)
def test_an_error_is_its_text_in_every_format_and_in_the_header(tmp_path: Path, format: str):
    rows = [
        [*COACHING, "#REF!"],
        *([*VISIT[:3], error, "x"] for error in ERRORS),
        ["深澳國小", *["#N/A"] * 4],
    ]
    (sheet,) = read(tmp_path, written(format, {"入校輔導": rows}), f"甲.{format}")
    assert len(sheet.layout) == 5 and sheet.layout[-1] == ""
    assert [cells[3] for cells in rows_of(sheet)] == [*ERRORS, "#N/A"]
    assert rows_of(sheet)[-1] == ["深澳國小", *["#N/A"] * 4]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="D2" t="e"><v>#N/A</v></c>', "<c r='D2' t='e'><v>#N/A</v></c>", '<c t="e" r="D2"><v>#N/A</v></c>',
        '<c r="D2" s="0" t = "e" ><f t="shared" ref="D2:D3" si="0">NA()</f><v>#N/A</v></c>',
        '<x:c r="D2" t="e"><x:f>NA()</x:f><x:v>#N/A</x:v></x:c>', '<c r="D2" t="e" vm="1"><v>#N/A</v></c>',
        '<c r="D2" t="e"><f>A1&lt;2</f><v xml:space="preserve">#N/A</v></c>', '<c r="D2" t="str"><v>#N/A</v></c>',
    ],
)  # fmt: skip
def test_an_error_is_found_however_its_cell_is_written(tmp_path: Path, cell: str):
    def edit(xml: bytes) -> bytes:
        space = b'<worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        xml = xml.replace(b"<worksheet", space, 1) if cell.startswith("<x:") else xml
        return re.sub(rb'<c r="D2".*?</c>', cell.encode(), xml)

    data = _edited(written("xlsx", {"入校輔導": [COACHING, VISIT, VISIT]}), "xl/worksheets/sheet1.xml", edit)
    (sheet,) = read(tmp_path, data)
    assert rows_of(sheet) == [[*VISIT[:3], "#N/A"], VISIT]


def test_a_blank_error_takes_no_cell_behind_it(tmp_path: Path):
    data = _edited(
        written("xlsx", {"入校輔導": [COACHING, VISIT, VISIT]}),
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb'<c r="C2".*?</c>', b'<c r="C2" t="e"/>', xml),
    )
    (sheet,) = read(tmp_path, data)
    assert rows_of(sheet) == [[*VISIT[:2], "", VISIT[3]], VISIT]


# From which year days count


@pytest.mark.parametrize("format", FORMATS)
def test_the_days_of_a_workbook_that_counts_from_1904_are_right_and_its_numbers_stay(
    tmp_path: Path, format: str
):
    rows = [
        ["深澳國小", "T1", "王一平", "資安", day, 30, "是"]
        for day in (DAY, Serial(SERIAL - 1462), "20221007")
    ]
    titles = {"研習紀錄": [TRAINING, *rows]}
    (sheet,) = read(tmp_path, written(format, titles, is_1904=True), f"甲.{format}")
    assert [cells[4] for cells in rows_of(sheet)] == ["2022-10-07", "2022-10-07", "20221007"]
    assert {cells[5] for cells in rows_of(sheet)} == {"30"}
    rows[1][4] = Serial(SERIAL)
    (sheet,) = read(tmp_path, written(format, titles), f"甲.{format}")
    assert [cells[4] for cells in rows_of(sheet)] == ["2022-10-07", "44841", "20221007"]


# Merged ranges


@pytest.mark.parametrize("format", FORMATS)
def test_a_merged_range_has_its_value_in_every_cell(tmp_path: Path, format: str):
    rows = [
        COACHING,
        VISIT,
        [None, "111/10/08", "李輔導"],
        [None, "111/10/09", "陳輔導"],
        [None],
        [None, "x"],
    ]
    (sheet,) = read(tmp_path, written(format, {"入校輔導": rows}, merged="A2:A5"), f"甲.{format}")
    # The last row of the range has no value of its own.
    assert [(line, cells[0]) for line, cells in sheet.rows] == [
        (2, "深澳國小"),
        (3, "深澳國小"),
        (4, "深澳國小"),
        (6, ""),
    ]


@pytest.mark.parametrize("format", FORMATS)
def test_a_blank_column_in_front_moves_neither_merged_cells_nor_errors(tmp_path: Path, format: str):
    rows = [
        [],
        [None, None, *COACHING],
        [None, None, *VISIT],
        [None, None, "", "111/10/08", "王輔導", "備課"],
        [None, None, "深澳國小", "#N/A", "王輔導", "備課"],
    ]
    if format == "ods":
        rows[0] = [None] * 6
    (sheet,) = read(tmp_path, written(format, {"入校輔導": rows}, merged="C3:C4"), f"甲.{format}")
    assert [(line, cells[2:4]) for line, cells in sheet.rows] == [
        (3, ["深澳國小", "111/10/07"]),
        (4, ["深澳國小", "111/10/08"]),
        (5, ["深澳國小", "#N/A"]),
    ]


@pytest.mark.parametrize("format", FORMATS)
def test_a_header_of_two_rows_and_a_title_above_it_are_read(tmp_path: Path, format: str):
    title = ["111 學年度入校輔導紀錄", None, None, None]
    (sheet,) = read(
        tmp_path, written(format, {"甲": [title, COACHING, VISIT]}, merged="A1:D1"), f"入校輔導.{format}"
    )
    assert rows_of(sheet) == [VISIT]
    rows = [["學校名稱", "輔導", None, None], [None, *COACHING[1:]], VISIT]
    (sheet,) = read(tmp_path, written(format, {"甲": rows}, merged="A1:A2"), f"入校輔導.{format}")
    assert (sheet.header_line, rows_of(sheet)) == (2, [VISIT])


@pytest.mark.parametrize(
    ("format", "part", "small", "large"),
    [
        ("xlsx", "xl/worksheets/sheet1.xml", b"A5:B6", b"A5:XFD1048576"),
        ("ods", "content.xml", b'-spanned="2"', b'-spanned="1000000000"'),
    ],
)
def test_a_merged_range_over_a_whole_worksheet_takes_no_memory(
    tmp_path: Path, format: str, part: str, small: bytes, large: bytes
):
    data = written(format, {"入校輔導": [COACHING, *[VISIT] * 3, ["合計"]]}, merged="A5:B6")
    data = _edited(data, part, lambda xml: xml.replace(small, large))
    (sheet,) = read(tmp_path, data, f"甲.{format}")
    assert rows_of(sheet)[-1] == ["合計"] * 4


def test_ranges_that_lie_over_each_other_many_times_are_refused(tmp_path: Path):
    ranges = b"".join(b'<mergeCell ref="A2:D%d"/>' % (400_000 + i) for i in range(4_000))
    data = _edited(
        written("xlsx", {"入校輔導": [COACHING, *[VISIT] * 3_000]}),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</sheetData>", b"</sheetData><mergeCells>" + ranges + b"</mergeCells>"),
    )
    (sheet,) = read(tmp_path, data)
    assert sheet.problem and "太大" in sheet.problem


# Which worksheets are read


@pytest.mark.parametrize("format", FORMATS)
def test_every_worksheet_with_the_header_of_the_files_table_is_read(tmp_path: Path, format: str):
    titles = {
        "填表說明": [["請填全銜"]],
        "9月": [COACHING, VISIT],
        "10月": [["備註"], COACHING, VISIT, VISIT],
        "統計": [["x", 3]],
    }
    sheets = {one.worksheet: one for one in read(tmp_path, written(format, titles), f"入校輔導.{format}")}
    assert {title: len(one.rows) for title, one in sheets.items() if one.table} == {"9月": 1, "10月": 2}
    for title in ("填表說明", "統計"):
        assert "不是任何一張資料表" in (sheets[title].left_out or "")


@pytest.mark.parametrize("format", FORMATS)
def test_a_hidden_worksheet_is_told_and_not_read_unless_an_entry_names_it(tmp_path: Path, format: str):
    titles = {
        "入校輔導": [COACHING, VISIT],
        "入校輔導_舊": [COACHING, VISIT, VISIT],
        "代碼": [["甲"], ["乙"]],
    }
    data = written(format, titles, hidden=["入校輔導_舊", "代碼"])
    good, old, codes = read(tmp_path, data, f"甲.{format}")
    assert rows_of(good) == [VISIT]
    assert (old.table, old.rows, old.problem) == (None, (), None)
    assert "隱藏" in (old.left_out or "") and "「入校輔導」" in (old.left_out or "")
    assert "隱藏" in (codes.left_out or "") and "標題列" not in (codes.left_out or "")
    entries = {f"甲.{format}#入校輔導_舊": Entry(table="coaching", constants={"主題": "舊"})}
    _, old, _ = read(tmp_path, data, f"甲.{format}", entries)
    assert len(rows_of(old)) == 2 and old.constants == (("topic", "舊"),)


@pytest.mark.parametrize("format", FORMATS)
def test_a_worksheet_whose_header_is_another_tables_is_named_as_that(tmp_path: Path, format: str):
    titles = {
        "入校輔導": [COACHING, VISIT],
        "工作表2": [TRAINING, ["深澳國小", "T1", "王", "資安", "111/10/7", 3, "是"]],
    }
    _, other = read(tmp_path, written(format, titles), f"甲.{format}")
    assert other.table is None and "標題列是「研習紀錄」的" in (other.left_out or "")


def test_where_no_worksheet_is_the_files_table_the_one_with_the_most_of_its_header_says_why(tmp_path: Path):
    titles = {"說明": [["請填"]], "工作表1": [[*COACHING[:1], *COACHING[2:]], [VISIT[0], *VISIT[2:]]]}
    told, tried = read(tmp_path, written("xlsx", titles))
    assert told.left_out and tried.table == "coaching" and "「輔導日期」" in (tried.problem or "")


def test_an_entry_of_the_file_is_for_each_of_its_worksheets(tmp_path: Path):
    rows = [["校名欄", *COACHING[1:3]], VISIT[:3]]
    entry = Entry(rename={"校名欄": "學校名稱"}, constants={"主題": "共備"})
    data = written("xlsx", {"一月": rows, "入校輔導二": rows, "三月": rows})
    sheets = read(
        tmp_path, data, "入校輔導.xlsx", {"入校輔導.xlsx": entry, "入校輔導.xlsx#三月": Entry(table="")}
    )
    assert [(one.table, len(one.rows), bool(one.constants)) for one in sheets] == [
        ("coaching", 1, True), ("coaching", 1, True), (None, 0, False),
    ]  # fmt: skip
    assert sheets[2].left_out is None  # the configuration says so


def test_a_chart_is_no_worksheet(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.title = "入校輔導"
    for row in (COACHING, VISIT):
        book.active.append(row)
    book.create_chartsheet("圖")
    data = io.BytesIO()
    book.save(data)
    (sheet,) = read(tmp_path, data.getvalue(), "甲.xlsx")
    assert rows_of(sheet) == [VISIT]


# What a file is


@pytest.mark.parametrize("suffix", ["xlsx", "xlsm", "xls", "xlsb", "ods"])
@pytest.mark.parametrize("format", FORMATS)
def test_a_workbook_is_what_it_holds_and_not_what_it_is_called(tmp_path: Path, format: str, suffix: str):
    (sheet,) = read(tmp_path, written(format, {"入校輔導": [COACHING, VISIT]}), f"甲.{suffix}")
    assert (rows_of(sheet), sheet.encoding) == ([VISIT], format)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp950"])
@pytest.mark.parametrize("mark", [",", "\t"])
def test_text_that_is_called_a_workbook_is_read_as_text(tmp_path: Path, mark: str, encoding: str):
    text = "\r\n".join(mark.join(row) for row in (COACHING, VISIT))
    (sheet,) = read(tmp_path, text.encode(encoding), "入校輔導.xls")
    assert rows_of(sheet) == [VISIT] and not sheet.excel


NOT_READ: dict[str, tuple[bytes, str]] = {
    "網頁.xls": ("<html><table><tr><td>學校名稱</td></tr></table></html>".encode(), "網頁"),
    "網頁二.xls": ("\ufeff\r\n <TABLE><tr><td>學校名稱</td></tr>".encode(), "網頁"),
    "網頁三.xls": ("\ufeff<html>".encode("utf-16-le"), "網頁"),
    "二〇〇三.xls": (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "XML"),
    "圖.xlsx": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(100), "不是活頁簿"),
    "截斷.ods": (written("ods", {"入校輔導": [COACHING, VISIT]})[:2000], "不是活頁簿"),
    "截斷.xls": (written("xls", {"入校輔導": [COACHING, VISIT]})[:9000], "已損壞"),
    "空.ods": (b"", "空檔案"),
    "蘋果.numbers": (b"PK\3\4" + bytes(100), ".numbers"),
    "壓縮.xlsx": (
        packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}),
        "沒有工作表",
    ),
    "空壓縮.xlsb": (packed({}), "沒有工作表"),
    "空白.xlsx": (packed({"xl/workbook.xml": b"<workbook/>"}), "已損壞"),
}


@pytest.mark.parametrize("name", NOT_READ)
def test_what_is_no_workbook_is_told_and_never_an_empty_list(tmp_path: Path, name: str):
    data, words = NOT_READ[name]
    (sheet,) = read(tmp_path, data, f"入校輔導_{name}")
    assert sheet.table == "coaching" and words in (sheet.problem or ""), sheet


def test_a_workbook_with_a_password_is_told_to_take_it_off(tmp_path: Path):
    good = written("ods", {"入校輔導": [COACHING, VISIT]})
    manifest = "META-INF/manifest.xml"
    ods = _edited(
        good,
        manifest,
        lambda xml: xml.replace(b"</manifest:manifest>", b"<manifest:encryption-data/></manifest:manifest>"),
    )
    stream = binary.xls_stream([binary.Sheet("入校輔導", [COACHING, VISIT])])
    xls = binary.xls_locked(stream)
    for name, data in {"甲.ods": ods, "乙.xls": xls}.items():
        (sheet,) = read(tmp_path, data, f"入校輔導_{name}")
        assert "密碼" in (sheet.problem or "") and "移除密碼" in (sheet.problem or "")


# Damage: right rows or a sentence, never fewer rows


ROWS = [COACHING, *([*VISIT[:2], f"王{i}", "備課"] for i in range(40))]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'<row r="20">', b'<row r="20">'), (b'"A20"', b'"A19"'), (b'"B20"', b'"A20"'), (b'"C20"', b'"E20"'),
        (b'20"', b'19"'), (b'20"', b'60"'), (b'20"', b'1"'), (b"</row><row r=\"20\">", b"</row></sheetData><sheetData><row r=\"20\">"),
        (b"</row><row r=\"20\">", b"</row><!-- --></sheetData><x:sheetData xmlns:x=\"a\"><row r=\"20\">"),
    ],
)  # fmt: skip
def test_rows_and_cells_in_disorder_are_told_and_never_lost(tmp_path: Path, old: bytes, new: bytes):
    def edit(xml: bytes) -> bytes:
        return xml.replace(old, new) + b"\n"

    (sheet,) = read(tmp_path, _edited(written("xlsx", {"入校輔導": ROWS}), "xl/worksheets/sheet1.xml", edit))
    if old == new:
        assert len(rows_of(sheet)) == 40
    else:
        assert sheet.problem and ("順序" in sheet.problem or "已損壞" in sheet.problem) and not sheet.rows


@pytest.mark.parametrize("prefix", [b"", b"x:"])
def test_cells_without_places_are_read_in_their_order(tmp_path: Path, prefix: bytes):
    def edit(xml: bytes) -> bytes:
        xml = re.sub(rb' r="[A-Z]*\d+"', b"", xml)
        xml = re.sub(rb"<(/?)(row|c|v|is|t)\b", rb"<\1" + prefix + rb"\2", xml)
        return xml.replace(
            b"<worksheet", b'<worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        )

    (sheet,) = read(tmp_path, _edited(written("xlsx", {"入校輔導": ROWS}), "xl/worksheets/sheet1.xml", edit))
    assert rows_of(sheet) == ROWS[1:]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/Worksheets/Sheet1.xml"])
def test_two_parts_of_one_name_are_told(tmp_path: Path, name: str):
    data = io.BytesIO(written("xlsx", {"入校輔導": ROWS}))
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr(name, archive.read("xl/worksheets/sheet1.xml").replace(b"sheetData", b"sheetDatum"))
    (sheet,) = read(tmp_path, data.getvalue())
    assert sheet.table == "coaching" and "已損壞" in (sheet.problem or "")


def test_a_part_that_two_worksheets_share_is_read_for_each(tmp_path: Path):
    data = written("xlsx", {"一": ROWS, "二": ROWS})
    data = _edited(data, "xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"sheet2.xml", b"sheet1.xml"))
    assert [len(rows_of(one)) for one in read(tmp_path, data)] == [40, 40]


def test_a_worksheet_whose_part_is_gone_is_told_and_the_others_are_read(tmp_path: Path):
    data = written("xlsx", {"一": ROWS, "二": ROWS})
    data = _edited(data, "xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"sheet2.xml", b"sheet3.xml"))
    first, second = read(tmp_path, data)
    assert len(rows_of(first)) == 40
    assert second.table == "coaching" and "已損壞" in (second.problem or "")


def test_two_worksheets_of_one_title_are_told(tmp_path: Path):
    data = written("xlsx", {"一月": ROWS, "二月": ROWS})
    data = _edited(data, "xl/workbook.xml", lambda xml: xml.replace("二月".encode(), "一月".encode()))
    (sheet,) = read(tmp_path, data)
    assert "已損壞" in (sheet.problem or "")


@pytest.mark.parametrize("format", ["xls", "xlsb"])
def test_a_binary_workbook_with_a_flipped_or_missing_byte_is_read_or_told(tmp_path: Path, format: str):
    data = written(format, {"入校輔導": ROWS[:9]})
    for at in range(0, len(data), 97):
        for changed in (
            data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :],
            data[:at],
            data[:at] + data[at + 1 :],
        ):
            found = read(tmp_path, changed, f"入校輔導.{format}")
            assert found and all(one.problem or one.left_out or one.rows for one in found)


@pytest.mark.parametrize("seed", range(3))
def test_an_ods_workbook_with_a_flipped_or_missing_byte_is_read_or_told(tmp_path: Path, seed: int):
    good = written("ods", {"入校輔導": ROWS[:9]})
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        xml = archive.read("content.xml")
    for at in range(seed, len(xml), 211):
        found = read(
            tmp_path,
            packed({"content.xml": xml[:at] + bytes([xml[at] ^ 0x15]) + xml[at + 1 :]}),
            "入校輔導.ods",
        )
        assert found and all(one.problem or one.left_out or one.rows for one in found)


# Size: nothing is laid out that a file only declares


def ods_of(rows: str, head: str = "") -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>{head}"
        f'<table:table table:name="入校輔導">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return packed({"content.xml": content.encode()})


def ods_row(cells: Sequence[str], row: str = "", cell: str = "") -> str:
    inner = "".join(f"<table:table-cell{cell}><text:p>{one}</text:p></table:table-cell>" for one in cells)
    return f"<table:table-row{row}>{inner}</table:table-row>"


def test_blank_cells_and_rows_that_are_repeated_without_end_are_blank(tmp_path: Path):
    blank = '<table:table-row table:number-rows-repeated="9999999999"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    filled = ods_row(VISIT).replace(
        "</table:table-row>",
        '<table:table-cell table:number-columns-repeated="999999999"/></table:table-row>',
    )
    last = ods_row(VISIT, row=' table:number-rows-repeated="3"')
    (sheet,) = read(tmp_path, ods_of(ods_row(COACHING) + filled + blank + last), "入校輔導.ods")
    assert rows_of(sheet) == [VISIT] * 4


BOMBS: dict[str, bytes] = {
    "rows.ods": ods_of(ods_row(COACHING) + ods_row(VISIT, row=' table:number-rows-repeated="1048576"')),
    "columns.ods": ods_of(ods_row(COACHING) + ods_row(VISIT, cell=' table:number-columns-repeated="1000000"')),
    "gap.ods": ods_of(ods_row(COACHING) + '<table:table-row><table:table-cell table:number-columns-repeated="999999999"/>' + ods_row(VISIT)[17:]),
    "spaces.ods": ods_of(ods_row(COACHING) + ods_row(['<text:s text:c="999999999"/>'])),
    "texts.ods": ods_of(ods_row(COACHING) + ods_row(["x" * 100_000], row=' table:number-rows-repeated="100000"')),
    "entity.ods": packed({"content.xml": b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'}),
    "corner.xls": binary.xls(binary.Sheet("入校輔導", [COACHING, *[[]] * 60_000, [None] * 200 + ["x"]])),
    "corner.xlsb": binary.xlsb(binary.Sheet("入校輔導", [COACHING, *[[]] * 60_000, [None] * 200 + ["x"]])),
    "corner.xlsx": written("xlsx", {"入校輔導": [COACHING, *[[]] * 60_000, [None] * 200 + ["x"]]}),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_what_only_declares_its_size_is_refused_by_a_sentence(tmp_path: Path, name: str):
    (sheet,) = read(tmp_path, BOMBS[name], f"入校輔導_{name}")
    words = ("太大", "重複了", "已損壞", "文字超過")
    assert sheet.table == "coaching" and any(one in (sheet.problem or "") for one in words), sheet.problem


def test_a_declared_size_of_a_worksheet_in_xls_is_not_believed(tmp_path: Path):
    stream = binary.xls_stream([binary.Sheet("入校輔導", [COACHING, VISIT])], size=(0xFFFFFFFF, 0xFFFF))
    (sheet,) = read(tmp_path, binary.packed(stream), "入校輔導.xls")
    assert rows_of(sheet) == [VISIT]


def test_a_long_text_that_many_cells_of_an_xls_file_share_is_refused(tmp_path: Path):
    rows = [COACHING, *[["長" * 8_000, *VISIT[1:]]] * 50_000]
    (sheet,) = read(tmp_path, binary.xls(binary.Sheet("入校輔導", rows)), "入校輔導.xls")
    assert "文字超過" in (sheet.problem or "")


def test_shared_texts_of_xls_run_over_the_ends_of_records(tmp_path: Path):
    rows = [COACHING, *([*VISIT[:3], f"{i}" + "長" * 3_000] for i in range(30))]
    (sheet,) = read(tmp_path, binary.xls(binary.Sheet("入校輔導", rows)), "入校輔導.xls")
    assert rows_of(sheet) == rows[1:]


def measured(name: str) -> bytes:
    """A workbook as large, or as empty, as its bounds let it be."""
    match name:
        case "sparse.xlsx":
            return written("xlsx", {"入校輔導": [*ROWS, *[[]] * 40, [None] * 16_000 + ["x"]]})
        case "gap.ods":
            far = '<table:table-cell table:number-columns-repeated="16000"/><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row>'
            return ods_of(ods_row(COACHING) + "".join(ods_row(one)[:-18] + far for one in ROWS[1:] * 2))
        case "repeated.ods":
            return ods_of(ods_row(COACHING) + ods_row(VISIT, row=' table:number-rows-repeated="49000"'))
        case "errors.xlsx":
            return written("xlsx", {"入校輔導": [COACHING, *[[*VISIT[:3], "#N/A"]] * 20_000]})
        case "merged.xlsx":
            return written(
                "xlsx", {"入校輔導": [[*COACHING, *"abcdef"], *[VISIT] * 9_000]}, merged="E2:J9001"
            )
    return written("xls", {"入校輔導": [COACHING, *[VISIT] * 20_000]})


def peak(folder: Path, **workbooks: bytes) -> int:
    """The most memory, in bytes, of a build of these files alone."""
    (folder / "data").mkdir()
    for name, data in workbooks.items():
        (folder / "data" / f"入校輔導_{name}").write_bytes(data)
    outcome, held = build_measured(folder / "data", folder / "warehouse")
    assert outcome.code == 0 and "讀不進來" not in outcome.err, outcome.err
    return held


def declared(name: str, data: bytes) -> int:
    """How many bytes a workbook says that it is, unpacked."""
    if name.endswith(".xls"):
        return len(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(part.file_size for part in archive.infolist())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The memory that a build of one row takes."""
    data = written("xlsx", {"入校輔導": [COACHING, VISIT]})
    return peak(tmp_path_factory.mktemp("small"), **{"small.xlsx": data})


@pytest.mark.parametrize(
    "names", [("sparse.xlsx", "gap.ods", "many.xls"), ("repeated.ods", "errors.xlsx", "merged.xlsx")]
)
def test_memory_follows_what_a_workbook_declares(tmp_path: Path, names: tuple[str, ...], small: int):
    """That of several, one read after the other, follows the largest of them."""
    workbooks = {name: measured(name) for name in names}
    largest = max(declared(name, data) for name, data in workbooks.items())
    assert peak(tmp_path, **workbooks) <= small + 100_000_000 + 3 * largest


# As the figures and the messages have it


def test_workbooks_of_every_format_count_in_one_build(tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    for at, format in enumerate(FORMATS):
        rows = [["深澳國小", DAY + dt.timedelta(days=at), f"王{format}", topic] for topic in ("備課", "#N/A")]
        titles = {
            "九月": [COACHING, *rows],
            "入校輔導_舊": [COACHING, *rows, *rows],
            "代碼表": [["甲", "乙"], ["丙"]],
        }
        (data / f"入校輔導_{format}.{format}").write_bytes(written(format, titles, hidden=["入校輔導_舊"]))
    (data / "入校輔導_壞.xlsx").write_bytes(packed({"a.txt": b"x"}))
    outcome = build(data, tmp_path / "warehouse")
    assert outcome.code == 0 and "入校輔導_壞.xlsx" in outcome.err
    found = inputs(tmp_path / "warehouse")
    for format in FORMATS:
        name = f"入校輔導_{format}.{format}"
        assert (found[f"{name}#九月"]["accepted"], found[f"{name}#九月"]["duplicate"]) == (1, 1)
        assert "隱藏" in found[f"{name}#入校輔導_舊"]["left_out"]
        assert f"{name}#代碼表" in outcome.err


def test_an_error_cell_rejects_the_row_where_a_value_is_required(tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    for format in FORMATS:
        rows = [COACHING, VISIT, ["深澳國小", "#N/A", "王一", "備課"], ["#REF!", DAY, "王二", "備課"]]
        (data / f"入校輔導_{format}.{format}").write_bytes(written(format, {"入校輔導": rows}))
    assert build(data, tmp_path / "warehouse").code == 0
    found = {(one["file"].partition("#")[0], one["reason"]) for one in flaws(tmp_path / "warehouse")}
    assert found == {
        (f"入校輔導_{format}.{format}", reason)
        for format in FORMATS
        for reason in ("bad_date", "unknown_school")
    }


# Every table of both programmes


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_every_table_is_read_from_every_format_its_days_from_1904_and_its_errors(
    tmp_path: Path, format: str, table: Contract
):
    header = [column.headers[0] for column in table.columns.values()]
    rows = [header, ["#N/A"] * len(header), [Serial(40_000)] * len(header)]
    titles = {"說明": [["請填"]], "工作表2": rows, "工作表3": [["備註"], *rows]}
    told, *found = read(tmp_path, written(format, titles, is_1904=True), f"{table.names[0]}_深澳.{format}")
    assert told.left_out
    day = (dt.date(1904, 1, 1) + dt.timedelta(days=40_000)).isoformat()
    for sheet in found:
        errors, days = rows_of(sheet)
        assert sheet.table == table.id and set(sheet.layout) == set(table.columns)
        assert set(errors) == {"#N/A"}
        are_days = [table.columns[name].type in ("date", "timestamp") for name in sheet.layout]
        assert days == [day if is_day else "40000" for is_day in are_days]


def test_every_format_may_be_uploaded():
    assert {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"} <= set(warehouse.SUFFIXES)


# What is counted a second way


@pytest.mark.parametrize("format", FORMATS)
def test_a_row_that_the_reader_loses_is_found_out(
    tmp_path: Path, format: str, monkeypatch: pytest.MonkeyPatch
):
    """The reader is made to lose the third row of each worksheet: nobody else would know that there was one."""
    if format == "ods":
        end_row = ods._Content._end_row

        def losing(self: ods._Content) -> None:
            if self._table and self._table.line == 2:
                self._table.row = []
            end_row(self)

        monkeypatch.setattr(ods._Content, "_end_row", losing)
    else:
        with_errors = calamine._with_errors
        monkeypatch.setattr(
            calamine,
            "_with_errors",
            lambda *given: ([""] * len(row) if i == 2 else row for i, row in enumerate(with_errors(*given))),
        )
    rows = [COACHING, VISIT, ["深澳國小", DAY, "", ""], VISIT]
    (sheet,) = read(tmp_path, written(format, {"入校輔導": rows}), f"入校輔導.{format}")
    assert sheet.rows == () and "請用試算表軟體開啟後另存新檔" in (sheet.problem or "")
    assert ("3 列" in (sheet.problem or "")) or "第 3 列" in (sheet.problem or "")


def test_a_row_of_blank_texts_alone_is_none_that_was_lost(tmp_path: Path):
    """A cell that refers to a shared text that is blank, or has an empty result, is no value."""
    book = written("xlsx", {"入校輔導": [COACHING, ["空白", "有字", None, None], VISIT]})
    shared = re.compile(rb't="inlineStr"><is><t>(\S+?)</t></is>')
    indices = {"空白": b"0", "有字": b"1"}
    end = b'<row r="9"><c r="A9" t="s"><v>0</v></c></row><row r="10"><c r="A10" t="str"><v></v></c></row></sheetData>'

    def referring(xml: bytes) -> bytes:
        def by_index(found: re.Match[bytes]) -> bytes:
            index = indices.get(html.unescape(found[1].decode()))
            return b't="s"><v>%b</v>' % index if index else found[0]

        return shared.sub(by_index, xml).replace(b"</sheetData>", end)

    book = _edited(book, "xl/worksheets/sheet1.xml", referring)
    relation = b"<Relationship Id='rId99' Target='sharedStrings.xml' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings'/>"
    book = _edited(
        book,
        "xl/_rels/workbook.xml.rels",
        lambda xml: xml.replace(b"</Relationships>", relation + b"</Relationships>"),
    )
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    texts = "<t/></si><si><t>有字</t></si>".encode()
    parts["xl/sharedStrings.xml"] = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si>' + texts + b"</sst>"
    )
    (sheet,) = read(tmp_path, packed(parts))
    assert (sheet.problem, [line for line, _ in sheet.rows]) == (None, [2, 3])
    assert sheet.rows[0][1][:2] == ["", "有字"]


@pytest.mark.parametrize(
    "value",
    [
        't="s"><v>0</v>', 't="s"><v>1</v>', 't="s"><v>2</v>', 't="s"><v>3</v>', 't="inlineStr"><is><t> </t></is>',
        't="inlineStr"><is><t>\n</t></is>', 't="inlineStr"><is><t><![CDATA[ ]]></t></is>',
        't="inlineStr"><is><t/><rPh sb="0" eb="1"><t>ひ</t></rPh></is>', 't="str"><f>A1</f><v> </v>', "><v> </v>",
        't="s"><v></v>', 't="inlineStr"><is/>',
    ],
)  # fmt: skip
def test_a_cell_of_blanks_or_of_a_reading_alone_is_no_value_that_was_lost(tmp_path: Path, value: str):
    """The reader trims a text that does not say to keep its blanks, and leaves out how one is read aloud."""
    book = written("xlsx", {"入校輔導": [COACHING, VISIT]})
    relation = b"<Relationship Id='rId99' Target='sharedStrings.xml' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings'/>"
    rows = (
        f'<row r="9"><c r="A9" {value}</c></row><row r="12"><c r="A12" t="s"><v>4</v></c></row></sheetData>'
    )
    texts = (
        "<si><t> </t></si><si><t>\n</t></si><si><r><t> </t></r></si>"
        '<si><t/><rPh sb="0" eb="1"><t>ひ</t></rPh></si><si><t>字</t><rPh sb="0" eb="1"><t>ひ</t></rPh></si>'
    )
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    links, worksheet = "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"
    parts[links] = parts[links].replace(b"</Relationships>", relation + b"</Relationships>")
    parts[worksheet] = parts[worksheet].replace(b"</sheetData>", rows.encode())
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{main}">{texts}</sst>'.encode()
    (sheet,) = read(tmp_path, packed(parts))
    assert sheet.problem is None
    filled = [(line, cells[0]) for line, cells in sheet.rows if "".join(cells).strip()]
    assert filled == [(2, VISIT[0]), (12, "字")]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('office:value-type="date" office:date-value="-0043-01-01"/>', "-0043-01-01"),
        ('office:value-type="time" office:time-value="P1Y"/>', "P1Y"),
        ('office:value-type="float" office:value="x"/>', "x"),
        ('office:value="5"/>', "5"),
        (
            'office:value-type="string"><text:h text:outline-level="1">標題</text:h></table:table-cell>',
            "標題",
        ),
    ],
)
def test_a_value_of_an_ods_cell_that_is_none_of_ours_stands_as_it_is_written(
    tmp_path: Path, cell: str, text: str
):
    def edit(xml: bytes) -> bytes:
        row = f"<table:table-row><table:table-cell {cell}</table:table-row></table:table>"
        return xml.replace(b"</table:table>", row.encode())

    (sheet,) = read(
        tmp_path,
        _edited(written("ods", {"入校輔導": [COACHING, VISIT]}), "content.xml", edit),
        "入校輔導.ods",
    )
    assert rows_of(sheet) == [VISIT, [text]]


def test_what_an_ods_file_keeps_of_other_programs_is_no_worksheet(tmp_path: Path):
    """A link to another program (DDE) keeps its last answer as a table beside the worksheets."""
    kept = (
        b"<table:dde-links><table:dde-link><office:dde-source/><table:table><table:table-row>"
        b'<table:table-cell office:value-type="float" office:value="3"/></table:table-row></table:table>'
        b"</table:dde-link></table:dde-links></office:spreadsheet>"
    )
    book = _edited(
        written("ods", {"入校輔導": [COACHING, VISIT]}),
        "content.xml",
        lambda xml: xml.replace(b"</office:spreadsheet>", kept),
    )
    (sheet,) = read(tmp_path, book, "入校輔導.ods")
    assert rows_of(sheet) == [VISIT]


@pytest.mark.parametrize("format", ["xlsx", "ods", "xlsb"])
def test_a_part_of_one_thing_over_and_over_is_refused_before_it_is_unpacked(tmp_path: Path, format: str):
    """A remark of 60 MB is packed into 60 KB."""
    with zipfile.ZipFile(io.BytesIO(written(format, {"入校輔導": [COACHING, VISIT]}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "content.xml" if format == "ods" else "xl/worksheets/more.xml"
    parts[name] = parts.get(name, b"<a/>") + b"<!--" + b" " * 60_000_000 + b"-->"
    (sheet,) = read(tmp_path, packed(parts), f"入校輔導.{format}")
    assert "大得不合理" in (sheet.problem or "") and "另存新檔" in (sheet.problem or "")
