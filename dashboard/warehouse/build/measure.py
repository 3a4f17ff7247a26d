"""The third phase: the units of every indicator, then the states, flags and results that follow from them."""

import re
from collections.abc import Iterator

from dashboard.paths import QUERIES
from dashboard.warehouse.build import evidence, masks
from dashboard.warehouse.build.base import Build, Reading
from dashboard.warehouse.sql import identifier, load, run

# Of the first two the file's own sentence is used.
FLAGS = {
    "unreadable_source": "",
    "stale_source": "",
    "base_rejected": "「{table}」有一列未採用，基數可能偏低：{sentence}",
    "rows_rejected": "「{table}」有一列未採用，改正後可能列入：{sentence}",
    "no_rows": "「{table}」沒有這所學校的任何一列：可能沒有辦理，也可能沒有送來。",
}
"""The flags of a figure, in their order, and the sentence of each."""

# The types of the columns of 學校名冊 that describe a school.
_FACTS = ("count", "number", "yes_no", "date", "text")


def measure(build: Build, reading: Reading) -> None:
    """The models in their order, with the indicators' own queries between those that they need and those that need them."""
    build.progress(0.82, "計算指標")
    con, supplied = build.con, reading.supplied
    models = sorted(path.name for path in (QUERIES / "models").glob("*.sql"))
    run(con, *(f"models/{name}" for name in models if name < "3"), "kpi_macros.sql")
    masks.create_names(con, build.tables.values())
    for kpi in build.programme.kpis:
        _keep_values(build, kpi)
        _insert_units(build, kpi, supplied)
    _define_amounts(build)
    con.execute(_conditions(build))
    build.progress(0.9, "彙整各校、各組")
    evidence.describe_rows(con, build.programme, build.tables)
    _describe_reads(build)
    load(con, "flag_codes", "flag text, ord int, message text",
         [(flag, i, message) for i, (flag, message) in enumerate(FLAGS.items(), 1)])  # fmt: skip
    run(con, *(f"models/{name}" for name in models if name >= "3"))


def _keep_values(build: Build, kpi: str) -> None:
    """`<query>_values`: what the indicator's query reads next, and pages show."""
    query = build.programme.values_of(kpi)
    if query is not None:
        name = f"{build.programme.kpis[kpi].query or kpi}_values"
        build.con.execute(f"create table if not exists {name} as from (\n{query}\n) limit 0", {"kpi": kpi})
        build.con.execute(f"insert into {name}\n{query}", {"kpi": kpi})


def _insert_units(build: Build, kpi: str, supplied: set[str]) -> None:
    """The units of an indicator, with the names of persons masked beside them."""
    columns = _columns_of(build, kpi)
    person = "person" if "person" in columns else "unit_label"
    masked = f"coalesce(replace({{0}}, {person}, coalesce(masked, '○')), {{0}})"
    # Without its table nothing is known of a unit's parts.
    has_parts = build.programme.kpis[kpi].table in supplied and "parts" in columns
    parts = "parts" if has_parts else "null"
    build.con.execute(
        "insert into units select $kpi, period, school_id, unit_id, unit_label, since, until, attained_on, amount,"
        f" {masked.format('unit_id')}, {masked.format('unit_label')}, {parts},"
        f" {_masked_parts(build, kpi, columns, masked) if has_parts else 'null'}"
        f" from (\n{build.programme.query_of(kpi)}\n) as counted"
        f" left join masked_names on counted.{person} = masked_names.name"
        " where school_id in (select school_id from all_schools) order by school_id, unit_id",
        {"kpi": kpi},
    )


def _columns_of(build: Build, kpi: str) -> set[str]:
    """Which of the optional columns `person` and `parts` an indicator's query gives.

    Without `person`, labels are masked whole. To have a query planned takes long, so the text of a shipped one is
    read: it gives `parts` last.
    """
    query = build.programme.query_of(kpi) or ""
    if not _is_own(build, kpi):
        return {"person", *re.findall(r"\b(parts)\s+from\b", query)}
    build.con.execute(f"from (\n{query}\n) limit 0", {"kpi": kpi})
    return {name for name, *_ in build.con.description or ()}


def _masked_parts(build: Build, kpi: str, columns: set[str], masked: str) -> str:
    """The parts with labels as the unit's is masked; nothing for a shipped query, whose labels name nobody."""
    if not _is_own(build, kpi):
        return "null"
    label = masked.format("part.label") if "person" in columns else "left('○' || part.label, 1)"
    return f"list_transform(parts, lambda part: struct_update(part, label := {label}))"


def _is_own(build: Build, kpi: str) -> bool:
    """Whether an indicator's query lies beside the definition."""
    return (build.programme.kpis[kpi].query or kpi) in build.programme.queries


def _define_amounts(build: Build) -> None:
    """Amounts are whole numbers unless an indicator has fractions."""
    query = "select coalesce(bool_or(amount <> trunc(amount)), false) from units"
    ((has_fractions,),) = build.con.execute(query).fetchall()
    run(build.con, "exact_amounts.sql" if has_fractions else "whole_amounts.sql")


def _conditions(build: Build) -> str:
    """Which schools an indicator is for, where a column of 學校名冊 says so."""
    nothing = "select '' as kpi, 0::int as school_id, false as holds where false"
    branches = [
        f"select '{name}', school_id, \"{kpi.only_where}\" from kept_schools"
        for name, kpi in build.programme.kpis.items()
        if kpi.only_where
    ]
    return "create temp table conditions as " + " union all ".join([nothing, *branches])


def _describe_reads(build: Build) -> None:
    """What the query of each indicator names: tables, and columns of 學校名冊 that may be blank; and these cells."""
    con, tables = build.con, build.tables
    columns = [c.id for c in tables["schools"].columns.values() if not c.required and c.type in _FACTS]
    load(con, "kpi_reads", "kpi text, what text, ord int, name text", list(_reads(build, columns)))
    branches = [
        f"select school_id, '{name}' as column_name, file_id, line from kept_schools where {identifier(name)} is null"
        for name in columns
    ]
    con.execute("create or replace temp table blank_cells as " + " union all ".join(branches))
    headers = [(table.id, c.id, c.headers[0]) for table in tables.values() for c in table.columns.values()]
    load(con, "column_headers", "table_name text, column_name text, header text", headers)


def _reads(build: Build, columns: list[str]) -> Iterator[tuple[str, str, int, str]]:
    """(indicator, "table" or "column", its order, its name) of what the queries of the indicators name."""
    registers = {one.id for one in build.tables.values() if one.person == "register"}
    for name, kpi in build.programme.kpis.items():
        text = f"{build.programme.query_of(name)}{build.programme.values_of(name) or ''}"
        words = [kpi.only_where, "classes" if kpi.base == "classes" else None]
        words += re.findall(r"\w+", re.sub(r"--.*", "", text))
        # The roster says whom a register names.
        words += ["staff"] if registers.intersection(words) else []
        for what, known in (("table", build.tables), ("column", columns)):
            for ord, word in enumerate(dict.fromkeys(words)):
                if word and word in known:
                    yield name, what, ord, word
