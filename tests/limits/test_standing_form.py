"""Where callers stand, in the header fields of an answer."""

from gateway.limits.sheet import Sheet
from gateway.limits.standing_form import StandingForm
from gateway.limits.verdict import Standing
from tests.fakes.ledgers import a_sheet, at_once, requests, spend, tokens


def _fields(sheet: Sheet, *standings: tuple[int, int]) -> dict[str, str]:
    form = StandingForm(sheet.counters)
    return {
        name.decode(): value.decode() for name, value in form.fields([Standing(*one) for one in standings])
    }


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


def test_hidden_limits_between_the_told_ones_change_nothing() -> None:
    """
    Each limit is told with its own numbers, wherever it stands in the policy.
    """
    sheet = a_sheet(spend("1"), tokens(70), requests(5, mode="shadow"), requests(9, 30))
    fields = _fields(sheet, (1, 1_000), (20, 2_000), (3, 3_000), (4, 4_000))

    assert '"tokens";r=20;t=2, "requests";r=4;t=4' == fields["ratelimit"]
    assert ("9", "4", "4s") == tuple(
        fields[f"x-ratelimit-{name}-requests"] for name in ("limit", "remaining", "reset")
    )


def test_nothing_is_told_where_nothing_was_counted() -> None:
    """
    Such as by a plan that lets requests go on while its ledger is away.
    """
    assert {} == _fields(a_sheet(requests(5)))
