"""Requests for completions, and what their answers say."""

from typing import Any

from tests.fakes.house import Answer

PATH = "/v1/completions"


def a_completion(prompt: Any = "def f(", *, stream: bool = False, **fields: Any) -> dict[str, Any]:
    """The body of a request for a completion."""
    return {"model": "deepseek-flash", "prompt": prompt, "max_tokens": 4_000, "stream": stream} | fields


def text_of(answer: Answer, *, stream: bool) -> str:
    """What an answer says, whole or in pieces."""
    documents = answer.chunks if stream else [answer.document]
    assert {"text_completion"} == {document["object"] for document in documents}
    return "".join(choice["text"] for document in documents for choice in document["choices"])


def last_choice(answer: Answer, *, stream: bool) -> dict[str, Any]:
    """How an answer ended."""
    document = answer.chunks[-1] if stream else answer.document
    choice: dict[str, Any] = document["choices"][-1]
    return choice
