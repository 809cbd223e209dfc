"""Header fields by their names."""

import pytest

from gateway.edge.named_fields import named_fields


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ([], {}),
        ([(b"a", b"1"), (b"b", b"2")], {b"a": b"1", b"b": b"2"}),
        ([(b"a", b"1"), (b"a", b"2")], {b"a": b"2"}),
        ([(b"traceparent", b"1"), (b"tracestate", b"2")], {b"traceparent": b"1", b"tracestate": b"2"}),
        (
            [(b"traceparent", b"1"), (b"tracestate", b"2"), (b"tracestate", b"3")],
            {b"traceparent": b"1", b"tracestate": b"2,3"},
        ),
        ([(b"traceparent", b"1"), (b"a", b"2"), (b"a", b"3")], {b"traceparent": b"1", b"a": b"3"}),
        (
            [(b"x-forwarded-for", b"203.0.113.9, 10.0.0.1"), (b"a", b"2"), (b"x-forwarded-for", b"10.0.0.2")],
            {b"x-forwarded-for": b"203.0.113.9, 10.0.0.1,10.0.0.2", b"a": b"2"},
        ),
        (
            [(b"cache-control", b"no-store"), (b"cache-control", b"max-age=0")],
            {b"cache-control": b"no-store,max-age=0"},
        ),
    ],
)
def test_of_a_repeated_field_the_last_value_counts(
    fields: list[tuple[bytes, bytes]], named: dict[bytes, bytes]
) -> None:
    """
    Several lines of a list are one list.
    """
    assert named == named_fields(fields)


def test_two_traceparents_are_none() -> None:
    """
    Nobody knows which of them is true, also when they say the same.
    """
    assert {b"a": b"1"} == named_fields([(b"traceparent", b"1"), (b"traceparent", b"1"), (b"a", b"1")])
