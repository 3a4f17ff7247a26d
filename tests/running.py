"""The command `kpi` as its users run it: in this process, or in one of its own that may be starved or killed."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard import access, warehouse
from dashboard.cli import main

EVERY_SCHOOL = access.bureau()
PROGRAMME = "keelung-111"

# A process forked from one that has done nothing but import the product starts at once and holds no lock or thread.
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["dashboard.cli"])


@dataclass(frozen=True)
class Outcome:
    """What a command gave: its exit code (negative: the signal that killed it), results and messages."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, str]]:
        """The results of `--format csv`."""
        return list(csv.DictReader(io.StringIO(self.out, newline=""), strict=True))

    @property
    def header(self) -> list[str]:
        """The column names of `--format csv`."""
        return next(csv.reader(io.StringIO(self.out, newline="")))


def kpi(*arguments: object) -> Outcome:
    """The command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return Outcome(code, out.getvalue(), err.getvalue())


class Apart:
    """The command in a process of its own, which first calls `before` (of a module, so that it can be sent there)."""

    def __init__(self, *arguments: object, before: Callable[[], Any]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._said = [Path(self._folder.name, name) for name in ("out", "err")]
        words = [str(argument) for argument in arguments]
        self._process = _SERVER.Process(target=_run, args=(words, before, *map(str, self._said)))
        self._process.start()

    def ends(self) -> Outcome:
        """Wait for it."""
        self._process.join()
        with self._folder:
            out, err = (path.read_text(encoding="utf-8") if path.exists() else "" for path in self._said)
        assert self._process.exitcode is not None
        return Outcome(self._process.exitcode, out, err)


def _run(arguments: list[str], before: Callable[[], Any], out: str, err: str) -> None:
    with (
        open(out, "w", encoding="utf-8") as told,
        open(err, "w", encoding="utf-8") as said,
        contextlib.redirect_stdout(told),
        contextlib.redirect_stderr(said),
    ):
        before()
        code = main(arguments)
    sys.exit(code)


def build(data: Path, place: Path) -> Outcome:
    """`kpi build` in this process."""
    return kpi("build", "--data", data, "--warehouse", place, "--programme", PROGRAMME)


def build_apart(data: Path, place: Path, before: Callable[[], Any]) -> Apart:
    """`kpi build` in a process of its own."""
    return Apart("build", "--data", data, "--warehouse", place, "--programme", PROGRAMME, before=before)


def asked(
    place: Path, name: str, scope: warehouse.Scope = EVERY_SCHOOL, **parameters: object
) -> list[dict[str, Any]]:
    """The rows of `queries/pages/<name>.sql` over the snapshot that serves in `place`."""
    names, found = warehouse.rows(warehouse.current(place, PROGRAMME), name, scope, **parameters)
    return [dict(zip(names, row, strict=True)) for row in found]


def inputs(place: Path) -> dict[str, dict[str, Any]]:
    """What became of each file, by its name."""
    return {row["file"]: row for row in asked(place, "inputs")}


def flaws(place: Path) -> list[dict[str, Any]]:
    """The rejected rows and the warnings."""
    return list(json.loads(kpi("rejects", "--warehouse", place, "--all", "--format", "json").out))


@contextlib.contextmanager
def unchanged(place: Path) -> Iterator[str]:
    """Nothing is published or left behind meanwhile; gives the stamp of the snapshot that serves."""
    before = _state(place)
    yield before[0]
    assert _state(place) == before


def _state(place: Path) -> tuple[str, list[str], list[tuple[Any, ...]]]:
    snapshot = warehouse.current(place, PROGRAMME)
    names = sorted(path.name for path in snapshot.path.parent.iterdir() if path.name != "build.lock")
    _, totals = warehouse.rows(snapshot, "tables", EVERY_SCHOOL)
    return snapshot.stamp, names, totals
