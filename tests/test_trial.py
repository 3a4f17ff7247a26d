"""A file is tried out before it is taken: what would change is what does change, and nothing is touched before."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from dashboard import access, programmes, warehouse
from dashboard.sources import contracts
from dashboard.sources.places import Places
from dashboard.ui import address, texts, uploads
from tests.running import PROGRAMME, build, kpi

DAY = dt.date(2022, 11, 25)
VISITS = "學校名稱,輔導日期,輔導人員,主題\n深澳國小,111/11/01,甲,乙\n深奧國小,111/11/02,甲,乙\n"


@pytest.fixture
def city(sample_data: Path, tmp_path: Path) -> tuple[Path, Path]:
    data, place = tmp_path / "data", tmp_path / "warehouse"
    shutil.copytree(sample_data, data)
    # Some of it lies elsewhere, behind a link.
    (tmp_path / "shared").mkdir()
    for path in data.glob("研習紀錄*"):
        path.rename(tmp_path / "shared" / path.name)
    (data / "shared").symlink_to(tmp_path / "shared")
    assert build(data, place).code == 0
    return data, place


def tried(data: Path, place: Path, name: str, content: bytes) -> warehouse.Trial:
    (definition,) = programmes.find(data, (PROGRAMME,))
    snapshot = warehouse.current(place, PROGRAMME)
    return warehouse.try_out(snapshot, definition, Places(data), name, content, access.bureau(), DAY)


def results(place: Path) -> dict[tuple[str, ...], dict[str, str]]:
    told = kpi("results", "--warehouse", place, "--programme", PROGRAMME, "--as-of", DAY, "--format", "csv")
    return {(row["kpi"], row["period"], row["level"], row["group"], row["school"]): row for row in told.rows}


def test_what_a_trial_says_would_move_is_what_moves(city: tuple[Path, Path]):
    data, place = city
    before, files = results(place), sorted(path.name for path in data.rglob("*"))
    trial = tried(data, place, "入校輔導_補.csv", VISITS.encode())
    assert trial.readable and not trial.replaces
    assert [(row["accepted"], row["rejected"]) for row in trial.inputs] == [(1, 1)]
    assert [row["suggestion"] for row in trial.rejects if row["file"] == "入校輔導_補.csv"] == ["深澳國小"]
    assert sorted(path.name for path in data.rglob("*")) == files and results(place) == before
    assert warehouse.accept(data, "入校輔導_補.csv", VISITS.encode()) is None
    assert build(data, place).code == 0
    after = results(place)
    moved = {at for at in after if after[at] != before[at]}
    assert {
        (new["kpi"], new["period"], new["level"], new["group"], new["school"]) for _, new in trial.moved
    } == moved
    for old, new in trial.moved:
        at = (new["kpi"], new["period"], new["level"], new["group"], new["school"])
        assert (str(old["counted"]), str(new["counted"])) == (before[at]["counted"], after[at]["counted"])


def test_the_same_file_again_changes_nothing_and_keeps_the_former_one(city: tuple[Path, Path]):
    data, place = city
    name = next(path.name for path in data.glob("公開授課*.csv"))
    content = (data / name).read_bytes()
    trial = tried(data, place, name, content)
    assert trial.replaces and not trial.moved and not trial.rejects and trial.resolved == 0
    kept = warehouse.accept(data, name, b"changed")
    assert kept is not None and kept.read_bytes() == content
    assert (data / name).read_bytes() == b"changed"
    assert name not in [path.name for path in data.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    "name",
    [
        "../x.csv",
        "a/b.csv",
        "a\\b.csv",
        ".hidden.csv",
        "~$x.xlsx",
        "keelung-111.toml",
        "x.exe",
        "a\n.csv",
        "研習紀錄_" + "長" * 80 + ".csv",
        "",
    ],
)
def test_a_name_that_could_leave_the_folder_or_be_no_files_is_refused(city: tuple[Path, Path], name: str):
    data, place = city
    files = sorted(path.name for path in data.parent.rglob("*"))
    with pytest.raises(warehouse.Refused):
        tried(data, place, name, VISITS.encode())
    with pytest.raises(warehouse.Refused):
        warehouse.accept(data, name, VISITS.encode())
    assert sorted(path.name for path in data.parent.rglob("*")) == files


def test_a_file_that_is_no_table_is_not_readable(city: tuple[Path, Path]):
    data, place = city
    for name, content in (("照片.csv", b"\x89PNG"), ("研習紀錄.csv", b"\x89PNG" + bytes(range(256)) * 40)):
        assert not tried(data, place, name, content).readable


def test_the_programmes_tables_are_those_that_a_trial_reads():
    tables = contracts.load()
    definition = programmes.load(programmes.find(Path("nowhere"), (PROGRAMME,))[0], tables)
    assert "participants" in tables and "participants" not in definition.tables


@pytest.mark.parametrize("language", sorted(texts.LANGUAGES))
def test_a_trial_is_told_in_the_viewers_language(city: tuple[Path, Path], monkeypatch, language: str):
    monkeypatch.setattr(address, "_cached", address._cached.__wrapped__)
    data, place = city
    trial = tried(data, place, "入校輔導_補.csv", VISITS.encode())
    snapshot, scope = warehouse.current(place, PROGRAMME), access.bureau()
    periods = tuple(address._asked(snapshot, scope, "periods", ()))
    facts = address.facts_of(snapshot, scope)
    seen = address.View(PROGRAMME, (PROGRAMME,), place, snapshot, facts, periods, periods, scope, DAY)
    with texts.written(texts.Manner(language)):
        told = uploads.report(seen, trial)
    said = {
        "zh-TW": ("不是本計畫的學校", "入校輔導", "學校名稱不在名單"),
        "en": ("is not a school", "Coaching visits", "Not a school"),
    }
    assert all(one in told for one in said[language]) and "深奧國小,111/11/02,甲,乙" in told
