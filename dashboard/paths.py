"""Where the parts of the product that are not Python lie. Nothing else derives a path from a module's own."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "pages"
PROGRAMMES = ROOT / "programmes"
QUERIES = ROOT / "queries"
SOURCES = ROOT / "sources"
TEMPLATES = ROOT / "templates"
