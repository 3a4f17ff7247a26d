"""Where the parts of the product that are not Python lie. Nothing else derives a path from a module's own."""

import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "pages"
PROGRAMMES = ROOT / "programmes"
QUERIES = ROOT / "queries"
SOURCES = ROOT / "sources"
TEMPLATES = ROOT / "templates"


def with_product(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of another process that finds this product, wherever it is started."""
    path = os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH", "")]))
    return {**environment, "PYTHONPATH": path}
