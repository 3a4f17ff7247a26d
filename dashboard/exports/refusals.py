"""A file that cannot be made: too large for its format, or nothing here can make it."""

from dashboard.errors import OperatorError


class CannotMake(OperatorError):
    """The message says what to take instead, in Chinese and English. status: what a server answers."""

    status = 413
