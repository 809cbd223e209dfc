"""
The link to Redis for one purpose: who has quick commands to send sends them here.

Commands for one server of a cluster share its lane. A command whose slot has
moved (MOVED, ASK, TRYAGAIN) goes the long way through redis-py, which follows
the redirection, and the map of slots is asked for anew.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from redis.asyncio import RedisCluster

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.address import Endpoint
from gateway.foundation.redis_link.call import AwaitedCall, Call, Script, Word
from gateway.foundation.redis_link.dialling import Dialler, SlowClient, failure_of
from gateway.foundation.redis_link.failures import (
    RedisBusy,
    RedisDown,
    RedisFailure,
    RedisLost,
    RedisRefused,
    UnfitRedis,
)
from gateway.foundation.redis_link.keeper import LaneKeeper
from gateway.foundation.redis_link.lane import Lane, first_error

_REDIRECTIONS = frozenset({"MOVED", "ASK", "TRYAGAIN"})
# The server no longer is what it was: a replica, or cut off from its master.
_WRONG_SERVER = frozenset({"READONLY", "MASTERDOWN"})
_LOOK_AGAIN_SECONDS = 0.2
_MOST_DETOURS = 256

StateListener = Callable[[RedisFailure | None], None]


class RedisLink:
    """
    Send commands to Redis and hand out what came of them.

    Make one for each purpose, so that a big value of one does not delay
    another's commands. A reply that took the long way has redis-py's own form,
    which is the same for numbers, values and scripts. `on_state` hears the failure when a server goes down
    and None when it is back.
    """

    def __init__(
        self,
        dialler: Dialler,
        tasks: LastTasks,
        *,
        deadline_seconds: float = 0.5,
        most_waiting: int = 20_000,
        on_state: StateListener = lambda _: None,
    ) -> None:
        self._dialler = dialler
        self._tasks = tasks
        self._deadline_seconds = deadline_seconds
        self._most_waiting = most_waiting
        self._on_state = on_state
        self._client: SlowClient | None = None
        self._keepers: dict[Endpoint | None, LaneKeeper] = {}
        self._masters: dict[int, Endpoint] = {}
        self._map_failure: RedisFailure | None = None
        self._looking: asyncio.Task[None] | None = None
        self._is_closed = False
        self._detours = 0

    @property
    def client(self) -> SlowClient:
        """The redis-py client of this link, for slow things; closed with the link."""
        if self._client is None:
            self._client = self._dialler.client()
        return self._client

    @property
    def failure(self) -> RedisFailure | None:
        """Why some server cannot be reached now, if one cannot."""
        return next((keeper.failure for keeper in self._keepers.values() if keeper.failure), None)

    async def open(self, *, patience_seconds: float = 0.0) -> None:
        """
        Connect, within so many seconds; raise the failure of the last try, and go on trying.

        Only `UnfitRedis` says that trying is no use, and is not waited out.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience_seconds
        while True:
            try:
                await self._reach_all()
            except UnfitRedis:
                raise
            except RedisFailure:
                if loop.time() >= deadline:
                    raise
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            else:
                return

    async def _reach_all(self) -> None:
        """Raise the failure of the latest try, unless every server could be reached."""
        if self._dialler.is_cluster:
            await self._look_at_the_map()
            if not self._masters:
                self._look_soon()
                raise self._map_failure or RedisDown("no server of the Redis Cluster answers")
        endpoints: list[Endpoint | None] = [*sorted(set(self._masters.values()))] or [None]
        for keeper in [self._keeper(endpoint) for endpoint in endpoints]:
            await keeper.tried.wait()
        if (failure := self.failure) is not None:
            raise failure

    def send(self, call: Call) -> None:
        """Send a command; what comes of it is told to the call. Never waits, never raises."""
        if not self._dialler.is_cluster:
            self._keeper(None).send(call)
            return
        endpoint = self._masters.get(call.slot)
        if endpoint is None:
            self._look_soon()
            call.failed(RedisDown("no server of the Redis Cluster is known for this slot"))
            return
        self._keeper(endpoint).send(call)

    def server_of(self, slot: int) -> Endpoint | None:
        """Return which server of a cluster has this slot; None where there is one server for all."""
        return self._masters.get(slot)

    async def call(self, *words: Word, slot: int = 0, is_repeatable: bool = False) -> Any:
        """Send a command and return its reply; raise a `RedisFailure`."""
        call = AwaitedCall(words, slot, is_repeatable=is_repeatable)
        self.send(call)
        reply = await call.future
        if isinstance(reply, list) and (error := first_error(reply)) is not None:
            raise RedisRefused(error)
        return reply

    async def run(self, script: Script, slot: int, *arguments: Word) -> Any:
        """
        Run a script that may be repeated and return its reply; raise a `RedisFailure`.

        `arguments` begin with the number of keys, as those of EVALSHA do.
        """
        call = AwaitedCall((b"EVALSHA", script.sha, *arguments), slot, is_repeatable=True, script=script)
        self.send(call)
        return await call.future

    async def close(self) -> None:
        """Close every connection; what is under way is lost."""
        self._is_closed = True
        if self._looking is not None:
            self._looking.cancel()
        for keeper in self._keepers.values():
            keeper.close()
        if self._client is not None:
            await self._client.aclose()
        await self._dialler.close()

    def _keeper(self, endpoint: Endpoint | None) -> LaneKeeper:
        keeper = self._keepers.get(endpoint)
        if keeper is None:
            keeper = self._keepers[endpoint] = LaneKeeper(
                lambda lane: self._dialler.dial(lane, endpoint),
                self._tasks,
                on_error=lambda lane, call, error: self._complain(endpoint, lane, call, error),
                on_state=self._state_changed,
                deadline_seconds=self._deadline_seconds,
                most_waiting=self._most_waiting,
            )
            keeper.start()
        return keeper

    def _complain(self, endpoint: Endpoint | None, lane: Lane, call: Call, error: str) -> None:
        code = error.partition(" ")[0]
        if code == "NOSCRIPT" and call.spell_out():
            lane.send(call)
        elif code in _REDIRECTIONS and self._dialler.is_cluster:
            self._look_soon()
            self._begin_detour(call)
        else:
            refusal = RedisRefused(error)
            call.failed(refusal)
            if refusal.code in _WRONG_SERVER:
                self._keepers[endpoint].drop()
                self._look_soon()

    def _begin_detour(self, call: Call) -> None:
        if self._detours >= _MOST_DETOURS:
            call.failed(RedisBusy(f"{_MOST_DETOURS} commands follow redirections already"))
            return
        self._detours += 1
        call.took_detour = True
        call.spell_out()
        self._tasks.start(self._detour(call))

    async def _detour(self, call: Call) -> None:
        failure: RedisFailure | None = RedisLost("the command was given up while it followed a redirection")
        reply = None
        try:
            async with asyncio.timeout(self._deadline_seconds * 4):
                reply = await self.client.execute_command(*call.plain_words())
            failure = None
        except Exception as error:  # noqa: BLE001 - redis-py may close a connection while it is logged in over
            failure = failure_of(error)
        finally:
            # Whatever happened, the one who waits is told.
            self._detours -= 1
            if failure is not None:
                call.failed(failure)
            else:
                call.arrived(reply)

    def _state_changed(self, failure: RedisFailure | None) -> None:
        if failure is not None:
            self._look_soon()
        self._on_state(failure)

    def _look_soon(self) -> None:
        if self._dialler.is_cluster and self._looking is None and not self._is_closed:
            self._looking = self._tasks.start_endless(self._keep_looking())

    async def _keep_looking(self) -> None:
        """Ask for the map until every server on it can be reached."""
        try:
            while True:
                await self._look_at_the_map()
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
                if self.failure is None and self._masters:
                    return
        finally:
            self._looking = None

    async def _look_at_the_map(self) -> None:
        client = self.client
        if not isinstance(client, RedisCluster):
            return
        try:
            masters = await self._dialler.masters(client)
        except RedisFailure as failure:
            self._map_failure = failure
            return
        self._masters, self._map_failure = masters, None
        for endpoint in self._keepers.keys() - set(masters.values()):
            self._keepers.pop(endpoint).close()
