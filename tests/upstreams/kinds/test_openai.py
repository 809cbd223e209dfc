import orjson
import pytest

from gateway.upstreams.kinds import KINDS
from gateway.upstreams.request_fields import CONTROL_FIELDS
from gateway.vocabulary.residency import Residency
from gateway.wire.invalid_request import InvalidRequest
from tests.fakes.chats import a_sealed_completion, a_sealed_request, a_target

_OPENAI = KINDS["openai"]


def test_what_only_deepseek_knows_is_dropped() -> None:
    """
    Everything else passes, the limit under the name the caller gave it.
    """
    sealed = a_sealed_request(
        **dict.fromkeys(CONTROL_FIELDS, "x"),
        thinking={"type": "enabled"},
        user_id="u",
        max_tokens=5,
        max_completion_tokens=7,
        service_tier="flex",
    )

    body = orjson.loads(_OPENAI.call(sealed, a_target("openai")).body)

    assert {"model", "messages", "max_tokens", "max_completion_tokens", "service_tier"} == set(body)


def test_only_a_server_outside_may_fetch_pictures() -> None:
    """
    Of a server inside no more is known than that it can reach what is inside.
    """
    part = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    sealed = a_sealed_request(messages=[{"role": "user", "content": [part]}])

    outside = _OPENAI.call(sealed, a_target("openai", residency=Residency.EXTERNAL))

    assert b"https://example.org/a.png" in outside.body
    with pytest.raises(InvalidRequest):
        _OPENAI.call(sealed, a_target("openai", residency=Residency.ON_PREMISES))


def test_of_a_completion_the_same_is_dropped() -> None:
    """
    Other fields pass, whatever they are.
    """
    sealed = a_sealed_completion(
        **dict.fromkeys(CONTROL_FIELDS, "x"), safety_check={"level": "high"}, user_id="u", min_p=0.1
    )

    body = orjson.loads(_OPENAI.call(sealed, a_target("openai")).body)

    assert {"model", "prompt", "min_p"} == set(body)
