"""The command `kpi` as other programs use it: columns, order, formats, exit codes, and where each thing is said."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import os
import pty
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashboard import warehouse
from dashboard.cli import entry, main
from dashboard.definitions import contracts, programmes
from dashboard.exports.cells import safe
from dashboard.paths import ROOT
from tests.oracle.product import UNIT_COLUMNS
from tests.running import PROGRAMME, Outcome, kpi

RESULTS = [
    "programme", "kpi", "period", "level", "group", "school", "counted", "base", "required", "rate", "status",
    "schools_met", "schools_judged", "schools_no_data", "as_of", "deadline", "flags",
]  # fmt: skip
FIGURES = RESULTS[6:14]
REJECTS = ["severity", "table", "file", "line", "reason", "message", "suggestion", "original"]
KPIS = [
    "a1a2", "infosec", "digital_literacy", "it_lead", "public_lesson", "cross_observation", "srl_survey",
    "achievement", "coaching",
]  # fmt: skip
DAY = "2022-11-25"
COMMANDS = ("build", "watch", "sheets", "serve", "results", "rejects", "sample", "units", "template", "check", "export",
            "new-programme", "compare")  # fmt: skip

DATA = {
    "教職員名冊.csv": """教師編號,姓名,學校名稱,身分別,職務,到職日
T1,王一,深澳國小,正式教師,資訊組長,109/08/01
T2,李二,深澳國小,正式教師,,109/08/01
T3,林三,武崙國小,校長,,109/08/01
""",
    "研習紀錄.csv": """教師編號,姓名,課程名稱,課程類別,研習日期,時數,研習證明
T1,王一,工作坊一,A1,110/05/05,3,是
T1,王一,工作坊二,A2,111/10/05,3,是
T2,李二,工作坊一,A1,111/10/05,3,是
T3,林三,資安,資安,111/10/05,3,否
T9,陳九,資安,資安,111/10/05,3,否
T3,林三,資安,資安,111/10/05,3,否
""",
    "入校輔導.csv": """學校名稱,輔導日期,輔導人員,主題
深澳國小,111/10/07,甲,=1+1
深奧國小,111/10/08,甲,「引號」,"逗號, 引號"" 與
換行"
武崙國小,111/13/08,乙,
武崙國小,111/10/09,乙,"@甲,乙"
""",
    "學校名冊.csv": """學校名稱,組別,角色,班級數
