"""From raw text to typed rows: what the templates of `queries/staging/` need to know of a table's contract.

Each table passes raw_<t> (text) -> typed_<t> (values and the first fault) -> keyed_<t> (persons, hosts: what
`queries/staging/<t>.sql` adds) -> <t> (accepted rows). A fault is a number: its reason's place in
`queries/reasons.toml` times 32, plus its column's place; so the least of a row's faults is the one to report. A row whose
cell names several persons is several typed rows with one `n`: `part` of `parts`.
"""

from collections.abc import Iterable, Mapping, Sequence

from dashboard.definitions import reasons
from dashboard.definitions.column_type import Reading
from dashboard.definitions.column_types import TYPES
from dashboard.definitions.programme import ROSTERS
from dashboard.definitions.table import Column, Table
from dashboard.definitions.table_faults import NAMES
from dashboard.warehouse.sql import identifier, render

LOST = 1


def fault(reason: str, table: Table, column: str) -> int:
    """The number of a fault; the least one of a row is its first in the order of the reasons."""
    return (reasons.load().ids.index(reason) + 1) * 32 + list(table.columns).index(column)


def fault_codes(tables: Iterable[Table]) -> list[tuple[str, str, str, str, int, int]]:
    """(table, reason, column, header, code, bit) of every fault there can be; the bit is 0 where it rejects the row."""
    return [
        (
            table.id, reason, column.id, column.headers[0], fault(reason, table, column.id),
            bits.get((reason, column.id), 0),
        )
        for table in tables
        for bits in (_warnings(table),)
        for reason in reasons.load().ids
        for column in table.columns.values()
    ]  # fmt: skip


def _warnings(table: Table) -> dict[tuple[str, str], int]:
    """The bit of each (reason, column) that a row is only warned about; `LOST` is that of a lost character."""
    warnings = [("bad_character", next(iter(table.columns)))]
    if table.person:
        columns = [name for name in ("staff_id", _person(table)) if name and name in table.columns]
        warnings += [(r, c) for r in ("bad_choice", "ambiguous_person", "unknown_person") for c in columns]
    for column, reading in _readings(table):
        wrong = {**({} if column.rejects else reading.faults), **reading.warnings}
        warnings += [(reason, column.id) for reason in wrong]
    return {one: LOST << i for i, one in enumerate(warnings)}


def create_raw(table: Table, parts: Sequence[str]) -> str:
    """raw_<t>: the rows of queries that give a table's columns in order."""
    return render("staging/raw.sql.jinja", table=table, parts=parts)


def raw_rows(table: Table) -> str:
    """The raw rows with their number `n`."""
    return f"(select rowid as n, * from raw_{table.id})"


def create_texts(kind: str, tables: Iterable[Table]) -> str:
    """<kind>_texts: the distinct raw texts over `tables` that go through a map, for the file that makes it."""
    parts = [
        (table, texts.texts(table, column))
        for table in tables
        for column in _read(table)
        if (texts := TYPES[column.type].map_of(column)) and texts.id == kind
    ]
    maps = [one.map for one in TYPES.values() if one.map and one.map.id == kind]
    keys = dict.fromkeys(key for one in maps for key in one.keys)
    return render("staging/texts.sql.jinja", map=kind, parts=parts, keys=keys)


def create_person_texts(tables: Iterable[Table]) -> str:
    """person_texts: the distinct texts by which tables name a person."""
    named = [(table, _person(table)) for table in tables if table.person]
    return render("staging/person_texts.sql.jinja", tables=named)


def know_register(table: Table) -> str:
    """Into `bearers` and `id_names`: whom the accepted rows of a register name."""
    return render("staging/register.sql.jinja", table=table, name=_person(table))


def create_typed(table: Table) -> str:
    """typed_<t>: a row per raw row with its values and what is wrong with them."""
    readings = _readings(table)
    bits = _warnings(table)
    odd = [TYPES[column.type].odd for column in table.columns.values()]
    return render(
        "staging/typed.sql.jinja",
        table=table,
        name=_person(table),
        values=[value for column, reading in readings for value in _values(column, reading)],
        faults=[
            (wrong, fault(reason, table, column.id))
            for column, reading in readings
            for reason, wrong in _rejecting(column, reading)
        ],
        warnings=[
            (wrong, bits[reason, column.id])
            for column, reading in readings
            for reason, wrong in _warning(column, reading)
        ],
        odds=[one(column) for one, column in zip(odd, table.columns.values(), strict=True) if one],
        joins=[join for _, reading in readings for join in reading.joins],
    )


def _readings(table: Table) -> list[tuple[Column, Reading]]:
    return [(column, TYPES[column.type].reading(table, column)) for column in _read(table)]


def _values(column: Column, reading: Reading) -> list[tuple[str, str]]:
    """(name, SQL) of all that the reading of a column gives."""
    own = [(TYPES[column.type].value_of(column), reading.value)] if reading.value else []
    return [*own, *reading.beside.items()]


