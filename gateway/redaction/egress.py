"""
The last look: the very bytes that are about to leave.

Whatever went wrong before, in a place that nobody thought of or by a detector
that saw a text differently, check digits and unmistakable forms are looked for
once more in what is sent. Texts that the first look found clean are left out as
far as they stand there untouched (`AlreadySeen`). What remains is mostly the
frame of a request, the same in the next one; what of it was clean once is not
looked at again.
"""

import hashlib
from collections.abc import Iterator, Sequence

from gateway.redaction.already_seen import AlreadySeen
from gateway.redaction.failures import DetectorFailed
from gateway.redaction.memory import ScanMemory
from gateway.redaction.pace import Pace, reading
from gateway.redaction.profile import Profile, language_of
from gateway.redaction.refusals import PrivateDataLeft, RedactionFailed
from gateway.redaction.spans import Span
from gateway.redaction.verdict import hides

_BETWEEN = b"},{"
_LEAST_PIECE = 1024
# So much is read and told apart in one go.
_SMALL = 32_768
_KEYED_AT_ONCE, _KEYED_PER_TRY = 524_288, 8_192


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
        pace = Pace()
        unseen = self._seen.remains_of(body)
        remains = b"".join(unseen if len(body) <= _SMALL else await _gathered(unseen, pace))
        for piece in pieces_of(remains) if len(remains) > _LEAST_PIECE else (remains,):
            if pace.is_due(1):
                await pace.rest(0)
            key = await self._key(piece, pace) if len(piece) > _SMALL else _key_of(self._secret, piece)
            if self._memory.recall(key) is None:
                await self._look_at(piece.decode("utf-8", "replace"), pace)
                self._memory.keep(key, ())

    async def _key(self, piece: bytes, pace: Pace) -> bytes:
        """Return by what a long piece is known: as a short one, but in steps."""
        key = hashlib.blake2b(digest_size=16, key=self._secret)
        for start in range(0, len(piece), _KEYED_AT_ONCE):
            key.update(piece[start : start + _KEYED_AT_ONCE])
            await pace.rest(1 + min(len(piece), _KEYED_AT_ONCE) // _KEYED_PER_TRY)
        return key.digest()

    async def _look_at(self, text: str, pace: Pace) -> None:
        pieces: list[str] = []
        for piece in self._profile.replacements.blanked_pieces(text):
            pieces.append(piece)
            await pace.rest(reading(len(piece)))
        blanked = "".join(pieces)
        language, left = language_of(blanked), set()
        for span in await self._residue(blanked, pace):
            if self._is_left(span, blanked[span.start : span.end], language):
                left.add(span.entity)
            await pace.rest(1)
        if left:
            kinds = ", ".join(sorted(left))
            raise PrivateDataLeft(
                f"The request still held private data when it was about to be sent: {kinds}. "
                "It was not sent. Write it as plain text, or leave it out."
            )

    async def _residue(self, text: str, pace: Pace) -> Sequence[Span]:
        try:
            look = self._profile.finder.residue(text)
            while look.advance():
                await pace.rest(look.tried)
        except DetectorFailed as error:
            raise RedactionFailed(
                "What was about to be sent could not be looked through. Try again shortly."
            ) from error
        await pace.rest(look.tried)
        return look.spans

    def _is_left(self, span: Span, written: str, language: str) -> bool:
        profile = self._profile
        return (
            hides(profile, span.entity, at_home=self._at_home)
            and profile.shapes.whole.fullmatch(written) is None
            and profile.concerns(span, written, language)
        )


async def _gathered(pieces: Iterator[bytes], pace: Pace) -> list[bytes]:
    gathered: list[bytes] = []
    for piece in pieces:
        gathered.append(piece)
        await pace.rest(1)
    return gathered


def _key_of(secret: bytes, piece: bytes) -> bytes:
    return hashlib.blake2b(piece, digest_size=16, key=secret).digest()


def pieces_of(body: bytes) -> Iterator[bytes]:
    """Yield a JSON text in pieces that stay the same when something is added at its end."""
    start = place = 0
    while (place := body.find(_BETWEEN, max(place, start + _LEAST_PIECE))) >= 0:
        yield body[start : place + 1]
        start = place + 1
    yield body[start:]
