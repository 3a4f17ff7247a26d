"""What a page says where something is missing, filtered away, refused or still to come: what it is, and what to do."""

import datetime as dt
import re

import pytest

from dashboard import access, warehouse
from tests.pages import PAGES, html_of, open_page

EVERY = access.bureau()


@pytest.fixture
def snapshot(served):
    return warehouse.current(served, "keelung-111")


@pytest.fixture
def schools(snapshot):
    """The statuses of each school on the sample's day."""
    day = dt.date(2022, 11, 25)
    frame = warehouse.ask(snapshot, "kpi_results", EVERY, on=day, level="school", kpi=None, period=None)
    return {name: set(rows["status"]) for name, rows in frame.groupby("school", sort=False)}


def rejects(snapshot):
    blank = dict.fromkeys(("table", "reason", "school", "fresh"))
    return warehouse.ask(snapshot, "rejects", EVERY, severity="rejected", **blank, size=None, skip=0)


def text_of(app):
    assert not app.exception
    return re.sub(r"<[^>]*>", "", html_of(app))


@pytest.mark.parametrize("page", ["overview", "group", "school", "indicator", "reminders", "data"])
def test_a_day_still_to_come_is_said_to_be_one(served, page):
    assert "這一天還沒到：只算到 111/11/25 的資料" in text_of(open_page(page, on="2022-12-31"))
    assert "這一天還沒到" not in text_of(open_page(page))


def test_nobody_is_told_to_have_done_nothing_in_weeks_still_to_come(served):
    for page in ("overview", "indicator"):
        told = text_of(open_page(page, on="2022-12-30"))
        assert "近四週" not in told
    assert "近四週" in text_of(open_page("overview"))


def test_a_school_without_a_roster_is_told_to_send_it_wherever_it_lacks_a_figure(snapshot):
    day = dt.date(2022, 11, 25)
    frame = warehouse.ask(snapshot, "kpi_results", EVERY, on=day, level="school", kpi="a1a2", period=None)
    silent = frame[frame["status"] == "no_data"]["school"].iloc[0]
    for page in ("school", "indicator"):
        assert "不是 0；請送「教職員名冊」" in text_of(open_page(page, school=silent, kpi="a1a2"))


def test_every_refused_row_of_a_school_stands_on_its_page_and_the_sentence_leads_to_them(snapshot):
    frame = rejects(snapshot)
    rosters = frame[(frame["table_label"] == "教職員名冊") & frame["school_name"].notna()]
    assert len(rosters)
    school = rosters["school_name"].iloc[0]
    own = frame[frame["school_name"] == school]
    app = open_page("school", school=school)
    shown = text_of(app)
    kpis = warehouse.ask(snapshot, "kpis", EVERY, period="111")["kpi"]
    opened = " ".join([shown, *(text_of(open_page("school", school=school, kpi=kpi)) for kpi in kpis)])
    causes = warehouse.ask(
        snapshot, "kpi_flags", EVERY, on=dt.date(2022, 11, 25), school=school, kpi=None, period=None
    )
    could_count = causes[causes["flag"] == "rows_rejected"]
    assert all(f"{row.file} · 第 {row.line:,} 列" in opened for row in could_count.itertuples())
    assert len(could_count) == len(own) or "列與本項無關" in opened
    assert f"另有 {len(own)} 列資料被退回" in shown
    assert f"school={school}&amp;severity=rejected" in html_of(app)


def test_refused_rows_are_called_a_cause_only_where_a_figure_is_late(snapshot, schools):
    for name in [name for name, statuses in schools.items() if not statuses & {"behind", "overdue"}]:
        for kpi in ("a1a2", "infosec"):
            assert "可能就是原因" not in text_of(open_page("school", school=name, kpi=kpi))
    late = (text_of(open_page("school", school=name, kpi="a1a2")) for name in schools)
    assert any("可能就是原因" in shown for shown in late)


def test_a_school_that_owes_nothing_is_told_so_and_an_unknown_one_is_not_passed_over(schools):
    done = next(name for name, statuses in schools.items() if not statuses & {"behind", "overdue", "no_data"})
    shown = text_of(open_page("reminders", school=done))
    # Who has only rows to mend is written to about these alone.
    assert f"{done}沒有未達項目" in shown or (f"給{done}" in shown and "依目前的資料" not in shown)
    assert "找不到學校「不在國小」" in text_of(open_page("reminders", school="不在國小"))
    assert "找不到學校「不在國小」" in text_of(open_page("data", school="不在國小"))


def test_a_filter_that_leaves_no_school_shows_no_bare_heading(served):
    shown = text_of(open_page("group", status="overdue", kpi="a1a2"))
    assert "沒有符合的項目" in shown and "清除篩選" in shown
    assert "本週可以做的事" not in shown and "誰去了誰的公開課" not in shown


def test_a_school_in_time_is_not_said_to_be_done(served):
    shown = text_of(open_page("group"))
    assert "沒有要補的" not in shown
    assert re.search(r"（還有 \d+ 項進行中）", shown)


def test_an_indicator_that_requires_nothing_shows_what_its_groups_count(snapshot):
    day = dt.date(2022, 11, 25)
    frame = warehouse.ask(snapshot, "kpi_results", EVERY, on=day, level="group", kpi="coaching", period=None)
    shown = text_of(open_page("indicator", kpi="coaching"))
    for row in frame.itertuples():
        assert re.search(rf"{row.group}i 僅供參考(?:! [^!]*?）)?{row.counted:.0f}", shown), row.group
    assert "依缺口" not in shown and "等速增加" not in shown


def test_the_refused_rows_of_one_school_come_first_under_its_name_with_its_own_counts(snapshot):
    frame = rejects(snapshot)
    school = frame["school_name"].value_counts().index[-1]
    many = int((frame["school_name"] == school).sum())
    shown = text_of(open_page("data", school=school, severity="rejected"))
    assert shown.index(f"{school} · 被退回：{many} 列") < shown.index("讀入 = 採用")
    assert f"被退回 {many}" in shown


@pytest.mark.parametrize("page", PAGES)
def test_each_button_says_which_table_it_takes_away(served, page):
    labels = re.findall(r'<a class="file" [^>]*aria-label="([^"]*)"', html_of(open_page(page)))
    assert len(labels) == len(set(labels))
    assert (
        labels or page == "meetings"
    )  # which has a table only once something was decided: tests/test_meetings.py
    assert not {"下載 XLSX", "下載 CSV", "下載"} & set(labels)
