"""The product against an oracle that was written from the specifications alone.

Ten made-up cities of each programme are written down in every accepted mess; what the product makes of each must be what
the oracle says, row by row, for days before, on and after every edge of windows, years, semesters and the term.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.oracle import keelung, ntpc
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
from tests.oracle.ledger import Flaw, files_with_lost_characters, rejected, tolerated, warnings
from tests.oracle.product import UNIT_COLUMNS, City, built_city, in_a_process, in_this_process, rows_of
from tests.oracle.programmes import ORACLES
from tests.oracle.results import COLUMNS, NO_DATA, ResultRow

SEEDS = range(10)
KEELUNG, NTPC = ([(programme, seed) for seed in SEEDS] for programme in ORACLES)
REJECT_KEYS = {"severity", "table", "file", "line", "reason", "message", "suggestion", "original"}


CHOICES = (
    {"period": "112"},
    {"period": "113-1", "level": "group"},
    {"period": "term", "level": "school"},
    {"period": "112-1", "kpi": "public_lesson"},
    {"kpi": "targets", "level": "city"},
)
PERIODS = {period.id: period for period in ntpc.expected.ALL_PERIODS}


def _name(city: tuple[str, int]) -> str:
    return "{} seed {}".format(*city)


@pytest.fixture(scope="module", params=[*KEELUNG, *NTPC], ids=_name)
def city(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> City:
    programme, seed = request.param
    # A process takes a second to start, which it need not do for each seed.
    run = in_a_process if seed == SEEDS[0] else in_this_process
    return built_city(tmp_path_factory.mktemp("city"), ORACLES[programme], seed, run)


of_keelung = pytest.mark.parametrize("city", KEELUNG, ids=_name, indirect=True)
of_ntpc = pytest.mark.parametrize("city", NTPC, ids=_name, indirect=True)


# What becomes of the rows


def test_every_row_ends_as_accepted_duplicate_or_rejected(city: City) -> None:
    """The summary has a line a table; among its numbers are the four, in the order of the contract."""
    wrong = wrong_accounts(city.ledger.tables, city.oracle.names, city.told)
    assert not wrong, listed(wrong)


def test_a_file_that_is_no_table_is_reported_and_stops_nothing(city: City) -> None:
    told = city.told + city.ask("rejects", "--all", "--format", "json")
    assert [path for path in city.rendered.unreadable if path not in told] == []


def test_every_rejected_row_has_its_place_and_its_reason(city: City) -> None:
    got = Counter(flaw_of(flaw) for flaw in city.flaws if flaw["severity"] == "rejected")
    wanted = Counter(rejected(city.rendered))
    assert got == wanted, _difference(city, wanted - got, got - wanted)


@of_keelung
def test_without_all_only_rejected_rows_are_listed(city: City) -> None:
    listed = json.loads(city.ask("rejects", "--format", "json"))
    assert {flaw["severity"] for flaw in listed} <= {"rejected"}
    own = [flaw for flaw in listed if (flaw["file"] or "").split("#")[0] not in city.rendered.unreadable]
    assert len(own) == len(rejected(city.rendered))


def test_every_bad_value_that_may_be_blank_is_a_warning(city: City) -> None:
    warned = {flaw_of(flaw) for flaw in city.flaws if flaw["severity"] == "warning"}
    got = {flaw for flaw in warned if flaw.reason != "bad_character"}
    wanted = warnings(city.rendered) | city.ledger.doubted
    unexpected = got - wanted - tolerated(city.rendered)
    assert not wanted - got and not unexpected, _difference(city, wanted - got, unexpected)


def test_a_character_that_cp950_cannot_hold_is_warned_of(city: City) -> None:
    """At the least where a row that counts has one; a rejected row or a duplicate has said enough."""
    lossy = {flaw["file"] for flaw in city.flaws if flaw["reason"] == "bad_character"}
    assert files_with_lost_characters(city.ledger.accepted) <= lossy
    assert lossy <= files_with_lost_characters(city.rendered.rows)


def test_a_reject_says_in_chinese_how_to_mend_what_was_there(city: City) -> None:
    assert all(flaw.keys() == REJECT_KEYS for flaw in city.flaws)
    wrong = wrong_helps(city.rendered.rows, city.flaws)
    assert not wrong, listed(wrong)


@of_keelung
def test_no_exported_cell_can_run_as_a_formula(city: City) -> None:
    _, rows = rows_of(city.ask("rejects", "--all", "--format", "csv"))
    cells = [value for row in rows for value in row.values()]
    dangerous = [cell for cell in cells if cell[:1] in ("=", "+", "@", "-") and not is_number(cell)]
    assert dangerous == []


# The figures


def test_results_are_those_of_the_rules_on_every_day(city: City) -> None:
    wrong: list[str] = []
    run = city.run
    for day in city.rendered.facts.days:
        options = ("--programme", city.oracle.programme, "--as-of", day.isoformat(), "--format", "csv")
        header, got = rows_of(city.ask("results", *options, run=run))
        assert header == [*COLUMNS, "flags"]
        wrong += result_differences(city.results(day), got)
        run = in_this_process
    assert not wrong, listed(wrong)


@of_keelung
def test_one_level_of_one_indicator_is_that_part_of_the_results(city: City) -> None:
    day = date(2022, 12, 31)
    rows = city.results(day)
    for level, kpi in (("school", "infosec"), ("group", "srl_survey"), ("city", "coaching")):
        options = ("--level", level, "--kpi", kpi, "--as-of", day.isoformat(), "--format", "csv")
        wanted = [row for row in rows if (row["level"], row["kpi"]) == (level, kpi)]
        wrong = result_differences(wanted, rows_of(city.ask("results", *options))[1])
        assert not wrong, listed(wrong)


@of_ntpc
def test_a_choice_is_that_part_of_the_results(city: City) -> None:
    rows = city.results(city.middle)
    wrong: list[str] = []
    for choice in CHOICES:
        options = [f"--{name}={value}" for name, value in choice.items()]
        asked = city.ask("results", *options, "--as-of", city.middle.isoformat(), "--format", "csv")
        wanted = [row for row in rows if all(row[name] == value for name, value in choice.items())]
        wrong += [f"{choice} {line}" for line in result_differences(wanted, rows_of(asked)[1])]
    assert not wrong, listed(wrong)


# The units behind them


@of_keelung
def test_units_add_up_to_counted_and_base(city: City) -> None:
    """On the days in the middle, where some have counted, some not yet, and some have left."""
    wrong: list[str] = []
    days = city.rendered.facts.days
    for day in (days[2], days[4], days[-1]):
        rows = [row for row in city.results(day) if row["level"] == "school"]
        for kpi in keelung.expected.KPIS:
            options = ("--programme", "keelung-111", "--kpi", kpi.id, "--as-of", day.isoformat())
            header, units = rows_of(city.ask("units", *options, "--format", "csv"))
            assert header == UNIT_COLUMNS
            for row in rows:
                if row["kpi"] == kpi.id and row["status"] != NO_DATA:
                    own = [unit for unit in units if unit["school"] == row["school"]]
                    wrong += _unit_differences(kpi, row, own, day)
    assert not wrong, listed(wrong)


@of_ntpc
def test_units_of_a_period_add_up_to_counted_and_base(city: City) -> None:
    """Another day for each indicator; money has no day, so its units are left alone."""
    wrong: list[str] = []
    days = [day for day in city.rendered.facts.days if date(2023, 2, 1) <= day]
    for turn, kpi in enumerate(kpi for kpi in ntpc.expected.KPIS if not kpi.money):
        day = days[turn % len(days)]
        options = ("--kpi", kpi.id, "--as-of", day.isoformat(), "--format", "csv")
        header, units = rows_of(city.ask("units", *options))
        assert header == UNIT_COLUMNS
        for row, own in _with_units(city, kpi, day, units):
            counted, base = unit_sums(own, day, min(day, PERIODS[row["period"]].last), kpi.based)
            sums = {"counted": counted, **({"base": base} if kpi.based else {})}
            wrong += [
                f"{kpi.id} {row['period']} {row['school']} {day}: {name} {found}, expected {row[name]}"
                for name, found in sums.items()
                if found != Decimal(row[name])
            ]
    assert not wrong, listed(wrong)


@of_keelung
def test_a_unit_has_and_lacks_what_the_facts_say(city: City) -> None:
    wrong: list[str] = []
    days = city.rendered.facts.days
    for day in (days[2], days[4], days[-1]):
        for kpi in keelung.expected.KPIS:
            options = ("--kpi", kpi.id, "--as-of", day.isoformat(), "--format", "csv")
            for unit in rows_of(city.ask("units", *options))[1]:
                wanted = keelung.expected.parts(city.ledger, kpi, unit["school"], unit["unit"], day)
                if (unit["has"], unit["lacks"]) != wanted:
                    wrong.append(f"{day} expected {wanted}: {unit}")
    assert not wrong, listed(wrong)


@of_ntpc
def test_what_lacks_nothing_is_what_counts_and_an_item_has_what_is_reached(city: City) -> None:
    """Of the indicators whose units are made up of parts; those of the others are blank."""
    wrong: list[str] = []
    schools = {school.written.strip(): school.school for school in city.ledger.schools}
    with_parts = ("a1a2", "lessons", "training_5g", "targets")
    for kpi, day in ((kpi, day) for kpi in ntpc.expected.KPIS for day in (city.middle, date(2024, 12, 31))):
        options = ("--kpi", kpi.id, "--as-of", day.isoformat(), "--format", "csv")
        for row, own in _with_units(city, kpi, day, rows_of(city.ask("units", *options))[1]):
            if kpi.id not in with_parts:
                wrong += [f"{kpi.id} {unit}" for unit in own if unit["has"] or unit["lacks"]]
                continue
            on = min(day, PERIODS[row["period"]].last)
            based = [
                unit
                for unit in own
                if unit["since"] <= on.isoformat() < (unit["until"] or "9999-12-31") and unit["amount"] != "0"
            ]
            whole = sum(not unit["lacks"] and bool(unit["has"]) for unit in based)
            if whole != int(row["counted"]):
                wrong.append(f"{kpi.id} whole {row['period']} {day}: {whole} units, expected {row}")
            for unit in based if kpi.id == "targets" else ():
                reached = ntpc.expected.REACHED[unit["unit"]][1](city.ledger, schools[row["school"]], on)
                if (unit["has"].split() or ["0"])[0] != str(reached):
                    wrong.append(f"{kpi.id} reached {day}: {reached}, {unit}")
    assert not wrong, listed(wrong)


@of_keelung
def test_missing_units_are_those_of_the_base_that_do_not_count_yet(city: City) -> None:
    day = date(2022, 12, 31)
    figures = [row for row in city.results(day) if row["level"] == "school"]
    wrong: list[str] = []
    for kpi in keelung.expected.KPIS:
        if not kpi.members:
            continue
        options = ("--kpi", kpi.id, "--as-of", day.isoformat(), "--missing", "--format", "csv")
        units = rows_of(city.ask("units", *options))[1]
        for row in figures:
            if row["kpi"] == kpi.id and row["status"] != NO_DATA:
                missing = amount(unit for unit in units if unit["school"] == row["school"])
                if missing != int(row["base"]) - int(row["counted"]):
                    wrong.append(f"{kpi.id} missing {row['school']}: {missing} units, expected {row}")
    assert not wrong, listed(wrong)


@of_ntpc
def test_missing_units_of_a_period_are_those_of_the_base_that_do_not_count_yet(city: City) -> None:
    wrong: list[str] = []
    day = city.middle
    for kpi in ntpc.expected.KPIS:
        if not kpi.based or kpi.money:
            continue
        options = ("--kpi", kpi.id, "--as-of", day.isoformat(), "--missing", "--format", "csv")
        for row, own in _with_units(city, kpi, day, rows_of(city.ask("units", *options))[1]):
            if amount(own) != int(row["base"]) - int(row["counted"]):
                wrong.append(f"{kpi.id} missing {row['period']}: {amount(own)} units, expected {row}")
    assert not wrong, listed(wrong)


@of_keelung
def test_units_of_one_school_are_its_part_of_all(city: City) -> None:
    options = ("--kpi", "public_lesson", "--as-of", "2023-07-31", "--format", "csv")
    of_all = rows_of(city.ask("units", *options))[1]
    of_one = rows_of(city.ask("units", *options, "--school", "武崙國小"))[1]
    assert of_one == [unit for unit in of_all if unit["school"] == "武崙國小"]


# Commands


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


def test_without_a_school_register_nothing_is_published(tmp_path: Path) -> None:
    data, warehouse = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    visits = "學校名稱,輔導日期\n深澳國小,2023-10-07\n"
    (data / "入校輔導.csv").write_text(visits, encoding="utf-8")
    options = ("--data", str(data), "--programme", "ntpc-5g-112", "--warehouse", str(warehouse))
    outcome = in_this_process("build", *options)
    assert (outcome.code, outcome.out) == (3, "")
    assert CHINESE.search(outcome.err)


def test_one_warehouse_holds_both_programmes(tmp_path: Path) -> None:
    """Building one leaves the other as it is, and each is asked for by its name."""
    warehouse, day, ledgers = str(tmp_path / "warehouse"), date(2023, 9, 1), {}
    for programme, seed in (("ntpc-5g-112", 5), ("keelung-111", 9)):
        oracle, data = ORACLES[programme], tmp_path / programme
        data.mkdir()
        ledgers[programme] = oracle.ledger(oracle.render(oracle.make_facts(seed), data))
        options = ("--data", str(data), "--programme", programme, "--warehouse", warehouse)
        assert in_this_process("build", *options).code == 0
    for programme, ledger in ledgers.items():
        options = ("--warehouse", warehouse, "--programme", programme, "--as-of", day.isoformat())
        outcome = in_this_process("results", *options, "--format", "csv")
        wrong = result_differences(ORACLES[programme].results(ledger, day), rows_of(outcome.out)[1])
        assert not wrong, listed(wrong)


def _difference(city: City, missing: Counter[Flaw] | set[Flaw], extra: Counter[Flaw] | set[Flaw]) -> str:
    return flaw_difference(city.rendered.rows, city.flaws, missing, extra)


def _unit_differences(
    kpi: keelung.expected.Kpi, row: ResultRow, units: list[dict[str, str]], as_of: date
) -> list[str]:
    based = kpi.members is not None or kpi.classes
    counted, base = unit_sums(units, as_of, kpi.base_day(as_of), based)
    sums = {"counted": counted, **({"base": base} if kpi.members else {})}
    return [
        f"{kpi.id} {row['school']} {as_of}: units add up to {name} {found}, expected {row[name]}"
        for name, found in sums.items()
        if found != Decimal(row[name])
    ]


def _with_units(
    city: City, kpi: ntpc.expected.Kpi, day: date, units: list[dict[str, str]]
) -> list[tuple[ResultRow, list[dict[str, str]]]]:
    """Every school's row that has figures, with its units; two schools of one name cannot be told apart."""
    rows = [row for row in city.results(day) if row["level"] == "school" and row["kpi"] == kpi.id]
    names = Counter((row["period"], row["school"]) for row in rows)
    found = [
        row
        for row in rows
        if row["status"] not in (NO_DATA, ntpc.expected.UPCOMING) and names[row["period"], row["school"]] == 1
    ]
    by_place: dict[tuple[str, str], list[dict[str, str]]] = {}
    for unit in units:
        by_place.setdefault((unit["period"], unit["school"]), []).append(unit)
    return [(row, by_place.get((row["period"], row["school"]), [])) for row in found]
