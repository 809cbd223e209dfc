import pytest

from gateway.upstreams.retry_after import LONGEST_SECONDS, retry_after

_NOW = b"Sun, 15 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({b"retry-after": b"7"}, 7.0),
        ({b"retry-after": b" 0.5 "}, 0.5),
        ({b"retry-after": b"0"}, 0.0),
        ({b"retry-after": b"600"}, 600.0),
        ({b"retry-after": b"9" * 400}, LONGEST_SECONDS),
        ({b"retry-after": b"Sun, 15 Nov 2026 10:00:30 GMT", b"date": _NOW}, 30.0),
        ({b"retry-after": b"Sun, 15 Nov 2026 09:00:00 GMT", b"date": _NOW}, 0.0),
        ({b"retry-after": b"Sun, 15 Nov 2026 10:00:30 GMT"}, None),
        ({b"retry-after": b"Sun, 15 Nov 2026 10:00:30 GMT", b"date": b"yesterday"}, None),
        ({b"retry-after": b"soon", b"date": _NOW}, None),
        ({b"retry-after": b"-5"}, None),
        ({b"retry-after": b"nan"}, None),
        ({b"retry-after": b"1e9"}, None),
        ({b"retry-after": b""}, None),
        ({b"retry-after": b"\xff\xb2"}, None),
    ],
)
def test_a_wait_is_seconds_or_a_date_within_bounds(
    headers: dict[bytes, bytes], expected: float | None
) -> None:
    """
    A date counts from the answer's own; what cannot be read says nothing.
    """
    assert expected == retry_after(headers)
