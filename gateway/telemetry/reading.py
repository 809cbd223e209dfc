"""One series of a metric at one moment, and all of them together."""

from collections.abc import Iterable, Mapping

import msgspec

from gateway.telemetry.family import Family

Labels = tuple[str, ...]


class Exemplar(msgspec.Struct, frozen=True, array_like=True):
    """One observation in the bucket at this place, and the trace that it belongs to."""

    place: int
    value: float
    wall: float
    trace_id: str


class Reading(msgspec.Struct, frozen=True, array_like=True):
    """
    The value of one series; `labels` are those of its family, in their order.

    Of a histogram `value` is the sum and `counts` say how many observations
    fell into each bucket, the last one being those above all bounds. `wall` is
    when the value was set, where the newest of several is the one that counts.
    """

    labels: Labels
    value: int | float
    counts: tuple[int, ...] = ()
    exemplars: tuple[Exemplar, ...] = ()
    wall: float = 0.0


Account = Iterable[tuple[Family, Iterable[Reading]]]
Snapshot = Mapping[str, list[Reading]]
