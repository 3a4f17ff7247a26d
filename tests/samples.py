"""What the samples of both programmes have, asked of a snapshot or of the commands."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dashboard import access, questions, warehouse
from dashboard.definitions import programmes
from dashboard.definitions.places import Places
from dashboard.rows import Kpi, School
from tests.running import EVERY_SCHOOL, PROGRAMME, Outcome, kpi

KEELUNG, NTPC = "keelung-111", "ntpc-5g-112"
# The day of the sample of keelung-111.
DAY = dt.date(2022, 11, 25)
DAYS = {KEELUNG: ("2022-01-01", "2022-11-25", "2023-08-15"), NTPC: ("2022-06-01", "2023-06-30", "2025-02-01")}
TWO = access.Scope("兩校", (1, 2))
# The day of a meeting, and the one before it.
MEETINGS = {
    KEELUNG: (dt.date(2022, 11, 25), dt.date(2022, 10, 21)),
    NTPC: (dt.date(2023, 11, 30), dt.date(2023, 10, 1)),
}
SCOPES = {"city": (), "group": ("--group", "自主學習組"), "school": ("--school", "深澳國小")}


def results_of_level(served, level, on=DAY):
    """`kpi results` of one level of the sample, by indicator, group and school."""
    snapshot = warehouse.current(served, "keelung-111")
    names, found = warehouse.rows(
        snapshot, "kpi_results", access.bureau(), on=on, level=level, kpi=None, period=None
    )
    rows = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in found]
    return {(row.kpi, row.group * (level == "group"), row.school): row for row in rows}


def ask(both, programme, kind, scope=EVERY_SCHOOL, **parameters):
    snapshot = warehouse.current(both / "warehouse", programme)
    return warehouse.records(snapshot, kind, scope, **parameters)


def results(both, programme, kpi, period, on):
    """`kpi results` of one indicator, by level, group and school."""
    snapshot = warehouse.current(both / "warehouse", programme)
    asked = {"on": on, "level": None, "kpi": kpi, "period": period}
    names, found = warehouse.rows(snapshot, "kpi_results", EVERY_SCHOOL, **asked)
    rows = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in found]
    return {(row.level, row.group * (row.level == "group"), row.school): row for row in rows}


@dataclass(frozen=True)
class Place:
    """A warehouse with the sample of a programme, and a folder to export to."""

    warehouse: Path
    folder: Path
    programme: str = KEELUNG
    day: dt.date | None = None
    """The day that the commands are asked for; the snapshot's own where it is None."""

    @property
    def on(self) -> dt.date:
        return MEETINGS[self.programme][0]

    @property
    def snapshot(self) -> warehouse.Snapshot:
        return warehouse.current(self.warehouse, self.programme)

    @property
    def view(self) -> questions.View:
        return questions.unaddressed(self.snapshot, access.bureau(), *MEETINGS[self.programme])

    def ask(self, command: str, *options: object) -> Outcome:
        return kpi(command, "--warehouse", self.warehouse, "--programme", self.programme, *options)

    def export(self, kind: str, *options: object) -> bytes:
        file = self.folder / f"out.{kind}"
        done = self.ask("export", kind, "--output", file, *self._dated, *options)
        assert (done.code, done.out) == (0, ""), done.err
        assert str(file) in done.err
        return file.read_bytes()

    def results(self, *options: object) -> list[dict[str, str]]:
        return self.ask("results", "--format", "csv", *self._dated, *options).rows

    @property
    def _dated(self) -> tuple[object, ...]:
        return ("--as-of", self.day) if self.day else ()

    def scope_of(self, scope: Sequence[str]) -> list[Any]:
        """The schools of a scope."""
        every = questions.ask(self.view, School)
        return [one for one in every if not scope or scope[1] in (one.name, one.group_name)]


def wanted(place: Place, scope: Sequence[str] = ()) -> dict[tuple[str, ...], dict[str, str]]:
    """The figures of `kpi results` that the slides of a scope must have: of the indicators shown on the day."""
    mine = place.scope_of(scope)
    groups, names = {one.group_name for one in mine}, {one.name for one in mine}
    shown = {
        (one.kpi, period.period)
        for period in place.view.periods
        for one in questions.ask(place.view, Kpi, period=period.period)
    }
    return {
        (
            row["kpi"],
            row["period"],
            row["level"],
            row["group"] if row["level"] == "group" else "",
            row["school"],
        ): row
        for row in place.results()
        if (row["kpi"], row["period"]) in shown
        and (
            row["level"] == "city"
            or (row["level"] == "group" and row["group"] in groups)
            or row["school"] in names
        )
    }


def people_of(place: Place) -> set[str]:
    """The names of the teachers and of whoever is named in a refused row."""
    asked = {"on": place.on, "kpi": None, "period": None, "school": None}
    snapshot = place.view.snapshot
    messages = {row[-1] for row in warehouse.rows(snapshot, "kpi_flags", EVERY_SCHOOL, **asked)[1]}
    named = {name for message in messages for name in re.findall(r"名冊上是「(\w+)」", message)}
    columns, units = warehouse.rows(
        snapshot, "kpi_units", EVERY_SCHOOL, **asked | {"kpi": "a1a2", "missing": False}
    )
    return named | {row[columns.index("label")] for row in units}


def view_on(place: Path, programme: str, on: dt.date, scope: access.Scope = EVERY_SCHOOL) -> questions.View:
    """What an address that names no more than a programme and a day asks to see."""
    return questions.unaddressed(warehouse.current(place, programme), scope, on)


def tried(data: Path, place: Path, name: str, content: bytes) -> warehouse.Trial:
    (definition,) = programmes.find(data, (PROGRAMME,))
    snapshot = warehouse.current(place, PROGRAMME)
    return warehouse.try_out(snapshot, definition, Places(data), name, content, access.bureau(), DAY)
