"""The sample: the same bytes for a seed, any size, nothing overwritten, and the mess of real exports."""

import csv
import tomllib
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from dashboard.sample import SampleError, write
from dashboard.sample.keelung.goals import GOALS, attained
from dashboard.sample.keelung.schools import KEELUNG, apportion, world

TABLES = (
    "學校名冊",
    "教職員名冊",
    "研習紀錄",
    "公開授課",
    "觀課紀錄",
    "自主學習量表",
    "學力觀察",
    "入校輔導",
)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def sheet(path: Path) -> list[dict[str, object]]:
    """The rows of a worksheet with one title line above its header."""
    _, header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return [dict(zip(header, row, strict=True)) for row in rows]


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "city"
    write(folder)
    return folder


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "nation"
    write(folder, schools=60, teachers=900)
    return folder


def test_the_same_seed_gives_the_same_bytes_workbooks_included(city: Path, tmp_path: Path) -> None:
    write(tmp_path / "again", seed=1)
    assert contents(tmp_path / "again") == contents(city)


def test_another_seed_gives_other_people_and_records(city: Path, tmp_path: Path) -> None:
    write(tmp_path, seed=2)
    other, first = contents(tmp_path), contents(city)
    for name in ("教職員名冊_武崙國小.csv", "研習紀錄_教師進修系統匯出.csv", "觀課紀錄.xlsx"):
        assert other[name] != first[name]


def test_a_folder_that_holds_anything_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "研習紀錄.csv").write_text("ours", encoding="utf-8")
    with pytest.raises(SampleError, match="不會覆蓋"):
        write(tmp_path)
    assert contents(tmp_path) == {"研習紀錄.csv": b"ours"}


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("ours", encoding="utf-8")
    with pytest.raises(SampleError, match="不會覆蓋"):
        write(tmp_path / "data")


@pytest.mark.parametrize(
    "size",
    [{"schools": 0}, {"schools": -3}, {"teachers": 0}, {"schools": 50, "teachers": 49}, {"teachers": 40}],
)
def test_a_size_that_no_place_has_is_refused_before_anything_is_written(
    size: dict[str, int], tmp_path: Path
) -> None:
    with pytest.raises(SampleError):
        write(tmp_path / "data", **size)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "size", [{"schools": 1}, {"schools": 2, "teachers": 2}, {"schools": 7, "teachers": 30}, {"teachers": 41}]
)
def test_the_smallest_sizes_work_too(size: dict[str, int], tmp_path: Path) -> None:
    write(tmp_path, **size)
    assert all(any(tmp_path.glob(f"{table}*")) for table in ("學校名冊", "教職員名冊", "研習紀錄"))


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_supplied(table: str, city: Path, nation: Path) -> None:
    assert any(city.glob(f"{table}*"))
    assert any(nation.glob(f"{table}*"))


def test_the_city_has_the_real_schools_and_class_counts_but_for_one_blank(city: Path) -> None:
    real = {row["moe_code"]: row for row in lines(KEELUNG)}
    rows = [row for row in sheet(city / "學校名冊.xlsx") if row["學校代碼"] in real][: len(real)]
    assert [row["學校名稱"] for row in rows] == [row["school_name"] for row in real.values()]
    numbers = [row for row in rows if isinstance(row["班級數"], float)]
    assert len(numbers) > 20
    assert all(row["班級數"] == float(real[str(row["學校代碼"])]["classes"]) for row in numbers)
    assert [row["學校名稱"] for row in rows if row["班級數"] == ""] == ["港西國小"]


def test_one_school_of_the_city_never_sent_a_roster(city: Path) -> None:
    sent = {path.stem.removeprefix("教職員名冊_") for path in city.glob("教職員名冊_*")}
    assert {row["school_name"] for row in lines(KEELUNG)} - sent == {"瑪陵國小"}


def test_files_are_in_big5_in_utf8_and_workbooks(city: Path) -> None:
    starts = {path.name: path.read_bytes() for path in city.glob("教職員名冊_*")}
    assert any(content.startswith(b"\xef\xbb\xbf") for content in starts.values())
    assert any(name.endswith(".xlsx") for name in starts)
    big5 = [content for content in starts.values() if "學校名稱".encode("cp950") in content]
    assert len(big5) > 5
    assert any(b"?" in content for content in big5)
    assert any(b"\xfa" + bytes([0x40 + n]) in content for content in big5 for n in range(5))


