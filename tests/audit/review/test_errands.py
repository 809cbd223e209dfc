"""Children are sent, waited for, and ended."""

from pathlib import Path

import pytest

from gateway.audit.review.errand import Order
from gateway.audit.review.errands import BadAuditQuestion, Errands, NotInTheLog, SearchFailed
from gateway.audit.review.question import Question
from tests.fakes.audit_logs import a_log

pytestmark = pytest.mark.slow


async def test_an_answer_comes_back(tmp_path: Path) -> None:
    """
    As the child said it.
    """
    log = a_log(tmp_path / "log")
    order = Order(act="records", folders=(str(log.folder),), columns=("seq",), question=Question(limit=1))

    assert [{"seq": 15}] == await Errands().run(order)


async def test_a_refusal_of_the_child_is_one_of_the_gateway(tmp_path: Path) -> None:
    """
    A bad question is the asker's, a request that is not there is not found.
    """
    log = a_log(tmp_path / "log")
    folders = (str(log.folder),)

    with pytest.raises(BadAuditQuestion):
        await Errands().run(Order(act="records", folders=folders, question=Question(limit=0)))
    with pytest.raises(NotInTheLog):
        await Errands().run(Order(act="proof", folders=folders, request_id="req_77"))
    with pytest.raises(NotInTheLog):
        await Errands().run(Order(act="report", folders=(str(tmp_path / "nowhere"),)))


async def test_a_child_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """
    The asker is told to ask for less.
    """
    log = a_log(tmp_path / "log")

    with pytest.raises(SearchFailed, match="took too long"):
        await Errands(seconds=0.001).run(Order(act="report", folders=(str(log.folder),)))


async def test_a_child_that_fails_is_told_without_its_reason(tmp_path: Path) -> None:
    """
    It may be anything.
    """
    with pytest.raises(SearchFailed, match="The search failed"):
        await Errands().run(Order(act="nothing", folders=(str(tmp_path),)))
