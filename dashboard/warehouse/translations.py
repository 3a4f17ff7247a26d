"""What a definition and the tables' contracts say in other languages than zh-TW, beside which they carry it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from dashboard.definitions import contracts

SOURCE = "zh-TW"


@cache
def translations(definition: str, language: str) -> dict[str, str]:
    """Every text of a snapshot's definition (as JSON) and every table's name, from zh-TW into the language."""
    labels = [table.label for table in contracts.load().values()]
    return {
        pair[SOURCE]: pair[language] for pair in _pairs([json.loads(definition), labels]) if language in pair
    }


def _pairs(value: Any) -> Iterator[dict[str, str]]:
    """Wherever something is said in several languages."""
    if isinstance(value, list):
        for one in value:
            yield from _pairs(one)
    elif isinstance(value, dict) and SOURCE in value:
        yield value
    elif isinstance(value, dict):
        yield from _pairs(list(value.values()))
