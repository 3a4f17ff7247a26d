"""How Alembic runs the versions: on the connection that the store holds, in its transaction."""

from alembic import context

context.configure(**context.config.attributes)
context.run_migrations()
