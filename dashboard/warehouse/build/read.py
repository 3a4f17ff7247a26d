"""The first phase: every file of the data folder and every spreadsheet, into raw tables and the table `files`."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dashboard.definitions.places import Entry, entry_of
from dashboard.sources import files
from dashboard.sources.recognition import left_out
from dashboard.sources.sheet import Sheet, joined
from dashboard.warehouse.build import intake, staging, stale, store
from dashboard.warehouse.build.base import Build, BuildError, Reading, Stored
from dashboard.warehouse.gather import sheets_of
from dashboard.warehouse.sql import NEEDLESS, load

HEADING = 80  # letters of a column's name that a page writes
LARGE = 20_000_000  # bytes of all files together

GONE = "上次更新還讀過這個檔案，現在不在資料夾裡，它的列都不再計入。若不是有意拿走的，請放回。"
_EMPTY = "標題列以下沒有任何一列資料，這張表當作未提供。請填好資料再放進來。"
_NO_ROWS = "標題列以下沒有任何一列資料。若不該是空的，請填好資料再放進來。"


def read(build: Build, *, wait: bool) -> Reading:
    """Read every file of the data folder, then every spreadsheet, into the raw tables.

    With `wait` none that is written to meanwhile.

    Raises:
        BuildError: there is no table, or no 學校名冊 where it says which schools there are.
        FolderError: the data folder cannot be used.
    """
    paths = files.paths(build.folder) if build.folder else []
    busy = files.busy(paths) if wait else set()
    build.scratch.mkdir(exist_ok=True)
    sizes = {path: _size(path) for path in paths}
    if (sum(sizes.values()) or 1) < LARGE:
        # For a few thousand rows two threads and the best plan cost more than they save.
        build.con.execute("set threads = 1")
        build.con.execute(f"set disabled_optimizers = '{NEEDLESS}'")
    sheets = [*_of_files(build, sizes, busy), *_of_spreadsheets(build)]
    names = {files.name_of(path, build.folder) for path in paths} if build.folder else set()
    reading = _stored(build, sheets, names)
    # From here on every row knows its place.
    build.con.execute("set preserve_insertion_order = false")
    if not any(one.sheet.table and not one.sheet.problem for one in reading.sheets.values()):
        raise BuildError(_nothing_read(build, reading))
    if not build.programme.groups and "schools" not in reading.supplied:
        raise BuildError(_no_schools(build, reading))
    return reading


def has_changed(build: Build, reading: Reading) -> bool:
    """Whether a file is not any more what it was when it was read."""
    return any(store.has_changed(build, one.sheet) for one in reading.sheets.values() if one.sheet.state)


def _size(path: Path) -> int:
    """For the progress alone: a file that has gone meanwhile is reported when it is read."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _of_files(build: Build, sizes: Mapping[Path, int], busy: set[Path]) -> Iterator[Sheet]:
    """The sheets of files, whose sizes are given; those that are `busy` are not read."""
    done, total = 0, sum(sizes.values()) or 1
    for path, size in sizes.items():
        assert build.folder
        # Also where the bytes of its name are no text.
        file = files.name_of(path, build.folder)
        name = Path(file).name
        build.progress(0.2 * done / total, f"讀取 {name}")
        reader = files.left if path in busy else files.read
        sheets = reader(path, build.folder, build.entries, build.tables, build.scratch)
        sheets = [left_out(sheet, _entry_of(build, sheet), build.tables) for sheet in sheets]
        yield from stale.with_former(build, file, sheets)
        done += size


def _entry_of(build: Build, sheet: Sheet) -> Entry | None:
    """What the configuration says of a worksheet or, where it says nothing of it, of its file."""
    file = sheet.file.removesuffix(f"#{sheet.worksheet}")
    return entry_of(build.entries, sheet.file) or entry_of(build.entries, file)


def _of_spreadsheets(build: Build) -> Iterator[Sheet]:
    known = {spreadsheet.id: spreadsheet for spreadsheet in build.inputs.places.spreadsheets}
    for source in build.inputs.sources:
        yield from sheets_of(source, known[source.id], build.tables)


