"""總覽: what a tile says, what needs attention, and that every figure shows how it moved since the compared day."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest

from dashboard import access, charts, config, sample, warehouse
from dashboard.ui import cards, findings, texts
from tests import running
from tests.test_pages import DAY, HOSTILE, figures_of, html_of, open_page, results, served  # noqa: F401

THEN = dt.date(2022, 10, 28)
KPI = SimpleNamespace(
    kpi="a1a2", label="A1、A2", short="A1、A2", unit="人", require="all", deadline=dt.date(2022, 12, 31)
)


def city(**changes):
    facts = {
        "kpi": "a1a2", "level": "city", "group_id": None, "group_name": None, "status": "behind", "counted": 93,
        "base": 100, "required": 100, "schools_met": 4, "schools_judged": 7, "schools_no_data": 1,
        "schools_on_track": 1, "schools_behind": 2, "schools_overdue": 0, "schools_exempt": 0,
        "deadline": dt.date(2022, 12, 31), "days_left": 36,
    }  # fmt: skip
    return SimpleNamespace(**(facts | changes))


def seeing(versus=THEN):
    """A view as the sentences need it."""
    links = lambda page, **named: f"./{page}?" + "&".join(f"{name}={value}" for name, value in named.items())  # noqa: E731
    facts = SimpleNamespace(title="基隆")
    return SimpleNamespace(
        on=DAY, versus=versus, year=2022, ahead=False, link=links, facts=facts, periods=(1,)
    )


def finding(kind, **changes):
    facts = {
        "kind": kind, "kpi": "a1a2", "status": "behind", "schools": 1, "worsened": 0, "gap": 5, "excess": None,
        "counted": 10, "counted_then": 12, "required": 15, "deadline": dt.date(2022, 12, 31), "days_left": 36,
        "school_names": "東光國小", "school_shorts": "東光", "kpi_ids": "", "gained": None,
    }  # fmt: skip
    return SimpleNamespace(**(facts | changes))


def told(row, versus=THEN):
    return findings.attention(seeing(versus), [KPI], [row], lambda kpi: f"./indicator?kpi={kpi}")


def plain(markup):
    return re.sub(r"<[^>]+>", "", markup)


# A tile


def test_a_tile_says_met_of_judged_the_pooled_rate_with_counts_and_both_changes():
    then = city(schools_met=1, counted=80)
    shown = plain(cards.tile(KPI, city(), 2022, then, "", "./indicator?kpi=a1a2"))
    assert "4/7 校達標+3" in shown and "全市 93.0%（93/100 人）+13" in shown
    assert "12/31 · 剩 36 天" in shown and "須全數" in shown


def test_a_tile_without_a_day_to_compare_with_has_no_change_and_one_that_nobody_judges_no_zero():
    assert 'class="chg"' not in cards.tile(KPI, city(), 2022)
    nobody = city(schools_judged=0, schools_met=0, status="no_data", counted=None, base=None)
    shown = plain(cards.tile(KPI, nobody, 2022, city()))
    assert (
        "? 尚無學校可評定" in shown
        and "+" not in shown
        and "0" not in shown.replace("2022", "").split("?")[1]
    )


def test_the_line_of_a_tile_says_in_words_where_it_begins_and_ends():
    steps = [
        SimpleNamespace(start=dt.date(2022, 1, 1), since=dt.date(2022, 1, 1), schools_met=1),
        SimpleNamespace(start=dt.date(2022, 1, 1), since=dt.date(2022, 9, 1), schools_met=4),
    ]
    drawn = cards.trend(seeing(), KPI, city(), steps)
    assert 'role="img"' in drawn and "111/1/1 有 1 校，111/11/25 有 4 校，應評 7 校" in drawn
    assert cards.trend(seeing(), KPI, city(schools_judged=0), steps) == ""
    assert cards.trend(seeing(), KPI, city(), []) == ""


def test_all_the_schools_are_the_top_of_the_line_and_a_label_is_never_markup():
    course = charts.Course(
        ((dt.date(2022, 1, 1), 7.0),), dt.date(2022, 1, 1), DAY, KPI.deadline, 7.0, "校", False
    )
    assert "--all:3.0px" in charts.trend(course, HOSTILE) and "<img" not in charts.trend(course, HOSTILE)


# What needs attention


def test_a_school_that_fell_back_is_told_with_both_figures_and_leads_to_its_page():
    shown = told(finding("fell"))
    assert "A1、A2 自 10/28 起由 12 人 降為 10 人，還差 5 人" in plain(shown)
    assert 'href="./school?school=東光國小&kpi=a1a2"' in shown and "▼ 落後" in shown
    assert "◐ 進行中" in told(finding("fell", status="on_track"))


def test_a_finding_of_several_schools_says_how_many_are_new_and_leads_to_the_indicator():
    many = {"schools": 3, "school_names": "甲|乙|丙", "school_shorts": "甲|乙|丙"}
    shown = told(finding("few", worsened=1, **many))
    assert "3 校還差 5 人（10/28 之後新增 1 校）：甲、乙、丙" in plain(shown)
    assert 'href="./indicator?kpi=a1a2"' in shown
    assert "新增" not in told(finding("few", worsened=0, **many)) + told(finding("late", worsened=3, **many))


def test_a_large_gap_is_told_with_the_speed_it_needs_and_the_speed_of_late():
    shown = plain(told(finding("behind", gap=22, counted=37, required=59, gained=1)))
    assert "A1、A2 還差 22 人（37/59）：每週須 4.3 人，近四週每週 0.2 人" in shown
    assert "近四週沒有增加，10/28 之後才落後" in plain(told(finding("behind", gap=22, gained=0, worsened=1)))


def test_every_kind_of_finding_has_a_link_and_is_said_in_english_too():
    rows = [finding(kind, kpi_ids="a1a2") for kind in findings.KINDS]
    for row in rows:
        with texts.written(texts.Manner("en", "ce")):
            assert "href=" in told(row) and not re.search(
                "[一-鿿]", plain(told(row)).replace("東光國小", "").replace("東光", "").replace("人", "")
            )


# The query, on the sample


def attention(sample, on, versus):
    snapshot = warehouse.current(sample, "keelung-111")
    names, rows = warehouse.rows(snapshot, "attention", access.bureau(), on=on, period="111", versus=versus)
    return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in rows]


def schools_on(sample, on):
    return {key: row for key, row in results(sample, "school", on).items()}


@pytest.mark.parametrize("versus", [None, dt.date(2022, 7, 28)])
def test_schools_fall_back_only_against_an_earlier_day_and_never_more_than_ten_are_told(
    sample_warehouse, versus
):
    on = dt.date(2022, 8, 15)
    found = attention(sample_warehouse, on, versus)
    fell = [row for row in found if row.kind == "fell"]
    assert len(found) <= 10 and bool(fell) == bool(versus)
    now, then = schools_on(sample_warehouse, on), schools_on(sample_warehouse, versus or on)
    for row in fell:
        key = (row.kpi, "", row.school_names)
        assert (row.counted, row.counted_then) == (now[key].counted, then[key].counted)
        assert row.counted < row.counted_then and now[key].status in ("on_track", "behind", "overdue")


def test_a_school_that_fell_back_is_not_told_twice(sample_warehouse):
    found = attention(sample_warehouse, dt.date(2022, 8, 15), dt.date(2022, 7, 28))
    told_of = [(row.kpi, row.school_names) for row in found if row.kind in ("fell", "behind")]
    assert len(told_of) == len(set(told_of))


def test_the_line_of_every_tile_ends_at_the_schools_that_have_met_it(sample_warehouse):
    snapshot = warehouse.current(sample_warehouse, "keelung-111")
    names, rows = warehouse.rows(snapshot, "trends", access.bureau(), on=DAY, period="111")
    steps = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in rows]
    last = {step.kpi: step.schools_met for step in steps}
    cities = results(sample_warehouse, "city")
    assert last == {key[0]: row.schools_met for key, row in cities.items() if row.status != "info"}
    for kpi in last:
        days = [step.since for step in steps if step.kpi == kpi]
        assert days == sorted(set(days)) and len(days) <= 41 and days[-1] <= DAY
        assert all(step.start <= step.since for step in steps)


# The page


def test_each_tile_leads_to_its_indicator_and_shows_what_it_was_on_the_compared_day(served):  # noqa: F811
    shown = html_of(open_page("overview", vs=THEN.isoformat()))
    then = results(served, "city", THEN)
    tiles = re.findall(
        r'<div class="tile" data-figure="(\w+)\|.*?(?=<div class="tile"|<div class="aside")', shown, re.S
    )
    assert len(tiles) == 8
    for part in re.findall(r'<div class="tile" .*?(?=<div class="tile"|<div class="aside")', shown, re.S):
        kpi = re.search(r'data-figure="(\w+)\|', part)[1]
        assert f"kpi={kpi}" in re.search(r'href="\./indicator\?([^"]*)"', part)[1]
        compared = re.findall(r'data-then="([^"]*)"', part)
        row = then[kpi, "", ""]
        assert compared == [str(row.schools_met)] + ([str(row.counted)] if row.base is not None else [])
        assert 'class="trend"' in part and "達標校數走勢" in part


def test_without_a_day_to_compare_with_no_change_stands_on_the_page(served):  # noqa: F811
    assert "data-then" not in html_of(open_page("overview"))


def test_the_matrix_leaves_as_a_table_with_every_figure_of_groups_and_city(served):  # noqa: F811
    app = open_page("overview", vs=THEN.isoformat())
    assert len(figures_of(app)) and html_of(app).count('<a class="file"') == 2
    row, then = city(), city(schools_met=1, counted=80)
    before = {("a1a2", "city", None): then}
    name, header, build = cards.sheet(seeing(), SimpleNamespace(label="111 年度"), [KPI], [row], before)
    assert name == "各組各項_基隆_111-11-25"
    line = dict(zip(header, build()[0], strict=True))
    assert (line["組別"], line["指標"], line["達標校數"], line["應評校數"], line["計數"]) == (
        "全市",
        "A1、A2",
        4,
        7,
        93,
    )
    assert (line["達標校數（111/10/28）"], line["計數（111/10/28）"], line["期限"]) == (1, 80, row.deadline)


# A country


def test_the_groups_of_a_country_turn_their_pages_and_each_is_on_one_with_the_country_below(
    tmp_path, monkeypatch
):
    sample.write(tmp_path / "data", schools=120, teachers=600)
    assert running.kpi("build", "--data", tmp_path / "data", "--warehouse", tmp_path / "warehouse").code == 0
    (tmp_path / "kpi.toml").write_text('data = "data"\nwarehouse = "warehouse"\n', encoding="utf-8")
    monkeypatch.setenv(config.VARIABLE, str(tmp_path / "kpi.toml"))
    pages = [figures_of(open_page("overview", page=str(page))) for page in (1, 2)]
    groups = [{figure["group"] for figure in figures if figure["level"] == "group"} for figures in pages]
    rows = running.kpi(
        "results", "--warehouse", tmp_path / "warehouse", "--level", "group", "--format", "csv"
    ).rows
    assert len(groups[0]) == 12 and not groups[0] & groups[1]
    assert groups[0] | groups[1] == {row["group"] for row in rows}
    cities = [[figure for figure in figures if figure["level"] == "city"] for figures in pages]
    assert cities[0] == cities[1] != []
