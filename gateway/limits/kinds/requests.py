"""So many requests in any window of time."""

from typing import ClassVar

from gateway.limits.limit_rule import CountedLimit, Unit, Units, WindowSeconds
from gateway.limits.windows import Rolling
from gateway.vocabulary.demand import Amounts


class RequestLimit(CountedLimit, frozen=True, kw_only=True, tag="requests"):
    """At most `limit` requests in any `window_seconds`."""

    unit: ClassVar[Unit] = "requests"

    limit: Units
    window_seconds: WindowSeconds = 60

    @property
    def capacity(self) -> int:
        """How many requests are allowed."""
        return self.limit

    @property
    def window(self) -> Rolling:
        """Where they are counted."""
        return Rolling.of(self.window_seconds)

    def measure(self, amounts: Amounts) -> int:
        """One request is one."""
        return amounts.requests
