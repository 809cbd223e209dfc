"""The one who writes down what happened, and who alone lets a request leave."""

from gateway.audit.access_line import access_record
from gateway.foundation.clock import Clock
from gateway.foundation.line_writer import LineWriter
from gateway.vocabulary.admitted import Admitted
from gateway.vocabulary.admitting import admit
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome
from gateway.wire.sealed_request import SealedRequest


class Trail:
    """
    Keep one access record for every exchange.

    The record is written when the exchange has ended, by the operating
    system's own time; what is durable before a request leaves is the work of
    the audit chain, which will stand in this place.
    """

    def __init__(self, writer: LineWriter, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock

    async def admit(
        self, request_id: str, sealed: SealedRequest, destinations: tuple[str, ...]
    ) -> Admitted[SealedRequest]:
        """Permit a sealed request to leave for these destinations."""
        return admit(request_id, sealed, destinations)

    def exchange_ended(self, outcome: Outcome) -> None:
        """Write the access record of a closed exchange."""
        self._writer.append(access_record(outcome, self._clock.wall()))

    def noticed(self, notice: Notice) -> None:
        """Facts outside an exchange leave no access record."""
