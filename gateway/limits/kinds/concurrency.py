"""So many requests at once."""

from typing import Annotated, ClassVar

from msgspec import Meta

from gateway.limits.limit_rule import CountedLimit, Unit
from gateway.limits.windows import LEASE_SECONDS, Lease
from gateway.vocabulary.demand import Amounts

AtOnce = Annotated[int, Meta(ge=1, le=100_000, description="a whole number from 1 to 100000")]


class ConcurrencyLimit(CountedLimit, frozen=True, kw_only=True, tag="concurrency"):
    """
    At most `limit` requests at once, from the first byte to the last.

    Each holds a lease that its gateway renews while it runs, so that the
    places of a gateway that was killed come free by themselves.
    """

    unit: ClassVar[Unit] = "concurrent-requests"

    limit: AtOnce

    @property
    def capacity(self) -> int:
        """How many may run at once."""
        return self.limit

    @property
    def window(self) -> Lease:
        """Where they are counted."""
        return Lease(LEASE_SECONDS * 1000)

    def measure(self, amounts: Amounts) -> int:
        """One request is one."""
        return amounts.requests
