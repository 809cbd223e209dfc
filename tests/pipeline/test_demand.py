"""What an exchange asks of the limits, and what it used."""

from contextlib import nullcontext

import pytest

from gateway.limits.kinds.ceilings import ContextCeiling, OutputCeiling
from gateway.limits.kinds.spend import SpendLimit
from gateway.limits.limit_terms import NO_SHEET
from gateway.limits.refusals import LimitsUnavailable
from gateway.limits.sheet import Sheet
from gateway.pipeline.demand import demand_of, least_of, used_in
from gateway.usage.prices import Price, PriceList, Rates
from gateway.usage.tariff import Tariff
from gateway.vocabulary.demand import ONE_REQUEST, Amounts
from gateway.vocabulary.usage import Usage
from gateway.wire.chat import ChatRequest
from gateway.wire.embeddings.dialect import EMBEDDINGS
from gateway.wire.token_bounds import prompt_bound
from tests.fakes.builders import a_chat_request, a_target, an_attempt, an_outcome
from tests.fakes.ledgers import a_counter, requests, spend, tokens

_CHEAP, _DEAR = (PriceList((Price(0.0, Rates(1, rate, rate * 2, rate * 2)),)) for rate in (10**6, 3 * 10**6))
_TARIFF = Tariff(
    {
        ("first", "first-model"): {"USD": _CHEAP, "CNY": _DEAR},
        ("second", "second-model"): {"USD": _DEAR},
    }
)


def _request(**fields: int) -> ChatRequest:
    plain = a_chat_request()
    return ChatRequest("m", False, include_usage=False, body={**plain.body, **fields})


def test_where_nothing_depends_on_length_a_request_is_one_request() -> None:
    """
    Nobody measures it.
    """
    sheet = Sheet.of("acme", [a_counter(requests(5))])

    assert ONE_REQUEST is demand_of(a_chat_request(), sheet, (), None, 0.0)
    assert ONE_REQUEST is demand_of(a_chat_request(), NO_SHEET, (), None, 0.0)


def test_tokens_are_taken_at_their_upper_bound() -> None:
    """
    Everything that is sent, and what may be answered.
    """
    sheet = Sheet.of("acme", [a_counter(tokens(5))], max_tokens=9)
    request = _request(max_tokens=100, n=2)

    assert Amounts(1, prompt_bound(request.body), 200) == demand_of(request, sheet, (), None, 0.0)


def test_money_is_taken_at_the_dearest_target_that_is_cleared() -> None:
    """
    Not at one that the request must not reach.
    """
    sheet = Sheet.of("acme", [a_counter(spend("1"))], max_tokens=9)
    request = _request(max_tokens=100)
    prompt = prompt_bound(request.body)

    both, cheap = (
        demand_of(request, sheet, targets, _TARIFF, 0.0).costs["USD"]
        for targets in ((a_target("first"), a_target("second")), (a_target("first"),))
    )

    assert (prompt * 3 + 600, prompt + 200) == (both, cheap)


@pytest.mark.parametrize(
    ("limit", "tariff", "is_refused"),
    [
        (spend("1"), _TARIFF, False),
        (spend("1"), None, True),
        (SpendLimit(name="budget", amount="1", money="EUR", period="hour"), _TARIFF, True),
        (SpendLimit(name="budget", amount="1", money="CNY", period="hour"), _TARIFF, True),
        (SpendLimit(name="budget", amount="1", money="CNY", period="hour", mode="shadow"), _TARIFF, False),
    ],
)
def test_a_budget_that_nobody_can_count_lets_nothing_through(
    limit: SpendLimit,
    tariff: Tariff | None,
    is_refused: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """
    As that of a key made at run time may be; a price at one of the places alone is not enough.
    """
    sheet = Sheet.of("acme", [a_counter(limit)], max_tokens=9)
    refusal = pytest.raises(LimitsUnavailable) if is_refused else nullcontext()

    with refusal:
        demand = demand_of(
            _request(max_tokens=9), sheet, (a_target("first"), a_target("second")), tariff, 0.0
        )
        assert 1 == demand.requests


def test_the_rough_size_is_only_looked_at_where_a_ceiling_asks() -> None:
    """
    It is the rule of thumb, not the bound.
    """
    sheet = Sheet.of("acme", (), ceilings=(ContextCeiling(name="a", at_most=5),), max_tokens=9)

    demand = demand_of(_request(max_tokens=100), sheet, (), None, 0.0)

    assert 100 < demand.context_tokens < 105


def test_a_ceiling_of_the_answer_alone_asks_for_no_rough_size() -> None:
    """
    Nobody looks at it.
    """
    sheet = Sheet.of("acme", (), ceilings=(OutputCeiling(name="a", at_most=500),), max_tokens=9)

    assert 0 == demand_of(_request(max_tokens=100), sheet, (), None, 0.0).context_tokens


def test_images_and_tools_fill_a_context_too() -> None:
    """
    A ceiling of the context counts what the model reads, not the letters of a picture.
    """
    sheet = Sheet.of("acme", (), ceilings=(ContextCeiling(name="a", at_most=5),), max_tokens=9)
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 100_000}}
    tool = {"type": "function", "function": {"name": "find", "description": "d" * 10_000}}
    body = {"messages": [{"role": "user", "content": [image]}], "tools": [tool], "max_tokens": 100}

    demand = demand_of(ChatRequest("m", False, include_usage=False, body=body), sheet, (), None, 0.0)

    assert 100 + 1024 + 3000 < demand.context_tokens < 100 + 1024 + 3050


def test_who_asks_for_vectors_takes_no_output() -> None:
    """
    A limit of output that is used up keeps nobody from them.
    """
    least = Amounts(1, 1, 1, {"USD": 1})
    vectors = EMBEDDINGS.read(b'{"model": "m", "input": "Hello"}').request

    assert (least, Amounts(1, 1, 0, {"USD": 1})) == (
        least_of(a_chat_request(), least),
        least_of(vectors, least),
    )


def test_an_exchange_used_the_sum_of_its_tries() -> None:
    """
    One request, however many tries it took.
    """
    attempts = (
        an_attempt("first", "broke", Usage(7, 5)),
        an_attempt("second", usage=Usage(9, 3)),
        an_attempt(),
    )
    outcome = an_outcome(attempts=attempts, costs={"USD": 30})

    assert Amounts(1, 16, 8, {"USD": 30}) == used_in(outcome)


def test_an_absurd_report_is_cut() -> None:
    """
    An upstream's word does not break a ledger.
    """
    outcome = an_outcome(attempts=(an_attempt(usage=Usage(10**30, 10**30)),))

    assert Amounts(1, 10**9, 10**9) == used_in(outcome)


def test_an_answer_from_nowhere_used_one_request_and_no_tokens() -> None:
    """
    Nothing was sent out.
    """
    assert ONE_REQUEST == used_in(an_outcome(attempts=()))
