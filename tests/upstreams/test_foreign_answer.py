from typing import Any

import orjson
import pytest

from gateway.upstreams.foreign_answer import (
    adapt_whole,
    choices_of,
    dump_answer,
    rename_reasoning,
    tell_as_stream,
)
from gateway.upstreams.kind import Garbled
from gateway.vocabulary.usage import Usage
from gateway.wire.frames import DONE
from tests.fakes.chats import chunks_in


def _answer(*messages: object, **fields: Any) -> dict[str, Any]:
    choices = [{"index": index, "message": message} for index, message in enumerate(messages)]
    return {"choices": choices, **fields}


def test_choices_are_a_list_of_objects_or_nothing() -> None:
    """
    Anything else is no answer.
    """
    assert [] == choices_of({"choices": None})
    with pytest.raises(Garbled):
        choices_of({"choices": {"0": {}}})


def test_a_message_keeps_the_reasoning_it_has() -> None:
    """
    DeepSeek's field wins where both say something.
    """
    message = orjson.loads(b'{"reasoning":"a","reasoning_content":"b"}')

    assert rename_reasoning(message)
    assert {"reasoning_content": "b"} == message
    assert not rename_reasoning(None)


def test_a_usage_without_cache_counts_is_completed() -> None:
    """
    What is in DeepSeek's shape already stays as it is.
    """
    answer = _answer({"content": "x"}, usage={"prompt_tokens": 12, "completion_tokens": 5})

    assert adapt_whole(answer, renames_reasoning=False)
    assert 12 == answer["usage"]["prompt_cache_miss_tokens"]
    assert not adapt_whole(answer, renames_reasoning=True)


def test_every_choice_of_a_whole_answer_is_told() -> None:
    """
    The usage stands on the last chunk, in the chunk and beside it.
    """
    usage = {"prompt_tokens": 12, "completion_tokens": 5}
    answer = _answer({"content": "a"}, {"content": "b", "reasoning": "Hm."}, usage=usage)

    frames = tell_as_stream(answer, renames_reasoning=True)

    deltas = [
        (choice["index"], choice["delta"]) for chunk in chunks_in(frames) for choice in chunk["choices"]
    ]
    assert [(0, "a"), (1, "b")] == [(index, said["content"]) for index, said in deltas if said.get("content")]
    assert ["Hm."] == [said["reasoning_content"] for _, said in deltas if "reasoning_content" in said]
    assert Usage(12, 5, 0, 12) == frames[-2].usage
    assert DONE is frames[-1]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"choices": []},
        {"choices": [{"delta": {"content": "x"}}]},
        _answer("x"),
        _answer({"tool_calls": [5]}),
        _answer({"tool_calls": 5}),
    ],
)
def test_what_is_no_whole_answer_cannot_be_told(answer: dict[str, Any]) -> None:
    """
    A chunk is none either.
    """
    with pytest.raises(Garbled):
        tell_as_stream(answer, renames_reasoning=False)


def test_what_cannot_be_written_is_garbled() -> None:
    """
    A number of more than 64 bits, for example.
    """
    assert b"{}" == dump_answer({})
    with pytest.raises(Garbled):
        dump_answer({"created": 10**30})


def test_a_completion_is_told_in_its_own_words() -> None:
    """
    A choice has a message or a text, or there is nothing to tell.
    """
    frames = tell_as_stream({"choices": [{"index": 0, "text": "a"}]}, renames_reasoning=True)

    assert ["a", ""] == [chunk["choices"][0]["text"] for chunk in chunks_in(frames)]
    with pytest.raises(Garbled):
        tell_as_stream({"choices": [{"index": 0, "text": 5}]}, renames_reasoning=False)
