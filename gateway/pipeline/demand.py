"""What an exchange asks of the limits, and what it used in the end."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from gateway.limits.refusals import LimitsUnavailable
from gateway.limits.sheet import Sheet
from gateway.upstreams.target import Target
from gateway.usage.tariff import Place, Tariff
from gateway.vocabulary.demand import ONE_REQUEST, Amounts
from gateway.vocabulary.outcome import Outcome
from gateway.wire.chat import ChatRequest
from gateway.wire.embeddings.inputs import asks_to_embed
from gateway.wire.token_bounds import output_bound, prompt_bound
from gateway.wire.token_estimate import estimate_prompt

_NO_COSTS: Mapping[str, int] = {}
_NO_TARIFF = Tariff()
# What an upstream reports is another's word; ledgers count in numbers of 53 bits.
_MOST_TOKENS = 10**9


def least_of(request: ChatRequest, least: Amounts) -> Amounts:
    """Return what a request takes at least, where any of its model takes so much: vectors are no output."""
    return replace(least, output_tokens=0) if asks_to_embed(request) else least


def demand_of(
    request: ChatRequest, sheet: Sheet, targets: Sequence[Target], tariff: Tariff | None, wall_seconds: float
) -> Amounts:
    """
    Return what a sealed request may at most consume, at the dearest of the targets it may go to.

    Raises `LimitsUnavailable` where money is limited and nobody knows what the request costs.
    """
    if sheet.max_tokens is None:
        return ONE_REQUEST
    body = request.body
    prompt, output = prompt_bound(body), output_bound(body) or 0
    costs = _NO_COSTS
    if sheet.counts_money:
        places = [(target.upstream.name, target.model) for target in targets]
        tariff = tariff or _NO_TARIFF
        _refuse_unpriced(sheet, places, tariff)
        costs = tariff.most(places, wall_seconds, prompt, output)
    rough = estimate_prompt(body) + output if sheet.bounds_context else 0
    return Amounts(1, prompt, output, costs, rough)


def _refuse_unpriced(sheet: Sheet, places: Sequence[Place], tariff: Tariff) -> None:
    # Policies without such a price are refused; a key that was made at run time may be older than they are.
    for counter in sheet.counters:
        currency = counter.rule.currency
        if currency is not None and not counter.is_shadow and tariff.lacks(currency, places):
            raise LimitsUnavailable(
                f"The limit '{counter.rule.name}' counts {currency}, in which this model has no price. Ask "
                "the operator of this gateway for one, or for another limit."
            )


def used_in(outcome: Outcome) -> Amounts:
    """Return what an exchange used: one request, and the tokens and money of all its tries together."""
    if not outcome.attempts:
        return ONE_REQUEST
    prompt = completion = 0
    for attempt in outcome.attempts:
        if (usage := attempt.usage) is not None:
            prompt += usage.prompt_tokens
            completion += usage.completion_tokens
    return Amounts(1, min(_MOST_TOKENS, prompt), min(_MOST_TOKENS, completion), outcome.costs)
