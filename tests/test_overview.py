"""總覽: what a tile says, what needs attention, and that every figure shows how it moved since the compared day."""

import datetime as dt
import html
import itertools
import json
import re
from types import SimpleNamespace

import pytest

from dashboard import access, charts, questions, sample, warehouse
from dashboard.definitions import deployment
from dashboard.language import texts, words
from dashboard.language.markup import Markup
from dashboard.rows import Kpi
from dashboard.ui.base import cards, findings
from dashboard.ui.overview import figures as overview_figures
from dashboard.ui.overview import sheets
from tests import running, samples
from tests.pages import figures_of, html_of, open_page
from tests.samples import DAY, KEELUNG, NTPC, results_of_level

THEN = dt.date(2022, 10, 28)
KPI = SimpleNamespace(
    kpi="a1a2", label="A1、A2", short="A1、A2", unit="人", require="all", deadline=dt.date(2022, 12, 31)
)


def to_indicator(kpi, **_):
    return f"./indicator?kpi={kpi}"


def city(**changes):
    facts = {
        "kpi": "a1a2", "level": "city", "group_id": None, "group_name": None, "status": "behind", "counted": 93,
        "base": 100, "required": 100, "schools_met": 4, "schools_judged": 7, "schools_no_data": 1,
        "schools_on_track": 1, "schools_behind": 2, "schools_overdue": 0, "schools_exempt": 0,
        "deadline": dt.date(2022, 12, 31), "days_left": 36, "pace": 90, "flags": "",
    }  # fmt: skip
    return SimpleNamespace(**(facts | changes))


def seeing(versus=THEN):
    """A view as the sentences need it."""

    def links(page, **named):
        return Markup(f"./{page}?" + "&".join(f"{name}={value}" for name, value in named.items()))

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
    return findings.attention(seeing(versus), [KPI], [], [row], lambda kpi: f"./indicator?kpi={kpi}")


def plain(markup):
    return re.sub(r"<[^>]+>", "", markup)


# A tile


def test_a_tile_says_met_of_judged_the_pooled_rate_with_counts_and_both_changes():
    then = city(schools_met=1, counted=80)
    shown = plain(cards.tile(seeing(), KPI, city(), to_indicator, then))
    assert "4/7 校達標+3" in shown and "全市 93.0%（93/100 人）+13" in shown
    assert "12/31 · 剩 36 天" in shown and "須全數" in shown


def test_a_tile_without_a_day_to_compare_with_has_no_change_and_one_that_nobody_judges_no_zero():
    assert 'class="chg"' not in cards.tile(seeing(), KPI, city(), to_indicator)
    nobody = city(schools_judged=0, schools_met=0, status="no_data", counted=None, base=None)
    shown = plain(cards.tile(seeing(), KPI, nobody, to_indicator, city()))
    assert (
        "? 尚無學校可評定" in shown
        and "+" not in shown
        and "0" not in shown.replace("2022", "").split("?")[1]
    )


def test_the_bar_of_a_tile_is_counted_of_required_with_the_tick_of_the_pace_and_says_both():
    drawn = cards.done(KPI, city())
    assert 'class="bar behind" role="img"' in drawn and "width:93.0%" in drawn and "left:90.0%" in drawn
    assert 'aria-label="93，應達 100，今天應有 90"' in drawn
    assert "<u" not in cards.done(KPI, city(status="met", counted=100)), "who is done has no pace to keep"
    assert "<u" not in cards.done(KPI, city(pace=0)) and "<u" not in cards.done(KPI, city(pace=None))


def test_a_bar_without_a_sum_is_of_the_schools_and_one_that_nobody_judges_is_none():
    alone = cards.done(KPI, city(counted=None, base=None, required=None, pace=None))
    assert "width:57.1%" in alone and 'aria-label="7 校中 4 校達標"' in alone and "<u" not in alone
    assert cards.done(KPI, city(schools_judged=0, schools_met=0)) == ""
    assert cards.done(KPI, city(required=0)) == ""


