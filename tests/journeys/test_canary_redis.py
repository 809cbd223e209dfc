"""A Redis that goes away, refuses, forgets or lies makes nobody talk."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis as redis_py

from gateway.identity.api_key import hash_of
from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import PolicyFolder, listen, until
from tests.journeys.canary import Case, Stage, a_stage, play, search, written
from tests.journeys.canary_codes import FORCED
from tests.journeys.serving import Served, starting

pytestmark = pytest.mark.slow

_UNKEPT = {"Cache-Control": "no-store"}
# The simulator thinks aloud about what it was asked.
_ANSWERED = ("answer", "part")
_RULES = [{"name": "many", "kind": "requests", "limit": 10_000, "window_seconds": 60}]
_WAYS = ("deny", "allow", "local")
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_MOST_TRIES = 400
_SLOW_LOG = ("--slowlog-log-slower-than", "0", "--slowlog-max-len", "50000")


def environ_of(stage: Stage) -> dict[str, str]:
    """Return the environment of a gateway with a tenant for each way to go on without Redis."""
    plant = stage.canaries.plant

    def change(policies: PolicyFolder) -> None:
        for way in _WAYS:
            limits = {"when_redis_fails": way, "rules": _RULES}
            policies._write(f"plans/{way}", policies.plan | {"plan": way, "limits": limits})
            key = {"id": f"{way}-key", "hash": hash_of(plant(f"key of {way}", "sk-tenant-{}"))}
            policies.tenants[way] = {"tenant": way, "plan": way, "residency": "external", "keys": [key]}

    return stage.environ(
        change,
        GATEWAY_REDIS_URL=f"redis://:{plant('redis_password')}@127.0.0.1:{stage.redis.port}/0",
        GATEWAY_STATE_GRACE_SECONDS="0",
    )


class Siege:
    """A gateway under load, and the means to harm its Redis."""

    def __init__(self, stage: Stage, served: Served) -> None:
        password = stage.canaries.plant("redis_password")
        self.stage = stage
        self.served = served
        self.redis: Any = redis_py.Redis(port=stage.redis.port, password=password)
        self.admin = stage.canaries.plant("admin_key", "the-key-of-an-operator-{}")
        self.made = ""

    def lock(self) -> None:
        """Let Redis want a password."""
        self.stage.redis.ask("CONFIG", "SET", "requirepass", self.stage.canaries.plant("redis_password"))

    async def open(self) -> None:
        """Have a key made that Redis alone knows."""
        wish = self.stage.ask({"tenant": "allow"}, path="/admin/v1/keys", key=self.admin)
        self.made = (await play(self.stage, self.served, Case(None, wish))).document["key"]
        self.stage.canaries.plant_value("made key", self.made.rpartition("-")[2])
        await self.until_healed()

    def requests(self) -> Iterator[bytes]:
        """What callers ask: of every plan, whole and as a stream, alone and shared, and for the cache."""
        for way in _WAYS:
            key = self.stage.canaries.plant(f"key of {way}", "sk-tenant-{}")
            for stream in (False, True):
                body = self.stage.body(stream=stream)
                yield self.stage.ask(body, key=key, **_UNKEPT)
                yield self.stage.ask(body, key=key)
                yield self.stage.ask(body, key=key)
        yield self.stage.ask(self.stage.body(stream=True), key=self.made)

    def orders(self) -> Iterator[bytes]:
        """What operators and clients ask who need the store."""
        plant, ask = self.stage.canaries.plant, self.stage.ask
        yield ask(b"", path="/admin/v1/keys", key=self.admin, method="GET")
        yield ask(b"", path="/v1/usage", key=self.made, method="GET")
        yield ask({"tenant": "acme"}, path="/admin/v1/cache/purge", key=self.admin)
        wrong = plant("form", "grant_type=client_credentials&client_id=robot&client_secret={}")
        yield ask(wrong.encode(), path="/oauth2/token", key=None, **_FORM)
        secret = plant("client_secret", "client_id=robot&client_secret=the-secret-of-a-robot-{}")
        for path in ("/oauth2/introspect", "/oauth2/revoke"):
            yield ask(f"{secret}&token={plant('token')}".encode(), path=path, key=None, **_FORM)

    async def ask(self, request: bytes) -> str | None:
        """Ask something, look at the answer, whatever it is, and return its code if it has one."""
        async with await self.served.call() as caller:
            caller.say(request)
            answer = await (await listen(caller)).rest()
        head = repr(sorted(answer.headers.items())).encode()
        assert set() == self.stage.canaries.found_in(answer.body + head, but=_ANSWERED), answer.body
        code = code_of(answer.body)
        self.stage.told |= {code} if code is not None else set()
        return code

    async def during(self, act: Callable[[], object], sign: str = "") -> None:
        """Let this happen in the middle of many answers; ask again, and again once there is a sign of it."""
        before = self.served.told.count(sign)
        begun = [asyncio.ensure_future(self.ask(request)) for request in self.requests()]
        await self.stage.simulator.until(lambda: len(self.stage.simulator.records) > 3)
        await asyncio.to_thread(act)
        await asyncio.gather(*begun, *map(self.ask, [*self.requests(), *self.orders()]))
        if sign:
            await until(lambda: self.served.told.count(sign) > before)
            await asyncio.gather(*map(self.ask, [*self.requests(), *self.orders()]))

    async def until_healed(self) -> None:
        """Return once Redis is used again by those who are denied without it, and by the store."""
        denied, made = next(self.requests()), self.stage.ask(self.stage.body(stream=True), key=self.made)
        for request in (denied, made):
            for _ in range(_MOST_TRIES):
                if await self.ask(request) is None:
                    break
                await asyncio.sleep(0.05)
            else:
                pytest.fail("Redis is not used again")
        text = self.stage.canaries.plant("answer", "It is {}. ")
        self.stage.simulator.reset()
        self.stage.simulator.always(Misbehaviour(text=text * 3, delay_ms=10))

    def garble(self) -> None:
        """Let the documents of the store say something else."""
        values = "{dsg-state}:values"
        for name in self.redis.hkeys(values):
            self.redis.hset(values, name, self.stage.canaries.plant("spoilt", '{{"id": "{}", "hash": 1'))

    def spoil(self) -> None:
        """Put words in the place of everything that is kept."""
        for name in self.redis.scan_iter():
            self.redis.set(name, self.stage.canaries.plant("spoilt"))


def code_of(body: bytes) -> str | None:
    """Return the code of an error, wherever it stands in an answer."""
    _, found, rest = body.rpartition(b'"code":"')
    return rest.partition(b'"')[0].decode() if found else None


async def besiege(siege: Siege) -> None:
    """Do to Redis what can be done to it."""
    redis, server = siege.redis, siege.stage.redis
    await siege.during(server.freeze, '"redis.lost"')
    server.thaw()
    await siege.until_healed()
    await siege.during(server.kill, '"state.lost"')
    # It comes back without its password, and refuses those who show one.
    server.start()
    await siege.during(lambda: None)
    siege.lock()
    await siege.until_healed()
    await siege.during(lambda: redis.acl_setuser("default", enabled=True, categories=["-@scripting"]))
    redis.acl_setuser("default", enabled=True, categories=["+@all"])
    await siege.until_healed()
    await siege.during(lambda: redis.config_set("maxmemory", 1))
    redis.config_set("maxmemory", 0)
    await siege.until_healed()
    await siege.during(redis.script_flush)
    await siege.until_healed()
    await siege.during(lambda: redis.replicaof("127.0.0.1", 9))
    redis.replicaof("NO", "ONE")
    await siege.until_healed()


async def test_whatever_happens_to_redis_nothing_private_is_told(tmp_path: Path) -> None:
    """
    It hangs, dies, is back, lets nobody in, takes no script, has no memory, is no master, lies.
    """
    async with a_stage(tmp_path, *_SLOW_LOG) as stage:
        async with starting(environ_of(stage), stage.folder) as served:
            siege = Siege(stage, served)
            siege.lock()
            await served.until_listening()
            await siege.open()
            await besiege(siege)
            commands = repr(siege.redis.slowlog_get(-1)).encode()
            await siege.during(siege.garble)
            await siege.during(siege.spoil)
            found = await search(stage, served)
            served.signal(signal.SIGTERM)
            await served.ended()
            told = served.told
            found["logs"] = stage.canaries.found_in(written(served))
        found["commands"] = stage.canaries.found_in(commands)
        in_redis = set().union(*stage.canaries.found_under(stage.folder / "redis").values())
        in_state = set().union(*stage.canaries.found_under(stage.folder / "state").values())

    # What else is told under load is a matter of the moment.
    assert FORCED["test_canary_redis"] <= stage.told
    assert all(f'"decision": "degraded_{way}"' in told for way in _WAYS)
    assert b"EVALSHA" in commands
    assert {"agent"} == in_state
    # What the test wrote there itself.
    assert {"spoilt"} == in_redis
    assert {name: set() for name in ("metrics", "headers upstream", "logs", "commands")} == found
