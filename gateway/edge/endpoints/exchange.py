"""Where an exchange begins and gets its one ending, whatever protocol its caller speaks."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.types import Receive, Scope, Send

from gateway.edge.door_extension import EXTENSION
from gateway.edge.doorway import Doorway, arrival_of
from gateway.edge.plain_server import PlainDoorway
from gateway.edge.refusal_reply import refusal_head
from gateway.edge.refusals import InternalError, ShuttingDown, UnsupportedEncoding
from gateway.edge.running import Running, Visit
from gateway.foundation.clock import Clock
from gateway.foundation.frames import let_go_of_frames
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.pipeline.pipeline import Pipeline
from gateway.vocabulary.arrival import Arrival, Reply
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.refusal import Blame, Refusal
from gateway.wire.chat_dialect import CHAT
from gateway.wire.dialect import Dialect


class ExchangeEndpoint:
    """
    Run exchanges with callers who speak one dialect.

    Only here a cancellation is caught, because only here it is known why it
    came; whatever happens, `settle` is called once and nothing is awaited
    after it.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        running: Running,
        clock: Clock,
        on_error: Callable[[BaseException, str], None],
        dialect: Dialect = CHAT,
    ) -> None:
        self._pipeline = pipeline
        self._running = running
        self._clock = clock
        self._on_error = on_error
        self.dialect = dialect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        doorway: Doorway | None = scope["extensions"].get(EXTENSION) if "extensions" in scope else None
        if doorway is not None:
            await self._exchange(scope, doorway)
            return
        plain = PlainDoorway(scope, receive, send)
        try:
            await self._exchange(scope, plain)
        finally:
            await plain.close()

    async def _exchange(self, scope: Scope, doorway: Doorway) -> None:
        arrival = arrival_of(scope, self._clock.monotonic(), doorway.headers)
        task: asyncio.Task[Any] = asyncio.current_task()  # type: ignore[assignment]
        log = self._pipeline.open(arrival, self.dialect)
        visit = Visit(task)
        self._running.enter(visit)
        doorway.on_gone(visit.leave)
        ending = Ending.FINISHED
        try:
            refusal = await self._run(arrival, doorway, log, visit)
            if visit.has_left:
                # A cancellation is only thrown where something waits.
                ending = Ending.CALLER_LEFT
            elif refusal is not None:
                ending = _ending_of(refusal, log)
                await _refuse(doorway.reply, refusal, log)
        except (asyncio.CancelledError, ConnectionError) as error:
            let_go_of_frames(error)
            # Either the caller left, or it could not be told why it was cut.
            ending = Ending.CALLER_LEFT
            doorway.reply.abort()
            if not (visit.has_left or visit.was_drained):
                raise
        finally:
            self._running.leave(visit)
            self._pipeline.settle(log, ending)

    async def _run(
        self, arrival: Arrival, doorway: Doorway, log: ExchangeLog, visit: Visit
    ) -> Refusal | None:
        """Serve, and return why there is no whole answer if there is none."""
        try:
            encoding = arrival.headers.get(b"content-encoding")
            if encoding is not None and encoding.lower() != b"identity":
                return UnsupportedEncoding(
                    "The request body is compressed. Send it without content-encoding."
                )
            await self._pipeline.serve(arrival, doorway.body, doorway.reply, log)
        except Refusal as refusal:
            # Of why there is no answer nobody needs the way it came, which holds all of the exchange.
            let_go_of_frames(refusal)
            return refusal
        except asyncio.CancelledError:
            if not visit.was_drained or visit.has_left:
                raise
            return ShuttingDown("The gateway is shutting down. Send the request again.", retry_after=1)
        except ConnectionError:
            raise
        except Exception as error:  # noqa: BLE001 - the last seam: a fault becomes a 500 without its text
            self._on_error(error, arrival.request_id)
            let_go_of_frames(error)
            return InternalError("The gateway failed. Try again; the request id helps its operator.")
        return None


def _ending_of(refusal: Refusal, log: ExchangeLog) -> Ending:
    log.code = refusal.code
    if refusal.status == 504:
        return Ending.TIMED_OUT
    if refusal.blame is Blame.UPSTREAM:
        return Ending.UPSTREAM_BROKE
    return Ending.REFUSED


async def _refuse(reply: Reply, refusal: Refusal, log: ExchangeLog) -> None:
    """Tell the caller: by status while that is open, else in the stream and by cutting it."""
    request_id = log.arrival.request_id
    if not log.has_begun:
        body = log.dialect.refusal_body(refusal, request_id)
        log.status = refusal.status
        head = refusal_head(refusal, request_id, body, id_field=log.dialect.id_field)
        if log.upstream is not None:
            head.append((b"x-gateway-upstream", log.upstream.encode()))
        if log.reservation is not None:
            head += log.reservation.fields()
        reply.begin(refusal.status, head)
        reply.end(body)
        return
    tell = log.dialect.refusal_event if log.streamed else log.dialect.refusal_body
    await reply.write(tell(refusal, request_id))
    reply.abort()