def test_no_record_is_later_than_the_day_of_the_sample(city: Path) -> None:
    days = {row["研習日期"] for row in lines(city / "研習紀錄_教師進修系統匯出.csv")}
    readable = {day for day in days if day[:2] == "20"}
    assert max(readable) <= "2022-11-25"
    assert min(readable) < "2021"


def test_the_export_of_the_training_system_repeats_what_schools_wrote_down(city: Path) -> None:
    own = {
        (row["教師編號"], row["課程名稱"])
        for path in city.glob("研習紀錄_*國小.csv")
        if path.read_bytes().startswith("\ufeff學校".encode())
        for row in lines(path)
        if row["教師編號"]
    }
    export = {(row["教師編號"], row["課程名稱"]) for row in lines(city / "研習紀錄_教師進修系統匯出.csv")}
    assert len(own & export) > 100


def test_the_definition_extends_the_letters_and_pins_the_day(city: Path, nation: Path) -> None:
    of_city = tomllib.loads((city / "keelung-111.toml").read_text(encoding="utf-8"))
    assert of_city == {"extends": "keelung-111", "sample": True, "as_of": date(2022, 11, 25)}
    of_nation = tomllib.loads((nation / "nation-sample.toml").read_text(encoding="utf-8"))
    assert (of_nation["extends"], of_nation["id"]) == ("keelung-111", "nation-sample")
    assert of_nation["groups"] == of_nation["districts"] == []
    assert of_nation["sample"] is True


def test_invented_schools_have_codes_with_leading_zeros_and_names_of_their_own(nation: Path) -> None:
    rows = sheet(nation / "學校名冊.xlsx")
    codes = [str(row["學校代碼"]) for row in rows]
    assert len(rows) == len(set(codes)) == len({row["學校名稱"] for row in rows}) == 60
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert any(code.startswith("0") for code in codes)
    assert all(str(row["學校名稱"]).startswith(str(row["組別"])) for row in rows)


def test_each_county_has_one_lead(nation: Path) -> None:
    rows = sheet(nation / "學校名冊.xlsx")
    leads = [row["組別"] for row in rows if row["角色"] == "重點學校"]
    assert sorted(leads) == sorted({row["組別"] for row in rows})


def test_a_nation_has_as_many_teachers_as_asked_for_and_15_records_each(nation: Path) -> None:
    made = world(60, 900, 1)
    assert (len(made.schools), made.teachers.sum()) == (60, 900)
    records = sum(path.read_bytes().count(b"\n") for path in nation.glob("研習紀錄_*.csv"))
    assert 0.9 < records / (15 * 900) < 1.15


def test_more_teachers_at_the_41_schools_are_spread_like_the_real_ones() -> None:
    more = world(None, 5_000, 1)
    assert (len(more.schools), more.teachers.sum()) == (41, 5_000)
    assert np.corrcoef(more.teachers, world(None, None, 1).teachers)[0, 1] > 0.999


@pytest.mark.parametrize("schools", [None, 3_400])
def test_no_slip_of_the_pen_names_another_school(schools: int | None) -> None:
    made = world(schools, None, 1).schools
    names = {form for school in made for form in school.forms} | {school.name for school in made}
    assert not names & {school.misspelt for school in made}


@pytest.mark.parametrize("kpi", GOALS)
def test_the_goals_are_dealt_out_whatever_the_seed(kpi: str) -> None:
    goal, required = GOALS[kpi], np.full(40, 20)
    for seed in range(5):
        counted = attained(goal, required, np.zeros(40), np.random.default_rng(seed))
        due = int(20 * goal.pace)
        assert (counted >= required).sum() == round(40 * goal.met)
        assert (counted < due).sum() == (round(40 * (1 - goal.met - goal.on_track)) if due else 0)


def test_shares_add_up_to_the_total() -> None:
    for total in (3, 10, 1_001):
        parts = apportion(total, np.array([1.0, 5.0, 0.1]))
        assert parts.sum() == total
        assert parts.min() >= 1
