"""What each of the four users comes for, in at most three clicks from the first page, as a person would click.

A click is a click or a choice from a list; what one reads, scrolls or types into a box that is open costs none.
"""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import View
from tests.running import figure_of

MOST = 3


@dataclass
class Walk:
    """A user at work in a tab, whose clicks are counted."""

    view: View
    clicks: int = 0

    @property
    def main(self):
        return self.view.page.locator('[data-testid="stMain"]')

    def click(self, target, heading):
        """Clicks, and waits for the page that has this heading."""
        self.clicks += 1
        target.click()
        expect(self.main.locator("h1").first).to_contain_text(heading)
        self.view.settle()

    def menu(self, page):
        return self.view.page.locator('[data-testid="stSidebar"] nav a', has_text=page)


@pytest.fixture
def walk(kept):
    """A user at the first page."""
    return Walk(kept())


def test_an_official_learns_who_is_behind_on_what_why_and_what_to_do_now(walk):
    cell = walk.main.locator("table.groups td.c-overdue a.cell").first
    kpi = figure_of(cell.get_attribute("data-figure"))["kpi"]
    walk.click(cell, "分組")
    school_cell = walk.main.locator(f'table.mx td.c-overdue a.cell[data-figure^="{kpi}|school|"]').first
    school = figure_of(school_cell.get_attribute("data-figure"))["school"]
    walk.click(school_cell, school)
    expect(walk.main.locator(f'.kr.open[data-figure^="{kpi}|"]')).to_contain_text("還差")
    expect(walk.main.locator(".krbody")).to_contain_text("還缺的")
    walk.click(walk.main.get_by_role("link", name="寫催辦"), "催辦")
    message = walk.main.locator('[data-testid="stCode"]')
    expect(message).to_contain_text(school)
    expect(message).to_contain_text("還差")
    assert walk.clicks <= MOST


def test_a_lead_school_sees_what_each_partner_lacks_and_writes_to_one(walk):
    walk.click(walk.menu("分組"), "分組")
    walk.click(walk.main.locator("a.pill", has_text="Maker創客組"), "Maker創客組")
    expect(walk.main.get_by_role("heading", name="本週可以做的事")).to_be_visible()
    walk.click(walk.main.get_by_role("link", name="寫催辦").first, "催辦")
    expect(walk.main.locator('[data-testid="stCode"]')).to_contain_text("還差")
    assert walk.clicks <= MOST


def test_a_school_sees_what_it_owes_who_is_missing_and_why_a_row_was_refused(walk):
    walk.click(walk.menu("學校"), "學校")
    box = walk.main.get_by_role("combobox").first
    walk.clicks += 1
    box.click()
    box.fill("中山")
    box.press("Enter")
    expect(walk.main.locator("h1").first).to_contain_text("中山國小")
    walk.view.settle()
    owed = walk.main.locator(".kr > a", has_text="還差").filter(has_text="有退回的列")
    walk.click(owed.first, "中山國小")
    row = walk.main.locator(".krbody")
    expect(row.get_by_text("還缺的").first).to_be_visible()
    expect(row.get_by_text("被退回").first).to_be_visible()
    expect(row.get_by_text("請").first).to_be_visible()
    assert walk.clicks <= MOST


def test_a_presenter_shows_how_far_things_went_and_one_indicators_course(walk):
    walk.click(walk.view.page.locator("a.pill", has_text="四週前"), "總覽")
    expect(walk.main.locator(".quiet").first).to_contain_text("相比")
    tiles = walk.main.locator(".tile")
    changed = tiles.filter(has=walk.view.page.locator(".chg"))
    expect(changed).to_have_count(tiles.count())
    walk.click(tiles.first.locator("a").first, "指標")
    expect(walk.main.get_by_role("figure", name="全市累計人數")).to_be_visible()
    expect(walk.main.locator(".quiet").first).to_contain_text("相比")
    assert walk.clicks <= MOST
