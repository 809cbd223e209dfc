"""A request that may leave the house as far as its clearance goes."""

import msgspec

from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import ChatRequest


class SealedRequest(msgspec.Struct, frozen=True):
    """
    A request whose private data was dealt with.

    Made only by `gateway.redaction` through `gateway.wire.sealing`; no
    upstream accepts anything else.
    """

    request: ChatRequest
    clearance: Clearance
