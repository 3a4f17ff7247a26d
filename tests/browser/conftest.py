"""The running product, and a browser that looks at it and notes where every request goes.

The product is started as a user starts it, in an empty working folder: nothing is configured, so it makes and
serves its samples. Its figures are asked for with the same command, in the same folder.
"""

import contextlib
import csv
import io
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock
from urllib.parse import urlencode, urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect, sync_playwright

from tests.browser import chromium
from tests.running import figure_of, kpi
from tests.visitors import free_port, stop

ROOT = Path(__file__).parents[2]
START_SECONDS = 180
# Opened at /school, Streamlit first looks for its server below /school/, and notes the 404 as an error.
PROBES = ("/_stcore/health", "/_stcore/host-config")
# What a link of the product does (dashboard/ui/frame/follow.js), and a mark on all that the page says now: where a page says
# anything else than the one before, and be it in the address of a link, the part that says so is new and bears none.
GO = """address => {
    document.querySelectorAll('[data-testid="stMain"] [data-testid="stHtml"] *').forEach(one => one.dataset.left = '');
    history.pushState(null, '', address);
    window.dispatchEvent(new PopStateEvent('popstate', { state: null }));
}"""
COME = '[data-testid="stMain"] [data-testid="stHtml"] :not([data-left])'
# When nothing moves any more: no part slides, and every part has stood in its place for three frames, of which the second
# has what a figure draws anew at a new size.
AT_REST = """() => new Promise(rest => {
    const places = () => [...document.querySelectorAll('section, .kpi *, .js-plotly-plot, .main-svg')].map(element => {
        const box = element.getBoundingClientRect();
        return `${box.left} ${box.top} ${box.width} ${box.height}`;
    }).join();
    const slides = () => document.getAnimations().some(
        one => one.playState === 'running' && one.timeline === document.timeline
            && one.effect.getComputedTiming().endTime !== Infinity
    );
    let former = '', still = 0;
    const look = () => {
        const now = places();
        still = now === former && !slides() ? still + 1 : 0;
        former = now;
        still < 3 ? requestAnimationFrame(look) : rest();
    };
    requestAnimationFrame(look);
})"""
SERIOUS = """async () => (await axe.run({ resultTypes: ['violations'] })).violations
    .filter(violation => ['serious', 'critical'].includes(violation.impact))
    .flatMap(violation => violation.nodes.map(node => `${violation.id}: ${node.html.slice(0, 200)}`))"""
# Most pages are short: what makes a long-lived script quicker, and a process for drawing, cost more than they bring.
FLAGS = [*chromium.FLAGS, "--in-process-gpu", "--js-flags=--no-opt --no-maglev"]
PROGRAMME = "keelung-111"  # the one that pages open on
# How long what is expected of a page may take before it is said to hang, in milliseconds.
expect.set_options(timeout=60_000)
WIDTHS = {"1440": (1440, 900), "1920": (1920, 1080), "390": (390, 844)}


@dataclass(frozen=True)
class Product:
    """The product as it runs: where it answers, in which folder, and what it printed."""

    folder: Path
    port: int
    environment: dict[str, str]
    log: Path
    notes: Path

    def address(self, page="", **query):
        """The address of a page, with what a viewer chose."""
        return f"http://127.0.0.1:{self.port}/{page}" + (f"?{urlencode(query)}" if query else "")

    def kpi(self, *arguments):
        """What `kpi` prints in the same folder, asked in this process: it need not start for each question."""
        with contextlib.chdir(self.folder), mock.patch.dict(os.environ, self.environment, clear=True):
            done = kpi(*arguments)
        assert done.code == 0, f"kpi {' '.join(arguments)}: {done.err}"
        return done.out

    def results(self, day=None):
        """`kpi results` of a day (the sample's own without one), by indicator, level, group and school."""
        chosen = ["--programme", PROGRAMME, *(["--as-of", day] if day else [])]
        rows = list(csv.DictReader(io.StringIO(self.kpi("results", "--format", "csv", *chosen))))
        return {(row["kpi"], row["level"], row["group"], row["school"]): row for row in rows}


def _await_health(product, process):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(product.address("_stcore/health"), timeout=30) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"kpi serve does not answer:\n{product.log.read_text(encoding='utf-8')[-4000:]}")


@pytest.fixture(scope="session")
def product(tmp_path_factory):
    """`kpi serve` in an empty folder, answering."""
    with serving(tmp_path_factory) as started:
        yield started


@contextlib.contextmanager
def serving(tmp_path_factory, prepare=lambda folder: None):
    """`kpi serve` in a folder of its own, for a test that changes the data too; empty, unless prepared."""
    folder = tmp_path_factory.mktemp("working folder")
    prepare(folder)
    outside = tmp_path_factory.mktemp("outside")
    notes = outside / "notes.txt"
    notes.touch()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("KPI_", "STREAMLIT_"))},
        "KPI_TEST_NOTES": str(notes),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "witness"), str(ROOT)]),
        "PYTHONUTF8": "1",
    }
    product = Product(folder, free_port(), environment, outside / "serve.log", notes)
    with product.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard.cli", "serve", "--port", str(product.port)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _await_health(product, process)
        yield product
    finally:
        stop(process)


