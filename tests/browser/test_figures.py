"""The figures in a browser: what is drawn there is what `kpi results` says, at every width, in the dark and on paper."""

import contextlib
import csv
import datetime as dt
import io
import itertools
import re

import pytest
from playwright.sync_api import expect

from dashboard.language import words
from tests.browser.conftest import WIDTHS
from tests.browser.views import OVERFLOW
from tests.running import figure_of, share_of

DAYS = {
    "keelung-111": ("2022-11-25", "2023-08-15"),
    "ntpc-5g-112": ("2024-03-31",),
}
FIGURES = ".js-plotly-plot"
# Of each line its last day, and of each mark the figure that it states.
DATA = """() => [...document.querySelectorAll('.js-plotly-plot')].map(figure => figure._fullData.map(trace => {
    const last = (trace.x ?? trace.y).length - 1, carried = Array.from(trace.customdata ?? []);
    const day = () => trace.x?.[last] ?? new Date(Date.parse(trace.x0) + last * trace.dx).toISOString();
    return {
        name: trace.name, meta: trace.meta,
        ...(trace.meta && { day: day().slice(0, 10), y: trace.y[last], told: Array.from(carried[last] ?? []) }),
        figures: carried.filter(one => one?.map && one.length === 3 && String(one[2]).split('|').length > 9).map(one => one[2]),
    };
}))"""
# Texts of a figure that stand out of it.
CUT = """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap(figure => {
    const edge = figure.getBoundingClientRect();
    return [...figure.querySelectorAll('text')].filter(text => {
        const box = text.getBoundingClientRect();
        return box.width && text.checkVisibility() && (box.left < edge.left - 2 || box.right > edge.right + 2);
    }).map(text => text.textContent);
})"""


class Results:
    """`kpi results` of any day of any programme, each asked for once."""

    def __init__(self, product):
        self._product, self._known = product, {}

    def row(self, programme, day, kpi, period, level, name):
        """One figure; the CSV's own texts."""
        if (programme, day) not in self._known:
            asked = ("results", "--format", "csv", "--programme", programme, "--as-of", day)
            self._known[programme, day] = {
                (row["kpi"], row["period"], row["level"], row["school"] or row["group"]): row
                for row in csv.DictReader(io.StringIO(self._product.kpi(*asked)))
            }
        return self._known[programme, day][kpi, period, level, name]

    def schools(self, programme, day, kpi, period, status):
        """How many schools have a status."""
        self.row(programme, day, kpi, period, "city", "")
        wanted = (kpi, period, "school", status)
        return sum((*key[:3], row["status"]) == wanted for key, row in self._known[programme, day].items())


@pytest.fixture(scope="module")
def results(product):
    return Results(product)


def check(view, results, programme, day):
    """How many marks and points of the page's figures were compared; each must be that of the results."""
    compared = 0
    for trace in itertools.chain.from_iterable(view.page.evaluate(DATA)):
        if trace["meta"]:
            kpi, level, period, counted, group = trace["meta"].split("|", 4)
            of = "required" if counted == "counted" else "schools_judged"
            compared += 1
            if trace["name"] in words.STATUSES:
                many = results.schools(programme, trace["day"], kpi, period, trace["name"])
                assert trace["y"] == many, trace["meta"]
                continue
            row = results.row(programme, trace["day"], kpi, period, level, group)
            share, done, whole = trace["told"][:3]
            assert (f"{done:g}", f"{whole:g}") == (row[counted], row[of]), trace["meta"]
            if level != "school":  # there the share is a sentence
                assert share_of(share) == words.percent(int(done), int(whole))
        for carried in trace["figures"]:
            figure = figure_of(carried)
            name = figure["school"] or figure["group"]
            row = results.row(programme, day, figure["kpi"], figure["period"], figure["level"], name)
            for stated in ("counted", "base", "required", "status"):
                assert figure[stated] == row[stated], (carried, stated)
            compared += 1
    return compared


@pytest.mark.parametrize(("programme", "day"), [(name, days[0]) for name, days in DAYS.items()])
def test_the_marks_of_every_indicators_figures_are_the_results(kept, results, programme, day):
    """On one day, in one shape or another: that a figure has the results of any day, in any shape, before it is drawn is
    proven by tests/test_figures.py."""
    view = kept("indicator", programme=programme, on=day)
    links = view.page.locator('[data-testid="stMain"] .pills').first.get_by_role("link")
    offered = links.evaluate_all("all => all.map(link => new URL(link.href).searchParams.get('kpi'))")
    compared = 0
    for kpi, shape in zip(offered, itertools.cycle(({}, {"x": "gaps", "y": "count"})), strict=False):
        view.go("indicator", programme=programme, on=day, kpi=kpi, **shape)
        expect(view.page.locator(f"{FIGURES}:not(:has(.main-svg))")).to_have_count(0)
        compared += check(view, results, programme, day)
    assert compared > 10 * len(offered)


