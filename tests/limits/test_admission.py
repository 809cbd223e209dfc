"""Whether everything fits."""

import pytest

from gateway.limits.admission import Need, admit
from gateway.limits.verdict import NEVER


def _need(amount: int, used: int, capacity: int, wait: int = 10, *, is_shadow: bool = False) -> Need:
    return Need(amount, used, capacity, is_shadow, lambda _surplus: 1000 + wait)


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ([], (-1, 0)),
        ([_need(1, 9, 10)], (-1, 0)),
        ([_need(1, 10, 10)], (0, 10)),
        ([_need(1, 9, 10), _need(5, 6, 10)], (1, 10)),
        ([_need(1, 10, 10, 5), _need(1, 10, 10, 50), _need(1, 10, 10, 7)], (1, 50)),
        ([_need(11, 0, 10)], (0, NEVER)),
        ([_need(1, 10, 10, 50), _need(11, 0, 10)], (1, NEVER)),
        ([_need(99, 99, 10, is_shadow=True)], (-1, 0)),
        ([_need(0, 99, 10)], (-1, 0)),
        ([_need(1, 10, 10, -5)], (0, 1)),
    ],
)
def test_all_of_it_or_nothing(needs: list[Need], expected: tuple[int, int]) -> None:
    """
    The limit that refuses longest is named, and shadow limits have no say.
    """
    assert expected == admit(needs, 1000)
