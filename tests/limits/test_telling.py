"""What callers are told of their limits."""

import pytest

from gateway.limits.refusals import BudgetExhausted, DemandTooLarge, LimitExceeded
from gateway.limits.sheet import Sheet
from gateway.limits.telling import described, refusal_of
from gateway.limits.verdict import NEVER, Standing, Verdict
from tests.fakes.ledgers import a_counter, a_sheet, at_once, requests, spend, tokens


@pytest.mark.parametrize(
    ("sheet", "verdict", "kind", "words"),
    [
        (
            a_sheet(requests(600, per=("key",))),
            Verdict(is_granted=False, standings=(Standing(0, 9_000),), failed=0, retry_ms=8_001),
            LimitExceeded,
            "'requests' (600 requests in 60 s for each key): 0 requests left. Try again in 9 s.",
        ),
        (
            a_sheet(spend("12.50", "month")),
            Verdict(is_granted=False, standings=(Standing(5_000, 9),), failed=0, retry_ms=90_000),
            BudgetExhausted,
            "'budget' (12.50 USD in each month, UTC for each tenant): 0.00 USD left. It begins anew in 90 s.",
        ),
        (
            a_sheet(tokens(50)),
            Verdict(is_granted=False, standings=(Standing(50, 0),), failed=0, retry_ms=NEVER),
            DemandTooLarge,
            "Lower max_tokens or shorten the prompt.",
        ),
        (
            a_sheet(at_once(3)),
            Verdict(is_granted=False, standings=(Standing(0, 0),), failed=0, retry_ms=1_000),
            LimitExceeded,
            "(3 requests at once for each tenant): 0 places left.",
        ),
    ],
)
def test_a_refusal_names_the_limit_what_is_left_and_when(
    sheet: Sheet, verdict: Verdict, kind: type[LimitExceeded], words: str
) -> None:
    """
    In words, in Retry-After, and in the same headers as a good answer.
    """
    refusal = refusal_of(sheet, verdict)

    assert kind is type(refusal)
    assert words in refusal.message
    expected = None if verdict.retry_ms == NEVER else -(-verdict.retry_ms // 1000)
    assert expected == refusal.retry_after


def test_trying_again_is_advised_where_it_helps() -> None:
    """
    A budget that is used up stays so, and what is too large too.
    """
    assert (None, False, False) == (
        LimitExceeded.should_retry,
        BudgetExhausted.should_retry,
        DemandTooLarge.should_retry,
    )


def test_several_scopes_are_told_together() -> None:
    """
    In the order of the document.
    """
    assert described(a_counter(requests(5, per=("key", "end_user")))).endswith("for each key and end user")
