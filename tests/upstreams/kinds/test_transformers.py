from typing import Any

import orjson
import pytest

from gateway.upstreams.kinds import KINDS
from gateway.upstreams.request_fields import OPENAI_FIELDS
from tests.fakes.chats import a_sealed_request, a_target, chunks_in, read_through
from tests.fakes.dialects import STREAMS

_TRANSFORMERS = KINDS["transformers"]


def _body(**fields: Any) -> dict[str, Any]:
    call = _TRANSFORMERS.call(a_sealed_request(**fields), a_target("transformers"))
    body: dict[str, Any] = orjson.loads(call.body)
    return body


def test_it_is_sent_only_fields_that_it_knows() -> None:
    """
    It answers any other with 422.
    """
    body = _body(
        thinking={"type": "enabled"},
        user_id="u",
        top_k=5,
        generation_config="{}",
        stream=True,
        stream_options={"include_usage": True},
        max_completion_tokens=7,
        temperature=0,
    )

    assert {"model", "messages", "stream", "max_tokens", "temperature"} == set(body)
    assert 7 == body["max_tokens"]
    assert set(body) - {"model"} <= OPENAI_FIELDS


@pytest.mark.parametrize("stream", [True, False])
def test_it_is_always_asked_for_a_stream(*, stream: bool) -> None:
    """
    A whole call that is given up would go on computing.
    """
    call = _TRANSFORMERS.call(a_sealed_request(stream=stream), a_target("transformers"))

    assert orjson.loads(call.body)["stream"] is True
    assert (b"accept", b"text/event-stream") in call.headers


def test_the_name_it_gives_its_model_is_left_alone() -> None:
    """
    It calls a pinned model by name and revision.
    """
    reader = _TRANSFORMERS.call(a_sealed_request(stream=True), a_target("transformers")).reader
    stream = STREAMS["transformers"].replace(b"their-model", b"deepseek-tiny@main")

    chunks = chunks_in(read_through(reader, [stream]))

    assert {"deepseek-tiny@main"} == {chunk["model"] for chunk in chunks}


@pytest.mark.parametrize(
    ("status", "detail", "code"),
    [
        (400, "Server is pinned to deepseek-tiny", "upstream_misconfigured"),
        (422, "Unexpected fields in the request: {'x'}", "upstream_misconfigured"),
        (422, [{"loc": ["body"], "msg": "no"}], "upstream_rejected"),
        (500, "Internal Server Error", "upstream_error"),
    ],
)
def test_its_errors_are_understood(status: int, detail: object, code: str) -> None:
    """
    A wrong model name or an unknown field is the gateway's fault, not the caller's.
    """
    body = orjson.dumps({"detail": detail})

    assert code == _TRANSFORMERS.diagnose(status, {}, body, a_target("transformers")).code
