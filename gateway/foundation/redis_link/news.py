"""What the operator hears of a link to Redis."""

from collections.abc import Callable

from gateway.foundation.redis_link.failures import RedisFailure
from gateway.vocabulary.notice import Notice


class LinkNews:
    """
    Tell that Redis does not answer, or does again; called with every try of a link to connect.

    Told is what is new: a Redis that is away all night is one line and not one
    for each try, and another line when the reason is another one. `purpose`
    says what the link is for.
    """

    def __init__(self, purpose: str, tell: Callable[[Notice], None]) -> None:
        self._purpose = purpose
        self._tell = tell
        self._told: Notice | None = None

    @property
    def is_bad(self) -> bool:
        """Whether the last try failed."""
        return self._told is not None and self._told.kind == "redis.lost"

    def __call__(self, failure: RedisFailure | None) -> None:
        """Hear the failure of a try, or None where it went well."""
        facts = {"purpose": self._purpose}
        if failure is None:
            notice = Notice("redis.reached", facts)
        else:
            notice = Notice("redis.lost", facts | {"reason": str(failure)})
        if notice != self._told:
            self._told = notice
            self._tell(notice)
