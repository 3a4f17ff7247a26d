"""A group's page: its figures beside the others', what its lead can do this week, and who observed whom."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest

from dashboard import access, warehouse
from dashboard.exports import tables
from dashboard.ui import lead, matrix, visits
from tests.test_pages import Figures, cells_of, html_of, open_page, served  # noqa: F401 (a fixture)

DAY = dt.date(2022, 11, 25)
EARLIER = "2022-10-28"
A1A2 = SimpleNamespace(kpi="a1a2", label="A1、A2", short="A1、A2", unit="人", require="all")
TEAM = SimpleNamespace(kpi="team", label="跨校觀課", short="跨校觀課", unit="人", require="number")
KNOWN = lead.Known({"a1a2": A1A2, "team": TEAM}, {"team"}, {(1, "a1a2"): "請送「教職員名冊」"}, {"乙國小": 2})


def row(**changes):
    plain = {
        "kpi": "a1a2",
        "level": "school",
        "school_id": 1,
        "school_name": "甲國小",
        "role": "partner",
        "role_label": "夥伴學校",
        "counted": 20,
        "base": 24,
        "required": 24,
        "status": "behind",
        "gap": 4,
        "room": None,
        "weekly": 0.7,
        "deadline": dt.date(2022, 12, 31),
        "days_left": 36,
    }
    return SimpleNamespace(**(plain | changes))


def link(page, /, **parameters):
    return f"{page}?{'&'.join(f'{name}={value}' for name, value in parameters.items() if value)}"


def told(*rows, name="甲國小"):
    return [re.sub(r"<[^>]+>", "", step) for step in lead.steps(name, rows, KNOWN, link, 2022)]


@pytest.fixture
def ask(served):  # noqa: F811
    snapshot = warehouse.current(served, "keelung-111")

    def asked(query, scope=None, **parameters):
        names, found = warehouse.rows(snapshot, query, scope or access.bureau(), **parameters)
        return [SimpleNamespace(**dict(zip(names, values, strict=True))) for values in found]

    return asked


# What the lead can do


def test_a_step_says_how_many_until_when_and_how_many_a_week():
    assert told(row()) == ["▼ A1、A2 還差 4 人 · 12/31 前 · 每週 0.7 人"]


def test_a_step_past_its_deadline_asks_to_complete_it():
    late = row(status="overdue", deadline=dt.date(2022, 11, 22), days_left=-3, gap=1)
    assert told(late) == ["✕ A1、A2 還差 1 人 · 期限 11/22 已過，請補齊"]


def test_a_team_needs_its_people_at_the_same_event():
    one = row(kpi="team", counted=1, required=2, gap=1, weekly=None)
    none = row(kpi="team", counted=0, required=2, gap=2, weekly=None)
    assert told(one) == ["▼ 跨校觀課 同一場再 1 人 · 12/31 前"]
    assert told(none) == ["▼ 跨校觀課 請 2 人同到一場 · 12/31 前"]


def test_what_cannot_be_judged_names_the_table_to_send_and_a_refused_row_leads_to_the_data_page():
    silent = row(status="no_data", counted=None, base=None, required=None, gap=None, weekly=None)
    assert told(silent) == ["? 請送「教職員名冊」：A1、A2 未填報"]
    assert told(row(status="met", gap=0), name="乙國小") == ["2 列被退回，照說明改好再送"]
    assert "data?school=乙國小&severity=rejected" in lead.steps("乙國小", [], KNOWN, link, 2022)[0]


def test_the_nearest_deadline_comes_first_and_what_is_left_out_is_counted():
    days = [dt.date(2023, 7, 31), dt.date(2022, 12, 31), dt.date(2022, 11, 22), dt.date(2023, 1, 31)]
    found = [row(deadline=day, days_left=(day - DAY).days) for day in days]
    shown = told(*found)
    assert [re.search(r"\d[\d/]+/\d+", step).group() for step in shown[:3]] == ["11/22", "12/31", "112/1/31"]
    assert shown[3:] == ["另有 1 項"]


def test_who_is_on_track_is_asked_only_when_the_deadline_is_close():
    assert told(row(status="on_track", days_left=36)) == []
    assert told(row(status="on_track", days_left=9)) != []


def test_a_school_with_nothing_to_do_is_told_so_and_the_others_lead_to_their_message():
    shown = lead.this_week({"甲國小": [row()], "丙國小": [row(status="met", gap=0)]}, KNOWN, link, 2022)
    assert 'href="reminders?school=甲國小"' in shown and 'href="school?school=甲國小&kpi=a1a2"' in shown
    assert "丙國小</a>：沒有落後或逾期的項目" in shown and 'reminders?school=丙國小"' not in shown


def test_nothing_that_the_data_say_becomes_markup():
    hostile = "<img src=x>"
    shown = lead.this_week({hostile: [row(school_name=hostile)]}, KNOWN, lambda *a, **k: "x", 2022)
    host = SimpleNamespace(key="x", name=hostile, short=hostile, place="outside")
    visit = SimpleNamespace(people=2, day=DAY, events=1)
    shown += visits._head(host).body + visits._cell(visit, 1, host, 2022, None).body
    assert "<img" not in shown and "&lt;img" in shown


# Order


def test_the_schools_can_stand_in_the_order_of_one_indicators_gap():
    schools = {
        "無": [row(status="met", gap=0)],
        "小": [row(gap=1)],
        "缺": [row(status="no_data", gap=None)],
        "大": [row(gap=9)],
    }
    assert list(matrix.filtered(schools, None, "a1a2", "gap")) == ["大", "小", "缺", "無"]
    assert list(matrix.filtered(schools, None, None, "gap")) == list(schools)
    assert list(matrix.filtered(schools, None, None, "late")) == ["小", "大", "無", "缺"]


# The page


def test_every_cell_of_a_school_shows_its_change_since_the_day_compared_with(served, ask):  # noqa: F811
    app = open_page("group", vs=EARLIER)
    now, then = (
        {
            (found.school, found.kpi): found.counted
            for found in ask("kpi_results", on=day, level="school", kpi=None, period=None)
        }
        for day in (DAY, dt.date.fromisoformat(EARLIER))
    )
    cells = re.findall(
        r'data-figure="(\w+)\|school(?:\|[^|"]*)+\|([^|"]+)"[^>]*>(.*?)</td>',
        html_of(app),
    )
    assert len(cells) >= 7 * 9
    for kpi, school, body in cells:
        moved = re.search(r'data-then="(\d+)"[^>]*>([+−\d]+)<', body)
        if now[school, kpi] is None or then[school, kpi] is None:
            assert moved is None
        else:
            by = now[school, kpi] - then[school, kpi]
            assert moved and int(moved.group(1)) == then[school, kpi]
            assert moved.group(2) == (f"+{by}" if by > 0 else str(by).replace("-", "−"))
    assert "data-then" not in html_of(open_page("group"))


def test_the_page_shows_both_figures_of_every_group_and_of_the_city(served, ask):  # noqa: F811
    parser = Figures()
    parser.feed(html_of(open_page("group", group="行動學習組")))
    shown = {(one["kpi"], one["group"]): one for one in parser.found if one["level"] == "group"}
    for found in ask("kpi_results", on=DAY, level="group", kpi=None, period=None):
        one = shown[found.kpi, found.group]
        assert (one["met"], one["judged"]) == (str(found.schools_met), str(found.schools_judged))
        assert one["counted"] == ("" if found.counted is None else str(found.counted))
    assert {one["kpi"] for one in parser.found if one["level"] == "city"} == {kpi for kpi, _ in shown}


def test_the_largest_team_of_a_schools_visits_is_what_the_indicator_counts(ask):
    found = ask("visits", on=DAY, period="111", group_id=None)
    largest: dict[str, int] = {}
    for one in found:
        largest[one.school_name] = max(largest.get(one.school_name, 0), one.people)
        assert one.day <= DAY and one.host_name != one.school_name
    results = ask("kpi_results", on=DAY, level="school", kpi="cross_observation", period=None)
    assert {one.school: one.counted for one in results if one.counted} == largest
    assert {one.place for one in found} >= {"group", "outside"}


def test_only_schools_in_scope_are_visitors_and_any_may_be_a_host(ask):
    every = ask("visits", on=DAY, period="111", group_id=None)
    school = every[0].school_id
    own = ask("visits", access.Scope("一校", (school,)), on=DAY, period="111", group_id=None)
    assert {one.school_id for one in own} == {school}
    assert {one.host_name for one in own} == {one.host_name for one in every if one.school_id == school}


def test_the_columns_are_the_groups_hosts_then_other_groups_then_elsewhere():
    schools = {"甲國小": [row()], "乙國小": [row(school_id=2)]}
    found = [
        SimpleNamespace(host_key=key, host_name=key, host_short=None, place=place)
        for key, place in (("新北市:金龍", "outside"), ("school:9", "programme"), ("school:2", "group"))
    ]
    columns = visits.hosts(found, schools, {1: "甲", 2: "乙"})
    assert [one.key for one in columns] == ["school:1", "school:2", "school:9", "新北市:金龍"]


def visit(school, host, people, place="group"):
    facts = {"host_key": f"school:{host}", "host_name": f"{host}國小", "host_short": host, "place": place}
    return SimpleNamespace(school_id=school, people=people, day=DAY, events=1, **facts)


def test_a_large_group_lists_the_hosts_of_each_visitor_and_counts_who_went_nowhere():
    shown = {f"{n}國小": [row(school_id=n, school_name=f"{n}國小")] for n in range(1, 22)}
    found = [visit(1, "八堵", 3), visit(1, "七堵", 1, "programme"), visit(2, "<b>", 1), visit(99, "外", 5)]
    ways = SimpleNamespace(school=lambda one: f"school?school={one.school_name}")
    seen = SimpleNamespace(year=2022, versus=EARLIER)
    earlier = {(1, "school:八堵"): SimpleNamespace(people=1)}
    drawn = visits.by_host(seen, TEAM, found, shown, shown, ways, earlier, {})
    lines = re.findall(r'<div class="li gaps">(.*?)</div>', drawn)
    assert [re.sub(r"<[^>]+>", "", line) for line in lines] == [
        "1國小八堵 3 人+2、七堵 他組 1 人+1",
        "2國小&lt;b&gt; 1 人+1",
    ]
    assert "<b>八堵 3 人</b>" in drawn and drawn.count("<b>") == 1 and "這一頁有 19 校沒有觀課紀錄" in drawn
    assert (
        'href="school?school=1國小"' in drawn and 'data-people="3" title="八堵國小：11/25，共 1 場"' in drawn
    )
    assert "<table" not in drawn and "chg" not in visits.by_visitor(found, shown, ways, 2022)
    assert "class" not in visits.by_visitor([], shown, ways, 2022).replace('<p class="foot">', "")
    assert visits.reading(shown) != visits.reading({})


def test_the_title_of_a_schools_cell_tells_what_the_cell_leaves_out():
    def title(kpi=A1A2, **changes):
        facts = row(**changes)
        return re.search('title="([^"]*)"', matrix.school_cell(facts, kpi, lambda _: "x").body)[1]

    money = SimpleNamespace(kpi="m", label="經費執行", short="經費", unit="元", require="number")
    share = SimpleNamespace(kpi="s", label="填答率", short="填答", unit="份", require="none")
    assert title() == "A1、A2：落後"
    assert title(base=50, required=25, status="met") == "A1、A2：達標、基數 50 人"
    assert title(counted=None, base=None, required=None, status="no_data") == "A1、A2：未填報"
    assert (
        title(money, counted=612_345, required=700_000, base=None)
        == "經費：落後、612,345 元、應達 700,000 元"
    )
    assert title(share, status="info", required=None, counted=3, base=4) == "填答：僅供參考、3 份、基數 4 份"


def test_a_visit_that_is_new_since_the_day_compared_with_says_so():
    host = SimpleNamespace(key="school:2", name="乙國小", short="乙", place="group")
    visit = SimpleNamespace(people=3, day=DAY, events=1)
    earlier = {(1, "school:2"): SimpleNamespace(people=1)}
    assert ">+2<" in visits._cell(visit, 1, host, 2022, earlier).body
    assert ">+3<" in visits._cell(visit, 1, host, 2022, {}).body
    assert "chg" not in visits._cell(visit, 1, host, 2022, None).body
    assert "本校" in visits._cell(None, 2, host, 2022, None).body
    assert "·" in visits._cell(None, 1, host, 2022, None).body


def test_a_programme_without_observations_has_no_such_section():
    assert visits.measured([SimpleNamespace(table_name="training")]) is None


def test_the_table_to_send_is_the_roster_where_the_roster_is_what_is_blank(ask):
    found = ask("tables_to_send", on=DAY, period="111", group_id=None)
    silent = ask("kpi_results", on=DAY, level="school", kpi=None, period=None)
    assert len(found) == sum(one.status == "no_data" for one in silent)
    assert {one.table_label for one in found if one.kpi == "a1a2"} <= {"教職員名冊"}
    assert {one.table_label for one in found if one.kpi == "srl_survey"} <= {"學校名冊"}


def test_the_schools_table_leaves_with_its_raw_figures():
    seen = SimpleNamespace(on=DAY)
    period, group = SimpleNamespace(label="111 年"), SimpleNamespace(name="甲組")
    before = {(1, "a1a2"): SimpleNamespace(counted=18)}
    name, header, build = matrix.sheet(seen, period, group, [A1A2], {"甲國小": [row()]}, before)
    assert name == "各校各項_甲組_111 年_111-11-25"
    _, line = cells_of(tables.xlsx("表", header, build()))
    assert line[:9] == ["甲國小", "夥伴學校", "111 年", "A1、A2", "落後", 20, 24, 24, 4] and line[10] == 18
