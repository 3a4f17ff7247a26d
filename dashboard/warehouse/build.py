"""Building a snapshot: sources in, one checked DuckDB file out.

The file is built beside the live one and published only when every query in `queries/checks/` returns no row.
Why one file a snapshot: readers open it read-only by its name, so a new one can never disturb them.
"""

import contextlib
import csv
import datetime as dt
import gc
import hashlib
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from dashboard import __version__, clock
from dashboard.definitions import column_types, reasons
from dashboard.definitions.places import Entry, Places, as_json, entry_of
from dashboard.definitions.programme import ROSTERS, Programme
from dashboard.definitions.table import Table
from dashboard.errors import OperatorError
from dashboard.paths import QUERIES, SOURCES
from dashboard.sources import files
from dashboard.sources.places import left_out
from dashboard.sources.sheet import Sheet, joined
from dashboard.warehouse import evidence, intake, masks, no_records, originals, staging, texts
from dashboard.warehouse.definition import define
from dashboard.warehouse.gather import Former, FormerFile, Source, sheets_of, stored_rows
from dashboard.warehouse.raw import RawTables
from dashboard.warehouse.sql import (
    NEEDLESS,
    columns_of,
    create_functions,
    identifier,
    literal,
    load,
    remove_functions,
    run,
)
from dashboard.warehouse.suggest import suggest

MEMORY = "1200MB"
HEADING = 80  # letters of a column's name that a page writes
LARGE = 20_000_000


Progress = Callable[[float, str], None]

_PARTS = "struct(label text, unit text, needed double, days struct(day date, amount double)[])[]"
_PLACES = "struct(header text, letter text, month text, options text, suggestion text, value text, other text, source text)"


TABLE_COUNTS = "select table_name, label, supplied, read, accepted, duplicate, rejected, no_record, warnings from tables order by ord"


NO_MEMORY = "記憶體或暫存空間不足。請把最大的檔案分成幾個、刪除資料以外的列與欄，或換一部記憶體較大的機器，再執行 kpi build。"


# The types of the columns of 學校名冊 that describe a school.
_FACTS = ("count", "number", "yes_no", "date", "text")


_EMPTY = "標題列以下沒有任何一列資料，這張表當作未提供。請填好資料再放進來。"


_NO_ROWS = "標題列以下沒有任何一列資料。若不該是空的，請填好資料再放進來。"


GONE = "上次更新還讀過這個檔案，現在不在資料夾裡，它的列都不再計入。若不是有意拿走的，請放回。"


class BuildError(OperatorError):
    """Nothing was published; the message says why, in Chinese."""


class Unchanged(Exception):
    """The sources, the definition and the day are those of the former snapshot."""


@dataclass(frozen=True)
class Inputs:
    """All that a snapshot is made of.

    `former` is the snapshot before: by it new rejected rows are known from old, and what cannot be read now keeps the
    rows that it had there. A snapshot of the fingerprint `unless` would be the same again, and is not built.
    """

    places: Places
    sources: Sequence[Source] = ()
    former: Former = field(default_factory=Former)
    unless: str | None = None


@dataclass(frozen=True)
class TableCount:
    """What became of the rows of one table; read = accepted + duplicate + rejected, of which `no_record` are none."""

    table: str
    label: str
    supplied: bool
    read: int
    accepted: int
    duplicate: int
    rejected: int
    no_record: int
    warnings: int


@dataclass(frozen=True)
class Built:
    """What became of the rows of each table, and (SHA-256, path) of the files of the folder that have rows in it."""

    tables: list[TableCount]
    originals: list[tuple[str, str]]


def build(
    target: Path,
    programme: Programme,
    inputs: Inputs,
    tables: Mapping[str, Table],
    progress: Progress,
    today: dt.date,
) -> Built:
    """Write the snapshot of `inputs` to the new file `target`, checked.

    Where a file has changed when all is done, it is done again; what is still being written to then has a problem.

    Raises:
        BuildError: the sources hold no table, a check found rows, or the database failed.
        Unchanged: a snapshot of the same fingerprint was not wanted.
        FolderError: the data folder cannot be used.
    """
    # Of all that a build makes, none is a circle: looking for some again and again takes a twentieth of its time.
    collects = gc.isenabled()
    gc.disable()
    try:
        with contextlib.suppress(_Changed):
            return _built(target, programme, inputs, tables, progress, today)
        target.unlink()
        return _built(target, programme, inputs, tables, progress, today, again=True)
    except duckdb.Error as error:
        is_memory = "MemoryError" in str(error)  # of a function that it calls
        raise BuildError(_message_of(error)) from (MemoryError() if is_memory else error)
    except MemoryError as error:
        raise BuildError(NO_MEMORY) from error
    finally:
        if collects:
            gc.enable()


