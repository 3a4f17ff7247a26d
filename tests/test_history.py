"""What changed since the former snapshot: only what moved, with sudden jumps marked."""

import dataclasses
import datetime as dt
import json
import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboard import access, clock, questions, warehouse
from dashboard.clock import TAIPEI
from dashboard.definitions import contracts, deployment, programmes
from dashboard.language import texts
from dashboard.rows import Kpi, School, SourceTable
from dashboard.ui.data import history, intake
from dashboard.ui.frame import following, freshness
from dashboard.ui.overview import since as since_update
from dashboard.warehouse import status
from dashboard.warehouse.changes import changes_of
from dashboard.warehouse.gather import Source, Stored
from tests.cases.tables import LESSONS, STAFF, built
from tests.pages import html_of, open_page
from tests.running import PROGRAMME, Outcome, build, build_first, kpi
from tests.samples import DAY, view_on

HEADER = "學校名稱,輔導日期,輔導人員,主題\n"


def visits(count: int) -> str:
    return HEADER + "".join(f"深澳國小,111/10/{day + 1:02d},甲,題\n" for day in range(count))


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(questions, "_cached", questions._cached.__wrapped__)
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()

    def view(count: int) -> questions.View:
        (data / "入校輔導.csv").write_text(visits(count), encoding="utf-8")
        if place.exists():
            assert build(data, place).code == 0
        else:
            build_first(data, place)
        return view_on(place, PROGRAMME, DAY, access.bureau())

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
    told = history.snapshots(view).values()
    assert len(told) == 5 and [state for *_, state in told] == ["使用中", "", "", "", ""]


def test_a_page_that_was_being_drawn_when_a_snapshot_was_published_is_drawn_anew(seen):
    drawn = seen(5)
    before = following._page_state(drawn)
    assert following._current_state(drawn) == before
    published = seen(6)
    assert following._current_state(drawn) != following._page_state(drawn) == before
    assert following._current_state(published) == following._page_state(published)


def test_a_page_that_stands_on_an_older_snapshot_for_a_damaged_one_is_not_drawn_again_and_again(seen):
    older, damaged = seen(5), seen(6)
    page = dataclasses.replace(older, damage=f"{damaged.snapshot.path.name} 讀不出來")
    assert following._current_state(page) == following._page_state(page)


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
    assert [state for *_, state in history.snapshots(view).values()] == ["使用中", ""]
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


# --- when the sources were last read


def again(view: questions.View, *options: str) -> Outcome:
    """The same sources read again, published only if they changed."""
    data = view.warehouse.parent / "data"
    place = ("--warehouse", view.warehouse, "--programme", PROGRAMME)
    return kpi("build", "--data", data, *place, "--if-changed", *options)


def told(view: questions.View) -> tuple[str, str]:
    """What the quiet line of every page says beside the snapshot's time, and what 資料 says above all."""
    return " ".join([*freshness.checked(view), *freshness.tags(view)]), freshness.notices(view)


def test_a_reading_that_found_nothing_new_is_told_beside_the_snapshot_and_on_the_data_page(seen):
    view = seen(5)
    assert told(view) == ("", ""), "the snapshot's own time says it"
    assert again(view).code == 0
    at = f"{warehouse.last_refresh(view.warehouse / PROGRAMME).checked_at:%H:%M}"
    line, page = told(view)
    assert line == f"最後檢查 {at}" and f"已檢查 {at}，資料沒有變動。" in page
    assert told(seen(6)) == ("", ""), "a new snapshot has its own time"


def test_a_reading_of_another_day_is_told_with_its_day(seen, monkeypatch):
    view = seen(5)
    again(view)
    later = dt.datetime.now() + dt.timedelta(days=400)
    monkeypatch.setattr(clock, "now", lambda: later)
    (line,) = freshness.checked(view)
    assert line.removeprefix("最後檢查 ").count("/") >= 1


def test_a_restored_snapshot_is_not_said_to_be_what_was_last_read(seen):
    first = seen(5)
    again(seen(6))
    warehouse.restore(first.warehouse, PROGRAMME, first.snapshot.stamp, "稽核")
    assert freshness.checked(first) == [] and "已檢查" not in freshness.notices(first)


