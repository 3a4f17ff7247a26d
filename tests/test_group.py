"""A group's page: its figures beside the others', what its lead can do this week, and who observed whom."""

import datetime as dt
import json
import re
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from dashboard import access, questions, warehouse
from dashboard.exports import tables
from dashboard.language import words
from dashboard.language.markup import Markup, join
from dashboard.language.texts import Manner, written
from dashboard.rows import Group, Kpi, Lesson, School
from dashboard.ui.base import cells, figures, lead, matrix
from dashboard.ui.group import figures as group_figures
from dashboard.ui.group import lessons, sheets, visits
from dashboard.warehouse import snapshots
from tests.pages import Figures, cells_of, html_of, open_page
from tests.running import share_of
from tests.samples import DAYS, KEELUNG, NTPC, TWO, results, view_on

DAY = dt.date(2022, 11, 25)
EARLIER = "2022-10-28"
A1A2 = SimpleNamespace(kpi="a1a2", label="A1、A2", short="A1、A2", unit="人", require="all")
TEAM = SimpleNamespace(kpi="team", label="跨校觀課", short="跨校觀課", unit="人", require="number")
KNOWN = lead.StepContext(
    {"a1a2": A1A2, "team": TEAM}, {"team"}, {(1, "a1a2"): "請送「教職員名冊」"}, {"乙國小": 2}
)


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
        "flags": "",
        "gap": 4,
        "room": None,
        "weekly": 0.7,
        "deadline": dt.date(2022, 12, 31),
        "days_left": 36,
    }
    return SimpleNamespace(**(plain | changes))


def link(page, /, **parameters):
    return Markup(f"{page}?{'&'.join(f'{name}={value}' for name, value in parameters.items() if value)}")


def told(*rows, name="甲國小"):
    return [re.sub(r"<[^>]+>", "", step) for step in lead.steps(name, rows, KNOWN, link, 2022)]


@pytest.fixture
def ask(served):
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
    assert told(late) == ["✕ A1、A2 還差 1 人 · 期限 111/11/22 已過，請補齊"]


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
    assert [re.search(r"\d[\d/]+/\d+", step).group() for step in shown[:3]] == [
        "111/11/22",
        "12/31",
        "112/1/31",
    ]
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


def test_every_cell_of_a_school_shows_its_change_since_the_day_compared_with(served, ask):
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


def test_the_page_shows_both_figures_of_every_group_and_of_the_city(served, ask):
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
        return re.search('title="([^"]*)"', cells.school_cell(facts, kpi, lambda _: "x").body)[1]

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
    sheet = sheets.results(seen, period, group, [A1A2], {"甲國小": [row()]}, before)
    assert sheet.name == "各校各項_甲組_111 年_111-11-25"
    _, line = cells_of(tables.xlsx("表", sheet.header(), sheet.values()))
    assert line[:9] == ["甲國小", "夥伴學校", "111 年", "A1、A2", "落後", 20, 24, 24, 4] and line[10] == 18


# Beside the others


def days_of(trace):
    """The days of a line, which may be told by its first alone."""
    return trace.x or pd.date_range(trace.x0, periods=len(trace.y)).strftime("%Y-%m-%d").tolist()


def lines_of(figure):
    """The lines of indicators: what each is of, and its points by day as shown."""
    return {
        tuple(trace.meta.split("|", 4)): {
            dt.date.fromisoformat(day): (y, *told)
            for day, y, told in zip(days_of(trace), trace.y, trace.customdata, strict=True)
        }
        for trace in figure.drawn.data
        if trace.meta
    }


@pytest.mark.parametrize("programme", [KEELUNG, NTPC])
def test_every_point_of_the_groups_lines_is_the_result_of_that_day(both, programme):
    last = dt.date.fromisoformat(DAYS[programme][1])
    seen = view_on(both / "warehouse", programme, last)
    groups = questions.ask(seen, Group)
    points = 0
    for kpi in group_figures.trends(seen).values():
        figure = group_figures.trend(seen, groups[-1], kpi)
        if isinstance(figure, str):
            continue
        lines = lines_of(figure)
        assert {name for *_, name in lines} <= {"", *(group.name for group in groups)}
        for on in (last, last - dt.timedelta(40), last - dt.timedelta(100)):
            told = results(both, programme, kpi.kpi, kpi.period, on)
            for (of_kpi, level, period, counted, name), days in lines.items():
                assert (of_kpi, period) == (kpi.kpi, kpi.period)
                row = told[level, name, ""]
                done, whole = (
                    (row.counted, row.required)
                    if counted == "counted"
                    else (row.schools_met, row.schools_judged)
                )
                if on < min(days):
                    continue
                if done is None or not whole:
                    assert on not in days, (kpi.kpi, name, on)
                    continue
                y, share, as_done, as_whole = days[on]
                assert (as_done, as_whole, share_of(share)) == (done, whole, words.percent(done, whole))
                assert y == pytest.approx(100 * float(done) / float(whole))
                points += 1
    assert points > 100


