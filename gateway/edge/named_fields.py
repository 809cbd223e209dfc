"""The header fields of a request by their names."""

from collections.abc import Mapping, Sequence

from gateway.wire.trace_context import TRACEPARENT, TRACESTATE


def named_fields(fields: Sequence[tuple[bytes, bytes]]) -> Mapping[bytes, bytes]:
    """
    Return the last value of each field.

    But two traceparents are none, and several tracestates are one list (W3C Trace Context 3.2, 3.3).
    """
    named = dict(fields)
    if len(named) < len(fields) and TRACEPARENT in named:
        if sum(name == TRACEPARENT for name, _ in fields) > 1:
            del named[TRACEPARENT]
        states = [value for name, value in fields if name == TRACESTATE]
        if states:
            named[TRACESTATE] = b",".join(states)
    return named
