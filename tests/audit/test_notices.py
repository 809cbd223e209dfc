"""The notices that are events of the audit log."""

from gateway.audit.catalogue import CATALOGUE, Noticed
from gateway.audit.notices import NOTICES, OTHER_NOTICE


def test_every_notice_is_an_event_of_the_catalogue() -> None:
    """
    So is the event under which all others are kept.
    """
    assert {Noticed} == {CATALOGUE[kind] for kind in (*NOTICES, OTHER_NOTICE)}
