"""The whole store as one readable file, and back again into a store of either kind."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from dashboard.state.database import newest, reading, writing
from dashboard.state.model import ID, NAME, ORDERS, OUTCOMES, PERSON, TEXT, StateError, cleaned
from dashboard.state.store import Store, outcomes
from dashboard.state.tables import MEETINGS, METADATA, SHORT

TABLES = {table.name: table for table in METADATA.sorted_tables}


def dump(store: Store) -> str:
    """The whole store as JSON.

    Raises:
        StateError: it cannot be read.
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    with reading(store.warehouse, store.address) as connection:
        for name, table in TABLES.items() if connection is not None else ():
            assert connection is not None
            records = connection.execute(sa.select(table).order_by(table.c.id)).mappings()
            rows[name] = [{key: _text(value) for key, value in row.items()} for row in records]
    return json.dumps({"version": newest(), **rows}, ensure_ascii=False, indent=1) + "\n"


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def load(store: Store, text: str, replace: bool = False) -> dict[str, int]:
    """Write a dump into a store that is empty or is to be replaced, whole or not at all; gives the number of rows.

    Raises:
        StateError: it is no dump of this version, or the store holds something.
    """
    try:
        content = json.loads(text)
        if content["version"] != newest():
            raise StateError(
                f"這份備份是版本 {content['version']} 的，這個系統讀的是 {newest()}。請用寫出它的版本。"
            )
        rows = {name: [_row(table, row) for row in content[name]] for name, table in TABLES.items()}
        for row in (*rows["meetings"], *rows["decisions"]):
            _check(row)
        for row in rows["meetings"]:
            _check_meeting(row)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StateError("這個檔案不是 kpi state dump 寫出的備份。") from error
    with writing(store.warehouse, store.address) as connection:
        taken = connection.execute(sa.select(MEETINGS.c.id)).first() is not None
        if taken and not replace:
            raise StateError(
                "這裡已經有會議的紀錄；要以備份取代，請加 --replace（先用 kpi state dump 另存一份）。"
            )
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
        try:
            for name, table in TABLES.items():
                if rows[name]:
                    connection.execute(table.insert(), rows[name])
        except IntegrityError:
            raise StateError(
                "這份備份的內容互相矛盾：有代號或會議名稱重複，或有決定沒有它的會議。沒有放回任何紀錄。"
            ) from None
    return {name: len(records) for name, records in rows.items()}


def _row(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    if set(row) != {column.name for column in table.c}:
        raise ValueError(table.name)
    kinds = {column.name: column.type for column in table.c}
    return {name: _value(kinds[name], value) for name, value in row.items()}


def _check_meeting(row: dict[str, Any]) -> None:
    """Check that the store could have written a meeting.

    Raises:
        ValueError: it could not.
    """
    is_sound = (
        re.fullmatch(r"\d{8}T\d{12}", row["stamp"])
        and re.fullmatch(r"[a-z0-9][a-z0-9-]*", row["programme"])
        and row["name"]
        and row["order"] in ORDERS
        and not (row["group"] and row["school"])
        and (row["versus"] is None or row["versus"] < row["on"])
        and all(one.kind in OUTCOMES for one in outcomes(row["carried"]))
    )
    if not is_sound:
        raise ValueError(row["id"])


def _check(row: dict[str, Any]) -> None:
    """Check that the store could have written a row's ids, days and texts.

    Raises:
        ValueError: it could not.
    """
    if not all(ID.fullmatch(one) for one in (row["id"], row.get("meeting") or row["id"])):
        raise ValueError(row["id"])
    for name, value in row.items():
        if isinstance(value, dt.date) and not 2000 <= value.year < 2100:
            raise ValueError(name)
        if isinstance(value, str) and name != "carried" and _cleaned(name, value) != value:
            raise ValueError(name)


def _cleaned(name: str, value: str) -> str:
    try:
        return cleaned(value, {"name": NAME, "text": TEXT, "who": PERSON}.get(name, SHORT), name)
    except StateError as error:
        raise ValueError(name) from error


def _value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, sa.DateTime):
        return dt.datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return dt.date.fromisoformat(value)
    if not isinstance(value, bool if isinstance(kind, sa.Boolean) else str):
        raise ValueError(value)
    return value
