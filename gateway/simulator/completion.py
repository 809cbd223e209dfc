"""A completion (fill-in-the-middle) as DeepSeek's API reads and refuses it."""

import msgspec

from gateway.simulator.request import ChatRequest, Message, StreamOptions, Switch, no_body
from gateway.simulator.validation import check, check_range

MAX_TOKENS = 4_096
MAX_LOGPROBS = 20


class CompletionRequest(msgspec.Struct):
    """The body of a completion request; unknown fields are ignored."""

    model: str
    prompt: str
    suffix: str | None = None
    echo: bool | None = None
    logprobs: int | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: str | list[str] | None = None
    user_id: str | None = None

    @property
    def around(self) -> str:
        """What stands on both sides of the gap."""
        return self.prompt + (self.suffix or "")

    def as_chat(self) -> ChatRequest:
        """Return the same as a turn of a conversation in which nobody thinks."""
        return ChatRequest(
            model=self.model,
            messages=[Message("user", self.around)],
            stream=self.stream,
            stream_options=self.stream_options,
            thinking=Switch("disabled"),
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            top_p=self.top_p,
            stop=self.stop,
            user_id=self.user_id,
        )


_decode = msgspec.json.Decoder(CompletionRequest).decode


def read_completion(body: bytes) -> CompletionRequest:
    """Parse a body, or raise `DeclinedRequest` with what is wrong and where."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise no_body(error) from error


def check_completion(request: CompletionRequest, *, beta: bool) -> None:
    """Raise `DeclinedRequest` if DeepSeek would refuse this request."""
    check(request.as_chat(), beta=beta)
    check_range("max_tokens", request.max_tokens, 1, MAX_TOKENS)
    check_range("logprobs", request.logprobs, 0, MAX_LOGPROBS)
