"""A period is summed up, and nothing that matters is left out."""

from pathlib import Path
from typing import Any

import pytest

from gateway.audit.catalogue import AuditRead, LogGap, Noticed, Redaction
from gateway.audit.review.duck import LogTable
from gateway.audit.review.question import Question
from gateway.audit.review.report import Section, cut_sections, sections
from gateway.audit.review.sources import files_of
from tests.fakes.audit_logs import SmallLog

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    """The sections of a log in which something of everything happened."""
    log = SmallLog(tmp_path_factory.mktemp("report") / "log")
    log.open()
    counts = Redaction(
        profile="finance", clearance="external", counts={"cn_mobile/pseudonymise": 2, "email/mask": 1}
    )
    log.exchange("req_1", redaction=counts, cost_micro_dollars=70, other_costs={"CNY": 500, "EUR": 60})
    log.exchange(
        "req_2", redaction=counts, event="request.failed", code="upstream_failed", status=502,
        other_costs={"CNY": 7},
    )  # fmt: skip
    log.exchange("req_3", tenant="bolt", upstream="rack", residency="on_premises")
    log.record("policy.reloaded", Noticed(facts={"version": "p2"}))
    log.record("key.revoked", Noticed(facts={"actor": "cli:root", "id": "key1"}))
    log.record("admin.read", Noticed(facts={"actor": "_gateway/admin", "what": "GET /admin/v1/me"}))
    log.record("client.token_issued", Noticed(facts={"tenant": "acme"}))
    log.record("audit.read", AuditRead(act="query", actor="cli:maria", records=3))
    log.now += 200
    log.record("log.gap", LogGap(lost=4, reason="no device", since="2026-11-27T06:14:09.500000Z"))
    log.exchange("req_4", ends=False)
    return _sections(log.folder, Question())


def _sections(folder: Path, question: Question) -> dict[str, list[tuple[Any, ...]]]:
    with LogTable(files_of([folder])) as table:
        return {one.name: [tuple(row) for row in one.sheet.rows] for one in sections(table, question)}


def test_volumes_are_counted_by_tenant(found: dict[str, list[tuple[Any, ...]]]) -> None:
    """
    How they ended, what they used and what it cost.
    """
    assert [("acme", 2, 1, 1, 0, 0, 0, 200, 40, 70), ("bolt", 1, 1, 0, 0, 0, 0, 100, 20, 0)] == found[
        "volumes"
    ]
    assert 14 == found["period"][0][0]


def test_what_was_priced_in_other_money_is_told_apart(found: dict[str, list[tuple[Any, ...]]]) -> None:
    """
    Sums of one currency each; a gateway that knows no dollars has its costs here.
    """
    assert [("acme", "CNY", 507), ("acme", "EUR", 60)] == found["other_costs"]


def test_refusals_are_counted_by_code(found: dict[str, list[tuple[Any, ...]]]) -> None:
    """
    With their status and whose they were.
    """
    assert [("upstream_failed", 502, "acme", 1)] == found["refusals"]


def test_private_data_is_counted_by_kind(found: dict[str, list[tuple[Any, ...]]]) -> None:
    """
    Once for each request, not for each of its records.
    """
    assert [("acme", "cn_mobile/pseudonymise", 4, 2), ("acme", "email/mask", 2, 2)] == found["redactions"]


def test_what_left_the_house_is_named_by_destination(found: dict[str, list[tuple[Any, ...]]]) -> None:
    """
    What stayed in it is not.
    """
    assert [("acme", "deepseek", 2)] == [row[:3] for row in found["external"]]


def test_what_was_permitted_and_never_ended_is_listed(found: dict[str, list[tuple[Any, ...]]]) -> None:
    """
    Nobody knows whether it left.
    """
    assert [("req_4", "acme", "deepseek-chat", "external", ["deepseek"])] == [
        row[1:] for row in found["unfinished"]
    ]


def test_changes_and_looks_are_listed(found: dict[str, list[tuple[Any, ...]]]) -> None:
    """
    With who did it.
    """
    assert [("policy.reloaded", None), ("key.revoked", "cli:root")] == [row[1:3] for row in found["changes"]]
    assert [("cli:maria", "query", 1)] == [row[:3] for row in found["looks"]]


def test_gaps_are_listed_and_so_is_silence(found: dict[str, list[tuple[Any, ...]]]) -> None:
    """
    A writer that says nothing for longer than two heartbeats has something to explain.
    """
    assert {("log.silence", None, 201), ("log.gap", 4, None)} == {
        (row[1], row[3], row[6]) for row in found["gaps"]
    }


def test_a_period_is_what_was_asked_for(tmp_path: Path) -> None:
    """
    By time and by tenant; an ending after the period still ends what began in it.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    log.exchange("req_1")
    log.exchange("req_2", tenant="bolt")

    early = _sections(log.folder, Question(until="2026-11-27T06:14:11Z"))
    bolt = _sections(log.folder, Question(tenant="bolt"))

    assert ([], [], 2) == (early["volumes"], early["unfinished"], early["period"][0][0])
    assert ["bolt"] == [row[0] for row in bolt["volumes"]]


def test_a_list_that_is_cut_says_so(tmp_path: Path) -> None:
    """
    Five hundred changes are a list; of one more nobody should believe that these were all.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    for number in range(500):
        log.record("key.revoked", Noticed(facts={"id": f"key{number}"}))
    whole = _found(log.folder)
    log.record("key.revoked", Noticed(facts={"id": "key500"}))
    cut = _found(log.folder)

    assert ([], ["changes"]) == (cut_sections(whole), cut_sections(cut))
    assert [500, 500] == [
        len(one.sheet.rows) for found in (whole, cut) for one in found if one.name == "changes"
    ]


def _found(folder: Path) -> list[Section]:
    with LogTable(files_of([folder])) as table:
        return sections(table, Question())
