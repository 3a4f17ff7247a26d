"""The records of the store: a meeting, and a decision."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import uuid
from dataclasses import dataclass, field

from dashboard.errors import OperatorError

# The longest texts, in characters.
NAME, TEXT, PERSON = 80, 500, 80
ORDERS = ("gap", "definition")
OUTCOMES = ("done", "open", "late", "unknown")


ID = re.compile("[0-9a-f]{32}")


class StateError(OperatorError):
    """The store cannot be read or written; the message says what to do, in Chinese."""


def _id() -> str:
    return uuid.uuid4().hex


def now() -> dt.datetime:
    """The time in UTC, without a zone."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Decision:
    """A decision of a meeting: what, who does it, until when; about an indicator, a group, a school or none of them.

    done_on: the day on which a person closed it, where no figure decides.
    """

    meeting: str
    text: str
    who: str = ""
    until: dt.date | None = None
    kpi: str | None = None
    period: str | None = None
    group: str | None = None
    school: str | None = None
    done_on: dt.date | None = None
    written_at: dt.datetime = field(default_factory=now)
    id: str = field(default_factory=_id)


@dataclass(frozen=True)
class Outcome:
    """The outcome of a decision: one of OUTCOMES, and its figure then and now as text, where it has one."""

    decision: Decision
    kind: str
    then: str = ""
    now: str = ""


@dataclass(frozen=True)
class Meeting:
    """A meeting whose figures were frozen: the snapshot, the day, the day to compare with, the scope, the order.

    group, school: the scope, at most one of them; neither is the whole programme. schools: whether schools are named.
    period: the chosen one, if any. carried: the outcomes of earlier decisions at the time of freezing. created_at: UTC.
    id: 32 hexadecimal digits.
    """

    programme: str
    name: str
    stamp: str
    on: dt.date
    versus: dt.date | None = None
    group: str | None = None
    school: str | None = None
    order: str = "gap"
    schools: bool = True
    period: str | None = None
    carried: tuple[Outcome, ...] = ()
    created_at: dt.datetime = field(default_factory=now)
    id: str = field(default_factory=_id)


def cleaned(text: str, most: int, what: str) -> str:
    """A text for the store: on one line, without invisible characters.

    Raises:
        StateError: it is too long.
    """
    letters = (" " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in text)
    visible = "".join(one for one in letters if unicodedata.category(one) not in ("Cf", "Cs", "Co", "Cn"))
    line = " ".join(visible.split())
    if len(line) > most:
        raise StateError(f"{what}有 {len(line)} 個字，最多 {most} 個字；請寫短一點。")
    return line
