"""A whole gateway in memory: real rooms, one tenant, scripted upstreams and callers."""

import asyncio
from typing import Any

import orjson

from gateway.audit.rules import AuditRules
from gateway.audit.terms import AuditTerms
from gateway.cache.librarian import Librarian
from gateway.cache.memory_store import MemoryStore
from gateway.cache.purge import NoOrders
from gateway.cache.replicas.board import Board
from gateway.cache.strongbox import Strongbox
from gateway.cache.thoughts import ThoughtKeeper
from gateway.edge.door_extension import EXTENSION
from gateway.edge.endpoints.exchange import ExchangeEndpoint
from gateway.edge.running import Running
from gateway.foundation.last_tasks import LastTasks
from gateway.identity.api_key import digest_of
from gateway.identity.authenticator import Authenticator
from gateway.identity.keyring import KeyRecord, Keyring
from gateway.limits.decisions import Decisions
from gateway.limits.limit_terms import limit_terms
from gateway.limits.limiter import Limiter
from gateway.limits.memory_ledger import MemoryLedger
from gateway.limits.rules import LimitRules
from gateway.pipeline.pipeline import Pipeline
from gateway.policy.book import Offer, PolicyBook
from gateway.policy.terms import Plan, Terms
from gateway.policy.watcher import PolicyDesk
from gateway.redaction.redactor import Redactor
from gateway.upstreams.dispatcher import Dispatcher
from gateway.upstreams.itinerary import Retry
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.residency import Clearance
from tests.fakes.audit_side import a_trail
from tests.fakes.builders import a_caller, a_target
from tests.fakes.caller_side import ScriptedDoorway
from tests.fakes.fixed_keys import FixedKeys
from tests.fakes.keys import a_key
from tests.fakes.ledgers import requests, tokens
from tests.fakes.spies import SpyLedger, SpyListener
from tests.fakes.upstream_side import ScriptedKind, ScriptedTransport
from tests.fakes.virtual_time import LoopClock, settle_down

KEY = "sk-test-key-of-acme"
BODY_LIMIT_BYTES = 10_000
_CACHE_BYTES = 10_000_000


def a_chat_body(*, stream: bool = False, **changes: Any) -> bytes:
    """The body of a good chat request."""
    fields = {"model": "deepseek-chat", "messages": [{"role": "user", "content": "Hello"}], "stream": stream}
    return orjson.dumps(fields | changes)


def a_book(**changes: Any) -> PolicyBook:
    """Policies of one tenant, whose one model has two external targets; `changes` go into its terms."""
    fields: dict[str, Any] = {
        "policy_version": "v1",
        "tenant": "acme",
        "model": "deepseek-chat",
        "targets": (a_target("first"), a_target("second")),
        "clearance": Clearance.EXTERNAL,
        "body_limit_bytes": BODY_LIMIT_BYTES,
        "audit": AuditTerms(),
        "retry": Retry(attempts=2),
        "limits": limit_terms(
            LimitRules(rules=(requests(1000), tokens(10**9))), "acme", "default", "deepseek-chat"
        ),
    }
    terms = Terms(**(fields | changes))
    entries: Any = {
        "deepseek-chat": {"id": "deepseek-chat", "object": "model", "created": 1, "owned_by": "x"}
    }
    return PolicyBook(
        version="v1",
        keyring=Keyring([KeyRecord(digest_of(KEY.encode()), a_caller("acme"))]),
        upstreams=tuple(target.upstream for target in terms.targets),
        unserved=(),
        plans={"acme": Plan("demo", BODY_LIMIT_BYTES, AuditRules())},
        offers={"acme": {"default": Offer({"deepseek-chat": terms}, {}, entries)}},
    )


class SmallHouse:
    """The road from an endpoint to a scripted upstream; one visit at a time."""

    def __init__(
        self,
        transport: ScriptedTransport | None = None,
        *,
        ledger: SpyLedger | None = None,
        authenticator: Authenticator | None = None,
        board: Board | None = None,
        **terms: Any,
    ) -> None:
        self.transport = transport or ScriptedTransport()
        self.ledger = ledger or SpyLedger()
        self.listener = SpyListener()
        self.running = Running()
        self.faults: list[BaseException] = []
        self.faulty_requests: list[str] = []
        self.tasks = LastTasks(self.faults.append)
        clock = LoopClock()
        book = a_book(**terms)
        store, strongbox = MemoryStore(clock, _CACHE_BYTES), Strongbox(FixedKeys())
        self.librarian = Librarian(store, strongbox, clock, tasks=self.tasks, board=board)
        self.pipeline = Pipeline(
            desk=PolicyDesk(book, lambda: book, on_error=self.faults.append),
            authenticator=authenticator or Authenticator(),
            limiter=Limiter(self.ledger, MemoryLedger(lambda: 0), clock, Decisions(clock, lambda _: None)),
            redactor=Redactor(a_key, clock),
            trail=a_trail(clock),
            librarian=self.librarian,
            thoughts=ThoughtKeeper(store, strongbox, clock, orders=NoOrders()),
            dispatcher=Dispatcher(
                {"scripted": self.transport}, {"scripted": ScriptedKind()}, clock, self.tasks, lambda: 1.0
            ),
            listeners=(self.listener,),
            tasks=self.tasks,
            clock=clock,
        )
        self.endpoint = ExchangeEndpoint(self.pipeline, self.running, clock, self._hear)

    def _hear(self, fault: BaseException, request_id: str) -> None:
        self.faults.append(fault)
        self.faulty_requests.append(request_id)

    @property
    def outcome(self) -> Outcome:
        """The one outcome of the one visit."""
        assert 1 == len(self.listener.outcomes), "an exchange ends once"
        return self.listener.outcomes[0]

    async def visit(self, doorway: ScriptedDoorway, **headers: str) -> None:
        """Serve one caller to the end."""
        await self.endpoint(a_scope(doorway, **headers), _no_receive, _no_send)

    async def visited(self, doorway: ScriptedDoorway, **headers: str) -> "asyncio.Task[None]":
        """Begin to serve a caller, as far as it goes without time passing."""
        task = asyncio.ensure_future(self.visit(doorway, **headers))
        await settle_down()
        return task


def a_scope(doorway: ScriptedDoorway | None = None, **headers: str) -> dict[str, Any]:
    """The ASGI scope of a chat request with a good key."""
    fields = {"authorization": f"Bearer {KEY}"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    named = {name.encode(): value.encode() for name, value in fields.items()}
    if doorway is not None:
        doorway.headers = named
    return {
        "type": "http",
        "method": "POST",
        "path": "/v1/chat/completions",
        "query_string": b"",
        "headers": list(named.items()),
        "client": ("127.0.0.1", 50_000),
        "extensions": {} if doorway is None else {EXTENSION: doorway},
    }


async def _no_receive() -> dict[str, Any]:
    raise AssertionError("with the extension nobody receives")


async def _no_send(message: object) -> None:
    raise AssertionError(f"with the extension nobody sends: {message}")
