"""Cases of a rule: the rows of one school each, so that one build of all their rows serves them all."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dashboard import access, warehouse
from dashboard.definitions import contracts, programmes
from dashboard.definitions.places import Places
from tests import running

TABLES = contracts.load()
Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Case:
    """A school and the rows given for it, by the name of their file."""

    school: str
    rows: Mapping[str, Rows]

    def mark(self, test: Any) -> Any:
        """The test gets the case, under the name of its school."""
        return pytest.mark.parametrize("case", [pytest.param(self, id=self.school)])(test)


@dataclass(frozen=True)
class Book:
    """How the cases of a programme are written down and built."""

    programme: programmes.Programme
    headers: Mapping[str, Sequence[str]]
    """Per file the header of its columns."""
    today: dt.date
    """The day of the build."""

    def written(self, folder: Path, rows: Mapping[str, Rows]) -> Path:
        """A data folder with a file for each table of `rows`."""
        folder.mkdir(parents=True, exist_ok=True)
        for table, lines in rows.items():
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(self.headers[table])
                writer.writerows(lines)
        return folder

    def published(self, folder: Path, rows: Mapping[str, Rows]) -> warehouse.Snapshot:
        """What a build makes of these rows."""
        data = self.written(folder / "data", rows)
        return warehouse.publish(
            folder / "warehouse", self.programme, Places(data), TABLES, today=self.today
        )[0]

    def published_of(self, folder: Path, cases: Iterable[Case]) -> warehouse.Snapshot:
        """What a build makes of the rows of all cases, with a file for every table."""
        rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list, {table: [] for table in self.headers})
        for case in cases:
            for table, added in case.rows.items():
                rows[table] += added
        return self.published(folder, rows)


def results(
    snapshot: warehouse.Snapshot,
    kpi: str | None,
    on: str,
    period: str | None = None,
    level: str | None = None,
) -> list[dict[str, Any]]:
    """The rows of `kpi results`."""
    asked = {"on": dt.date.fromisoformat(on), "level": level, "kpi": kpi, "period": period}
    return _rows(snapshot, "kpi_results", access.bureau(), **asked)


def state_of(
    snapshot: warehouse.Snapshot, school: str, kpi: str, on: str, period: str | None = None
) -> tuple[Any, ...]:
    """(counted, base, required, status) of a school for an indicator on a day."""
    (row,) = (row for row in results(snapshot, kpi, on, period, "school") if row["school"] == school)
    return row["counted"], row["base"], row["required"], row["status"]


def parts_of(
    snapshot: warehouse.Snapshot,
    school: str,
    kpi: str,
    on: str,
    scope: access.Scope = running.EVERY_SCHOOL,
    missing: bool = False,
) -> dict[str, tuple[str, str]]:
    """(has, lacks) of each unit of a school for an indicator on a day."""
    asked = {
        "on": dt.date.fromisoformat(on),
        "kpi": kpi,
        "school": school,
        "missing": missing,
        "period": None,
    }
    return {row["unit"]: (row["has"], row["lacks"]) for row in _rows(snapshot, "kpi_units", scope, **asked)}


def flaws_of(snapshot: warehouse.Snapshot, school: str) -> list[tuple[str, str, str]]:
    """(table, severity, reason) of the rows with a school's name that were not taken, or taken with a warning."""
    flaws = _rows(snapshot, "kpi_rejects", access.bureau(), all=True)
    return [(row["table"], row["severity"], row["reason"]) for row in flaws if school in row["original"]]


def _rows(
    snapshot: warehouse.Snapshot, name: str, scope: access.Scope, **asked: object
) -> list[dict[str, Any]]:
    names, rows = warehouse.rows(snapshot, name, scope, **asked)
    return [dict(zip(names, row, strict=True)) for row in rows]


State = Callable[..., tuple[Any, ...]]
