"""OpenAI's chat completions, as DeepSeek has them: the dialect that is spoken on the whole way."""

from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat import parse_chat
from gateway.wire.dialect import Asked
from gateway.wire.error_body import openai_error, sse_error


class ChatDialect:
    """Nothing to translate (https://api-docs.deepseek.com/api/create-chat-completion)."""

    # https://api-docs.deepseek.com/quick_start/rate_limit
    stream_beat = b": keep-alive\n\n"
    id_field: bytes | None = None

    def read(self, body: bytes) -> Asked:
        """Read the body of a request, or raise `InvalidRequest`."""
        return Asked(parse_chat(body))

    def refusal_body(self, refusal: Refusal, request_id: str) -> bytes:
        """Return the JSON body of a refusal (https://platform.openai.com/docs/guides/error-codes)."""
        param = self._place_of(refusal)
        return openai_error(
            refusal.message, kind=refusal.kind, param=param, code=refusal.code, request_id=request_id
        )

    def refusal_event(self, refusal: Refusal, request_id: str) -> bytes:
        """Return a refusal as the last event of a stream that has begun."""
        param = self._place_of(refusal)
        return sse_error(
            refusal.message, kind=refusal.kind, param=param, code=refusal.code, request_id=request_id
        )

    def _place_of(self, refusal: Refusal) -> str | None:
        """Return the name that the caller gave to the field at fault."""
        return refusal.param


CHAT = ChatDialect()
