"""What the tries at one upstream came to."""

from collections import defaultdict

from gateway.telemetry.catalogue import ANSWER_SECONDS, OWN_SECONDS
from gateway.telemetry.spread import Spread
from gateway.vocabulary.attempt import Attempt

_FAILURES_TO_BE_DOWN = 3
# What an upstream does by itself. A request that it rejects, or one too many for its rate, it has answered.
ITS_OWN = frozenset(
    {
        "connection_lost", "upstream_balance_exhausted", "upstream_broke", "upstream_credential_rejected",
        "upstream_error", "upstream_misconfigured", "upstream_overloaded", "upstream_timeout",
        "upstream_unreachable",
    }
)  # fmt: skip
# Who left before the answer, or never asked, or met a fault of ours, has learnt nothing about the upstream.
SAYS_NOTHING = frozenset(
    {
        "caller_left", "internal_error", "shared_answer_lost", "shutting_down", "upstream_busy",
        "upstream_credential_unavailable",
    }
)  # fmt: skip

# What only the operator can mend: told before it happens, because a series that begins with its first
# failures has not grown, and whoever is called for growth would not be.
OPERATORS_TO_MEND = (
    "upstream_balance_exhausted", "upstream_credential_rejected", "upstream_credential_unavailable",
    "upstream_misconfigured",
)  # fmt: skip


class UpstreamTally:
    """
    Tries, failures by their codes, and how long each took.

    `is_up` is false after three failures of its own in a row; `told_at` is the
    Unix time of the last try that said something about that.
    """

    __slots__ = ("_failures", "attempts", "durations", "errors", "first_frames", "queues", "told_at")

    def __init__(self) -> None:
        self.attempts = 0
        self.errors: defaultdict[str, int] = defaultdict(int)
        self.durations = Spread(ANSWER_SECONDS)
        self.first_frames = Spread(ANSWER_SECONDS)
        self.queues = Spread(OWN_SECONDS)
        self.told_at = 0.0
        self._failures = 0

    @property
    def is_up(self) -> bool:
        """Whether it works, as far as tries can say."""
        return self._failures < _FAILURES_TO_BE_DOWN

    def add(self, attempt: Attempt, trace_id: str, wall: float) -> None:
        """Count one try that ended at this Unix time."""
        self.attempts += 1
        self.durations.add(attempt.seconds, trace_id, wall)
        if attempt.queue_seconds is not None:
            self.queues.add(attempt.queue_seconds, trace_id, wall)
        if attempt.first_frame_seconds is not None:
            self.first_frames.add(attempt.first_frame_seconds, trace_id, wall)
        error = attempt.error
        if error is not None:
            self.errors[error] += 1
        if error in SAYS_NOTHING:
            return
        self._failures = self._failures + 1 if error in ITS_OWN else 0
        self.told_at = wall