def _stored(build: Build, sheets: Sequence[Sheet], names: set[str]) -> Reading:
    """All sheets, those with rows in the raw tables, table by table."""
    numbered = {file_id: Stored(store.placed(sheet)) for file_id, sheet in enumerate(sheets, 1)}
    unused: list[tuple[object, ...]] = []
    for done, table in enumerate(build.tables.values()):
        build.progress(0.2 + 0.2 * done / len(build.tables), f"存入 {table.label['zh-TW']}")
        own = {file_id: one for file_id, one in numbered.items() if one.sheet.table == table.id}
        own |= store.store(build, table, {i: one.sheet for i, one in own.items() if not one.sheet.problem})
        readable = {file_id: one for file_id, one in own.items() if not one.sheet.problem}
        if any(one.counts.has_others for one in readable.values()):
            unused += intake.unused_of(build.con, table, {i: one.sheet for i, one in own.items()})
        # Nobody is judged by a template: a table of such files alone counts as missing.
        remark = _NO_ROWS if any(one.rows for one in own.values()) else _EMPTY
        numbered |= own
        numbered |= {
            file_id: replace(one, sheet=replace(one.sheet, note=joined(one.sheet.note, remark)))
            for file_id, one in readable.items()
            if not one.rows
        }
    return Reading(numbered, names, unused)


def _nothing_read(build: Build, reading: Reading) -> str:
    labels = "、".join(table.label["zh-TW"] for table in build.tables.values())
    problems = [
        f"{one.sheet.file}：{one.sheet.problem}" for one in reading.sheets.values() if one.sheet.problem
    ]
    problems += [
        f"試算表 {source.title}：{source.problem}" for source in build.inputs.sources if source.problem
    ]
    sentence = f"{_place(build)}裡沒有任何一張讀得進來的資料表。檔名或工作表名稱須含資料表的名稱：{labels}。"
    return "\n".join([sentence, *problems])


def _no_schools(build: Build, reading: Reading) -> str:
    rosters = [one.sheet for one in reading.sheets.values() if one.sheet.table == "schools"]
    problems = [f"{sheet.file}：{sheet.problem or _EMPTY}" for sheet in rosters]
    title = build.programme.title.zh
    sentence = f"沒有學校名冊。「{title}」有哪些學校由學校名冊決定，請把它放進{_place(build)}。"
    return "\n".join([sentence, *problems])


def _place(build: Build) -> str:
    return f"資料夾「{build.folder}」" if build.folder else "試算表"


def describe_files(build: Build, reading: Reading) -> None:
    """The tables `files`, one row a sheet and a file that is gone, and `unused_columns`."""
    sheets = [(one.sheet, one.first_row, one.rows) for one in reading.sheets.values()]
    every = [*sheets, *((sheet, None, 0) for sheet in _gone(build, reading))]
    rows = [
        (i, s.file, s.table, s.size, s.modified_at, s.sha256, s.encoding,
         *staging.places(s.layout, build.tables[s.table] if s.table else None), first_row, s.header_line,
         s.lost_characters, s.note, s.problem, s.left_out, s.likely, s.worksheet, s.link, s.stale_since,
         s.stale_because, many, _csv_line(s.header) if s.table else None)
        for i, (s, first_row, many) in enumerate(every, 1)
    ]  # fmt: skip
    load(
        build.con,
        "files",
        "file_id int, file text, table_name text, size bigint, modified_at timestamp, sha256 text, encoding text,"
        " known int[], before int[], first_row bigint, header_line int, lost_characters int, note text, problem text,"
        " left_out text, likely text, worksheet text, link text, stale_since timestamp, stale_because text, read bigint, header_row text",
        rows,
        select="*, null::int as school_id",
    )
    load(build.con, "unused_columns", intake.UNUSED, reading.unused, temp=False)


def _gone(build: Build, reading: Reading) -> list[Sheet]:
    """The files that the former snapshot has rows of and that are not there any more, also under no other name."""
    contents = {one.sheet.sha256 for one in reading.sheets.values()}
    former = {one.path: one for one in build.inputs.former.files.values()}
    return [
        Sheet(name, 0, one.modified_at, one.sha256, left_out=GONE)
        for name, one in former.items()
        if name not in reading.names and one.sha256 not in contents
    ]


def _csv_line(cells: Sequence[str]) -> str:
    """A header as a row of CSV, each of its names cut and in one line."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(" ".join(cell.split())[:HEADING] for cell in cells)
    return line.getvalue()
