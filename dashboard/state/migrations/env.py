"""How Alembic runs the versions: on the connection that the store holds, in its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
