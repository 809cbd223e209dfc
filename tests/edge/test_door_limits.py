"""How long a body may take."""

import pytest

from gateway.edge.door_limits import DoorLimits


@pytest.mark.parametrize(
    ("progressed", "received", "deadline"),
    [(100, 0, 160), (130, 1_000_000, 190), (159, 10, 170), (1000, 500, 660)],
    ids=["nothing came", "fast enough", "barely dripping", "steady but too slow"],
)
def test_silence_and_slowness_both_end_a_body(progressed: float, received: int, deadline: float) -> None:
    """
    The earlier counts of: 60 silent seconds, and 60 seconds plus one for every byte at the least rate.
    """
    limits = DoorLimits(body_seconds=60, body_bytes_per_second=1)

    found = limits.body_deadline(started=100, progressed=progressed, received=received)

    assert deadline == found