def test_a_bar_of_another_base_than_its_rate_says_what_it_is_out_of_and_is_never_more_than_full():
    share = cards.done(KPI, city(counted=305, base=1372, required=156))
    assert "width:100.0%" in share and "應達 156 人" in plain(share) and plain(cards.done(KPI, city())) == ""
    limit = SimpleNamespace(**{**vars(KPI), "require": "ceiling", "unit": "元"})
    ceiling = cards.done(limit, city(counted=1_810_000, base=None, required=2_300_000, pace=None))
    assert "width:78.7%" in ceiling and 'aria-label="1,810,000，上限 2,300,000"' in ceiling


def test_a_count_of_a_tile_leads_to_its_schools_and_says_so():
    drawn = cards.tile(
        seeing(), KPI, city(), lambda kpi, status=None: Markup(f"./indicator?kpi={kpi}&amp;status={status}")
    )
    (link,) = re.findall(r'<a href="\./indicator\?kpi=a1a2&amp;status=behind" aria-label="([^"]*)"', drawn)
    assert link == "▼ 落後 2 校，看是哪些"
    assert re.findall(r"status=(\w+)", drawn) == ["None", "met", "on_track", "behind", "no_data"]
    with texts.written(texts.Manner("en", "ce")):
        in_english = cards.tally(KPI, {"behind": 2}, lambda kpi, status: "./indicator")
    assert 'aria-label="▼ Behind: 2 schools (see which)"' in in_english


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
    return {key: row for key, row in results_of_level(sample, "school", on).items()}


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


# The page


def test_each_tile_leads_to_its_indicator_and_shows_what_it_was_on_the_compared_day(served):
    shown = html_of(open_page("overview", vs=THEN.isoformat()))
    then = results_of_level(served, "city", THEN)
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
        assert re.findall('class="(?:bar|trend)[^"]*" role="img"', part) == [
            f'class="bar {results_of_level(served, "city")[kpi, "", ""].status}" role="img"'
        ]


def test_without_a_day_to_compare_with_no_change_stands_on_the_page(served):
    assert "data-then" not in html_of(open_page("overview"))


def test_the_matrix_leaves_as_a_table_with_every_figure_of_groups_and_city(served):
    app = open_page("overview", vs=THEN.isoformat())
    assert len(figures_of(app)) and html_of(app).count('aria-label="下載各組各項 ') == 3
    row, then = city(), city(schools_met=1, counted=80)
    before = {("a1a2", "city", None): then}
    sheet = sheets.totals(seeing(), SimpleNamespace(label="111 年度"), [KPI], [row], before)
    assert sheet.name == "各組各項_基隆_111-11-25"
    line = dict(zip(sheet.header(), sheet.values()[0], strict=True))
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
    monkeypatch.setenv(deployment.VARIABLE, str(tmp_path / "kpi.toml"))
    pages = [figures_of(open_page("overview", page=str(page))) for page in (1, 2)]
    groups = [{figure["group"] for figure in figures if figure["level"] == "group"} for figures in pages]
    rows = running.kpi(
        "results", "--warehouse", tmp_path / "warehouse", "--level", "group", "--format", "csv"
    ).rows
    assert len(groups[0]) == 12 and not groups[0] & groups[1]
    assert groups[0] | groups[1] == {row["group"] for row in rows}
    cities = [[figure for figure in figures if figure["level"] == "city"] for figures in pages]
    assert cities[0] == cities[1] != []
    app = open_page("overview")
    (offer,) = [one for _, one in app.session_state["offers"].values() if one.name.startswith("groups ")]
    assert all(name in offer.make().decode() for name in groups[0] | groups[1]), "on paper all of them"


# The tiles of both programmes


def tiles_of(app):
    """The figure that each tile states, with its markup."""
    tile = r'<div class="tile" data-figure="([^"]*)".*?(?=<div class="tile"|<div class="aside")'
    found = re.finditer(tile, html_of(app), re.DOTALL)
    return [(running.figure_of(html.unescape(one[1])), one[0]) for one in found]


