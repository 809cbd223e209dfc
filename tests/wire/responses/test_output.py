"""What a response says: items and parts."""

from typing import Any

import pytest

from gateway.wire.responses.carried import carried
from gateway.wire.responses.namespaces import Name
from gateway.wire.responses.output import (
    OUTPUT,
    REFUSAL,
    SUMMARY,
    THOUGHT,
    call_item,
    called_by,
    logprobs_of,
    message_item,
    part_of,
    reasoning_item,
)


def test_a_text_has_notes_and_a_refusal_has_none() -> None:
    """
    Clients look for both lists in a text.
    """
    assert {"type": "output_text", "text": "a", "annotations": [], "logprobs": []} == part_of(OUTPUT, "a")
    assert {"type": "refusal", "refusal": "a"} == part_of(REFUSAL, "a")


@pytest.mark.parametrize(
    ("voice", "place", "other"), [(THOUGHT, "content", "summary"), (SUMMARY, "summary", "content")]
)
def test_thoughts_stand_where_they_were_asked_for(voice: Any, place: str, other: str) -> None:
    """
    As they are, or in the place of a summary; nothing is locked.
    """
    item = reasoning_item("rs_1", [part_of(voice, "Hm.")], "completed")

    assert ([{"type": voice.part, "text": "Hm."}], []) == (item[place], item[other])
    assert item["encrypted_content"] is None


def test_a_message_is_the_assistants() -> None:
    """
    With its parts and its status.
    """
    assert {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": []} == (
        message_item("msg_1", [], "completed")
    )


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ({"id": "c", "function": {"name": "f"}}, {"call_id": "c", "name": "f"}),
        ({"id": None, "function": {"name": 5}}, {"call_id": "call_2", "name": ""}),
        ({"function": None}, {"call_id": "call_2", "name": ""}),
        ({"id": "c", "function": {"name": "n__f"}}, {"call_id": "c", "namespace": "n", "name": "f"}),
    ],
)
def test_a_call_has_an_id_and_a_name(call: dict[str, Any], expected: dict[str, str]) -> None:
    """
    An id that a server left out is made; a namespace is told apart.
    """
    called = called_by(call, 2, {"n__f": Name("n", "f")})

    assert expected == called
    assert {
        "id": "fc_1", "type": "function_call", "status": "completed", "arguments": "{}", **expected
    } == call_item("fc_1", called, "{}", "completed")  # fmt: skip


def test_a_thought_is_carried_for_who_asked_for_it() -> None:
    """
    An empty one is not.
    """
    item = reasoning_item("rs_1", [part_of(SUMMARY, "Hm.")], "completed", carries=True)

    assert "Hm." == carried(item["encrypted_content"])
    assert reasoning_item("rs_1", [], "in_progress", carries=True)["encrypted_content"] is None


@pytest.mark.parametrize(
    ("logprobs", "expected"),
    [
        (None, []),
        ({"content": None}, []),
        ({"content": "x"}, []),
        (
            {"content": [{"token": "a", "logprob": -1, "bytes": None, "top_logprobs": None}, "x"]},
            [{"token": "a", "logprob": -1, "bytes": [], "top_logprobs": []}],
        ),
        (
            {
                "content": [
                    {
                        "token": "a",
                        "logprob": -1,
                        "bytes": [97],
                        "top_logprobs": [{"token": "b", "logprob": -2}],
                    }
                ]
            },
            [
                {
                    "token": "a",
                    "logprob": -1,
                    "bytes": [97],
                    "top_logprobs": [{"token": "b", "logprob": -2, "bytes": []}],
                }
            ],
        ),
    ],
)
def test_log_probabilities_have_every_field(logprobs: object, expected: list[Any]) -> None:
    """
    Also those that a server leaves out.
    """
    assert expected == logprobs_of({"logprobs": logprobs})
