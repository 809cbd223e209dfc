"""Which events tell that something went wrong."""

from gateway.audit.catalogue import CATALOGUE
from gateway.audit.review.exports.ecs import ecs_document
from gateway.audit.review.exports.failures import has_failed
from gateway.audit.review.exports.ocsf import ocsf_event

_ENVELOPE = {"writer": "web1-0-20261127T061409123456Z", "seq": 7, "time": "2026-11-27T06:14:09.500000Z"}


def test_what_is_lost_or_broken_has_failed() -> None:
    """
    A SIEM is not told that it went well when the log could not be written.
    """
    assert [] == [
        event
        for event in CATALOGUE
        if event.endswith(
            (".lost", ".broken", ".degraded", ".unavailable", ".rejected", ".refused", ".failed")
        )
        and not has_failed(event)
    ]
    assert not has_failed("audit.reached")


def test_every_format_says_the_same_of_every_event() -> None:
    """
    Whether it went well.
    """
    for event in CATALOGUE:
        record = _ENVELOPE | {"event": event}

        assert has_failed(event) == (2 == ocsf_event(record)["status_id"])
        assert has_failed(event) == ("failure" == ecs_document(record)["event"]["outcome"])
