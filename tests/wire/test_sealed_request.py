"""A request that may leave the house."""

import pytest

from gateway.vocabulary.residency import Clearance
from tests.fakes.builders import a_sealed_request


def test_a_clearance_cannot_be_raised_afterwards() -> None:
    """
    What was sealed for the house stays there.
    """
    sealed = a_sealed_request(Clearance.ON_PREMISES)

    with pytest.raises(AttributeError):
        sealed.clearance = Clearance.EXTERNAL  # type: ignore[misc]
