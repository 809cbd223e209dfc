"""Facts about steps."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.simulator.step import Act, Step, drip


@given(st.lists(st.builds(Step, st.binary(max_size=9), deltas=st.integers(0, 2), tenths=st.integers(0, 9))))
def test_dripping_changes_only_the_pace(steps: list[Step]) -> None:
    """
    The bytes are the same, one at a time, and so are the counts and the acts.
    """
    dripped = list(drip(iter(steps), 0.5))

    assert b"".join(step.data for step in steps) == b"".join(step.data for step in dripped)
    assert all(len(step.data) <= 1 for step in dripped)
    assert sum(step.deltas for step in steps) == sum(step.deltas for step in dripped)
    assert sum(step.tenths for step in steps) == sum(step.tenths for step in dripped)


def test_a_dripping_step_acts_after_its_last_byte() -> None:
    """
    The first byte waits as the step did, the others for the drip, and the act comes last.
    """
    dripped = list(drip(iter([Step(b"ab", 3.0, 1, 4, Act.RESET)]), 0.5))

    assert [Step(b"a", 3.0), Step(b"b", 0.5, 1, 4, Act.RESET)] == dripped
