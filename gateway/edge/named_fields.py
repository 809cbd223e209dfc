"""The header fields of a request by their names."""

from collections.abc import Mapping, Sequence

from gateway.wire.trace_context import TRACEPARENT, TRACESTATE

# A proxy may write its own line below those of the proxies before it, and so may a client library.
_LISTS = (TRACESTATE, b"x-forwarded-for", b"cache-control")


def named_fields(fields: Sequence[tuple[bytes, bytes]]) -> Mapping[bytes, bytes]:
    """
    Return the last value of each field.

    But two traceparents are none (W3C Trace Context 3.2), and several lines of a list are one list
    (RFC 9110 5.3).
    """
    named = dict(fields)
    if len(named) < len(fields):
        if sum(name == TRACEPARENT for name, _ in fields) > 1:
            del named[TRACEPARENT]
        for name in _LISTS:
            if name in named:
                named[name] = b",".join(value for other, value in fields if other == name)
    return named
