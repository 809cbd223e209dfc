"""What callers are told of their limits."""

import pytest

from gateway.limits.refusals import BudgetExhausted, DemandTooLarge, LimitExceeded
from gateway.limits.sheet import Sheet
from gateway.limits.telling import described, refusal_of, standing_fields
from gateway.limits.verdict import NEVER, Standing, Verdict
from tests.fakes.ledgers import a_counter, a_sheet, at_once, requests, spend, tokens


def _fields(sheet: Sheet, *standings: tuple[int, int]) -> dict[str, str]:
    verdict = Verdict(is_granted=True, standings=tuple(Standing(*one) for one in standings))
    return {name.decode(): value.decode() for name, value in standing_fields(sheet, verdict)}


def test_both_forms_of_header_tell_the_same() -> None:
    """
    OpenAI's, and the draft of the IETF.
    """
    fields = _fields(a_sheet(requests(600), tokens(90_000)), (599, 60_999), (80_000, 1_001))

    assert {
        "x-ratelimit-limit-requests": "600",
        "x-ratelimit-remaining-requests": "599",
        "x-ratelimit-reset-requests": "61s",
        "x-ratelimit-limit-tokens": "90000",
        "x-ratelimit-remaining-tokens": "80000",
        "x-ratelimit-reset-tokens": "2s",
        "ratelimit-policy": '"requests";q=600;w=60, "tokens";q=90000;w=60;dg-unit="tokens"',
        "ratelimit": '"requests";r=599;t=61, "tokens";r=80000;t=2',
    } == fields


def test_of_several_limits_the_tightest_is_told_in_openais_form() -> None:
    """
    It is the one that will refuse first.
    """
    fields = _fields(a_sheet(requests(600), requests(9_000, 3600)), (20, 0), (10, 0))

    assert ("9000", "10") == (fields["x-ratelimit-limit-requests"], fields["x-ratelimit-remaining-requests"])


def test_shadows_and_money_are_not_told_in_headers() -> None:
    """
    A shadow refuses nothing, and a header has no currency.
    """
    assert {} == _fields(a_sheet(requests(5, mode="shadow"), spend("1")), (-2, 0), (10, 0))


def test_what_is_left_is_never_below_nothing() -> None:
    """
    Though more was used than was reserved.
    """
    assert "0" == _fields(a_sheet(tokens(5)), (-7, 0))["x-ratelimit-remaining-tokens"]


def test_places_are_a_unit_of_the_draft() -> None:
    """
    Without a window.
    """
    assert (
        '"at-once";q=3;qu="concurrent-requests"' == _fields(a_sheet(at_once(3)), (1, 0))["ratelimit-policy"]
    )


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
