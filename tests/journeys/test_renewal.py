"""A certificate is renewed in the middle of everything, and no request notices."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.server import Simulator
from tests.fakes.certificates import Authority, Pair
from tests.fakes.house import PolicyFolder, a_chat, a_request, listen, serial_of, tls_environ
from tests.fakes.redis_server import RedisServer
from tests.journeys.serving import Served, a_process_environ, starting

SLOW_STREAM = Misbehaviour(deltas=40, delay_ms=50)


class Load:
    """Callers who come again and again, some of whom stay; what they got and which certificates they saw."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self.statuses: list[int] = []
        self.serials: list[str] = []
        self._is_over = False

    async def run(self, coming: int, staying: int) -> None:
        """Call until it is over."""
        await asyncio.gather(
            *[self._come_and_go() for _ in range(coming)], *[self._stay() for _ in range(staying)]
        )

    async def until_seen(self, serial: str) -> None:
        """Return once one of those who come saw this certificate."""
        async with asyncio.timeout(20):
            while serial not in self.serials:  # noqa: ASYNC110 - a list tells of no change
                await asyncio.sleep(0.01)

    def end(self) -> None:
        """Let everyone ask for the last time."""
        self._is_over = True

    async def _come_and_go(self) -> None:
        while not self._is_over:
            async with await self._served.call() as caller:
                self.serials.append(serial_of(caller))
                caller.say(a_request(a_chat()))
                self.statuses.append((await (await listen(caller)).rest()).status)

    async def _stay(self) -> None:
        async with await self._served.call() as caller:
            while not self._is_over:
                caller.say(a_request(a_chat()))
                self.statuses.append((await (await listen(caller)).rest()).status)
                await asyncio.sleep(0.01)


class Stage:
    """A gateway that speaks TLS as a process, its certificate, and who signs the next one."""

    def __init__(self, served: Served, simulator: Simulator, authority: Authority, pair: Pair) -> None:
        self.served = served
        self.simulator = simulator
        self.authority = authority
        self.pair = pair

    async def serial(self) -> str:
        """Return the number of the certificate that the next caller is shown."""
        async with await self.served.call() as caller:
            return serial_of(caller)

    async def renew(self, number: int, *, workers: int, with_signal: bool) -> None:
        """Put a new certificate in the place of the old one, and return once every worker shows it."""
        self.pair.become(self.authority.pair("localhost", f"renewed{number}"))
        if with_signal:
            self.served.signal(signal.SIGHUP)
        looks = 1 if workers == 1 else 8 * workers
        async with asyncio.timeout(20):
            while {self.pair.serial} != {await self.serial() for _ in range(looks)}:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


@asynccontextmanager
async def a_stage(folder: Path, **changes: str) -> AsyncIterator[Stage]:
    """Serve until the block ends, which has to be by SIGTERM and with 0."""
    authority = Authority(folder)
    pair = authority.pair("localhost")
    async with Simulator() as simulator:
        policies = PolicyFolder(folder / "policies", [simulator.base_url])
        policies.write()
        environ = a_process_environ(
            folder,
            GATEWAY_POLICIES=str(policies.folder),
            GATEWAY_DRAIN_SECONDS="10",
            **tls_environ(pair, **changes),
        )
        async with starting(environ, folder) as served:
            served.trust = authority.client_context()
            await served.until_told("workers serve" if "GATEWAY_WORKERS" in changes else "listens on ")
            yield Stage(served, simulator, authority, pair)
            with suppress(ProcessLookupError):
                served.signal(signal.SIGTERM)
            assert 0 == await served.ended()


async def renew_under_load(stage: Stage, *, workers: int) -> Load:
    """Renew three times while callers come and stay; every other time with a signal."""
    load = Load(stage.served)
    running = asyncio.ensure_future(load.run(coming=4, staying=4))
    await load.until_seen(stage.pair.serial)
    for number in range(3):
        await stage.renew(number, workers=workers, with_signal=number % 2 == 0)
        await load.until_seen(stage.pair.serial)
    load.end()
    await running
    return load


