"""The errors of files that cannot be built: too large for the format, or no program here that builds them."""

from dashboard.errors import OperatorError


class CannotMake(OperatorError):
    """A file cannot be built; the message says what to take instead, in Chinese and English. status: the HTTP answer's."""

    status = 413
