"""`kpi compare`: whose figures differ between two definitions over the same sources, and which parameter did it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard import warehouse
from dashboard.definitions.programme import Programme
from dashboard.warehouse import compare
from tests.cases.reading import CASES, DAY, DEFINITION, FILES, LIGHT, PEACE, SUCCESS
from tests.running import Outcome, kpi

COLUMNS = [
    "kpi", "period", "level", "group", "school", "counted_old", "counted_new", "base_old", "base_new", "required_old",
    "required_new", "status_old", "status_new", "because",
]  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder; the definition that holds now is written by each test."""
    folder = tmp_path_factory.mktemp("compare") / "data"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module", autouse=True)
def replayed_once() -> Iterator[None]:
    """The figures of a definition over the same files are replayed once: nearly every test compares with the same one."""
    real, known = compare._Replays._replay, {}

    def replay(self: Any, programme: Programme, told: str) -> compare.Figures:
        folder = self.ground.places.folder
        files = [(path.name, path.stat().st_mtime_ns) for path in folder.rglob("*") if path.suffix != ".toml"]
        key = repr((self.ground.places, sorted(files), self.sources, self.before, programme, self.ground.on))
        if key not in known:
            known[key] = real(self, programme, told)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compare._Replays, "_replay", replay)
        yield


def compared(data: Path, new: str, old: str = DEFINITION, *options: object, form: str = "csv") -> Outcome:
    """What `kpi compare` says of a definition that was `old` and is `new`."""
    (data / "reading-99.toml").write_text(new, encoding="utf-8")
    former = data.parent / "去年的規則.toml"
    former.write_text(old, encoding="utf-8")
    return kpi(
        "compare", "--with", former, "--data", data, "--warehouse", data.parent / "warehouse", "--as-of", DAY,
        "--format", form, *options,
    )  # fmt: skip


def changed(*pairs: tuple[str, str]) -> str:
    text = DEFINITION
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def differences(told: Outcome) -> dict[tuple[str, str], dict[str, tuple[str, str]]]:
    """The figures that differ, by indicator and school."""
    return {
        (row["kpi"], row["school"]): {
            name: (row[f"{name}_old"], row[f"{name}_new"])
            for name in ("counted", "base", "required", "status")
            if row[f"{name}_old"] != row[f"{name}_new"]
        }
        for row in told.rows
    }


@pytest.mark.parametrize("case", CASES)
def test_a_parameter_changes_what_it_should_and_is_named(case: str, data: Path) -> None:
    old, new, text, expected = CASES[case]
    told = compared(data, changed((old, new)))
    assert told.code == 0, told.err
    assert told.header == COLUMNS
    assert differences(told) == expected
    assert text in told.err
    assert all(text in row["because"] for row in told.rows)


def test_rows_stand_in_the_order_of_the_results(data: Path) -> None:
    told = compared(
        data,
        changed(('"1/2"', '"1/3"'), ("minutes = 60", "minutes = 90"), ("require = 1\n", "require = 2\n")),
    )
    assert [(row["kpi"], row["group"], row["school"]) for row in told.rows] == [
        ("readers", "東區", SUCCESS), ("readers", "東區", PEACE), ("hours", "東區", SUCCESS), ("hours", "東區", PEACE),
        ("visits", "東區", SUCCESS), ("visits", "東區", PEACE), ("visits", "西區", LIGHT),
    ]  # fmt: skip
    assert {(row["period"], row["level"]) for row in told.rows} == {("spring", "school")}


def test_two_changes_that_are_independent_are_told_apart(data: Path) -> None:
    told = compared(data, changed(("minutes = 60", "minutes = 120"), ("never = []", 'never = ["繪本"]')))
    because = {(row["kpi"], row["school"]): row["because"] for row in told.rows}
    assert because == {
        ("readers", PEACE): "courses[閱讀].never + 繪本",
        ("hours", SUCCESS): "kpis.hours.parameters.minutes 60 → 120",
        # Either alone leaves one of the two who counted.
        ("hours", PEACE): "courses[閱讀].never + 繪本；kpis.hours.parameters.minutes 60 → 120",
    }


def test_changes_of_one_row_that_each_move_another_figure_are_both_named(data: Path) -> None:
    told = compared(data, changed(("never = []", 'never = ["繪本"]'), ('"1/2"', '"4/5"')))
    (row,) = [row for row in told.rows if (row["kpi"], row["school"]) == ("readers", PEACE)]
    assert (row["counted_new"], row["required_new"]) == ("1", "4")
    assert row["because"] == "courses[閱讀].never + 繪本；kpis.readers.require.share 1/2 → 4/5"


