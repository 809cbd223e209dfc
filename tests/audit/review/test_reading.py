"""Records come one by one, and only whole ones."""

from pathlib import Path

import pytest

from gateway.audit.review.question import BadQuestion, Question
from gateway.audit.review.reading import read_records, record_of
from gateway.audit.review.sources import files_of
from tests.fakes.audit_logs import a_log


def test_the_records_of_a_question_are_read(tmp_path: Path) -> None:
    """
    In the order in which they stand.
    """
    log = a_log(tmp_path / "log")

    everything = list(read_records(files_of([log.folder])))
    one = list(read_records(files_of([log.folder]), Question(request_id="req_2")))

    assert list(range(16)) == [record["seq"] for record in everything]
    assert ["request.admitted", "request.completed"] == [record["event"] for record in one]


@pytest.mark.parametrize("line", [b"", b'{"v":1,"wri', b"[]", b"{}", b"\xff"])
def test_what_is_no_whole_record_is_none(line: bytes) -> None:
    """
    A running writer may be in the middle of a line.
    """
    assert record_of(line) is None


def test_columns_are_not_whole_records(tmp_path: Path) -> None:
    """
    A Parquet file has lost what an event of another system needs.
    """
    with pytest.raises(BadQuestion, match="Name a log"):
        list(read_records([tmp_path / "a.parquet"]))
