"""Whether an answer may be kept: a pure look at its frames."""

import re
from collections.abc import Sequence
from functools import lru_cache

import orjson

from gateway.wire.frames import Frame, FrameKind
from gateway.wire.sse import data_of

# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_WHOLE, _DONE = FrameKind.WHOLE, FrameKind.DONE
# Within a JSON text the quotes of a key are escaped, so no model's words look like this.
_UNFINISHED = b'"finish_reason":null'
_FINISH_REASON = b'"finish_reason"'
_FINISHED = re.compile(rb'"finish_reason":\s*"([a-z_]{1,40})"')


def may_be_kept(frames: Sequence[Frame], reasons: tuple[str, ...], choices: int) -> bool:
    """Return whether these are one whole answer of so many choices, each finished in one of these ways."""
    if not frames:
        return False
    last = frames[-1]
    if choices == 0:
        # Vectors: nothing was generated that could end in one way or another.
        return last.kind is _WHOLE
    if last.kind is _WHOLE:
        telling = [last.raw]
    elif last.kind is _DONE:
        telling = [data_of(frame.raw) for frame in frames[:-1] if _is_telling(frame)]
    else:
        return False
    if choices == 1 and len(telling) == 1:
        # As nearly always; reading all of it would cost more than keeping it.
        document = telling[0]
        place = document.rfind(_FINISH_REASON)
        if place >= 0 and place == document.find(_FINISH_REASON):
            if document.startswith(_endings(reasons), place):
                return True
            found = _FINISHED.match(document, place)
            return found is not None and found[1].decode() in reasons
    said: dict[int, str] = {}
    for document in telling:
        said |= _reasons(document)
    return len(said) == choices and all(reason in reasons for reason in said.values())


@lru_cache(maxsize=64)
def _endings(reasons: tuple[str, ...]) -> tuple[bytes, ...]:
    """Return what most upstreams write who finish in one of these ways."""
    return tuple(b'"finish_reason":"%b"' % reason.encode() for reason in reasons)


def telling_in(frames: Sequence[Frame]) -> list[Frame]:
    """Return those frames that may say that a choice is finished."""
    whole = b"\n".join([frame.raw for frame in frames])
    if whole.count(_FINISH_REASON) == whole.count(_UNFINISHED):
        # Whenever one of them speaks of it, it says that it is not.
        return []
    return [frame for frame in frames if _is_telling(frame)]


def _is_telling(frame: Frame) -> bool:
    """Return whether a frame may say that a choice is finished."""
    # Nearly all say as often that it is not.
    return frame.raw.count(_FINISH_REASON) != frame.raw.count(_UNFINISHED)


def _reasons(document: bytes) -> dict[int, str]:
    """Return by the number of each finished choice in a document how it finished."""
    try:
        answer = orjson.loads(document)
    except orjson.JSONDecodeError:
        return {}
    choices = answer.get("choices") if isinstance(answer, dict) else None
    return {
        choice.get("index", 0): str(choice["finish_reason"])
        for choice in choices or ()
        if isinstance(choice, dict) and choice.get("finish_reason")
    }