def test_a_failed_refresh_is_one_notice_without_a_folder_of_the_server_and_keeps_the_last_reading(seen):
    view = seen(5)
    again(view)
    folder = view.warehouse / PROGRAMME
    before = warehouse.last_refresh(folder)
    file = view.warehouse.parent / "data" / "入校輔導.csv"
    content = file.read_bytes()
    file.unlink()
    assert again(view).code == 3
    line, page = told(view)
    assert page.count('class="msg') == 1 and "的更新沒有發布" in page and "畫面仍是" in page
    assert "沒有任何一張讀得進來的資料表" in page
    assert str(view.warehouse.parent) not in page and "/" not in re.sub(r"\d+/\d+(?:/\d+)?|<[^>]*>", "", page)
    assert line.count("更新失敗") == 1 and "最後檢查" in line
    after = warehouse.last_refresh(folder)
    assert (after.checked_at, after.stamp) == (before.checked_at, before.stamp) and after.error
    file.write_bytes(content)
    assert again(view).code == 0
    line, page = told(view)
    assert "失敗" not in line and "沒有發布" not in page


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("「/srv/kpi/warehouse/keelung-111」寫不進去：磁碟已滿。", "「keelung-111」寫不進去：磁碟已滿。"),
        (
            'Could not write file "/srv/kpi/20221125T091500.duckdb.part"',
            'Could not write file "20221125T091500.duckdb.part"',
        ),
        (r"「C:\kpi\data\研習.csv」讀不到", "「研習.csv」讀不到"),
        (
            "請看 https://docs.google.com/spreadsheets/d/x，111/10/07 起",
            "請看 https://docs.google.com/spreadsheets/d/x，111/10/07 起",
        ),
        ("{data}/研習 紀錄.csv 讀不到", "data/研習 紀錄.csv 讀不到"),
    ],
)
def test_a_message_names_files_and_not_where_they_lie(seen, monkeypatch, error, shown):
    view = seen(5)
    data = view.warehouse.parent / "a b" / "data"
    monkeypatch.setattr(deployment.Config, "folder_of", lambda self, programme: data)
    assert freshness._without_folders(view, error.replace("{data}", str(data))) == shown


def test_a_spreadsheet_is_not_told_again_where_the_refresh_failed_for_it(seen):
    view = seen(5)
    folder = view.warehouse / PROGRAMME
    out = Source("x", "雲端名冊", "https://docs.google.com/x", None, "", None, (), "金鑰檔讀不到")
    status.note_refresh(folder, [out], dt.datetime(2022, 11, 25, 9), "金鑰檔讀不到")
    line, page = told(view)
    assert page.count("金鑰檔讀不到") == 1 and page.count('class="msg') == 1 and line.count("<a ") == 1


def test_a_definition_with_a_fault_is_told_on_the_page_and_no_more_once_it_is_mended(seen, tmp_path):
    view = seen(5)
    own = tmp_path / "data" / f"{PROGRAMME}.toml"
    whole = (programmes.FOLDER / f"{PROGRAMME}.toml").read_text("utf-8")
    own.write_text(whole.replace("sample = true", "sample = 1", 1) + "\n[x]\n", encoding="utf-8")
    assert again(view).code == 3
    line, page = told(view)
    assert "更新失敗" in line and "的更新沒有發布" in page and f"{PROGRAMME}.toml" in page
    own.unlink()
    assert again(view).code == 0
    assert "沒有發布" not in freshness.notices(view)


def test_nothing_is_noted_where_there_are_no_figures_that_a_failure_leaves_standing(tmp_path):
    status.note_failure(tmp_path, "定義有錯")
    assert status.last_refresh(tmp_path) is None and not any(tmp_path.iterdir())


def bearing(view: questions.View, **days: int) -> questions.View:
    """The view under a definition that marks tables unchanged for longer than so many days."""
    definition = json.loads(view.facts.definition) | {"quiet_after_days": days}
    facts = SimpleNamespace(**vars(view.facts) | {"definition": json.dumps(definition)})
    return dataclasses.replace(view, facts=facts)


