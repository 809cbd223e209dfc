"""The dialect of those who ask for vectors."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat_dialect import CHAT
from gateway.wire.embeddings.dialect import EMBEDDINGS
from gateway.wire.embeddings.inputs import asks_to_embed, inputs_of
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.texts import HumanText, texts_of
from gateway.wire.token_bounds import output_bound, prompt_bound
from gateway.wire.token_estimate import estimate_prompt
from tests.fakes.embeddings import an_embedding


class _Blocked(Refusal):
    status, code, kind = 403, "private_data_blocked", "permission_error"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 30) | st.sampled_from(["", "x", "float"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "type"]), inner),
    max_leaves=8,
)
_NAMES = st.sampled_from(
    ["input", "dimensions", "encoding_format", "user", "n", "stream", "max_tokens", "messages", "later"]
)


@given(st.dictionaries(_NAMES, _VALUES, max_size=5))
def test_whatever_is_sent_is_read_or_refused(fields: dict[str, Any]) -> None:
    """
    Never a fault of the gateway; what is read can be told from chat, counted and looked through.
    """
    try:
        request = EMBEDDINGS.read(orjson.dumps(an_embedding() | fields)).request
    except InvalidRequest as refused:
        refusal = refused
    else:
        assert asks_to_embed(request)
        assert prompt_bound(request.body) >= estimate_prompt(request.body) > 0
        assert output_bound(request.body) in (None, 0)
        found = {text.text for text in texts_of(request.body) if isinstance(text, HumanText)}
        assert set(inputs_of(request.body)) <= found
        return
    assert refusal.param


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"model": "m"}', b'{"input": "x"}', b"[" * 300])
def test_what_is_no_request_is_refused(body: bytes) -> None:
    """
    Before anything leaves.
    """
    with pytest.raises(InvalidRequest):
        EMBEDDINGS.read(body)


def test_a_refusal_looks_as_at_chat_and_names_the_callers_field() -> None:
    """
    Of what was read, and of what was found in it further on.
    """
    found, wrong = (
        _Blocked("Take it out.", param="messages[3].content"),
        InvalidRequest("No.", param="messages"),
    )

    body = orjson.loads(EMBEDDINGS.refusal_body(found, "req_1"))
    expected = orjson.loads(CHAT.refusal_body(found, "req_1"))

    assert expected["error"] | {"param": "input[3]"} == body["error"]
    assert "messages" == orjson.loads(EMBEDDINGS.refusal_body(wrong, "req_1"))["error"]["param"]
