"""The server over real sockets: to whom it answers, what it keeps for whom, and how much it bears."""

import asyncio
import contextlib
import gc
import hashlib
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import websockets
from starlette.requests import Request
from streamlit.config import get_config_options
from websockets.sync.client import connect

from dashboard.definitions import deployment
from dashboard.exports import tables
from dashboard.paths import ROOT
from dashboard.server import admission, application
from dashboard.ui.base import downloads
from tests import running, visitors
from tests.pages import open_page
from tests.visitors import STREAM, Visitor, files_of, handshake, ported

NAME = "kpi.example.gov.tw"


@pytest.fixture(scope="module")
def folder(sample_warehouse, tmp_path_factory):
    """A working folder whose configuration serves the sample under a name of its own, too."""
    place = tmp_path_factory.mktemp("served")
    (place / "kpi.toml").write_text(
        f'programmes = ["keelung-111"]\nwarehouse = "{sample_warehouse.as_posix()}"\n'
        f'[server]\nhosts = ["{NAME}", "10.0.0.5:8080"]\n',
        encoding="utf-8",
    )
    return place


@pytest.fixture(scope="module")
def served(folder):
    """The server of that folder."""
    with visitors.serving(folder) as started:
        yield started


# Names and origins

# P is the port that is served, Q another one of this machine.
OWN = [
    ("127.0.0.1:P", "http://127.0.0.1:P"),
    ("localhost:P", "http://localhost:P"),
    ("LocalHost:P", "http://localhost:P"),
    ("[::1]:P", "http://[::1]:P"),
    (NAME, f"https://{NAME}"),
    (NAME, f"http://{NAME}"),
    (f"{NAME}:443", f"https://{NAME}"),
    ("10.0.0.5:8080", "http://10.0.0.5:8080"),
    ("127.0.0.1:P", f"https://{NAME}"),  # a proxy that names the server by its address
]
FOREIGN_ORIGINS = [
    "http://evil.example",
    "http://evil.example:P",
    "http://localhost:Q",
    "http://127.0.0.1:Q",
    "http://0.0.0.0:P",
    "http://localhost",
    "http://localhost:P.evil.example",
    "http://localhost:P@evil.example",
    "http://evil.example#http://localhost:P",
    "http://localhost.:P",
    "http://127.1:P",
    "http://[::ffff:127.0.0.1]:P",
    "http://192.168.1.2:P",
    f"http://{NAME}:P",
    f"http://{NAME}.evil.example",
    f"http://evil-{NAME}",
    "http://10.0.0.5",
    "https://share.streamlit.app",
    "file://",
    "null",
    "",
]
FOREIGN_HOSTS = [
    "evil.example:P",
    "evil.example",
    "localhost",
    "localhost:Q",
    "127.0.0.1",
    "127.0.0.1:Q",
    "127.1:P",
    "0.0.0.0:P",
    "2130706433:P",
    "localhost.:P",
    "localhost:P.evil.example",
    "localhost:P@evil.example",
    "[::ffff:127.0.0.1]:P",
    f"{NAME}:P",
    f"{NAME}.evil.example",
    "",
]
PATHS = [
    "/",
    "/school",
    "/static/css/x.css",
    "/_stcore/health",
    "/_stcore/host-config",
    "/health",
    "/files/x",
]


