"""The gateway with an upstream kind that is full of faults: `python -m tests.fakes.faulty_gateway serve`."""

import asyncio
import gc
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from gateway.__main__ import main
from gateway.upstreams.kind import Diagnosis, KindCall, Reader
from gateway.upstreams.kinds import KINDS
from gateway.upstreams.kinds.deepseek import DeepSeek
from gateway.upstreams.target import Target
from gateway.wire.frames import Frame
from gateway.wire.sealed_request import SealedRequest

KIND = "faulty"


class Faulty(DeepSeek):
    """
    Fail where the name of the model says, with all that is known there in the error.

    Those of `BESIDE` fail beside the request, which is then served as ever;
    `interrupt` ends the process.
    """

    def call(self, sealed: SealedRequest, target: Target) -> KindCall:
        """Write the request, or fail at it."""
        place, text = target.model, repr(sealed.request.body)
        if place in IN_THE_CALL:
            IN_THE_CALL[place](text)
        if place in BESIDE:
            BESIDE[place](text)
        call = super().call(sealed, Target(target.upstream, "deepseek-flash"))
        if place == "smuggler":
            return replace(call, body=call.body[:-1] + b',"more":"4111 1111 1111 1111"}')
        return replace(call, reader=FaultyReader(place, call.reader))

    def diagnose(self, status: int, headers: Mapping[bytes, bytes], body: bytes, target: Target) -> Diagnosis:
        """Say what an error means, or fail at it."""
        if target.model == "diagnosis":
            raise LookupError(f"{status} {dict(headers)} {body!r} {target}")
        return super().diagnose(status, headers, body, target)


class FaultyReader:
    """Fail at the first bytes, in the middle, or at the end of an answer."""

    def __init__(self, place: str, reader: Reader) -> None:
        self._place = place
        self._reader = reader
        self._has_fed = False

    def feed(self, data: bytes) -> Sequence[Frame]:
        """Return frames, or fail."""
        if self._place == ("middle" if self._has_fed else "beginning"):
            raise ValueError(data, self._reader)
        frames = self._reader.feed(data)
        self._has_fed = self._has_fed or bool(frames)
        return frames

    def finish(self) -> Sequence[Frame]:
        """Return the last frames, or fail."""
        if self._place == "end":
            raise AssertionError(f"nothing was expected after {self._reader.finish()}")
        return self._reader.finish()


class Undying:
    """Its end fails."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __del__(self) -> None:
        raise ValueError(self.text)


def _fail(text: str) -> None:
    raise ValueError(text)


def _fail_because(text: str) -> None:
    try:
        KINDS[text]
    except KeyError as error:
        error.add_note(text)
        raise RuntimeError(text) from error


def _fail_in_a_group(text: str) -> None:
    raise ExceptionGroup(text, [ValueError(text), OSError(5, text, text)])


def _fail_by_a_name_that_quotes(text: str) -> None:
    raise type(f"No{hash(text)}", (Exception,), {"__str__": lambda _: text})


def _interrupt(text: str) -> None:
    raise KeyboardInterrupt(text)


def _go_round(text: str) -> None:
    _go_round(text + "!")


def _fail_in_a_task(text: str) -> None:
    async def work() -> None:
        _fail(text)

    # Nobody holds it, and nobody asks what became of it.
    asyncio.get_running_loop().create_task(work(), name=text)


def _fail_in_a_thread(text: str) -> None:
    threading.Thread(target=_fail, args=(text,), name=text).start()


def _fail_at_the_end(text: str) -> None:
    Undying(text)
    knot = [Undying(text)]
    knot.append(knot)  # type: ignore[arg-type]
    del knot
    gc.collect()


def _log(text: str) -> None:
    logger = logging.getLogger("a.library")
    logger.warning("cannot do %s", text, extra={"said": text}, stack_info=True)
    try:
        _fail(text)
    except ValueError:
        logger.exception("failed at %s", text)
    logger.error("%d", text)


IN_THE_CALL: Mapping[str, Callable[[str], object]] = {
    "call": _fail,
    "cause": _fail_because,
    "group": _fail_in_a_group,
    "quoting": _fail_by_a_name_that_quotes,
    "recursion": _go_round,
    "interrupt": _interrupt,
}
BESIDE: Mapping[str, Callable[[str], object]] = {
    "callback": lambda text: asyncio.get_running_loop().call_soon(_fail, text),
    "task": _fail_in_a_task,
    "thread": _fail_in_a_thread,
    "destructor": _fail_at_the_end,
    "warning": lambda text: warnings.warn(text, UserWarning, stacklevel=1),
    "library": _log,
    "handler": lambda text: asyncio.get_running_loop().call_exception_handler({"message": text}),
}
WITH_THE_ANSWER = ("beginning", "middle", "end", "diagnosis", "smuggler")

if __name__ == "__main__":
    KINDS[KIND] = Faulty()
    sys.exit(main())
