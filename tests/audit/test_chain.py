"""Each record names the one before it."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as some

from gateway.audit.catalogue import Heartbeat, Noticed
from gateway.audit.chain import Chain, Standing
from gateway.audit.merkle import root_of
from gateway.audit.record import NO_RECORD, hash_of, read_envelope, tail_of

WRITER = "web1-0-20261127T061409123456Z"
TIME = "2026-11-27T06:14:09.500000Z"


def lines_of(chain: Chain, count: int) -> list[bytes]:
    return [
        chain.link("log.heartbeat", Heartbeat(queued=number), time=TIME, mono=number)[:-1]
        for number in range(count)
    ]


def test_records_are_numbered_and_name_the_one_before() -> None:
    """
    The first names nothing, each other one the hash of the line before it.
    """
    first, second = [read_envelope(line) for line in lines_of(Chain(WRITER), 2)]

    assert first is not None
    assert second is not None
    assert (0, NO_RECORD, 1) == (first.seq, first.prev, second.seq)
    assert hash_of(lines_of(Chain(WRITER), 1)[0]).hex() == second.prev


def test_the_root_is_that_over_the_lines() -> None:
    """
    The writer's tree has its records as leaves.
    """
    chain = Chain(WRITER)
    lines = lines_of(chain, 5)

    assert root_of([hash_of(line) for line in lines]) == chain.standing.root()


@given(some.integers(0, 20), some.integers(0, 20))
def test_a_chain_goes_on_where_it_stood(before: int, after: int) -> None:
    """
    A chain that is taken up again writes what it would have written anyway.
    """
    whole, begun = Chain(WRITER), Chain(WRITER)
    expected = lines_of(whole, before + after)
    for line in expected[:before]:
        assert begun.follow(line)
    resumed = Chain(WRITER, begun.standing)
    for line in expected[before:]:
        assert resumed.follow(line)

    assert whole.standing == resumed.standing


@given(some.lists(some.integers(0, 9), max_size=20), some.integers(0, 20))
def test_records_that_are_linked_together_are_those_linked_alone(monos: list[int], cut: int) -> None:
    """
    But that time never falls within a writer, whatever order they come in.
    """
    tail = tail_of(Heartbeat(queued=1))
    entries = [("log.heartbeat", tail, TIME, mono) for mono in monos]
    together, alone = Chain(WRITER), Chain(WRITER)

    told = together.extend(entries[:cut]) + together.extend(entries[cut:])

    lines = [
        alone.link("log.heartbeat", Heartbeat(queued=1), time=TIME, mono=latest)
        for latest in accumulate(monos, max)
    ]
    assert b"".join(lines) == told
    assert alone.standing == together.standing


def test_a_line_that_is_not_the_next_is_not_followed() -> None:
    """
    Neither one that was changed, nor one of another place or writer.
    """
    lines = lines_of(Chain(WRITER), 3)
    chain = Chain(WRITER)

    assert not chain.follow(lines[1])
    assert chain.follow(lines[0])
    assert not chain.follow(lines[1].replace(b'"seq":1', b'"seq":2'))
    assert not chain.follow(lines[1] + b" ")
    assert not Chain("web2-0-20261127T061409123456Z").follow(lines[0])
    assert 1 == chain.size


@given(
    some.dictionaries(
        some.text(), some.text() | some.integers(-(2**53), 2**53) | some.none() | some.booleans()
    )
)
def test_whatever_the_facts_a_record_is_one_line_that_can_be_read(
    facts: dict[str, str | int | bool | None],
) -> None:
    """
    Line feeds, quotes and brackets in a value change nothing about the envelope.
    """
    line = Chain(WRITER).link("gateway.noticed", Noticed(facts=facts), time=TIME, mono=1)

    envelope = read_envelope(line[:-1])

    assert (1, b"\n") == (line.count(b"\n"), line[-1:])
    assert envelope is not None
    assert ("gateway.noticed", WRITER) == (envelope.event, envelope.writer)


def test_an_empty_chain_has_the_root_of_the_empty_tree() -> None:
    """
    Before the first record.
    """
    assert Standing().root() == root_of([])