@pytest.mark.parametrize(("host", "origin"), OWN)
def test_its_own_pages_open_a_stream_and_read_files(served, host, origin):
    host, origin = ported(host, served.port), ported(origin, served.port)
    assert handshake(served.port, host, origin) == 101
    for path in PATHS[:2]:
        assert served.ask("GET", path, [("Host", host), ("Origin", origin)]).status == 200
        assert served.ask("GET", path, [("Host", host)]).status == 200, "a browser's first visit names none"


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_page_of_another_origin_opens_no_stream_reads_nothing_and_posts_nothing(served, origin):
    own, foreign = f"127.0.0.1:{served.port}", ported(origin, served.port)
    assert handshake(served.port, own, foreign) == 403
    for path in PATHS:
        assert served.ask("GET", path, [("Host", own), ("Origin", foreign)]).status == 403, path
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        for path in ("/", "/_stcore/upload_file/a/b"):
            assert served.ask(method, path, [("Origin", foreign)], b"x").status == 403, (method, path)


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_name_that_is_not_its_own_is_refused_whatever_the_origin_says(served, host):
    host = ported(host, served.port)
    for origin in (f"http://{host}", f"http://127.0.0.1:{served.port}"):
        assert handshake(served.port, host, origin) == 403
        for path in PATHS:
            assert served.ask("GET", path, [("Host", host), ("Origin", origin)]).status == 403, path
    refused = served.ask("GET", "/", [("Host", host)])
    assert refused.status == 403 and "kpi.toml" in refused.body.decode() and host in refused.body.decode()


