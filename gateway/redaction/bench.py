"""The recognisers of a policy around one engine: they try their patterns where it saw something."""

import re
from collections.abc import Iterator, Mapping, Sequence

from gateway.redaction.encoded_text import ENCODED
from gateway.redaction.engines.choice import EngineName, make_engine
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.seats import Places, Seats
from gateway.redaction.shapes import Sightings, gather

# What is less sure than this is a guess, and nobody is helped by those.
GUESS = 0.5
# After a rejected match the search goes on one character later, so many times
# for a window and its length; then behind the match, so that no text is walked
# over and over.
_PATIENCE = 16
_CHARACTERS_PER_RETRY = 64
_SCORE_OF_A_TERM = 0.99
# So many places are looked at in vain before whoever waits hears of it.
_IN_VAIN = 16


class Bench:
    """
    Let each recogniser look where one of its anchors was seen.

    Windows around anchors that touch are one window, so no pattern walks the
    same stretch twice, however crowded a text is. `terms` are a tenant's own
    words: the engine sees them with everything else. `is_shipped` says that
    nothing here is of a policy's own.
    """

    def __init__(
        self,
        recognisers: Sequence[Recogniser],
        engine: EngineName,
        terms: Mapping[str, str] | None = None,
        *,
        least_score: float = GUESS,
        is_shipped: bool = False,
    ) -> None:
        self._least_score = least_score
        self._entity_of_term = terms or {}
        anchors = gather(
            [ENCODED, *self._entity_of_term, *(anchor for one in recognisers for anchor in one.anchors)]
        )
        self._engine = make_engine(engine, anchors, is_shipped=is_shipped)
        self._everywhere = [one for one in recognisers if not one.anchors]
        self._encoded = anchors.number_of(ENCODED)
        self._terms = {anchors.number_of(term): entity for term, entity in self._entity_of_term.items()}
        self._seats = Seats(recognisers, anchors)

    def locate(self, text: str) -> Sightings:
        """Return where the engine saw something; `findings` and `encoded` go on from there."""
        return self._engine.locate(text)

    def encoded(self, sightings: Sightings) -> Sequence[tuple[int, int]]:
        """Return the runs that may be text in base64."""
        return sightings.get(self._encoded, ())

    def findings(self, text: str, sightings: Sightings) -> Iterator[tuple[str, Found] | int]:
        """
        Yield each finding with its entity, in no order; they may overlap.

        In between yields how many places were looked at in vain, so that
        whoever iterates can stop after so much work.
        """
        if self._terms:
            yield from self._named(text, sightings)
        in_vain, length = 0, len(text)
        for seat, places in self._seats.asked(text, sightings):
            one, part, search = seat.one, seat.part, seat.search
            for start, end in _windows(places, seat.before, seat.after, length):
                in_vain += 1
                # Mostly there is nothing, and that is told without another call of ours.
                if part is not None and not part(text, start, end):
                    continue
                match = search(text, start, end)
                for found in _look_between(one, text, start, end, match) if match else ():
                    if found is None or found.score < self._least_score:
                        in_vain += 1
                    else:
                        yield one.entity, found
                    if in_vain >= _IN_VAIN:
                        yield in_vain
                        in_vain = 0
                if in_vain >= _IN_VAIN:
                    yield in_vain
                    in_vain = 0
        yield in_vain
        if self._everywhere:
            yield from self._unannounced(text)

    def _named(self, text: str, sightings: Sightings) -> Iterator[tuple[str, Found]]:
        """Yield a tenant's own words."""
        for number, entity in self._terms.items():
            for start, end in sightings.get(number, ()):
                if _stands_alone(text, start, end):
                    yield entity, Found(start, end, text[start:end].casefold(), _SCORE_OF_A_TERM)

    def _unannounced(self, text: str) -> Iterator[tuple[str, Found] | int]:
        """Yield what those find who have no anchor."""
        for one in self._everywhere:
            for found in _look_between(one, text, 0, len(text), one.pattern.search(text)):
                yield (one.entity, found) if found is not None else 1


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether a Latin word is one, and not a piece of another; Chinese has no bounds."""
    left = start == 0 or not (_is_latin(text[start]) and _is_latin(text[start - 1]))
    return left and (end == len(text) or not (_is_latin(text[end - 1]) and _is_latin(text[end])))


def _is_latin(sign: str) -> bool:
    return sign.isalnum() and sign < "\u0250"


def _look_between(
    one: Recogniser, text: str, place: int, end: int, match: re.Match[str] | None
) -> Iterator[Found | None]:
    """Yield what the judge says of each match, the first of which is known."""
    search, is_last = one.pattern.search, end == len(text)
    patience = _PATIENCE + (end - place) // _CHARACTERS_PER_RETRY
    while match:
        # A match that ends with its window may only look finished.
        whole = match if is_last or match.end() < end else one.pattern.match(text, match.start())
        found = one.judge(whole) if whole else None
        yield found
        if found is None and patience:
            # What was wrongly begun may hide what begins a little later.
            patience -= 1
            place = match.start() + 1
        else:
            place = found.end if found else match.end()
        match = search(text, place, end)


def _windows(sightings: Places, before: int, after: int, length: int) -> list[tuple[int, int]]:
    """Return the stretches around the sightings; those that touch are joined."""
    if len(sightings) == 1:
        ((start, end),) = sightings
        return [(max(0, start - before), min(length, end + after))]
    windows: list[tuple[int, int]] = []
    (start, end), *others = sorted(sightings)
    first, last = max(0, start - before), end + after
    for start, end in others:
        if start - before > last:
            windows.append((first, last))
            first, last = start - before, end + after
        # Without max and min: a table of numbers brings thousands, before each recogniser.
        elif end + after > last:
            last = end + after
    windows.append((first, min(length, last)))
    return windows
