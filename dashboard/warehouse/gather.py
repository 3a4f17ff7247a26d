"""The spreadsheets of one refresh: what was read now, and what is kept from the former snapshot.

A spreadsheet that did not change is not read again, and one that cannot be read keeps the rows of the last good
reading, with the reason why. Nothing of a source that fails ever turns into zero.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from dashboard.definitions.places import Entry, Places, Spreadsheet, entry_of, merged
from dashboard.definitions.table import Table
from dashboard.sources.recognition import HIDDEN, check, constants_of, left_out, table_for, table_of_worksheet
from dashboard.sources.sheet import HEADER_ROWS, Sheet, Unreadable, of_rows, score
from dashboard.sources.spreadsheets import KeyFileError, Reading, SheetError, Worksheet

if TYPE_CHECKING:
    from dashboard.sources.google import Reader

Listed = Sequence[tuple[int, str]]
"""(gid, title) of each worksheet."""


@dataclass(frozen=True)
class Stored:
    """A worksheet's rows, as they were read and as the next refresh may need them again.

    `table` is None where it was left out; then `left_out` says why, and `likely` which table it probably is.
    """

    gid: int
    title: str
    table: str | None
    rows: tuple[Sequence[str], ...]
    left_out: str | None = None
    likely: str | None = None


@dataclass(frozen=True)
class Source:
    """A spreadsheet as one build uses it. `problem` says why its rows are not those of now; `read_at` is theirs.

    `settings` is a hash of what the configuration says of it: with other settings it is read again.
    """

    id: str
    title: str
    link: str
    version: str | None
    settings: str
    read_at: dt.datetime | None
    worksheets: tuple[Stored, ...] = ()
    problem: str | None = None


def gather(
    places: Places,
    tables: Mapping[str, Table],
    former: Mapping[str, Source],
    now: dt.datetime,
    progress: Callable[[float, str], None],
) -> list[Source]:
    """Every spreadsheet of `places`, from Google or from `former`; without any, nothing is asked.

    Raises:
        EntryError: the configuration names a table or column that there is not.
    """
    check(places.files.values(), tables)
    for one in places.spreadsheets:
        check(one.entries.values(), tables)
    if not places.spreadsheets:
        return []
    from dashboard.sources.google import Reader  # only now: its libraries are slow to import

    try:
        reader = Reader(places.key, places.deadline)
    except KeyFileError as error:
        return [_kept(one, former.get(one.id), str(error)) for one in places.spreadsheets]
    sources = []
    for done, spreadsheet in enumerate(places.spreadsheets):
        known = former.get(spreadsheet.id)
        progress(0.15 * done / len(places.spreadsheets), f"讀取試算表 {known.title if known else done + 1}")
        sources.append(_source(reader, spreadsheet, tables, known, now))
    return sources


def stand_still(places: Places, former: Mapping[str, Source]) -> list[Source]:
    """Every spreadsheet as it was last read, with nothing asked: to try out what a new file would change."""
    return [former[one.id] for one in places.spreadsheets if one.id in former]


def sheets_of(source: Source, spreadsheet: Spreadsheet, tables: Mapping[str, Table]) -> list[Sheet]:
    """The worksheets of a spreadsheet, as those of a workbook."""
    return [_sheet(source, worksheet, spreadsheet, tables) for worksheet in source.worksheets]


def _source(
    reader: "Reader",
    spreadsheet: Spreadsheet,
    tables: Mapping[str, Table],
    known: Source | None,
    now: dt.datetime,
) -> Source:
    settings = _settings(spreadsheet)
    same = known is not None and known.settings == settings and known.read_at is not None

    def wanted(title: str, listed: Listed) -> Container[int]:
        # What a worksheet without a name of a table is, its header says.
        return {gid for gid, name in listed if not _is_left_out(_entry(gid, name, spreadsheet, title))}

    try:
        reading = reader.read(spreadsheet, known.version if same and known else None, wanted)
        if reading is None:
            assert known is not None
            return replace(known, problem=None)
        return _read(reading, spreadsheet, tables, known, settings, now)
    except SheetError as error:
        return _kept(spreadsheet, known, str(error))


def _read(
    reading: Reading,
    spreadsheet: Spreadsheet,
    tables: Mapping[str, Table],
    known: Source | None,
    settings: str,
    now: dt.datetime,
) -> Source:
    """What was read. A worksheet that is no table any more keeps the rows it had when it was."""
    _check_entries(reading, spreadsheet)
    held = _tables_of(reading, spreadsheet, tables, known)
    # An entry may leave the table to the worksheet's name: only now it is known whose columns it speaks of.
    entries = [
        (_entry(one.gid, one.title, spreadsheet, reading.title), held[one.gid])
        for one in reading.worksheets
        if one.gid in held
    ]
    check([replace(entry, table=table) for entry, table in entries if entry], tables)
    if not held:
        raise SheetError("裡面沒有任何一張認得的工作表。請檢查工作表的名稱，或在 kpi.toml 指明。")
    before = {one.gid: one for one in known.worksheets if one.table} if known else {}
    source = Source(spreadsheet.id, reading.title, spreadsheet.link, reading.version, settings, now)
    stored, problems = [], []
    for worksheet in reading.worksheets:
        fresh = Stored(worksheet.gid, worksheet.title, held.get(worksheet.gid), worksheet.rows or ())
        fresh = _left_out(source, worksheet, spreadsheet, tables) if fresh.table is None else fresh
        problem = _sheet(source, fresh, spreadsheet, tables).problem
        if problem and worksheet.gid in before:
            problems.append(f"工作表「{worksheet.title}」：{problem}")
            fresh = replace(before[worksheet.gid], title=worksheet.title)
        stored.append(fresh)
    # The version of a half-read spreadsheet is not known, so that it is read again until it is whole.
    version = None if problems else reading.version
    return replace(source, worksheets=tuple(stored), version=version, problem="；".join(problems) or None)


def _check_entries(reading: Reading, spreadsheet: Spreadsheet) -> None:
    own = [name for name in spreadsheet.entries if name not in _patterns(spreadsheet)]
    there = {*(one.gid for one in reading.worksheets), *(one.title for one in reading.worksheets)}
    if missing := [str(name) for name in own if name not in there]:
        titles = "、".join(one.title for one in reading.worksheets)
        raise SheetError(f"找不到 kpi.toml 指明的工作表「{'」「'.join(missing)}」。現有：{titles}。")


def _tables_of(
    reading: Reading, spreadsheet: Spreadsheet, tables: Mapping[str, Table], known: Source | None
) -> dict[int, str]:
    """Which worksheet (gid) is which table: by its entry, its title, what it was before it was renamed, or its header.

    By its header where the spreadsheet's own title is a table's; where none fits, the one most like that table is it.
    """
    table_of: dict[int, str] = {}
    unnamed: list[Worksheet] = []
    for one in reading.worksheets:
        entry = _entry(one.gid, one.title, spreadsheet, reading.title)
        if entry and entry.table is not None:
            table_of[one.gid] = entry.table
        elif not one.hidden and (table := table_for(one.title, entry, tables)):
            table_of[one.gid] = table.id
        elif not one.hidden:
            unnamed.append(one)
    table_of |= _as_before(unnamed, known, tables, set(table_of.values()))
    if own := table_for(reading.title, None, tables):
        for one in (one for one in unnamed if one.gid not in table_of):
            entry = _entry(one.gid, one.title, spreadsheet, reading.title)
            if table_of_worksheet(one.title, entry, own, _lines(one.rows), tables):
                table_of[one.gid] = own.id
        if unnamed and not table_of:
            table_of[max(unnamed, key=lambda one: _likeness(one, own)).gid] = own.id
    return {gid: table_id for gid, table_id in table_of.items() if table_id}


def _as_before(
    unnamed: Sequence[Worksheet], known: Source | None, tables: Mapping[str, Table], named: Container[str]
) -> dict[int, str]:
    """The former tables of worksheets whose name is not a table's.

    They keep them while a header is broken, and once renamed, unless another has taken the name.
    """
    before = {one.gid: one for one in known.worksheets if one.table in tables} if known else {}
    return {
        one.gid: str(was.table)
        for one in unnamed
        if (was := before.get(one.gid)) and (was.table not in named or was.title == one.title)
    }


def _likeness(worksheet: Worksheet, table: Table) -> int:
    return max((score(list(cells), table) for cells in (worksheet.rows or ())[:HEADER_ROWS]), default=0)


def _lines(rows: Sequence[Sequence[str]] | None) -> list[tuple[int, list[str]]]:
    return [(line, list(cells)) for line, cells in enumerate(rows or (), 1) if any(cells)]


def _left_out(
    source: Source, worksheet: Worksheet, spreadsheet: Spreadsheet, tables: Mapping[str, Table]
) -> Stored:
    """A worksheet that is no table, without its rows, but with why."""
    entry = _entry(worksheet.gid, worksheet.title, spreadsheet, source.title)
    rows = tuple(_lines((worksheet.rows or ())[:HEADER_ROWS]))
    stored = Stored(worksheet.gid, worksheet.title, None, ())
    sheet = replace(
        _sheet(source, stored, spreadsheet, tables),
        rows=rows,
        left_out=HIDDEN if worksheet.hidden and rows else None,
    )
    judged = left_out(sheet, entry, tables)
    return replace(stored, left_out=judged.left_out, likely=judged.likely)


def _is_left_out(entry: Entry | None) -> bool:
    return entry is not None and entry.table == ""


def _entry(gid: int, title: str, spreadsheet: Spreadsheet, of: str) -> Entry | None:
    """What the configuration says of a worksheet of the spreadsheet titled `of`, and what was taken for such names."""
    own = spreadsheet.entries.get(gid) or spreadsheet.entries.get(title)
    taken = entry_of(_patterns(spreadsheet), f"{of}#{title}")
    return merged([taken, own]) if taken and own else taken or own


def _patterns(spreadsheet: Spreadsheet) -> dict[str, Entry]:
    return {
        name: entry for name, entry in spreadsheet.entries.items() if isinstance(name, str) and "#" in name
    }


def _sheet(source: Source, stored: Stored, spreadsheet: Spreadsheet, tables: Mapping[str, Table]) -> Sheet:
    entry = _entry(stored.gid, stored.title, spreadsheet, source.title)
    table = table_for(stored.title, replace(entry or Entry(), table=stored.table or ""), tables)
    text = json.dumps(stored.rows, ensure_ascii=False, separators=(",", ":")).encode()
    sheet = Sheet(
        file=f"{source.title}#{stored.title}",
        size=len(text),
        modified_at=source.read_at or dt.datetime.min,
        sha256=hashlib.sha256(text).hexdigest(),
        table=table.id if table else None,
        encoding="google",
        worksheet=stored.title,
        link=f"{source.link}#gid={stored.gid}",
        left_out=stored.left_out,
        likely=stored.likely,
    )
    if table is None:
        return sheet
    try:
        return replace(
            of_rows(sheet, table, _lines(stored.rows)), constants=constants_of(entry, tables[table.id])
        )
    except Unreadable as error:
        return replace(sheet, problem=str(error))


def _kept(spreadsheet: Spreadsheet, known: Source | None, problem: str) -> Source:
    if known is None:
        return Source(spreadsheet.id, spreadsheet.id, spreadsheet.link, None, "", None, problem=problem)
    return replace(known, problem=problem)


def _settings(spreadsheet: Spreadsheet) -> str:
    values = asdict(spreadsheet)
    values["entries"] = sorted(((str(name), entry) for name, entry in values["entries"].items()))
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()


def stored_rows(sources: Sequence[Source]) -> list[tuple[Any, ...]]:
    """Every row, for the snapshot to keep.

    (spreadsheet, gid, title, table, why it was left out, likely table, line, cells).
    """
    return [
        (source.id, one.gid, one.title, one.table, one.left_out, one.likely, line, cells)
        for source in sources
        for one in source.worksheets
        for line, cells in enumerate(one.rows or ((),), 1)
    ]
