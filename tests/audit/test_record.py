"""What one record is."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.audit.catalogue import Heartbeat, RequestEnded, Tokens
from gateway.audit.record import read_envelope, seconds_of, tail_of, time_text, writer_name

LINE = (
    b'{"v":1,"writer":"web1-0-20261127T061409123456Z","seq":7,"time":"2026-11-27T06:14:09.500000Z",'
    b'"mono":81234,"prev":"' + b"a" * 64 + b'","event":"log.heartbeat","queued":1}'
)


def test_an_envelope_says_where_a_record_belongs() -> None:
    """
    Writer, number, time, the record before and the event.
    """
    envelope = read_envelope(LINE)

    assert envelope is not None
    assert (7, 81_234, "a" * 64, "log.heartbeat") == (
        envelope.seq,
        envelope.mono,
        envelope.prev,
        envelope.event,
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"seq":7', b'"seq":07'),
        (b'"seq":7', b'"seq": 7'),
        (b"web1-0-", b"../web1-0-"),
        (b'"time"', b'"Time"'),
        (b"a" * 64, b"A" * 64),
        (b"09.500000Z", b"09.5Z"),
        (b"1}", b"1}\n"),
        (b"1}", b"1"),
        (b'"event":"log.heartbeat"', b'"event":"heartbeat"'),
    ],
)  # fmt: skip
def test_whatever_is_written_another_way_is_no_record(old: bytes, new: bytes) -> None:
    """
    There is one way to write an envelope, so that a hash says everything.
    """
    assert read_envelope(LINE.replace(old, new)) is None


def test_facts_at_their_default_are_left_out() -> None:
    """
    A record says what happened, and nothing about what did not.
    """
    tail = tail_of(RequestEnded(request_id="req_1", ending="finished", tokens=Tokens(prompt=3)))

    assert b',"request_id":"req_1","ending":"finished","tokens":{"prompt":3}}' == tail


def test_facts_follow_the_envelope() -> None:
    """
    After a comma where there are any; the bracket that ends a record is always theirs.
    """
    assert [b"}", b',"queued":1}'] == [tail_of(Heartbeat()), tail_of(Heartbeat(queued=1))]


@given(some.floats(0, 4_000_000_000))
def test_a_time_is_written_with_microseconds(seconds: float) -> None:
    """
    And read back as the same moment.
    """
    text = time_text(seconds)

    assert 27 == len(text)
    assert abs(seconds - seconds_of(text)) < 0.000_01


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (7.999_999_6, "1970-01-01T00:00:08.000000Z"),
        (8.0, "1970-01-01T00:00:08.000000Z"),
        (7.5, "1970-01-01T00:00:07.500000Z"),
        (-0.25, "1969-12-31T23:59:59.750000Z"),
    ],
)
@pytest.mark.parametrize("before", [7.1, 8.9, 9.0])
def test_a_time_does_not_depend_on_the_one_before(before: float, seconds: float, text: str) -> None:
    """
    Though the last second that was written out is remembered; microseconds are rounded into the next.
    """
    time_text(before)

    assert text == time_text(seconds)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("web1", "web1-3-20270115T080000000000Z"),
        ("Web 1.Example.COM", "web-1.example.com-3-20270115T080000000000Z"),
        ("", "host-3-20270115T080000000000Z"),
        ("机器", "host-3-20270115T080000000000Z"),
    ],
)
def test_a_writer_is_named_for_host_slot_and_start(host: str, name: str) -> None:
    """
    In a form that is a safe file name.
    """
    assert name == writer_name(host, 3, 1_800_000_000.0)
