"""Bounds of a single request, which nothing has to count."""

from abc import abstractmethod
from typing import ClassVar

from gateway.limits.limit_rule import AbstractStruct, LimitRule, Units
from gateway.vocabulary.demand import Amounts


class Ceiling(LimitRule, metaclass=AbstractStruct, frozen=True, kw_only=True):
    """A bound of one request."""

    counts_tokens: ClassVar[bool] = True
    param: ClassVar[str] = "max_tokens"

    at_most: Units

    @abstractmethod
    def measure(self, amounts: Amounts) -> int:
        """Return what the bound is compared with."""


class OutputCeiling(Ceiling, frozen=True, kw_only=True, tag="output_ceiling"):
    """A request asks for at most so many tokens of output, over all its choices."""

    def measure(self, amounts: Amounts) -> int:
        """Return what was asked for."""
        return amounts.output_tokens


class ContextCeiling(Ceiling, frozen=True, kw_only=True, tag="context_ceiling"):
    """
    Prompt and answer together have at most so many tokens, by rule of thumb.

    The prompt is estimated, because its upper bound would be several times
    too high; the model's own window is exact and is checked upstream.
    """

    param: ClassVar[str] = "messages"

    def measure(self, amounts: Amounts) -> int:
        """Return the rough size."""
        return amounts.context_tokens
