"""What the targets of a model cost."""

from gateway.usage.prices import Price, PriceList, Rates
from gateway.usage.tariff import Tariff
from gateway.vocabulary.usage import Usage
from tests.fakes.builders import an_attempt


def _list(rate: int) -> PriceList:
    return PriceList((Price(0.0, Rates(rate, rate, rate, rate)),))


_TARIFF = Tariff(
    {
        ("first", "first-model"): {"USD": _list(10**6), "CNY": _list(7 * 10**6)},
        ("second", "second-model"): {"USD": _list(2 * 10**6)},
    }
)


def test_the_dearest_place_counts_in_each_currency() -> None:
    """
    A place without a price has none to add.
    """
    places = [("first", "first-model"), ("second", "second-model"), ("third", "x")]

    assert {"USD": 20, "CNY": 70} == _TARIFF.most(places, 0.0, 4, 6)
    assert {} == _TARIFF.most([("third", "x")], 0.0, 4, 6)


def test_the_least_is_that_of_the_cheapest_place() -> None:
    """
    Nothing, where the request may go to one that costs nothing.
    """
    free = Tariff({**_TARIFF.lists, ("third", "x"): {"USD": _list(0)}})

    assert ({"USD": 1, "CNY": 7}, {"USD": 0, "CNY": 7}) == (_TARIFF.least(), free.least())


def test_a_currency_that_one_place_lacks_is_lacking() -> None:
    """
    What is not known everywhere cannot be counted on.
    """
    first, second = ("first", "first-model"), ("second", "second-model")

    lacks = [_TARIFF.lacks("CNY", places) for places in ([first], [first, second], [("third", "x")])]

    assert [False, True, True] == lacks


def test_what_an_answer_is_worth_depends_on_the_place() -> None:
    """
    In every currency that has a price there, and in none where there is no price.
    """
    assert {"USD": 4, "CNY": 28} == _TARIFF.worth(("first", "first-model"), Usage(3, 1), 0.0)
    assert {"USD": 8} == _TARIFF.worth(("second", "second-model"), Usage(3, 1), 0.0)
    assert {} == _TARIFF.worth(("third", "x"), Usage(3, 1), 0.0)


def test_the_cost_is_that_of_all_tries() -> None:
    """
    Each at its own place; a try that used nothing costs nothing.
    """
    attempts = [an_attempt("first", usage=Usage(3, 1)), an_attempt("second", usage=Usage(1, 1)), an_attempt()]

    assert {"USD": 8, "CNY": 28} == _TARIFF.cost(attempts, 0.0)
