"""A kept answer costs a request and no tokens, also where there are no tokens left."""

import pytest

from gateway.cache.inquiry import NO_CACHE, Unasked
from gateway.limits.limiter import Reservation
from gateway.limits.refusals import LimitExceeded
from gateway.limits.verdict import NO_LIMITS
from gateway.pipeline.reserving import reserved
from gateway.vocabulary.demand import ONE_REQUEST, Amounts

_TOKENS = Amounts(1, 100, 100)


class Desk:
    """One who grants requests, and tokens or not."""

    def __init__(self, granted: Reservation, refusal: LimitExceeded) -> None:
        self.asked: list[Amounts] = []
        self._granted = granted
        self._refusal = refusal

    async def reserve(self, demand: Amounts) -> Reservation:
        """Refuse tokens."""
        self.asked.append(demand)
        if demand.input_tokens:
            raise self._refusal
        return self._granted


class Kept(Unasked):
    """An inquiry whose answer is here."""

    async def is_free(self) -> bool:
        """Yes."""
        return True


@pytest.fixture
def desk() -> Desk:
    """A desk without tokens."""
    return Desk(Reservation(None, None, NO_LIMITS), LimitExceeded("no tokens are left"))


async def test_an_answer_that_has_to_be_asked_for_needs_its_tokens(desk: Desk) -> None:
    """
    The refusal stands.
    """
    with pytest.raises(LimitExceeded):
        await reserved(desk.reserve, _TOKENS, NO_CACHE)

    assert [_TOKENS] == desk.asked


async def test_an_answer_that_is_here_needs_one_request(desk: Desk) -> None:
    """
    It is reserved after all was refused, and nothing was taken by that.
    """
    await reserved(desk.reserve, _TOKENS, Kept())

    assert [_TOKENS, ONE_REQUEST] == desk.asked


async def test_where_tokens_do_not_count_nothing_is_tried_twice(desk: Desk) -> None:
    """
    One request is one request.
    """
    await reserved(desk.reserve, ONE_REQUEST, Kept())

    assert [ONE_REQUEST] == desk.asked
