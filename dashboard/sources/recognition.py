"""Which table a file or a worksheet is: by its name, by its header, or by what the configuration says of it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dashboard.definitions.contracts import near_name, table_of
from dashboard.definitions.headers import normalise
from dashboard.definitions.places import Entry
from dashboard.definitions.table import Column, Table
from dashboard.sources.sheet import Sheet, bears_header, likely_table

HIDDEN = "這是隱藏的工作表，沒有讀。若是要讀的資料，請取消隱藏。"


class EntryError(Exception):
    """The configuration has a faulty entry for a file or worksheet; the message says which, in Chinese."""


def pattern_of(file: str, worksheet: str | None, table: Table | None) -> str:
    """The pattern of the names that are like this one: those with the name of `table`, where its own has it.

    Else those that differ in their numbers and in the last part, which often is the school's.
    """
    place, _, name = file.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    titled = named_by(worksheet, table) if worksheet is not None else None
    own = named_by(stem, table)
    if worksheet is not None and titled:
        return f"*#*{titled}*"
    if own and table is not None:
        return f"*{own}*" + (f"#{_alike(worksheet)}" if worksheet is not None else "")
    last = re.sub(r"(?<=[^_－-])([_－-])[^_－-]+$", r"\1*", stem)
    like = f"{place}/{_alike(last)}{dot}{ending}" if place else f"{_alike(last)}{dot}{ending}"
    return like + (f"#{_alike(worksheet)}" if worksheet is not None else "")


def _alike(name: str) -> str:
    return re.sub(r"\d+", "*", name)


def named_by(title: str | None, table: Table | None) -> str | None:
    """The name of `table` that a title has, as it is written."""
    names = sorted(table.names, key=len, reverse=True) if table and title else ()
    return next((name for name in names if name in (title or "")), None)


def table_for(name: str, entry: Entry | None, tables: Mapping[str, Table]) -> Table | None:
    """The table that a file or worksheet is, as `entry` has its columns; None where it is to be left out."""
    if entry is None:
        return table_of(name, tables.values())
    table = tables.get(entry.table) if entry.table is not None else table_of(name, tables.values())
    return _renamed(table, entry) if table else None


def table_of_worksheet(
    title: str,
    entry: Entry | None,
    own: Table | None,
    rows: Sequence[tuple[int, list[str]]],
    tables: Mapping[str, Table],
) -> Table | None:
    """The table that a worksheet is: by its entry, by its title, or by its header; None where it is to be left out.

    By its header it is `own`, its file's table, where it has every required column of it. `rows` are its first
    (line, cells).
    """
    if entry is not None and entry.table is not None:
        return table_for(title, entry, tables)
    if (named := table_for(title, entry, tables)) is not None:
        return named
    return own if own is not None and bears_header(own, rows) else None


def left_out(sheet: Sheet, entry: Entry | None, tables: Mapping[str, Table]) -> Sheet:
    """`sheet`, if it is none of the tables, with why it was not read, what to do, and the table that it probably is.

    Of one that cannot be read, the problem says which table's header it has. The first rows, from which this follows, are
    dropped. Nothing is said where its `entry` leaves it out, or where it is blank.
    """
    if sheet.problem:
        return _of_another(sheet, tables) if sheet.rows else sheet
    if sheet.table:
        return sheet
    if entry is not None and entry.table == "":
        return replace(sheet, rows=(), left_out=None)
    title = Path(sheet.file).stem if sheet.worksheet is None else sheet.worksheet
    likely, wrong = likely_table(sheet.rows, tables) or (None, None)
    named = f"標題列是「{likely.names[0]}」的。" if likely and not wrong else ""
    why = f"{sheet.left_out}{named}" if sheet.left_out else _why_left_out(sheet, title, likely, wrong, tables)
    likely = likely or table_of(title, tables.values())
    return replace(sheet, rows=(), left_out=why, likely=likely.id if likely and why else None)


def _of_another(sheet: Sheet, tables: Mapping[str, Table]) -> Sheet:
    likely, wrong = likely_table(sheet.rows, tables) or (None, None)
    if likely is None or wrong or likely.id == sheet.table:
        return replace(sheet, rows=())
    sentence = f"標題列是「{likely.names[0]}」的；若名稱寫錯了，請改成「{likely.names[0]}」。"
    return replace(sheet, rows=(), problem=f"{sheet.problem}{sentence}", likely=likely.id)


def _why_left_out(
    sheet: Sheet, title: str, likely: Table | None, wrong: str | None, tables: Mapping[str, Table]
) -> str | None:
    what = "檔名" if sheet.worksheet is None else "工作表名稱"
    if not sheet.rows:
        return None if sheet.worksheet is not None else _NO_TABLE
    if likely is not None:
        name = likely.names[0]
        if wrong:
            return f"沒有讀。標題列最像「{name}」的，但{wrong}另外請在{what}加上「{name}」。"
        return f"{what}看不出是哪一張資料表，沒有讀。標題列是「{name}」的：請在{what}加上「{name}」。"
    if near := near_name(title, tables.values()):
        part, name = near
        return (
            f"{what}看不出是哪一張資料表，沒有讀。若它是「{name}」，請把{what}裡的「{part}」改成「{name}」。"
        )
    return (
        f"{what}與標題列都不是任何一張資料表，沒有讀。若有要讀的資料，請在{what}加上資料表的名稱，並補齊必填的欄；"
        "若不是資料，可以不理會。"
    )


_NO_TABLE = "不是 CSV 或試算表檔，或是裡面沒有字，沒有讀。若有要讀的資料，請另存成 XLSX 或 CSV，檔名加上資料表的名稱。"


def constants_of(entry: Entry | None, table: Table) -> tuple[tuple[str, str], ...]:
    """(column id, value) of the constants of an entry; a column that the table lacks is left out (`check` reports it)."""
    constants = (
        [(table.headers.get(normalise(header)), value) for header, value in entry.constants.items()]
        if entry
        else []
    )
    return tuple((column, value) for column, value in constants if column)


def faults_of(entry: Entry, tables: Mapping[str, Table]) -> list[str]:
    """What is wrong with an entry, in Chinese: a table or a column that there is not."""
    if entry.table is None:
        known = {header for table in tables.values() for header in table.headers}
    elif entry.table == "":
        return []
    elif entry.table not in tables:
        return [f"table「{entry.table}」不是資料表；可用的有：{'、'.join(tables)}。"]
    else:
        known = set(tables[entry.table].headers)
    return [
        f"{key} 的「{header}」不是這張資料表的欄位。"
        for key, headers in (("rename", entry.rename.values()), ("constants", entry.constants))
        for header in headers
        if normalise(header) not in known
    ]


def check(entries: Iterable[Entry], tables: Mapping[str, Table]) -> None:
    """Refuse entries with faults: rows read by a wrong entry would change the figures.

    Raises:
        EntryError: an entry has a table or a column that there is not.
    """
    if faults := [fault for entry in entries for fault in faults_of(entry, tables)]:
        raise EntryError(f"kpi.toml 的設定不對：{' '.join(faults)}")


def _renamed(table: Table, entry: Entry) -> Table:
    """The table with the entry's header texts as further names of its columns; a constant need not be there."""
    names = {
        normalise(theirs): table.headers.get(normalise(ours), "") for theirs, ours in entry.rename.items()
    }
    constant = {column for column, _ in constants_of(entry, table)}

    def column(one: Column) -> Column:
        kept = tuple(text for text in one.headers if names.get(normalise(text), one.id) == one.id)
        own = tuple(theirs for theirs in entry.rename if names[normalise(theirs)] == one.id)
        required = one.required and one.id not in constant
        return replace(one, headers=(*(kept or one.headers[-1:]), *own), required=required)

    return replace(table, columns={name: column(one) for name, one in table.columns.items()})
