"""The one who says whose token this is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Protocol, TypeAlias

from gateway.foundation.clock import Clock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.web_client import WebClient
from gateway.identity.tokens.fetching import fetch_keys
from gateway.identity.tokens.key_set import KeySet, PublicKey
from gateway.identity.tokens.key_source import FetchedKeys, FixedKeys, KeySource
from gateway.identity.tokens.refusals import InvalidToken
from gateway.identity.tokens.token import Malformed, SentToken, take_apart
from gateway.identity.tokens.trust import Issuer, Issuers, KeysAt, Verdict, accept
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.notice import Listener, Notice

MOST_REMEMBERED = 20_000
"""So many good tokens are remembered; the one remembered longest makes room."""


_Judge: TypeAlias = Callable[[SentToken, float], Verdict]


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was found out about a token, for as long as nothing changes."""

    caller: Caller
    issuers: Issuers
    source: KeySource
    key: PublicKey
    good_until: float
    token_id: str | None = None


class OwnIssuer(Protocol):
    """The gateway itself as an issuer."""

    @property
    def name(self) -> str:
        """What stands in its tokens as `iss`."""

    @property
    def source(self) -> KeySource:
        """Where its keys are."""

    def accept(self, token: SentToken, issuers: Issuers, now_wall: float) -> Verdict:
        """Return whose token this is, its signature being good; raise a `Refusal`."""


class Verifier:
    """
    Check tokens, and remember those that were good by their SHA-256.

    A remembered token is believed until it expires, its key is withdrawn,
    its issuer is out of reach for longer than its grace, or policy changes.
    """

    def __init__(
        self,
        client: WebClient,
        clock: Clock,
        tasks: LastTasks,
        *,
        listeners: Sequence[Listener] = (),
        most_remembered: int = MOST_REMEMBERED,
        own: OwnIssuer | None = None,
    ) -> None:
        self._client = client
        self._clock = clock
        self._tasks = tasks
        self._listeners = listeners
        self._most_remembered = most_remembered
        self._own = own
        self._remembered: dict[bytes, Remembered] = {}
        self._sources: dict[KeysAt, FetchedKeys] = {}

    def __len__(self) -> int:
        return len(self._remembered)

    def identify(self, digest: bytes, credential: bytes, issuers: Issuers, now_wall: float) -> Caller:
        """Return whose token this is; raise a `Refusal`, or `KeyAwaited` where waiting may help."""
        known = self._remembered.get(digest)
        if (
            known is not None
            and now_wall < known.good_until
            and known.issuers is issuers
            and not known.key.is_withdrawn
        ):
            source = known.source
            if now_wall >= source.refresh_at:
                source.refresh()
            if now_wall < source.trusted_until:
                return known.caller
        return self._check(digest, credential, issuers, now_wall)

    def prepare(self, issuers: Issuers) -> None:
        """
        Ask the issuers of a policy that becomes valid for their keys, and forget those of others.

        Nobody waits for it: the first caller finds the keys there, and the
        operator hears of an issuer that does not answer before a caller does.
        """
        self._sources = {place: one for place, one in self._sources.items() if place in issuers.places}
        now = self._clock.wall()
        for place in issuers.places:
            source = self._open(place)
            if now >= source.refresh_at:
                source.refresh()

    def forget(self, token_ids: frozenset[str]) -> None:
        """Remember these tokens of ours no more: they were revoked."""
        gone = [digest for digest, one in self._remembered.items() if one.token_id in token_ids]
        for digest in gone:
            del self._remembered[digest]

    def _check(self, digest: bytes, credential: bytes, issuers: Issuers, now_wall: float) -> Caller:
        self._remembered.pop(digest, None)
        try:
            token = take_apart(credential)
        except Malformed as error:
            raise _distrusted() from error
        source, judge = self._judge(token, issuers)
        key = source.find(token.key_id, token.algorithm, now_wall)
        if key is None or not key.has_signed(token.algorithm, token.signed, token.signature):
            raise _distrusted()
        verdict = judge(token, now_wall)
        found = Remembered(
            verdict.caller, issuers, source, key, verdict.good_until, token_id=verdict.token_id
        )
        self._remember(digest, found)
        return verdict.caller

    def _judge(self, token: SentToken, issuers: Issuers) -> tuple[KeySource, _Judge]:
        """Return where the keys of a token's issuer are, and who says whose it is."""
        name = token.claims.get("iss")
        if self._own is not None and name == self._own.name:
            own = self._own
            return own.source, lambda token, now_wall: own.accept(token, issuers, now_wall)
        issuer = issuers.find(name)
        if issuer is None or token.algorithm not in issuer.algorithms:
            raise _distrusted()
        return self._source(issuer), lambda token, now_wall: accept(token, issuer, now_wall)

    def _remember(self, digest: bytes, found: Remembered) -> None:
        if len(self._remembered) >= self._most_remembered:
            # A tenth at a time, so that a flood does not pay for each.
            for oldest in list(islice(self._remembered, max(1, self._most_remembered // 10))):
                del self._remembered[oldest]
        self._remembered[digest] = found

    def _source(self, issuer: Issuer) -> KeySource:
        if isinstance(issuer.keys, KeySet):
            return FixedKeys(issuer.keys)
        return self._open(issuer.keys)

    def _open(self, place: KeysAt) -> FetchedKeys:
        source = self._sources.get(place)
        if source is None:
            source = self._sources[place] = FetchedKeys(
                partial(fetch_keys, self._client, place),
                grace_seconds=place.grace_seconds,
                clock=self._clock,
                tasks=self._tasks,
                tell=partial(self._tell, place.issuer),
            )
        return source

    def _tell(self, issuer: str, trouble: str | None) -> None:
        kind = "issuer.reachable" if trouble is None else "issuer.unavailable"
        notice = Notice(kind, {"issuer": issuer} | ({} if trouble is None else {"trouble": trouble}))
        for listener in self._listeners:
            listener.noticed(notice)


def _distrusted() -> InvalidToken:
    """Refuse whatever fails before a signature is proved, in one text for all of it."""
    return InvalidToken(
        "The token is not valid: its form, issuer, algorithm, key or signature is none that this gateway "
        "trusts. Get a new one from your issuer."
    )
