"""What is done to the answer of one request."""

from gateway.redaction.answer_screen import AnswerScreen
from gateway.redaction.placeholders import mark_of
from gateway.redaction.profile import Profile
from gateway.redaction.restorer import Restorer
from gateway.redaction.spans import Span
from gateway.redaction.unsealer import LaneWork, Unsealer
from gateway.redaction.vault import Vault
from gateway.wire.frames import Stage
from gateway.wire.lanes import Lane


class Answering:
    """Open the lanes of an answer: to restore what is in the vault, and to screen what is new."""

    def __init__(self, profile: Profile, vault: Vault, key: bytes, known: frozenset[bytes]) -> None:
        self._profile = profile
        self._vault = vault
        self._key = key
        self._known = known
        self._counts: dict[tuple[str, str], int] = {}
        self._is_screened = profile.answers != "allow" or any(
            handling.answer != "allow" for handling in profile.handlings.values()
        )

    def stage(self) -> Stage | None:
        """Return the stage for the way back, None where there is nothing to do."""
        if not self._vault and not self._is_screened:
            return None
        return Unsealer(self._open)

    def _open(self, lane: Lane) -> LaneWork:
        restorer = Restorer(self._vault, self._profile.shapes)
        if not self._is_screened:
            return restorer
        return AnswerScreen(self._profile, restorer, self._is_known, self._counts, is_json=lane.is_json)

    def _is_known(self, span: Span) -> bool:
        return mark_of(self._key, span.entity, span.canonical) in self._known
