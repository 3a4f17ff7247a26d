"""Snapshots: published whole or not at all, five kept, and read as a scope that sees only its schools."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import functools
import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

import dashboard
from dashboard import access, questions, warehouse
from dashboard.definitions import contracts, programmes
from dashboard.paths import QUERIES
from dashboard.warehouse import manifest, notes, publishing, retention, snapshots, status
from dashboard.warehouse.build import check, describe, texts
from dashboard.warehouse.build import run as building
from tests.running import (
    EVERY_SCHOOL,
    PROGRAMME,
    Apart,
    asked,
    build,
    build_apart,
    inputs,
    kpi,
    stored,
    unchanged,
)

PAGES = sorted(path.stem for path in (QUERIES / "pages").glob("*.sql"))
DAY = "2022-11-25"
# The first two are seen by a scope; all that the third has sent bears its mark.
OURS, OTHER, MARK = ("深澳國小", "武崙國小"), "忠孝國小", "外人"


def write_city(data: Path, visits: int = 2) -> Path:
    """Three schools with something in every table, a warning and a rejected row each."""
    data.mkdir(parents=True)
    every: dict[str, list[str]] = {
        "學校名冊": ["學校名稱,組別,角色,班級數"],
        "教職員名冊": ["學校名稱,教師編號,姓名,身分別,職務,到職日"],
        "研習紀錄": ["教師編號,課程名稱,課程類別,研習日期,時數,研習證明"],
        "公開授課": ["學校名稱,授課教師,授課日期,數位學習模式,領域"],
        "觀課紀錄": ["主辦學校,主辦縣市,觀課日期,觀課學校,觀課教師"],
        "自主學習量表": ["時間戳記,學校名稱,年級,班級,座號,測驗別"],
        "學力觀察": ["時間戳記,學校名稱,年級,班級,評量方式,領域"],
    }
    for place, school in enumerate((*OURS, OTHER)):
        who = f"{MARK if school == OTHER else '我們'}{place}"
        role = "重點學校" if school == "武崙國小" else "夥伴學校"
        every["學校名冊"].append(f"{school},自主學習組,{role},{12 + place}")
        every["教職員名冊"] += [
            f"{school},T{place}{MARK * (school == OTHER)},{who}師,正式教師,資訊組長,109/08/01",
            f"{school},,{who}無號,正式教師,,109/08/01",
        ]
        every["研習紀錄"].append(f"T{place}{MARK * (school == OTHER)},資訊組長增能,資訊組長,111/10/05,3,是")
        every["公開授課"].append(f"{school},{who}師,111/10/1{place},是,{who}科")
        every["觀課紀錄"].append(f"{who}國中,新北市,111/10/1{place},{school},{who}師")
        every["自主學習量表"] += [
            f"111/10/1{place} 08:00,{school},五,二,1,{test}" for test in ("前測", "後測")
        ]
        every["學力觀察"].append(
            f"111/10/1{place} 08:00,{school},五,{MARK if school == OTHER else '我'},短期學習成效,{who}科"
        )
        lines = ["學校名稱,輔導日期,輔導人員,主題", f"{school},{who}日,{who}員,", f",111/10/09,{who}員,"]
        lines += [f"{school},111/10/{i + 1:02d},{who}員,{who}題" for i in range(visits)]
        (data / f"入校輔導_{school}.csv").write_text("\n".join(lines), encoding="utf-8")
    for name, lines in every.items():
        (data / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
    return data


@dataclass(frozen=True)
class Done:
    """The build of a folder, done once: its database is handed over again. Who publishes it sees no difference, but in time.

    Another folder, or one that may be unchanged, is built.
    """

    data: Path
    database: Path
    built: building.Built

    def __call__(self, target: Path, programme: Any, inputs: building.Inputs, *rest: Any, **how: Any) -> Any:
        if inputs.places.folder != self.data or inputs.unless is not None:
            return REAL(target, programme, inputs, *rest, **how)
        shutil.copyfile(self.database, target)
        return self.built


REAL = building._built


def hand_over(done: Done) -> None:
    """From now on this process does not build again what is done."""
    building._built = done


@dataclass(frozen=True)
class City:
    """A warehouse with one snapshot, the folder that it was built of, and one of other data."""

    data: Path
    other_data: Path
    warehouse: Path
    done: Done

    @property
    def folder(self) -> Path:
        return self.warehouse / PROGRAMME

    def copy(self, place: Path) -> City:
        """The same snapshot in a warehouse of one's own."""
        shutil.copytree(self.warehouse, place)
        return City(self.data, self.other_data, place, self.done)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("city")
    data, made = write_city(folder / "data"), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "_built", lambda *given, **how: made.append(REAL(*given, **how)) or made[0])
        told = build(data, folder / "warehouse")
    assert told.code == 0, told.err
    done = Done(
        data,
        shutil.copyfile(warehouse.current(folder / "warehouse", PROGRAMME).path, folder / "done"),
        made[0],
    )
    return City(data, write_city(folder / "other", visits=9), folder / "warehouse", done)


@pytest.fixture
def done(city: City, monkeypatch: pytest.MonkeyPatch) -> Done:
    """What the test is about is how a snapshot is published: the city's own is not built again for it."""
    monkeypatch.setattr(building, "_built", city.done)
    return city.done


def figures(city: City) -> str:
    told = kpi("results", "--warehouse", city.warehouse, "--as-of", DAY, "--format", "csv")
    assert told.code == 0, told.err
    return told.out


def fingerprint(place: Path) -> Any:
    return stored(place, "select fingerprint from snapshot")


def names_in(folder: Path, pattern: str) -> list[str]:
    return sorted(path.name for path in folder.glob(pattern))


def published_before(own: City, *stamps: str) -> list[Path]:
    """Copies of the snapshot that serves, as if they had been published before it, in this order."""
    serving = warehouse.current(own.warehouse, PROGRAMME).path
    copies = [Path(shutil.copy(serving, own.folder / f"{stamp}.duckdb")) for stamp in stamps]
    for path in (*copies, serving):
        manifest.seal(path)
    return copies


def verified(folder: Path) -> list[str]:
    """The snapshots in their order, the newest last, as an auditor's own tool finds them whole."""
    told = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True
    )
    assert told.returncode == 0, told
    return [line.removesuffix(": OK") for line in told.stdout.splitlines()]


# Publishing


def watched(watch: Callable[[str], None]) -> Callable[..., Any]:
    """The build, telling `watch` of each of its stages as it begins."""
    real = building.build

    def build_watched(part: Path, programme: Any, data: Path, tables: Any, progress: Any, today: Any) -> Any:
        return real(part, programme, data, tables, lambda share, text: watch(text), today)

    return build_watched


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_in_stage(number: int) -> None:
    """Killed as stage `number` of the build begins."""
    left = iter(range(number))

    def watch(text: str) -> None:
        if next(left, None) is None:
            die()

    publishing.build = watched(watch)


def die_before(step: str) -> None:
    """Killed when the snapshot is built and `step` of publishing it is due."""
    setattr(publishing, step, die)


