"""How the answer to one question is kept: whether at all, for how long, and under which name and label."""

import msgspec

from gateway.cache.cache_terms import CacheTerms
from gateway.cache.directives import Directives
from gateway.cache.flight import Flight
from gateway.cache.key import Question, canonical, preamble
from gateway.cache.retention import may_be_kept
from gateway.cache.store import Address, Store
from gateway.cache.strongbox import TenantBox
from gateway.vocabulary.caller import Caller
from gateway.wire.frames import FrameKind

# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_DELTA = FrameKind.DELTA


class Filing(msgspec.Struct, frozen=True):
    """
    What has to be known of a question when its answer is whole.

    Not the question itself: a flight may outlive by long whoever asked, and its text.
    """

    box: TenantBox
    name: bytes
    address: Address
    caller: Caller
    terms: CacheTerms
    choices: int
    ttl_seconds: int
    era: bytes

    def permits(self, flight: Flight) -> bool | None:
        """Return whether what came may be kept; None as long as nobody knows."""
        if flight.failure is not None or not flight.is_whole:
            return False
        frames = flight.recording.telling()
        if not frames or frames[-1].kind is _DELTA:
            # A head may have to be written before the answer is there.
            return None
        return may_be_kept(frames, self.terms.rules.finish_reasons, self.choices)

    def keep(self, flight: Flight, store: Store) -> None:
        """Lock everything that came, and keep it."""
        box, caller, ttl_seconds = self.box, self.caller, self.ttl_seconds
        label = box.label(
            flight.began_at, ttl_seconds, self.era, caller.project, self.terms.model, caller.credential_id
        )
        entry = box.lock(self.name, label, flight.recording.content())
        store.keep(self.address, entry, ttl_seconds)


def filing_of(question: Question, directives: Directives, box: TenantBox, era: bytes) -> Filing:
    """Return how an answer to this question, asked in this era, would be kept."""
    body, terms, wished = question.body, question.terms, directives.ttl_seconds
    wanted, most = body.get("n"), terms.rules.ttl_seconds
    name = box.name(preamble(question, directives), canonical(body))
    return Filing(
        box,
        name,
        Address(box.tag, name),
        question.caller,
        terms,
        wanted if isinstance(wanted, int) else 1,
        most if wished is None else min(wished, most),
        era,
    )
