"""So many tokens in any window of time."""

from typing import ClassVar, Literal

from gateway.limits.limit_rule import CountedLimit, Unit, Units, WindowSeconds
from gateway.limits.windows import Rolling
from gateway.vocabulary.demand import Amounts


class TokenLimit(CountedLimit, frozen=True, kw_only=True, tag="tokens"):
    """At most `limit` tokens of prompts (`input`), answers (`output`) or both in any `window_seconds`."""

    unit: ClassVar[Unit] = "tokens"
    counts_tokens: ClassVar[bool] = True

    limit: Units
    window_seconds: WindowSeconds = 60
    count: Literal["input", "output", "both"] = "both"

    @property
    def capacity(self) -> int:
        """How many tokens are allowed."""
        return self.limit

    @property
    def counted(self) -> str:
        """Which tokens."""
        return f"t{self.count[0]}"

    @property
    def window(self) -> Rolling:
        """Where they are counted."""
        return Rolling.of(self.window_seconds)

    def measure(self, amounts: Amounts) -> int:
        """Count the tokens of the side that is limited."""
        if self.count == "input":
            return amounts.input_tokens
        if self.count == "output":
            return amounts.output_tokens
        return amounts.input_tokens + amounts.output_tokens
