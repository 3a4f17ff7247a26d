"""The store of what people write, on both databases: meetings, decisions, who may see them; whole or not at all."""

import dataclasses
import datetime as dt
import functools
import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
import sqlalchemy as sa

from dashboard import meetings as rooms
from dashboard import questions, warehouse
from dashboard.exports.slide_facts import Choices
from dashboard.state import Decision, Meeting, Outcome, StateError, database, dump
from dashboard.state.store import Store
from tests.cases.tables import COACHING, built
from tests.running import kpi
from tests.visitors import free_port

KEELUNG = "keelung-111"
STAMP = "20221125T083000000000"
HOSTILE = "'; drop table meetings; -- \x00\u202e<script>alert(1)</script> 王{n}\n%s"
INSTALL = "PostgreSQL is missing and could not be installed: apt-get install postgresql"


def _binaries() -> Path:
    """Where Debian's PostgreSQL has its programs; installed where it is not there."""
    for _ in range(2):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if found:
            return found[-1].parent
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql"],
            check=False,
            capture_output=True,
        )
    pytest.fail(INSTALL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL of our own, without a database of ours yet. As root it runs as its own user."""
    programs = _binaries()
    folder = Path("/tmp") / f"kpi-postgres-{os.getpid()}-{free_port()}"
    folder.mkdir(mode=0o700)
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres")
    port, data = free_port(), str(folder / "data")
    subprocess.run([*user, programs / "initdb", "-D", data, "-U", "kpi", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"],
                   check=True, capture_output=True, cwd=folder)  # fmt: skip
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    subprocess.run([*user, programs / "pg_ctl", "-D", data, "-w", "-o", options, "-l", str(folder / "log"), "start"],
                   check=True, capture_output=True, cwd=folder)  # fmt: skip
    yield f"postgresql://kpi:secret-of-ours@127.0.0.1:{port}/"
    subprocess.run(
        [*user, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"],
        check=False,
        capture_output=True,
        cwd=folder,
    )
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store of either kind."""
    return _of_kind(request, tmp_path, request.param)


def _of_kind(request: pytest.FixtureRequest, folder: Path, kind: str) -> Store:
    if kind == "sqlite":
        return Store(folder / "warehouse")
    address = request.getfixturevalue("server")
    name = f"of_{time.monotonic_ns()}"
    url = sa.make_url(address).set(drivername="postgresql+psycopg", database="postgres")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    engine.dispose()
    return Store(folder / "warehouse", address + name)


def meeting(name: str = "十一月會議", day: str = "2022-11-25", **more: object) -> Meeting:
    return dataclasses.replace(Meeting(KEELUNG, name, STAMP, dt.date.fromisoformat(day)), **more)  # type: ignore[arg-type]


def test_nothing_is_made_before_something_is_written(tmp_path: Path):
    store = Store(tmp_path / "warehouse")
    assert store.meetings(KEELUNG, None) == [] and store.meeting(KEELUNG, "十月", None) is None
    assert not (tmp_path / "warehouse").exists()


def test_a_meeting_comes_back_as_it_was_frozen(store: Store):
    first = store.freeze(meeting(versus=dt.date(2022, 10, 1), order="definition", schools=False), None)
    assert store.meetings(KEELUNG, None) == [first]
    assert (first.order, first.schools, first.versus, first.on) == (
        "definition",
        False,
        dt.date(2022, 10, 1),
        dt.date(2022, 11, 25),
    )
    assert store.meeting(KEELUNG, " 十一月會議 ", None) == first and store.meetings("ntpc-5g-112", None) == []


def test_the_file_is_its_users_alone(tmp_path: Path):
    store = Store(tmp_path / "warehouse")
    store.freeze(meeting(), None)
    mode = stat.S_IMODE((tmp_path / "warehouse" / database.FILE).stat().st_mode)
    assert mode == 0o600


def test_the_meetings_before_one_are_those_of_its_scope_by_their_days(store: Store):
    september = store.freeze(meeting("九月", "2022-09-30"), None)
    group = store.freeze(meeting("自主學習組十月", "2022-10-14", group="自主學習組"), None)
    november = store.freeze(meeting("十一月", "2022-11-25"), None)
    october = store.freeze(meeting("十月", "2022-10-28"), None)  # frozen after the one that it goes before
    same_day = store.freeze(meeting("十一月補開", "2022-11-25"), None)
    assert store.before(september) == [] == store.before(group)
    assert store.before(november) == [september, october]
    assert store.before(same_day) == [september, october, november]
    store.remove(october, None)
    assert store.before(november) == [september]


@pytest.mark.parametrize("name", ["", "  ", "\u200b\n", "會" * 81])
def test_a_name_that_is_none_or_too_long_is_refused(store: Store, name: str):
    with pytest.raises(StateError, match="會議名稱"):
        store.freeze(meeting(name), None)
    assert store.meetings(KEELUNG, None) == []


def test_a_name_is_given_once(store: Store):
    store.freeze(meeting(), None)
    with pytest.raises(StateError, match="已經有「十一月會議」"):
        store.freeze(meeting(day="2022-11-26"), None)
    store.freeze(dataclasses.replace(meeting(), programme="ntpc-5g-112"), None)
    assert len(store.meetings(KEELUNG, None)) == 1


def test_hostile_text_is_text(store: Store):
    noted = store.freeze(meeting(HOSTILE[:60]), None)
    decision = store.decide(
        Decision(noted.id, HOSTILE, HOSTILE[:60], group=HOSTILE.replace("\x00", ""), kpi="a1a2"), None
    )
    (found,) = store.decisions(noted, None)
    assert (
        found == decision
        and "\x00" not in found.text
        and "\u202e" not in found.text
        and "\n" not in found.text
    )
    assert "drop table meetings" in found.text and store.meetings(KEELUNG, None) == [noted]


def test_decisions_are_closed_opened_withdrawn_and_go_with_their_meeting(store: Store):
    first = store.freeze(meeting("十月", "2022-10-28"), None)
    due = dt.date(2022, 11, 15)
    one = store.decide(Decision(first.id, "研習時數補登", "教育處", due, kpi="infosec", period="111"), None)
    two = store.decide(Decision(first.id, "派輔導員到校"), None)
    store.close(two, dt.date(2022, 11, 20), None)
    assert [each.done_on for each in store.decisions(first, None)] == [None, dt.date(2022, 11, 20)]
    store.close(two, None, None)
    assert store.decisions(first, None) == [one, two]
    store.withdraw(one, None)
    assert store.decisions(first, None) == [two]
    store.remove(first, None)
    assert store.decisions(first, None) == []
    with pytest.raises(StateError, match="已經移除"):
        store.decide(Decision(first.id, "太晚"), None)


def test_what_was_carried_to_a_meeting_is_kept_as_it_was(store: Store):
    first = store.freeze(meeting("十月", "2022-10-28"), None)
    one = store.decide(
        Decision(first.id, HOSTILE[:80], "教育處", dt.date(2022, 11, 15), school="深澳國小"), None
    )
    carried = (
        Outcome(one, "late"),
        Outcome(dataclasses.replace(one, done_on=dt.date(2022, 11, 1)), "done", "1/2", "2/2"),
    )
    store.freeze(meeting("十一月", carried=carried, period="111"), None)
    store.remove(first, None)
    (found,) = store.meetings(KEELUNG, None)
    assert found.carried == carried and found.period == "111"


@pytest.mark.parametrize("text", ["", " \u200b", "字" * 501])
def test_a_decision_that_says_nothing_or_too_much_is_refused(store: Store, text: str):
    noted = store.freeze(meeting(), None)
    with pytest.raises(StateError):
        store.decide(Decision(noted.id, text), None)
    assert store.decisions(noted, None) == []


def test_only_what_lies_within_the_schools_in_scope_is_seen(store: Store):
    """Fail closed: what is about more than one school is seen by whoever may see every school."""
    city, group = store.freeze(meeting("全市"), None), store.freeze(meeting("一組", group="自主學習組"), None)
    own, other = (
        store.freeze(meeting("深澳", school="深澳國小"), None),
        store.freeze(meeting("信義", school="信義國小"), None),
    )
    decisions = {
        one.school: store.decide(Decision(city.id, "做", school=one.school), None)
        for one in (city, own, other)
    }
    assert {one.id for one in store.meetings(KEELUNG, None)} == {city.id, group.id, own.id, other.id}
    assert store.meetings(KEELUNG, {"深澳國小"}) == [own] and store.meetings(
        KEELUNG, set()
    ) == [] == store.meetings(KEELUNG)
    assert (
        store.meeting(KEELUNG, "信義", {"深澳國小"}) is None
        and store.meeting(KEELUNG, "全市", {"深澳國小"}) is None
    )
    assert store.decisions(city, {"深澳國小"}) == [decisions["深澳國小"]] and store.decisions(city) == []


def test_nobody_writes_beyond_the_schools_in_scope(store: Store):
    city, own = store.freeze(meeting("全市"), None), store.freeze(meeting("深澳", school="深澳國小"), None)
    noted = store.decide(Decision(city.id, "做"), None)
    before = dump.dump(store)
    for mine in ((), {"信義國小"}):
        for act in (
            lambda mine: store.freeze(meeting("新的"), mine), lambda mine: store.freeze(meeting("新的", school="深澳國小"), mine),
            lambda mine: store.remove(city, mine), lambda mine: store.remove(own, mine), lambda mine: store.withdraw(noted, mine),
            lambda mine: store.decide(Decision(city.id, "再做"), mine), lambda mine: store.close(noted, dt.date(2022, 12, 1), mine),
        ):  # fmt: skip
            with pytest.raises(StateError, match="檢視範圍"):
                act(mine)
    assert dump.dump(store) == before
    assert store.decide(Decision(own.id, "做", school="深澳國小"), {"深澳國小"}) in store.decisions(
        own, {"深澳國小"}
    )


def test_what_is_noted_within_a_second_keeps_its_order(store: Store):
    every = [store.freeze(meeting(f"{at}"), None) for at in range(6)]
    assert store.before(every[-1]) == every[:-1] and store.meetings(KEELUNG, None) == every
    noted = [store.decide(Decision(every[0].id, f"做 {at}"), None) for at in range(8)]
    assert store.decisions(every[0], None) == noted


def _freeze(store: Store, names: list[str]) -> None:
    for name in names:
        store.freeze(meeting(name), None)


def _freeze_and_say(begun: Event, store: Store, names: list[str]) -> None:
    begun.set()
    _freeze(store, names)


def test_several_processes_open_a_fresh_store_and_write_at_once(store: Store):
    context = multiprocessing.get_context("spawn")
    names = [[f"{who}-{at}" for at in range(5)] for who in range(4)]
    processes = [context.Process(target=_freeze, args=(store, some)) for some in names]
    for one in processes:
        one.start()
    for one in processes:
        one.join(60)
    assert [one.exitcode for one in processes] == [0] * 4
    assert {one.name for one in store.meetings(KEELUNG, None)} == {name for some in names for name in some}


def _write_without_end(store: Store) -> None:
    for at in range(100_000):
        noted = store.freeze(meeting(f"{at}"), None)
        store.decide(Decision(noted.id, "做"), None)


def test_a_writer_that_is_killed_leaves_whole_records(store: Store):
    process = multiprocessing.get_context("spawn").Process(target=_write_without_end, args=(store,))
    process.start()
    deadline = time.monotonic() + 60
    while len(store.meetings(KEELUNG, None)) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    found = store.meetings(KEELUNG, None)
    assert len(found) >= 5
    assert [len(store.decisions(one, None)) for one in sorted(found, key=lambda one: int(one.name))[:-1]] == [
        1
    ] * (len(found) - 1)
    store.freeze(meeting("之後"), None)


def test_a_store_of_a_later_version_is_refused(store: Store):
    store.freeze(meeting(), None)
    with database.writing(store.warehouse, store.address) as connection:
        connection.execute(sa.text("update kpi_state_version set version_num = '9999'"))
    for act in (lambda: store.meetings(KEELUNG, None), lambda: store.freeze(meeting("另一場"), None)):
        with pytest.raises(StateError, match="較新版本"):
            act()


def test_the_migrations_make_the_tables_that_the_store_asks(store: Store):
    store.freeze(meeting(), None)
    with database.reading(store.warehouse, store.address) as connection:
        assert connection is not None
        inspector = sa.inspect(connection)
        for table in database_tables():
            columns = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
            assert columns == {column.name: bool(column.nullable) for column in table.c}


def database_tables() -> list[sa.Table]:
    from dashboard.state.tables import METADATA

    return list(METADATA.sorted_tables)


def test_a_damaged_file_is_told_and_pages_of_figures_go_on(tmp_path: Path):
    store = Store(tmp_path)
    (tmp_path / database.FILE).write_bytes(b"no database at all " * 500)
    with pytest.raises(StateError, match=r"讀寫失敗.*數字與快照不受影響"):
        store.meetings(KEELUNG, None)


def test_a_database_out_of_reach_is_told_without_its_password(tmp_path: Path):
    store = Store(tmp_path, f"postgresql://kpi:very-secret@127.0.0.1:{free_port()}/kpi")
    with pytest.raises(StateError) as told:
        store.freeze(meeting(), None)
    assert (
        "very-secret" not in str(told.value)
        and told.value.__cause__ is None
        and told.value.__suppress_context__
    )
    assert "kpi.toml 的 state" in str(told.value)


@pytest.mark.parametrize("there", ["sqlite", "postgresql"])
def test_a_dump_goes_into_a_store_of_either_kind_and_is_the_same(
    store: Store, there: str, request: pytest.FixtureRequest, tmp_path: Path
):
    first = store.freeze(meeting("十月", "2022-10-28", schools=False, versus=dt.date(2022, 9, 1)), None)
    store.decide(
        Decision(
            first.id,
            "派輔導員",
            "教育處",
            dt.date(2022, 11, 15),
            "a1a2",
            "111",
            None,
            "深澳國小",
            dt.date(2022, 11, 1),
        ),
        None,
    )
    store.freeze(
        meeting("十一月", carried=(Outcome(store.decisions(first, None)[0], "open", "1/2", "2/2"),)), None
    )
    text = dump.dump(store)
    other = _of_kind(request, tmp_path / "other", there)
    assert dump.load(other, text) == {"meetings": 2, "decisions": 1}
    assert dump.dump(other) == text and other.meetings(KEELUNG, None) == store.meetings(KEELUNG, None)
    with pytest.raises(StateError, match="--replace"):
        dump.load(other, text)
    assert dump.load(other, text, replace=True) == {"meetings": 2, "decisions": 1}


def _spoilt(more: dict[str, str], found: dict[str, list[dict[str, str]]]) -> str:
    return json.dumps(found | {"meetings": [found["meetings"][0] | more]})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda found: "no json",
        lambda found: "[]",
        lambda found: json.dumps(found | {"version": "9999"}),
        lambda found: json.dumps({"version": found["version"]}),
        lambda found: json.dumps(found | {"meetings": [found["meetings"][0] | {"on": "never"}]}),
        lambda found: json.dumps(found | {"meetings": [found["meetings"][0] | {"more": 1}]}),
        lambda found: json.dumps(found | {"meetings": [found["meetings"][0] | {"name": 5}]}),
        lambda found: json.dumps(found | {"decisions": [found["decisions"][0] | {"meeting": "0" * 32}]}),
        lambda found: json.dumps(found | {"meetings": found["meetings"] * 2}),
        lambda found: json.dumps(found | {"meetings": [found["meetings"][0] | {"name": "會" * 81}]}),
        lambda found: json.dumps(found | {"meetings": [found["meetings"][0] | {"name": "a\x1b[2J"}]}),
        lambda found: json.dumps(found | {"meetings": [found["meetings"][0] | {"id": "zz"}]}),
        lambda found: json.dumps(found | {"meetings": [found["meetings"][0] | {"stamp": "../x"}]}),
        *(
            functools.partial(_spoilt, more)
            for more in (
                {"programme": ".."},
                {"programme": ""},
                {"name": ""},
                {"group": "甲", "school": "乙"},
                {"on": "0001-01-01"},
                {"versus": "2022-12-01"},
                {"carried": "[{}]"},
                {"carried": "x"},
                {"order": "x"},
            )
        ),
    ],
)
def test_what_is_no_dump_changes_nothing(store: Store, spoil):
    noted = store.freeze(meeting(), None)
    store.decide(Decision(noted.id, "做"), None)
    before = dump.dump(store)
    with pytest.raises(StateError):
        dump.load(store, spoil(json.loads(before)), replace=True)
    assert dump.dump(store) == before


