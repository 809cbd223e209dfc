"""Which recognisers are asked about what an engine saw, and where each of them looks."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from gateway.redaction.recogniser import Recogniser
from gateway.redaction.seen_number import SeenNumber, number_at
from gateway.redaction.shapes import NUMBER, Anchors, Sightings

Places = Sequence[tuple[int, int]]
# Where there are more numbers than this, none is looked at by itself.
_FEW = 8
# Ordinary texts have fewer kinds of numbers; a row of thousands of digits is one more.
_MOST_KINDS = 4_096


class Seat(NamedTuple):
    """A recogniser and what is asked of it for every text, bound once."""

    one: Recogniser
    name: str
    least: int
    before: int
    after: int
    part: Callable[[str, int, int], bool] | None
    search: Callable[[str, int, int], re.Match[str] | None]


class Seats:
    """The recognisers, by the anchors that awaken them."""

    def __init__(self, recognisers: Iterable[Recogniser], anchors: Anchors) -> None:
        self._by_anchor: dict[int, list[Seat]] = {}
        for one in recognisers:
            seat = Seat(one, one.name, one.least, *one.reach, one.part, one.pattern.search)
            for anchor in one.anchors:
                self._by_anchor.setdefault(anchors.number_of(anchor), []).append(seat)
        self._number = anchors.number_of(NUMBER) if NUMBER in anchors.shapes else -1
        self._measured = frozenset(
            anchor for anchor, seats in self._by_anchor.items() if any(seat.least for seat in seats)
        )
        self._by_kind: dict[tuple[int, SeenNumber], list[Seat]] = {}

    def asked(self, text: str, sightings: Sightings) -> Collection[tuple[Seat, Places]]:
        """Return each recogniser that has something to look at, with all of its places."""
        asked: dict[str, tuple[Seat, Places]] = {}
        for anchor, places in sightings.items():
            if anchor == self._number and len(places) <= _FEW:
                for place in places:
                    for seat in self._of_number(text, *place):
                        _add(asked, seat, [place])
            elif anchor in self._measured:
                for seat, worthy in _long_enough(self._by_anchor[anchor], places):
                    _add(asked, seat, worthy)
            else:
                for seat in self._by_anchor.get(anchor, ()):
                    _add(asked, seat, places)
        return asked.values()

    def _of_number(self, text: str, start: int, end: int) -> list[Seat]:
        """Return who may know a number; what kind of number it is mostly stood somewhere before."""
        kind = (end - start, number_at(text, start, end))
        seats = self._by_kind.get(kind)
        if seats is None:
            seats = [seat for seat in self._by_anchor[self._number] if _may_know(seat, *kind)]
            if len(self._by_kind) < _MOST_KINDS:
                self._by_kind[kind] = seats
        return seats


def _may_know(seat: Seat, length: int, number: SeenNumber) -> bool:
    """Return whether to ask about a number: always, where one stretch may hold others too."""
    if length < seat.least:
        return False
    return seat.one.may_be is None or seat.before + seat.after >= number.room or seat.one.may_be(number)


def _long_enough(seats: Sequence[Seat], places: Places) -> Iterator[tuple[Seat, Places]]:
    """Yield each recogniser with those of the places that are long enough for it."""
    sizes = [end - start for start, end in places]
    longest, shortest = max(sizes), min(sizes)
    for seat in seats:
        if seat.least <= shortest:
            yield seat, places
        elif seat.least <= longest:
            yield seat, [place for place in places if place[1] - place[0] >= seat.least]


def _add(asked: dict[str, tuple[Seat, Places]], seat: Seat, places: Places) -> None:
    known = asked.get(seat.name)
    asked[seat.name] = (seat, places if known is None else [*known[1], *places])
