"""
The transport `httpx2`: for upstreams that want HTTP/2 or a forward proxy.

It costs about ten times as much per call as `http1`. One task carries each
call from its start to its end, so that cutting a call off is cancelling its
task. As with `http1`, a call that met a connection which the upstream had just
closed is sent once more.

Over HTTP/2, too, each call has a connection to itself: the library never resets a
stream that was given up (seen in 2.16), so that the upstream would go on
generating. Closing the connection is heard.

A server that refuses a large request while it is being sent is heard when all
of it is sent, or not at all, if it reads no more.
"""

import asyncio
import ssl
import sys
from collections.abc import Callable, Mapping

from gateway.foundation.frames import let_go_of_frames
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.web_client import (
    WebAnswer,
    WebClient,
    WebConnectTimedOut,
    WebFailure,
    WebInvalid,
    WebRequest,
    WebStale,
    WebUnreachable,
)
from gateway.upstreams.answer_head import check_size, read_head
from gateway.upstreams.buffered_reply import UNREAD_LIMIT_BYTES, BufferedReply
from gateway.upstreams.httpx2_lane import Lane, LaneKey, lane_key
from gateway.upstreams.request_head import VIA, check_call
from gateway.upstreams.target import Upstream
from gateway.upstreams.transport import (
    ConnectFailed,
    InvalidAnswer,
    TransportBroke,
    TransportError,
    TransportTimedOut,
    UpstreamCall,
    UpstreamReply,
)


