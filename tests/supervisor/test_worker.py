"""A process is started on lent sockets, and says how it is."""

import pytest

from gateway.foundation.listening import open_listening
from gateway.supervisor.worker import Worker
from gateway.telemetry.tenant_names import TenantNames
from gateway.telemetry.total import Total
from tests.fakes.measured import OPEN, samples_on
from tests.supervisor.crew import ALIVE, ANSWERED, pretending, value_on

pytestmark = pytest.mark.slow


async def a_worker(part: str, total: Total) -> Worker:
    """Start one."""
    with open_listening("127.0.0.1", 0) as listening:
        return await Worker.spawn([listening], total, lambda *_: None, pretending(part))


async def test_a_worker_says_when_it_is_ready_and_what_it_counted() -> None:
    """
    What its start has to say comes with its readiness; its counts when it is asked, and once more at its end.
    """
    total = Total(TenantNames(9))
    worker = await a_worker("serve", total)
    was_ready = await worker.until_ready(20)
    await worker.count()
    while_alive, _ = total.page(OPEN)
    worker.signal(15)
    code = await worker.until_ended(20)
    worker.retire()
    afterwards, _ = total.page(OPEN)

    assert was_ready
    assert [("gateway.listening", f"worker {worker.pid} welcomes you", {"url": "here"})] == worker.said
    assert "paste this" == worker.to_paste
    assert (0, 1) == (value_on(while_alive, ANSWERED), value_on(while_alive, ALIVE))
    assert [("gateway_audit_gaps_total", 0)] == [(one.name, one.value) for one in samples_on(afterwards)]
    assert (0, True) == (code, worker.has_ended)


async def test_a_worker_that_is_not_ready_in_time_is_none() -> None:
    """
    The wait has an end, and an unready worker is asked nothing.
    """
    total = Total(TenantNames(9))
    worker = await a_worker("hang", total)
    was_ready = await worker.until_ready(0.05)
    await worker.count()
    worker.kill()
    await worker.until_ended()
    worker.signal(15)

    assert not was_ready
    assert b"# EOF\n" == total.page(OPEN)[0]


async def test_a_worker_that_dies_is_never_ready() -> None:
    """
    Its death ends the wait.
    """
    worker = await a_worker("die", Total(TenantNames(9)))

    assert not await worker.until_ready(20)
    assert 3 == await worker.until_ended(20)
