"""
One upstream call, for everybody who waits for its answer.

- The flight owns the call: it runs in a task of its own, and ends it when the
  last one who listens has left.
- What came so far is kept, so that whoever joins later gets it from the start.
- Whoever keeps up is given frames in the turn in which they come. Whoever does
  not is no reason for the others to wait: the call runs at the speed of the
  fastest. As long as everything is kept anyway, anyone may be behind; from
  then on, one who is too far behind the fastest is let go of with an error.
  Only when all are slow does the upstream wait.
- One of those who listen here pays for the call, first the one who began it.
  When that one leaves, the call passes on to the next, and so does the bill.
  Where only others elsewhere are left, who knows when they hear of it? So the
  last one here stays on the bill until the call is over; so it is where only
  those are left whose limits had room for an answer that costs nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from gateway.cache.bill import Bill
from gateway.cache.follower import Follower
from gateway.cache.recording import Recording
from gateway.cache.refusals import FellBehind, SharedAnswerLost
from gateway.foundation.frames import let_go_of_frames
from gateway.foundation.last_tasks import LastTasks
from gateway.vocabulary.usage import Usage
from gateway.wire.frames import Frame, FrameKind, FrameSource

# When everybody has this much to read, the upstream waits.
UNREAD_BYTES = 64 * 1024
# Whoever is this far behind the fastest is let go of, once not everything is kept any more.
BEHIND_BYTES = 256 * 1024
# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_DELTA = FrameKind.DELTA

LOST = "The gateway stopped fetching this answer. Send the request again."

Fetch = Callable[[], Awaitable[FrameSource]]


class Flight:
    """
    One call; a sink for its frames, and a source of them for each who joins.

    No more than `limit_bytes` are kept for the sake of those who come later:
    a longer answer cannot be joined any more, and is not whole at the end.
    """

    def __init__(self, bill: Bill, limit_bytes: int, began_at: float) -> None:
        # No struct, as its parts are: to set a field of one takes longer, and two are set for each token.
        self.began_at = began_at
        self.recording = Recording()
        self.size_bytes = 0
        self.is_over = False
        self.is_abandoned = False
        self.failure: Exception | None = None
        self._limit_bytes = limit_bytes
        self._bill = bill
        self._usage: Usage | None = None
        # Those elsewhere are a follower without a bill.
        self._followers: dict[Follower, Bill | None] = {}
        # The same, made anew after somebody came or left: it is gone through for each token.
        self._listening: tuple[Follower, ...] | None = None
        self._paying: Bill | None = bill
        self._is_last = False
        self._task: asyncio.Task[None] | None = None
        self._waiter: asyncio.Future[None] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether everything that came is still here, from the first frame on."""
        return self.size_bytes <= self._limit_bytes

    @property
    def is_joinable(self) -> bool:
        """Whether one more can listen, and will hear all of it."""
        return self.is_whole and not self.is_over and not self.is_abandoned

    def begin(self, fetch: Fetch, tasks: LastTasks, landed: Callable[[], None]) -> None:
        """Make the call; `landed` is told once it is over, however it ended."""
        self._task = tasks.start(self._fly(fetch, landed))

    def join(self, bill: Bill | None) -> Follower:
        """Let one more listen, from the first frame on; one who has no bill never pays."""
        follower = Follower(self)
        self._followers[follower], self._listening = bill, None
        return follower

    def admit(self, follower: Follower) -> None:
        """Let this one listen, who has no bill and never pays."""
        self._followers[follower], self._listening = None, None

    def leave(self, follower: Follower) -> None:
        """Let one go; the last one ends the call. May be repeated."""
        if follower not in self._followers:
            return
        bill = self._followers.pop(follower)
        self._listening = None
        if self.is_over or self._is_last:
            # With its last frame the answer is whole, though the call may take a moment to return.
            return
        if not self._followers:
            self._abandon()
        elif bill is not None and bill is self._paying:
            self._pass_on()
        self.moved()

    def take(self, frames: Sequence[Frame]) -> bool:
        """Give these frames to everyone (`FrameSink`)."""
        size = so_far = self.size_bytes
        for frame in frames:
            size += len(frame.raw)
            if frame.usage is not None:
                self._usage = frame.usage
                self._bill.reported(frame.usage)
        self.size_bytes = size
        self.recording.add(frames, so_far)
        is_last = self._is_last = frame.kind is not _DELTA
        is_flowing = False
        for follower in self._listening or self._listeners():
            if follower.offer(frames):
                is_flowing = True
        if size > self._limit_bytes:
            self._let_go_of_the_slow()
            self._forget_what_all_have()
        return not is_last and (is_flowing or self._is_fast_enough())

    async def ready(self) -> bool:
        """Return when someone has read enough; False when no more is wanted (`FrameSink`)."""
        while not self._is_last and self._followers and not self._is_fast_enough():
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return not self._is_last and bool(self._followers)

    def moved(self) -> None:
        """Hear that someone has read, or left."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _listeners(self) -> tuple[Follower, ...]:
        listening = self._listening = tuple(self._followers)
        return listening

    def _abandon(self) -> None:
        # The call ends a moment later; who comes until then would go down with it.
        self.is_abandoned = True
        self._bill.counted(self.recording.end)
        if self._task is not None:
            self._task.cancel()

    def _pass_on(self) -> None:
        heir = self._paying = next((bill for bill in self._followers.values() if bill is not None), None)
        if heir is None:
            self._bill.stay()
            return
        self._bill.pass_on(heir)
        if self._usage is not None:
            self._bill.reported(self._usage)

    async def _fly(self, fetch: Fetch, landed: Callable[[], None]) -> None:
        try:
            source = await fetch()
            # It holds the question of the one who began, who may have left.
            del fetch
            try:
                await source.pour(self)
            finally:
                source.close()
        except Exception as error:  # noqa: BLE001 - raised again in everyone who listens, where it belongs
            self._end(error)
        except BaseException:
            self._end(SharedAnswerLost(LOST))
            raise
        else:
            self._end(None)
        finally:
            landed()
            self._bill.over()
            # Who paid holds on to this flight, and so does the task: rings, with all that was asked.
            del self._bill, self._paying
            self._task = None

    def _end(self, failure: Exception | None) -> None:
        self.is_over = True
        self.failure = failure
        if failure is not None:
            let_go_of_frames(failure)
        self._bill.counted(self.recording.end - self._is_last)
        for follower in self._followers:
            follower.wake()

    def _is_fast_enough(self) -> bool:
        size = self.size_bytes
        return any(size - follower.read_bytes <= UNREAD_BYTES for follower in self._followers)

    def _let_go_of_the_slow(self) -> None:
        # The one who has read most always stays, so nobody is let go of where all are slow.
        most = max((follower.read_bytes for follower in self._followers), default=0)
        for follower in tuple(self._followers):
            if most - follower.read_bytes > BEHIND_BYTES:
                follower.failure = FellBehind(
                    "The answer was read more slowly than others read it. Send the request again."
                )
                self.leave(follower)
                follower.wake()

    def _forget_what_all_have(self) -> None:
        end = self.recording.end
        self.recording.forget(min((follower.position for follower in self._followers), default=end))
