"""A file is tried out before it is taken: what would change is what does change, and nothing is touched before."""

import dataclasses
import datetime as dt
import errno
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from dashboard import access, apart, questions, warehouse
from dashboard.definitions import contracts, programmes
from dashboard.definitions.places import Places
from dashboard.language import texts
from dashboard.paths import ROOT
from dashboard.ui.data import uploads
from dashboard.warehouse import trial as trials
from tests.running import PROGRAMME, build, kpi
from tests.samples import tried, view_on

T = TypeVar("T")
DAY = dt.date(2022, 11, 25)
VISITS = "學校名稱,輔導日期,輔導人員,主題\n深澳國小,111/11/01,甲,乙\n深奧國小,111/11/02,甲,乙\n"


@pytest.fixture(scope="module")
def whole(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder and its warehouse; some of the data lie elsewhere, behind a link."""
    root = tmp_path_factory.mktemp("trial")
    data, place = root / "data", root / "warehouse"
    shutil.copytree(sample_data, data)
    (root / "shared").mkdir()
    for path in data.glob("研習紀錄*"):
        path.rename(root / "shared" / path.name)
    (data / "shared").symlink_to(Path("..", "shared"))
    assert build(data, place).code == 0
    return root


@pytest.fixture
def city(whole: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The same, which may change."""
    for name in ("data", "shared", "warehouse"):
        shutil.copytree(whole / name, tmp_path / name, symlinks=True)
    return tmp_path / "data", tmp_path / "warehouse"


def results(place: Path) -> dict[tuple[str, ...], dict[str, str]]:
    told = kpi("results", "--warehouse", place, "--programme", PROGRAMME, "--as-of", DAY, "--format", "csv")
    return {(row["kpi"], row["period"], row["level"], row["group"], row["school"]): row for row in told.rows}


def test_what_a_trial_says_would_move_is_what_moves(city: tuple[Path, Path]):
    data, place = city
    before, files = results(place), sorted(path.name for path in data.rglob("*"))
    trial = tried(data, place, "入校輔導_補.csv", VISITS.encode())
    assert trial.readable and not trial.replaces
    assert [(row.accepted, row.rejected) for row in trial.inputs] == [(1, 1)]
    assert [row.suggestion for row in trial.rejects if row.file == "入校輔導_補.csv"] == ["深澳國小"]
    assert sorted(path.name for path in data.rglob("*")) == files and results(place) == before
    assert warehouse.accept(data, "入校輔導_補.csv", VISITS.encode()) is None
    assert build(data, place).code == 0
    after = results(place)
    moved = {at for at in after if after[at] != before[at]}
    assert {(new.kpi, new.period, new.level, new.group, new.school) for _, new in trial.moved} == moved
    for old, new in trial.moved:
        at = (new.kpi, new.period, new.level, new.group, new.school)
        assert (str(old.counted), str(new.counted)) == (before[at]["counted"], after[at]["counted"])


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


# What a path, a shell or Windows takes for something else, and what is not seen or is no character yet.
FORBIDDEN = [
    *'<>:"/\\|?*', *map(chr, (*range(32), *range(127, 160))), "\u00ad", "\u061c", "\u200b", "\u200e", "\u202a", "\u202e",
    "\u2028", "\u2029", "\u2060", "\u2066", "\u2069", "\ufeff", "\ue000", "\U000f0000", "\U0010fffd", "\ud800", "\udcff",
    "\ufdd0", "\uffff", "\u0378", "\U000e0001", "\U000e0041",
]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "../x.csv",
        "/x.csv",
        "a/b.csv",
        "a\\b.csv",
        ".hidden.csv",
        "~$x.xlsx",
        "keelung-111.toml",
        "x.exe",
        "a\n.csv",
        "研習紀錄_" + "長" * 80 + ".csv",
        "",
        ".csv",
        *(f"研習紀錄_{char}.csv" for char in FORBIDDEN),
        *(f"研習紀錄.csv{char}" for char in (" ", ".", "\u3000", "\u200b", "\ufeff", "\n")),
        *(f"{char}研習紀錄.csv" for char in (" ", "\u00a0", "\u3000", "\u2003", "\ufeff")),
        *("CON.csv", "con.csv", "Nul.xlsx", "aux.研習.csv", "COM1.csv", "lpt9.CSV", "COM¹.csv", "prn .csv"),
    ],
)
def test_a_name_that_not_every_system_can_keep_is_refused(
    sample_data: Path, sample_warehouse: Path, name: str
):
    data, place = sample_data, sample_warehouse
    files = sorted(path.name for path in data.parent.rglob("*"))
    for ask in (
        lambda: tried(data, place, name, VISITS.encode()),
        lambda: warehouse.accept(data, name, VISITS.encode()),
    ):
        with pytest.raises(warehouse.Refused) as refused:
            ask()
        assert "請改" in str(refused.value)
        hidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        assert not [char for char in str(refused.value) if unicodedata.category(char) in hidden]
    assert sorted(path.name for path in data.parent.rglob("*")) == files


