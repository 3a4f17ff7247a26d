"""An update that is asked for while another build goes on is done after it, and only who asked is told of its end."""

import dataclasses
import datetime as dt
import functools
import json
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import FileLock

from dashboard import access, warehouse
from dashboard.definitions import deployment
from dashboard.language import markup
from dashboard.ui.data import history, uploads
from dashboard.ui.frame import freshness
from dashboard.warehouse import status
from tests.pages import html_of, open_page
from tests.running import PATIENCE, PROGRAMME, Apart, build, inputs

VISITS = "學校名稱,輔導日期,輔導人員,主題\n深澳國小,111/11/01,甲,乙\n"
LATE = "入校輔導_補_1.csv"


@pytest.fixture
def city(sample_data: Path, sample_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configured folder whose data may change, built once."""
    shutil.copytree(sample_data, tmp_path / "data")
    shutil.copytree(sample_warehouse, tmp_path / "warehouse")
    file = tmp_path / "kpi.toml"
    file.write_text(f'programmes = ["{PROGRAMME}"]\n', encoding="utf-8")
    monkeypatch.setenv(deployment.VARIABLE, str(file))
    return tmp_path


def awaited(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.05)


def mine(app) -> freshness.Mine:
    return app.session_state[freshness.MINE]


def ended(app) -> bool:
    return all(one.process.poll() is not None for one in mine(app).going)


def toasts(app) -> list[str]:
    return [toast.value for toast in app.toast]


def click(app) -> None:
    next(button for button in app.button if button.label == "立即更新").click().run()


def note_waiting(here: Path) -> None:
    """In the process of a build: a file says that it asks for the lock and will wait for it."""
    acquire = FileLock.acquire

    def noted(lock: FileLock, timeout: float | None = None, **more: object) -> object:
        if timeout == -1:
            here.touch()
        return acquire(lock, timeout, **more)

    FileLock.acquire = noted


def waiting(city: Path) -> Apart:
    """A build that has begun to wait for the end of another."""
    here = city / "waits"
    process = Apart(
        "build", "--config", city, "--wait", "--if-changed", before=functools.partial(note_waiting, here)
    )
    awaited(here.exists)
    time.sleep(0.5)  # and goes on to wait
    assert process.is_alive and process.pid
    return process


def test_a_build_that_is_to_wait_begins_when_the_other_has_ended(city: Path):
    folder = city / "warehouse" / PROGRAMME
    with status.locked(folder, "排程"):
        process = waiting(city)
        (city / "data" / LATE).write_text(VISITS, encoding="utf-8")
        released = time.strftime("%Y%m%dT%H%M%S", time.gmtime(time.time() + 8 * 3600))
    done = process.ends()
    assert done.code == 0, done.err
    assert inputs(city / "warehouse")[LATE]["accepted"] == 1
    assert warehouse.current(city / "warehouse", PROGRAMME).stamp >= released, "it is the newer one"


def test_a_build_that_waits_can_be_ended(city: Path):
    before = warehouse.current(city / "warehouse", PROGRAMME)
    with status.locked(city / "warehouse" / PROGRAMME, "排程"):
        process = waiting(city)
        os.kill(process.pid, signal.SIGTERM)
        done = process.ends()
    assert done.code == 3 and "已中斷" in done.err and "Traceback" not in done.err
    assert warehouse.current(city / "warehouse", PROGRAMME) == before


def test_an_update_behind_another_is_done_and_told_to_who_asked_alone(city: Path):
    clerk, other = open_page("data"), open_page("data")
    folder = city / "warehouse" / PROGRAMME
    # It has the lock and has noted nothing yet: both could click.
    with FileLock(folder / status.LOCK):
        (city / "data" / LATE).write_text(VISITS, encoding="utf-8")
        click(clerk)
        going = warehouse.UnderWay("排程", "11/29 09:00:00", 0.4, "讀取 觀課紀錄.csv", 1)
        (folder / status.HOLDER).write_text(json.dumps(dataclasses.asdict(going)), encoding="utf-8")
        assert len(mine(clerk).going) == 1 and not ended(clerk)
        clerk.run()
        other.run()
        assert "由 排程 於" in html_of(clerk) and "你的更新排在它後面" in html_of(clerk)
        assert "由 排程 於" in html_of(other) and "你的更新" not in html_of(other)
        assert not ended(clerk)
    awaited(lambda: ended(clerk))
    assert inputs(city / "warehouse")[LATE]["accepted"] == 1
    clerk.run()
    assert toasts(clerk) == ["更新完成。"]
    assert toasts(clerk.run()) == [], "told once"
    other.run()
    for app in (clerk, other):
        assert "沒有完成" not in html_of(app)
    assert toasts(other) == []
    click(clerk)
    awaited(lambda: ended(clerk))
    (told,) = toasts(clerk.run())
    assert re.fullmatch(r"已檢查 \d\d:\d\d，資料沒有變動。", told)
    other.run()
    assert told in html_of(other) and toasts(other) == []


def test_an_update_that_a_restored_snapshot_overtakes_does_not_say_that_it_is_in_the_figures(city: Path):
    clerk = open_page("data")
    folder = city / "warehouse" / PROGRAMME
    with FileLock(folder / status.LOCK):
        (city / "data" / LATE).write_text(VISITS, encoding="utf-8")
        click(clerk)
        status.pin(folder, "稽核", dt.datetime(2026, 11, 29, 9, 0))
    awaited(lambda: ended(clerk))
    assert LATE not in inputs(city / "warehouse")
    (toast,) = toasts(clerk.run())
    assert "還原的快照" in toast and "還沒有讀入" in toast


def test_an_update_that_fails_is_told_to_who_asked_alone_and_why_on_the_data_page(city: Path):
    clerk, other = open_page("data"), open_page("data")
    for path in (city / "data").iterdir():
        path.unlink()
    click(clerk)
    awaited(lambda: ended(clerk))
    other.run()
    assert toasts(other) == [] and "這次更新沒有完成" not in html_of(other)
    elsewhere = clerk.switch_page("../pages/9_help.py").run()
    assert toasts(elsewhere) == ["✕ 這次更新沒有完成，原因在「資料」頁。"]
    back = clerk.switch_page("../pages/6_data.py").run()
    notice = re.findall(r'<div class="msg failed".*?</div>', html_of(back))
    assert len(notice) == 1, "one notice, and not one of the server too"
    assert "的更新沒有發布" in notice[0] and "沒有任何一張讀得進來的資料表" in notice[0]
    assert str(city) not in notice[0], "where things lie is the server's own"
    assert toasts(back) == []


def test_a_build_that_says_much_does_not_wait_for_a_reader(city: Path, monkeypatch: pytest.MonkeyPatch):
    talker = city / "talker"
    talker.write_text("#!/bin/sh\nhead -c 200000 /dev/zero | tr '\\0' x >&2\nsleep 3\n", encoding="utf-8")
    talker.chmod(0o755)
    clerk = open_page("data")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(talker))
        click(clerk)
    (one,) = mine(clerk).going
    awaited(lambda: one.process.poll() is not None)
    assert one.errors.seek(0, 2) == 200_000
    assert toasts(clerk.run()) == ["更新完成。"]


def test_a_name_in_a_toast_is_no_markup():
    name = "![x](y)*_$`研習.csv"
    assert markup.markdown(name) == r"\!\[x\]\(y\)\*\_\$\`研習\.csv"


def test_who_sees_one_school_may_neither_update_nor_upload_nor_restore(
    city: Path, monkeypatch: pytest.MonkeyPatch
):
    assert build(city / "data", city / "warehouse").code == 0
    monkeypatch.setattr(access, "bureau", lambda: access.Scope("校", (1,)))
    app = open_page("data")
    assert not app.exception
    assert not [button for button in app.button if button.label in ("立即更新", "還原", "採用這個檔案")]
    assert "放入檔案（CSV" not in html_of(app)
    seen = SimpleNamespace(scope=access.bureau(), programme=PROGRAMME, warehouse=city / "warehouse")
    with pytest.raises(PermissionError):
        freshness.start(seen)
    assert uploads.upload(seen) is None and history.restore(seen) is None
