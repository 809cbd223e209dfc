"""What a policy document may say about limits: so far, that there are none."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from msgspec import Meta

LimitRules = Annotated[
    tuple[dict[str, Any], ...],
    Meta(description="a list of limits; no kind of limit is built yet, so it stays empty"),
]


def objections(limits: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield place and reason of every limit that would not be kept."""
    for position, _ in enumerate(limits):
        yield f"[{position}].kind", "no kind of limit is built yet; remove it rather than trust in it"
