"""What a browser lets other pages do to the product, and what becomes of a download."""

import contextlib
import http.server
import threading
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

ATTACK = """async address => {
    const tried = {};
    const attempt = async (name, doing) => {
        try { tried[name] = String(await doing()).slice(0, 80); } catch (error) { tried[name] = 'refused'; }
    };
    await attempt('stream', () => new Promise((resolve, reject) => {
        const stream = new WebSocket(address.replace('http', 'ws') + '_stcore/stream', ['streamlit']);
        stream.onopen = () => resolve('open');
        stream.onerror = reject;
    }));
    await attempt('page', async () => (await fetch(address, {credentials: 'include'})).text());
    await attempt('opaque', async () => (await fetch(address, {mode: 'no-cors', credentials: 'include'})).type);
    await attempt('file', async () => (await fetch(address + 'files/x', {credentials: 'include'})).text());
    await attempt('upload', async () => (await fetch(address + '_stcore/upload_file/a/b', {
        method: 'PUT', body: 'x', credentials: 'include'})).status);
    await attempt('blind upload', async () => (await fetch(address + '_stcore/upload_file/a/b', {
        method: 'POST', mode: 'no-cors', body: 'x', credentials: 'include'})).type);
    await attempt('script', () => new Promise((resolve, reject) => {
        const script = document.createElement('script');
        script.src = address + 'health';
        script.onload = () => resolve('loaded');
        script.onerror = reject;
        document.head.append(script);
    }));
    await attempt('image', () => new Promise((resolve, reject) => {
        const image = new Image();
        image.onload = () => resolve('loaded');
        image.onerror = reject;
        image.src = address + 'favicon.png';
    }));
    const frame = document.createElement('iframe');
    frame.src = address;
    document.body.append(frame);
    await new Promise(resolve => { frame.onload = resolve; setTimeout(resolve, 3000); });
    return tried;
}"""


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """A web service of somebody else's."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title><body><a id=visit>visit</a>")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def elsewhere():
    """The port of another web service of this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        yield service.server_address[1]
        service.shutdown()


def attack(page, address, product):
    """What a page of another origin tried, the frames that it has then, and what was answered."""
    answered = []
    page.on("response", lambda answer: answered.append(answer))
    page.goto(address)
    tried = page.evaluate(ATTACK, product.address())
    frames = [frame for frame in page.frames if frame != page.main_frame]
    return tried, [frame.content() for frame in frames], answered


def test_a_page_of_another_origin_opens_no_stream_and_reads_and_posts_nothing(browser, product, elsewhere):
    with contextlib.closing(browser.new_context()) as window:
        own = window.new_page()
        own.goto(product.address())  # the browser has the product open, with its cookie
        expect(own.locator("h1").first).to_be_visible()
        for name in ("127.0.0.1", "localhost"):
            tried, shown, answered = attack(window.new_page(), f"http://{name}:{elsewhere}/", product)
            assert tried == dict.fromkeys(tried, "refused") and len(tried) == 8, name
            assert not any("數位學習" in text or 'id="root"' in text for text in shown), name
            of_product = [answer for answer in answered if urlsplit(answer.url).port == product.port]
            assert of_product and {answer.status for answer in of_product} == {403}, name


def test_a_link_from_another_site_opens_the_page_and_keeps_the_browsers_cookie(browser, product, elsewhere):
    with contextlib.closing(browser.new_context()) as window:
        page = window.new_page()
        page.goto(product.address())
        (before,) = [cookie["value"] for cookie in window.cookies() if cookie["name"] == "kpi_browser"]
        page.goto(f"http://localhost:{elsewhere}/")
        page.evaluate("address => { visit.href = address; visit.click(); }", product.address("school"))
        expect(page.locator('[data-testid="stMain"] h1').first).to_be_visible()
        (after,) = [cookie["value"] for cookie in window.cookies() if cookie["name"] == "kpi_browser"]
    assert before == after


@pytest.mark.parametrize(("width", "kind"), [("1440", "CSV"), ("1440", "ODS"), ("390", "XLSX")])
def test_a_click_brings_the_file_whatever_the_page_does_meanwhile(kept, width, kind):
    view = kept("group", width)
    link = view.page.locator("a.file", has_text=kind).first
    view.page.locator(".files > summary").first.click()
    name = link.get_attribute("download")
    with view.page.expect_download() as coming:
        link.click()
    assert coming.value.suggested_filename == name
    view.page.evaluate("window.kept = document.querySelector('a.file').href")
    for day in ("2022-11-22", "2022-10-31", "2022-11-25"):
        view.go("school", on=day)
    kept = view.page.evaluate("async () => (await fetch(window.kept)).status")
    assert kept == 200 and view.errors == []


def test_what_is_wrong_with_a_download_is_said_beside_it(kept):
    view = kept("overview")
    view.page.route(
        "**/files/*", lambda route: route.fulfill(status=404, body="請重新整理頁面，再按一次下載。")
    )
    view.page.locator(".files > summary").first.click()
    view.page.locator("a.file").first.click()
    alert = view.page.locator('.files [role="alert"]')
    expect(alert).to_have_text("下載沒有成功：請重新整理頁面，再按一次下載。")
    view.page.unroute("**/files/*")
    with view.page.expect_download():
        view.page.locator("a.file").first.click()
    expect(alert).to_have_count(0)


@pytest.mark.parametrize("width", ["1440", "390"])
def test_the_files_of_one_table_at_a_time_unfold_by_keyboard_beside_its_button_and_inside_the_page(
    kept, width
):
    view = kept("help", width)
    tables = view.page.locator("details.files")
    first, second = tables.nth(0), tables.nth(1)
    expect(first.locator("a.file").first).to_be_hidden()
    height = first.evaluate("one => one.offsetHeight")
    first.locator("summary").focus()
    view.page.keyboard.press("Enter")
    expect(first.locator("a.file")).to_have_count(3)
    places = first.evaluate(
        """one => [...one.querySelectorAll('summary, a')].map(each => {
            const box = each.getBoundingClientRect();
            return [box.left, box.top, box.right, document.elementFromPoint(box.left + 9, box.top + 9) === each];
        })"""
    )
    assert first.evaluate("one => one.offsetHeight") == height, "nothing below it moves"
    assert len({top for _, top, _, _ in places}) == 1 and all(on_top for *_, on_top in places)
    assert max(right for _, _, right, _ in places) <= int(width)
    view.page.keyboard.press("Tab")
    expect(first.locator("a.file").first).to_be_focused()
    second.locator("summary").click()
    expect(second.locator("a.file").first).to_be_visible()
    expect(first.locator("a.file").first).to_be_hidden()
    second.locator("summary").press("Enter")
    expect(second.locator("a.file").first).to_be_hidden()
    assert view.errors == []


def test_a_script_that_a_cell_would_bring_does_not_run(kept):
    view = kept("overview", lang="en")
    ran = view.page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'window.hacked = true';
        document.body.append(script);
        const image = document.createElement('div');
        image.innerHTML = '<img src=x onerror="window.hacked = true">';
        document.body.append(image);
        return new Promise(resolve => setTimeout(() => resolve(Boolean(window.hacked)), 500));
    }""")
    assert ran is False
