"""The slides in a browser: nothing cut off at the sizes of projectors, turned by keys without asking anybody, and on paper."""

import contextlib
import io
import re
import shutil

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.conftest import serving, tabs

ASKED = {
    "keelung-111": {"on": "2022-11-25", "vs": "2022-10-21"},
    "ntpc-5g-112": {"programme": "ntpc-5g-112", "on": "2023-11-30", "vs": "2023-10-01"},
}
SHOWN = {**ASKED, **{f"{name} in English": {**asked, "lang": "en"} for name, asked in ASKED.items()}}
SIZES = ((1920, 1080), (1280, 720))
# What stands out of its slide, what is longer than its box, and what stands upon something else.
WRONG = """() => {
    const slide = document.querySelector('.deck .slide.on');
    const edge = slide.getBoundingClientRect(), found = [];
    const box = test => slide.querySelector(test)?.getBoundingClientRect();
    for (const one of slide.querySelectorAll('*')) {
        const at = one.getBoundingClientRect();
        if (at.width && (at.right > edge.right + 1 || at.bottom > edge.bottom + 1 || at.left < edge.left - 1))
            found.push(`out: ${one.textContent.slice(0, 40)}`);
        if (['P', 'H2', 'TH', 'TD', 'SPAN', 'FOOTER'].includes(one.tagName) && one.scrollWidth > one.clientWidth + 2 && one.clientWidth)
            found.push(`cut: ${one.textContent.slice(0, 40)}`);
    }
    const parts = ['.about', 'h2', '.main > .big', 'table', '.lines', '.flags', 'footer'].map(test => [test, box(test)]).filter(([, at]) => at);
    parts.forEach(([name, a], at) => parts.slice(at + 1).forEach(([other, b]) => {
        if (a.bottom > b.top + 1) found.push(`${name} upon ${other}`);
    }));
    for (const strip of slide.querySelectorAll('.strip')) {
        if (strip.getBoundingClientRect().width < 200 * edge.width / 1920) found.push('a strip without room');
    }
    const texts = [...slide.querySelectorAll('.curve svg text')].map(one => [one.textContent, one.getBoundingClientRect()]);
    texts.forEach(([name, a], at) => texts.slice(at + 1).forEach(([other, b]) => {
        if (a.left < b.right && b.left < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom) found.push(`${name} upon ${other}`);
    }));
    const curve = box('.curve'), main = box('.main');
    if (curve && main && main.right > curve.left) found.push('the table upon the curve');
    if (curve && curve.bottom > (box('.lines') ?? box('.flags') ?? box('footer')).top + 1) found.push('the curve upon a text');
    return found;
}"""
ON = "() => document.querySelector('.deck .slide.on').dataset.key"
SMALLEST = """() => Math.min(...[...document.querySelectorAll('.deck .slide.on :is(p, h2, th, td, li, span, b)')]
    .filter(one => one.textContent.trim() && !one.closest('svg')).map(one => parseFloat(getComputedStyle(one).fontSize))) * 1920 / innerWidth"""


def opened(kept, **asked):
    kept("help", "1920")  # the slides turn to themselves when somebody goes back
    view = kept("present", "1920", **asked)
    expect(view.page.locator(".deck.turned")).to_be_attached()
    press(view, "Home")
    return view


def press(view, *keys):
    for key in keys:
        view.page.keyboard.press(key)


@pytest.mark.parametrize("shown", SHOWN)
def test_no_slide_is_cut_off_and_nothing_stands_upon_another_at_both_sizes(kept, shown):
    view = opened(kept, **SHOWN[shown])
    keys = view.page.locator(".deck .slide").evaluate_all("all => all.map(one => one.dataset.key)")
    assert len(keys) > 15 and len(set(keys)) == len(keys)
    for width, height in SIZES:
        view.page.set_viewport_size({"width": width, "height": height})
        press(view, "Home")
        for key in keys:
            on, wrong, smallest = view.page.evaluate(f"() => [({ON})(), ({WRONG})(), ({SMALLEST})()]")
            assert on == key
            assert wrong == [], (key, width)
            assert smallest >= 23.9, key  # the floor of a slide that is read from the back row
            press(view, "ArrowRight")
    assert view.errors == []


