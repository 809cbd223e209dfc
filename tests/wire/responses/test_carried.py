"""A thought in the field in which providers lock theirs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.responses.carried import carried, carry


@given(st.text())
def test_what_is_carried_comes_back(thought: str) -> None:
    """
    Word for word.
    """
    assert thought == carried(carry(thought))


@pytest.mark.parametrize("field", [None, 5, "", "gAAAAABo", "unlocked.!", "unlocked.gA==", "unlocked.\u4f60"])
def test_what_others_locked_stays_locked(field: object) -> None:
    """
    And is no mistake of the caller's.
    """
    assert carried(field) is None
