"""A call in a process of its own, with bounds on memory and time: what it reads cannot hurt the process that asks.

Not `multiprocessing`: its new processes run the main module again, which in the server is Streamlit's. This module imports
nothing of ours and no library, so that the bounds are set before anything large is there.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from dashboard.paths import with_product

# Of address space: to try a file out takes 2.6 GB of it for a city (0.2 of memory) and 5.9 for the nation (2.9).
MEMORY = 8 << 30
# The nation's takes 160 where others keep the machine busy; a city's takes two.
SECONDS = 300.0
# Below all that viewers wait for.
NICENESS = 10
P = ParamSpec("P")
T = TypeVar("T")

_turn = threading.Lock()


class Ended(Exception):
    """The process ended without a result: it crashed, or somebody killed it."""


def call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `function`, of a module, gives or raises; calls wait for each other, so that their bounds do not add up.

    Raises:
        MemoryError: it needed more than `MEMORY`.
        TimeoutError: it took longer than `SECONDS`.
        Ended: there is no result.
    """
    with _turn, _started() as process:
        assert process.stdin and process.stdout
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(SECONDS, end)
        timer.start()
        try:
            with contextlib.suppress(BrokenPipeError):
                pickle.dump((function, args, kwargs), process.stdin)
                process.stdin.flush()
            # Its input stays open until then: its end means to the process that nobody waits any more.
            answer = process.stdout.read()
            process.wait()
        finally:
            timer.cancel()
            process.kill()
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
    if process.returncode != 0:
        raise TimeoutError if late.is_set() else Ended(process.returncode)
    error, value = pickle.loads(answer)
    if error is not None:
        raise error
    return value  # type: ignore[no-any-return]


def _started() -> subprocess.Popen[bytes]:
    """In a session of its own: a Ctrl-C is for the server, with which it ends."""
    return subprocess.Popen(
        [sys.executable, "-m", "dashboard.apart", str(MEMORY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=with_product(os.environ),
        start_new_session=True,
    )


def _answer() -> None:
    """The other side: one call from standard input, and its result to standard output."""
    _bound(int(sys.argv[1]))
    # Whatever else is printed goes where errors do.
    result = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    error: BaseException | None = None
    value: Any = None
    try:
        function, args, kwargs = pickle.load(sys.stdin.buffer)
        threading.Thread(target=_end_with_the_other_side, daemon=True).start()
        value = function(*args, **kwargs)
    except Exception as raised:
        raised.__traceback__, error = None, raised
    try:
        answer = pickle.dumps((error, value))
    except MemoryError:
        answer = pickle.dumps((MemoryError(), None))
    with result:
        result.write(answer)
    # Without the farewell of every library.
    os._exit(0)


def _bound(memory: int) -> None:
    with contextlib.suppress(OSError):  # where memory runs out all the same, Linux ends this process first
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # Where the system has no such bound, the time is one.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = memory if most == resource.RLIM_INFINITY else min(memory, most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))


def _end_with_the_other_side() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    _answer()
