"""The page 會議: freezing, deciding, closing and removing, as a person does it; and what it says when it cannot."""

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import warehouse
from dashboard.state import Decision, Meeting, database
from dashboard.state.store import Store
from tests.pages import html_of, open_page
from tests.running import kpi

KEELUNG = "keelung-111"
HOSTILE = '<img src=x onerror="alert(1)"> **粗** `x` $y$ [z](javascript:1) & "q"'


def page(name: str = "meetings", **asked: str) -> AppTest:
    """A page of the day 2022-11-25 unless another is asked for."""
    return open_page(name, **{"on": "2022-11-25"} | asked)


def field(app: AppTest, kind: str, label: str) -> Any:
    (found,) = (one for one in app.get(kind) if one.label == label)
    return found


def freeze(name: str, **asked: str) -> AppTest:
    app = page(**asked)
    field(app, "text_input", "會議名稱").input(name)
    return field(app, "button", "凍結").click().run()


def decide(
    app: AppTest, text: str, who: str = "", kpi: str | None = None, about: str | None = None
) -> AppTest:
    field(app, "text_input", "決定了什麼").input(text)
    field(app, "text_input", "誰負責").input(who)
    if kpi:
        field(app, "selectbox", "指標").select(kpi)
    if about:
        field(app, "selectbox", "關於").select(about)
    return field(app, "button", "記下").click().run()


def statuses(app: AppTest) -> list[str]:
    """How what the chosen meeting decided stands."""
    decided = html_of(app).partition("這場的決定與現在的情形</h3>")[2].partition("</table>")[0]
    return re.findall(r'<span class="tag t-\w+">([^<]*)</span>', decided)


def test_what_is_on_the_screen_is_frozen_under_a_name(store: Store):
    app = page(vs="2022-10-21", order="definition", schools="0", group="行動學習組")
    field(app, "text_input", "會議名稱").input("十一月校長會議")
    app = field(app, "button", "凍結").click().run()
    (noted,) = store.meetings(KEELUNG, None)
    assert (noted.name, noted.on, noted.versus) == (
        "十一月校長會議",
        dt.date(2022, 11, 25),
        dt.date(2022, 10, 21),
    )
    assert (noted.group, noted.school, noted.order, noted.schools) == (
        "行動學習組",
        None,
        "definition",
        False,
    )
    assert warehouse.held(store.warehouse / KEELUNG) == {noted.stamp}
    shown = html_of(app)
    assert app.query_params["meeting"] in ("十一月校長會議", ["十一月校長會議"])
    assert "凍結了 1 場會議" in shown and "十一月校長會議" in shown and "開啟簡報" in shown


def test_a_name_that_is_taken_or_none_is_told_and_nothing_is_frozen(store: Store):
    freeze("十一月")
    for name, said in (("十一月", "已經有「十一月」這場會議"), ("   ", "請寫會議名稱")):
        shown = html_of(freeze(name))
        assert "✕ 沒有凍結" in shown and said in shown
    assert len(store.meetings(KEELUNG, None)) == 1


def test_a_decision_with_an_indicator_is_done_or_not_by_the_figures(store: Store):
    app = freeze("十月", on="2022-10-21")
    for school in ("武崙國小", "七堵國小"):
        app = decide(app, f"{school}研習", "教育處", "A1、A2", school)
    rows = kpi("results", "--warehouse", store.warehouse, "--programme", KEELUNG, "--format", "csv", "--kpi", "a1a2",
               "--level", "school", "--as-of", "2022-11-25").rows  # fmt: skip
    now = {row["school"]: row for row in rows}
    assert (now["武崙國小"]["status"], now["七堵國小"]["status"]) == ("met", "on_track")
    app = page(meeting="十月")
    assert statuses(app) == ["✓ 已完成", "◐ 進行中"]
    figures = f"{now['武崙國小']['counted']}/{now['武崙國小']['required']}"
    assert re.search(rf"\d+/\d+ → {figures}", html_of(app))
    labels = re.findall(r'<a class="file" [^>]*aria-label="([^"]*決定[^"]*)"', html_of(app))
    assert len(labels) == len(set(labels)) == 3


