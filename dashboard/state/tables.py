"""The tables of the store, in SQLAlchemy; `migrations` creates them."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)  # fmt: skip

from dashboard.state.model import NAME, PERSON, TEXT

METADATA = MetaData()
SHORT = 120  # ids, stamps, names of groups and schools

MEETINGS = Table(
    "meetings",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("programme", String(SHORT), nullable=False),
    Column("name", String(NAME), nullable=False),
    Column("stamp", String(SHORT), nullable=False),
    Column("on", Date, nullable=False),
    Column("versus", Date),
    Column("group", String(SHORT)),
    Column("school", String(SHORT)),
    Column("order", String(SHORT), nullable=False),
    Column("schools", Boolean, nullable=False),
    Column("period", String(SHORT)),
    Column("carried", Text),
    Column("created_at", DateTime, nullable=False),
    UniqueConstraint("programme", "name", name="one_of_a_name"),
)
DECISIONS = Table(
    "decisions",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("meeting", String(32), ForeignKey("meetings.id", ondelete="CASCADE"), nullable=False),
    Column("text", String(TEXT), nullable=False),
    Column("who", String(PERSON), nullable=False),
    Column("until", Date),
    Column("kpi", String(SHORT)),
    Column("period", String(SHORT)),
    Column("group", String(SHORT)),
    Column("school", String(SHORT)),
    Column("done_on", Date),
    Column("written_at", DateTime, nullable=False),
    Index("decisions_of_a_meeting", "meeting"),
)
