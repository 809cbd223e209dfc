"""Nobody waits for the Redis of the cache longer than a moment."""

from gateway.cache.brief_call import LOOK_SECONDS, REST_SECONDS, BriefCall, Patience
from gateway.foundation.clock import FakeClock
from gateway.foundation.redis_link.failures import RedisDown
from tests.fakes.virtual_time import in_virtual_time


def test_the_small_deadline_is_small() -> None:
    """
    Fifty milliseconds are lost once, and not for each of many requests.
    """
    assert (0.05, 1.0) == (LOOK_SECONDS, REST_SECONDS)


def test_after_a_late_answer_nobody_waits_for_a_while() -> None:
    """
    Then it is tried again.
    """
    clock = FakeClock()
    patience = Patience(clock)
    patience.was_late()
    during = patience.is_out
    clock.advance(REST_SECONDS)

    assert (True, False, 1) == (during, patience.is_out, patience.failures)


@in_virtual_time
async def test_what_comes_of_a_command_is_told_once() -> None:
    """
    A reply, or nothing where there is none.
    """
    patience = Patience(FakeClock())
    answered, failed = (BriefCall((b"GET", b"x"), 0, patience) for _ in range(2))

    answered.arrived(b"found")
    answered.failed(RedisDown("late"))
    failed.failed(RedisDown("away"))

    assert (b"found", None) == (answered.future.result(), failed.future.result())
    assert not answered.is_wanted
