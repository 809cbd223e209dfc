"""Messages arrive whole and in order, and nonsense ends the line."""

import asyncio
import itertools
import socket
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from gateway.foundation.message_line import MessageLine
from tests.fakes.virtual_time import settle_down

MESSAGES = some.lists(
    some.dictionaries(some.text(max_size=5), some.text(max_size=50) | some.integers(-9, 9), max_size=3),
    max_size=6,
)


class Ear:
    """What one end heard."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.ends = 0
        self.line = MessageLine(self.heard.append, self._end)

    def _end(self) -> None:
        self.ends += 1


class Wire:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.written = b""
        self.is_cut = False

    def write(self, data: bytes) -> None:
        """Keep it."""
        self.written += data

    def abort(self) -> None:
        """Take note."""
        self.is_cut = True


def on_the_wire(messages: list[dict[str, Any]]) -> bytes:
    """Return the bytes of these messages."""
    wire, ear = Wire(), Ear()
    ear.line.connection_made(wire)  # type: ignore[arg-type]
    for message in messages:
        ear.line.send(message)
    return wire.written


@given(messages=MESSAGES, cuts=some.lists(some.integers(0, 400), max_size=8))
def test_messages_are_whole_however_their_bytes_are_cut(
    messages: list[dict[str, Any]], cuts: list[int]
) -> None:
    """
    Every message once, in order, unchanged.
    """
    data, ear = on_the_wire(messages), Ear()
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]

    for start, end in itertools.pairwise(places):
        ear.line.data_received(data[start:end])

    assert messages == ear.heard


@given(nonsense=some.sampled_from([b"\xff\xff\xff\xff", b"\0\0\0\2[]", b"\0\0\0\3abc", b"\0\0\0\4null"]))
def test_nonsense_ends_the_line(nonsense: bytes) -> None:
    """
    What no process of ours would send is not waited for.
    """
    wire, ear = Wire(), Ear()
    ear.line.connection_made(wire)  # type: ignore[arg-type]

    ear.line.data_received(on_the_wire([{"a": 1}]) + nonsense)

    assert [{"a": 1}] == ear.heard
    assert wire.is_cut


async def test_two_ends_hear_each_other_until_one_is_gone() -> None:
    """
    A close is heard once, and after it sending is silent.
    """
    one, other = Ear(), Ear()
    first, second = socket.socketpair()
    await one.line.open(first)
    await other.line.open(second)

    one.line.send({"to": "other"})
    other.line.send({"to": "one"})
    async with asyncio.timeout(5):
        while not (one.heard and other.heard):
            await settle_down()
    one.line.close()
    async with asyncio.timeout(5):
        while not (one.ends and other.ends):
            await settle_down()
    one.line.send({"too": "late"})

    assert ([{"to": "one"}], [{"to": "other"}]) == (one.heard, other.heard)
    assert (1, 1) == (one.ends, other.ends)