def test_what_only_the_combination_does_is_said_so(data: Path) -> None:
    """All three teachers of 成功國小 count only where the window is longer and the other category counts too."""
    every = ('require = { share = "1/2", rounding = "ceil" }', 'require = "all"')
    old = changed(every)
    new = changed(
        every,
        (
            "window = { start = 2024-03-01, end = 2024-05-31 }\ndeadline = 2024-05-31\nexempt",
            "window = { start = 2024-03-01, end = 2024-06-30 }\ndeadline = 2024-05-31\nexempt",
        ),
        ('categories = ["閱讀"]\nrequire = "all"', 'categories = ["閱讀", "書寫"]\nrequire = "all"'),
        ("minutes = 60", "minutes = 61"),
    )
    told = compared(data, new, old)
    because = {(row["kpi"], row["school"]): row["because"] for row in told.rows}
    assert differences(told)["readers", SUCCESS] == {"counted": ("1", "3"), "status": ("overdue", "met")}
    assert because["readers", SUCCESS] == (
        "kpis.readers.categories + 書寫 ＋ kpis.readers.window.end 2024-05-31 → 2024-06-30（合起來才如此）"
    )
    assert because["hours", SUCCESS] == "kpis.hours.parameters.minutes 60 → 61"


def test_a_change_that_is_no_definition_alone_goes_with_what_it_needs(data: Path) -> None:
    """A school that moves to another group leaves one and joins the other; a category needs its course."""
    told = compared(
        data,
        changed(
            ('partners = ["和平國小"]', "partners = []"),
            ('lead = "光復國小"\npartners = []', 'lead = "光復國小"\npartners = ["和平國小"]'),
            ('category = "書寫"', 'category = "寫作"'),
            ('categories = ["閱讀"]\nrequire', 'categories = ["閱讀", "寫作"]\nrequire'),
        ),
    )
    assert {(row["kpi"], row["school"]): row["because"] for row in told.rows} == {
        (
            "readers",
            SUCCESS,
        ): "courses + 寫作 ＋ kpis.readers.categories + 寫作（合起來才如此）"
    }


def test_many_changes_of_one_section_are_taken_together(data: Path) -> None:
    many = ", ".join(f'"別名{n}" = "成功國小"' for n in range(20))
    told = compared(
        data,
        changed(('aliases = { "竹林附小" = "和平國小" }', f"aliases = {{ {many} }}"), ("minutes = 60", "minutes = 90")),
    )  # fmt: skip
    assert {row["because"] for row in told.rows} == {
        "aliases（21 處）", "kpis.hours.parameters.minutes 60 → 90",
    }  # fmt: skip


def test_the_same_definition_differs_in_nothing(data: Path) -> None:
    told = compared(data, "# 註\n" + DEFINITION.replace("一個", "一"))
    assert (told.code, told.rows, told.header) == (0, [], COLUMNS)
    assert told.err == "兩份定義沒有不同，數字也沒有不同。\n"


def test_words_for_people_are_no_change(data: Path) -> None:
    told = compared(
        data,
        changed(
            ("閱讀計畫", "悅讀計畫"), ("教師參加過閱讀研習。", "另一句。"), ('clause = "三"', 'clause = "四"')
        ),
    )
    assert (told.code, told.rows) == (0, []) and "沒有不同" in told.err


def test_a_change_that_moves_no_figure_is_named_all_the_same(data: Path) -> None:
    told = compared(data, changed(('contains = ["書寫"]', 'contains = ["書寫", "作文"]')))
    assert (told.code, told.rows) == (0, [])
    assert "各校的數字都沒有不同" in told.err and "courses[書寫].contains + 作文" in told.err


def test_another_programmes_definition_is_refused_in_one_sentence(data: Path) -> None:
    told = compared(data, DEFINITION, DEFINITION.replace("reading-99", "writing-99"))
    assert (told.code, told.out) == (3, "")
    assert (
        told.err
        == "錯誤：去年的規則.toml：這是「writing-99」的定義，要比較的是「reading-99」。請給同一個計畫原來的定義檔。\n"
    )


@pytest.mark.parametrize(
    ("old", "sentence"),
    [
        ("x = ", "不是正確的 TOML"),
        (DEFINITION + "\nmore = 1\n", "不認得的鍵「kpis.visits.more」"),
        (DEFINITION.replace('"coaching"]', "]"), "kpis.visits：table「coaching」不在 tables"),
    ],
)  # fmt: skip
def test_a_former_definition_with_a_fault_is_told_of(old: str, sentence: str, data: Path) -> None:
    told = compared(data, DEFINITION, old)
    assert (told.code, told.out) == (3, "") and f"去年的規則.toml：{sentence}" in told.err


def test_a_former_definition_that_is_not_there_is_told_of(data: Path, tmp_path: Path) -> None:
    told = kpi("compare", "--with", tmp_path / "old.toml", "--data", data)
    assert told.code == 3 and "找不到這個定義檔" in told.err


