"""What is known of an exchange while it runs, and its one closing."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from gateway.cache.inquiry import NO_CACHE, Inquiry
from gateway.foundation.clock import Clock
from gateway.limits.limiter import Reservation
from gateway.upstreams.dispatcher import AttemptLog
from gateway.upstreams.target import Target
from gateway.usage.meter import Meter
from gateway.usage.tariff import Tariff
from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.attempt import Attempt
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.refusal import Refusal
from gateway.vocabulary.usage import Usage
from gateway.wire.chat_dialect import CHAT
from gateway.wire.dialect import Dialect
from gateway.wire.frames import FrameSource
from gateway.wire.token_estimate import estimate_prompt
from gateway.wire.trace_context import Trace

_NOTHING = Usage()
_NO_COSTS: Mapping[str, int] = {}


class ExchangeLog:
    """
    Facts noted on the way, closed into an `Outcome`.

    It also holds what has to be let go of at the end, so that one synchronous
    closing can do it however the exchange ended. `frames` counts what the
    caller was sent; it is an attribute because that is done for every token.
    `call` makes the call of this exchange, on a bill.
    """

    __slots__ = (
        "_answered_at", "_arrived_at", "_attempts", "_began", "_clock", "_connected_at", "_first_began",
        "_is_staying", "_is_trying", "_last_ended", "_target", "_whenever_over",
        "account", "arrival", "body", "call", "caller", "code", "dialect", "end_user", "first_token_at",
        "frames", "inquiry", "meter", "model", "policy_version", "priced_at", "protection", "reservation",
        "source", "status", "streamed", "targets", "tariff", "trace",
    )  # fmt: skip

    def __init__(self, arrival: Arrival, clock: Clock, dialect: Dialect = CHAT) -> None:
        self.arrival = arrival
        self.dialect = dialect
        self.caller: Caller | None = None
        self.policy_version = ""
        self.model: str | None = None
        self.end_user: str | None = None
        self.streamed = False
        # A trace that begins here has the number of its request: one id leads to the other.
        self.trace = Trace(arrival.request_id.removeprefix("req_"))
        self.body: Mapping[str, Any] | None = None
        self.protection: Protection | None = None
        self.account: Callable[[Protection], Protection] | None = None
        self.reservation: Reservation | None = None
        self.tariff: Tariff | None = None
        self.priced_at = 0.0
        self.inquiry: Inquiry = NO_CACHE
        self.call: Callable[[AttemptLog], Awaitable[FrameSource]] | None = None
        self.source: FrameSource | None = None
        self.meter = Meter()
        self.status: int | None = None
        self.code: str | None = None
        self.first_token_at: float | None = None
        self.frames = 0
        self.targets: Sequence[Target] = ()
        self._clock = clock
        self._attempts: list[Attempt] = []
        self._target: Target | None = None
        self._began = 0.0
        self._arrived_at: float | None = None
        self._first_began: float | None = None
        self._last_ended = 0.0
        self._connected_at: float | None = None
        self._answered_at: float | None = None
        self._is_trying = False
        self._is_staying = False
        self._whenever_over: Callable[[], None] | None = None

    @property
    def upstream(self) -> str | None:
        """The upstream that is being asked, or that answered last."""
        return self._target.upstream.name if self._target else None

    @property
    def answering(self) -> str | None:
        """The upstream whose answer this is, once no other can take its place."""
        return self.upstream if self.source is not None or len(self.targets) <= 1 else None

    @property
    def has_begun(self) -> bool:
        """Whether a head was fixed for the caller."""
        return self.status is not None

    def protected(self, protection: Protection) -> None:
        """Note what was done about private data, also when the request is refused for it."""
        self.protection = protection

    def arrived(self) -> None:
        """Note that all of the request is here: until now it was waited for."""
        self._arrived_at = self._clock.monotonic()

    def began(self, target: Target) -> None:
        """Note that a try at this target begins now."""
        self._target = target
        self._begin()

    def connected(self) -> None:
        """Note that the try that began last has a connection."""
        self._connected_at = self._clock.monotonic()

    def answered(self) -> None:
        """Note that the first frames of the answer are here."""
        self._answered_at = self._clock.monotonic()

    def repeated(self) -> None:
        """Note that the try that began last lost its connection unanswered, and is made once more."""
        self._close_attempt(None, "connection_lost", None)
        self._begin()

    def failed(self, refusal: Refusal) -> None:
        """Note why the try that began last gave no answer."""
        self._close_attempt(refusal.status, refusal.code, None)

    def hand_over(self, heir: "ExchangeLog") -> None:
        """Let another exchange go on with the try that runs, and pay for it."""
        if self._is_trying and self._target is not None:
            heir.began(self._target)
            self._close_attempt(None, Ending.CALLER_LEFT.value, None)

    def content_began(self) -> None:
        """Note that the first frame goes to the caller now."""
        self.first_token_at = self._clock.monotonic()

    def withheld(self) -> None:
        """Note that in the try that began last nothing was sent: it was none."""
        self._is_trying = False
        self._target = None

    def stay(self) -> None:
        """Note that this exchange pays for its call to the end, though its caller leaves."""
        self._is_staying = True

    def call_is_over(self) -> None:
        """Note that nothing more is added to what the call cost."""
        self._is_staying = False
        if (conclude := self._whenever_over) is not None:
            self._whenever_over = None
            conclude()

    def let_go(self, conclude: Callable[[], None]) -> None:
        """Let go of source and inquiry, and conclude: now, or with the call that is still paid for here."""
        if self.source is not None:
            # If others here go on with the call, they pay for it from here on.
            self.source.close()
        self.inquiry.close()
        if self._is_staying:
            self._whenever_over = conclude
        else:
            conclude()

    def close(self, ending: Ending) -> Outcome:
        """Return what came of the exchange; called once, never waits."""
        usage = self._usage()
        if self._is_trying:
            error = None if ending is Ending.FINISHED else self.code or ending.value
            self._close_attempt(200 if self.source else None, error, usage)
        spared = None if self._attempts else self.meter.reported
        ended, received = self._clock.monotonic(), self.arrival.received_at
        return Outcome(
            # By place: Python 3.11 gives more than fifteen named arguments by a dictionary, which costs most.
            self.arrival,
            self.caller,
            self.policy_version,
            self.model,
            self.streamed,
            self.status,
            self.code,
            ending=ending,
            usage=usage,
            attempts=tuple(self._attempts),
            first_token_seconds=None if self.first_token_at is None else self.first_token_at - received,
            total_seconds=ended - received,
            frames=self.frames,
            protection=self._protection(),
            costs=_NO_COSTS if self.tariff is None else self.tariff.cost(self._attempts, self.priced_at),
            cache=self.inquiry.use(spared, self._worth(spared)),
            trace_id=self.trace.trace_id,
            waited_seconds=self._waited(),
            end_user=self.end_user,
        )

    def _begin(self) -> None:
        self._is_trying = True
        self._began = self._clock.monotonic()
        self._connected_at = self._answered_at = None
        if self._first_began is None:
            self._first_began = self._began

    def _waited(self) -> float:
        request = 0.0 if self._arrived_at is None else self._arrived_at - self.arrival.received_at
        if self._first_began is None or not self._attempts:
            # A try that was withheld has begun and never ended: nobody was waited for.
            return request
        return request + self._last_ended - self._first_began

    def _protection(self) -> Protection | None:
        if self.account is None or self.protection is None:
            return self.protection
        return self.account(self.protection)

    def _worth(self, spared: Usage | None) -> Mapping[str, int]:
        # What is kept does not say who gave it: it is priced as what it stands for now.
        if spared is None or self.tariff is None or not self.targets:
            return _NO_COSTS
        target = self.targets[0]
        return self.tariff.worth((target.upstream.name, target.model), spared, self.priced_at)

    def _usage(self) -> Usage:
        # A request that was under way when its caller left may well be billed.
        if not self._is_trying or self.body is None:
            return _NOTHING
        if (reported := self.meter.reported) is not None:
            return reported
        return self.meter.estimate(estimate_prompt(self.body))

    def _close_attempt(self, status: int | None, error: str | None, usage: Usage | None) -> None:
        if self._target is None:
            return
        self._is_trying = False
        upstream, began = self._target.upstream, self._began
        self._last_ended = self._clock.monotonic()
        self._attempts.append(
            Attempt(
                upstream.name,
                self._target.model,
                upstream.residency,
                status,
                error,
                self._last_ended - began,
                usage,
                None if self._connected_at is None else self._connected_at - began,
                None if self._answered_at is None else self._answered_at - began,
            )
        )
