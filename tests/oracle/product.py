"""Runs the product as its users do: by its command line, in this process or in one of its own."""

from __future__ import annotations

import contextlib
import csv
import importlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from dashboard.paths import ROOT
from tests.oracle.programmes import Oracle
from tests.oracle.render import Rendered
from tests.oracle.results import ResultRow

UNIT_COLUMNS = [
    "kpi", "period", "school", "unit", "label", "since", "until", "attained_on", "amount", "has", "lacks",
]  # fmt: skip
"""What `kpi units` lists, in its order."""


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


@dataclass(frozen=True)
class City:
    """A seed after it was built: what there was, what must come of it, and what the product told."""

    oracle: Oracle
    rendered: Rendered
    ledger: Any
    warehouse: Path
    told: str
    """All that the build printed."""
    run: Callable[..., Outcome]
    """How the build was run: in a process of its own, as its users do, or in this one."""

    def ask(self, command: str, *options: str, run: Callable[..., Outcome] = in_this_process) -> str:
        outcome = run(command, "--warehouse", str(self.warehouse), *options)
        assert outcome.code == 0, f"{command} {options}: exit code {outcome.code}\n{outcome.err}"
        return outcome.out

    def results(self, day: date) -> list[ResultRow]:
        """What the oracle says of a day."""
        return self.oracle.results(self.ledger, day)

    @cached_property
    def flaws(self) -> list[dict[str, str]]:
        """Rejected rows and warnings, but for those of files that are no tables."""
        found = json.loads(self.ask("rejects", "--all", "--format", "json"))
        return [flaw for flaw in found if (flaw["file"] or "").split("#")[0] not in self.rendered.unreadable]

    @property
    def days(self) -> list[date]:
        """The days on which the results are asked for."""
        return list(self.rendered.facts.days)

    @property
    def middle(self) -> date:
        """A day on which some have done what they must, and some periods have not begun."""
        return self.days[len(self.days) // 2]


def built_city(
    folder: Path, oracle: Oracle, seed: int, run: Callable[..., Outcome] = in_this_process
) -> City:
    """The files of a seed, and what `run` builds of them below `folder`."""
    data, warehouse = folder / "data", folder / "warehouse"
    data.mkdir(parents=True)
    rendered = oracle.render(oracle.make_facts(seed), data)
    build = run("build", "--data", str(data), "--programme", oracle.programme, "--warehouse", str(warehouse))
    assert build.code == 0, f"build: exit code {build.code}\n{build.out}\n{build.err}"
    return City(oracle, rendered, oracle.ledger(rendered), warehouse, build.out + build.err, run)
