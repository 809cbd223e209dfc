"""What is put in comes out, once and in order."""

import asyncio

import pytest

from gateway.upstreams.buffered_reply import BufferedReply
from gateway.upstreams.transport import TransportBroke


class Feeder:
    """Note what the reply asks for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.reply = BufferedReply(self)

    def drained(self) -> None:
        self.asked.append("drained")

    def cut(self) -> None:
        self.asked.append("cut")
        self.reply.finish(TransportBroke("cut"))


async def test_pieces_that_wait_are_read_at_once() -> None:
    """
    Everything that is here comes joined, and the feeder hears that it is gone.
    """
    feeder = Feeder()
    feeder.reply.pieces += [b"one", b"two"]

    assert b"onetwo" == await feeder.reply.read()
    assert (["drained"], 6, []) == (feeder.asked, feeder.reply.taken_bytes, feeder.reply.pieces)


async def test_a_reader_is_woken() -> None:
    """
    A read that found nothing ends with the next piece, and with the end.
    """
    feeder = Feeder()
    loop = asyncio.get_running_loop()

    def feed() -> None:
        feeder.reply.pieces.append(b"late")
        feeder.reply.wake()

    loop.call_soon(feed)
    piece = await feeder.reply.read()
    loop.call_soon(feeder.reply.finish, None)
    end = await feeder.reply.read()

    assert (b"late", b"") == (piece, end)
    assert b"" == await feeder.reply.read()


async def test_what_came_is_read_before_the_failure() -> None:
    """
    A failure overtakes nothing, and is raised again by every later read.
    """
    feeder = Feeder()
    feeder.reply.pieces.append(b"part")
    feeder.reply.finish(TransportBroke("broke"))

    assert b"part" == await feeder.reply.read()
    for _ in range(2):
        with pytest.raises(TransportBroke, match="broke"):
            await feeder.reply.read()


async def test_the_head_is_waited_for() -> None:
    """
    `wait_for_head` ends with the head or with the reason why there is none.
    """
    answered, broken = Feeder(), Feeder()
    loop = asyncio.get_running_loop()

    def begin() -> None:
        answered.reply.begin(404, {b"a": b"b"})
        answered.reply.wake()

    loop.call_soon(begin)
    await answered.reply.wait_for_head()
    loop.call_soon(broken.reply.finish, TransportBroke("broke"))

    with pytest.raises(TransportBroke, match="broke"):
        await broken.reply.wait_for_head()
    assert (404, {b"a": b"b"}) == (answered.reply.status, answered.reply.headers)


async def test_closing_cuts_once_and_only_what_still_runs() -> None:
    """
    A whole answer is not cut, and nothing is cut twice.
    """
    running, whole = Feeder(), Feeder()
    whole.reply.finish(None)

    for reply in (running.reply, running.reply, whole.reply):
        reply.close()

    assert (["cut"], []) == (running.asked, whole.asked)


async def test_the_first_end_counts() -> None:
    """
    What ended properly does not fail afterwards.
    """
    feeder = Feeder()
    feeder.reply.finish(None)
    feeder.reply.finish(TransportBroke("too late"))

    assert b"" == await feeder.reply.read()


async def test_a_cancelled_reader_can_be_followed() -> None:
    """
    Waking nobody is no error, and the next read finds what came.
    """
    feeder = Feeder()
    reader = asyncio.get_running_loop().create_task(feeder.reply.read())
    await asyncio.sleep(0)
    reader.cancel()
    feeder.reply.pieces.append(b"kept")
    feeder.reply.wake()
    await asyncio.gather(reader, return_exceptions=True)

    assert b"kept" == await feeder.reply.read()
