"""What the product told beside what the oracle says, as lines that name every difference."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from tests.oracle.ledger import Flaw, Tally
from tests.oracle.results import ResultRow
from tests.oracle.sheets import Row

SHOWN = 4
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def wrong_accounts(tables: Mapping[str, Tally], names: Mapping[str, tuple[str, ...]], told: str) -> list[str]:
    """Tables whose line of the summary lacks the four numbers, in the order of the contract."""
    summary = told.splitlines()
    wrong = []
    for table, tally in tables.items():
        wanted = [tally.read, tally.accepted, tally.duplicate, tally.rejected]
        lines = [line for line in summary if any(name in line for name in (table, *names[table]))]
        if tally.read and not any(_holds_in_order(_numbers(line), wanted) for line in lines):
            wrong.append(f"{table}: expected read, accepted, duplicate, rejected = {wanted}, got {lines}")
    return wrong


def _numbers(line: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", line)]


def _holds_in_order(numbers: list[int], wanted: list[int]) -> bool:
    remaining = iter(numbers)
    return all(number in remaining for number in wanted)


def is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?\d+(\.\d+)?", text) is not None


def flaw_of(flaw: Mapping[str, str]) -> Flaw:
    return Flaw(flaw["table"], flaw["file"], int(flaw["line"] or 0), flaw["reason"])


def flaw_difference(
    rows: Iterable[Row],
    told: Iterable[Mapping[str, str]],
    missing: Counter[Flaw] | set[Flaw],
    extra: Counter[Flaw] | set[Flaw],
) -> str:
    """What the product did not say, what it said too much, and how it looked in the file."""
    by_place = {(row.table, row.file, row.line): row for row in rows}
    messages = {flaw_of(flaw): f"{flaw['message']} | {flaw['original']}" for flaw in told}
    lines = []
    for sign, flaws in (("- missing", missing), ("+ extra  ", extra)):
        for flaw in sorted(flaws, key=lambda one: (one.table, one.file, one.line)):
            row = by_place.get((flaw.table, flaw.file, flaw.line))
            context = messages.get(flaw) or (f"{row.statement} {row.faults}" if row else "no such row")
            lines.append(f"{sign} {flaw.table} {flaw.file}:{flaw.line} {flaw.reason}  {context}")
    return listed(lines)


def wrong_helps(rows: Iterable[Row], told: Iterable[Mapping[str, str]]) -> list[str]:
    """Flaws without a sentence in Chinese, or of whose row the original or the likely name is not shown."""
    by_place = {(row.table, row.file, row.line): row for row in rows}
    wrong = []
    for flaw in told:
        row = by_place.get((flaw["table"], flaw["file"], int(flaw["line"] or 0)))
        if not CHINESE.search(flaw["message"] or ""):
            wrong.append(f"{flaw['file']}:{flaw['line']} {flaw['reason']}: message {flaw['message']!r}")
        if row and row.reason and flaw["severity"] == "rejected":
            wrong += _wrong_help(row, flaw)
    return wrong


def _wrong_help(row: Row, flaw: Mapping[str, str]) -> list[str]:
    place = f"{row.file}:{row.line} {flaw['reason']}"
    lost = [text for text in row.texts if text not in flaw["original"]]
    wrong = [f"{place}: original lacks {lost}: {flaw['original']}"] if lost else []
    for fault in row.faults:
        if len(row.faults) == 1 and fault.suggests and fault.suggests not in (flaw["suggestion"] or ""):
            wrong.append(f"{place}: suggestion {flaw['suggestion']!r}, expected {fault.suggests}")
    return wrong


def result_differences(wanted: list[ResultRow], got: list[ResultRow]) -> list[str]:
    """One line for each row that differs, then whether the order does. The flags of a row are not the oracle's."""
    keys = ("kpi", "period", "level", "group", "school", "as_of")
    got = [{key: value for key, value in row.items() if key != "flags"} for row in got]
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


def unit_sums(units: list[dict[str, str]], day: date, base_day: date, based: bool) -> tuple[Decimal, Decimal]:
    """What counts on a day and what is in the base: `until` is open and `since` long ago where blank."""
    in_base = [
        unit
        for unit in units
        if not based or (unit["since"] or "") <= base_day.isoformat() < (unit["until"] or "9999-12-31")
    ]
    counted = amount(unit for unit in in_base if "" < unit["attained_on"] <= day.isoformat())
    return counted, amount(in_base)


def amount(units: Iterable[dict[str, str]]) -> Decimal:
    """A unit without an amount is one."""
    return sum((Decimal(unit["amount"] or 1) for unit in units), Decimal(0))


def listed(lines: list[str]) -> str:
    """A few lines of each kind (they begin alike), so that one frequent fault does not hide the others."""
    kinds: dict[str, list[str]] = {}
    for line in lines:
        kinds.setdefault(" ".join(line.split()[: 3 if line[:1] in "-+" else 2]), []).append(line)
    shown = [line for alike in kinds.values() for line in alike[:SHOWN]]
    more = [f"… {len(lines)} in all"] if len(shown) < len(lines) else []
    return "\n".join(["", *shown, *more])
