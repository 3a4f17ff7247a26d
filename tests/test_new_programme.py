"""`kpi new-programme`: from an empty file to a first dashboard, and what the new definition says of each key."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from dashboard.cli.definitions import STARTER
from dashboard.definitions import contracts, deployment, programmes
from dashboard.definitions.programme import Column, Course, Group, Kpi, Period, Programme, Share, Window
from tests.pages import PAGES, html_of, open_page
from tests.running import kpi

ID = "my-city-99"
KEYS = sorted(
    {name for model in (Programme, Kpi, Group, Course, Column, Period, Share, Window) for name in model.model_fields}
    - {"queries"} | {"extends"}
)  # fmt: skip
ROWS = {
    "學校名冊": [
        {"學校名稱": "甲國小", "組別": "第一組", "角色": "重點學校", "班級數": 12},
        {"學校名稱": "乙國小", "組別": "第一組", "角色": "夥伴學校", "班級數": 6},
    ],
    "教職員名冊": [
        {"學校名稱": "甲國小", "教師編號": "T1", "姓名": "王一", "身分別": "正式教師", "到職日": "110/08/01"},
        {"學校名稱": "甲國小", "教師編號": "T2", "姓名": "李二", "身分別": "正式教師", "到職日": "110/08/01"},
    ],
    "研習紀錄": [
        {"教師編號": "T1", "課程名稱": course, "研習日期": "111/05/05", "時數": 3, "研習證明": "是"}
        for course in ("A1數位學習工作坊(一)", "A2數位學習工作坊(二)")
    ],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fill(form: Path, rows: list[dict[str, object]]) -> None:
    book = load_workbook(form)
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for line, row in enumerate(rows, 2):
        for header, value in row.items():
            sheet.cell(line, columns[header], value)
    book.save(form)


def test_from_an_empty_file_to_a_first_dashboard(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kpi("new-programme", ID).code == 0
    told = kpi("check")
    assert (told.code, told.out) == (0, f"{ID}：3 項指標、名冊所列學校，定義沒有問題。\n")
    assert kpi("template", "forms").code == 0
    for name, rows in ROWS.items():
        fill(folder / "forms" / f"{name}.xlsx", rows)
        (folder / "forms" / f"{name}.xlsx").rename(folder / "data" / f"{name}.xlsx")
    told = kpi("build")
    assert told.code == 0, told.err
    rows = {
        (row["kpi"], row["school"]): row
        for row in kpi("results", "--level", "school", "--format", "csv").rows
    }
    assert (rows["a1a2", "甲國小"]["counted"], rows["a1a2", "甲國小"]["base"]) == ("1", "2")
    assert rows["a1a2", "乙國小"]["status"] == "no_data"  # nobody of it is in the roster
    assert rows["digital_literacy", "甲國小"]["required"] == "1"
    assert rows["public_lesson", "甲國小"]["status"] == "no_data"  # 公開授課 was not handed in
    monkeypatch.setenv(deployment.VARIABLE, str(folder))
    for name in PAGES:
        app = open_page(name)
        assert not app.exception, name
        assert "這個畫面讀不出來" not in html_of(app), name
    assert "A1、A2" in html_of(open_page(PAGES[0]))


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_explained_in_chinese(key: str) -> None:
    lines = STARTER.read_text(encoding="utf-8").splitlines()
    assert any(re.search(rf"^(?=.*\b{key}\b).*#.*[一-鿿]", line) for line in lines)


def test_the_new_definition_is_of_this_year(folder: Path) -> None:
    kpi("new-programme", ID)
    programme = programmes.load(folder / "data" / f"{ID}.toml", contracts.load())
    year = dt.date.today().year
    (period,) = programme.periods
    assert (period.id, period.start, period.end) == (
        f"{year - 1911}",
        dt.date(year, 1, 1),
        dt.date(year, 12, 31),
    )
    assert not programme.sample and programme.as_of is None and programme.groups == ()


def test_what_is_commented_out_can_be_taken_in(folder: Path) -> None:
    """The examples: listed groups with codes, items, a column of its own, and each optional key of an indicator."""
    kpi("new-programme", ID)
    path = folder / "data" / f"{ID}.toml"
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"^groups = \[\].*\n", "", text, flags=re.MULTILINE)
    for key in (r"\[\[groups\]\]", "name", "lead", "partners", r"\[codes\]", '"甲國小"', '"某某大學附小"', r"\[items\]", "lessons",
                r"\[columns.*\]", "headers", "type", "required", "note", "never", "duties", "only_where", "as_of", "sample"):  # fmt: skip
        assert re.search(rf"^# {key}", text, re.MULTILINE), key
        text = re.sub(rf"^# ({key})", r"\1", text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")
    told = kpi("check")
    assert (told.code, told.out) == (0, f"{ID}：3 項指標、3 校，定義沒有問題。\n"), told.err


def test_a_definition_that_is_there_stays_as_it_is(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / f"{ID}.toml").write_text("x", encoding="utf-8")
    told = kpi("new-programme", ID)
    assert (told.code, told.out) == (3, "") and "已經有了，沒有動它" in told.err
    assert (folder / "data" / f"{ID}.toml").read_text(encoding="utf-8") == "x"


def test_a_shipped_programme_is_not_hidden_by_a_new_one(folder: Path) -> None:
    told = kpi("new-programme", "keelung-111")
    assert told.code == 3 and 'extends = "keelung-111"' in told.err
    assert not (folder / "data").exists()


@pytest.mark.parametrize("id", ["My-City", "我的", "a b", "../x", ""])
def test_an_id_that_cannot_be_one_is_a_wrong_command_line(id: str, folder: Path) -> None:
    assert kpi("new-programme", id).code == 2
    assert list(folder.iterdir()) == []


def test_the_folder_is_the_one_that_is_named_else_the_configured_one(folder: Path) -> None:
    assert kpi("new-programme", ID, "--data", folder / "there").code == 0
    assert (folder / "there" / f"{ID}.toml").is_file()
    (folder / "kpi.toml").write_text('programmes = ["keelung-111"]\ndata = "exports"\n', encoding="utf-8")
    told = kpi("new-programme", ID)
    assert (folder / "exports" / f"{ID}.toml").is_file()
    assert f'programmes 加上 "{ID}"' in told.err


def test_a_folder_that_cannot_be_written_is_told_of(folder: Path) -> None:
    (folder / "data").write_text("", encoding="utf-8")
    told = kpi("new-programme", ID)
    assert (told.code, told.out) == (3, "") and "寫不進去" in told.err
