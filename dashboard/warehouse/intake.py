"""What the raw tables hold before anything is made of it: how many rows each file gave, and what of its columns is not
used.

The rows are counted here, and not as the sum of what becomes of them, so that one that is lost on its way is found out.
"""

from collections.abc import Mapping, Sequence

import duckdb

from dashboard.sources.contracts import Table
from dashboard.sources.sheet import Sheet, letters
from dashboard.warehouse.columns import quoted

UNUSED = "file_id int, place int, letters text, header text, filled bigint, likely text, likely_header text"
"""The columns of the table of unused columns: `letters` and `place` (from 1) say where one stands, `filled` how many of
its cells; `likely` is the id of the column that it probably is."""


def rows_of(con: duckdb.DuckDBPyConnection, table: Table) -> dict[int, int]:
    """How many rows each file gave to a raw table, by `file_id`; a row without any text is none."""
    counted = f"select file_id, count(*) from raw_{table.id} group by file_id"
    counts: dict[int, int] = dict(con.execute(counted).fetchall())
    for file_id, blank in con.execute(_blank_rows(table)).fetchall():
        counts[file_id] -= blank
    return counts


def _blank_rows(table: Table) -> str:
    cells = ", ".join(quoted(name) for name in table.columns)
    first = quoted(next(name for name, column in table.columns.items() if column.required))
    # Nearly every row begins its first required cell with a Han character, a digit or a letter, and needs no look.
    return f"""
        select file_id, count(*) from raw_{table.id}
        where not ({first} between '0' and 'zz' or {first} between '一' and '龥')
            and squeeze(concat({cells}, array_to_string(coalesce(extra, []), ''))) = ''
        group by file_id
    """


def unused_of(
    con: duckdb.DuckDBPyConnection, table: Table, sheets: Mapping[int, Sheet]
) -> list[tuple[object, ...]]:
    """The rows of `UNUSED` for a raw table: each filled column of its files that is none of the contract's."""
    filled = con.execute(f"""
        select file_id, place, count(*)
        from (
            select file_id, generate_subscripts(extra, 1) as place, unnest(extra) as cell
            from raw_{table.id}
            where extra is not null
        )
        where cell <> '' and squeeze(cell) <> ''
        group by file_id, place
        order by file_id, place
    """).fetchall()
    return [_unused(table, file_id, sheets[file_id], place, many) for file_id, place, many in filled]


def _unused(table: Table, file_id: int, sheet: Sheet, place: int, many: int) -> tuple[object, ...]:
    unknown = _unknown(sheet.layout)
    at = unknown[place - 1] if place <= len(unknown) else len(sheet.layout) + place - len(unknown) - 1
    header = " ".join(sheet.header[at].split()) if at < len(sheet.header) else ""
    used = {*sheet.layout, *(name for name, _ in sheet.constants)}
    likely = table.likely_column(header, used) if header else None
    named = table.columns[likely].headers[0] if likely else None
    return file_id, at + 1, letters(at), header, many, likely, named


def _unknown(layout: Sequence[str]) -> list[int]:
    return [at for at, name in enumerate(layout) if not name]
