"""What a build does with its connection over and over: run a file of `queries/`, load rows, ask for columns."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

QUERIES = Path(__file__).parents[2] / "queries"


def run(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """The statements of each file of `queries/`."""
    for name in names:
        con.execute((QUERIES / name).read_text(encoding="utf-8"))


def load(
    con: duckdb.DuckDBPyConnection,
    name: str,
    columns: str,
    rows: Sequence[tuple[Any, ...]],
    *,
    temp: bool = True,
) -> None:
    """A new table of `rows`."""
    con.execute(f"create {'temp ' if temp else ''}table {name} ({columns})")
    if rows:
        values = {f"c{i}": list(column) for i, column in enumerate(zip(*rows, strict=True))}
        con.register("incoming", pa.table(values))
        con.execute(f"insert into {name} select * from incoming")
        con.unregister("incoming")


def load_words(
    con: duckdb.DuckDBPyConnection, name: str, columns: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    """A table of synonyms whose first column is compared as `word` does."""
    load(con, name, columns, rows)
    con.execute(f"update {name} set word = word(word)")


def columns_of(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The names of a table's columns, in order."""
    return [str(row[0]) for row in con.execute(f"describe {table}").fetchall()]
