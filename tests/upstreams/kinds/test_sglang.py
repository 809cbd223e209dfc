from typing import Any

import orjson

from gateway.upstreams.kinds import KINDS
from gateway.upstreams.request_fields import CONTROL_FIELDS
from tests.fakes.chats import a_sealed_request, a_target, chunks_in, read_through
from tests.fakes.dialects import STREAMS


def _body(**fields: Any) -> dict[str, Any]:
    call = KINDS["sglang"].call(a_sealed_request(**fields), a_target("sglang"))
    body: dict[str, Any] = orjson.loads(call.body)
    return body


def test_reasoning_is_asked_for_by_itself() -> None:
    """
    Otherwise it would stand in the content.
    """
    body = _body()

    assert (True, True) == (body["separate_reasoning"], body["stream_reasoning"])


def test_thinking_becomes_switches_of_the_chat_template() -> None:
    """
    An effort beside thinking switched off is dropped: it would ask for the opposite.
    """
    off = _body(thinking={"type": "disabled"}, reasoning_effort="high")
    on = _body(thinking={"type": "enabled"}, reasoning_effort="high")

    assert ({"thinking": False, "enable_thinking": False}, None) == (
        off["chat_template_kwargs"],
        off.get("reasoning_effort"),
    )
    assert ({"thinking": True, "enable_thinking": True}, "high") == (
        on["chat_template_kwargs"],
        on["reasoning_effort"],
    )


def test_a_prefix_is_continued() -> None:
    """
    The mark itself is DeepSeek's and stays behind.
    """
    prefix = {"role": "assistant", "content": "The", "prefix": True}
    body = _body(messages=[{"role": "user", "content": "x"}, prefix])

    assert body["continue_final_message"] is True
    assert {"role": "assistant", "content": "The"} == body["messages"][-1]


def test_nothing_reaches_into_the_server() -> None:
    """
    What overrides routing, priority or cache is dropped, and so is what is not known.
    """
    body = _body(**dict.fromkeys(CONTROL_FIELDS | {"a_later_field"}, "x"), regex="a+")

    expected = {"model", "messages", "regex", "separate_reasoning", "stream_reasoning"}
    assert expected == set(body)


def test_its_count_of_reasoning_tokens_is_told_as_deepseek_tells_it() -> None:
    """
    SGLang counts them at the top of its usage.
    """
    reader = KINDS["sglang"].call(a_sealed_request(stream=True), a_target("sglang")).reader

    usage = chunks_in(read_through(reader, [STREAMS["sglang"]]))[-1]["usage"]

    assert {"reasoning_tokens": 2} == usage["completion_tokens_details"]


def test_a_message_can_be_continued_without_deepseeks_mark() -> None:
    """
    An app that was written for SGLang itself says it like this.
    """
    assert _body(continue_final_message=True)["continue_final_message"] is True
