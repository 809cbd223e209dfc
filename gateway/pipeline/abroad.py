"""An exchange in another process that pays for a call of this one, and what it takes over there."""

from collections.abc import Callable

from gateway.cache.bill import Note
from gateway.pipeline.exchange_log import ExchangeLog, Heir
from gateway.upstreams.target import Target
from gateway.usage.meter import Meter
from gateway.vocabulary.refusal import Refusal


class Abroad:
    """
    Stands for it here: what is noted is posted to it.

    What the answer costs it reads from the answer itself, so `meter` counts
    for nobody.
    """

    __slots__ = ("_post", "_target", "meter")

    def __init__(self, post: Callable[[Note], None]) -> None:
        self.meter = Meter()
        self._post = post
        self._target: Target | None = None

    def hand_over(self, heir: Heir) -> None:
        """Let an exchange of this process go on with the try that runs."""
        if self._target is not None:
            heir.began(self._target)
            self._target = None

    def began(self, target: Target) -> None:
        """Post that a try at this target begins now."""
        self._target = target
        self._post(Note("began", target.upstream.name, target.model))

    def connected(self) -> None:
        """Post nothing: by the time it arrived it would be another time."""

    def answered(self) -> None:
        """Post nothing: the first frame says so itself."""

    def repeated(self) -> None:
        """Post that the try is made once more."""
        self._post(Note("repeated"))

    def failed(self, refusal: Refusal) -> None:
        """Post why the try gave no answer."""
        self._target = None
        self._post(Note("failed", status=refusal.status, code=refusal.code))

    def withheld(self) -> None:
        """Post that nothing was sent."""
        self._target = None
        self._post(Note("withheld"))


def noted(log: ExchangeLog, note: Note) -> None:
    """Note in an exchange of this process what was posted by another one."""
    if note.act == "began":
        for target in log.targets:
            if (target.upstream.name, target.model) == (note.upstream, note.model):
                log.began(target)
                return
    elif note.act == "repeated":
        log.repeated()
    elif note.act == "failed":
        refusal = Refusal("It failed in another process.")
        refusal.status, refusal.code = note.status, note.code
        log.failed(refusal)
    else:
        log.withheld()
