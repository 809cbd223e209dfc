"""Which answers shall not be given again: a pure decision over labels."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from gateway.cache.entry import Label

KIND = "cache_purge"
Tagger = Callable[[str, str], bytes]


class Orders(Protocol):
    """What orders to forget say of answers, and of calls that are under way."""

    def forbid(self, tenant: str, name: bytes, label: Label) -> bool:
        """Whether this entry must not be given."""

    def era(self, tenant: str) -> bytes:
        """Name the time since a tenant's last order: a call of before is neither joined nor kept."""


class NoOrders:
    """Nothing was ordered to be forgotten."""

    def forbid(self, tenant: str, name: bytes, label: Label) -> bool:  # noqa: ARG002 - nothing is forbidden
        """No entry is."""
        return False

    def era(self, tenant: str) -> bytes:  # noqa: ARG002 - no tenant has more than one
        """It is always the same time."""
        return b""


class Purge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    An order to forget what one tenant's cache got before a moment, in wall seconds.

    `project`, `model` and `credential` (who asked first) narrow it; `entry` is
    one answer by the key that `Cache-Status` showed. `ordered_at` is when it
    was given.
    """

    tenant: str
    before: float
    ordered_at: float
    project: str | None = None
    model: str | None = None
    credential: str | None = None
    entry: str | None = None

    def doomed(self, tag: Tagger) -> Callable[[Label], bool]:
        """Return the test of one label; `tag` names things of the tenant as labels do."""
        wanted = {
            kind: tag(kind, name)
            for kind, name in (
                ("project", self.project),
                ("model", self.model),
                ("credential", self.credential),
            )
            if name is not None
        }

        def is_doomed(label: Label) -> bool:
            return label.made_at < self.before and all(
                getattr(label, kind) == tagged for kind, tagged in wanted.items()
            )

        return is_doomed
