"""The door's own answers look like every other refusal."""

import json

from gateway.edge.door_answers import INTERNAL_ERROR, render_answer
from gateway.edge.head_guard import HeadTooLarge


def test_an_answer_is_whole_and_closes() -> None:
    """
    Status, OpenAI's error shape, a request id, the length, the close.
    """
    answer = render_answer(HeadTooLarge("too large"), b"date: now\r\n")

    head, _, body = answer.partition(b"\r\n\r\n")
    error = json.loads(body)["error"]
    assert head.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert head.endswith(b"\r\nconnection: close\r\ndate: now")
    # Said twice, even alike, nginx takes the answer for a broken one.
    assert [b"content-length: %d" % len(body)] == [
        line for line in head.split(b"\r\n") if line.startswith(b"content-length")
    ]
    assert b"x-request-id: req_" in head
    assert ("too large", "invalid_request_error", "headers_too_large") == (
        error["message"],
        error["type"],
        error["code"],
    )


def test_two_answers_have_two_ids() -> None:
    """
    Every refusal can be found again.
    """
    first, second = (render_answer(INTERNAL_ERROR, b"") for _ in range(2))

    assert first != second