def test_a_table_says_when_it_was_changed_and_is_marked_once_the_definition_bears_it_no_longer(
    seen, monkeypatch
):
    view = seen(5)
    file = view.warehouse.parent / "data" / "入校輔導.csv"
    os.utime(file, (at := dt.datetime(2022, 11, 1, 8, 30, tzinfo=TAIPEI).timestamp(), at))
    file.write_text(visits(6), encoding="utf-8")
    os.utime(file, (at, at))
    assert again(view).code == 0
    view = dataclasses.replace(view, snapshot=warehouse.current(view.warehouse, PROGRAMME))
    tables = questions.ask(view, SourceTable)

    def at_day(day: dt.date, **days: int) -> tuple[int | None, str]:
        monkeypatch.setattr(clock, "now", lambda: dt.datetime.combine(day, dt.time(9)))
        borne = bearing(view, **days)
        times = freshness.of_tables(borne, tables)
        shown = intake.sources(tables, intake.source_table(tables, times, 2022))
        assert ("天沒有變動" in shown) == (times["coaching"].quiet is not None)
        assert ("天沒有變動" in " ".join(freshness.tags(borne))) == ("天沒有變動" in shown)
        assert times["coaching"].changed == dt.datetime(2022, 11, 1, 8, 30) and "11/1 08:30" in shown
        return times["coaching"].quiet, shown

    assert at_day(dt.date(2022, 11, 25))[0] is None, "a definition that sets no time marks nothing"
    assert at_day(dt.date(2022, 11, 15), coaching=14)[0] is None
    quiet, shown = at_day(dt.date(2022, 11, 16), coaching=14)
    assert quiet == 15 and "! 15 天沒有變動" in shown
    assert at_day(dt.date(2022, 11, 16), training=14)[0] is None, "and no other table"
    over = at_day(view.facts.last_day + dt.timedelta(days=300), coaching=14)[0]
    assert over == (view.facts.last_day - dt.date(2022, 11, 1)).days, (
        "of a term that is over nobody sends more"
    )
    read = freshness.of_tables(view, tables)["coaching"].read
    assert read == warehouse.last_refresh(view.warehouse / PROGRAMME).checked_at
    listed = intake.source_table(tables, freshness.of_tables(view, tables), 2022)
    (taken,) = (row for row in listed.values() if row[0] == "入校輔導")
    assert taken[-2:] == [dt.datetime(2022, 11, 1, 8, 30), read]


def test_a_table_of_a_spreadsheet_out_of_reach_was_read_when_that_was_last_in_reach(seen):
    view = seen(5)
    good, now = dt.datetime(2022, 11, 20, 9), dt.datetime(2022, 11, 25, 9)
    sheet = Stored(0, "入校輔導", "coaching", (), None, None)
    out = Source("x", "雲端", "https://docs.google.com/x", None, "", good, (sheet,), "讀不到")
    status.note_refresh(view.warehouse / PROGRAMME, [out], now, None, view.snapshot.stamp)
    times = freshness.of_tables(view, questions.ask(view, SourceTable))
    assert times["coaching"].read == good


def test_the_definition_sets_the_days_for_tables_that_it_reads_and_moves_no_figure_by_it():
    tables = contracts.load()
    path = programmes.FOLDER / f"{PROGRAMME}.toml"
    raw = tomllib.loads(path.read_text("utf-8"))
    plain = programmes.of_values(raw, tables, path)
    marked = programmes.of_values(raw | {"quiet_after_days": {"training": 14}}, tables, path)
    assert changes_of(plain, marked) == ()
    for wrong in ({"budget": 14}, {"training": 0}):
        with pytest.raises(programmes.DefinitionError) as fault:
            programmes.of_values(raw | {"quiet_after_days": wrong}, tables, path)
        assert "quiet_after_days" in str(fault.value)


# --- since the last update

TEACHERS = {"深澳國小": "王一平", "信義國小": "趙五倫", "七堵國小": "孫六合"}
ROSTER = [*STAFF, ("七堵國小", "T6", "孫六合", "正式教師", "99/8/1")]