def _message_of(error: duckdb.Error) -> str:
    """What went wrong in the database. A write that fails is any kind of its errors, by the stage that it hits."""
    if isinstance(error, duckdb.OutOfMemoryException) or "MemoryError" in str(error):
        return f"{NO_MEMORY}（{str(error).partition(chr(10))[0]}）"
    cause = str(error).partition("\n")[0]
    if isinstance(error, duckdb.IOException) or "Could not write" in cause:
        return f"寫入快照失敗，可能是磁碟空間不足；請清出空間後再試。（{cause}）"
    return f"計算時發生未預期的錯誤；請把這個訊息轉給系統維護者：{cause}"


def _built(
    target: Path,
    programme: Programme,
    inputs: Inputs,
    tables: Mapping[str, Table],
    progress: Progress,
    today: dt.date,
    *,
    again: bool = False,
) -> Built:
    scratch = target.with_name(target.name + ".tmp")
    # Tables in memory are dropped soon: to compress them at each commit takes longer than it saves.
    con = duckdb.connect(config={"threads": "2", "memory_limit": MEMORY, "checkpoint_threshold": "1TB"})
    functions = {**texts.FUNCTIONS, **masks.FUNCTIONS}
    try:
        # A build that breaks off is thrown away whole: there is nothing to recover from a log.
        con.execute(f"attach {literal(str(target))} as snapshot (recovery_mode 'no_wal_writes')")
        con.execute("use snapshot")
        # The database would draw it on standard output, where the results go.
        con.execute("set enable_progress_bar = false")
        create_functions(con, functions)
        con.execute(f"set temp_directory = {literal(str(scratch))}")
        build = _Build(con, programme, tables, inputs, progress, scratch)
        define(con, programme, tables, today, build.now)
        build.read(wait=again)
        if build.fingerprint(today) == inputs.unless:
            raise Unchanged
        build.stage()
        build.measure()
        build.describe(today)
        build.check()
        if not again and build.raw.has_changed():
            raise _Changed
        built = Built(build.counts(), build.originals())
        con.execute("checkpoint")
        return built
    finally:
        with contextlib.suppress(duckdb.Error):
            remove_functions(con, functions)
        con.close()


def _rules_digest() -> str:
    """A digest of the queries, contracts and types: an update of the product may change them, and with them the figures."""
    digest = hashlib.sha256()
    types = Path(column_types.__file__).parent.glob("*.py")
    for path in sorted([*QUERIES.rglob("*.*"), *SOURCES.glob("*.toml"), *types]):
        digest.update(path.read_text(encoding="utf-8").encode())
    return digest.hexdigest()


def _csv_line(cells: Sequence[str]) -> str:
    """A header as a row of CSV, each of its names cut and in one line."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(" ".join(cell.split())[:HEADING] for cell in cells)
    return line.getvalue()


def _size(path: Path) -> int:
    """For the progress alone: a file that has gone meanwhile is reported when it is read."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


class _Changed(Exception):
    """A file is not any more what it was when it was read."""


def _stale(sheet: Sheet, former: FormerFile, because: str | None) -> Sheet:
    """A sheet as it was last read, marked since when and why."""
    sentence = f"現在讀不進來，沿用 {former.good_at:%Y-%m-%d %H:%M} 的快照讀到的列；修好後下次更新會換成新的。原因：{because}"
    return replace(
        sheet,
        modified_at=former.modified_at,
        stale_since=former.good_at,
        stale_because=sentence,
        note=None,
        state=(),
    )


def _order(sheet: Sheet, sheets: Sequence[Sheet]) -> int:
    """The position of a sheet among those of its file now; one that is not there now comes last."""
    return next((at for at, one in enumerate(sheets) if one.file == sheet.file), len(sheets))


