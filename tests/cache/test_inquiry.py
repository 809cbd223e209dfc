"""What a caller's header says of the cache, as RFC 9211 writes it."""

import pytest

from gateway.cache.inquiry import NO_CACHE, PRIVATE, Unasked, hit_fields, miss_fields

_NAME = bytes(range(16))
_KEY = b'; key="000102030405060708090a0b0c0d0e0f"'


def test_a_hit_says_how_old_it_is_and_how_long_it_lasts() -> None:
    """
    In `Cache-Status` and `Age`.
    """
    assert [(b"cache-status", b"deepseek-gateway; hit; ttl=50" + _KEY), (b"age", b"10")] == hit_fields(
        _NAME, 10, 50
    )


@pytest.mark.parametrize(
    ("is_collapsed", "stored_seconds", "expected"),
    [
        (False, None, b"deepseek-gateway; fwd=stale"),
        (True, None, b"deepseek-gateway; fwd=stale; collapsed"),
        (False, 60, b"deepseek-gateway; fwd=stale; stored; ttl=60"),
    ],
)
def test_a_miss_says_why_it_was_one(
    is_collapsed: bool,  # noqa: FBT001 - a parameter of the test
    stored_seconds: int | None,
    expected: bytes,
) -> None:
    """
    And whether it was shared or kept.
    """
    fields = miss_fields(_NAME, "stale", is_collapsed=is_collapsed, stored_seconds=stored_seconds)

    assert [(b"cache-status", expected + _KEY)] == fields


def test_what_is_left_out_says_why_only_where_there_is_a_cache() -> None:
    """
    By policy or by the caller's wish.
    """
    assert [] == NO_CACHE.fields()
    assert [(b"cache-status", b'deepseek-gateway; fwd=request; detail="no-store"')] == PRIVATE.fields()
    assert [(b"cache-status", b'deepseek-gateway; fwd=bypass; detail="tools"')] == Unasked("tools").fields()
