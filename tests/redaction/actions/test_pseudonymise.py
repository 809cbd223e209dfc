"""A word in the place of a value."""

import re

from gateway.redaction.actions.pseudonymise import PSEUDONYMISE
from gateway.redaction.finding import Finding
from gateway.redaction.rewriting import ScopedMint


def test_a_word_has_the_shape_by_which_it_is_found_again() -> None:
    """
    And another attempt is another word of that shape.
    """
    finding = Finding(0, 11, "PHONE", b"m" * 16)
    (shape,) = PSEUDONYMISE.shapes("PHONE")
    assert PSEUDONYMISE.rewrite is not None
    words = [PSEUDONYMISE.rewrite("13812345678", finding, ScopedMint(b"k"), attempt) for attempt in (0, 1)]

    assert words[0] != words[1]
    assert all(re.fullmatch(shape.pattern, word) for word in words)
    assert PSEUDONYMISE.restores