def test_the_groups_own_line_is_the_bold_one_and_none_is_hidden(both):
    seen = view_on(both / "warehouse", KEELUNG, DAY)
    (own,) = [group for group in questions.ask(seen, Group) if group.name == "Maker創客組"]
    figure = group_figures.trend(seen, own, group_figures.trends(seen)["a1a2"])
    lines = [trace for trace in figure.drawn.data if trace.meta]
    assert lines[0].name == own.name and lines[1].name == "全市" and len(lines) == 6
    assert [(line.line.width > 2, line.line.dash) for line in lines] == [
        (True, "solid"),
        (False, "dashdot"),
        *[(False, "solid")] * 4,
    ]
    assert all(trace.visible is True and not trace.showlegend for trace in lines)
    ends = {trace.text[0] for trace in figure.drawn.data if trace.text}
    assert ends == {"本組 68.7%", "全市 86.3%"}
    assert figure.title == "A1、A2：本組 68.7%，5 組中第 5；全市 86.3%"
    assert "195/284 人" in figure.caption and "1,043/1,208 人" in figure.caption
    shapes = [shape.x0 for shape in figure.drawn.layout.shapes]
    assert shapes == ["2022-12-31", DAY.isoformat()]
    compared = group_figures.trend(
        replace(seen, versus=dt.date.fromisoformat(EARLIER)), own, group_figures.trends(seen)["a1a2"]
    )
    assert EARLIER in [shape.x0 for shape in compared.drawn.layout.shapes]


def test_the_finding_says_the_place_among_the_groups_that_have_a_figure():
    def finding(*groups, city=(5, 10)):
        return group_figures.trend_finding({0: city} | dict(enumerate(groups, 1)), 1)

    assert finding((1, 2), (1, 3), (2, 3)) == "本組 50.0%，3 組中第 2；全市 50.0%"
    assert finding((1, 2), (2, 4), (1, 3)) == "本組 50.0%，3 組中並列第 1；全市 50.0%"
    assert finding((0, 2), (0, 4)) == "2 組同為 0%；全市 50.0%"
    assert finding((1, 2)) == "本組 50.0%；全市 50.0%"
    assert group_figures.trend_finding({0: (1, 2), 2: (1, 2)}, 1) == "本組沒有可以比較的數字；全市 50.0%"
    assert group_figures.trend_finding({}, 1) == "還沒有可以比較的數字"


def test_an_indicator_of_two_periods_can_be_asked_for_in_each_and_what_has_no_deadline_in_none(both):
    seen = view_on(both / "warehouse", NTPC, dt.date(2023, 11, 30))
    offered = group_figures.trends(seen)
    assert (offered["public_lesson"].period, offered["public_lesson@112-1"].period) == ("112", "112-1")
    assert all(kpi.deadline and kpi.require not in ("none", "ceiling") for kpi in offered.values())
    assert "execution" not in offered and "capital_ceiling" not in offered
    assert group_figures.choose(offered, "a1a2", "b1") == "b1"
    assert group_figures.choose(offered, "a1a2", "no such") == "a1a2"
    assert group_figures.choose(offered, None, None) == next(iter(offered))
    assert group_figures.choose({}, None, None) is None
    ways = group_figures.ways(seen, offered, "b1", lambda **changes: f"?trend={changes['trend']}")
    assert ways.count('<a class="pill') == len(offered) and ways.count("pill on") == 1
    assert [period.label in ways for period in seen.periods] == [True] * 4


def test_the_page_draws_two_figures_and_keeps_which_indicator_was_asked_for(served):
    app = open_page("group", group="Maker創客組", trend="infosec", kpi="a1a2")
    shown = html_of(app)
    assert len(app.get("plotly_chart")) == 2
    assert "資安 3 小時：本組" in shown and "公開課" in shown
    assert re.search(r'href="[^"]*sort=late&amp;trend=infosec', shown)
    assert "A1、A2：本組" in html_of(open_page("group", kpi="a1a2", trend="<b>"))
    assert "資安 3 小時：本組" in html_of(open_page("group", kpi="infosec"))


