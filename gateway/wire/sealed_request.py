"""A request that may leave the house as far as its clearance goes."""

from dataclasses import dataclass

from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import ChatRequest


@dataclass(frozen=True, slots=True)
class SealedRequest:
    """
    A request whose private data was dealt with.

    Made only by `gateway.redaction` through `gateway.wire.sealing`; no
    upstream accepts anything else.
    """

    request: ChatRequest
    clearance: Clearance
