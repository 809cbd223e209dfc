"""An answer that ends for want of a place, a reader, a partner or a gateway ends without telling of it."""

import asyncio
import signal
import socket
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import Answer, PolicyFolder, listen
from tests.fakes.open_door import Caller
from tests.journeys.canary import Case, Stage, a_stage, play, search, written
from tests.journeys.canary_codes import FORCED
from tests.journeys.serving import Served, starting

pytestmark = pytest.mark.slow

# The simulator thinks aloud about what it was asked.
_ANSWERED = ("answer", "part")
_UNKEPT = {"Cache-Control": "no-store"}
_MANY = 24
_PATIENCE_SECONDS = 20.0


def change(policies: PolicyFolder) -> None:
    """Name a model behind one connection, and one without a server."""
    first = policies.upstreams["first"]
    patience = {"timeouts": {"stall_seconds": 30.0, "total_seconds": 60.0}}
    policies.upstreams["first"] = first | patience
    policies.upstreams["narrow"] = first | patience | {"connections": 1, "queue": 1}
    policies.upstreams["unset"] = first | {"credential": "", "available": "when_credential_set"}
    for name in ("narrow", "unset"):
        route = [{"upstream": name, "model": "deepseek-flash"}]
        policies.more_models[f"deepseek-{name}"] = {"route": route, "retries": {"attempts": 1}}


async def ask(stage: Stage, served: Served, request: bytes) -> Answer:
    """Ask something beside others, and look at the answer."""
    async with await served.call() as caller:
        caller.say(request)
        return look_at(stage, await (await listen(caller)).rest())


def look_at(stage: Stage, answer: Answer) -> Answer:
    """Keep the code of an answer if it has one, and see that nothing else of others is in it."""
    head = repr(sorted(answer.headers.items())).encode()
    assert set() == stage.canaries.found_in(answer.body + head, but=_ANSWERED), answer.body
    if b'"error"' in answer.body:
        stage.told.add(answer.error["code"])
    return answer


async def crowd(stage: Stage, served: Served) -> None:
    """Ask for more at once than a server has connections."""
    stage.simulator.reset()
    stage.simulator.always(Misbehaviour(slow_head=0.5))
    request = stage.ask(stage.body(model="deepseek-narrow"), **_UNKEPT)
    await asyncio.gather(*(ask(stage, served, request) for _ in range(_MANY)))


async def fall_behind(stage: Stage, served: Served) -> None:
    """Share a long answer with one who reads it, and read nothing of it meanwhile."""
    said = stage.canaries.plant("answer", "It is {}. ")
    stage.simulator.reset()
    stage.simulator.always(Misbehaviour(text=said * 250_000, delta_size=1_000, slow_first_token=0.5))
    request = stage.ask(stage.body(stream=True))
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, served.address)
    async with Caller(*await asyncio.open_connection(sock=line)) as slow, await served.call() as quick:
        slow.say(request)
        quick.say(request)
        heard = await (await listen(quick)).rest()
        fell = await (await listen(slow)).rest()
    assert heard.is_whole
    assert "fell_behind" == fell.error["code"]
    look_at(stage, replace(fell, pieces=fell.pieces[-3:]))


async def shut(stage: Stage, served: Served) -> None:
    """Stop the gateway in the middle of an answer that stalls, and of one that has not begun."""
    stage.simulator.reset()
    stage.simulator.always(Misbehaviour(text=stage.canaries.plant("answer", "It is {}. "), stall_after=2))
    running = [
        asyncio.ensure_future(ask(stage, served, stage.ask(stage.body(stream=stream), **_UNKEPT)))
        for stream in (False, True)
    ]
    await stage.simulator.until(lambda: len(stage.simulator.records) == len(running))
    served.signal(signal.SIGTERM)
    await asyncio.gather(*running)
    await served.ended()


async def dawdle(stage: Stage, served: Served) -> Answer:
    """Begin a request and never come to its end."""
    async with await served.call() as caller:
        caller.say(stage.ask(stage.body()).partition(b"Tracestate")[0])
        await asyncio.wait_for(caller.reader.readuntil(b"{"), _PATIENCE_SECONDS)
        return Answer(408, {}, (b"{", await caller.hear_all()), is_whole=True)


async def lose_a_partner(stage: Stage, served: Served) -> None:
    """Share an answer between workers, and take away what they share it by."""
    stage.simulator.reset()
    text = stage.canaries.plant("answer", "It is {}. ")
    stage.simulator.always(Misbehaviour(text=text * 9, stall_after=20, stall=2.0))
    request = stage.ask(stage.body(stream=True))
    async with AsyncExitStack() as stack:
        callers = [await stack.enter_async_context(await served.call()) for _ in range(_MANY)]
        for caller in callers:
            caller.say(request)
        heard = [await listen(caller) for caller in callers]
        for one in heard:
            await one.piece()
        stage.redis.kill()
        for one in heard:
            look_at(stage, await one.rest())


async def test_an_answer_that_finds_no_end_tells_nothing(tmp_path: Path) -> None:
    """
    A server is taken, a reader sleeps, a request never comes, the gateway is shut.
    """
    async with a_stage(tmp_path) as stage:
        async with starting(stage.environ(change, GATEWAY_REDIS_URL=""), stage.folder) as served:
            await served.until_listening()
            dawdling = asyncio.ensure_future(dawdle(stage, served))
            unset = stage.ask(stage.body(model="deepseek-unset"))
            await play(stage, served, Case("upstream_unconfigured", unset))
            await crowd(stage, served)
            await fall_behind(stage, served)
            look_at(stage, await dawdling)
            found = await search(stage, served)
            await shut(stage, served)
            found["logs"] = stage.canaries.found_in(written(served))
        in_state = set().union(*stage.canaries.found_under(stage.folder / "state").values())

    assert FORCED["test_canary_endings"] == stage.told
    assert {"agent"} == in_state
    assert {name: set() for name in ("metrics", "headers upstream", "logs")} == found


async def test_workers_that_lose_each_other_tell_nothing(tmp_path: Path) -> None:
    """
    An answer that they share, and the account of what they counted.
    """
    async with a_stage(tmp_path) as stage:
        environ = stage.environ(change, GATEWAY_WORKERS="2", GATEWAY_MASTER_KEY="0f" * 32)
        async with starting(environ, stage.folder) as served:
            await served.until_listening()
            await lose_a_partner(stage, served)
            found = await search(stage, served)
            served.signal(signal.SIGSTOP)
            metrics = stage.ask(b"", path="/metrics", method="GET")
            await play(stage, served, Case("metrics_unavailable", metrics))
            served.signal(signal.SIGCONT)
            stage.redis.start()
            served.signal(signal.SIGTERM)
            await served.ended()
            found["logs"] = stage.canaries.found_in(written(served))
        in_state = set().union(*stage.canaries.found_under(stage.folder / "state").values())

    assert FORCED["test_canary_endings, two workers"] == stage.told
    assert {"agent"} == in_state
    assert {name: set() for name in ("metrics", "headers upstream", "logs")} == found
