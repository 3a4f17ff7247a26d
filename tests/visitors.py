"""The served product without a browser: started as a user starts it, asked over real sockets.

A visitor is what a browser is to the server: it has the cookie that came with the page, opens the stream, asks for pages,
and fetches the files that they offer.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ROOT = Path(__file__).parents[1]
STREAM = "/_stcore/stream"
PATIENCE = 60
FILE = re.compile(r'<a class="file" href="\./([^"]+)" download="([^"]+)"')


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    """What a request got."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """A header's value, None where it is not there."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass
class Server:
    """A server that answers on a port of this machine: its process, and what it printed."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def origin(self) -> str:
        """What a browser says of a page of it."""
        return f"http://127.0.0.1:{self.port}"

    def printed(self) -> str:
        """What it printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def ask(
        self, method: str, path: str, headers: Sequence[tuple[str, str]] = (), body: bytes = b""
    ) -> Answer:
        """A request with these headers alone; its own Host where none is given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        named = any(name.lower() == "host" for name, _ in headers)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in [*([] if named else [("Host", f"127.0.0.1:{self.port}")]), *headers]:
                if value is not None:
                    connection.putheader(name, value)
            if body:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())

    def descriptors(self) -> int:
        """How many files it has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


@contextlib.contextmanager
def serving(
    folder: Path, *prefix: str, environment: dict[str, str] | None = None, checkout: Path | None = None
) -> Iterator[Server]:
    """`kpi serve` in a folder, on what its kpi.toml names; `prefix` is a command that runs it, as `prlimit` does.

    Of another `checkout` of the project, if one is given, with its own packages.
    """
    python = str(checkout.absolute() / ".venv" / "bin" / "python") if checkout else sys.executable
    port = free_port()
    log = folder / f"serve-{port}.log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KPI_", "STREAMLIT_"))}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*prefix, python, "-m", "dashboard.cli", "serve", "--port", str(port)],
            cwd=folder, env={**kept, "PYTHONPATH": str(checkout or ROOT), **(environment or {})}, stdin=subprocess.DEVNULL,
            stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    server = Server(port, process, log)
    try:
        await_health(server)
        yield server
    finally:
        stop(process)


def awaited(holds: Callable[[], bool]) -> None:
    """Until it holds, but not for ever."""
    deadline = time.monotonic() + PATIENCE * 3
    while not holds():
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.1)


def await_health(server: Server) -> None:
    """Until it answers."""
    deadline = time.monotonic() + PATIENCE * 3
    while time.monotonic() < deadline and server.process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if server.ask("GET", "/_stcore/health").status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"kpi serve does not answer:\n{server.printed()[-4000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the process group that was started, and nothing else."""
    if os.name != "posix":
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=15)


@dataclass
class Visitor:
    """One tab of a browser: its cookie, and the stream that is open."""

    server: Server
    cookie: str = ""
    stream: Any = None
    session: str = ""
    pages: list[str] = field(default_factory=list)

    async def arrive(self, path: str = "/") -> Answer:
        """Load the page and open its stream."""
        page = await asyncio.to_thread(self.server.ask, "GET", path, self._cookies())
        if page.status != 200:
            return page
        if given := page.header("set-cookie"):
            self.cookie = given.partition(";")[0]
        self.stream = await websockets.connect(
            f"ws://127.0.0.1:{self.server.port}{STREAM}", subprotocols=[websockets.Subprotocol("streamlit")],
            max_size=None, origin=websockets.Origin(self.server.origin), compression=None,
            additional_headers=self._cookies(),
        )  # fmt: skip
        return page

    def _cookies(self) -> list[tuple[str, str]]:
        return [("Cookie", self.cookie)] if self.cookie else []

    async def look(self, page: str = "", **query: str) -> str:
        """All HTML of a page, drawn anew."""
        asked = BackMsg()
        asked.rerun_script.query_string = urlencode(query)
        asked.rerun_script.page_name = page
        await self.stream.send(asked.SerializeToString())
        parts = []
        message = ForwardMsg()
        while message.WhichOneof("type") != "script_finished":
            message.ParseFromString(await asyncio.wait_for(self.stream.recv(decode=False), PATIENCE))
            if message.WhichOneof("type") == "new_session":
                self.session = message.new_session.initialize.session_id
            element = message.delta.new_element
            kind = element.WhichOneof("type")
            parts.append(element.html.body if kind == "html" else "")
        return "".join(parts)

    async def fetch(self, address: str) -> Answer:
        """A file that a page offers."""
        return await asyncio.to_thread(self.server.ask, "GET", f"/{address}", self._cookies())

    async def leave(self) -> None:
        """Close the tab."""
        if self.stream is not None:
            await self.stream.close()


def files_of(page: str) -> dict[str, str]:
    """The addresses of the files that a page offers, by their names."""
    return {html.unescape(name): address for address, name in FILE.findall(page)}


def ported(text: str, port: int) -> str:
    """The text for a server on a port."""
    return re.sub("P(?![a-z])", str(port), text.replace(":Q", f":{port + 1}"))


def handshake(port: int, host: str | None, origin: str | None, *more: tuple[str, str]) -> int:
    """What a handshake of a WebSocket with these headers is answered."""
    named = [("Host", host), ("Origin", origin), *more]
    lines = [f"{name}: {value}" for name, value in named if value is not None]
    head = [f"GET {STREAM} HTTP/1.1", *lines, "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", ""]  # fmt: skip
    with socket.create_connection(("127.0.0.1", port), timeout=30) as stream:
        stream.sendall("\r\n".join(head).encode("latin-1"))
        return int(stream.recv(100).split()[1])
