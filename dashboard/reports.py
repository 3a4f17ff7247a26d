"""The report of `kpi sheets`: whether each spreadsheet can be read, and the table and columns of each worksheet."""

import datetime as dt
from collections.abc import Iterator, Mapping

from dashboard.definitions.places import Places
from dashboard.definitions.table import Table
from dashboard.sources.recognition import EntryError
from dashboard.sources.sheet import Sheet
from dashboard.warehouse.gather import gather, sheets_of


def of_spreadsheets(places: Places, tables: Mapping[str, Table]) -> Iterator[tuple[str, bool]]:
    """(line, whether all is well) for each spreadsheet and each of its worksheets; the spreadsheets are read now."""
    known = {spreadsheet.id: spreadsheet for spreadsheet in places.spreadsheets}
    try:
        sources = gather(places, tables, {}, dt.datetime.now(), lambda share, text: None)
    except EntryError as error:
        yield f"✗ {error}", False
        return
    for source in sources:
        if source.problem:
            yield f"✗ {source.title}  {source.link}", False
            yield f"    {source.problem}", False
            continue
        yield f"✓ {source.title}  {source.link}", True
        for sheet in sheets_of(source, known[source.id], tables):
            for line in _worksheet(sheet, tables):
                yield line, sheet.problem is None


def _worksheet(sheet: Sheet, tables: Mapping[str, Table]) -> Iterator[str]:
    if sheet.table is None:
        yield f"    {sheet.worksheet}：略過。{sheet.left_out or ''}"
        return
    table = tables[sheet.table]
    if sheet.problem:
        yield f"    {sheet.worksheet} → {table.label['zh-TW']}：{sheet.problem}"
        return
    yield f"    {sheet.worksheet} → {table.label['zh-TW']}，{len(sheet.rows):,} 列"
    constant = {column for column, _ in sheet.constants}
    recognised = [column for column in table.columns.values() if column.id in sheet.layout]
    missing = [one for one in table.columns.values() if one.id not in sheet.layout and one.id not in constant]
    yield f"        認得：{'、'.join(column.headers[0] for column in recognised)}"
    if constant:
        yield f"        設定給定：{'、'.join(f'{table.columns[c].headers[0]} = {v}' for c, v in sheet.constants)}"
    if missing:
        yield f"        沒有：{'、'.join(column.headers[0] for column in missing)}"
    if sheet.note:
        yield f"        請注意：{sheet.note}"
