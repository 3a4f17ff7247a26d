"""How a column of each type is read: the joins, the values, and what is wrong with a cell, as SQL.

What the maps say of a distinct text is in `queries/staging/maps.sql`, what a text means in `queries/macros.sql`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.definitions.table import Column, Table

# The types whose distinct texts go through one map, and that map.
_MAPS = {
    "text": "text", "name": "text", "id": "text", "county": "text", "employment": "text", "role": "text", "group": "text", "choice": "text",
    "semester": "text", "year": "text", "round": "text", "money": "text", "item": "text",
    "date": "date", "timestamp": "date", "hours": "hours", "count": "number", "number": "number", "yes_no": "yes_no",
}  # fmt: skip
# Persons' names and ids have none: they are nearly all different.
_PERSONAL = frozenset({"staff_id", "name", "teacher"})
PAIRS = {"school": ("school", "school_code"), "class": ("grade", "class"), "category": ("category", "course")}


@dataclass(frozen=True)
class Typed:
    """How one column is read: joins, values (name -> SQL type and expression), blankness and faults by reason.

    errors: faults that reject the row in any column that must have a value, also in an open one. warnings: faults
    reported in any column of a row that is kept.
    """

    joins: tuple[str, ...]
    values: Mapping[str, str]
    blank: str
    faults: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    warnings: Mapping[str, str] = field(default_factory=dict)


def map_of(column: Column) -> str | None:
    """The map that the texts of a column go through by themselves, if any."""
    return None if column.id in _PERSONAL else _MAPS.get(column.type)


def quoted(name: str) -> str:
    """`name` as an identifier of SQL."""
    return f'"{name}"'


def pair(table: Table, kind: str) -> tuple[str, str]:
    """The raw expressions of a type that two columns make up; a column that the table lacks is blank."""
    first, second = (quoted(name) if name in table.columns else "''" for name in PAIRS[kind])
    return first, second


def district_of(table: Table) -> str:
    """The raw expression of a school's district: only 學校名冊 gives it."""
    return f"r.{quoted('district')}" if table.id == "schools" and "district" in table.columns else "''"


def typed_of(table: Table, column: Column) -> Typed:
    """How a column's type reads it."""
    match column.type:
        case "school" | "class" | "category":
            return _typed_pair(table, column)
        case "date" | "timestamp":
            return _typed_day(column)
        case "grade":
            return _typed_grade()
        case "person" | "name" | "id" if map_of(column) is None:
            return _typed_unmapped(table, column)
        case "code":
            # It goes with its school; the fault of one that the school does without is reported all the same.
            failed = "m_school.code_failed and m_school.school_id is not null"
            return Typed((), {}, "false", {"unknown_school": failed})
        case "course":
            course = {"course_id": "m_category.course_id"}
            return Typed((), course, "m_category.blank", {"bad_choice": "m_category.failed"})
        case "host":
            return _typed_host(column)
        case "employment" | "role" | "group" | "choice" | "semester" | "year" | "item":
            return _typed_word(table, column)
        case _:
            return _typed_alone(column)


def _typed_unmapped(table: Table, column: Column) -> Typed:
    """A person's name or id, which are nearly all different."""
    raw = f"r.{quoted(column.id)}"
    text = f"answer(squeeze({raw}))"
    if column.type == "person":
        wrong = f"names_nobody({text})"
        if table.person is None and column.required:
            # A row of the roster has one id, and is one person.
            several = f"regexp_matches({raw}, '[、，,;；/／\\r\\n]')"
            wrong += f" or case when {several} then len(names_in({raw})) > 1 else false end"
    else:
        wrong = f"is_error(lower({text}))" + (f" or is_no_id({text})" if column.type == "id" else "")
    value = f"case when not ({wrong}) then nullif({text}, '') end"
    return Typed((), {column.id: value}, f"{text} = ''", {"bad_choice": wrong})


def _mapped(column: Column) -> tuple[str, str]:
    """The alias of the map of a column's type, and the join that finds its raw text there."""
    alias = f"m_{column.id}"
    join = f"inner join {map_of(column)}_map as {alias}\n    on r.{quoted(column.id)} = {alias}.raw"
    return alias, join


def _typed_alone(column: Column) -> Typed:
    """A value that follows from its own text."""
    alias, join = _mapped(column)
    blank = f"{alias}.blank"
    name, faults = column.id, {}
    match column.type:
        case "text":
            value = f"case when not {alias}.failed then {alias}.text end"
            faults = {"bad_choice": value}
        case "name" | "id":
            value = f"case when not {alias}.failed then {alias}.name end"
            faults = {"bad_choice": value}
            if column.type == "id":
                value, blank = f"case when not {alias}.no_id then {value} end", f"({blank} or {alias}.no_id)"
        case "hours":
            name, value, number = "minutes", f"{alias}.credited", f"{alias}.minutes"
            faults = {"bad_number": number, "out_of_range": f"{number} is not null and {value} is null"}
        case "count" | "number":
            number = f"{alias}.{'whole' if column.type == 'count' else 'number'}"
            value, faults = _bounded(column, number)
        case "money":
            number = f"money_of({alias}.word)"
            value, faults = _bounded(
                column, f"case when {number} = trunc({number}) then {number}::bigint end"
            )
        case "round":
            value = f"case when not {alias}.failed then round_of({alias}.name) end"
            faults = {"bad_choice": value}
        case "yes_no":
            value = f"{alias}.answer"
            if column.words:
                listed = ", ".join(f"'{word}'" for word in ("", *column.words))
                said = f"not {alias}.blank and list_has_all([{listed}], {alias}.words)"
                value = f"coalesce({value}, case when {said} then true end)"
            faults = {"bad_choice": value}
        case _:
            value = f"county_of({alias}.name)"
            faults = {"bad_choice": value}
    unread = {
        why: f"not {blank} and {sql} is null" if why != "out_of_range" else sql for why, sql in faults.items()
    }
    return Typed((join,), {name: value}, blank, unread)


