"""What a profile would make of a text, without sending it anywhere."""

from typing import Any

import msgspec

from gateway.redaction.circumstances import Circumstances
from gateway.redaction.profile import Profile
from gateway.redaction.redactor import Redactor
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.refusal import Refusal
from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import ChatRequest

NOBODY = "_preview"


class Preview(msgspec.Struct, frozen=True):
    """
    What would be sent of a text, or why nothing would.

    `verdict` is `sent`, `sent to the premises only`, or the refusal's code.
    """

    profile: str
    verdict: str
    counts: tuple[tuple[str, str, int], ...]
    text: str | None

    def as_document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        counts = [
            {"entity": entity, "action": action, "count": count} for entity, action, count in self.counts
        ]
        return {"profile": self.profile, "verdict": self.verdict, "counts": counts, "text": self.text}


class _Facts:
    """Keep what the redactor notes."""

    def __init__(self) -> None:
        self.counts: tuple[tuple[str, str, int], ...] = ()

    def protected(self, protection: Protection) -> None:
        """Keep the counts."""
        self.counts = protection.counts


async def preview(redactor: Redactor, profile: Profile, text: str, tenant: str = NOBODY) -> Preview:
    """Return what this profile would send of a user's message, as if a tenant had sent it."""
    body = {"model": "any", "messages": [{"role": "user", "content": text}]}
    request = ChatRequest("any", stream=False, include_usage=False, body=body)
    facts = _Facts()
    around = Circumstances("preview", tenant, profile, Clearance.EXTERNAL)
    try:
        sealed = (await redactor.seal(request, around, facts)).sealed
    except Refusal as refusal:
        return Preview(profile.name, refusal.code, facts.counts, None)
    verdict = "sent" if sealed.clearance is Clearance.EXTERNAL else "sent to the premises only"
    return Preview(profile.name, verdict, facts.counts, sealed.request.body["messages"][0]["content"])
