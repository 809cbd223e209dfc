"""One request on its way to be sealed."""

import hmac
from collections.abc import Iterable, Sequence

from gateway.redaction.circumstances import Circumstances
from gateway.redaction.finding import Located
from gateway.redaction.pace import Pace, reading
from gateway.redaction.profile import Profile
from gateway.redaction.refusals import PrivateDataBlocked, UnreadableBlocked
from gateway.redaction.survey import Survey
from gateway.redaction.tenant_keys import TenantKeys
from gateway.redaction.verdict import Verdict, hides
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import ChatRequest
from gateway.wire.sealed_request import Isolation
from gateway.wire.texts import HumanText, Unreadable, place_of, texts_of

# To count a finding costs this much less than to find it.
_AT_ONCE, _WORK_AT_ONCE = 256, 8
# So many texts are gathered with as much work as one place is tried.
_READ_AT_ONCE = 16


class Work:
    """The texts of a request, and what may be said of it at every step."""

    def __init__(
        self,
        request: ChatRequest,
        isolation: Isolation,
        around: Circumstances,
        profile: Profile,
        keys: TenantKeys,
    ) -> None:
        self.request = request
        self.isolation = isolation
        self.around = around
        self.profile = profile
        self.keys = keys
        self.texts: list[HumanText] = []
        self.unreadable: list[Unreadable] = []

    async def read(self, pace: Pace) -> None:
        """Gather the texts of the request, and what in it nobody can read."""
        for number, one in enumerate(texts_of(self.request.body), 1):
            if isinstance(one, HumanText):
                self.texts.append(one)
            else:
                self.unreadable.append(one)
            if not number % _READ_AT_ONCE:
                await pace.rest(1)

    async def survey(self, located: Sequence[Sequence[Located]], pace: Pace) -> Survey:
        """Return what these findings, text by text, say together."""
        survey = Survey(self.profile.restore)
        for text, found in zip(self.texts, located, strict=True):
            for start in range(0, len(found), _AT_ONCE):
                survey.take(text, found[start : start + _AT_ONCE])
                await pace.rest(_WORK_AT_ONCE)
            await pace.rest(1)
        return survey

    async def taken(self, pace: Pace) -> set[str]:
        """Return what in the request looks like a surrogate, so that none is made that stands there."""
        taken: set[str] = set()
        if self.profile.surrogates is None:
            return taken
        for text in self.texts:
            place = 0
            while (found := self.profile.surrogates.whole.search(text.text, place)) is not None:
                taken.add(found[0])
                place = found.start() + 1
                await pace.rest(1)
            await pace.rest(reading(len(text.text)))
        return taken

    def clearance(self, *, stays_home: bool) -> Clearance:
        """Return how far the request may go, never farther than its tenant lets it."""
        if stays_home or (self.unreadable and self.profile.unreadable == "route_local"):
            return Clearance.ON_PREMISES
        return self.around.clearance

    def protection(
        self, clearance: Clearance, verdict: Verdict | None = None, failure: str | None = None
    ) -> Protection:
        """Return the facts."""
        return Protection(
            self.profile.name,
            clearance,
            verdict.counts if verdict is not None else (),
            len(self.unreadable),
            sum([one.size for one in self.unreadable]) if self.unreadable else 0,
            verdict.blocked if verdict is not None else (),
            failure,
        )

    @property
    def has_media(self) -> bool:
        """Whether the bytes of something unreadable come along."""
        return bool(self.unreadable) and any(one.size for one in self.unreadable)

    @property
    def says_json(self) -> bool:
        """Whether the content of the answer has to be a JSON text."""
        wanted = self.request.body.get("response_format")
        return type(wanted) is dict and wanted.get("type") in ("json_object", "json_schema")

    def is_at_home(self, clearance: Clearance) -> bool:
        """Whether no upstream outside can get the request."""
        return self.around.at_home or clearance is Clearance.ON_PREMISES

    def hidden(self, kinds: Iterable[str], clearance: Clearance) -> frozenset[str]:
        """Return which of these kinds of value are replaced."""
        at_home = self.is_at_home(clearance)
        return frozenset([kind for kind in kinds if hides(self.profile, kind, at_home=at_home)])

    def refuse(self, blocked: Sequence[str], located: Sequence[Sequence[Located]]) -> None:
        """Raise the refusal of what may not be sent at all."""
        if blocked:
            places = (
                place_of(text.path)
                for text, found in zip(self.texts, located, strict=True)
                if any(one.finding.entity in blocked for one in found)
            )
            raise PrivateDataBlocked.holding(blocked, next(places, None))
        if self.unreadable and self.profile.unreadable == "block":
            raise UnreadableBlocked(
                "The request holds an image, a sound or a file, which cannot be looked through for private "
                "data. Send text alone.",
                param=place_of(self.unreadable[0].path),
            )

    def opening(self) -> bytes:
        """Return what makes a conversation this one, now and in its later turns: how it began."""
        said: list[str] = []
        for text in self.texts:
            if text.path[0] == "messages":
                said.append(text.text)
                if text.role == "user":
                    break
        return hmac.digest(self.keys.words, "\0".join(said).encode("utf-8", "surrogatepass"), "sha256")
