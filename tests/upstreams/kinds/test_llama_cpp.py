from typing import Any

import orjson
import pytest

from gateway.upstreams.kind import Truncated
from gateway.upstreams.kinds import KINDS
from gateway.upstreams.request_fields import CONTROL_FIELDS
from tests.fakes.chats import a_sealed_request, a_target, read_through
from tests.fakes.dialects import delta

_LLAMA = KINDS["llama_cpp"]


def _body(**fields: Any) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(_LLAMA.call(a_sealed_request(**fields), a_target("llama_cpp")).body)
    return body


def test_it_is_sent_what_it_understands() -> None:
    """
    Sampling passes, slots and adapters do not, and the limit goes by its older name.
    """
    body = _body(
        **dict.fromkeys(CONTROL_FIELDS | {"slot_save"}, "x"),
        grammar="root ::= x",
        max_completion_tokens=7,
        thinking={"type": "disabled"},
    )

    assert {"model", "messages", "grammar", "max_tokens", "chat_template_kwargs"} == set(body)
    assert {"enable_thinking": False} == body["chat_template_kwargs"]


def test_a_prefix_loses_its_mark() -> None:
    """
    The server continues a last message of the assistant by itself.
    """
    prefix = {"role": "assistant", "content": "The", "prefix": True}
    body = _body(messages=[{"role": "user", "content": "x"}, prefix])

    assert {"role": "assistant", "content": "The"} == body["messages"][-1]


def test_a_stream_that_another_request_cut_short_is_cut() -> None:
    """
    llama-cpp-python ends it in [DONE] as if nothing had happened.
    """
    reader = _LLAMA.call(a_sealed_request(stream=True), a_target("llama_cpp")).reader

    with pytest.raises(Truncated):
        read_through(reader, [delta(content="Hel"), b"data: [DONE]\n\n"])


def test_a_model_that_is_still_loading_is_an_overload() -> None:
    """
    Another try in a moment, or another server now.
    """
    body = b'{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}'

    diagnosis = _LLAMA.diagnose(503, {}, body, a_target("llama_cpp"))

    assert ("upstream_overloaded", True, True) == (
        diagnosis.code,
        diagnosis.retry_here,
        diagnosis.try_next,
    )


def test_how_it_draws_its_tokens_is_the_callers_affair() -> None:
    """
    All of its samplers can be set, as by an app that was tuned for it.
    """
    own = {"dry_multiplier": 0.8, "xtc_probability": 0.5, "top_n_sigma": 1.0, "samplers": ["top_k", "min_p"]}

    body = _body(**own)

    assert own == {name: body.get(name) for name in own}


@pytest.mark.parametrize(
    "words", ["Unsupported param: suffix", "Only no echo is supported", "unsupported param: best_of"]
)
def test_what_llama_server_does_not_know_another_server_may(words: str) -> None:
    """
    llama-cpp-python does; both go by the name of this kind.
    """
    refusal = orjson.dumps({"error": {"code": 400, "message": words, "type": "invalid_request_error"}})

    diagnosis = _LLAMA.diagnose(400, {}, refusal, a_target("llama_cpp"))

    assert ("upstream_unsupported", False, True) == (
        diagnosis.code,
        diagnosis.retry_here,
        diagnosis.try_next,
    )
    assert "upstream_rejected" == _LLAMA.diagnose(400, {}, b'{"error": "x"}', a_target("llama_cpp")).code
