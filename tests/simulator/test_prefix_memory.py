"""Facts about the pretended context cache."""

import msgspec

from gateway.simulator.prefix_memory import PrefixMemory
from gateway.simulator.request import ChatRequest, Message

_FIRST = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "One"}]


def _request(
    *messages: dict[str, str], user_id: str | None = None, model: str = "deepseek-flash"
) -> ChatRequest:
    return ChatRequest(model, [msgspec.convert(message, Message) for message in messages], user_id=user_id)


def test_a_repeated_prompt_is_a_hit_as_far_as_it_was_seen() -> None:
    """
    A conversation that goes on hits with all that it said before, and misses with the rest.
    """
    memory = PrefixMemory()
    first, nothing = memory.measure(_request(*_FIRST))

    longer, hit = memory.measure(_request(*_FIRST, {"role": "assistant", "content": "1"}))

    assert 0 == nothing
    assert first == hit
    assert longer > hit


def test_a_changed_beginning_misses_all() -> None:
    """
    Once one message differs, what follows it is no hit however often it was seen.
    """
    memory = PrefixMemory()
    memory.measure(_request(*_FIRST))

    _, hit = memory.measure(_request({"role": "system", "content": "Be long."}, _FIRST[1]))

    assert 0 == hit


def test_users_and_models_do_not_share() -> None:
    """
    A prefix seen for one user id or model is unknown to another.
    """
    memory = PrefixMemory()
    memory.measure(_request(*_FIRST, user_id="a"))

    hits = [
        memory.measure(request)[1]
        for request in (
            _request(*_FIRST, user_id="b"),
            _request(*_FIRST),
            _request(*_FIRST, user_id="a", model="deepseek-v4-pro"),
        )
    ]

    assert [0, 0, 0] == hits
    assert 0 < memory.measure(_request(*_FIRST, user_id="a"))[1]


def test_the_memory_is_bounded_and_can_be_emptied() -> None:
    """
    The oldest prefixes are forgotten first, and all of them on demand.
    """
    memory = PrefixMemory(kept=2)
    memory.measure(_request(*_FIRST))
    memory.measure(_request({"role": "user", "content": "Two"}))

    assert 0 == memory.measure(_request(*_FIRST))[1]
    memory.forget()
    assert 0 == memory.measure(_request(*_FIRST))[1]