def test_a_stream_without_an_origin_or_with_two_of_anything_is_refused(served):
    own, origin = f"127.0.0.1:{served.port}", served.origin
    assert handshake(served.port, own, None) == 403
    assert handshake(served.port, own, origin, ("Origin", origin)) in (400, 403)
    assert handshake(served.port, own, origin, ("Origin", "http://evil.example")) in (400, 403)
    assert handshake(served.port, own, origin, ("Host", "evil.example")) in (400, 403)
    assert handshake(served.port, None, origin) in (400, 403)
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert served.ask(method, "/_stcore/upload_file/a/b").status == 403, "no origin, so no page of ours"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_embeds_is_refused_and_a_link_to_a_page_is_followed(served, site):
    def ask(path, mode, dest):
        headers = [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", dest)]
        return served.ask("GET", path, headers).status

    assert ask("/", "navigate", "document") == ask("/school", "navigate", "document") == 200
    for mode, dest in (
        ("navigate", "iframe"),
        ("no-cors", "image"),
        ("no-cors", "script"),
        ("cors", "empty"),
    ):
        assert ask("/", mode, dest) == ask("/_stcore/health", mode, dest) == 403
    assert ask("/files/x", "navigate", "document") == 403, "a file is fetched from its page alone"


@pytest.mark.parametrize("path", [
    "/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent/openapi.json", "/_stcore/agent/interact",
    "/_stcore/bidi-components/x/y.js", "/media/x.csv", "/component/x/index.html", "/app/static/kpi.toml",
    "/auth/login", "/oauth2callback/x", "/kpi.toml", "/a/b", "//evil.example", "/../kpi.toml", "/.streamlit/config.toml",
])  # fmt: skip
def test_what_the_product_does_not_use_is_not_there(served, path):
    assert served.ask("GET", path).status in (400, 404)


def test_the_names_come_from_the_configuration():
    names = admission.names_of(8501, ("kpi.example.gov.tw", "10.0.0.5:8080"))
    assert names.hosts == {
        "localhost:8501", "127.0.0.1:8501", "[::1]:8501", "kpi.example.gov.tw", "kpi.example.gov.tw:80",
        "kpi.example.gov.tw:443", "10.0.0.5:8080",
    }  # fmt: skip
    assert names.bare == ["10.0.0.5", "127.0.0.1", "::1", "kpi.example.gov.tw", "localhost"]


def test_nothing_is_asked_of_the_network_and_nothing_waits_for_it(folder, tmp_path):
    """In a network namespace of its own, where a look-up would wait until it is given up."""
    notes = tmp_path / "notes.txt"
    notes.touch()
    ours = [] if os.geteuid() == 0 else ["--map-root-user"]
    done = subprocess.run(
        ["unshare", *ours, "--net", sys.executable, "-m", "tests.no_network", folder, notes, f"https://{NAME}", *FOREIGN_ORIGINS],
        cwd=visitors.ROOT, capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert notes.read_text() == ""
    statuses = [int(word) for word in done.stdout.split()]
    assert statuses == [101, 101, *[403] * len(FOREIGN_ORIGINS), 200]


# What every answer carries


@pytest.mark.parametrize("path", [*PATHS, "/nothing/here", "/_stcore/upload_file/a/b"])
def test_every_answer_says_what_a_browser_may_do_with_it(served, path):
    answer = served.ask("GET", path)
    assert answer.header("x-frame-options") == "DENY"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("referrer-policy") == "same-origin"
    assert answer.header("cross-origin-resource-policy") == "same-origin"
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]
    assert answer.header("server") is None
    if not path.startswith("/static/"):
        policy = answer.header("content-security-policy") or ""
        assert "frame-ancestors 'none'" in policy and "default-src 'self'" in policy
        scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert "unsafe" not in scripts and "*" not in policy and "http" not in policy
        assert answer.header("cache-control") == "no-store"


def test_streamlits_program_may_be_kept_by_a_browser(served):
    (script,) = re.findall(r'src="\./(static/js/[^"]+)"', served.ask("GET", "/").body.decode())
    answer = served.ask("GET", f"/{script}")
    assert answer.status == 200 and "max-age" in (answer.header("cache-control") or "")


def test_nobody_may_steer_the_page_from_a_frame(served):
    assert b'"allowedOrigins":[]' in served.ask("GET", "/_stcore/host-config").body.replace(b" ", b"")


def test_a_watchdog_learns_whether_figures_are_served_and_nobodys_name(served):
    answer = served.ask("GET", "/health")
    stamp = running.warehouse.current(deployment.load(served.log.parent).warehouse, "keelung-111").stamp
    assert answer.status == 200
    assert f'"status":"ok","snapshots":{{"keelung-111":"{stamp}"}}' in answer.body.decode()


def test_a_watchdog_learns_that_an_older_snapshot_stands_in_and_that_figures_are_gone(
    sample_data, sample_warehouse, tmp_path
):
    place = tmp_path / "warehouse"
    shutil.copytree(sample_warehouse, place)
    stamps = [running.warehouse.current(place, "keelung-111").stamp]
    assert running.build(sample_data, place).code == 0
    stamps.append(running.warehouse.current(place, "keelung-111").stamp)
    (tmp_path / "kpi.toml").write_text('programmes = ["keelung-111"]\n', encoding="utf-8")
    (place / "keelung-111" / f"{stamps[1]}.duckdb").write_bytes(b"damaged")
    with visitors.serving(tmp_path) as served:
        answer = served.ask("GET", "/health")
        assert answer.status == 200
        assert f'"degraded","snapshots":{{"keelung-111":"{stamps[0]}"}}' in answer.body.decode()
        (place / "keelung-111" / f"{stamps[0]}.duckdb").unlink()
        answer = served.ask("GET", "/health")
        assert (
            answer.status == 503 and '"no figures","snapshots":{"keelung-111":null}' in answer.body.decode()
        )


def test_the_cookie_is_for_the_server_alone_and_given_once(served):
    given = served.ask("GET", "/").header("set-cookie") or ""
    assert re.fullmatch(rf"{downloads.COOKIE}=[\w-]{{43}}; Path=/; HttpOnly; SameSite=Lax", given)
    kept = ("Cookie", given.partition(";")[0])
    assert served.ask("GET", "/", [kept]).header("set-cookie") is None
    assert served.ask("GET", "/", [("Cookie", f"{downloads.COOKIE}=x")]).header("set-cookie")
    assert "; Secure" in (served.ask("GET", "/", [("X-Forwarded-Proto", "https")]).header("set-cookie") or "")


# Files


def here(folder: Path, monkeypatch: pytest.MonkeyPatch, page: str, **query: str) -> dict[str, bytes]:
    """The files of a page, made in this process: what the product exports."""
    monkeypatch.setenv(deployment.VARIABLE, str(folder / "kpi.toml"))
    app = open_page(page, **query)
    offers = [offer for _, offer in app.session_state["offers"].values()]
    return {offer.name: offer.make() for offer in offers}


def test_a_file_stays_for_whoever_was_offered_it_whatever_others_do(served, folder, monkeypatch):
    async def visit():
        asker, other = Visitor(served), Visitor(served)
        await asker.arrive()
        await other.arrive()
        files = files_of(await asker.look("group", group="行動學習組", on="2022-11-22"))
        for day in range(1, 6):
            await other.look("overview", on=f"2022-10-0{day}")
            await asker.look("school", on=f"2022-10-0{day}")
        found = {name: await asker.fetch(address) for name, address in files.items()}
        again = files_of(await asker.look("group", group="行動學習組", on="2022-11-22"))
        stolen = [await other.fetch(address) for address in files.values()]
        nameless = [await Visitor(served).fetch(address) for address in files.values()]
        await asker.leave()
        await other.leave()
        return files, again, found, [*stolen, *nameless]

    files, again, found, stolen = asyncio.run(visit())
    assert files and again == files, "the same page has the same addresses"
    exported = here(folder, monkeypatch, "group", group="行動學習組", on="2022-11-22")
    assert {name: answer.status for name, answer in found.items()} == dict.fromkeys(files, 200)
    assert {name: answer.body for name, answer in found.items()} == {name: exported[name] for name in files}
    assert {answer.header("cache-control") for answer in found.values()} == {"no-store"}
    assert {answer.status for answer in stolen} == {404}
    assert all("重新整理" in answer.body.decode() for answer in stolen)


def test_200_files_arrive_while_50_viewers_click(served, folder, monkeypatch):
    """Each viewer thinks five seconds between two clicks, and fetches a file up to two seconds after its page came."""
    pages = ["overview", "group", "school", "indicator", "data"]
    days = ["2022-11-25", "2022-11-22", "2022-10-31"]
    draw = random.Random(5)
    wanted = [(draw.choice(pages), draw.choice(days), draw.uniform(0, 2)) for _ in range(200)]

    async def view(mine, starts):
        visitor = Visitor(served)
        await asyncio.sleep(starts)
        await visitor.arrive()
        got = []
        for page, day, waits in mine:
            files = files_of(await visitor.look(page, on=day))
            name = sorted(files)[0]
            await asyncio.sleep(waits)
            got.append((page, day, name, await visitor.fetch(files[name])))
            await asyncio.sleep(5 - waits)
        await visitor.leave()
        return got

    async def all_of_them():
        each = [view(wanted[i::50], i / 10) for i in range(50)]
        return [one for found in await asyncio.gather(*each) for one in found]

    got = asyncio.run(all_of_them())
    assert len(got) == 200 and {answer.status for *_, answer in got} == {200}
    exported = {
        (page, day): here(folder, monkeypatch, page, on=day) for page, day in {one[:2] for one in got}
    }
    assert [name for page, day, name, answer in got if answer.body != exported[page, day][name]] == []


def test_an_offer_ends_with_its_session(served, folder, monkeypatch):
    monkeypatch.setenv(deployment.VARIABLE, str(folder / "kpi.toml"))
    app = open_page("overview")
    tokens = [token for token, _ in app.session_state["offers"].values()]
    assert len(tokens) == 5 and all(token in downloads._offers for token in tokens)
    del app
    gc.collect()
    assert not any(token in downloads._offers for token in tokens)


def test_an_offer_of_a_session_without_a_cookie_is_nobodys(folder, monkeypatch):
    monkeypatch.setenv(deployment.VARIABLE, str(folder / "kpi.toml"))
    app = open_page("overview")
    for token, _ in app.session_state["offers"].values():
        assert downloads.offered(token, "") is None and downloads.offered(token, downloads.secret()) is None


def test_a_file_that_cannot_be_made_says_so_with_a_number_that_the_log_has(caplog):
    def fail() -> bytes:
        raise ValueError("the disk is gone")

    browser, token = downloads.secret(), downloads.secret()
    offer = downloads.Offer("各校.csv", "text/csv", fail, browser)
    downloads._offers[token] = offer
    cookie = (b"cookie", f"{downloads.COOKIE}={browser}".encode())
    scope = {"type": "http", "method": "GET", "path_params": {"token": token}, "headers": [cookie]}
    answer = asyncio.run(application.send_file(Request(scope)))
    number = re.search(r"代號 (\w{8}) 告訴", bytes(answer.body).decode())
    assert answer.status_code == 500 and number and "disk" not in bytes(answer.body).decode()
    assert number[1] in caplog.text and "the disk is gone" in caplog.text
    head = asyncio.run(application.send_file(Request({**scope, "method": "HEAD"})))
    assert head.status_code == 200 and head.body == b"", "to ask for the head makes no file"


def test_a_table_too_large_for_a_format_is_answered_with_what_to_take_instead():
    def make() -> bytes:
        raise tables.TooLarge("請改下載 XLSX 或 CSV")

    browser, token = downloads.secret(), downloads.secret()
    offer = downloads.Offer("各校.ods", "application/ods", make, browser)
    downloads._offers[token] = offer  # it is kept as long as somebody holds it
    cookie = (b"cookie", f"{downloads.COOKIE}={browser}".encode())
    scope = {"type": "http", "method": "GET", "path_params": {"token": token}, "headers": [cookie]}
    answer = asyncio.run(application.send_file(Request(scope)))
    assert answer.status_code == 413 and "XLSX 或 CSV" in bytes(answer.body).decode()


@pytest.mark.parametrize("write", [tables.xlsx, tables.ods])
def test_the_same_rows_are_the_same_bytes_whenever_they_are_written(monkeypatch, write):
    rows = [["深澳國小", 3, 0.5], ["八斗國小", None, 1]]
    first = write("各校", ["學校", "人數", "率"], rows)
    monkeypatch.setattr(time, "time", lambda: 2e9)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2e9))
    again = write("各校", ["學校", "人數", "率"], rows)
    assert hashlib.sha256(again).digest() == hashlib.sha256(first).digest()


