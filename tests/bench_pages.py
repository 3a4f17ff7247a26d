"""`make bench`, the pages: what a visitor waits for, as ratios to the lightest pages of the same Streamlit, in one run.

Beside the product stand an empty page and a plain one (five metrics, a plotly figure, fifty rows), both with Streamlit's
default options. All are served at once and measured in turn, round by round, so that the machine's speed and whatever
else it does cancel out of the ratios. A browser takes the first load (an empty cache, until the heading stands and the
script has ended) and the time from a click to done (the click's page is drawn and the script has ended); a WebSocket
client takes how often one process runs the page in a second while four visitors do nothing but click.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.browser import chromium
from tests.visitors import free_port, stop

ROOT = Path(__file__).parents[1]
NATION = {"schools": 3400, "teachers": 200000}
FLAGS = [
    *chromium.FLAGS,
    # Every tab is as awake as the one that is looked at.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
]
SIZE = {"width": 1440, "height": 900}
LOADS, ROUNDS, CLICKS = 9, 10, 5  # first loads; rounds, and clicks in each
SECONDS, CLIENTS = 3.0, 4
PAUSE = 0.2  # between two clicks, so that none waits for what the former left to do
START_SECONDS = 900  # the nation's build included

EMPTY = """
import streamlit as st
st.session_state.runs = st.session_state.get("runs", 0) + 1
st.title(f"Run {st.session_state.runs}")
st.button("go")
"""
PLAIN = f"""{EMPTY}
import pandas as pd
import plotly.express as px
for at, column in enumerate(st.columns(5)):
    column.metric(f"Metric {{at}}", at * 100, at)
rows = pd.DataFrame({{"a": range(50), "b": [i * i for i in range(50)], "c": [str(i) for i in range(50)]}})
st.plotly_chart(px.line(rows, x="a", y="b"))
st.dataframe(rows)
"""
HEADING = '[data-testid="stMain"] h1'
LOADED = f"""() => document.querySelector('{HEADING}')?.checkVisibility()
    && document.querySelector('.stApp').dataset.testScriptState === 'notRunning' && performance.now()"""
# Done is a changed page and a script that has ended: either alone comes too soon, and the state may pass in one frame.
# A link of the product is given another address before the click: any day can be asked for, as from the calendar.
CLICK = """({button, mark, address, limit}) => new Promise((resolve, reject) => {
    const app = document.querySelector('.stApp');
    const before = document.querySelector(mark).textContent;
    const target = document.querySelector(button);
    if (address) target.setAttribute('href', address);
    const done = () => app.dataset.testScriptState === 'notRunning'
        && (document.querySelector(mark)?.textContent ?? before) !== before;
    const watch = new MutationObserver(() => {
        if (!done()) return;
        watch.disconnect();
        clearTimeout(late);
        requestAnimationFrame(() => resolve(performance.now() - start));
    });
    const late = setTimeout(
        () => reject(new Error(`not done: ${location.href}, ${app.dataset.testScriptState}`)), limit
    );
    watch.observe(app, {attributes: true, childList: true, characterData: true, subtree: true});
    const start = performance.now();
    target.click();
})"""


@dataclass
class Page:
    """A page that is measured: where it is, what is clicked and what that changes; and what was found, in milliseconds.

    `queries` are the addresses that the clicks go to, one after the other; without any, the click is on a button.
    """

    label: str
    server: str
    path: str = ""
    button: str = '[data-testid="stMain"] button'
    mark: str = HEADING
    queries: Iterator[str] | None = None
    loaded: bool = True
    sizes: list[int] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    clicks: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    reruns: list[float] = field(default_factory=list)

    @property
    def address(self) -> str:
        """What a visitor types."""
        return f"http://{self.server}/{self.path}"

    def query(self) -> str:
        """What the next click asks for."""
        return next(self.queries) if self.queries else ""


def pages_of(server: str, name: str, programme: str, paths: dict[str, str]) -> list[Page]:
    """Pages of the product. The clicks go to and fro between two days; on the first page also to a new one each time."""

    def page(label: str, path: str, days: Iterator[str], loaded: bool) -> Page:
        return Page(
            label=f"{name} {label}",
            server=server,
            path=path,
            button='[data-testid="stSidebar"] .pills a',
            mark='[data-testid="stMain"] .kpi',
            queries=(urlencode({"programme": programme, "on": day}) for day in days),
            loaded=loaded,
        )

    first = next(iter(paths))
    new = (f"2022-{month:02}-{day:02}" for day in range(1, 29) for month in range(2, 13))
    both = [
        page(label, path, itertools.cycle(("2022-11-22", "2022-11-25")), path == first)
        for path, label in paths.items()
    ]
    return [both[0], page(f"{paths[first]}, new days", first, new, False), *both[1:]]


@contextlib.contextmanager
def served(folder: Path, *command: str, checkout: Path | None = None) -> Iterator[str]:
    """Runs a module that serves, in a process group of its own; gives its host and port once it answers.

    Of another `checkout` of the project, if one is given, with its own packages.
    """
    python = str(checkout / ".venv" / "bin" / "python") if checkout else sys.executable
    server = f"127.0.0.1:{free_port()}"
    log = folder / "serve.log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KPI_", "STREAMLIT_"))}
    port = server.partition(":")[2]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [python, "-m", *(word.format(port=port) for word in command)],
            cwd=folder, env={**kept, "PYTHONPATH": str(checkout or ROOT)}, stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        _await(server, process, log)
        yield server
    finally:
        stop(process)


def _await(server: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://{server}/_stcore/health", timeout=5),
        ):
            return
        time.sleep(0.2)
    raise SystemExit(f"does not answer: {log.read_text('utf-8', errors='replace')[-2000:]}")


def light(root: Path, name: str, script: str) -> contextlib.AbstractContextManager[str]:
    """A page of one script. Default options, but that nothing is told to Streamlit's makers: no network is measured."""
    folder = root / name
    folder.mkdir()
    (folder / "page.py").write_text(script, encoding="utf-8")
    return served(
        folder, "streamlit", "run", "page.py", "--server.port", "{port}", "--server.address", "127.0.0.1",
        "--server.headless", "true", "--browser.gatherUsageStats", "false",
    )  # fmt: skip