class Httpx2Transport:
    """Send calls through one web client for each upstream."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._lanes: dict[LaneKey, Lane] = {}
        self._tasks = LastTasks(_report)
        self._closed = False

    async def send(self, call: UpstreamCall) -> UpstreamReply:
        """Send a call and return when the head of the answer is here; see `Transport.send`."""
        check_call(call)
        if self._closed:
            raise ConnectFailed("the transport is closed")
        try:
            return await self._carry(call)
        except _Stale as error:
            let_go_of_frames(error)
            if call.on_retry is not None:
                call.on_retry()
            return await self._carry(call, fresh=True)

    async def _carry(self, call: UpstreamCall, *, fresh: bool = False) -> UpstreamReply:
        lane = self._lane_of(call.upstream)
        await lane.enter(call.upstream)
        carriage = _Carriage(lane, call, lane.lend(fresh=fresh))
        carriage.task = self._tasks.start(carriage.carry())
        # Not in `carry` alone: a task cancelled before its first step runs nothing.
        carriage.task.add_done_callback(lambda _: carriage.give_back())
        try:
            await carriage.reply.wait_for_head()
        except BaseException:
            carriage.reply.close()
            raise
        return carriage.reply

    def certificate_expiries(self) -> Mapping[str, float]:
        """Return when certificates expire; see `Transport.certificate_expiries`."""
        expiries = {key.name: lane.certificate_expires_at for key, lane in self._lanes.items()}
        return {name: expiry for name, expiry in expiries.items() if expiry is not None}

    async def close(self) -> None:
        """Cut what is idle and what is running."""
        self._closed = True
        for lane in self._lanes.values():
            lane.line.send_away(ConnectFailed("the transport is closed"))
        await self._tasks.finish(0)
        for lane in self._lanes.values():
            lane.retire()
        await self._tasks.finish(1.0)

    def _lane_of(self, upstream: Upstream) -> Lane:
        key = lane_key(upstream)
        lane = self._lanes.get(key)
        if lane is None:
            # Policies come and go; clients that nobody uses go with them.
            for idle in [key for key, lane in self._lanes.items() if lane.is_empty]:
                self._lanes.pop(idle).retire()
            lane = self._lanes[key] = Lane(key, self._context, self._tasks)
        return lane


class _Stale(TransportBroke):
    """The upstream closed a connection that had been kept: another may do."""


class _Carriage:
    """One call under way; feeds its reply."""

    def __init__(self, lane: Lane, call: UpstreamCall, client: WebClient) -> None:
        self._client = client
        self._lane = lane
        self._is_whole = False
        self._is_given_back = False
        self._is_connected = False
        self.reply = BufferedReply(self)
        self.task: asyncio.Task[None] | None = None
        self._call = call
        self._patience = call.patience
        self._loop = asyncio.get_running_loop()
        self._total_at = self._loop.time() + self._patience.total_seconds
        self._room: asyncio.Future[None] | None = None

    def give_back(self) -> None:
        """Give client and slot back, once."""
        if not self._is_given_back:
            self._is_given_back = True
            self._lane.take_back(self._client, is_clean=self._is_whole)

    def drained(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    def cut(self) -> None:
        self.reply.finish(self._broke("the answer was cut off by the gateway"))
        if self.task is not None:
            self.task.cancel()

    async def carry(self) -> None:
        try:
            await self._deliver()
        finally:
            # A task keeps the error that ends it, which keeps every frame it came through.
            self.task = None
            _forget_the_way_here()

    async def _deliver(self) -> None:
        error: TransportError | None = self._broke("the call was given up")
        head_at = self._loop.time() + self._patience.first_token_seconds
        limit = asyncio.timeout_at(min(head_at, self._total_at))
        try:
            async with limit:
                request = _web_request(self._call, self._connected)
                async with self._client.stream(request, self._patience.connect_seconds) as answer:
                    await self._unload(answer, limit)
            error = None
            self._is_whole = True
        except TimeoutError:
            error = self._too_late(limit)
        except TransportError as refused:
            error = refused
        except WebFailure as failure:
            error = self._translate(failure)
        finally:
            # First, so that whoever reads the end may call over the same connection at once.
            self.give_back()
            if error is not None:
                let_go_of_frames(error)
            self.reply.finish(error)

    async def _unload(self, answer: WebAnswer, limit: asyncio.Timeout) -> None:
        reply = self.reply
        self._lane.look_at(answer)
        check_size(answer.headers)
        head = read_head("1.1" if answer.version == "2" else answer.version, answer.status, answer.headers)
        reply.begin(head.status, head.headers)
        reply.wake()
        received_bytes = 0
        self._expect_body(limit)
        async for piece in answer.pieces:
            reply.pieces.append(piece)
            received_bytes += len(piece)
            reply.wake()
            if received_bytes - reply.taken_bytes > UNREAD_LIMIT_BYTES:
                limit.reschedule(self._total_at)
                await self._wait_for_room()
            self._expect_body(limit)

    def _expect_body(self, limit: asyncio.Timeout) -> None:
        limit.reschedule(min(self._loop.time() + self._patience.stall_seconds, self._total_at))

    async def _wait_for_room(self) -> None:
        self._room = self._loop.create_future()
        try:
            await self._room
        finally:
            self._room = None

    def _connected(self) -> None:
        self._is_connected = True
        if self._call.on_connected is not None:
            self._call.on_connected()

    def _too_late(self, limit: asyncio.Timeout) -> TransportTimedOut:
        answered = self.reply.status > 0
        phase = "stall" if answered else "head"
        if not self._is_connected:
            # Whoever has more patience for a connection than for an answer: nothing was sent.
            phase = "connect"
        elif limit.when() == self._total_at:
            phase = "total"
        return TransportTimedOut(f"the upstream took too long ({phase})", phase=phase, answered=answered)

    def _translate(self, failure: WebFailure) -> TransportError:
        name = self._call.upstream.name
        error: TransportError
        if isinstance(failure, WebConnectTimedOut):
            error = TransportTimedOut(f"upstream {name!r} could not be connected to in time", phase="connect")
        elif isinstance(failure, WebUnreachable):
            error = ConnectFailed(f"upstream {name!r} could not be connected to: {failure}")
        elif isinstance(failure, WebInvalid):
            error = InvalidAnswer("the upstream sent something that is not HTTP", answered=True)
        elif isinstance(failure, WebStale):
            error = _Stale("the connection had been kept, and was closed")
        else:
            error = self._broke("the connection ended before the answer did")
        error.__cause__ = failure
        return error

    def _broke(self, what: str) -> TransportBroke:
        return TransportBroke(what, answered=self.reply.status > 0)


def _web_request(call: UpstreamCall, on_connected: Callable[[], None]) -> WebRequest:
    origin = call.upstream.origin
    headers = (
        (b"host", origin.authority.encode("ascii")),
        (b"accept-encoding", b"identity"),
        (b"via", VIA),
        *call.headers,
        *call.trace,
        (b"content-length", b"%d" % len(call.body)),
    )
    return WebRequest(
        call.method,
        origin.scheme,
        origin.host,
        origin.port,
        call.target,
        headers,
        call.body,
        on_connected,
    )


def _forget_the_way_here() -> None:
    error = sys.exception()
    if error is not None:
        let_go_of_frames(error)


def _report(error: BaseException) -> None:
    asyncio.get_running_loop().call_exception_handler(
        {"message": "a call through httpx2 failed in an unforeseen way", "exception": error}
    )
