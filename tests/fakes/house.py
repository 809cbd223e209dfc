"""A whole gateway on a free port, simulators behind it, and callers who send raw bytes."""

import asyncio
import gc
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import orjson
import yaml

from gateway.app import Gateway
from gateway.identity.api_key import hash_of
from gateway.policy.book import Offer, PolicyBook
from gateway.settings import read_settings
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.server import Simulator
from tests.fakes.audit_side import endings_in
from tests.fakes.certificates import Pair
from tests.fakes.open_door import Caller

KEY = "the-key-of-acme-for-tests"
AT_HOME_KEY = "the-key-of-a-tenant-at-home"
DISABLED_KEY = "the-key-of-a-disabled-tenant"
CANARY = "sk-upstream-0f7Kq93LmZx2canary"
"""The credential that the gateway shows its upstreams, and nobody else ever sees."""

CHAT = "/v1/chat/completions"
_PATIENCE_SECONDS = 10.0
_SHIPPED = Path(__file__).resolve().parents[2] / "policies"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller got: `pieces` as they were chunked, `is_whole` if its body had a proper end."""

    status: int
    headers: Mapping[str, str]
    pieces: Sequence[bytes]
    is_whole: bool

    @property
    def body(self) -> bytes:
        """All bytes of the body."""
        return b"".join(self.pieces)

    @property
    def document(self) -> Any:
        """The body, parsed."""
        return orjson.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """The error that the answer is, or that ends its stream."""
        body = self.body.rstrip()
        if body.startswith((b"data:", b":")):
            body = body.rpartition(b"data: ")[2]
        error: dict[str, Any] = orjson.loads(body)["error"]
        return error

    @property
    def events(self) -> list[bytes]:
        """The events of a stream as their bytes, comments left out."""
        found = [event + b"\n\n" for event in self.body.split(b"\n\n") if event]
        return [event for event in found if not event.startswith(b":")]

    @property
    def chunks(self) -> list[Any]:
        """The events of a stream, parsed, without `[DONE]` and errors."""
        parsed = [orjson.loads(event[6:]) for event in self.events if event != b"data: [DONE]\n\n"]
        return [chunk for chunk in parsed if "error" not in chunk]

    def spoken(self, field: str = "content") -> str:
        """Return what the deltas of a stream say together."""
        deltas = [choice["delta"] for chunk in self.chunks for choice in chunk["choices"]]
        return "".join(delta.get(field) or "" for delta in deltas)


class Listening:
    """One answer while it comes."""

    def __init__(self, caller: Caller, status: int, headers: Mapping[str, str]) -> None:
        self.status = status
        self.headers = headers
        self.pieces: list[bytes] = []
        self.is_whole = False
        self._caller = caller
        self._left = int(headers.get("content-length", "0"))
        self._is_chunked = headers.get("transfer-encoding") == "chunked"

    async def piece(self) -> bytes:
        """Return the next piece, nothing at the proper end; raise `EOFError` or `ConnectionError` if cut."""
        if self._is_chunked:
            size = int(await self._caller.hear_until(b"\r\n"), 16)
            piece = (await self._caller.hear(size + 2))[:-2]
        else:
            piece, self._left = await self._caller.hear(self._left), 0
        self.is_whole = not piece
        if piece:
            self.pieces.append(piece)
        return piece

    async def until(self, text: bytes) -> None:
        """Return once the body holds this."""
        while text not in b"".join(self.pieces):
            assert await self.piece(), "the body ended"

    async def rest(self) -> Answer:
        """Return the whole answer, cut or not."""
        try:
            while await self.piece():
                pass
        except (EOFError, ConnectionError):
            pass
        return Answer(self.status, self.headers, tuple(self.pieces), self.is_whole)


async def connect(address: tuple[str, int], trust: ssl.SSLContext | None = None) -> Caller:
    """Connect to a gateway; with a trust over TLS, whatever its address, as localhost."""
    name = "localhost" if trust is not None else None
    return Caller(*await asyncio.open_connection(*address, ssl=trust, server_hostname=name))


async def listen(caller: Caller) -> Listening:
    """Return the answer whose head comes next."""
    head = await caller.hear_until(b"\r\n\r\n")
    status_line, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    pairs = [line.split(": ", 1) for line in lines]
    return Listening(caller, int(status_line.split(" ")[1]), {name.lower(): value for name, value in pairs})


def a_chat(text: str = "Hello", *, stream: bool = False, **fields: Any) -> dict[str, Any]:
    """The body of a chat request."""
    messages = [{"role": "user", "content": text}]
    return {"model": "deepseek-flash", "messages": messages, "stream": stream} | fields


def a_request(
    body: object, *, path: str = CHAT, key: str | None = KEY, method: str = "POST", **headers: str
) -> bytes:
    """A request as it goes over the wire; a body that is not bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    head = {"Host": "gateway", "Content-Type": "application/json", "Content-Length": str(len(data))}
    if key is not None:
        head["Authorization"] = f"Bearer {key}"
    head |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + data


