"""The sending half never waits for ever for its caller."""

import asyncio

from gateway.edge.door_limits import DoorLimits
from gateway.edge.outlet import Outlet
from tests.fakes.recording_transport import RecordingTransport
from tests.fakes.virtual_time import in_virtual_time


def an_outlet(transport: RecordingTransport) -> tuple[Outlet, list[str]]:
    """Return an open outlet with a stall bound of 10 seconds, and the stalls it told of."""
    stalls: list[str] = []
    limits = DoorLimits(write_stall_seconds=10, write_buffer_bytes=100)
    outlet = Outlet(asyncio.get_running_loop(), limits, lambda: stalls.append("stall"))
    outlet.open(transport)
    return outlet, stalls


@in_virtual_time
async def test_a_caller_who_takes_nothing_has_stalled() -> None:
    """
    The bound passes once with the same bytes unsent.
    """
    transport = RecordingTransport()
    outlet, stalls = an_outlet(transport)
    transport.unsent = 500

    outlet.watch()
    await asyncio.sleep(11)

    assert ["stall"] == stalls
    assert ["high=100"] == transport.done


@in_virtual_time
async def test_a_caller_who_takes_a_little_is_given_time() -> None:
    """
    Every look that finds fewer bytes unsent starts the bound anew.
    """
    transport = RecordingTransport()
    outlet, stalls = an_outlet(transport)
    transport.unsent = 500
    outlet.watch()

    for _ in range(4):
        await asyncio.sleep(9)
        transport.unsent -= 1
    seen_in_time = list(stalls)
    await asyncio.sleep(20)

    assert [] == seen_in_time
    assert ["stall"] == stalls


@in_virtual_time
async def test_a_caller_who_reads_again_has_not_stalled() -> None:
    """
    Reading again clears the bound.
    """
    transport = RecordingTransport()
    outlet, stalls = an_outlet(transport)
    transport.unsent = 500
    outlet.watch()

    outlet.unwatch()
    await asyncio.sleep(30)

    assert [] == stalls


@in_virtual_time
async def test_a_close_that_cannot_be_flushed_becomes_an_abort() -> None:
    """
    A closing connection is dropped when its last bytes are not taken; nobody is told of a stall.
    """
    transport = RecordingTransport()
    outlet, stalls = an_outlet(transport)
    transport.unsent = 5

    outlet.close()
    await asyncio.sleep(11)

    assert ["high=100", "close", "abort"] == transport.done
    assert [] == stalls


@in_virtual_time
async def test_a_half_close_is_refused_where_the_transport_cannot() -> None:
    """
    Without a half-close the outlet says so and does nothing.
    """
    transport = RecordingTransport()
    transport.may_half_close = False
    outlet, _ = an_outlet(transport)

    is_half_closed = outlet.half_close()

    assert not is_half_closed
    assert ["high=100"] == transport.done


@in_virtual_time
async def test_a_reset_needs_no_socket() -> None:
    """
    Over a transport without a socket a reset is at least an abort.
    """
    transport = RecordingTransport()
    outlet, _ = an_outlet(transport)

    outlet.reset()

    assert ["high=100", "abort"] == transport.done