def test_a_programme_without_public_lessons_has_no_calendar(served, monkeypatch):
    monkeypatch.setattr(lessons, "TABLE", "no such table")
    app = open_page("group")
    assert len(app.get("plotly_chart")) == 1 and "公開課的紀錄" not in html_of(app)


# Public lessons


def rows_of(both, programme, table, *columns):
    """The accepted rows of a table, from the snapshot itself."""
    path = warehouse.current(both / "warehouse", programme).path
    with snapshots.connection(path).cursor() as cursor:
        cursor.execute(f"select {', '.join(columns)} from accepted_rows where table_name = '{table}'")
        return cursor.fetchall()


def everything(figure):
    """All that a drawing says, as text."""
    return json.dumps(figure.drawn.to_plotly_json(), ensure_ascii=False, default=lambda array: array.tolist())


def calendar_of(seen, group):
    kpi = next(kpi for kpi in questions.ask_each(seen, Kpi) if kpi.table_name == lessons.TABLE)
    return lessons.calendar(seen, group, kpi)


def marks_of(figure):
    """The marks: their look, the day each stands on, what hovering says, and school, week, lessons, visited."""
    for trace in figure.drawn.data:
        for day, (hover, link, facts) in zip(trace.x, trace.customdata, strict=True):
            school, week, lessons, visited = facts.split("|")
            yield SimpleNamespace(
                look=trace.name, day=dt.date.fromisoformat(day), hover=hover, link=link, school=int(school),
                week=dt.date.fromisoformat(week), lessons=int(lessons), visited=int(visited),
            )  # fmt: skip


@pytest.mark.parametrize(
    ("programme", "day"), [(KEELUNG, "2022-11-25"), (KEELUNG, "2022-10-13"), (NTPC, "2023-10-17")]
)
def test_the_marks_of_the_calendar_are_the_accepted_rows(both, programme, day):
    on = dt.date.fromisoformat(day)
    seen = view_on(both / "warehouse", programme, on)
    came = {
        (int(event.split("|")[0].removeprefix("school:")), when)
        for event, school, when in rows_of(both, programme, "observations", "event", "school_id", "day")
        if event.startswith("school:") and event.split("|")[0] != f"school:{school}"
    }
    expected = {}
    for school, when in rows_of(both, programme, "public_lessons", "school_id", "day"):
        key = (school, when - dt.timedelta(when.weekday()), when > on)
        lessons, visited = expected.get(key, (0, 0))
        expected[key] = (lessons + 1, visited + (when <= on and (school, when) in came))
    found = {}
    for group in questions.ask(seen, Group):
        figure = calendar_of(seen, group)
        if isinstance(figure, str):
            continue
        listed = [row for row in figure.rows() if isinstance(row[1], dt.date)]
        marks = list(marks_of(figure))
        assert sum(mark.lessons for mark in marks) == len(listed)
        for mark in marks:
            ahead = mark.look == "ahead"
            found[mark.school, mark.week, ahead] = (mark.lessons, mark.visited)
            assert (mark.day > on) == ahead and ("來觀課：" in mark.hover) == bool(mark.visited)
            assert ahead or mark.look == (
                "none" if not mark.visited else "all" if mark.visited == mark.lessons else "some"
            )
            assert mark.link.startswith("./indicator?") and "kpi=public_lesson" in mark.link
    assert found == expected and len(found) > 20


def test_a_calendar_shows_what_follows_the_day_as_to_come_and_names_nobody_who_will_have_come(both):
    seen = view_on(both / "warehouse", KEELUNG, dt.date(2022, 10, 14))
    group = questions.ask(seen, Group)[0]
    marks = [mark for mark in marks_of(calendar_of(seen, group)) if mark.look == "ahead"]
    assert marks and all("10/14 之後" in mark.hover and "觀課" not in mark.hover for mark in marks)
    assert "10/14 之後" in calendar_of(seen, group).caption


def test_the_calendar_ends_with_the_days_that_count(both):
    def axis(on):
        seen = view_on(both / "warehouse", KEELUNG, on)
        drawn = calendar_of(seen, questions.ask(seen, Group)[0]).drawn
        return drawn.layout.xaxis.range[1], [shape.x0 for shape in drawn.layout.shapes]

    assert axis(dt.date(2023, 3, 1)) == ("2023-03-08", ["2023-03-01"])
    assert axis(dt.date(2024, 5, 1)) == ("2023-08-07", [])


