"""What callers wish of the cache, and what they are told when it cannot be read."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.directives import NO_WISHES, Directives, read_directives, wants_nothing_kept
from gateway.wire.invalid_request import InvalidRequest


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        (b"no-store", Directives(is_private=True)),
        (b"no-cache", Directives(max_age_seconds=0)),
        (b"max-age=60", Directives(max_age_seconds=60)),
        (b'Max-Age="60"', Directives(max_age_seconds=60)),
        (b"max-age=60, no-cache", Directives(max_age_seconds=0)),
        (b" No-Store , max-age=5", Directives(is_private=True, max_age_seconds=5)),
        (b"no-transform, only-if-new=1", Directives()),
        (b"", Directives()),
    ],
)
def test_cache_control_is_read_as_rfc_9111_has_it(control: bytes, expected: Directives) -> None:
    """
    Directives that are not known say nothing.
    """
    assert expected == read_directives({b"cache-control": control})


def test_fields_of_our_own_say_how_long_and_apart_from_whom() -> None:
    """
    A time to live and a namespace.
    """
    headers = {b"x-gateway-cache-ttl": b"90", b"x-gateway-cache-namespace": b"eval/run-7"}

    assert Directives(ttl_seconds=90, namespace=b"eval/run-7") == read_directives(headers)


def test_saying_nothing_costs_nothing() -> None:
    """
    Without any of the fields there is one value for everybody.
    """
    assert read_directives({b"accept": b"*/*"}) is NO_WISHES


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        (b"cache-control", b"max-age=soon", "Cache-Control"),
        (b"cache-control", b"max-age=-1", "Cache-Control"),
        (b"cache-control", b"max-age", "Cache-Control"),
        (b"x-gateway-cache-ttl", b"0", "x-gateway-cache-ttl"),
        (b"x-gateway-cache-ttl", b"1h", "x-gateway-cache-ttl"),
        (b"x-gateway-cache-ttl", b"2592001", "x-gateway-cache-ttl"),
        (b"x-gateway-cache-namespace", b"", "x-gateway-cache-namespace"),
        (b"x-gateway-cache-namespace", b"a b", "x-gateway-cache-namespace"),
        (b"x-gateway-cache-namespace", b"a" * 129, "x-gateway-cache-namespace"),
    ],
)
def test_a_wish_that_cannot_be_read_is_refused_by_its_field(name: bytes, value: bytes, field: str) -> None:
    """
    The refusal names the field, and quotes nothing of it.
    """
    with pytest.raises(InvalidRequest) as refused:
        read_directives({name: value})

    assert ("invalid_cache_directive", field) == (refused.value.code, refused.value.param)


@given(st.binary(max_size=60), st.binary(max_size=20), st.binary(max_size=20))
def test_whatever_comes_is_read_or_refused(control: bytes, ttl: bytes, namespace: bytes) -> None:
    """
    No header field makes the gateway fail.
    """
    headers = {
        b"cache-control": control,
        b"x-gateway-cache-ttl": ttl,
        b"x-gateway-cache-namespace": namespace,
    }
    with suppress(InvalidRequest):
        assert isinstance(read_directives(headers), Directives)


@pytest.mark.parametrize(
    ("control", "expected"),
    [(None, False), (b"no-cache", False), (b"x-no-store", False), (b"max-age=x, No-Store ", True)],
)
def test_whoever_wants_nothing_kept_is_heard_whatever_else_they_say(
    control: bytes | None,
    expected: bool,  # noqa: FBT001
) -> None:
    """
    Also where the rest of it cannot be read.
    """
    headers = {} if control is None else {b"cache-control": control}

    assert expected is wants_nothing_kept(headers)
