"""The only home of DuckDB: building snapshots, publishing them, and asking them as a scope."""

from dashboard.warehouse.build import BuildError, TableCount
from dashboard.warehouse.publishing import publish
from dashboard.warehouse.snapshots import NoSnapshot, Scope, Snapshot, ask, current, programmes_in, rows
from dashboard.warehouse.status import Busy, Refresh, SheetStatus, UnderWay, last_refresh, under_way

__all__ = [
    "BuildError",
    "Busy",
    "NoSnapshot",
    "Refresh",
    "Scope",
    "SheetStatus",
    "Snapshot",
    "TableCount",
    "UnderWay",
    "ask",
    "current",
    "last_refresh",
    "programmes_in",
    "publish",
    "rows",
    "under_way",
]
