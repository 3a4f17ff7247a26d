"""What the commands share: the configuration they run under, the definitions it names, and what they say to a person."""

import argparse
import os
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dashboard import access, warehouse
from dashboard.cli.printing import printable
from dashboard.definitions import deployment, programmes
from dashboard.errors import reason

EVERY_SCHOOL = access.bureau(names=True)
# Served when nothing is configured; below the working folder, as everything is.
SAMPLE = Path("sample")


def config_of(options: argparse.Namespace) -> deployment.Config:
    """The configuration, with what the command line names instead."""
    loaded = deployment.load(options.config)
    data = getattr(options, "data", None)
    place = getattr(options, "warehouse", None)
    if data is None and place is None and not loaded.configured and (SAMPLE / "warehouse").is_dir():
        loaded = deployment.load(SAMPLE)
    wanted = (options.programme,) if getattr(options, "programme", None) else ()
    return deployment.with_folders(loaded, wanted, data, place)


def definitions_of(config: deployment.Config) -> list[Path]:
    """The definition file of each programme: one in its own data folder goes before a shipped one."""
    wanted = config.programmes or tuple(config.folders)
    if not wanted:
        return programmes.find(config.data)
    return [path for name in wanted for path in programmes.find(config.folder_of(name), (name,))]


def keep_private(place: Path) -> None:
    """Nobody else on this machine may look into a programme's snapshots that an earlier version left open to them."""
    for folder in [place / name for name in warehouse.programmes_in(place)] if os.name == "posix" else ():
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & 0o077:
            try:
                folder.chmod(mode & 0o700)
            except OSError as error:
                say(
                    f"請注意：「{folder}」裡有教師姓名，這台機器的其他使用者讀得到，權限卻改不了：{reason(error)}。"
                )


def when(stamp: str) -> str:
    """When the snapshot of a stamp was built."""
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]} {stamp[9:11]}:{stamp[11:13]}"


def say(text: str) -> None:
    """A message to the person, beside the results. Where it cannot be written, nobody reads it."""
    with suppress(OSError):
        print(printable(text), file=sys.stderr)


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """Within, Ctrl-C and SIGTERM raise KeyboardInterrupt, so that what was begun is taken away; gives what notes them.

    The exception alone may be lost, where it falls into a destructor that ignores it, or become another.
    """
    ended = threading.Event()

    def end(*_: object) -> None:
        ended.set()
        raise KeyboardInterrupt

    ours = threading.current_thread() is threading.main_thread()
    former = {one: signal.signal(one, end) for one in (signal.SIGTERM, signal.SIGINT)} if ours else {}
    try:
        yield ended
    finally:
        for one, handler in former.items():
            signal.signal(one, handler)
