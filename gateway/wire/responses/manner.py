"""How an answer is told to who asked for it."""

from typing import Any, NamedTuple

from gateway.wire.responses.namespaces import Names, names_of
from gateway.wire.responses.output import SUMMARY, THOUGHT, Voice
from gateway.wire.responses.settings import Settings, settings_of

_LOCKED = "reasoning.encrypted_content"


class Manner(NamedTuple):
    """
    What an answer repeats of its request, and how it tells what is new.

    Thoughts are told in the voice of `thinking`, and once more as a field that
    is sent back where `carries_thoughts`; functions in namespaces have `names`.
    """

    settings: Settings
    thinking: Voice
    carries_thoughts: bool
    names: Names


def manner_of(fields: dict[str, Any]) -> Manner:
    """Return how the answer to this request is told, or raise `InvalidRequest`."""
    settings, include = settings_of(fields), fields.get("include")
    return Manner(
        settings,
        SUMMARY if settings["reasoning"]["summary"] else THOUGHT,
        type(include) is list and _LOCKED in include,
        names_of(fields.get("tools")),
    )
