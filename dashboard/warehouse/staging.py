"""From raw text to typed rows: the SQL that a table's contract implies.

Each table passes raw_<t> (text) -> typed_<t> (values and the first fault) -> keyed_<t> (persons, hosts: what
`queries/staging/<t>.sql` adds) -> <t> (accepted rows). A fault is a number: its reason's place in the
list of reasons times 32, plus its column's place; so the least of a row's faults is the one to report. A row whose
cell names several persons is several typed rows with one `n`: `part` of `parts`.
"""

from collections.abc import Iterable, Sequence

from dashboard.definitions.programme import ROSTERS
from dashboard.definitions.table import Column, Table
from dashboard.warehouse.columns import PAIRS, district_of, map_of, pair, quoted, typed_of

REASONS = (
    "not_a_record",
    "missing_value",
    "unknown_school",
    "bad_date",
    "bad_number",
    "out_of_range",
    "bad_choice",
    "ambiguous_person",
    "unknown_person",
    "bad_character",
    "contradiction",
)

LOST = 1
# Ids of two characters or more are none of #N/A, Loading..., N/A, Err:502, － or 無 where they begin so.
PLAIN_IDS = (("00", "E"), ("F", "L"), ("M", "N"), ("O", "e"), ("f", "l"), ("m", "n"), ("o", "{"))
SEVERAL = 13  # bytes of two names of two characters and a mark


def fault(reason: str, table: Table, column: str) -> int:
    """The number of a fault; the least one of a row is its first in the order of the reasons."""
    return (REASONS.index(reason) + 1) * 32 + list(table.columns).index(column)


def fault_codes(tables: Iterable[Table]) -> list[tuple[str, str, str, str, int, int]]:
    """(table, reason, column, header, code, bit) of every fault there can be; the bit is 0 where it rejects the row."""
    return [
        (
            table.id, reason, column.id, column.headers[0], fault(reason, table, column.id),
            bits.get((reason, column.id), 0),
        )
        for table in tables
        for bits in (_warnings(table),)
        for reason in REASONS
        for column in table.columns.values()
    ]  # fmt: skip


def _warnings(table: Table) -> dict[tuple[str, str], int]:
    """The bit of each (reason, column) that a row is only warned about; `LOST` is that of a lost character."""
    warnings = [("bad_character", next(iter(table.columns)))]
    if table.person:
        columns = [name for name in ("staff_id", _person_name(table)) if name in table.columns]
        warnings += [(r, c) for r in ("bad_choice", "ambiguous_person", "unknown_person") for c in columns]
    for column in _read(table):
        typed = typed_of(table, column)
        reasons = {**({} if column.rejects else typed.faults), **typed.warnings}
        warnings += [(reason, column.id) for reason in reasons]
    return {one: LOST << i for i, one in enumerate(warnings)}


def create_raw(table: Table, parts: Sequence[str]) -> str:
    """The table of raw texts, of queries that give its columns in order; '' is blank.

    A row's `line` is null where it follows from its place: the file's first line plus the rows before it. `extra`
    holds the cells of unknown columns in file order.
    """
    texts = "".join(f", ''::varchar as {quoted(name)}" for name in table.columns)
    nothing = f"select 0::int as file_id, 0::int as line, false as excel{texts}, null::varchar[] as extra where false"
    return f"create or replace temp table raw_{table.id} as\n" + "\nunion all\n".join([nothing, *parts])


def raw_rows(table: Table) -> str:
    """The raw rows with their number `n`."""
    return f"(select rowid as n, * from raw_{table.id})"


def create_texts(tables: Iterable[Table]) -> list[str]:
    """Views of the distinct raw texts of each type over all tables, for `queries/staging/maps.sql`."""
    selects: dict[str, list[str]] = {
        name: [] for name in ("text", "date", "hours", "number", "yes_no", "class", "category")
    }
    for table in tables:
        for column in _read(table):
            name = quoted(column.id)
            if column.type in ("class", "category"):
                first, second = pair(table, column.type)
                selects[column.type].append(
                    f"select {first} as {PAIRS[column.type][0]}_raw, {second} as {PAIRS[column.type][1]}_raw"
                    f" from raw_{table.id}"
                )
            elif (kind := map_of(column)) is not None:
                excel = ", excel" if kind == "date" else ""
                selects[kind].append(f"select {name} as raw{excel} from raw_{table.id}")
    return [
        f"create or replace temp view {name}_texts as\n{_distinct(parts or [_NO_TEXTS[name]])}"
        for name, parts in selects.items()
    ]


