"""`python -m tests.oracle PROGRAMME SEED DIR [DAY]` writes one seed's folder and prints what must be made of it."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from tests.oracle.ledger import files_with_lost_characters, rejected, warnings
from tests.oracle.programmes import ORACLES
from tests.oracle.results import COLUMNS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("programme", choices=ORACLES)
    parser.add_argument("seed", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("day", type=date.fromisoformat, nargs="?", help="print the results of this day too")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    oracle = ORACLES[arguments.programme]
    rendered = oracle.render(oracle.make_facts(arguments.seed), arguments.folder)
    ledger = oracle.ledger(rendered)
    print("days:", *rendered.facts.days)
    for table, supply in rendered.facts.supply.items():
        print(f"{table}: {supply}, {ledger.tables[table]}")
    for (table, file), tally in sorted(ledger.files.items()):
        print(f"  {table} {file}: {tally}")
    print("unreadable:", *rendered.unreadable)
    print("characters lost:", *sorted(files_with_lost_characters(rendered.rows)))
    for flaw in rejected(rendered):
        print("rejected", flaw.table, f"{flaw.file}:{flaw.line}", flaw.reason)
    for flaw in sorted(warnings(rendered), key=lambda one: (one.table, one.file, one.line, one.reason)):
        print("warning", flaw.table, f"{flaw.file}:{flaw.line}", flaw.reason)
    if arguments.day:
        for row in oracle.results(ledger, arguments.day):
            print(*(row[column] for column in COLUMNS), sep=",")


if __name__ == "__main__":
    main()
