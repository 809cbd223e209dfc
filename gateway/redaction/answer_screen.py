"""New private data in an answer: what a model brings up that the request did not hold."""

from collections.abc import Callable, Sequence

from gateway.redaction.actions.mask import masked
from gateway.redaction.profile import Profile, language_of
from gateway.redaction.refusals import AnswerBlocked
from gateway.redaction.spans import Span
from gateway.redaction.unsealer import LaneWork

# A text is looked at in segments, each with what stands before and after it.
_SEGMENT, _BEFORE, _REACH = 192, 64, 256
# A long value, such as a private key, is waited for so far.
_FURTHEST = 8_192


class AnswerScreen:
    """
    Look through one lane of an answer before its tokens are restored.

    What is said is late by up to 256 characters, or by a value that is longer;
    the result is the same wherever the text was cut. Values that the request itself held are not
    new: `is_known` tells them.
    """

    __slots__ = ("_held", "_inner", "_is_json", "_is_known", "_place", "_profile", "_reach", "counts")
    # What is kept here goes on in later events, and was read.
    takes_raw = False

    def __init__(
        self,
        profile: Profile,
        inner: LaneWork,
        is_known: Callable[[Span], bool],
        counts: dict[tuple[str, str], int],
        *,
        is_json: bool,
    ) -> None:
        self._profile = profile
        self._inner = inner
        self._is_known = is_known
        self._is_json = is_json
        # What stood before the place, and what is still to be said after it.
        self._held = ""
        self._place = 0
        self._reach = _REACH
        self.counts = counts

    def feed(self, text: str, escapes: int) -> str:
        """Return what can be said now."""
        self._held += text
        screened: list[str] = []
        while self._place + self._reach <= len(self._held):
            screened.append(self._screen(self._place + _SEGMENT, self._place + self._reach))
        # Cut once, however many segments a text had.
        kept = max(0, self._place - _BEFORE)
        self._held, self._place = self._held[kept:], self._place - kept
        return self._inner.feed("".join(screened), escapes)

    def finish(self) -> str:
        """Return the rest."""
        self._reach = _FURTHEST
        rest = self._screen(len(self._held), len(self._held)) if self._place < len(self._held) else ""
        return self._inner.feed(rest, int(self._is_json)) + self._inner.finish()

    def _screen(self, end: int, limit: int) -> str:
        """
        Hide what is new up to an end, or as far as a value goes on, and say so much.

        Where a value may go on beyond the limit of what is looked at, nothing
        is said before more of it is there.
        """
        base = max(0, self._place - _BEFORE)
        window = self._held[base:limit]
        new = self._new_in(window, self._place - base, end - base)
        if new and new[-1].end == len(window) and self._reach < _FURTHEST:
            self._reach *= 2
            return ""
        said: list[str] = []
        place = self._place - base
        for span in new:
            said.append(window[place : max(span.start, place)])
            said.append(self._hidden(span, window[max(span.start, place) : span.end]))
            place = span.end
        self._place, self._reach = max(end, base + place), _REACH
        said.append(window[place : self._place - base])
        return "".join(said)

    def _new_in(self, window: str, base: int, end: int) -> Sequence[Span]:
        profile, language = self._profile, language_of(window)
        return [
            span
            for span in profile.quick_finder.scan(profile.replacements.blanked(window))
            if base < span.end
            and span.start < end
            and profile.handling(span.entity).answer != "allow"
            and profile.concerns(span, window[span.start : span.end], language)
            and not self._is_known(span)
        ]

    def _hidden(self, span: Span, written: str) -> str:
        action = self._profile.handling(span.entity).answer
        self.counts[span.entity, action] = self.counts.get((span.entity, action), 0) + 1
        if action == "block":
            # Whoever asks for the rest of it gets none.
            self._held, self._place = "", 0
            raise AnswerBlocked(
                f"The model's answer held private data that may not be passed on: {span.entity}."
            )
        if not self._is_json:
            return masked(written)
        # A number has to stay one, which begins with no zero, and an escape must not lose its half.
        return "1" + "0" * (len(written) - 1) if written.isdigit() else f"[{span.entity}]"
