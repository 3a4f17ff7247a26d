"""What the rows of every table have in common, so that one query can find those behind a unit.

Each table keeps its rows in columns of its own. `queries/staging/accepted_rows.sql.jinja` turns each contract into one branch
of the table `accepted_rows`: where the row is, whose it is, its day, and the rest in words. It is a table because planning a view
of so many branches costs more at every question than keeping it once; rows that no indicator can take, such as those of
courses that none is about, are not kept. Which rows an indicator takes is in `queries/models/6_evidence.sql`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from dashboard.definitions.column_types import TYPES
from dashboard.definitions.programme import Kpi, Programme
from dashboard.definitions.table import Column, Table
from dashboard.warehouse.sql import columns_of, identifier, load, render


@dataclass(frozen=True)
class Rows:
    """The rows of a table, of which the columns `there` are kept, as the templates of this module read them."""

    table: Table
    there: frozenset[str]

    def _asking(self, what: str) -> list[Column]:
        return [column for column in self.table.columns.values() if TYPES[column.type].asks == what]

    @property
    def answers(self) -> list[Column]:
        """The columns that say yes or no."""
        return self._asking("flag")

    @property
    def choices(self) -> list[Column]:
        """The columns with one word of a list."""
        return self._asking("word")

    @property
    def has_categories(self) -> bool:
        """Whether a row may be of categories."""
        return bool(self._asking("words"))

    @property
    def has_host(self) -> bool:
        """Whether a row says at which school it was."""
        return "host_school_id" in self.there

    @property
    def people(self) -> list[str]:
        """The columns of persons' names."""
        return [column.id for column in self.table.columns.values() if column.type == "person"]

    @property
    def persons(self) -> list[str]:
        """The persons' names as SQL."""
        return [identifier(name) for name in self.people if name in self.there]

    @property
    def details(self) -> list[str]:
        """The values of a row in words as SQL, where nothing else says them."""
        kinds = [(TYPES[column.type], column) for column in self.table.columns.values()]
        return [
            kind.detail(column, identifier(kind.value_of(column)))
            for kind, column in kinds
            if kind.detail and kind.value_of(column) in self.there
        ]


def _rows(con: duckdb.DuckDBPyConnection, table: Table) -> Rows:
    return Rows(table, frozenset(columns_of(con, table.id)))


def describe_rows(con: duckdb.DuckDBPyConnection, programme: Programme, tables: Mapping[str, Table]) -> None:
    """The queries of the indicators as they are run, and the rows of all tables in one."""
    queries = [
        (name, kpi.query or name, programme.query_of(name), name in programme.queries)
        for name, kpi in programme.kpis.items()
    ]
    load(con, "kpi_queries", "kpi text, name text, query text, own boolean", queries, temp=False)
    words = [row for name, kpi in programme.kpis.items() for row in _words(name, kpi, tables[kpi.table])]
    load(con, "kpi_words", "kpi text, name text, ord int, label text", words, temp=False)
    asked = dict.fromkeys(kpi.table for kpi in programme.kpis.values())
    accepted = {name: _rows(con, table) for name, table in tables.items()}
    con.execute(
        render(
            "staging/accepted_rows.sql.jinja",
            tables=[accepted[name] for name in asked],
            of_categories=_of_categories(programme),
        )
    )
    con.execute(render("staging/row_days.sql.jinja", tables=accepted.values()))
    registers = [name for name, table in tables.items() if table.person == "register"]
    bases = {"staff": ["staff"], "classes": ["schools"], "units": registers, None: []}
    sources = [
        (name, table)
        for name, kpi in programme.kpis.items()
        for table in {kpi.table, *bases[kpi.base]}
        if table not in registers or table == kpi.table or table in (programme.query_of(name) or "")
    ]
    load(con, "kpi_sources", "kpi text, table_name text", sources)
    asks = [(name, list(kpi.categories), [word for _, words in _asked_words(kpi) for word in words], *map(kpi.parameters.get, ("minutes", "lessons")))
            for name, kpi in programme.kpis.items()]  # fmt: skip
    load(
        con,
        "kpi_asks",
        "kpi text, categories text[], asked text[], least_minutes bigint, least_lessons bigint",
        asks,
    )


def _asked_words(kpi: Kpi) -> Iterator[tuple[str, Sequence[str]]]:
    """The parameters of an indicator that are words."""
    for parameter, value in kpi.parameters.items():
        if not isinstance(value, int):
            yield parameter, (value,) if isinstance(value, str) else value


def _words(name: str, kpi: Kpi, table: Table) -> Iterator[tuple[str, str, int, str]]:
    """The words among an indicator's parameters, as its table calls them."""
    labels = {value: word for column in table.columns.values() for value, word in column.choices.items()}
    for parameter, words in _asked_words(kpi):
        yield from ((name, parameter, i, labels.get(word, word)) for i, word in enumerate(words, 1))


def _of_categories(programme: Programme) -> set[str]:
    """The tables of which an indicator can take rows of certain categories alone."""
    others = {kpi.table for kpi in programme.kpis.values() if not kpi.categories}
    return {kpi.table for kpi in programme.kpis.values()} - others


def insert_refused(table: Table, source: str, there: set[str]) -> str:
    """Into `refused_rows`: the rejected rows of `source`, whose columns are `there`."""
    return render("staging/refused_rows.sql.jinja", rows=Rows(table, frozenset(there)), source=source)
