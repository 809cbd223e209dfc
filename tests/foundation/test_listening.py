"""Sockets that listen, alone and side by side."""

import socket

import pytest

from gateway.foundation.listening import open_listening, open_shared


def test_an_address_that_is_taken_is_an_error_at_once() -> None:
    """
    An OSError that says so, not a socket that hears nothing.
    """
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(OSError, match="in use"),
    ):
        open_listening("127.0.0.1", taken.getsockname()[1])


def test_shared_sockets_listen_at_one_address() -> None:
    """
    Port 0 is picked once for all; each socket accepts connections of its own.
    """
    opened = open_shared("127.0.0.1", 0, 3)
    try:
        addresses = {one.getsockname() for one in opened}
        callers = [socket.create_connection(opened[0].getsockname()) for _ in range(60)]
        accepted = [_accept_all(one) for one in opened]
    finally:
        for one in opened:
            one.close()
    for caller in callers:
        caller.close()

    assert 1 == len(addresses)
    assert 60 == sum(accepted)
    assert all(accepted)


def test_a_family_follows_its_address() -> None:
    """
    IPv6 for an address with colons.
    """
    with open_listening("::1", 0) as listening:
        assert socket.AF_INET6 == listening.family


def _accept_all(listening: socket.socket) -> int:
    count = 0
    while True:
        try:
            accepted, _ = listening.accept()
        except BlockingIOError:
            return count
        accepted.close()
        count += 1