深澳國小,自主學習組,夥伴學校,12
武崙國小,自主學習組,重點學校,很多
""",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data folder, a warehouse of one programme, and what building it said."""
    folder = tmp_path_factory.mktemp("deployment")
    (folder / "data").mkdir()
    for name, text in DATA.items():
        (folder / "data" / name).write_text(text, encoding="utf-8")
    told = kpi(
        "build", "--data", folder / "data", "--warehouse", folder / "warehouse", "--programme", PROGRAMME
    )
    assert told.code == 0, told.err
    (folder / "built.out").write_text(told.out, encoding="utf-8")
    (folder / "built.err").write_text(told.err, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def two_programmes(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with a second programme of its own, whose definition pins the day."""
    folder = tmp_path_factory.mktemp("two")
    (folder / "data").mkdir()
    (folder / "data" / "own.toml").write_text(
        f'extends = "{PROGRAMME}"\nid = "own"\nas_of = {DAY}\n', encoding="utf-8"
    )
    (folder / "data" / "入校輔導.csv").write_text(DATA["入校輔導.csv"], encoding="utf-8")
    told = kpi("build", "--data", folder / "data", "--warehouse", folder / "warehouse")
    assert told.code == 0, told.err
    (folder / "warehouse" / PROGRAMME).symlink_to(place / "warehouse" / PROGRAMME)
    return folder / "warehouse"


def ask(place: Path, command: str, *options: str, form: str = "csv") -> Outcome:
    told = kpi(command, "--warehouse", place / "warehouse", *options, "--format", form)
    assert (told.code, told.err) == (0, "")
    return told


# Results


def test_results_have_exactly_the_columns_of_the_contract(place: Path) -> None:
    told = ask(place, "results", "--as-of", DAY)
    assert told.out.startswith(",".join(RESULTS) + "\n")
    assert told.header == RESULTS
    assert told.out.endswith("\n") and "\r" not in told.out and not told.out.startswith("\ufeff")


def test_results_are_whole_and_in_the_order_of_the_definition(place: Path) -> None:
    shipped = programmes.load(programmes.FOLDER / f"{PROGRAMME}.toml", contracts.load())
    expected = []
    for name in KPIS:
        for group in shipped.groups:
            expected += [(name, "school", group.name, school) for school in group.schools]
        expected += [(name, "group", group.name, "") for group in shipped.groups]
        expected.append((name, "city", "", ""))
    rows = ask(place, "results", "--as-of", DAY).rows
    assert [(row["kpi"], row["level"], row["group"], row["school"]) for row in rows] == expected
    assert {(row["programme"], row["period"], row["as_of"]) for row in rows} == {(PROGRAMME, "111", DAY)}


@pytest.mark.parametrize(
    ("name", "school", "figures"),
    [
        ("a1a2", "深澳國小", ("1", "2", "2", "0.500000", "on_track", "", "", "", "2022-12-31")),
        ("a1a2", "忠孝國小", ("", "", "", "", "no_data", "", "", "", "2022-12-31")),
        ("a1a2", "武崙國小", ("0", "0", "0", "", "exempt", "", "", "", "2022-12-31")),
        ("infosec", "武崙國小", ("1", "1", "1", "1.000000", "met", "", "", "", "2022-12-31")),
        ("it_lead", "深澳國小", ("0", "1", "1", "0.000000", "overdue", "", "", "", "2022-11-22")),
        ("coaching", "深澳國小", ("1", "", "", "", "info", "", "", "", "")),
        ("srl_survey", "深澳國小", ("", "", "", "", "no_data", "", "", "", "2023-01-31")),
    ],
)
def test_a_school_has_figures_or_blanks_but_never_a_zero_for_nothing(
    name: str, school: str, figures: tuple[str, ...], place: Path
) -> None:
    rows = ask(place, "results", "--as-of", DAY, "--kpi", name, "--level", "school").rows
    (row,) = [row for row in rows if row["school"] == school]
    columns = [*FIGURES, "deadline"]
    assert tuple(row[column] for column in columns) == figures


def test_a_group_and_the_city_have_sums_and_counts_of_schools(place: Path) -> None:
    rows = ask(place, "results", "--as-of", DAY, "--kpi", "infosec").rows
    group = next(row for row in rows if (row["level"], row["group"]) == ("group", "自主學習組"))
    city = next(row for row in rows if row["level"] == "city")
    assert [group[column] for column in FIGURES] == ["1", "3", "3", "0.333333", "behind", "1", "2", "5"]
    assert [city[column] for column in FIGURES] == ["1", "3", "3", "0.333333", "behind", "1", "2", "39"]


@pytest.mark.parametrize("level", ["school", "group", "city"])
def test_a_level_alone_is_the_same_rows(level: str, place: Path) -> None:
    every = ask(place, "results", "--as-of", DAY).rows
    assert ask(place, "results", "--as-of", DAY, "--level", level).rows == [
        r for r in every if r["level"] == level
    ]


@pytest.mark.parametrize("name", KPIS)
def test_an_indicator_alone_is_the_same_rows(name: str, place: Path) -> None:
    every = ask(place, "results", "--as-of", DAY).rows
    assert ask(place, "results", "--as-of", DAY, "--kpi", name).rows == [r for r in every if r["kpi"] == name]


def test_the_day_is_part_of_the_figures(place: Path) -> None:
    def counted(day: str) -> str:
        rows = ask(place, "results", "--as-of", day, "--kpi", "a1a2").rows
        return next(row["counted"] for row in rows if row["school"] == "深澳國小")

    assert [counted(day) for day in ("2022-10-04", "2022-10-05", "2030-01-01")] == ["0", "1", "1"]


def test_without_a_day_it_is_today_or_the_one_that_the_definition_pins(
    place: Path, two_programmes: Path
) -> None:
    """Today is Taiwan's, as on the pages and as the day of loading, wherever the machine stands."""

    def today() -> str:
        return dt.datetime.now(ZoneInfo("Asia/Taipei")).date().isoformat()

    before = today()
    told = {row["as_of"] for row in ask(place, "results").rows}
    assert told <= {before, today()}
    pinned = kpi("results", "--warehouse", two_programmes, "--programme", "own", "--format", "csv")
    assert {row["as_of"] for row in pinned.rows} == {DAY}


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("results", ("--as-of", DAY)),
        ("units", ("--kpi", "a1a2", "--as-of", DAY)),
        ("units", ("--kpi", "coaching", "--as-of", DAY)),
        ("rejects", ("--all",)),
    ],
)
def test_the_three_formats_say_the_same(command: str, options: tuple[str, ...], place: Path) -> None:
    told = ask(place, command, *options)
    exact = json.loads(ask(place, command, *options, form="json").out)
    assert [list(row) for row in exact] == [told.header] * len(told.rows)
    for row, other in zip(told.rows, exact, strict=True):
        for column, value in other.items():
            text = "" if value is None else f"{value:.6f}" if isinstance(value, float) else str(value)
            assert row[column].removeprefix("'") == text
    lines = ask(place, command, *options, form="table").out.splitlines()
    assert lines[0].split() == told.header
    for line, other in zip(lines[1:], exact, strict=True):
        cells = [str(value) for value in other.values() if value is not None and not isinstance(value, float)]
        assert all(" ".join(cell.split())[:60].strip() in line for cell in cells)


