"""So much money in a period of the calendar."""

from gateway.limits.windows import Calendar
from gateway.vocabulary.demand import Amounts
from tests.fakes.ledgers import spend


def test_money_is_counted_in_its_own_currency() -> None:
    """
    To the millionth.
    """
    rule = spend("12.50", "month", time_zone="Asia/Shanghai")

    assert (12_500_000, 7) == (rule.capacity, rule.measure(Amounts(costs={"USD": 7, "CNY": 50})))
    assert 0 == rule.measure(Amounts(costs={"CNY": 50}))
    assert Calendar("month", "Asia/Shanghai") == rule.window
