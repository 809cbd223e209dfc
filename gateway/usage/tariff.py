"""What the targets of one model cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.usage.prices import MOST_MICROS, PriceList
from gateway.vocabulary.attempt import Attempt
from gateway.vocabulary.usage import Usage

Place = tuple[str, str]
"""An upstream, and the name under which it knows the model."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """The price lists of every target of a model, by currency; a target without one costs nothing known."""

    lists: Mapping[Place, Mapping[str, PriceList]] = field(default_factory=dict)

    def most(
        self, places: Iterable[Place], wall_seconds: float, input_tokens: int, output_tokens: int
    ) -> dict[str, int]:
        """Return what so many tokens cost at the dearest of these places, in micro-units of each currency."""
        dearest: dict[str, int] = {}
        for place in places:
            for currency, prices in self.lists.get(place, {}).items():
                cost = prices.at(wall_seconds).most(input_tokens, output_tokens)
                if cost >= dearest.get(currency, 0):
                    dearest[currency] = cost
        return dearest

    def least(self) -> dict[str, int]:
        """Return what a request costs at least, wherever and whenever, in micro-units of each currency."""
        cheapest: dict[str, int] = {}
        for lists in self.lists.values():
            for currency, prices in lists.items():
                cheapest[currency] = min(prices.least(), cheapest.get(currency, MOST_MICROS))
        return cheapest

    def lacks(self, currency: str, places: Iterable[Place]) -> bool:
        """Whether nobody knows what something costs in this currency at one of these places."""
        return any(currency not in self.lists.get(place, {}) for place in places)

    def worth(self, place: Place, usage: Usage, wall_seconds: float) -> dict[str, int]:
        """Return what an answer costs that consumes so much at this place."""
        lists = self.lists.get(place, {})
        return {currency: prices.at(wall_seconds).cost(usage) for currency, prices in lists.items()}

    def cost(self, attempts: Iterable[Attempt], wall_seconds: float) -> dict[str, int]:
        """Return what these tries cost together, at the prices of this moment."""
        total: dict[str, int] = {}
        for attempt in attempts:
            if attempt.usage is None:
                continue
            costs = self.worth((attempt.upstream, attempt.model), attempt.usage, wall_seconds)
            # Mostly there was one try, and there is nothing to add up.
            total = costs if not total else _sum(total, costs)
        return total


def _sum(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    return {currency: first.get(currency, 0) + second.get(currency, 0) for currency in {**first, **second}}
