"""Looking through long texts in steps."""

import pytest

from gateway.redaction.scan import SLICE, Scan
from tests.fakes.looking import a_bench

_NUMBER = "13812345678"


def _steps(text: str) -> tuple[int, Scan]:
    scan = Scan(a_bench("cn_mobile"), text)
    steps = 1
    while scan.advance():
        steps += 1
    return steps, scan


def test_a_short_text_takes_one_step() -> None:
    """
    Nearly every text is short, and costs no cutting.
    """
    steps, scan = _steps(f"call {_NUMBER}")

    assert 1 == steps
    assert [(5, 16)] == [(span.start, span.end) for span in scan.spans]


@pytest.mark.parametrize("place", [0, SLICE - 12, SLICE - 5, SLICE, SLICE + 1, 2 * SLICE - 3, 3 * SLICE])
def test_a_value_is_found_wherever_the_slices_meet(place: int) -> None:
    """
    A cut goes through no value: it is found once, where it is.
    """
    text = "x," * (place // 2) + " " * (place % 2) + _NUMBER + ",x" * (2 * SLICE)

    steps, scan = _steps(text)

    assert steps > 2
    assert [(place, place + 11)] == [(span.start, span.end) for span in scan.spans]
