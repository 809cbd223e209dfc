"""
The last look: the very bytes that are about to leave.

Whatever went wrong before, in a place that nobody thought of or by a detector
that saw a text differently, check digits and unmistakable forms are looked for
once more in what is sent. Texts that the first look found clean are left out as
far as they stand there untouched (`AlreadySeen`). What remains is mostly the
frame of a request, the same in the next one; what of it was clean once is not
looked at again.
"""

import asyncio
import hashlib
from collections.abc import Iterator

from gateway.redaction.already_seen import AlreadySeen
from gateway.redaction.failures import DetectorFailed
from gateway.redaction.memory import ScanMemory
from gateway.redaction.profile import Profile, language_of
from gateway.redaction.refusals import PrivateDataLeft, RedactionFailed
from gateway.redaction.spans import Span
from gateway.redaction.verdict import hides

_BETWEEN = b"},{"
_LEAST_PIECE = 1024
_SLICE, _OVERLAP = 16_384, 4_096


class EgressCheck:
    """Look through outgoing bytes for what the profile hides; one object for one request."""

    __slots__ = ("_at_home", "_memory", "_profile", "_secret", "_seen")

    def __init__(
        self, profile: Profile, memory: ScanMemory, secret: bytes, *, at_home: bool, seen: AlreadySeen
    ) -> None:
        self._profile = profile
        self._memory = memory
        self._secret = secret
        self._at_home = at_home
        self._seen = seen

    async def inspect(self, body: bytes) -> None:
        """Raise `PrivateDataLeft` if there is something left, `RedactionFailed` if nobody can say."""
        for piece in pieces_of(self._seen.left_out_of(body)):
            key = hashlib.blake2b(piece, digest_size=16, key=self._secret).digest()
            if self._memory.recall(key) is None:
                await self._look_at(piece.decode("utf-8", "replace"))
                self._memory.keep(key, ())

    async def _look_at(self, text: str) -> None:
        text = self._profile.replacements.blanked(text)
        for start in range(0, len(text), _SLICE):
            if start:
                await asyncio.sleep(0)
            part = text[max(0, start - _OVERLAP) : start + _SLICE] if len(text) > _SLICE else text
            try:
                spans = self._profile.finder.residue(part)
            except DetectorFailed as error:
                raise RedactionFailed(
                    "What was about to be sent could not be looked through. Try again shortly."
                ) from error
            left = sorted({span.entity for span in spans if self._is_left(span, part)})
            if left:
                raise PrivateDataLeft(
                    f"The request still held private data when it was about to be sent: {', '.join(left)}. "
                    "It was not sent. Write it as plain text, or leave it out."
                )

    def _is_left(self, span: Span, text: str) -> bool:
        profile, written = self._profile, text[span.start : span.end]
        return (
            hides(profile, span.entity, at_home=self._at_home)
            and profile.shapes.whole.fullmatch(written) is None
            and profile.concerns(span, written, language_of(text))
        )


def pieces_of(body: bytes) -> Iterator[bytes]:
    """Yield a JSON text in pieces that stay the same when something is added at its end."""
    start = place = 0
    while (place := body.find(_BETWEEN, max(place, start + _LEAST_PIECE))) >= 0:
        yield body[start : place + 1]
        start = place + 1
    yield body[start:]
