"""The second programme against an oracle that was written from the specification alone.

As `test_oracle` does for keelung-111: made-up cities in every accepted mess, row by row, on days before, on
and after every edge of years, semesters and the term.
"""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.oracle import expected as keelung
from tests.oracle.comparing import (
    CHINESE,
    amount,
    flaw_difference,
    flaw_of,
    listed,
    result_differences,
    unit_sums,
    wrong_accounts,
    wrong_helps,
)
from tests.oracle.expected import (
    COLUMNS,
    Flaw,
    ResultRow,
    files_with_lost_characters,
    rejected,
    tolerated,
    warnings,
)
from tests.oracle.facts import make_facts as make_keelung
from tests.oracle.product import UNIT_COLUMNS, City, built_city, in_a_process, in_this_process, rows_of
from tests.oracle.render import render as keelung_render
from tests.oracle_ntpc.expected import (
    ALL_PERIODS,
    KPIS,
    NO_DATA,
    PROGRAMME,
    REACHED,
    UPCOMING,
    Kpi,
    Ledger,
    results,
)
from tests.oracle_ntpc.facts import make_facts
from tests.oracle_ntpc.render import Rendered, render
from tests.oracle_ntpc.sheets import NAMES

SEEDS = range(10)
CHOICES = (
    {"period": "112"},
    {"period": "113-1", "level": "group"},
    {"period": "term", "level": "school"},
    {"period": "112-1", "kpi": "public_lesson"},
    {"kpi": "targets", "level": "city"},
)
PERIODS = {period.id: period for period in ALL_PERIODS}


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed {seed}")
def city(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> City:
    def written(data: Path) -> Rendered:
        return render(make_facts(request.param), data)

    # A process takes a second to start, which it need not do for each seed.
    run = in_a_process if request.param == SEEDS[0] else in_this_process
    return built_city(
        tmp_path_factory.mktemp("ntpc"), PROGRAMME, written, Ledger, ("--programme", PROGRAMME), run=run
    )


def test_every_row_ends_as_accepted_duplicate_or_rejected(city: City) -> None:
    wrong = wrong_accounts(city.ledger.tables, NAMES, city.told)
    assert not wrong, listed(wrong)


def test_a_file_that_is_no_table_is_reported_and_stops_nothing(city: City) -> None:
    told = city.told + city.ask("rejects", "--all", "--format", "json")
    assert [path for path in city.rendered.unreadable if path not in told] == []


def test_every_rejected_row_has_its_place_and_its_reason(city: City) -> None:
    got = Counter(flaw_of(flaw) for flaw in city.flaws if flaw["severity"] == "rejected")
    wanted = Counter(rejected(city.rendered))
    assert got == wanted, _difference(city, wanted - got, got - wanted)


def test_every_bad_value_that_may_be_blank_is_a_warning(city: City) -> None:
    warned = {flaw_of(flaw) for flaw in city.flaws if flaw["severity"] == "warning"}
    got = {flaw for flaw in warned if flaw.reason != "bad_character"}
    wanted = warnings(city.rendered) | city.ledger.doubted
    unexpected = got - wanted - tolerated(city.rendered)
    assert not wanted - got and not unexpected, _difference(city, wanted - got, unexpected)


def test_a_character_that_cp950_cannot_hold_is_warned_of(city: City) -> None:
    lossy = {flaw["file"] for flaw in city.flaws if flaw["reason"] == "bad_character"}
    assert files_with_lost_characters(city.ledger.accepted) <= lossy
    assert lossy <= files_with_lost_characters(city.rendered.rows)


def test_a_reject_says_in_chinese_how_to_mend_what_was_there(city: City) -> None:
    wrong = wrong_helps(city.rendered.rows, city.flaws)
    assert not wrong, listed(wrong)


def test_results_are_those_of_the_rules_on_every_day(city: City) -> None:
    wrong: list[str] = []
    run = city.run
    for day in city.rendered.facts.days:
        header, got = rows_of(city.ask("results", "--as-of", day.isoformat(), "--format", "csv", run=run))
        assert header == [*COLUMNS, "flags"]
        wrong += result_differences(results(city.ledger, day), got)
        run = in_this_process
    assert not wrong, listed(wrong)


def test_a_choice_is_that_part_of_the_results(city: City) -> None:
    rows = results(city.ledger, city.middle)
    wrong: list[str] = []
    for choice in CHOICES:
        options = [f"--{name}={value}" for name, value in choice.items()]
        asked = city.ask("results", *options, "--as-of", city.middle.isoformat(), "--format", "csv")
        wanted = [row for row in rows if all(row[name] == value for name, value in choice.items())]
        wrong += [f"{choice} {line}" for line in result_differences(wanted, rows_of(asked)[1])]
    assert not wrong, listed(wrong)


def test_units_add_up_to_counted_and_base(city: City) -> None:
    """Another day for each indicator; money has no day, so its units are left alone."""
    wrong: list[str] = []
    days = [day for day in city.rendered.facts.days if date(2023, 2, 1) <= day]
    for turn, kpi in enumerate(kpi for kpi in KPIS if not kpi.money):
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


def test_what_lacks_nothing_is_what_counts_and_an_item_has_what_is_reached(city: City) -> None:
    """Of the indicators whose units are made up of parts; those of the others are blank."""
    wrong: list[str] = []
    schools = {school.written.strip(): school.school for school in city.ledger.schools}
    with_parts = ("a1a2", "lessons", "training_5g", "targets")
    for kpi, day in ((kpi, day) for kpi in KPIS for day in (city.middle, date(2024, 12, 31))):
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
                reached = REACHED[unit["unit"]][1](city.ledger, schools[row["school"]], on)
                if (unit["has"].split() or ["0"])[0] != str(reached):
                    wrong.append(f"{kpi.id} reached {day}: {reached}, {unit}")
    assert not wrong, listed(wrong)


def test_missing_units_are_those_of_the_base_that_do_not_count_yet(city: City) -> None:
    wrong: list[str] = []
    day = city.middle
    for kpi in KPIS:
        if not kpi.based or kpi.money:
            continue
        options = ("--kpi", kpi.id, "--as-of", day.isoformat(), "--missing", "--format", "csv")
        for row, own in _with_units(city, kpi, day, rows_of(city.ask("units", *options))[1]):
            if amount(own) != int(row["base"]) - int(row["counted"]):
                wrong.append(f"{kpi.id} missing {row['period']}: {amount(own)} units, expected {row}")
    assert not wrong, listed(wrong)


def test_without_a_school_register_nothing_is_published(tmp_path: Path) -> None:
    data, warehouse = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    visits = "學校名稱,輔導日期\n深澳國小,2023-10-07\n"
    (data / "入校輔導.csv").write_text(visits, encoding="utf-8")
    options = ("--data", str(data), "--programme", PROGRAMME, "--warehouse", str(warehouse))
    outcome = in_this_process("build", *options)
    assert (outcome.code, outcome.out) == (3, "")
    assert CHINESE.search(outcome.err)


def test_one_warehouse_holds_both_programmes(tmp_path: Path) -> None:
    """Building one leaves the other as it is, and each is asked for by its name."""
    warehouse, day = str(tmp_path / "warehouse"), date(2023, 9, 1)
    ours = render(make_facts(5), _folder(tmp_path / "ntpc"))
    theirs = keelung_render(make_keelung(9), _folder(tmp_path / "keelung"))
    for programme, data in ((PROGRAMME, "ntpc"), ("keelung-111", "keelung")):
        options = ("--data", str(tmp_path / data), "--programme", programme, "--warehouse", warehouse)
        assert in_this_process("build", *options).code == 0
    for programme, wanted in (
        (PROGRAMME, results(Ledger(ours), day)),
        ("keelung-111", keelung.results(keelung.Ledger(theirs), day)),
    ):
        options = ("--warehouse", warehouse, "--programme", programme, "--as-of", day.isoformat())
        outcome = in_this_process("results", *options, "--format", "csv")
        wrong = result_differences(wanted, rows_of(outcome.out)[1])
        assert not wrong, listed(wrong)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _difference(city: City, missing: Counter[Flaw] | set[Flaw], extra: Counter[Flaw] | set[Flaw]) -> str:
    return flaw_difference(city.rendered.rows, city.flaws, missing, extra)


def _with_units(
    city: City, kpi: Kpi, day: date, units: list[dict[str, str]]
) -> list[tuple[ResultRow, list[dict[str, str]]]]:
    """Every school's row that has figures, with its units; two schools of one name cannot be told apart."""
    rows = [row for row in results(city.ledger, day) if row["level"] == "school" and row["kpi"] == kpi.id]
    names = Counter((row["period"], row["school"]) for row in rows)
    found = [
        row
        for row in rows
        if row["status"] not in (NO_DATA, UPCOMING) and names[row["period"], row["school"]] == 1
    ]
    by_place: dict[tuple[str, str], list[dict[str, str]]] = {}
    for unit in units:
        by_place.setdefault((unit["period"], unit["school"]), []).append(unit)
    return [(row, by_place.get((row["period"], row["school"]), [])) for row in found]
