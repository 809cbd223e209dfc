"""The clock of a body sets its alarm anew only when it rings."""

import asyncio

from gateway.edge.body_clock import BodyClock
from gateway.edge.door_limits import DoorLimits
from gateway.foundation.alarm import Alarm
from tests.fakes.virtual_time import in_virtual_time


@in_virtual_time
async def test_progress_moves_the_deadline_and_silence_does_not() -> None:
    """
    A body that came on at 8 seconds is too slow at 18, not at 10.
    """
    loop = asyncio.get_running_loop()
    start = loop.time()
    looks: list[tuple[float, bool]] = []
    alarm = Alarm(loop, lambda: looks.append((round(loop.time() - start), clock.has_run_out(100_000))))
    clock = BodyClock(loop, DoorLimits(body_seconds=10), alarm)
    clock.start()
    await asyncio.sleep(8)
    clock.progress()

    await asyncio.sleep(30)

    assert [(10, False), (18, True)] == looks
