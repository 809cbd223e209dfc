r"""
One caller's connection: HTTP/1.1 as our door speaks it, in uvicorn's place.

    FIRST --byte--> HEAD --whole--> SERVING --end--> IDLE --byte--> HEAD ...
                                       |  \-- end, small rest of body --> DRAINING --> IDLE
                                       |  \-- end, connection: close ----> LINGERING or CLOSED
                                       \-- caller leaves: its exchange is told at once --> CLOSED

Rules of this file:

* One exchange at a time. What a caller sends ahead is kept, bounded, and
  reading goes on, because only reading shows that the caller has left.
* The caller's EOF while an exchange runs means it left, half-closed or not.
* An exchange is over for the connection when its reply is; its task may go on.
* Whatever is refused before an endpoint runs is answered here and closes.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from uvicorn.config import Config
from uvicorn.server import ServerState

from gateway.edge.body_clock import BodyClock
from gateway.edge.caller_line import CallerLine, Phase
from gateway.edge.caller_reply import CallerGone, CallerReply
from gateway.edge.door_answers import INTERNAL_ERROR, render_answer
from gateway.edge.door_extension import DoorExtension
from gateway.edge.door_limits import DoorLimits
from gateway.edge.head_guard import HeadRefused, HeadTooSlow
from gateway.edge.head_memory import HeadMemory
from gateway.edge.http_scope import build_scope
from gateway.edge.plain_asgi import PlainAsgi
from gateway.edge.request_body import BodyTooSlow, RequestBody
from gateway.edge.request_head import HeadFinder
from gateway.edge.response_head import DateLine
from gateway.foundation.clock import SystemClock
from gateway.vocabulary.refusal import Refusal

# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_FIRST, _, _IDLE, _HEAD, _SERVING, _DRAINING, _LINGERING, _CLOSED = Phase


def _tell_the_loop(error: BaseException) -> None:
    context = {"message": "an exchange failed", "exception": error}
    asyncio.get_running_loop().call_exception_handler(context)


class Connection(CallerLine):
    """
    Serve the requests of one connection, one after the other.

    Given to uvicorn as `Config(http=...)`; `connection_class` (server_config.py)
    makes one with other limits. Uvicorn's own time-outs, default headers,
    access log and `limit_concurrency` have no effect on it.
    """

    limits: ClassVar[DoorLimits] = DoorLimits()
    date: ClassVar[DateLine] = DateLine(SystemClock())
    report: ClassVar[tuple[Callable[[BaseException], None]]] = (_tell_the_loop,)
    is_open: ClassVar[tuple[Callable[[], bool]]] = (lambda: True,)

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(server_state, _loop or asyncio.get_running_loop(), self.limits)
        if not config.loaded:
            config.load()
        self._app: Any = config.loaded_app
        self._root_path = config.root_path
        self._app_state = app_state
        self._finder = HeadFinder(self.limits)
        self._heads = HeadMemory(self.limits)
        self._body_clock = BodyClock(self._loop, self.limits, self._alarm)
        self._ahead = bytearray()
        self._exchange: DoorExtension | None = None
        self._incoming: RequestBody | None = None
        self._keep_alive = True
        self._is_stopping = False

    # -- what the transport and uvicorn call

    def data_received(self, data: bytes) -> None:
        """Take in bytes, whatever they belong to."""
        phase = self._phase
        if phase is _IDLE or phase is _FIRST or phase is _HEAD:
            self._take_head(data)
        elif self._incoming is not None:
            self._take_body(self._incoming, data)
        elif phase is _SERVING:
            self._keep_ahead(data)
        elif phase is _LINGERING:
            self._linger(data)

    def resume_writing(self) -> None:
        """Let a held back writer go on."""
        super().resume_writing()
        if self._exchange is not None:
            self._exchange.reply.resume()

    def shutdown(self) -> None:
        """Close when nothing runs any more; who has only just connected may still ask, once."""
        self._is_stopping = True
        if self._exchange is not None:
            return
        if self._phase is _FIRST or self._phase is _HEAD:
            self._alarm.set(self.limits.last_call_seconds)
        else:
            self._incoming = None
            self._close()

    # -- what the reply calls

    def may_keep_alive(self) -> bool:
        """Return whether another request can follow on this connection."""
        body = self._incoming
        if self._is_stopping or not self._keep_alive or not self.is_open[0]():
            return False
        return body is None or body.can_be_drained(self.limits.ahead_bytes)

    def finish(self, *, keep_alive: bool) -> None:
        """Go on to the next request, or close, after a whole answer."""
        self._end_exchange()
        if not keep_alive or self._is_stopping:
            self._close_or_hear_out()
        elif self._incoming is not None:
            self._phase = _DRAINING
            self._incoming.discard()
            self._transport.resume_reading()
            self._alarm.set(self.limits.body_seconds)
        else:
            self._await_request()

    def cut(self, *, hard: bool) -> None:
        """Close without a proper end of the answer; what little is unsent may still arrive."""
        self._end_exchange()
        if hard:
            self._reset()
        elif self.is_congested:
            self._abort()
        else:
            self._close_or_hear_out()

    # -- what the body calls

    def invite_body(self) -> None:
        """Answer `Expect: 100-continue`; never after the final answer has begun."""
        if self._exchange is not None and not self._exchange.reply.has_sent:
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._body_clock.start()

    def pause_body(self) -> None:
        """Stop reading: nobody wants the body yet."""
        self._transport.pause_reading()
        self._alarm.clear()

    def resume_body(self) -> None:
        """Read on, with the clock started anew."""
        self._transport.resume_reading()
        self._body_clock.start()

    # -- a request

    def _take_head(self, data: bytes) -> None:
        try:
            found = self._finder.feed(data)
            if found is not None:
                self._serve(*found)
            elif self._phase is not _HEAD:
                self._phase = _HEAD
                if not self._is_stopping:
                    self._alarm.set(self.limits.head_seconds)
        except HeadRefused as refusal:
            self._refuse(refusal)

    def _serve(self, raw_head: bytes, rest: bytes) -> None:
        head = self._heads.parse(raw_head)
        body = RequestBody(self, head, self.limits.ahead_bytes)
        exchange = DoorExtension(CallerReply(self, head, self.date), body, head.named)
        self._phase = _SERVING
        self._exchange = exchange
        self._keep_alive = head.keep_alive
        if rest and not body.is_complete:
            # A small body mostly comes with its head, and then no clock has to run for it.
            rest = body.feed(rest)
        self._alarm.clear()
        if body.is_complete:
            if rest:
                self._keep_ahead(rest)
        else:
            self._incoming = body
            if body.is_expected:
                self._body_clock.start()
        scope = build_scope(
            head, exchange, peers=self._peers, root_path=self._root_path, state=self._app_state
        )
        plain = PlainAsgi(exchange)
        # Uvicorn's set holds the task; the server cancels what is in there at its very end.
        task = self._loop.create_task(self._app(scope, plain.receive, plain.send))
        self._server_state.tasks.add(task)
        task.add_done_callback(partial(self._settle, exchange))

    def _take_body(self, body: RequestBody, data: bytes) -> None:
        self._body_clock.progress()
        rest = body.feed(data)
        if not body.is_complete:
            return
        self._incoming = None
        self._alarm.clear()
        if rest:
            self._keep_ahead(rest)
        if self._phase is _DRAINING:
            self._await_request()

    def _keep_ahead(self, data: bytes) -> None:
        self._ahead += data
        if len(self._ahead) > self.limits.ahead_bytes:
            # To read on without a bound is no choice, and not to read would hide a leaver.
            self._leave()

    def _await_request(self) -> None:
        self._phase = _IDLE
        self._alarm.set(self.limits.keep_alive_seconds)
        if self._ahead:
            data = bytes(self._ahead)
            self._ahead.clear()
            self._take_head(data)

    def _settle(self, exchange: DoorExtension, task: "asyncio.Task[None]") -> None:
        """See to it that an exchange whose task is done has an end."""
        self._server_state.tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not (exchange.is_gone and CallerGone.explains(error)):
            self.report[0](error)
        if exchange.is_over:
            return
        if task.cancelled() or exchange.reply.has_sent:
            exchange.reply.abort()
        else:
            self._refuse(exchange.body.fault or INTERNAL_ERROR)

    # -- endings

    def _end_exchange(self) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            self._server_state.total_requests += 1
            exchange.close()

    def _leave(self) -> None:
        exchange, self._exchange = self._exchange, None
        self._incoming = None
        self._abort()
        if exchange is not None:
            self._server_state.total_requests += 1
            exchange.leave()

    def _refuse(self, refusal: Refusal) -> None:
        self.send(render_answer(refusal, self.date.render()))
        self._end_exchange()
        self._incoming = None
        self._close_gently()

    def _close_or_hear_out(self) -> None:
        is_still_sending = self._incoming is not None
        self._incoming = None
        self._close_gently() if is_still_sending else self._close()

    def _run_out_of_patience(self) -> None:
        if self._phase is _HEAD and not self._is_stopping:
            self._refuse(HeadTooSlow(f"The head took longer than {self.limits.head_seconds} seconds."))
        elif self._phase is _LINGERING:
            self._abort()
        elif self._phase is not _SERVING:
            self._incoming = None
            self._close()
        elif self._incoming is not None and self._body_clock.has_run_out(self._incoming.received):
            self._incoming.fail(BodyTooSlow("The request body came too slowly; send it on a faster line."))
