"""The permit to send."""

import pytest

from gateway.vocabulary.admitting import admit


def test_a_permit_cannot_be_widened() -> None:
    """
    Nobody adds a destination after the record was written.
    """
    permit = admit("req_1", object(), ("first",))

    with pytest.raises(AttributeError):
        permit.destinations = ("first", "second")  # type: ignore[misc]
