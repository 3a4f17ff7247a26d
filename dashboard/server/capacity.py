"""How many files the server's process may still open: each viewer, snapshot and download takes some."""

from __future__ import annotations

import os
from contextlib import suppress


def _file_limit() -> int:
    """How many files this process may have open, with the soft limit raised to the hard one; 0 where that is unknown."""
    try:
        import resource
    except ImportError:  # Windows has none
        return 0
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if wanted > soft:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


FILES = _file_limit()
# Left for snapshots, builds and the viewers that are there; an open viewer takes four.
RESERVE = min(192, FILES // 3)


def is_scarce(reserve: int) -> bool:
    """Whether fewer than `reserve` more files can be opened."""
    if not FILES:
        return False
    try:
        return len(os.listdir("/dev/fd")) > FILES - reserve
    except OSError:
        return True
