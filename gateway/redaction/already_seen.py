"""
What the last look need not read again.

A text in which the first look found nothing at all, and which stands in the
outgoing bytes letter for letter, as one whole string of JSON, is as clean there as
it was alone: what a proof recognises lies between two quotes. Everything else is
read, whoever put it there: fields that the first look never saw, texts in which
anything was found (however they were rewritten), texts that a kind changed.

Not left out either are texts that may be read otherwise in the bytes: one with
a backslash is escaped once more there, and the armour of a private key is the
one form that is read over quotes.
"""

import re
from collections.abc import Iterator, Sequence

import orjson

from gateway.redaction.finding import Located
from gateway.wire.texts import HumanText

# No punctuation, so that no word before it speaks for what stands behind it.
_STAND_IN = b'"~"'
_ARMOUR = "-----"
# A kind that changes this many texts is read from there on in full; each miss is a walk to the end.
_MOST_MISSES = 16
# The bytes of images, sounds and files; what stands there instead of text.
_MEDIA = re.compile(rb'"data:|"(?:data|file_data)":"')


class AlreadySeen:
    """What of one request was looked at before, or can be looked at by nobody."""

    __slots__ = ("_clean", "_has_media")

    def __init__(self, clean: Sequence[str] = (), *, has_media: bool = False) -> None:
        self._clean = clean
        self._has_media = has_media

    def remains_of(self, body: bytes) -> Iterator[bytes]:
        """
        Yield a body with something harmless in the place of what needs no second look.

        Piece by piece, so that whoever iterates can stop after so much work.
        """
        if self._has_media:
            body = b"".join(_without_media(body))
        place = misses = 0
        for text in self._clean:
            if not text or "\\" in text or _ARMOUR in text:
                continue
            written = orjson.dumps(text)
            start = body.find(written, place)
            if start < 0 or not _ends_outside(between := body[place:start]):
                misses += 1
                if misses == _MOST_MISSES:
                    break
                continue
            yield between + _STAND_IN
            place = start + len(written)
        yield body[place:]


def _without_media(body: bytes) -> Iterator[bytes]:
    place = 0
    for medium in _MEDIA.finditer(body):
        # What is matched is only how it begins: its end is found in a moment, however long it is.
        end = body.find(b'"', medium.end())
        if medium.start() >= place and end >= 0 and body.find(b"\\", medium.end(), end) < 0:
            yield body[place : medium.start()] + b'""'
            place = end + 1
    yield body[place:]


def _ends_outside(between: bytes) -> bool:
    """Return whether a piece of JSON that begins outside of its strings also ends outside of them."""
    if b"\\" in between:
        between = between.replace(b"\\\\", b"").replace(b'\\"', b"")
    return between.count(b'"') % 2 == 0


def clean_ones(texts: Sequence[HumanText], located: Sequence[Sequence[Located]]) -> list[str]:
    """Return the texts in which nothing was found; `located` is empty where no text holds anything."""
    if not located:
        return [text.text for text in texts]
    return [text.text for text, found in zip(texts, located, strict=True) if not found]
