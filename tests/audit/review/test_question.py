"""A question becomes SQL in which nothing the asker said stands, and bad ones are refused."""

import pytest

from gateway.audit.catalogue import CATALOGUE
from gateway.audit.review.columns import COLUMNS, SHOWN
from gateway.audit.review.question import BadQuestion, Question, conditions, select, vet
from gateway.vocabulary.ending import Ending


def test_what_is_asked_for_is_a_parameter() -> None:
    """
    Never a part of the text.
    """
    sql, parameters = select(Question(tenant="a' OR 1=1 --", external=True, limit=5))

    assert "OR 1=1" not in sql
    assert ["a' OR 1=1 --", True, 5] == parameters


def test_every_filter_holds() -> None:
    """
    They are joined with AND; none at all finds everything.
    """
    question = Question(
        model="m", ending="finished", destination="deepseek", since="2026-11-20", until="2026-11-27"
    )

    where, parameters = conditions(question)

    assert 4 == where.count(" AND ")
    assert ["m", "finished", "2026-11-20 00:00:00", "2026-11-27 00:00:00", "deepseek"] == parameters
    assert ("TRUE", []) == conditions(Question())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-11-27", "2026-11-27 00:00:00"),
        ("2026-11-27T08:00:00+08:00", "2026-11-27 00:00:00"),
        ("2026-11-27T06:14:09.500000Z", "2026-11-27 06:14:09.500000"),
    ],
)
def test_a_moment_is_taken_as_utc_unless_it_says_otherwise(said: str, meant: str) -> None:
    """
    A reviewer in Shanghai may write their own time.
    """
    assert [meant] == conditions(Question(since=said))[1]


@pytest.mark.parametrize(
    ("question", "columns", "why"),
    [
        (Question(since="yesterday"), SHOWN, "--since 'yesterday' is no moment; write 2026-11-27"),
        (Question(limit=0), SHOWN, "The limit must be 1 or more"),
        (
            Question(event="request.complete"),
            SHOWN,
            "There is no event 'request.complete'. Did you mean 'request.completed'?",
        ),
        (Question(event="x"), SHOWN, "There is no event 'x'. There are: request.admitted, "),
        (Question(ending="left"), SHOWN, "There is no ending 'left'. There are: finished, "),
        (
            Question(since="2026-11-27", until="2026-11-27T08:00:00+08:00"),
            SHOWN,
            "--since 2026-11-27 is not before --until 2026-11-27T08:00:00+08:00",
        ),
        (Question(), ("time", "password"), "There is no column 'password'. There are: time, event"),
    ],
)
def test_a_bad_question_says_the_way_out(question: Question, columns: tuple[str, ...], why: str) -> None:
    """
    With what was wrong.
    """
    with pytest.raises(BadQuestion) as refused:
        select(question, columns)

    assert why in str(refused.value)


@pytest.mark.parametrize("event", CATALOGUE)
def test_every_event_may_be_asked_for(event: str) -> None:
    """
    With every ending, also where none of them has it.
    """
    for ending in Ending:
        vet(Question(event=event, ending=ending))


def test_what_is_shown_are_columns() -> None:
    """
    The usual ones are among those there are.
    """
    assert set(SHOWN) <= set(COLUMNS)
