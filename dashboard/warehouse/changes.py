"""What differs between two definitions, parameter by parameter, and the definition that has only some of it.

A parameter is a key of the file with its value: `kpis.infosec.parameters.minutes`, `courses[資安].never`. What is only
read by people (labels, rules, sources) moves no figure and is no change here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from dashboard.definitions.programme import Programme

# Beyond so many, those of one section are taken together: each is a replay.
MOST = 16
WORDS = frozenset(
    {
        "title",
        "source",
        "sample",
        "as_of",
        "label",
        "short",
        "rule",
        "clause",
        "unit",
        "note",
        "quiet_after_days",
    }
)
# Lists of sections, each with the key that names a section.
KEYS = {"groups": "name", "courses": "category", "periods": "id"}
ORDER = "順序"
ABSENT = object()
T = TypeVar("T", bound=Hashable)

Place = tuple[str, ...]


@dataclass(frozen=True)
class Edit:
    """One value of one key, which may be absent before or after."""

    place: Place
    old: Any
    new: Any


@dataclass(frozen=True)
class Change:
    """A parameter that differs, or several that are taken together, as a person reads it."""

    text: str
    edits: tuple[Edit, ...]


def changes_of(former: Programme, programme: Programme) -> tuple[Change, ...]:
    """The parameters that differ, in the order of the new definition."""
    edits = list(_edits((), _values(former), _values(programme)))
    if len(edits) <= MOST:
        return tuple(Change(_text_of(edit), (edit,)) for edit in edits)
    sections: dict[Place, list[Edit]] = {}
    for edit in edits:
        sections.setdefault(edit.place[: 2 if edit.place[0] == "kpis" else 1], []).append(edit)
    return tuple(
        Change(_text_of(some[0]) if len(some) == 1 else f"{_name(place)}（{len(some)} 處）", tuple(some))
        for place, some in sections.items()
    )


def with_changes(former: Programme, programme: Programme, changes: Iterable[Change]) -> dict[str, Any]:
    """The values of `former` with only these changes towards `programme`."""
    values, new = _values(former), _values(programme)
    ordered = {name: _order(values[name]) for name in KEYS}
    for edit in (edit for change in changes for edit in change.edits):
        *above, last = edit.place
        if last == ORDER:
            ordered[above[0]] = merged(_order(new[above[0]]), _order(values[above[0]]))
            continue
        section = values
        for key in above:
            section = section[key]
        if edit.new is ABSENT:
            del section[last]
        else:
            section[last] = edit.new
    return values | {
        name: _listed(values[name], KEYS[name], merged(ordered[name], _order(new[name])))
        for name in KEYS
        if isinstance(values[name], dict)
    }


def merged(first: Sequence[T], second: Sequence[T]) -> list[T]:
    """`first`, with what is only in `second` after what goes before it there."""
    known, after, last = set(first), dict[T | None, list[T]](), None
    for one in second:
        if one in known:
            last = one
        else:
            after.setdefault(last, []).append(one)
    return [*after.get(None, []), *(one for each in first for one in (each, *after.get(each, [])))]


def _values(programme: Programme) -> dict[str, Any]:
    """The definition as plain values, its listed sections by their names where these are unique."""
    values = programme.model_dump(mode="json", by_alias=True)
    for name, key in KEYS.items():
        sections = {one[key]: {k: v for k, v in one.items() if k != key} for one in values[name]}
        if len(sections) == len(values[name]):
            values[name] = sections
    return values


def _order(sections: Any) -> list[str]:
    return list(sections) if isinstance(sections, dict) else []


def _listed(sections: Mapping[str, Any], key: str, order: Iterable[str]) -> list[dict[str, Any]]:
    return [{key: name, **sections[name]} for name in order if name in sections]


def _edits(place: Place, old: Any, new: Any) -> Iterator[Edit]:
    if _whole(place, old, new):
        if _comparable(old) != _comparable(new):
            yield Edit(place, old, new)
        return
    for key in merged(list(new), list(old)):
        if not _only_read(place, key):
            yield from _edits((*place, key), old.get(key, ABSENT), new.get(key, ABSENT))
    if len(place) == 1 and place[0] in KEYS and _turned(list(old), list(new)):
        yield Edit((*place, ORDER), tuple(old), tuple(new))


def _only_read(place: Place, key: str) -> bool:
    return key in WORDS and len(place) == {"kpis": 2, "periods": 2, "columns": 3}.get("".join(place[:1]), 0)


def _whole(place: Place, old: Any, new: Any) -> bool:
    """Whether a value is replaced at once: no section on both sides, or one that says another kind of thing."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return True
    if place == ("groups",):
        return not old or not new  # with none, 學校名冊 decides: one group alone would say something else
    return place[-1:] == ("require",) and ("share" in old) != ("share" in new)


def _comparable(value: Any) -> Any:
    """The order of words in a list says nothing."""
    words = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return sorted(value) if words else value


def _turned(old: Sequence[str], new: Sequence[str]) -> bool:
    place = {name: i for i, name in enumerate(new)}
    return any(a > b for a, b in pairwise(place[name] for name in old if name in place))


# Telling


def _text_of(edit: Edit) -> str:
    name, old, new = _name(edit.place), edit.old, edit.new
    if edit.place[-1] == ORDER:
        return f"{edit.place[0]} 的順序 {'、'.join(old)} → {'、'.join(new)}"
    if edit.place[0] == "queries":
        return f"queries/{edit.place[1]}.sql（{'新增' if old is ABSENT else '刪除' if new is ABSENT else '內容不同'}）"
    if old is ABSENT or new is ABSENT:
        sign, value = ("−", old) if new is ABSENT else ("+", new)
        return f"{_name(edit.place[:-1])} {sign} {edit.place[-1]}{_of(value)}"
    if isinstance(old, list) and isinstance(new, list) and all(isinstance(x, str) for x in (*old, *new)):
        gone = [f"− {word}" for word in old if word not in new]
        come = [f"+ {word}" for word in new if word not in old]
        return " ".join([name.removesuffix(".partners"), *gone, *come])
    return f"{name} {_value(old)} → {_value(new)}"


def _name(place: Place) -> str:
    first, *rest = place
    if first in KEYS and rest:
        return ".".join([f"{first}[{rest[0]}]", *rest[1:]])
    return ".".join(place)


def _of(value: Any) -> str:
    """What an added or removed value is, where that is short."""
    if isinstance(value, dict):
        return ""
    return f" = {_value(value)}"


def _value(value: Any) -> str:
    if value is None:
        return "未設"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        inside = value.values() if value.keys() == {"share", "rounding"} else value
        return "、".join(map(str, inside)) or "無"
    if isinstance(value, list):
        return "、".join(map(str, value)) or "無"
    return str(value)
