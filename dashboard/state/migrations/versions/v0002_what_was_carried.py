"""Of a meeting also the period, and what had become of earlier decisions; which meeting was before it is told by its day."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """A meeting that was noted before has no such list: it is made when it is asked for."""
    op.drop_column("meetings", "previous")
    op.add_column("meetings", sa.Column("period", sa.String(120)))
    op.add_column("meetings", sa.Column("carried", sa.Text))
