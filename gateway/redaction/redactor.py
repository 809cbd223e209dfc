"""The one who takes private data out of requests."""

from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import ChatRequest
from gateway.wire.sealed_request import SealedRequest
from gateway.wire.sealing import seal


class Redactor:
    """
    Seal a request so that it may leave.

    There is one profile, `none`: the request is sealed without change, and
    the tenant's own ceiling is its clearance.
    """

    def seal(self, request: ChatRequest, clearance: Clearance) -> SealedRequest:
        """Return the request as it may be sent, with how far it may go."""
        return seal(request, clearance)