def _distinct(parts: Sequence[str]) -> str:
    """The rows of all `parts`, each once: a chain of `union` would look at them once a part."""
    return "select distinct * from (\n" + "\nunion all\n".join(parts) + "\n)"


def _none(*names: str) -> str:
    """No row of these texts: what a programme has whose tables lack a type."""
    texts = ", ".join(f"''::varchar as {name}" for name in names)
    return f"select {texts} where false"


_NO_TEXTS = {
    "text": _none("raw"), "date": f"select *, false as excel from ({_none('raw')})", "hours": _none("raw"),
    "number": _none("raw"), "yes_no": _none("raw"), "class": _none("grade_raw", "class_raw"),
    "category": _none("category_raw", "course_raw"),
}  # fmt: skip


def create_school_texts(tables: Iterable[Table]) -> str:
    """A view of the distinct names of schools with their codes over `tables`, hosts too.

    In 學校名冊 two schools of one name may differ in their district.
    """
    parts = []
    for table in tables:
        for column in table.columns.values():
            if column.type == "school":
                first, second = pair(table, "school")
                district = district_of(table)
                parts.append(
                    f"select {first} as name_raw, {second} as code_raw, {district} as district_raw from raw_{table.id} as r"
                )
            elif column.type == "host":
                parts.append(
                    f"select {column.id} as name_raw, '' as code_raw, '' as district_raw from raw_{table.id}"
                )
    return f"create or replace temp view school_texts as\n{_distinct(parts)}"


def create_person_texts(tables: Iterable[Table]) -> str:
    """A view of the distinct texts by which tables name a person."""
    parts = [
        f"select distinct '{table.id}' as table_name, '{table.person}' as kind, '{_person_name(table)}' as name_column,"
        f" {school} as school_raw, {code} as code_raw, {staff} as staff_raw, {name} as name_raw from raw_{table.id} as r"
        for table in tables
        if table.person
        for school, code, staff, name in (_person_key(table),)
    ]
    nobody = _none("table_name", "kind", "name_column", "school_raw", "code_raw", "staff_raw", "name_raw")
    return "create or replace temp view person_texts as\n" + "\nunion all\n".join(parts or [nobody])


def _person_key(table: Table) -> tuple[str, str, str, str]:
    """The raw expressions that name a person: school, code, 教師編號 and name.

    Where persons are of the `roster`, the school plays no part with a 教師編號 (but for the further names of a cell):
    so the texts of a nation are far fewer.
    """
    staff, name = "r.staff_id" if "staff_id" in table.columns else "''", f"r.{_person_name(table)}"
    if table.person != "roster":
        return "r.school", "r.school_code", staff, name
    several = f"strlen({name}) >= {SEVERAL} and regexp_matches({name}, '[、､，,;；/／\\r\\n及與和]')"
    is_id = " or ".join(f"{staff} >= '{low}' and {staff} < '{high}'" for low, high in PLAIN_IDS)
    school = f"not ({is_id}) or ({several})"
    return (
        f"case when {school} then r.school else '' end",
        f"case when {school} then r.school_code else '' end",
        staff,
        name,
    )


def _person_name(table: Table) -> str:
    return next(column for column in ("name", "teacher") if column in table.columns)


def know_register(table: Table) -> str:
    """Whom the accepted rows of a register name is known from here on; the roster's names of an id go first."""
    name, listed = _person_name(table), f"from {table.id} as listed inner join people using (person_id)"
    return f"""
insert into bearers select distinct school_id, person_name(listed.{name}), identity, people.staff_id {listed};

insert into id_names select distinct people.staff_id, person_name(listed.{name}), listed.{name} {listed}
where people.staff_id is not null and people.staff_id not in (select staff_id from staff);
"""


