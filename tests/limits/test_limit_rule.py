"""What all kinds of limit have in common."""

from typing import get_args

import pytest

from gateway.limits.kinds import AnyLimit
from gateway.limits.kinds.ceilings import Ceiling
from gateway.limits.limit_rule import CountedLimit, LimitRule
from gateway.vocabulary.demand import NOTHING, Amounts
from tests.fakes.ledgers import at_once, requests, spend, tokens

_BUSY = Amounts(1, 10, 20, {"USD": 30}, 40)


def test_every_kind_has_a_tag_of_its_own() -> None:
    """
    By which documents name it.
    """
    tags = [kind.__struct_config__.tag for kind in get_args(AnyLimit)]

    assert len(set(tags)) == len(tags)
    assert all(issubclass(kind, LimitRule) for kind in get_args(AnyLimit))


@pytest.mark.parametrize("rule", [requests(5), tokens(5), at_once(5), spend("0.000005")])
def test_a_counted_limit_counts_nothing_for_nothing(rule: CountedLimit) -> None:
    """
    Something for something, and its capacity is what the document says.
    """
    assert (0, 5) == (rule.measure(NOTHING), rule.capacity)
    assert rule.measure(_BUSY) > 0
    assert rule.counts_tokens == (rule.unit in ("tokens", "money"))


@pytest.mark.parametrize("unfinished", [CountedLimit, Ceiling])
def test_a_kind_that_does_not_say_what_it_measures_cannot_be_made(unfinished: type[LimitRule]) -> None:
    """
    It fails where it is made, not at the first request that it should count.
    """
    with pytest.raises(TypeError, match="measure"):
        unfinished(name="unfinished")


def test_money_is_of_one_currency() -> None:
    """
    Others are not its concern.
    """
    assert ("USD", None) == (spend("1").currency, requests(1).currency)


def test_a_shadow_says_so() -> None:
    """
    So that it has no say.
    """
    assert (True, False) == (requests(1, mode="shadow").is_shadow, requests(1).is_shadow)
