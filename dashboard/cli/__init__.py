"""The command `kpi`. Results go to standard output, messages to standard error, so that a pipe holds results alone.

Exit codes: 0 done; those of `errors` otherwise.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from dashboard.cli import ask, build, definitions, export, meetings, serve, tools
from dashboard.cli.common import say
from dashboard.errors import OperatorError, reason


def entry() -> None:
    """The console script.

    Results are UTF-8 whatever the terminal or the locale says. Only its user may read the files that it writes, for they
    hold the names of teachers.
    """
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run one command; gives its exit code."""
    try:
        options = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        code = int(options.run(options))
        sys.stdout.flush()  # a reader that has gone is noticed here rather than at exit
        return code
    except OperatorError as error:
        say(f"錯誤：{error}")
        return error.code
    except KeyboardInterrupt:
        say("已中斷。")
        return 3
    except OSError as error:
        # What is left in the buffer goes nowhere, lest it fail once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return 0
        what = f"「{error.filename}」讀寫失敗" if error.filename else "結果寫不出去"
        say(f"錯誤：{what}：{reason(error)}。請檢查輸出的位置、權限與磁碟空間。")
        return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kpi", description="數位學習精進方案 KPI：由各校的表單與試算表到可信的數字。"
    )
    parser.add_argument("--config", type=Path, help="設定檔（預設為目前資料夾的 kpi.toml）")
    commands = parser.add_subparsers(required=True, metavar="指令")

    def command(run: Callable[[argparse.Namespace], int], name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument("--config", type=Path, default=argparse.SUPPRESS, help="設定檔")
        added.set_defaults(run=run)
        return added

    for module in (build, serve, ask, export, meetings, tools, definitions):
        module.add(command)
    return parser
