"""The versions of the store, oldest first; Alembic brings a store to the last one."""
