"""The one who writes down what happened, and who alone lets a request leave."""

from pathlib import Path

import orjson

from gateway.audit.trail import Trail
from gateway.foundation.clock import FakeClock
from gateway.foundation.line_writer import LineWriter
from gateway.vocabulary.notice import Notice
from tests.fakes.builders import a_sealed_request, an_arrival, an_outcome


def a_trail(file: Path) -> tuple[Trail, LineWriter]:
    writer = LineWriter(file, lambda _: None)
    return Trail(writer, FakeClock(wall=1_800_000_000.0)), writer


async def test_a_permit_names_the_request_and_where_it_may_go(tmp_path: Path) -> None:
    """
    It holds the sealed request itself and every permitted destination.
    """
    sealed = a_sealed_request()

    admitted = await a_trail(tmp_path / "access.jsonl")[0].admit("req_7", sealed, ("first", "second"))

    assert ("req_7", ("first", "second")) == (admitted.request_id, admitted.destinations)
    assert sealed is admitted.sealed


def test_every_closed_exchange_is_one_line(tmp_path: Path) -> None:
    """
    In the order in which they ended, with the time of the wall clock.
    """
    trail, writer = a_trail(tmp_path / "access.jsonl")
    for number in (1, 2):
        trail.exchange_ended(an_outcome(arrival=an_arrival(request_id=f"req_{number}")))

    writer.flush()

    lines = [orjson.loads(line) for line in (tmp_path / "access.jsonl").read_bytes().splitlines()]
    assert [("req_1", 1_800_000_000.0), ("req_2", 1_800_000_000.0)] == [
        (line["request_id"], line["time"]) for line in lines
    ]


def test_a_notice_is_no_access(tmp_path: Path) -> None:
    """
    A reload of the policies leaves no access record.
    """
    trail, writer = a_trail(tmp_path / "access.jsonl")

    trail.noticed(Notice("policy.reloaded"))
    writer.flush()

    assert not (tmp_path / "access.jsonl").exists()
