"""What a build does with its connection over and over: run a file of `queries/`, load rows, ask for columns.

SQL that depends on the contracts is a template, `queries/**/*.sql.jinja`: the query itself, with what varies in braces.
What comes from data never goes into one: it is a parameter, or in a table.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard.paths import QUERIES

# The optimizers that take longer than they save where tables are small.
NEEDLESS = "join_order,statistics_propagation,common_subplan"


def text_of(name: str) -> str:
    """The SQL of a file of `queries/`."""
    return (QUERIES / name).read_text(encoding="utf-8")


def run(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """The statements of each file of `queries/`."""
    for name in names:
        con.execute(text_of(name))


def rows_of(con: duckdb.DuckDBPyConnection, name: str) -> list[tuple[Any, ...]]:
    """The rows of the query in a file of `queries/`."""
    return con.execute(text_of(name)).fetchall()


def literal(text: str) -> str:
    """`text` as a string of SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """`name` as an identifier of SQL."""
    return f'"{name}"'


_TEMPLATES = Environment(
    loader=FileSystemLoader(QUERIES),
    undefined=StrictUndefined,
    autoescape=False,
    auto_reload=False,  # compiled once a process
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"identifier": identifier, "literal": literal}


def render(template: str, /, **values: object) -> str:
    """The SQL of a template of `queries/`; a name in it that has no value is an error."""
    return _TEMPLATES.get_template(template).render(values)


Functions = Mapping[str, tuple[Callable[[str], object], str]]
"""Functions of a text that queries may call by their names, and the types of what they give."""


def create_functions(con: duckdb.DuckDBPyConnection, functions: Functions) -> None:
    """Functions under their names."""
    for name, (function, result) in functions.items():
        con.create_function(name, function, ["VARCHAR"], result)


def remove_functions(con: duckdb.DuckDBPyConnection, functions: Functions) -> None:
    """They would keep the connection alive."""
    for name in functions:
        con.remove_function(name)


def load(
    con: duckdb.DuckDBPyConnection,
    name: str,
    columns: str,
    rows: Sequence[tuple[Any, ...]],
    *,
    temp: bool = True,
    select: str = "*",
) -> None:
    """A new table of what `select` makes of `rows`."""
    named = [column.rsplit(" ", 1) for column in columns.split(", ")]
    values = zip(*rows, strict=True) if rows else ((),) * len(named)
    # The database finds it by this name, at half the cost of a view registered for it.
    incoming = {name.strip('"'): array(cells) for cells, (name, _) in zip(values, named, strict=True)}
    typed = ", ".join(f"{name}::{kind} as {name}" for name, kind in named)
    con.execute(
        f"create {'temp ' if temp else ''}table {name} as select {select} from (select {typed} from incoming)"
    )
    del incoming


def array(cells: Sequence[Any], kind: type[np.generic] = np.object_) -> Any:
    """`cells` as a column that the database reads; None is null.

    Not an array of pyarrow: to make its first one it imports pandas, for a third of the time of a small build.
    """
    return np.fromiter(cells, kind, len(cells))


def load_words(
    con: duckdb.DuckDBPyConnection, name: str, columns: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    """A table of synonyms whose column `word` is compared as `word` does."""
    load(con, name, columns, rows, select="* replace (word(word) as word)")


def columns_of(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The names of a table's columns, in order."""
    return [str(row[0]) for row in con.execute(f"describe {table}").fetchall()]