@pytest.fixture
def updates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What a viewer sees after an update in which these schools have their one public lesson, and with these visits."""
    monkeypatch.setattr(questions, "_cached", questions._cached.__wrapped__)

    def update(*schools: str, visits: Sequence[str] = ()) -> questions.View:
        lessons = [LESSONS, *((name, TEACHERS[name], "111/10/26", "是") for name in schools)]
        coaching = [
            HEADER.strip().split(","),
            ["深澳國小", "111/10/03", "甲", "題"],
            *(one.split(",") for one in visits),
        ]
        built(tmp_path, staff=ROSTER, public_lessons=lessons, coaching=coaching)
        return today_of(view_on(tmp_path / "warehouse", PROGRAMME, DAY, access.bureau()), DAY)

    return update


def since(view: questions.View, asked: str | None = None) -> str:
    return since_update.changes(view, asked, lambda **changes: view.link("overview", **changes))


def line_of(shown: str) -> str:
    """The one line that is always in sight."""
    return re.sub(r"<[^>]+>", "", shown.partition("</summary>")[0])


def test_before_the_second_snapshot_there_is_nothing_to_say(updates):
    assert since(updates()) == ""


def test_an_update_in_which_nothing_turned_is_one_calm_line(updates):
    updates("深澳國小")
    shown = since(updates("深澳國小", visits=["不存在國小,111/10/03,甲,題"]))
    assert shown.startswith('<p class="sub">') and "<details" not in shown and "<a" not in shown
    assert "自上次更新" in line_of(shown) and "沒有學校跨過門檻或退步，也沒有列改好。" in line_of(shown)


def test_who_has_met_since_the_last_update_is_named_with_both_figures_and_leads_to_the_school(updates):
    updates("信義國小")
    view = updates("信義國小", "深澳國小")
    shown = since(view)
    assert "：1 校新達標。" in line_of(shown)
    link = view.link("school", school="深澳國小", kpi="public_lesson")
    assert f'<a href="{link}">深澳國小</a> 公開授課 0/1 → 1/1' in shown
    fell = since(updates("信義國小"))
    assert "：1 校退步。" in line_of(fell) and "深澳國小</a> 公開授課 1/1 → 0/1" in fell


def test_where_a_file_is_gone_that_is_said_before_anybody_fell_back(updates, tmp_path: Path):
    """Who deletes or forgets a file makes schools fall back that did nothing."""
    updates("信義國小", "深澳國小")
    (lessons,) = (tmp_path / "data").glob("public_lessons*")
    header, first, *rest = lessons.read_text(encoding="utf-8-sig").splitlines()
    lessons.write_text("\n".join([header, first]) + "\n", encoding="utf-8")
    more = lessons.with_name("public_lessons_<二>.csv")
    more.write_text("\n".join([header, *rest]) + "\n", encoding="utf-8")

    def again() -> str:
        assert build(tmp_path / "data", tmp_path / "warehouse").code == 0
        return since(today_of(view_on(tmp_path / "warehouse", PROGRAMME, DAY, access.bureau()), DAY))

    assert "不在了" not in again(), "what was put in another file is not gone"
    more.unlink()
    shown = again()
    assert "：1 個檔案不在了、1 校退步。" in line_of(shown)
    assert "public_lessons_&lt;二&gt;.csv：有些退步可能是因為少了這些檔案，不是學校的事。" in shown


def today_of(view: questions.View, day: dt.date) -> questions.View:
    """The view on a day that is today."""
    return dataclasses.replace(view, on=day, facts=SimpleNamespace(**vars(view.facts) | {"as_of": day}))


def test_an_update_over_a_deadline_tells_who_became_overdue(updates, monkeypatch):
    old, new = updates("信義國小"), updates("信義國小")
    (deadline,) = {
        row.deadline for row in questions.ask(new, Kpi, period="111") if row.kpi == "public_lesson"
    }
    made_on = SimpleNamespace(**vars(old.facts) | {"as_of": None, "read_on": deadline})
    monkeypatch.setattr(since_update, "facts_of", lambda snapshot, scope: made_on)
    found = since_update.turned(today_of(new, deadline + dt.timedelta(days=1)), old.snapshot)["overdue"]
    late = {now.school_name for _, now in found if now.kpi == "public_lesson"}
    assert "深澳國小" in late and "信義國小" not in late
    assert "overdue" not in since_update.turned(today_of(new, deadline), old.snapshot)


def test_on_another_day_than_today_nothing_is_said_to_be_of_the_last_update(updates):
    updates("信義國小")
    view = updates("信義國小", "深澳國小")
    assert "新達標" in since(view)
    assert since(dataclasses.replace(view, on=view.on - dt.timedelta(days=1))) == ""


@pytest.mark.parametrize(
    ("then", "now", "flags", "told"),
    [
        ("met", "overdue", "", "overdue"),
        ("met", "overdue", "stale_source", None),
        ("met", "behind", "", "fell"),
        ("met", "behind", "unreadable_source;rows_rejected", None),
        ("behind", "behind", "rows_rejected", "fell"),
        ("met", "no_data", "", "silent"),
        ("met", "no_data", "unreadable_source", None),
        ("no_data", "no_data", "", None),
        ("overdue", "met", "stale_source", "met"),
        ("met", "met", "", None),
        ("no_data", "behind", "", None),
    ],
)
def test_how_a_figure_turned_and_nobody_is_told_to_be_late_by_a_file_that_was_not_read(
    then, now, flags, told
):
    old = SimpleNamespace(status=then, counted=None if then == "no_data" else 5)
    new = SimpleNamespace(status=now, counted=3, flags=flags)
    assert since_update._turn(old, new, "number") == told
    above = SimpleNamespace(status="overdue", counted=9, flags="")
    assert since_update._turn(SimpleNamespace(status="met", counted=5), above, "ceiling") == "over"


def test_rows_that_are_refused_no_more_are_counted_by_school_and_lead_to_its_rows(updates):
    bad = [
        "深澳國小,111/9/31,甲,題", "七堵國小,111/9/31,甲,題", "七堵國小,111/9/31,乙,題", "無此國小,111/10/3,甲,題"
    ]  # fmt: skip
    updates(visits=bad)
    view = updates(visits=[bad[0], "七堵國小,111/9/30,甲,題"])
    shown = since(view)
    assert "：3 列不再被退回。" in line_of(shown)
    link = view.link("data", school="七堵國小")
    assert f'<a href="{link}">七堵國小</a> 2' in shown and "看不出學校的 1" in shown
    assert "深澳國小" not in shown, "its row is refused still"


def test_two_rows_that_look_alike_under_their_masks_are_two(updates):
    bad = ["深澳國小,111/9/31,王大明,題", "深澳國小,111/9/31,王小明,題"]
    updates(visits=bad)
    assert "1 列不再被退回" in line_of(since(updates(visits=bad[:1])))


def test_another_kept_snapshot_can_be_chosen_and_is_part_of_the_address(updates):
    first = updates("信義國小")
    updates("信義國小", "深澳國小")
    view = updates("信義國小", "深澳國小", visits=["七堵國小,111/10/03,甲,題"])
    assert "新達標" not in since(view)
    chosen = since(view, first.snapshot.stamp)
    assert "自選定的快照" in chosen and "1 校新達標" in line_of(chosen)
    assert '<details class="more since" open>' in chosen
    offered = re.findall(r'href="[^"]*since=(\w+)"', chosen)
    assert offered == [one.stamp for one in warehouse.kept(view.warehouse, PROGRAMME)][1:]
    assert since(view, "20000101T000000000000") == since(view), "an unknown one is that of the last update"


def test_a_viewer_of_some_schools_is_told_of_these_alone(updates):
    updates("信義國小", visits=["七堵國小,111/9/31,甲,題", "深澳國小,111/9/31,甲,題"])
    view = updates(*TEACHERS)
    ids = {row.name: row.school_id for row in questions.ask(view, School)}
    assert "2 校新達標、2 列不再被退回" in line_of(since(view))
    own = since(dataclasses.replace(view, scope=access.Scope("一校", (ids["七堵國小"],))))
    assert "1 校新達標、1 列不再被退回" in line_of(own) and "深澳國小" not in own
    nobody = since(dataclasses.replace(view, scope=access.nobody()))
    assert "沒有學校跨過門檻" in nobody and "國小<" not in nobody


def test_many_are_named_up_to_a_bound_with_how_many_are_left(updates, monkeypatch):
    monkeypatch.setattr(since_update, "LISTED", 2)
    updates(visits=[f"{name},111/9/31,甲,題" for name in TEACHERS])
    shown = since(updates(*TEACHERS))
    (met,) = re.findall(r"<p><span[^>]*>3 校新達標.*?</p>", shown)
    assert met.count("<a ") == 2 and met.endswith("，另有 1 項</p>")
    (mended,) = re.findall(r"<p><span[^>]*>3 列不再被退回.*?</p>", shown)
    assert mended.count("<a ") == 2 and mended.endswith("，另有 1 校</p>")


def test_a_former_snapshot_of_another_version_is_no_ground_for_a_comparison(updates, monkeypatch):
    updates("信義國小")
    view = updates(*TEACHERS)
    asked = questions.answers

    def missing(snapshot, *rest):
        if snapshot != view.snapshot:
            raise warehouse.NoSnapshot("別的版本")
        return asked(snapshot, *rest)

    monkeypatch.setattr(since_update, "answers", missing)
    assert since(view) == ""


def test_in_english_all_of_it_is_said(updates):
    updates("信義國小", visits=["七堵國小,111/9/31,甲,題"])
    view = updates("信義國小", "深澳國小")
    with texts.written(texts.Manner("en", "ce")):
        shown = since(dataclasses.replace(view, lang="en", era="ce"))
    assert "Since the last update" in shown and "newly met" in shown and "no longer rejected" in shown
    left = re.sub(r"<[^>]+>|深澳國小|七堵國小", "", shown)
    assert not re.search(r"[一-鿿]", left), left


def test_the_overview_says_it_below_its_finding_and_on_no_other_day(updates, tmp_path, monkeypatch):
    updates("信義國小")
    updates("信義國小", "深澳國小")
    file = tmp_path / "kpi.toml"
    place = (tmp_path / "warehouse").as_posix()
    file.write_text(f'programmes = ["{PROGRAMME}"]\nwarehouse = "{place}"\n', encoding="utf-8")
    monkeypatch.setenv(deployment.VARIABLE, str(file))
    shown = html_of(open_page("overview"))
    assert "新達標" in shown and shown.index('class="lead"') < shown.index("自上次更新") < shown.index(
        "需要注意"
    )
    assert "自上次更新" not in html_of(open_page("overview", on="2022-11-25"))