@pytest.mark.slow
async def test_no_request_fails_while_certificates_are_renewed(tmp_path: Path) -> None:
    """
    Four certificates in a few seconds: all of them were seen, and every answer was whole.
    """
    async with a_stage(tmp_path) as stage:
        load = await renew_under_load(stage, workers=1)

    assert len(load.statuses) > 100
    assert {200} == set(load.statuses)
    assert 4 == len(set(load.serials))
    assert len(load.statuses) == len(stage.served.access_log)


@pytest.mark.long
async def test_no_request_fails_while_every_worker_renews(tmp_path: Path, redis_server: RedisServer) -> None:
    """
    Two processes at one address do it each for itself; afterwards nobody shows the old one.
    """
    changes = {"GATEWAY_WORKERS": "2", "GATEWAY_REDIS_URL": redis_server.url}
    async with a_stage(tmp_path, **changes) as stage:
        load = await renew_under_load(stage, workers=2)
        shown = {await stage.serial() for _ in range(20)}

    assert len(load.statuses) > 100
    assert {200} == set(load.statuses)
    assert 4 == len(set(load.serials))
    assert {load.serials[-1]} == shown


@pytest.mark.long
async def test_no_request_fails_while_all_workers_are_replaced_over_tls(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    """
    Whoever is in the middle of a handshake with a worker that stops is still served by it.
    """
    changes = {"GATEWAY_WORKERS": "2", "GATEWAY_REDIS_URL": redis_server.url}
    async with a_stage(tmp_path, **changes) as stage:
        load = Load(stage.served)
        running = asyncio.ensure_future(load.run(coming=8, staying=0))
        stage.served.signal(signal.SIGUSR2)
        await stage.served.until_told("2 workers were replaced")
        load.end()
        await running

    assert len(load.statuses) > 100
    assert {200} == set(load.statuses)


@pytest.mark.slow
async def test_a_bad_certificate_leaves_the_old_one_in_force(tmp_path: Path) -> None:
    """
    The gateway says which file is at fault, goes on, and takes the mended one.
    """
    async with a_stage(tmp_path) as stage:
        first = await stage.serial()
        stage.pair.certificate.write_text("half of a certific")
        stage.served.signal(signal.SIGHUP)
        await stage.served.until_told("tls.rejected")
        kept = await stage.serial()
        answer = await stage.served.ask(a_chat())
        await stage.renew(1, workers=1, with_signal=True)
        mended = await stage.serial()

    assert f"{stage.pair.certificate} has no certificate in it" in stage.served.told
    assert (first, 200) == (kept, answer.status)
    assert mended != first


@pytest.mark.slow
async def test_a_stream_outlives_the_certificate_it_began_under(tmp_path: Path) -> None:
    """
    It ends properly, and so does one that is under way when the gateway is told to stop.
    """
    async with a_stage(tmp_path) as stage:
        stage.simulator.next(SLOW_STREAM)
        async with await stage.served.call() as caller:
            caller.say(a_request(a_chat(stream=True)))
            listening = await listen(caller)
            await listening.piece()
            await stage.renew(1, workers=1, with_signal=True)
            stage.served.signal(signal.SIGTERM)
            answer = await listening.rest()
            code = await stage.served.ended()

    assert (True, b"data: [DONE]\n\n") == (answer.is_whole, answer.events[-1])
    assert 0 == code
    assert ["finished"] == [line["ending"] for line in stage.served.access_log]


@pytest.mark.slow
async def test_the_start_says_over_what_it_speaks(tmp_path: Path) -> None:
    """
    The address begins with https, and the certificate is named with its end.
    """
    async with a_stage(tmp_path) as stage:
        told = stage.served.told

    host, port = stage.served.address
    assert f'"deepseek-gateway listens on https://{host}:{port}"' in told
    assert '"over TLS, with a certificate for localhost until 2090-01-01 00:00 UTC"' in told
