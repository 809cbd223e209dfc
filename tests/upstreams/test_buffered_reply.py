"""What is put in comes out, once and in order."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.upstreams.buffered_reply import BufferedReply
from gateway.upstreams.transport import TransportBroke
from tests.fakes.sinks import ByteBasin
from tests.fakes.virtual_time import settle_down


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


class Picky(ByteBasin):
    """A sink that refuses one piece."""

    def take(self, data: bytes) -> bool:
        """Refuse what is bad."""
        if data == b"bad":
            raise ValueError("a bad piece")
        return super().take(data)


class Full(ByteBasin):
    """A sink that has room for one piece at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.room = asyncio.Event()

    def take(self, data: bytes) -> bool:
        """Be full."""
        super().take(data)
        return False

    async def ready(self) -> bool:
        """Wait for room."""
        await self.room.wait()
        self.room.clear()
        return True


def put_in(feeder: Feeder, piece: bytes) -> None:
    """Let a piece arrive."""
    feeder.reply.pieces.append(piece)
    feeder.reply.wake()


async def test_a_poured_piece_is_there_before_anyone_wakes() -> None:
    """
    What arrives while the body is poured goes to the sink within the same call.
    """
    feeder, basin = Feeder(), ByteBasin()
    pouring = asyncio.ensure_future(feeder.reply.pour(basin))
    await settle_down()

    put_in(feeder, b"one")
    seen = list(basin.pieces)
    feeder.reply.finish(None)

    assert [b"one"] == seen
    assert await pouring
    assert ["drained"] == feeder.asked


@given(
    pieces=some.lists(some.binary(min_size=1, max_size=5), max_size=12),
    begun_after=some.integers(min_value=0, max_value=12),
    breaks=some.booleans(),
)
def test_every_byte_is_poured_once_and_in_order(
    pieces: list[bytes], begun_after: int, *, breaks: bool
) -> None:
    """
    Whether it was here before, comes meanwhile or with the end; a break comes after all of it.
    """

    async def pour() -> tuple[bytes, bool]:
        feeder, basin = Feeder(), ByteBasin()
        for piece in pieces[:begun_after]:
            put_in(feeder, piece)
        pouring = asyncio.ensure_future(feeder.reply.pour(basin))
        for piece in pieces[begun_after:]:
            await asyncio.sleep(0)
            put_in(feeder, piece)
        feeder.reply.finish(TransportBroke("broke") if breaks else None)
        results = await asyncio.gather(pouring, return_exceptions=True)
        return b"".join(basin.pieces), results[0] is True

    assert (b"".join(pieces), not breaks) == asyncio.run(pour())


async def test_a_full_sink_is_waited_for() -> None:
    """
    Nothing is handed on before the sink is ready, and then everything that came meanwhile, at once.
    """
    feeder, sink = Feeder(), Full()
    pouring = asyncio.ensure_future(feeder.reply.pour(sink))
    await settle_down()
    put_in(feeder, b"one")
    put_in(feeder, b"two")
    put_in(feeder, b"three")
    await settle_down()
    seen = list(sink.pieces)

    sink.room.set()
    await settle_down()
    feeder.reply.finish(None)
    sink.room.set()

    assert await pouring
    assert [b"one"] == seen
    assert [b"one", b"twothree"] == sink.pieces


async def test_a_sink_may_have_enough() -> None:
    """
    Pouring ends, not at the end of the body, and what comes later can still be read.
    """
    feeder, basin = Feeder(), ByteBasin(wanted=1)
    pouring = asyncio.ensure_future(feeder.reply.pour(basin))
    await settle_down()
    put_in(feeder, b"enough")
    put_in(feeder, b"more")

    assert not await pouring
    assert ([b"enough"], b"more") == (basin.pieces, await feeder.reply.read())


async def test_an_objection_is_raised_where_it_was_poured() -> None:
    """
    Whoever fills the reply never hears what its sink raised; whoever pours it does.
    """
    feeder, sink = Feeder(), Picky()
    pouring = asyncio.ensure_future(feeder.reply.pour(sink))
    await settle_down()

    put_in(feeder, b"good")
    put_in(feeder, b"bad")
    put_in(feeder, b"good")

    with pytest.raises(ValueError, match="a bad piece"):
        await pouring
    assert [b"good"] == sink.pieces


async def test_after_a_cancelled_pouring_nothing_reaches_the_sink() -> None:
    """
    A caller who left is sent nothing more.
    """
    feeder, basin = Feeder(), ByteBasin()
    pouring = asyncio.ensure_future(feeder.reply.pour(basin))
    await settle_down()
    pouring.cancel()
    await asyncio.gather(pouring, return_exceptions=True)

    put_in(feeder, b"late")

    assert [] == basin.pieces
