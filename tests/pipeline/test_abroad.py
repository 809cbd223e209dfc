"""A call that another process pays for is noted there as it would be here."""

from gateway.cache.bill import Note
from gateway.pipeline.abroad import Abroad, noted
from gateway.pipeline.bill import Bill
from gateway.upstreams.refusals import UpstreamRefused
from gateway.vocabulary.ending import Ending
from tests.fakes.builders import REPORTED_USAGE, a_delta, a_diagnosis, a_reporting_delta, a_target
from tests.fakes.exchanges import Exchange


def test_a_call_goes_on_in_another_process_and_is_paid_for_there() -> None:
    """
    Whoever left pays nothing of it; the tries are the heir's, and what the answer costs.
    """
    leaver, heir = Exchange().be_answered(a_delta()), Exchange().be_identified()
    heir.log.targets = (a_target("first"), a_target("second"))
    heir.log.source = heir.source
    there = Bill(heir.log)
    bill = Bill(leaver.log)

    bill.pass_on(bill.abroad(there.note))
    left = leaver.log.close(Ending.CALLER_LEFT)
    bill.repeated()
    bill.failed(UpstreamRefused(a_diagnosis()))
    bill.began(a_target("second"))
    bill.withheld()
    bill.began(a_target("second"))
    bill.connected()
    bill.answered()
    bill.reported(REPORTED_USAGE)
    heir.log.meter.feed(a_reporting_delta())
    done = heir.log.close(Ending.FINISHED)

    assert [None] == [attempt.usage for attempt in left.attempts]
    assert [("first", "connection_lost"), ("first", UpstreamRefused.code), ("second", None)] == [
        (attempt.upstream, attempt.error) for attempt in done.attempts
    ]
    assert REPORTED_USAGE == done.usage
    # Times of a connection elsewhere are nobody's here.
    assert {(None, None)} == {(one.queue_seconds, one.first_frame_seconds) for one in done.attempts}


def test_a_call_comes_back_with_the_try_that_runs() -> None:
    """
    To a caller of this process, who pays from then on.
    """
    notes: list[Note] = []
    heir = Exchange().be_identified()
    abroad = Abroad(notes.append)
    abroad.began(a_target("first"))

    Bill(abroad).pass_on(Bill(heir.log))

    assert [Note("began", "first", "first-model")] == notes
    assert "first" == heir.log.upstream


def test_a_try_that_ended_there_does_not_come_back() -> None:
    """
    Nothing runs.
    """
    heir = Exchange().be_identified()
    for end in (Abroad.withheld, _fail):
        abroad = Abroad(lambda _: None)
        abroad.began(a_target("first"))
        end(abroad)
        abroad.hand_over(heir.log)

    assert heir.log.upstream is None


def _fail(abroad: Abroad) -> None:
    abroad.failed(UpstreamRefused(a_diagnosis()))


def test_a_place_that_is_not_permitted_here_is_not_noted() -> None:
    """
    As where two processes have different policies for a moment.
    """
    heir = Exchange().be_identified()

    noted(heir.log, Note("began", "elsewhere", "x"))

    assert heir.log.upstream is None
