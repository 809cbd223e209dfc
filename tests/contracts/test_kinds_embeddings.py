"""What every kind of upstream promises of texts that are to become vectors."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gateway.upstreams.kinds import KINDS
from gateway.wire.frames import FrameKind
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.sealed_request import Isolation
from tests.fakes.chats import a_target, cut, read_through
from tests.fakes.dialects import STREAM_ERRORS
from tests.fakes.embeddings import a_sealed_embedding, vectors

_WITHOUT = {"deepseek", "transformers"}
_WITH = pytest.mark.parametrize("kind", sorted(set(KINDS) - _WITHOUT))


@pytest.mark.parametrize("kind", sorted(_WITHOUT))
def test_who_makes_none_is_not_asked(kind: str) -> None:
    """
    Another server of the route may; a caller is told that it is the model.
    """
    with pytest.raises(InvalidRequest) as refused:
        KINDS[kind].call(a_sealed_embedding(), a_target(kind))

    assert "model" == refused.value.param


@_WITH
def test_vectors_are_asked_for_behind_the_base_url(kind: str) -> None:
    """
    Under the server's name for the model, and no trace of a conversation.
    """
    call = KINDS[kind].call(a_sealed_embedding(["a", "b"], dimensions=4), a_target(kind, base_path="/proxy"))

    assert ("/embeddings", False) == (call.path, call.from_root)
    assert {"model": "their-model", "input": ["a", "b"], "dimensions": 4} == orjson.loads(call.body)
    assert (b"accept", b"application/json") in call.headers
    assert any(name == b"authorization" for name, _ in call.headers)


@_WITH
def test_policys_defaults_for_chat_stay_at_home(kind: str) -> None:
    """
    And what reaches into a local server.
    """
    sealed = a_sealed_embedding(thinking={"type": "enabled"}, temperature=0, max_tokens=5, priority=1)

    body = orjson.loads(KINDS[kind].call(sealed, a_target(kind)).body)

    assert {"model", "input"} == body.keys()


@_WITH
@given(places=st.lists(st.integers(0, 5000), max_size=8))
def test_an_answer_reads_the_same_however_it_is_cut(kind: str, places: list[int]) -> None:
    """
    Byte for byte.
    """
    reader = KINDS[kind].call(a_sealed_embedding(["a", "b"]), a_target(kind)).reader

    (frame,) = read_through(reader, cut(vectors(2), places))

    assert (FrameKind.WHOLE, vectors(2)) == (frame.kind, frame.raw)


@_WITH
def test_an_error_in_a_good_answer_is_one(kind: str) -> None:
    """
    In the kind's own words.
    """
    said = orjson.loads(STREAM_ERRORS[kind].split(b": ", 1)[1].split(b"\n\n")[0])
    body = orjson.dumps(said if "error" in said else {"error": said})

    (frame,) = read_through(KINDS[kind].call(a_sealed_embedding(), a_target(kind)).reader, [body])

    assert FrameKind.ERROR is frame.kind


@_WITH
def test_a_server_knows_whose_request_it_is_where_it_has_a_field(kind: str) -> None:
    """
    Under a pseudonym, as at chat.
    """
    sealed = structs.replace(a_sealed_embedding(user="maria"), isolation=Isolation("tenant-1", "user-1"))

    body = orjson.loads(KINDS[kind].call(sealed, a_target(kind)).body)

    assert {"tenant-1", "user-1"} & {body.get(name) for name in ("cache_salt", "user")}
