"""Sockets that listen."""

import socket

_BACKLOG = 2048


def open_listening(host: str, port: int, *, is_shared: bool = False) -> socket.socket:
    """
    Return a socket that listens at an address; raise `OSError` when that cannot be had.

    Shared sockets (SO_REUSEPORT) may be opened several times at one address:
    the kernel then gives each connection to one of them, by its addresses,
    so that each gets about its share.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=_BACKLOG, reuse_port=is_shared)
    listening.setblocking(False)
    return listening


def open_shared(host: str, port: int, count: int) -> list[socket.socket]:
    """Return so many sockets that listen at one address; with port 0, at one that the kernel picks."""
    first = open_listening(host, port, is_shared=True)
    port = first.getsockname()[1]
    return [first, *(open_listening(host, port, is_shared=True) for _ in range(count - 1))]