# Slow clients, and many


def test_a_client_that_does_not_finish_its_request_is_let_go_and_an_open_stream_is_not(served):
    """Side by side: who sends nothing, who begins a request, who begins a second one, who asks for a stream that no one
    can answer or takes no answer, and who has a stream."""
    host = f"Host: 127.0.0.1:{served.port}\r\n"
    whole = f"GET /health HTTP/1.1\r\n{host}\r\n".encode()
    begun = [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ", whole + b"GET /health HTTP/1.1\r\n"]
    upgrade = (
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n"
    )
    unanswered = [
        f"GET {STREAM}?{'a' * 9000} HTTP/1.1\r\n{host}{upgrade}\r\n",
        f"GET {STREAM} HTTP/1.1\r\n{host}{upgrade}Content-Length: 3\r\n\r\nabc",
        f"GET {STREAM} HTTP/1.1\r\n{host}{upgrade}" + "X: y\r\n" * 200 + "\r\n",
    ]
    begun += [head.encode() for head in unanswered]
    with contextlib.ExitStack() as stack:
        stream = stack.enter_context(
            connect(
                f"ws://127.0.0.1:{served.port}{STREAM}", origin=websockets.Origin(served.origin),
                subprotocols=[websockets.Subprotocol("streamlit")],
            )
        )  # fmt: skip
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=60))
            for _ in begun
        ]
        for client, words in zip(slow, begun, strict=True):
            client.sendall(words)
        for client in slow:
            with contextlib.suppress(ConnectionResetError):
                while client.recv(20_000):  # an answer to what was whole, then the end
                    pass
        assert stream.ping().wait(30)


