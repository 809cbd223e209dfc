"""How often what was measured fell between which bounds."""

from bisect import bisect_left
from collections.abc import Iterable

from gateway.telemetry.reading import Exemplar, Labels, Reading


class Spread:
    """
    One series of a histogram while it is counted.

    A bound belongs to what is below it; the last place is for what is above
    all bounds. Each bucket remembers the last trace that fell into it.
    """

    __slots__ = ("_bounds", "_counts", "_exemplars", "_sum")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0
        self._exemplars: dict[int, tuple[float, float, str]] = {}

    def add(self, value: float, trace_id: str = "", wall: float = 0.0) -> None:
        """Count one observation, and where it belongs to a trace, remember which."""
        place = bisect_left(self._bounds, value)
        self._counts[place] += 1
        self._sum += value
        if trace_id:
            self._exemplars[place] = (value, wall, trace_id)

    def reading(self, labels: Labels) -> Reading:
        """Return how it stands now."""
        exemplars = tuple(Exemplar(place, *one) for place, one in self._exemplars.items())
        return Reading(labels, self._sum, tuple(self._counts), exemplars)


def readings(spreads: Iterable[tuple[Labels, Spread]]) -> list[Reading]:
    """Return how each of them stands now; one that never counted is left out."""
    told = [spread.reading(labels) for labels, spread in spreads]
    return [reading for reading in told if any(reading.counts)]
