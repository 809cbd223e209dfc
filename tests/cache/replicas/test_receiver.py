"""What another process sends is an answer here, and its silence has an end."""

import asyncio

import pytest

from gateway.cache.refusals import SharedAnswerLost
from gateway.cache.replicas.board import LEASE_SECONDS, Callsign
from gateway.cache.replicas.packet import Packet, ending_of, packet_of, write_packet
from gateway.cache.replicas.receiver import LONGEST_POLL_SECONDS, Adrift, Receiver
from gateway.upstreams.refusals import UpstreamBroke
from tests.fakes.cache_values import a_stream
from tests.fakes.flights import ReadingSink
from tests.fakes.memory_board import BoardLink, MemoryBoard
from tests.fakes.virtual_time import in_virtual_time

_CALLSIGN = Callsign(b"tenant01", b"n" * 17, b"t" * 16)


class Sending:
    """A board to which the test sends, and one who listens."""

    def __init__(self) -> None:
        self.board = MemoryBoard()
        self.link = BoardLink(self.board)
        self.receiver = Receiver(self.link, _CALLSIGN, b"ear", unlock=lambda _number, piece: piece)
        self._sent = 0

    async def send(self, *packets: Packet, is_last: bool = False) -> list[bytes]:
        """Send as an owner would; return who listens."""
        await self.board.claim(_CALLSIGN, None)
        pieces = [write_packet(packet) for packet in packets]
        heard = await self.board.beat(_CALLSIGN, self._sent, pieces, is_last=is_last)
        self._sent += len(pieces)
        return list(heard or ())


@in_virtual_time
async def test_frames_come_as_they_were_sent_until_the_end() -> None:
    """
    The same bytes in the same order; the one who listens is seen, and not any more once they leave.
    """
    sending, sink, frames = Sending(), ReadingSink(), a_stream("a", "b")
    await sending.send(packet_of(frames[:1]))
    await sending.receiver.begun()
    listening = await sending.send(packet_of(frames[1:]), ending_of(None))
    await sending.receiver.pour(sink)
    sending.receiver.close()
    sending.receiver.close()

    assert frames == sink.frames
    assert ([b"ear"], []) == (listening, await sending.send())


@in_virtual_time
async def test_a_failure_before_the_answer_is_why_there_is_none() -> None:
    """
    As if the call had been made here.
    """
    sending = Sending()
    await sending.send(ending_of(UpstreamBroke("It broke.")), is_last=True)

    with pytest.raises(Exception, match="It broke"):
        await sending.receiver.begun()


@in_virtual_time
async def test_an_owner_who_gives_up_or_is_unknown_leaves_one_adrift_who_has_got_nothing() -> None:
    """
    Then a call of their own is made; also when the board cannot be reached, without waiting.
    """
    lost, unknown, away = Sending(), Sending(), Sending()
    await lost.send(packet_of(a_stream()[:1]), ending_of(SharedAnswerLost("Gone.")), is_last=True)
    await away.send(packet_of(a_stream()))
    away.link.is_cut = True
    began = asyncio.get_running_loop().time()
    for sending in (lost, unknown, away):
        with pytest.raises(Adrift):
            await sending.receiver.begun()

    assert began == asyncio.get_running_loop().time()


@in_virtual_time
async def test_whoever_was_served_is_told_when_the_owner_falls_silent() -> None:
    """
    Once its lease is over, and not before.
    """
    sending, sink = Sending(), ReadingSink()
    await sending.send(packet_of(a_stream()[:1]))
    await sending.receiver.begun()
    began = asyncio.get_running_loop().time()
    with pytest.raises(SharedAnswerLost):
        await sending.receiver.pour(sink)

    assert a_stream()[:1] == sink.frames
    assert (
        LEASE_SECONDS
        <= asyncio.get_running_loop().time() - began
        < LEASE_SECONDS + LONGEST_POLL_SECONDS + 0.1
    )
