"""The server: Streamlit's own ASGI application behind a gate that answers only its own hosts and pages.

A browser lets every open page send requests to this machine. So a request that names another host, comes from another
origin, or asks for something that the product does not use is refused here, before Streamlit reads it, without a login.
`streamlit.starlette.App` gives the pages, uvicorn the sockets.

Not here: who may see which schools. `access` decides that, `warehouse` enforces it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import logging
import os
import re
import socket
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import anyio
import streamlit
import uvicorn
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.stats import CacheStat
from streamlit.starlette import App
from streamlit.web import bootstrap
from uvicorn.protocols.http.h11_impl import H11Protocol

from dashboard import ui
from dashboard import warehouse as store
from dashboard.definitions import deployment
from dashboard.errors import OperatorError, PortTaken
from dashboard.exports.refusals import CannotMake
from dashboard.paths import ROOT
from dashboard.ui.base import downloads

STREAM = "/_stcore/stream"
UPLOADS = "/_stcore/upload_file/"
STATIC = "/static/"
OPEN = ("/_stcore/health", "/_stcore/host-config", "/health", "/favicon.png")
# A page's name; what it is not, Streamlit answers with its first page.
_PAGE = re.compile(r"/[^/.]*")
# Seconds in which a client must have sent the whole head of a request.
HEAD_WITHIN = 10.0
# Seconds that running answers have when the server ends.
END_WITHIN = 5
# Viewers that have the page already, while the last free seats are taken.
SPARE = 16
# Bytes of uploads that are held for one session, and for all: twice and ten times the largest file.
UPLOADED, UPLOADED_BY_ALL = 100 << 20, 500 << 20
# Seconds in which a client must take some of its answer.
TAKE_WITHIN = 60.0
# Threads that build files, one each; more would keep the pages waiting.
MAKERS = anyio.CapacityLimiter(2)
logger = logging.getLogger(__name__)


# What is asked, and whether it may be


@dataclass(frozen=True)
class Names:
    """The product's hosts: the Host headers and the origins that are its own, in lower case."""

    hosts: frozenset[str]
    origins: frozenset[str]

    @property
    def bare(self) -> list[str]:
        """The host names without their ports."""
        return sorted({urlsplit(f"//{host}").hostname or "" for host in self.hosts})


def names_of(port: int, hosts: Sequence[str] = ()) -> Names:
    """The names of this machine on `port`, and `hosts`; a host without a port is one on 80 or 443."""
    here = [f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]")]
    usual = [f"{host}:{usual}" for host in hosts if ":" not in host for usual in (80, 443)]
    own = [*here, *hosts]
    return Names(
        frozenset([*own, *usual]),
        frozenset(f"{scheme}://{host}" for scheme in ("http", "https") for host in own),
    )


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered: the status, and what to do, in both languages."""

    status: int
    text: str


def refusal(scope: Scope, names: Names) -> Refusal | None:
    """Why a request of HTTP or a WebSocket's handshake is refused; None where it may be answered.

    Sources: RFC 9110 7.2 (Host), RFC 6454 (Origin), the W3C's Fetch Metadata Request Headers.
    """
    host, origin = _only(scope, b"host"), _only(scope, b"origin")
    if host is None or host.lower() not in names.hosts:
        return Refusal(
            403,
            f"這個伺服器不用「{host or ''}」這個名稱。請系統管理者把網址裡的主機名稱加進 kpi.toml 的 [server] hosts。\n"
            "This server does not answer to that name; its administrator can add it to [server] hosts in kpi.toml.\n",
        )
    foreign = Refusal(403, "不接受其他網站送來的要求。\nRequests of other sites are not accepted.\n")
    if _has(scope, b"origin") and (origin is None or origin.lower() not in names.origins):
        return foreign
    if scope["type"] == "websocket":
        return None if scope["path"] == STREAM and origin else foreign
    method, path = scope["method"], scope["path"]
    if method not in ("GET", "HEAD") and origin is None:
        return foreign
    if _only(scope, b"sec-fetch-site") in ("cross-site", "same-site") and not _is_visit(scope):
        return foreign
    if not _answers(method, path):
        return Refusal(404, "沒有這個網址。\nThere is nothing at this address.\n")
    return None


def _answers(method: str, path: str) -> bool:
    if path.startswith(UPLOADS):
        return method in ("PUT", "DELETE")
    if method not in ("GET", "HEAD"):
        return False
    is_file = path.startswith((STATIC, f"/{downloads.FOLDER}/"))
    return is_file or path in OPEN or _is_page(path)


def _is_page(path: str) -> bool:
    return _PAGE.fullmatch(path) is not None and path not in OPEN


def _is_visit(scope: Scope) -> bool:
    """Whether the request follows a link from another site to a page; that site cannot read the answer."""
    return (
        scope["method"] == "GET"
        and _is_page(scope["path"])
        and _only(scope, b"sec-fetch-mode") == "navigate"
        and _only(scope, b"sec-fetch-dest") == "document"
    )


def _has(scope: Scope, name: bytes) -> bool:
    return any(key == name for key, _ in scope["headers"])


def _only(scope: Scope, name: bytes) -> str | None:
    """The header's value where it occurs once."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None


