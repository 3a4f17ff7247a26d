"""A city with tables of a few rows, and the flags of its figures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.cases.tables import SCHOOLS, STAFF, TRAINING, Rows, written
from tests.running import build, kpi

ON = "2022-12-31"
SCHOOL = "深澳國小"


class City:
    """A data folder and the flags of its figures."""

    def __init__(self, place: Path, **tables: Rows) -> None:
        self.place = place
        self.build(**{"schools": SCHOOLS, "staff": STAFF} | tables)

    @property
    def data(self) -> Path:
        return self.place / "data"

    def build(self, **tables: Rows) -> None:
        written(self.data, **tables)
        told = build(self.data, self.place / "warehouse")
        assert told.code == 0, told.err

    def ask(self, command: str, *options: object, on: str = ON) -> list[dict[str, str]]:
        return kpi(
            command, "--warehouse", self.place / "warehouse", "--as-of", on, "--format", "csv", *options
        ).rows

    def flags(self, kpi_id: str, school: str = SCHOOL, on: str = ON) -> str:
        (row,) = (row for row in self.ask("results", "--kpi", kpi_id, on=on) if row["school"] == school)
        return row["flags"]

    def named(self, kpi_id: str, flag: str = "rows_rejected", on: str = ON) -> list[tuple[str, str]]:
        """The school and the line of each cause."""
        return [
            (row["school"], row["line"])
            for row in self.ask("flags", "--kpi", kpi_id, on=on)
            if row["flag"] == flag
        ]

    def counted(self, kpi_id: str, school: str = SCHOOL) -> str:
        (row,) = (row for row in self.ask("results", "--kpi", kpi_id) if row["school"] == school)
        return row["counted"]


def courses(*rows: Sequence[Any]) -> Rows:
    return [
        TRAINING,
        *(row if len(row) == len(TRAINING) else (*row, *[""] * (len(TRAINING) - len(row))) for row in rows),
    ]


A1, A2 = "數位學習工作坊(一)", "數位學習工作坊(二)"
