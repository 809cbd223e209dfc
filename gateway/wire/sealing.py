"""The one factory of `SealedRequest`; only `gateway.redaction` may import this file."""

from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import ChatRequest
from gateway.wire.sealed_request import SealedRequest


def seal(request: ChatRequest, clearance: Clearance) -> SealedRequest:
    """Vouch for a request: what it holds may go as far as `clearance` permits."""
    return SealedRequest(request, clearance)
