"""The one factory of the permit to send."""

from gateway.vocabulary.admitted import Admitted
from gateway.vocabulary.admitting import admit


def test_a_permit_holds_what_was_permitted() -> None:
    """
    The request's id, the sealed request itself, and where it may go.
    """
    sealed = object()

    permit = admit("req_1", sealed, ("first", "second"))

    assert Admitted("req_1", sealed, ("first", "second")) == permit
    assert sealed is permit.sealed
