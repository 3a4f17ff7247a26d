"""The environment in which Alembic runs the versions: the store's connection, in its transaction."""

from alembic import context

context.configure(**context.config.attributes)
context.run_migrations()
