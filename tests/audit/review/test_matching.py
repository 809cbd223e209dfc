"""A record that passes by is found by the same filters as in SQL."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.audit.catalogue import AuditRead, Noticed, Try
from gateway.audit.review.duck import LogTable
from gateway.audit.review.matching import destinations_of, matches, said_of, went_out
from gateway.audit.review.question import Question, select
from gateway.audit.review.reading import read_records
from gateway.audit.review.sources import files_of
from tests.fakes.audit_logs import SmallLog


def _unsent(error: str) -> Try:
    return Try(upstream="deepseek", model="deepseek-chat", residency="external", error=error)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> SmallLog:
    """Exchanges of every sort that the filters tell apart."""
    log = SmallLog(tmp_path_factory.mktemp("matching") / "log")
    log.open()
    log.exchange("req_1", tenant="acme")
    log.exchange("req_2", tenant="bolt", upstream="rack", residency="on_premises", model="qwen")
    log.exchange("req_3", tenant="acme", ending="upstream_broke")
    log.record("key.revoked", Noticed(facts={"actor": "cli:root", "tenant": "acme"}))
    log.record("audit.read", AuditRead(act="query", actor="cli:maria", tenant="bolt"))
    log.exchange("req_4", tenant="acme", tries=(_unsent("upstream_unreachable"), _unsent("upstream_busy")))
    return log


_QUESTIONS = st.builds(
    Question,
    tenant=st.sampled_from([None, "acme", "bolt", "none"]),
    model=st.sampled_from([None, "deepseek-chat", "qwen"]),
    event=st.sampled_from([None, "request.admitted", "request.completed", "log.opened", "key.revoked"]),
    actor=st.sampled_from([None, "cli:root", "cli:maria"]),
    ending=st.sampled_from([None, "finished", "upstream_broke"]),
    destination=st.sampled_from([None, "deepseek", "rack"]),
    external=st.sampled_from([None, True, False]),
    request_id=st.sampled_from([None, "req_1", "req_3"]),
    since=st.sampled_from([None, "2026-11-27T06:14:11", "2026-11-27T14:14:10.000000+08:00"]),
    until=st.sampled_from([None, "2026-11-27T06:14:13", "2026-11-28"]),
)


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(question=_QUESTIONS)
def test_it_finds_what_sql_finds(log: SmallLog, question: Question) -> None:
    """
    Whatever is asked.
    """
    files = files_of([log.folder])
    with LogTable(files, threads=1) as table:
        in_sql = [row[0] for row in table.ask(*select(question, ["seq"])).rows]

    assert in_sql == [record["seq"] for record in read_records(files, question)]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"event": "log.opened"}, None),
        ({"event": "request.admitted", "destinations": [{"upstream": "a", "residency": "external"}]}, None),
        ({"event": "request.blocked"}, False),
        ({"event": "request.failed", "tries": [{"upstream": "a", "residency": "on_premises"}]}, False),
        ({"event": "request.cancelled", "tries": [{"upstream": "a", "residency": "external"}]}, True),
        (
            {
                "event": "request.completed",
                "tries": [
                    {"upstream": "a", "residency": "external", "error": "upstream_unreachable"},
                    {"upstream": "b", "residency": "on_premises"},
                ],
            },
            False,
        ),
    ],
)
def test_what_went_out_is_told_by_the_tries(record: dict[str, Any], *, expected: bool | None) -> None:
    """
    An admission only permits, and a try that got no connection sent nothing.
    """
    assert went_out(record) is expected


def test_destinations_are_those_permitted_or_tried() -> None:
    """
    Each once.
    """
    tries = [{"upstream": name, "residency": "external"} for name in ("b", "a", "b")]

    assert ["a", "b"] == destinations_of({"event": "request.failed", "tries": tries})
    assert matches(Question(destination="a"), {"event": "x", "time": "2026Z", "tries": tries})


def test_an_act_says_who_did_it_and_to_whom_among_its_facts() -> None:
    """
    What a record says itself goes before, and other facts are none of its fields.
    """
    act = {
        "event": "key.revoked",
        "time": "2026Z",
        "facts": {"actor": "cli:root", "tenant": "a", "model": "m"},
    }
    look = {"event": "audit.read", "time": "2026Z", "actor": "cli:maria"}

    assert ("cli:root", "a", None) == tuple(said_of(act, name) for name in ("actor", "tenant", "model"))
    assert ("cli:maria", None) == (said_of(look, "actor"), said_of(look, "tenant"))
