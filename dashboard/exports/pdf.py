"""The report on paper: the HTML printed by a browser of this machine, tagged and with its text as text."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

# What browsers that print are called on the three systems; the first that is there is taken.
NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge",
    "chromium-headless-shell",
)  # fmt: skip
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
SECONDS = 120


class NoPrinter(Exception):
    """No browser can print here; the message says what to do, in Chinese."""


def printed(html: str) -> bytes:
    """A document as PDF.

    Raises:
        NoPrinter: there is no browser, or it does not print.
    """
    browser = next(_browsers(), None)
    if browser is None:
        raise NoPrinter(
            "這台機器沒有可以列印的瀏覽器，做不出 PDF。請安裝 Chromium、Chrome 或 Edge"
            "（Debian、Ubuntu：apt-get install chromium）；或改用 kpi export html，"
            "用任何瀏覽器開啟後列印成 PDF，內容相同。"
        )
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_text(html, "utf-8")
        try:
            done = subprocess.run(
                _command(browser, source, target), capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise NoPrinter(f"瀏覽器 {SECONDS} 秒內沒有印完，沒有做出 PDF；{OTHERWISE}") from error
        except OSError as error:
            raise NoPrinter(f"瀏覽器「{browser}」開不起來，沒有做出 PDF；{OTHERWISE}") from error
        if done.returncode or not target.exists():
            raise NoPrinter(f"瀏覽器「{browser}」沒有印出來（代碼 {done.returncode}）；{OTHERWISE}")
        return target.read_bytes()


OTHERWISE = "請改用 kpi export html，用任何瀏覽器開啟後列印成 PDF，內容相同。"


def _browsers() -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))
    yield from (place for place in PLACES if Path(place).exists())


def _command(browser: str, source: Path, target: Path) -> list[str]:
    """Our own page, from a file, without the network; as root Chromium starts only without its sandbox."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [
        browser,
        "--headless",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={source.parent / 'profile'}",
        "--no-pdf-header-footer",
        "--generate-pdf-document-outline",
        *(["--no-sandbox"] if is_root else []),
        f"--print-to-pdf={target}",
        source.as_uri(),
    ]
