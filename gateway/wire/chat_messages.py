"""Which shape the messages of a chat request must have."""

from typing import Any

from gateway.wire.invalid_request import InvalidRequest

# A closed list: what stands here is looked through by nobody.
_ROLES = frozenset({"system", "developer", "latest_reminder", "user", "assistant", "tool", "function"})
# What an assistant said may be tool calls alone.
_MAY_LACK_CONTENT = frozenset({"assistant", "function"})
_TEXT_FIELDS = ("reasoning_content", "name", "tool_call_id")


def check_messages(messages: object) -> None:
    """Raise `InvalidRequest` unless this is a list of one or more well-formed messages."""
    if type(messages) is not list:
        raise InvalidRequest(
            '`messages` has to be a list of messages, as [{"role": "user", "content": "..."}].',
            param="messages",
        )
    if not messages:
        raise InvalidRequest("`messages` is empty. Send at least one message.", param="messages")
    for index, message in enumerate(messages):
        if type(message) is not dict:
            raise InvalidRequest("Every message has to be an object.", param=f"messages[{index}]")
        role = message.get("role")
        if type(role) is not str or role not in _ROLES:
            raise InvalidRequest(
                "The role of a message has to be system, user, assistant or tool.",
                param=f"messages[{index}].role",
            )
        content = message.get("content")
        if type(content) is not str:
            _check_content(content, role, f"messages[{index}].content")
        if len(message) > 2:
            _check_extras(message, f"messages[{index}]")


def _check_content(content: object, role: str, param: str) -> None:
    if content is None and role in _MAY_LACK_CONTENT:
        return
    if type(content) is not list:
        raise InvalidRequest("The content of a message has to be a text or a list of parts.", param=param)
    for index, part in enumerate(content):
        _check_part(part, f"{param}[{index}]")


def _check_part(part: object, param: str) -> None:
    if type(part) is not dict or type(part.get("type")) is not str:
        raise InvalidRequest(
            'Every part of a content has to be an object with a `type`, as {"type": "text", "text": "..."}.',
            param=param,
        )
    if part["type"] == "text" and type(part.get("text")) is not str:
        raise InvalidRequest("A part of type text needs a `text`.", param=f"{param}.text")
    if part["type"] == "image_url" and not _names_an_image(part.get("image_url")):
        raise InvalidRequest(
            'A part of type image_url needs {"image_url": {"url": "..."}}.', param=f"{param}.image_url"
        )


def _names_an_image(image: object) -> bool:
    return type(image) is str or (type(image) is dict and type(image.get("url")) is str)


def _check_extras(message: dict[str, Any], param: str) -> None:
    for name in _TEXT_FIELDS:
        value = message.get(name)
        if value is not None and type(value) is not str:
            raise InvalidRequest(f"`{name}` of a message has to be a text.", param=f"{param}.{name}")
    prefix = message.get("prefix")
    if prefix is not None and type(prefix) is not bool:
        raise InvalidRequest("`prefix` of a message has to be true or false.", param=f"{param}.prefix")
    if (calls := message.get("tool_calls")) is not None:
        _check_tool_calls(calls, f"{param}.tool_calls")


def _check_tool_calls(calls: object, param: str) -> None:
    if type(calls) is not list:
        raise InvalidRequest("`tool_calls` of a message has to be a list.", param=param)
    for index, call in enumerate(calls):
        if type(call) is not dict:
            raise InvalidRequest("Every tool call has to be an object.", param=f"{param}[{index}]")
        if (function := call.get("function")) is not None or call.get("type") == "function":
            _check_called_function(function, f"{param}[{index}].function")


def _check_called_function(function: object, param: str) -> None:
    if type(function) is not dict:
        raise InvalidRequest("The `function` of a tool call has to be an object.", param=param)
    for name in ("name", "arguments"):
        if type(function.get(name)) is not str:
            raise InvalidRequest(
                f"The `function` of a tool call needs a text `{name}`.", param=f"{param}.{name}"
            )
