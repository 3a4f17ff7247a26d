"""The headers that every answer carries."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import streamlit

from dashboard import ui
from dashboard.server.admission import STATIC


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


def scripts_of_pages() -> list[str]:
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
