"""A chat request as DeepSeek's API reads it."""

from typing import Any

import msgspec

from gateway.simulator.errors import DeclinedRequest, invalid


class Part(msgspec.Struct):
    """One part of a message's content."""

    type: str
    text: str | None = None


class FunctionCall(msgspec.Struct):
    """The function that an earlier answer called."""

    name: str
    arguments: str = ""


class ToolCall(msgspec.Struct):
    """A tool call that an earlier answer made."""

    id: str
    function: FunctionCall
    type: str = "function"


class Message(msgspec.Struct):
    """One message of the conversation."""

    role: str
    content: str | list[Part] | None = None
    reasoning_content: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    prefix: bool | None = None

    @property
    def parts(self) -> list[Part]:
        """The parts of the content, none where it is a plain text."""
        return self.content if isinstance(self.content, list) else []

    @property
    def text(self) -> str:
        """All that a reader would see of this message."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.parts if part.text)


class Function(msgspec.Struct):
    """A function the model may call."""

    name: str
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Tool(msgspec.Struct):
    """A tool the model may use."""

    type: str
    function: Function | None = None


class NamedFunction(msgspec.Struct):
    """The name of a function."""

    name: str


class NamedTool(msgspec.Struct):
    """The tool that has to be called."""

    function: NamedFunction
    type: str = "function"


class Switch(msgspec.Struct):
    """An option with a type: `thinking`, `response_format`."""

    type: str | None = None


class SafetyCheck(msgspec.Struct):
    """How strictly an answer is reviewed."""

    level: str | None = None


class StreamOptions(msgspec.Struct):
    """What a streaming caller wants besides."""

    include_usage: bool | None = None


class ChatRequest(msgspec.Struct):
    """The body of a chat completion request; unknown fields are ignored, as DeepSeek does."""

    model: str
    messages: list[Message]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    thinking: Switch | None = None
    reasoning_effort: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    response_format: Switch | None = None
    stop: str | list[str] | None = None
    tools: list[Tool] | None = None
    tool_choice: str | NamedTool | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    user_id: str | None = None
    safety_check: SafetyCheck | None = None
    n: int | None = None

    @property
    def thinks(self) -> bool:
        """Whether the answer comes with reasoning: yes, unless it was switched off."""
        return self.thinking is None or self.thinking.type != "disabled"

    @property
    def wants_json(self) -> bool:
        """Whether the answer has to be a JSON object."""
        return self.response_format is not None and self.response_format.type == "json_object"

    @property
    def includes_usage(self) -> bool:
        """Whether every chunk carries a usage field."""
        return self.stream_options is not None and bool(self.stream_options.include_usage)

    @property
    def stops(self) -> list[str]:
        """The texts at which the answer ends."""
        return [self.stop] if isinstance(self.stop, str) else self.stop or []

    @property
    def functions(self) -> list[Function]:
        """The functions among the tools."""
        return [tool.function for tool in self.tools or () if tool.function is not None]

    @property
    def last_user(self) -> Message | None:
        """The latest message of the user."""
        return next((message for message in reversed(self.messages) if message.role == "user"), None)


_decode = msgspec.json.Decoder(ChatRequest).decode


def read_request(body: bytes) -> ChatRequest:
    """Parse a body, or raise `DeclinedRequest` with what is wrong and where."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise no_body(error) from error


def no_body(error: Exception) -> DeclinedRequest:
    """Return the refusal of a body that cannot be read: no JSON, or of another shape."""
    if isinstance(error, msgspec.ValidationError):
        return invalid(f"Failed to deserialize the JSON body into the target type: {error}")
    return invalid(f"Failed to parse the request body as JSON: {error}")
