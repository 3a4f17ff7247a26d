"""Which rows are no records: totals, examples, instructions, signatures, repeated headers, and 「本月無」.

The rows that may be none are few and each cell of them is asked a dozen things, so Python reads them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import duckdb

from dashboard.definitions.column_types import TYPES
from dashboard.definitions.table import Column, Table
from dashboard.warehouse.build import staging
from dashboard.warehouse.build.base import Stored
from dashboard.warehouse.build.texts import HAN, is_example, is_none, is_total, squeezed, word
from dashboard.warehouse.sql import identifier, load

COLUMNS = "table_name text, n bigint, said text, kind text"
"""Of the table `no_records`, the raw rows that are none: the text by which each is known, and what it is."""

# The words of which such a row has one, in a cell that the patterns below judge.
_WORDS = (
    r"[小合總累]\W*計|共\W*計?\W*[\d０-９一二三四五六七八九十百千兩]|計\s*[\d０-９]|平\W*均|總\s*[一-鿿]?次?數|total|sum|average"
    r"|[範示]\W*例|例|ex|e\.g|[必選]\W*填|說\W*明|承\W*辦|[覆審複]\W*核|核\W*章|填\W*[表報]|製\W*表|首\W*長|主\W*[任管]|校\W*長|人\W*事|會\W*計"
    r"|日期|時間|電話|聯絡|分機|無|沒\W*有|未|n/?a|Ｎ／Ａ|[-–—―─－/／=_]|[※*◎註]|注意|空白|資料|所列|附件|本表|請|頁|\d[.、)]"
)
_SIGNATURE = re.compile(
    rf"(?:承辦(?:人|單位)?|核章|填[表報]人?|製表人?|[覆審複]核|(?:機關)?首長|(?:單位)?主管|人事|會計|{HAN}{{0,4}}主任|校長)(?:核章|簽章|蓋章)?"
    rf"(?::.*|{HAN}{{0,8}}|[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ.]{{2,}})|(?:(?:製表|填表|列印)(?:日期|時間)|(?:聯絡|連絡)?電話|聯絡人|分機)(?::.*)?"
)
# Of a row that has no other cell: a remark, an end, the number of a page.
_REMARK = re.compile(
    r"※|\*|◎|註\d*[:.、]|[備附]註|注意|(?:填寫|填表|填報)?說明|[以如][上下](?:空白|資料|所列|附件)|本表|請|第?\d+頁|[-–—―─=_]{3,}"
    rf"|\d{{1,2}}[.、)]{HAN}{{4,}}",
    re.ASCII,
)
# Beside 承辦人： may be a name, a number or a day.
_SIGNED_FOR = re.compile(rf"{HAN}+:")
_SIGNER = re.compile(rf"{HAN}{{2,4}}|[\d/.()#年月日-]+", re.ASCII)
_IN_BRACKETS = re.compile(r"[(\[【〔].*?[)\]】〕]")
_AROUND_HEADER = re.compile(r"^(?:[*※:、]|\d+[.、])+|[*※:、]+$", re.ASCII)


class _Said(NamedTuple):
    text: str
    kind: str


@dataclass(frozen=True)
class _Cell:
    """A filled cell: its column, None where no contract knows it, its text, and that without blanks."""

    column: str | None
    text: str
    name: str


class Judge:
    """Finds the rows of one table that are no records."""

    def __init__(self, table: Table) -> None:
        """Compile the patterns of one table's contract."""
        self.table, self.columns = table, list(table.columns.values())
        required = [column for column in self.columns if column.required]
        headers = "|".join(re.escape(column.headers[0]) for column in required)
        others = "|".join(re.escape(name) for column in required for name in (column.id, *column.headers[1:]))
        self._may_be_none = re.compile(
            rf"{_WORDS}|{headers}|(?:^|\x1f)\W*(?:{others})\W*(?:\x1f|$)", re.ASCII | re.IGNORECASE
        )
        self._headers = {c.id: {word(name) for name in (c.id, *c.headers)} for c in self.columns}
        self._named_by = {c.id: named_by(table, c) for c in self.columns}
        self._needed = {c.id for c in self.columns if c.required or self._named_by[c.id]}
        self._persons = {c.id for c in self.columns if names_person(table, c)}

    def no_records(
        self, rows: Iterable[tuple[int, int, list[str], list[str] | None]], sheets: Mapping[int, Stored]
    ) -> Iterator[tuple[str, int, str, str]]:
        """(table, n, text, kind) of those of `rows`, which are (n, file_id, known cells, further cells)."""
        places: dict[int, tuple[list[int], list[int]]] = {}
        for n, file_id, known, extra in rows:
            if self._may_be_none.search("\x1f".join([*known, *(extra or ())])):
                if file_id not in places:
                    places[file_id] = staging.places(sheets[file_id].sheet.layout, self.table)
                if said := self._judge(list(self._cells(*places[file_id], known, extra or []))):
                    yield self.table.id, n, said.text, said.kind

    def _cells(
        self, known: Sequence[int], before: Sequence[int], cells: list[str], extra: list[str]
    ) -> Iterator[_Cell]:
        """The filled cells of a row as its file has them in order."""
        done, ordered = 0, list[tuple[str | None, str]]()
        for place, many in zip(known, before, strict=True):
            ordered += [(None, text) for text in extra[done:many]]
            ordered.append((self.columns[place - 1].id, cells[place - 1]))
            done = many
        ordered += [(None, text) for text in extra[done:]]
        return (_Cell(column, text, name) for column, text in ordered if (name := squeezed(text)))

    def _judge(self, cells: Sequence[_Cell]) -> _Said | None:
        """What a row is that is no record; None where it is one, or blank."""
        if not cells:
            return None
        first = cells[0]
        of = {cell.column: cell for cell in cells if cell.column}
        # In the order of the contract.
        known = [of[column.id] for column in self.columns if column.id in of]
        named = [cell for cell in known if cell.column in self._needed | self._persons]
        for judge, kind in ((is_total, "total"), (is_example, "example")):
            for cell in (*named, first):
                if judge(cell.name):
                    return _Said(cell.text, kind)
        if self._is_signed(cells):
            return _Said(first.text, "signature")
        if len(cells) == 1 and _REMARK.match(first.name):
            return _Said(first.text, "example")
        headers = [cell for cell in known if _as_header(cell.name) in self._headers[cell.column or ""]]
        if len(headers) > 1 or (headers and len(cells) == 1):
            return _Said(headers[0].text, "header")
        for cell in known:
            if self._says_nothing(cell, of):
                return _Said(cell.text, "nothing")
        return None

    def _is_signed(self, cells: Sequence[_Cell]) -> bool:
        former = ""
        for cell in cells:
            beside = _SIGNED_FOR.fullmatch(former) and _SIGNATURE.fullmatch(former)
            if not (_SIGNATURE.fullmatch(cell.name) or (beside and _SIGNER.fullmatch(cell.name))):
                return False
            former = cell.name
        return True

    def _says_nothing(self, cell: _Cell, of: Mapping[str, _Cell]) -> bool:
        """Whether a needed cell says that there was nothing, and so does the column that could replace it."""
        column = self.table.columns[cell.column or ""]
        if column.id not in self._needed or not TYPES[column.type].is_nothing or not is_none(cell.name):
            return False
        other = of.get(self._named_by[column.id] or "")
        return other is None or is_none(other.name)


