"""An error that somebody keeps holds nothing of the way it came."""

import gc
import weakref

from gateway.foundation.frames import let_go_of_frames


class _Held:
    """What a frame on the way held."""


class _Call:
    """One who keeps why it failed, as replies and shared calls do."""

    def __init__(self) -> None:
        self.failure: Exception | None = None

    def fail(self, held: _Held) -> None:
        """Raise, with a reason behind it."""
        try:
            _cut(held)
        except OSError as cause:
            self.failure = ValueError("no answer")
            raise self.failure from cause


def _cut(held: _Held) -> None:
    raise OSError("the line is cut", type(held).__name__)


def _failed(call: _Call) -> "weakref.ref[_Held]":
    held = _Held()
    reference = weakref.ref(held)
    try:
        call.fail(held)
    except ValueError as error:
        let_go_of_frames(error)
    return reference


def test_nothing_of_the_way_of_an_error_is_held() -> None:
    """
    Neither by the error nor by the one behind it, though both go on saying what was wrong.
    """
    call = _Call()
    gc.disable()
    try:
        reference = _failed(call)
        held = reference()
    finally:
        gc.enable()

    assert held is None
    assert isinstance(call.failure, ValueError)
    assert isinstance(call.failure.__cause__, OSError)
    assert ("no answer", "the line is cut") == (str(call.failure), call.failure.__cause__.args[0])


def test_errors_that_lead_to_each_other_are_gone_through_once() -> None:
    """
    A ring of causes has an end here.
    """
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    try:
        raise one
    except ValueError as error:
        let_go_of_frames(error)

    assert (None, None) == (one.__traceback__, other.__traceback__)
