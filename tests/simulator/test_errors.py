"""Facts about refusals."""

import orjson
import pytest

from gateway.simulator.errors import NO_HEADER, Answered, bad_key, invalid, scripted


@pytest.mark.parametrize(
    ("status", "error", "kind", "words"),
    [
        (401, None, "authentication_error", "Authentication Fails, Your api key: ****here is invalid"),
        (402, None, "unknown_error", "Insufficient Balance"),
        (429, None, "rate_limit_error", "exceeds your concurrency limit of 2500."),
        (429, "balance", "rate_limit_error", "Please top up your balance"),
        (500, None, "internal_server_error", "Internal Server Error"),
        (503, None, "service_unavailable_error", "Service is too busy."),
        (400, "content", "invalid_request_error", "Content Exists Risk"),
        (418, None, "invalid_request_error", "Simulated status 418."),
    ],
)
def test_a_status_comes_with_deepseeks_body(status: int, error: str | None, kind: str, words: str) -> None:
    """
    A scripted status has the body that DeepSeek was seen to send with it.
    """
    answered = scripted(status, error, None)
    said = orjson.loads(answered.body)["error"]

    assert (status, "application/json", kind) == (answered.status, answered.content_type, said["type"])
    assert words in said["message"]
    assert {"message", "type", "param", "code"} == set(said)


def test_a_script_may_choose_the_body_and_a_name_its_status() -> None:
    """
    An exact body is sent as it is, and an error by name knows its status.
    """
    assert Answered(503, b"<html>") == scripted(503, None, "<html>")
    assert 429 == scripted(None, "balance", None).status


def test_refused_keys() -> None:
    """
    A wrong key's end is repeated; without a key there is a plain text of no type.
    """
    assert "****wxyz is invalid" in orjson.loads(bad_key("sk-tuvwxyz").body)["error"]["message"]
    assert Answered(401, b"Authentication Fails (governor)", None) == NO_HEADER
    assert 422 == invalid("x", 422).answered.status
