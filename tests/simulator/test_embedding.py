"""Vectors as the simulator makes them."""

import struct
from base64 import b64decode
from typing import Any

import orjson
import pytest

from gateway.simulator.embedding import DIMENSIONS, read_embedding, vector_of, vectors_of
from gateway.simulator.errors import DeclinedRequest


def _answer(**fields: Any) -> dict[str, Any]:
    request = read_embedding(orjson.dumps({"model": "bge-m3", "input": ["a", "b"], **fields}))
    answer: dict[str, Any] = orjson.loads(vectors_of(request, 7))
    return answer


def test_each_text_has_a_vector_of_its_own() -> None:
    """
    Always the same one, in the order of the texts.
    """
    answer = _answer()

    assert [0, 1] == [one["index"] for one in answer["data"]]
    assert [vector_of("a", DIMENSIONS), vector_of("b", DIMENSIONS)] == [
        one["embedding"] for one in answer["data"]
    ]
    assert {"prompt_tokens": 7, "total_tokens": 7} == answer["usage"]
    assert all(-1 <= number < 1 for number in vector_of("a", 500))


def test_base64_holds_the_same_numbers() -> None:
    """
    As OpenAI's SDK asks for them: little-endian floats of four bytes.
    """
    (first, _) = _answer(encoding_format="base64", dimensions=3)["data"]

    assert vector_of("a", 3) == list(struct.unpack("<3f", b64decode(first["embedding"])))


@pytest.mark.parametrize(
    "fields", [{"input": 5}, {"input": [1]}, {"encoding_format": "int8"}, {"model": None}]
)
def test_what_no_server_could_read_is_declined(fields: dict[str, Any]) -> None:
    """
    With 400.
    """
    with pytest.raises(DeclinedRequest) as declined:
        _answer(**fields)

    assert 400 == declined.value.answered.status


def test_a_server_may_count_nothing() -> None:
    """
    Then nobody is told.
    """
    request = read_embedding(b'{"model": "m", "input": "a"}')

    assert b"usage" not in vectors_of(request, 7, with_usage=False)
    assert ["a"] == [message.text for message in request.as_chat().messages]
