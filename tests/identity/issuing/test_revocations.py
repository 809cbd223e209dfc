"""A revoked token is known to every process until it would have expired."""

import msgspec
import pytest

from gateway.foundation.clock import FakeClock
from gateway.foundation.state_follower import StateFollower
from gateway.foundation.state_store import Entry, MemoryStateStore, StateUnavailable
from gateway.identity.issuing.revocations import (
    KIND,
    MOST_OF_ONE_CLIENT,
    Revocations,
    RevokedToken,
    TooManyRevoked,
)


class Worker:
    """One process that follows the store."""

    def __init__(self, store: MemoryStateStore, clock: FakeClock) -> None:
        self.forgotten: list[str] = []
        self.revocations = Revocations(store, clock)
        self.revocations.on_revoked = lambda ids: self.forgotten.extend(sorted(ids))
        self.follower = StateFollower(store, clock)
        self.follower.follow(KIND, self.revocations)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store() -> MemoryStateStore:
    return MemoryStateStore()


async def test_a_revocation_is_known_at_once_here_and_soon_elsewhere(
    store: MemoryStateStore, clock: FakeClock
) -> None:
    """
    Whoever remembers the token hears of it once.
    """
    here, there = Worker(store, clock), Worker(store, clock)

    await here.revocations.add("t1", "shop", clock.wall() + 60)
    assert [True, False] == ["t1" in worker.revocations for worker in (here, there)]
    for worker in (here, there):
        await worker.follower.catch_up()
        await worker.follower.catch_up()

    assert "t1" in there.revocations
    assert [["t1"], ["t1"]] == [here.forgotten, there.forgotten]


async def test_a_revocation_that_cannot_be_kept_is_none(store: MemoryStateStore, clock: FakeClock) -> None:
    """
    It would be forgotten at the next start.
    """
    worker = Worker(store, clock)
    store.fail()

    with pytest.raises(StateUnavailable):
        await worker.revocations.add("t1", "shop", clock.wall() + 60)

    assert "t1" not in worker.revocations


async def test_what_has_long_expired_is_swept_out(store: MemoryStateStore, clock: FakeClock) -> None:
    """
    Out of memory and store; what has not expired stays.
    """
    worker = Worker(store, clock)
    await worker.revocations.add("old", "shop", clock.wall() + 10)
    await worker.revocations.add("new", "shop", clock.wall() + 10_000)
    clock.advance(3700)

    await worker.revocations.sweep()

    assert [False, True] == [token_id in worker.revocations for token_id in ("old", "new")]
    assert ["new"] == [entry.name for entry in await store.list(KIND)]


async def test_one_client_cannot_take_up_the_room_of_all_others(
    store: MemoryStateStore, clock: FakeClock
) -> None:
    """
    It has a share, which is free again once its tokens were swept out.
    """
    worker = Worker(store, clock)
    kept = msgspec.json.encode(RevokedToken(client_id="shop", expires_at=clock.wall() + 10))
    many = [Entry(KIND, f"t{number}", kept, number) for number in range(MOST_OF_ONE_CLIENT)]
    worker.revocations.take(many, is_whole=False)
    worker.revocations.take(many[:5], is_whole=False)

    with pytest.raises(TooManyRevoked):
        await worker.revocations.add("one more", "shop", clock.wall() + 60)
    await worker.revocations.add("another's", "other", clock.wall() + 60)
    clock.advance(3700)
    await worker.revocations.sweep()
    await worker.revocations.add("one more", "shop", clock.wall() + 60)

    assert [True, True] == [token_id in worker.revocations for token_id in ("another's", "one more")]


async def test_a_restored_store_says_everything_anew(store: MemoryStateStore, clock: FakeClock) -> None:
    """
    What is not in it any more is not revoked any more, and a damaged entry still revokes.
    """
    worker = Worker(store, clock)
    await worker.revocations.add("t1", "shop", clock.wall() + 60)
    other = MemoryStateStore()
    await other.write(KIND, "t2", b"damaged")

    worker.revocations.take((await other.changes_since("")).entries, is_whole=True)

    assert [False, True] == [token_id in worker.revocations for token_id in ("t1", "t2")]
    assert ["t1", "t2"] == worker.forgotten