def browser_of(scope: Scope) -> str:
    """The secret in the browser's cookie, or a blank."""
    return downloads.browser_of(
        "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    )


# What every answer carries


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode('utf-8')).digest()).decode('ascii')}'"


def policy(scripts: Iterable[str]) -> str:
    """The content security policy: nothing from other origins, and of scripts in a page only these."""
    own = " ".join(map(_hash, scripts))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {own}",
            "style-src 'self' 'unsafe-inline'",  # Streamlit draws with inline styles, and our style sheet is in the page
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "frame-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _scripts() -> list[str]:
    """The scripts that a page contains: Streamlit's own, and ours in each language."""
    shell = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    return [*re.findall(r"<script>(.*?)</script>", shell, re.S), *ui.scripts()]


def headers_of(path: str, scripts: Iterable[str]) -> list[tuple[bytes, bytes]]:
    """The headers of the answer at `path`; no cache keeps an answer but Streamlit's own program."""
    headers = {
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }
    if not path.startswith(STATIC):
        headers |= {"cache-control": "no-store", "content-security-policy": policy(scripts)}
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]


class Gate:
    """The gate before Streamlit: it refuses requests, counts viewers, and adds headers and a cookie to answers."""

    def __init__(self, app: ASGIApp, names: Names, viewers: int) -> None:
        """Guard `app`, which answers to `names`, for at most `viewers` viewers."""
        self.app, self.names, self.most = app, names, viewers
        # Of each browser, how many streams are open.
        self.open: Counter[str] = Counter()
        # Of each session, the bytes of its uploads.
        self.uploads: dict[str, dict[str, int]] = {}
        scripts = _scripts()
        self.kept, self.other = headers_of(STATIC, scripts), headers_of("/", scripts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse one request or stream, as ASGI defines it."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._stream(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = refusal(scope, self.names) or self._too_much(scope)
        app: ASGIApp = self.app
        if refused:
            app = PlainTextResponse(refused.text, refused.status)
        elif _is_page(scope["path"]) and self.is_full() and not self.open[browser_of(scope)]:
            app = HTMLResponse(FULL, 503, {"retry-after": "30"})
        cookie = [] if refused else _cookie(scope)

        async def send_ours(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*self._headers(scope["path"], message), *cookie]
            await send(message)

        await app(scope, receive, send_ours)

    def _too_much(self, scope: Scope) -> Refusal | None:
        """Why an upload is refused: this session or all hold too much already in the process's memory; else None."""
        if scope["method"] not in ("PUT", "DELETE"):
            return None
        session, _, file = scope["path"].removeprefix(UPLOADS).partition("/")
        running = runtime.get_instance()
        for one in [one for one in self.uploads if not running.is_active_session(one)]:
            del self.uploads[one]
        if not running.is_active_session(session):
            return None  # Streamlit refuses it before it reads it
        mine = self.uploads.setdefault(session, {})
        mine.pop(file, None)
        if scope["method"] == "DELETE":
            return None
        length = _only(scope, b"content-length") or ""
        if not length.isdecimal():
            return Refusal(411, "上傳的檔案要先說明大小。\nAn upload must say its length.\n")
        held = sum(
            stat.byte_length
            for stats in running.uploaded_file_mgr.get_stats().values()
            for stat in stats
            if isinstance(stat, CacheStat)
        )
        coming = sum(sum(sizes.values()) for sizes in self.uploads.values())
        if sum(mine.values()) + int(length) > UPLOADED or max(held, coming) + int(length) > UPLOADED_BY_ALL:
            return Refusal(
                413,
                "暫存的上傳檔案太多。請重新整理這一頁再試；若仍如此，請稍候。\n"
                "Too many uploads are held: reload the page, or try again later.\n",
            )
        mine[file] = int(length)
        return None

    def _headers(self, path: str, start: Message) -> list[tuple[bytes, bytes]]:
        theirs: list[tuple[bytes, bytes]] = list(start["headers"])
        # Below the same path Streamlit answers with its page what it has no file for.
        is_page = any(n.lower() == b"content-type" and v.startswith(b"text/html") for n, v in theirs)
        is_file = path.startswith(STATIC) and start["status"] < 400 and not is_page
        ours = self.kept if is_file else self.other
        mine = {name for name, _ in ours}
        # No other origin may read an answer, whatever Streamlit would allow.
        left = [(n, v) for n, v in theirs if n.lower() not in mine and not n.startswith(b"access-control-")]
        return [*left, *ours]

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        if refusal(scope, self.names) or self.is_full(SPARE):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        # A browser without a cookie counts as a new viewer each time.
        browser = browser_of(scope) or downloads.secret()
        self.open[browser] += 1
        try:
            await self.app(_as_own(scope), receive, send)
        finally:
            self.open[browser] -= 1
            self.open = +self.open

    @property
    def viewers(self) -> int:
        """The number of open streams."""
        return self.open.total()

    def is_full(self, spare: int = 0) -> bool:
        """Whether one more viewer would exceed the configuration's limit or the files that may be open."""
        return self.viewers >= self.most + spare or is_scarce(RESERVE * 3 // 4 if spare else RESERVE)


def _as_own(scope: Scope) -> Scope:
    """The request with the origin's host as Host: both are ours, and Streamlit looks up nothing where they are equal."""
    host = urlsplit(_only(scope, b"origin") or "").netloc.encode("ascii")
    rest = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {**scope, "headers": [(b"host", host), *rest]}


def _cookie(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The cookie with a new secret for a browser that has none: only that browser can fetch what its page offers."""
    if not _is_page(scope["path"]) or browser_of(scope):
        return []
    secure = "; Secure" if scope["scheme"] == "https" else ""
    value = f"{downloads.COOKIE}={downloads.secret()}; Path=/; HttpOnly; SameSite=Lax{secure}"
    return [(b"set-cookie", value.encode("ascii"))]


# Capacity

FULL = (
    '<!doctype html><html lang="zh-Hant"><meta charset="utf-8"><meta http-equiv="refresh" content="30">'
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>目前使用的人已滿</title>'
    '<body style="font:16px/1.7 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 1em">'
    "<h1>目前使用的人已滿</h1><p>這個儀表板同時服務的人數到了上限，資料沒有問題。請稍候：這一頁每 30 秒會自己再試一次。</p>"
    "<p>系統管理者可以調高 kpi.toml 的 [server] viewers，或作業系統的開檔上限（ulimit -n）。</p>"
    '<p lang="en">As many people as this dashboard serves at once are using it. This page tries again by itself every'
    " 30 seconds.</p></body></html>"
)


def _file_limit() -> int:
    """How many files this process may have open, with the soft limit raised to the hard one; 0 where that is unknown."""
    try:
        import resource
    except ImportError:  # Windows has none
        return 0
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if wanted > soft:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


FILES = _file_limit()
# Left for snapshots, builds and the viewers that are there; an open viewer takes four.
RESERVE = min(192, FILES // 3)
# Connections that are taken at once before it is looked how many files are left, and those that may wait for it.
AT_ONCE, WAITING = 8, 1024


def is_scarce(reserve: int) -> bool:
    """Whether fewer than `reserve` more files can be opened."""
    if not FILES:
        return False
    try:
        return len(os.listdir("/dev/fd")) > FILES - reserve
    except OSError:
        return True


NO_HTTP = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 12\r\nconnection: close\r\n"
    b"cache-control: no-store\r\nx-content-type-options: nosniff\r\nx-frame-options: DENY\r\n"
    b"content-security-policy: default-src 'none'\r\n\r\nBad Request\n"
)


class Protocol(H11Protocol):
    """HTTP of one client: it must send each head in time, and is refused where no file is left to open."""

    late: asyncio.TimerHandle | None = None
    stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        # An answer may open a file, too.
        if is_scarce(RESERVE // 2 + sum(isinstance(one, Protocol) for one in self.connections)):
            transport.abort()
            return
        self.late = self.loop.call_later(HEAD_WITHIN, self._end)

    def data_received(self, data: bytes) -> None:
        """As uvicorn; the clock runs while a head is incomplete, and on a stream until it is answered."""
        super().data_received(data)
        if self.transport.get_protocol() is not self:
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop()
        elif self.late is None:
            self.late = self.loop.call_later(HEAD_WITHIN, self._end)

    def pause_writing(self) -> None:
        """The client takes nothing: start its time limit."""
        super().pause_writing()
        self.stalled = self.loop.call_later(TAKE_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        """The client takes data again: stop the time limit."""
        super().resume_writing()
        if self.stalled is not None:
            self.stalled.cancel()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; another answer in progress ends, too."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(NO_HTTP)
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop()
        if self.stalled is not None:
            self.stalled.cancel()
        super().connection_lost(exc)

    def _end(self) -> None:
        if not getattr(self.transport.get_protocol(), "handshake_complete", False):
            self.transport.abort()

    def _stop(self) -> None:
        if self.late is not None:
            self.late.cancel()
            self.late = None


class Server(uvicorn.Server):
    """A server that takes few connections at a time: of a burst, asyncio would open all before the first is refused."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn, which uses one number for connections taken at once and for those that may wait."""
        await super().startup(sockets)
        for listening in sockets or ():
            listening.listen(WAITING)
            port = listening.getsockname()[1]
            print(f"儀表板：http://localhost:{port}（按 Ctrl+C 結束）", file=sys.stderr, flush=True)


# What is answered beside the pages


async def send_file(request: Request) -> Response:
    """Answer with a file that a page offers, built now; see `ui.base.downloads`."""
    offer = downloads.offered(request.path_params["token"], browser_of(request.scope))
    if offer is None:
        return PlainTextResponse(
            "這個檔案不是給這個瀏覽器的，或它的頁面已經結束。請重新整理頁面，再按一次下載。\n"
            "This file was not offered to this browser, or its page has ended: reload the page and try again.\n",
            404,
        )
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(offer.name, safe='')}"}
    if request.method == "HEAD":
        return Response(headers=headers, media_type=offer.mime)
    try:
        content = await anyio.to_thread.run_sync(offer.make, limiter=MAKERS)
    except CannotMake as error:
        return PlainTextResponse(str(error), error.status)
    except Exception:
        number = uuid.uuid4().hex[:8]
        logger.exception("file failed, reference %s", number)
        return PlainTextResponse(
            f"這個檔案做不出來，資料沒有變動。請重新整理後再試；若仍如此，請把代號 {number} 告訴系統管理者。\n"
            f"This file could not be made; if it stays so, tell the administrator this number: {number}.\n",
            500,
        )
    return Response(content, headers=headers, media_type=offer.mime)


def _health(gate: Callable[[], Gate], settings: deployment.Config) -> Callable[[Request], Any]:
    async def health(_: Request) -> Response:
        """The state for monitoring: the snapshot of each programme that its pages use, and how full the server is.

        `degraded` where an older snapshot serves in place of a damaged one, 503 where a programme has no figures.
        """
        stamps, sound = await anyio.to_thread.run_sync(_stamps, settings)
        whole = bool(stamps) and None not in stamps.values()
        state = {
            "status": "no figures" if not whole else "ok" if sound else "degraded",
            "snapshots": stamps,
            "viewers": gate().viewers,
            "most_viewers": gate().most,
        }
        return JSONResponse(state, 200 if whole else 503)

    return health


def _stamps(settings: deployment.Config) -> tuple[dict[str, str | None], bool]:
    """The stamp of the snapshot that the pages of each programme use, and whether all are those that should serve."""
    names = settings.programmes or tuple(settings.folders) or store.programmes_in(settings.warehouse)
    stamps: dict[str, str | None] = dict.fromkeys(names)
    sound = True
    for name in stamps:
        with suppress(store.NoSnapshot):
            snapshot, _, damage = ui.standing(settings.warehouse, name)
            stamps[name] = snapshot.stamp
            sound = sound and damage is None
    return stamps, sound


def application(settings: deployment.Config, port: int) -> Gate:
    """The whole product as one ASGI application that answers on `port`."""
    names = names_of(port, settings.hosts)
    bootstrap.load_config_options(
        {
            "server.port": port,
            "server.allowedHosts": names.bare,
            "client.allowedOrigins": [],  # nobody may steer the page from a frame around it
        }
    )
    gate: Gate

    @asynccontextmanager
    async def warm(_: App) -> AsyncIterator[None]:
        # Each is proven here, so that the first viewer need not wait for it.
        await anyio.to_thread.run_sync(_stamps, settings)
        yield

    pages = App(
        ROOT / "dashboard" / "app.py",
        routes=[
            Route(f"/{downloads.FOLDER}/{{token}}", send_file),
            Route("/health", _health(lambda: gate, settings)),
        ],
        lifespan=warm,
    )
    gate = Gate(pages, names, settings.viewers)
    return gate


def serve(port: int) -> None:
    """Answer on loopback until a signal ends the process.

    Raises:
        SystemExit: with exit code 3, where the port is taken or the configuration is wrong.
    """
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        _serve(port, deployment.from_environment())
    except OperatorError as error:
        print(f"錯誤：{error}", file=sys.stderr)
        sys.exit(error.code)


def _serve(port: int, settings: deployment.Config) -> None:
    os.chdir(ROOT)  # Streamlit reads .streamlit/ of the working folder
    with socket.socket() as listening:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
        except OSError:
            raise PortTaken(port) from None
        port = listening.getsockname()[1]  # the one that was free, where any would do
        options = uvicorn.Config(
            application(settings, port),
            http=Protocol,
            ws="websockets-sansio",
            ws_ping_interval=30,
            ws_ping_timeout=30,
            ws_per_message_deflate=False,  # as Streamlit does: it costs more than it saves
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=END_WITHIN,
            backlog=AT_ONCE,
        )
        Server(options).run(sockets=[listening])


if __name__ == "__main__":
    serve(int(sys.argv[1]))
