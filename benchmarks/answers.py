"""Whether an answer is whole and right: no answer is believed unread."""

import json
import re
from collections.abc import Sequence
from typing import Any

from benchmarks.canned import ANSWER_TEXT, DELTAS, STREAM_TEXT

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked\r\n", re.IGNORECASE)


class WrongAnswer(Exception):
    """An answer that is not what was asked for; the text says why."""


class AnswerBuffer:
    """Collect one answer after the other from the bytes of a connection."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._body_at = 0
        self._length: int | None = None

    def feed(self, data: bytes) -> bytes | None:
        """Return the decoded body once it is whole; raise `WrongAnswer`."""
        self._data += data
        if not self._body_at and not self._read_head():
            return None
        if self._length is None:
            # An event ends with two line feeds, so no delta can end like this.
            if not self._data.endswith(b"0\r\n\r\n"):
                return None
            body = unchunk(bytes(self._data[self._body_at :]))
        else:
            if len(self._data) < self._body_at + self._length:
                return None
            body = bytes(self._data[self._body_at :])
            if len(body) > self._length:
                raise WrongAnswer("more bytes came than content-length says")
        self._data.clear()
        self._body_at = 0
        return body

    def _read_head(self) -> bool:
        at = self._data.find(b"\r\n\r\n")
        if at < 0:
            return False
        head = bytes(self._data[: at + 2])
        if not head.startswith(b"HTTP/1.1 200 "):
            raise WrongAnswer(f"the answer is {bytes(self._data[:400])!r}")
        length = _LENGTH.search(head)
        if length is None and not _CHUNKED.search(head):
            raise WrongAnswer("the answer has neither content-length nor chunks")
        self._length = int(length[1]) if length else None
        self._body_at = at + 4
        return True


def unchunk(data: bytes) -> bytes:
    """Return the body in these chunks; raise `WrongAnswer` unless the last one ends it exactly."""
    pieces: list[bytes] = []
    at = 0
    while True:
        line_end = data.find(b"\r\n", at)
        try:
            size = int(data[at:line_end], 16)
        except ValueError as error:
            raise WrongAnswer("a chunk has no size") from error
        end = line_end + 2 + size
        if data[end : end + 2] != b"\r\n":
            raise WrongAnswer("a chunk is not as long as it says")
        if size == 0:
            break
        pieces.append(data[line_end + 2 : end])
        at = end + 2
    if end + 2 != len(data):
        raise WrongAnswer("bytes follow the last chunk")
    return b"".join(pieces)


def check_whole(body: bytes) -> None:
    """Raise `WrongAnswer` unless this is the canned completion."""
    try:
        text = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError) as error:
        raise WrongAnswer(f"no completion: {body[:200]!r}") from error
    if text != ANSWER_TEXT:
        raise WrongAnswer("the completion has another text")


def check_stream(body: bytes) -> None:
    """Raise `WrongAnswer` unless every canned delta is there, in order, then usage and `[DONE]`."""
    chunks = _chunks(body)
    if len(chunks) != DELTAS:
        raise WrongAnswer(f"{len(chunks)} of {DELTAS} deltas came")
    _check_text(chunks)
    if not chunks[-1].get("usage"):
        raise WrongAnswer("the last delta tells no usage")


def check_words(body: bytes) -> None:
    """Raise `WrongAnswer` unless the canned text is there and `[DONE]`, in however many events."""
    _check_text(_chunks(body))


def _chunks(body: bytes) -> list[Any]:
    events = [event for event in body.split(b"\n\n") if event.startswith(b"data:")]
    if not events or events.pop() != b"data: [DONE]":
        raise WrongAnswer("the stream does not end with [DONE]")
    return [json.loads(event[5:]) for event in events]


def _check_text(chunks: Sequence[Any]) -> None:
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    if "".join([delta.get("content") or "" for delta in deltas]) != STREAM_TEXT:
        raise WrongAnswer("the deltas are not those that were sent, in their order")
