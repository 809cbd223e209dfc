"""Opening and stopping in order, with real sockets."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from gateway.edge.door_limits import DoorLimits
from gateway.edge.running import Running, Visit
from gateway.edge.server import Listener, Listeners, Readiness, StopSignal
from gateway.edge.server_config import connection_class, serving
from gateway.foundation.listening import open_listening
from tests.fakes.open_door import GET, Caller

pytestmark = pytest.mark.slow


class Slow:
    """An app whose answers take their time, counted as visits."""

    def __init__(self, seconds: float) -> None:
        self.running = Running()
        self.began = asyncio.Event()
        self._seconds = seconds

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer after a while, or say that we stop."""
        assert receive
        task = asyncio.current_task()
        assert task is not None
        visit = Visit(task)
        self.running.enter(visit)
        self.began.set()
        body = scope["path"].encode()
        try:
            await asyncio.sleep(self._seconds)
        except asyncio.CancelledError:
            body = b"drained"
        finally:
            self.running.leave(visit)
        head = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})


class House:
    """One process's listeners over a slow app."""

    def __init__(self, seconds: float) -> None:
        self.app = Slow(seconds)
        self.readiness = Readiness()
        config = uvicorn.Config(
            self.app, http="httptools", ws="none", lifespan="off", log_config=None, loop="none"
        )
        self.listener = Listener(config, open_listening("127.0.0.1", 0))
        self.address = self.listener.address
        self.listeners = Listeners([self.listener], self.app.running, self.readiness)


def _raise(error: BaseException) -> None:
    raise error


@asynccontextmanager
async def visiting(house: House) -> AsyncIterator[Caller]:
    """Connect."""
    async with Caller(*await asyncio.open_connection(*house.address)) as caller:
        yield caller


async def test_a_started_house_is_ready_and_serves() -> None:
    """
    Ready comes after every address accepts.
    """
    house = House(0)
    before = house.readiness.is_ready()

    await house.listeners.start()
    async with visiting(house) as caller:
        caller.say(GET)
        _, body = await caller.hear_answer()
    ready = house.readiness.is_ready()
    await house.listeners.stop(0, 1)

    assert (False, True, b"/") == (before, ready, body)


async def test_what_runs_is_finished_before_the_stop() -> None:
    """
    A stop waits for answers under way; readiness is gone at once.
    """
    house = House(0.2)
    await house.listeners.start()
    async with visiting(house) as caller:
        caller.say(GET)
        await house.app.began.wait()
        stopping = asyncio.ensure_future(house.listeners.stop(0, 10))
        await asyncio.sleep(0)
        ready = house.readiness.is_ready()
        _, body = await caller.hear_answer()
        await stopping

    assert (False, b"/") == (ready, body)


async def test_what_does_not_finish_in_time_has_last_words() -> None:
    """
    The rest is drained, and what it says still arrives.
    """
    house = House(1000)
    await house.listeners.start()
    async with visiting(house) as caller:
        caller.say(GET)
        await house.app.began.wait()
        await house.listeners.stop(0, 0.01)
        _, body = await caller.hear_answer()

    assert b"drained" == body


async def test_who_comes_in_the_moment_of_the_stop_is_not_lost() -> None:
    """
    An exchange that still began when the stop did is waited for as well.
    """
    house = House(0.3)
    await house.listeners.start()
    async with visiting(house) as caller:
        stopping = asyncio.ensure_future(house.listeners.stop(0, 10))
        await asyncio.sleep(0)
        caller.say(GET)
        await house.app.began.wait()
        await stopping
        left = len(house.app.running)
        _, body = await caller.hear_answer()

    assert (0, b"/") == (left, body)


async def test_whom_the_kernel_took_in_is_served_though_nobody_had_accepted_them() -> None:
    """
    They would be reset with the closing of the socket; who comes after it is refused.
    """
    listening = open_listening("127.0.0.1", 0)
    listener = Listener(serving(Slow(0), connection_class(DoorLimits(), _raise)), listening)
    await listener.start()
    address = listener.address
    # All in one turn of the loop, which accepts nobody meanwhile.
    callers = [socket.create_connection(address) for _ in range(20)]
    callers.pop().close()
    for caller in callers:
        caller.sendall(GET)
    await listener._server.shutdown([listening])
    answers = [await asyncio.to_thread(caller.recv, 65536) for caller in callers]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    await listener.refuse()
    await listener.close()
    for caller in callers:
        caller.close()

    assert 19 * [b"HTTP/1.1 200 OK"] == [answer.split(b"\r\n")[0] for answer in answers]


