"""
One who keeps a lane to one Redis server open.

    dialling   commands wait for the outcome of this one try, up to a deadline
    open       commands go out
    down       the last try failed, or takes long: commands fail at once, and
               the next try comes after a growing pause

So no command waits longer than two deadlines, and a Redis that is away costs
its callers nothing but the first wait.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.call import Call
from gateway.foundation.redis_link.failures import RedisBusy, RedisDown, RedisFailure, RedisLost
from gateway.foundation.redis_link.lane import Complaint, Lane

_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 2.0
_MOST_TRIES = 2

Dial = Callable[[Lane], Awaitable[None]]
StateChanged = Callable[[RedisFailure | None], None]


class LaneKeeper:
    """
    Hold one lane and replace it when it breaks.

    `dial` connects a fresh lane or raises a `RedisFailure`; `on_state` hears
    None when the lane is open, and the failure when it went down. At most
    `most_waiting` commands wait for replies at any time. `tried` is set once
    the first try has ended, well or badly.
    """

    def __init__(
        self,
        dial: Dial,
        tasks: LastTasks,
        *,
        on_error: Complaint,
        on_state: StateChanged,
        deadline_seconds: float,
        most_waiting: int,
    ) -> None:
        self._dial = dial
        self._tasks = tasks
        self._on_error = on_error
        self._on_state = on_state
        self._deadline_seconds = deadline_seconds
        self._most_waiting = most_waiting
        self._lane: Lane | None = None
        self._queue: list[Call] = []
        self._failure: RedisFailure | None = None
        self._is_slow = False
        self._dialling: asyncio.Task[None] | None = None
        self._is_closed = False
        self.tried = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether commands go out now."""
        return self._lane is not None

    @property
    def failure(self) -> RedisFailure | None:
        """Why the last try to connect failed; None before the first and after a good one."""
        return self._failure

    @property
    def dialling(self) -> "asyncio.Task[None] | None":
        """The work that connects, if it was begun; it may be over."""
        return self._dialling

    def start(self) -> "asyncio.Task[None]":
        """Begin to connect, unless that is under way; the task ends when a lane is open."""
        if self._dialling is None or self._dialling.done():
            self._dialling = self._tasks.start_endless(self._keep_dialling())
        return self._dialling

    def send(self, call: Call) -> None:
        """Send a command, let it wait for the running try, or fail it."""
        lane = self._lane
        if lane is not None:
            if lane.waiting >= self._most_waiting:
                call.failed(RedisBusy(f"{self._most_waiting} commands wait for Redis already"))
                return
            lane.send(call)
        elif self._failure is not None or self._is_slow or self._is_closed:
            call.failed(RedisDown("there is no connection to Redis"))
        elif len(self._queue) >= self._most_waiting:
            call.failed(RedisBusy(f"{self._most_waiting} commands wait for Redis already"))
        else:
            self._queue.append(call)

    def drop(self) -> None:
        """Cut the lane, so that another is dialled: the server turned out to be the wrong one."""
        if self._lane is not None:
            self._lane.close()

    def close(self) -> None:
        """Connect no more, and fail what waits."""
        self._is_closed = True
        if self._dialling is not None:
            self._dialling.cancel()
        # Nobody shall wait for a try that was given up.
        self.tried.set()
        self.drop()
        self._fail_queue(RedisDown("the gateway is closing its connections to Redis"))

    async def _keep_dialling(self) -> None:
        pause_seconds = _FIRST_PAUSE_SECONDS
        while not self._is_closed:
            lane = Lane(self._deadline_seconds, self._lost, self._on_error)
            try:
                await self._dial_for_a_while(lane)
            except RedisFailure as failure:
                self._went_down(failure)
                await asyncio.sleep(pause_seconds)
                pause_seconds = min(_LONGEST_PAUSE_SECONDS, pause_seconds * 2)
            else:
                if self._is_closed:
                    # A library that waits with a deadline can lose the cancellation of a close.
                    lane.close()
                else:
                    self._came_up(lane)
                return

    async def _dial_for_a_while(self, lane: Lane) -> None:
        tiring = asyncio.get_running_loop().call_later(self._deadline_seconds, self._tire)
        try:
            await self._dial(lane)
        finally:
            tiring.cancel()

    def _tire(self) -> None:
        self._is_slow = True
        self._fail_queue(RedisDown("connecting to Redis takes long"))

    def _came_up(self, lane: Lane) -> None:
        self._lane, self._failure, self._is_slow = lane, None, False
        self.tried.set()
        queue, self._queue = self._queue, []
        for call in queue:
            lane.send(call)
        self._on_state(None)

    def _went_down(self, failure: RedisFailure) -> None:
        self._failure = failure
        self.tried.set()
        self._fail_queue(RedisDown("there is no connection to Redis"))
        self._on_state(failure)

    def _fail_queue(self, failure: RedisFailure) -> None:
        queue, self._queue = self._queue, []
        for call in queue:
            call.failed(failure)

    def _lost(self, lane: Lane, sent: Sequence[Call], unsent: Sequence[Call]) -> None:
        if lane is not self._lane:
            # It broke before it was handed over; the one who dials finds out by itself.
            return
        self._lane = None
        if not self._is_closed:
            self.start()
        for call in sent:
            call.tries += 1
            if call.is_repeatable and call.tries < _MOST_TRIES and call.is_wanted:
                self.send(call)
            else:
                call.failed(RedisLost("the connection to Redis broke before the reply came"))
        for call in unsent:
            self.send(call)
