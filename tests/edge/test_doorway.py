"""The head of a request, out of its ASGI scope."""

from typing import Any

import pytest

from gateway.edge.doorway import arrival_of, new_request_id
from tests.fakes.small_house import a_scope


def test_an_arrival_holds_what_the_scope_says() -> None:
    """
    Method, path, query, fields and peer; the time is the caller's.
    """
    scope = a_scope() | {"query_string": b"a=1", "client": ("10.1.2.3", 4711)}

    arrival = arrival_of(scope, 12.5)

    assert ("POST", "/v1/chat/completions", b"a=1") == (arrival.method, arrival.path, arrival.query)
    assert ("10.1.2.3", 12.5) == (arrival.peer, arrival.received_at)
    assert dict(scope["headers"]) == dict(arrival.headers)


@pytest.mark.parametrize("client", [None, ()])
def test_a_peer_without_an_address_has_an_empty_one(client: Any) -> None:
    """
    A unix socket has no peer address.
    """
    assert "" == arrival_of(a_scope() | {"client": client}, 0.0).peer


def test_of_a_repeated_field_the_last_counts() -> None:
    """
    As `Arrival` promises.
    """
    scope = a_scope() | {"headers": [(b"x-a", b"1"), (b"x-a", b"2")]}

    assert b"2" == arrival_of(scope, 0.0).headers[b"x-a"]


def test_request_ids_are_all_different_and_of_one_form() -> None:
    """
    128 random bits in hex behind a prefix.
    """
    ids = {new_request_id() for _ in range(1000)}

    assert 1000 == len(ids)
    assert {(True, 36)} == {(each.startswith("req_"), len(each)) for each in ids}
