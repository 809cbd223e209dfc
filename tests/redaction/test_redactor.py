"""Sealing without change, as long as there is only the profile `none`."""

import pytest

from gateway.redaction.redactor import Redactor
from gateway.vocabulary.residency import Clearance
from tests.fakes.builders import a_chat_request


@pytest.mark.parametrize("clearance", Clearance)
def test_a_request_is_sealed_as_it_is_with_its_tenants_clearance(clearance: Clearance) -> None:
    """
    Nothing is taken out, and the ceiling is neither raised nor lowered.
    """
    request = a_chat_request(content="my mail is a@b.example")

    sealed = Redactor().seal(request, clearance)

    assert request is sealed.request
    assert clearance is sealed.clearance
