"""Sockets that listen."""

import socket
from contextlib import suppress

_BACKLOG = 2048


def open_listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address; raise `OSError` with a way out when there is none."""
    listening = _open(host, port, is_shared=False)
    listening.listen(_BACKLOG)
    return listening


def open_shared(host: str, port: int, count: int) -> list[socket.socket]:
    """
    Return so many sockets at one address; with port 0, at one that the kernel picks.

    The kernel gives each connection to one of those that listen
    (SO_REUSEPORT), by its addresses, so that each gets about its share. At
    first that is only the first one: connections to another would wait until
    somebody serves there, who then lets it listen.
    """
    with _open(host, port, is_shared=True) as picked:
        # Each asks for the port by its number: only so it stays when the socket stops listening.
        port = picked.getsockname()[1]
        opened = [_open(host, port, is_shared=True) for _ in range(count)]
    opened[0].listen(_BACKLOG)
    return opened


def stop_listening(listening: socket.socket) -> None:
    """
    Let the kernel deal no more connections to a socket, and reset those that nobody accepted.

    It keeps its address: whoever listens on it again, also in another process,
    is dealt connections again. Where the system does not know that (Linux
    does), nothing happens.
    """
    # Shut down when it does not listen, its later connections would be born shut.
    if is_listening(listening):
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


def accept_queued(listening: socket.socket) -> list[socket.socket]:
    """Return the connections that the kernel has made and nobody accepted yet; wait for none."""
    accepted: list[socket.socket] = []
    # More than the queue holds came while it was emptied; whoever they are, that has to end.
    while len(accepted) < 2 * _BACKLOG:
        try:
            caller, _ = listening.accept()
        except ConnectionError:
            # One of them has left; there may be others.
            continue
        except OSError:
            # No more of them, or none for a process without descriptors left.
            break
        caller.setblocking(False)
        accepted.append(caller)
    return accepted


def is_listening(one: socket.socket) -> bool:
    """Return whether the kernel deals connections to this socket; not to one that is closed."""
    return one.fileno() >= 0 and bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _open(host: str, port: int, *, is_shared: bool) -> socket.socket:
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_shared:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if opened.family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        raise _told(host, port, error) from error
    opened.setblocking(False)
    return opened


def _told(host: str, port: int, error: OSError) -> OSError:
    # Python says the address once more behind the reason; a name that is not found has its own words.
    reason = error.strerror.split(" (while")[0] if error.strerror else str(error)
    return OSError(
        f"nobody can listen at {host}, port {port} ({reason}). Stop what is there, or set another "
        "GATEWAY_HOST, GATEWAY_PORT or GATEWAY_ADMIN_PORT."
    )
