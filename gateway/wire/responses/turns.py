"""
The items of a conversation, as chat messages.

What an assistant thought, said and called between two turns of others is one
message of chat: servers refuse calls that are not followed by their results.
"""

from typing import Any

from gateway.wire.parts import Part, content_of
from gateway.wire.places import blocks_at, printable, text_at, wrong
from gateway.wire.responses.carried import carried
from gateway.wire.responses.contents import parts_of, texts_said
from gateway.wire.responses.namespaces import joined

Message = dict[str, Any]

_OTHERS = frozenset({"user", "system", "developer"})
_WITHOUT_TYPE = {"role": "message", "id": "item_reference"}
_KEPT = (
    "names an item that is kept elsewhere; the gateway keeps no conversations. "
    "Send the item itself, as clients do that are told `store: false`."
)


def turns_of(items: object) -> list[Message]:
    """Return the chat messages of an input, or raise `InvalidRequest`."""
    if type(items) is str:
        return [{"role": "user", "content": items}]
    if type(items) is not list or not items:
        raise wrong("input", 'has to be a text or a list of items, as [{"role": "user", "content": "..."}].')
    conversation = _Conversation()
    for index, item in enumerate(items):
        conversation.add(item, f"input[{index}]")
    return conversation.whole()


class _Conversation:
    """The messages so far, and what is gathered for the next ones."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._assistant = _Assistant()
        self._pictures: list[Part] = []

    def add(self, item: object, place: str) -> None:
        """Take in the next item."""
        if type(item) is not dict:
            raise wrong(place, "has to be an object.")
        kind = item.get("type") or next((kind for name, kind in _WITHOUT_TYPE.items() if name in item), None)
        match kind:
            case "message":
                self._message(item, place)
            case "reasoning":
                self._assistant.thoughts += _thoughts(item, place)
            case "function_call":
                self._show()
                self._assistant.calls.append(_call(item, place))
            case "function_call_output":
                self._output(item, place)
            case "item_reference":
                raise wrong(f"{place}.type", _KEPT)
            case str():
                raise wrong(f"{place}.type", f"is no item that is served here: {printable(kind)}.")
            case _:
                raise wrong(f"{place}.type", "is missing. Name what the item is, as message.")

    def whole(self) -> list[Message]:
        """Return all messages."""
        self._show()
        self._speak()
        return self._messages

    def _message(self, item: dict[str, Any], place: str) -> None:
        role, content, where = item.get("role"), item.get("content"), f"{place}.content"
        self._show()
        if role == "assistant":
            self._assistant.texts += texts_said(content, where)
            return
        if type(role) is not str or role not in _OTHERS:
            raise wrong(f"{place}.role", "has to be user, assistant, system or developer.")
        self._speak()
        self._messages.append({"role": role, "content": content_of(parts_of(content, where))})

    def _output(self, item: dict[str, Any], place: str) -> None:
        parts = parts_of(item.get("output"), f"{place}.output")
        self._speak()
        texts = [part for part in parts if part["type"] == "text"]
        identity = text_at(item, "call_id", place)
        self._messages.append({"role": "tool", "tool_call_id": identity, "content": content_of(texts)})
        self._pictures += [part for part in parts if part["type"] != "text"]

    def _speak(self) -> None:
        """Let the assistant's turn be over."""
        if self._assistant.has_spoken:
            self._messages.append(self._assistant.message())
        # A thought that led to nothing is of no turn.
        self._assistant = _Assistant()

    def _show(self) -> None:
        """Say what tools gave besides texts, after all that they gave: a tool's message can only be text."""
        if self._pictures:
            self._messages.append({"role": "user", "content": self._pictures})
            self._pictures = []


class _Assistant:
    """One turn of the assistant, as far as it is known."""

    def __init__(self) -> None:
        self.thoughts: list[str] = []
        self.texts: list[str] = []
        self.calls: list[dict[str, Any]] = []

    @property
    def has_spoken(self) -> bool:
        """Whether there is more than thoughts."""
        return bool(self.texts or self.calls)

    def message(self) -> Message:
        """Return the turn as a message."""
        message: Message = {"role": "assistant", "content": "\n".join(self.texts) if self.texts else None}
        if self.thoughts:
            message["reasoning_content"] = "\n".join(self.thoughts)
        if self.calls:
            message["tool_calls"] = self.calls
        return message


def _thoughts(item: dict[str, Any], place: str) -> list[str]:
    """Return what was thought, else its summary; what somebody else locked no model here could read."""
    if not item.get("content") and (thought := carried(item.get("encrypted_content"))):
        return [thought]
    for name in ("content", "summary"):
        if item.get(name):
            blocks = blocks_at(item[name], f"{place}.{name}", '{"type": "reasoning_text", "text": "..."}')
            return [text_at(block, "text", where) for _, block, where in blocks]
    return []


def _call(item: dict[str, Any], place: str) -> dict[str, Any]:
    name = joined(text_at(item, "name", place), item.get("namespace"))
    function = {"name": name, "arguments": text_at(item, "arguments", place)}
    return {"id": text_at(item, "call_id", place), "type": "function", "function": function}
