"""The contracts of the incoming tables: one file in `sources/` is one table. A title tells which table a file is."""

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dashboard.definitions.faults import sentence, twice
from dashboard.definitions.headers import normalise
from dashboard.definitions.programme import Column as OwnColumn
from dashboard.definitions.programme import Programme
from dashboard.definitions.table import Column, Table
from dashboard.definitions.table_faults import faults_of
from dashboard.errors import OperatorError
from dashboard.paths import SOURCES


class ContractError(OperatorError):
    """A file in `sources/` is not a valid contract; the message has a sentence in Chinese for every fault."""


def load(folder: Path = SOURCES) -> dict[str, Table]:
    """Every table of `folder` by its id, in the order of file names.

    Raises:
        ContractError: with a sentence for every fault of every file.
    """
    tables: dict[str, Table] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        table, own_faults = _table(path)
        faults += [f"sources/{path.name}：{fault}" for fault in own_faults]
        if table is not None:
            tables[table.id] = table
    names = [
        normalise(name) for table in tables.values() for name in dict.fromkeys(map(normalise, table.names))
    ]
    faults += [
        f"sources/{table.id}.toml：names 的「{name}」也是別的資料表的名稱；一個名稱只能屬於一張表。"
        for name in twice(names)
        for table in tables.values()
        if name in map(normalise, table.names)
    ]
    if faults:
        raise ContractError("\n".join(faults))
    return tables


def chosen(tables: Mapping[str, Table], programme: Programme) -> dict[str, Table]:
    """The tables that a programme reads, with the columns that only it has."""
    wanted = set(programme.tables)
    return {
        name: replace(table, columns={**table.columns, **_extras(programme.columns.get(name, {}))})
        for name, table in tables.items()
        if name in wanted
    }


def _extras(columns: Mapping[str, OwnColumn]) -> dict[str, Column]:
    return {
        name: Column(name, (*extra.headers, name), extra.type, required=extra.required, note=extra.note)
        for name, extra in columns.items()
    }


def table_of(title: str, tables: Iterable[Table]) -> Table | None:
    """The table of which `title` contains a name; the longest name wins, then the one that begins first.

    A name in English is a word of its own: `constraining` is no training.
    """
    fits = [
        (-len(name), at, table)
        for table in tables
        for name in table.names
        if (at := _place(name, title)) is not None
    ]
    return min(fits, key=lambda fit: fit[:2])[2] if fits else None


def _place(name: str, title: str) -> int | None:
    """Where `title` contains a table's name."""
    if not name.isascii():
        return at if (at := normalise(title).find(normalise(name))) >= 0 else None
    word = rf"(?<![a-z]){name.replace('_', '[_ -]?')}s?(?![a-z])"
    match = re.search(word, unicodedata.normalize("NFKC", title).casefold())
    return match.start() if match else None


def near_name(title: str, tables: Iterable[Table]) -> tuple[str, str] | None:
    """(part of `title`, name) where a part differs by one character from a table's name of at least four."""
    key = normalise(title)
    for name in (name for table in tables for name in table.names if len(name) > 3 and not name.isascii()):
        for part in (key[at : at + len(name)] for at in range(len(key) - len(name) + 1)):
            if sum(one != other for one, other in zip(part, normalise(name), strict=True)) == 1:
                return part, name
    return None


def _table(path: Path) -> tuple[Table | None, list[str]]:
    """The table of a file, and its faults; None where it cannot be read as one."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        return None, [f"讀不到這個檔案：{error.strerror}。請檢查讀取權限。"]
    except UnicodeDecodeError:
        return None, ["不是 UTF-8 編碼。請另存成 UTF-8。"]
    except tomllib.TOMLDecodeError as error:
        return None, [f"不是正確的 TOML：{error}。請改正那一行。"]
    if "id" in raw:
        return None, ["不認得的鍵「id」，請刪除：資料表的代號就是檔名。"]
    if isinstance(raw.get("columns"), dict):
        raw["columns"] = {name: _column(name, spec) for name, spec in raw["columns"].items()}
    try:
        # In the mode of JSON a list may be a tuple, and nothing else is turned into anything.
        table = _TABLE.validate_json(json.dumps({**raw, "id": path.stem}, default=str))
    except ValidationError as error:
        return None, [sentence(fault) for fault in error.errors()]
    return table, faults_of(table)


def _column(name: str, spec: Any) -> Any:
    """A column with its id, which is a header too, and choices that are the same as their words."""
    if not isinstance(spec, dict):
        return spec
    headers, choices = spec.get("headers"), spec.get("choices")
    return {
        **spec,
        **({"headers": [*headers, name]} if isinstance(headers, list) and headers else {}),
        **({"choices": dict(zip(choices, choices, strict=True))} if isinstance(choices, list) else {}),
        "id": name,
    }


_TABLE = TypeAdapter(Table)
