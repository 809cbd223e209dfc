"""Which answers shall not be given again: a pure decision over labels."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from gateway.cache.entry import ERA_BYTES, Label

KIND = "cache_purge"
Tagger = Callable[[str, str], bytes]
NO_ERA = bytes(ERA_BYTES)


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
        return NO_ERA


class Purge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    An order to forget what one tenant's cache got before a moment, in wall seconds.

    `project`, `model` and `credential` (who asked first) narrow it; `entry` is
    one answer by the key that `Cache-Status` showed. `ordered_at` is when it
    was given: if that is no later, all is meant that was got by whoever had not
    heard of the order, by whatever clock they dated it.
    """

    tenant: str
    before: float
    ordered_at: float
    project: str | None = None
    model: str | None = None
    credential: str | None = None
    entry: str | None = None

    def doomed(self, tag: Tagger, is_heard: Callable[[bytes], bool]) -> Callable[[Label], bool]:
        """
        Return the test of one label; `tag` names things of the tenant as labels do.

        `is_heard` says of an era whether whoever lived in it had heard of this order.
        """
        wanted = {
            kind: tag(kind, name)
            for kind, name in (
                ("project", self.project),
                ("model", self.model),
                ("credential", self.credential),
            )
            if name is not None
        }

        is_of_any_age = self.before >= self.ordered_at

        def is_doomed(label: Label) -> bool:
            is_of_before = label.made_at < self.before or (is_of_any_age and not is_heard(label.era))
            return is_of_before and all(getattr(label, kind) == tagged for kind, tagged in wanted.items())

        return is_doomed
