"""The store of what people write: frozen meetings and their decisions. It holds no source of figures and no snapshot.

It is a file of the warehouse (SQLite), or a PostgreSQL where several machines serve. The file is created by the first
write; before that, reading gives nothing.
"""

from dashboard.state.model import Decision, Meeting, Outcome, StateError

__all__ = ["Decision", "Meeting", "Outcome", "StateError"]
