"""What is sent for vectors, and what counts as their answer."""

import orjson
import pytest

from gateway.upstreams.embedding_call import (
    EMBEDDING_FIELDS,
    EmbeddingReader,
    embedding_body,
    refuse_to_embed,
)
from gateway.upstreams.kind import Garbled, Truncated
from gateway.upstreams.whole_reader import ANSWER_BYTES
from gateway.vocabulary.usage import Usage
from gateway.wire.frames import Frame, FrameKind
from tests.fakes.embeddings import a_sealed_embedding, vectors


def _complain(body: bytes) -> Frame:
    return Frame(FrameKind.ERROR, body)


def _read(*pieces: bytes, count: int = 1) -> Frame:
    reader = EmbeddingReader(_complain, count)
    assert [()] * len(pieces) == [reader.feed(piece) for piece in pieces]
    (frame,) = reader.finish()
    return frame


def test_a_server_is_sent_what_it_knows() -> None:
    """
    Not how the texts travelled, and not what a plan says of answers.
    """
    request = a_sealed_embedding(["a", "b"], dimensions=2, user="maria", later=1, max_tokens=9).request

    body = embedding_body(request, "bge-m3", EMBEDDING_FIELDS)

    expected = {"model": "bge-m3", "input": ["a", "b"], "dimensions": 2, "user": "maria"}
    assert expected == body
    assert expected | {"later": 1} == embedding_body(request, "bge-m3")


def test_an_answer_stays_as_its_bytes() -> None:
    """
    With what it cost; there is nothing that was generated.
    """
    answer = vectors(2)

    frame = _read(b"\n\n" + answer[:40], answer[40:], count=2)

    assert (FrameKind.WHOLE, answer) == (frame.kind, frame.raw)
    assert Usage(6, 0, 0, 6, 0) == frame.usage


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"{}", b'{"data": {}}', vectors(1), vectors(3), b"data: {}\n\n", vectors(2, data=None)],
)
def test_what_is_not_one_vector_for_each_text_is_no_answer(body: bytes) -> None:
    """
    A client would give a text the vector of another one.
    """
    with pytest.raises(Garbled):
        _read(body, count=2)


def test_nothing_is_no_answer() -> None:
    """
    Blank lines of a server that is busy are nothing.
    """
    with pytest.raises(Truncated):
        _read(b"\n\n")


def test_more_than_an_answer_can_be_is_none() -> None:
    """
    Memory has a bound.
    """
    reader = EmbeddingReader(_complain, 1)
    reader.feed(b"x" * ANSWER_BYTES)

    with pytest.raises(Garbled):
        reader.feed(b"x")


def test_an_error_with_a_good_status_is_an_error() -> None:
    """
    Some servers answer 200 whatever happened.
    """
    error = orjson.dumps({"error": {"message": "Too busy", "code": 503}})

    assert FrameKind.ERROR is _read(error).kind


def test_who_makes_none_says_where_to_ask() -> None:
    """
    It is the model that was asked for in vain.
    """
    assert "model" == refuse_to_embed().param
