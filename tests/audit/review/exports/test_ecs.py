"""Records are documents of the Elastic Common Schema."""

from pathlib import Path

import pytest

from gateway.audit.catalogue import CATALOGUE
from gateway.audit.review.exports.ecs import ecs_document
from gateway.audit.review.reading import read_records
from gateway.audit.review.sources import files_of
from tests.fakes.audit_logs import SmallLog

_ENVELOPE = {
    "v": 1, "writer": "web1-0-20261127T061409123456Z", "seq": 7, "time": "2026-11-27T06:14:09.500000Z",
    "mono": 1, "prev": "0" * 64,
}  # fmt: skip
# What ECS 9.5 expects in event.type for each event.category that we use (generated/ecs/ecs_flat.yml).
_EXPECTED = {
    "api": {"access", "admin", "allowed", "change", "creation", "deletion", "denied", "end", "info", "start"},
    "authentication": {"start", "end", "info"},
    "configuration": {"access", "change", "creation", "deletion", "info"},
    "iam": {"admin", "change", "creation", "deletion", "group", "info", "user"},
}


def test_an_exchange_is_a_document(tmp_path: Path) -> None:
    """
    Who, what, where, and how it went.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    log.exchange("req_1", subject="h1:2026-11:00")

    document = ecs_document(list(read_records(files_of([log.folder])))[-1])

    assert "2026-11-27T06:14:11.000000Z" == document["@timestamp"]
    assert ("request.completed", "success", 950_000_000) == (
        document["event"]["action"], document["event"]["outcome"], document["event"]["duration"],
    )  # fmt: skip
    assert {"request": {"model": "deepseek-chat"}, "usage": {"input_tokens": 100, "output_tokens": 20}} == (
        document["gen_ai"]
    )
    assert ({"id": "acme"}, {"id": "h1:2026-11:00"}) == (document["organization"], document["user"])
    assert {"request": {"id": "req_1"}, "response": {"status_code": 200}} == document["http"]
    assert {"address": "deepseek"} == document["destination"]
    assert "key1" == document["deepseek_gateway"]["credential"]


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_event_of_the_catalogue_has_what_ecs_requires(name: str) -> None:
    """
    In words that ECS permits together.
    """
    document = ecs_document(_ENVELOPE | {"event": name})

    assert {"@timestamp", "ecs", "event", "deepseek_gateway"} <= set(document)
    [category] = document["event"]["category"]
    assert set(document["event"]["type"]) <= _EXPECTED[category]
    assert "event" == document["event"]["kind"]
    assert document["event"]["outcome"] in ("success", "failure")


def test_who_did_what_outside_an_exchange_has_its_place() -> None:
    """
    The record tells it among its facts; documents have one field for it.
    """
    facts = {"actor": "cli:jo", "tenant": "acme", "address": "h1:2026-11:00"}

    document = ecs_document(_ENVELOPE | {"event": "key.revoked", "facts": facts})

    assert ({"id": "cli:jo"}, {"id": "acme"}, {"address": "h1:2026-11:00"}) == (
        document["user"], document["organization"], document["client"],
    )  # fmt: skip
