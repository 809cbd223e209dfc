"""Where Redis is, as one setting says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.foundation.redis_link.address import BadAddress, RedisAddress, parse_address
from gateway.foundation.secret import Secret


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("redis://cache", RedisAddress("single", (("cache", 6379),))),
        ("redis://cache:7000/3", RedisAddress("single", (("cache", 7000),), database=3)),
        ("redis://[::1]:7000", RedisAddress("single", (("::1", 7000),))),
        (
            "rediss://gate:p%40ss@cache",
            RedisAddress("single", (("cache", 6379),), True, "gate", Secret("p@ss")),
        ),
        ("redis://:only@cache", RedisAddress("single", (("cache", 6379),), password=Secret("only"))),
        ("unix:///run/redis.sock?db=2", RedisAddress("unix", (), database=2, path="/run/redis.sock")),
        (
            "redis+sentinel://a,b:5000/main/1",
            RedisAddress("sentinel", (("a", 26379), ("b", 5000)), database=1, service="main"),
        ),
        ("rediss+cluster://a:7000,b", RedisAddress("cluster", (("a", 7000), ("b", 6379)), True)),
    ],
)
def test_every_form_of_address_is_read(text: str, address: RedisAddress) -> None:
    """
    One server, TLS, a socket, Sentinel and Cluster.
    """
    assert address == parse_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "cache:6379", "http://cache", "redis://", "redis://:6379", "redis://cache:0", "redis://cache:99999",
        "redis://cache/one", "redis://cache/1/2", "redis://cache/0?db=1", "redis+sentinel://a,b",
        "redis+cluster://a/1", "unix://", "redis+cluster://a,,b", "redis://[::1",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_with_the_way_out(text: str) -> None:
    """
    It shows how an address is written.
    """
    with pytest.raises(BadAddress, match=r"write|leave it out"):
        parse_address(text)


def test_a_bad_address_is_never_quoted() -> None:
    """
    It may hold a password.
    """
    with pytest.raises(BadAddress) as caught:
        parse_address("redis://gate:opensesame@cache:none/0")

    assert "opensesame" not in str(caught.value)


def test_what_logs_show_has_no_password() -> None:
    """
    Hosts and ports are enough to find it.
    """
    address = parse_address("redis://gate:secret@cache:7000/1")

    assert ("cache:7000", False) == (address.told, "secret" in repr(address))


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    """
    Nothing else comes out of a parser.
    """
    for scheme in ("", "redis://", "redis+sentinel://", "redis+cluster://", "unix://"):
        try:
            address = parse_address(scheme + text)
        except BadAddress:
            continue
        assert address.endpoints or address.path
