"""The closed catalogue of events."""

import re

from gateway.audit.catalogue import CATALOGUE, Noticed, noticed


def test_a_known_notice_is_an_event_of_its_own() -> None:
    """
    Its facts are kept as they are; a fraction becomes a text.
    """
    assert ("policy.reloaded", Noticed(facts={"version": "v2", "seconds": "0.5", "count": 3})) == noticed(
        "policy.reloaded", {"version": "v2", "seconds": 0.5, "count": 3}
    )


def test_an_unknown_notice_is_not_lost() -> None:
    """
    It is kept under the event for others, with its kind as a fact.
    """
    assert ("gateway.noticed", Noticed(kind="moon.rose", facts={})) == noticed("moon.rose", {})


def test_no_fact_has_the_name_of_a_field_of_the_envelope() -> None:
    """
    A record would have it twice, and every reader takes another one of them.
    """
    envelope = {"v", "writer", "seq", "time", "mono", "prev", "event"}

    assert [] == [event for event, facts in CATALOGUE.items() if envelope & set(facts.__struct_fields__)]


def test_events_are_named_like_the_lines_expect_them() -> None:
    """
    Two words of small letters, with a dot between them.
    """
    assert [] == [event for event in CATALOGUE if not re.fullmatch(r"[a-z_]+\.[a-z_]+", event)]
