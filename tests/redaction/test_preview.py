"""What a profile would make of a text."""

import pytest

from gateway.redaction.preview import preview
from tests.fakes.sealing import MOBILE, Sealer, a_profile


@pytest.mark.parametrize(
    ("action", "verdict", "begins"),
    [
        ("pseudonymise", "sent", "PHONE_"),
        ("route_local", "sent to the premises only", MOBILE),
        ("block", "private_data_blocked", None),
    ],
)
async def test_what_would_be_sent_is_shown(action: str, verdict: str, begins: str | None) -> None:
    """
    Or that it would stay at home, or why it would not leave at all.
    """
    shown = await preview(Sealer().redactor, a_profile(default=action), MOBILE)

    assert ("mine", verdict, (("PHONE", action, 1),)) == (shown.profile, shown.verdict, shown.counts)
    assert (shown.text or "").startswith(begins or "")
    assert (begins is None) is (shown.text is None)
    assert [{"entity": "PHONE", "action": action, "count": 1}] == shown.as_document()["counts"]
