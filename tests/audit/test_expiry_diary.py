"""When old things were last let go."""

from pathlib import Path

import pytest

from gateway.audit.expiry_diary import FILE, ExpiryDiary, ExpiryTimes

HOUR = 3_600.0
DAY = 86_400.0
NOW = 1_800_000_000.0


def test_what_was_noted_is_read_by_another_process(tmp_path: Path) -> None:
    """
    Each time beside the others.
    """
    ExpiryDiary(tmp_path).note(since=NOW, tried=NOW + 1)
    ExpiryDiary(tmp_path).note(succeeded=NOW + 2.5)

    assert ExpiryTimes(NOW, NOW + 1, NOW + 2.5) == ExpiryDiary(tmp_path).read()


@pytest.mark.parametrize("text", ["", "[1]", '{"succeeded": "soon"}', '{"succeeded": 7}'])
def test_a_file_that_cannot_be_read_is_an_empty_one(tmp_path: Path, text: str) -> None:
    """
    Old things are looked for once more, and it is written anew.
    """
    (tmp_path / FILE).write_text(text)
    diary = ExpiryDiary(tmp_path)
    before = diary.read()

    diary.note(succeeded=NOW)

    assert ExpiryTimes() == before
    assert NOW == diary.read().succeeded


@pytest.mark.parametrize(
    ("times", "is_due"),
    [
        (ExpiryTimes(), True),
        (ExpiryTimes(since=NOW), True),
        (ExpiryTimes(succeeded=NOW - DAY), True),
        (ExpiryTimes(succeeded=NOW - DAY + 1), False),
        (ExpiryTimes(tried=NOW - HOUR + 1), False),
        (ExpiryTimes(tried=NOW - HOUR, succeeded=NOW - 2 * DAY), True),
        (ExpiryTimes(tried=NOW + DAY, succeeded=NOW + DAY), True),
    ],
)
def test_it_is_due_a_day_after_a_success_and_an_hour_after_a_failure(
    times: ExpiryTimes, *, is_due: bool
) -> None:
    """
    What is still to come was noted by a clock that was ahead, and does not count.
    """
    assert is_due == times.is_due(NOW)


def test_one_process_at_a_time(tmp_path: Path) -> None:
    """
    The next one may when it has let go.
    """
    first = ExpiryDiary(tmp_path).lock()
    assert first is not None
    second = ExpiryDiary(tmp_path).lock()

    first.release()

    assert second is None
    assert ExpiryDiary(tmp_path).lock() is not None
