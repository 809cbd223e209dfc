"""What the findings of a request say together, taken in some at a time."""

from collections import Counter
from collections.abc import Iterable, Sequence

from gateway.redaction.finding import Located


class Survey:
    """
    Count findings by kind, and gather which values there are.

    `restorable` are the marks of the values that stand in a text whose role
    lets them come back.
    """

    __slots__ = ("_restore", "marks", "restorable", "times")

    def __init__(self, restore: Iterable[str]) -> None:
        self._restore = frozenset(restore)
        self.times: Counter[str] = Counter()
        self.marks: set[bytes] = set()
        self.restorable: set[bytes] = set()

    def take(self, role: str, found: Sequence[Located]) -> None:
        """Take in some findings of a text."""
        # A value in several pieces is one.
        self.times.update([one.finding.entity for one in found if not one.is_rest])
        marks = [one.finding.mark for one in found]
        self.marks.update(marks)
        if _role(role) in self._restore:
            self.restorable.update(marks)


def _role(role: str) -> str:
    return {"developer": "system", "function": "tool"}.get(role, role)
