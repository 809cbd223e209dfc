"""What the redactor is told of an exchange."""

from gateway.pipeline.circumstances import circumstances
from gateway.vocabulary.residency import Clearance
from tests.fakes.builders import a_caller, an_arrival
from tests.fakes.small_house import a_book


def test_an_exchange_is_told_by_its_head_and_its_terms() -> None:
    """
    Whose it is, how far it may go, and whether it stays at home anyway.
    """
    terms = a_book(clearance=Clearance.ON_PREMISES, is_at_home=True).terms(a_caller(), "deepseek-chat")

    around = circumstances(an_arrival(request_id="req_9"), terms)

    assert ("req_9", "acme", None, Clearance.ON_PREMISES, True) == (
        around.request_id, around.tenant, around.profile, around.clearance, around.at_home
    )  # fmt: skip
