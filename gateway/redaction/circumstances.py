"""Whose request is sealed, and what may become of it."""

import msgspec

from gateway.redaction.profile import Profile
from gateway.vocabulary.residency import Clearance


class Circumstances(msgspec.Struct, frozen=True):
    """
    Whose request it is, and what may become of it.

    Without a profile private data passes. `at_home` says that every possible
    upstream is on the premises.
    """

    request_id: str
    tenant: str
    profile: Profile | None
    clearance: Clearance
    at_home: bool = False
