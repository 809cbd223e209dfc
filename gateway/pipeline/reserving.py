"""Reserving for an exchange whose answer may be there already."""

from collections.abc import Awaitable, Callable

from gateway.cache.inquiry import Inquiry
from gateway.limits.limiter import Reservation
from gateway.limits.refusals import LimitExceeded
from gateway.vocabulary.demand import ONE_REQUEST, Amounts


async def reserved(
    reserve: Callable[[Amounts], Awaitable[Reservation]], demand: Amounts, inquiry: Inquiry
) -> Reservation:
    """
    Reserve what an exchange may at most consume, or raise why not.

    An answer that is kept, or that another exchange is paying for, consumes no
    tokens: where these are used up, one request is enough for it.
    """
    try:
        return await reserve(demand)
    except LimitExceeded:
        if demand is ONE_REQUEST or not await inquiry.is_free():
            raise
    return await reserve(ONE_REQUEST)
