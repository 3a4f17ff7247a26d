"""How rows are printed: a table for people, CSV and JSON for other programs; and a bar for what takes long."""

import csv
import datetime as dt
import json
import sys
import threading
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from dashboard.exports.cells import safe

# The name of a file may hold what a terminal takes as an order.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"}


def printable(text: str) -> str:
    """`text` with its control characters written out."""
    return text.translate(_CONTROLS)


def one_line(text: str) -> str:
    """`text` on one line, whatever line breaks the name of a file may hold."""
    return " ".join(text.splitlines())


def print_rows(names: list[str], rows: Sequence[Sequence[object]], form: str) -> None:
    """Rows in one of the three forms."""
    match form:
        case "csv":
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(names)
            writer.writerows([_text(safe(value)) for value in row] for row in rows)
        case "json":
            records = [dict(zip(names, map(_plain, row), strict=True)) for row in rows]
            json.dump(records, sys.stdout, ensure_ascii=False, indent=1)
            print()
        case _:
            _print_table(names, rows)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6f}"  # a rate: no other figure has a fraction that is not exact
    if isinstance(value, Decimal):
        return f"{value.normalize() + 0:f}"
    return "" if value is None else str(value)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _print_table(names: list[str], rows: Sequence[Sequence[object]]) -> None:
    cells = [names, *([printable(" ".join(_text(value).split()))[:60] for value in row] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, width: int) -> str:
    """`text` with spaces up to a width in columns of the terminal."""
    return text + " " * (width - _width(text))


class Bar:
    """A progress bar on a terminal; nothing elsewhere. The work does not go on once `ended` is set."""

    def __init__(self, ended: threading.Event | None = None) -> None:
        """Once `ended` is set, the next step interrupts the command."""
        self.is_terminal = sys.stderr.isatty()
        self.ended = ended

    def show(self, share: float, text: str) -> None:
        """`share` of the work is done; `text` says what is under way."""
        if self.ended and self.ended.is_set():
            raise KeyboardInterrupt
        if self.is_terminal:
            filled = int(share * 30)
            print(
                f"\r\033[K[{'█' * filled}{'·' * (30 - filled)}] {share:4.0%} {printable(text)}",
                end="",
                file=sys.stderr,
                flush=True,
            )

    def clear(self) -> None:
        """Take the bar away."""
        if self.is_terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