def test_the_form_names_the_last_meeting_only_where_there_is_one(store: Store):
    assert "與上次會議相比" not in html_of(page())
    freeze("十月", on="2022-10-21")
    assert "與上次會議相比" in html_of(page())


def test_the_next_meeting_begins_with_what_was_decided_and_compares_with_the_last(store: Store):
    app = freeze("十月", on="2022-10-21")
    decide(app, "派輔導員到校", "教育處")
    decide(page(meeting="十月", on="2022-10-21"), "研習時數補登", "各校", "資安 3 小時", "七堵國小")
    freeze("十一月")
    shown = html_of(page("present", meeting="十一月"))
    first = shown[shown.index('<section class="slide"') :].split("</section>")[0]
    assert 'data-key="decisions"' in first and "先前 2 項決定，0 項已完成" in first
    assert (
        "派輔導員到校" in first
        and "七堵國小、資安 3 小時：研習時數補登" in first
        and "十一月" in first
        and "與 10/21 相比" in first
    )
    assert 'data-key="decisions"' not in html_of(page("present", meeting="十月", on="2022-10-21"))


def test_where_schools_are_not_named_a_decision_that_names_one_is_not_written_out(store: Store):
    app = freeze("十月", on="2022-10-21")
    decide(app, "請七堵國小補登", "七堵國小教務處")
    app = page(schools="0")
    field(app, "text_input", "會議名稱").input("十一月")
    field(app, "button", "凍結").click().run()
    shown = html_of(page("present", meeting="十一月"))
    slides = shown[shown.index('<section class="slide"') : shown.index('<nav class="panel"')]
    assert "這裡不寫出" in slides and "七堵" not in slides


def test_what_no_figure_can_judge_a_person_closes_and_opens_again(store: Store):
    decide(freeze("十月"), "派輔導員到校")
    app = page(meeting="十月")
    assert statuses(app) == ["◐ 進行中"]
    app = field(app, "button", "完成").click().run()
    assert statuses(page(meeting="十月")) == ["✓ 已完成"]
    field(page(meeting="十月"), "button", "未完成").click().run()
    assert statuses(page(meeting="十月")) == ["◐ 進行中"]
    field(page(meeting="十月"), "button", "刪除").click().run()
    assert "還沒有記下決定" in html_of(page(meeting="十月"))


def test_a_meeting_is_removed_with_its_decisions_and_its_hold(store: Store):
    decide(freeze("十月"), "派輔導員到校")
    app = page(meeting="十月")
    assert field(app, "button", "移除這場會議").disabled
    field(app, "checkbox", "確定要移除").check()
    app = field(app.run(), "button", "移除這場會議").click().run()
    assert not app.exception and store.meetings(KEELUNG, None) == []
    assert warehouse.held(store.warehouse / KEELUNG) == set() and "還沒有凍結任何會議" in html_of(app)


def test_hostile_text_is_text_on_both_pages(store: Store):
    app = decide(freeze(HOSTILE), HOSTILE, HOSTILE[:60])
    assert not app.exception
    freeze("之後", on="2022-12-01")
    for shown in (html_of(page(meeting=HOSTILE)), html_of(page("present", meeting="之後"))):
        assert "<img" not in shown and "&lt;img src=x" in shown


def test_a_meeting_that_there_is_not_is_told_and_no_other_is_in_its_place(store: Store):
    freeze("十月")
    shown = html_of(page(meeting="沒有這場"))
    assert "找不到會議「沒有這場」" in shown and "開啟簡報" in shown and "記下決定" not in shown
    shown = html_of(page("present", meeting="沒有這場"))
    assert "找不到會議「沒有這場」" in shown and "data-figure" not in shown


