"""Every refused row of both samples is corrected, so that it counts in an indicator if it can, and all is built again: it
is named under exactly those indicators that this moves, and no figure is more than its bound says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from dashboard import access, warehouse
from dashboard.rows import SchoolBound
from dashboard.ui.school import bounds
from dashboard.warehouse import snapshots
from tests.cases.sources import TABLES, City, Rows, header_of, put, rows_of

EVERY = access.bureau(names=True)
ANYBODY = "王測試"
# What a course of an indicator is called, its category, and by what one of it is told.
COURSES = {
    "a1a2": ("工作坊(一)、(二)", "A1、A2", r"工作坊|A1|A2"),
    "infosec": ("資安", "資安", r"資安|資通安全|資訊安全"),
    "digital_literacy": ("數位素養", "數位素養", r"數位素養"),
    "it_lead": ("資訊組長增能", "資訊組長", r"資訊組長"),
    "b1": ("B1", "B1", r"B1|自主學習工作坊"),
    "training_5g": ("5G", "5G", r"5G"),
}
PLAIN = {
    "end_date": [""], "start_date": ["2010-08-01"], "hours": ["200"], "employment": ["正式教師"], "digital": ["是"],
    "host": ["新北市信義國中"], "role": ["示範學校"], "lessons": ["9"], "title": ["一份教案"], "approved": ["1000"],
    "group": ["領域教學資源組"], "year": ["112", "113"], "semester": ["111-2", "112-1", "112-2", "113-1"],
}  # fmt: skip
# Tables whose rows move the figures of others.
SHARED = {"staff", "schools", "participants"}

Cells = dict[str, str]


@dataclass(frozen=True)
class Refused:
    """A refused row: where it stands, whose it is, what is at fault, and the indicators and schools that it is named under."""

    table: str
    file: str
    line: int
    school_id: int
    school: str
    reason: str
    cell: str
    suggestion: str
    original: str
    named: frozenset[tuple[str, int]]

    @property
    def path(self) -> str:
        return self.file.split("#")[0]

    @property
    def schools(self) -> set[int]:
        return {self.school_id, *(school for _, school in self.named)}

    def meets(self, other: Refused) -> bool:
        """Whether both may move one figure."""
        same = self.table == other.table or bool(SHARED & {self.table, other.table})
        return same and bool(self.schools & other.schools)


Figures = dict[tuple[str, int], list[list[Any]]]
Tasks = list[tuple[Refused, Cells]]
Named = tuple[str, str, int]
"""A table, an indicator that its rows are named under, and the school."""


class Built:
    """A city and what a snapshot of it tells."""

    def __init__(self, city: City, snapshot: warehouse.Snapshot) -> None:
        self.city, self.snapshot = city, snapshot
        self.read: dict[str, Rows] = {}

    def ask(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        with snapshots.connection(self.snapshot.path).cursor() as cursor:
            return cursor.execute(query, values).fetchall()

    @cached_property
    def figures(self) -> Figures:
        """From when on each figure is what it is, in whatever period."""
        found: Figures = defaultdict(list)
        for kpi, school, period, since, *figure in self.ask(
            "select kpi, school_id, period, since, counted, base from results where level = 'school' order by all"
        ):
            stretches = found[kpi, school]
            if not stretches or stretches[-1][0] != period or stretches[-1][2:] != figure:
                stretches.append([period, since, *figure])
        return found

    @cached_property
    def refused(self) -> list[Refused]:
        """The rows to mend that name a school, or stand in a file of one."""
        named = defaultdict(set)
        for kpi, school, file, line in self.ask(
            "select distinct kpi, school_id, file, line from flags where flag in ('rows_rejected', 'base_rejected')"
        ):
            named[file, line].add((kpi, school))
        found = self.ask(
            "select table_name, file, line, school_id, name, reason, cell, coalesce(suggestion, ''), original"
            " from rejects inner join all_schools using (school_id)"
            " where severity = 'rejected' and reason <> 'not_a_record' order by file, line"
        )
        return [Refused(*row, named=frozenset(named[row[1], row[2]])) for row in found]

    @cached_property
    def kpis(self) -> dict[str, list[str]]:
        """The indicators of each table."""
        found = defaultdict(list)
        for table, kpi in self.ask("select distinct table_name, kpi from kpis order by all"):
            found[table].append(kpi)
        return found

    def rows(self, path: str) -> Rows:
        return self.read.setdefault(path, rows_of(self.city.data / path))

    def cells(self, row: Refused) -> tuple[Cells, str]:
        """What stands in a row by column, and which of these is at fault."""
        rows = self.rows(row.path)
        _, there = header_of(rows, TABLES[row.table])
        at = 0
        for letter in re.sub(r"\d", "", row.cell):
            at = at * 26 + ord(letter) - 64
        values = rows[row.line - 1]
        cells = {name: str(values[place] or "") for name, place in there.items()}
        return cells, next(name for name, place in there.items() if place == at - 1)

    def is_duplicate(self, row: Refused) -> bool:
        """Whether a row that is refused elsewhere is here, mended, what another row says already."""
        taken = self.ask(
            "select 1 from accepted_rows inner join inputs using (file_id) where file = $file and line = $line",
            file=row.file,
            line=row.line,
        )
        return not taken and not any((one.file, one.line) == (row.file, row.line) for one in self.refused)

    def bound(self, school_id: int, period: str, on: str) -> dict[str, int]:
        """How many units the rows of a school could add to an indicator at most, where that can be told."""
        found = defaultdict(list)
        asked = {"school_id": school_id, "period": period, "on": on}
        for row in warehouse.records(self.snapshot, SchoolBound, EVERY, **asked):
            if row.is_bounded:
                found[row.kpi].append(row)
        return {kpi: bounds.added(rows) for kpi, rows in found.items()}


def corrections(known: Built, row: Refused, kpi: str) -> list[Cells]:
    """What to write so that the row counts in an indicator, the likeliest first."""
    cells, column = known.cells(row)
    kind = TABLES[row.table].columns[column].type
    if column in ("staff_id", "name", "teacher"):
        return persons(known, row, kpi, column, cells)
    if column == "course":
        return [{"course": COURSES[kpi][0], "category": COURSES[kpi][1]}]
    if kind == "school":
        return [{column: row.school}]
    if column in ("date", "timestamp"):
        days = known.ask(
            "select distinct coalesce(window_start, date '2010-01-01')::text as day from kpis where kpi = $kpi order by 1",
            kpi=kpi,
        )
        return [{column: day + " 08:00:00" * (kind == "timestamp")} for (day,) in days]
    if kind in ("grade", "class"):
        return [{"grade": grade, "class": room} for grade, room in classes(known, row)]
    if kind == "choice":
        words = known.ask("select distinct label from kpi_words where kpi = $kpi order by 1", kpi=kpi)
        choices = [*TABLES[row.table].columns[column].choices.values()]
        return [{column: word} for word in choices if not words or (word,) in words]
    return [{column: value} for value in PLAIN[column]]


def persons(known: Built, row: Refused, kpi: str, column: str, cells: Cells) -> list[Cells]:
    """Who may be meant: by the suggestion where there is one, else those who come nearest to counting."""
    if row.table != "training":
        return [{column: ANYBODY}]
    if row.reason == "unknown_person" and row.suggestion:
        return [{"staff_id": row.suggestion}]
    if row.reason == "ambiguous_person" and cells.get("staff_id"):
        return [{"name": row.suggestion.split("、")[0]}]
    who = known.ask(
        "select unit_id, unit_label from units left join persons on persons.identity = 'id:' || unit_id"
        " left join accepted_rows as rows on rows.table_name = 'training' and rows.person_id = persons.person_id"
        " where kpi = $kpi and units.school_id = $school and ($among = [] or list_contains($among, unit_id))"
        " group by unit_id, unit_label, attained_on order by attained_on is not null,"
        " not coalesce(list_contains(flatten(list(words)), $other), false), attained_on desc, sum(minutes) desc, unit_id",
        kpi=kpi,
        school=row.school_id,
        among=row.suggestion.split("、") if row.suggestion else [],
        other="A1" if re.search("A2|二", row.original) else "A2",
    )
    return [{"staff_id": staff_id, "name": name} for staff_id, name in who[:2]] or [{column: ANYBODY}]


def classes(known: Built, row: Refused) -> Iterable[tuple[str, str]]:
    """The classes of the school of which only one thing is known, and one of which nothing is."""
    found = known.ask(
        "select class_key from accepted_rows where table_name = $table and school_id = $school and class_key is not null"
        " group by all having len(list_distinct(flatten(list(words)))) = 1 order by mode(words), class_key",
        table=row.table,
        school=row.school_id,
    )
    keys = [key for (key,) in (found[:1] + found[-1:] if row.table == "srl_survey" else [])]
    return [(key.split("-")[0], key.split("-")[1]) for key in [*keys, "6-19"]]


def asked_of(known: Built, row: Refused) -> list[str]:
    """The indicators in which a row could count by its table and course."""
    kpis = (
        known.kpis.get(row.table) or [min(kpi for kpi, _ in row.named)]
        if row.named
        else known.kpis.get(row.table, [])
    )
    if row.table != "training":
        return kpis
    cells, _ = known.cells(row)
    told = cells["course"] + cells.get("category", "")
    return [kpi for kpi in kpis if not cells["course"] or re.search(COURSES[kpi][2], told)] or kpis[:1]


def apart(waiting: Mapping[Refused, Sequence[object]]) -> list[Refused]:
    """Rows of which each moves figures that no other of them moves; first those that the most attempts wait for."""
    beside = {row: sum(len(left) for other, left in waiting.items() if row.meets(other)) for row in waiting}
    chosen: list[Refused] = []
    for row in sorted(waiting, key=lambda row: -beside[row]):
        if not any(row.meets(other) for other in chosen):
            chosen.append(row)
    return chosen


def in_builds(together: Mapping[Named, Sequence[Refused]]) -> list[list[Named]]:
    """As few builds as let each group of rows move figures that no other group of the build moves."""
    builds: list[list[Named]] = []
    for named, rows in together.items():
        free = (
            some
            for some in builds
            if not any(row.meets(one) for of in some for one in together[of] for row in rows)
        )
        if (some := next(free, None)) is None:
            builds.append([named])
        else:
            some.append(named)
    return builds


def mended(known: Built, tasks: Tasks, place: Path) -> Built:
    """The city once more, with these cells written."""
    city = known.city.copy(place)
    changed: dict[str, Rows] = {}
    for row, cells in tasks:
        rows = changed.setdefault(row.path, [list(values) for values in known.rows(row.path)])
        _, there = header_of(rows, TABLES[row.table])
        for name, value in cells.items():
            if name in there:
                rows[row.line - 1][there[name]] = value
    for path, rows in changed.items():
        put(city.data / path, rows)
    return Built(city, city.build())


def differences(one: Built, other: Built) -> set[tuple[str, int]]:
    keys = one.figures.keys() | other.figures.keys()
    return {key for key in keys if one.figures.get(key) != other.figures.get(key)}


def within_bounds(known: Built, again: Built, tasks: Sequence[tuple[Refused, Cells]]) -> int:
    """No figure of a school whose rosters are as they were is more than its bound; gives how many have one and moved."""
    bounded = 0
    on = max(day for (day,) in known.ask("select max(least(ends, deadline))::text from kpis group by period"))
    rosters = {school for row, _ in tasks if row.table in SHARED for school in row.schools}
    query = (
        "select period, school_id, kpi, counted, base from results"
        f" where level = 'school' and since <= date '{on}' and date '{on}' < until and counted is not null"
    )
    then = {tuple(row[:3]): row[3:] for row in known.ask(query)}
    most: dict[tuple[str, int], dict[str, int]] = {}
    for period, school, kpi, counted, _ in again.ask(query):
        before = then.get((period, school, kpi))
        if before and counted != before[0] and school not in rosters:
            limits = most.setdefault((period, school), known.bound(school, period, on))
            if kpi in limits:
                reach = bounds.most(*before, limits[kpi])
                assert counted <= (before[0] if reach is None else reach), (kpi, school, period)
                bounded += 1
    return bounded


@pytest.fixture(scope="module", params=["keelung-111", "ntpc-5g-112"])
def known(request: pytest.FixtureRequest, both: Path) -> Built:
    city = City.of(both / request.param, both / "warehouse")
    return Built(city, warehouse.current(city.place, request.param))


class Proof:
    """What the corrections of a city's refused rows moved: those of each row, one by one."""

    def __init__(self, known: Built, place: Path) -> None:
        self.known, self.place = known, place
        self.moved: dict[Refused, set[tuple[str, int]]] = defaultdict(set)
        self.taken: Tasks = []
        self.bounded = self.builds = 0
        self.every = {row: self.corrections_of(row) for row in known.refused}
        waiting = {row: list(cells) for row, cells in self.every.items() if cells}
        while waiting:
            tasks = [(row, waiting[row].pop(0)) for row in apart(waiting)]
            self.attribute(tasks, self.build(tasks))
            waiting = {row: left for row, left in waiting.items() if left and row.named - self.moved[row]}

    def corrections_of(self, row: Refused) -> list[Cells]:
        """What to try, for each indicator; but once where a row is named under none."""
        cells: list[Cells] = []
        for kpi in asked_of(self.known, row):
            found = corrections(self.known, row, kpi)
            cells += [one for one in (found if row.named else found[:1]) if one not in cells]
        return cells

    def build(self, tasks: Tasks) -> Built:
        self.builds += 1
        built = mended(self.known, tasks, self.place / str(self.builds))
        self.bounded += within_bounds(self.known, built, tasks)
        return built

    def attribute(self, tasks: Tasks, built: Built) -> None:
        """Each figure that moved to the one row of the build that may have moved it."""
        for kpi, school in differences(self.known, built):
            near = [row for row, _ in tasks if school in row.schools]
            mine = [row for row in near if kpi in self.known.kpis[row.table] or (kpi, school) in row.named]
            (row,) = mine or near
            self.moved[row].add((kpi, school))
        self.taken += [
            (row, cells) for row, cells in tasks if row.table in SHARED or not built.is_duplicate(row)
        ]

    def is_said_already(self, row: Refused, kpi: str) -> bool:
        """Whether a row, however it is mended for an indicator, says what another row says."""
        of_kpi = corrections(self.known, row, kpi) if kpi in self.known.kpis[row.table] else self.every[row]
        return not any((row, cells) in self.taken for cells in of_kpi)


def test_a_row_is_named_under_exactly_what_its_correction_moves(known: Built, tmp_path: Path) -> None:
    """One that says, once mended, what another row says already, moves nothing, which nobody can tell before. Where a row
    alone does not suffice it is mended together with the others that are named beside it."""
    proof = Proof(known, tmp_path)
    assert proof.bounded and any(proof.moved.values())
    together: dict[Named, list[Refused]] = {}
    for row in known.refused:
        assert proof.moved[row] <= row.named, (row, "moves more than it is named under")
        for kpi, school in row.named - proof.moved[row]:
            # How many pupils a refused row has, in which semester, is not told of it.
            if proof.is_said_already(row, kpi) or (row.table, kpi) == ("participants", "targets"):
                continue
            beside = [one for one in known.refused if (kpi, school) in one.named and one.table == row.table]
            assert len(beside) > 1, (row, kpi)
            together[row.table, kpi, school] = beside
    for some in in_builds(together):
        tasks = [(one, corrections(known, one, named[1])[-1]) for named in some for one in together[named]]
        moved = differences(known, proof.build(tasks))
        assert {(kpi, school) for _, kpi, school in some} <= moved, some
