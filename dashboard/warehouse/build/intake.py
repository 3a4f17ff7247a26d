"""What the raw tables hold: how many rows each file gave, and which of its columns are not used.

The rows are counted here, and not as the sum of what becomes of them, so that a row lost later is noticed.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import duckdb

from dashboard.definitions.table import Table
from dashboard.sources.sheet import Sheet, letters
from dashboard.warehouse.sql import identifier

UNUSED = "file_id int, place int, letters text, header text, filled bigint, likely text, likely_header text"
"""The columns of the table of unused columns: `letters` and `place` (from 1) say where one is, `filled` how many of
its cells; `likely` is the id of the column that it probably is."""


class Counts(NamedTuple):
    """What a file gave to its raw table.

    Its `lines`, how many of them have any text, and whether one has a cell of a column that is not the contract's.
    """

    lines: int
    rows: int
    has_others: bool


NO_ROWS = Counts(0, 0, has_others=False)


def counts_of(con: duckdb.DuckDBPyConnection, table: Table) -> dict[int, Counts]:
    """What each file gave to a raw table, by `file_id`."""
    cells = ", ".join(identifier(name) for name in table.columns)
    first = identifier(next(name for name, column in table.columns.items() if column.required))
    counted = con.execute(f"""
        select
            file_id,
            count(*),
            count(*) filter (
                case
                    when {_has_letter(first)} then true
                    else nfkc(concat({cells}, array_to_string(coalesce(extra, []), ''))) <> ''
                end
            ),
            bool_or(extra is not null)
        from raw_{table.id}
        group by file_id
    """).fetchall()
    return {file_id: Counts(*counts) for file_id, *counts in counted}


def _has_letter(cell: str) -> str:
    """Whether a cell begins with a Han character, a digit or a letter: nearly every one does, and needs no other look."""
    return f"({cell} between '0' and 'zz' or {cell} between '一' and '龥')"


def unused_of(
    con: duckdb.DuckDBPyConnection, table: Table, sheets: Mapping[int, Sheet]
) -> list[tuple[object, ...]]:
    """The rows of `UNUSED` for a raw table: each filled column of its files that is none of the contract's.

    What is to the right of a header is one column.
    """
    unknown = ", ".join(f"({file_id}, {len(_unknown(one.layout))})" for file_id, one in sheets.items())
    # One row may be far longer than the header: what is there is reported as one.
    filled = con.execute(f"""
        select file_id, least(place, unknown + 1) as place, count(*)
        from (
            select file_id, generate_subscripts(extra, 1) as place, unnest(extra) as cell
            from raw_{table.id}
            where extra is not null
        )
        inner join (values {unknown}) as files(file_id, unknown) using (file_id)
        where cell <> '' and ({_has_letter("cell")} or nfkc(cell) <> '')
        group by all
        order by all
    """).fetchall()
    return [_unused(table, file_id, sheets[file_id], place, many) for file_id, place, many in filled]


def _unused(table: Table, file_id: int, sheet: Sheet, place: int, many: int) -> tuple[object, ...]:
    unknown = _unknown(sheet.layout)
    at = unknown[place - 1] if place <= len(unknown) else len(sheet.layout)
    header = " ".join(sheet.header[at].split()) if at < len(sheet.header) else ""
    used = {*sheet.layout, *(name for name, _ in sheet.constants)}
    likely = table.likely_column(header, used) if header else None
    named = table.columns[likely].headers[0] if likely else None
    return file_id, at + 1, letters(at), header, many, likely, named


def _unknown(layout: Sequence[str]) -> list[int]:
    return [at for at, name in enumerate(layout) if not name]
