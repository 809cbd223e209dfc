"""
Values that were cut in two: the end of one text and the beginning of the next.

Only where both sides look as if a value could go on is a seam looked at: from
part to part of one message letters and digits of ASCII and what stands within
numbers and addresses, or their full-width twins; from message to message
digits alone, because there most words end.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gateway.wire.texts import Form, HumanText

_REACH = 48
_SAID = frozenset({"content", "text", "refusal"})
_GOES_ON = re.compile("[0-9A-Za-z@._+\\-\uff10-\uff19\uff21-\uff5a]")
_DIGIT = re.compile("[0-9\uff10-\uff19]")


class Seam(NamedTuple):
    """The end of text `first` and the beginning of `second`; they meet at `middle` of `text`."""

    first: int
    second: int
    text: str
    middle: int
    offset: int
    """Where in the first text the seam begins."""


def seams_of(texts: Sequence[HumanText]) -> Iterator[Seam]:
    """Yield where a value may go on from one content to the next: over parts, and over messages."""
    before: int | None = None
    for place, text in enumerate(texts):
        # An empty text ends nothing: a value goes on behind it.
        if not text.text or not _is_said(text):
            continue
        if before is not None and _may_go_on(texts[before], text):
            head = texts[before].text[-_REACH:]
            offset = len(texts[before].text) - len(head)
            yield Seam(before, place, head + text.text[:_REACH], len(head), offset)
        before = place


def _is_said(text: HumanText) -> bool:
    """Whether this is a content or a part of one, and not what stands beside the text of a part."""
    return (
        text.form is Form.PLAIN
        and text.path[0] == "messages"
        and "content" in text.path
        and text.path[-1] in _SAID
    )


def _may_go_on(first: HumanText, second: HumanText) -> bool:
    goes_on = _GOES_ON if first.path[:2] == second.path[:2] else _DIGIT
    return bool(goes_on.match(first.text[-1]) and goes_on.match(second.text[0]))
