"""A record that passes by is found by the same filters as in SQL."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.audit.catalogue import AuditRead, Noticed, Try
from gateway.audit.review.duck import LogTable
from gateway.audit.review.matching import destinations_of, matches, newest, went_out
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
    log.exchange("req_4", tenant="acme", tries=(_unsent("upstream_unreachable"), _unsent("upstream_busy")))
    log.record("key.revoked", Noticed(facts={"tenant": "acme", "actor": "cli:jo", "key": "key1"}))
    log.record("audit.read", AuditRead(act="query", actor="cli:jo", tenant="bolt"))
    return log


_QUESTIONS = st.builds(
    Question,
    tenant=st.sampled_from([None, "acme", "bolt", "none"]),
    actor=st.sampled_from([None, None, "cli:jo", "cli:mo"]),
    model=st.sampled_from([None, "deepseek-chat", "qwen"]),
    event=st.sampled_from([None, "request.admitted", "request.completed", "log.opened", "key.revoked"]),
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


def test_a_fact_outside_an_exchange_is_found_by_tenant_and_actor(log: SmallLog) -> None:
    """
    Who changed the keys of a tenant stands among the facts of the record.
    """
    files = files_of([log.folder])

    by_tenant = [one["event"] for one in read_records(files, Question(tenant="acme", event="key.revoked"))]
    by_actor = [one["event"] for one in read_records(files, Question(actor="cli:jo"))]

    assert ["key.revoked"] == by_tenant
    assert ["key.revoked", "audit.read"] == by_actor


class _Held(dict[str, Any]):
    """A record that knows how many of its kind there are at once."""

    count = most = 0

    def __init__(self, seq: int) -> None:
        super().__init__(time=f"{seq:04d}", writer="w", seq=seq)
        _Held.count += 1
        _Held.most = max(_Held.most, _Held.count)

    def __del__(self) -> None:
        _Held.count -= 1


def test_of_a_long_log_only_what_is_shown_is_held() -> None:
    """
    Of records that pass by, no more are in memory than were asked for and the one that passes.
    """
    found = newest((_Held(seq) for seq in range(1_000)), 5)

    assert list(range(995, 1_000)) == [record["seq"] for record in found]
    assert _Held.most <= 5 + 2