def test_what_is_done_is_done_to_the_meeting_on_the_page_whatever_others_freeze(store: Store):
    freeze("十一月")
    decided, removed = page(), page()  # the address names none: it is the last
    freeze("十二月", on="2022-12-20")
    decide(decided, "派輔導員到校")
    field(removed, "checkbox", "確定要移除").check()
    field(removed.run(), "button", "移除這場會議").click().run()
    (left,) = store.meetings(KEELUNG, None)
    assert left.name == "十二月" and store.decisions(left, None) == []


def test_a_decision_for_a_meeting_that_another_removed_is_told(store: Store):
    freeze("十月", on="2022-10-21")
    app = freeze("十一月")
    store.remove(store.meetings(KEELUNG, None)[-1], None)
    assert "找不到會議「十一月」" in html_of(decide(app, "派輔導員到校"))
    assert store.decisions(store.meetings(KEELUNG, None)[0], None) == []


def test_what_is_too_long_is_told_and_stays_in_the_form(store: Store):
    app = decide(freeze("十月"), "字" * 501, "教育處")
    assert (
        "501 個字，最多 500 個字" in html_of(app)
        and field(app, "text_input", "決定了什麼").value == "字" * 501
    )


def test_what_became_of_earlier_decisions_is_frozen_with_the_meeting(store: Store):
    first = freeze("十月", on="2022-10-21")
    decide(decide(first, "派輔導員到校"), "購置平板")
    (october,) = store.meetings(KEELUNG, None)
    one, two = store.decisions(october, None)
    store.close(one, dt.date(2022, 11, 10), None)
    freeze("十一月")
    november = store.meetings(KEELUNG, None)[-1]
    assert [(each.decision.text, each.kind) for each in november.carried] == [
        ("購置平板", "open"),
        ("派輔導員到校", "done"),
    ]
    before = html_of(page("present", meeting="十一月"))
    assert "先前 2 項決定，1 項已完成" in before
    store.close(two, dt.date(2022, 11, 20), None)
    store.remove(october, None)
    slides = re.compile(r'<section class="slide".*?</section>', re.S)
    assert slides.findall(html_of(page("present", meeting="十一月"))) == slides.findall(before)


def test_each_decision_is_told_until_it_was_told_to_be_done(store: Store):
    """Of a meeting that was frozen late for an earlier day, too; what is open comes first."""
    decide(freeze("十月", on="2022-10-21"), "先做")
    (october,) = store.meetings(KEELUNG, None)
    store.close(store.decisions(october, None)[0], dt.date(2022, 11, 10), None)
    freeze("十一月")
    decide(freeze("十月底", on="2022-10-31"), "補做")
    freeze("十二月", on="2022-12-20")
    by_name = {
        one.name: [each.decision.text for each in one.carried] for one in store.meetings(KEELUNG, None)
    }
    assert by_name == {"十月": [], "十月底": ["先做"], "十一月": ["先做"], "十二月": ["補做"]}


def test_what_was_carried_is_closed_where_it_is_read(store: Store):
    """From the next meeting's page, without going back to the one that decided it."""
    decide(freeze("十月", on="2022-10-21"), "購置平板")
    app = freeze("十一月")
    app = field(app, "button", "完成").click().run()
    (october, _) = store.meetings(KEELUNG, None)
    assert [one.done_on for one in store.decisions(october, None)] == [dt.date(2022, 11, 25)]
    assert not [one for one in app.get("button") if one.label == "刪除"], "that is done where it was decided"
    freeze("十二月", on="2022-12-30")
    assert "先前 1 項決定，1 項已完成" in html_of(page("present", meeting="十二月"))


def test_the_first_slide_names_the_indicator_of_a_decision(store: Store):
    app = decide(freeze("十月", on="2022-10-21"), "限期補辦", kpi="資安 3 小時")
    decide(app, "補課", kpi="A1、A2", about="武崙國小")
    freeze("十一月")
    shown = html_of(page("present", meeting="十一月"))
    assert "全市、資安 3 小時：限期補辦" in shown and "武崙國小、A1、A2：補課" in shown


