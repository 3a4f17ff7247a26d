"""No page loses anything for want of room: at each width that people have, with the sidebar and without, and on paper."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import tabs
from tests.browser.views import OVERFLOW, PATHS, SPILLS

PAGES = [
    path for path in PATHS[1:] if path != "present"
]  # slides have neither sidebar nor widths of their own
# The screens of offices and of schools, a tablet across and upright, a window beside another or at 200 %, a phone.
HERE = {"open": (1920, 1440, 1366, 1280, 1024, 800), "closed": (1280, 1024, 800, 660, 390)}
PAPER = (1047, 718)  # A4 across, without its margins
WITH = {"keelung-111": {}, "ntpc-5g-112": {"programme": "ntpc-5g-112"}}
# No two pages in a row have the same heading, see `View.go`.
EACH = {f"{page}-{name}": (chosen, page) for name, chosen in WITH.items() for page in PAGES}

# Parts of a school's rows that stand out of their row, and texts that stand out of their part.
CUT = """() => {
    const found = [];
    for (const row of document.querySelectorAll('.kr > a, .kr.head')) {
        const edge = row.getBoundingClientRect();
        for (const part of row.children) {
            const box = part.getBoundingClientRect();
            const range = document.createRange();
            range.selectNodeContents(part);
            const text = range.getBoundingClientRect();
            const inside = box.right <= edge.right + 1 && text.right <= box.right + 1 && text.left >= box.left - 1;
            if (part.checkVisibility() && text.width && !inside)
                found.push(`${part.className} ${part.textContent.slice(0, 40)}`);
        }
    }
    return found.slice(0, 5);
}"""

# The button that opens the sidebar, where it stands on the heading.
COVERED = """() => {
    const box = test => document.querySelector(test)?.getBoundingClientRect();
    const opener = box('[data-testid="stExpandSidebarButton"]');
    const heading = box('[data-testid="stMain"] h1');
    return Boolean(opener) && opener.width > 0 && opener.bottom > heading.top;
}"""

# Boxes that scroll across without the shade that says so, or have the shade and do not scroll.
UNTOLD = """() => [...document.querySelectorAll('.kpi .scroll')].filter(box => {
    const told = getComputedStyle(box, '::after').opacity > 0;
    return box.checkVisibility() && told !== box.scrollWidth > box.clientWidth;
}).map(box => box.getAttribute('aria-label'))"""

TESTS = (OVERFLOW, SPILLS, CUT, UNTOLD, COVERED)
# Whether anything slides to its place is of no matter here, and to draw it takes as long as all else.
AT_ONCE = "*, *::before, *::after { transition: none !important; }"

# What is of no use on paper, what does not show all that it holds, and what stands upon something else.
ON_PAPER = """() => {
    const main = document.querySelector('[data-testid="stMain"]');
    const shown = test => [...main.querySelectorAll(test)].filter(element => element.checkVisibility());
    const controls = shown('button, input, [role="combobox"], .pill, .files').map(element => element.textContent);
    const cut = shown('.scroll, .tall').filter(
        box => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1
    ).map(box => box.textContent.slice(0, 40));
    const boxes = shown('figure, .scroll').map(element => [element, element.getBoundingClientRect()]);
    const upon = boxes.flatMap(([one, a], at) => boxes.slice(at + 1).filter(([other, b]) =>
        !one.contains(other) && a.top + 1 < b.bottom && b.top + 1 < a.bottom && a.left + 1 < b.right && b.left + 1 < a.right
    ).map(([other]) => `${one.textContent.slice(0, 40)} | ${other.textContent.slice(0, 40)}`));
    return { controls, cut, upon };
}"""


def turn(view, sidebar):
    """Opens or closes the sidebar; a window remembers it from tab to tab."""
    opener = view.page.get_by_test_id("stExpandSidebarButton")
    if sidebar == "open" and opener.is_visible():
        opener.click()
    elif sidebar == "closed" and not opener.is_visible():
        view.page.get_by_test_id("stSidebarHeader").hover()
        view.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    expect(opener).to_be_visible(visible=sidebar == "closed")


def check_widths(view):
    """Nothing of what is open is cut off or covered, at any width; first with the sidebar as it is."""
    view.resize(HERE["open"][0])
    closed = view.page.get_by_test_id("stExpandSidebarButton").is_visible()
    for sidebar in sorted(HERE, reverse=not closed):
        widths = HERE[sidebar]
        view.resize(widths[0])
        turn(view, sidebar)
        for width in widths:
            view.resize(width)
            found = view.page.evaluate(f"() => [{', '.join(f'({test})()' for test in TESTS)}]")
            assert not any(found), (sidebar, width, [told for told in found if told])


def check_paper(view):
    """What is open holds all its figures on paper, and no control."""
    view.page.emulate_media(media="print")
    try:
        view.resize(*PAPER)
        assert view.page.evaluate(ON_PAPER) == {"controls": [], "cut": [], "upon": []}
        assert view.page.evaluate(OVERFLOW) == []
    finally:
        view.page.emulate_media(media="screen")


@pytest.fixture(scope="module")
def tab(windows, product):
    """A tab that goes from page to page."""
    with tabs(windows, product) as look:
        view = look().open("help")
        view.page.add_style_tag(content=AT_ONCE)
        yield view


@pytest.fixture(scope="module", params=EACH.values(), ids=EACH)
def opened(request, tab):
    """The tab with a page of a programme, shared by the tests that change nothing there."""
    programme, page = request.param
    return tab.go(page, **programme)


def test_nothing_of_a_page_is_cut_off_or_covered_at_any_width(opened):
    check_widths(opened)


def test_a_printed_page_holds_all_its_figures_and_no_control(opened):
    check_paper(opened)


# A school's page with figures: an open row and where the school stands, and a row with a part of the plan.
DRAWN = (
    {"school": "八斗國小", "kpi": "a1a2", "vs": "2022-10-28", "place": "1"},
    {"programme": "ntpc-5g-112", "school": "望海國小", "kpi": "public_lesson", "plan": "budget"},
)


@pytest.mark.parametrize("asked", DRAWN, ids=["place", "plan"])
def test_a_schools_figures_stand_at_any_width_and_on_paper(tab, asked):
    tab.errors.clear()
    view = tab.go("school", **asked)
    expect(view.page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    check_widths(view)
    check_paper(view)
    assert view.page.locator(".js-plotly-plot").count() == 2
    assert view.serious() == [] and view.errors == []


def test_a_row_opens_from_the_keyboard_and_the_browsers_back_closes_it(kept):
    view = kept("school", school="八斗國小")
    row = view.page.locator(".kr > a").nth(1)
    row.focus()
    view.page.keyboard.press("Enter")
    expect(row).to_have_attribute("aria-expanded", "true")
    expect(view.page.locator(".js-plotly-plot")).to_have_count(1)
    expect(row).to_be_focused()
    view.page.go_back()
    expect(row).to_have_attribute("aria-expanded", "false")
    expect(view.page.locator(".js-plotly-plot")).to_have_count(0)


def test_a_school_chosen_on_a_phone_brings_its_figures_into_view(kept):
    view = kept("indicator", "390")
    view.page.get_by_role("row", name="八斗國小").get_by_role("link").last.click()
    expect(view.page.locator(".answer + .sub")).to_contain_text("八斗國小")
    expect(view.page.get_by_role("heading", name="為什麼是這個數字")).to_be_in_viewport()


def test_what_orders_the_schools_is_large_enough_for_a_finger(kept):
    boxes = [link.bounding_box() for link in kept("group", "390").page.locator("a.by").all()]
    assert boxes
    assert all(min(box["width"], box["height"]) >= 24 for box in boxes)


def test_in_english_an_apostrophe_is_not_as_wide_as_a_chinese_character(kept):
    view = kept("help", lang="en")
    wide = """() => {
        const mark = document.createElement('span');
        mark.textContent = '’';
        document.querySelector('[data-testid="stMain"] .kpi').append(mark);
        return mark.getBoundingClientRect().width / parseFloat(getComputedStyle(mark).fontSize);
    }"""
    assert view.page.evaluate(wide) < 0.5
