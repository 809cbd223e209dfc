"""Items of a response while they are told."""

from typing import Any

from gateway.wire.responses.output import OUTPUT, REFUSAL, SUMMARY, THOUGHT
from gateway.wire.responses.telling import MESSAGE, THOUGHTS, ToldCall, ToldTexts

_TOKEN = {"token": "a", "logprob": -1.0, "bytes": [97], "top_logprobs": []}


def kinds(*events: Any) -> list[str]:
    """The names of these events."""
    return [kind for some in events for kind, _ in some]


def test_a_message_is_told_part_by_part() -> None:
    """
    A part ends where another begins, and the item with the last.
    """
    told = ToldTexts(MESSAGE, "7", 2)

    assert [
        "response.output_item.added",
        "response.content_part.added", "response.output_text.delta", "response.output_text.delta",
        "response.output_text.done", "response.content_part.done",
        "response.content_part.added", "response.refusal.delta",
        "response.refusal.done", "response.content_part.done",
        "response.output_item.done",
    ] == kinds(
        told.open(), told.say(OUTPUT, "a", [_TOKEN]), told.say(OUTPUT, "b", []), told.say(REFUSAL, "c", []),
        told.close("incomplete"),
    )  # fmt: skip
    assert ["ab", "c"] == [part.get("text", part.get("refusal")) for part in told.item()["content"]]
    assert [_TOKEN] == told.item()["content"][0]["logprobs"]


def test_every_event_names_its_place() -> None:
    """
    Item, number of the item, number of the part.
    """
    told = ToldTexts(MESSAGE, "7", 2)

    places = [fields for _, fields in [*told.say(OUTPUT, "a", []), *told.say(REFUSAL, "b", [])]]

    assert {("msg_7_2", 2)} == {(fields["item_id"], fields["output_index"]) for fields in places}
    assert [0, 0, 0, 0, 1, 1] == [fields["content_index"] for fields in places]


def test_thoughts_have_events_of_their_own() -> None:
    """
    And summaries others.
    """
    assert ["response.content_part.added", "response.reasoning_text.delta"] == kinds(
        ToldTexts(THOUGHTS, "7", 0).say(THOUGHT, "a", [])
    )
    (_, added), (_, delta) = ToldTexts(THOUGHTS, "7", 0).say(SUMMARY, "a", [])
    assert {"item_id": "rs_7_0", "output_index": 0, "summary_index": 0, "delta": "a"} == delta
    assert {"type": "summary_text", "text": ""} == added["part"]


def test_log_probabilities_that_come_late_belong_to_the_last_text() -> None:
    """
    Some servers send them with the end.
    """
    told = ToldTexts(MESSAGE, "7", 0)
    list(told.say(OUTPUT, "a", []))
    list(told.say(REFUSAL, "b", []))

    told.add([_TOKEN])

    assert [_TOKEN] == told.item()["content"][0]["logprobs"]


def test_an_item_without_a_part_ends_at_once() -> None:
    """
    There is nothing to close in it.
    """
    assert ["response.output_item.done"] == kinds(ToldTexts(MESSAGE, "7", 0).close("completed"))


def test_a_call_is_told_piece_by_piece() -> None:
    """
    Its end repeats the whole.
    """
    call = ToldCall({"call_id": "c", "name": "f"}, "7", 1)

    (_, added), (_, first), (_, second), (_, done), (_, item) = [
        *call.open(), *call.write('{"a"'), *call.write(": 1}"), *call.close("completed")
    ]  # fmt: skip

    assert ("", "in_progress") == (added["item"]["arguments"], added["item"]["status"])
    assert ('{"a"', ": 1}") == (first["delta"], second["delta"])
    assert {"item_id": "fc_7_1", "output_index": 1, "name": "f", "arguments": '{"a": 1}'} == done
    assert {"output_index": 1, "item": call.item()} == item
