"""What there is to say of a type of column, once for all: `ColumnType`. The types themselves are in `column_types.py`.

SQL here is of one cell: `r` is the raw row, `m_<column>` the row of the map that its text goes through, `w_<column>` the
word of a list that it means. The queries around it are the templates of `queries/staging/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from dashboard.definitions.reasons import Sentence

if TYPE_CHECKING:
    from dashboard.definitions.programme import Programme
    from dashboard.definitions.table import Column, Table

OWN = "own"
# The columns of persons' names and ids go through no map: they are nearly all different.
PERSONAL = frozenset({"staff_id", "name", "teacher"})


@dataclass(frozen=True)
class Join:
    """A table that a reading joins, its alias, and the conditions."""

    table: str
    alias: str
    on: tuple[str, ...]
    how: Literal["inner", "left"] = "inner"


@dataclass(frozen=True)
class Reading:
    """How the cells of one column are read: the value, what else is kept `beside` it by name, and the faults by reason.

    blank: whether the cell is blank. faults: they reject the row, or blank the cell with a warning, as the contract has
    it. errors: they reject the row in any column that must have a value, also in an open one. warnings: they are reported
    in any column of a row that is kept.
    """

    value: str | None
    blank: str = "false"
    faults: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    warnings: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True)
class Map:
    """A table `<id>_map` of what each distinct text says, made of `<id>_texts` by `queries/staging/maps/<id>.sql`.

    keys: its columns of texts, and whence each comes: the column itself (`OWN`), another of the raw table, nothing (''), or
    `table.column`, which only that table has.
    """

    id: str
    keys: Mapping[str, str] = field(default_factory=lambda: {"raw": OWN})

    def texts(self, table: Table, column: Column) -> dict[str, str]:
        """The raw expression of each key; a column that the table lacks is blank."""
        return {key: _raw(source, table, column) for key, source in self.keys.items()}

    def join(self, table: Table, column: Column) -> Join:
        """The join that finds the texts of a column."""
        alias = f"m_{column.id}"
        on = tuple(f"{raw} = {alias}.{key}" for key, raw in self.texts(table, column).items())
        return Join(f"{self.id}_map", alias, on)


def _raw(source: str, table: Table, column: Column) -> str:
    if source == OWN:
        return f'r."{column.id}"'
    if source == "excel":
        return "r.excel"
    home, _, name = source.rpartition(".")
    return f'r."{name}"' if name in table.columns and home in ("", table.id) else "''"


def labelled(column: Column, value: str) -> str:
    """The value behind its header."""
    return f"{header_of(column)} || ' ' || {value}::text"


def header_of(column: Column) -> str:
    """The header of a column as a string of SQL."""
    return "'" + column.headers[0].replace("'", "''") + "'"


@dataclass(frozen=True)
class ColumnType:
    """One type of column.

    For whoever fills in a table:
        label, guide, example: its name, how a cell is written, and an example.
        words: what a cell of any column of the type may say. offers: the words of a programme. lists: whether these are few
            enough for a sentence and the data dictionary. hint: what a sentence lists instead.
        is_figure: whether a form's cells are numbers, not texts. is_closed: whether its drop-down forbids other words.

    In a contract:
        only_id: the only id that such a column may have. beside: the column that it is read with.
        keys: the keys of a contract that only such columns have. merge: how rows of one fact may be merged.

    How a cell is read:
        map: what its text goes through. read: the value and the faults. value: the column of the accepted rows that holds
            it, where that is not the column's own. has_value: whether rows can be compared by it. key: how two are compared; `{}` is the value.
        odd: whether a text may be that of a row that is no record, where no fault shows it.
        contradicts: whether two rows of a roster that differ in it contradict each other.
        is_nothing: whether 「無」 in a cell that must be filled says that there was nothing to record.

    What is said of it:
        detail: the value in words, for a line about the row; None where something else says it.
        asks: what an indicator may ask of it: whether it is a yes, which word it is, or which words.
        sentences: those about a cell, by the reason; they go before those of `queries/reasons.toml`.
    """

    id: str
    label: str
    guide: str
    read: Callable[[Table, Column], Reading]
    example: str = ""
    words: tuple[str, ...] = ()
    offers: Callable[[Programme], Iterable[str]] | None = None
    lists: bool = True
    hint: str = ""
    is_figure: bool = False
    is_closed: bool = False
    only_id: str | None = None
    beside: str | None = None
    keys: frozenset[str] = frozenset()
    merge: Literal["any", "most"] | None = None
    map: Map | None = None
    value: str | None = None
    key: str = "{}"
    odd: Callable[[Column], str] | None = None
    has_value: bool = True
    contradicts: bool = True
    is_nothing: bool = False
    detail: Callable[[Column, str], str] | None = labelled
    asks: Literal["flag", "word", "words"] | None = None
    sentences: Mapping[str, tuple[Sentence, ...]] = field(default_factory=dict)

    @property
    def is_day(self) -> bool:
        """Whether a cell is a day."""
        return "span" in self.keys

    def map_of(self, column: Column) -> Map | None:
        """The map that the texts of a column go through, if any."""
        return None if column.id in PERSONAL else self.map

    def value_of(self, column: Column) -> str:
        """The name of a column's value among the accepted rows."""
        return self.value or column.id

    def reading(self, table: Table, column: Column) -> Reading:
        """How a column is read, with the join of its map."""
        own, texts = self.read(table, column), self.map_of(column)
        return replace(own, joins=(texts.join(table, column), *own.joins)) if texts else own

    def words_of(self, column: Column, offered: Iterable[str]) -> tuple[str, ...]:
        """The words that a column offers: its own, or those `offered` by a programme; none where any text will do."""
        own = (*self.words, *column.words) if self.words else tuple(column.choices.values())
        return own or tuple(offered)