def _rejecting(column: Column, reading: Reading) -> list[tuple[str, str]]:
    """(reason, condition) of what rejects a row."""
    needed = [("missing_value", reading.blank), *reading.errors.items()] if column.required else []
    return [*needed, *(reading.faults.items() if column.rejects else ())]


def _warning(column: Column, reading: Reading) -> list[tuple[str, str]]:
    """(reason, condition) of what a row is only warned about."""
    return [*reading.warnings.items(), *(() if column.rejects else reading.faults.items())]


def refuse_no_records(table: Table) -> str:
    """Gives the rows of typed_<t> that are no records that fault."""
    code = fault("not_a_record", table, next(iter(table.columns)))
    return render("staging/no_records.sql.jinja", table=table, code=code)


def count_fates(table: Table, source: str) -> str:
    """Of each file, how many rows of `source` were not refused, and how many have a fault or a warning."""
    return render("staging/fates.sql.jinja", table=table, source=source)


def count_duplicates(table: Table) -> str:
    """How many rows of each file only repeat what others say."""
    return render("staging/duplicates.sql.jinja", table=table)


def create_repeated(table: Table, source: str) -> str:
    """repeated_<t>: the rows of `source` that share their table's key."""
    return render(
        "staging/repeated.sql.jinja",
        table=table,
        source=source,
        key=[_key_column(table, name) for name in table.key],
        values=[_value_column(table, name) for name in (*table.merge, *_compared(table))],
    )


def create_model(table: Table, source: str, repeated: bool) -> str:
    """<t>: the accepted rows of `source`; of `repeated` ones the one that is kept."""
    hidden = ["n", "fault", "warned", "odd", *(["school_blank"] if "school" in table.columns else [])]
    hidden += ["part", "parts", "doubted"] if table.person else []
    merged = {_value_column(table, name): how for name, how in table.merge.items()} if repeated else {}
    return render(
        "staging/model.sql.jinja",
        table=table,
        source=source,
        hidden=hidden,
        merged=merged,
        repeated=repeated,
    )


def insert_flaws(table: Table, source: str, lossy: Sequence[int]) -> str:
    """Into `flaws`: the rows of `source` with a fault or a warning.

    `lossy` are the files with a character that their encoding could not hold.
    """
    values: Mapping[str, object] = {"source": source, "lossy": lossy, "lost": LOST}
    return render("staging/flaws.sql.jinja", table=table, name=_person(table), **values)


def insert_contradictions(table: Table) -> list[str]:
    """Into `flaws`: of rows of one fact, those that say the contrary of the first.

    In a roster, those that differ about somebody from the row that is kept.
    """
    answers = [
        render(
            "staging/contradicting_answers.sql.jinja",
            table=table,
            name=_person(table),
            answer=identifier(column),
            code=fault("contradiction", table, column),
        )
        for column, how in table.merge.items()
        if how == "any"
    ]
    return answers + [
        render(
            "staging/contradicting_rows.sql.jinja",
            table=table,
            name=_person(table),
            later=_as_compared(table, column, "later."),
            kept=_as_compared(table, column, "kept."),
            code=fault("contradiction", table, column),
        )
        for column in _compared(table)
    ]


def _person(table: Table) -> str | None:
    """The column in which a table names a person, if any."""
    return next((column for column in NAMES if column in table.columns), None)


def _read(table: Table) -> list[Column]:
    """The columns read by themselves: a person's id and name go with the person."""
    hidden = {"staff_id", _person(table)} if table.person else set()
    return [column for column in table.columns.values() if column.id not in hidden]


def _key_column(table: Table, name: str) -> str:
    """A part of a table's key, as it is compared: a column, the row's person, or what the table's own query gives."""
    if name == "person" and name not in table.columns:
        return "person_id"
    return _as_compared(table, name) if name in table.columns else identifier(name)


def _as_compared(table: Table, name: str, of: str = "") -> str:
    """A column's value as two are compared, `of` a table."""
    return TYPES[table.columns[name].type].key.format(of + identifier(_value_column(table, name)))


def _value_column(table: Table, name: str) -> str:
    return TYPES[table.columns[name].type].value_of(table.columns[name])


def _compared(table: Table) -> list[str]:
    """The columns in which two rows of one key contradict each other.

    In a roster all but those that name whose it is, and free text, which says one thing in many ways.
    """
    if table.id not in ROSTERS:
        return []
    apart = {*table.key, *table.merge}
    return [c.id for c in table.columns.values() if c.id not in apart and TYPES[c.type].contradicts]


def places(layout: Sequence[str], table: Table | None) -> tuple[list[int], list[int]]:
    """The places of a file's columns in the raw table, in file order, from 1 among the columns of `table`.

    With each known one goes how many unknown ones are before it.

    Not a place for every column: the database copies the list for each row, and a header may be far longer than a row.
    """
    order = {name: i for i, name in enumerate(table.columns, 1)} if table else {}
    at = [i for i, name in enumerate(layout) if name]
    return [order[layout[i]] for i in at], [i - known for known, i in enumerate(at)]
