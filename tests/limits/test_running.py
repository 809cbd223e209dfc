"""What running exchanges may give back."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.limits.ledger import Hold
from gateway.limits.running import Running
from tests.fakes.ledgers import a_hold, a_sheet, at_once, requests, spend, tokens

_SHEET = a_sheet(requests(100), tokens(1000), spend("1"), at_once(3))
_amounts = st.tuples(st.just(1), st.integers(0, 500), st.integers(0, 500), st.just(1))


def _held(running: Running) -> list[int]:
    return [running.may_give_back(counter) for counter in _SHEET.counters]


def test_tokens_and_money_come_back_and_requests_do_not() -> None:
    """
    Nor do places, which come free when their exchange ends.
    """
    running = Running()

    running.began(a_hold("a", _SHEET, 1, 60, 700, 1))

    assert [0, 60, 700, 0] == _held(running)


@given(st.lists(st.tuples(_amounts, st.booleans()), max_size=20))
def test_what_runs_is_what_began_and_has_not_ended(exchanges: list[tuple[tuple[int, ...], bool]]) -> None:
    """
    However many there are, and in whatever order they end; when all have, nothing is kept.
    """
    running = Running()
    holds = [Hold(str(number), _SHEET, amounts) for number, (amounts, _) in enumerate(exchanges)]
    for hold in holds:
        running.began(hold)
    for hold, (_, has_ended) in zip(holds, exchanges, strict=True):
        if has_ended:
            running.ended(hold)

    left = [amounts for amounts, has_ended in exchanges if not has_ended]
    assert [0, sum(one[1] for one in left), sum(one[2] for one in left), 0] == _held(running)
