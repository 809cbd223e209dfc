"""Where an upstream stands, and where a request may go."""

from enum import StrEnum


class Residency(StrEnum):
    """Where an upstream computes: outside the house or inside it."""

    EXTERNAL = "external"
    ON_PREMISES = "on_premises"


class Clearance(StrEnum):
    """How far a sealed request may travel."""

    EXTERNAL = "external"
    ON_PREMISES = "on_premises"

    def permits(self, residency: Residency) -> bool:
        """Return whether an upstream of this residency may see the request."""
        return self is Clearance.EXTERNAL or residency is Residency.ON_PREMISES