class PolicyFolder:
    """Policies of three tenants and one model, written as JSON, which is YAML too."""

    def __init__(self, folder: Path, upstream_urls: Sequence[str]) -> None:
        self.folder = folder
        names = ("first", "second", "third")[: len(upstream_urls)]
        self.upstreams: dict[str, dict[str, Any]] = {
            name: {"kind": "deepseek", "base_url": url, "residency": "external", "credential": CANARY}
            for name, url in zip(names, upstream_urls, strict=True)
        }
        self.model: dict[str, Any] = {
            "aliases": ["deepseek-chat"],
            "route": [{"upstream": name, "model": "deepseek-flash"} for name in names],
        }
        self.more_models: dict[str, dict[str, Any]] = {}
        self.plan: dict[str, Any] = {"plan": "basic"}
        self.profiles: dict[str, dict[str, Any]] = {}
        self.prices: dict[str, Any] | None = None
        self.tenants: dict[str, dict[str, Any]] = {
            "acme": _tenant("acme", KEY, residency="external"),
            "at-home": _tenant("at-home", AT_HOME_KEY, residency="on_premises"),
            "gone": _tenant("gone", DISABLED_KEY, residency="external", disabled=True),
        }

    def hide(self, **profile: Any) -> None:
        """Let the plan have a profile of this kind, or the shipped one of this name alone."""
        name = profile["profile"]
        shipped = _SHIPPED / f"redaction/{name}.yaml"
        is_shipped = profile.keys() == {"profile"} and shipped.exists()
        self.profiles[name] = yaml.safe_load(shipped.read_text("utf-8")) if is_shipped else profile
        self.plan["redaction"] = {"profile": name}

    def write(self) -> None:
        """Write every document."""
        self._write("upstreams", {"upstreams": self.upstreams})
        self._write("models", {"models": {"deepseek-flash": self.model, **self.more_models}})
        self._write("plans/basic", self.plan)
        for name, profile in self.profiles.items():
            self._write(f"redaction/{name}", profile)
        if self.prices is not None:
            self._write("prices", self.prices)
        for name, tenant in self.tenants.items():
            self._write(f"tenants/{name}", tenant)

    def _write(self, name: str, document: object) -> None:
        path = self.folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document), encoding="utf-8")


class House:
    """A running gateway, its simulators, and what it wrote down."""

    def __init__(self, gateway: Gateway, folder: Path, simulators: Sequence[Simulator]) -> None:
        self.gateway = gateway
        self.folder = folder
        self.simulators = simulators
        self.trust: ssl.SSLContext | None = None
        self._past = 0

    @property
    def simulator(self) -> Simulator:
        """The first upstream."""
        return self.simulators[0]

    @property
    def desk(self) -> Any:
        """Where the valid policies lie."""
        return self.gateway._desk

    @property
    def in_flight(self) -> int:
        """How many exchanges run."""
        return len(self.gateway.doors.running)

    async def call(self) -> Caller:
        """Connect; where the test has given a `trust`, over TLS."""
        return await connect(self.gateway.address, self.trust)

    async def listening(self, caller: Caller, body: object, **how: Any) -> Listening:
        """Send one request and return its answer once the head is here."""
        caller.say(a_request(body, **how))
        return await listen(caller)

    async def ask(self, body: object, **how: Any) -> Answer:
        """Send one request on a connection of its own and return its answer."""
        return await self.ask_raw(a_request(body, **how))

    async def ask_raw(self, request: bytes) -> Answer:
        """Send these bytes on a connection of their own and return the answer."""
        async with await self.call() as caller:
            caller.say(request)
            return await (await listen(caller)).rest()

    async def chat(self, text: str = "Hello", *, key: str = KEY, **fields: Any) -> Answer:
        """Ask the model something."""
        return await self.ask(a_chat(text, **fields), key=key)

    async def get(self, path: str, *, key: str | None = None) -> Answer:
        """Get something."""
        return await self.ask(b"", path=path, method="GET", key=key)

    def begin_anew(self) -> None:
        """Forget what was scripted and what happened so far."""
        for simulator in self.simulators:
            simulator.reset()
        self._past += len(self.records())

    def records(self) -> list[dict[str, Any]]:
        """Return how the exchanges so far ended."""
        self.gateway._audit.scribe.flush()
        return endings_in(self.folder / "state" / "audit")[self._past :]

    async def record(self, number: int = 0) -> dict[str, Any]:
        """Return how one exchange ended, as soon as it is written."""
        await until(lambda: len(self.records()) > number)
        return self.records()[number]

    async def until_empty(self) -> None:
        """Return once no exchange runs."""
        await until(lambda: self.in_flight == 0)

    async def metrics(self) -> dict[str, float]:
        """Return every sample of /metrics by its name and labels, these in the order of the alphabet."""
        text = (await self.get("/metrics")).body.decode()
        samples = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
        return {_sorted(name): float(value) for name, _, value in samples}

    def be_restless(self, quiet_seconds: float) -> None:
        """Let callers hear keep-alives after so short a silence."""
        self.desk.book = _restless(self.desk.book, quiet_seconds)


