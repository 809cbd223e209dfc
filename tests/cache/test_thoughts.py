"""Thoughts are given back to those who were told them, and to nobody else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from gateway.cache.memory_store import MemoryStore
from gateway.cache.purge import NoOrders, Purge
from gateway.cache.purges import Purges
from gateway.cache.redis_store import RedisStore
from gateway.cache.store import Address, Look, Store
from gateway.cache.strongbox import Strongbox
from gateway.cache.thoughts import MOST_CHARACTERS, MOST_TURNS, ThoughtKeeper, Thoughts
from gateway.foundation.clock import FakeClock
from gateway.foundation.keys import NoDataKey
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.state_store import Entry
from gateway.vocabulary.caller import Caller
from gateway.wire.frames import DONE, Frame, FrameKind
from gateway.wire.taking_apart import take_apart
from tests.fakes.fixed_keys import FixedKeys
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer

_CALLER = Caller("acme", "default", "key_1", "api_key")
_ASKED = {"messages": [{"role": "user", "content": "Weather?"}]}
_TTL = 600


def _conversation(call_id: str = "call_1", question: str = "Weather?") -> dict[str, Any]:
    """A conversation whose client dropped what was thought."""
    turn = {"role": "assistant", "content": None, "tool_calls": [{"id": call_id}]}
    return {"messages": [{"role": "user", "content": question}, turn, {"role": "tool", "content": "Sun."}]}


def _frames(thought: str = "Hm.", call_id: str = "call_1") -> list[Frame]:
    call = {"id": call_id, "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message = {"role": "assistant", "content": "", "reasoning_content": thought, "tool_calls": [call]}
    return [*take_apart({"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]})]


class Place:
    """A store that several gateways share, or one of its own; time moves when it is told to."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store = store
        self.clock = clock
        self.keys = FixedKeys()
        self.here, self.there = self.keeper(), self.keeper()

    def keeper(self, store: Store | None = None) -> ThoughtKeeper:
        """One gateway."""
        strongbox = Strongbox(self.keys)
        self.purges = Purges(strongbox, self.store, self.clock, tasks=LastTasks(print), tell=print)
        return ThoughtKeeper(store or self.store, strongbox, self.clock, orders=self.purges)

    def of(
        self, keeper: ThoughtKeeper, caller: Caller = _CALLER, model: str = "m", ttl: int = _TTL
    ) -> Thoughts:
        """What this gateway remembers for a caller."""
        thoughts = keeper.of(caller, model, ttl)
        assert thoughts is not None
        return thoughts

    def hear(self, *frames: Frame, caller: Caller = _CALLER) -> None:
        """Let the first gateway hear an answer."""
        stage = self.of(self.here, caller).listening(_ASKED)
        assert list(frames) == [passed for frame in frames for passed in stage.feed(frame)]
        assert () == stage.finish()

    async def recalled(self, caller: Caller = _CALLER, **how: Any) -> dict[int, str]:
        """What the second gateway gives this caller back."""
        return await self.of(self.there, caller, **how).recall(_conversation())