def create_typed(table: Table) -> str:
    """typed_<t>: a row per raw row with its values, its first `fault` (null: none), `warned`, a bit a warning, and `odd`.

    A row is `odd` where a text of it may say that it is no record, and its column's type does not show it.
    """
    columns = {column.id: typed_of(table, column) for column in _read(table)}
    values = [f"{sql} as {quoted(name)}" for typed in columns.values() for name, sql in typed.values.items()]
    faults = []
    warned = []
    bits = _warnings(table)
    for name, typed in columns.items():
        column = table.columns[name]
        if column.required:
            faults.append(_when(typed.blank, fault("missing_value", table, name)))
            faults += [_when(sql, fault(reason, table, name)) for reason, sql in typed.errors.items()]
        if column.rejects:
            faults += [_when(sql, fault(reason, table, name)) for reason, sql in typed.faults.items()]
        warnings = [*typed.warnings.items(), *([] if column.rejects else typed.faults.items())]
        warned += [f"case when {sql} then {bits[reason, name]} else 0 end" for reason, sql in warnings]
    joins = [join for typed in columns.values() for join in typed.joins]
    if table.person:
        keys = zip(("school_raw", "code_raw", "staff_raw", "name_raw"), _person_key(table), strict=True)
        on = "".join(f"\n    and person_map.{key} = {raw}" for key, raw in keys)
        joins.append(f"inner join person_map\n    on person_map.table_name = '{table.id}'{on}")
        values += [f"person_map.{name}" for name in ("person_id", "part", "parts", "doubted")]
        if table.person != "roster":
            values.append(f"person_map.written as {_person_name(table)}")
        faults.append("person_map.fault")
        warned.append("person_map.warned")
    listed = ",\n    ".join(
        [
            "r.n",
            "r.file_id",
            "coalesce(r.line, (r.n - files.first_row + files.header_line + 1)::int) as line",
            *values,
            f"least({', '.join([*faults, 'null'])})::smallint as fault",
            f"({' | '.join([*warned, '0'])})::bigint as warned",
            f"({_odd(table)}) as odd",
        ]
    )
    return (
        f"create temp table typed_{table.id} as\nselect\n    {listed}\n\nfrom {raw_rows(table)} as r\n\n"
        "inner join files\n    using (file_id)\n\n" + "\n\n".join(joins)
    )


def _odd(table: Table) -> str:
    """Whether a text without a type of its own may be that of a total, an example or 「無」.

    Any other column has a fault then, and so has a person's.
    """
    # The first filled cell of a row may be of a column that is not read.
    others = "array_to_string(r.extra, '')"
    parts = [f"coalesce(contains({others}, '計') or contains({others}, '例'), false)"]
    for column in table.columns.values():
        text = f"r.{quoted(column.id)}"
        match column.type:
            case "course":
                parts.append("m_category.odd")
            case "school" | "host" | "class":
                parts.append(f"m_{column.id}.odd")
            case "name" if column.required:
                parts.append(f"m_{column.id}.odd")
            case "name" | "id" | "code" | "text" | "category" | "person":
                parts.append(f"ends_with({text}, '計') or contains({text}, '例')")
    return " or ".join(parts)


def refuse_no_records(table: Table) -> str:
    """Gives the rows of typed_<t> that are no records that fault: the first of all, whatever else is wrong with them."""
    code = fault("not_a_record", table, next(iter(table.columns)))
    return (
        f"update typed_{table.id} set fault = {code}"
        f" where n in (select n from no_records where table_name = '{table.id}')"
    )


def count_fates(table: Table, source: str) -> str:
    """Of each file, how many rows of `source` were not refused, and how many have a fault or a warning.

    Rows that name several persons count once.
    """
    once = " and part = 1" if table.person else ""
    return (
        f"select file_id, count(*) filter (fault is null{once}), count(*) filter (fault is not null or warned <> 0)"
        f" from {source} group by file_id"
    )


def count_duplicates(table: Table) -> str:
    """How many rows of each file only repeat what others say: of a row that names several persons, all of them."""
    repeated = f"select file_id from repeated_{table.id} where place > 1"
    if table.person:
        repeated += " and parts = 1 union all select any_value(file_id)"
        repeated += f" from repeated_{table.id} where place > 1 and parts > 1 group by n having count(*) = any_value(parts)"
    return f"select file_id, count(*) from ({repeated}) group by file_id"