def test_its_own_queries_are_those_beside_it_else_those_that_hold_now(data: Path, tmp_path: Path) -> None:
    own = 'query = "calls"\ntable = "coaching"'
    text = changed(('query = "coaching"\ntable = "coaching"', own))
    folder = tmp_path / "data"
    (folder / "queries").mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    sql = (Path(__file__).parents[1] / "queries" / "kpis" / "coaching.sql").read_text(encoding="utf-8")
    (folder / "queries" / "calls.sql").write_text(sql, encoding="utf-8")
    assert compared(folder, text, text).err.startswith("兩份定義沒有不同")
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "calls.sql").write_text(
        sql.replace("1 as amount", "2 as amount"), encoding="utf-8"
    )
    told = compared(folder, text, text)
    assert {row["because"] for row in told.rows} == {"queries/calls.sql（內容不同）"}


def test_the_forms_are_those_of_the_results(data: Path) -> None:
    new = changed(("minutes = 60", "minutes = 120"))
    rows = json.loads(compared(data, new, form="json").out)
    assert list(rows[0]) == COLUMNS and rows[0]["counted_old"] == 1
    table = compared(data, new, form="table").out.splitlines()
    assert table[0].split() == COLUMNS and len(table) == 1 + len(rows)


def test_without_a_day_it_is_the_definitions_own_or_today(data: Path) -> None:
    new = changed(("minutes = 60", "minutes = 120")).replace('city =', 'as_of = 2024-03-04\ncity =')  # fmt: skip
    compared(data, new)
    told = kpi(
        "compare", "--with", data.parent / "去年的規則.toml", "--data", data, "--warehouse", data.parent / "none",
        "--format", "csv",
    )  # fmt: skip
    assert (told.code, told.rows) == (0, []) and "截至 2024-03-04" in told.err


def test_nothing_is_published_and_the_warehouse_is_untouched(data: Path) -> None:
    place = data.parent / "warehouse"
    (data / "reading-99.toml").write_text(DEFINITION, encoding="utf-8")
    assert kpi("build", "--data", data, "--warehouse", place).code == 0

    def state() -> dict[str, str]:
        return {
            path.as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for root in (place, data)
            for path in root.rglob("*")
            if path.is_file() and path.suffix != ".toml"
        }

    before = state()
    assert compared(data, changed(("minutes = 60", "minutes = 120"), ('"1/2"', '"1/3"'))).code == 0
    assert state() == before


def test_a_folder_that_cannot_be_built_is_told_of(data: Path, tmp_path: Path) -> None:
    (data / "reading-99.toml").write_text(changed(("minutes = 60", "minutes = 120")), encoding="utf-8")
    former = tmp_path / "old.toml"
    former.write_text(DEFINITION, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "reading-99.toml").write_text(
        changed(("minutes = 60", "minutes = 1")), encoding="utf-8"
    )
    told = kpi("compare", "--with", former, "--data", tmp_path / "empty", "--warehouse", tmp_path / "w")
    assert (told.code, told.out) == (3, "") and "沒有任何一張讀得進來的資料表" in told.err
    assert not (tmp_path / "w").exists()


def test_the_columns_are_told_in_the_help_and_in_the_guide(capfd: pytest.CaptureFixture[str]) -> None:
    from dashboard.cli import main

    assert list(warehouse.COMPARED) == list(compare.COMPARED) == COLUMNS
    assert main(["compare", "--help"]) == 0
    told = capfd.readouterr().out
    guide = (Path(__file__).parents[1] / "docs" / "guide.zh-TW.md").read_text(encoding="utf-8")
    section = guide[guide.index("## 規則改了") :]
    for name in COLUMNS:
        assert name in told and f"`{name}`" in section


def test_spreadsheets_are_not_asked_and_those_never_read_are_told(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.sources.google.Reader", lambda *_: pytest.fail("asked"))
    (data / "reading-99.toml").write_text(changed(("minutes = 60", "minutes = 120")), encoding="utf-8")
    former = tmp_path / "old.toml"
    former.write_text(DEFINITION, encoding="utf-8")
    link = "https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg/edit"
    (tmp_path / "kpi.toml").write_text(
        f'data = "{data.as_posix()}"\n[[spreadsheets]]\nlink = "{link}"\nby_link = true\n', encoding="utf-8"
    )
    told = kpi(
        "--config", tmp_path / "kpi.toml", "compare", "--with", former, "--as-of", DAY, "--format", "csv"
    )
    assert (told.code, len(told.rows)) == (0, 2), told.err
    assert "有 1 份試算表還沒有讀過，不在比較裡" in told.err
