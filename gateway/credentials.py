"""
Part of the composition root: the state that lasts, and everyone who knows credentials from it.

Opened before the policies are read, because a book is valid only once its
tenants have their keys.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from gateway.audit.holds import Holds
from gateway.foundation.addresses import Address
from gateway.foundation.clock import Clock
from gateway.foundation.keys import KIND as DATA_KEY
from gateway.foundation.keys import TenantKeys
from gateway.foundation.last_tasks import Endless, LastTasks
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.redis_link.news import LinkNews
from gateway.foundation.redis_link.subscription import Subscription
from gateway.foundation.redis_state_store import CHANNEL
from gateway.foundation.secret import Secret
from gateway.foundation.state import State, open_state
from gateway.foundation.state_folder import StateFolder
from gateway.foundation.state_follower import StateFollower
from gateway.foundation.state_store import StateStore, StateUnavailable
from gateway.foundation.web_client import WebClient
from gateway.identity.admin_key import chosen_admin_key, first_admin_key
from gateway.identity.authenticator import Authenticator
from gateway.identity.brakes import Brakes
from gateway.identity.client_address import client_address, written_address
from gateway.identity.ended_keys import EndedKeys
from gateway.identity.issuing.revocations import KIND as REVOKED_TOKEN
from gateway.identity.issuing.revocations import Revocations
from gateway.identity.issuing.signing_keys import KIND as SIGNING_KEY
from gateway.identity.issuing.signing_keys import SigningKeys
from gateway.identity.issuing.token_desk import TokenDesk
from gateway.identity.key_document import KIND as API_KEY
from gateway.identity.key_document import KeyDocument
from gateway.identity.key_notice import key_notice
from gateway.identity.key_office import KeyChange, KeyOffice
from gateway.identity.keyring import Keyring
from gateway.identity.run_time_keys import RunTimeKeys
from gateway.identity.second_look import SecondLook
from gateway.identity.tokens.verifier import Verifier
from gateway.policy.book import PolicyBook
from gateway.settings import Settings
from gateway.upstreams.credentials.keeper import CredentialKeeper
from gateway.upstreams.credentials.stored import StoredCredentials
from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.notice import Listener, Notice

Book = Callable[[], PolicyBook]


class Credentials:
    """
    State, keys, tokens, and who may administer them.

    `admin_key` is the first administrator's, at the one start that made it.
    """

    def __init__(
        self, settings: Settings, clock: Clock, tasks: LastTasks, listeners: Sequence[Listener]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._tasks = tasks
        self._listeners = listeners
        self._verifier: Verifier | None = None
        self.admin_key: Secret | None = None
        self.brakes = Brakes(lambda address: self.tell(Notice("credentials.rejected", {"address": address})))

    async def open(self, folder: StateFolder) -> None:
        """Open the state; raise `UnusableState`. `follower` is to catch up before anyone is let in."""
        self._state = await open_state(
            folder,
            self._settings.master_key,
            redis=self._link("state"),
            patience_seconds=self._settings.startup_wait_seconds,
        )
        self.follower = self._follow(self._state)
        self._second_look = SecondLook(self.follower.catch_up, self._clock, self._tasks)

    @property
    def store(self) -> StateStore:
        """Where what lasts is kept."""
        return self._state.store

    @property
    def keys(self) -> TenantKeys:
        """The data keys of all tenants."""
        return self._state.keys

    @property
    def degraded(self) -> Mapping[str, int]:
        """What was decided about keys and tokens while the store did not answer, and how often."""
        keys, tokens = self._keys.degraded, self._signing.degraded
        unanswered = self._second_look.unanswered
        return {**{made: keys[made] + tokens[made] for made in keys}, "unanswered": unanswered}

    async def prepare(self, book: PolicyBook) -> None:
        """Make the keys that a book needs before it is valid, and ask its issuers for theirs."""
        await self._state.keys.ensure(book.plans)
        if self._signing.is_due(book.keyring.issuers.algorithms):
            await self._signing.ensure(book.keyring.issuers.algorithms)
        if self._verifier is not None:
            self._verifier.prepare(book.keyring.issuers)

    def recognise(self, web: WebClient, keyring: Callable[[], Keyring]) -> tuple[Authenticator, TokenDesk]:
        """Return who tells callers by their credentials, and who gives tokens out."""
        brakes = self.brakes
        desk = TokenDesk(
            self._settings.public_url,
            source=self._signing,
            revocations=self._revocations,
            keyring=keyring,
            brakes=brakes,
            clock=self._clock,
            tasks=self._tasks,
            listeners=self._listeners,
        )
        verifier = Verifier(web, self._clock, self._tasks, listeners=self._listeners, own=desk)
        self._revocations.on_revoked = verifier.forget
        verifier.prepare(keyring().issuers)
        self._verifier = verifier
        proxies = self._settings.trusted_proxies
        authenticator = Authenticator(
            verifier,
            self._keys.find,
            trusted_proxies=proxies,
            brakes=brakes,
            second_look=self._second_look,
        )
        return authenticator, desk

    def keeper(self, web: WebClient) -> CredentialKeeper:
        """Return who has the credentials that upstreams are shown."""
        stored = StoredCredentials(self._state.store, self._state.keys)
        return CredentialKeeper(web, stored, self._clock, self._tasks, self._listeners)

    def office(self, book: Book) -> KeyOffice:
        """Return who makes and changes keys under the valid policies."""

        def has_project(tenant: str, project: str) -> bool:
            return project in book().offers.get(tenant, {})

        def vet_section(key: KeyDocument, name: str) -> Iterable[tuple[str, str]]:
            return book().vet_section(key, name)

        return KeyOffice(self._state.store, self._clock, has_project=has_project, vet_section=vet_section)

    async def destroy_data_key(self, tenant: str) -> None:
        """Make unreadable what a tenant's data key encrypted; raise `NoDataKey` or `HoldStands`."""
        await Holds(self._state.store).demand_free(tenant)
        await self._state.keys.destroy(tenant)

    async def ensure_admin(self, office: KeyOffice, record: Callable[[Notice], None]) -> None:
        """
        Make the first administrator's key, unless one was made or chosen; `admin_key` is shown once.

        That it was made is on record; people are told by being shown it.
        """

        def tell(change: KeyChange) -> None:
            record(key_notice(change.after.history[-1].actor, change, self._clock.wall()))

        if self._settings.admin_key is None:
            self.admin_key = await first_admin_key(self._state.store, office, tell)
            await self.follower.catch_up()

    def address_of(self, arrival: Arrival) -> Address | None:
        """Return from where a request really comes, behind proxies that are trusted."""
        return client_address(arrival.peer, arrival.headers, self._settings.trusted_proxies)

    def whence(self, arrival: Arrival) -> str:
        """Return the same as it is written down."""
        return written_address(arrival.peer, arrival.headers, self._settings.trusted_proxies)

    def running(self) -> list[Endless]:
        """Return the work beside all requests: following the store, and removing keys that ended long ago."""
        works: list[Endless] = [self.follower.run]
        if kept_seconds := self._settings.ended_keys_seconds:
            works.append(EndedKeys(self.store, self._clock, kept_seconds, self.tell).run)
        if self._state.redis is not None:
            works.append(Subscription(self._state.redis, CHANNEL, self.follower.hint).run)
        return works

    async def close(self) -> None:
        """Let go of the store."""
        await self._state.close()

    def _follow(self, state: State) -> StateFollower:
        follower = StateFollower(
            state.store,
            self._clock,
            grace_seconds=self._settings.state_grace_seconds,
            on_change=lambda failure: self.tell(_told(failure)),
        )
        chosen = self._settings.admin_key
        given = () if chosen is None else (chosen_admin_key(chosen),)
        self._keys = RunTimeKeys(
            lambda: follower.is_stale, self.tell, given, is_lost=lambda: follower.is_lost
        )
        follower.follow(DATA_KEY, state.keys)
        follower.follow(API_KEY, self._keys)
        self._signing = SigningKeys(
            state.store,
            state.keys,
            self._clock,
            lambda: follower.is_stale,
            is_lost=lambda: follower.is_lost,
        )
        follower.follow(SIGNING_KEY, self._signing)
        self._revocations = Revocations(state.store, self._clock)
        follower.follow(REVOKED_TOKEN, self._revocations)
        return follower

    def _link(self, purpose: str) -> RedisLink | None:
        """Return a link to Redis for one purpose, if there is a Redis."""
        address = self._settings.redis
        if address is None:
            return None
        dialler = Dialler(address, self._settings.ca_file)
        return RedisLink(dialler, self._tasks, on_state=LinkNews(purpose, self.tell))

    def tell(self, notice: Notice) -> None:
        """Tell everyone who listens."""
        for listener in self._listeners:
            listener.noticed(notice)


def _told(failure: StateUnavailable | None) -> Notice:
    return Notice("state.reached") if failure is None else Notice("state.lost", {"reason": str(failure)})
