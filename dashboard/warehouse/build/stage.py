"""The second phase: raw texts to accepted rows, duplicates and rejects, table by table."""

import itertools
from collections.abc import Callable, Sequence

from dashboard.definitions.programme import ROSTERS
from dashboard.definitions.table import Table
from dashboard.paths import QUERIES
from dashboard.warehouse.build import evidence, no_records, staging
from dashboard.warehouse.build.base import Build, BuildError, Reading
from dashboard.warehouse.build.suggest import suggest
from dashboard.warehouse.sql import columns_of, load, rows_of, run

_Fate = tuple[int, int, int]
"""Of a file of a table: its `file_id`, how many rows were not refused, and how many of these are duplicates."""

_Report = Callable[[str, Table], None]


def stage(build: Build, reading: Reading) -> None:
    """Raw tables to accepted rows, duplicates and rejects, and what became of the rows of each file.

    Raises:
        BuildError: 學校名冊 decides which schools there are, and names none.
    """
    con, tables = build.con, build.tables
    steps = itertools.count()

    def report(verb: str, table: Table) -> None:
        """The next step of a table; each passes two."""
        share = 0.45 + 0.35 * next(steps) / (2 * len(tables))
        build.progress(share, f"{verb} {table.label['zh-TW']}")

    _begin(build, reading)
    con.execute("set variable staff_supplied = $value", {"value": "staff" in reading.supplied})
    fates = _stage_schools(build, reading, report)
    run(con, "staging/file_schools.sql")
    fates += _stage_tables(build, reading, [tables["staff"]], report)
    run(con, "staging/people.sql")
    registers = [table for table in tables.values() if table.person == "register"]
    if registers:
        _map_persons(build, registers)
        fates += _stage_tables(build, reading, registers, report)
    # The people of a register are known to the other tables as the roster's are.
    for table in registers:
        con.execute(staging.know_register(table))
    rest = [t for t in tables.values() if t.id not in ROSTERS and t not in registers]
    _map_persons(build, rest)
    fates += _stage_tables(build, reading, rest, report)
    _explain(build)
    _count(build, reading, fates)


def _begin(build: Build, reading: Reading) -> None:
    """The tables that are filled from here on, and each distinct text read once."""
    con, tables = build.con, build.tables
    load(con, "no_records", no_records.COLUMNS, [])
    run(con, "staging/flaw_tables.sql")
    build.progress(0.42, "整理文字與日期")
    for path in sorted((QUERIES / "staging" / "maps").glob("*.sql")):
        con.execute(staging.create_texts(path.stem, tables.values()))
        run(con, f"staging/maps/{path.name}")
    no_records.find(con, [(tables["schools"], "true")], reading.sheets)
    run(con, "staging/known_schools.sql")


def _stage_schools(build: Build, reading: Reading, report: _Report) -> list[_Fate]:
    """學校名冊. Where it decides which schools there are, the names in other tables are read only now that it has."""
    tables = build.tables
    decides = not build.programme.groups
    _map_schools(build, [tables["schools"]] if decides else list(tables.values()))
    if decides:
        run(build.con, "staging/roster_groups.sql")
    fates = _stage_tables(build, reading, [tables["schools"]], report)
    build.con.execute("create temp view kept_schools as select * from schools")
    if decides:
        _keep_schools(build)
        _map_schools(build, [table for table in tables.values() if table.id != "schools"])
    return fates


def _map_schools(build: Build, tables: Sequence[Table]) -> None:
    """`school_map`: to which school each text leads by which these tables name one."""
    build.con.execute(staging.create_texts("school", tables))
    run(build.con, "staging/school_map.sql")


def _keep_schools(build: Build) -> None:
    """Where 學校名冊 itself decides, only schools with an accepted row are expected."""
    run(build.con, "staging/expected_schools.sql")
    if not build.con.execute("from kept_schools limit 1").fetchall():
        roles = "、".join(build.programme.roles.values())
        raise BuildError(f"學校名冊裡沒有一所「{build.programme.title.zh}」的學校。角色須是：{roles}。")


