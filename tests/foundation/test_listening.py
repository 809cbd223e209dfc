"""Sockets that listen, alone and side by side."""

import socket

import pytest

from gateway.foundation.listening import (
    accept_queued,
    is_listening,
    open_listening,
    open_shared,
    stop_listening,
)


def test_an_address_that_is_taken_is_an_error_at_once() -> None:
    """
    An OSError that says so, and which settings lead elsewhere; not a socket that hears nothing.
    """
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use") as told:
        open_listening("127.0.0.1", port := taken.getsockname()[1])

    expected = (
        f"nobody can listen at 127.0.0.1, port {port} (Address already in use). Stop what is there, or set "
    )
    assert expected + "another GATEWAY_HOST, GATEWAY_PORT or GATEWAY_ADMIN_PORT." == str(told.value)


def test_a_host_that_is_not_known_is_an_error_in_the_same_words() -> None:
    """
    With what the system says of the name.
    """
    with pytest.raises(OSError, match=r"at nobody\.invalid, port 80 \(.+\)\. .*GATEWAY_HOST"):
        open_listening("nobody.invalid", 80)


def test_whom_nobody_serves_yet_is_dealt_no_connection() -> None:
    """
    At first everyone is connected to the first socket; an address that is taken is an error all the same.
    """
    opened = open_shared("127.0.0.1", 0, 3)
    callers = [socket.create_connection(opened[0].getsockname()) for _ in range(60)]
    accepted = _accept_all(opened[0])
    listening = [is_listening(one) for one in opened]
    with pytest.raises(OSError, match="in use"):
        open_listening(*opened[1].getsockname())
    for one in (*opened, *callers):
        one.close()

    assert (60, [True, False, False]) == (accepted, listening)


def test_shared_sockets_listen_at_one_address() -> None:
    """
    Port 0 is picked once for all; each socket accepts connections of its own.
    """
    opened = open_shared("127.0.0.1", 0, 3)
    for one in opened[1:]:
        one.listen(60)
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


def test_the_queue_is_emptied_without_waiting() -> None:
    """
    Everyone who was connected is there, in their order, and nobody else is waited for.
    """
    with open_listening("127.0.0.1", 0) as listening:
        callers = [socket.create_connection(listening.getsockname()) for _ in range(20)]
        accepted = accept_queued(listening)
        later = accept_queued(listening)
    of_callers = [caller.getsockname() for caller in callers]
    of_accepted = [one.getpeername() for one in accepted]
    for one in (*callers, *accepted):
        one.close()

    assert (of_callers, []) == (of_accepted, later)
    assert [] == accept_queued(listening)


def test_one_that_stops_listening_is_dealt_nothing_until_it_listens_again() -> None:
    """
    Who waits in its queue is reset, who comes then is dealt to the others, and its address stays.
    """
    opened = open_shared("127.0.0.1", 0, 2)
    opened[1].listen(60)
    address = opened[0].getsockname()
    waiting = [socket.create_connection(address) for _ in range(60)]
    in_the_first = 60 - _accept_all(opened[1])

    stop_listening(opened[0])
    reset = sum(map(_is_reset, waiting))
    callers = [socket.create_connection(address) for _ in range(30)]
    meanwhile = [_accept_all(opened[1]), *map(is_listening, opened)]
    for one in opened:
        stop_listening(one)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    opened[0].listen()
    callers += [socket.create_connection(address) for _ in range(30)]
    accepted, _ = opened[0].accept()
    accepted.sendall(b"hello")
    heard = callers[-30].recv(5)
    again = 1 + _accept_all(opened[0])
    for one in (*opened, *waiting, *callers, accepted):
        one.close()

    assert reset == in_the_first > 0
    assert [30, False, True] == meanwhile
    assert (30, b"hello") == (again, heard)


def test_a_family_follows_its_address() -> None:
    """
    IPv6 for an address with colons.
    """
    with open_listening("::1", 0) as listening:
        assert socket.AF_INET6 == listening.family


def _is_reset(caller: socket.socket) -> bool:
    caller.setblocking(False)
    try:
        caller.recv(1)
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
    return False


def _accept_all(listening: socket.socket) -> int:
    count = 0
    while True:
        try:
            accepted, _ = listening.accept()
        except BlockingIOError:
            return count
        accepted.close()
        count += 1


def test_a_closed_socket_does_not_listen() -> None:
    """
    Whoever asks after the end is told so; it is no error.
    """
    closed = open_listening("127.0.0.1", 0)
    before = is_listening(closed)
    closed.close()

    stop_listening(closed)

    assert (True, False) == (before, is_listening(closed))
