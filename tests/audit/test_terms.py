"""How an exchange is written down."""

from typing import Any

import pytest

from gateway.audit.terms import AuditTerms, Level


@pytest.mark.parametrize(
    ("level", "kept"),
    [
        (Level.NONE, (False, False, False)),
        (Level.METADATA, (False, False, False)),
        (Level.REQUEST, (True, False, False)),
        (Level.REQUEST_RESPONSE, (True, True, False)),
        (Level.FULL, (True, True, True)),
    ],
)
def test_each_level_keeps_what_the_one_below_keeps(level: Level, kept: tuple[bool, bool, bool]) -> None:
    """
    Request, answer, and both as the caller sees them.
    """
    terms = AuditTerms(level=level)

    assert terms.is_recorded is (level is not Level.NONE)
    assert kept == (terms.keeps_request, terms.keeps_response, terms.keeps_originals)


@pytest.mark.parametrize(
    ("terms", "may_wait"),
    [
        ({}, False),
        ({"is_strict": True}, True),
        ({"is_lazy": True}, False),
        ({"level": Level.REQUEST}, True),
        ({"level": Level.FULL, "is_strict": True}, True),
        ({"level": Level.NONE, "is_strict": True}, False),
    ],
)
def test_an_admission_waits_for_the_disk_or_for_a_key(terms: dict[str, Any], may_wait: object) -> None:
    """
    And for neither where nothing is written.
    """
    assert may_wait is AuditTerms(**terms).may_wait
