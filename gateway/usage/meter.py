"""The one who counts what an answer consumed."""

from collections.abc import Sequence

from gateway.vocabulary.usage import Usage
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.token_estimate import estimate_answer


class Meter:
    """
    Watch an answer pass and know its usage at any moment.

    The upstream's own report counts. Until it comes, and when a stream is cut
    before it came, each delta counts as one completion token, and `measured`
    is false. So it is for a whole answer without a report, which counts by the
    rule of thumb.
    """

    __slots__ = ("_came", "_deltas", "_whole", "reported")

    def __init__(self) -> None:
        self._deltas = self._came = 0
        self._whole = b""
        self.reported: Usage | None = None

    def feed(self, frame: Frame) -> Sequence[Frame]:
        """Count one frame and let it pass."""
        if frame.kind is FrameKind.DELTA:
            self._deltas += 1
        if frame.usage is not None:
            self.reported = frame.usage
        elif frame.kind is FrameKind.WHOLE:
            self._whole = frame.raw
        return (frame,)

    def counted(self, deltas: int) -> None:
        """Hear that at least so many deltas came, though not all of them have passed."""
        self._came = deltas

    def finish(self) -> Sequence[Frame]:
        """Nothing is held back."""
        return ()

    def estimate(self, prompt_tokens: int) -> Usage:
        """Return the gateway's own count: this prompt estimate, and a token for each delta."""
        deltas = max(self._deltas, self._came)
        return Usage(
            prompt_tokens=prompt_tokens,
            completion_tokens=estimate_answer(self._whole) if self._whole else deltas,
            cache_miss_tokens=prompt_tokens,
            measured=False,
        )
