"""Several programmes of one deployment in a browser: choosing one and its period, and a school's plan.

The pages of the second programme are those of the first, so only what it has of its own is looked at here.
"""

import csv
import io

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WIDTHS
from tests.browser.views import OVERFLOW, SPILLS

OTHER = "ntpc-5g-112"
SCHOOL = "望海國小"
STATED = ("counted", "base", "required", "status", "flags")


@pytest.fixture(scope="module")
def rows(product):
    """`kpi results` of the second programme on its own day, by indicator, period, level, group and school."""
    told = product.kpi("results", "--programme", OTHER, "--format", "csv")
    keys = ("kpi", "period", "level", "group", "school")
    return {tuple(row[key] for key in keys): row for row in csv.DictReader(io.StringIO(told))}


def choose(view, label, option):
    """Chooses in a list of the sidebar, as a viewer does."""
    view.page.get_by_label(label, exact=False).first.click()
    view.page.get_by_role("option", name=option).first.click()
    view.page.wait_for_url("**/*programme=*")
    view.settle()


def lead(view):
    return view.page.locator(".kpi .lead").first


def test_the_first_page_is_of_the_first_programme_and_the_other_is_a_choice_away(look):
    view = look().open()
    assert "基隆市 111 年" in view.text() and "111/11/25" in view.text()
    choose(view, "計畫", "新北市")
    expect(view.page.locator(".kpi .quiet").first).to_contain_text("112/11/30")
    assert f"programme={OTHER}" in view.page.url
    expect(lead(view)).to_contain_text("112 年、111 學年第 2 學期、112 學年第 1 學期、全期")
    assert view.errors == []


def test_a_period_that_is_chosen_is_shown_alone_and_stays_in_the_address(kept):
    view = kept("overview", programme=OTHER)
    choose(view, "期間", "111 學年第 2 學期")
    view.page.wait_for_url("**/*period=111-2*")
    view.settle()
    assert {figure["period"] for figure in view.figures()} == {"111-2"}
    assert all(
        "period=111-2" in (link.get_attribute("href") or "") for link in view.page.locator("a.cell").all()[:5]
    )


@pytest.mark.parametrize("page", ["overview", "group", "school"])
def test_every_figure_of_the_second_programme_is_that_of_its_results(kept, rows, page):
    view = kept(page, programme=OTHER, **({"school": SCHOOL} if page == "school" else {}))
    found = view.figures()
    assert len(found) > 20
    schools = {
        (kpi, period, level, school): row for (kpi, period, level, _, school), row in rows.items() if school
    }
    for figure in found:
        kpi, period, level = figure["kpi"], figure["period"], figure["level"]
        group = figure.get("group", "") if level == "group" else ""
        row = (
            schools[kpi, period, level, figure["school"]]
            if level == "school"
            else rows[kpi, period, level, group, ""]
        )
        assert {name: figure[name] for name in STATED} == {name: row[name] for name in STATED}, figure


def test_a_schools_plan_shows_its_targets_and_its_money(kept, rows):
    view = kept("school", programme=OTHER, school=SCHOOL)
    for heading in ("量化目標", "經費"):
        expect(view.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    goals = view.page.get_by_role("table", name="量化目標")
    row = rows["targets", "112", "school", "淡水區", SCHOOL]
    met = goals.locator("[data-item][data-period='112'][data-status='met']")
    assert met.count() == int(row["counted"])
    told = view.page.evaluate(
        "() => [...document.querySelectorAll('[data-item]')].map(e => ({...e.dataset}))"
    )
    for item in told:
        if item["status"] in ("met", "on_track"):
            assert (float(item["value"]) >= float(item["goal"])) == (item["status"] == "met"), item
    money = view.page.get_by_role("table", name="經費（元）")
    approved = money.locator("[data-part='granted'][data-year=''][data-name='approved']")
    assert (
        approved.inner_text().replace(",", "")
        == rows["grant_ceiling", "term", "school", "淡水區", SCHOOL]["counted"]
    )
    expect(view.page.get_by_text("超出 2 萬元").first).to_be_visible()
    assert "未填" in money.inner_text()
    expect(view.page.get_by_role("figure", name="各年核定與實支")).to_be_visible()


@pytest.mark.parametrize("width", ["1440", "390"])
@pytest.mark.parametrize("page", ["overview", "group", "school"])
def test_the_pages_of_the_second_programme_stand_at_each_width(kept, page, width):
    chosen = {"school": SCHOOL} if page == "school" else {"group": "淡水區"} if page == "group" else {}
    view = kept(page, width, programme=OTHER, **chosen)
    assert view.page.evaluate(OVERFLOW) == []
    assert view.page.evaluate(SPILLS) == []
    assert view.serious() == []
    if width == "1440":
        view.resize(*WIDTHS["1920"])
        assert view.page.evaluate(OVERFLOW) == []
        assert view.page.evaluate(SPILLS) == []
    assert view.errors == []
