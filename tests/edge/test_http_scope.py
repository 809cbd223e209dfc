"""The scope names the ends of a connection and the path under a root."""

import pytest

from gateway.edge.door_limits import DoorLimits
from gateway.edge.http_scope import Peers, build_scope, name_end
from gateway.edge.request_head import parse_head
from tests.fakes.still_exchange import an_exchange


@pytest.mark.parametrize(
    ("address", "end"),
    [
        (("127.0.0.1", 80), ("127.0.0.1", 80)),
        (("::1", 80, 0, 0), ("::1", 80)),
        ("/run/door.sock", None),
        ("", None),
        (None, None),
    ],
)
def test_an_end_is_host_and_port_or_nothing(address: object, end: tuple[str, int] | None) -> None:
    """
    IPv4, IPv6 and Unix sockets.
    """
    found = name_end(address)

    assert end == found


def test_a_root_path_stands_before_the_path() -> None:
    """
    As ASGI demands since 3.0; the lifespan's state is copied for each request.
    """
    state = {"a": 1}
    head = parse_head(b"GET /b HTTP/1.1\r\nHost: a\r\n\r\n", DoorLimits())

    scope = build_scope(head, an_exchange(), peers=Peers("https", None, None), root_path="/root", state=state)

    assert ("/root", "/root/b", "https") == (scope["root_path"], scope["path"], scope["scheme"])
    assert state == scope["state"]
    assert state is not scope["state"]