def test_the_viewer_beyond_capacity_gets_a_page_that_says_so(folder, tmp_path):
    text = (folder / "kpi.toml").read_text(encoding="utf-8")
    (tmp_path / "kpi.toml").write_text(f"{text}viewers = 3\n", encoding="utf-8")
    with visitors.serving(tmp_path) as served:

        async def come():
            came = [Visitor(served) for _ in range(3)]
            for visitor in came:
                await visitor.arrive()
                await visitor.look("overview")
            full = await Visitor(served).arrive()
            again = served.ask("GET", "/group", [("Cookie", came[1].cookie)])
            assert again.status == 200, "who is in loads a page anew"
            health = served.ask("GET", "/health")
            await came[0].leave()
            visitors.awaited(lambda: served.ask("GET", "/").status == 200)
            free = await Visitor(served).arrive()
            return full, health, free

        full, health, free = asyncio.run(come())
        assert full.status == 503 and "目前使用的人已滿" in full.body.decode()
        assert full.header("retry-after") == "30" and "http-equiv" in full.body.decode()
        assert health.status == 200 and b'"viewers":3' in health.body
        assert free.status == 200
        assert "Traceback" not in served.printed()


def test_every_setting_of_streamlit_is_one_that_it_knows():
    """One that an upgrade no longer knows, a hidden one too, is passed over without a fault."""

    def names(settings, before=""):
        for key, value in settings.items():
            inner = isinstance(value, dict)
            yield from names(value, f"{before}{key}.") if inner else [f"{before}{key}"]

    written = list(names(tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))))
    assert "runner.postScriptGC" in written
    assert [name for name in written if name not in get_config_options()] == []


