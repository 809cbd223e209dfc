import orjson

from gateway.wire.frames import FrameKind
from gateway.wire.sse import data_of
from gateway.wire.taking_apart import take_apart

_ANSWER = {
    "id": "c-1",
    "object": "chat.completion",
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hello", "reasoning_content": "Hm."},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2},
}


def test_an_answer_is_told_in_pieces_as_deepseek_tells_it() -> None:
    """
    Role first, reasoning before content, usage beside the finish reason, [DONE] last.
    """
    frames = list(take_apart(_ANSWER, characters=3))

    chunks = [orjson.loads(data_of(frame.raw)) for frame in frames[:-1]]
    assert {"chat.completion.chunk"} == {chunk["object"] for chunk in chunks}
    assert [
        {"role": "assistant", "reasoning_content": "", "content": ""},
        {"reasoning_content": "Hm."},
        {"content": "Hel"},
        {"content": "lo"},
        {},
    ] == [chunk["choices"][0]["delta"] for chunk in chunks]
    assert [None, None, None, None, "stop"] == [chunk["choices"][0]["finish_reason"] for chunk in chunks]
    assert [False, False, False, False, True] == ["usage" in chunk for chunk in chunks]
    assert FrameKind.DONE is frames[-1].kind
