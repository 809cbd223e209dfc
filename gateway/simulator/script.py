"""The order in which requests are told to misbehave."""

from collections import defaultdict, deque
from enum import StrEnum

from gateway.simulator.misbehaviour import Misbehaviour


class Place(StrEnum):
    """What a script line is about; each place has a queue of its own."""

    CHAT = "chat"
    MODELS = "models"
    BALANCE = "balance"


class Script:
    """One misbehaviour for each coming request of a place, then the default again."""

    def __init__(self, default: Misbehaviour) -> None:
        self._first_default = default
        self.reset()

    def reset(self) -> None:
        """Forget what was queued and return to the first default."""
        self.default = self._first_default
        self._queues: defaultdict[Place, deque[Misbehaviour]] = defaultdict(deque)

    def add(self, *behaviours: Misbehaviour, place: Place = Place.CHAT) -> None:
        """Queue one behaviour for each of the next requests."""
        self._queues[place].extend(behaviours)

    def take(self, place: Place) -> Misbehaviour:
        """Return what the next request gets; the default is for chat only."""
        queue = self._queues[place]
        if queue:
            return queue.popleft()
        return self.default if place is Place.CHAT else Misbehaviour()
