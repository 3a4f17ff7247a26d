"""Building a snapshot: sources in, one checked DuckDB file out, in phases, of which each hands on to the next.

`read` brings the sources into raw tables, `stage` makes accepted rows and rejects of them, `measure` the figures,
`describe` notes what they are made of, and `check` refuses what cannot be right. `run` is their order.

The file is built beside the live one and published only when every query in `queries/checks/` returns no row.
Why one file a snapshot: readers open it read-only by its name, so a new one can never disturb them.
"""

from dashboard.warehouse.build.base import (
    NO_MEMORY,
    BuildError,
    Built,
    Inputs,
    Progress,
    TableCount,
    Unchanged,
)
from dashboard.warehouse.build.read import GONE
from dashboard.warehouse.build.run import build, counts_of

__all__ = [
    "GONE",
    "NO_MEMORY",
    "BuildError",
    "Built",
    "Inputs",
    "Progress",
    "TableCount",
    "Unchanged",
    "build",
    "counts_of",
]