def die_before_syncing() -> None:
    """Killed when the snapshot is built and not yet on the disk."""
    notes.sync = die


def stages_of(data: Path, place: Path) -> list[str]:
    """What a build reports, stage by stage."""
    found: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "build", watched(found.append))
        assert build(data, place).code == 0
    return found


def test_a_build_that_is_killed_in_any_stage_leaves_the_former_serving_and_the_next_one_heals(
    city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    before, serving = figures(own), (own.folder / "current").read_bytes()
    (snapshot,) = own.folder.glob("*.duckdb")
    content = snapshot.read_bytes()
    # One file, and of the stages that differ by table alone the last, so that each kind of stage comes once.
    (tmp_path / "data").mkdir()
    shutil.copy(own.other_data / f"入校輔導_{OTHER}.csv", tmp_path / "data")
    stages = stages_of(tmp_path / "data", tmp_path / "elsewhere")
    kinds = {text.partition(" ")[0]: i for i, text in enumerate(stages)}
    assert len(kinds) > 5 and {"讀取", "查核"} <= set(kinds)
    deaths = [functools.partial(die_in_stage, i) for i in kinds.values()]
    deaths += [functools.partial(die_before, step) for step in ("seal", "_point")]
    deaths.append(die_before_syncing)
    for death in deaths:
        told = build_apart(tmp_path / "data", own.warehouse, death).ends()
        assert told.code == -signal.SIGKILL, death
        assert (own.folder / "current").read_bytes() == serving, death
        assert snapshot.read_bytes() == content, death
        assert len(names_in(own.folder, "*.part")) <= 1, death
    assert figures(own) == before
    assert build(tmp_path / "data", own.warehouse).code == 0
    assert figures(own) != before
    assert names_in(own.folder, "*.part*") == names_in(own.folder, "build.holder") == []
    # The one that died once its file had a line was published but for being pointed to; the one before that was not.
    assert sorted(verified(own.folder)) == names_in(own.folder, "*.duckdb")
    assert len(verified(own.folder)) == 3


def signal_in_stage(number: int, sent: signal.Signals) -> None:
    """Told to end as stage `number` of the build begins."""
    left = iter(range(number))

    def watch(text: str) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), sent)

    publishing.build = watched(watch)


def signal_in_a_query(sent: signal.Signals) -> None:
    """Told to end while the database waits for a function of ours."""

    def end(text: str) -> str:
        os.kill(os.getpid(), sent)
        return texts.nfkc(text)

    texts.FUNCTIONS = {**texts.FUNCTIONS, "nfkc": (end, "VARCHAR")}


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=lambda sent: sent.name)
@pytest.mark.parametrize("when", ["a stage", "a query", "the end"])
def test_a_build_that_is_interrupted_says_what_stands_and_leaves_nothing_behind(
    sent: signal.Signals, when: str, city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    data = tmp_path / "data"
    shutil.copytree(own.other_data, data)
    (data / "入校輔導_全形.csv").write_text(
        "學校名稱,輔導日期,輔導人員\n深澳國小,１１１/10/07,（甲）", encoding="utf-8"
    )
    how = {
        "a stage": functools.partial(signal_in_stage, 3, sent),
        "a query": functools.partial(signal_in_a_query, sent),
        "the end": functools.partial(signal_in_stage, 20, sent),
    }[when]
    with unchanged(own.warehouse) as stamp:
        told = build_apart(data, own.warehouse, how).ends()
    assert (told.code, told.out) == (3, "")
    clock = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]} {stamp[9:11]}:{stamp[11:13]}"
    assert told.err == f"已中斷；這次沒有發布；畫面仍是 {clock} 的快照，數字沒有變動。\n"
    assert build(data, own.warehouse).code == 0


def test_a_build_that_is_killed_once_it_is_pointed_to_serves(city: City, tmp_path: Path) -> None:
    own = city.copy(tmp_path / "warehouse")
    before = figures(own)
    told = build_apart(own.other_data, own.warehouse, functools.partial(die_before, "prune")).ends()
    assert told.code == -signal.SIGKILL
    assert figures(own) != before


def wait_in_stage(number: int, here: Path) -> None:
    """Stop in stage `number` until the file that is then written is taken away."""
    left = iter(range(number))

    def watch(text: str) -> None:
        if next(left, None) is None and not here.with_suffix(".done").exists():
            here.touch()
            while here.exists():
                time.sleep(0.01)
            here.with_suffix(".done").touch()

    publishing.build = watched(watch)


def test_of_two_builds_at_once_the_second_says_who_holds_the_lock_and_the_first_completes(
    city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    before, here = figures(own), tmp_path / "here"
    first = build_apart(own.other_data, own.warehouse, functools.partial(wait_in_stage, 3, here))
    while not here.exists():
        assert first.is_alive
        time.sleep(0.01)
    second = build(own.data, own.warehouse)
    assert (second.code, second.out) == (3, "")
    assert re.search(
        rf"另一次建立正在進行：\S+@\S+，程序 {first.pid}，\d\d/\d\d \d\d:\d\d:\d\d 開始。請等它完成",
        second.err,
    )
    assert "這次沒有發布" in second.err
    assert figures(own) == before
    here.unlink()
    told = first.ends()
    assert told.code == 0, told.err
    assert figures(own) != before
    assert names_in(own.folder, "*.part*") == []


def test_a_check_that_finds_rows_publishes_nothing_and_is_named(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(QUERIES, tmp_path / "queries")
    (tmp_path / "queries" / "checks" / "zz.sql").write_text(
        "-- 輔導都有主題: a check that fails.\nselect adviser from coaching where topic is null or true;",
        encoding="utf-8",
    )
    monkeypatch.setattr(check, "QUERIES", tmp_path / "queries")
    with unchanged(city.warehouse) as stamp:
        told = build(city.other_data, city.warehouse)
    assert (told.code, told.out) == (3, "")
    assert "查核「輔導都有主題」未通過" in told.err
    clock = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]} {stamp[9:11]}:{stamp[11:13]}"
    assert f"這次沒有發布；畫面仍是 {clock} 的快照，數字沒有變動。" in told.err


