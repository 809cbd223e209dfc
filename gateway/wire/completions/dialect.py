"""The dialect of code editors, and of OpenAI's older clients: completions, whole and streamed."""

from gateway.wire.completions.prompt import callers_place
from gateway.wire.completions.request import completion_request_of
from gateway.wire.text_dialect import TextDialect

COMPLETIONS = TextDialect(completion_request_of, callers_place)
