"""The likely meaning of a file, a worksheet or a column, and the file that keeps it once somebody takes it.

`readings.toml` beside the configuration holds the meanings taken, as `[[files]]` of `kpi.toml` do; a person can edit it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.definitions import contracts
from dashboard.definitions.deployment import READINGS, Config, ConfigError
from dashboard.definitions.places import Entry
from dashboard.errors import reason
from dashboard.rows import Input, UnusedColumn
from dashboard.sources.recognition import pattern_of
from dashboard.warehouse import notes


@dataclass(frozen=True)
class Offer:
    """A likely meaning of the files of a pattern, `name`.

    With a header: `header` is `column` of the table. Without one: the files are the table. Both are in Chinese.
    """

    name: str
    table: str
    entry: Entry
    header: str | None = None
    column: str | None = None


def offers(inputs: Iterable[Input], columns: Iterable[UnusedColumn]) -> list[Offer]:
    """The likely meanings of what was left out, each once."""
    tables = contracts.load()
    likely: dict[tuple[str, str | None], Offer] = {}
    for unused in columns:
        if unused.likely and unused.likely_header:
            name = pattern_of(*_parted(unused), tables.get(unused.table_name))
            header, column = unused.header, unused.likely_header
            offer = Offer(name, unused.label, Entry(rename={header: column}), header, column)
            likely.setdefault((name, header), offer)
    for file in inputs:
        if file.likely and file.likely_label:
            name = pattern_of(*_parted(file), None)
            likely.setdefault((name, None), Offer(name, file.likely_label, Entry(table=file.likely)))
    return list(likely.values())


def _parted(row: Input | UnusedColumn) -> tuple[str, str | None]:
    """The path of a file, and its worksheet's title."""
    return row.file if row.sheet is None else row.file.removesuffix(f"#{row.sheet}"), row.sheet


def take(config: Config, offer: Offer) -> None:
    """Write a meaning to `readings.toml`.

    Raises:
        ConfigError: it cannot be written.
    """
    place = config.place if config.place.is_dir() else config.place.parent
    path = place / READINGS
    lines = ["", "[[files]]", f"name = {_text(offer.name)}"]
    if offer.entry.table is not None:
        lines.append(f"table = {_text(offer.entry.table)}")
    if pairs := ", ".join(f"{_text(theirs)} = {_text(ours)}" for theirs, ours in offer.entry.rename.items()):
        lines.append(f"rename = {{ {pairs} }}")
    try:
        with _taking:
            former = path.read_text(encoding="utf-8-sig") if path.exists() else _HEAD
            notes.write(path, former + "\n".join(lines) + "\n")
    except OSError as error:
        raise ConfigError(f"「{path}」寫不進去：{reason(error)}。請檢查權限與磁碟空間。") from error


def _text(text: str) -> str:
    """A string of TOML, which JSON's are but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


# Two at once must not lose either.
_taking = threading.Lock()
_HEAD = """\
# 在「資料」頁採用的讀法：哪些檔案（或 檔案#工作表）是哪一張資料表、哪個欄名是哪一欄。
# name 裡的 * 是任何文字。可以修改，不要的整段刪除；下次更新就照改過的讀。
"""
