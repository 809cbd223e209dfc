"""Log probabilities that look like a model's, and are the same every time."""

from collections.abc import Sequence
from itertools import accumulate
from zlib import crc32

_OTHERS = ("the", " a", "我", "\n")
_OUT_OF_TOP = -9999.0


def logprob_of(piece: str, top: int) -> dict[str, object]:
    """Return the entry of one piece with so many alternatives, itself first."""
    own = _own(piece)
    entry = _entry(piece, own)
    others = [_entry(word, logprob) for word, logprob in _others(piece, top).items()]
    return {**entry, "top_logprobs": [_entry(piece, own), *others] if top else []}


def logprobs_of(content: list[str], reasoning: list[str] | None, top: int) -> dict[str, object]:
    """Return the logprobs object of some pieces; reasoning has a list of its own."""
    return {
        "content": [logprob_of(piece, top) for piece in content] if content else None,
        "reasoning_content": [logprob_of(piece, top) for piece in reasoning] if reasoning else None,
    }


def text_logprobs_of(pieces: Sequence[str], top: int, offset: int) -> dict[str, object]:
    """Return the logprobs object of a completion's pieces, which begin at this place of its text."""
    offsets = accumulate(map(len, pieces[:-1]), initial=offset)
    return {
        "tokens": list(pieces),
        "token_logprobs": [_own(piece) for piece in pieces],
        "top_logprobs": [{piece: _own(piece), **_others(piece, top)} for piece in pieces] if top else None,
        "text_offset": list(offsets),
    }


def _own(piece: str) -> float:
    return -(crc32(piece.encode()) % 1000) / 1000


def _others(piece: str, top: int) -> dict[str, float]:
    own = _own(piece)
    return {f"{_OTHERS[place % 4]}{place or ''}": round(own - 1 - place, 4) for place in range(top - 1)}


def _entry(piece: str, logprob: float) -> dict[str, object]:
    return {"token": piece, "logprob": max(round(logprob, 4), _OUT_OF_TOP), "bytes": list(piece.encode())}
