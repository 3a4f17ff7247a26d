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


def literal(text: str) -> str:
    """`text` as a string of SQL."""
    return "'" + text.replace("'", "''") + "'"


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
    create = f"create {'temp ' if temp else ''}table {name}"
    if not rows and select == "*":
        con.execute(f"{create} ({columns})")
        return
    named = [column.rsplit(" ", 1) for column in columns.split(", ")]
    values = zip(*rows, strict=True) if rows else ((),) * len(named)
    # The database finds it by this name, at half the cost of a view registered for it.
    incoming = pa.table(
        [pa.array(cells, _TYPES[kind]) for cells, (_, kind) in zip(values, named, strict=True)],
        [column.strip('"') for column, _ in named],
    )
    con.execute(f"{create} as select {select} from incoming")
    del incoming


_TYPES = {
    "text": pa.string(), "int": pa.int32(), "bigint": pa.int64(), "boolean": pa.bool_(), "date": pa.date32(),
    "timestamp": pa.timestamp("us"), "text[]": pa.list_(pa.string()), "int[]": pa.list_(pa.int32()),
}  # fmt: skip


def load_words(
    con: duckdb.DuckDBPyConnection, name: str, columns: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    """A table of synonyms whose column `word` is compared as `word` does."""
    load(con, name, columns, rows, select="* replace (word(word) as word)")


def columns_of(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The names of a table's columns, in order."""
    return [str(row[0]) for row in con.execute(f"describe {table}").fetchall()]
