"""Items of a response while they are told: what each has said so far, and the events of it."""

from collections.abc import Iterator
from typing import Any

from gateway.wire.responses.output import (
    COMPLETED,
    IN_PROGRESS,
    OUTPUT,
    Item,
    Voice,
    call_item,
    message_item,
    part_of,
    reasoning_item,
)

Event = tuple[str, dict[str, Any]]
Tokens = list[dict[str, Any]]

MESSAGE, THOUGHTS = "msg", "rs"

_ARGUMENTS = "response.function_call_arguments"


class ToldTexts:
    """A message or thoughts: a row of parts, the last of which is being said."""

    def __init__(self, kind: str, suffix: str, index: int, *, carries: bool = False) -> None:
        self.kind = kind
        self._carries = carries
        self._id = f"{kind}_{suffix}_{index}"
        self._index = index
        self._parts: list[_Said] = []

    def open(self) -> Iterator[Event]:
        """Begin."""
        yield "response.output_item.added", {"output_index": self._index, "item": self.item(IN_PROGRESS)}

    def say(self, voice: Voice, text: str, logprobs: Tokens) -> Iterator[Event]:
        """Go on with this text."""
        if not self._parts or self._parts[-1].voice is not voice:
            yield from self._close_part()
            self._parts.append(_Said(voice))
            yield f"{voice.part_events}.added", {**self._place(), "part": part_of(voice, "")}
        last = self._parts[-1]
        last.texts.append(text)
        last.logprobs += logprobs
        yield f"{voice.text_events}.delta", {**self._place(), "delta": text, **_tokens(voice, logprobs)}

    def add(self, logprobs: Tokens) -> None:
        """Take in log probabilities that came after their text."""
        for part in reversed(self._parts):
            if part.voice is OUTPUT:
                part.logprobs += logprobs
                return

    def close(self, status: str) -> Iterator[Event]:
        """End."""
        yield from self._close_part()
        yield "response.output_item.done", {"output_index": self._index, "item": self.item(status)}

    def item(self, status: str = COMPLETED) -> Item:
        """Return the item as far as it is told."""
        parts = [part.whole() for part in self._parts]
        if self.kind == MESSAGE:
            return message_item(self._id, parts, status)
        return reasoning_item(self._id, parts, status, carries=self._carries)

    def _close_part(self) -> Iterator[Event]:
        if not self._parts:
            return
        last, place = self._parts[-1], self._place()
        voice, part = last.voice, last.whole()
        said = {voice.field: part[voice.field], **_tokens(voice, last.logprobs)}
        yield f"{voice.text_events}.done", {**place, **said}
        yield f"{voice.part_events}.done", {**place, "part": part}

    def _place(self) -> dict[str, Any]:
        last = self._parts[-1]
        return {"item_id": self._id, "output_index": self._index, last.voice.number: len(self._parts) - 1}


class ToldCall:
    """A call of a function, whose arguments are being written."""

    def __init__(self, called: dict[str, Any], suffix: str, index: int) -> None:
        self._called = called
        self._place = {"item_id": f"fc_{suffix}_{index}", "output_index": index}
        self._written: list[str] = []

    def open(self) -> Iterator[Event]:
        """Begin."""
        index = self._place["output_index"]
        yield "response.output_item.added", {"output_index": index, "item": self.item(IN_PROGRESS)}

    def write(self, text: str) -> Iterator[Event]:
        """Go on with the arguments."""
        self._written.append(text)
        yield f"{_ARGUMENTS}.delta", {**self._place, "delta": text}

    def close(self, status: str) -> Iterator[Event]:
        """End."""
        item = self.item(status)
        said = {"name": item["name"], "arguments": item["arguments"]}
        yield f"{_ARGUMENTS}.done", {**self._place, **said}
        yield "response.output_item.done", {"output_index": self._place["output_index"], "item": item}

    def item(self, status: str = COMPLETED) -> Item:
        """Return the item as far as it is told."""
        return call_item(str(self._place["item_id"]), self._called, "".join(self._written), status)


class _Said:
    """A part, as far as it is said."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self.texts: list[str] = []
        self.logprobs: Tokens = []

    def whole(self) -> dict[str, Any]:
        """Return all of it."""
        return part_of(self.voice, "".join(self.texts), self.logprobs)


def _tokens(voice: Voice, logprobs: Tokens) -> dict[str, Any]:
    return {"logprobs": logprobs} if voice is OUTPUT else {}