def test_a_store_of_the_first_version_is_brought_to_the_last_with_all_that_it_holds(store: Store):
    from alembic import command
    from alembic.config import Config

    if not store.address:
        store.warehouse.mkdir(parents=True)
    engine = database._engine(store.warehouse, store.address)
    settings = Config()
    settings.set_main_option("script_location", str(database.MIGRATIONS))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        settings.attributes |= {"connection": connection, "version_table": database.VERSION}
        command.upgrade(settings, "0001")
        row = {
            "id": "0" * 32,
            "programme": KEELUNG,
            "name": "十月",
            "stamp": STAMP,
            "on": dt.date(2022, 10, 28),
        }
        row |= {
            "order": "gap",
            "schools": True,
            "created_at": dt.datetime(2022, 10, 28, 9),
            "previous": "1" * 32,
        }
        names = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(f":{name}" for name in row)
        connection.execute(sa.text(f"insert into meetings ({names}) values ({values})"), row)
        decision = (
            "insert into decisions (id, meeting, text, who, written_at) values (:id, :id, '做', '', :at)"
        )
        connection.execute(sa.text(decision), {"id": "0" * 32, "at": dt.datetime(2022, 10, 28, 10)})
    (found,) = store.meetings(KEELUNG, None)
    assert (found.name, found.on, found.carried, found.period) == ("十月", dt.date(2022, 10, 28), (), None)
    assert [one.text for one in store.decisions(found, None)] == ["做"]
    store.freeze(meeting(), None)
    assert len(store.meetings(KEELUNG, None)) == 2


