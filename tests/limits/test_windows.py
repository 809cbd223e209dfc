"""Where use is counted."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.limits.windows import Calendar, Rolling, is_time_zone


def _ms(text: str, zone: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize("seconds", [1, 7, 60, 3600, 86_400])
def test_a_window_is_never_shorter_than_it_says(seconds: int) -> None:
    """
    Sixty parts cover it.
    """
    window = Rolling.of(seconds)

    assert window.grain_ms * window.parts >= seconds * 1000
    assert seconds == window.seconds


@pytest.mark.parametrize(
    ("period", "zone", "now", "begin", "end"),
    [
        ("hour", "UTC", "2027-03-05T10:59:59", "2027-03-05T10:00", "2027-03-05T11:00"),
        ("day", "Asia/Shanghai", "2027-03-05T00:00:00", "2027-03-05T00:00", "2027-03-06T00:00"),
        ("month", "Asia/Shanghai", "2027-02-28T23:59:59", "2027-02-01T00:00", "2027-03-01T00:00"),
        ("month", "UTC", "2027-12-31T12:00:00", "2027-12-01T00:00", "2028-01-01T00:00"),
        # The day on which clocks are put forward has 23 hours.
        ("day", "Europe/Berlin", "2027-03-28T12:00:00", "2027-03-28T00:00", "2027-03-29T00:00"),
        ("hour", "Asia/Kolkata", "2027-03-05T10:20:00", "2027-03-05T10:00", "2027-03-05T11:00"),
    ],
)
def test_a_period_begins_and_ends_with_its_calendar(
    period: str, zone: str, now: str, begin: str, end: str
) -> None:
    """
    In the time zone of the limit.
    """
    edges = Calendar(period, zone).edges(_ms(now, zone))  # type: ignore[arg-type]

    assert (_ms(begin, zone), _ms(end, zone)) == (edges.begin, edges.end)


@example("hour", "Australia/Lord_Howe", 1_822_487_400_000)
@example("hour", "Australia/Lord_Howe", 1_822_491_000_000)
@example("hour", "Australia/Lord_Howe", 1_806_763_500_000)
@given(
    st.sampled_from(["hour", "day", "month"]),
    st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
    st.integers(1_600_000_000_000, 2_000_000_000_000),
)
def test_periods_follow_each_other_without_a_gap(period: str, zone: str, now: int) -> None:
    """
    Before, this one and the next, in every time zone and on the days of changed clocks.
    """
    calendar = Calendar(period, zone)  # type: ignore[arg-type]
    edges = calendar.edges(now)

    assert edges.before < edges.begin <= now < edges.end < edges.after
    assert edges.end == calendar.edges(edges.end).begin
    assert edges.before == calendar.edges(edges.begin - 1).begin


def test_a_time_zone_is_known_by_its_name() -> None:
    """
    And nothing else is one.
    """
    assert (True, True, False, False) == tuple(
        is_time_zone(name) for name in ("UTC", "Asia/Shanghai", "Beijing", "../etc/passwd")
    )