def test_the_keys_turn_the_slides_without_asking_anybody(look):
    view = look("1920").open("present", **ASKED["keelung-111"])
    expect(view.page.locator(".deck.turned")).to_be_attached()
    asked = []
    view.page.on("request", lambda request: asked.append(request.url))
    view.page.on("websocket", lambda socket: asked.append(socket.url))
    keys = view.page.locator(".deck .slide").evaluate_all("all => all.map(one => one.dataset.key)")

    def at(*pressed):
        press(view, *pressed)
        return keys.index(view.page.evaluate(ON))

    assert [at("ArrowRight"), at(" "), at("PageDown"), at("ArrowLeft"), at("End")] == [
        1,
        2,
        3,
        2,
        len(keys) - 1,
    ]
    assert [at("ArrowRight"), at("Home"), at("ArrowLeft")] == [len(keys) - 1, 0, 0]
    assert keys[at("ArrowRight", "d")] == "data" and at("d") == 1
    assert view.page.url.endswith(f"#{keys[1]}")
    deck = view.page.locator(".deck")
    press(view, "b")
    expect(deck).to_have_class(re.compile("black"))
    assert at("ArrowRight") == 2
    expect(deck).not_to_have_class(re.compile("black"))
    press(view, "p")
    view.page.mouse.move(600, 400)
    expect(view.page.locator(".deck .spot")).to_be_visible()
    press(view, "p")
    expect(view.page.locator(".deck .spot")).to_be_hidden()
    press(view, "l")
    expect(view.page.locator(".deck .panel")).to_be_visible()
    press(view, "ArrowDown", "Enter")
    assert keys.index(view.page.evaluate(ON)) == 3
    expect(view.page.locator(".deck .panel")).to_be_hidden()
    press(view, "f")
    expect(view.page.locator(".deck:fullscreen")).to_be_attached()
    press(view, "f")
    expect(view.page.locator(".deck:fullscreen")).to_have_count(0)
    press(view, "t")
    background = "() => getComputedStyle(document.querySelector('.slide.on')).backgroundColor"
    dark = view.page.evaluate(background)
    press(view, "t")
    assert view.page.evaluate(background) != dark
    assert [url for url in asked if "_stcore" not in url] == [] and view.errors == []


def test_a_mark_in_the_address_that_is_no_slide_is_passed_over(kept):
    view = opened(kept, **ASKED["keelung-111"])
    for mark in ("%", "%E0%A4%A", "nothing of ours"):
        press(view, "Home")
        view.page.goto(f"{view.page.url.partition('#')[0]}#{mark}")
        assert view.page.evaluate(ON) == "city", mark
        press(view, "ArrowRight")
        assert view.page.evaluate(ON) != "city" and view.errors == [], mark


def test_a_heading_of_a_slide_is_no_link(kept):
    view = opened(kept, **ASKED["keelung-111"])
    assert view.page.locator('.deck [data-testid="stHeaderActionElements"]:visible').count() == 0


def test_it_turns_by_itself_after_the_seconds_that_are_chosen(look):
    view = look("1920")
    view.page.clock.install()
    view.open("present", **ASKED["keelung-111"])
    press(view, "l")
    view.page.get_by_role("button", name="10 秒").click()
    press(view, "Escape", "Home")
    first = view.page.evaluate(ON)
    view.page.clock.run_for(10_600)
    assert view.page.evaluate(ON) != first
    press(view, "a", "Home")
    view.page.clock.run_for(60_000)
    assert view.page.evaluate(ON) == first


def test_it_begins_with_what_is_chosen_and_escape_leads_back(look):
    view = look("1440").open("indicator", kpi="a1a2", vs="2022-10-21", on="2022-11-25")
    view.page.locator("a.present").click()
    expect(view.page.locator(".deck .slide.on")).to_have_attribute("data-key", "kpi-a1a2-111")
    assert "vs=2022-10-21" in view.page.url
    press(view, "ArrowRight", "Escape")
    expect(view.page.locator("h1", has_text="指標")).to_be_visible()
    assert "kpi=a1a2" in view.page.url and "/indicator" in view.page.url
    expect(view.page.locator(".deck")).to_have_count(0)


