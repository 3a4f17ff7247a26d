"""Every source of both samples is broken in every way, and no figure changes in silence: it stays, or it says what is
known to be wrong with its data; and nobody is asked for what a file that was not read may hold."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dashboard import access, questions, reminders, warehouse
from dashboard.definitions.table import Table
from dashboard.exports import letters
from tests.cases.sources import TABLES, City, header_of, put, rows_of

EVERY = access.bureau(names=True)
EVERY_STATUS = reminders.Filter((), (), reminders.STATUSES, False)
DAYS = {
    "keelung-111": tuple(map(dt.date.fromisoformat, ("2022-06-30", "2022-11-25", "2023-08-15"))),
    "ntpc-5g-112": tuple(map(dt.date.fromisoformat, ("2023-06-30", "2024-01-15", "2025-01-15"))),
}
FIGURES = ("counted", "base", "required", "status")
UNREAD = ("unreadable_source", "stale_source")

Figures = dict[tuple[Any, ...], dict[str, Any]]
Causes = dict[tuple[Any, ...], set[tuple[Any, ...]]]


# How a file breaks


def required_of(table: Table, there: Mapping[str, int]) -> list[int]:
    """The columns that must have a value, but for the school's: a row that names none is nobody's."""
    return [
        at
        for name, at in there.items()
        if table.columns[name].required and table.columns[name].type not in ("school", "host")
    ]


def unreadable(path: Path, table: Table) -> None:
    path.write_bytes(b"PK\x03\x04")


def lacks_a_column(path: Path, table: Table) -> None:
    rows = rows_of(path)
    line, there = header_of(rows, table)
    rows[line][required_of(table, there)[-1]] = "備忘"
    put(path, rows)


def only_error_cells(path: Path, table: Table) -> None:
    rows = rows_of(path)
    line, there = header_of(rows, table)
    for row in filter(any, rows[line + 1 :]):
        row[required_of(table, there)[0]] = "#REF!"
    put(path, rows)


def gone(path: Path, table: Table) -> None:
    path.unlink()


def empty(path: Path, table: Table) -> None:
    rows = rows_of(path)
    put(path, rows[: header_of(rows, table)[0] + 1])


def rows_refused(path: Path, table: Table) -> None:
    """Every other row, each in one of the columns that must have a value."""
    rows = rows_of(path)
    line, there = header_of(rows, table)
    wanted = required_of(table, there)
    for number, row in enumerate(filter(any, rows[line + 1 :])):
        if number % 2:
            row[wanted[number // 2 % len(wanted)]] = ""
    put(path, rows)


UNREADABLE = (unreadable, lacks_a_column, only_error_cells)
WAYS = (*UNREADABLE, gone, empty, rows_refused)
Way = Callable[[Path, Table], None]


# A programme, built once as it is


@dataclass
class Whole:
    """A sample as it is, with its figures and what is known to be wrong with them."""

    city: City
    figures: Figures
    causes: Causes

    def publish_before(self, other: City) -> None:
        """The snapshot of this one as the former of the other."""
        name = self.city.programme.id
        shutil.copytree(self.city.place / name, other.place / name)


def asked(
    snapshot: warehouse.Snapshot, name: str, day: dt.date, **parameters: object
) -> list[dict[str, Any]]:
    columns, rows = warehouse.rows(snapshot, name, EVERY, on=day, kpi=None, period=None, **parameters)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def figures(snapshot: warehouse.Snapshot, city: City) -> Figures:
    """The results of every school by day, indicator, period and school."""
    return {
        (day, row["kpi"], row["period"], row["school"]): row
        for day in DAYS[city.programme.id]
        for row in asked(snapshot, "kpi_results", day, level="school")
    }


def causes(snapshot: warehouse.Snapshot, city: City) -> Causes:
    """The flag, the file and the line of each cause of a figure."""
    found: Causes = {}
    for day in DAYS[city.programme.id]:
        for row in asked(snapshot, "kpi_flags", day, school=None):
            told = (row["flag"], row["file"].split("#")[0], row["line"])
            found.setdefault((day, row["kpi"], row["period"], row["school"]), set()).add(told)
    return found


def noted(snapshot: warehouse.Snapshot) -> set[str]:
    """The files of which the build and the page of the data say that something is to be looked at."""
    _, rows = warehouse.rows(snapshot, "unreadable", EVERY)
    return {file.split("#")[0] for file, _, _ in rows}


@pytest.fixture(scope="module")
def wholes(both: Path) -> dict[str, Whole]:
    """Both samples, built as they are."""
    made = {}
    for programme in DAYS:
        city = City.of(both / programme, both / "warehouse")
        snapshot = warehouse.current(city.place, programme)
        made[programme] = Whole(city, figures(snapshot, city), causes(snapshot, city))
    return made


# Which files are broken together: those of tables that no indicator has in common. A table of several kinds of files is
# broken at each of them.

APART = ("staff", "schools", "targets")


def some_of(city: City, which: str) -> list[tuple[Table, Path]]:
    """The first or second kind of file of every table of evidence, or those of tables that many rest on."""
    at = {"first": 0, "second": 1}.get(which)
    return [
        (TABLES[table], path)
        for table, paths in city.files().items()
        for path in (
            paths
            if table in which.split(" and ")
            else paths[at : at + 1]
            if at is not None and table not in APART
            else []
        )
    ]


def differs(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return any(one[name] != other[name] for name in FIGURES)


def accused(city: City, snapshot: warehouse.Snapshot, day: dt.date) -> Iterator[tuple[str, str, str]]:
    """School, indicator and period of what the letters of a day say is not done, with all that they could ask for."""
    of_the_day = questions.unaddressed(snapshot, EVERY, day)
    seen = dataclasses.replace(of_the_day, periods=of_the_day.all_periods)
    for one in reminders.in_chinese(seen, EVERY_STATUS):
        letter = letters.message(Path("nowhere"), reminders.context(seen, one, True))
        owed = letter.partition("依目前的資料")[2]
        for item in one.items:
            if item.row.status != "no_data":
                assert reminders.label(item) in owed
                yield one.school, item.kpi.kpi, item.row.period


@pytest.fixture(autouse=True)
def uncached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "_cached", questions._cached.__wrapped__)


def accuses_nobody_whose_file_was_not_read(city: City, snapshot: warehouse.Snapshot, known: Causes) -> None:
    day = DAYS[city.programme.id][-2]
    unread = {
        (school, kpi, period)
        for (on, kpi, period, school), told in known.items()
        if on == day and any(flag in UNREAD for flag, _, _ in told)
    }
    assert unread and not unread & set(accused(city, snapshot, day))


SETS = [
    *(("keelung-111", which) for which in ("first", "second", "staff and schools")),
    *(("ntpc-5g-112", which) for which in ("first", "staff", "targets")),
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize(("programme", "which"), SETS)
def test_no_figure_changes_in_silence_whatever_breaks(
    wholes: dict[str, Whole], programme: str, which: str, way: Way, tmp_path: Path
) -> None:
    """Without a former snapshot, so that nothing stands for what cannot be read. What was taken away is told by its name,
    as is a file without a row, and a table of which nothing is left leaves its schools without data."""
    whole = wholes[programme]
    city = whole.city.copy(tmp_path)
    broken = some_of(city, which)
    assert broken
    for table, path in broken:
        way(path, table)
    if way is gone:  # only a former snapshot knows of it
        whole.publish_before(city)
    snapshot = city.build()
    now, known, names = figures(snapshot, city), causes(snapshot, city), {path.name for _, path in broken}
    assert now.keys() == whole.figures.keys()
    told = noted(snapshot) & names
    changed = set()
    for key, row in now.items():
        if not differs(row, whole.figures[key]):
            continue
        changed.add(key[1])
        mine = known.get(key, set())
        codes = {flag for flag, _, _ in mine}
        assert codes == set(filter(None, row["flags"].split(";")))
        if way in UNREADABLE:
            assert any(flag == "unreadable_source" and file in names for flag, file, _ in mine), (key, row)
        elif way is rows_refused:
            assert mine - whole.causes.get(key, set()), (key, row)
        else:
            assert row["status"] == "no_data" or "no_rows" in codes or told, (key, row)
    assert changed
    if which == "staff and schools":
        assert {city.programme.kpis[kpi].base for kpi in changed} >= {"staff", "classes"}, (
            "each changes its own"
        )
    if way in UNREADABLE:
        accuses_nobody_whose_file_was_not_read(city, snapshot, known)
    elif way is not rows_refused:
        assert told == names, "each file that is gone or empty is named"


@pytest.mark.parametrize("way", UNREADABLE, ids=lambda way: way.__name__)
@pytest.mark.parametrize("programme", list(DAYS))
def test_the_rows_of_before_stand_for_whatever_cannot_be_read_any_more(
    wholes: dict[str, Whole], programme: str, way: Way, tmp_path: Path
) -> None:
    whole = wholes[programme]
    city = whole.city.copy(tmp_path)
    whole.publish_before(city)
    files = city.files()
    broken = {path.name for paths in files.values() for path in paths}
    for table, paths in files.items():
        for path in paths:
            way(path, TABLES[table])
    snapshot = city.build()
    now, known = figures(snapshot, city), causes(snapshot, city)
    assert now.keys() == whole.figures.keys()
    for key, row in now.items():
        assert not differs(row, whole.figures[key]), (key, row)
        assert "unreadable_source" not in row["flags"]
        assert any(flag == "stale_source" and file in broken for flag, file, _ in known[key]), key
    accuses_nobody_whose_file_was_not_read(city, snapshot, known)


@pytest.mark.parametrize("way", [*UNREADABLE, gone, empty], ids=lambda way: way.__name__)
def test_without_the_list_that_decides_which_schools_there_are_nothing_is_published(
    wholes: dict[str, Whole], way: Way, tmp_path: Path
) -> None:
    """Nor does the figure of any school change where former rows stand for it; see above."""
    city = wholes["ntpc-5g-112"].city.copy(tmp_path)
    ((table, path),) = some_of(city, "schools")
    way(path, table)
    with pytest.raises(warehouse.BuildError, match="學校名冊"):
        city.build()
    with pytest.raises(warehouse.NoSnapshot):
        warehouse.current(city.place, city.programme.id)
