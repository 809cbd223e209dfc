"""What is remembered of a request, and how much room it takes in the queue."""

from typing import Any

import pytest

from gateway.audit.keeper import Keeper
from gateway.audit.running import Running, weight_of, weight_of_body
from gateway.audit.subject_keys import ContentKey
from gateway.vocabulary.residency import Clearance
from tests.fakes.audit_side import an_admission
from tests.fakes.builders import a_delta, an_arrival

KEY = ContentKey("00", bytes(32))


def running(key: ContentKey | None, announced: bytes = b"", **how: Any) -> Running:
    admission = an_admission(arrival=an_arrival(headers={b"content-length": announced}))
    return Running(admission, admission.original, Clearance.EXTERNAL, key, **how)


@pytest.mark.parametrize(
    ("announced", "weight"), [(b"2048", 3), (b"10", 1), (b"", 1), (b"9" * 30, 1), (b"x", 1)]
)
def test_a_request_that_is_kept_weighs_what_it_announced(announced: bytes, weight: int) -> None:
    """
    So that large requests do not fill the memory while a disk is slow.
    """
    assert weight == weight_of_body(an_arrival(headers={b"content-length": announced}))


def test_an_ending_weighs_what_it_keeps() -> None:
    """
    So that the queue is bounded in bytes too.
    """
    keeper = Keeper()
    for _ in range(100):
        keeper.feed(a_delta("x" * 1_000))

    assert 1 == weight_of(None)
    assert 1 == weight_of(running(None, before=keeper))
    assert 100 < weight_of(running(KEY, before=keeper)) < 120


@pytest.mark.parametrize(("is_admitted", "weight"), [(True, 1), (False, 4)])
def test_a_request_that_was_never_admitted_is_kept_with_its_end(is_admitted: object, weight: int) -> None:
    """
    Its text has not been through the queue before.
    """
    assert weight == weight_of(running(KEY, b"2048", is_admitted=is_admitted))
