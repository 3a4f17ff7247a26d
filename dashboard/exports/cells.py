"""Cells that no spreadsheet runs as a formula, for all CSV, XLSX and ODS files."""

import re
from typing import overload

# OWASP's list, full-width signs with it. A number is no text: −3 stays a number.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What no XML can hold, however it is escaped.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@overload
def safe(value: str) -> str: ...
@overload
def safe(value: object) -> object: ...
def safe(value: object) -> object:
    """`value`, with ' in front of a text that would be read as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
