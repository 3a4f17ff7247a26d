"""How a cell of a type is read, as SQL: its value, whether it is blank, and what is wrong with it.

A reader is a function of a table and a column, or makes one. What the maps say of a distinct text is in
`queries/staging/maps/`, what a text means in `queries/macros.sql`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dashboard.definitions.column_type import PERSONAL, Join, Reading

if TYPE_CHECKING:
    from dashboard.definitions.table import Column, Table

Read = Callable[["Table", "Column"], Reading]


def filled(sql: str, column: Column) -> str:
    """A fragment of SQL with the map's row `{m}` and the raw text `{raw}` of a column in its places."""
    return sql.format(m=f"m_{column.id}", raw=f'r."{column.id}"')


def plain(value: str, *, blank: str = "{m}.blank", **faults: str) -> Read:
    """A value that follows from its own text. Unless faults are listed, a text without a value is none of the choices."""
    faults = faults or {"bad_choice": f"not {blank} and {value} is null"}

    def read(_: Table, column: Column) -> Reading:
        wrong = {reason: filled(sql, column) for reason, sql in faults.items()}
        return Reading(filled(value, column), filled(blank, column), wrong)

    return read


def bounded(number: str) -> Read:
    """A number within its column's bounds, from 0 where it has none."""

    def read(_: Table, column: Column) -> Reading:
        own, blank = filled(number, column), f"m_{column.id}.blank"
        outside = f"{own} < 0"
        if column.above is not None and column.at_most is not None:
            outside = f"{own} <= {column.above} or {own} > {column.at_most}"
        wrong = {"bad_number": f"not {blank} and {own} is null", "out_of_range": outside}
        return Reading(f"case when not ({outside}) then {own} end", blank, wrong)

    return read


def listed(words: str, meaning: str, by: str = "{m}.word", *, kind: str = "") -> Read:
    """A word of a list: the definition's synonyms of a `kind`, or the contract's choices."""

    def read(table: Table, column: Column) -> Reading:
        m, w = f"m_{column.id}", f"w_{column.id}"
        text = f"without_number({m}.word)" if column.numbered else filled(by, column)
        on = [f"{text} = {w}.word"]
        if kind:
            on.append(f"{w}.kind = '{kind}'")
        if words == "choice_words":
            on += [f"{w}.table_name = '{table.id}'", f"{w}.column_name = '{column.id}'"]
        return Reading(
            f"coalesce({w}.{meaning}, {m}.name)" if column.open else f"{w}.{meaning}",
            f"{m}.blank",
            {"bad_choice": f"not {m}.blank and {w}.{meaning} is null"},
            errors={"bad_choice": f"{m}.failed"} if column.open else {},
            joins=(Join(words, w, tuple(on), "left"),),
        )

    return read


def day(value: str) -> Read:
    """A day may lie from 2000 to the day of loading; an employment's from 1940 to 2100."""

    def read(_: Table, column: Column) -> Reading:
        m = f"m_{column.id}"
        low, high = "date '2000-01-01'", "getvariable('today')"
        if column.span == "life":
            low, high = "date '1940-01-01'", "date '2100-12-31'"
        inside = f"{m}.day between {low} and {high}"
        outside = f"not ({inside})"
        if column.not_before:
            outside = f"({outside} or {m}.day < m_{column.not_before}.day)"
        wrong = {"bad_date": f"not {m}.blank and {m}.day is null", "out_of_range": outside}
        return Reading(f"case when {inside} then {m}.{value} end", f"{m}.blank", wrong)

    return read


def answer(_: Table, column: Column) -> Reading:
    """Yes or no; where a column has words of its own, a list of them is a yes as well."""
    m = f"m_{column.id}"
    value = f"{m}.answer"
    if column.words:
        words = ", ".join(f"'{word}'" for word in ("", *column.words))
        is_list = f"not {m}.blank and list_has_all([{words}], {m}.words)"
        value = f"coalesce({value}, case when {is_list} then true end)"
    return Reading(value, f"{m}.blank", {"bad_choice": f"not {m}.blank and {value} is null"})


def person(table: Table, column: Column) -> Reading:
    """A person's name; a row of the roster has one id, and is one person."""
    raw = f'r."{column.id}"'
    text = f"answer(squeeze({raw}))"
    wrong = f"names_nobody({text})"
    if table.person is None and column.required:
        several = f"regexp_matches({raw}, '[、，,;；/／\\r\\n]')"
        wrong += f" or case when {several} then len(names_in({raw})) > 1 else false end"
    return Reading(
        f"case when not ({wrong}) then nullif({text}, '') end", f"{text} = ''", {"bad_choice": wrong}
    )


def written(*, is_id: bool) -> Read:
    """A name or an id as it is written; a person's goes through no map."""
    wrong = "is_error(lower({text}))" + (" or is_no_id({text})" if is_id else "")
    value, blank = "case when not {m}.failed then {m}.name end", "{m}.blank"
    if is_id:
        value, blank = f"case when not {{m}}.no_id then {value} end", f"({blank} or {{m}}.no_id)"
    mapped = plain(value, blank=blank)

    def read(table: Table, column: Column) -> Reading:
        if column.id not in PERSONAL:
            return mapped(table, column)
        text = f'answer(squeeze(r."{column.id}"))'
        bad = wrong.format(text=text)
        return Reading(
            f"case when not ({bad}) then nullif({text}, '') end", f"{text} = ''", {"bad_choice": bad}
        )

    return read


def school(_: Table, column: Column) -> Reading:
    """A school by its name and its code."""
    m = f"m_{column.id}"
    return Reading(
        f"{m}.school_id",
        f"{m}.blank",
        {"unknown_school": f"not {m}.blank and {m}.school_id is null"},
        warnings={"unknown_school": f"{m}.name_failed and {m}.school_id is not null"},
        beside={"school_blank": f"{m}.blank"},
    )


def code(_: Table, column: Column) -> Reading:
    """It goes with its school; the fault of one that the school does without is reported all the same."""
    failed = "m_school.code_failed and m_school.school_id is not null"
    return Reading(None, faults={"unknown_school": failed})


def host(_: Table, column: Column) -> Reading:
    """A school by its name alone: the row's code is the visitor's."""
    m = f"m_{column.id}"
    beside = {"host_school_id": f"{m}.school_id", "host_kind": f"{m}.kind"}
    return Reading(f"{m}.name", f"{m}.name = ''", {"unknown_school": f"{m}.name_failed"}, beside=beside)


def school_class(_: Table, column: Column) -> Reading:
    """A class, with its grade in it."""
    bad = "m_class.conflict or m_class.is_none"
    return Reading(
        f"case when not (m_class.class_blank or {bad}) then m_class.class_key end",
        "m_class.class_blank",
        {"bad_choice": f"not m_class.class_blank and ({bad})"},
    )


def grade(_: Table, column: Column) -> Reading:
    """The grade comes with its class: one map reads both."""
    blank = "m_class.grade_blank"
    return Reading("m_class.grade", blank, {"bad_choice": f"not {blank} and m_class.grade is null"})


def category(_: Table, column: Column) -> Reading:
    """The categories that a course is said to be of."""
    return Reading("m_category.categories", faults={"bad_choice": "m_category.is_unknown"})


def course(_: Table, column: Column) -> Reading:
    """A course by its name, which has a number."""
    return Reading("m_category.course_id", "m_category.blank", {"bad_choice": "m_category.failed"})
