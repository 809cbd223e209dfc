"""What is done to the answer of one request."""

from collections.abc import Container

from msgspec.structs import replace

from gateway.redaction.answer_screen import AnswerScreen
from gateway.redaction.placeholders import mark_of
from gateway.redaction.profile import Profile
from gateway.redaction.restorer import Restorer
from gateway.redaction.spans import Span
from gateway.redaction.unsealer import LaneWork, Unsealer
from gateway.redaction.vault import Vault
from gateway.vocabulary.protection import Protection
from gateway.wire.frames import PatientStage
from gateway.wire.lanes import Lane

# So many characters of nothing but private values take a millisecond or two.
_SCREENED_PER_TURN, _RESTORED_PER_TURN = 256, 4_096


class Answering:
    """Open the lanes of an answer: to restore what is in the vault, and to screen what is new."""

    def __init__(
        self,
        profile: Profile,
        vault: Vault,
        key: bytes,
        known: Container[bytes],
        call_vault: Vault | None = None,
    ) -> None:
        self._profile = profile
        self._vault = vault
        self._call_vault = vault if call_vault is None else call_vault
        self._key = key
        self._known = known
        self._counts: dict[tuple[str, str], int] = {}
        self._restorers: list[Restorer] = []
        self._says_json = False

    def stage(self, *, says_json: bool = False) -> PatientStage | None:
        """Return the stage for the way back, None where there is nothing to do."""
        self._says_json = says_json
        if not (self._call_vault or self._profile.screens_answers):
            return None
        return Unsealer(
            self._open, _SCREENED_PER_TURN if self._profile.screens_answers else _RESTORED_PER_TURN
        )

    def account(self, protection: Protection) -> Protection:
        """Return the facts of a request with those of its answer, as far as it came."""
        if not (self._restorers or self._counts):
            return protection
        return replace(
            protection,
            restored=sum([one.restored for one in self._restorers]),
            unknown=sum([one.unknown for one in self._restorers]),
            answer_counts=tuple([(*named, count) for named, count in sorted(self._counts.items())]),
        )

    def _open(self, lane: Lane) -> LaneWork:
        vault = self._call_vault if lane.is_call else self._vault
        # Between the quotes of a content that is JSON, a line break or quote of a value has to be escaped.
        is_answer_in_json = self._says_json and lane.field == "content"
        restorer = Restorer(vault, self._profile.shapes, int(is_answer_in_json))
        self._restorers.append(restorer)
        if not self._profile.screens_answers:
            return restorer
        is_json = lane.is_json or is_answer_in_json
        return AnswerScreen(self._profile, restorer, self._is_known, self._counts, is_json=is_json)

    def _is_known(self, span: Span) -> bool:
        return mark_of(self._key, span.entity, span.canonical) in self._known
