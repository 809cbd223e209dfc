"""Dialects of those who ask a model for something else than a turn of a conversation."""

from collections.abc import Callable
from typing import Any

from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat import ChatRequest
from gateway.wire.chat_dialect import ChatDialect
from gateway.wire.dialect import Asked
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.json_body import read_object, refuse_depth


class TextDialect(ChatDialect):
    """
    Texts that travel as messages; `request_of` reads them, `callers_place` says which field one was in.

    Nothing translates the answer: a model server gives it in the caller's own
    words, because it is asked for the same.
    """

    def __init__(
        self,
        request_of: Callable[[dict[str, Any]], ChatRequest],
        callers_place: Callable[[str | None], str | None],
    ) -> None:
        self._request_of = request_of
        self._callers_place = callers_place

    def read(self, body: bytes) -> Asked:
        """Read the body of a request, or raise `InvalidRequest`."""
        fields = read_object(body)
        refuse_depth(body, fields)
        return Asked(self._request_of(fields))

    def _place_of(self, refusal: Refusal) -> str | None:
        # Only what was read may be called otherwise further on.
        return refusal.param if isinstance(refusal, InvalidRequest) else self._callers_place(refusal.param)
