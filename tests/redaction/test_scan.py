"""Looking through long texts in steps."""

from base64 import b64encode

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


@pytest.mark.parametrize("length", [3_000, 7_000])
def test_a_long_value_is_followed_beyond_its_slice(length: int) -> None:
    """
    A private key that begins at the end of a slice is found to its end.
    """
    key = f"-----BEGIN PRIVATE KEY-----\n{'MIIE' * (length // 4)}\n-----END PRIVATE KEY-----"
    text = "x, " * (SLICE // 3 - 10) + key + " and more words" * SLICE

    scan = Scan(a_bench("private_key"), text)
    while scan.advance():
        pass

    assert [key] == [text[span.start : span.end] for span in scan.spans]


def test_a_long_run_of_base64_is_read_whole() -> None:
    """
    What it says far behind the slice it begins in is still found, and the run leaves whole.
    """
    run = b64encode(("nothing in particular " * 4_000 + f"call {_NUMBER}").encode()).decode()
    text = f"data: {run} and more"

    scan = Scan(a_bench("cn_mobile"), text)
    while scan.advance():
        pass

    assert [run.rstrip("=")] == [text[span.start : span.end].rstrip("=") for span in scan.spans]


def test_a_long_run_of_base64_is_read_in_as_many_steps_as_its_text() -> None:
    """
    Others have their turn while it is, also where it is base64 of base64.
    """
    plain = "nothing in particular " * 4_000 + f"call {_NUMBER}"
    once = b64encode(plain.encode()).decode()
    in_plain, _ = _steps(plain)

    for run in (once, b64encode(once.encode()).decode()):
        steps, scan = _steps(f"data: {run} and more")
        assert 1 == len(scan.spans)
        assert steps >= in_plain


@pytest.mark.parametrize("place", [SLICE - 200, SLICE - 70, SLICE - 65])
def test_what_stands_before_a_long_run_is_found_beside_it(place: int) -> None:
    """
    Whatever of the run the slice holds.
    """
    run = b64encode(("nothing in particular " * 2_000 + f"call {_NUMBER}").encode()).decode()
    text = (" ," * SLICE)[: place - 12] + f"{_NUMBER} " + run + f" {_NUMBER}"

    _, scan = _steps(text)

    found = [text[span.start : span.end].rstrip("=") for span in scan.spans]
    assert [_NUMBER, run.rstrip("="), _NUMBER] == found
