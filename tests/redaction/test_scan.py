"""Looking through texts in steps."""

from base64 import b64encode
from itertools import chain, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.redaction.corpus import disguised, negatives, positives
from gateway.redaction.bench import Bench
from gateway.redaction.detectors import WordDetector
from gateway.redaction.pace import STEP
from gateway.redaction.recognisers import RECOGNISERS
from gateway.redaction.scan import SLICE, Scan
from gateway.redaction.spans import Span
from tests.fakes.looking import a_bench

_BENCH = Bench(list(RECOGNISERS.values()), "python", {"蓝鲸": "PROJECT"})
_NOBODY = WordDetector("nobody", "NOBODY", ())

_NUMBER = "13812345678"


def _steps(text: str) -> tuple[int, Scan]:
    scan = Scan(a_bench("cn_mobile"), text)
    steps = 1
    while scan.advance():
        steps += 1
    return steps, scan


def _told(scan: Scan) -> tuple[Span, ...]:
    while scan.advance():
        pass
    return scan.spans


def _differ(text: str) -> bool:
    """Return whether a short text is told otherwise than a long one, whose way a detector makes it go."""
    return _told(Scan(_BENCH, text)) != _told(Scan(_BENCH, text, [_NOBODY]))


@given(
    pieces=st.lists(
        st.sampled_from(
            [
                "13812345678",
                " ",
                "，",
                "蓝鲸",
                "call",
                "张伟",
                "wang@corp.cn",
                "11010519491231002X",
                "密码是",
                "eHl6enk=",
            ]
        )
        | st.text(max_size=4),
        max_size=8,
    )
)
def test_a_short_text_is_told_as_a_long_one(pieces: list[str]) -> None:
    """
    The same spans, in whatever text.
    """
    assert not _differ("".join(pieces))


@pytest.mark.slow
def test_a_short_text_of_the_evaluation_is_told_as_a_long_one() -> None:
    """
    Private, in disguise and harmless.
    """
    samples = chain(
        positives(tuning=True, rounds=1),
        islice(disguised(tuning=True, rounds=1), 0, None, 10),
        negatives(tuning=True, rounds=1),
    )

    assert [] == [sample.text for sample in samples if _differ(sample.text)]


def test_a_short_text_with_much_in_it_is_read_in_steps() -> None:
    """
    As soon as a step is full, whatever was read so far.
    """
    text = f"{_NUMBER}, " * 300
    scan = Scan(_BENCH, text)

    assert scan.advance()
    assert STEP <= scan.tried < 2 * STEP
    assert 300 == len(_told(scan))


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