def product(
    root: Path, name: str, size: dict[str, int] | None = None, checkout: Path | None = None
) -> contextlib.AbstractContextManager[str]:
    """`kpi serve` as one starts it, which makes its samples and builds; or on a sample of a size."""
    from dashboard import sample

    folder = root / name
    folder.mkdir()
    if size:
        sample.write(folder / "data", **size)
    return served(folder, "dashboard.cli", "serve", "--port", "{port}", checkout=checkout)


def first_load(browser: Any, page: Page, *, noted: bool) -> None:
    """Milliseconds and bytes, those of the WebSocket included."""
    window = browser.new_context(viewport=SIZE)  # with a cache of its own, so an empty one
    tab = window.new_page()
    session = window.new_cdp_session(tab)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.on(
        "Network.webSocketFrameReceived",
        lambda event: sizes.append(len(event["response"]["payloadData"]) * 3 / 4),  # base64
    )
    tab.goto(page.address, wait_until="commit")
    took = tab.wait_for_function(LOADED, timeout=60_000).json_value()
    tab.wait_for_timeout(500)  # what comes after the script's end is counted too
    window.close()
    if noted:
        page.loads.append(took)
        page.sizes.append(int(sum(sizes)))


def click(tab: Any, page: Page, *, noted: bool) -> None:
    """From a click to done, as the browser's own clock has it."""
    query = page.query()
    given = {"button": page.button, "mark": page.mark, "address": query and f"?{query}", "limit": 60_000}
    took = tab.evaluate(CLICK, given)
    time.sleep(PAUSE)
    if noted:
        page.clicks.append(took)


