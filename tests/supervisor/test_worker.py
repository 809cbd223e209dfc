"""A process is started on lent sockets, and says how it is."""

import pytest

from gateway.foundation.listening import open_listening
from gateway.supervisor.worker import Worker
from tests.supervisor.crew import ANSWERED, pretending, value_of

pytestmark = pytest.mark.slow


async def a_worker(part: str) -> Worker:
    """Start one."""
    with open_listening("127.0.0.1", 0) as listening:
        return await Worker.spawn([listening], lambda *_: None, pretending(part))


async def test_a_worker_says_when_it_is_ready_and_what_it_counted() -> None:
    """
    Its welcome comes with its readiness; its counts when it is asked, and once more at its end.
    """
    worker = await a_worker("serve")
    was_ready = await worker.until_ready(20)
    counted = await worker.count()
    worker.signal(15)
    code = await worker.until_ended(20)

    assert was_ready
    assert f"worker {worker.pid} welcomes you" == worker.welcome
    assert 0 == value_of(counted, ANSWERED)
    assert (0, True) == (code, worker.has_ended)


async def test_a_worker_that_is_not_ready_in_time_is_none() -> None:
    """
    The wait has an end, and an unready worker is asked nothing.
    """
    worker = await a_worker("hang")
    was_ready = await worker.until_ready(0.05)
    counted = await worker.count()
    worker.kill()
    await worker.until_ended()
    worker.signal(15)

    assert not was_ready
    assert {} == counted


async def test_a_worker_that_dies_is_never_ready() -> None:
    """
    Its death ends the wait.
    """
    worker = await a_worker("die")

    assert not await worker.until_ready(20)
    assert 3 == await worker.until_ended(20)