@pytest.fixture(params=["memory", "redis"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    """Two gateways over one Redis, and two workers' keepers over one memory."""
    clock = FakeClock()
    if request.param == "memory":
        yield Place(MemoryStore(clock, 10_000_000), clock)
        return
    server: RedisServer = request.getfixturevalue("redis_server")
    server.ask("FLUSHALL")
    async with a_link(server.url, must_keep=False) as link:
        yield Place(RedisStore(link, clock, look_seconds=5), clock)


async def test_what_one_gateway_heard_another_one_gives_back(place: Place) -> None:
    """
    In the place of the turn that lost it.
    """
    place.hear(*_frames("Let me ask the tool. 我想想"))

    assert {1: "Let me ask the tool. 我想想"} == await place.recalled()


async def test_a_whole_answer_is_heard_too(place: Place) -> None:
    """
    One frame, which is its own end.
    """
    text = b'{"choices":[{"message":{"reasoning_content":"Hm.","tool_calls":[{"id":"call_1"}]}}]}'
    place.hear(Frame(FrameKind.WHOLE, text))

    assert {1: "Hm."} == await place.recalled()


@pytest.mark.parametrize(
    "caller",
    [
        replace(_CALLER, tenant="other"),
        replace(_CALLER, project="shop"),
        replace(_CALLER, credential_id="key_2"),
        replace(_CALLER, issuer="https://login.test"),
        replace(_CALLER, user="somebody else"),
    ],
)
async def test_nobody_else_is_given_it(place: Place, caller: Caller) -> None:
    """
    Not another tenant, project, credential, or person with the same credential.
    """
    place.hear(*_frames())

    assert {} == await place.recalled(caller)
    assert {1: "Hm."} == await place.recalled()


async def test_another_model_is_given_nothing(place: Place) -> None:
    """
    What one has thought is not another one's thought.
    """
    place.hear(*_frames())

    assert {} == await place.recalled(model="another")


async def test_a_call_id_that_is_given_twice_leads_nowhere(place: Place) -> None:
    """
    A server that counts its calls from nought: another question is another thought.
    """
    place.hear(*_frames())

    assert {} == await place.of(place.there).recall(_conversation(question="Sport?"))


async def test_it_is_forgotten_when_its_time_is_over(place: Place) -> None:
    """
    By the clock, whatever the store still has; and at once when policy gives it less time.
    """
    place.hear(*_frames())

    place.clock.advance(_TTL / 2)
    assert {1: "Hm."} == await place.recalled()
    assert {} == await place.recalled(ttl=60)

    place.clock.advance(_TTL / 2)
    assert {} == await place.recalled()


async def test_a_broken_answer_is_not_remembered(place: Place) -> None:
    """
    Neither one that ends with an error, nor one that its caller did not stay for.
    """
    *said, done = _frames()
    assert DONE == done

    place.hear(*said)
    place.hear(*said, Frame(FrameKind.ERROR, b'data: {"error":{"message":"tool_calls"}}\n\n'))

    assert {} == await place.recalled()


async def test_a_destroyed_key_takes_thoughts_with_it(place: Place) -> None:
    """
    Nobody can name or open them any more.
    """
    place.hear(*_frames())
    place.keys.destroy("acme")

    assert {} == await place.recalled()


async def test_an_order_to_forget_is_about_thoughts_too(place: Place) -> None:
    """
    From the moment in which it is heard.
    """
    place.hear(*_frames())
    now = place.clock.wall()
    order = msgspec.json.encode(Purge(tenant="acme", before=now + 1, ordered_at=now + 1))

    place.purges.take([Entry("cache_purge", "1", order, 1)], is_whole=False)

    assert {} == await place.recalled()


async def test_an_order_to_forget_is_about_thoughts_of_a_clock_that_is_ahead(place: Place) -> None:
    """
    They are not from after it, as long as whoever kept them had not heard of it.
    """
    place.hear(*_frames())
    before = place.clock.wall() - 200
    order = msgspec.json.encode(Purge(tenant="acme", before=before, ordered_at=before))

    place.purges.take([Entry("cache_purge", "1", order, 1)], is_whole=False)

    assert {} == await place.recalled()


async def test_an_order_to_forget_is_about_thoughts_that_are_still_being_told(place: Place) -> None:
    """
    The answer began before the order, and ended after it.
    """
    stage = place.of(place.here).listening(_ASKED)
    place.clock.advance(1)
    now = place.clock.wall()
    order = msgspec.json.encode(Purge(tenant="acme", before=now, ordered_at=now))
    place.purges.take([Entry("cache_purge", "1", order, 1)], is_whole=False)
    place.clock.advance(1)

    for frame in _frames():
        stage.feed(frame)

    assert {} == await place.recalled()


async def test_nothing_of_a_thought_can_be_read_in_the_store() -> None:
    """
    It is locked as answers are; what was changed is no thought, and counted.
    """
    clock = FakeClock()
    spoilt = SpoilingStore()
    place = Place(spoilt, clock)
    place.hear(*_frames("a secret thought"))

    assert b"secret" not in spoilt.kept
    assert b"acme" not in spoilt.kept
    assert {} == await place.recalled()
    assert 1 == place.there.rejected


async def test_no_more_is_given_back_than_there_is_room_for() -> None:
    """
    The latest turns first.
    """
    clock = FakeClock()
    place = Place(MemoryStore(clock, 50_000_000), clock)
    long = "x" * (MOST_CHARACTERS // 4)
    messages: list[Any] = [*_ASKED["messages"]]
    for number in range(6):
        place.hear(*_frames(long, f"call_{number}"))
        messages.append({"role": "assistant", "tool_calls": [{"id": f"call_{number}"}]})

    assert [3, 4, 5, 6] == sorted(await place.of(place.here).recall({"messages": messages}))


async def test_no_more_turns_are_looked_up_than_there_is_room_for() -> None:
    """
    The latest ones.
    """
    clock = FakeClock()
    place = Place(MemoryStore(clock, 50_000_000), clock)
    turns = [{"role": "assistant", "tool_calls": [{"id": "call_1"}]}] * (MOST_TURNS + 10)
    place.hear(*_frames())

    found = await place.of(place.here).recall({"messages": _ASKED["messages"] + turns})

    assert [*range(11, MOST_TURNS + 11)] == sorted(found)


async def test_a_caller_who_leaves_while_it_is_looked_up_leaves_nothing_behind() -> None:
    """
    The look ends by itself.
    """
    clock = FakeClock()
    place = Place(HangingStore(), clock)

    task = asyncio.ensure_future(place.recalled())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


def test_without_a_key_nothing_is_remembered() -> None:
    """
    There is nothing to lock it with.
    """
    clock = FakeClock()
    keeper = ThoughtKeeper(MemoryStore(clock, 1), Strongbox(NoKeys()), clock, orders=NoOrders())

    assert keeper.of(_CALLER, "m", _TTL) is None


class NoKeys(FixedKeys):
    """Keys of nobody."""

    def derive(self, owner: str, purpose: str) -> bytes:
        """There is none."""
        raise NoDataKey(owner, purpose)


class SpoilingStore(MemoryStore):
    """A store that gives back less than it was given."""

    def __init__(self) -> None:
        super().__init__(FakeClock(), 1_000_000)
        self.kept = b""

    def keep(self, address: Address, entry: bytes, ttl_seconds: int) -> None:
        """Keep it cut."""
        self.kept = entry
        super().keep(address, entry[:-1], ttl_seconds)


class HangingStore(MemoryStore):
    """A store whose answer does not come."""

    def __init__(self) -> None:
        super().__init__(FakeClock(), 1_000_000)

    def look(self, address: Address) -> Look:  # noqa: ARG002
        """Let it be waited for."""
        return asyncio.get_running_loop().create_future()
