"""The programmes of which an oracle knows the facts, how they can be written, and the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.oracle import keelung, ntpc
from tests.oracle.ledger import Ledger
from tests.oracle.render import Rendered
from tests.oracle.results import ResultRow


@dataclass(frozen=True)
class Oracle:
    """What is known of a programme from its specification alone."""

    programme: str
    make_facts: Callable[[int], Any]
    render: Callable[[Any, Path], Rendered]
    ledger: Callable[[Rendered], Ledger]
    results: Callable[[Any, date], list[ResultRow]]
    names: Mapping[str, tuple[str, ...]]
    """What files of each table may be called."""


ORACLES = {
    package.expected.PROGRAMME: Oracle(
        package.expected.PROGRAMME,
        package.facts.make_facts,
        package.render.render,
        package.expected.Ledger,
        package.expected.results,
        package.sheets.NAMES,
    )
    for package in (keelung, ntpc)
}