def test_without_a_format_it_is_a_table_whose_columns_stand_below_each_other(place: Path) -> None:
    told = kpi("results", "--warehouse", place / "warehouse", "--as-of", DAY)
    assert told.out == ask(place, "results", "--as-of", DAY, form="table").out
    head, *lines = told.out.encode("big5", "replace").splitlines()
    start = head.index(b"as_of")
    assert {line[start : start + 10] for line in lines} == {DAY.encode()}


def test_a_cell_that_a_spreadsheet_would_run_is_made_text_in_csv_alone(place: Path) -> None:
    labels = [row["label"] for row in ask(place, "units", "--kpi", "coaching").rows]
    assert labels == ["'@甲,乙", "'=1+1"]
    exact = json.loads(ask(place, "units", "--kpi", "coaching", form="json").out)
    assert [row["label"] for row in exact] == ["@甲,乙", "=1+1"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_text_with_the_sign_of_a_formula_leaves_as_a_text(start: str) -> None:
    assert safe(f"{start}1+1") == f"'{start}1+1"
    assert (safe(-3), safe("1-3"), safe("第＋班"), safe(None)) == (-3, "1-3", "第＋班", None)


# Units and rejects


def test_units_have_exactly_the_columns_of_the_contract(place: Path) -> None:
    told = ask(place, "units", "--kpi", "a1a2", "--as-of", DAY)
    assert told.header == UNIT_COLUMNS
    assert [list(row.values()) for row in told.rows] == [
        [
            "a1a2",
            "111",
            "深澳國小",
            "T1",
            "王一",
            "2020-08-01",
            "",
            "2022-10-05",
            "1",
            "A1 110/05/05、A2 111/10/05",
            "",
        ],
        ["a1a2", "111", "深澳國小", "T2", "李二", "2020-08-01", "", "", "1", "A1 111/10/05", "A2"],
    ]


def test_the_missing_units_are_those_of_the_base_that_do_not_count_yet(place: Path) -> None:
    def missing(day: str) -> list[str]:
        rows = ask(place, "units", "--kpi", "a1a2", "--missing", "--as-of", day).rows
        return [row["label"] for row in rows]

    assert missing(DAY) == ["李二"]
    assert missing("2022-10-04") == ["王一", "李二"]
    assert missing("2020-07-31") == []


def test_the_units_of_one_school(place: Path) -> None:
    rows = ask(place, "units", "--kpi", "infosec", "--school", "武崙國小").rows
    assert [(row["school"], row["label"]) for row in rows] == [("武崙國小", "林三")]


@pytest.mark.parametrize("name", KPIS)
def test_the_units_add_up_to_the_figures(name: str, place: Path) -> None:
    units = ask(place, "units", "--kpi", name, "--as-of", DAY).rows
    results = ask(place, "results", "--kpi", name, "--level", "school", "--as-of", DAY).rows
    for row in results:
        own = [unit for unit in units if unit["school"] == row["school"]]
        based = [u for u in own if u["since"] <= DAY and (not u["until"] or u["until"] > DAY)]
        done = [u for u in based if u["attained_on"] and u["attained_on"] <= DAY]
        if row["counted"]:
            assert sum(int(unit["amount"]) for unit in done) == int(row["counted"])
        if row["base"] and name not in ("srl_survey", "achievement"):
            assert sum(int(unit["amount"]) for unit in based) == int(row["base"])


def test_rejects_have_exactly_the_columns_of_the_contract(place: Path) -> None:
    told = ask(place, "rejects")
    assert told.header == REJECTS
    assert [
        (row["severity"], row["table"], row["file"], row["line"], row["reason"]) for row in told.rows
    ] == [
        ("rejected", "coaching", "入校輔導.csv", "3", "unknown_school"),
        ("rejected", "coaching", "入校輔導.csv", "5", "bad_date"),
        ("rejected", "training", "研習紀錄.csv", "6", "unknown_person"),
    ]
    first = told.rows[0]
    assert first["suggestion"] == "深澳國小" and "深澳國小" in first["message"]
    assert first["original"] == '深奧國小,111/10/08,甲,「引號」,"逗號, 引號"" 與\n換行"'


def test_with_all_the_warnings_are_listed_too(place: Path) -> None:
    every = ask(place, "rejects", "--all").rows
    assert [row for row in every if row["severity"] == "rejected"] == ask(place, "rejects").rows
    assert [
        (row["severity"], row["file"], row["reason"]) for row in every if row["severity"] != "rejected"
    ] == [("warning", "學校名冊.csv", "bad_number")]


def test_a_build_prints_a_line_a_table_whose_numbers_add_up(place: Path) -> None:
    lines = (place / "built.out").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(
        programmes.load(programmes.FOLDER / f"{PROGRAMME}.toml", contracts.load()).tables
    )
    said = {
        line.split()[0]: [int(word) for word in line.replace(",", "").split() if word.isdigit()]
        for line in lines
    }
    assert {name: numbers for name, numbers in said.items() if numbers} == {
        "學校名冊": [2, 2, 0, 1], "教職員名冊": [3, 3, 0, 0], "研習紀錄": [6, 4, 1, 1], "入校輔導": [4, 2, 0, 2],
    }  # fmt: skip
    assert sum("未提供" in line for line in lines) == 4
    assert "已發布" in (place / "built.err").read_text(encoding="utf-8")


# Exit codes and messages

WRONG = [
    (),
    ("nonsense",),
    ("--nonsense", "results"),
    ("results", "--level", "district"),
    ("results", "--format", "xml"),
    ("results", "extra"),
    *(
        ("results", "--as-of", day)
        for day in ("111/11/25", "2022/11/25", "20221125", "2022-W47-5", "2022-11-31", "")
    ),
    ("units",),
    ("units", "--kpi", "a1a2", "--as-of", "today"),
    ("rejects", "--format", ""),
    ("sample",),
    ("sample", "x", "--schools", "0"),
    ("sample", "x", "--teachers", "-1"),
    ("sample", "x", "--seed", "one"),
    ("template",),
    ("serve", "--port", "http"),
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_a_wrong_command_line_is_exit_code_2_and_said_on_standard_error(
    arguments: tuple[str, ...],
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    out, err = capfd.readouterr()
    assert out == "" and "usage: kpi" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_chinese(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    out, err = capfd.readouterr()
    assert f"usage: kpi {command}" in out and any("\u4e00" <= letter <= "\u9fff" for letter in out)
    assert err == ""


@pytest.mark.parametrize("command", [("results",), ("rejects",), ("units", "--kpi", "a1a2")], ids=" ".join)
def test_nothing_to_read_is_exit_code_3(command: tuple[str, ...], tmp_path: Path) -> None:
    told = kpi(*command, "--warehouse", tmp_path)
    assert (told.code, told.out) == (3, "")
    assert f"「{tmp_path}」" in told.err and "請先執行 kpi build" in told.err


@pytest.mark.parametrize("command", ["results", "units"])
def test_an_unknown_indicator_is_told_with_those_there_are(command: str, place: Path) -> None:
    told = kpi(command, "--warehouse", place / "warehouse", "--kpi", "a1a3")
    assert told.code != 0 and told.out == ""
    assert "「a1a3」" in told.err and "、".join(KPIS) in told.err


# Programmes and configuration


def test_a_programme_must_be_named_only_where_there_are_several(place: Path, two_programmes: Path) -> None:
    assert kpi("results", "--warehouse", place / "warehouse").code == 0
    told = kpi("results", "--warehouse", two_programmes)
    assert (told.code, told.out) == (2, "")
    assert f"{PROGRAMME}、own" in told.err and "--programme" in told.err
    for name in (PROGRAMME, "own"):
        told = kpi("results", "--warehouse", two_programmes, "--programme", name, "--format", "csv")
        assert {row["programme"] for row in told.rows} == {name}


def test_a_configuration_that_names_more_than_was_built_leaves_one_programme_to_read(
    place: Path, tmp_path: Path
) -> None:
    for named in ('"keelung-111", "ntpc-5g-112"', '"ntpc-5g-112"'):
        (tmp_path / "kpi.toml").write_text(f"programmes = [{named}]\n", encoding="utf-8")
        told = kpi("results", "--config", tmp_path, "--warehouse", place / "warehouse", "--format", "csv")
        assert {row["programme"] for row in told.rows} == {PROGRAMME}


@pytest.mark.parametrize(
    "arguments",
    [
        ("sample", "x", "--seed", "-1"),
        ("sample", "x", "--teachers", "1"),
        ("sample", "x", "--schools", "99999999"),
        ("serve", "--port", "99999"),
        ("results", "--kpi", "none"),
        ("units", "--kpi", "a1a2", "--school", "不在國小"),
    ],
)
def test_a_value_that_there_is_not_is_a_wrong_command_line(
    arguments: tuple[str, ...], place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    reads = ("--warehouse", place / "warehouse") if arguments[0] in ("results", "units") else ()
    told = kpi(*arguments, *reads)
    assert (told.code, told.out) == (2, "") and told.err
    assert not (tmp_path / "x").exists()


def test_a_programme_that_was_never_built_is_told(place: Path) -> None:
    told = kpi("results", "--warehouse", place / "warehouse", "--programme", "own")
    assert (told.code, told.out) == (3, "")
    assert "「own」" in told.err and "kpi build" in told.err


@pytest.mark.parametrize("where", ["named", "named before the command", "in the working folder"])
def test_a_configuration_names_folders_beside_itself(
    where: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    relative = os.path.relpath(place / "warehouse", home)
    file = home / ("kpi.toml" if where == "in the working folder" else "own.toml")
    file.write_text(f'warehouse = "{relative}"\n', encoding="utf-8")
    monkeypatch.chdir(home if where == "in the working folder" else tmp_path)
    rest = ["results", "--as-of", DAY, "--format", "csv"]
    arguments = {
        "named": [*rest, "--config", "home/own.toml"],
        "named before the command": ["--config", "home/own.toml", *rest],
        "in the working folder": rest,
    }[where]
    assert kpi(*arguments).out == ask(place, "results", "--as-of", DAY).out


def test_what_the_command_line_names_goes_before_the_configuration(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kpi.toml").write_text('programmes = ["none"]\nwarehouse = "nowhere"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert kpi("results", "--warehouse", place / "warehouse", "--programme", PROGRAMME).code == 0
    assert kpi("results").code == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b'datas = "x"\n', "有不認得的鍵：datas。可用的鍵：programmes、data、warehouse、"),
        (b'programmes = "keelung-111"\n', "programmes 須是清單"),
        (b"programmes = [1]\n", "programmes 須是清單"),
        (b"data = 5\n", "data 須是路徑"),
        (b"data = x\n", "不是正確的 TOML"),
        ('data = "資料"\n'.encode("cp950"), "不是正確的 TOML"),
        (b'\xef\xbb\xbfprogrammes = ["none"]\n', "none.toml：找不到這個計畫的定義檔"),
    ],
)
def test_a_fault_of_the_configuration_is_one_sentence(
    text: bytes, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kpi.toml").write_bytes(text)
    monkeypatch.chdir(tmp_path)
    told = kpi("check")
    assert (told.code, told.out) == (3, "")
    assert says in told.err and len(told.err.splitlines()) == 1


def test_a_configuration_that_is_not_there_is_told(tmp_path: Path) -> None:
    told = kpi("results", "--config", tmp_path / "none.toml")
    assert (told.code, told.out) == (3, "")
    assert f"找不到設定檔「{tmp_path / 'none.toml'}」。" in told.err


# A build that cannot even begin


@pytest.mark.parametrize("fault", ["no folder", "nothing in it", "no tables"])
def test_where_no_programme_is_named_the_one_that_serves_is_said_to_stand(
    fault: str, place: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    if fault != "no folder":
        data.mkdir()
    if fault == "no tables":
        (data / "入校輔導_從未讀到.csv").write_text("", encoding="utf-8")
    stamp = warehouse.current(place / "warehouse", PROGRAMME).stamp
    told = kpi("build", "--data", data, "--warehouse", place / "warehouse")
    assert (told.code, told.out) == (3, "")
    assert f"畫面仍是 {stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}" in told.err
    assert "先前也沒有快照" not in told.err and "沒有建立" not in told.err
    lines = told.err.splitlines()
    assert len(set(lines)) == len(lines) and told.err.count("找不到資料夾") == (fault == "no folder")
    assert warehouse.current(place / "warehouse", PROGRAMME).stamp == stamp


def test_a_definition_with_a_fault_leaves_the_former_snapshot_and_says_so(
    place: Path, tmp_path: Path
) -> None:
    for text in (f'extends = "{PROGRAMME}"\nid = "{PROGRAMME}"\nnonsense = 1\n', "id ="):
        (tmp_path / f"{PROGRAMME}.toml").write_text(text, encoding="utf-8")
        told = kpi("build", "--data", tmp_path, "--warehouse", place / "warehouse")
        assert (told.code, told.out) == (3, "")
        assert f"{PROGRAMME}.toml" in told.err and "這次沒有發布；畫面仍是" in told.err
    told = kpi("build", "--data", tmp_path, "--warehouse", place / "warehouse", "--programme", "none")
    assert "找不到這個計畫的定義檔" in told.err and "先前也沒有快照" in told.err


def test_a_build_under_an_unusable_configuration_says_that_nothing_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kpi.toml").write_text("data = 5\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    told = kpi("build")
    assert (told.code, told.out) == (3, "")
    assert "data 須是路徑" in told.err and "這次沒有發布" in told.err and "數字沒有變動" in told.err


# Templates and the sample


def test_a_template_is_written_for_every_table_and_nothing_is_overwritten(tmp_path: Path) -> None:
    told = kpi("template", tmp_path / "範本")
    assert (told.code, told.out) == (0, "")
    names = {path.stem for path in (tmp_path / "範本").glob("*.xlsx")}
    assert names == {table.names[0] for table in contracts.load().values()}
    assert f"{len(names)} 個範本" in told.err
    (tmp_path / "檔案").write_text("ours", encoding="utf-8")
    told = kpi("template", tmp_path / "檔案")
    assert (told.code, told.out) == (3, "") and "檔案" in told.err
    assert (tmp_path / "檔案").read_text(encoding="utf-8") == "ours"


def test_the_templates_are_written_as_ods_where_that_is_asked_for_and_as_nothing_else_unknown(
    tmp_path: Path,
) -> None:
    told = kpi("template", tmp_path / "範本", "--format", "ods", "--programme", "keelung-111")
    assert (told.code, told.out) == (0, "")
    assert {path.suffix for path in (tmp_path / "範本").iterdir()} == {".ods"}
    assert "8 個範本" in told.err
    assert kpi("template", tmp_path / "別的", "--format", "odt").code == 2
    assert not (tmp_path / "別的").exists()


def test_a_sample_is_written_to_an_empty_folder_alone(tmp_path: Path) -> None:
    size = ("--schools", "2", "--teachers", "4")
    told = kpi("sample", tmp_path / "示範", *size)
    assert (told.code, told.out) == (0, "") and "示範" in told.err
    before = {path: path.read_bytes() for path in (tmp_path / "示範").iterdir()}
    assert before
    told = kpi("sample", tmp_path / "示範", *size, "--seed", "2")
    assert (told.code, told.out) == (3, "")
    assert "示範" in told.err and "不會覆蓋" in told.err
    assert {path: path.read_bytes() for path in (tmp_path / "示範").iterdir()} == before


# Terminals and pipes


def test_progress_is_shown_on_a_terminal_and_taken_away(place: Path, tmp_path: Path) -> None:
    master, slave = pty.openpty()
    seen: list[bytes] = []

    def read() -> None:
        with contextlib.suppress(OSError):  # the other end was closed
            while block := os.read(master, 4096):
                seen.append(block)

    reader = threading.Thread(target=read)
    reader.start()
    with open(slave, "w", encoding="utf-8") as terminal, contextlib.redirect_stderr(terminal):
        assert (
            main(
                [
                    "build",
                    "--data",
                    str(place / "data"),
                    "--warehouse",
                    str(tmp_path),
                    "--programme",
                    PROGRAMME,
                ]
            )
            == 0
        )
    reader.join()
    os.close(master)
    text = b"".join(seen).decode("utf-8")
    shares = [int(part.rpartition("] ")[2]) for part in text.split("%")[:-1]]
    assert len(shares) > 5 and shares == sorted(shares) and shares[-1] <= 100
    assert "讀取 入校輔導.csv" in text and "\u2588" in text
    assert text.rpartition("\r\033[K")[2].startswith("已發布")


def test_no_progress_is_shown_elsewhere(place: Path) -> None:
    said = (place / "built.err").read_text(encoding="utf-8")
    assert "\r" not in said and "\033" not in said and "%" not in said


def in_a_shell(place: Path, *options: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dashboard.cli", "results", "--warehouse", str(place / "warehouse"), *options],
        cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_a_reader_that_stops_reading_leaves_no_traceback(place: Path) -> None:
    process = in_a_shell(place, "--level", "city")
    assert process.stdout and process.stderr
    process.stdout.close()  # gone before anything is written, so that no buffer hides it
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait() == 0


@pytest.mark.parametrize("level", ["city", "school"])
def test_results_that_cannot_be_written_are_told(level: str, place: Path) -> None:
    with open("/dev/full", "wb") as full:
        options = ["results", "--warehouse", str(place / "warehouse"), "--level", level, "--format", "csv"]
        done = subprocess.run(
            [sys.executable, "-m", "dashboard.cli", *options],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 3
    assert (
        done.stderr.decode("utf-8")
        == "錯誤：結果寫不出去：磁碟空間不足。請檢查輸出的位置、權限與磁碟空間。\n"
    )


def test_a_name_gives_no_order_to_the_terminal(place: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(place / "data", data)
    (data / "入校輔導_\x1b[31m紅\x07\x9b.csv").write_text(
        "學校名稱,輔導日期\n深奧國小,111/10/07\n", encoding="utf-8"
    )
    (data / "研習紀錄_\x1b]0;x.csv").write_text("", encoding="utf-8")
    options = ("--warehouse", tmp_path / "warehouse")
    told = kpi("build", "--data", data, *options, "--programme", PROGRAMME)
    assert told.code == 0 and "\\x1b]0;x.csv：這是空檔案" in told.err
    listed = kpi("rejects", *options).out
    assert "\\x1b[31m" in listed
    for text in (told.out, told.err, listed):
        assert all(letter.isprintable() or letter in "\n\u3000" for letter in text)
    exact = json.loads(kpi("rejects", *options, "--format", "json").out)
    assert "入校輔導_\x1b[31m紅\x07\x9b.csv" in {row["file"] for row in exact}


def test_results_are_utf_8_where_the_locale_knows_no_chinese(place: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    process = in_a_shell(place, "--format", "csv", "--as-of", DAY, **plain)
    out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert out.decode("utf-8") == ask(place, "results", "--as-of", DAY).out


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp950"])
def test_messages_are_utf_8_whatever_the_terminal_says(
    encoding: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in "12")
    monkeypatch.setattr(
        sys, "argv", ["kpi", "results", "--warehouse", str(place / "warehouse"), "--kpi", "沒\udce6"]
    )
    masks: list[int] = []
    monkeypatch.setattr(os, "umask", masks.append)  # else it would be that of all tests that follow
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as stop:
        entry()
    assert masks == [0o077]
    err.flush()
    assert stop.value.code == 2
    assert "沒有「沒\\udce6」這項指標" in err.buffer.getvalue().decode("utf-8")


def test_serving_a_second_time_shows_the_same_samples_and_their_figures_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server learns the place of its configuration by a variable; `execve` would end this process."""
    told: list[str] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        os, "execve", lambda path, arguments, environment: told.append(environment["KPI_CONFIG"])
    )
    monkeypatch.setattr(
        subprocess, "call", lambda *_, **options: told.append(options["env"]["KPI_CONFIG"]) or 0
    )
    for _ in range(2):
        os.chdir(tmp_path)
        kpi("serve", "--port", "0")
        assert set(told) == {str(tmp_path / "sample" / "kpi.toml")}
    os.chdir(tmp_path)
    assert warehouse.programmes_in(tmp_path / "sample" / "warehouse") == ["keelung-111", "ntpc-5g-112"]
    for programme, day in (("keelung-111", "2022-11-25"), ("ntpc-5g-112", "2023-11-30")):
        assert any((tmp_path / "sample" / "data" / programme).iterdir())
        rows = kpi("results", "--programme", programme, "--level", "city", "--format", "csv").rows
        assert {(row["programme"], row["as_of"]) for row in rows} == {(programme, day)}
    assert "請以 --programme 指定一個" in kpi("results").err


def test_a_start_that_was_interrupted_goes_on_with_the_sample_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "execve", lambda *_: None)
    monkeypatch.setattr(subprocess, "call", lambda *_, **__: 0)
    kpi("serve", "--port", "0")
    os.chdir(tmp_path)
    place = tmp_path / "sample" / "warehouse"
    kept = warehouse.current(place, "keelung-111").stamp
    shutil.rmtree(place / "ntpc-5g-112")
    kpi("serve", "--port", "0")
    assert warehouse.programmes_in(place) == ["keelung-111", "ntpc-5g-112"]
    assert warehouse.current(place, "keelung-111").stamp == kept


@pytest.mark.parametrize("command", ["build", "results"])
def test_a_command_waits_for_no_library_that_only_pages_or_spreadsheets_need(
    place: Path, tmp_path: Path, command: str
) -> None:
    folders = ["--data", str(place / "data"), "--warehouse", str(tmp_path)]
    options = folders if command == "build" else ["--warehouse", str(place / "warehouse"), "--level", "city"]
    heavy = {"pandas", "pyarrow", "gspread", "google.auth", "streamlit", "plotly", "openpyxl"}
    script = (
        "import sys; from dashboard.cli import main;"
        f" assert main({[command, '--programme', PROGRAMME, *options]!r}) == 0;"
        f" sys.exit(' '.join(sys.modules.keys() & {heavy!r}) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
