"""Where a request may go, in the words of the audit log."""

from gateway.audit.catalogue import Destination
from gateway.pipeline.destinations import destinations_of
from gateway.vocabulary.residency import Residency
from tests.fakes.builders import a_target


def test_every_target_is_a_destination() -> None:
    """
    By the upstream's name and where it stands, in the order of the route.
    """
    targets = (a_target("deepseek"), a_target("rack", Residency.ON_PREMISES))

    assert (
        Destination(upstream="deepseek", residency="external"),
        Destination(upstream="rack", residency="on_premises"),
    ) == destinations_of(targets)
