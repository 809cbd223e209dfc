"""What an action is: what it puts in the place of a value, and what else follows from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.redaction.finding import Finding
from gateway.redaction.token_shapes import AnyShape


class Mint(Protocol):
    """Where tokens come from, for one request."""

    def digest(self, finding: Finding, attempt: int = 0) -> bytes:
        """Return 32 bytes that belong to this value in its scope; another attempt has others."""

    def word(self, finding: Finding, attempt: int = 0) -> str:
        """Return the placeholder of this value."""


@dataclass(frozen=True, slots=True)
class Action:
    """
    One way of dealing with a private value in a request.

    `rewrite` gives what stands in its place (None leaves it), from the value
    as it was written. `restores` says that an answer may turn it back; then
    `shapes` tells how the tokens of an entity look, nothing where the action
    has none for it. What `looks_like_a_value` must not be one that the request
    holds. `strength` orders actions by how much they keep from a
    model; a tenant may only choose a stronger one than its plan.
    """

    name: str
    strength: int
    rewrite: Callable[[str, Finding, Mint, int], str] | None = None
    restores: bool = False
    blocks: bool = False
    stays_home: bool = False
    is_counted: bool = True
    looks_like_a_value: bool = False
    shapes: Callable[[str], Sequence[AnyShape]] = lambda _: ()
