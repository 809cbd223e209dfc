"""The header fields by which an upstream of our own knows which trace a call belongs to."""

import random

from gateway.upstreams.target import Upstream
from gateway.vocabulary.residency import Residency
from gateway.wire.trace_context import Fields, Trace

_random_bits = random.SystemRandom().getrandbits
_spans = random.Random(_random_bits(256))  # noqa: S311 - ids are unique, not secret


def trace_fields(trace: Trace | None, upstream: Upstream) -> Fields:
    """Return the fields of one try, which is a span of its own; none for who computes outside the house."""
    if trace is None or upstream.residency is not Residency.ON_PREMISES:
        return ()
    return trace.fields(f"{_spans.getrandbits(64) or 1:016x}")
