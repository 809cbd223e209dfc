"""What came of an exchange: the only thing that metrics, access log and audit read."""

from collections.abc import Mapping

import msgspec

from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.attempt import Attempt
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.usage import Usage

_NO_COSTS: Mapping[str, int] = {}


class Outcome(msgspec.Struct, frozen=True):
    """
    One exchange, closed.

    `model` is the name of a known model, never what a stranger typed. `end_user`
    is whom a request names, if it could be read; personal, so for no log line or label.
    `status` is what the caller was sent (None if nothing was); `code` the
    refusal's code. Seconds count from the arrival of the head. `costs` are
    micro-units (millionths) of each currency in which a price is known. `trace_id`
    is 32 hexadecimal digits. `waited_seconds` is the part of `total_seconds` in
    which others were waited for: until all of the request was here, and from
    the beginning of the first try at an upstream to the end of the last one.
    """

    arrival: Arrival
    caller: Caller | None
    policy_version: str
    model: str | None
    streamed: bool
    status: int | None
    code: str | None
    ending: Ending
    usage: Usage
    attempts: tuple[Attempt, ...]
    first_token_seconds: float | None
    total_seconds: float
    frames: int = 0
    protection: Protection | None = None
    costs: Mapping[str, int] = _NO_COSTS
    cache: CacheUse | None = None
    trace_id: str = ""
    waited_seconds: float = 0.0
    end_user: str | None = None

    @property
    def upstream(self) -> str | None:
        """The upstream that gave the answer, or the last one tried."""
        return self.attempts[-1].upstream if self.attempts else None
