"""What one exchange leaves behind."""

import orjson

from gateway.audit.access_line import access_record
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.residency import Clearance
from gateway.vocabulary.usage import Usage
from tests.fakes.builders import an_arrival, an_attempt, an_outcome


def record_of(outcome: Outcome) -> dict[str, object]:
    read: dict[str, object] = orjson.loads(access_record(outcome, 1_800_000_000.5))
    return read


def test_a_record_says_who_sent_what_where() -> None:
    """
    All of it, by name, under one version of the policies.
    """
    attempts = (an_attempt("deepseek", "upstream_error"), an_attempt("house"))

    record = record_of(an_outcome(attempts=attempts))

    assert {
        "record": "request.access",
        "time": 1_800_000_000.5,
        "request_id": "req_1",
        "source": "127.0.0.1",
        "path": "/v1/chat/completions",
        "tenant": "acme",
        "project": "default",
        "credential": "key_1",
        "policy": "v1",
        "model": "deepseek-chat",
        "destinations": ["deepseek", "house"],
        "ending": "finished",
        "status": 200,
        "code": None,
        "prompt_tokens": 7,
        "completion_tokens": 5,
        "measured": True,
        "redaction": None,
        "seconds": 1.5,
    } == record


def test_a_stranger_is_recorded_too() -> None:
    """
    A refusal at the head has no tenant, no model and no destination.
    """
    outcome = an_outcome(
        caller=None, model=None, attempts=(), usage=Usage(), ending=Ending.REFUSED, status=401, code="x"
    )

    record = record_of(outcome)

    assert (None, None, None, []) == (
        record["tenant"],
        record["credential"],
        record["model"],
        record["destinations"],
    )


def test_a_record_is_one_line() -> None:
    """
    It ends with the only line feed in it, whatever a caller wrote into the path.
    """
    line = access_record(an_outcome(arrival=an_arrival(path="/v1\n/evil\r\n")), 1.0)

    assert (1, True, 0) == (line.count(b"\n"), line.endswith(b"\n"), line.count(b"\r"))


def test_no_credential_and_no_query_is_recorded() -> None:
    """
    What a caller sends as a key, wherever it puts it, stays out.
    """
    arrival = an_arrival(headers={b"authorization": b"Bearer sk-secret"}, query=b"key=sk-secret")

    line = access_record(an_outcome(arrival=arrival), 1.0)

    assert b"sk-secret" not in line


def test_a_record_says_what_was_done_about_private_data() -> None:
    """
    The profile, kinds and counts, how far the request could go, and what stopped it; never a value.
    """
    protection = Protection(
        "finance",
        Clearance.ON_PREMISES,
        (("EMAIL", "pseudonymise", 2), ("PAYMENT_CARD", "block", 1)),
        unreadable=1,
        unreadable_bytes=26,
        blocked=("PAYMENT_CARD",),
        failure=None,
        restored=3,
        unknown=1,
        answer_counts=(("PHONE", "mask", 1),),
    )

    assert {
        "profile": "finance",
        "clearance": "on_premises",
        "counts": {"EMAIL/pseudonymise": 2, "PAYMENT_CARD/block": 1},
        "unreadable": 1,
        "unreadable_bytes": 26,
        "blocked": ["PAYMENT_CARD"],
        "failure": None,
        "restored": 3,
        "unknown_tokens": 1,
        "answer_counts": {"PHONE/mask": 1},
    } == record_of(an_outcome(protection=protection))["redaction"]
