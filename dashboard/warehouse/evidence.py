"""What the rows of every table have in common, so that one query can find those behind a unit.

Each table keeps its rows in columns of its own. Here its contract is turned into one branch of the table
`accepted_rows`: where the row is, whose it is, its day, and the rest in words. It is a table because planning a view
of so many branches costs more at every question than keeping it once; rows that no indicator can take, such as those of
courses that none is about, are not kept. Which rows an indicator takes is in `queries/models/6_evidence.sql`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import duckdb

from dashboard.definitions.programme import Kpi, Programme
from dashboard.definitions.table import Column, Table
from dashboard.warehouse.columns import quoted
from dashboard.warehouse.sql import columns_of, load

# Said elsewhere in a row's line: whose it is (of persons a column of its own, which may be masked) and its day.
_APART = frozenset({"school", "code", "id", "person", "grade", "date", "timestamp"})
_ALONE = frozenset({"name", "text"})
# The columns that say whose a row is and when it was, with their types.
_COMMON = {"school_id": "int", "person_id": "int", "class_key": "text", "event": "text", "semester": "text"}


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
    branches = [
        _branch(tables[name], set(columns_of(con, name)), _taken(tables[name], programme)) for name in asked
    ]
    con.execute(
        "create table accepted_rows as\nselect rows.*, coalesce(masked, case when person is not null then '○' end) as masked_person\nfrom (\n"
        + "\n\nunion all\n\n".join(branches)
        + "\n) as rows\nleft join masked_names on rows.person = masked_names.name"
    )
    _count_days(con, tables.values())
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


def _count_days(con: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """`row_days`: how many rows of each table and school were accepted, by the day that they bear; null where none.

    Of all rows, also those that no indicator can take: they show when a table was last written to.
    """
    branches = []
    for table in tables:
        there = set(columns_of(con, table.id))
        school = "school_id" if "school_id" in there else "null::int"
        day = next((f"{quoted(name)}::date" for name in ("date", "timestamp") if name in there), "null::date")
        branches.append(
            f"select '{table.id}' as table_name, {school} as school_id, {day} as day from {table.id}"
        )
    con.execute(
        "create table row_days as select table_name, school_id, day, count(*) as rows from (\n"
        + "\nunion all\n".join(branches)
        + "\n) group by all order by table_name, day, school_id"
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


def _taken(table: Table, programme: Programme) -> str:
    """Which rows of a table any indicator can take: where all have categories, those of one of them."""
    resting = [kpi for kpi in programme.kpis.values() if kpi.table == table.id]
    if not all(kpi.categories for kpi in resting):
        return "true"
    return f"list_has_any({_words_in(table)}, (select list(category) from kpi_categories))"


def _words_in(table: Table) -> str:
    """The words of a row's choices, and its categories, as a list."""
    choices = ", ".join(quoted(c.id) for c in table.columns.values() if c.type == "choice")
    if any(c.type == "category" for c in table.columns.values()):
        return f"list_concat([{choices}], categories)" if choices else "categories"
    return f"[{choices}]::text[]"


def _branch(table: Table, there: set[str], taken: str) -> str:
    """The accepted rows of one table of which `taken` holds; what it lacks is null."""
    common = [name if name in there else f"null::{kind}" for name, kind in _COMMON.items()]
    flags = [
        f"case when {quoted(c.id)} then '{c.id}' end" for c in table.columns.values() if c.type == "yes_no"
    ]
    if "host_school_id" in there:
        flags.append("case when host_school_id is distinct from school_id then 'elsewhere' end")
    persons = [quoted(c.id) for c in table.columns.values() if c.type == "person" and c.id in there]
    details = [part for column in table.columns.values() for part in _details(column, there)]
    listed = [
        f"'{table.id}' as table_name",
        "file_id",
        "line",
        *(f"{value} as {name}" for value, name in zip(common, _COMMON, strict=True)),
        f"{_day(table, there)} as day",
        f"{'lessons' if 'lessons' in there else 'null'}::decimal(24, 6) as lessons",
        f"{'minutes' if 'minutes' in there else 'null'}::decimal(24, 6) as minutes",
        f"[{', '.join(flags) or 'null::text'}] as flags",
        f"{_words_in(table)} as words",
        f"{'true' if table.person == 'roster' else 'false'} as anywhere",
        f"{_joined(persons)} as person",
        f"{_joined(details)} as details",
    ]
    return "select\n    " + ",\n    ".join(listed) + f"\n\nfrom {table.id}\n\nwhere {taken}"


def _joined(values: list[str]) -> str:
    """Several texts as one, null where all are."""
    return f"nullif(concat_ws('，', {', '.join(values)}), '')" if values else "null::text"