def create_repeated(table: Table, source: str) -> str:
    """repeated_<t>: the rows that share their table's key, each with its `place` among those that say the same.

    `kept_n` is the n of the first, which is kept. Nearly all rows are alone with their key, and a hash shows it; only the
    others are compared whole.
    """
    key = ", ".join(_key_column(table, name) for name in table.key)
    fit = f"fault is null{f' and {table.key_needs} is not null' if table.key_needs else ''}"
    order = {"first": "n", "last": "n desc"}.get(table.stands, f"{table.stands} is null, n")
    values = "".join(f", {quoted(_value_column(name))}" for name in (*table.merge, *_compared(table)))
    persons = ", person_id, parts" if table.person else ""
    school = "school_id" if "school" in table.columns else "null::int as school_id"
    return f"""
create temp table repeated_{table.id} as
with
hashed as (select hash({key}) as h from {source} where {fit}),
twice as (select h from hashed group by h having count(*) > 1),
suspects as (select * from {source} where {fit} and hash({key}) in (select h from twice))
select
    n,
    file_id,
    line,
    {school}{persons}{values},
    first_value(n) over same_fact as kept_n,
    row_number() over same_fact as place
from suspects
window same_fact as (partition by {key} order by {order})
"""


def create_model(table: Table, source: str, repeated: bool) -> str:
    """<t>: the accepted rows of `source`; of `repeated` ones the one that is kept, with the merged values."""
    merged = {_value_column(name): how for name, how in table.merge.items()} if repeated else {}
    hidden = ["n", "fault", "warned", "odd", *(["school_blank"] if "school" in table.columns else [])]
    hidden += ["part", "parts", "doubted"] if table.person else []
    who = ", person_id" if table.person else ""
    replaced = ", ".join(f"coalesce(m.{quoted(c)}, s.{quoted(c)}) as {quoted(c)}" for c in merged)
    listed = f"s.* exclude ({', '.join(hidden)})" + (f" replace ({replaced})" if replaced else "")
    query = f"create temp table {table.id} as\nselect {listed}\nfrom {source} as s\n"
    if merged:
        values = ", ".join(_MERGES[how].format(quoted(name)) for name, how in merged.items())
        query += (
            f"left join (select kept_n as n{who}, {values} from repeated_{table.id} group by kept_n{who}"
            f" having count(*) > 1) as m using (n{who})\n"
        )
    if repeated:
        query += f"anti join (select n{who} from repeated_{table.id} where place > 1) as r using (n{who})\n"
    return query + "where s.fault is null"


_MERGES = {"any": "bool_or({0}) as {0}", "most": "max({0}) as {0}"}


def _key_column(table: Table, name: str) -> str:
    """A part of a table's key, as it is compared."""
    if name in table.columns and table.columns[name].type == "person":
        return f"person_name({quoted(name)})"
    known = {"school": "school_id", "person": "person_id", "class": "class_key", "course": "course_id"}
    return quoted(known.get(name, name))


def _read(table: Table) -> list[Column]:
    """The columns read by themselves: a person's id and name go with the person."""
    hidden = {"staff_id", _person_name(table)} if table.person else set()
    return [column for column in table.columns.values() if column.id not in hidden]


def _value_column(name: str) -> str:
    return {"hours": "minutes", "group": "group_id"}.get(name, name)


def _compared(table: Table) -> list[str]:
    """The columns in which two rows of one key contradict each other.

    In a roster all but those that name whose it is, and free text, which says one thing in many ways.
    """
    if table.id not in ROSTERS:
        return []
    apart = {*table.key, *table.merge}
    return [c.id for c in table.columns.values() if c.id not in apart and c.type not in ("code", "text")]


def _when(sql: str, code: int) -> str:
    return f"case when {sql} then {code} end"


FLAWS = """
create temp table flaws (
    table_name text, file_id int, line int, school_id int, fault smallint, warned bigint, staff_id text, person text,
    cells text[], extra text[], said text, kind text, other_file_id int, other_line int, contradicts smallint
)"""


