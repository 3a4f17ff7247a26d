"""What a query returns is what its row in dashboard/rows says: the columns, their types, and where nothing may be."""

import dataclasses
import datetime as dt
import functools
import inspect
import itertools
import random
import re
import types
import typing
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard import access, paths, questions, rows, warehouse
from tests.conftest import KEELUNG, NTPC

QUERIES = sorted(path.stem for path in (paths.QUERIES / "pages").glob("*.sql"))
KINDS = [kind for _, kind in inspect.getmembers(rows, inspect.isclass) if hasattr(kind, "QUERY")]
# Days on which the samples have figures of every kind, the first before the first figure.
DAYS = {
    KEELUNG: ("2022-08-15", "2022-10-31", "2022-11-25", "2023-02-01"),
    NTPC: ("2023-03-01", "2023-11-30", "2024-07-31", "2025-08-01"),
}
EVERY = access.Scope("全部", None, True)
MOST = 60  # answers of one query and sample


def asked(query: str) -> list[str]:
    text = re.sub(r"--.*", "", (paths.QUERIES / "pages" / f"{query}.sql").read_text("utf-8"))
    return sorted(set(re.findall(r"\$([a-z_]+)", text)))


@functools.cache
def facts(place: Path, programme: str) -> dict[str, list[object]]:
    """What each parameter may be, so that every kind of row comes out."""
    snapshot = warehouse.current(place, programme)
    days = [dt.date.fromisoformat(day) for day in DAYS[programme]]
    periods = [row.period for row in questions.answers(snapshot, EVERY, rows.PeriodId)]
    schools = [row.school_id for row in questions.answers(snapshot, EVERY, rows.School)]
    return {
        "on": days,
        "versus": [None, days[1]],
        "period": periods,
        "periods": [tuple(periods)],
        "kpi": [row.kpi for row in questions.answers(snapshot, EVERY, rows.KpiId)],
        "school_id": schools[:5],
        "table": [row.table_name for row in questions.answers(snapshot, EVERY, rows.SourceTable)],
        "severity": ["rejected", "warning", "no_record"],
        "most": [3],
        "skip": [0],
        "all": [True],
        "missing": [False],
    }


def answers(place: Path, programme: str, kind: type[rows.Row]) -> Iterator[rows.Row]:
    """Rows of a kind for many of the combinations of what can be asked."""
    known = facts(place, programme)
    names = asked(kind.QUERY)
    optional = {"table", "school_id"} if kind.QUERY.startswith("reject") or kind.QUERY == "mend" else set()
    choices = [[None] if name in optional else known.get(name, [None]) for name in names]
    every = list(itertools.product(*choices))
    snapshot = warehouse.current(place, programme)
    for chosen in random.Random(0).sample(every, min(MOST, len(every))):
        yield from questions.answers(snapshot, EVERY, kind, tuple(zip(names, chosen, strict=True)))


def fits(value: object, kind: object) -> bool:
    """Whether a value is of an annotated type, what it holds too; a bool is no int."""
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return any(fits(value, one) for one in typing.get_args(kind))
    if origin is list:
        return isinstance(value, list) and all(fits(one, typing.get_args(kind)[0]) for one in value)
    if typing.is_typeddict(kind):
        fields = typing.get_type_hints(kind)
        return (
            isinstance(value, dict)
            and value.keys() == fields.keys()
            and all(fits(value[name], fields[name]) for name in fields)
        )
    return type(value) is kind


def test_every_query_has_one_row():
    assert sorted(kind.QUERY for kind in KINDS) == QUERIES


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.QUERY)
def test_a_row_is_what_its_query_returns(both: Path, kind: type[rows.Row]):
    fields = {field.name for field in dataclasses.fields(kind)}
    hints = {name: hint for name, hint in typing.get_type_hints(kind).items() if name in fields}
    for programme in DAYS:
        snapshot = warehouse.current(both / "warehouse", programme)
        names, _ = warehouse.rows(snapshot, kind.QUERY, access.nobody(), **blank(kind))
        assert sorted(names) == sorted(hints)
        for row in answers(both / "warehouse", programme, kind):
            assert vars(row).keys() == hints.keys()
            wrong = {name: value for name, value in vars(row).items() if not fits(value, hints[name])}
            assert not wrong


def blank(kind: type[rows.Row]) -> dict[str, object]:
    """Parameters of the right types that name nothing."""
    given = {
        "on": dt.date(2022, 1, 1),
        "all": True,
        "missing": False,
        "periods": [],
        "size": 1,
        "skip": 0,
        "severity": "rejected",
    }
    return {name: given.get(name) for name in asked(kind.QUERY)}


def test_a_row_cannot_be_changed():
    (group,) = rows.typed(rows.Group, ["group_id", "name"], [(1, "甲組")])
    assert group == rows.Group(1, "甲組")
    with pytest.raises(dataclasses.FrozenInstanceError):
        group.name = "乙組"


def test_a_row_has_the_readers_words_and_a_decimal_is_a_float():
    known = {"甲組": "Group A"}
    names = ["group_id", "name"]
    (group,) = rows.typed(rows.Group, names, [(1, "甲組")], known)
    assert group.name == "Group A"
    (target,) = rows.typed(rows.SchoolTarget, ["value", "label"], [(Decimal("0.5"), "甲組")], known)
    assert target.value == 0.5 and isinstance(target.value, float) and target.label == "Group A"
    (reject,) = rows.typed(rows.Reject, ["could"], [(["甲組", "乙組"],)], known)
    assert reject.could == ["Group A", "乙組"]
