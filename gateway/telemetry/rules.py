"""What a policy document may say about following a request from one system to the next."""

from typing import Literal

import msgspec


class TelemetryRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    Whether a caller's trace goes on here.

    `trace_context`: `restart` (every request begins a trace of its own,
    whatever its caller says) or `accept` (the caller's `traceparent` and
    `tracestate` go on, for systems of your own that call the gateway).
    """

    trace_context: Literal["restart", "accept"] = "restart"
