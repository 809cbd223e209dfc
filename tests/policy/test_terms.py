"""The terms of an exchange."""

from dataclasses import FrozenInstanceError

import pytest

from gateway.audit.terms import AuditTerms
from gateway.policy.terms import Terms
from gateway.vocabulary.residency import Clearance, Residency
from tests.fakes.builders import a_target


def test_terms_cannot_be_changed_by_an_exchange() -> None:
    """
    One object serves all exchanges of a tenant with a model.
    """
    terms = Terms("v", "acme", "m", (), Clearance.EXTERNAL, 1024, AuditTerms())

    with pytest.raises(FrozenInstanceError):
        terms.model = "other"  # type: ignore[misc]


def test_silence_is_bridged_after_ten_seconds() -> None:
    """
    Without another word, a caller hears from us after ten seconds.
    """
    terms = Terms("v", "acme", "m", (), Clearance.EXTERNAL, 1024, AuditTerms())

    assert 10.0 == terms.quiet_seconds
    assert {} == terms.defaults


def test_a_request_that_has_to_stay_has_a_stop_of_its_own() -> None:
    """
    Where none of the targets may see it; others never go there.
    """
    outside, inside = a_target("outside"), a_target("inside", Residency.ON_PREMISES)
    terms = Terms("v", "acme", "m", (outside,), Clearance.EXTERNAL, 1024, AuditTerms(), home=(inside,))
    mixed = Terms("v", "acme", "m", (outside, inside), Clearance.EXTERNAL, 1024, AuditTerms())

    assert ((outside,), (inside,)) == (
        terms.open_to(Clearance.EXTERNAL),
        terms.open_to(Clearance.ON_PREMISES),
    )
    assert (inside,) == mixed.open_to(Clearance.ON_PREMISES)
