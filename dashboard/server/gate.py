"""The gate before Streamlit: who gets an answer, how many viewers there may be, and how much they may upload."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.stats import CacheStat

from dashboard.server.admission import STATIC, UPLOADS, Names, Refusal, browser_of, is_page, only, refusal
from dashboard.server.capacity import RESERVE, is_scarce
from dashboard.server.headers import headers_of, scripts_of_pages
from dashboard.ui.base import downloads

# Viewers that have the page already, while the last free seats are taken.
SPARE = 16
# Bytes of uploads that are held for one session, and for all: twice and ten times the largest file.
UPLOADED, UPLOADED_BY_ALL = 100 << 20, 500 << 20


class Gate:
    """The gate before Streamlit: it refuses requests, counts viewers, and adds headers and a cookie to answers."""

    def __init__(self, app: ASGIApp, names: Names, viewers: int) -> None:
        """Guard `app`, which answers to `names`, for at most `viewers` viewers."""
        self.app, self.names, self.most = app, names, viewers
        # Of each browser, how many streams are open.
        self.open: Counter[str] = Counter()
        # Of each session, the bytes of its uploads.
        self.uploads: dict[str, dict[str, int]] = {}
        scripts = scripts_of_pages()
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
        elif is_page(scope["path"]) and self.is_full() and not self.open[browser_of(scope)]:
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
        length = only(scope, b"content-length") or ""
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
        is_html = any(n.lower() == b"content-type" and v.startswith(b"text/html") for n, v in theirs)
        is_file = path.startswith(STATIC) and start["status"] < 400 and not is_html
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
    host = urlsplit(only(scope, b"origin") or "").netloc.encode("ascii")
    rest = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {**scope, "headers": [(b"host", host), *rest]}


def _cookie(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The cookie with a new secret for a browser that has none: only that browser can fetch what its page offers."""
    if not is_page(scope["path"]) or browser_of(scope):
        return []
    secure = "; Secure" if scope["scheme"] == "https" else ""
    value = f"{downloads.COOKIE}={downloads.secret()}; Path=/; HttpOnly; SameSite=Lax{secure}"
    return [(b"set-cookie", value.encode("ascii"))]


FULL = (
    '<!doctype html><html lang="zh-Hant"><meta charset="utf-8"><meta http-equiv="refresh" content="30">'
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>目前使用的人已滿</title>'
    '<body style="font:16px/1.7 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 1em">'
    "<h1>目前使用的人已滿</h1><p>這個儀表板同時服務的人數到了上限，資料沒有問題。請稍候：這一頁每 30 秒會自己再試一次。</p>"
    "<p>系統管理者可以調高 kpi.toml 的 [server] viewers，或作業系統的開檔上限（ulimit -n）。</p>"
    '<p lang="en">As many people as this dashboard serves at once are using it. This page tries again by itself every'
    " 30 seconds.</p></body></html>"
)
