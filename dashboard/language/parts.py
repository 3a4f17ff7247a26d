"""What a unit is made up of, in words: the parts that it has and those that it lacks.

Pure functions from values to text, as those of `words`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from dashboard.language.texts import say
from dashboard.language.words import listing, number, written_day
from dashboard.rows import Part


def part_name(part: Part) -> str:
    """The name of a part; blank for an amount that is the only part."""
    return say(part["label"]) if part["label"] else ""


def part_amount(part: Part, name: Literal["needed", "has", "lacks"]) -> str:
    """「1 小時」: how much a unit needs, has or lacks of a part; `name` is which."""
    return f"{number(part[name])} {say(part['unit']) if part['unit'] else ''}".strip()


def has(parts: Sequence[Part] | None) -> str:
    """「A1 111/05/05、A2 111/10/05」, 「1 小時」: the parts that a unit has; blank for one without parts."""
    items = []
    for part in parts or ():
        if part["unit"] is not None and part["has"]:
            items.append(f"{part_name(part)} {part_amount(part, 'has')}".strip())
        elif part["unit"] is None and not part["lacks"]:
            day = written_day(part["day"], pad=True) if part["day"] else ""
            items.append(f"{part_name(part)} {day}".strip())
    return listing(items)


def lacks(parts: Sequence[Part] | None, alone: bool = False) -> str:
    """「A2」, 「還差 2 小時」: the parts that a unit lacks; with `alone` 「缺 A2」, where no heading says so."""
    missing = [part for part in parts or () if part["lacks"]]
    things = listing([part_name(part) for part in missing if part["unit"] is None])
    amounts = [
        f"{part_name(part)} {say('還差 {amount}', amount=part_amount(part, 'lacks'))}".strip()
        for part in missing
        if part["unit"] is not None
    ]
    missing_things = say("缺 {parts}", parts=things) if things and alone else things
    return listing([*filter(None, [missing_things]), *amounts])
