"""Who has anything to do with the cache, and who has not."""

from typing import Any

import pytest

from gateway.foundation.keys import NoDataKey
from gateway.vocabulary.cache_use import CacheUse
from gateway.wire.invalid_request import InvalidRequest
from tests.fakes.cache_values import USAGE, a_question, a_whole
from tests.fakes.fixed_keys import FixedKeys
from tests.fakes.reading_room import ReadingRoom
from tests.fakes.virtual_time import in_virtual_time


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (a_question(temperature=1.5), "temperature"),
        (a_question(tools=[{}], rules={"tools": False}), "tools"),
    ],
)
@in_virtual_time
async def test_what_policy_keeps_out_is_told(question: Any, reason: str) -> None:
    """
    The developer sees why, and nothing is kept.
    """
    room = ReadingRoom()
    reader = await room.ask(question, [a_whole()])

    assert f'deepseek-gateway; fwd=bypass; detail="{reason}"'.encode() == reader.inquiry.fields()[0][1]
    assert CacheUse("bypass", reason) == reader.inquiry.use(USAGE, {"USD": 3})
    assert (await room.ask(question, [a_whole()])).has_fetched


@in_virtual_time
async def test_without_a_cache_nothing_is_said_of_one() -> None:
    """
    No field, and no fact.
    """
    reader = ReadingRoom().reader(None)

    assert ([], None) == (reader.inquiry.fields(), reader.inquiry.use(USAGE, {}))


def test_a_wish_that_cannot_be_read_is_refused() -> None:
    """
    Before anything is reserved.
    """
    with pytest.raises(InvalidRequest):
        ReadingRoom().reader(a_question(), {b"cache-control": b"max-age=soon"})


@in_virtual_time
async def test_placeholders_for_one_request_are_shared_by_nobody() -> None:
    """
    No other request can ever be the same, so nothing is kept of it.
    """
    room = ReadingRoom()
    question = a_question()
    unique = type(question)(
        question.caller, question.terms, question.body, "external", streamed=False, is_unique=True
    )

    await room.ask(unique, [a_whole()])

    assert (await room.ask(unique, [a_whole()])).has_fetched


@in_virtual_time
async def test_a_tenant_without_a_key_has_no_cache() -> None:
    """
    The exchange goes on.
    """

    class Keyless(FixedKeys):
        def derive(self, owner: str, purpose: str) -> bytes:  # noqa: ARG002 - there is none
            raise NoDataKey(owner)

    reader = await ReadingRoom(keys=Keyless()).ask(a_question(), [a_whole()])

    assert (True, "fwd=bypass") == (reader.has_fetched, reader.status)
