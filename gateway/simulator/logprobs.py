"""Log probabilities that look like a model's, and are the same every time."""

from zlib import crc32

_OTHERS = ("the", " a", "我", "\n")
_OUT_OF_TOP = -9999.0


def logprob_of(piece: str, top: int) -> dict[str, object]:
    """Return the entry of one piece with so many alternatives, itself first."""
    own = -(crc32(piece.encode()) % 1000) / 1000
    entry = _entry(piece, own)
    others = [_entry(f"{_OTHERS[place % 4]}{place or ''}", own - 1 - place) for place in range(top - 1)]
    return {**entry, "top_logprobs": [_entry(piece, own), *others] if top else []}


def logprobs_of(content: list[str], reasoning: list[str] | None, top: int) -> dict[str, object]:
    """Return the logprobs object of some pieces; reasoning has a list of its own."""
    return {
        "content": [logprob_of(piece, top) for piece in content] if content else None,
        "reasoning_content": [logprob_of(piece, top) for piece in reasoning] if reasoning else None,
    }


def _entry(piece: str, logprob: float) -> dict[str, object]:
    return {"token": piece, "logprob": max(round(logprob, 4), _OUT_OF_TOP), "bytes": list(piece.encode())}
