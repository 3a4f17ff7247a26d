"""Add a meeting's period and the outcomes of earlier decisions; the day of a meeting gives the one before it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; a meeting of the first version has no such list."""
    op.drop_column("meetings", "previous")
    op.add_column("meetings", sa.Column("period", sa.String(120)))
    op.add_column("meetings", sa.Column("carried", sa.Text))
