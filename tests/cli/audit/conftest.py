"""The log of a gateway that has served a little."""

from pathlib import Path

import pytest

from gateway.audit.catalogue import Noticed
from tests.fakes.audit_logs import an_exchange
from tests.fakes.own_log import OwnLog


@pytest.fixture
def own(tmp_path: Path) -> OwnLog:
    """Two tenants, one of which keeps its requests in the house, and an end user called maria."""
    log = OwnLog(tmp_path / "state")
    log.write(
        *an_exchange("req_1"),
        *an_exchange("req_2", tenant="bolt", upstream="rack", residency="on_premises"),
        ("policy.reloaded", Noticed(facts={"version": "p2"})),
        subjects=["maria"],
    )
    return log
