"""The figures: what is drawn is what `kpi results` says, what is read from files is text, and nothing stands in for a gap."""

import datetime as dt
import json
import re
from types import SimpleNamespace

import pandas as pd
import pytest

from dashboard import access, charts, questions, warehouse
from dashboard.language import words
from dashboard.paths import ROOT
from dashboard.rows import Group, Kpi, Period, School
from dashboard.ui.base import figures, links
from dashboard.ui.indicator import figures as indicator_figures
from dashboard.ui.indicator import strip
from tests.pages import HAN, drawn, lines_of, marks_of, open_page, unpacked
from tests.running import share_of
from tests.samples import DAYS, KEELUNG, NTPC, ask, results


def offered(both_served, programme, on):
    """Each indicator that the page offers on a day, with the period that it opens in."""
    found = {}
    for period in ask(both_served, programme, Period, by_default=on):
        for kpi in ask(both_served, programme, Kpi, period=period.period, by_default=on):
            found.setdefault(kpi.kpi, []).append(kpi)
    opened = {name: links.latest(kpis, on) for name, kpis in found.items()}
    return {name: (kpi, kpi.period) for name, kpi in opened.items()}


@pytest.mark.parametrize(("programme", "day"), [(name, day) for name, days in DAYS.items() for day in days])
@pytest.mark.parametrize("shape", ["", "pace", "gaps"])
def test_each_mark_of_the_schools_is_its_school_in_the_results(both_served, programme, day, shape):
    on = dt.date.fromisoformat(day)
    app = open_page("indicator", programme=programme, on=day)
    for kpi, (definition, period) in offered(both_served, programme, on).items():
        app.query_params["kpi"] = kpi
        app.query_params["x"] = shape
        app.run()
        rows = {
            name: row
            for (level, _, name), row in results(both_served, programme, kpi, period, on).items()
            if level == "school"
        }
        judged = {name: row for name, row in rows.items() if row.counted is not None}
        found = [mark for spec, _ in drawn(app) for mark in marks_of(spec)]
        for trace, at, figure in found:
            row = rows[figure["school"]]
            assert (figure["kpi"], figure["period"], figure["status"]) == (kpi, period, row.status)
            stated = [figure[name] for name in ("counted", "base", "required")]
            assert stated == [words.plain(value) for value in (row.counted, row.base, row.required)]
            x = trace["x"][at]
            if trace["type"] == "bar":
                assert x == row.required - row.counted
            elif shape == "" and row.required:
                share = 100 * row.counted / row.required
                assert x == pytest.approx(share if definition.require == "ceiling" else min(share, 100))
        if shape != "gaps":
            drawable = {n for n, row in judged.items() if row.status not in ("exempt", "upcoming", "no_data")}
            some = {figure["school"] for _, _, figure in found}
            assert some <= drawable
            if shape == "":
                assert some == {n for n in drawable if rows[n].required or rows[n].status == "info"}
                assert len(found) == len(some), "a mark a school"


