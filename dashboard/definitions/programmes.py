"""The definitions of programmes: one file in `programmes/`, or in the data folder, is one programme.

A definition is checked whole when it is loaded, and each fault is one sentence for the person who edits it.
"""

import json
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dashboard.definitions.faults import sentence
from dashboard.definitions.programme import FORMS, Programme
from dashboard.definitions.programme_faults import faults_of
from dashboard.definitions.table import Table
from dashboard.errors import OperatorError
from dashboard.paths import PROGRAMMES

FOLDER = PROGRAMMES


class DefinitionError(OperatorError):
    """A definition cannot be used; `faults` are sentences, one per fault."""

    def __init__(self, path: Path, faults: Iterable[str]) -> None:
        """`path` is the definition's file; `faults` are sentences."""
        self.path, self.faults = path, tuple(faults)
        super().__init__("\n".join(f"{path.name}：{fault}" for fault in self.faults))

    def __reduce__(self) -> tuple[type, tuple[Path, tuple[str, ...]]]:
        """Pickle the path and the faults, from which the message is made."""
        return type(self), (self.path, self.faults)  # it may come from another process


def find(data: Path, ids: Iterable[str] = ()) -> list[Path]:
    """The definition files of `ids`; without any, those in the data folder, else all that the product ships.

    A definition in the data folder goes before a shipped one of the same id.
    """
    own = {path.stem: path for path in sorted(data.glob("*.toml"))} if os.path.isdir(data) else {}
    shipped = {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}
    wanted = tuple(ids)
    if not wanted:
        return list((own or shipped).values())
    known = shipped | own
    for name in wanted:
        if name not in known:
            there = "、".join(known)
            raise DefinitionError(FOLDER / f"{name}.toml", [f"找不到這個計畫的定義檔。現有：{there}。"])
    return [known[name] for name in wanted]


def load(path: Path, tables: Mapping[str, Table]) -> Programme:
    """The definition in `path`, checked against the tables there are.

    Raises:
        DefinitionError: with a sentence for every fault.
    """
    return of_values(_values(path, path.parent / "queries"), tables, path, named=True)


def load_former(path: Path, tables: Mapping[str, Table], queries: Callable[[str], Path]) -> Programme:
    """A definition as it once was, in a file of any name; with no queries beside it, those in `queries` of its id.

    Raises:
        DefinitionError: with a sentence for every fault.
    """
    beside = path.parent / "queries"
    place = beside if beside.is_dir() else queries(str(_merged(path).get("id")))
    return of_values(_values(path, place), tables, path)


def of_values(
    raw: Mapping[str, Any], tables: Mapping[str, Table], path: Path, *, named: bool = False
) -> Programme:
    """The definition of these values, its queries among them; `path` is where its faults are, `named` after its id.

    Raises:
        DefinitionError: with a sentence for every fault.
    """
    try:
        programme = Programme.model_validate_json(json.dumps(raw, default=str))
    except ValidationError as error:
        raise DefinitionError(path, [sentence(fault, FORMS) for fault in error.errors()]) from error
    if faults := [*faults_of(programme, tables), *(_wrong_name(programme, path) if named else ())]:
        raise DefinitionError(path, faults)
    return programme


def _values(path: Path, queries: Path) -> dict[str, Any]:
    raw = _merged(path)
    if "queries" in raw:
        raise DefinitionError(path, ["不認得的鍵「queries」，請檢查拼字或刪除。"])
    return {**raw, "queries": _own_queries(queries)}


def _own_queries(folder: Path) -> dict[str, str]:
    try:
        return {path.stem: path.read_text(encoding="utf-8-sig") for path in sorted(folder.glob("*.sql"))}
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(folder, [f"裡面的 SQL 讀不進來：{error}"]) from error


def _merged(path: Path, extended: tuple[Path, ...] = ()) -> dict[str, Any]:
    """The file's keys over those of the definition that it `extends`."""
    raw = _raw(path)
    base = raw.pop("extends", None)
    if base is None:
        return raw
    parent = FOLDER / f"{base}.toml"
    if not parent.is_file():
        raise DefinitionError(path, [f"extends 指的「{base}」不存在：programmes/ 裡沒有 {base}.toml。"])
    if parent in (path, *extended):
        raise DefinitionError(path, [f"extends 指的「{base}」又以它為本，繞了一圈。"])
    own_schools: dict[str, Any] = {"codes": {}, "aliases": {}} if raw.get("groups") == [] else {}
    return {**_merged(parent, (path, *extended)), **raw, **own_schools}


def _raw(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise DefinitionError(path, ["找不到這個定義檔。"]) from None
    except OSError as error:
        raise DefinitionError(path, [f"讀不到這個定義檔：{error.strerror}。請檢查讀取權限。"]) from error
    except UnicodeDecodeError as error:
        raise DefinitionError(path, ["不是 UTF-8 編碼。請另存成 UTF-8。"]) from error
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(path, [f"不是正確的 TOML：{error}"]) from error


def _wrong_name(programme: Programme, path: Path) -> list[str]:
    if programme.id == path.stem:
        return []
    return [f"id「{programme.id}」與檔名不同；檔名須是 {programme.id}.toml。"]
