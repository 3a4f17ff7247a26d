"""The product against an oracle that was written from the specification alone.

Ten made-up cities are written down in every accepted mess; what the product makes of each must be what the
oracle says, row by row, for days before, on and after every edge.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.oracle import expected
from tests.oracle.expected import Flaw, Ledger, ResultRow
from tests.oracle.facts import make_facts
from tests.oracle.product import Outcome, in_a_process, in_this_process, rows_of
from tests.oracle.render import Rendered, render
from tests.oracle.sheets import NAMES, Row

SEEDS = range(10)
REJECT_KEYS = {"severity", "table", "file", "line", "reason", "message", "suggestion", "original"}
UNIT_COLUMNS = ["kpi", "period", "school", "unit", "label", "since", "until", "attained_on", "amount"]
SHOWN = 4
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class City:
    """A seed after it was built: what there was, what must come of it, and what the product told."""

    rendered: Rendered
    ledger: Ledger
    warehouse: str
    told: str
    """All that the build printed."""
    flaws: list[dict[str, str]]
    """Rejected rows and warnings, but for those of files that are no tables."""

    def ask(self, command: str, *options: str, run: Callable[..., Outcome] = in_this_process) -> str:
        return _ask(self.warehouse, command, *options, run=run)


def _ask(warehouse: str, command: str, *options: str, run: Callable[..., Outcome] = in_this_process) -> str:
    outcome = run(command, "--warehouse", warehouse, *options)
    assert outcome.code == 0, f"{command} {options}: exit code {outcome.code}\n{outcome.err}"
    return outcome.out


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed {seed}")
def city(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("city")
    data, warehouse = folder / "data", str(folder / "warehouse")
    data.mkdir()
    rendered = render(make_facts(request.param), data)
    options = ("--data", str(data), "--programme", "keelung-111", "--warehouse", warehouse)
    build = in_a_process("build", *options)
    assert build.code == 0, f"build: exit code {build.code}\n{build.out}\n{build.err}"
    found = json.loads(_ask(warehouse, "rejects", "--all", "--format", "json"))
    flaws = [flaw for flaw in found if (flaw["file"] or "").split("#")[0] not in rendered.unreadable]
    return City(rendered, Ledger(rendered), warehouse, build.out + build.err, flaws)


def test_every_row_ends_as_accepted_duplicate_or_rejected(city: City) -> None:
    """The summary has a line a table; among its numbers are the four, in the order of the contract."""
    summary = city.told.splitlines()
    wrong = []
    for table, tally in city.ledger.tables.items():
        wanted = [tally.read, tally.accepted, tally.duplicate, tally.rejected]
        lines = [line for line in summary if any(name in line for name in (table, *NAMES[table]))]
        if tally.read and not any(_holds_in_order(_numbers(line), wanted) for line in lines):
            wrong.append(f"{table}: expected read, accepted, duplicate, rejected = {wanted}, got {lines}")
    assert not wrong, _listed(wrong)


def test_a_file_that_is_no_table_is_reported_and_stops_nothing(city: City) -> None:
    told = city.told + city.ask("rejects", "--all", "--format", "json")
    assert [path for path in city.rendered.unreadable if path not in told] == []


def test_every_rejected_row_has_its_place_and_its_reason(city: City) -> None:
    got = Counter(_flaw(flaw) for flaw in city.flaws if flaw["severity"] == "rejected")
    wanted = Counter(expected.rejected(city.rendered))
    assert got == wanted, _flaw_difference(city, wanted - got, got - wanted)


def test_without_all_only_rejected_rows_are_listed(city: City) -> None:
    listed = json.loads(city.ask("rejects", "--format", "json"))
    assert {flaw["severity"] for flaw in listed} <= {"rejected"}
    own = [flaw for flaw in listed if (flaw["file"] or "").split("#")[0] not in city.rendered.unreadable]
    assert len(own) == len(expected.rejected(city.rendered))


def test_every_bad_value_that_may_be_blank_is_a_warning(city: City) -> None:
    warned = {_flaw(flaw) for flaw in city.flaws if flaw["severity"] == "warning"}
    got = {flaw for flaw in warned if flaw.reason != "bad_character"}
    wanted = expected.warnings(city.rendered)
    unexpected = got - wanted - expected.tolerated(city.rendered)
    assert not wanted - got and not unexpected, _flaw_difference(city, wanted - got, unexpected)


def test_a_character_that_cp950_cannot_hold_is_warned_of(city: City) -> None:
    """At the least where a row that counts has one; a rejected row or a duplicate has said enough."""
    lossy = {flaw["file"] for flaw in city.flaws if flaw["reason"] == "bad_character"}
    assert expected.files_with_lost_characters(city.ledger.accepted) <= lossy
    assert lossy <= expected.files_with_lost_characters(city.rendered.rows)


def test_a_reject_says_in_chinese_how_to_mend_what_was_there(city: City) -> None:
    rows = {(row.table, row.file, row.line): row for row in city.rendered.rows}
    wrong = []
    for flaw in city.flaws:
        assert flaw.keys() == REJECT_KEYS
        row = rows.get((flaw["table"], flaw["file"], int(flaw["line"] or 0)))
        if not CHINESE.search(flaw["message"] or ""):
            wrong.append(f"{flaw['file']}:{flaw['line']} {flaw['reason']}: message {flaw['message']!r}")
        if row and row.reason and flaw["severity"] == "rejected":
            wrong += _wrong_help(row, flaw)
    assert not wrong, _listed(wrong)


def test_no_exported_cell_can_run_as_a_formula(city: City) -> None:
    _, rows = rows_of(city.ask("rejects", "--all", "--format", "csv"))
    cells = [value for row in rows for value in row.values()]
    dangerous = [cell for cell in cells if cell[:1] in ("=", "+", "@", "-") and not _is_number(cell)]
    assert dangerous == []


def test_results_are_those_of_the_rules_on_every_day(city: City) -> None:
    wrong: list[str] = []
    run = in_a_process
    for day in city.rendered.facts.days:
        options = ("--programme", "keelung-111", "--as-of", day.isoformat(), "--format", "csv")
        header, got = rows_of(city.ask("results", *options, run=run))
        assert header == list(expected.COLUMNS)
        wrong += _result_differences(expected.results(city.ledger, day), got)
        run = in_this_process
    assert not wrong, _listed(wrong)


def test_one_level_of_one_indicator_is_that_part_of_the_results(city: City) -> None:
    day = date(2022, 12, 31)
    rows = expected.results(city.ledger, day)
    for level, kpi in (("school", "infosec"), ("group", "srl_survey"), ("city", "coaching")):
        options = ("--level", level, "--kpi", kpi, "--as-of", day.isoformat(), "--format", "csv")
        wanted = [row for row in rows if (row["level"], row["kpi"]) == (level, kpi)]
        wrong = _result_differences(wanted, rows_of(city.ask("results", *options))[1])
        assert not wrong, _listed(wrong)


def test_units_add_up_to_counted_and_base(city: City) -> None:
    """On the days in the middle, where some have counted, some not yet, and some have left."""
    wrong: list[str] = []
    days = city.rendered.facts.days
    for day in (days[2], days[4], days[-1]):
        rows = [row for row in expected.results(city.ledger, day) if row["level"] == "school"]
        for kpi in expected.KPIS:
            options = ("--programme", "keelung-111", "--kpi", kpi.id, "--as-of", day.isoformat())
            header, units = rows_of(city.ask("units", *options, "--format", "csv"))
            assert header == UNIT_COLUMNS
            for row in rows:
                if row["kpi"] == kpi.id and row["status"] != expected.NO_DATA:
                    own = [unit for unit in units if unit["school"] == row["school"]]
                    wrong += _unit_differences(kpi, row, own, day)
    assert not wrong, _listed(wrong)


def test_missing_units_are_those_of_the_base_that_do_not_count_yet(city: City) -> None:
    day = date(2022, 12, 31)
    figures = [row for row in expected.results(city.ledger, day) if row["level"] == "school"]
    wrong: list[str] = []
    for kpi in expected.KPIS:
        if not kpi.members:
            continue
        options = ("--kpi", kpi.id, "--as-of", day.isoformat(), "--missing", "--format", "csv")
        units = rows_of(city.ask("units", *options))[1]
        for row in figures:
            if row["kpi"] == kpi.id and row["status"] != expected.NO_DATA:
                missing = _amount(unit for unit in units if unit["school"] == row["school"])
                if missing != int(row["base"]) - int(row["counted"]):
                    wrong.append(f"{kpi.id} missing {row['school']}: {missing} units, expected {row}")
    assert not wrong, _listed(wrong)


def test_units_of_one_school_are_its_part_of_all(city: City) -> None:
    options = ("--kpi", "public_lesson", "--as-of", "2023-07-31", "--format", "csv")
    of_all = rows_of(city.ask("units", *options))[1]
    of_one = rows_of(city.ask("units", *options, "--school", "武崙國小"))[1]
    assert of_one == [unit for unit in of_all if unit["school"] == "武崙國小"]


@pytest.mark.parametrize("wrong", [("--level", "village"), ("--as-of", "2022-13-01"), ("--format", "pdf")])
def test_a_wrong_command_line_is_told_apart_from_a_failure(wrong: tuple[str, str], tmp_path: Path) -> None:
    outcome = in_this_process("results", "--warehouse", str(tmp_path), *wrong)
    assert (outcome.code, outcome.out) == (2, "")


def test_nothing_to_read_publishes_nothing(tmp_path: Path) -> None:
    data, warehouse = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    options = ("--data", str(data), "--programme", "keelung-111", "--warehouse", str(warehouse))
    outcome = in_this_process("build", *options)
    assert (outcome.code, outcome.out) == (3, "")
    assert CHINESE.search(outcome.err)


def _numbers(line: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", line)]


def _holds_in_order(numbers: list[int], wanted: list[int]) -> bool:
    remaining = iter(numbers)
    return all(number in remaining for number in wanted)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?\d+(\.\d+)?", text) is not None


def _flaw(flaw: dict[str, str]) -> Flaw:
    return Flaw(flaw["table"], flaw["file"], int(flaw["line"] or 0), flaw["reason"])


def _flaw_difference(city: City, missing: Counter[Flaw] | set[Flaw], extra: Counter[Flaw] | set[Flaw]) -> str:
    """What the product did not say, what it said too much, and how it looked in the file."""
    rows = {(row.table, row.file, row.line): row for row in city.rendered.rows}
    messages = {_flaw(flaw): f"{flaw['message']} | {flaw['original']}" for flaw in city.flaws}
    lines = []
    for sign, flaws in (("- missing", missing), ("+ extra  ", extra)):
        for flaw in sorted(flaws, key=lambda one: (one.table, one.file, one.line)):
            row = rows.get((flaw.table, flaw.file, flaw.line))
            context = messages.get(flaw) or (f"{row.statement} {row.faults}" if row else "no such row")
            lines.append(f"{sign} {flaw.table} {flaw.file}:{flaw.line} {flaw.reason}  {context}")
    return _listed(lines)


def _wrong_help(row: Row, flaw: dict[str, str]) -> list[str]:
    """The original must show the row's texts; a near miss must be told the likely name."""
    place = f"{row.file}:{row.line} {flaw['reason']}"
    lost = [text for text in row.texts if text not in flaw["original"]]
    wrong = [f"{place}: original lacks {lost}: {flaw['original']}"] if lost else []
    for fault in row.faults:
        if len(row.faults) == 1 and fault.suggests and fault.suggests not in (flaw["suggestion"] or ""):
            wrong.append(f"{place}: suggestion {flaw['suggestion']!r}, expected {fault.suggests}")
    return wrong