def _map_persons(build: Build, tables: Sequence[Table]) -> None:
    """`person_map`: whom each text means by which these tables name a person."""
    con = build.con
    con.execute(staging.create_person_texts(tables))
    run(con, "staging/person_cells.sql")
    if con.execute("from person_cells where may_be_several limit 1").fetchall():
        run(con, "staging/several_persons.sql")
    run(con, "staging/persons.sql")


def _stage_tables(build: Build, reading: Reading, tables: Sequence[Table], report: _Report) -> list[_Fate]:
    """Raw tables to accepted rows and flaws. Which rows are no records is asked once for all of them."""
    for table in tables:
        report("整理", table)
        build.con.execute(staging.create_typed(table))
    odd = "r.n in (select n from typed_{} where fault is not null or warned <> 0 or odd)"
    asked = [(table, odd.format(table.id)) for table in tables if table.id != "schools"]
    no_records.find(build.con, asked, reading.sheets)
    fates = []
    for table in tables:
        report("檢查", table)
        fates += _stage_table(build, reading, table)
    return fates


def _stage_table(build: Build, reading: Reading, table: Table) -> list[_Fate]:
    con = build.con
    con.execute(staging.refuse_no_records(table))
    source = f"typed_{table.id}"
    if (QUERIES / "staging" / f"{table.id}.sql").is_file():
        run(con, f"staging/{table.id}.sql")
        source = f"keyed_{table.id}"
    ((repeated,),) = con.execute(staging.create_repeated(table, source)).fetchall()
    con.execute(staging.create_model(table, source, bool(repeated)))
    counts = con.execute(staging.count_fates(table, source)).fetchall()
    duplicates = dict(con.execute(staging.count_duplicates(table)).fetchall() if repeated else ())
    for sql in staging.insert_contradictions(table) if repeated else ():
        con.execute(sql)
    lossy = [
        file_id
        for file_id, one in reading.sheets.items()
        if one.sheet.table == table.id and one.sheet.lost_characters
    ]
    if lossy or any(flawed for _, _, flawed in counts):
        con.execute(staging.insert_flaws(table, source, lossy))
        con.execute(evidence.insert_refused(table, source, set(columns_of(con, source))))
    for done in dict.fromkeys((f"typed_{table.id}", source, f"raw_{table.id}")):
        con.execute(f"drop table {done}")
    return [(file_id, rows, duplicates.get(file_id, 0)) for file_id, rows, _ in counts]


def _explain(build: Build) -> None:
    """Sentences for the rejected rows and warnings, with likely schools for misspelt ones, and since when each is known."""
    con, former = build.con, build.inputs.former.rejects
    run(con, "staging/flagged.sql")
    unknown = [stem for (stem,) in rows_of(con, "staging/unknown_schools.sql")]
    known = dict(con.execute("select stem, any_value(name) from known_schools group by stem").fetchall())
    load(con, "likely_schools", "stem text, name text", list(suggest(unknown, known).items()))
    load(con, "former_rejects", _FORMER_REJECTS, [])
    if former is not None:
        con.register("incoming", former)
        con.execute("insert into former_rejects by name from incoming")
        con.unregister("incoming")
    run(con, "staging/rejects.sql", "staging/resolved_rejects.sql")


_FORMER_REJECTS = (
    "severity text, table_name text, file text, line int, reason text, message text, original text, masked_original text,"
    " school_id int, first_seen timestamp"
)


def _count(build: Build, reading: Reading, fates: Sequence[_Fate]) -> None:
    """The tables `inputs` and `tables`: what became of the rows of each file, and of each table."""
    supplied = reading.supplied
    load(build.con, "fates", "file_id int, rows bigint, duplicate bigint", fates)
    load(build.con, "table_labels", "table_name text, ord int, label text, supplied boolean",
         [(t.id, i, t.label["zh-TW"], t.id in supplied) for i, t in enumerate(_in_order(build), 1)])  # fmt: skip
    run(build.con, "staging/inputs.sql")


def _in_order(build: Build) -> list[Table]:
    """Rosters first, then the tables in the order of the indicators that rest on them."""
    first = dict.fromkeys(["schools", "staff", *(kpi.table for kpi in build.programme.kpis.values())])
    return [build.tables[name] for name in dict.fromkeys([*first, *build.tables])]
