"""Records are events of OCSF that a SIEM can take in."""

from pathlib import Path
from typing import Any

import pytest

from gateway.audit.catalogue import CATALOGUE
from gateway.audit.review.exports.ocsf import ocsf_event
from gateway.audit.review.reading import read_records
from gateway.audit.review.sources import files_of
from tests.fakes.audit_logs import SmallLog

_REQUIRED = (
    "category_uid", "class_uid", "type_uid", "activity_id", "severity_id", "time", "metadata", "actor", "api",
    "src_endpoint",
)  # fmt: skip
_ENVELOPE = {
    "v": 1, "writer": "web1-0-20261127T061409123456Z", "seq": 7, "time": "2026-11-27T06:14:09.500000Z",
    "mono": 1, "prev": "0" * 64,
}  # fmt: skip


def _records(folder: Path) -> dict[str, dict[str, Any]]:
    log = SmallLog(folder)
    log.open()
    log.exchange("req_1", subject="h1:2026-11:00")
    return {record["event"]: ocsf_event(record) for record in read_records(files_of([folder]))}


def test_an_exchange_is_an_api_activity_with_its_model_and_tokens(tmp_path: Path) -> None:
    """
    Class 6003 with the profile for AI operations.
    """
    event = _records(tmp_path / "log")["request.completed"]

    assert (6003, 600399, 1, 1_795_760_051_000) == (
        event["class_uid"], event["type_uid"], event["status_id"], event["time"],
    )  # fmt: skip
    assert ["ai_operation"] == event["metadata"]["profiles"]
    assert {"name": "deepseek-chat", "ai_provider": "deepseek"} == event["ai_model"]
    assert 120 == event["message_context"]["total_tokens"]
    assert {"app_uid": "key1", "user": {"uid": "h1:2026-11:00"}} == event["actor"]
    assert ("req_1", 200) == (event["api"]["request"]["uid"], event["api"]["response"]["code"])
    assert ("deepseek", 950) == (event["dst_endpoint"]["name"], event["duration"])
    assert [{"name": "deepseek", "type": "upstream", "labels": ["external"]}] == event["resources"]
    assert "acme" == event["unmapped"]["tenant"]


def test_an_admission_names_every_permitted_place(tmp_path: Path) -> None:
    """
    It went to none of them yet.
    """
    event = _records(tmp_path / "log")["request.admitted"]

    assert ["deepseek"] == [one["name"] for one in event["resources"]]
    assert "dst_endpoint" not in event
    assert "none" == event["ai_model"]["ai_provider"]


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_event_of_the_catalogue_has_what_ocsf_requires(name: str) -> None:
    """
    Also with no facts but those of the envelope.
    """
    event = ocsf_event(_ENVELOPE | {"event": name})

    assert all(event[field] not in (None, "", {}) for field in _REQUIRED)
    assert event["type_uid"] == 600300 + event["activity_id"]


def test_a_refusal_is_a_failure() -> None:
    """
    With its code, and worth a look.
    """
    blocked = {"event": "request.blocked", "request_id": "r", "status": 429, "code": "limit_exceeded"}

    event = ocsf_event(_ENVELOPE | blocked)

    assert (2, 3, "limit_exceeded") == (event["status_id"], event["severity_id"], event["status_code"])
    assert {"code": 429, "error": "limit_exceeded"} == event["api"]["response"]


def test_who_looked_is_the_actor() -> None:
    """
    A look at the log is a read.
    """
    event = ocsf_event(_ENVELOPE | {"event": "audit.read", "act": "query", "actor": "cli:maria"})

    assert (2, {"user": {"uid": "cli:maria"}}) == (event["activity_id"], event["actor"])


def test_who_did_what_outside_an_exchange_has_its_place() -> None:
    """
    The record tells it among its facts; a rule of a SIEM asks for the actor.
    """
    facts = {"actor": "cli:jo", "tenant": "acme", "address": "h1:2026-11:00"}

    event = ocsf_event(_ENVELOPE | {"event": "key.revoked", "facts": facts})

    assert {"user": {"uid": "cli:jo"}} == event["actor"]
    assert ("acme", {"uid": "h1:2026-11:00"}) == (event["metadata"]["tenant_uid"], event["src_endpoint"])
