"""The report on paper: the HTML printed by a browser of this machine, tagged and with selectable text."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pypdf import PdfWriter
from pypdf.generic import StreamObject

from dashboard.exports.refusals import CannotMake

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
# A glyph of a Chinese font has several characters, and Chromium names the lowest: the radical for the word, a dash
# for another. Those that normalisation does not tell from each other, each with the one that texts have.
ALIKE = str.maketrans(
    "‒∕〜⺅⺉⺏⺐⺒⺓⺔⺖⺘⺙⺞⺠⺡⺣⺤⺦⺨⺭⺯⺰⺹⺺⻂⻅⻈⻉⻋⻎⻐⻑⻒⻓⻔⻖⻙⻚⻛⻜⻠⻢⻥⻦⻧⻨⻩⻪⻫⻬⻮⻰⻲",
    "–／～亻刂尣尢巳幺彑忄扌攵歺民氵灬爫丬犭礻糹纟耂肀衤见讠贝车辶钅長镸长门阝韦页风飞饣马鱼鸟卤麦黄黾斉齐齿龙亀",
)


class NoPrinter(CannotMake):
    """No browser can print here; the message says what to do, in Chinese."""

    status = 501


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
        return _as_written(target.read_bytes(), set(html))


OTHERWISE = "請改用 kpi export html，用任何瀏覽器開啟後列印成 PDF，內容相同。"


def _browsers() -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))
    yield from (place for place in PLACES if Path(place).exists())


def _command(browser: str, source: Path, target: Path) -> list[str]:
    """The browser's command to print a local file without the network; as root Chromium starts only without its sandbox."""
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


# What can be selected and searched


def _as_written(printed_pages: bytes, letters: set[str]) -> bytes:
    """The same document with the source's characters as its selectable text: 「人」 and not the radical 「⼈」.

    letters: the characters of the source.
    """
    writer = PdfWriter(clone_from=io.BytesIO(printed_pages))
    done: set[int] = set()
    for page in writer.pages:
        for table in _tables(page.get("/Resources"), done):
            table.set_data(_renamed(table.get_data().decode("latin-1"), letters).encode("latin-1"))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _tables(resources: Any, done: set[int]) -> Iterator[StreamObject]:
    """The tables of characters by glyph, of each font of a page or of a drawing on it."""
    resources = resources.get_object() if resources else {}
    for font in resources["/Font"].get_object().values() if "/Font" in resources else ():
        table = font.get_object().get("/ToUnicode")
        if table is not None and table.idnum not in done:
            done.add(table.idnum)
            yield table.get_object()
    for drawing in resources["/XObject"].get_object().values() if "/XObject" in resources else ():
        if drawing.idnum not in done:
            done.add(drawing.idnum)
            yield from _tables(drawing.get_object().get("/Resources"), done)


def _renamed(table: str, letters: set[str]) -> str:
    """A table of glyphs with the characters of the source, a line a glyph (PDF 32000-1, 9.10.3)."""

    def one(glyph: int, digits: int, text: str) -> str:
        named = "".join(_of_source(letter, letters) for letter in text)
        return f"<{glyph:0{digits}X}> <{named.encode('utf-16-be').hex().upper()}>"

    def chars(block: re.Match[str]) -> str:
        pairs = re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block[2])
        return _block([one(int(glyph, 16), len(glyph), _text(code)) for glyph, code in pairs])

    def ranges(block: re.Match[str]) -> str:
        lines = []
        for first, last, code in re.findall(
            r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block[2]
        ):
            text, start = _text(code), int(first, 16)
            for at in range(int(last, 16) - start + 1):
                lines.append(one(start + at, len(first), text[:-1] + chr(ord(text[-1]) + at)))
        return _block(lines)

    table = re.sub(r"(\d+)\s+beginbfrange(.*?)endbfrange", ranges, table, flags=re.S)
    return re.sub(r"(\d+)\s+beginbfchar(.*?)endbfchar", chars, table, flags=re.S)


def _text(code: str) -> str:
    return bytes.fromhex(code).decode("utf-16-be")


def _of_source(letter: str, letters: set[str]) -> str:
    """The source's character that looks alike, where the source does not have this one."""
    if letter in letters:
        return letter
    alike = (letter.translate(ALIKE), unicodedata.normalize("NFKC", letter))
    return next((one for one in alike if one in letters), letter)


def _block(lines: list[str]) -> str:
    """The lines in blocks of at most a hundred glyphs."""
    blocks = (lines[at : at + 100] for at in range(0, len(lines), 100))
    return "\n".join("\n".join([f"{len(block)} beginbfchar", *block, "endbfchar"]) for block in blocks)