async def test_after_the_stop_nobody_is_accepted() -> None:
    """
    The address is free again.
    """
    house = House(0)
    await house.listeners.start()
    await house.listeners.stop(0, 1)

    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*house.address)


async def test_the_house_stays_open_while_balancers_learn_of_the_stop() -> None:
    """
    During the delay it is not ready, but serves.
    """
    house = House(0)
    await house.listeners.start()
    stopping = asyncio.ensure_future(house.listeners.stop(0.3, 1))
    async with visiting(house) as caller:
        caller.say(GET)
        _, body = await caller.hear_answer()
        ready = house.readiness.is_ready()
        await stopping

    assert (False, b"/") == (ready, body)


async def test_an_ipv6_address_can_be_listened_at() -> None:
    """
    The family follows the address.
    """
    config = uvicorn.Config(Slow(0), log_config=None, lifespan="off", ws="none", loop="none")
    listener = Listener(config, open_listening("::1", 0))

    await listener.start()
    host, port = listener.address
    _, writer = await asyncio.open_connection(host, port)
    writer.close()
    await listener.refuse()
    await listener.close()

    assert "::1" == host


async def test_a_server_that_cannot_start_says_so() -> None:
    """
    A broken configuration is raised, not waited for.
    """
    config = uvicorn.Config(Slow(0), http="no.such.module:Protocol", log_config=None, lifespan="off")
    listener = Listener(config, open_listening("127.0.0.1", 0))

    with pytest.raises(ModuleNotFoundError):
        await asyncio.wait_for(listener.start(), 2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_asks_for_a_stop(number: signal.Signals) -> None:
    """
    SIGTERM and SIGINT alike; a second one changes nothing.
    """
    stop = StopSignal()
    stop.install()
    try:
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)
        await asyncio.wait_for(stop.wait(), 2)
    finally:
        _forget_signals()


async def test_a_hangup_asks_for_a_reload_alone() -> None:
    """
    SIGHUP calls back and does not stop.
    """
    reloading = asyncio.Event()
    stop = StopSignal()
    stop.install()
    stop.hear(reloading.set)
    try:
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.wait_for(reloading.wait(), 2)
    finally:
        _forget_signals()

    assert not stop._event.is_set()


async def test_a_hangup_during_the_start_asks_for_a_reload_after_it() -> None:
    """
    It neither ends the process nor is it forgotten.
    """
    reloads: list[str] = []
    stop = StopSignal()
    stop.install()
    try:
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.wait_for(stop._hung_up.wait(), 2)
        stop.hear(lambda: reloads.append("once"))
    finally:
        _forget_signals()

    assert ["once"] == reloads


async def test_a_stop_ends_a_start_half_way() -> None:
    """
    Whoever waits for a Redis that is away can be told to stop.
    """
    stop = StopSignal()
    opening = asyncio.get_running_loop().create_future()

    async def wait_for_ever() -> None:
        await opening

    permitted = asyncio.ensure_future(stop.permits(wait_for_ever()))
    await asyncio.sleep(0)
    stop.set()

    assert not await asyncio.wait_for(permitted, 2)
    assert opening.cancelled()


async def test_a_start_that_fails_says_why() -> None:
    """
    Its error is raised, whether a stop may come or not.
    """

    async def fail() -> None:
        raise OSError("the port is taken")

    with pytest.raises(OSError, match="taken"):
        await StopSignal().permits(fail())


async def test_a_stop_can_be_asked_for_without_a_signal() -> None:
    """
    Tests and embedders have no process of their own.
    """
    stop = StopSignal()

    stop.set()

    await asyncio.wait_for(stop.wait(), 1)


def _forget_signals() -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.remove_signal_handler(number)