class _Build:
    """The stages of one build over one connection."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        programme: Programme,
        tables: Mapping[str, Table],
        inputs: Inputs,
        progress: Progress,
        scratch: Path,
    ) -> None:
        self.con, self.programme, self.tables, self.inputs = con, programme, tables, inputs
        self.now = clock.now()
        self.folder, self.entries = inputs.places.folder, inputs.places.files
        self.progress, self.scratch = progress, scratch
        self.raw = RawTables(con, tables, self.folder, self.entries, scratch, self._former_of)
        self.sheets = self.raw.sheets
        self.rows: dict[int, int] = {}
        self.unused: list[tuple[object, ...]] = []
        self.taken: list[tuple[int, int, int]] = []
        self.there: set[str] = set()
        self.stages = 0
        self.rules = _rules_digest()

    # Reading

    def read(self, *, wait: bool) -> None:
        """Read every file of the data folder, then every spreadsheet, into the raw tables.

        With `wait` none that is written to meanwhile.
        """
        paths = files.paths(self.folder) if self.folder else []
        busy = files.busy(paths) if wait else ()
        self.scratch.mkdir(exist_ok=True)
        sizes = {path: _size(path) for path in paths}
        total = sum(sizes.values()) or 1
        if total < LARGE:
            # For a few thousand rows two threads and the best plan cost more than they save.
            self.con.execute("set threads = 1")
            self.con.execute(f"set disabled_optimizers = '{NEEDLESS}'")
        done = 0
        for path in paths:
            assert self.folder
            # Also where the bytes of its name are no text.
            file = files.name_of(path, self.folder)
            self.there.add(file)
            name = Path(file).name
            self.progress(0.2 * done / total, f"讀取 {name}")
            read = files.left if path in busy else files.read
            sheets = read(path, self.folder, self.entries, self.tables, self.scratch)
            sheets = [left_out(sheet, self._entry_of(sheet), self.tables) for sheet in sheets]
            for sheet in self._with_former(file, sheets):
                self.raw.add(sheet)
            done += sizes[path]
        known = {spreadsheet.id: spreadsheet for spreadsheet in self.inputs.places.spreadsheets}
        for source in self.inputs.sources:
            for sheet in sheets_of(source, known[source.id], self.tables):
                self.raw.add(sheet)
        for done, table in enumerate(self.tables.values()):
            self.progress(0.2 + 0.2 * done / len(self.tables), f"存入 {table.label['zh-TW']}")
            self.raw.store(table)
            self._count(table)
        # From here on every row knows its place.
        self.con.execute("set preserve_insertion_order = false")
        if not any(sheet.table and not sheet.problem for _, sheet in self.sheets):
            raise BuildError(self._nothing_read())
        if not self.programme.groups and "schools" not in self._supplied():
            problems = [f"{s.file}：{s.problem or _EMPTY}" for _, s in self.sheets if s.table == "schools"]
            sentence = f"沒有學校名冊。「{self.programme.title.zh}」有哪些學校由學校名冊決定，請把它放進{self._place()}。"
            raise BuildError("\n".join([sentence, *problems]))

    def _count(self, table: Table) -> None:
        """What the raw table of a table holds: its rows, file by file, and the columns that are not used."""
        sheets = {i: sheet for i, (_, sheet) in enumerate(self.sheets, 1) if sheet.table == table.id}
        counts = {i: self.raw.counts[i] for i in sheets if i in self.raw.counts and not sheets[i].problem}
        self.rows |= {i: count.rows for i, count in counts.items()}
        if any(count.has_others for count in counts.values()):
            self.unused += intake.unused_of(self.con, table, sheets)
        # Nobody is judged by a template: a table of such files alone counts as missing.
        remark = _NO_ROWS if any(self.rows.get(i) for i in sheets) else _EMPTY
        for i, sheet in sheets.items():
            if not sheet.problem and not self.rows.get(i):
                self.sheets[i - 1] = (self.sheets[i - 1][0], replace(sheet, note=joined(sheet.note, remark)))

    def _entry_of(self, sheet: Sheet) -> Entry | None:
        """What the configuration says of a worksheet or, where it says nothing of it, of its file."""
        file = sheet.file.removesuffix(f"#{sheet.worksheet}")
        return entry_of(self.entries, sheet.file) or entry_of(self.entries, file)

    def _with_former(self, name: str, sheets: list[Sheet]) -> list[Sheet]:
        """The sheets of a file. Each that cannot be read now, but could be for the former snapshot, is as it was then."""
        former = {file: one for file, one in self.inputs.former.files.items() if one.path == name}
        # A worksheet without a name of a table was recognised by its header.
        broken = {s.file: s for s in sheets if s.problem or (s.left_out and not s.hidden)}
        # Where the whole file cannot be read, so can none of the worksheets that it had.
        wanted = former if name in broken and former else {f: former[f] for f in broken if f in former}
        if not wanted:
            return sheets
        stand_ins: dict[str, Sheet] = {}
        for sha256 in dict.fromkeys(one.sha256 for one in wanted.values()):
            for sheet in self._original(name, sha256):
                if sheet.file in wanted and wanted[sheet.file].sha256 == sha256:
                    fault = broken.get(sheet.file) or broken[name]
                    because = fault.problem or fault.left_out
                    stand_ins[sheet.file] = _stale(sheet, wanted[sheet.file], because)
        kept = [
            sheet
            for sheet in sheets
            if sheet.file not in stand_ins and not (stand_ins and sheet.file == name)
        ]
        return sorted([*kept, *stand_ins.values()], key=lambda sheet: _order(sheet, sheets))

    def _former_of(self, sheet: Sheet) -> Sheet:
        """The former sheet in place of one that the database could not read; the sheet itself, if there is none."""
        name = sheet.file.removesuffix(f"#{sheet.worksheet}")
        return next((one for one in self._with_former(name, [sheet]) if one.file == sheet.file), sheet)

    def _original(self, name: str, sha256: str) -> list[Sheet]:
        """The readable sheets of a file as it was; none where that is not kept any more."""
        place, folder = self.inputs.former.place, self.scratch / sha256
        assert place
        try:
            if not (folder / name).exists():
                originals.unpack(place, sha256, folder / name)
        except (originals.Lost, OSError):
            return []
        sheets = files.read(folder / name, folder, self.entries, self.tables, self.scratch)
        careful = [
            files.reread(folder, sheet, self.entries, self.tables) if sheet.bulk else sheet
            for sheet in sheets
        ]
        return [sheet for sheet in careful if sheet.table and not sheet.problem]

    def _place(self) -> str:
        return f"資料夾「{self.folder}」" if self.folder else "試算表"

    def _nothing_read(self) -> str:
        labels = "、".join(table.label["zh-TW"] for table in self.tables.values())
        problems = [f"{sheet.file}：{sheet.problem}" for _, sheet in self.sheets if sheet.problem]
        problems += [
            f"試算表 {source.title}：{source.problem}" for source in self.inputs.sources if source.problem
        ]
        sentence = (
            f"{self._place()}裡沒有任何一張讀得進來的資料表。檔名或工作表名稱須含資料表的名稱：{labels}。"
        )
        return "\n".join([sentence, *problems])

    # Staging

    def stage(self) -> None:
        """Raw texts to accepted rows, duplicates and rejects, table by table."""
        self._describe_files()
        con, tables = self.con, self.tables
        self.progress(0.42, "整理文字與日期")
        for path in sorted((QUERIES / "staging" / "maps").glob("*.sql")):
            con.execute(staging.create_texts(path.stem, tables.values()))
            run(self.con, f"staging/maps/{path.name}")
        no_records.find(con, [(tables["schools"], "true")], self._numbered())
        run(self.con, "staging/known_schools.sql")
        con.execute("set variable staff_supplied = $value", {"value": "staff" in self._supplied()})
        con.execute(
            "create table rejects (severity text, table_name text, file text, line int, reason text, message text,"
            " suggestion text, original text, school_id int, cell text, link text, sentence text,"
            f" places {_PLACES}, masked_places {_PLACES}, masked_message text, masked_suggestion text, masked_original text,"
            " file_id int)"
        )
        con.execute(staging.create_texts("school", tables.values()))
        run(self.con, "staging/school_map.sql")
        self._define_roster_groups()
        self._stage_tables([tables["schools"]])
        con.execute("create temp view kept_schools as select * from schools")
        if not self.programme.groups:
            self._keep_schools()
            con.execute(
                staging.create_texts("school", (table for table in tables.values() if table.id != "schools"))
            )
            run(self.con, "staging/school_map.sql")
        self._file_schools()
        self._stage_tables([tables["staff"]])
        run(self.con, "staging/people.sql")
        registers = [table for table in tables.values() if table.person == "register"]
        if registers:
            self._map_persons(registers)
            self._stage_tables(registers)
        # The people of a register are known to the other tables as the roster's are.
        for table in registers:
            con.execute(staging.know_register(table))
        rest = [t for t in tables.values() if t.id not in ROSTERS and t not in registers]
        self._map_persons(rest)
        self._stage_tables(rest)
        self._explain()
        self._compare_rejects()

    def _define_roster_groups(self) -> None:
        """Where the definition lists no groups, 學校名冊's are taken, in the order of their first row."""
        if self.programme.groups:
            return
        self.con.execute(
            'insert into defined_groups select row_number() over (order by min(rowid)), arg_min(answer(tidy("group")), rowid)'
            ' from raw_schools where squeeze("group") <> \'\' and not is_error(word("group"))'
            " and rowid not in (select n from no_records where table_name = 'schools')"
            ' group by word("group")'
        )
        self.con.execute("insert into group_words select word(name), group_id from defined_groups")

    def _keep_schools(self) -> None:
        """Where 學校名冊 itself decides, only schools with an accepted row are expected."""
        for table in ("known_schools", "school_names", "school_codes"):
            self.con.execute(
                f"delete from {table} where school_id not in (select school_id from kept_schools)"
            )
        ((schools,),) = self.con.execute("select count(*) from kept_schools").fetchall()
        if not schools:
            raise BuildError(
                f"學校名冊裡沒有一所「{self.programme.title.zh}」的學校。角色須是：{'、'.join(self.programme.roles.values())}。"
            )

    def _map_persons(self, tables: Sequence[Table]) -> None:
        self.con.execute(staging.create_person_texts(tables))
        run(self.con, "staging/person_cells.sql")
        if self.con.execute("from person_cells where may_be_several limit 1").fetchall():
            run(self.con, "staging/several_persons.sql")
        run(self.con, "staging/persons.sql")

    def _stage_tables(self, tables: Sequence[Table]) -> None:
        """Raw tables to accepted rows and flaws. Which rows are no records is asked once for all of them."""
        for table in tables:
            self._report_stage("整理", table)
            self.con.execute(staging.create_typed(table))
        odd = "r.n in (select n from typed_{} where fault is not null or warned <> 0 or odd)"
        asked = [(table, odd.format(table.id)) for table in tables if table.id != "schools"]
        no_records.find(self.con, asked, self._numbered())
        for table in tables:
            self._report_stage("檢查", table)
            self._stage_table(table)

    def _report_stage(self, verb: str, table: Table) -> None:
        """Report the next stage of a table; each passes two."""
        self.progress(0.45 + 0.35 * self.stages / (2 * len(self.tables)), f"{verb} {table.label['zh-TW']}")
        self.stages += 1

    def _numbered(self) -> dict[int, Sheet]:
        return {i: sheet for i, (_, sheet) in enumerate(self.sheets, 1)}

    def _stage_table(self, table: Table) -> None:
        con = self.con
        con.execute(staging.refuse_no_records(table))
        source = f"typed_{table.id}"
        if (QUERIES / "staging" / f"{table.id}.sql").is_file():
            run(self.con, f"staging/{table.id}.sql")
            source = f"keyed_{table.id}"
        ((repeated,),) = con.execute(staging.create_repeated(table, source)).fetchall()
        con.execute(staging.create_model(table, source, bool(repeated)))
        fates = con.execute(staging.count_fates(table, source)).fetchall()
        duplicates = dict(con.execute(staging.count_duplicates(table)).fetchall() if repeated else ())
        self.taken += [(file_id, rows, duplicates.get(file_id, 0)) for file_id, rows, _ in fates]
        for sql in staging.insert_contradictions(table) if repeated else ():
            con.execute(sql)
        lossy = [i for i, (_, s) in enumerate(self.sheets, 1) if s.table == table.id and s.lost_characters]
        if lossy or any(flawed for _, _, flawed in fates):
            con.execute(staging.insert_flaws(table, source, lossy))
            con.execute(evidence.insert_refused(table, source, set(columns_of(con, source))))
        for done in dict.fromkeys((f"typed_{table.id}", source, f"raw_{table.id}")):
            con.execute(f"drop table {done}")

    def _explain(self) -> None:
        """Sentences for the rejected rows and warnings, with likely schools for misspelt ones."""
        con = self.con
        run(con, "staging/flagged.sql")
        unknown = [
            stem
            for (stem,) in con.execute(
                "select distinct stem"
                " from (select stem_of(value) as stem, value from flagged where reason = 'unknown_school')"
                " where coalesce(county_in(squeeze(value)), getvariable('city')) = getvariable('city')"
                " and stem not in (select stem from school_names) and stem <> ''"
            ).fetchall()
        ]
        known = dict(con.execute("select stem, any_value(name) from known_schools group by stem").fetchall())
        load(self.con, "likely_schools", "stem text, name text", list(suggest(unknown, known).items()))
        run(self.con, "staging/rejects.sql")

    def _gone(self) -> list[Sheet]:
        """The files that the former snapshot has rows of and that are not there any more, also under no other name."""
        contents = {sheet.sha256 for _, sheet in self.sheets}
        former = {one.path: one for one in self.inputs.former.files.values()}
        return [
            Sheet(name, 0, one.modified_at, one.sha256, left_out=GONE)
            for name, one in former.items()
            if name not in self.there and one.sha256 not in contents
        ]

    def _describe_files(self) -> None:
        every = [*self.sheets, *((None, sheet) for sheet in self._gone())]
        rows = [
            (i, s.file, s.table, s.size, s.modified_at, s.sha256, s.encoding,
             *staging.places(s.layout, self.tables[s.table] if s.table else None), first, s.header_line,
             s.lost_characters, s.note, s.problem, s.left_out, s.likely, s.worksheet, s.link, s.stale_since,
             s.stale_because, self.rows.get(i, 0), _csv_line(s.header) if s.table else None)
            for i, (first, s) in enumerate(every, 1)
        ]  # fmt: skip
        load(
            self.con,
            "files",
            "file_id int, file text, table_name text, size bigint, modified_at timestamp, sha256 text, encoding text,"
            " known int[], before int[], first_row bigint, header_line int, lost_characters int, note text, problem text,"
            " left_out text, likely text, worksheet text, link text, stale_since timestamp, stale_because text, read bigint, header_row text",
            rows,
        )
        load(self.con, "unused_columns", intake.UNUSED, self.unused, temp=False)
        self.con.execute("alter table files add column school_id int")
        self.con.execute(no_records.CREATE)
        run(self.con, "staging/flaw_tables.sql")

    def _file_schools(self) -> None:
        """A file named after a school (研習紀錄_深澳國小.csv) is that school's."""
        self.con.execute(
            "update files set school_id = (select any_value(n.school_id) from school_names as n where n.stem = stem_of("
            " regexp_extract(files.file, '[_－-]([^_/#.]+)\\.[a-z]+(#.*)?$', 1))"
            " having count(distinct n.school_id) = 1)"
        )

    def _supplied(self) -> set[str]:
        """The tables with a row in any of their files: one that has none, or cannot be read, is as good as missing."""
        return {s.table for i, (_, s) in enumerate(self.sheets, 1) if s.table and self.rows.get(i)}

    # Measuring

    def measure(self) -> None:
        """Units of every indicator, then the states and results that follow from them."""
        self.progress(0.82, "計算指標")
        supplied = self._supplied()
        load(self.con, "tables", "table_name text, ord int, label text, supplied boolean",
                    [(t.id, i, t.label["zh-TW"], t.id in supplied) for i, t in enumerate(self._in_order(), 1)],
                    temp=False)  # fmt: skip
        self.con.execute(
            "create table units (kpi text, period text, school_id int, unit_id text, unit_label text, since date,"
            f" until date, attained_on date, amount decimal(38, 6), masked_id text, masked_label text, parts {_PARTS},"
            f" masked_parts {_PARTS})"
        )
        models = sorted(path.name for path in (QUERIES / "models").glob("*.sql"))
        for name in [m for m in models if m < "3"]:
            run(self.con, f"models/{name}")
        run(self.con, "kpi_macros.sql")
        masks.create_names(self.con, self.tables.values())
        for kpi in self.programme.kpis:
            self._keep_values(kpi)
            columns = self._columns_of(kpi)
            person = "person" if "person" in columns else "unit_label"
            masked = f"coalesce(replace({{0}}, {person}, coalesce(masked, '○')), {{0}})"
            # Without its table nothing is known of a unit's parts.
            has_parts = self.programme.kpis[kpi].table in supplied and "parts" in columns
            parts = "parts" if has_parts else "null"
            self.con.execute(
                "insert into units select $kpi, period, school_id, unit_id, unit_label, since, until, attained_on, amount,"
                f" {masked.format('unit_id')}, {masked.format('unit_label')}, {parts},"
                f" {self._masked_parts(kpi, columns, masked) if has_parts else 'null'}"
                f" from (\n{self.programme.query_of(kpi)}\n) as counted"
                f" left join masked_names on counted.{person} = masked_names.name"
                " where school_id in (select school_id from all_schools) order by school_id, unit_id",
                {"kpi": kpi},
            )
        self._define_amounts()
        self.con.execute(self._conditions())
        self.progress(0.9, "彙整各校、各組")
        evidence.describe_rows(self.con, self.programme, self.tables)
        self._describe_reads()
        load(self.con, "flag_codes", "flag text, ord int, message text",
             [(flag, i, message) for i, (flag, message) in enumerate(_FLAGS.items(), 1)])  # fmt: skip
        for name in [m for m in models if m >= "3"]:
            run(self.con, f"models/{name}")

    def _columns_of(self, kpi: str) -> set[str]:
        """Which of the optional columns `person` and `parts` an indicator's query gives.

        Without `person`, labels are masked whole. To have a query planned takes long, so the text of a shipped one is
        read: it gives `parts` last.
        """
        query = self.programme.query_of(kpi) or ""
        if not self._is_own(kpi):
            return {"person", *re.findall(r"\b(parts)\s+from\b", query)}
        self.con.execute(f"from (\n{query}\n) limit 0", {"kpi": kpi})
        return {name for name, *_ in self.con.description or ()}

    def _masked_parts(self, kpi: str, columns: set[str], masked: str) -> str:
        """The parts with labels as the unit's is masked; nothing for a shipped query, whose labels name nobody."""
        if not self._is_own(kpi):
            return "null"
        label = masked.format("part.label") if "person" in columns else "left('○' || part.label, 1)"
        return f"list_transform(parts, lambda part: struct_update(part, label := {label}))"

    def _is_own(self, kpi: str) -> bool:
        """Whether an indicator's query lies beside the definition."""
        return (self.programme.kpis[kpi].query or kpi) in self.programme.queries

    def _describe_reads(self) -> None:
        """What the query of each indicator names: tables, and columns of 學校名冊 that may be blank; and these cells."""
        tables, schools = self.tables, self.tables["schools"]
        columns = {c.id: c for c in schools.columns.values() if not c.required and c.type in _FACTS}
        registers = {one.id for one in tables.values() if one.person == "register"}
        reads = []
        for name, kpi in self.programme.kpis.items():
            text = f"{self.programme.query_of(name)}{self.programme.values_of(name) or ''}"
            words = [kpi.only_where, "classes" if kpi.base == "classes" else None]
            words += re.findall(r"\w+", re.sub(r"--.*", "", text))
            # The roster says whom a register names.
            words += ["staff"] if registers.intersection(words) else []
            reads += [(name, what, ord, word) for what, known in (("table", tables), ("column", columns))
                      for ord, word in enumerate(dict.fromkeys(words)) if word in known]  # fmt: skip
        load(self.con, "kpi_reads", "kpi text, what text, ord int, name text", reads)
        branches = [
            f"select school_id, '{name}' as column_name, file_id, line from kept_schools where {identifier(name)} is null"
            for name in columns
        ]
        self.con.execute("create or replace temp table blank_cells as " + " union all ".join(branches))
        headers = [
            (table.id, c.id, c.headers[0]) for table in tables.values() for c in table.columns.values()
        ]
        load(self.con, "column_headers", "table_name text, column_name text, header text", headers)

    def _define_amounts(self) -> None:
        """Amounts are whole numbers unless an indicator has fractions, which are exact to six decimals.

        `parts_of` counts an amount in its smallest parts, `one` being so many, for what is reckoned in whole numbers;
        `whole_of` leaves its fraction out.
        """
        query = "select coalesce(bool_or(amount <> trunc(amount)), false) from units"
        ((has_fractions,),) = self.con.execute(query).fetchall()
        macros = {
            "figure(amount)": "amount::bigint",
            "parts_of(amount)": "amount",
            "whole_of(amount)": "amount",
            "one()": "1",
        }
        if has_fractions:
            macros = {
                "figure(amount)": "amount::decimal(38, 6)",
                "parts_of(amount)": "(amount * 1000000)::hugeint",
                "whole_of(amount)": "floor(amount)::bigint",
                "one()": "1000000",
            }
        else:
            self.con.execute("alter table units alter amount type bigint")
        for name, sql in macros.items():
            self.con.execute(f"create or replace temp macro {name} as {sql}")

    def _keep_values(self, kpi: str) -> None:
        """`<query>_values`: what the indicator's query reads next, and pages show."""
        query = self.programme.values_of(kpi)
        if query is not None:
            name = f"{self.programme.kpis[kpi].query or kpi}_values"
            self.con.execute(f"create table if not exists {name} as from (\n{query}\n) limit 0", {"kpi": kpi})
            self.con.execute(f"insert into {name}\n{query}", {"kpi": kpi})

    def _conditions(self) -> str:
        """Which schools an indicator is for, where a column of 學校名冊 says so."""
        nothing = "select '' as kpi, 0::int as school_id, false as holds where false"
        branches = [
            f"select '{name}', school_id, \"{kpi.only_where}\" from kept_schools"
            for name, kpi in self.programme.kpis.items()
            if kpi.only_where
        ]
        return "create temp table conditions as " + " union all ".join([nothing, *branches])

    def _in_order(self) -> list[Table]:
        """Rosters first, then the tables in the order of the indicators that rest on them."""
        first = dict.fromkeys(["schools", "staff", *(kpi.table for kpi in self.programme.kpis.values())])
        return [self.tables[name] for name in dict.fromkeys([*first, *self.tables])]

    def describe(self, today: dt.date) -> None:
        """What the snapshot is made of: its inputs, the definition and the product's version."""
        con, programme = self.con, self.programme
        load(con, "taken", "file_id int, rows bigint, duplicate bigint", self.taken)
        con.execute(
            f"create table inputs as with counted as ({self._counted()}),"
            " warned as (select file, count(*) as warnings from rejects where severity = 'warning' group by file)"
            " select file_id, coalesce(left(file, len(file) - len(worksheet) - 1), file) as path, file, worksheet as sheet, link,"
            " files.table_name, tables.label as label, size, modified_at, sha256, encoding,"
            " read,"
            " coalesce(accepted, 0) as accepted, coalesce(duplicate, 0) as duplicate, coalesce(rejected, 0) as rejected,"
            " coalesce(no_record, 0) as no_record, coalesce(warnings, 0) as warnings, note, problem, left_out, likely,"
            " probable.label as likely_label, stale_since, stale_because, school_id, header_row"
            " from files left join counted using (file_id) left join warned using (file) left join tables using (table_name)"
            " left join tables as probable on files.likely = probable.table_name"
            " order by file_id"
        )
        con.execute(
            "create or replace table tables as select t.*, count(i.file_id) filter (where i.problem is null) as files,"
            " coalesce(sum(read), 0)::bigint as read, coalesce(sum(accepted), 0)::bigint as accepted,"
            " coalesce(sum(duplicate), 0)::bigint as duplicate, coalesce(sum(rejected), 0)::bigint as rejected,"
            " coalesce(sum(no_record), 0)::bigint as no_record, coalesce(sum(warnings), 0)::bigint as warnings,"
            " max(i.modified_at) filter (where i.problem is null) as changed_at"
            " from tables as t left join inputs as i using (table_name) group by all order by t.ord"
        )
        self._keep_spreadsheets()
        load(self.con, "reasons", "reason text, ord int, label text",
                    [(one.id, i, one.label) for i, one in enumerate(reasons.load().reasons, 1)], temp=False)  # fmt: skip
        load(self.con, 
            "snapshot",
            "programme text, title text, source_title text, built_at timestamp, former_built_at timestamp, version text, definition_hash text,"
            " fingerprint text, read_on date, as_of date, sample boolean, first_day date, last_day date, definition text, places text",
            [(programme.id, programme.title.zh, programme.source.zh, self.now, self.inputs.former.built_at, __version__, programme.fingerprint,
              self.fingerprint(today), today, programme.as_of, programme.sample,
              min(p.start for p in programme.periods), max(p.end for p in programme.periods),
              programme.model_dump_json(by_alias=True), as_json(self.inputs.places))],
            temp=False,
        )  # fmt: skip

    def _counted(self) -> str:
        """How many rows of each file were accepted, said again what another says, or rejected."""
        return (
            "select file_id, rows - duplicate as accepted, duplicate, coalesce(rejected, 0) as rejected,"
            " coalesce(no_record, 0) as no_record"
            " from taken left join (select file_id, count(*) as rejected,"
            " count(*) filter (reason = 'not_a_record') as no_record"
            " from flagged where severity = 'rejected' group by file_id) using (file_id)"
        )

    def _keep_spreadsheets(self) -> None:
        """The rows of spreadsheets as they were read, for a refresh that finds them unchanged or out of reach."""
        sources = self.inputs.sources
        load(
            self.con,
            "spreadsheets",
            "spreadsheet_id text, title text, link text, version text, settings text, read_at timestamp",
            [(s.id, s.title, s.link, s.version, s.settings, s.read_at) for s in sources if s.read_at],
            temp=False,
        )
        load(
            self.con,
            "worksheet_rows",
            "spreadsheet_id text, gid bigint, title text, table_name text, left_out text, likely text, line int, cells text[]",
            stored_rows(sources),
            temp=False,
        )

    def _compare_rejects(self) -> None:
        """Which rejected rows are new since the former snapshot, and which of its are resolved."""
        self.con.execute(
            "create temp table former_rejects (severity text, table_name text, file text, line int, reason text,"
            " message text, original text, masked_original text, school_id int, first_seen timestamp)"
        )
        if self.inputs.former.rejects is not None:
            self.con.register("incoming", self.inputs.former.rejects)
            self.con.execute("insert into former_rejects by name from incoming")
            self.con.unregister("incoming")
        run(self.con, "staging/reject_history.sql")

    def fingerprint(self, today: dt.date) -> str:
        """A short name of all that the figures rest on: definition, version, queries, contracts, day, and sources as read."""
        read = [(s.file, s.table, s.sha256, s.layout, s.constants, s.stale_because) for _, s in self.sheets]
        content = repr((self.programme.fingerprint, __version__, self.rules, today, read)).encode()
        digest = hashlib.sha256(content).hexdigest()
        return f"{digest[:4]}-{digest[4:8]}"

    def check(self) -> None:
        """Every query in `queries/checks/` must return no rows.

        Raises:
            BuildError: with the title of each check that failed and its first rows.
        """
        self.progress(0.97, "查核")
        failed = []
        for path in sorted((QUERIES / "checks").glob("*.sql")):
            query = path.read_text(encoding="utf-8")
            if rows := self.con.execute(query).fetchall():
                title = query.partition("\n")[0].removeprefix("-- ").partition(":")[0]
                failed.append(f"查核「{title}」未通過：{rows[:3]}")
        if failed:
            raise BuildError("\n".join(failed))

    def originals(self) -> list[tuple[str, str]]:
        """(SHA-256, path) of each file of the folder that was read."""
        return self.con.execute(
            "select distinct sha256, path from inputs"
            " where table_name is not null and problem is null and link is null order by path, sha256"
        ).fetchall()

    def counts(self) -> list[TableCount]:
        """What became of each table's rows."""
        return [TableCount(*row) for row in self.con.execute(TABLE_COUNTS).fetchall()]


# Of the first two the file's own sentence is used.
_FLAGS = {
    "unreadable_source": "",
    "stale_source": "",
    "base_rejected": "「{table}」有一列未採用，基數可能偏低：{sentence}",
    "rows_rejected": "「{table}」有一列未採用，改正後可能列入：{sentence}",
    "no_rows": "「{table}」沒有這所學校的任何一列：可能沒有辦理，也可能沒有送來。",
}