def pace_by_rule(kpi, required, on):
    """What the rule asks for by the day: the whole part of what is required so far, at most all of it."""
    if required is None or not kpi.pace_start or kpi.pace_start >= kpi.deadline:
        return None
    gone = max((on - kpi.pace_start).days, 0)
    return min(int(required) * gone // (kpi.deadline - kpi.pace_start).days, int(required))


TICKS = [(KEELUNG, day) for day in ("2022-03-01", "2022-11-25", "2023-02-01")] + [
    (NTPC, day) for day in ("2023-06-30", "2023-11-30", "2024-03-01")
]


@pytest.mark.parametrize(("programme", "day"), TICKS)
def test_every_bar_is_the_share_of_the_results_and_its_tick_the_pace_of_the_rule(both_served, programme, day):
    on = dt.date.fromisoformat(day)
    tiles = tiles_of(open_page("overview", programme=programme, on=day))
    asked = {figure["period"] for figure, _ in tiles}
    kpis = {
        (kpi.kpi, period): kpi
        for period in asked
        for kpi in samples.ask(both_served, programme, Kpi, period=period)
    }
    ticks = 0
    for figure, part in tiles:
        kpi = kpis[figure["kpi"], figure["period"]]
        row = samples.results(both_served, programme, kpi.kpi, kpi.period, on)["city", "", ""]
        bars = re.findall(
            r'class="bar (\w+)" role="img" aria-label="([^"]*)"><i style="width:([\d.]+)%"', part
        )
        summed = row.required is not None and row.counted is not None
        done, whole = (row.counted, row.required) if summed else (row.schools_met, row.schools_judged)
        if not row.schools_judged:
            assert bars == []
            continue
        ((status, said, width),) = bars
        assert (status, float(width)) == (row.status, float(f"{min(100 * done / whole, 100):.1f}")), kpi.kpi
        assert words.number(done) in said and words.number(whole) in said
        pace = pace_by_rule(kpi, row.required, on)
        drawn = [float(left) for left in re.findall(r'<u style="left:([\d.]+)%"', part)]
        due = summed and pace and row.status != "met"
        assert drawn == ([float(f"{min(100 * pace / whole, 99):.1f}")] if due else []), kpi.kpi
        assert (f"今天應有 {words.number(pace)}" in said) == bool(due)
        ticks += len(drawn)
    assert len(tiles) > 7 and ticks > 0


@pytest.mark.parametrize(("programme", "day"), [(KEELUNG, "2022-11-25"), (NTPC, "2023-11-30")])
def test_every_count_of_a_tile_leads_to_exactly_that_many_schools(both_served, programme, day):
    tiles = tiles_of(open_page("overview", programme=programme, on=day))
    counted = r'<a href="\./indicator\?([^"]*)" aria-label="[^"]*?([\d,]+) 校，看是哪些"'
    links = [found for _, part in tiles for found in re.findall(counted, part)]
    assert len(links) > 20
    app = open_page("indicator", programme=programme, on=day)
    for address_, many in links:
        asked = dict(pair.split("=") for pair in html.unescape(address_).split("&"))
        app.query_params.clear()
        for name, value in asked.items():
            app.query_params[name] = value
        app.run()
        schools = [figure for figure in figures_of(app) if figure["level"] == "school"]
        assert {(school["kpi"], school["status"]) for school in schools} == {(asked["kpi"], asked["status"])}
        paged = re.search(r"1–20，共 ([\d,]+) 校", html_of(app))
        assert (paged[1] if paged else str(len(schools))) == many, asked


def test_the_title_of_a_tile_leads_to_the_indicator_in_the_period_of_the_tile(both_served):
    for programme, day in ((KEELUNG, "2022-11-25"), (NTPC, "2023-11-30")):
        for figure, part in tiles_of(open_page("overview", programme=programme, on=day)):
            leads = html.unescape(re.search(r'<div class="t"><b><a href="\./indicator\?([^"]*)"', part)[1])
            assert f"kpi={figure['kpi']}" in leads and "status=" not in leads
            assert (f"period={figure['period']}" in leads) == (programme == NTPC)


# The schools by status over the days


def drawn_on(app):
    """The plotly figures of a page."""
    return [json.loads(element.proto.spec) for element in app.get("plotly_chart")]


def test_without_being_asked_for_the_page_draws_nothing_and_asks_nothing_for_it(served, monkeypatch):
    def fail(*_, **__):
        raise AssertionError("a query of a figure")

    monkeypatch.setattr(questions, "_frame", fail)
    queries = set()
    answer = questions._cached

    def note(question):
        queries.add(question[3].QUERY)
        return answer(question)

    monkeypatch.setattr(questions, "_cached", note)
    for asked in ({}, {"trend": "none_of_ours"}, {"trend": "coaching"}):
        app = open_page("overview", **asked)
        assert not app.exception and drawn_on(app) == [] and "這個畫面讀不出來" not in html_of(app)
        assert "各校狀態的變化" in html_of(app)
    assert {"totals", "attention", "deadlines", "standing", "kpis"} <= queries
    assert not {query for query in queries if query.startswith("indicator_") or query == "trends"}


COUNTED = [
    (KEELUNG, "a1a2", "111", "2022-11-25", ("2022-02-15", "2022-08-15", "2022-11-25")),
    (KEELUNG, "it_lead", "111", "2022-11-25", ("2022-10-20", "2022-11-22", "2022-11-23")),
    (KEELUNG, "public_lesson", "111", "2022-11-25", ("2022-08-01", "2022-10-31", "2022-11-25")),
    (NTPC, "training_5g", "term", "2023-11-30", ("2023-02-01", "2023-09-01", "2023-11-30")),
    (NTPC, "public_lesson", "112-1", "2023-11-30", ("2023-08-01", "2023-10-10", "2023-11-30")),
    (NTPC, "capital_ceiling", "112", "2023-11-30", ("2023-01-10", "2023-07-01", "2023-11-30")),
]


@pytest.mark.parametrize(("programme", "kpi", "period", "day", "days"), COUNTED)
def test_the_schools_of_each_status_are_those_of_the_results_on_every_day(
    both_served, programme, kpi, period, day, days
):
    app = open_page(
        "overview", programme=programme, on=day, trend=kpi, within=period if programme == NTPC else ""
    )
    (figure,) = drawn_on(app)
    traces = {trace["name"]: trace for trace in figure["data"]}
    xs = traces["met" if "met" in traces else "no_data"]["x"]
    all_days = [dt.date.fromisoformat(xs[0]) + dt.timedelta(days=n) for n in range(len(xs))]
    assert xs == [one.isoformat() for one in all_days] and xs[-1] == day, "a day each, up to the chosen one"
    stacked = [name for name in traces if name != "day"]
    assert stacked == [status for status in words.STRIP if status in stacked]
    for one in days:
        schools = samples.results(both_served, programme, kpi, period, dt.date.fromisoformat(one))
        at = xs.index(one)
        counted = {name: traces[name]["y"][at] for name in stacked}
        assert counted.get("met", 0) == schools["city", "", ""].schools_met
        statuses = [each.status for (level, _, _), each in schools.items() if level == "school"]
        assert counted == {name: statuses.count(name) for name in stacked}
        assert sum(counted.values()) == len(statuses)
        assert [trace["customdata"][at] for name, trace in traces.items() if name != "day"] == list(
            counted.values()
        )
        assert traces["day"]["customdata"][at] == words.full_day(dt.date.fromisoformat(one))


def test_the_finding_the_labels_and_the_deadline_are_in_the_figure_and_on_the_page(served):
    app = open_page("overview", trend="it_lead", vs=THEN.isoformat())
    shown, (figure,) = html_of(app), drawn_on(app)
    now, then = (
        results_of_level(served, "city")["it_lead", "", ""],
        results_of_level(served, "city", THEN)["it_lead", "", ""],
    )
    assert f"資訊組長：自 10/28 起達標由 {then.schools_met} 校增為 {now.schools_met} 校" in shown
    said = [note["text"] for note in figure["layout"]["annotations"]]
    assert f"✓ 達標 {now.schools_met}" in said and {"期限 111/11/22", "10/28"} <= set(said)
    assert {shape["x0"] for shape in figure["layout"]["shapes"]} == {"2022-11-22", "2022-10-28"}
    assert figure["layout"]["yaxis"]["range"][0] == 0
    assert (
        "aria-current=true>資訊組長" in shown
        and "trend=it_lead" not in re.findall(r'href="([^"]*)" aria-current=true>資訊組長', shown)[0]
    )


def test_the_pills_keep_all_else_and_those_of_several_periods_name_theirs(both_served):
    shown = html_of(open_page("overview", programme=NTPC, on="2023-11-30", vs="2023-10-31"))
    links = [html.unescape(link) for link in re.findall(r'class="pill" href="([^"]*trend=[^"]*)"', shown)]
    assert {"112", "111-2", "112-1", "term"} == {re.search(r"within=([\w-]+)", link)[1] for link in links}
    assert all("vs=2023-10-31" in link and "on=2023-11-30" in link for link in links)
    assert not [link for link in links if "trend=execution" in link], "for information only"
    both_periods = open_page("overview", programme=NTPC, on="2023-11-30", trend="public_lesson")
    assert len(drawn_on(both_periods)) == 3, "the year and the semesters measure it, one of them not settled"
    one = open_page("overview", programme=NTPC, on="2023-11-30", trend="public_lesson", within="112-1")
    assert len(drawn_on(one)) == 1
    gone = open_page("overview", programme=NTPC, on="2023-05-31", trend="public_lesson", within="112-1")
    assert len(drawn_on(gone)) == 2, "a period that is not shown any more narrows nothing"


def test_the_day_before_which_there_is_nothing_to_compare_has_no_figure(served):
    app = open_page("overview", on="2022-01-01", trend="a1a2")
    assert drawn_on(app) == [] and "還沒有兩天以上的狀態" in html_of(app)


def test_a_finding_says_what_rose_and_fell_and_that_nothing_did():
    was = dict.fromkeys(words.STRIP, 0) | {"met": 3, "on_track": 18, "behind": 20}
    now = was | {"met": 12, "on_track": 14, "behind": 15}
    assert (
        overview_figures.finding(KPI, was, now, "9/1")
        == "自 9/1 起達標由 3 校增為 12 校，落後由 20 校減為 15 校"
    )
    assert overview_figures.finding(KPI, was, was, "9/1") == "自 9/1 起各狀態的校數都沒有變"
    late = was | {"behind": 0, "overdue": 20}
    assert overview_figures.finding(KPI, was, late, "9/1") == (
        "自 9/1 起達標仍是 3 校，落後由 20 校減為 0 校，逾期未達由 0 校增為 20 校"
    )
    limit = SimpleNamespace(**{**vars(KPI), "require": "ceiling"})
    assert "在上限內由 3 校增為 12 校" in overview_figures.finding(limit, was, now, "9/1")


def test_the_table_has_the_days_on_which_something_changed(served):
    with texts.written(texts.Manner()):
        app = open_page("overview", trend="a1a2")
    (figure,) = drawn_on(app)
    counts = [trace["y"] for trace in figure["data"] if trace["name"] != "day"]
    xs = figure["data"][0]["x"]
    by_day = list(zip(*counts, strict=True))
    turned = [xs[at] for at in range(len(xs)) if at == 0 or by_day[at] != by_day[at - 1]]
    frame = overview_figures.pd.DataFrame(by_day, index=overview_figures.pd.to_datetime(xs))
    rows = overview_figures.turns(frame)
    assert [row[0].isoformat() for row in rows] == turned and 2 < len(rows) < len(xs)
    assert rows[-1][1:] == list(by_day[xs.index(turned[-1])])


def test_the_picture_speaks_english_and_writes_the_years_of_the_viewer(served):
    app = open_page("overview", trend="a1a2", lang="en", vs=THEN.isoformat())
    (figure,) = drawn_on(app)
    said = [note["text"] for note in figure["layout"]["annotations"]]
    said += [trace["hovertemplate"] for trace in figure["data"]] + figure["data"][-1]["customdata"]
    said += [
        figure["layout"]["yaxis"]["title"]["text"],
        figure["layout"]["xaxis"]["unifiedhovertitle"]["text"],
    ]
    said += re.findall(r"<h2>(A1, A2: since[^<]*)</h2>", html_of(app))
    assert [text for text in said if re.search("[一-鿿]", text)] == [] and "A1, A2: since 10/28" in said[-1]
    assert "2022/11/25 (Fri)" in said
    (in_chinese,) = drawn_on(open_page("overview", trend="a1a2"))
    assert in_chinese["data"][-1]["customdata"][-1] == "111/11/25（五）"


def test_labels_of_thin_areas_stand_apart_and_inside():
    places = charts.apart([0.0, 0.1, 5.0, 9.9, 10.0], 1.0, 0.5, 9.5)
    assert places == sorted(places) and min(b - a for a, b in itertools.pairwise(places)) >= 1.0 - 1e-9
    assert places[0] >= 0.5 and places[-1] <= 9.5 and places[2] == 5.0
