"""The contracts of the incoming tables: one file in `sources/` is one table.

A contract says how a table and its columns may be called, what type each column has, what must have a value and what
makes two rows the same fact. How a text becomes a value is in `queries/macros.sql`.
"""

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).parents[2]

TYPES = frozenset(
    {
        "school", "code", "group", "role", "text", "name", "id", "employment", "date", "timestamp", "hours", "count",
        "number", "yes_no", "choice", "category", "course", "grade", "class", "host", "county", "semester", "year",
        "money", "round", "item", "person",
    }
)  # fmt: skip


class ContractError(Exception):
    """A file in `sources/` is not a valid contract; the message says which and why."""


@dataclass(frozen=True)
class Column:
    """One column: `headers` are the accepted header texts (the Chinese one first, the id last).

    above, at_most: the bounds of a number. numbered: a number before a choice is ignored. open: a word that is none of
    the list stays, with a warning.
    """

    id: str
    headers: tuple[str, ...]
    type: str
    required: bool = False
    strict: bool = False
    span: str = "event"
    not_before: str | None = None
    note: str = ""
    words: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    above: int | None = None
    at_most: int | None = None
    numbered: bool = False
    open: bool = False

    @property
    def rejects(self) -> bool:
        """Whether a bad value rejects the row; otherwise it is blanked with a warning."""
        return (self.required or self.strict) and not self.open


@dataclass(frozen=True)
class Table:
    """One table: `key` makes two rows one fact, `stands` says which of them stays ('first', 'last' or a column).

    person: whom a row may name: somebody on the `roster`, `open` anybody, or, in a `register`, anybody, who is then
    known to the other tables as the roster's people are.
    """

    id: str
    label: Mapping[str, str]
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    key_needs: str | None = None
    stands: str = "first"
    merge: Mapping[str, str] = field(default_factory=dict)
    person: str | None = None

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The column id of every header text, as headers are compared."""
        return {normalise(header): column.id for column in self.columns.values() for header in column.headers}


@lru_cache(maxsize=1000)
def normalise(text: str) -> str:
    """`text` as headers and names of tables are compared: Unicode NFKC, no white space, lower case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def load(folder: Path = ROOT / "sources") -> dict[str, Table]:
    """Every table of `folder` by its id, in the order of file names."""
    return {path.stem: _table(path) for path in sorted(folder.glob("*.toml"))}


class Extra(Protocol):
    """What a definition says of a column that only its programme has."""

    @property
    def headers(self) -> tuple[str, ...]: ...
    @property
    def type(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def note(self) -> str: ...


class Chooser(Protocol):
    """What a programme says of the tables: which it reads, and the columns that only it has."""

    @property
    def tables(self) -> Iterable[str]: ...
    @property
    def columns(self) -> Mapping[str, Mapping[str, Extra]]: ...


def chosen(tables: Mapping[str, Table], programme: Chooser) -> dict[str, Table]:
    """The tables that a programme reads, with the columns that only it has."""
    wanted = set(programme.tables)
    return {
        name: replace(table, columns={**table.columns, **_extras(programme.columns.get(name, {}))})
        for name, table in tables.items()
        if name in wanted
    }


def _extras(columns: Mapping[str, Extra]) -> dict[str, Column]:
    return {
        name: Column(name, (*extra.headers, name), extra.type, required=extra.required, note=extra.note)
        for name, extra in columns.items()
    }


def table_of(title: str, tables: Iterable[Table]) -> Table | None:
    """The table whose name `title` starts with; the longest name wins."""
    key = normalise(title)
    fits = [(len(name), t) for t in tables for name in map(normalise, t.names) if key.startswith(name)]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


def _table(path: Path) -> Table:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        columns = {name: _column(name, spec) for name, spec in raw.pop("columns").items()}
        table = Table(
            id=path.stem, columns=columns, names=tuple(raw.pop("names")), key=tuple(raw.pop("key")), **raw
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ContractError(f"sources/{path.name}：{error}") from error
    return table


def _column(name: str, spec: dict[str, Any]) -> Column:
    if spec["type"] not in TYPES:
        raise ValueError(f"columns.{name}: unknown type {spec['type']!r}")
    choices = spec.pop("choices", {})
    if isinstance(choices, list):
        choices = {word: word for word in choices}
    return Column(
        id=name,
        headers=(*spec.pop("headers"), name),
        words=tuple(spec.pop("words", ())),
        choices=choices,
        **spec,
    )
