"""The recognisers of a policy around one engine: they try their patterns where it saw something."""

from collections.abc import Iterator, Sequence

from gateway.redaction.engines.choice import EngineName, make_engine
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import gather

# What is less sure than this is a guess, and nobody is helped by those.
_THRESHOLD = 0.5
# After a rejected match the search goes on one character later, so many times
# for a window and its length; then behind the match, so that no text is walked
# over and over.
_PATIENCE = 16
_CHARACTERS_PER_RETRY = 64


class Bench:
    """
    Let each recogniser look where one of its anchors was seen.

    Windows around anchors that touch are one window, so no pattern walks the
    same stretch twice, however crowded a text is.
    """

    def __init__(self, recognisers: Sequence[Recogniser], engine: EngineName) -> None:
        anchors = gather([anchor for one in recognisers for anchor in one.anchors])
        self._engine = make_engine(engine, anchors)
        self._asked_by: dict[int, list[Recogniser]] = {}
        for one in recognisers:
            for anchor in one.anchors:
                self._asked_by.setdefault(anchors.number_of(anchor), []).append(one)

    def findings(self, text: str) -> Iterator[tuple[str, Found]]:
        """Yield each finding with its entity, in no order; they may overlap."""
        seen: dict[str, tuple[Recogniser, list[tuple[int, int]]]] = {}
        for anchor, places in self._engine.locate(text).items():
            longest = max(end - start for start, end in places)
            for one in self._asked_by[anchor]:
                if longest < one.least:
                    continue
                worthy = (
                    [place for place in places if place[1] - place[0] >= one.least] if one.least else places
                )
                others = seen.get(one.name)
                seen[one.name] = (one, worthy if others is None else others[1] + worthy)
        for one, sightings in seen.values():
            for found in _look(one, text, sightings):
                if found.score >= _THRESHOLD:
                    yield one.entity, found


def _look(one: Recogniser, text: str, sightings: list[tuple[int, int]]) -> Iterator[Found]:
    for start, end in _windows(sightings, one.reach, len(text)):
        yield from _look_between(one, text, start, end)


def _look_between(one: Recogniser, text: str, place: int, end: int) -> Iterator[Found]:
    search, is_last = one.pattern.search, end == len(text)
    patience = _PATIENCE + (end - place) // _CHARACTERS_PER_RETRY
    while match := search(text, place, end):
        # A match that ends with its window may only look finished.
        whole = match if is_last or match.end() < end else one.pattern.match(text, match.start())
        found = one.judge(whole) if whole else None
        if found:
            yield found
        elif patience:
            # What was wrongly begun may hide what begins a little later.
            patience -= 1
            place = match.start() + 1
            continue
        place = found.end if found else match.end()


def _windows(sightings: list[tuple[int, int]], reach: tuple[int, int], length: int) -> list[tuple[int, int]]:
    """Return the stretches around the sightings; those that touch are joined."""
    before, after = reach
    if len(sightings) == 1:
        start, end = sightings[0]
        return [(max(0, start - before), min(length, end + after))]
    windows: list[tuple[int, int]] = []
    for start, end in sorted(sightings):
        left, right = max(0, start - before), min(length, end + after)
        if windows and left <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(right, windows[-1][1]))
        else:
            windows.append((left, right))
    return windows
