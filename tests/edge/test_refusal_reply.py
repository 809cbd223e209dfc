"""The header fields of a refusal."""

import pytest

from gateway.edge.refusal_reply import refusal_head
from gateway.edge.refusals import WrongMethod
from gateway.vocabulary.refusal import Refusal


class Tired(Refusal):
    """A refusal for these tests."""

    status, code, kind = 429, "tired", "rate_limit_error"


def head_of(refusal: Refusal) -> dict[bytes, bytes]:
    return dict(refusal_head(refusal, "req_1", b"12345"))


def test_the_head_names_length_and_request() -> None:
    """
    JSON of known length that no cache keeps.
    """
    expected = {
        b"content-type": b"application/json",
        b"content-length": b"5",
        b"x-request-id": b"req_1",
        b"cache-control": b"no-store",
    }

    assert expected == head_of(Tired("Come back later."))


@pytest.mark.parametrize(
    ("asked", "sent", "should_retry"),
    [
        (0.0, b"1", None),
        (0.2, b"1", None),
        (1.0, b"1", None),
        (1.01, b"2", None),
        (120.0, b"120", None),
        (120.5, b"121", b"false"),
        (86_400.0, b"86400", b"false"),
    ],
)
def test_retry_after_is_whole_seconds_never_too_few(
    asked: float, sent: bytes, should_retry: bytes | None
) -> None:
    """
    Rounded up; beyond two minutes SDKs are told not to wait at all, since some would really sleep for it.
    """
    head = head_of(Tired("Come back later.", retry_after=asked))

    assert (sent, should_retry) == (head[b"retry-after"], head.get(b"x-should-retry"))


@pytest.mark.parametrize(("said", "sent"), [(None, None), (True, b"true"), (False, b"false")])
def test_whether_to_retry_is_said_outright(said: bool | None, sent: bytes | None) -> None:  # noqa: FBT001
    """
    `x-should-retry` goes beyond what the status says to an SDK.
    """
    refusal = Tired("Come back later.")
    refusal.should_retry = said

    assert sent == head_of(refusal).get(b"x-should-retry")


def test_a_refusals_own_fields_are_sent_in_lower_case() -> None:
    """
    A 405 has to name the methods that are allowed.
    """
    refusal = WrongMethod("This path takes POST.", allowed="POST")
    refusal.extra_headers = {"Allow": "POST"}

    assert b"POST" == head_of(refusal)[b"allow"]
