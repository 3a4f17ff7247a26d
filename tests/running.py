"""The command `kpi` as its users run it: in this process, or in one of its own that may be starved or killed."""

from __future__ import annotations

import atexit
import contextlib
import csv
import functools
import io
import json
import multiprocessing
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from dashboard import access, warehouse
from dashboard.cli import main
from dashboard.language.figure import FIGURE
from dashboard.paths import ROOT
from dashboard.warehouse import manifest, snapshots

EVERY_SCHOOL = access.bureau(names=True)
PROGRAMME = "keelung-111"
PATIENCE = 180

# A process forked from one that has done nothing but import the product starts at once and holds no lock or thread.
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["openpyxl", "pandas", "pytest", "tests.running"])


def figure_of(stated: str) -> dict[str, str]:
    """What an element states of its figure, see `language.figure.stated`."""
    values = dict(zip(FIGURE, stated.split("|", len(FIGURE) - 1), strict=True))
    level, name = values["level"], values.pop("name")
    named = {"group": name * (level == "group"), "school": name * (level == "school")}
    return {**{key.removeprefix("schools_"): value for key, value in values.items()}, **named}


def stated_and_own(figure: Mapping[str, str], row: Any) -> tuple[list[str], list[str]]:
    """What an element states of its figure, and what the row of `kpi results` says: the two must be equal."""
    names = ("counted", "base", "required", "status", "schools_met", "schools_judged", "flags")
    values = [getattr(row, name) for name in names]
    own = ["" if value is None else str(value) for value in values]
    return [figure[name.removeprefix("schools_")] for name in names], own


def share_of(share: float) -> str:
    """A share that a figure carries, as `words.percent` writes it: nothing and all without a decimal."""
    return f"{share:g}%" if share in (0, 100) else f"{share:.1f}%"


def named(text: str, names: Collection[str]) -> set[str]:
    """Those of `names` that stand in a text: within a run of characters of which some name is written.

    To seek each of a thousand names in megabytes of text takes a minute.
    """
    every = set(names)
    lengths = {len(name) for name in every}
    written = re.escape("".join(sorted(set().union(*every))))
    runs = set(re.findall(f"[{written}]{{{min(lengths)},}}", text))
    return {run[at : at + n] for run in runs for n in lengths for at in range(len(run) - n + 1)} & every


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

    def __init__(self, *arguments: object, before: Callable[[], object]) -> None:
        self._told, telling = _SERVER.Pipe(duplex=False)
        words = [str(argument) for argument in arguments]
        self._process = _SERVER.Process(target=_run, args=(words, before, telling))
        self._process.start()
        telling.close()

    @property
    def pid(self) -> int | None:
        """Its number as a process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.is_alive()

    def ends(self) -> Outcome:
        """Wait for it, but not for ever."""
        assert self._told.poll(PATIENCE), "it does not end"
        with self._told, contextlib.suppress(EOFError):
            return self._told.recv()
        self._process.join()
        assert self._process.exitcode is not None
        return Outcome(self._process.exitcode, "", "")


def _run(arguments: list[str], before: Callable[[], object], telling: Connection) -> None:
    before()
    telling.send(kpi(*arguments))


def build(data: Path, place: Path) -> Outcome:
    """`kpi build` in this process."""
    return kpi("build", "--data", data, "--warehouse", place, "--programme", PROGRAMME)


@functools.cache
def _first(files: tuple[tuple[str, bytes], ...]) -> Path:
    """A folder of these files as `data`, and what came of its first build as `warehouse`."""
    folder = Path(tempfile.mkdtemp(prefix="kpi-first-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "data").mkdir()
    for name, content in files:
        (folder / "data" / name).write_bytes(content)
    told = build(folder / "data", folder / "warehouse")
    assert told.code == 0, told.err
    return folder


def build_first(data: Path, place: Path) -> None:
    """`kpi build` of a folder of files into a warehouse where nothing is yet; done once for all folders of equal files.

    The files are then those of the first such folder, as old as they were.
    """
    assert not place.exists()
    first = _first(tuple(sorted((path.name, path.read_bytes()) for path in data.iterdir())))
    shutil.copytree(first / "data", data, dirs_exist_ok=True)
    shutil.copytree(first / "warehouse", place)


def build_apart(data: Path, place: Path, before: Callable[[], object]) -> Apart:
    """`kpi build` in a process of its own."""
    return Apart("build", "--data", data, "--warehouse", place, "--programme", PROGRAMME, before=before)


def build_measured(data: Path, place: Path) -> tuple[Outcome, int]:
    """`kpi build` in a new process, and the most memory that it held, in bytes."""
    arguments = ["build", "--data", str(data), "--warehouse", str(place), "--programme", PROGRAMME]
    script = (
        f"import sys; from dashboard.cli import main; code = main({arguments!r});"
        " held = [line for line in open('/proc/self/status') if line.startswith('VmHWM')];"
        " print(held[0].split()[1]); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8")
    *out, held = done.stdout.splitlines()
    return Outcome(done.returncode, "\n".join(out), done.stderr), int(held) * 1024


def asked(
    place: Path, name: str, scope: warehouse.Scope = EVERY_SCHOOL, **parameters: object
) -> list[dict[str, Any]]:
    """The rows of `queries/pages/<name>.sql` over the snapshot that serves in `place`."""
    names, found = warehouse.rows(warehouse.current(place, PROGRAMME), name, scope, **parameters)
    return [dict(zip(names, row, strict=True)) for row in found]


def stored(place: Path, query: str) -> list[tuple[Any, ...]]:
    """What a query finds in the snapshot that serves."""
    with snapshots.connection(warehouse.current(place, PROGRAMME).path).cursor() as cursor:
        return cursor.execute(query).fetchall()


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


def _state(place: Path) -> tuple[str, list[str], bytes, list[tuple[Any, ...]]]:
    snapshot = warehouse.current(place, PROGRAMME)
    names = sorted(
        path.name
        for path in snapshot.path.parent.iterdir()
        if path.name not in ("build.lock", "refresh.json")
    )
    _, totals = warehouse.rows(snapshot, "tables", EVERY_SCHOOL)
    return snapshot.stamp, names, (snapshot.path.parent / manifest.SUMS).read_bytes(), totals
