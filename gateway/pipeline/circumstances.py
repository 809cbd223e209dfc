"""What the redactor has to know of an exchange."""

from gateway.policy.terms import Terms
from gateway.redaction.circumstances import Circumstances
from gateway.vocabulary.arrival import Arrival


def circumstances(arrival: Arrival, terms: Terms) -> Circumstances:
    """Return whose request this is, and what may become of it."""
    return Circumstances(arrival.request_id, terms.tenant, terms.redaction, terms.clearance, terms.is_at_home)
