"""The commands that read a snapshot: `results`, `flags`, `rejects` and `units`."""

import argparse
import datetime as dt

from dashboard import clock, warehouse
from dashboard.cli.arguments import Command, day, reading
from dashboard.cli.common import EVERY_SCHOOL, config_of
from dashboard.cli.printing import print_rows
from dashboard.errors import UsageError
from dashboard.rows import AsOf, KpiFlag, KpiId, KpiReject, KpiResult, KpiUnit, PeriodId, Row, SchoolName


def add(command: Command) -> None:
    """Add the commands of this module."""
    results = command(_results, "results", "各校、各組與全市的指標")
    reading(results)
    results.add_argument("--as-of", type=day, metavar="YYYY-MM-DD", help="截至日")
    results.add_argument("--level", choices=("school", "group", "city"))
    results.add_argument("--kpi", metavar="ID")
    results.add_argument("--period", metavar="ID", help="期間")

    flags = command(_flags, "flags", "資料註記：數字背後的資料已知有什麼問題")
    reading(flags)
    flags.add_argument("--as-of", type=day, metavar="YYYY-MM-DD", help="截至日")
    flags.add_argument("--kpi", metavar="ID")
    flags.add_argument("--period", metavar="ID", help="期間")
    flags.add_argument("--school", metavar="NAME")

    rejects = command(_rejects, "rejects", "被退回的列與怎麼改")
    reading(rejects)
    rejects.add_argument("--all", action="store_true", help="連同警告")

    units = command(_units, "units", "一個數字背後的人、班或場次")
    reading(units)
    units.add_argument("--kpi", metavar="ID", required=True)
    units.add_argument("--period", metavar="ID", help="期間")
    units.add_argument("--as-of", type=day, metavar="YYYY-MM-DD")
    units.add_argument("--school", metavar="NAME")
    units.add_argument("--missing", action="store_true", help="只列還沒完成的")


def _results(options: argparse.Namespace) -> int:
    return _print(options, KpiResult, level=options.level)


def _flags(options: argparse.Namespace) -> int:
    return _print(options, KpiFlag, school=options.school)


def _rejects(options: argparse.Namespace) -> int:
    names, rows = warehouse.rows(snapshot_of(options), KpiReject.QUERY, EVERY_SCHOOL, all=options.all)
    print_rows(names, rows, options.format)
    return 0


def _units(options: argparse.Namespace) -> int:
    return _print(options, KpiUnit, school=options.school, missing=options.missing)


def _print(options: argparse.Namespace, kind: type[Row], **asked: object) -> int:
    """The rows of a kind about the indicators of a day, with what else is asked of it."""
    snapshot = snapshot_of(options)
    _known_kpi(snapshot, options.kpi)
    _known_period(snapshot, options.period)
    known_school(snapshot, getattr(options, "school", None))
    on = options.as_of or pinned(snapshot)
    names, rows = warehouse.rows(
        snapshot, kind.QUERY, EVERY_SCHOOL, on=on, kpi=options.kpi, period=options.period, **asked
    )
    print_rows(names, rows, options.format)
    return 0


def snapshot_of(options: argparse.Namespace) -> warehouse.Snapshot:
    """The snapshot to read: of the programme that is named, else of the only one there is, or that is configured.

    Raises:
        NoSnapshot: there is none.
        UsageError: there are several, and none is named.
    """
    config = config_of(options)
    if options.programme:
        return warehouse.current(config.warehouse, options.programme)
    there = warehouse.programmes_in(config.warehouse)
    if not there:
        raise warehouse.NoSnapshot(f"「{config.warehouse}」沒有任何資料快照。請先執行 kpi build。")
    wanted = there if len(there) == 1 else [name for name in config.programmes if name in there] or there
    if len(wanted) > 1:
        raise UsageError(f"這裡有幾個計畫：{'、'.join(wanted)}。請以 --programme 指定一個。")
    return warehouse.current(config.warehouse, wanted[0])


def pinned(snapshot: warehouse.Snapshot) -> dt.date:
    """The day that is asked for where none is named."""
    (row,) = warehouse.records(snapshot, AsOf, EVERY_SCHOOL)
    return row.as_of or clock.today()


def _known_kpi(snapshot: warehouse.Snapshot, kpi: str | None) -> None:
    known = [row.kpi for row in warehouse.records(snapshot, KpiId, EVERY_SCHOOL)]
    if kpi is not None and kpi not in known:
        raise UsageError(f"沒有「{kpi}」這項指標。現有：{'、'.join(known)}。")


def _known_period(snapshot: warehouse.Snapshot, period: str | None) -> None:
    known = [row.period for row in warehouse.records(snapshot, PeriodId, EVERY_SCHOOL)]
    if period is not None and period not in known:
        raise UsageError(f"沒有「{period}」這個期間。現有：{'、'.join(known)}。")


def known_school(snapshot: warehouse.Snapshot, school: str | None) -> None:
    """Raises `UsageError` where there is no such school."""
    known = [row.name for row in warehouse.records(snapshot, SchoolName, EVERY_SCHOOL)]
    if school is not None and school not in known:
        raise UsageError(f"沒有「{school}」這所學校。請用名單上的全名，例如 {known[0]}。")