def test_a_store_that_may_only_be_read_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    Store(tmp_path / "written").freeze(meeting(), None)
    (tmp_path / "read").mkdir()
    shutil.copy(tmp_path / "written" / database.FILE, tmp_path / "read")
    monkeypatch.setattr(database.os, "access", lambda path, mode: False)
    store = Store(tmp_path / "read")
    assert [one.name for one in store.meetings(KEELUNG, None)] == [
        "十一月會議"
    ] and "十一月會議" in dump.dump(store)
    with pytest.raises(StateError, match="讀寫失敗"):
        store.freeze(meeting("另一場"), None)
    assert sorted(path.name for path in (tmp_path / "read").iterdir()) == [database.FILE]


# --- with snapshots


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A warehouse of a few rows."""
    return built(tmp_path, coaching=[COACHING, ("深澳國小", "111/10/5", "輔導員")])


def again(city: Path) -> None:
    assert kpi("build", "--data", city.parent / "data", "--warehouse", city, "--programme", KEELUNG).code == 0


def test_a_frozen_meeting_keeps_its_snapshot_and_originals_through_many_builds(city: Path):
    asked = ("--warehouse", city, "--programme", KEELUNG)
    first = warehouse.current(city, KEELUNG)
    assert kpi("meetings", "freeze", "十月會議", "--as-of", "2022-10-31", *asked).code == 0
    before = kpi("export", "html", "--output", city / "a.html", "--meeting", "十月會議", *asked)
    assert before.code == 0
    for _ in range(7):
        with (city.parent / "data" / "coaching.csv").open("a", encoding="utf-8") as file:
            file.write("深澳國小,111/10/6,輔導員\n深澳國小,111/10/7,輔導員\n")
        again(city)
    assert warehouse.current(city, KEELUNG) != first and first in warehouse.kept(city, KEELUNG)
    assert kpi("export", "html", "--output", city / "b.html", "--meeting", "十月會議", *asked).code == 0
    assert (city / "a.html").read_bytes() == (city / "b.html").read_bytes()
    assert kpi("rebuild", first.stamp, *asked).code == 0
    assert kpi("meetings", "remove", "十月會議", *asked).code == 0
    again_files = city.parent / "data" / "coaching.csv"
    again_files.write_text(again_files.read_text("utf-8") + "深澳國小,111/10/8,輔導員\n", "utf-8")
    again(city)
    assert first not in warehouse.kept(city, KEELUNG)


def test_what_is_held_stays_though_its_proof_is_damaged(city: Path):
    first = warehouse.current(city, KEELUNG)
    warehouse.hold(first, "0" * 32)
    sums = city / KEELUNG / "SHA256SUMS"
    sums.write_text(sums.read_text("utf-8").replace(first.stamp, first.stamp.replace("T", "X")), "utf-8")
    for at in range(7):
        with (city.parent / "data" / "coaching.csv").open("a", encoding="utf-8") as file:
            file.write(f"深澳國小,111/10/{10 + at},輔導員\n")
        again(city)
    assert first.path.is_file()


def test_a_backup_that_replaces_holds_what_it_names_and_nothing_else(city: Path, tmp_path: Path):
    asked = ("--warehouse", city, "--programme", KEELUNG)
    file = tmp_path / "empty.json"
    assert kpi("state", "dump", file, "--warehouse", city).code == 0
    assert kpi("meetings", "freeze", "十月會議", *asked).code == 0 and warehouse.held(city / KEELUNG)
    assert kpi("state", "load", file, "--replace", "--warehouse", city).code == 0
    assert warehouse.held(city / KEELUNG) == set() and kpi("meetings", *asked).out == ""


def test_a_snapshot_that_two_meetings_need_stays_while_one_does(city: Path):
    asked = ("--warehouse", city, "--programme", KEELUNG)
    for name in ("一", "二"):
        assert kpi("meetings", "freeze", name, *asked).code == 0
    assert kpi("meetings", "remove", "一", *asked).code == 0
    assert warehouse.held(city / KEELUNG) == {warehouse.current(city, KEELUNG).stamp}
    assert kpi("meetings", "remove", "二", *asked).code == 0
    assert warehouse.held(city / KEELUNG) == set()


def test_a_freeze_that_fails_holds_nothing(city: Path):
    store = Store(city)
    snapshot = warehouse.current(city, KEELUNG)
    view = questions.unaddressed(snapshot, rooms.access.bureau(), dt.date(2022, 10, 31))
    with pytest.raises(StateError):
        rooms.freeze(store, view, "", Choices())
    assert warehouse.held(city / KEELUNG) == set()


def test_a_meeting_whose_snapshot_is_gone_shows_no_other_figures(city: Path):
    asked = ("--warehouse", city, "--programme", KEELUNG)
    first = warehouse.current(city, KEELUNG)
    assert kpi("meetings", "freeze", "十月會議", *asked).code == 0
    with (city.parent / "data" / "coaching.csv").open("a", encoding="utf-8") as file:
        file.write("深澳國小,111/10/6,輔導員\n")
    again(city)
    first.path.unlink()
    done = kpi("export", "html", "--output", city / "a.html", "--meeting", "十月會議", *asked)
    assert done.code == 3 and "不在這裡了" in done.err and not (city / "a.html").exists()
    assert "快照已不在" in kpi("meetings", *asked).out


def test_a_store_is_backed_up_and_put_back_by_the_command(city: Path, tmp_path: Path):
    asked = ("--warehouse", city)
    assert kpi("meetings", "freeze", "十月會議", *asked, "--programme", KEELUNG).code == 0
    file = tmp_path / "backup.json"
    assert kpi("state", "dump", file, *asked).code == 0 and "十月會議" in file.read_text("utf-8")
    for path in city.glob(f"{database.FILE}*"):
        path.unlink()
    shutil.rmtree(city / KEELUNG / "held")
    done = kpi("state", "load", file, *asked)
    assert done.code == 0 and "1 場會議" in done.err
    assert warehouse.held(city / KEELUNG) == {warehouse.current(city, KEELUNG).stamp}
    assert (
        kpi("state", "load", file, *asked).code == 3
        and kpi("state", "load", file, "--replace", *asked).code == 0
    )
    assert kpi("state", "load", tmp_path / "none.json", *asked).code == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show",), "請寫會議名稱"),
        (("list", "十月"), "只列出時不用寫"),
        (("show", "十月"), "還沒有任何會議"),
        (("remove", "十月", "--as-of", "2022-10-31"), "只用於 freeze"),
        (("freeze", "十月", "--group", "沒有這組"), "沒有「沒有這組」這一組"),
        (("freeze", "十月", "--as-of", "2022-10-31", "--compare", "2022-11-01"), "要早於截至日"),
    ],
)
def test_a_command_that_asks_for_what_there_is_not_is_refused(
    city: Path, arguments: tuple[str, ...], said: str
):
    done = kpi("meetings", *arguments, "--warehouse", city, "--programme", KEELUNG)
    assert done.code == 2 and said in done.err and not (city / database.FILE).exists()


def test_an_address_of_the_configuration_is_checked_and_never_printed(tmp_path: Path):
    with pytest.raises(StateError) as told:
        Store(tmp_path, "postgresql://a:very-secret@b:port/c").meetings(KEELUNG, None)
    assert "secret" not in str(told.value) and "port" not in str(told.value)
    for value in ("mysql://a:very-secret@b/c", "state.sqlite"):
        (tmp_path / "kpi.toml").write_text(f'state = "{value}"\n', "utf-8")
        done = kpi("meetings", "--config", tmp_path / "kpi.toml")
        assert done.code == 3 and "PostgreSQL 的位址" in done.err and "very-secret" not in done.err
    from dashboard.definitions import deployment

    (tmp_path / "kpi.toml").write_text('state = "postgresql://a:very-secret@b/c"\n', "utf-8")
    assert "very-secret" not in repr(deployment.load(tmp_path))


def test_sqlite_waits_for_another_writer(tmp_path: Path):
    store = Store(tmp_path)
    store.freeze(meeting("一"), None)
    with sqlite3.connect(tmp_path / database.FILE, isolation_level=None) as other:
        other.execute("begin immediate")
        spawning = multiprocessing.get_context("spawn")
        begun = spawning.Event()
        process = spawning.Process(target=_freeze_and_say, args=(begun, store, ["二"]))
        process.start()
        assert begun.wait(60)
        time.sleep(0.5)  # and waits to write
        assert process.is_alive()
        assert [one.name for one in store.meetings(KEELUNG, None)] == ["一"]  # readers never wait
        other.execute("rollback")
    process.join(60)
    assert process.exitcode == 0 and len(store.meetings(KEELUNG, None)) == 2