def test_a_refused_name_says_which_character_it_is():
    for char, written in (("\u202e", "U+202E"), ("\x85", "U+0085"), ("?", "「?」")):
        with pytest.raises(warehouse.Refused, match=re.escape(written)) as refused:
            warehouse.accept(Path("nowhere"), f"研習紀錄_{char}.csv", b"")
        assert "例如 研習紀錄_深澳國小.csv" in str(refused.value)


@pytest.mark.parametrize(
    "name",
    [
        "研習紀錄_深澳國小.csv",
        "入校輔導 (1) [二] #3.XLSX",
        "研習紀錄_’20–’22、乙＆丙.tsv",
        "研習紀錄_𠮷.csv",
        "CONTROL.csv",
        "研習紀錄_CON.csv",
        "入校輔導..csv",
    ],
)
def test_a_name_that_every_system_can_keep_is_kept(name: str, tmp_path: Path):
    warehouse.accept(tmp_path, name, b"x")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_name_is_stored_in_one_form_whatever_form_it_comes_in(tmp_path: Path):
    warehouse.accept(tmp_path, "研習紀錄_Cafe\u0301.csv", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["研習紀錄_Caf\u00e9.csv"]


@pytest.mark.parametrize(
    ("there", "name"),
    [
        ("研習紀錄_a.csv", "研習紀錄_A.csv"),
        ("研習紀錄_a.CSV", "研習紀錄_a.csv"),
        ("研習紀錄_Caf\u00e9.csv", "研習紀錄_CAFE\u0301.csv"),
        ("研習紀錄_Cafe\u0301.csv", "研習紀錄_Caf\u00e9.csv"),
        ("研習紀錄_Cafe\u0301.csv", "研習紀錄_Cafe\u0301.csv"),
    ],
)
def test_two_names_that_some_systems_take_for_one_are_not_both_kept(
    there: str, name: str, sample_warehouse: Path, tmp_path: Path
):
    data, place = tmp_path, sample_warehouse
    (data / there).write_text(VISITS, encoding="utf-8")
    for ask in (lambda: tried(data, place, name, b"x"), lambda: warehouse.accept(data, name, b"x")):
        with pytest.raises(warehouse.Refused, match=f"已有「{there}」"):
            ask()
    assert (data / there).read_text(encoding="utf-8") == VISITS


def test_a_file_with_a_hash_in_its_name_is_the_files_own(city: tuple[Path, Path]):
    data, place = city
    trial = tried(data, place, "入校輔導_#2.csv", VISITS.encode())
    assert trial.readable and trial.own == 1


def test_however_many_rows_are_refused_the_server_holds_a_few(city: tuple[Path, Path]):
    data, place = city
    many = VISITS + "".join(f"沒有國小,111/11/02,甲{i},乙\n" for i in range(2000))
    trial = tried(data, place, "入校輔導_補.csv", many.encode())
    assert (trial.rejected, trial.own, len(trial.rejects)) == (2001, 2001, trials.LISTED)


def test_two_files_of_one_name_in_one_moment_are_both_kept(tmp_path: Path):
    kept = [warehouse.accept(tmp_path, "研習紀錄.csv", content) for content in (b"1", b"2", b"3")]
    assert [path and path.read_bytes() for path in kept] == [None, b"1", b"2"]
    assert (tmp_path / "研習紀錄.csv").read_bytes() == b"3"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_file_that_could_not_be_stored_leaves_the_former_one(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    warehouse.accept(tmp_path, "研習紀錄.csv", b"former")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(warehouse.Refused, match="磁碟空間不足"):
        warehouse.accept(tmp_path, "研習紀錄.csv", b"new")
    assert (tmp_path / "研習紀錄.csv").read_bytes() == b"former"
    assert not list(tmp_path.glob(".*.part"))


def test_a_file_is_on_the_disk_before_it_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    warehouse.accept(tmp_path, "研習紀錄.csv", b"former")
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (steps.append("fsync"), fsync(handle)))
    monkeypatch.setattr(os, "replace", lambda *pair: (steps.append("replace"), replace(*pair)))
    warehouse.accept(tmp_path, "研習紀錄.csv", b"new")
    assert steps == ["fsync", "fsync", "replace"]


# In a process of its own


def rooms(place: Path) -> list[Path]:
    return [path for path in (place / ".trials").glob("*") if path.is_dir()]


def child_of(pid: int) -> int | None:
    """The process that tries a file out for `pid`."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            command = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == pid and b"dashboard.apart" in command:
            return int(status.parent.name)
    return None


def awaited(look: Callable[[], T | None]) -> T:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.01)
    raise AssertionError("it does not come")


def test_a_file_is_not_read_by_the_process_that_asks(city: tuple[Path, Path], monkeypatch):
    def explode(*_: object) -> None:
        raise AssertionError("read here")

    for name in ("build", "former_of", "records"):
        monkeypatch.setattr(trials, name, explode)
    assert tried(*city, "入校輔導_補.csv", VISITS.encode()).readable


def test_the_other_process_has_bounds_and_imports_no_page():
    bound = apart.call(eval, "__import__('resource').getrlimit(__import__('resource').RLIMIT_AS)")
    assert bound[0] == apart.MEMORY
    assert apart.call(eval, "__import__('os').nice(0)") >= min(19, os.nice(0) + apart.NICENESS)
    loaded = apart.call(eval, "[__import__('dashboard.warehouse'), sorted(__import__('sys').modules)][1]")
    assert "duckdb" in loaded and "streamlit" not in loaded
    with pytest.raises(MemoryError):
        apart.call(bytes, apart.MEMORY)
    with pytest.raises(ZeroDivisionError):
        apart.call(eval, "1 / 0")


def test_what_the_other_process_prints_is_no_result(capfd):
    assert apart.call(eval, "[print('noise'), 7][1]") == 7
    assert capfd.readouterr().out == ""


def test_calls_wait_for_each_other():
    clock = "[(c := __import__('time')).monotonic(), c.sleep(0.2), c.monotonic()]"
    with ThreadPoolExecutor(3) as pool:
        times = sorted(pool.map(lambda _: apart.call(eval, clock), range(3)))
    assert all(before[2] <= after[0] for before, after in itertools.pairwise(times))


@pytest.mark.parametrize(
    ("bound", "value", "told"), [("MEMORY", 1_500_000_000, "記憶體"), ("SECONDS", 0.3, "已停止")]
)
def test_a_file_that_takes_too_much_is_refused_and_the_next_one_is_tried_out(
    bound: str, value: float, told: str, city: tuple[Path, Path]
):
    data, place = city
    with pytest.MonkeyPatch.context() as patch, pytest.raises(warehouse.Refused) as refused:
        patch.setattr(apart, bound, value)
        # A mark that is not closed: the careful reader keeps every row.
        large = VISITS + '深澳國小,111/10/01,"甲,乙\n' + "深澳國小,111/10/02,輔導人員,主題\n" * 1_500_000
        tried(data, place, "入校輔導_補.csv", large.encode())
    for text in (told, "沒有採用任何資料", "請", "kpi build"):
        assert text in str(refused.value)
    assert rooms(place) == []
    assert tried(data, place, "入校輔導_補.csv", VISITS.encode()).readable


def test_a_trial_that_is_killed_says_so_and_leaves_nothing(city: tuple[Path, Path]):
    data, place = city
    with ThreadPoolExecutor(1) as pool:
        trial = pool.submit(tried, data, place, "入校輔導_補.csv", VISITS.encode())
        (room,) = awaited(lambda: rooms(place))
        assert room.stat().st_mode & 0o777 == 0o700
        os.kill(awaited(lambda: child_of(os.getpid())), signal.SIGKILL)
        with pytest.raises(warehouse.Refused, match=r"中途結束.*沒有採用任何資料"):
            trial.result()
    assert rooms(place) == []


def test_a_trial_ends_with_the_server_and_the_next_start_sweeps_what_it_left(city: tuple[Path, Path]):
    data, place = city
    script = (
        "from pathlib import Path; from tests.samples import tried;"
        f" tried(Path({str(data)!r}), Path({str(place)!r}), '入校輔導_補.csv', {VISITS.encode()!r})"
    )
    server = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    try:
        awaited(lambda: rooms(place))
        child = awaited(lambda: child_of(server.pid))
        os.kill(child, signal.SIGSTOP)
        alive = rooms(place)
        warehouse.sweep_trials(place)
        assert rooms(place) == alive, "it is alive"
    finally:
        server.kill()
        server.wait()
    os.kill(child, signal.SIGCONT)
    assert rooms(place) == alive
    # It ends by itself, and lets go of its lock.
    awaited(lambda: (warehouse.sweep_trials(place), rooms(place))[1] == [])
    assert warehouse.programmes_in(place) == [PROGRAMME]


def test_a_start_of_the_server_sweeps_trials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    swept: list[Path] = []
    monkeypatch.setattr(warehouse, "sweep_trials", swept.append)
    monkeypatch.setattr(os, "execve", lambda *_: None)
    monkeypatch.setattr(subprocess, "call", lambda *_, **__: 0)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    kpi("serve", "--port", "0")
    assert swept == [tmp_path / "warehouse"]


def test_a_fault_of_the_definition_comes_back_from_the_other_process(city: tuple[Path, Path]):
    data, place = city
    definition = data / f"{PROGRAMME}.toml"
    definition.write_text("[x]\n", encoding="utf-8")
    snapshot = warehouse.current(place, PROGRAMME)
    with pytest.raises(programmes.DefinitionError, match=definition.name):
        warehouse.try_out(snapshot, definition, Places(data), "入校輔導_補.csv", b"x", access.bureau(), DAY)


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
    monkeypatch.setattr(questions, "_cached", questions._cached.__wrapped__)
    data, place = city
    trial = tried(data, place, "入校輔導_補.csv", VISITS.encode())
    seen = view_on(place, PROGRAMME, DAY, access.bureau())
    with texts.written(texts.Manner(language)):
        told = uploads.report(seen, trial)
    said = {
        "zh-TW": ("不是本計畫的學校", "入校輔導", "學校名稱不在名單"),
        "en": ("is not a school", "Coaching visits", "Not a school"),
    }
    assert all(one in told for one in said[language])
    refused = told.partition('class="fault"')[2]
    assert re.findall(r'<td class="l">([^<]*)</td>', refused) == ["111/11/02", "○", "乙"]
    assert re.search(r'<td class="l bad"><b>[^<]*</b> 深奧國小</td>', refused)


class Upload:
    """What the uploader gives."""

    def __init__(self, file_id: str, name: str = "入校輔導_補.csv") -> None:
        self.file_id, self.name = file_id, name

    def getvalue(self) -> bytes:
        return VISITS.encode()


def test_a_trial_is_kept_for_its_programme_scope_snapshot_day_and_upload_alone(
    sample_data: Path, sample_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    one = view_on(sample_warehouse, PROGRAMME, DAY, access.bureau())
    snapshot = one.snapshot
    views = [
        one,
        dataclasses.replace(one, programme="ntpc-5g-112"),
        dataclasses.replace(one, scope=access.Scope("校", (1,))),
        dataclasses.replace(one, on=dt.date(2022, 10, 1)),
        dataclasses.replace(one, snapshot=warehouse.Snapshot(snapshot.path, "20260101T000000000000")),
    ]
    asked: list[tuple[object, ...]] = []

    def refuse(*arguments: object) -> None:
        asked.append(arguments)
        raise warehouse.Refused("太大")

    monkeypatch.setattr(warehouse, "try_out", refuse)
    for view, file in [*((view, Upload("a")) for view in views), (one, Upload("b"))]:
        for _ in range(2):
            assert str(uploads.tried(view, file)) == "太大"
    assert len(asked) == len(views) + 1


def test_a_trial_says_how_many_schools_of_the_city_and_of_a_group_would_meet_it(city: tuple[Path, Path]):
    """An indicator without a base has no other figure there."""
    school = next(
        row["school"]
        for row in results(city[1]).values()
        if (row["kpi"], row["level"], row["counted"]) == ("public_lesson", "school", "0")
    )
    lesson = f"學校名稱,授課教師,授課日期,領域,班級,數位學習模式,四學模式\n{school},王小明,111/10/05,數學,三年一班,是,是\n"
    trial = tried(*city, "公開授課_補送.csv", lesson.encode())
    met = [
        (new.level, new.schools_met - old.schools_met)
        for old, new in trial.moved
        if new.kpi == "public_lesson" and new.level != "school"
    ]
    assert sorted(met) == [("city", 1), ("group", 1)]