@pytest.fixture(scope="module")
def browser():
    """A browser of a file's own: Playwright's event loop would be in the way of the loops of other files' tests."""
    found = chromium.path()
    if found is None:
        pytest.fail(chromium.NONE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class View:
    """A tab of a given width that notes what went wrong in it and which hosts it asked."""

    page: object
    product: Product
    size: tuple[int, int]
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self):
        self.page.on("request", lambda request: self._ask(request.url))
        self.page.on("websocket", lambda socket: self._ask(socket.url))
        self.page.on("pageerror", lambda error: self.errors.append(f"{self.page.url}: {error}"))
        self.page.on("console", lambda message: self._hear(message))

    def _ask(self, url):
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob", "about"}:
            self.hosts.add(parts.hostname or url)

    def _hear(self, message):
        source = message.location.get("url", "")
        if message.type == "error" and not source.endswith(PROBES):
            self.errors.append(f"{self.page.url}: {message.text} ({source})")

    def open(self, page="", **query):
        """Opens a page and waits until its script has run and its heading stands."""
        self.page.goto(self.product.address(page, **query))
        self.settle()
        return self

    def go(self, page="", **query):
        """Goes on to another address in the session that is open, in a fifth of the time that `open` takes."""
        self.page.evaluate(GO, self.product.address(page, **query))
        expect(self.page.locator(COME).first).to_be_attached()
        return self.settle()

    def settle(self):
        """Waits until Streamlit has run the script to its end and drawn what it sent."""
        expect(self.page.locator('.stApp[data-test-script-state="notRunning"]')).to_be_visible()
        expect(self.page.locator('[data-testid="stMain"] h1').first).to_be_visible()
        expect(self.page.locator('[data-testid="stSkeleton"]')).to_have_count(0)
        return self

    def resize(self, width, height=900):
        """Gives the window another size, and waits until all stands in its place there."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_function("width => innerWidth === width", arg=width)
        expect(self.page.locator(".js-plotly-plot:not(:has(.main-svg))")).to_have_count(0)
        self.page.evaluate(AT_REST)

    def text(self):
        """Everything that can be read on the page, the sidebar included."""
        return self.page.locator("body").inner_text()

    def figures(self):
        """Every figure on the page as its element states it, with its text and whether it can be seen."""
        found = self.page.evaluate(
            """() => [...document.querySelectorAll('[data-figure]')].map(element => ({
                ...element.dataset,
                text: element.textContent,
                visible: element.checkVisibility(),
            }))"""
        )
        return [{**each, **figure_of(each["figure"])} for each in found]

    def serious(self):
        """What axe finds on the page that keeps somebody from reading or using it."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        return self.page.evaluate(SERIOUS)

    def shoot(self, name, folder):
        """A picture of the whole page: Streamlit scrolls inside the window, so the window is made as tall."""
        width, height = self.size
        tall = self.page.evaluate("() => document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
        self.resize(width, max(height, min(tall, 16_000)))
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png")
        self.resize(width, height)


@pytest.fixture(scope="module")
def windows(browser):
    """One window a width, shared so that Streamlit's scripts are fetched once."""
    opened = {
        width: browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="zh-TW", timezone_id="Asia/Taipei"
        )
        for width, size in WIDTHS.items()
    }
    yield opened
    for window in opened.values():
        window.close()


@contextlib.contextmanager
def tabs(windows, product):
    """Opens tabs of a width; they are closed at the end."""
    pages = []

    def _tab(width="1440"):
        pages.append(windows[width].new_page())
        return View(pages[-1], product, WIDTHS[width])

    yield _tab
    for page in pages:
        page.close()


@pytest.fixture(scope="module")
def kept(windows, product):
    """A tab a width that stays open for all tests of a file that only read: it goes to a page instead of opening it."""
    views = {}
    with tabs(windows, product) as opened:

        def _kept(page="", width="1440", **query):
            if width not in views:
                views[width] = opened(width)
                return views[width].open(page, **query)
            view = views[width]
            view.errors.clear()
            view.page.emulate_media(media="null")  # neither paper nor screen by order: what prints is paper
            view.page.set_viewport_size(dict(zip(("width", "height"), view.size, strict=True)))
            # Gone to from itself a page would say nothing new. The first address is the overview too.
            is_there = view.page.url.partition("#")[0].replace("/overview", "/") == product.address(
                page.replace("overview", ""), **query
            )
            return view.open(page, **query) if is_there else view.go(page, **query)

        yield _kept


@pytest.fixture
def look(windows, product):
    """Opens a tab of a width for one test."""
    with tabs(windows, product) as opened:
        yield opened
