"""The only home of DuckDB: building snapshots, publishing them, and asking them as a scope."""

from dashboard.warehouse.build import GONE, BuildError, TableCount
from dashboard.warehouse.compare import COMPARED, Comparison, Ground, compare_definitions
from dashboard.warehouse.holds import held, hold, hold_only, let_go
from dashboard.warehouse.manifest import NoSnapshot, Snapshot, current, kept, older, programmes_in
from dashboard.warehouse.publishing import adopt, publish, restore
from dashboard.warehouse.rebuild import Rebuilt, rebuild
from dashboard.warehouse.snapshots import Scope, ask, check, records, rows
from dashboard.warehouse.status import (
    Busy,
    Pinned,
    Refresh,
    SheetStatus,
    UnderWay,
    last_refresh,
    note_failure,
    pinned,
    under_way,
)
from dashboard.warehouse.translations import translations
from dashboard.warehouse.trial import SUFFIXES, Refused, Trial, accept, sweep_trials, try_out

__all__ = [
    "COMPARED",
    "GONE",
    "SUFFIXES",
    "BuildError",
    "Busy",
    "Comparison",
    "Ground",
    "NoSnapshot",
    "Pinned",
    "Rebuilt",
    "Refresh",
    "Refused",
    "Scope",
    "SheetStatus",
    "Snapshot",
    "TableCount",
    "Trial",
    "UnderWay",
    "accept",
    "adopt",
    "ask",
    "check",
    "compare_definitions",
    "current",
    "held",
    "hold",
    "hold_only",
    "kept",
    "last_refresh",
    "let_go",
    "note_failure",
    "older",
    "pinned",
    "programmes_in",
    "publish",
    "rebuild",
    "records",
    "restore",
    "rows",
    "sweep_trials",
    "translations",
    "try_out",
    "under_way",
]
