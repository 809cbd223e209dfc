"""What the writing thread did, in numbers."""

from gateway.audit.catalogue import Heartbeat
from gateway.audit.figures import Figures
from gateway.audit.slips import Slip, entries_of, given


def a_slip(mono: float) -> Slip:
    """Return a record that was queued at this time, and made."""
    slip = Slip(given, ("log.heartbeat", Heartbeat(queued=0, lost=0)), 1_800_000_000.0, mono)
    entries_of([slip])
    return slip


def test_durable_records_are_counted_by_kind_and_the_longest_wait_is_told() -> None:
    """
    Of those that became durable together.
    """
    figures, waits = Figures(), list[float]()
    figures.observe = waits.append

    figures.durable([a_slip(10.0), a_slip(10.5)], 11.0)
    figures.durable([], 12.0)
    figures.durable([a_slip(12.0)], 12.0)

    assert {("log.heartbeat",): 3} == figures.records
    assert [1.0, 0.0] == waits


def test_nobody_has_to_listen() -> None:
    """
    Before there are metrics, and where there are none.
    """
    Figures().durable([a_slip(1.0)], 2.0)
