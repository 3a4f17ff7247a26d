"""What changed since the former snapshot: only what moved, with sudden jumps marked."""

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from dashboard import access, warehouse
from dashboard.ui import address, freshness, history, texts
from dashboard.warehouse import status
from tests.running import PROGRAMME, build

HEADER = "學校名稱,輔導日期,輔導人員,主題\n"


def visits(count: int) -> str:
    return HEADER + "".join(f"深澳國小,111/10/{day + 1:02d},甲,題\n" for day in range(count))


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(address, "_cached", address._cached.__wrapped__)
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()

    def view(count: int) -> address.View:
        (data / "入校輔導.csv").write_text(visits(count), encoding="utf-8")
        assert build(data, place).code == 0
        snapshot, scope = warehouse.current(place, PROGRAMME), access.bureau()
        periods = tuple(address._asked(snapshot, scope, "periods", ()))
        facts = address.facts_of(snapshot, scope)
        day = dt.date(2022, 11, 25)
        return address.View(PROGRAMME, (PROGRAMME,), place, snapshot, facts, periods, periods, scope, day)

    return view


def test_a_first_snapshot_has_nothing_to_be_compared_with(seen):
    assert "第一份" in history.changes(seen(5))


def test_what_moved_is_listed_and_a_jump_is_marked(seen):
    seen(10)
    small = history.changes(seen(11))
    assert "入校輔導 採用列" in small and "+1" in small and "突增" not in small
    big = history.changes(seen(20))
    assert "+9" in big and "! 突增 82%" in big
    fall = history.changes(seen(2))
    assert "−18" in fall and "! 突減 90%" in fall
    assert "公開授課" not in fall, "what did not move is not listed"


def test_what_moved_leaves_as_numbers(seen):
    seen(10)
    moved = {name: (old, new) for name, old, new in history.moved(seen(12))}
    assert moved["入校輔導 採用列"] == (10, 12)


def test_a_first_snapshot_has_no_list_of_what_moved(seen):
    with pytest.raises(warehouse.NoSnapshot):
        history.moved(seen(5))


def test_in_english_the_same_moves_are_told(seen):
    seen(10)
    view = seen(20)
    with texts.written(texts.Manner("en", "ce")):
        told = history.changes(view)
    assert "Coaching visits: rows accepted" in told and "+10" in told and "! Jump of 100%" in told


def test_nothing_moved_is_said_as_such(seen):
    seen(3)
    assert "沒有變動" in history.changes(seen(3))


def test_five_snapshots_are_listed_and_one_serves(seen):
    for count in range(6):
        view = seen(count + 1)
    told = history.listed(view)
    assert len(told) == 5 and [state for *_, state in told] == ["使用中", "", "", "", ""]


def test_a_page_that_was_being_drawn_when_a_snapshot_was_published_is_drawn_anew(seen):
    drawn = seen(5)
    before = freshness._shown(drawn)
    assert freshness._stands(drawn) == before
    published = seen(6)
    assert freshness._stands(drawn) != freshness._shown(drawn) == before
    assert freshness._stands(published) == freshness._shown(published)


def test_a_page_that_stands_on_an_older_snapshot_for_a_damaged_one_is_not_drawn_again_and_again(seen):
    older, damaged = seen(5), seen(6)
    page = dataclasses.replace(older, damage=f"{damaged.snapshot.path.name} 讀不出來")
    assert freshness._stands(page) == freshness._shown(page)


def test_the_former_snapshot_is_the_one_published_before_though_a_clock_that_ran_ahead_stamped_it(seen):
    ahead = seen(10).snapshot
    folder = ahead.path.parent
    stamp = "20990101T000000000000"
    for name in ("current", "SHA256SUMS"):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace(ahead.stamp, stamp), encoding="utf-8")
    ahead.path.rename(folder / f"{stamp}.duckdb")
    view = seen(12)
    assert (before := history.former(view)) and before.stamp == stamp > view.snapshot.stamp
    assert {name: (old, new) for name, old, new in history.moved(view)}["入校輔導 採用列"] == (10, 12)
    assert [state for *_, state in history.listed(view)] == ["使用中", ""]
    assert history.former(dataclasses.replace(view, snapshot=before)) is None


@pytest.mark.parametrize("manner", [texts.Manner("zh-TW", "roc"), texts.Manner("en", "ce")])
def test_former_snapshots_that_a_full_disk_cost_are_named_on_the_page(seen, manner):
    view = seen(5)
    folder, now = view.snapshot.path.parent, dt.datetime(2026, 11, 29, 8)
    assert freshness.notices(view) == ""
    status.note_refresh(folder, [], now, None, view.snapshot.stamp, ["20010101T000000000000.duckdb"])
    with texts.written(manner):
        told = freshness.notices(view)
    said = {
        "zh-TW": "磁碟空間不足刪除了較舊的快照",
        "en": "removed older snapshots because the disk was full",
    }
    assert said[manner.language] in told and "20010101T000000000000.duckdb" in told
