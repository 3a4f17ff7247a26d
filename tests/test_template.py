"""The empty templates: what a school fills in is what the reader knows."""

import datetime as dt
import re
import zipfile
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from python_calamine import CalamineWorkbook

from dashboard.definitions import contracts
from dashboard.definitions.column_types import TYPES
from dashboard.exports import tables, template
from dashboard.sources import files

TABLES = contracts.load()
COLUMNS = [(table, column) for table, contract in TABLES.items() for column in contract.columns]
CHOICES = {
    "category": ["A1", "A2", "資安"],
    "employment": ["正式教師", "代理教師", "職員"],
    "group": ["自主學習組", "行動學習組"],
    "role": ["重點學校", "夥伴學校"],
    "school": [f"第{n}示範國民小學" for n in range(60)],  # far over the 255 characters of an inline list
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("templates") / "new" / "folder"
    template.write(folder, TABLES, CHOICES)
    return folder


@pytest.fixture(scope="module")
def ods_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("templates") / "ods"
    template.write(folder, TABLES, CHOICES, "ods")
    return folder


@pytest.fixture(scope="module")
def books(folder):
    return {table: load_workbook(folder / f"{contract.names[0]}.xlsx") for table, contract in TABLES.items()}


def sheet_and_cell(books, table, column):
    sheet = books[table].worksheets[0]
    position = list(TABLES[table].columns).index(column) + 1
    return sheet, sheet.cell(row=1, column=position)


def drop_down(book, sheet, letter):
    """The rule of the column `letter`, and the words it offers."""
    for rule in sheet.data_validations.dataValidation:
        if str(rule.sqref).startswith(f"{letter}2:"):
            title, cells = rule.formula1.split("!")
            return rule, [cell.value for cell in book[title.strip("'")][cells.replace("$", "")][0]]
    return None, []


def test_each_table_is_one_file_named_so_that_the_reader_finds_it(folder):
    found = {path.name: contracts.table_of(path.stem, TABLES.values()).id for path in folder.iterdir()}
    assert found == {f"{contract.label['zh-TW']}.xlsx": table for table, contract in TABLES.items()}


@pytest.mark.parametrize("table", TABLES)
def test_the_first_worksheet_is_the_table_and_holds_its_headers_alone(books, table):
    sheet = books[table].worksheets[0]
    assert contracts.table_of(sheet.title, TABLES.values()).id == table
    assert list(sheet.values) == [tuple(column.headers[0] for column in TABLES[table].columns.values())]
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("table", TABLES)
def test_no_other_worksheet_can_be_taken_for_a_table(books, table):
    assert [sheet.title for sheet in books[table].worksheets[1:]] == ["填寫說明"]
    assert contracts.table_of("填寫說明", TABLES.values()) is None


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_required_column_is_told_by_style_and_note(books, table, column):
    _, cell = sheet_and_cell(books, table, column)
    contract = TABLES[table].columns[column]
    assert contract.note
    assert contract.note in cell.comment.text
    assert cell.font.bold == contract.required
    assert cell.comment.text.startswith("必填") == contract.required


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_whatever_is_not_a_figure_stays_the_text_that_was_typed(books, table, column):
    sheet, cell = sheet_and_cell(books, table, column)
    figures = TABLES[table].columns[column].type in {"count", "hours", "money", "number"}
    assert sheet.column_dimensions[cell.column_letter].number_format == ("General" if figures else "@")


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_the_drop_down_offers_what_the_contract_and_the_definition_know(books, table, column):
    sheet, cell = sheet_and_cell(books, table, column)
    rule, offered = drop_down(books[table], sheet, cell.column_letter)
    contract = TABLES[table].columns[column]
    if contract.type == "yes_no":
        expected = ["是", "否", *contract.words]
    else:
        expected = list(contract.choices.values()) or CHOICES.get(contract.type, [])
    assert offered == expected
    if rule is not None:
        assert str(rule.sqref) == f"{cell.column_letter}2:{cell.column_letter}1048576"
        assert (rule.errorStyle == "stop") == (contract.type in {"choice", "group", "role"})


@pytest.mark.parametrize("table", TABLES)
def test_the_guide_lists_every_column_with_its_note_and_an_example_or_words(books, table):
    guide = {row[0]: row[1:] for row in books[table]["填寫說明"].values}
    for column in TABLES[table].columns.values():
        need, note, example, *words = guide[column.headers[0]]
        assert need == ("必填" if column.required else "可空白")
        assert note == column.note
        assert example or any(words) or "例如" in note or column.type in {"text", "host"}
        assert (example == TYPES["person"].example) == (column.type == "person")


def test_without_a_definition_the_contracts_own_choices_remain(tmp_path):
    paths = template.write(tmp_path, {"srl_survey": TABLES["srl_survey"]})
    assert [path.name for path in paths] == ["自主學習量表.xlsx"]
    book = load_workbook(paths[0])
    rules = book.worksheets[0].data_validations.dataValidation
    assert len(rules) == 1  # the phase alone: no schools are known


def test_nothing_is_written_where_one_of_the_files_already_stands(tmp_path):
    mine = tmp_path / "教職員名冊.xlsx"
    mine.write_text("filled in by hand", encoding="utf-8")
    with pytest.raises(template.TemplateError, match=r"已經有 教職員名冊\.xlsx。.*請換一個空的資料夾"):
        template.write(tmp_path, TABLES, CHOICES)
    assert list(tmp_path.iterdir()) == [mine]
    assert mine.read_text(encoding="utf-8") == "filled in by hand"


def test_a_folder_that_is_a_file_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(template.TemplateError, match="請確認它是資料夾"):
        template.write(tmp_path / "file", TABLES, CHOICES)


@pytest.mark.parametrize("table", TABLES)
def test_a_template_that_was_filled_in_reads_back_whole(folder, tmp_path, table):
    name = f"{TABLES[table].names[0]}.xlsx"
    book = load_workbook(folder / name)
    row = [f"{number}-2" for number, _ in enumerate(TABLES[table].columns)]
    book.worksheets[0].append(row)
    book.save(tmp_path / name)
    filled, guide = files.read(tmp_path / name, tmp_path, {}, TABLES, tmp_path)
    assert (filled.table, filled.problem, guide.table) == (table, None, None)
    assert list(filled.layout) == list(TABLES[table].columns)
    assert [(line, list(cells)) for line, cells in filled.rows] == [(2, row)]


# The same as ODS


def elements(part, path):
    """The elements of a part of an ODS at a path; names without their namespaces, but for `name`s of the two kinds."""
    for element in part.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
    return part.findall(path)


def columns_of_ods(path):
    """Of each column of the first worksheet: header, note, looks as required, keeps texts, the words, closed, last row."""
    with zipfile.ZipFile(path) as archive:
        content = ElementTree.fromstring(archive.read("content.xml"))
    guide = CalamineWorkbook.from_path(path).get_sheet_by_name("填寫說明").to_python(skip_empty_area=False)
    looks = {style.get("name"): style for style in elements(content, ".//style")}
    rules = {rule.get("name"): rule for rule in content.findall(".//content-validation")}
    sheet = content.find(".//table")
    header, blank = sheet.findall("table-row")
    last = 1 + int(blank.get("number-rows-repeated"))
    found = []
    for column, top, cell in zip(sheet.findall("table-column"), header, blank, strict=True):
        rule = rules.get(cell.get("content-validation-name"))
        words, closed = [], None
        if rule is not None:
            cells = re.search(r"\[\$'填寫說明'\.(.*):\.(.*)\]", rule.get("condition"))
            left, row, right, below = range_boundaries(f"{cells[1]}:{cells[2]}")
            assert row == below
            words = guide[row - 1][left - 1 : right]
            closed = rule.find("error-message").get("message-type") == "stop"
        found.append(
            (
                "".join(text.text for text in top.findall("p")),
                "".join(top.find("annotation").itertext()),
                looks[top.get("style-name")].find("text-properties").get("font-weight") == "bold",
                looks[column.get("default-cell-style-name")].get("data-style-name") == "as-text",
                words,
                closed,
                last,
            )
        )
    return found


def columns_of_xlsx(book):
    """The same of an XLSX."""
    sheet = book.worksheets[0]
    found = []
    for cell in sheet[1]:
        rule, words = drop_down(book, sheet, cell.column_letter)
        found.append(
            (
                cell.value,
                cell.comment.text,
                cell.font.bold,
                sheet.column_dimensions[cell.column_letter].number_format == "@",
                words,
                None if rule is None else rule.errorStyle == "stop",
                1_048_576,
            )
        )
    return found


def rows_of(path, sheet):
    return CalamineWorkbook.from_path(path).get_sheet_by_index(sheet).to_python(skip_empty_area=False)


@pytest.mark.parametrize("table", TABLES)
def test_the_ods_has_the_headers_notes_looks_formats_and_drop_downs_of_the_xlsx(books, ods_folder, table):
    path = ods_folder / f"{TABLES[table].names[0]}.ods"
    assert columns_of_ods(path) == columns_of_xlsx(books[table])


@pytest.mark.parametrize("table", TABLES)
def test_the_ods_reads_back_as_the_xlsx_does(folder, ods_folder, table):
    name = TABLES[table].names[0]
    made, known = ods_folder / f"{name}.ods", folder / f"{name}.xlsx"
    assert CalamineWorkbook.from_path(made).sheet_names == CalamineWorkbook.from_path(known).sheet_names
    assert rows_of(made, 0) == [[column.headers[0] for column in TABLES[table].columns.values()]]
    guide = rows_of(made, 1)
    assert [[*filter(None, row)] for row in guide] == [[*filter(None, row)] for row in rows_of(known, 1)]


@pytest.mark.parametrize("table", TABLES)
def test_an_ods_that_was_filled_in_reads_back_whole(ods_folder, tmp_path, table):
    """A row as Calc writes it: its cells keep the drop-downs and are texts, since their columns are."""
    path = ods_folder / f"{TABLES[table].names[0]}.ods"
    typed = ["5-2", "011601", "85/8/1", "1e5"] * len(TABLES[table].columns)
    row = typed[: len(TABLES[table].columns)]
    cells = "".join(f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
                    for text in row)  # fmt: skip
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(tmp_path / path.name, "w") as filled:
        for name in archive.namelist():
            body = archive.read(name).decode()
            blank = '<table:table-row table:number-rows-repeated="1048575">'
            begun = f"<table:table-row>{cells}</table:table-row>{blank.replace('1048575', '1048574')}"
            filled.writestr(name, body.replace(blank, begun))
    filled, guide = files.read(tmp_path / path.name, tmp_path, {}, TABLES, tmp_path)
    assert (filled.table, filled.problem, guide.table) == (table, None, None)
    assert list(filled.layout) == list(TABLES[table].columns)
    assert [(line, list(cells)) for line, cells in filled.rows] == [(2, row)]


@pytest.mark.parametrize("write", [tables.xlsx, tables.ods])
def test_a_table_that_the_product_wrote_is_one_that_it_reads(tmp_path, write):
    header = ["學校名稱", "教師編號", "姓名", "課程名稱", "研習日期", "時數"]
    rows = [
        ["深澳國小", "001", "林‧巴奈", "A1", dt.date(2022, 10, 7), 1.5],
        ["八斗國小", None, "=甲", "a  b", "111/10/7", 3],
    ]
    (tmp_path / f"研習紀錄.{write.__name__}").write_bytes(write("研習紀錄", header, rows))
    (read,) = files.read(tmp_path / f"研習紀錄.{write.__name__}", tmp_path, {}, TABLES, tmp_path)
    assert (read.table, read.problem) == ("training", None)
    assert [list(cells) for _, cells in read.rows] == [
        ["深澳國小", "001", "林‧巴奈", "A1", "2022-10-07", "1.5"],
        ["八斗國小", "", "'=甲", "a  b", "111/10/7", "3"],
    ]


def test_an_ods_that_stands_there_already_is_left_alone_and_an_xlsx_beside_it_is_no_hindrance(tmp_path):
    template.write(tmp_path, {"coaching": TABLES["coaching"]}, CHOICES, "ods")
    mine = (tmp_path / "入校輔導.ods").read_bytes()
    with pytest.raises(template.TemplateError, match=r"已經有 入校輔導\.ods。"):
        template.write(tmp_path, {"coaching": TABLES["coaching"]}, None, "ods")
    template.write(tmp_path, {"coaching": TABLES["coaching"]}, CHOICES)
    assert (tmp_path / "入校輔導.ods").read_bytes() == mine and (tmp_path / "入校輔導.xlsx").is_file()


def test_a_template_is_an_opendocument_package_whose_kind_its_first_bytes_tell(ods_folder):
    for path in ods_folder.iterdir():
        with zipfile.ZipFile(path) as archive:
            first = archive.infolist()[0]
            assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
            assert archive.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
            listed = re.findall(r'full-path="([^"/]+)"', archive.read("META-INF/manifest.xml").decode())
            assert {*listed, "mimetype", "META-INF/manifest.xml"} == set(archive.namelist())


def test_a_table_too_large_for_ods_says_what_to_take_instead() -> None:
    rows = [[at, "深澳國小"] for at in range(tables.ODS_CELLS // 2)]
    assert tables.ods("表", ["號", "學校"], rows[:10])
    with pytest.raises(tables.TooLarge, match="XLSX 或 CSV"):
        tables.ods("表", ["號", "學校"], [*rows, [0, ""]])