def test_a_fault_of_the_database_publishes_nothing_and_is_told(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(QUERIES, tmp_path / "queries")
    (tmp_path / "queries" / "checks" / "zz.sql").write_text(
        "-- 壞的查核\nselect no_such_column;", encoding="utf-8"
    )
    monkeypatch.setattr(check, "QUERIES", tmp_path / "queries")
    with unchanged(city.warehouse):
        told = build(city.other_data, city.warehouse)
    assert (told.code, told.out) == (3, "")
    assert "no_such_column" in told.err and "請" in told.err and "這次沒有發布" in told.err


def test_the_last_five_snapshots_are_kept(city: City, tmp_path: Path) -> None:
    own = city.copy(tmp_path / "warehouse")
    (serving,) = own.folder.glob("*.duckdb")
    published_before(own, *(f"{year}0101T000000000000" for year in range(2001, 2008)))
    assert build(own.other_data, own.warehouse).code == 0
    kept = names_in(own.folder, "*.duckdb")
    assert [name[:4] for name in kept[:3]] == ["2005", "2006", "2007"]
    assert kept[3:] == [serving.name, warehouse.current(own.warehouse, PROGRAMME).path.name]


def test_a_reader_keeps_its_snapshot_and_finds_the_new_one_on_the_next_ask(
    city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    former = warehouse.current(own.warehouse, PROGRAMME)
    before = warehouse.rows(former, "tables", EVERY_SCHOOL)
    with snapshots.connection(former.path).cursor() as open_cursor:
        reading = open_cursor.execute("select * from units order by all")
        first = reading.fetchone()
        assert build(own.other_data, own.warehouse).code == 0
        rest = reading.fetchall()
    assert [first, *rest] == stored(city.warehouse, "select * from units order by all")
    assert warehouse.rows(former, "tables", EVERY_SCHOOL) == before
    latest = warehouse.current(own.warehouse, PROGRAMME)
    assert latest.stamp > former.stamp
    assert warehouse.rows(latest, "tables", EVERY_SCHOOL) != before
    assert fingerprint(own.warehouse) != fingerprint(city.warehouse)


# What a snapshot says of itself


def test_a_snapshot_records_its_inputs_the_definition_and_the_version(city: City) -> None:
    found = inputs(city.warehouse)
    assert set(found) == {path.name for path in city.data.iterdir()}
    sums = {name: digest for name, digest in stored(city.warehouse, "select file, sha256 from inputs")}
    for name, row in found.items():
        content = (city.data / name).read_bytes()
        assert (row["size"], sums[name]) == (len(content), hashlib.sha256(content).hexdigest())
        assert row["read"] == content.count(b"\n")
    ((version, definition, label),) = stored(
        city.warehouse, "select version, definition_hash, title from snapshot"
    )
    shipped = programmes.load(programmes.FOLDER / f"{PROGRAMME}.toml", contracts.load())
    assert (version, definition, label) == (dashboard.__version__, shipped.fingerprint, shipped.title.zh)


def test_every_row_read_of_every_file_is_accepted_a_duplicate_or_rejected(city: City) -> None:
    for name, row in inputs(city.warehouse).items():
        assert row["read"] == row["accepted"] + row["duplicate"] + row["rejected"], name
        expected = (
            (2, 2)
            if name.startswith("入校輔導")
            else (3, 3)
            if name == "教職員名冊.csv"
            else (row["read"], 0)
        )
        assert (row["accepted"], row["rejected"]) == expected, name


def test_the_same_inputs_have_the_same_fingerprint(city: City, tmp_path: Path) -> None:
    shutil.copytree(city.data, tmp_path / "copy")
    assert build(tmp_path / "copy", tmp_path / "again").code == 0
    assert fingerprint(tmp_path / "again") == fingerprint(city.warehouse)


def test_an_update_of_the_queries_is_built_though_the_data_are_the_same(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The former snapshot may not answer the new queries: nobody waits for the next day to see figures again."""
    own = city.copy(tmp_path / "warehouse")
    again = (
        "build",
        "--programme",
        PROGRAMME,
        "--data",
        own.data,
        "--warehouse",
        own.warehouse,
        "--if-changed",
    )
    former = warehouse.current(own.warehouse, PROGRAMME).stamp
    assert kpi(*again).code == 0
    assert warehouse.current(own.warehouse, PROGRAMME).stamp == former
    shutil.copytree(QUERIES, tmp_path / "queries")
    with (tmp_path / "queries" / "pages" / "totals.sql").open("a", encoding="utf-8") as file:
        file.write("-- a new version\n")
    monkeypatch.setattr(describe, "QUERIES", tmp_path / "queries")
    assert kpi(*again).code == 0
    assert warehouse.current(own.warehouse, PROGRAMME).stamp != former


# What is lost or damaged


def lose(snapshot: Path) -> None:
    snapshot.unlink()


def cut(snapshot: Path) -> None:
    os.truncate(snapshot, snapshot.stat().st_size // 2)


def empty(snapshot: Path) -> None:
    snapshot.write_bytes(b"")


def scramble(snapshot: Path) -> None:
    """The first page and the middle stand, all else is noise: it opens, but cannot be read."""
    content = snapshot.read_bytes()
    snapshot.write_bytes(content[:12288] + bytes(byte ^ 0x5A for byte in content[12288:]))


def spoil(snapshot: Path) -> None:
    """One byte of a block is another, as on a disk that ages: only a query that reads the figures finds it."""
    with duckdb.connect(str(snapshot), read_only=True) as con:
        query = "select distinct block_id from pragma_storage_info('results') where persistent"
        blocks = [block for (block,) in con.execute(query).fetchall() if block >= 0]
    content = bytearray(snapshot.read_bytes())
    for block in blocks:
        content[12288 + block * 262144 + 5000] ^= 1
    snapshot.write_bytes(content)


def overwrite(snapshot: Path) -> None:
    snapshot.write_text("not a database" * 1000, encoding="ascii")


def put_another(snapshot: Path) -> None:
    """A database that is whole, but none of ours, or of a version that is long gone."""
    snapshot.unlink()
    with duckdb.connect(str(snapshot)) as other:
        other.execute("create table schools as select 1 as school_id")


def point_elsewhere(snapshot: Path) -> None:
    (snapshot.parent / "current").write_text("../../elsewhere\n", encoding="ascii")


def blank_pointer(snapshot: Path) -> None:
    (snapshot.parent / "current").write_bytes(b"")


def noisy_pointer(snapshot: Path) -> None:
    (snapshot.parent / "current").write_bytes(b"\xff\xfe\x00")


def long_pointer(snapshot: Path) -> None:
    """No file can have such a name."""
    (snapshot.parent / "current").write_text("2" * 5000, encoding="ascii")


DAMAGES = (
    lose, cut, empty, scramble, spoil, overwrite, put_another, point_elsewhere, blank_pointer, noisy_pointer,
    long_pointer,
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_snapshot_that_is_lost_or_damaged_is_told_with_what_to_do(
    damage: Callable[[Path], None], city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    (snapshot,) = own.folder.glob("*.duckdb")
    damage(snapshot)
    for command in ("results", "rejects") if damage != spoil else ("results",):
        told = kpi(command, "--warehouse", own.warehouse)
        assert (told.code, told.out) == (3, "")
        assert "快照" in told.err and "請" in told.err and "kpi build" in told.err


@pytest.mark.usefixtures("done")
@pytest.mark.parametrize("by_itself", [False, True])
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_the_next_build_replaces_a_damaged_snapshot(
    damage: Callable[[Path], None], by_itself: bool, city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    (snapshot,) = own.folder.glob("*.duckdb")
    damage(snapshot)
    told = automatic(own) if by_itself else build(own.data, own.warehouse)
    assert told.code == 0, told.err
    assert figures(own) == figures(city)


@pytest.mark.usefixtures("done")
def test_a_damaged_snapshot_that_was_restored_by_hand_is_replaced(city: City, tmp_path: Path) -> None:
    own = city.copy(tmp_path / "warehouse")
    snapshot = warehouse.current(own.warehouse, PROGRAMME)
    warehouse.restore(own.warehouse, PROGRAMME, snapshot.stamp, "稽核")
    spoil(snapshot.path)
    assert automatic(own).code == 0
    assert figures(own) == figures(city) and warehouse.pinned(own.folder) is None


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_pages_show_an_older_snapshot_where_the_one_that_should_serve_is_damaged(
    damage: Callable[[Path], None], city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    (serving,) = own.folder.glob("*.duckdb")
    (older,) = published_before(own, "20200101T000000000000")
    damage(serving)
    found, _, told = questions.standing(own.warehouse, PROGRAMME, EVERY_SCHOOL)
    # A pointer that is damaged leaves the file itself whole.
    assert found.path == (serving if "point" in damage.__name__ else older)
    assert told and "kpi build" in told
    asked_for = {"on": dt.date.fromisoformat(DAY), "level": None, "kpi": None, "period": None}
    assert warehouse.rows(found, "kpi_results", EVERY_SCHOOL, **asked_for)[1]


# Who sees what


@pytest.fixture(scope="module")
def ids(city: City) -> dict[str, int]:
    return dict(stored(city.warehouse, "select name, school_id from all_schools"))


@pytest.fixture(scope="module")
def two_schools(ids: dict[str, int]) -> access.Scope:
    return access.Scope("兩校", tuple(ids[name] for name in OURS))


def seen(city: City, scope: access.Scope, query: str) -> list[tuple[Any, ...]]:
    with snapshots._cursor(warehouse.current(city.warehouse, PROGRAMME), scope) as cursor:
        return cursor.execute(query).fetchall()


VISIBLE = "select view_name from duckdb_views() where starts_with(view_name, 'visible_') order by all"


def test_every_visible_view_holds_rows_of_the_scopes_schools_alone(
    city: City, two_schools: access.Scope, ids: dict[str, int]
) -> None:
    views = [name for (name,) in stored(city.warehouse, VISIBLE)]
    assert {"visible_schools", "visible_units", "visible_states", "visible_rejects"} <= set(views)
    for view in views:
        query = f"select distinct school_id from {view}"
        every = {school for (school,) in seen(city, EVERY_SCHOOL, query)}
        if not every:
            continue  # of a table that this programme has not, or of what a first snapshot cannot know
        assert {*two_schools.school_ids, ids[OTHER]} <= every, view
        assert {school for (school,) in seen(city, two_schools, query)} == set(two_schools.school_ids), view
        assert seen(city, access.nobody(), query) == [], view


def test_resolved_rejects_are_seen_by_their_schools_alone(
    city: City, two_schools: access.Scope, ids: dict[str, int], tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    shutil.copytree(own.data, tmp_path / "data")
    before = {tuple(row) for row in stored(own.warehouse, "select file, line, first_seen from rejects")}
    for path in (tmp_path / "data").glob("入校輔導*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([lines[0], *lines[3:]]), encoding="utf-8")
    assert build(tmp_path / "data", own.warehouse).code == 0
    query = "select distinct school_id from visible_resolved_rejects where school_id is not null"
    assert {*two_schools.school_ids, ids[OTHER]} <= {one for (one,) in seen(own, EVERY_SCHOOL, query)}
    assert {one for (one,) in seen(own, two_schools, query)} == set(two_schools.school_ids)
    assert seen(own, access.nobody(), query) == []
    standing = {tuple(row) for row in stored(own.warehouse, "select file, line, first_seen from rejects")}
    assert standing <= before, "a row that was known keeps the day on which it was first seen"


def test_a_file_that_cannot_be_read_is_told_to_its_own_school_alone(
    city: City, ids: dict[str, int], tmp_path: Path
) -> None:
    shutil.copytree(city.data, tmp_path / "data")
    for name in (f"研習紀錄_{OTHER}.csv", f"研習紀錄_{OURS[0]}.csv", "研習紀錄_壞.csv"):
        (tmp_path / "data" / name).write_bytes(b"")
    assert build(tmp_path / "data", tmp_path / "warehouse").code == 0

    def told(*schools: str) -> list[str]:
        scope = access.Scope("", tuple(ids[school] for school in schools)) if schools else EVERY_SCHOOL
        return [row["file"] for row in asked(tmp_path / "warehouse", "unreadable", scope)]

    assert told(OURS[0]) == [f"研習紀錄_{OURS[0]}.csv"]
    assert told(OTHER) == [f"研習紀錄_{OTHER}.csv"]
    assert len(told()) == 3


def test_a_connection_on_which_no_scope_was_set_sees_nothing(city: City) -> None:
    for (view,) in stored(city.warehouse, VISIBLE):
        assert stored(city.warehouse, f"from {view}") == [], view


def test_what_visitors_of_two_scopes_ask_at_once_is_what_each_gets_alone(
    city: City, two_schools: access.Scope
) -> None:
    snapshot = warehouse.current(city.warehouse, PROGRAMME)
    asks = list(itertools.product((EVERY_SCHOOL, two_schools), ("2022-08-31", DAY), ("school", "city")))

    def answer(scope: access.Scope, on: str, level: str) -> object:
        return warehouse.rows(snapshot, "kpi_results", scope, on=on, level=level, kpi=None, period=None)

    alone = [answer(*ask) for ask in asks]
    with ThreadPoolExecutor(8) as visitors:
        assert list(visitors.map(lambda ask: answer(*ask), asks * 40)) == alone * 40


def parameters_of(name: str, school_id: int) -> dict[str, Any]:
    """What a page query needs; the school that is asked for by name is the other one."""
    values: dict[str, Any] = {
        "on": DAY, "period": "111", "kpi": "coaching", "school": None, "school_id": school_id, "group_id": None,
        "level": None, "all": True, "missing": False, "severity": "rejected", "table": None, "reason": None, "fresh": None,
        "size": 1000, "skip": 0, "status": None, "periods": ["111"], "versus": None, "most": None,
        "sort": None, "falling": False, "by_default": DAY,
    }  # fmt: skip
    text = (QUERIES / "pages" / f"{name}.sql").read_text(encoding="utf-8")
    return {word: values[word] for word in set(re.findall(r"\$(\w+)", re.sub(r"--.*", "", text)))}


def of_schools(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that are about a school: not the published totals of groups and the city."""
    return [row for row in rows if row.get("level", "school") == "school"]


def schools_of(rows: list[dict[str, Any]], ids: dict[str, int]) -> set[str]:
    names = {number: name for name, number in ids.items()}
    told = {
        row[column]
        for row in rows
        for column in ("school", "school_name", "one_school", "name")
        if column in row
    }
    told |= {names.get(row.get("school_id"), "") for row in rows}
    return {names.get(value, value) for value in told} & set(ids)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_query_tells_a_scope_nothing_of_other_schools(
    name: str, city: City, two_schools: access.Scope, ids: dict[str, int]
) -> None:
    for school in (*OURS, OTHER):
        parameters = parameters_of(name, ids[school])
        found = of_schools(asked(city.warehouse, name, two_schools, **parameters))
        assert MARK not in repr(found)
        assert OTHER not in repr(found) or name == "snapshot"  # it holds the definition, which is public
        assert schools_of(found, ids) <= set(OURS)
        nothing = of_schools(asked(city.warehouse, name, access.nobody(), **parameters))
        assert not schools_of(nothing, ids)
        assert "我們" not in repr(nothing) and MARK not in repr(nothing)


def test_what_is_hidden_from_a_scope_is_there_to_be_seen(city: City, ids: dict[str, int]) -> None:
    """Otherwise the test above could not fail."""
    told = {
        name
        for name in PAGES
        for found in [asked(city.warehouse, name, EVERY_SCHOOL, **parameters_of(name, ids[OTHER]))]
        if MARK in repr(found) or OTHER in repr(found)
    }
    assert {
        "inputs",
        "kpi_rejects",
        "kpi_results",
        "kpi_units",
        "rejects",
        "reject_counts",
    } <= told
    assert {"school_rejects", "school_results", "schools", "units"} <= told


def test_totals_of_groups_and_the_city_are_whole_whatever_the_scope(
    city: City, two_schools: access.Scope
) -> None:
    parameters = {"on": DAY, "period": "111"}
    every = asked(city.warehouse, "totals", EVERY_SCHOOL, **parameters)
    assert every
    assert asked(city.warehouse, "totals", two_schools, **parameters) == every


# Going back


def automatic(own: City) -> Any:
    return kpi(
        "build", "--data", own.data, "--warehouse", own.warehouse, "--programme", PROGRAMME, "--if-changed"
    )


def test_a_restored_snapshot_serves_until_somebody_updates_by_hand(city: City, tmp_path: Path) -> None:
    own = city.copy(tmp_path / "warehouse")
    before = warehouse.current(own.warehouse, PROGRAMME).stamp
    first = figures(own)
    assert build(own.other_data, own.warehouse).code == 0
    assert figures(own) != first
    assert [one.stamp for one in warehouse.kept(own.warehouse, PROGRAMME)][-1] == before
    warehouse.restore(own.warehouse, PROGRAMME, before, "稽核")
    assert figures(own) == first
    assert (found := warehouse.pinned(own.folder)) and found.by == "稽核"
    assert automatic(own).code == 0
    assert warehouse.current(own.warehouse, PROGRAMME).stamp == before
    assert build(own.other_data, own.warehouse).code == 0
    assert warehouse.pinned(own.folder) is None
    assert figures(own) != first


def test_an_automatic_update_without_changes_publishes_nothing(city: City, tmp_path: Path) -> None:
    own = city.copy(tmp_path / "warehouse")
    assert automatic(own).code == 0
    names = names_in(own.folder, "*.duckdb")
    told = automatic(own)
    assert told.code == 0 and "沒有變動" in told.err
    assert names_in(own.folder, "*.duckdb") == names


@pytest.mark.parametrize("stamp", ["20200101T000000000000", "../other", ""])
def test_only_a_snapshot_that_is_kept_can_be_restored(city: City, tmp_path: Path, stamp: str) -> None:
    own = city.copy(tmp_path / "warehouse")
    with unchanged(own.warehouse), pytest.raises(warehouse.BuildError, match="不在了"):
        warehouse.restore(own.warehouse, PROGRAMME, stamp, "稽核")


# What proves a snapshot, and orders them


def test_every_published_snapshot_has_its_sum_in_the_order_of_publication(city: City, tmp_path: Path) -> None:
    own = city.copy(tmp_path / "warehouse")
    for data in (own.other_data, own.data):
        assert build(data, own.warehouse).code == 0
    stamps = [Path(name).stem for name in verified(own.folder)]
    assert len(stamps) == 3
    assert [one.stamp for one in reversed(warehouse.kept(own.warehouse, PROGRAMME))] == stamps
    warehouse.restore(own.warehouse, PROGRAMME, stamps[0], "稽核")
    assert [Path(name).stem for name in verified(own.folder)] == stamps, "to restore one is not to publish it"


BLOCK = 262144


def swap(path: Path, one: int, other: int) -> bool:
    """Two blocks each in the other's place, as a disk that misdirects a write leaves them; whether they differ."""
    with path.open("r+b") as file:
        found = []
        for block in (one, other):
            file.seek(12288 + block * BLOCK)
            found.append(file.read(BLOCK))
        for block, content in zip((other, one), found, strict=True):
            file.seek(12288 + block * BLOCK)
            file.write(content)
    return found[0] != found[1]


def blocks_of(path: Path) -> int:
    return (path.stat().st_size - 12288) // BLOCK


def test_blocks_that_lie_in_each_others_place_are_always_noticed(city: City, tmp_path: Path) -> None:
    own = city.copy(tmp_path / "warehouse")
    snapshot = warehouse.current(own.warehouse, PROGRAMME)
    warehouse.check(snapshot)
    pairs = list(itertools.pairwise(range(blocks_of(snapshot.path))))
    assert len(pairs) > 10
    for pair in pairs:
        if swap(snapshot.path, *pair):
            snapshots.forget(snapshot.path)
            with pytest.raises(warehouse.NoSnapshot, match=r"與「SHA256SUMS」記的雜湊值不符.*kpi build"):
                warehouse.rows(snapshot, "tables", EVERY_SCHOOL)
        swap(snapshot.path, *pair)
    snapshots.forget(snapshot.path)
    assert figures(own) == figures(city)


def test_an_update_in_a_process_that_has_opened_the_snapshot_before_proves_it_anew(
    city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    assert automatic(own).code == 0
    snapshot = warehouse.current(own.warehouse, PROGRAMME)
    assert any(swap(snapshot.path, *pair) for pair in itertools.pairwise(range(blocks_of(snapshot.path))))
    assert automatic(own).code == 0
    assert warehouse.current(own.warehouse, PROGRAMME) != snapshot
    assert figures(own) == figures(city)


def test_a_snapshot_is_read_through_once_a_process(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = city.copy(tmp_path / "warehouse")
    real, read = hashlib.file_digest, []
    monkeypatch.setattr(hashlib, "file_digest", lambda file, kind: read.append(file) or real(file, kind))
    for _ in range(3):
        figures(own)
    assert len(read) == 1


@pytest.mark.usefixtures("done")
def test_a_snapshot_without_a_line_is_told_not_offered_and_removed_by_the_next_build(
    city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    serving = warehouse.current(own.warehouse, PROGRAMME)
    stray = Path(shutil.copy(serving.path, own.folder / "20990101T000000000000.duckdb"))
    with pytest.raises(warehouse.NoSnapshot, match=f"{stray.name}」在「SHA256SUMS」沒有紀錄.*kpi build"):
        warehouse.check(warehouse.Snapshot(stray, stray.stem))
    assert warehouse.kept(own.warehouse, PROGRAMME) == [serving]
    with unchanged(own.warehouse), pytest.raises(warehouse.BuildError, match="不在了"):
        warehouse.restore(own.warehouse, PROGRAMME, stray.stem, "稽核")
    assert build(own.data, own.warehouse).code == 0
    assert not stray.exists() and serving.path.exists()


@pytest.mark.usefixtures("done")
@pytest.mark.parametrize("noise", [None, b"\xff\xfe\x00", b"no sums\n"])
def test_a_list_of_sums_that_is_lost_or_noise_is_told_and_written_anew_by_the_next_build(
    noise: bytes | None, city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    (own.folder / "SHA256SUMS").unlink()
    if noise:
        (own.folder / "SHA256SUMS").write_bytes(noise)
    told = kpi("results", "--warehouse", own.warehouse)
    assert (told.code, told.out) == (3, "")
    assert "SHA256SUMS" in told.err and "kpi build" in told.err
    assert automatic(own).code == 0
    assert figures(own) == figures(city)
    assert len(verified(own.folder)) == 1


@pytest.mark.usefixtures("done")
def test_snapshots_from_before_there_was_a_list_are_kept_in_the_order_of_their_stamps(
    city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    serving = warehouse.current(own.warehouse, PROGRAMME)
    older = Path(shutil.copy(serving.path, own.folder / "20200101T000000000000.duckdb"))
    broken = Path(shutil.copy(serving.path, own.folder / "20210101T000000000000.duckdb"))
    with broken.open("r+b") as file:
        file.truncate(broken.stat().st_size // 2)
    (own.folder / "SHA256SUMS").unlink()
    warehouse.adopt(own.warehouse, PROGRAMME)
    assert warehouse.kept(own.warehouse, PROGRAMME) == [serving, warehouse.Snapshot(older, older.stem)]
    assert figures(own) == figures(city)
    assert build(own.data, own.warehouse).code == 0
    assert [one.path for one in warehouse.kept(own.warehouse, PROGRAMME)][1:] == [serving.path, older]
    assert not broken.exists()


@pytest.mark.usefixtures("done")
@pytest.mark.parametrize("how", ["a byte altered", "a pipe", "an empty folder", "a link to nothing"])
def test_a_damaged_list_of_sums_costs_no_snapshot(how: str, city: City, tmp_path: Path) -> None:
    own = city.copy(tmp_path / "warehouse")
    first = warehouse.current(own.warehouse, PROGRAMME)
    assert build(own.data, own.warehouse).code == 0
    second = warehouse.current(own.warehouse, PROGRAMME)
    sums = own.folder / "SHA256SUMS"
    if how == "a byte altered":
        sums.write_bytes(b"\xff" + sums.read_bytes()[1:])
        assert figures(own) == figures(city), "the other lines stand"
    else:
        sums.unlink()
        {
            "a pipe": os.mkfifo,
            "an empty folder": os.mkdir,
            "a link to nothing": lambda it: it.symlink_to("no"),
        }[how](sums)
    assert build(own.data, own.warehouse).code == 0
    assert warehouse.kept(own.warehouse, PROGRAMME)[1:] == [second, first]
    assert len(verified(own.folder)) == 3


@pytest.mark.usefixtures("done")
def test_a_build_removes_only_what_a_build_wrote(city: City, tmp_path: Path) -> None:
    own = city.copy(tmp_path / "warehouse")
    (precious := tmp_path / "precious").mkdir()
    (precious / "a.txt").write_text("x", encoding="utf-8")
    (own.folder / "archive.partition").symlink_to(precious)
    (own.folder / "20200101T000000000000.duckdb.part.tmp").symlink_to(precious)
    (own.folder / "old.parts").mkdir()
    (own.folder / "old.parts" / "keep.txt").write_text("y", encoding="utf-8")
    (left := own.folder / "20200101T000000000000.duckdb.part").write_bytes(b"half")
    assert build(own.data, own.warehouse).code == 0
    assert (precious / "a.txt").exists() and (own.folder / "old.parts" / "keep.txt").exists()
    assert not left.exists()


@pytest.mark.usefixtures("done")
def test_a_note_of_a_restored_snapshot_that_a_killed_process_left_stops_no_update(
    city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    first = warehouse.current(own.warehouse, PROGRAMME)
    assert build(own.data, own.warehouse).code == 0
    status.pin(own.folder, "稽核", dt.datetime(2026, 11, 29, 9, 0), first.stamp)
    assert warehouse.pinned(own.folder) is None, "another one serves"
    warehouse.restore(own.warehouse, PROGRAMME, first.stamp, "稽核")
    assert warehouse.pinned(own.folder)
    told = automatic(own)
    assert told.code == 0 and "自動更新暫停" in told.err and "資料沒有變動" not in told.err


def test_a_snapshot_that_is_written_to_while_it_is_open_is_proven_anew(city: City, tmp_path: Path) -> None:
    own = city.copy(tmp_path / "warehouse")
    assert figures(own) == figures(city)
    path = warehouse.current(own.warehouse, PROGRAMME).path
    swap(path, 3, 7)
    with pytest.raises(warehouse.NoSnapshot, match="與「SHA256SUMS」記的雜湊值不符"):
        warehouse.check(warehouse.current(own.warehouse, PROGRAMME))


@pytest.fixture(scope="module")
def deadly(city: City, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, int, str]:
    """Two blocks and a table: once the two are swapped, reading the table kills the database."""
    whole = warehouse.current(city.warehouse, PROGRAMME).path
    path = tmp_path_factory.mktemp("deadly") / "x.duckdb"
    for pair in itertools.combinations(range(blocks_of(whole)), 2):
        shutil.copy(whole, path)
        with duckdb.connect(str(path), read_only=True) as con:
            tables = [name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()]
            con.execute(READ_ALL.format("results")).fetchall()
            swap(path, *pair)
            for table in tables:
                try:
                    con.execute(READ_ALL.format(table)).fetchall()
                except duckdb.FatalException:
                    return *pair, table
                except duckdb.Error:
                    break
    raise AssertionError("no two blocks of this snapshot kill it")


READ_ALL = 'select bit_xor(hash(rows)) from "{}" as rows'


def test_a_database_that_dies_is_told_as_damage_forgotten_by_every_thread_and_stood_in_for(
    city: City, tmp_path: Path, deadly: tuple[int, int, str]
) -> None:
    own = city.copy(tmp_path / "warehouse")
    (older,) = published_before(own, "20200101T000000000000")
    snapshot, (*pair, table) = warehouse.current(own.warehouse, PROGRAMME), deadly

    def read(table: str, scope: access.Scope = EVERY_SCHOOL) -> object:
        with snapshots._cursor(snapshot, scope) as cursor:
            return cursor.execute(READ_ALL.format(table)).fetchall()

    def standing() -> Path:
        return questions.standing(own.warehouse, PROGRAMME, EVERY_SCHOOL)[0].path

    with ThreadPoolExecutor(1) as other:
        assert standing() == snapshot.path
        before = read("results")
        assert other.submit(read, "results").result() == before
        dead = snapshots.connection(snapshot.path)
        swap(snapshot.path, *pair)
        with pytest.raises(warehouse.NoSnapshot, match=snapshot.path.name):
            for name in stored_tables(own, snapshot):
                read(name)
        for scope in (EVERY_SCHOOL, access.nobody()):
            with pytest.raises(warehouse.NoSnapshot, match=snapshot.path.name):
                read(table, scope)
        with pytest.raises(warehouse.NoSnapshot, match=snapshot.path.name):
            other.submit(read, table).result()
        assert standing() == older
        swap(snapshot.path, *pair)
        assert read("results") == other.submit(read, "results").result() == before
        assert snapshots.connection(snapshot.path) is not dead
        assert standing() == snapshot.path


def test_a_database_that_is_dead_before_a_cursor_is_made_is_told_as_damage(
    city: City, tmp_path: Path, deadly: tuple[int, int, str]
) -> None:
    own = city.copy(tmp_path / "warehouse")
    snapshot, (*pair, _) = warehouse.current(own.warehouse, PROGRAMME), deadly
    warehouse.check(snapshot)
    dead = snapshots.connection(snapshot.path)
    tables = stored_tables(own, snapshot)
    before = snapshot.path.stat()
    swap(snapshot.path, *pair)
    with pytest.raises(duckdb.FatalException), dead.cursor() as cursor:
        for name in tables:
            cursor.execute(READ_ALL.format(name)).fetchall()
    swap(snapshot.path, *pair)
    os.utime(
        snapshot.path, ns=(before.st_atime_ns, before.st_mtime_ns)
    )  # nothing shows that it was written to
    with pytest.raises(warehouse.NoSnapshot, match=snapshot.path.name):
        warehouse.rows(snapshot, "tables", EVERY_SCHOOL)
    assert figures(own) == figures(city), "the file is whole again, and so is what is opened of it"


def stored_tables(own: City, snapshot: warehouse.Snapshot) -> list[str]:
    with snapshots.connection(snapshot.path).cursor() as cursor:
        return [name for (name,) in cursor.execute("select table_name from duckdb_tables()").fetchall()]


# A clock that ran ahead

AHEAD = "20990101T000000000000"


@pytest.mark.usefixtures("done")
def test_a_snapshot_stamped_in_the_future_is_neither_the_newest_nor_kept_for_ever(
    city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    (ahead,) = published_before(own, AHEAD)
    serving = warehouse.current(own.warehouse, PROGRAMME)
    blank_pointer(serving.path)
    assert questions.standing(own.warehouse, PROGRAMME, EVERY_SCHOOL)[0] == serving
    for count in range(1, 6):
        assert build(own.data, own.warehouse).code == 0
        published = warehouse.current(own.warehouse, PROGRAMME)
        assert published.stamp < AHEAD and warehouse.kept(own.warehouse, PROGRAMME)[0] == published
        assert ahead.exists() == (count < 4)


def test_what_was_published_before_a_snapshot_is_older_whatever_the_stamps_say(
    city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    ahead, past = published_before(own, AHEAD, "20010101T000000000000")
    serving = warehouse.current(own.warehouse, PROGRAMME)
    assert [one.path for one in warehouse.older(serving)] == [past, ahead]
    assert [one.path for one in warehouse.older(warehouse.Snapshot(past, past.stem))] == [ahead]
    assert warehouse.older(warehouse.Snapshot(ahead, AHEAD)) == []


def test_a_stamp_that_is_taken_is_not_taken_again(tmp_path: Path) -> None:
    now = dt.datetime(2026, 11, 29, 12, 0, 0, 999_999)
    (tmp_path / "20261129T120000999999.duckdb").mkdir()
    assert publishing._fresh_stamp(tmp_path, now) == "20261129T120001000000"


# A disk that is full


def full_beyond(folder: Path, room: int, fails: str) -> Callable[..., Any]:
    """The build on a disk where the snapshot files of `folder` may take no more than `room` bytes."""
    real = building._built

    def built(part: Path, *rest: Any) -> Any:
        made = real(part, *rest)
        if sum(path.stat().st_size for path in folder.glob("*.duckdb*") if path.is_file()) > room:
            if fails == "the database":
                raise duckdb.IOException(f'Could not write file "{part}": {os.strerror(errno.ENOSPC)}')
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return made

    return built


@pytest.mark.usefixtures("done")
@pytest.mark.parametrize("fails", ["the database", "the operating system"])
def test_a_full_disk_costs_the_oldest_snapshot_and_no_more_than_it_takes(
    fails: str, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = city.copy(tmp_path / "warehouse")
    published_before(own, *(f"{year}0101T000000000000" for year in (2001, 2099, 2003)))
    size = warehouse.current(own.warehouse, PROGRAMME).path.stat().st_size
    monkeypatch.setattr(building, "_built", full_beyond(own.folder, size * 9 // 2, fails))
    for gone, years in (("2001", "2099 2003"), ("2099", "2003")):
        told = build(own.data, own.warehouse)
        assert told.code == 0, told.err
        assert f"磁碟空間不足，已刪除較舊的快照「{gone}0101T000000000000.duckdb」" in told.err
        assert told.err.count("已刪除") == 1
        assert [name[:4] for name in verified(own.folder)][: len(years.split())] == years.split()
        assert len(verified(own.folder)) == len(names_in(own.folder, "*.duckdb")) == 4
        refresh = warehouse.last_refresh(own.folder)
        assert refresh and refresh.removed == (f"{gone}0101T000000000000.duckdb",) and refresh.error is None
    assert figures(own) == figures(city)
    monkeypatch.undo()
    assert build(own.data, own.warehouse).code == 0
    assert (refresh := warehouse.last_refresh(own.folder)) and refresh.removed == ()


@pytest.mark.usefixtures("done")
def test_a_full_disk_never_costs_the_snapshot_that_serves_or_was_restored(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = city.copy(tmp_path / "warehouse")
    oldest, second = published_before(own, "20010101T000000000000", "20020101T000000000000")
    newest = warehouse.current(own.warehouse, PROGRAMME).path
    stray = Path(shutil.copy(newest, own.folder / "20990101T000000000000.duckdb"))
    warehouse.restore(own.warehouse, PROGRAMME, oldest.stem, "稽核")
    monkeypatch.setattr(building, "_built", full_beyond(own.folder, 100, "the database"))
    told = build(own.data, own.warehouse)
    assert (told.code, told.out) == (3, "")
    assert re.findall(r"已刪除較舊的快照「(\w+)\.duckdb」", told.err) == [
        stray.stem,
        second.stem,
        newest.stem,
    ]
    assert "磁碟空間不足；請清出空間後再試" in told.err and "這次沒有發布" in told.err
    assert verified(own.folder) == names_in(own.folder, "*.duckdb") == [oldest.name]
    assert names_in(own.folder, "*.part*") == []
    assert figures(own) == figures(city)
    refresh = warehouse.last_refresh(own.folder)
    assert refresh and refresh.error and len(refresh.removed) == 3


@pytest.mark.usefixtures("done")
def test_a_full_disk_leaves_what_stands_in_for_a_damaged_snapshot(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = city.copy(tmp_path / "warehouse")
    _, good = published_before(own, "20010101T000000000000", "20020101T000000000000")
    serving = warehouse.current(own.warehouse, PROGRAMME).path
    overwrite(serving)
    monkeypatch.setattr(building, "_built", full_beyond(own.folder, 100, "the database"))
    assert build(own.data, own.warehouse).code == 3
    assert names_in(own.folder, "*.duckdb") == sorted([good.name, serving.name])
    assert questions.standing(own.warehouse, PROGRAMME, EVERY_SCHOOL)[0].path == good


@pytest.mark.usefixtures("done")
@pytest.mark.parametrize("step", ["seal", "_point"])
def test_a_disk_that_fills_up_while_a_snapshot_is_published_leaves_no_trace_of_it(
    step: str, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = city.copy(tmp_path / "warehouse")
    (older,) = published_before(own, "20010101T000000000000")
    real, failures = getattr(publishing, step), iter([OSError(errno.ENOSPC, "")])

    def full(*arguments: Any) -> None:
        if failure := next(failures, None):
            raise failure
        real(*arguments)

    monkeypatch.setattr(publishing, step, full)
    told = build(own.data, own.warehouse)
    assert told.code == 0 and older.name in told.err
    assert verified(own.folder)[1:] == [warehouse.current(own.warehouse, PROGRAMME).path.name]
    assert len(names_in(own.folder, "*.duckdb")) == 2


@pytest.mark.usefixtures("done")
@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EIO, errno.EFBIG])
def test_a_fault_that_is_no_want_of_space_costs_no_snapshot(
    number: int, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = city.copy(tmp_path / "warehouse")
    published_before(own, "20010101T000000000000")

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(publishing, "_point", fail)
    with unchanged(own.warehouse):
        told = build(own.data, own.warehouse)
    assert told.code == 3 and "已刪除" not in told.err


def test_the_space_of_a_removed_snapshot_is_free_though_a_page_has_it_open(
    city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    (older,) = published_before(own, "20010101T000000000000")
    with older.open("rb") as page:
        assert retention.make_room(own.folder) == older.name
        assert os.fstat(page.fileno()).st_size == 0
    (older,) = published_before(own, "20010101T000000000000")
    os.link(older, tmp_path / "backup")
    assert retention.make_room(own.folder) == older.name
    assert (tmp_path / "backup").stat().st_size > 0, "what is kept elsewhere as well is not emptied"


# What is no file where a file belongs


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    # Its address must be short, whatever folder the tests run in.
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


def a_folder(path: Path) -> None:
    path.mkdir()


LEADING = ("current", "SHA256SUMS")  # without which no snapshot is known
NOTED = ("pinned.json", "refresh.json", "build.holder")


def nothing() -> None:
    pass


@pytest.mark.parametrize("kind", [a_pipe, a_socket, a_folder], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("names", [LEADING[:1], LEADING[1:], NOTED], ids=["current", "SHA256SUMS", "notes"])
def test_what_is_no_file_is_not_waited_for_and_the_next_build_puts_a_file_in_its_place(
    names: tuple[str, ...], kind: Callable[[Path], None], city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    paths = [own.folder / name for name in names]
    for path in paths:
        path.unlink(missing_ok=True)
        kind(path)
    told = Apart("results", "--warehouse", own.warehouse, before=nothing).ends()
    if names != NOTED:
        (path,) = paths
        what = {"a_pipe": "管線", "a_socket": "通訊端", "a_folder": "資料夾"}[kind.__name__]
        assert (told.code, told.out) == (3, "")
        assert f"「{path}」應該是檔案，但它是{what}" in told.err and "移走，再執行 kpi build" in told.err
    else:
        assert told.code == 0, told.err
    assert (warehouse.last_refresh(own.folder) is None) == (names == NOTED)
    assert warehouse.pinned(own.folder) is warehouse.under_way(own.folder) is None
    told = build_apart(own.data, own.warehouse, functools.partial(hand_over, own.done)).ends()
    assert told.code == 0, told.err
    assert figures(own) == figures(city)
    for path in paths:
        assert path.is_file() == (path.name in (*LEADING, "refresh.json")), path


@pytest.mark.usefixtures("done")
@pytest.mark.parametrize("name", [*LEADING, *NOTED[:2]])
def test_a_folder_of_somebodys_is_left_alone_and_told_and_the_build_says_what_stands(
    name: str, city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    path = own.folder / name
    path.unlink(missing_ok=True)
    path.mkdir()
    (path / "ours").touch()
    told = build(own.data, own.warehouse)
    assert (told.code, told.out) == (3, "")
    assert f"「{path}」應該是檔案，但它是資料夾，裡面還有東西。請把它移走，再執行 kpi build" in told.err
    assert "這次沒有發布" in told.err and "數字沒有變動" in told.err and "先前也沒有快照" not in told.err
    assert (path / "ours").exists()
    if name == "current":
        found, _, damage = questions.standing(own.warehouse, PROGRAMME, EVERY_SCHOOL)
        assert found.path.exists() and damage and "應該是檔案" in damage


@pytest.mark.usefixtures("done")
@pytest.mark.parametrize("kind", [a_folder, a_socket], ids=lambda kind: kind.__name__)
def test_a_lock_that_is_no_file_is_told(kind: Callable[[Path], None], city: City, tmp_path: Path) -> None:
    own = city.copy(tmp_path / "warehouse")
    lock = own.folder / "build.lock"
    lock.unlink(missing_ok=True)
    kind(lock)
    (own.folder / "build.holder").write_text(
        json.dumps({"by": "x", "since": "", "share": 0, "text": ""}), encoding="utf-8"
    )
    assert warehouse.under_way(own.folder) is None
    with unchanged(own.warehouse):
        told = build(own.data, own.warehouse)
    assert (told.code, told.out) == (3, "")
    assert f"「{lock}」應該是檔案，但它是" in told.err and "請把它移走" in told.err


def test_a_lock_that_is_a_pipe_holds_nobody_up(city: City, tmp_path: Path) -> None:
    own = city.copy(tmp_path / "warehouse")
    (own.folder / "build.lock").unlink(missing_ok=True)
    os.mkfifo(own.folder / "build.lock")
    assert build_apart(own.data, own.warehouse, functools.partial(hand_over, own.done)).ends().code == 0


@pytest.mark.parametrize("kind", [a_pipe, a_folder], ids=lambda kind: kind.__name__)
def test_a_snapshot_that_is_no_file_is_told_and_left_alone(
    kind: Callable[[Path], None], city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    path = warehouse.current(own.warehouse, PROGRAMME).path
    path.unlink()
    kind(path)
    told = Apart("results", "--warehouse", own.warehouse, before=nothing).ends()
    assert (told.code, told.out) == (3, "")
    assert f"「{path}」應該是檔案，但它是" in told.err and "請把它移走" in told.err
    assert build_apart(own.data, own.warehouse, functools.partial(hand_over, own.done)).ends().code == 0
    assert figures(own) == figures(city) and path.exists()


def test_a_build_beside_snapshots_that_nothing_points_to_does_not_say_there_are_none(
    city: City, tmp_path: Path
) -> None:
    own = city.copy(tmp_path / "warehouse")
    (own.folder / "current").unlink()
    told = build(tmp_path / "nowhere", own.warehouse)
    assert told.code == 3 and "先前也沒有快照" not in told.err
    assert "先前的快照還在，數字沒有變動" in told.err
