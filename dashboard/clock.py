"""The time in Taiwan, wherever the machine's clock is set."""

import datetime as dt

TAIPEI = dt.timezone(dt.timedelta(hours=8), "Asia/Taipei")


def now() -> dt.datetime:
    """The time in Taiwan without its zone, as the snapshots store it."""
    return dt.datetime.now(TAIPEI).replace(tzinfo=None)


def today() -> dt.date:
    """The date in Taiwan."""
    return now().date()
