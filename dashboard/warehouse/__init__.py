"""The only home of DuckDB: building snapshots, publishing them, and asking them as a scope."""

from dashboard.warehouse.build import BuildError, TableCount
from dashboard.warehouse.publishing import publish
from dashboard.warehouse.snapshots import NoSnapshot, Scope, Snapshot, ask, current, programmes_in, rows
from dashboard.warehouse.status import Busy, Refresh, SheetStatus, UnderWay, last_refresh, under_way
from dashboard.warehouse.trial import SUFFIXES, Refused, Trial, accept, try_out

__all__ = [
    "SUFFIXES",
    "BuildError",
    "Busy",
    "NoSnapshot",
    "Refresh",
    "Refused",
    "Scope",
    "SheetStatus",
    "Snapshot",
    "TableCount",
    "Trial",
    "UnderWay",
    "accept",
    "ask",
    "current",
    "last_refresh",
    "programmes_in",
    "publish",
    "rows",
    "try_out",
    "under_way",
]
