"""
The transport `httpx2`: for upstreams that want HTTP/2 or a forward proxy.

It costs about ten times as much per call as `http1`. One task carries each
call from its start to its end, so that cutting a call off is cancelling its
task. A call is never repeated here; an upstream that closed a kept connection
shows as `TransportBroke` without an answer.
"""

import asyncio
import ssl
from typing import NamedTuple

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.web_client import (
    WebAnswer,
    WebClient,
    WebConnectTimedOut,
    WebFailure,
    WebInvalid,
    WebRequest,
    WebUnreachable,
)
from gateway.upstreams.answer_head import check_size, read_head
from gateway.upstreams.buffered_reply import UNREAD_LIMIT_BYTES, BufferedReply
from gateway.upstreams.request_head import VIA, check_call
from gateway.upstreams.target import Origin, Upstream
from gateway.upstreams.transport import (
    ConnectFailed,
    InvalidAnswer,
    TransportBroke,
    TransportError,
    TransportTimedOut,
    UpstreamCall,
    UpstreamReply,
)
from gateway.upstreams.waiting_line import WaitingLine


class _LaneKey(NamedTuple):
    name: str
    origin: Origin
    http2: bool
    forward_proxy: str | None
    connections: int


class Httpx2Transport:
    """Send calls through one web client for each upstream."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._lanes: dict[_LaneKey, _Lane] = {}
        self._tasks = LastTasks(_report)
        self._closed = False

    async def send(self, call: UpstreamCall) -> UpstreamReply:
        """Send a call and return when the head of the answer is here; see `Transport.send`."""
        check_call(call)
        if self._closed:
            raise ConnectFailed("the transport is closed")
        lane = self._lane_of(call.upstream)
        await lane.enter(call.upstream)
        carriage = _Carriage(lane.client, call)
        carriage.task = self._tasks.start(carriage.carry())
        # Not in `carry`: a task cancelled before its first step runs nothing.
        carriage.task.add_done_callback(lambda _: lane.leave())
        try:
            await carriage.reply.wait_for_head()
        except BaseException:
            carriage.reply.close()
            raise
        return carriage.reply

    async def close(self) -> None:
        """Cut what is idle and what is running."""
        self._closed = True
        for lane in self._lanes.values():
            lane.line.send_away(ConnectFailed("the transport is closed"))
        await self._tasks.finish(0)
        for lane in self._lanes.values():
            await lane.client.close()

    def _lane_of(self, upstream: Upstream) -> "_Lane":
        key = _LaneKey(
            upstream.name, upstream.origin, upstream.http2, upstream.forward_proxy, upstream.connections
        )
        lane = self._lanes.get(key)
        if lane is None:
            self._retire_lanes()
            lane = self._lanes[key] = _Lane(key, self._context)
        return lane

    def _retire_lanes(self) -> None:
        # Policies come and go; clients that nobody uses go with them.
        for key in [key for key, lane in self._lanes.items() if lane.is_empty]:
            self._tasks.start(self._lanes.pop(key).client.close())


class _Lane:
    """One upstream's client, and the slots of those who may use it at a time."""

    def __init__(self, key: _LaneKey, context: ssl.SSLContext) -> None:
        self.client = WebClient(
            context, http2=key.http2, forward_proxy=key.forward_proxy, connections=key.connections
        )
        self.line: WaitingLine[None] = WaitingLine(lambda _: self.leave())
        self._slots_taken = 0

    @property
    def is_empty(self) -> bool:
        return not self._slots_taken and not self.line

    async def enter(self, upstream: Upstream) -> None:
        if self._slots_taken < upstream.connections:
            self._slots_taken += 1
        else:
            await self.line.wait(upstream)

    def leave(self) -> None:
        if not self.line.grant(None):
            self._slots_taken -= 1


class _Carriage:
    """One call under way; feeds its reply."""

    def __init__(self, client: WebClient, call: UpstreamCall) -> None:
        self.reply = BufferedReply(self)
        self.task: asyncio.Task[None] | None = None
        self._client = client
        self._call = call
        self._patience = call.upstream.patience
        self._loop = asyncio.get_running_loop()
        self._total_at = self._loop.time() + self._patience.total_seconds
        self._room: asyncio.Future[None] | None = None

    def drained(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    def cut(self) -> None:
        self.reply.finish(self._broke("the answer was cut off by the gateway"))
        if self.task is not None:
            self.task.cancel()

    async def carry(self) -> None:
        error: TransportError | None = self._broke("the call was given up")
        head_at = self._loop.time() + self._patience.first_token_seconds
        try:
            async with asyncio.timeout_at(min(head_at, self._total_at)) as limit:
                request = _web_request(self._call)
                async with self._client.stream(request, self._patience.connect_seconds) as answer:
                    await self._unload(answer, limit)
            error = None
        except TimeoutError:
            error = self._too_late()
        except TransportError as refused:
            error = refused
        except WebFailure as failure:
            error = self._translate(failure)
        finally:
            self.reply.finish(error)

    async def _unload(self, answer: WebAnswer, limit: asyncio.Timeout) -> None:
        reply = self.reply
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

    def _too_late(self) -> TransportTimedOut:
        answered = self.reply.status > 0
        phase = "stall" if answered else "head"
        if self._loop.time() >= self._total_at:
            phase = "total"
        return TransportTimedOut(f"the upstream took too long ({phase})", phase=phase, answered=answered)

    def _translate(self, failure: WebFailure) -> TransportError:
        name = self._call.upstream.name
        error: TransportError
        if isinstance(failure, WebConnectTimedOut):
            error = TransportTimedOut(f"upstream {name!r} could not be connected to in time", phase="connect")
        elif isinstance(failure, WebUnreachable):
            error = ConnectFailed(f"upstream {name!r} could not be connected to")
        elif isinstance(failure, WebInvalid):
            error = InvalidAnswer("the upstream sent something that is not HTTP", answered=True)
        else:
            error = self._broke("the connection ended before the answer did")
        error.__cause__ = failure
        return error

    def _broke(self, what: str) -> TransportBroke:
        return TransportBroke(what, answered=self.reply.status > 0)


def _web_request(call: UpstreamCall) -> WebRequest:
    origin = call.upstream.origin
    headers = (
        (b"host", origin.authority.encode("ascii")),
        (b"accept-encoding", b"identity"),
        (b"via", VIA),
        *call.headers,
        (b"content-length", b"%d" % len(call.body)),
    )
    return WebRequest(call.method, origin.scheme, origin.host, origin.port, call.target, headers, call.body)


def _report(error: BaseException) -> None:
    asyncio.get_running_loop().call_exception_handler(
        {"message": "a call through httpx2 failed in an unforeseen way", "exception": error}
    )