def browse(pages: Sequence[Page]) -> None:
    """First loads, then clicks, in turn; the first round of each only warms."""
    from playwright.sync_api import sync_playwright

    found = chromium.path()
    if found is None:
        raise SystemExit(chromium.NONE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        for turn in range(LOADS + 1):
            for page in pages:
                if page.loaded:
                    first_load(browser, page, noted=turn > 0)
        tabs = []
        for page in pages:
            tab = browser.new_context(viewport=SIZE).new_page()
            tab.goto(page.address)
            tab.wait_for_function(LOADED, timeout=60_000)
            tabs.append(tab)
        for turn in range(ROUNDS + 1):
            for tab, page in zip(tabs, pages, strict=True):
                for _ in range(CLICKS):
                    click(tab, page, noted=turn > 0)
        browser.close()


async def visitor(page: Page, ends: float, query: Callable[[], str]) -> list[float]:
    """Asks for the page over and over until `ends`; how long each answer took."""
    import websockets
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    taken = []
    async with websockets.connect(
        f"ws://{page.server}/_stcore/stream", subprotocols=[websockets.Subprotocol("streamlit")], max_size=None,
        origin=websockets.Origin(f"http://{page.server}"), compression=None,
    ) as stream:  # fmt: skip
        while (start := time.perf_counter()) < ends:
            asked = BackMsg()
            asked.rerun_script.query_string = query()
            asked.rerun_script.page_name = page.path
            await stream.send(asked.SerializeToString())
            told = ForwardMsg()
            while told.WhichOneof("type") != "script_finished":
                told.ParseFromString(await asyncio.wait_for(stream.recv(decode=False), 60))
            taken.append((time.perf_counter() - start) * 1000)
    return taken


def rerun(pages: Sequence[Page]) -> None:
    """One visitor alone, then several at once; in turn, twice, after a visit that only warms."""

    async def turn(page: Page, clients: int, seconds: float) -> list[float]:
        ends = time.perf_counter() + seconds
        found = await asyncio.gather(*(visitor(page, ends, page.query) for _ in range(clients)))
        return [took for one in found for took in one]

    for page in pages:
        asyncio.run(turn(page, 1, 0.5))
    for page in pages * 2:
        page.alone += asyncio.run(turn(page, 1, SECONDS / 2))
        page.reruns.append(len(asyncio.run(turn(page, CLIENTS, SECONDS))) / SECONDS)


def p95(taken: Sequence[float]) -> float:
    """What nineteen of twenty stay below."""
    return statistics.quantiles(taken, n=20)[18]


def table(pages: Sequence[Page]) -> str:
    """A line for each page; the ratios are to the first one, the empty page."""
    empty = pages[0]
    wide = max(_width(page.label) for page in pages)
    lines = [
        " " * wide
        + "     first load                click to done                        rerun, alone  reruns/s",
        " " * wide
        + "     p50           size        p50             p95                  p50           4 at once",
    ]
    for page in pages:
        load = " " * 26
        if page.loads:
            load = (
                f"{statistics.median(page.loads):6.0f} ms {_in_turn(page.loads, empty.loads)}"
                f"  {statistics.median(page.sizes) / 1e6:4.1f} MB "
            )
        middle, late = statistics.median(page.clicks), p95(page.clicks)
        lines.append(
            f"{page.label}{' ' * (wide - _width(page.label))}{load} {middle:6.0f} ms {_in_turn(page.clicks, empty.clicks)}"
            f"  {late:6.0f} ms {late / p95(empty.clicks):4.2f}x"
            f"  {statistics.median(page.alone):6.0f} ms {statistics.median(page.alone) / statistics.median(empty.alone):4.2f}x"
            f"  {statistics.mean(page.reruns):6.1f}"
        )
    return "\n".join(lines)


def beside(pages: Sequence[Page], former: Sequence[Page]) -> str:
    """How the pages compare with those of the other checkout, turn by turn."""
    lines = ["beside the other checkout: first load, click to done p50 and p95, reruns/s"]
    for page, other in zip(pages, former, strict=True):
        load = _in_turn(page.loads, other.loads) if page.loads else "    -"
        rate = statistics.mean(page.reruns) / statistics.mean(other.reruns)
        lines.append(
            f"{page.label}  {load}  {_in_turn(page.clicks, other.clicks)}"
            f"  {p95(page.clicks) / p95(other.clicks):4.2f}x  {rate:4.2f}x"
        )
    return "\n".join(lines)


def _in_turn(taken: Sequence[float], of: Sequence[float]) -> str:
    """The middle ratio to what the other page took in the same turn: the machine's speed swings between turns."""
    return f"{statistics.median(one / other for one, other in zip(taken, of, strict=True)):4.2f}x"


def _width(text: str) -> int:
    return sum(1 if letter.isascii() else 2 for letter in text)


def main() -> None:
    """All pages, or those of one size beside the light ones."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--only", choices=("sample", "nation"))
    parser.add_argument("--beside", type=Path, metavar="CHECKOUT", help="measure another checkout, too")
    options = parser.parse_args()
    only = options.only
    # Told to end, it ends its servers first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        root = Path(name)
        pages = [
            Page("empty", stack.enter_context(light(root, "empty", EMPTY))),
            Page("plain", stack.enter_context(light(root, "plain", PLAIN))),
        ]
        paths = {"": "總覽", "group": "分組", "school": "學校", "indicator": "指標", "data": "資料"}
        if only != "nation":
            server = stack.enter_context(product(root, "sample"))
            pages += pages_of(server, "sample", "keelung-111", paths)
        if only != "sample":
            server = stack.enter_context(product(root, "nation", NATION))
            pages += pages_of(server, "nation", "nation-sample", paths)
        former: list[Page] = []
        if options.beside:
            server = stack.enter_context(product(root, "other", checkout=options.beside.absolute()))
            former = pages_of(server, "other", "keelung-111", paths)
        browse([*pages, *former])
        rerun([*pages, *former])
        print(table([*pages, *former]), flush=True)
        if former:
            print(beside([page for page in pages if page.label.startswith("sample")], former), flush=True)


if __name__ == "__main__":
    main()