@asynccontextmanager
async def a_house(
    folder: Path,
    change: Callable[[PolicyFolder], object] = lambda _: None,
    *,
    upstreams: int = 1,
    environ: Mapping[str, str] | None = None,
) -> AsyncIterator[House]:
    """Serve until the block ends, with so many simulators and the policies as `change` leaves them."""
    collecting = gc.get_threshold()
    async with AsyncExitStack() as stack:
        simulators = [await stack.enter_async_context(Simulator()) for _ in range(upstreams)]
        policies = PolicyFolder(folder / "policies", [simulator.base_url for simulator in simulators])
        change(policies)
        policies.write()
        whole = an_environ(folder, **(environ or {}))
        gateway = Gateway(read_settings(whole), whole)
        await gateway.open()
        try:
            yield House(gateway, folder, simulators)
        finally:
            await gateway.close()
            # The gateway tunes the collector of what it takes for its own process.
            gc.set_threshold(*collecting)
            gc.unfreeze()


def an_environ(folder: Path, **changes: str) -> dict[str, str]:
    """The environment of a gateway that keeps everything in this folder."""
    own = {
        "GATEWAY_PORT": "0",
        "GATEWAY_POLICIES": str(folder / "policies"),
        "GATEWAY_STATE_DIR": str(folder / "state"),
        "GATEWAY_DRAIN_SECONDS": "1",
        "GATEWAY_ACCESS_LOG": "off",
    }
    return own | changes


def _sorted(sample: str) -> str:
    name, brace, labels = sample.partition("{")
    return name + brace + ",".join(sorted(labels.removesuffix("}").split(","))) + ("}" if brace else "")


def tls_environ(pair: Pair, **changes: str) -> dict[str, str]:
    """What makes a gateway speak TLS with this certificate."""
    return {"GATEWAY_TLS_CERTIFICATE": str(pair.certificate), "GATEWAY_TLS_KEY": str(pair.key)} | changes


def serial_of(caller: Caller) -> str:
    """Return the serial number of the certificate that a caller was shown."""
    certificate = caller.writer.get_extra_info("ssl_object").getpeercert()
    serial: str = certificate["serialNumber"]
    return serial


async def until(condition: Callable[[], bool], seconds: float = _PATIENCE_SECONDS) -> None:
    """Return once this is so."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - files and sets tell of no change
            await asyncio.sleep(0.002)


def named(behaviour: Misbehaviour) -> str:
    """Name a misbehaviour by what is odd about it, for the ids of tests."""
    return ",".join(
        f"{field.name}={str(getattr(behaviour, field.name))[:30]!r}"
        for field in fields(behaviour)
        if getattr(behaviour, field.name) != field.default
    )


def _tenant(name: str, key: str, **fields: Any) -> dict[str, Any]:
    return {"tenant": name, "plan": "basic", "keys": [{"id": f"{name}-key", "hash": hash_of(key)}]} | fields


def _restless(book: PolicyBook, quiet_seconds: float) -> PolicyBook:
    def hurried(offer: Offer) -> Offer:
        terms = {name: replace(one, quiet_seconds=quiet_seconds) for name, one in offer.terms.items()}
        return replace(offer, terms=terms)

    offers = {
        tenant: {project: hurried(offer) for project, offer in projects.items()}
        for tenant, projects in book.offers.items()
    }
    return replace(book, offers=offers)
