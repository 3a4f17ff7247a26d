"""A definition as tables of the build, and the macros of the queries: what SQL knows of a programme."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb

from dashboard.programmes import Kpi, Programme, Share
from dashboard.sources.contracts import Table
from dashboard.warehouse import staging
from dashboard.warehouse.sql import load, load_words, run


def define(
    con: duckdb.DuckDBPyConnection, programme: Programme, tables: Mapping[str, Table], today: dt.date
) -> None:
    """The definition as tables, and the macros of the queries."""
    places = [f"{programme.city}立", programme.city, *programme.districts, "市立", "私立"]
    pattern = "|".join(place for place in places if place not in ("", "立"))
    for name, value in {
        "place_pattern": pattern,
        "programme": programme.id,
        "schools_listed": bool(programme.groups),
        "city": programme.city,
        "whole_city": programme.roster_is_whole_city,
        "today": today,
    }.items():
        con.execute(f"set variable {name} = $value", {"value": value})
    load(con, "fault_codes", "table_name text, reason text, column_name text, header text, code int",
         staging.fault_codes(tables.values()))  # fmt: skip
    run(con, "macros.sql", "messages.sql")
    _define_schools(con, programme)
    _define_words(con, programme, tables)
    _define_kpis(con, programme)


def _define_schools(con: duckdb.DuckDBPyConnection, programme: Programme) -> None:
    groups = programme.groups
    load(con, "defined_groups", "group_id int, name text", [(i, g.name) for i, g in enumerate(groups, 1)])
    schools = [
        (group_id, "lead" if name == group.lead else "partner", name, programme.codes.get(name))
        for group_id, group in enumerate(groups, 1)
        for name in group.schools
    ]
    load(con, 
        "defined_school_rows", "ord int, group_id int, role text, name text, code_raw text",
        [(i, *row) for i, row in enumerate(schools, 1)],
    )  # fmt: skip
    con.execute(
        "create temp table defined_schools as select *, stem_of(name) as stem, code_of(code_raw) as code"
        " from defined_school_rows"
    )
    load(con, "defined_aliases", "alias text, school text", list(programme.aliases.items()))
    load(con, "group_rows", "word text, group_id int", [(g.name, i) for i, g in enumerate(groups, 1)])
    con.execute("create temp table group_words as select word(word) as word, group_id from group_rows")


def _define_words(con: duckdb.DuckDBPyConnection, programme: Programme, tables: Mapping[str, Table]) -> None:
    employment = [(word, kind) for kind, words in programme.employment.items() for word in words]
    load_words(con, "employment_words", "word text, employment text", employment)
    load_words(con, "role_words", "word text, role text, label text",
                [(label, role, label) for role, label in programme.roles.items()])  # fmt: skip
    choices = [
        (word, value, table.id, column.id)
        for table in tables.values()
        for column in table.columns.values()
        for value, word in column.choices.items()
    ]
    load_words(con, "choice_words", "word text, value text, table_name text, column_name text", choices)
    courses = [
        (course.category, i, course.category, list(course.contains), list(course.never))
        for i, course in enumerate(programme.courses)
    ]
    load(con, "course_rows", "word text, ord int, category text, contains text[], never text[]", courses)
    con.execute(
        "create temp table courses as select category, ord, word(word) as word,"
        " list_transform(contains, lambda x: word(x)) as contains, list_transform(never, lambda x: word(x)) as never"
        " from course_rows"
    )
    load(con, "column_types", "table_name text, column_name text, type text, life boolean, options text",
                [(t.id, c.id, c.type, c.span == "life", _options(programme, c.type, c.choices, c.words))
                 for t in tables.values() for c in t.columns.values()])  # fmt: skip


def _options(programme: Programme, kind: str, choices: Mapping[str, str], words: Sequence[str]) -> str:
    match kind:
        case "employment":
            options: Iterable[str] = (word for words in programme.employment.values() for word in words)
        case "role":
            options = programme.roles.values()
        case "group":
            options = (group.name for group in programme.groups)
        case "yes_no":
            options = ("是", "否", *words)
        case "county":
            options = ("縣市全名，例如 新北市",)
        case _:
            options = choices.values()
    return "、".join(options)


def _define_kpis(con: duckdb.DuckDBPyConnection, programme: Programme) -> None:
    rows = [
        _kpi_row(kpi_id, i, kpi, period.id)
        for i, (kpi_id, kpi) in enumerate(programme.kpis.items(), 1)
        for period in programme.periods
    ]
    load(
        con,
        "kpis",
        "kpi text, ord int, label text, short text, rule text, clause text, unit text, table_name text, base text,"
        ' empty_base text, "require" text, required_number bigint, share_numerator bigint, share_denominator bigint,'
        " rounding text, period text, window_start date, window_end date, pace_start date, deadline date",
        rows,
        temp=False,
    )
    each = list(programme.kpis.items())
    for name, words in (("employment", "employment"), ("duty", "duties"), ("category", "categories")):
        table = {"employment": "kpi_employments", "duty": "kpi_duties", "category": "kpi_categories"}[name]
        load(con, table, f"kpi text, {name} text", [(k, w) for k, kpi in each for w in getattr(kpi, words)],
                    temp=False)  # fmt: skip
    load(con, "kpi_parameters", "kpi text, name text, value bigint",
                [(k, *item) for k, kpi in each for item in kpi.parameters.items()], temp=False)  # fmt: skip
    load(
        con,
        "exemptions",
        "kpi text, school text",
        [(k, s) for k, kpi in each for s in kpi.exempt],
        temp=False,
    )
    load(con, 'periods', 'period text, ord int, label text, start date, "end" date',
                [(p.id, i, p.label.zh, p.start, p.end) for i, p in enumerate(programme.periods, 1)],
                temp=False)  # fmt: skip


def _kpi_row(kpi_id: str, order: int, kpi: Kpi, period: str) -> tuple[Any, ...]:
    share = kpi.require if isinstance(kpi.require, Share) else None
    number = kpi.require if isinstance(kpi.require, int) else None
    require = "share" if share else "number" if number else kpi.require
    numerator, denominator = map(int, share.share.split("/")) if share else (None, None)
    window = kpi.window
    return (
        kpi_id, order, kpi.label.zh, kpi.short.zh, kpi.rule.zh, kpi.clause, kpi.unit.zh, kpi.table, kpi.base,
        kpi.empty_base, require, number, numerator, denominator, share and share.rounding, period,
        window and window.start, window and window.end, kpi.pace_start or (window and window.start), kpi.deadline,
    )  # fmt: skip
