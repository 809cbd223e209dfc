"""
Guessing is slowed: whoever showed many wrong credentials waits, by address.

Each address may fail so many times at once, and once more with every few
seconds that pass. What has the form of a minted key cannot be guessed and is
looked up all the same, so that one bad neighbour behind a shared address does
not shut out the others.
"""

from collections import OrderedDict
from collections.abc import Callable

from gateway.identity.refusals import TooManyFailures

FAILURES_AT_ONCE = 20
SECONDS_EACH = 3.0
_ADDRESSES_KEPT = 10_000


class Brakes:
    """
    The failures of each address in the memory of one process.

    A bounded number of addresses is kept; who has been quiet longest is
    forgotten first. `on_braked` hears of an address when it has used up what
    it may fail, and again only after it had nothing on its account any more.
    Times are monotonic seconds: a clock that is put back must not let an
    address wait for as long.
    """

    def __init__(self, on_braked: Callable[[str], None] = lambda _: None) -> None:
        # The time at which an address will have nothing on its account any more.
        self._clear_at: OrderedDict[str, float] = OrderedDict()
        self._told: set[str] = set()
        self._on_braked = on_braked
        self.failures = 0

    def check(self, address: str, now: float) -> None:
        """Refuse an address that has used up its failures."""
        clear_at = self._clear_at.get(address, now)
        wait = clear_at - now - (FAILURES_AT_ONCE - 1) * SECONDS_EACH
        if wait > 0:
            raise TooManyFailures(
                "Too many credentials from this address were not valid. Wait before the next try.",
                retry_after=wait,
            )

    def failed(self, address: str, now: float) -> None:
        """Count one failure of an address."""
        self.failures += 1
        before, most = self._clear_at.get(address, now), now + FAILURES_AT_ONCE * SECONDS_EACH
        if before <= now:
            self._told.discard(address)
        self._clear_at[address] = clear_at = min(max(before, now) + SECONDS_EACH, most)
        self._clear_at.move_to_end(address)
        if clear_at >= most and address not in self._told:
            self._told.add(address)
            self._on_braked(address)
        if len(self._clear_at) > _ADDRESSES_KEPT:
            forgotten, _ = self._clear_at.popitem(last=False)
            self._told.discard(forgotten)
