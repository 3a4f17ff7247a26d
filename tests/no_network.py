"""`python -m tests.no_network FOLDER NOTES ORIGIN...` serves where no network is and prints how it answers.

In a namespace of its own, where a look-up of a name would wait until it is given up: what the server asks of the network
is noted in NOTES, and a handshake of each origin, with `P` for the port, has the time of a handshake.
"""

import fcntl
import os
import socket
import struct
import sys
from pathlib import Path

from tests import visitors

WITNESS = Path(__file__).parent / "browser" / "witness"


def main(folder: str, notes: str, *origins: str) -> None:
    """Bring up loopback alone, serve, and print the statuses of its own origin, of each other one and of a page."""
    with socket.socket() as device:
        up = struct.pack("16sh", b"lo", 0x1 | 0x40)  # IFF_UP, IFF_RUNNING
        fcntl.ioctl(device, 0x8914, up)  # SIOCSIFFLAGS
    witnessed = {"KPI_TEST_NOTES": notes, "PYTHONPATH": f"{WITNESS}{os.pathsep}{visitors.ROOT}"}
    with visitors.serving(Path(folder), environment=witnessed) as served:
        for origin in (served.origin, *origins):
            own = f"127.0.0.1:{served.port}"
            print(visitors.handshake(served.port, own, visitors.ported(origin, served.port)))
        print(served.ask("GET", "/_stcore/health").status)


if __name__ == "__main__":
    main(*sys.argv[1:])
