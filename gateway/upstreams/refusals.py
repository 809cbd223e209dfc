"""What a caller is told when no upstream gave a whole answer."""

from gateway.upstreams.kind import Diagnosis
from gateway.upstreams.transport import CompressedAnswer, PoolExhausted, TransportError, TransportTimedOut
from gateway.vocabulary.refusal import Blame, Refusal


class UpstreamFailure(Refusal):
    """
    An attempt that gave no answer.

    `retry_here` says whether the same target may do better in a moment,
    `try_next` whether another target may.
    """

    blame = Blame.UPSTREAM
    retry_here = True
    try_next = True


class UpstreamRefused(UpstreamFailure):
    """An upstream answered, and its answer was no."""

    status, code = 502, "upstream_error"

    def __init__(self, diagnosis: Diagnosis) -> None:
        super().__init__(diagnosis.message, param=diagnosis.param, retry_after=diagnosis.retry_after)
        self.status = diagnosis.status
        self.code = diagnosis.code
        self.kind = diagnosis.kind
        self.retry_here = diagnosis.retry_here
        self.try_next = diagnosis.try_next
        if diagnosis.kind == "invalid_request_error":
            # The upstream says so, but it is the request that has to change.
            self.blame = Blame.CALLER
        if not diagnosis.retry_here:
            # An SDK would repeat every 5xx by itself; this one stays as it is.
            self.should_retry = False


class CredentialUnavailable(UpstreamFailure):
    """The credential for the upstream could not be had from where policy says it is."""

    status, code = 503, "upstream_credential_unavailable"
    retry_here = False


class UpstreamUnreachable(UpstreamFailure):
    """No connection to any upstream of the route came about."""

    status, code = 502, "upstream_unreachable"


class UpstreamSilent(UpstreamUnreachable):
    """No connection came about in the time that there is for it."""

    # It had its time; the next target gets what is left.
    retry_here = False


class UpstreamBusy(UpstreamFailure):
    """All connections to the upstream are taken and the queue is full."""

    status, code = 503, "upstream_busy"


class UpstreamTimedOut(UpstreamFailure):
    """The upstream took longer than policy lets it."""

    status, code = 504, "upstream_timeout"
    # It had its time; the next target gets what is left.
    retry_here = False


class UpstreamBroke(UpstreamFailure):
    """The upstream's answer ended before it was whole, or made no sense."""

    status, code = 502, "upstream_broke"


class UpstreamCompresses(UpstreamFailure):
    """The upstream's answers are compressed, and stay so until its operator changes that."""

    status, code = 502, "upstream_misconfigured"
    retry_here = False
    should_retry = False


def refusal_of(error: TransportError, upstream: str) -> Refusal:
    """Return what a caller is told of a call that got no whole answer."""
    if not error.connected:
        kind = UpstreamSilent if isinstance(error, TransportTimedOut) else UpstreamUnreachable
        return kind(f"The upstream {upstream!r} cannot be reached. Try again shortly.")
    if isinstance(error, TransportTimedOut):
        return UpstreamTimedOut(
            f"The upstream {upstream!r} did not answer in time ({error.phase}). Try again, or ask for less."
        )
    if isinstance(error, PoolExhausted):
        return UpstreamBusy(
            f"All connections to the upstream {upstream!r} are taken. Try again shortly.", retry_after=1
        )
    if isinstance(error, CompressedAnswer):
        return UpstreamCompresses(
            f"The upstream {upstream!r} compresses its answers, though it is asked not to;"
            " its operator has to switch that off."
        )
    if error.answered:
        return UpstreamBroke(f"The upstream {upstream!r} broke off its answer. Try again.")
    return UpstreamBroke(f"The upstream {upstream!r} closed the connection without an answer. Try again.")
