"""What all kinds of upstream have in common: OpenAI's chat completions."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import orjson

from gateway.upstreams.completion_fields import completion_body, mark_the_gap, refuse_unheeded
from gateway.upstreams.embedding_call import (
    EMBEDDING_FIELDS,
    EmbeddingReader,
    embedding_body,
    refuse_to_embed,
)
from gateway.upstreams.foreign_error import ForeignError, is_too_long, read_foreign_error
from gateway.upstreams.kind import Diagnosis, KindCall, Reader
from gateway.upstreams.media_urls import check_media_urls
from gateway.upstreams.stream_reader import StreamReader
from gateway.upstreams.target import Target, Upstream
from gateway.upstreams.verdicts import VERDICTS, code_of_status, diagnosis_of
from gateway.upstreams.whole_reader import WholeReader
from gateway.vocabulary.residency import Residency
from gateway.wire.chat import ChatRequest
from gateway.wire.completions.prompt import asks_to_complete
from gateway.wire.embeddings.inputs import asks_to_embed
from gateway.wire.error_body import sse_error
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.sealed_request import Isolation, SealedRequest

COMPLETIONS_PATH, EMBEDDINGS_PATH = "/completions", "/embeddings"
_NO_HEADERS: Mapping[bytes, bytes] = {}
_WHOLE_FIELDS = (
    (b"content-type", b"application/json"),
    (b"accept", b"application/json"),
    (b"user-agent", b"deepseek-gateway"),
)
_STREAM_FIELDS = (
    (b"content-type", b"application/json"),
    (b"accept", b"text/event-stream"),
    (b"user-agent", b"deepseek-gateway"),
)


class Compatible(ABC):
    """
    A server that speaks OpenAI's chat completions.

    A kind says what is different: `_write` the body, `_code` the meaning of
    an error, and the rest where it has to. The operator's base URL is kept as
    it is, and `/chat/completions` follows it; for a text that is to be gone on
    with, `/completions`, and for texts that are to become vectors, `/embeddings`.
    """

    renames_reasoning = False
    wants_thoughts = False
    # From where a server may follow the address of a picture.
    may_fetch_from: Collection[Residency] = ()
    # Which fields of a completion reach it (None: all that are not chat's), and which it would not heed.
    completion_fields: Collection[str] | None = None
    unheeded: Collection[str] = ()
    # Whether it makes vectors, and which fields of such a request reach it (None: all that are not chat's).
    makes_embeddings = True
    embedding_fields: Collection[str] | None = EMBEDDING_FIELDS

    def call(self, sealed: SealedRequest, target: Target) -> KindCall:
        """Write a sealed request the way this kind accepts it."""
        request = sealed.request
        if not request.is_plain:
            if asks_to_complete(request):
                return self._complete(sealed, target)
            if asks_to_embed(request):
                return self._embed(sealed, target)
            check_media_urls(request, may_fetch=target.upstream.residency in self.may_fetch_from)
        body = self._write(request, target)
        if not target.upstream.stream_usage:
            body.pop("stream_options", None)
        if sealed.isolation is not None:
            self._isolate(body, sealed.isolation)
        return KindCall(
            path="/chat/completions",
            headers=_headers(target.upstream, streams=body.get("stream") is True),
            body=orjson.dumps(body),
            reader=self._reader(request, partial(self._complain, target)),
        )

    def diagnose(self, status: int, headers: Mapping[bytes, bytes], body: bytes, target: Target) -> Diagnosis:
        """Say what an answer that is not 200, or an error inside a stream (status 200), means."""
        error = read_foreign_error(body)
        meant = error.status if status == 200 else status
        # A code of ours in a 200: the error frame that `_complain` wrote.
        is_ours = status == 200 and error.code in VERDICTS
        code = error.code if is_ours else self._code(meant, error)
        return diagnosis_of(
            code, error, status=status, headers=headers, credential=target.upstream.credential
        )

    @abstractmethod
    def _write(self, request: ChatRequest, target: Target) -> dict[str, Any]:
        """Return the JSON body for this request, in the fields that this kind accepts."""

    def _write_completion(self, request: ChatRequest, target: Target) -> dict[str, Any]:
        """Return the JSON body of a completion, in the fields that this kind accepts."""
        return completion_body(request, target.model, self.completion_fields)

    def _complete(self, sealed: SealedRequest, target: Target) -> KindCall:
        """Write a sealed request for a completion the way this kind accepts it."""
        request = sealed.request
        body = self._write_completion(request, target)
        if target.upstream.fim_template:
            mark_the_gap(body, target.upstream.fim_template)
        refuse_unheeded(body, self.unheeded)
        if not target.upstream.stream_usage:
            body.pop("stream_options", None)
        if sealed.isolation is not None:
            self._isolate(body, sealed.isolation)
        return KindCall(
            path=COMPLETIONS_PATH,
            headers=_headers(target.upstream, streams=body.get("stream") is True),
            body=orjson.dumps(body),
            reader=self._reader(request, partial(self._complain, target)),
        )

    def _embed(self, sealed: SealedRequest, target: Target) -> KindCall:
        """Write a sealed request for vectors the way this kind accepts it."""
        request = sealed.request
        if not self.makes_embeddings:
            raise refuse_to_embed()
        body = embedding_body(request, target.model, self.embedding_fields)
        if sealed.isolation is not None:
            self._isolate(body, sealed.isolation)
        return KindCall(
            path=EMBEDDINGS_PATH,
            headers=_headers(target.upstream, streams=False),
            body=orjson.dumps(body),
            reader=EmbeddingReader(partial(self._complain, target), len(body["input"])),
        )

    def _isolate(self, body: dict[str, Any], isolation: Isolation) -> None:
        """Tell the server whose request this is, under pseudonyms, where it has a field for that."""
        if isolation.user is not None:
            body["user"] = isolation.user

    def _code(self, status: int, error: ForeignError) -> str:
        """Return the code of `VERDICTS` for an error; only here a server's words are read."""
        words = error.message.lower()
        if error.code == "insufficient_quota" or "insufficient balance" in words:
            return "upstream_balance_exhausted"
        code = code_of_status(status)
        return "context_length_exceeded" if code == "upstream_rejected" and is_too_long(error) else code

    def _reader(self, request: ChatRequest, complain: Callable[[bytes], Frame]) -> Reader:
        kind = StreamReader if request.stream else WholeReader
        return kind(complain, renames_reasoning=self.renames_reasoning)

    def _complain(self, target: Target, body: bytes) -> Frame:
        diagnosis = self.diagnose(200, _NO_HEADERS, body, target)
        return Frame(
            FrameKind.ERROR, sse_error(diagnosis.message, diagnosis.kind, diagnosis.param, diagnosis.code)
        )


def _headers(upstream: Upstream, *, streams: bool) -> tuple[tuple[bytes, bytes], ...]:
    headers = _STREAM_FIELDS if streams else _WHOLE_FIELDS
    if upstream.credential is None:
        return headers
    return ((b"authorization", b"Bearer " + upstream.credential.reveal().encode()), *headers)
