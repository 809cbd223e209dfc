"""What is about to leave."""

from typing import Any

import pytest

from gateway.audit.admission import subject_in
from tests.fakes.audit_side import an_admission


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        ({"user": "maria"}, "maria"),
        ({"user_id": "u1", "user": "maria"}, "u1"),
        ({"safety_identifier": "s1", "metadata": {"user_id": "u2"}}, "s1"),
        ({"user": "maria", "safety_identifier": "s1"}, "maria"),
        ({"metadata": {"user_id": "u2"}}, "u2"),
        ({"metadata": {"user": "jo"}}, "jo"),
        ({"user": "", "metadata": {"user": "jo"}}, "jo"),
        ({"user": 7}, None),
        ({"metadata": "maria"}, None),
        ({"user": None, "metadata": None}, None),
        ({}, None),
    ],
)
def test_the_end_user_is_whom_the_caller_names(body: dict[str, Any], subject: str | None) -> None:
    """
    In the first of four fields that is a text.
    """
    assert subject == subject_in(body)


def test_an_admission_names_its_subject() -> None:
    """
    From the body as the caller sent it.
    """
    assert "maria" == an_admission(user="maria").subject