def test_a_viewer_sees_the_lessons_of_the_schools_in_scope_and_names_of_no_others(ask):
    asked = {"on": DAY, "group_id": None, "periods": ["111"]}
    every = [row for row in ask("lesson_calendar", **asked) if row.day]
    visited = [row for row in every if row.visitors]
    host = visited[0].school_id
    visitor = {row.name: row.school_id for row in ask("schools")}[visited[0].visitors[0]["school"]]
    for ids in ((host,), (host, visitor)):
        own = [row for row in ask("lesson_calendar", access.Scope("兩校", ids), **asked) if row.day]
        assert {row.school_id for row in own} <= set(ids)
        mine = [row for row in own if row.school_id == host]
        full = [row for row in every if row.school_id == host]
        assert [(row.day, row.subject) for row in mine] == [(row.day, row.subject) for row in full]
        for one, other in zip(mine, full, strict=True):
            people = [sum(who["people"] for who in row.visitors or []) for row in (one, other)]
            assert people[0] == people[1]
            names = {who["school"] for who in one.visitors or []}
            assert names <= {None, *(row.name for row in ask("schools") if row.school_id in ids)}
    assert ask("lesson_calendar", access.nobody(), **asked) == []


def test_the_calendar_of_two_schools_names_no_other(both):
    seen = view_on(both / "warehouse", KEELUNG, DAY, TWO)
    others = {school.name for school in questions.ask(view_on(both / "warehouse", KEELUNG, DAY), School)}
    others -= {school.name for school in questions.ask(seen, School)}
    for group in questions.ask(seen, Group):
        figure = calendar_of(seen, group)
        told = figure if isinstance(figure, str) else f"{everything(figure)}{figure.rows()}"
        assert not any(name in told for name in others)


def test_no_teacher_stands_in_the_calendar(both):
    seen = view_on(both / "warehouse", KEELUNG, DAY)
    teachers = {name for (name,) in rows_of(both, KEELUNG, "public_lessons", "person")}
    assert len(teachers) > 50
    for group in questions.ask(seen, Group):
        figure = calendar_of(seen, group)
        texts = [everything(figure), str(figure.rows()), figure.title, figure.alt]
        assert "國小" in texts[0]
        assert not any(name in text for name in teachers for text in texts)
    path = warehouse.current(both / "warehouse", KEELUNG).path
    with snapshots.connection(path).cursor() as cursor:
        columns = [name for name, *_ in cursor.execute("describe kept_lessons").fetchall()]
    assert columns == ["school_id", "date", "class", "subject", "digital"]


def lesson(**changes):
    plain = {
        "school_id": 1, "school_name": "甲國小", "short": "甲", "day": DAY, "week": dt.date(2022, 11, 21),
        "is_ahead": False, "class_name": "3 年 1 班", "subject": "國語", "digital": True, "visitors": None,
    }  # fmt: skip
    return SimpleNamespace(**(plain | changes))


def hostile_calendar(both, monkeypatch, rows):
    monkeypatch.setattr(lessons, "ask", lambda *_, **__: rows)
    seen = view_on(both / "warehouse", KEELUNG, DAY)
    kpi = SimpleNamespace(kpi="public_lesson", period="111")
    return lessons.calendar(seen, SimpleNamespace(group_id=1, name="甲組"), kpi)


def test_nothing_that_a_lesson_says_becomes_markup(both, monkeypatch):
    bad = "<img src=x onerror=alert(1)>"
    row = lesson(
        subject=bad, school_name=bad, short=bad, visitors=[{"school": bad, "people": 2}], class_name=bad
    )
    figure = hostile_calendar(both, monkeypatch, [row])
    (mark,) = marks_of(figure)
    assert "<img" not in mark.hover and mark.hover.count("&lt;img") == 4
    assert figure.drawn.layout.yaxis.ticktext == (words.escape(bad),)
    assert "<img" not in figures._table(figure) and "<img" not in join([figure.title, figure.caption])


