"""Every board lets one process own a call, and all others hear of it, in the same way."""

from collections.abc import AsyncIterator
from typing import cast

import pytest

from gateway.cache.brief_call import Patience
from gateway.cache.memory_store import MemoryStore
from gateway.cache.redis_store import RedisStore
from gateway.cache.replicas.board import Board, Callsign, Claim, Heard
from gateway.cache.replicas.redis_board import MOST_PIECES, RedisBoard
from gateway.cache.store import Address, Store
from gateway.foundation.clock import FakeClock
from tests.fakes.memory_board import MemoryBoard
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer

_MINE, _THEIRS = (Callsign(b"tenant01", b"n" * 17, token * 16) for token in (b"m", b"t"))
_RIVAL = Callsign(b"tenant02", b"n" * 17, b"r" * 16)
_NAME = b"n" * 16
_EAR, _OTHER = b"ear", b"other"


class Place:
    """A board, and the store beside it."""

    def __init__(self, board: Board, store: Store) -> None:
        self.board = board
        self.store = store

    async def beat(self, *pieces: bytes, start: int = 0, is_last: bool = False) -> list[bytes] | None:
        """Let the owner tell."""
        heard = await self.board.beat(_MINE, start, pieces, is_last=is_last)
        return None if heard is None else list(heard)

    async def claim(self, callsign: Callsign) -> bytes:
        """Claim, and return who owns the call."""
        claim = await self.board.claim(callsign, None)
        return cast("Claim", claim).owner

    async def listen(self, listener: bytes = _EAR, start: int = 0) -> tuple[bool, list[bytes]]:
        """Listen to what the owner told."""
        heard: Heard = await self.board.listen(_MINE, listener, start)
        return heard.is_owned, list(heard.pieces)


@pytest.fixture(params=["memory", "redis"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    """An empty board."""
    if request.param == "memory":
        store = MemoryStore(FakeClock(), 1_000_000)
        yield Place(MemoryBoard(store), store)
        return
    server: RedisServer = request.getfixturevalue("redis_server")
    async with a_link(server.url, must_keep=False) as link:
        patience = Patience(FakeClock(), 5)
        yield Place(RedisBoard(link, patience), RedisStore(link, FakeClock(), look_seconds=5))


async def test_the_first_who_claims_a_call_owns_it(place: Place) -> None:
    """
    Everyone else learns whose it is; another tenant's call of the same name is another one.
    """
    owners = [await place.claim(callsign) for callsign in (_MINE, _THEIRS, _MINE, _RIVAL)]

    assert [_MINE.token, _MINE.token, _MINE.token, _RIVAL.token] == owners


async def test_a_kept_answer_makes_a_claim_needless(place: Place) -> None:
    """
    It is handed over with the same step, and nobody owns anything.
    """
    place.store.keep(Address(_MINE.tenant, _NAME), b"entry", 60)

    assert b"entry" == await place.board.claim(_MINE, _NAME)
    assert _THEIRS.token == await place.claim(_THEIRS)


async def test_a_claim_that_looks_for_an_entry_owns_the_call_where_there_is_none(place: Place) -> None:
    """
    One step for both.
    """
    assert Claim(_MINE.token) == await place.board.claim(_MINE, _NAME)


async def test_a_claim_that_is_released_is_nobodys_also_while_somebody_listens(place: Place) -> None:
    """
    They hear it with their next look; nobody can release what is another's.
    """
    await place.claim(_MINE)
    await place.listen()
    place.board.release(_THEIRS)
    still = await place.claim(_THEIRS)
    place.board.release(_MINE)

    assert _MINE.token == still
    assert (False, []) == await place.listen()
    assert _THEIRS.token == await place.claim(_THEIRS)


async def test_the_owner_hears_who_listens(place: Place) -> None:
    """
    Once they do, and until they leave.
    """
    await place.claim(_MINE)
    alone = await place.beat()
    await place.listen(_EAR)
    await place.listen(_OTHER)
    both = await place.beat()
    place.board.leave(_MINE, _EAR)
    one = await place.beat()

    assert [] == alone
    assert both is not None
    assert {_EAR, _OTHER} == set(both)
    assert [_OTHER] == one


async def test_pieces_are_heard_in_their_order_from_any_number_on(place: Place) -> None:
    """
    Also by who comes late.
    """
    await place.claim(_MINE)
    await place.listen()
    await place.beat(b"a", b"b")
    await place.beat(b"c", start=2)

    assert (True, [b"a", b"b", b"c"]) == await place.listen(_OTHER)
    assert (True, [b"c"]) == await place.listen(start=2)
    assert (True, []) == await place.listen(start=3)


async def test_a_beat_that_is_repeated_sends_nothing_twice(place: Place) -> None:
    """
    Nobody knows whether it arrived, so it is sent again.
    """
    await place.claim(_MINE)
    await place.listen()
    for _ in range(2):
        assert [_EAR] == await place.beat(b"a", b"b")

    assert (True, [b"a", b"b"]) == await place.listen()


async def test_no_reply_is_large(place: Place) -> None:
    """
    The rest is heard with the next one.
    """
    pieces = [b"%d" % number for number in range(MOST_PIECES + 1)]
    await place.claim(_MINE)
    await place.listen()
    await place.beat(*pieces)

    assert (True, pieces[:-1]) == await place.listen()
    assert (True, pieces[-1:]) == await place.listen(start=MOST_PIECES)


async def test_after_the_last_beat_the_call_is_free_and_its_pieces_can_still_be_heard(place: Place) -> None:
    """
    Whoever listened hears the end, and whoever comes makes a call of their own.
    """
    await place.claim(_MINE)
    await place.listen()
    await place.beat(b"end", is_last=True)

    assert (False, [b"end"]) == await place.listen()
    assert await place.beat(b"more", start=1) is None
    assert _THEIRS.token == await place.claim(_THEIRS)
    assert (False, [b"end"]) == await place.listen()


async def test_a_call_is_not_given_up_while_somebody_listens_who_was_sent_nothing(place: Place) -> None:
    """
    The owner learns of them in the last moment, and sends them everything.
    """
    await place.claim(_MINE)
    await place.listen()

    assert [_EAR] == await place.beat(is_last=True)
    assert _MINE.token == await place.claim(_THEIRS)
    place.board.leave(_MINE, _EAR)
    assert [] == await place.beat(is_last=True)
    assert _THEIRS.token == await place.claim(_THEIRS)


async def test_what_is_not_owned_cannot_be_listened_to(place: Place) -> None:
    """
    And leaves nothing behind.
    """
    assert (False, []) == await place.listen()
    assert await place.beat() is None
    place.board.leave(_MINE, _EAR)


async def test_a_call_whose_pieces_are_gone_is_given_up(place: Place) -> None:
    """
    As in a Redis that evicts: nobody could hear all of it.
    """
    await place.claim(_MINE)

    assert await place.beat(b"later", start=3) is None
    assert _THEIRS.token == await place.claim(_THEIRS)
