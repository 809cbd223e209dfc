"""What came is kept when it is whole, as long as caller and policy both allow."""

from typing import Any

import pytest

from gateway.cache.directives import NO_WISHES, Directives
from gateway.cache.entry import frames_in
from gateway.cache.filing import Filing, filing_of
from gateway.cache.flight import Flight
from gateway.cache.memory_store import MemoryStore
from gateway.cache.purge import NO_ERA
from gateway.cache.refusals import SharedAnswerLost
from gateway.cache.strongbox import Strongbox
from gateway.foundation.clock import FakeClock
from gateway.wire.frames import Frame
from tests.fakes.cache_values import a_delta, a_question, a_stream, a_whole
from tests.fakes.fixed_keys import FixedKeys
from tests.fakes.flights import SpyBill

_BOX = Strongbox(FixedKeys()).of("acme")


def _filing(directives: Directives = NO_WISHES, **fields: Any) -> Filing:
    return filing_of(a_question(**fields), directives, _BOX, NO_ERA)


def _flown(frames: list[Frame], limit_bytes: int = 10_000) -> Flight:
    flight = Flight(SpyBill(), limit_bytes, 1_800_000_000.0)
    flight.take(frames)
    return flight


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([a_whole()], True),
        (a_stream(), True),
        ([a_whole(reason="length")], False),
        ([a_delta()], None),
        (a_stream()[:-1], None),
    ],
)
def test_only_a_whole_answer_is_judged(frames: list[Frame], expected: bool | None) -> None:  # noqa: FBT001
    """
    As long as more may come, nobody knows.
    """
    assert expected is _filing().permits(_flown(frames))


def test_what_failed_or_was_too_long_is_not_kept() -> None:
    """
    Also with a good last frame.
    """
    failed, long = _flown([a_whole()]), _flown([a_whole()], limit_bytes=10)
    failed.failure = SharedAnswerLost("lost")

    assert [False, False] == [_filing().permits(flight) for flight in (failed, long)]


@pytest.mark.parametrize(("wished", "expected"), [(None, 3600), (60, 60), (86_400, 3600)])
def test_the_shorter_time_to_live_counts(wished: int | None, expected: int) -> None:
    """
    The caller's or policy's.
    """
    assert expected == _filing(Directives(ttl_seconds=wished)).ttl_seconds


@pytest.mark.parametrize(("wanted", "expected"), [(None, 1), (3, 3), ("many", 1)])
def test_so_many_choices_as_were_wanted_have_to_be_finished(wanted: object, expected: int) -> None:
    """
    One where the request says nothing that can be read.
    """
    assert expected == _filing(n=wanted).choices


def test_what_was_kept_is_found_at_its_address_and_opens_under_its_name() -> None:
    """
    With the moment in which its call began.
    """
    filing, store, frames = _filing(), MemoryStore(FakeClock(), 1_000_000), a_stream()

    filing.keep(_flown(frames), store)

    entry = store.look(filing.address)
    assert isinstance(entry, bytes)
    label, content = _BOX.open(filing.name, entry)
    assert (1_800_000_000.0, 3600) == (label.made_at, label.ttl_seconds)
    assert frames == frames_in(content)
