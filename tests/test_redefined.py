"""指標 where the definition changed: what changed, the figures under the former one beside today's, and whose differ."""

import datetime as dt
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard import access, questions, warehouse
from dashboard.ui.indicator import redefined
from dashboard.warehouse import snapshots
from tests.running import kpi
from tests.test_compare import CASES, DAY, DEFINITION, FILES, PEACE, SUCCESS
from tests.test_pages import figures_in

PROGRAMME = "reading-99"
# The rest of the cases change the schools, or how rows find theirs.
OF_AN_INDICATOR = list(CASES)[: list(CASES).index("an alias")]
Build = Callable[..., questions.View]


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder, and a warehouse with a snapshot of it under the former definition."""
    place = tmp_path_factory.mktemp("former")
    (place / "data").mkdir()
    for name, text in {**FILES, f"{PROGRAMME}.toml": DEFINITION}.items():
        (place / "data" / name).write_text(text, encoding="utf-8")
    told = kpi("build", "--data", place / "data", "--warehouse", place / "warehouse")
    assert told.code == 0, told.err
    return place


@pytest.fixture
def then(former: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """What a viewer sees after a build under another definition, with other files if any."""
    monkeypatch.setattr(questions, "_cached", questions._cached.__wrapped__)
    shutil.copytree(former, tmp_path / "copy")
    data, place = tmp_path / "copy" / "data", tmp_path / "copy" / "warehouse"

    def build(definition: str, **files: str) -> questions.View:
        written = {f"{name}.csv": text for name, text in files.items()} | {f"{PROGRAMME}.toml": definition}
        for name, text in written.items():
            (data / name).write_text(text, encoding="utf-8")
        told = kpi("build", "--data", data, "--warehouse", place)
        assert told.code == 0, told.err
        snapshot, scope = warehouse.current(place, PROGRAMME), access.bureau()
        periods = tuple(questions.answers(snapshot, scope, "periods", ()))
        facts = questions.facts_of(snapshot, scope)
        day = dt.date.fromisoformat(DAY)
        return questions.View(PROGRAMME, (PROGRAMME,), place, snapshot, facts, periods, periods, scope, day)

    return build


def changed(old: str, new: str) -> str:
    assert old in DEFINITION
    return DEFINITION.replace(old, new, 1)


def indicators(seen: questions.View) -> dict[str, questions.Row]:
    return {row.kpi: row for row in questions.ask(seen, "kpis", period="spring")}


def text_of(shown: str) -> str:
    return re.sub(r"<[^>]+>", " ", shown)


def differences(found: redefined.Redefined) -> dict[str, dict[str, tuple[str, str]]]:
    """Per school the figures that differ, as `kpi compare` writes them."""
    told = {}
    for old, new in found.schools:
        pairs = {name: (getattr(old, name), getattr(new, name)) for name in redefined.FIGURES}
        told[new.school_name] = {
            name: tuple("" if value is None else str(value).removesuffix(".0") for value in pair)
            for name, pair in pairs.items()
            if pair[0] != pair[1]
        }
    return told


@pytest.mark.parametrize("case", OF_AN_INDICATOR)
def test_the_schools_that_differ_are_those_that_kpi_compare_names(case: str, then: Build) -> None:
    old, new, _, expected = CASES[case]
    seen = then(changed(old, new))
    for name, one in indicators(seen).items():
        found = redefined.find(seen, one)
        told = {school: figures for (of, school), figures in expected.items() if of == name}
        assert differences(found) == told if found else not told, name


def test_what_changed_is_told_in_words_with_the_citys_figures_then_and_now(then: Build) -> None:
    seen = then(changed("minutes = 60", "minutes = 120"))
    hours = indicators(seen)["hours"]
    found = redefined.find(seen, hours)
    assert [one[1:] for one in found.parameters] == [("60 分鐘（1 小時）", "120 分鐘（2 小時）")]
    shown = text_of(redefined.changes(hours, found)).split()
    at = shown.index("計數")
    assert shown[at : at + 4] == ["計數", "3", "1", "−2"]
    listed = redefined.schools(hours, found)
    assert "2 校的數字不同" in listed and SUCCESS in listed and PEACE in listed
    assert sorted(figure["counted"] for figure in figures_in(listed)) == ["0", "1"], (
        "today's, and what they are of"
    )
    told = [
        [SUCCESS, "逾期未達", 1, 3, 3, "逾期未達", 0, 3, 3],
        [PEACE, "逾期未達", 2, 5, 5, "逾期未達", 1, 5, 5],
    ]
    rows = sorted(redefined.differing(hours, found).values())
    assert [row[: len(told[0])] for row in rows] == sorted(told)
    assert {len(row) for row in rows} == {len(redefined.differing(hours, found).header())}


def test_an_indicator_whose_definition_did_not_change_says_nothing(then: Build) -> None:
    seen = then(changed("minutes = 60", "minutes = 120"))
    kpis = indicators(seen)
    assert redefined.find(seen, kpis["visits"]) is None and redefined.find(seen, kpis["readers"]) is None


def test_words_for_people_are_no_change(then: Build) -> None:
    seen = then(changed("閱讀研習滿 1 小時。", "另一句。"))
    assert all(redefined.find(seen, one) is None for one in indicators(seen).values())


def test_a_new_indicator_has_no_former_figures(then: Build) -> None:
    seen = then(
        DEFINITION + DEFINITION[DEFINITION.index("[kpis.visits]") :].replace("kpis.visits", "kpis.calls")
    )
    assert redefined.find(seen, indicators(seen)["calls"]) is None


def test_the_same_files_are_told_apart_from_files_that_changed_as_well(then: Build) -> None:
    stricter = changed("minutes = 60", "minutes = 120")
    seen = then(stricter)
    hours = indicators(seen)["hours"]
    assert "以下的差別都來自定義" in redefined.head(seen, redefined.find(seen, hours))
    more = FILES["研習紀錄.csv"] + "T6,閱讀入門,113/4/2,3\n"
    seen = then(stricter, 研習紀錄=more)
    told = redefined.head(seen, redefined.find(seen, hours))
    assert "研習紀錄 6 → 7" in told and "kpi compare" in told and "入校輔導" not in told


def test_the_former_definition_is_the_last_other_one_however_many_snapshots_came_since(then: Build) -> None:
    stricter = changed("minutes = 60", "minutes = 120")
    for hour in range(7):
        seen = then(stricter, 研習紀錄=FILES["研習紀錄.csv"] + f"T6,閱讀入門,113/4/2,{hour + 1}\n")
    kept = warehouse.kept(seen.warehouse, PROGRAMME)
    found = redefined.find(seen, indicators(seen)["hours"])
    assert found.former.snapshot == kept[-1] and len(kept) == 6


def test_a_snapshot_that_cannot_be_read_is_passed_over(then: Build) -> None:
    seen = then(changed("minutes = 60", "minutes = 120"))
    serving, older = warehouse.kept(seen.warehouse, PROGRAMME)
    broken = seen.warehouse / PROGRAMME / "20200101T000000000000.duckdb"
    broken.write_bytes(b"no database")
    for path in (older.path, broken, serving.path):
        snapshots.seal(path)
    assert [one.path for one in warehouse.older(serving)] == [broken, older.path]
    hours = indicators(seen)["hours"]
    assert redefined.find(seen, hours).former.snapshot == older
    older.path.unlink()
    assert redefined.find(seen, hours) is None


def test_the_former_definition_is_found_though_a_clock_that_ran_ahead_stamped_its_snapshot(
    then: Build, tmp_path: Path
) -> None:
    place = tmp_path / "copy" / "warehouse"
    path = warehouse.current(place, PROGRAMME).path
    ahead = path.rename(path.with_name("20990101T000000000000.duckdb"))
    snapshots.seal(ahead)
    seen = then(changed("minutes = 60", "minutes = 120"))
    assert redefined.find(seen, indicators(seen)["hours"]).former.snapshot.path == ahead
