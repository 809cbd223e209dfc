"""A token desk with everything it needs, in memory."""

from ipaddress import ip_address
from typing import Any

from gateway.foundation.clock import FakeClock
from gateway.foundation.keys import GATEWAY, TenantKeys
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.master_key import MasterKey
from gateway.foundation.state_store import MemoryStateStore
from gateway.identity.api_key import digest_of
from gateway.identity.brakes import Brakes
from gateway.identity.clients import ClientRecord
from gateway.identity.issuing.revocations import Revocations
from gateway.identity.issuing.signing_keys import SigningKeys
from gateway.identity.issuing.token_desk import TokenDesk
from gateway.identity.keyring import Keyring, Standings
from gateway.identity.tokens.trust import Issuers
from gateway.vocabulary.caller import Caller
from tests.fakes.spies import SpyListener

NAME = "https://gateway.test"
SECRET = "dsg-secret-of-a-client-in-tests"
ADDRESS = ip_address("192.0.2.7")


def a_client(client_id: str = "shop", tenant: str = "acme", **changes: Any) -> ClientRecord:
    """A client with the one secret of tests."""
    fields: dict[str, Any] = {
        "caller": Caller(tenant, "default", client_id, "oauth_client"),
        "digests": (digest_of(SECRET.encode()),),
        "scopes": frozenset({"chat", "models"}),
        "token_seconds": 600,
        "algorithm": "EdDSA",
    }
    return ClientRecord(**(fields | changes))


async def some_signing_keys(
    store: MemoryStateStore, clock: FakeClock, *algorithms: str, master: bytes = bytes(32)
) -> SigningKeys:
    """The signing keys of a process that has started."""
    keys = TenantKeys(MasterKey([master]), store)
    await keys.load()
    await keys.ensure([GATEWAY])
    signing = SigningKeys(store, keys, clock)
    await signing.ensure(frozenset(algorithms))
    return signing


class Office:
    """One desk, its store, its clock, and who hears of it."""

    def __init__(self, store: MemoryStateStore, clock: FakeClock, signing: SigningKeys) -> None:
        self.store = store
        self.clock = clock
        self.signing = signing
        self.heard = SpyListener()
        self.errors: list[BaseException] = []
        self.tasks = LastTasks(self.errors.append)
        self.revocations = Revocations(store, clock)
        self.brakes = Brakes()
        self.clients = {one.client_id: one for one in (a_client(), a_client("other", "rival"))}
        self.standings: Standings = {"acme": {"default": ()}, "rival": {"default": ()}}
        self.desk = TokenDesk(
            NAME,
            source=signing,
            revocations=self.revocations,
            keyring=self.keyring,
            brakes=self.brakes,
            clock=clock,
            tasks=self.tasks,
            listeners=(self.heard,),
        )

    def keyring(self) -> Keyring:
        """What policy says now."""
        return Keyring(issuers=Issuers(clients=self.clients), standings=self.standings)

    def token(self, client_id: str = "shop", **form: str) -> str:
        """Return a token of this client."""
        asked = {"grant_type": "client_credentials"} | form
        token: str = self.desk.issue(self.clients[client_id], asked)["access_token"]
        return token


async def an_office(*algorithms: str) -> Office:
    """Open an office whose keys are made."""
    store, clock = MemoryStateStore(), FakeClock()
    return Office(store, clock, await some_signing_keys(store, clock, *(algorithms or ("EdDSA",))))
