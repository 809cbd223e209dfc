"""A line is opened with bounds and closed in the way that its caller can bear."""

import asyncio
from typing import Any

from uvicorn.server import ServerState

from gateway.edge.caller_line import CallerLine, Phase
from gateway.edge.door_limits import DoorLimits
from tests.fakes.recording_transport import RecordingTransport
from tests.fakes.virtual_time import in_virtual_time


class Talker(CallerLine):
    """A line that says what it is told to, and records what happened to it."""

    def __init__(self, state: ServerState) -> None:
        limits = DoorLimits(first_byte_seconds=10, linger_seconds=3, linger_bytes=5)
        super().__init__(state, asyncio.get_running_loop(), limits)
        self.told: list[str] = []

    def say_goodbye(self) -> None:
        """Close on a caller who may still be sending."""
        self._close_gently()

    def hear(self, data: bytes) -> None:
        """Throw away."""
        self._linger(data)

    @property
    def phase(self) -> Phase:
        """Where it stands."""
        return self._phase

    def _leave(self) -> None:
        self.told.append("left")

    def _run_out_of_patience(self) -> None:
        self.told.append("impatient")


def a_line(**extra: Any) -> tuple[Talker, RecordingTransport, ServerState]:
    """Return an open line."""
    state = ServerState()
    line = Talker(state)
    transport = RecordingTransport(**extra)
    line.connection_made(transport)
    return line, transport, state


@in_virtual_time
async def test_a_line_is_known_to_the_server_while_it_lasts() -> None:
    """
    Uvicorn's set holds it from the first moment to the loss; its alarms are gone afterwards.
    """
    line, _, state = a_line()
    was_known = line in state.connections

    line.connection_lost(None)
    await asyncio.sleep(20)

    assert was_known
    assert set() == state.connections
    assert ["left"] == line.told


@in_virtual_time
async def test_the_first_byte_has_a_deadline() -> None:
    """
    Patience runs out after the bound on silence.
    """
    line, _, _ = a_line()

    await asyncio.sleep(11)

    assert ["impatient"] == line.told


@in_virtual_time
async def test_a_gentle_close_hears_the_caller_out_up_to_a_bound() -> None:
    """
    The sending half is closed first; too many bytes more end it.
    """
    line, transport, _ = a_line()

    line.say_goodbye()
    phase_while_hearing = line.phase
    line.hear(b"12345")
    done_so_far = list(transport.done)
    line.hear(b"6")

    assert Phase.LINGERING is phase_while_hearing
    assert "abort" not in done_so_far
    assert "write_eof" in done_so_far
    assert "abort" == transport.done[-1]
    assert Phase.CLOSED is line.phase


@in_virtual_time
async def test_a_gentle_close_without_a_half_close_is_a_plain_one() -> None:
    """
    Where the transport cannot close one half, the line is closed after what was written.
    """
    line, transport, _ = a_line()
    transport.may_half_close = False

    line.say_goodbye()

    assert "close" == transport.done[-1]


@in_virtual_time
async def test_an_end_of_file_between_requests_closes() -> None:
    """
    Nobody left anything: the line is closed and the transport told to do the same.
    """
    line, transport, _ = a_line()

    keeps_open = line.eof_received()

    assert not keeps_open
    assert "close" == transport.done[-1]
    assert [] == line.told
