"""A definition as tables of the build, and the macros of the queries: what SQL knows of a programme."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import duckdb

from dashboard.definitions import reasons
from dashboard.definitions.column_types import TYPES
from dashboard.definitions.programme import Kpi, Period, Programme, Share, Window
from dashboard.definitions.table import Column, Table
from dashboard.language.words import BY_URGENCY, JUDGED, LATE, OWED, SETTLED, STATUSES, UNMET
from dashboard.warehouse.build import staging
from dashboard.warehouse.sql import literal, load, load_words, render, run


def define(
    con: duckdb.DuckDBPyConnection,
    programme: Programme,
    tables: Mapping[str, Table],
    today: dt.date,
    now: dt.datetime,
) -> None:
    """The definition as tables, and the macros of the queries; `now` is when the snapshot is built."""
    for name, value in {
        "place_pattern": "|".join(programme.places),
        "programme": programme.id,
        "schools_listed": bool(programme.groups),
        "city": programme.city,
        "whole_city": programme.roster_is_whole_city,
        "today": today,
        "now": now,
    }.items():
        con.execute(f"set variable {name} = $value", {"value": value})
    load(con, "fault_codes", "table_name text, reason text, column_name text, header text, code int, bit bigint",
         staging.fault_codes(tables.values()))  # fmt: skip
    _define_statuses(con)
    run(con, "macros.sql", "messages.sql")
    rules = reasons.load()
    con.execute(render("sentences.sql.jinja", reasons=rules.reasons, cells=rules.cells, types=TYPES.values()))
    _define_periods(con, programme)
    _define_schools(con, programme)
    _define_words(con, programme, tables)
    _define_kpis(con, programme)


def _define_statuses(con: duckdb.DuckDBPyConnection) -> None:
    """What queries ask of a status, as macros of the one table of statuses, for the build and for the pages.

    The counts of schools by status ride in one number, in as many bits each: a running sum of each costs eight times as
    much. `schools_by_status` makes columns of it.
    """
    bits = 127 // len(STATUSES)
    counts = {
        name: f"((schools >> {bits * at}) & {(1 << bits) - 1})::int" for at, name in enumerate(STATUSES)
    }
    columns = {f"schools_{name}": count for name, count in counts.items()}
    columns["schools_judged"] = " + ".join(counts[name] for name in JUDGED)
    macros = {
        "is_judged(status)": f"status in ({_listed(JUDGED)})",
        "is_unmet(status)": f"status in ({_listed(UNMET)})",
        "is_late(status)": f"status in ({_listed(LATE)})",
        "is_owed(status)": f"status in ({_listed(OWED)})",
        "is_settled(status)": f"status in ({_listed(SETTLED)})",
        "urgency_of(status)": f"list_position([{_listed(BY_URGENCY)}], status)",
        "one_school(status)": f"1::hugeint << ({bits} * (list_position([{_listed(STATUSES)}], status) - 1))",
        "schools_by_status(schools)": "{"
        + ", ".join(f"{name}: {sql}" for name, sql in columns.items())
        + "}",
    }
    for name, sql in macros.items():
        con.execute(f"create or replace macro {name} as {sql}")


def _listed(statuses: Iterable[str]) -> str:
    return ", ".join(map(literal, statuses))


def _define_schools(con: duckdb.DuckDBPyConnection, programme: Programme) -> None:
    groups = programme.groups
    load(con, "defined_groups", "group_id int, name text", [(i, g.name) for i, g in enumerate(groups, 1)])
    schools = [
        (group_id, "lead" if name == group.lead else "partner", name, programme.codes.get(name))
        for group_id, group in enumerate(groups, 1)
        for name in group.schools
    ]
    load(
        con,
        "defined_schools",
        "ord int, group_id int, role text, name text, code_raw text",
        [(i, *row) for i, row in enumerate(schools, 1)],
        select="*, stem_of(name) as stem, code_of(code_raw) as code",
    )
    load(con, "defined_aliases", "alias text, school text", list(programme.aliases.items()))
    load_words(con, "group_words", "word text, group_id int", [(g.name, i) for i, g in enumerate(groups, 1)])


def _define_words(con: duckdb.DuckDBPyConnection, programme: Programme, tables: Mapping[str, Table]) -> None:
    employment = [(word, kind) for kind, words in programme.employment.items() for word in words]
    load_words(con, "employment_words", "word text, employment text", employment)
    load_words(con, "role_words", "word text, role text, label text",
                [(label, role, label) for role, label in programme.roles.items()])  # fmt: skip
    choices = [
        (word, value, word, table.id, column.id)
        for table in tables.values()
        for column in table.columns.values()
        for value, word in column.choices.items()
    ]
    items = [(word, item, words[0]) for item, words in programme.items.items() for word in words]
    load_words(con, "item_words", "word text, item text, label text", items)
    load_words(
        con, "choice_words", "word text, value text, label text, table_name text, column_name text", choices
    )
    courses = [
        (course.category, i, course.category, list(course.contains), list(course.never))
        for i, course in enumerate(programme.courses)
    ]
    load(
        con,
        "courses",
        "word text, ord int, category text, contains text[], never text[]",
        courses,
        select="category, ord, word(word) as word, list_transform(contains, lambda x: word(x)) as contains,"
        " list_transform(never, lambda x: word(x)) as never",
    )
    load(con, "column_types", "table_name text, column_name text, ord int, type text, life boolean, options text",
                [(t.id, c.id, i, c.type, c.span == "life", _options(programme, c))
                 for t in tables.values() for i, c in enumerate(t.columns.values(), 1)])  # fmt: skip


def _options(programme: Programme, column: Column) -> str:
    """What a cell of a column may hold, for the sentence about a cell that holds something else."""
    if column.at_most is not None:
        return f"大於 {column.above}、不超過 {column.at_most}"
    kind = TYPES[column.type]
    offered = kind.offers(programme) if kind.offers and kind.lists else ()
    return kind.hint or "、".join(kind.words_of(column, offered))


def _define_kpis(con: duckdb.DuckDBPyConnection, programme: Programme) -> None:
    each = list(programme.kpis.items())
    rows = [
        (
            kpi_id,
            i,
            *_descriptions(kpi),
            *_required(kpi, period),
            period.id,
            *_days(kpi, period),
            *_life(kpi, period),
        )
        for i, (kpi_id, kpi) in enumerate(each, 1)
        for period in programme.periods_of(kpi)
    ]
    load(
        con,
        "kpis",
        "kpi text, ord int, label text, short text, rule text, clause text, unit text, table_name text, base text,"
        ' empty_base text, no_units text, conditional boolean, "require" text, required_number bigint,'
        " share_numerator bigint, share_denominator bigint, rounding text, period text, opens date,"
        " window_start date, window_end date, pace_start date, deadline date, base_table text, begins date, ends date,"
        " closed boolean, kind text",
        rows,
        temp=False,
    )
    load(con, "kpi_staff", "kpi text, employment text, duties text[]",
         [(k, one, kpi.duties) for k, kpi in each for one in kpi.employment])  # fmt: skip
    load(con, "kpi_categories", "kpi text, category text", [(k, one) for k, kpi in each for one in kpi.categories],
         temp=False)  # fmt: skip
    load(con, "kpi_parameters", "kpi text, name text, value bigint, word text",
         [(k, *row) for k, kpi in each for row in _parameters(kpi)], temp=False)  # fmt: skip
    load(con, "exemptions", "kpi text, school text", [(k, s) for k, kpi in each for s in kpi.exempt],
         temp=False)  # fmt: skip


def _define_periods(con: duckdb.DuckDBPyConnection, programme: Programme) -> None:
    load(con, "periods", 'period text, ord int, label text, kind text, start date, "end" date',
         [(p.id, i, p.label.zh, p.kind, p.start, p.end) for i, p in enumerate(programme.periods, 1)],
         temp=False)  # fmt: skip
    load(con, "period_words", "kind text, word text, period text",
         [(p.kind, _word(p), p.id) for p in programme.periods])  # fmt: skip


def _word(period: Period) -> str:
    """How the tables name a period, as the parsers give it: 112, or 111-2 for what begins from February to July."""
    year, month = period.start.year - 1911, period.start.month
    if period.kind == "semester":
        return f"{year - (month < 8)}-{2 if 2 <= month < 8 else 1}"
    return str(year)


def _descriptions(kpi: Kpi) -> tuple[Any, ...]:
    return (
        kpi.label.zh, kpi.short.zh, kpi.rule.zh, kpi.clause, kpi.unit.zh, kpi.table, kpi.base, kpi.empty_base,
        kpi.no_units, kpi.only_where is not None,
    )  # fmt: skip


def _required(kpi: Kpi, period: Period) -> tuple[Any, ...]:
    """The kind of requirement, and its number or share."""
    require = kpi.require
    if isinstance(require, Mapping):
        require = require.get(period.id) or require.get(period.kind)
    if kpi.ceiling is not None:
        return "ceiling", kpi.ceiling, None, None, None
    if isinstance(require, Share):
        return "share", None, *map(int, require.share.split("/")), require.rounding
    return ("number", require, None, None, None) if isinstance(require, int) else (require, *[None] * 4)


def _days(kpi: Kpi, period: Period) -> tuple[Any, ...]:
    """The first day of figures, the window, the start of the pace and the deadline."""
    of_period = bool(kpi.periods)
    window = kpi.window or (Window(start=period.start, end=period.end) if of_period else None)
    return (
        period.start if of_period and not kpi.timeless else None,
        window and window.start,
        window and window.end,
        (kpi.pace_start or (window and window.start)) if kpi.pace and kpi.ceiling is None else None,
        kpi.deadline or (period.end if of_period else None),
    )


def _life(kpi: Kpi, period: Period) -> tuple[Any, ...]:
    """The table of the base's units; from when to when the period is under way, whether it is closed, and its kind."""
    ends = max(period.end, kpi.deadline or period.end)
    return kpi.base_table or kpi.table, period.start, ends, period.closed, period.kind


def _parameters(kpi: Kpi) -> Iterator[tuple[str, int | None, str | None]]:
    """(name, number, word): a parameter is a number, a word, or several words."""
    for name, value in kpi.parameters.items():
        if isinstance(value, int):
            yield name, value, None
        else:
            yield from ((name, None, word) for word in ([value] if isinstance(value, str) else value))
