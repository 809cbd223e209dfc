"""The one factory of sealed requests."""

from gateway.vocabulary.residency import Clearance
from gateway.wire.sealed_request import SealedRequest
from tests.fakes.builders import a_chat_request, a_sealed_request


def test_a_sealed_request_holds_the_request_and_how_far_it_may_go() -> None:
    """
    Made through the redactor, as everywhere.
    """
    request = a_chat_request()

    sealed = a_sealed_request(Clearance.ON_PREMISES, request)

    assert SealedRequest(request, Clearance.ON_PREMISES) == sealed
