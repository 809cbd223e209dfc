"""One line for each exchange, for the operator."""

from collections.abc import Mapping

import msgspec

from gateway.foundation.clock import Clock
from gateway.foundation.line_writer import LineWriter
from gateway.telemetry.exchange_words import in_words
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome

_ENCODER = msgspec.json.Encoder()


class AccessLog:
    """
    Write one JSON line for each closed exchange, or one `in_words` where somebody watches.

    No text of a request or an answer, no credential and no query is ever in
    it. A structlog line costs fourteen times as much. What orjson returns holds
    eight kilobytes as long as it is kept, and lines are kept until a batch is
    written.
    """

    def __init__(self, writer: LineWriter, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock

    def exchange_ended(self, outcome: Outcome) -> None:
        """Write the line of one exchange."""
        wall = self._clock.wall()
        if self._writer.is_watched:
            self._writer.append(in_words(outcome, wall).encode())
        else:
            self._writer.append(_as_json(outcome, wall))

    def noticed(self, notice: Notice) -> None:
        """Events have a log of their own."""


class _Line(msgspec.Struct, tag_field="event", tag="exchange"):
    """What one line says."""

    time: float
    request_id: str
    trace_id: str
    tenant: str | None
    project: str | None
    credential: str | None
    model: str | None
    upstream: str | None
    attempts: int
    status: int | None
    code: str | None
    ending: str
    stream: bool
    seconds: float | None
    first_token_seconds: float | None
    prompt_tokens: int
    completion_tokens: int
    cost_micros: Mapping[str, int]
    cache: str | None


def _as_json(outcome: Outcome, wall: float) -> bytes:
    arrival, caller, usage = outcome.arrival, outcome.caller, outcome.usage
    # In the order of the fields: their names would cost as much as all the rest.
    line = _Line(
        wall,
        arrival.request_id,
        outcome.trace_id,
        caller.tenant if caller else None,
        caller.project if caller else None,
        caller.credential_id if caller else None,
        outcome.model,
        outcome.upstream,
        len(outcome.attempts),
        outcome.status,
        outcome.code,
        outcome.ending,
        outcome.streamed,
        _rounded(outcome.total_seconds),
        _rounded(outcome.first_token_seconds),
        usage.prompt_tokens,
        usage.completion_tokens,
        outcome.costs,
        outcome.cache.result if outcome.cache is not None else None,
    )
    return _ENCODER.encode(line) + b"\n"


def _rounded(seconds: float | None) -> float | None:
    # `round` takes three times as long.
    return None if seconds is None else int(seconds * 10_000 + 0.5) / 10_000