@pytest.mark.parametrize(("programme", "day"), [(name, day) for name, days in DAYS.items() for day in days])
def test_each_day_of_a_curve_is_that_day_in_the_results(both_served, programme, day):
    on = dt.date.fromisoformat(day)
    app = open_page("indicator", programme=programme, on=day)
    for kpi, (_, period) in offered(both_served, programme, on).items():
        app.query_params["kpi"] = kpi
        app.run()
        for spec, _ in drawn(app):
            for (of, level, in_period, counted, group), days, values, rests in lines_of(spec):
                assert (of, in_period) == (kpi, period)
                whole = "required" if counted == "counted" else "schools_judged"
                for at in sorted({0, len(days) // 2, len(days) - 1}):
                    told = results(both_served, programme, kpi, period, dt.date.fromisoformat(days[at][:10]))
                    row = told[level, group, ""]
                    assert rests[at][1:] == [getattr(row, counted), getattr(row, whole)]
                    assert values[at] == pytest.approx(100 * getattr(row, counted) / getattr(row, whole))
                    assert share_of(rests[at][0]) == words.percent(*map(int, rests[at][1:]))


def test_a_page_has_two_figures_and_each_says_what_it_shows_to_those_who_do_not_see_it(both_served):
    specs = drawn(open_page("indicator", kpi="a1a2"))
    assert len(specs) == 2
    for spec, alt in specs:
        assert "A1、A2" in alt and len(alt) > 20
        axes = [spec["layout"][axis].get("title", {}).get("text") for axis in ("xaxis", "yaxis")]
        assert any(axis and "（%）" in axis for axis in axes), "an axis says what it is, with its unit"


@pytest.mark.parametrize("query", [{}, {"x": "pace", "y": "count"}, {"x": "gaps"}])
@pytest.mark.parametrize("programme", [KEELUNG, NTPC])
def test_a_figure_in_english_says_nothing_in_chinese_but_names(both_served, programme, query):
    names = {row.name for row in ask(both_served, programme, School)} | {
        row.short for row in ask(both_served, programme, School)
    }
    names |= {row.name for row in ask(both_served, programme, Group)}
    app = open_page("indicator", programme=programme, lang="en", **query)
    for spec, alt in drawn(app):
        left = json.dumps([spec, alt], ensure_ascii=False)
        left = re.sub(r'"\./[^"]*"', "", left)
        left = re.sub(r'"(?:template|family)": (?:"[^"]*"|\{)', "", left)
        for name in sorted(names, key=len, reverse=True):
            left = left.replace(name, "")
        assert not HAN.findall(left.replace("臺", "")), HAN.findall(left)[:20]


def test_the_days_of_a_curve_are_written_in_the_viewers_era(both_served):
    for era, first in (("roc", "111/1/1"), ("ce", "2022/1/1")):
        (_, _), (spec, _) = drawn(open_page("indicator", kpi="a1a2", era=era))
        assert spec["data"][0]["customdata"][0].startswith(first)


def test_the_table_of_a_figure_has_every_value_and_is_read_only_when_it_is_opened(both_served):
    app = open_page("indicator", kpi="a1a2")
    closed = len(app.get("html"))
    app.session_state["values-schools"] = True
    app.session_state["values-curve"] = True
    app.run()
    opened = " ".join(element.proto.body for element in app.get("html"))
    assert len(app.get("html")) > closed
    told = results(both_served, KEELUNG, "a1a2", "111", dt.date(2022, 11, 25))
    for (level, _, name), row in told.items():
        if level == "school" and row.counted is not None:
            assert name in opened
    now = told["city", "", ""]
    assert re.search(rf"111/11/\d+</td><td>{now.counted:,}</td><td>{now.required:,}</td>", opened)


def row_of(**changes):
    base = {"row": "a", "x": 50.0, "look": "behind", "label": "", "hover": "", "link": "", "figure": ""}
    return {**base, **changes}


def test_labels_of_schools_side_by_side_stand_above_each_other_also_on_a_phone():
    close = [row_of(x=60.0 + at, label=f"學校{at} −3") for at in range(4)]
    figure = charts.strip(pd.DataFrame(close), {"a": "甲組"}, "計數占應達（%）", unit="%", most=100.0)
    trace, _ = figure.data  # the other is the names of the rows
    assert len(set(trace.y)) == 4, "each on a line of its own"


def test_what_is_far_above_what_is_required_stands_at_the_end_and_the_axis_says_so():
    rows = [row_of(x=50.0), row_of(x=800.0, look="met")]
    figure = charts.strip(pd.DataFrame(rows), {"a": "甲組"}, "計數占應達（%）", unit="%", most=100.0)
    assert max(x for trace in figure.data for x in trace.x) == 100.0
    assert figure.layout.xaxis.ticktext[-1] == "≥ 100%"


def test_statuses_differ_by_shape_as_well_as_by_colour():
    judged = [charts.MARKS[status] for status in words.STATUSES]
    assert len({mark.symbol for mark in judged}) == len(judged)


def test_a_day_without_a_figure_has_no_point_and_is_not_zero():
    days = pd.DataFrame(
        {
            "day": pd.to_datetime(["2022-01-01", "2022-01-02", "2022-01-03", "2022-01-04"]),
            "counted": [None, 0, 3, 1],
            "required": [None, 0, 4, 3000],
        }
    )
    shown = figures.over_time(days, "counted", "required", as_count=False)
    assert shown["day"].dt.day.tolist() == [3, 4] and shown["y"].tolist() == [75.0, pytest.approx(100 / 3000)]
    assert shown["share"].tolist() == [75.0, 0.1], "what is not quite nothing is not written as nothing"


@pytest.mark.parametrize(
    ("counted", "of"), [(1999, 2000), (1, 3000), (1, 16), (7, 80), (0, 5), (5, 5), (2, 3), (7, 5)]
)
def test_a_share_in_a_figure_is_written_as_everywhere(counted, of):
    days = pd.DataFrame({"day": pd.to_datetime(["2022-01-01"]), "counted": [counted], "required": [of]})
    share = figures.over_time(days, "counted", "required", as_count=False)["share"].iloc[0]
    assert share_of(share) == words.percent(counted, of)


def test_the_pace_of_a_day_is_the_whole_part_of_what_is_required_so_far():
    start, end = dt.date(2022, 1, 1), dt.date(2022, 12, 31)
    pace = figures.steady(start, end, 1208, False, start)
    day = pace[pace["day"] == pd.Timestamp(2022, 11, 25)].iloc[0]
    assert day["counted"] == 1208 * 328 // 364 and pace["counted"].iloc[-1] == 1208


def test_a_viewer_of_two_schools_has_two_marks_and_the_sums_of_all(both_served, monkeypatch):
    monkeypatch.setattr(access, "bureau", lambda: access.Scope("兩校", (1, 2)))
    (spec, _), _ = drawn(open_page("indicator", kpi="a1a2"))
    assert len(marks_of(spec)) == 2


def test_a_figure_is_built_once_for_all_who_ask_the_same(both_served, monkeypatch):
    figures._built.cache_clear()
    open_page("indicator", kpi="a1a2")
    built = figures._built.cache_info().misses
    open_page("indicator", kpi="a1a2")
    assert figures._built.cache_info().misses == built
    open_page("indicator", kpi="a1a2", lang="en")
    assert figures._built.cache_info().misses == built + 2


def test_every_colour_of_a_figure_has_a_dark_one():
    text = json.dumps(charts.TEMPLATE.to_plotly_json()) + repr(charts.MARKS) + repr(charts.LINES)
    assert set(re.findall(r"#[0-9a-f]{6}", text)) <= set(charts.RECOLOUR)
    known = (ROOT / "dashboard" / "ui" / "base" / "style.css").read_text(encoding="utf-8")
    assert all(
        f"--{name}: light-dark({colour}," in known.replace("#fff,", "#ffffff,")
        for colour, name in charts.RECOLOUR.items()
    )


@pytest.mark.parametrize("shape", ["", "pace"])
def test_in_a_crowd_a_mark_stands_for_schools_alike_and_none_is_lost(both_served, monkeypatch, shape):
    monkeypatch.setattr(strip, "CROWD", 10)
    figures._built.cache_clear()
    try:
        (spec, _), _ = drawn(open_page("indicator", kpi="infosec", x=shape))
    finally:
        figures._built.cache_clear()
    told = results(both_served, KEELUNG, "infosec", "111", dt.date(2022, 11, 25))
    counts: dict[tuple[str, str], int] = {}
    for trace in [trace for trace in spec["data"] if "customdata" in trace]:
        for x, (_, link, facts) in zip(trace["x"], trace["customdata"], strict=True):
            status, many, group = facts.split("|", 2)
            assert f"status={status}" in link and x <= 100
            counts[status, group] = counts.get((status, group), 0) + int(many)
    for (level, group, _), row in told.items():
        if level == "group":
            assert counts.get(("met", group), 0) == row.schools_met
            assert sum(many for (_, name), many in counts.items() if name == group) == row.schools_judged
    assert sum(counts.values()) == told["city", "", ""].schools_judged


def test_what_is_kept_for_the_next_visitor_is_bounded_by_how_much_it_is(both_served):
    questions._cached.cache_clear()
    figures._built.cache_clear()
    open_page("indicator", kpi="a1a2")
    rows, marks = questions._cached.cache, figures._built.cache
    assert rows.currsize >= sum(len(found) for found in rows.values()) >= 41
    assert (
        marks.currsize > 300 and marks.maxsize == figures.KEPT_MARKS and rows.maxsize == questions.KEPT_ROWS
    )


@pytest.mark.parametrize("page", ["indicator", "group", "school", "overview"])
def test_a_day_far_away_makes_no_figure_without_end(both_served, page):
    far = {"on": "2099-12-31", "kpi": "a1a2", "trend": "a1a2"}
    for spec, _ in drawn(open_page(page, **far)):
        assert max(len(unpacked(trace["y"])) for trace in spec["data"]) <= 2000
        assert len(json.dumps(spec)) < 1_000_000


def test_a_line_ends_today_where_the_day_is_still_to_come(both_served):
    _, (spec, _) = drawn(open_page("indicator", kpi="a1a2", on="2022-12-31"))
    assert [days[-1] for (_, level, *_), days, _, _ in lines_of(spec) if level == "city"] == ["2022-11-25"]


def test_a_group_may_be_called_as_a_line_of_ours_or_as_a_mark_of_plotlys(both_served, monkeypatch):
    take = warehouse.rows

    def rows(snapshot, query, *asked, **parameters):
        names, found = take(snapshot, query, *asked, **parameters)
        if query == "groups":
            called = ["全市", "應有進度", "%{x}組", *(name for _, name in found[3:])]
            found = [(group_id, name) for (group_id, _), name in zip(found, called, strict=False)]
        return names, found

    monkeypatch.setattr(warehouse, "rows", rows)
    questions._cached.cache_clear()
    figures._built.cache_clear()
    try:
        _, (spec, _) = drawn(open_page("indicator", kpi="a1a2"))
    finally:
        questions._cached.cache_clear()
        figures._built.cache_clear()
    lines = [(trace["name"], trace["meta"]) for trace in spec["data"] if trace.get("meta")]
    assert len(lines) == len(set(lines)) == 6 and lines[0] == ("全市", "a1a2|city|111|counted|")
    assert ("全市", "a1a2|group|111|counted|全市") in lines
    assert sum(trace.get("text") is not None for trace in spec["data"]) == 1, "one label, at the city's end"
    read_by_plotly = [
        trace[key] for trace in spec["data"] for key in ("name", "hovertemplate") if key in trace
    ]
    assert not any("%{x}" in text for text in read_by_plotly)


def test_a_figure_of_a_day_to_come_is_built_anew_once_the_day_has_come(both_served, monkeypatch):
    asked = {"kpi": "a1a2", "on": "2022-11-26"}
    before = [alt for _, alt in drawn(open_page("indicator", **asked))]
    figures_before = figures._built.cache_info().misses
    monkeypatch.setattr(questions.View, "today", property(lambda _: dt.date(2022, 11, 26)))
    _, (spec, _) = drawn(open_page("indicator", **asked))
    assert figures._built.cache_info().misses > figures_before and before
    assert [days[-1] for (_, level, *_), days, _, _ in lines_of(spec) if level == "city"] == ["2022-11-26"]


def test_where_nobody_has_sent_anything_the_curve_does_not_blame_the_definition():
    kpi = SimpleNamespace(kpi="a", period="p", require="all", deadline=None)
    seen, city = SimpleNamespace(), SimpleNamespace(status="no_data")
    told = indicator_figures._curve(seen, kpi, city, False)
    assert "還沒有學校可以評定" in told and "不設應達數" not in told
    assert "不設應達數" in indicator_figures._curve(seen, kpi, SimpleNamespace(status="info"), False)