def test_no_name_of_a_group_becomes_markup_in_its_curve(both, monkeypatch):
    bad = "<img src=x onerror=alert(1)>"
    seen = view_on(both / "warehouse", KEELUNG, DAY)
    named = [SimpleNamespace(**vars(group) | {"name": bad}) for group in questions.ask(seen, Group)]
    kpi = SimpleNamespace(**vars(group_figures.trends(seen)["a1a2"]) | {"short": bad, "unit": bad})
    monkeypatch.setattr(figures, "ask", lambda *_, **__: named)
    figure = group_figures.trend(seen, named[0], kpi)
    assert {trace.meta for trace in figure.drawn.data if trace.meta and bad in trace.meta}, "for tests alone"
    figure.drawn.update_traces(meta=None)
    said = everything(figure)
    assert "<img" not in f"{said}{join([figure.title, figure.caption])}" and "&lt;img" in said


def test_a_week_says_how_many_lessons_and_on_which_days_somebody_came(both, monkeypatch):
    two = [{"school": "乙國小", "people": 2}, {"school": None, "people": 1}]
    monday = dt.date(2022, 11, 21)
    rows = [
        lesson(day=monday, visitors=two, digital=False),
        lesson(day=monday, visitors=two, subject=None, class_name=None),
        lesson(day=monday + dt.timedelta(1), subject="數學", class_name=None),
        lesson(school_id=2, school_name="乙國小", short="乙", day=None, week=None, is_ahead=None),
    ]
    figure = hostile_calendar(both, monkeypatch, rows)
    (mark,) = marks_of(figure)
    assert (mark.look, mark.lessons, mark.visited) == ("some", 3, 2)
    assert figure.drawn.data[0].text == ("3",)
    assert figure.title == "2 校中 1 校辦過公開課，1 場沒有他校來觀課的紀錄"
    assert re.sub("<br>", "\n", mark.hover).splitlines() == [
        "<b>甲國小</b>　3 場",
        "111/11/21（一）　國語 3 年 1 班、數位",
        "　來觀課：乙國小 2 人、其他學校 1 人",
        "111/11/22（二）　數學（數位）",
        "　沒有他校來觀課的紀錄",
    ]
    assert figure.drawn.layout.yaxis.ticktext == ("甲", "乙"), "a school without a lesson has a row, too"
    assert "仍可能辦過" in figure.caption and figure.rows()[-1][1] == "沒有紀錄"
    assert hostile_calendar(both, monkeypatch, rows[3:]).startswith("<h2>1 校都還沒有公開課的紀錄")


def test_a_large_group_draws_the_schools_that_gave_lessons_and_lists_all(both, monkeypatch):
    silent = {"day": None, "week": None, "is_ahead": None}
    rows = [lesson(school_id=n, short=str(n), **(silent if n % 2 else {})) for n in range(100)]
    figure = hostile_calendar(both, monkeypatch, rows)
    assert figure.drawn.layout.yaxis.ticktext == tuple(str(n) for n in range(0, 60, 2))
    assert "70 校在表裡" in figure.caption and len(figure.rows()) == 100
    assert figure.title.startswith("100 校中 50 校")


def test_the_figures_speak_english_but_for_what_the_data_say(both):
    with written(Manner("en", "ce")):
        seen = view_on(both / "warehouse", KEELUNG, DAY)
        group = questions.ask(seen, Group)[2]
        kpi = group_figures.trends(seen)["public_lesson"]
        drawn = [group_figures.trend(seen, group, kpi), calendar_of(seen, group)]
    for figure in drawn:
        told = " ".join([figure.title, figure.caption, figure.alt, *figure.header])
        for one in questions.ask(seen, Group):
            told = told.replace(one.name, "")
        assert not re.search("[一-鿿]", told), told
    assert re.search(r"2022/\d+/\d+ \(", next(marks_of(drawn[1])).hover)
    assert drawn[0].title.startswith("Public lessons: this group ")


def test_a_snapshot_of_a_former_version_keeps_its_figures_but_for_the_calendar(served, monkeypatch):
    ask = questions.ask

    def lacking(seen, kind, **parameters):
        if kind is Lesson:
            raise warehouse.NoSnapshot("屬於別的版本")
        return ask(seen, kind, **parameters)

    monkeypatch.setattr(lessons, "ask", lacking)
    figures._built.cache_clear()
    app = open_page("group")
    assert "這一份快照是別的版本做的" in html_of(app) and "還沒有可以看的資料" not in html_of(app)
    assert "誰去了誰的公開課" in html_of(app) and len(app.get("plotly_chart")) == 1
    figures._built.cache_clear()