def insert_flaws(table: Table, source: str, lossy: Sequence[int]) -> str:
    """Into `flaws`: the rows of `source` with a fault or a warning, and their raw cells.

    `lossy` are the files with a character that their encoding could not hold.
    """
    cells = [f"r.{quoted(name)}" for name in table.columns]
    if lossy:
        has_lost = " or ".join(f"contains({cell}, '〓')" for cell in cells)
        in_lossy = f"r.file_id in ({', '.join(map(str, lossy))}) and ({has_lost})"
        lost = f"n in (select n from {raw_rows(table)} as r where {in_lossy})"
        source = (
            f"(select * replace (warned + case when {lost} then {LOST} else 0 end as warned) from {source})"
        )
    doubted = "s.doubted" if table.person else "null"
    return f"""
insert into flaws
select{" distinct on (n)" if table.person else ""}
    '{table.id}' as table_name, s.file_id, s.line, s.school_id, s.fault, s.warned, {_flaw_cells(table)},
    coalesce(no_records.said, {doubted}) as said, no_records.kind, null, null, null
from {source} as s inner join {raw_rows(table)} as r using (n)
left join no_records on no_records.table_name = '{table.id}' and no_records.n = s.n
where s.fault is not null or s.warned <> 0
"""


def _flaw_cells(table: Table) -> str:
    """The cells of a flawed row as the file has them: 教師編號, name, all cells and the extra cells."""
    staff = "r.staff_id" if "staff_id" in table.columns else "''"
    name = next((f"r.{column}" for column in ("name", "teacher") if column in table.columns), "''")
    cells = ", ".join(f"r.{quoted(name)}" for name in table.columns)
    return f"{staff} as staff_id, {name} as person, [{cells}] as cells, r.extra"


def insert_contradictions(table: Table) -> list[str]:
    """Into `flaws`: of rows of one fact, those that say no where the first says yes, or yes where it says no.

    In a roster, those that differ about somebody from the row that is kept.
    """
    fact = "kept_n, person_id" if table.person else "kept_n"
    answers = [
        f"""
insert into flaws
select{" distinct on (n)" if table.person else ""}
    '{table.id}' as table_name, later.file_id, later.line, later.school_id, null, 0,
    {_flaw_cells(table)}, null, null, said.first.file_id, said.first.line, {fault("contradiction", table, name)}
from (
    select {fact}, arg_min({{file_id: file_id, line: line, answer: {quoted(name)}}}, place) as first
    from repeated_{table.id} where {quoted(name)} is not null
    group by {fact} having bool_or({quoted(name)}) and not bool_and({quoted(name)})
) as said
inner join repeated_{table.id} as later using ({fact})
inner join {raw_rows(table)} as r using (n)
where later.{quoted(name)} <> said.first.answer
"""
        for name, how in table.merge.items()
        if how == "any"
    ]
    return answers + [
        f"""
insert into flaws
select
    '{table.id}' as table_name, later.file_id, later.line, later.school_id, null, 0,
    {_flaw_cells(table)}, null, null, kept.file_id, kept.line, {fault("contradiction", table, name)}
from repeated_{table.id} as kept
inner join repeated_{table.id} as later using (kept_n)
inner join {raw_rows(table)} as r on later.n = r.n
where kept.place = 1 and later.place > 1 and {value.format("later")} <> {value.format("kept")}
"""
        for name in _compared(table)
        for column in (f"{{}}.{quoted(_value_column(name))}",)
        for value in (f"person_name({column})" if table.columns[name].type == "person" else column,)
    ]


def places(layout: Sequence[str], table: Table | None) -> tuple[list[int], list[int]]:
    """The places of a file's columns in the raw table, in file order, from 1 among the columns of `table`.

    With each known one goes how many unknown ones are before it.

    Not a place for every column: the database copies the list for each row, and a header may be far longer than a row.
    """
    order = {name: i for i, name in enumerate(table.columns, 1)} if table else {}
    at = [i for i, name in enumerate(layout) if name]
    return [order[layout[i]] for i in at], [i - known for known, i in enumerate(at)]
