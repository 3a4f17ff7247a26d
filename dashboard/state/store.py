"""Meetings and decisions: freezing, finding, removing; noting, closing, and carrying on to the next meeting.

Whoever asks or writes says which schools may be seen: None is every school, and nothing is said for no school. Only who may see every school sees what is said of the whole or of a group:
a group's figures hold those of schools beyond one's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from dashboard.state.database import reading, writing
from dashboard.state.model import NAME, ORDERS, PERSON, TEXT, Decision, Meeting, StateError, cleaned, now
from dashboard.state.tables import DECISIONS, MEETINGS

EVERY = None  # of the schools that may be seen: all of them


@dataclass(frozen=True)
class Store:
    """The store of a warehouse; `address` is that of a PostgreSQL, or empty for the file of the warehouse."""

    warehouse: Path
    address: str = ""

    # Meetings

    def freeze(self, meeting: Meeting, schools: Collection[str] | None = ()) -> Meeting:
        """Note a meeting; which was before it, of the same programme and scope, is found here, and is what it is compared
        with where nothing else is chosen.

        Raises:
            StateError: its name is taken or none, or it cannot be written.
        """
        name = cleaned(meeting.name, NAME, "會議名稱")
        if not name:
            raise StateError("請寫會議名稱，例如「111-11 月校長會議」。")
        if meeting.order not in ORDERS or (meeting.group and meeting.school):
            raise StateError("會議的順序或範圍不對。")
        _check(meeting.school, schools)
        with writing(self.warehouse, self.address) as connection:
            before = [one for one in _meetings(connection, meeting.programme) if _is_before(one, meeting)]
            last = before[-1] if before else None
            versus = meeting.versus or (last.on if last and last.on < meeting.on else None)
            noted = replace(
                meeting, name=name, previous=last.id if last else None, versus=versus, created_at=now()
            )
            try:
                connection.execute(MEETINGS.insert().values(**asdict(noted)))
            except IntegrityError:
                raise StateError(f"已經有「{name}」這場會議；請換一個名稱，或先移除那一場。") from None
        return noted

    def meetings(self, programme: str, schools: Collection[str] | None = ()) -> list[Meeting]:
        """The meetings of a programme that lie within the schools that may be seen, the first held first."""
        with reading(self.warehouse, self.address) as connection:
            items = _meetings(connection, programme) if connection is not None else []
        return [one for one in items if _may_see(one.school, schools)]

    def meeting(self, programme: str, name: str, schools: Collection[str] | None = ()) -> Meeting | None:
        """One of them by its name."""
        wanted = cleaned(name, len(name), "")
        return next((one for one in self.meetings(programme, schools) if one.name == wanted), None)

    def remove(self, meeting: Meeting, schools: Collection[str] | None = ()) -> None:
        """Remove a meeting with its decisions; the next one then follows the one before it."""
        _check(meeting.school, schools)
        with writing(self.warehouse, self.address) as connection:
            connection.execute(DECISIONS.delete().where(DECISIONS.c.meeting == meeting.id))
            connection.execute(
                MEETINGS.update().where(MEETINGS.c.previous == meeting.id).values(previous=meeting.previous)
            )
            connection.execute(MEETINGS.delete().where(MEETINGS.c.id == meeting.id))

    # Decisions

    def decide(self, decision: Decision, schools: Collection[str] | None = ()) -> Decision:
        """Note a decision.

        Raises:
            StateError: it says nothing, or its meeting is gone, or it cannot be written.
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
        """Note that a decision was done, or with None that it was not."""
        _check(decision.school, schools)
        with writing(self.warehouse, self.address) as connection:
            connection.execute(DECISIONS.update().where(DECISIONS.c.id == decision.id).values(done_on=on))

    def withdraw(self, decision: Decision, schools: Collection[str] | None = ()) -> None:
        """Remove a decision."""
        _check(decision.school, schools)
        with writing(self.warehouse, self.address) as connection:
            connection.execute(DECISIONS.delete().where(DECISIONS.c.id == decision.id))

    def decisions(self, meeting: Meeting, schools: Collection[str] | None = ()) -> list[Decision]:
        """What was decided in a meeting, in the order of noting."""
        return self._decisions([meeting.id], schools)

    def carried(self, meeting: Meeting, schools: Collection[str] | None = ()) -> list[Decision]:
        """What earlier meetings of the same scope decided and no person closed before this one."""
        before: list[str] = []
        every = {one.id: one for one in self.meetings(meeting.programme, EVERY)}
        at = meeting.previous
        while at and at in every and at not in before:
            before.append(at)
            at = every[at].previous
        items = self._decisions(before, schools)
        return [one for one in items if one.done_on is None or one.done_on > meeting.on]

    def _decisions(self, meetings: Sequence[str], schools: Collection[str] | None) -> list[Decision]:
        with reading(self.warehouse, self.address) as connection:
            if connection is None or not meetings:
                return []
            query = sa.select(DECISIONS).where(DECISIONS.c.meeting.in_(meetings))
            rows = connection.execute(query.order_by(DECISIONS.c.written_at, DECISIONS.c.id)).mappings().all()
        return [one for one in (Decision(**_plain(row)) for row in rows) if _may_see(one.school, schools)]


def _meetings(connection: sa.Connection, programme: str) -> list[Meeting]:
    order = (MEETINGS.c.on, MEETINGS.c.created_at, MEETINGS.c.id)
    query = sa.select(MEETINGS).where(MEETINGS.c.programme == programme).order_by(*order)
    return [Meeting(**_plain(row)) for row in connection.execute(query).mappings()]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def _is_before(one: Meeting, other: Meeting) -> bool:
    return (one.group, one.school) == (other.group, other.school) and one.on <= other.on


def _check(school: str | None, schools: Collection[str] | None) -> None:
    """Raises `StateError` where what is written is about more than may be seen."""
    if not _may_see(school, schools):
        raise StateError("這超出你的檢視範圍，沒有寫入。")


def _may_see(school: str | None, schools: Collection[str] | None) -> bool:
    """Whether what is said of a school, or of more than one (None), may be seen."""
    return schools is None or (school is not None and school in schools)
