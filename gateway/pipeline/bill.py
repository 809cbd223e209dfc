"""Who pays for an upstream call: one cell that a call writes to, whoever goes on with it."""

from gateway.pipeline.exchange_log import ExchangeLog
from gateway.upstreams.target import Target
from gateway.vocabulary.refusal import Refusal
from gateway.vocabulary.usage import Usage
from gateway.wire.frames import FrameSource


class Bill:
    """
    What is noted of one call, put down to the exchange that pays for it now.

    A call that is shared outlives whoever began it. It knows this cell alone,
    so an exchange that has passed its call on is let go of at its end.
    """

    __slots__ = ("payer",)

    def __init__(self, payer: ExchangeLog) -> None:
        self.payer = payer

    async def fetch(self) -> FrameSource:
        """
        Make the call in the name of the exchange that pays for it now.

        It may begin long after it was wanted first, where another process was to make it and is gone.
        """
        if (call := self.payer.call) is None:
            raise AssertionError("an exchange that shares a call has one of its own")
        return await call(self)

    def pass_on(self, heir: "Bill") -> None:
        """Let the exchange of another bill go on with this call, and pay for all of it."""
        self.payer.hand_over(heir.payer)
        self.payer = heir.payer

    def stay(self) -> None:
        """Let the exchange that pays stay open to the end of the call, though its caller leaves now."""
        self.payer.stay()

    def over(self) -> None:
        """Hear that the call is over: an exchange that stayed open for it is closed."""
        self.payer.call_is_over()

    def began(self, target: Target) -> None:
        """Note that a try at this target begins now."""
        self.payer.began(target)

    def connected(self) -> None:
        """Note that the try that began last has a connection."""
        self.payer.connected()

    def answered(self) -> None:
        """Note that the first frames of the answer are here."""
        self.payer.answered()

    def repeated(self) -> None:
        """Note that the try that began last lost its connection unanswered, and is made once more."""
        self.payer.repeated()

    def failed(self, refusal: Refusal) -> None:
        """Note why the try that began last gave no answer."""
        self.payer.failed(refusal)

    def withheld(self) -> None:
        """Note that in the try that began last nothing was sent: it was none."""
        self.payer.withheld()

    def reported(self, usage: Usage) -> None:
        """Note what the answer is said to have cost, perhaps before its caller has read so far."""
        self.payer.meter.reported = usage

    def counted(self, deltas: int) -> None:
        """Note how many deltas came of the answer, perhaps before its caller has read so far."""
        self.payer.meter.counted(deltas)
