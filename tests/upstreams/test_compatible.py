from typing import Any

import orjson

from gateway.foundation.secret import Secret
from gateway.upstreams.compatible import Compatible
from gateway.upstreams.target import Target
from gateway.upstreams.verdicts import VERDICTS
from gateway.wire.chat import ChatRequest
from tests.fakes.chats import a_sealed_request, a_target


class _Plain(Compatible):
    def _write(self, request: ChatRequest, target: Target) -> dict[str, Any]:
        return {"model": target.model, "stream": request.stream}


def test_a_call_says_what_it_sends_and_what_it_wants() -> None:
    """
    JSON goes out; events or JSON are expected, as the body asks.
    """
    whole = _Plain().call(a_sealed_request(), a_target(credential=None))
    streamed = _Plain().call(a_sealed_request(stream=True), a_target(credential="k"))

    assert (
        (b"content-type", b"application/json"),
        (b"accept", b"application/json"),
        (b"user-agent", b"deepseek-gateway"),
    ) == whole.headers
    assert (b"authorization", b"Bearer k") == streamed.headers[0]
    assert (b"accept", b"text/event-stream") == streamed.headers[2]


def test_an_exhausted_quota_is_no_rate_limit() -> None:
    """
    OpenAI says 429 for both; only the code tells them apart.
    """
    body = b'{"error":{"message":"You exceeded your quota","code":"insufficient_quota"}}'

    assert "upstream_balance_exhausted" == _Plain().diagnose(429, {}, body, a_target()).code


def test_a_code_of_ours_counts_only_inside_a_stream() -> None:
    """
    A failed answer is judged by its status, whatever code it claims.
    """
    body = orjson.dumps({"error": {"message": "x", "code": "upstream_rate_limited"}})

    inside = _Plain().diagnose(200, {}, body, a_target())
    failed = _Plain().diagnose(400, {}, body, a_target())

    assert ("upstream_rate_limited", "upstream_rejected") == (inside.code, failed.code)


def test_every_code_comes_back_from_a_stream_as_itself() -> None:
    """
    Writing an error into a stream and reading it again loses nothing.
    """
    secret = Secret("sk-0123456789")
    for code, verdict in VERDICTS.items():
        error = {"message": f"{verdict.message}: because", "code": code}

        diagnosis = _Plain().diagnose(
            200, {}, orjson.dumps({"error": error}), a_target(credential=secret.reveal())
        )

        assert (code, f"{verdict.message}: because") == (diagnosis.code, diagnosis.message)
