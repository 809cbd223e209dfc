"""Whatever happens between processes that are asked the same, each caller gets one answer or is told."""

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cache.memory_store import MemoryStore
from gateway.cache.replicas.board import LEASE_SECONDS
from gateway.foundation.clock import FakeClock
from gateway.vocabulary.refusal import Refusal
from gateway.wire.frames import Frame
from tests.fakes.cache_values import a_question, a_stream
from tests.fakes.memory_board import BoardLink, MemoryBoard
from tests.fakes.reading_room import Reader, ReadingRoom
from tests.fakes.virtual_time import VirtualTimeLoop, settle_down

_QUESTION = a_question(stream=True)
_SCRIPT = a_stream(*(f"word {number} " for number in range(6)))
_ROOMS = 3


class World:
    """Three processes on one board and one store; every upstream call says the same, frame by frame."""

    def __init__(self) -> None:
        store = MemoryStore(FakeClock(), 10_000_000)
        board = MemoryBoard(store)
        self.links = [BoardLink(board) for _ in range(_ROOMS)]
        self.rooms = [ReadingRoom(store, board=link) for link in self.links]
        self.readers: list[Reader] = []
        self.left: set[int] = set()
        self.said: dict[int, int] = {}

    async def ask(self, place: int) -> None:
        """Let one more caller ask at this process."""
        self.readers.append(await self.rooms[place].begin(_QUESTION))

    async def leave(self, number: int) -> None:
        """Let a caller leave."""
        if self.readers:
            number %= len(self.readers)
            task = self.readers[number].task
            assert task is not None
            if not task.done():
                self.left.add(number)
                task.cancel()
            await settle_down()

    def say(self, count: int) -> None:
        """Let every call that runs go on by so many frames."""
        for number, reader in enumerate(self.readers):
            if reader.has_fetched and not reader.source.is_closed:
                said = self.said.get(number, 0)
                reader.source.give(*_SCRIPT[said : said + count])
                self.said[number] = said + count
                if said + count >= len(_SCRIPT):
                    reader.source.finish()

    async def finish(self) -> None:
        """Let everything come to its end."""
        for link in self.links:
            link.is_cut = False
        for _ in range(60):
            self.say(len(_SCRIPT))
            await asyncio.sleep(0.2)


_STEP = st.one_of(
    st.tuples(st.just("ask"), st.integers(0, _ROOMS - 1)),
    st.tuples(st.just("leave"), st.integers(0, 20)),
    st.tuples(st.just("say"), st.integers(1, 3)),
    st.tuples(st.just("wait"), st.sampled_from([0.01, 0.1, 0.5, 1.5])),
    st.tuples(st.just("cut"), st.integers(0, _ROOMS - 1)),
    st.tuples(st.just("mend"), st.integers(0, _ROOMS - 1)),
    st.tuples(st.just("sever"), st.integers(0, _ROOMS - 1)),
)


async def _play(steps: Sequence[tuple[str, float]]) -> World:
    world = World()
    for act, value in steps:
        place = int(value)
        if act == "ask":
            await world.ask(place)
        elif act == "leave":
            await world.leave(place)
        elif act == "say":
            world.say(place)
            await settle_down()
        elif act == "wait":
            await asyncio.sleep(value)
        elif act == "sever":
            world.links[place].is_cut = True
            await asyncio.sleep(LEASE_SECONDS + 1)
        else:
            world.links[place].is_cut = act == "cut"
    await world.finish()
    return world


def _is_fair(world: World, number: int, whole: list[Frame]) -> bool:
    """Whether a caller left, got all of one answer, or a beginning of it and then a refusal."""
    reader = world.readers[number]
    assert reader.task is not None
    if not reader.task.done():
        return False
    got = reader.sink.frames
    if got != whole[: len(got)]:
        return False
    if number in world.left or reader.task.cancelled():
        return number in world.left
    error = reader.task.exception()
    return got == whole if error is None else isinstance(error, Refusal)


@settings(max_examples=80, deadline=None)
@given(st.lists(_STEP, max_size=25))
def test_every_caller_gets_one_answer_or_a_typed_end(steps: list[tuple[str, float]]) -> None:
    """
    Nobody hangs, nothing is mixed, nothing goes on flying, and no call runs for nobody.
    """
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        world = runner.run(_play(steps))

    assert [] == [number for number in range(len(world.readers)) if not _is_fair(world, number, _SCRIPT)]
    assert [0] * _ROOMS == [room.librarian.flying for room in world.rooms]
    assert all(reader.source.is_closed for reader in world.readers if reader.has_fetched)
    assert [[]] * _ROOMS == [room.faults for room in world.rooms]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["ask", "say", "wait"]), st.integers(0, 2)), max_size=20))
def test_without_failures_and_leavers_there_is_one_call(steps: list[tuple[str, int]]) -> None:
    """
    However many ask, wherever and whenever: the others share it, or get what was kept of it.
    """
    acts = [(act, value / 4 if act == "wait" else value + (act == "say")) for act, value in steps]
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        world = runner.run(_play(acts))

    assert [_SCRIPT] * len(world.readers) == [reader.sink.frames for reader in world.readers]
    assert min(1, len(world.readers)) == sum(reader.has_fetched for reader in world.readers)
