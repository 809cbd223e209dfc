"""How an exchange is written down: what policy says, compiled for each tenant, project and model."""

from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How much is kept: nothing, who and where, or also what was said."""

    NONE = "none"
    METADATA = "metadata"
    REQUEST = "request"
    REQUEST_RESPONSE = "request_response"
    FULL = "full"


# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_NONE, _METADATA, _REQUEST, _FULL = Level.NONE, Level.METADATA, Level.REQUEST, Level.FULL


class AuditTerms(msgspec.Struct, frozen=True):
    """
    What to write down of an exchange, how lastingly, and what to do when nothing can be written.

    `is_strict`: the record is on the disk before the request leaves. `is_lazy`: it
    goes to the disk with the next checkpoint. `fails_open`: requests go on
    unrecorded while no device works.
    """

    level: Level = Level.METADATA
    is_strict: bool = False
    is_lazy: bool = False
    fails_open: bool = False

    @property
    def is_recorded(self) -> bool:
        """Whether anything is written down at all."""
        return self.level is not _NONE

    @property
    def may_wait(self) -> bool:
        """Whether an admission may have to wait: for the disk, or for the key of what is kept."""
        return self.level is not _NONE and (self.is_strict or self.level is not _METADATA)

    @property
    def keeps_request(self) -> bool:
        """Whether the request is kept as it left."""
        return self.level is not _METADATA and self.level is not _NONE

    @property
    def keeps_response(self) -> bool:
        """Whether the answer is kept as it came."""
        return self.keeps_request and self.level is not _REQUEST

    @property
    def keeps_originals(self) -> bool:
        """Whether request and answer are also kept as the caller sent and saw them."""
        return self.level is _FULL


BY_DEFAULT = AuditTerms()
