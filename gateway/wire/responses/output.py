"""What a response says: its items, and the parts of items."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from gateway.wire.responses.carried import carry
from gateway.wire.responses.namespaces import Names

Object = dict[str, Any]
Item = Object
Part = Object

COMPLETED, INCOMPLETE, IN_PROGRESS = "completed", "incomplete", "in_progress"


class Voice(NamedTuple):
    """A kind of text in an item: how its parts are called, what tells of them, and where its text stands."""

    part: str
    part_events: str
    text_events: str
    number: str
    field: str = "text"


OUTPUT = Voice("output_text", "response.content_part", "response.output_text", "content_index")
REFUSAL = Voice("refusal", "response.content_part", "response.refusal", "content_index", "refusal")
THOUGHT = Voice("reasoning_text", "response.content_part", "response.reasoning_text", "content_index")
SUMMARY = Voice(
    "summary_text", "response.reasoning_summary_part", "response.reasoning_summary_text", "summary_index"
)


def part_of(voice: Voice, text: str, logprobs: Sequence[Object] = ()) -> Part:
    """Return a part that says this."""
    part = {"type": voice.part, voice.field: text}
    return part | {"annotations": [], "logprobs": list(logprobs)} if voice is OUTPUT else part


def message_item(identity: str, parts: list[Part], status: str) -> Item:
    """Return what is said to the user."""
    return {"id": identity, "type": "message", "role": "assistant", "status": status, "content": parts}


def reasoning_item(identity: str, parts: list[Part], status: str, *, carries: bool = False) -> Item:
    """Return what was thought: the thoughts themselves, or in the place of summaries."""
    thought = "".join([part["text"] for part in parts])
    return {
        "id": identity,
        "type": "reasoning",
        "status": status,
        "summary": [part for part in parts if part["type"] == SUMMARY.part],
        "content": [part for part in parts if part["type"] == THOUGHT.part],
        "encrypted_content": carry(thought) if carries and thought else None,
    }


def call_item(identity: str, called: Object, arguments: str, status: str) -> Item:
    """Return a call of a function, of which `called` says which."""
    item = {"id": identity, "type": "function_call", "status": status}
    return {**item, **called, "arguments": arguments}


def called_by(call: Object, number: int, names: Names) -> Object:
    """Return which function a call is of; one without an id is named by its number."""
    function, call_id = call.get("function"), call.get("id")
    name = function.get("name") if type(function) is dict else None
    full = names.get(name) if type(name) is str else None
    return {
        "call_id": call_id if type(call_id) is str and call_id else f"call_{number}",
        **(full._asdict() if full else {"name": name if type(name) is str else ""}),
    }


def logprobs_of(choice: Object) -> list[Object]:
    """Return the log probabilities of what a choice says, of a whole answer or a chunk."""
    logprobs = choice.get("logprobs")
    tokens = logprobs.get("content") if type(logprobs) is dict else None
    return [_logprob(token) for token in tokens if type(token) is dict] if type(tokens) is list else []


def _logprob(token: Object) -> Object:
    others = token.get("top_logprobs")
    return {
        **_one_token(token),
        "top_logprobs": [_one_token(other) for other in others if type(other) is dict]
        if type(others) is list
        else [],
    }


def _one_token(token: Object) -> Object:
    return {"token": token.get("token"), "logprob": token.get("logprob"), "bytes": token.get("bytes") or []}
