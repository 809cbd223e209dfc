"""Upstreams that do what a test says."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from gateway.upstreams.kind import Diagnosis, Garbled, KindCall, Truncated
from gateway.upstreams.target import Target
from gateway.upstreams.transport import ByteSink, TransportBroke, TransportError, UpstreamCall
from gateway.wire.frames import DONE, Frame, FrameKind
from gateway.wire.sealed_request import SealedRequest
from gateway.wire.sse import SseSplitter
from tests.fakes.builders import a_diagnosis, usage_in


class Silence:
    """An upstream that says nothing; for so many seconds, or for ever."""

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds


SILENCE: Final = Silence()

Step = bytes | TransportError | Silence


class ScriptedReply:
    """An upstream's answer, piece by piece; after the last one the body is at its end."""

    def __init__(self, *steps: Step, status: int = 200, headers: Mapping[bytes, bytes] | None = None) -> None:
        self.status = status
        self.headers = headers or {}
        self.is_closed = False
        self.was_read_to_the_end = False
        self.reads = 0
        self._steps = list(steps)
        self._waiter: asyncio.Future[None] | None = None

    async def read(self) -> bytes:
        """Do the next step."""
        self.reads += 1
        if self.is_closed:
            raise TransportBroke("the connection was cut", answered=True)
        if not self._steps:
            self.was_read_to_the_end = True
            return b""
        step = self._steps.pop(0)
        if isinstance(step, TransportError):
            raise step
        if isinstance(step, Silence):
            await self._wait(step.seconds)
            return await self.read()
        return step

    async def pour(self, sink: ByteSink) -> bool:
        """Do the steps that are left."""
        while data := await self.read():
            if not sink.take(data) and not await sink.ready():
                return False
        return True

    def close(self) -> None:
        """Cut the answer; who is reading it is told."""
        self.is_closed = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TransportBroke("the connection was cut", answered=True))

    async def _wait(self, seconds: float | None) -> None:
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        timer = loop.call_later(seconds, self._go_on) if seconds is not None else None
        try:
            await self._waiter
        finally:
            if timer is not None:
                timer.cancel()

    def _go_on(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class ScriptedTransport:
    """A transport that gives its answers in turn and remembers what was sent when."""

    def __init__(self, *answers: ScriptedReply | TransportError | Silence) -> None:
        self.calls: list[UpstreamCall] = []
        self.sent_at: list[float] = []
        self.is_closed = False
        self._answers = list(answers)

    @property
    def asked(self) -> list[str]:
        """The upstreams that were asked, in order."""
        return [call.upstream.name for call in self.calls]

    async def send(self, call: UpstreamCall) -> ScriptedReply:
        """Give the next answer."""
        self.calls.append(call)
        self.sent_at.append(asyncio.get_running_loop().time())
        answer = self._answers.pop(0)
        if call.on_connected is not None and getattr(answer, "connected", True):
            call.on_connected()
        if isinstance(answer, Silence):
            if answer.seconds is None:
                await asyncio.get_running_loop().create_future()
            else:
                await asyncio.sleep(answer.seconds)
            answer = self._answers.pop(0)
        if isinstance(answer, TransportError):
            raise answer
        assert isinstance(answer, ScriptedReply)
        return answer

    def certificate_expiries(self) -> Mapping[str, float]:
        """Nobody shows any."""
        return {}

    async def close(self) -> None:
        """Take note."""
        self.is_closed = True


class ScriptedReader:
    """Read events, or one JSON document if the body begins with a brace; `garbage` is refused."""

    def __init__(self) -> None:
        self._splitter = SseSplitter()
        self._whole = b""
        self._is_stream = False
        self._is_done = False

    def feed(self, data: bytes) -> Sequence[Frame]:
        """Return the frames of these bytes."""
        if data.startswith(b"garbage"):
            raise Garbled("garbage")
        if self._whole or (data.startswith(b"{") and not self._is_stream):
            self._whole += data
            return ()
        self._is_stream = True
        return [self._frame(event) for event in self._splitter.feed(data)]

    def finish(self) -> Sequence[Frame]:
        """Return the document."""
        if self._whole:
            return (Frame(FrameKind.WHOLE, self._whole, usage_in(self._whole)),)
        if not self._is_done:
            raise Truncated
        return ()

    def _frame(self, event: bytes) -> Frame:
        if event == DONE.raw:
            self._is_done = True
            return DONE
        kind = FrameKind.ERROR if event.startswith(b'data: {"error"') else FrameKind.DELTA
        return Frame(kind, event, usage_in(event))


class ScriptedKind:
    """A kind that sends the model's name and reads what comes; its diagnoses can be set by status."""

    wants_thoughts = True

    def __init__(self, diagnoses: Mapping[int, Diagnosis] | None = None) -> None:
        self.diagnosed: list[tuple[int, bytes]] = []
        self._diagnoses = diagnoses or {}

    def call(self, sealed: SealedRequest, target: Target) -> KindCall:  # noqa: ARG002
        """Write the request."""
        return KindCall("/chat/completions", (), target.model.encode(), ScriptedReader())

    def diagnose(
        self,
        status: int,
        headers: Mapping[bytes, bytes],  # noqa: ARG002
        body: bytes,
        target: Target,  # noqa: ARG002
    ) -> Diagnosis:
        """Look the status up; what was not set may pass, here and elsewhere."""
        self.diagnosed.append((status, body))
        return self._diagnoses.get(status) or a_diagnosis(status=502 if status == 200 else status)
