"""A whole gateway is killed: what left the house is on record, and the log verifies after the next start."""

import signal
from pathlib import Path

import pytest

from gateway.audit.verify.folder import verify_folder
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.server import Simulator
from tests.fakes.audit_side import records_in
from tests.fakes.house import PolicyFolder, a_chat, a_request
from tests.journeys.serving import serving

pytestmark = pytest.mark.slow


async def test_a_killed_gateway_has_recorded_all_that_left(tmp_path: Path) -> None:
    """
    Answered requests and the one that was under way; the next process ends the chain and signs it.
    """
    log = tmp_path / "state" / "audit"
    async with Simulator() as simulator:
        policies = PolicyFolder(tmp_path / "policies", [simulator.base_url])
        policies.plan["audit"] = {"durability": "strict"}
        policies.write()
        where = {"GATEWAY_POLICIES": str(policies.folder)}
        async with serving(tmp_path, **where) as served:
            answers = [await served.ask(a_chat()) for _ in range(5)]
            simulator.next(Misbehaviour(slow_head=30))
            async with await served.call() as caller:
                caller.say(a_request(a_chat()))
                await simulator.until(lambda: simulator.totals.started == 6)
                served.signal(signal.SIGKILL)
                await served.ended()
        async with serving(tmp_path, **where) as served:
            served.signal(signal.SIGTERM)
            assert 0 == await served.ended()
        left = simulator.totals.started

    admitted = [record["request_id"] for record in records_in(log) if record["event"] == "request.admitted"]
    assert left == len(admitted)
    assert {answer.headers["x-request-id"] for answer in answers} < set(admitted)
    assert "log.recovered" in [record["event"] for record in records_in(log)]
    assert [] == verify_folder(log).findings
