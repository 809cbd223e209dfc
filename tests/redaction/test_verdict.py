"""What follows from what was found: a table."""

import pytest

from gateway.redaction.verdict import hides, judge
from tests.fakes.sealing import a_profile

PROFILE = a_profile(
    entities={
        "PHONE": {"action": "block"},
        "PAYMENT_CARD": {"action": "route_local"},
        "EMAIL": {"action": "allow"},
    },
    at_home="original",
)


def test_findings_are_counted_by_kind_and_action() -> None:
    """
    What is allowed is not.
    """
    verdict = judge(PROFILE, {"CN_RESIDENT_ID": 2, "EMAIL": 1})

    assert ((("CN_RESIDENT_ID", "pseudonymise", 2),), (), False) == (
        verdict.counts,
        verdict.blocked,
        verdict.stays_home,
    )


@pytest.mark.parametrize(
    ("entity", "blocked", "stays_home"), [("PHONE", ("PHONE",), False), ("PAYMENT_CARD", (), True)]
)
def test_one_value_may_refuse_a_request_or_keep_it_home(
    entity: str, blocked: tuple[str, ...], *, stays_home: bool
) -> None:
    """
    Whatever else stands in it.
    """
    verdict = judge(PROFILE, {"CN_RESIDENT_ID": 1, entity: 1})

    assert (blocked, stays_home) == (verdict.blocked, verdict.stays_home)


@pytest.mark.parametrize(
    ("entity", "at_home", "expected"),
    [
        ("CN_RESIDENT_ID", False, True),
        ("CN_RESIDENT_ID", True, False),
        ("SECRET_API_KEY", True, True),
        ("PAYMENT_CARD", False, False),
        ("EMAIL", False, False),
    ],
)
def test_originals_are_only_sent_home_and_secrets_not_even_there(
    entity: str, *, at_home: bool, expected: bool
) -> None:
    """
    Where the profile says so; what no action replaces is never hidden.
    """
    assert expected is hides(PROFILE, entity, at_home=at_home)


def test_without_a_word_home_sees_no_original_either() -> None:
    """
    Protection is the default everywhere.
    """
    assert hides(a_profile(), "PHONE", at_home=True)
