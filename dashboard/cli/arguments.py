"""What an argument of the command line may be, and the arguments that several commands have."""

import argparse
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from dashboard.definitions import deployment
from dashboard.definitions.programme import is_programme_id
from dashboard.state.model import ORDERS


class Command(Protocol):
    """Adds a command to `kpi`: what it runs, its name, and what it does in a few words."""

    def __call__(
        self, run: Callable[[argparse.Namespace], int], name: str, text: str
    ) -> argparse.ArgumentParser:
        """The parser of a command `name` with the help `text`, which calls `run`."""
        ...


def reading(parser: argparse.ArgumentParser) -> None:
    """The arguments of a command that prints rows of a snapshot."""
    parser.add_argument("--warehouse", type=Path, help="快照存放處")
    parser.add_argument("--programme", metavar="ID", help="計畫")
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table")


def presenting(parser: argparse.ArgumentParser) -> None:
    """The arguments of a command that makes slides: of which day and schools, and how."""
    parser.add_argument("--warehouse", type=Path, help="快照存放處")
    parser.add_argument("--programme", metavar="ID", help="計畫")
    parser.add_argument("--as-of", type=day, metavar="YYYY-MM-DD", help="截至日")
    parser.add_argument(
        "--compare", type=day, metavar="YYYY-MM-DD", help="簡報比較的較早一天；會議預設為上次會議"
    )
    parser.add_argument("--group", metavar="NAME", help="只要這一組的學校")
    parser.add_argument("--school", metavar="NAME", help="只要這一所學校")
    parser.add_argument("--order", choices=ORDERS, default="gap", help="簡報的順序：落後多的在前，或依定義")
    parser.add_argument("--without-schools", action="store_true", help="簡報不寫任何校名")


def day(text: str) -> dt.date:
    """A day, as 2022-11-25."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"「{text}」不是日期，請寫成 2022-11-25") from None


def interval(text: str) -> float:
    """A length of time in seconds, a minute at least."""
    try:
        return max(60.0, deployment.seconds(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"「{text}」不是時間長度，請寫成 15m 或 1h") from None


def positive(text: str) -> int:
    """A whole number from 1."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"「{text}」須是 1 以上的整數")
    return int(text)


def port_number(text: str) -> int:
    """A TCP port; 0 is any that is free."""
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"「{text}」須是 0 到 65535 的整數")
    return int(text)


def programme_id(text: str) -> str:
    """The id of a programme."""
    try:
        return is_programme_id(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"「{text}」不能當代號：{error}") from None