def test_the_soft_limit_of_files_is_raised(folder):
    with visitors.serving(folder, "prlimit", "--nofile=256:4096") as served:
        limits = Path(f"/proc/{served.process.pid}/limits").read_text()
        assert re.search(r"Max open files\s+4096\s+4096", limits)


def test_where_no_file_is_left_to_open_the_page_says_so_and_the_log_stays_short(folder):
    with visitors.serving(folder, "prlimit", "--nofile=256:256") as served:

        async def come():
            came, refused = [], []
            for _ in range(120):
                visitor = Visitor(served)
                page = await visitor.arrive()
                if page.status == 200:
                    await visitor.look("overview")
                    came.append(visitor)
                else:
                    refused.append(page)
            last = await came[0].look("school")
            return len(came), refused, last

        came, refused, last = asyncio.run(come())
        assert came >= 10 and len(refused) >= 50
        assert {page.status for page in refused} == {503}
        assert all("目前使用的人已滿" in page.body.decode() for page in refused)
        assert "學校" in last, "who is there goes on"
        with contextlib.ExitStack() as stack:
            for _ in range(400):
                with contextlib.suppress(OSError):
                    stack.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=5))
            time.sleep(1)
        visitors.awaited(lambda: served.ask("GET", "/health").status == 200)
        assert "Traceback" not in served.printed() and len(served.printed()) < 5_000


def test_a_thousand_connections_one_after_the_other_leave_no_file_open(served):
    """Streamlit keeps the last 128 sessions for two minutes, so that a lost connection can be taken up again."""

    async def come(many):
        for _ in range(many):
            visitor = Visitor(served)
            await visitor.arrive()
            await visitor.leave()

    asyncio.run(come(300))
    before = served.descriptors()
    asyncio.run(come(1000))
    visitors.awaited(lambda: served.descriptors() <= before + 20)


# What is written


def test_what_the_command_writes_is_its_users_alone(tmp_path):
    before = os.umask(0o022)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "dashboard.cli", "sample", "data"],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(visitors.ROOT)}, check=False,
        )  # fmt: skip
        built = subprocess.run(
            [sys.executable, "-m", "dashboard.cli", "build"],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(visitors.ROOT)}, check=False,
        )  # fmt: skip
    finally:
        os.umask(before)
    assert done.returncode == built.returncode == 0
    written = [path for path in tmp_path.rglob("*") if path.relative_to(tmp_path).parts]
    assert len(written) > 10 and [path for path in written if path.stat().st_mode & 0o077] == []


def test_a_folder_of_snapshots_that_was_open_to_others_is_closed(tmp_path):
    place = tmp_path / "warehouse" / "keelung-111"
    place.mkdir(parents=True)
    (place / "current").write_text("none\n")
    place.chmod(0o755)
    (data := tmp_path / "data").mkdir()
    (data / "入校輔導.csv").write_text(
        "學校名稱,輔導日期,輔導人員,主題\n深澳國小,111/10/01,甲,備課\n", encoding="utf-8"
    )
    assert running.build(data, tmp_path / "warehouse").code == 0
    assert place.stat().st_mode & 0o077 == 0
    assert (tmp_path / "warehouse").stat().st_mode & 0o700 == 0o700


