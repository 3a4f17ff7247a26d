"""The process that serves: its sockets, the time limits of its clients, and how it ends."""

from __future__ import annotations

import asyncio
import io
import os
import socket
import sys

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from dashboard.definitions import deployment
from dashboard.errors import OperatorError, PortTaken
from dashboard.paths import ROOT
from dashboard.server.application import application
from dashboard.server.capacity import RESERVE, is_scarce

# Seconds in which a client must have sent the whole head of a request.
HEAD_WITHIN = 10.0
# Seconds that running answers have when the server ends.
END_WITHIN = 5
# Seconds in which a client must take some of its answer.
TAKE_WITHIN = 60.0
# Connections that are taken at once before it is looked how many files are left, and those that may wait for it.
AT_ONCE, WAITING = 8, 1024


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
