"""What the findings of a request say together, taken in some at a time."""

from collections import Counter
from collections.abc import Iterable, Sequence

from gateway.redaction.finding import Located
from gateway.wire.texts import HumanText

_TOOLS = frozenset({"tools", "functions", "tool_choice", "function_call"})
_SCHEMA = "response_format"
# Other names for those who speak: what is no user's, assistant's or tool's word is the app's own.
# A text that a model goes on with is its user's.
_FAMILY = {"developer": "system", "latest_reminder": "system", "function": "tool", "prompt": "user"}


class Survey:
    """
    Count findings by kind, and gather which values there are.

    `restorable` are the marks of the values that stand in a text whose role
    lets them come back, or in the schema of the answer, which has to fit it.
    `for_calls` are those of the definitions of tools: they come back in calls,
    to the program that defined the tool.
    """

    __slots__ = ("_restore", "for_calls", "marks", "restorable", "times")

    def __init__(self, restore: Iterable[str]) -> None:
        self._restore = frozenset(restore)
        self.times: Counter[str] = Counter()
        self.marks: set[bytes] = set()
        self.restorable: set[bytes] = set()
        self.for_calls: set[bytes] = set()

    def take(self, text: HumanText, found: Sequence[Located]) -> None:
        """Take in some findings of a text."""
        # A value in several pieces is one.
        self.times.update([one.finding.entity for one in found if not one.is_rest])
        marks = [one.finding.mark for one in found]
        self.marks.update(marks)
        if not self._restore:
            return
        if _role(text.role) in self._restore or text.path[0] == _SCHEMA:
            self.restorable.update(marks)
        elif text.path[0] in _TOOLS:
            self.for_calls.update(marks)


def _role(role: str) -> str:
    return _FAMILY.get(role, role)
