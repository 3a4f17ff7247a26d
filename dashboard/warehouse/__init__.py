"""The only home of DuckDB: building snapshots, publishing them, and asking them as a scope."""

from dashboard.warehouse.build import BuildError, TableCount
from dashboard.warehouse.snapshots import (
    Busy,
    NoSnapshot,
    Scope,
    Snapshot,
    ask,
    current,
    programmes_in,
    publish,
    rows,
)

__all__ = [
    "BuildError",
    "Busy",
    "NoSnapshot",
    "Scope",
    "Snapshot",
    "TableCount",
    "ask",
    "current",
    "programmes_in",
    "publish",
    "rows",
]
