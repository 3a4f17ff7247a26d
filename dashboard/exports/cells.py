"""Cells that no spreadsheet runs, for everything that leaves the product as CSV or XLSX."""

from typing import Any

# OWASP's list, full-width signs with it. A number is no text: −3 stays a number.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(value: Any) -> Any:
    """`value`, with ' in front of a text that would be read as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
