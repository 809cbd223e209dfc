from typing import Any

import orjson
import pytest

from gateway.upstreams.kinds import KINDS
from gateway.upstreams.request_fields import CONTROL_FIELDS
from tests.fakes.chats import a_sealed_request, a_target


def _body(**fields: Any) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(KINDS["vllm"].call(a_sealed_request(**fields), a_target("vllm")).body)
    return body


@pytest.mark.parametrize(
    ("thinking", "effort", "switches", "expected"),
    [
        ("enabled", "max", {"thinking": True, "enable_thinking": True}, "max"),
        ("enabled", None, {"thinking": True, "enable_thinking": True}, None),
        ("disabled", "high", {"thinking": False, "enable_thinking": False}, None),
        ("disabled", None, {"thinking": False, "enable_thinking": False}, None),
        (None, "low", None, "low"),
        (None, None, None, None),
    ],
)
def test_thinking_becomes_switches_of_the_chat_template(
    thinking: str | None, effort: str | None, switches: dict[str, bool] | None, expected: str | None
) -> None:
    """
    VLLM would accept `thinking` and ignore it.
    """
    said = None if thinking is None else {"type": thinking}

    body = _body(thinking=said, reasoning_effort=effort)

    assert (switches, expected, None) == (
        body.get("chat_template_kwargs"),
        body.get("reasoning_effort"),
        body.get("thinking"),
    )


def test_a_prefix_is_continued() -> None:
    """
    DeepSeek's mark becomes vLLM's two switches; reasoning stays in the messages.
    """
    last = {"role": "assistant", "content": "The", "reasoning_content": "Hm.", "prefix": True}

    body = _body(messages=[{"role": "user", "content": "x"}, last])

    assert (True, False) == (body["continue_final_message"], body["add_generation_prompt"])
    assert {"role": "assistant", "content": "The", "reasoning_content": "Hm."} == body["messages"][-1]


def test_nothing_reaches_into_the_server() -> None:
    """
    What steers its scheduler, cache or files is dropped, and so is what is not known.
    """
    reaching = dict.fromkeys(CONTROL_FIELDS | {"a_later_field", "user_id"}, "x")

    body = _body(**reaching, top_k=5, structured_outputs={"json": {}})

    assert {"model", "messages", "top_k", "structured_outputs"} == set(body)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, b'{"error":"Unauthorized"}', "upstream_credential_rejected"),
        (404, b'{"error":{"message":"The model `x` does not exist.","code":404}}', "upstream_misconfigured"),
        (404, b'{"detail":"Not Found"}', "upstream_misconfigured"),
        (503, b'{"error":{"message":"Queue full","code":503}}', "upstream_overloaded"),
        (400, b'{"error":{"message":"maximum context length","code":400}}', "context_length_exceeded"),
        (200, b'{"error":{"message":"maximum context length","code":400}}', "context_length_exceeded"),
        (
            200,
            b'{"error":{"message":"EngineDead","type":"InternalServerError","code":500}}',
            "upstream_error",
        ),
        (200, b'{"error":{"message":"bad","type":"BadRequestError","code":400}}', "upstream_rejected"),
    ],
)
def test_its_errors_are_understood(status: int, body: bytes, code: str) -> None:
    """
    Wrapped errors with a number for a code, or a bare text.
    """
    assert code == KINDS["vllm"].diagnose(status, {}, body, a_target("vllm")).code


def test_its_own_words_for_an_answer_pass() -> None:
    """
    An app written for vLLM itself may continue a message without DeepSeek's mark, or hide the reasoning.
    """
    own = {"continue_final_message": True, "add_generation_prompt": False, "include_reasoning": False}

    body = _body(**own)

    assert own == {name: body.get(name) for name in own}