def test_a_groups_meeting_carries_what_is_said_of_the_group(store: Store):
    app = freeze("一", on="2022-10-21", group="行動學習組")
    decide(app, "行動組全體補課", about="行動學習組")
    freeze("二", group="行動學習組")
    assert "行動學習組：行動組全體補課" in html_of(page("present", meeting="二"))


def test_many_and_long_decisions_go_on_to_further_slides(store: Store):
    freeze("十月", on="2022-10-21")
    (october,) = store.meetings(KEELUNG, None)
    for at in range(12):
        store.decide(Decision(october.id, f"{at}" + "決定的內容" * 20, "教育處"), None)
    freeze("十一月")
    shown = html_of(page("present", meeting="十一月"))
    first = re.findall(r'<section class="slide" data-key="(decisions[^"]*)".*?</section>', shown, re.S)
    assert len(first) > 2 and all(f"{at}決定的內容" in shown for at in range(12))


def test_the_period_that_is_chosen_is_frozen(store: Store):
    freeze("十月", period="111")
    (noted,) = store.meetings(KEELUNG, None)
    assert noted.period == "111"


def test_a_frozen_meeting_says_that_there_are_newer_data_and_mixes_none_in(
    store: Store, sample_data: Path, tmp_path: Path
):
    freeze("十一月")
    before = html_of(page("present", meeting="十一月"))
    data = tmp_path / "data"
    shutil.copytree(sample_data, data)
    (roster,) = data.glob("*學校名冊.xlsx")
    (data / "入校輔導_補.csv").write_text("學校名稱,輔導日期,輔導人員\n深澳國小,111/10/5,輔導員\n", "utf-8")
    done = kpi("build", "--data", data, "--warehouse", store.warehouse, "--programme", KEELUNG)
    assert done.code == 0 and roster
    after = html_of(page("present", meeting="十一月"))
    slides = re.compile(r'<section class="slide".*?</section>', re.S)
    assert "之後有較新的資料" in after and "之後有較新的資料" not in before
    assert slides.findall(after) == slides.findall(before)
    assert slides.findall(html_of(page("present"))) != slides.findall(before)


@pytest.fixture
def gone(store: Store) -> Iterator[Meeting]:
    """A meeting whose snapshot is gone, beside one that serves."""
    snapshot = warehouse.current(store.warehouse, KEELUNG)
    meeting = store.freeze(
        Meeting(KEELUNG, "很久以前", snapshot.stamp.replace("2", "1", 1), dt.date(2022, 10, 1)), None
    )
    store.decide(Decision(meeting.id, "派輔導員"), None)
    yield meeting


def test_a_meeting_whose_snapshot_is_gone_is_told_and_no_other_figures_are_shown(gone: Meeting):
    shown = html_of(page(meeting="很久以前"))
    assert (
        "快照已不在" in shown
        and "派輔導員" in shown
        and "? 缺資料</span>" not in shown.partition("這場的決定")[2]
    )
    shown = html_of(page("present", meeting="很久以前"))
    assert "不在這裡了" in shown and "data-figure" not in shown and "kpi sample" not in shown


def test_a_damaged_store_costs_the_meetings_and_no_figure(own_warehouse: Path):
    (own_warehouse / database.FILE).write_bytes(b"no database at all " * 500)
    app = page()
    assert not app.exception and "讀寫失敗" in html_of(app) and "數字與快照不受影響" in html_of(app)
    assert "還沒有凍結任何會議" not in html_of(app)
    shown = html_of(page("present", meeting="十月"))
    assert "讀寫失敗" in shown and "data-figure" not in shown
    assert 'data-key="city"' in html_of(page("present"))
    assert "data-figure" in html_of(page("overview"))
