"""Meetings and decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The first version."""
    op.create_table(
        "meetings",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("programme", sa.String(120), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("stamp", sa.String(120), nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("versus", sa.Date),
        sa.Column("group", sa.String(120)),
        sa.Column("school", sa.String(120)),
        sa.Column("order", sa.String(120), nullable=False),
        sa.Column("schools", sa.Boolean, nullable=False),
        sa.Column("previous", sa.String(32)),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("programme", "name", name="one_of_a_name"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("meeting", sa.String(32), sa.ForeignKey("meetings.id", ondelete="CASCADE"), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("kpi", sa.String(120)),
        sa.Column("period", sa.String(120)),
        sa.Column("group", sa.String(120)),
        sa.Column("school", sa.String(120)),
        sa.Column("done_on", sa.Date),
        sa.Column("written_at", sa.DateTime, nullable=False),
    )
    op.create_index("decisions_of_a_meeting", "decisions", ["meeting"])