def _as_header(name: str) -> str:
    return _AROUND_HEADER.sub("", _IN_BRACKETS.sub("", name)).lower()


def names_person(table: Table, column: Column) -> bool:
    """Whether a column names the person of a row."""
    return column.type == "person" or bool(table.person and column.id == "staff_id")


def named_by(table: Table, column: Column) -> str | None:
    """The column that may replace a needed one: 教師編號 names a person of the roster, or else school and name do."""
    return "staff_id" if table.person == "roster" and column.id in ("school", "name") else None


def find(
    con: duckdb.DuckDBPyConnection, asked: Sequence[tuple[Table, str]], sheets: Mapping[int, Stored]
) -> None:
    """Insert into `no_records` the raw rows of each table that are none, among those that meet the condition beside it."""
    refused = []
    for table, rows in asked:
        cells = ", ".join(f"r.{identifier(name)}" for name in table.columns)
        query = f"select r.n, r.file_id, [{cells}], r.extra from {staging.raw_rows(table)} as r where {rows}"
        judge, result = None, con.execute(query)
        while some := result.fetchmany(10_000):
            judge = judge or Judge(table)
            refused += list(judge.no_records(some, sheets))
    if refused:
        load(con, "refused", COLUMNS, refused)
        con.execute("insert into no_records from refused; drop table refused")