def test_a_choice_of_the_list_keeps_the_slide(kept):
    view = opened(kept, **ASKED["keelung-111"])
    press(view, "ArrowRight", "ArrowRight", "l")
    on = view.page.evaluate(ON)
    assert view.page.locator(".deck", has_text="七堵國小").count() == 1
    view.page.get_by_role("link", name="不寫校名").click()
    expect(view.page.locator(".deck .slide.on .lines")).to_have_count(0)
    assert view.page.evaluate(ON) == on and "schools=0" in view.page.url
    assert "國小組" in view.text() and "七堵國小" not in view.page.content()


def test_the_page_prints_a_sheet_a_slide(kept):
    view = opened(kept, **ASKED["keelung-111"])
    titles = view.page.locator(".deck h2").all_text_contents()
    sheets = PdfReader(io.BytesIO(view.page.pdf(prefer_css_page_size=True))).pages
    assert len(sheets) == len(titles)
    for at, sheet in enumerate(sheets, start=1):
        assert f"{at}/{len(titles)}" in re.sub(r"\s", "", sheet.extract_text())
        assert sheet.mediabox.width > sheet.mediabox.height


def test_a_phone_reads_the_slides_one_below_the_other(look):
    view = look("390").open("present", **ASKED["keelung-111"])
    shown = view.page.locator(".deck .slide").evaluate_all(
        "all => all.filter(one => one.checkVisibility({visibilityProperty: true})).length"
    )
    assert shown == view.page.locator(".deck .slide").count()
    assert view.page.evaluate("document.querySelector('.deck').scrollWidth <= innerWidth")
    expect(view.page.get_by_role("link", name="離開簡報").last).to_be_visible()
    view = look("390").open("present", kpi="it_lead", **ASKED["keelung-111"])
    expect(view.page.locator('.slide[data-key="kpi-it_lead-111"] h2')).to_be_in_viewport()


def test_the_slides_can_be_read_and_used_by_everybody(kept):
    view = opened(kept, **ASKED["keelung-111"])
    assert view.serious() == []
    said = view.page.locator(".deck .news")
    press(view, "ArrowRight")
    expect(said).to_contain_text("2/")
    press(view, "l")
    assert view.serious() == []


def test_the_file_presents_and_asks_nobody(browser, product, tmp_path):
    file = tmp_path / "out.html"
    options = ("--programme", "keelung-111", "--as-of", "2022-11-25", "--compare", "2022-10-21")
    product.kpi("export", "html", "--output", str(file), *options)
    window = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    page, asked, errors = window.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(file.as_uri())
    first = page.evaluate(ON)
    for _ in range(page.locator(".deck .slide").count()):
        assert page.evaluate(WRONG) == []
        page.keyboard.press("ArrowRight")
    assert page.evaluate(ON) == "data" != first
    assert asked == [file.as_uri()] and errors == []
    window.close()


def test_a_server_out_of_reach_covers_no_slide_and_is_a_quiet_line_elsewhere(
    tmp_path_factory, windows, product
):
    def copied(folder):
        shutil.copytree(product.folder / "sample", folder / "sample")

    with contextlib.ExitStack() as ending:
        with serving(tmp_path_factory, copied) as own:
            look = ending.enter_context(tabs(windows, own))
            slides, page = look("1920").open("present", **ASKED["keelung-111"]), look("1440").open("group")
            expect(slides.page.locator(".deck.turned")).to_be_attached()
        for view in (slides, page):
            view.page.locator(".stDialog").wait_for(state="attached", timeout=60_000)
        expect(slides.page.locator(".stDialog")).to_be_hidden()
        press(slides, "End")
        assert slides.page.evaluate(ON) == "data"
        line = page.page.locator(".stDialog section")
        told = line.evaluate("one => getComputedStyle(one, '::after').content")
        assert "連線中斷" in told
        assert line.evaluate(
            "one => [...one.children].every(child => getComputedStyle(child).display === 'none')"
        )
        assert page.page.locator(".stDialog").evaluate("one => getComputedStyle(one).pointerEvents") == "none"


def test_shift_and_space_go_back(kept):
    view = opened(kept, **ASKED["keelung-111"])
    first = view.page.evaluate(ON)
    press(view, " ")
    assert view.page.evaluate(ON) != first
    press(view, "Shift+Space")
    assert view.page.evaluate(ON) == first
