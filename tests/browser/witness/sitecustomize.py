"""Loaded by every Python process of the product under test: notes each address it asks of another machine.

A browser sees only its own requests; what the server itself sends (telemetry, a look-up of its address) shows
only here. An audit hook sees every library's sockets and cannot be taken out again.
"""

import ipaddress
import os
import sys

NOTES = os.environ["KPI_TEST_NOTES"]
EVENTS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}


def _host(event, arguments):
    """The host that `event` is about; nothing for a local socket, whose address is a path."""
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[-1]
        return address[0] if isinstance(address, tuple) and isinstance(address[0], str) else None
    return arguments[0]


def _is_here(host):
    if isinstance(host, bytes):
        host = host.decode()
    if host in {None, "", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _note(event, arguments):
    if event in EVENTS and not _is_here(_host(event, arguments)):
        with open(NOTES, "a", encoding="utf-8") as notes:
            notes.write(f"{event} {_host(event, arguments)}\n")


sys.addaudithook(_note)
