"""Out and back."""

import pytest

from benchmarks.redaction.round_trip import RoundTrips
from tests.fakes.sealing import CARD, EMAIL, MOBILE, SECRET

TRIPS = RoundTrips()


@pytest.mark.parametrize(
    "text",
    ["hello", f"客户张伟，{MOBILE}，{EMAIL}", f'{{"card": "{CARD}"}}', f"key {SECRET} of {EMAIL}", "PHONE_"],
)
def test_what_is_echoed_comes_back(text: str) -> None:
    """
    With private values and without, and with secrets left where they are.
    """
    assert TRIPS.is_restored(text)


def test_a_trip_that_changes_a_text_is_told() -> None:
    """
    One number in two writings comes back in one of them.
    """
    assert not TRIPS.is_restored("138 1234 5678, 138-1234-5678")
