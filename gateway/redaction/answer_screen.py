"""New private data in an answer: what a model brings up that the request did not hold."""

from collections.abc import Callable, Collection

from gateway.redaction.actions.mask import masked
from gateway.redaction.profile import Profile, language_of
from gateway.redaction.refusals import AnswerBlocked
from gateway.redaction.spans import Span
from gateway.redaction.unsealer import LaneWork

# A text is looked at in segments, each with what stands before and after it.
_SEGMENT, _BEFORE, _AFTER = 128, 64, 128


class AnswerScreen:
    """
    Look through one lane of an answer before its tokens are restored.

    What is said is late by up to 256 characters; the result is the same
    wherever the text was cut. Values that the request itself held are not
    new: `is_known` tells them.
    """

    __slots__ = ("_before", "_inner", "_is_json", "_is_known", "_pending", "_profile", "counts")

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
        self._pending = ""
        self._before = ""
        self.counts = counts

    def feed(self, text: str, escapes: int) -> str:
        """Return what can be said now."""
        self._pending += text
        screened: list[str] = []
        while len(self._pending) >= _SEGMENT + _AFTER:
            screened.append(self._screen(_SEGMENT))
        return self._inner.feed("".join(screened), escapes)

    def finish(self) -> str:
        """Return the rest."""
        rest = self._screen(len(self._pending)) if self._pending else ""
        return self._inner.feed(rest, int(self._is_json)) + self._inner.finish()

    def _screen(self, length: int) -> str:
        """Take so many characters, or as many more as a value goes on, and hide what is new in them."""
        base = len(self._before)
        window = self._before + self._pending
        said: list[str] = []
        place, end = base, base + length
        for span in self._new_in(window, base, end):
            said.append(window[place : max(span.start, place)])
            said.append(self._hidden(span, window[max(span.start, place) : span.end]))
            place = span.end
        end = max(end, place)
        said.append(window[place:end])
        self._before, self._pending = window[max(0, end - _BEFORE) : end], window[end:]
        return "".join(said)

    def _new_in(self, window: str, base: int, end: int) -> Collection[Span]:
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
            self._pending = ""
            raise AnswerBlocked(
                f"The model's answer held private data that may not be passed on: {span.entity}."
            )
        if not self._is_json:
            return masked(written)
        # A number has to stay one, and an escape must not lose its half.
        return "0" * len(written) if written.isdigit() else f"[{span.entity}]"
