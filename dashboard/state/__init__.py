"""What people write here: meetings that were frozen, and what was decided in them. No source of figures, and no snapshot.

It is a file of the warehouse (SQLite), or a PostgreSQL where several machines serve. Nothing is made until something is
written: whoever only reads finds nothing.
"""

from dashboard.state.model import Decision, Meeting, Outcome, StateError

__all__ = ["Decision", "Meeting", "Outcome", "StateError"]
