"""Runs the product as its users do: by its command line, in this process or in one of its own."""

from __future__ import annotations

import contextlib
import csv
import importlib
import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


def in_a_process(*arguments: str) -> Outcome:
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.cli", *arguments], cwd=ROOT, capture_output=True, check=False
    )
    return Outcome(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace"))


def in_this_process(*arguments: str) -> Outcome:
    """As `in_a_process`, without the second that starting one takes; output in bytes is captured too."""
    main = importlib.import_module("dashboard.cli").main
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.chdir(ROOT):
        try:
            code = main(list(arguments)) or 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return Outcome(code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def rows_of(text: str) -> tuple[list[str], list[dict[str, str]]]:
    """The header and the rows of a CSV on standard output."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows = list(reader)
    return list(reader.fieldnames or []), rows
