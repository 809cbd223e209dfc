"""Where an upstream stands, and where a request may go."""

import pytest

from gateway.vocabulary.residency import Clearance, Residency


@pytest.mark.parametrize(
    ("clearance", "residency", "permitted"),
    [
        (Clearance.EXTERNAL, Residency.EXTERNAL, True),
        (Clearance.EXTERNAL, Residency.ON_PREMISES, True),
        (Clearance.ON_PREMISES, Residency.ON_PREMISES, True),
        (Clearance.ON_PREMISES, Residency.EXTERNAL, False),
    ],
)
def test_only_what_may_leave_the_house_leaves_it(
    clearance: Clearance, residency: Residency, *, permitted: bool
) -> None:
    """
    Home is permitted to everything; outside only to what is cleared for it.
    """
    assert permitted is clearance.permits(residency)


def test_every_pair_is_in_the_table() -> None:
    """
    A third residency or clearance needs a decision, not a default.
    """
    assert (2, 2) == (len(Residency), len(Clearance))