@pytest.mark.parametrize(
    "other", ['x={"a": 1}', 'x="ab', "x=a b", "a[0]=1", 'x=a"b', "flag", "expires=1", "path", "x=\xe9"]
)
def test_cookies_of_other_services_of_this_machine_do_not_hide_the_browsers_own(served, other):
    async def visit():
        visitor = Visitor(served)
        await visitor.arrive()
        own = visitor.cookie
        await visitor.leave()
        visitor.cookie = f"{other}; {own}; kpi_browser=zzz"
        page = await visitor.arrive()
        visitor.cookie = f"{other}; {own}; kpi_browser=zzz"
        (address, *_) = files_of(await visitor.look("overview")).values()
        found = await visitor.fetch(address)
        await visitor.leave()
        return page, found

    page, found = asyncio.run(visit())
    assert page.header("set-cookie") is None and found.status == 200


def test_uploads_of_one_session_and_of_all_have_a_bound(served, monkeypatch):
    async def visit():
        visitor = Visitor(served)
        await visitor.arrive()
        await visitor.look("overview")
        tokens = served.ask("GET", "/_stcore/health", [("Cookie", visitor.cookie)]).header("set-cookie")
        token = (tokens or "").partition(";")[0]
        found = [
            await asyncio.to_thread(upload, served, visitor, token, f"{visitor.session}/{number}", length)
            for number, length in enumerate((49 << 20, 49 << 20, 49 << 20))
        ]
        nameless = upload(served, visitor, token, f"{visitor.session}/x", None)
        await visitor.leave()
        return found, nameless

    found, nameless = asyncio.run(visit())
    assert [answer.status for answer in found] == [204, 204, 413] and nameless.status == 411
    assert "暫存的上傳檔案太多" in found[-1].body.decode()


def upload(
    served: visitors.Server, visitor: Visitor, token: str, path: str, length: int | None
) -> visitors.Answer:
    """A file of a length put into the session's uploads, as the page does; chunked where it has none."""
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\n'
    body = head + b"x" * (length or 1) + b"\r\n--b--\r\n"
    headers = [
        ("Origin", served.origin), ("Cookie", f"{visitor.cookie}; {token}"), ("X-Xsrftoken", token.partition("=")[2]),
        ("Content-Type", "multipart/form-data; boundary=b"),
    ]  # fmt: skip
    if length is None:
        return served.ask("PUT", f"/_stcore/upload_file/{path}", [*headers, ("Transfer-Encoding", "chunked")])
    return served.ask("PUT", f"/_stcore/upload_file/{path}", headers, body)


@pytest.mark.parametrize("path", ["/static/x", "/static/js/nothing.js", "/static//etc/passwd"])
def test_what_is_no_file_of_streamlits_program_is_kept_by_no_cache(served, path):
    answer = served.ask("GET", path)
    assert answer.header("cache-control") == "no-store" and answer.header("content-security-policy")


def test_what_is_no_http_is_answered_with_the_headers_too(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as client:
        client.sendall(b"JUNK\r\n\r\n")
        answer = client.recv(20_000)
    assert answer.startswith(b"HTTP/1.1 400") and b"nosniff" in answer and b"no-store" in answer


def test_the_address_is_said_when_it_answers_and_a_taken_port_is_a_sentence(served):
    assert f"儀表板：http://localhost:{served.port}" in served.printed()
    again = subprocess.run(
        [sys.executable, "-m", "dashboard.server", str(served.port)],
        cwd=served.log.parent, env={**os.environ, "PYTHONPATH": str(visitors.ROOT)}, capture_output=True, check=False,
    )  # fmt: skip
    assert again.returncode == 3
    assert f"連接埠 {served.port} 不能用" in again.stderr.decode() and b"Traceback" not in again.stderr