def _bounded(column: Column, number: str) -> tuple[str, dict[str, str]]:
    """A number within its column's bounds, from 0 where it has none, and its faults."""
    outside = f"{number} < 0"
    if column.above is not None and column.at_most is not None:
        outside = f"{number} <= {column.above} or {number} > {column.at_most}"
    return f"case when not ({outside}) then {number} end", {"bad_number": number, "out_of_range": outside}


def _typed_word(table: Table, column: Column) -> Typed:
    """A word of a list: the definition's synonyms, or the contract's choices."""
    alias, join = _mapped(column)
    words = f"w_{column.id}"
    own = f"{alias}.word"
    which, source, value = {
        "employment": (f"{alias}.plain_word", "employment_words", "employment"),
        "role": (own, "role_words", "role"),
        "group": (own, "group_words", "group_id"),
        "choice": (f"without_number({own})" if column.numbered else own, "choice_words", "value"),
        "semester": (f"semester_in({own})", "period_words", "period"),
        "year": (f"year_in({own})", "period_words", "period"),
        "item": (f"without_number({own})", "item_words", "item"),
    }[column.type]
    listed = f"left join {source} as {words}\n    on {which} = {words}.word"
    if column.type == "choice":
        listed += f"\n    and {words}.table_name = '{table.id}'\n    and {words}.column_name = '{column.id}'"
    if source == "period_words":
        listed += f"\n    and {words}.kind = '{column.type}'"
    meaning = f"{words}.{value}"
    name = "group_id" if column.type == "group" else column.id
    bad = f"not {alias}.blank and {meaning} is null"
    kept = f"coalesce({meaning}, {alias}.name)" if column.open else meaning
    failed = {"bad_choice": f"{alias}.failed"} if column.open else {}
    return Typed((join, listed), {name: kept}, f"{alias}.blank", {"bad_choice": bad}, failed)


def _typed_host(column: Column) -> Typed:
    """A school by its name alone: the row's code is the visitor's."""
    alias = f"m_{column.id}"
    join = (
        f"inner join school_map as {alias}\n    on r.{quoted(column.id)} = {alias}.name_raw\n"
        f"    and {alias}.code_raw = ''\n    and {alias}.district_raw = ''"
    )
    values = {"host_school_id": f"{alias}.school_id", "host": f"{alias}.name", "host_kind": f"{alias}.kind"}
    return Typed((join,), values, f"{alias}.name = ''", {"unknown_school": f"{alias}.name_failed"})


def _typed_pair(table: Table, column: Column) -> Typed:
    alias = f"m_{column.id}"
    first, second = (part if part == "''" else f"r.{part}" for part in pair(table, column.type))
    left, right = {"school": ("name_raw", "code_raw")}.get(
        column.type, tuple(f"{n}_raw" for n in PAIRS[column.type])
    )
    join = f"inner join {column.type}_map as {alias}\n    on {first} = {alias}.{left}\n    and {second} = {alias}.{right}"
    match column.type:
        case "school":
            join += f"\n    and {district_of(table)} = {alias}.district_raw"
            values = {"school_id": f"{alias}.school_id", "school_blank": f"{alias}.blank"}
            return Typed(
                (join,),
                values,
                f"{alias}.blank",
                {"unknown_school": f"not {alias}.blank and {alias}.school_id is null"},
                warnings={"unknown_school": f"{alias}.name_failed and {alias}.school_id is not null"},
            )
        case "class":
            bad = f"not {alias}.class_blank and ({alias}.conflict or {alias}.is_none)"
            value = f"case when not ({alias}.class_blank or {alias}.conflict or {alias}.is_none) then {alias}.class_key end"
            return Typed((join,), {"class_key": value}, f"{alias}.class_blank", {"bad_choice": bad})
        case _:
            return Typed(
                (join,),
                {"categories": f"{alias}.categories"},
                "false",
                {"bad_choice": f"{alias}.is_unknown"},
            )


def _typed_grade() -> Typed:
    """The grade comes with its class: one map reads both."""
    alias = "m_class"
    blank = f"{alias}.grade_blank"
    return Typed(
        (), {"grade": f"{alias}.grade"}, blank, {"bad_choice": f"not {blank} and {alias}.grade is null"}
    )


def _typed_day(column: Column) -> Typed:
    """A day may lie from 2000 to the day of loading; an employment's from 1940 to 2100."""
    alias, join = _mapped(column)
    join += f"\n    and r.excel = {alias}.excel"
    value = f"{alias}.{'moment' if column.type == 'timestamp' else 'day'}"
    event, life = ("date '2000-01-01'", "getvariable('today')"), ("date '1940-01-01'", "date '2100-12-31'")
    low, high = life if column.span == "life" else event
    inside = f"{alias}.day between {low} and {high}"
    out = f"not ({inside})"
    if column.not_before:
        out = f"({out} or {alias}.day < m_{column.not_before}.day)"
    faults = {"bad_date": f"not {alias}.blank and {alias}.day is null", "out_of_range": out}
    return Typed((join,), {column.id: f"case when {inside} then {value} end"}, f"{alias}.blank", faults)
