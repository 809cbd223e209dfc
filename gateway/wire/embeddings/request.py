"""
What callers of embeddings ask, as a chat request.

The fields are OpenAI's (https://platform.openai.com/docs/api-reference/embeddings/create);
what a server knows beside them passes, as far as its kind lets it. Tokens in
the place of texts are refused: nobody here could look for private data in them.
"""

from typing import Any

from gateway.wire.chat import ChatRequest, read_model
from gateway.wire.chat_options import check_options
from gateway.wire.embeddings.inputs import NO_CHOICES, messages_of
from gateway.wire.places import wrong

Fields = dict[str, Any]

MOST_INPUTS = 2_048
_TOKENS = (
    "is made of tokens, which nobody here can read. Send texts; "
    "LangChain does with `check_embedding_ctx_length=False`."
)
_FORMATS = ("float", "base64")
_OF_CHAT = (
    "messages", "tools", "tool_choice", "functions", "function_call", "response_format", "prompt", "suffix",
)  # fmt: skip
_READ_HERE = frozenset({"model", "input", "n", "stream", *_OF_CHAT})


def embedding_request_of(fields: Fields) -> ChatRequest:
    """Return the chat request that asks for these embeddings, or raise `InvalidRequest`."""
    said = {name: value for name, value in fields.items() if value is not None}
    for name in _OF_CHAT:
        if name in said:
            raise wrong(name, "belongs to chat and completions. Embeddings are made of an `input`.")
    if said.get("stream", False) is not False:
        raise wrong("stream", "has to be false: vectors come all at once.")
    rest = {name: value for name, value in said.items() if name not in _READ_HERE}
    check_options(rest)
    _check_form(rest)
    texts = _texts_of(said.get("input"))
    body = {"model": said.get("model"), "messages": messages_of(texts), "n": NO_CHOICES, **rest}
    return ChatRequest(model=read_model(said.get("model")), stream=False, include_usage=False, body=body)


def _texts_of(asked: object) -> list[str]:
    if type(asked) is str:
        return [_readable(asked, "input")]
    if type(asked) is not list or not asked:
        raise wrong("input", "has to be a text or a list of texts: what is to become vectors.")
    if len(asked) > MOST_INPUTS:
        raise wrong("input", f"has more than {MOST_INPUTS} texts. Ask for them in several requests.")
    return [_readable(text, f"input[{place}]") for place, text in enumerate(asked)]


def _readable(text: object, place: str) -> str:
    if type(text) is int or type(text) is list:
        raise wrong(place, _TOKENS)
    if type(text) is not str or not text:
        raise wrong(place, "has to be a text that is not empty.")
    return text


def _check_form(rest: Fields) -> None:
    size = rest.get("dimensions", 1)
    if type(size) is not int or size < 1:
        raise wrong("dimensions", "has to be a whole number of at least 1.")
    if rest.get("encoding_format", "float") not in _FORMATS:
        raise wrong("encoding_format", 'has to be "float" or "base64".')
