"""Who cannot be connected to is passed over for a while, and is never left out."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.upstreams.breaker import FAILURES_TO_REST, REST_SECONDS, Breaker
from gateway.upstreams.target import Patience, Target
from tests.fakes.builders import a_target

FIRST = a_target("first", patience=Patience(connect_seconds=2.0))
SECOND, THIRD = a_target("second"), a_target("third")
ALL = (FIRST, SECOND, THIRD)


def _dead(breaker: Breaker, now: float = 0.0) -> None:
    for _ in range(FAILURES_TO_REST):
        breaker.not_reached(FIRST.upstream, now)


def test_three_failures_in_a_row_send_it_to_the_end() -> None:
    """
    Not fewer, and not three with a connection between them.
    """
    breaker = Breaker()
    for _ in range(FAILURES_TO_REST - 1):
        breaker.not_reached(FIRST.upstream, 0.0)
    breaker.reached(FIRST.upstream)
    breaker.not_reached(FIRST.upstream, 0.0)
    before = tuple(breaker.order(ALL, 0.0))

    _dead(breaker)

    assert (ALL, (SECOND, THIRD, FIRST)) == (before, tuple(breaker.order(ALL, REST_SECONDS - 1)))


def test_both_turns_are_told_once() -> None:
    """
    That it rests, and that it is back; not every try between them.
    """
    breaker = Breaker()

    gone = [breaker.not_reached(FIRST.upstream, float(now)) for now in range(FAILURES_TO_REST + 2)]
    back = [breaker.reached(FIRST.upstream) for _ in range(2)]
    once = (breaker.not_reached(FIRST.upstream, 0.0), breaker.reached(FIRST.upstream))

    assert ([False, False, True, False, False], [True, False]) == (gone, back)
    assert (False, False) == once


def test_after_its_rest_one_request_looks() -> None:
    """
    The others go on passing it over, for as long as connecting may take.
    """
    breaker = Breaker()
    _dead(breaker)

    firsts = [breaker.order(ALL, now)[0] for now in (10.0, 10.0, 11.9, 12.0, 12.1)]

    assert [FIRST, SECOND, SECOND, FIRST, SECOND] == firsts


def test_who_looked_decides() -> None:
    """
    One failure more is enough for another rest, and one connection ends it.
    """
    breaker = Breaker()
    _dead(breaker)
    breaker.order(ALL, 10.0)
    breaker.not_reached(FIRST.upstream, 12.0)
    resting = breaker.order(ALL, 21.9)[0]
    breaker.reached(FIRST.upstream)

    assert (SECOND, ALL) == (resting, tuple(breaker.order(ALL, 21.9)))


def test_where_there_is_no_other_it_is_tried_as_ever() -> None:
    """
    And where all of them rest, in the order of the route.
    """
    breaker = Breaker()
    for target in ALL:
        for _ in range(FAILURES_TO_REST):
            breaker.not_reached(target.upstream, 0.0)

    assert ((FIRST,), ALL) == (tuple(breaker.order((FIRST,), 1.0)), tuple(breaker.order(ALL, 1.0)))


@given(
    events=st.lists(st.tuples(st.sampled_from(ALL), st.booleans()), max_size=30),
    now=st.floats(0, 60, allow_nan=False),
)
def test_nobody_is_ever_left_out(events: list[tuple[Target, bool]], now: float) -> None:
    """
    Whatever happened, every target is there once.
    """
    breaker = Breaker()
    for number, (target, is_reached) in enumerate(events):
        if is_reached:
            breaker.reached(target.upstream)
        else:
            breaker.not_reached(target.upstream, float(number))

    ordered = breaker.order(ALL, now)

    assert sorted(ALL, key=id) == sorted(ordered, key=id)
