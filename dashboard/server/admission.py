"""What is asked, and whether it may be: hosts, origins, paths and methods that the product uses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.types import Scope

from dashboard.ui.base import downloads

STREAM = "/_stcore/stream"
UPLOADS = "/_stcore/upload_file/"
STATIC = "/static/"
OPEN = ("/_stcore/health", "/_stcore/host-config", "/health", "/favicon.png")
# A page's name; what it is not, Streamlit answers with its first page.
_PAGE = re.compile(r"/[^/.]*")


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
    host, origin = only(scope, b"host"), only(scope, b"origin")
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
    if only(scope, b"sec-fetch-site") in ("cross-site", "same-site") and not _is_visit(scope):
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
    return is_file or path in OPEN or is_page(path)


def is_page(path: str) -> bool:
    """Whether a path is that of a page, by its form."""
    return _PAGE.fullmatch(path) is not None and path not in OPEN


def _is_visit(scope: Scope) -> bool:
    """Whether the request follows a link from another site to a page; that site cannot read the answer."""
    return (
        scope["method"] == "GET"
        and is_page(scope["path"])
        and only(scope, b"sec-fetch-mode") == "navigate"
        and only(scope, b"sec-fetch-dest") == "document"
    )


def _has(scope: Scope, name: bytes) -> bool:
    return any(key == name for key, _ in scope["headers"])


def only(scope: Scope, name: bytes) -> str | None:
    """The header's value where it occurs once."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None


def browser_of(scope: Scope) -> str:
    """The secret in the browser's cookie, or a blank."""
    return downloads.browser_of(
        "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    )
