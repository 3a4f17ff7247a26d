"""The tiles of 總覽 under a pointer, and its picture that is there only when one asks for it."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

TILE = '.kpi .tile[data-figure^="a1a2|"]'
LEAST = 24  # pixels that a finger needs


def asked(page):
    """The page that the address names, and its parameters."""
    parts = urlsplit(page.url)
    return parts.path.strip("/"), {name: values[0] for name, values in parse_qs(parts.query).items()}


def test_a_tile_leads_to_its_indicator_wherever_it_is_clicked(kept):
    view = kept()
    for part in (".strip", ".bar", ".big", ".t span"):
        box = view.page.locator(f"{TILE} {part}").first.bounding_box()
        view.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(view.page.locator("h1").first).to_contain_text("指標")
        page, query = asked(view.page)
        assert (page, query["kpi"]) == ("indicator", "a1a2") and "status" not in query, part
        view.go("overview")
    assert view.errors == []


def test_a_count_of_a_tile_is_large_enough_for_a_finger_and_leads_to_its_schools(kept):
    view = kept(width="390")
    boxes = [link.bounding_box() for link in view.page.locator(".kpi .tile .cnt a").all()]
    assert len(boxes) > 20 and min(min(box["width"], box["height"]) for box in boxes) >= LEAST
    link = view.page.locator(f"{TILE} .cnt a", has_text="▼")
    many = link.inner_text().split()[1]
    link.click()
    expect(view.page.locator("h1").first).to_contain_text("指標")
    assert asked(view.page)[1]["status"] == "behind"
    expect(view.page.locator(".kpi a.pill.on", has_text="▼")).to_contain_text(many)


def test_the_tile_that_the_keyboard_is_on_has_a_ring_around_it(kept):
    view = kept()
    title = view.page.locator(f"{TILE} .t a")
    view.page.locator("h1").first.click()
    title.focus()
    view.page.keyboard.press("Tab")
    view.page.keyboard.press("Shift+Tab")
    ring = title.evaluate("link => getComputedStyle(link, '::after').outlineWidth")
    box = title.evaluate("link => parseFloat(getComputedStyle(link, '::after').height)")
    assert ring == "2px" and box > 100


def test_the_first_page_fetches_nothing_that_draws_until_it_is_asked_for_a_picture(look):
    view = look()
    scripts = []
    view.page.on("request", lambda request: scripts.append(request.url))
    view.open()
    assert not [url for url in scripts if "plotly" in url.lower()]
    view.page.locator(".kpi a.pill", has_text="資訊組長").click()
    expect(view.page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    view.settle()
    assert asked(view.page)[1]["trend"] == "it_lead"
    plot = view.page.locator(".js-plotly-plot .nsewdrag").first
    plot.scroll_into_view_if_needed()
    plot.hover()
    hover = view.page.locator(".js-plotly-plot .hoverlayer")
    expect(hover).to_contain_text("111/10/")
    expect(hover).to_contain_text("✓ 達標")
    assert view.serious() == [] and view.errors == []
    view.page.locator(".kpi a.pill.on", has_text="資訊組長").click()
    expect(view.page.locator(".js-plotly-plot")).to_have_count(0)
