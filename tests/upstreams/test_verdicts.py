import pytest

from gateway.upstreams.foreign_error import ForeignError
from gateway.upstreams.verdicts import VERDICTS, code_of_status, diagnosis_of


@pytest.mark.parametrize("status", range(201, 600))
def test_every_status_has_a_code(status: int) -> None:
    """
    No status is without an entry in the table.
    """
    assert code_of_status(status) in VERDICTS


def test_a_rejection_is_never_repeated_and_an_overload_is() -> None:
    """
    What the caller has to change stays failed; what passes is tried again.
    """
    final = {code for code, verdict in VERDICTS.items() if not verdict.try_next}
    repeated = {code for code, verdict in VERDICTS.items() if verdict.retry_here}

    assert {"upstream_rejected", "context_length_exceeded", "content_risk"} == final
    assert {"upstream_rate_limited", "upstream_overloaded", "upstream_timeout", "upstream_error"} == repeated


@pytest.mark.parametrize(("code", "expected"), [("upstream_rate_limited", 9.0), ("upstream_rejected", None)])
def test_a_wait_is_told_only_where_waiting_helps(code: str, expected: float | None) -> None:
    """
    A Retry-After beside a final refusal is not passed on.
    """
    diagnosis = diagnosis_of(
        code, ForeignError("No."), status=429, headers={b"retry-after": b"9"}, credential=None
    )

    assert expected == diagnosis.retry_after


def test_only_some_verdicts_quote_the_server() -> None:
    """
    What a server says about our account stays between it and us.
    """
    error = ForeignError("your concurrency limit is 25 based on your remaining balance")

    messages = {
        code: diagnosis_of(code, error, status=500, headers={}, credential=None).message for code in VERDICTS
    }

    assert {
        "upstream_rejected",
        "context_length_exceeded",
        "upstream_misconfigured",
        "upstream_unsupported",
        "upstream_error",
    } == {code for code, message in messages.items() if "concurrency" in message}
    assert all(message.endswith((".", "balance")) for message in messages.values())


def test_without_words_the_verdict_stands_alone() -> None:
    """
    An empty quote leaves no dangling colon.
    """
    diagnosis = diagnosis_of("upstream_error", ForeignError(), status=500, headers={}, credential=None)

    assert "The model server failed." == diagnosis.message