REFUSED = """
create temp table refused_rows (
    table_name text, file_id int, line int, school_id int, person_id int, class_key text, event text, semester text,
    day date, lessons decimal(24, 6), minutes decimal(24, 6), flags text[], words text[], any_category boolean,
    staff_id text, employment text, duty text, end_date date
)"""
"""Rejected rows, as far as they are legible: null, and for choices and answers every one, is what cannot be read."""

_MOST = 12000  # no row has more minutes or lessons


def insert_refused(table: Table, source: str, there: set[str]) -> str:
    """Into `refused_rows`: the rejected rows of `source`, whose columns are `there`."""
    common = {name: f"s.{name}" if name in there else f"null::{kind}" for name, kind in _COMMON.items()}
    common["school_id"] = f"coalesce({common['school_id']}, files.school_id)"
    same = ""
    name = next((quoted(c.id) for c in table.columns.values() if c.type == "person"), None)
    if table.person == "roster" and name:
        # Whom the roster does not know by the id is who bears the name, else anybody of the school.
        known = "select person_id from people inner join bearers using (identity)"
        common["person_id"] = (
            f"case when not getvariable('staff_supplied') or s.person_id in ({known}) then s.person_id else same.person_id end"
        )
        same = (
            " left join (select school_id, bearers.name, any_value(person_id) as person_id from bearers inner join people"
            " using (identity) group by all having count(distinct identity) = 1) as same"
            f" on coalesce(s.school_id, files.school_id) = same.school_id and person_name(squeeze(r.{name})) = same.name"
        )
    if "year" in there:
        common["semester"] = "s.year"  # a period as well
    flags = []
    for column in table.columns.values():
        if column.type == "yes_no":
            answer = quoted(column.id)
            illegible = "true" if column.required else f"r.{answer} <> ''"
            flags.append(f"case when coalesce(s.{answer}, {illegible}) then '{column.id}' end")
    if "host_school_id" in there:
        flags.append("case when s.host_school_id is distinct from s.school_id then 'elsewhere' end")
    words = ["[]::text[]"]
    for column in table.columns.values():
        if column.type == "choice":
            every = ", ".join(f"'{value}'" for value in column.choices)
            words.append(
                f"case when s.{quoted(column.id)} is null then [{every}] else [s.{quoted(column.id)}] end"
            )
    has_category = any(c.type == "category" for c in table.columns.values())
    if has_category:
        words.append("s.categories")
    day = next(
        (f"s.{quoted(name)}::date" for name in ("date", "timestamp", "start_date") if name in there),
        "null::date",
    )
    unnamed = (
        "len(s.categories) = 0 and (trim(r.course) = '' or starts_with(r.course, '#'))"
        if has_category
        else "false"
    )
    listed = [
        f"'{table.id}'", "s.file_id", "s.line", *common.values(), day,
        f"coalesce(s.lessons, {_MOST})" if "lessons" in there else "null",
        f"coalesce(s.minutes, {_MOST})" if "minutes" in there else "null",
        f"[{', '.join(flags) or 'null::text'}]", f"flatten([{', '.join(words)}])", unnamed,
        "squeeze(r.staff_id)" if "staff_id" in table.columns else "null",
        *(f"s.{name}" if name in there else "null" for name in ("employment", "duty", "end_date")),
    ]  # fmt: skip
    once = " and s.part = 1" if table.person else ""
    return (
        f"insert into refused_rows select {', '.join(listed)} from {source} as s"
        f" inner join (select rowid as n, * from raw_{table.id}) as r using (n) inner join files on s.file_id = files.file_id"
        f"{same}"
        f" where s.fault is not null{once}"
    )


def _day(table: Table, there: set[str]) -> str:
    """The day of a row; a row of a semester has that on which it begins."""
    if "date" in there:
        return '"date"'
    if "timestamp" in there:
        return '"timestamp"::date'
    if "semester" in there:
        return f"(select any_value(start) from periods where periods.period = {table.id}.semester)"
    return "null::date"


def _details(column: Column, there: set[str]) -> list[str]:
    """The value of a column in words, with its header where it does not speak for itself."""
    name, header = column.id, column.headers[0].replace("'", "''")
    if column.type == "hours":
        return [f"{_plain('round(minutes / 60, 2)')} || ' 小時'"]
    if column.type == "class":
        return ["class_label(class_key)"]
    if column.type == "host":
        return ["host_label"]
    if name not in there or column.type in _APART:
        return []
    if column.type == "yes_no":
        return [f"'{header}' || case when {quoted(name)} then '：是' when not {quoted(name)} then '：否' end"]
    if column.type == "choice":
        cases = " ".join(f"when '{value}' then '{word}'" for value, word in column.choices.items())
        return [f"case {quoted(name)} {cases} end"]
    value = _plain(quoted(name)) if column.type == "number" else f"{quoted(name)}::text"
    return [value if column.type in _ALONE else f"'{header} ' || {value}"]


def _plain(number: str) -> str:
    """A number without the zeros of its type."""
    return f"format('{{:.12g}}', ({number})::double)"
