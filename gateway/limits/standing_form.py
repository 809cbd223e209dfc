"""How callers are told in header fields where they stand; worked out once for the limits of a sheet."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.limits.sheet import Counter
from gateway.limits.verdict import Standing
from gateway.limits.windows import Lease

Field = tuple[bytes, bytes]

_OPENAI_UNITS = ("requests", "tokens")


class _Kind(NamedTuple):
    """Two names of OpenAI's form for a unit, and its third field by where the numbers of each limit begin."""

    remaining: bytes
    reset: bytes
    limits: Mapping[int, Field]


class StandingForm:
    """
    OpenAI's `x-ratelimit-*`, and `RateLimit` with `RateLimit-Policy`.

    Shadow limits are the operator's alone, and money is told by GET /v1/usage.
    (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers)
    """

    __slots__ = ("_items", "_kinds", "_places", "_policy")

    def __init__(self, counters: Sequence[Counter]) -> None:
        told = [
            (place, counter)
            for place, counter in enumerate(counters)
            if not counter.is_shadow and counter.rule.unit != "money"
        ]
        self._places = tuple([place for place, _ in told])
        self._items = b", ".join([_item(counter) for _, counter in told])
        self._policy: Field = (b"ratelimit-policy", b", ".join([_policy_item(one) for _, one in told]))
        self._kinds = _kinds([counter for _, counter in told])

    def fields(self, standings: Sequence[Standing]) -> list[Field]:
        """Return the header fields of these standings, of which there are none where nothing was counted."""
        if not self._places or not standings:
            return []
        numbers: list[int] = []
        for place in self._places:
            standing = standings[place]
            numbers += (max(0, standing.left), -(-standing.reset_ms // 1000))
        fields: list[Field] = []
        for remaining, reset, limits in self._kinds:
            # Of several, the tightest: it is the one that will refuse first.
            left = min(limits, key=numbers.__getitem__)
            fields += (
                limits[left],
                (remaining, b"%d" % numbers[left]),
                (reset, b"%ds" % numbers[left + 1]),
            )
        fields += (self._policy, (b"ratelimit", self._items % tuple(numbers)))
        return fields


def _kinds(told: Sequence[Counter]) -> list[_Kind]:
    kinds: dict[str, dict[int, Field]] = {}
    for order, counter in enumerate(told):
        unit = counter.rule.unit
        if unit in _OPENAI_UNITS:
            limit = (b"x-ratelimit-limit-" + unit.encode(), b"%d" % counter.capacity)
            # Two numbers stand for each limit that is told.
            kinds.setdefault(unit, {})[2 * order] = limit
    return [
        _Kind(b"x-ratelimit-remaining-" + unit.encode(), b"x-ratelimit-reset-" + unit.encode(), limits)
        for unit, limits in kinds.items()
    ]


def _item(counter: Counter) -> bytes:
    """Return one item of `RateLimit` with places for its numbers; a name has letters, digits and dashes."""
    return b'"%b";r=%%d;t=%%d' % counter.rule.name.encode()


def _policy_item(counter: Counter) -> bytes:
    item = f'"{counter.rule.name}";q={counter.capacity}'
    if isinstance(counter.window, Lease):
        return f'{item};qu="concurrent-requests"'.encode()
    item += f";w={counter.window.seconds}"
    # "tokens" is no registered unit, so it has a parameter of its own.
    return (item if counter.rule.unit == "requests" else f'{item};dg-unit="{counter.rule.unit}"').encode()