def _result_differences(wanted: list[ResultRow], got: list[ResultRow]) -> list[str]:
    """One line for each row that differs, then whether the order does."""
    keys = ("kpi", "level", "group", "school", "as_of")
    by_key = {tuple(row[key] for key in keys): row for row in got}
    wrong = []
    for row in wanted:
        name = " ".join(row[key] for key in keys if row[key])
        other = by_key.pop(tuple(row[key] for key in keys), None)
        if other is None:
            wrong.append(f"{name}: no such row")
        elif other != row:
            differing = [f"{key} {row[key]!r} got {other[key]!r}" for key in row if row[key] != other[key]]
            wrong.append(f"{name}: expected " + ", ".join(differing))
    wrong += [f"unexpected row {key}" for key in by_key]
    if not wrong and got != wanted:
        wrong.append("the rows are not in the order of the contract")
    return wrong


def _unit_differences(
    kpi: expected.Kpi, row: ResultRow, units: list[dict[str, str]], as_of: date
) -> list[str]:
    """`until` is open and `since` long ago where they are blank; a unit without an amount is one."""
    day, base_day = as_of.isoformat(), kpi.base_day(as_of).isoformat()
    based = kpi.members is not None or kpi.classes
    in_base = [
        unit
        for unit in units
        if not based or (unit["since"] or "") <= base_day < (unit["until"] or "9999-12-31")
    ]
    sums = {"counted": _amount(unit for unit in in_base if "" < unit["attained_on"] <= day)}
    if kpi.members:
        sums["base"] = _amount(in_base)
    return [
        f"{kpi.id} {row['school']} {day}: units add up to {name} {found}, expected {row[name]}"
        for name, found in sums.items()
        if found != Decimal(row[name])
    ]


def _amount(units: Iterable[dict[str, str]]) -> Decimal:
    return sum((Decimal(unit["amount"] or 1) for unit in units), Decimal(0))


def _listed(lines: list[str]) -> str:
    """A few lines of each kind (they begin alike), so that one frequent fault does not hide the others."""
    kinds: dict[str, list[str]] = {}
    for line in lines:
        kinds.setdefault(" ".join(line.split()[: 3 if line[:1] in "-+" else 2]), []).append(line)
    shown = [line for alike in kinds.values() for line in alike[:SHOWN]]
    more = [f"… {len(lines)} in all"] if len(shown) < len(lines) else []
    return "\n".join(["", *shown, *more])
