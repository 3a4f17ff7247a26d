"""Meetings and decisions: freezing, finding, removing; noting, closing, and carrying on to the next meeting.

Each call names the schools that the caller may see: None is every school, an empty set none. Only who may see every
school gets what is about the whole or a group: a group's figures include schools beyond one's own.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from dashboard.state.database import reading, writing
from dashboard.state.model import (
    NAME,
    ORDERS,
    PERSON,
    TEXT,
    Decision,
    Meeting,
    Outcome,
    StateError,
    cleaned,
    now,
)
from dashboard.state.tables import DECISIONS, MEETINGS

EVERY = None  # the schools that a caller may see: all


@dataclass(frozen=True)
class Store:
    """The store of a warehouse; `address` is that of a PostgreSQL, or empty for the file of the warehouse."""

    warehouse: Path
    address: str = ""

    # Meetings

    def freeze(self, meeting: Meeting, schools: Collection[str] | None = ()) -> Meeting:
        """Note a meeting.

        Raises:
            StateError: its name is taken or blank, or it cannot be written.
        """
        name = cleaned(meeting.name, NAME, "會議名稱")
        if not name:
            raise StateError("請寫會議名稱，例如「111-11 月校長會議」。")
        if meeting.order not in ORDERS or (meeting.group and meeting.school):
            raise StateError("會議的順序或範圍不對。")
        _check(meeting.school, schools)
        noted = replace(meeting, name=name, created_at=now())
        with writing(self.warehouse, self.address) as connection:
            try:
                connection.execute(MEETINGS.insert().values(**_record(noted)))
            except IntegrityError:
                raise StateError(f"已經有「{name}」這場會議；請換一個名稱，或先移除那一場。") from None
        return noted

    def before(self, meeting: Meeting) -> list[Meeting]:
        """The meetings before one, of the same programme and scope, by their days; the last is the one that it follows."""
        every = self.meetings(meeting.programme, EVERY)
        return [one for one in every if one.id != meeting.id and _is_before(one, meeting)]

    def meetings(self, programme: str, schools: Collection[str] | None = ()) -> list[Meeting]:
        """The meetings of a programme whose scope the caller may see, by their days."""
        with reading(self.warehouse, self.address) as connection:
            items = _meetings(connection, programme) if connection is not None else []
        return [one for one in items if may_see(one.school, schools)]

    def meeting(self, programme: str, name: str, schools: Collection[str] | None = ()) -> Meeting | None:
        """The meeting of a name; None where there is none."""
        wanted = cleaned(name, len(name), "")
        return next((one for one in self.meetings(programme, schools) if one.name == wanted), None)

    def remove(self, meeting: Meeting, schools: Collection[str] | None = ()) -> None:
        """Remove a meeting with its decisions."""
        _check(meeting.school, schools)
        with writing(self.warehouse, self.address) as connection:
            connection.execute(DECISIONS.delete().where(DECISIONS.c.meeting == meeting.id))
            connection.execute(MEETINGS.delete().where(MEETINGS.c.id == meeting.id))

    # Decisions

    def decide(self, decision: Decision, schools: Collection[str] | None = ()) -> Decision:
        """Note a decision.

        Raises:
            StateError: it has no text, its meeting is gone, or it cannot be written.
        """
        noted = replace(
            decision, text=cleaned(decision.text, TEXT, "決定"), who=cleaned(decision.who, PERSON, "負責的人")
        )
        if not noted.text:
            raise StateError("請寫決定了什麼。")
        _check(noted.school, schools)
        with writing(self.warehouse, self.address) as connection:
            if (
                connection.execute(sa.select(MEETINGS.c.id).where(MEETINGS.c.id == noted.meeting)).first()
                is None
            ):
                raise StateError("這場會議已經移除了，決定沒有記下。")
            noted = replace(noted, written_at=now())
            connection.execute(DECISIONS.insert().values(**asdict(noted)))
        return noted

    def close(self, decision: Decision, on: dt.date | None, schools: Collection[str] | None = ()) -> None:
        """Set the day on which a decision was done; None reopens it."""
        _check(decision.school, schools)
        with writing(self.warehouse, self.address) as connection:
            connection.execute(DECISIONS.update().where(DECISIONS.c.id == decision.id).values(done_on=on))

    def withdraw(self, decision: Decision, schools: Collection[str] | None = ()) -> None:
        """Remove a decision."""
        _check(decision.school, schools)
        with writing(self.warehouse, self.address) as connection:
            connection.execute(DECISIONS.delete().where(DECISIONS.c.id == decision.id))

    def decisions(self, meeting: Meeting, schools: Collection[str] | None = ()) -> list[Decision]:
        """The decisions of a meeting, in the order of noting."""
        with reading(self.warehouse, self.address) as connection:
            if connection is None:
                return []
            query = sa.select(DECISIONS).where(DECISIONS.c.meeting == meeting.id)
            rows = connection.execute(query.order_by(DECISIONS.c.written_at, DECISIONS.c.id)).mappings().all()
        return [one for one in (Decision(**_plain(row)) for row in rows) if may_see(one.school, schools)]


def _meetings(connection: sa.Connection, programme: str) -> list[Meeting]:
    order = (MEETINGS.c.on, MEETINGS.c.created_at, MEETINGS.c.id)
    query = sa.select(MEETINGS).where(MEETINGS.c.programme == programme).order_by(*order)
    return [_meeting(_plain(row)) for row in connection.execute(query).mappings()]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def _record(meeting: Meeting) -> dict[str, Any]:
    """A meeting as a row; its outcomes are one text, since they are written once and never queried in part."""
    return {**asdict(meeting), "carried": json.dumps([asdict(one) for one in meeting.carried], default=str)}


def _meeting(row: dict[str, Any]) -> Meeting:
    return Meeting(**{**row, "carried": outcomes(row["carried"])})


def outcomes(text: str | None) -> tuple[Outcome, ...]:
    """The outcomes in the text of a meeting's row.

    Raises:
        ValueError, TypeError, KeyError: it is no such text.
    """
    return tuple(
        Outcome(
            Decision(**{**one["decision"], **_days(one["decision"])}), one["kind"], one["then"], one["now"]
        )
        for one in json.loads(text or "[]")
    )


def _days(decision: dict[str, Any]) -> dict[str, Any]:
    days = {name: decision[name] and dt.date.fromisoformat(decision[name]) for name in ("until", "done_on")}
    return {**days, "written_at": dt.datetime.fromisoformat(decision["written_at"])}


def _is_before(one: Meeting, other: Meeting) -> bool:
    is_of_scope = (one.group, one.school) == (other.group, other.school)
    return is_of_scope and (one.on, one.created_at) < (other.on, other.created_at)


def _check(school: str | None, schools: Collection[str] | None) -> None:
    """Check that the caller may see what is written about.

    Raises:
        StateError: the caller may not.
    """
    if not may_see(school, schools):
        raise StateError("這超出你的檢視範圍，沒有寫入。")


def may_see(school: str | None, schools: Collection[str] | None) -> bool:
    """Whether a caller may see what is about one school, or about more than one (None)."""
    return schools is None or (school is not None and school in schools)