@pytest.mark.parametrize(("programme", "day"), [(name, day) for name, days in DAYS.items() for day in days])
def test_the_marks_of_the_other_pages_figures_are_the_results(kept, results, programme, day):
    view = kept("overview", programme=programme, on=day)
    pills = view.page.locator('[data-testid="stMain"] a.pill[href*="trend="]')
    offered = pills.evaluate_all(
        "all => all.map(link => [...new URL(link.href).searchParams]).map(Object.fromEntries)"
    )
    assert len(offered) >= 3
    compared = 0
    for query in offered[:: max(3, len(offered) // 7)]:
        view.go("overview", **query)
        expect(view.page.locator(f"{FIGURES}:not(:has(.main-svg))")).to_have_count(0)
        compared += check(view, results, programme, day)
    for page, query in (
        ("group", {"trend": offered[0]["trend"]}), ("group", {"trend": offered[-1]["trend"]}),
        ("school", {"kpi": offered[0]["trend"]}), ("school", {"place": "1"}),
    ):  # fmt: skip
        view.go(page, programme=programme, on=day, **query)
        compared += check(view, results, programme, day)
    assert compared > 30


def open_figures(kept, **query):
    view = kept("indicator", **query)
    expect(view.page.locator(f"{FIGURES} .main-svg").first).to_be_visible()
    return view


def test_a_click_on_a_schools_mark_opens_its_answer_and_back_returns(kept):
    view = open_figures(kept, kpi="a1a2")
    for school in ("成功國小", "安樂國小"):
        at = """([figures, school]) => { for (const figure of document.querySelectorAll(figures))
            for (const [n, trace] of figure._fullData.entries())
                for (const [m, one] of (trace.customdata ?? []).entries())
                    if (String(one?.[2] ?? '').endsWith('|' + school)) return [n, m]; }"""
        trace, point = view.page.evaluate(at, [FIGURES, school])
        mark = (
            view.page.locator(f"{FIGURES} >> nth=0")
            .locator(f".scatterlayer .trace >> nth={trace}")
            .locator(f".point >> nth={point}")
        )
        mark.scroll_into_view_if_needed()
        box = mark.bounding_box()
        view.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(view.page.locator(f"{FIGURES} .hoverlayer")).to_contain_text([school, ""])
        view.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(view.page.locator(".answer + .sub")).to_contain_text(school)
        view.settle()
    view.page.go_back()
    expect(view.page.locator(".answer + .sub")).to_contain_text("成功國小")


def test_a_click_on_a_mark_keeps_what_is_chosen_and_with_ctrl_opens_a_tab(kept):
    view = open_figures(kept, kpi="a1a2", x="gaps", y="count", sort="-rate", status="behind")
    bar = view.page.locator(f"{FIGURES} >> nth=0").locator(".barlayer .point path").first
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    view.page.mouse.move(*at)
    view.page.keyboard.down("Control")
    with view.page.context.expect_page() as opened:
        view.page.mouse.click(*at)
    view.page.keyboard.up("Control")
    assert "school=" in opened.value.url and "school=" not in view.page.url
    opened.value.close()
    view.page.mouse.click(*at)
    view.page.wait_for_url("**school=**")
    view.settle()
    for kept in ("x=gaps", "y=count", "sort=-rate", "status=behind"):
        assert kept in view.page.url


def test_hovering_a_curve_says_the_day_in_the_viewers_era_with_the_counts(kept, results):
    for era, written in (("roc", words.written_day), ("ce", lambda day: f"{day.year}/{day.month}/{day.day}")):
        view = open_figures(kept, kpi="a1a2", era=era)
        figure = view.page.locator(FIGURES).nth(1)
        figure.scroll_into_view_if_needed()
        box = figure.locator(".nsewdrag").bounding_box()
        view.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
        hover = figure.locator(".hoverlayer")
        expect(hover).to_contain_text("全市")
        text = hover.text_content()
        day = next(
            day
            for day in (dt.date(2022, 1, 1) + dt.timedelta(n) for n in range(365))
            if f"{written(day)}（" in text
        )
        row = results.row("keelung-111", day.isoformat(), "a1a2", "111", "city", "")
        assert f"{int(row['counted']):,}/{int(row['required']):,} 人" in text


def test_the_keyboard_reaches_every_value_through_the_table(kept):
    view = open_figures(kept, kpi="a1a2")
    fold = view.page.locator("summary", has_text="圖的數字").first
    fold.focus()
    view.page.keyboard.press("Enter")
    table = view.page.get_by_role("region", name="各校分布")
    expect(table.get_by_role("row", name="深美國小")).to_contain_text("44")
    expect(table.get_by_role("link", name="深美國小")).to_have_attribute("href", re.compile("school="))


@pytest.mark.parametrize("shape", [{}, {"x": "gaps", "y": "count"}, {"x": "pace", "lang": "en"}])
def test_no_text_of_a_figure_is_cut_off_at_any_width(kept, shape):
    view = open_figures(kept, kpi="a1a2", vs="2022-10-28", **shape)
    for width, size in WIDTHS.items():
        view.resize(*size)
        assert view.page.evaluate(CUT) == []
        assert view.page.evaluate(OVERFLOW) == []
        if width != "1920":
            assert view.serious() == []
    assert view.errors == []
    assert view.hosts <= {"127.0.0.1", "localhost"}


def test_a_finger_that_moves_on_a_figure_scrolls_the_page(browser, product):
    window = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = window.new_page()
    page.goto(product.address("indicator", kpi="a1a2"))
    figure = page.locator(FIGURES).first
    expect(figure.locator(".main-svg").first).to_be_visible()
    figure.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)  # until it listens
    box = figure.locator(".nsewdrag").bounding_box()
    before = page.evaluate("() => document.querySelector('[data-testid=\"stMain\"]').scrollTop")
    span = "() => JSON.stringify(document.querySelector('.js-plotly-plot')._fullLayout.xaxis.range)"
    shown = page.evaluate(span)
    session = window.new_cdp_session(page)
    x, y = box["x"] + 100, min(box["y"] + 200, 700)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        point = {"x": x, "y": y - 25 * step}
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        page.wait_for_timeout(16)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    scrolled = "before => document.querySelector('[data-testid=\"stMain\"]').scrollTop > before + 100"
    page.wait_for_function(scrolled, arg=before)
    assert page.evaluate(span) == shown, "and nothing was zoomed"
    window.close()


COLOURS = """() => [...document.querySelectorAll('.js-plotly-plot')].map(figure => {
    const of = (test, what) => getComputedStyle(figure.querySelector(test))[what];
    return [of('.xtick text', 'fill'), of('.scatterlayer path', 'stroke')];
})"""


def test_figures_are_dark_in_the_dark_and_light_on_paper(kept, browser, product):
    drawn = {}
    with contextlib.closing(
        browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    ) as window:
        dark = window.new_page()
        dark.goto(product.address("indicator", kpi="a1a2"))
        expect(dark.locator(f"{FIGURES} .main-svg").first).to_be_visible()
        for scheme, page in (("light", open_figures(kept, kpi="a1a2", place="1").page), ("dark", dark)):
            page.wait_for_function(
                "() => document.querySelectorAll('.js-plotly-plot .xtick text').length > 5"
            )
            drawn[scheme] = page.evaluate(COLOURS)
            page.emulate_media(media="print", color_scheme=scheme)
            drawn[f"{scheme} on paper"] = page.evaluate(COLOURS)
            page.emulate_media(media="screen", color_scheme=None)
    assert drawn["light"][0][0] == "rgb(82, 90, 99)" and drawn["dark"][0][0] == "rgb(176, 184, 192)"
    assert drawn["light"] != drawn["dark"]
    assert drawn["light"] == drawn["light on paper"] == drawn["dark on paper"]


def test_a_printed_figure_is_of_vectors_and_no_larger_than_the_page(kept):
    view = open_figures(kept, kpi="a1a2", era="ce")
    view.resize(*WIDTHS["1920"])
    view.page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    sizes = view.page.locator(FIGURES).evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.width, box.height])"
    )
    assert all(width <= 1041 and height <= 401 for width, height in sizes)
    assert view.page.locator(f"{FIGURES} canvas").count() == 0
    view.page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    # Plotly draws the figure at its own size again with the next frames.
    grown = "figures => document.querySelector(figures).getBoundingClientRect().height > 401"
    view.page.wait_for_function(grown, arg=FIGURES)


def test_a_page_without_a_figure_fetches_no_library_for_one(look):
    view = look().open("overview")
    fetched = "() => performance.getEntriesByType('resource').map(one => one.name).filter(name => /plotly/i.test(name))"
    assert view.page.evaluate(fetched) == []
    view.go("indicator")
    expect(view.page.locator(f"{FIGURES} .main-svg").first).to_be_visible()
    assert view.page.evaluate(fetched) != []
