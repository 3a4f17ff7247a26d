"""The empty templates: what a school fills in is what the reader knows."""

import pytest
from openpyxl import load_workbook

from dashboard.exports import template
from dashboard.sources import contracts, files

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
