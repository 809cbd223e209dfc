"""What the exchanges that run in this process may give back when they end."""

from gateway.limits.ledger import Hold
from gateway.limits.sheet import Counter


class Running:
    """
    Add up, for each counter of tokens or money, what running exchanges have reserved.

    Most of that comes back within seconds or minutes. Whoever is refused for it
    need not wait until a day or a month is over, and their budget is not used up.
    Other processes have theirs, of which nothing is known here; one exchange that
    holds as much as another one lacks is enough, and mostly runs here.
    """

    def __init__(self) -> None:
        self._held: dict[str, int] = {}

    def began(self, hold: Hold) -> None:
        """Hear that an exchange runs."""
        held, amounts = self._held, hold.amounts
        for key, place in hold.sheet.returning:
            held[key] = held.get(key, 0) + amounts[place]

    def ended(self, hold: Hold) -> None:
        """Hear that it is settled."""
        held, amounts = self._held, hold.amounts
        for key, place in hold.sheet.returning:
            rest = held.pop(key, 0) - amounts[place]
            if rest > 0:
                held[key] = rest

    def may_give_back(self, counter: Counter) -> int:
        """Return how much of a counter that may be at most."""
        return self._held.get(counter.key, 0)
