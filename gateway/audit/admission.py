"""What is about to leave, and what policy says about writing it down."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.audit.catalogue import Destination
from gateway.audit.terms import AuditTerms
from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.protection import Protection
from gateway.wire.chat import END_USER_FIELDS


class Admission(msgspec.Struct, frozen=True, gc=False):
    """One request before it leaves; `original` is its body as the caller sent it."""

    arrival: Arrival
    caller: Caller
    model: str
    streamed: bool
    policy_version: str
    terms: AuditTerms
    destinations: tuple[Destination, ...]
    original: Mapping[str, Any]
    protection: Protection | None = None
    trace_id: str | None = None

    @property
    def subject(self) -> str | None:
        """The end user whom the caller names."""
        return subject_in(self.original)


def subject_in(body: Mapping[str, Any]) -> str | None:
    """Return the end user that a request names: the first of these fields that is a text and not empty."""
    return _named(body) or _named(body.get("metadata"))


def _named(place: Any) -> str | None:
    # A type that is compared before it is looked for: every request is asked twice.
    if type(place) is dict or isinstance(place, Mapping):
        for name in END_USER_FIELDS:
            if (value := place.get(name)) and isinstance(value, str):
                return value
    return None
