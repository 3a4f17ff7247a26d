"""The product against an oracle that was written from the specification alone.

Ten made-up cities are written down in every accepted mess; what the product makes of each must be what the
oracle says, row by row, for days before, on and after every edge.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.oracle import expected
from tests.oracle.comparing import (
    CHINESE,
    amount,
    flaw_difference,
    flaw_of,
    is_number,
    listed,
    result_differences,
    unit_sums,
    wrong_accounts,
    wrong_helps,
)
from tests.oracle.expected import Flaw, Ledger, ResultRow
from tests.oracle.facts import make_facts
from tests.oracle.product import UNIT_COLUMNS, City, built_city, in_a_process, in_this_process, rows_of
from tests.oracle.render import Rendered, render
from tests.oracle.sheets import NAMES

SEEDS = range(10)
REJECT_KEYS = {"severity", "table", "file", "line", "reason", "message", "suggestion", "original"}


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed {seed}")
def city(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> City:
    def written(data: Path) -> Rendered:
        return render(make_facts(request.param), data)

    # A process takes a second to start, which it need not do for each seed.
    run = in_a_process if request.param == SEEDS[0] else in_this_process
    return built_city(tmp_path_factory.mktemp("city"), "keelung-111", written, Ledger, run=run)


def test_every_row_ends_as_accepted_duplicate_or_rejected(city: City) -> None:
    """The summary has a line a table; among its numbers are the four, in the order of the contract."""
    wrong = wrong_accounts(city.ledger.tables, NAMES, city.told)
    assert not wrong, listed(wrong)


def test_a_file_that_is_no_table_is_reported_and_stops_nothing(city: City) -> None:
    told = city.told + city.ask("rejects", "--all", "--format", "json")
    assert [path for path in city.rendered.unreadable if path not in told] == []


def test_every_rejected_row_has_its_place_and_its_reason(city: City) -> None:
    got = Counter(flaw_of(flaw) for flaw in city.flaws if flaw["severity"] == "rejected")
    wanted = Counter(expected.rejected(city.rendered))
    assert got == wanted, _difference(city, wanted - got, got - wanted)


def test_without_all_only_rejected_rows_arelisted(city: City) -> None:
    listed = json.loads(city.ask("rejects", "--format", "json"))
    assert {flaw["severity"] for flaw in listed} <= {"rejected"}
    own = [flaw for flaw in listed if (flaw["file"] or "").split("#")[0] not in city.rendered.unreadable]
    assert len(own) == len(expected.rejected(city.rendered))


def test_every_bad_value_that_may_be_blank_is_a_warning(city: City) -> None:
    warned = {flaw_of(flaw) for flaw in city.flaws if flaw["severity"] == "warning"}
    got = {flaw for flaw in warned if flaw.reason != "bad_character"}
    wanted = expected.warnings(city.rendered) | city.ledger.doubted
    unexpected = got - wanted - expected.tolerated(city.rendered)
    assert not wanted - got and not unexpected, _difference(city, wanted - got, unexpected)


def test_a_character_that_cp950_cannot_hold_is_warned_of(city: City) -> None:
    """At the least where a row that counts has one; a rejected row or a duplicate has said enough."""
    lossy = {flaw["file"] for flaw in city.flaws if flaw["reason"] == "bad_character"}
    assert expected.files_with_lost_characters(city.ledger.accepted) <= lossy
    assert lossy <= expected.files_with_lost_characters(city.rendered.rows)


def test_a_reject_says_in_chinese_how_to_mend_what_was_there(city: City) -> None:
    assert all(flaw.keys() == REJECT_KEYS for flaw in city.flaws)
    wrong = wrong_helps(city.rendered.rows, city.flaws)
    assert not wrong, listed(wrong)


def test_no_exported_cell_can_run_as_a_formula(city: City) -> None:
    _, rows = rows_of(city.ask("rejects", "--all", "--format", "csv"))
    cells = [value for row in rows for value in row.values()]
    dangerous = [cell for cell in cells if cell[:1] in ("=", "+", "@", "-") and not is_number(cell)]
    assert dangerous == []


def test_results_are_those_of_the_rules_on_every_day(city: City) -> None:
    wrong: list[str] = []
    run = city.run
    for day in city.rendered.facts.days:
        options = ("--programme", "keelung-111", "--as-of", day.isoformat(), "--format", "csv")
        header, got = rows_of(city.ask("results", *options, run=run))
        assert header == [*expected.COLUMNS, "flags"]
        wrong += result_differences(expected.results(city.ledger, day), got)
        run = in_this_process
    assert not wrong, listed(wrong)


def test_one_level_of_one_indicator_is_that_part_of_the_results(city: City) -> None:
    day = date(2022, 12, 31)
    rows = expected.results(city.ledger, day)
    for level, kpi in (("school", "infosec"), ("group", "srl_survey"), ("city", "coaching")):
        options = ("--level", level, "--kpi", kpi, "--as-of", day.isoformat(), "--format", "csv")
        wanted = [row for row in rows if (row["level"], row["kpi"]) == (level, kpi)]
        wrong = result_differences(wanted, rows_of(city.ask("results", *options))[1])
        assert not wrong, listed(wrong)


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
    assert not wrong, listed(wrong)


def test_a_unit_has_and_lacks_what_the_facts_say(city: City) -> None:
    wrong: list[str] = []
    days = city.rendered.facts.days
    for day in (days[2], days[4], days[-1]):
        for kpi in expected.KPIS:
            options = ("--kpi", kpi.id, "--as-of", day.isoformat(), "--format", "csv")
            for unit in rows_of(city.ask("units", *options))[1]:
                wanted = expected.parts(city.ledger, kpi, unit["school"], unit["unit"], day)
                if (unit["has"], unit["lacks"]) != wanted:
                    wrong.append(f"{day} expected {wanted}: {unit}")
    assert not wrong, listed(wrong)


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
                missing = amount(unit for unit in units if unit["school"] == row["school"])
                if missing != int(row["base"]) - int(row["counted"]):
                    wrong.append(f"{kpi.id} missing {row['school']}: {missing} units, expected {row}")
    assert not wrong, listed(wrong)


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


def _difference(city: City, missing: Counter[Flaw] | set[Flaw], extra: Counter[Flaw] | set[Flaw]) -> str:
    return flaw_difference(city.rendered.rows, city.flaws, missing, extra)


def _unit_differences(
    kpi: expected.Kpi, row: ResultRow, units: list[dict[str, str]], as_of: date
) -> list[str]:
    based = kpi.members is not None or kpi.classes
    counted, base = unit_sums(units, as_of, kpi.base_day(as_of), based)
    sums = {"counted": counted, **({"base": base} if kpi.members else {})}
    return [
        f"{kpi.id} {row['school']} {as_of}: units add up to {name} {found}, expected {row[name]}"
        for name, found in sums.items()
        if found != Decimal(row[name])
    ]
