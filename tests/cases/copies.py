"""A copy of the product in a folder, which is the working folder too, and what its commands print."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dashboard.definitions import deployment

ROOT = Path(__file__).parents[2]
COPIED = ("dashboard", "pages", "programmes", "queries", "sources", "templates", ".streamlit")


def run(place: Path, *words: str) -> str:
    """What a command prints, in the copy; it must succeed."""
    environment = {**os.environ, "PYTHONPATH": str(place), "PYTHONUTF8": "1", deployment.VARIABLE: str(place)}
    done = subprocess.run(words, cwd=place, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def command(place: Path, line: str) -> str:
    return run(place, sys.executable, "-m", "dashboard.cli", *line.split()[1:])


def copied(folder: Path) -> Path:
    """The folder, with a copy of the product in it."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder
