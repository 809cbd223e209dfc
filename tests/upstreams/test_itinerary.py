"""Which upstream comes next: a table for the rules, properties for the promises."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstreams.itinerary import Leg, Retry, Setback, next_leg, permitted
from gateway.upstreams.target import Target
from gateway.vocabulary.residency import Clearance, Residency
from tests.fakes.builders import a_target

A, B, C = a_target("a"), a_target("b"), a_target("c")
HOME = a_target("home", Residency.ON_PREMISES)


def passing(position: int, retry_after: float | None = None) -> Setback:
    """A failure that may be over in a moment, here or elsewhere."""
    return Setback(position, retry_here=True, try_next=True, retry_after=retry_after)


def lasting(position: int) -> Setback:
    """A failure that stays, but only here."""
    return Setback(position, retry_here=False, try_next=True, retry_after=None)


def final(position: int) -> Setback:
    """A failure that every target would repeat."""
    return Setback(position, retry_here=False, try_next=False, retry_after=None)


def local(position: int) -> Setback:
    """A failure that passes here, and that no other target would better."""
    return Setback(position, retry_here=True, try_next=False, retry_after=None)


@pytest.mark.parametrize(
    ("rule", "targets", "setbacks", "expected"),
    [
        ("the first target comes first, at once", [A, B], [], Leg(0, A, 0.0)),
        ("without targets there is no way", [], [], None),
        ("a passing failure goes on to the next target at once", [A, B], [passing(0)], Leg(1, B, 0.0)),
        ("a lasting failure goes on to the next target too", [A, B], [lasting(0)], Leg(1, B, 0.0)),
        ("the third follows the second", [A, B, C], [passing(0), lasting(1)], Leg(2, C, 0.0)),
        ("a final failure is the answer", [A, B], [final(0)], None),
        ("a final failure ends it although the first may pass", [A, B, C], [passing(0), final(1)], None),
        ("one target is tried again after half a second", [A], [passing(0)], Leg(0, A, 0.5)),
        ("the pause doubles", [A], [passing(0)] * 2, Leg(0, A, 1.0)),
        ("the pause doubles up to eight seconds", [A], [passing(0)] * 7, Leg(0, A, 8.0)),
        ("a lasting failure at the only target is the answer", [A], [lasting(0)], None),
        ("after all were tried, the first begins again", [A, B], [passing(0), passing(1)], Leg(0, A, 0.5)),
        ("only those that may pass are tried again", [A, B], [lasting(0), passing(1)], Leg(1, B, 0.5)),
        ("the least tried goes first", [A, B], [passing(0), passing(1), passing(0)], Leg(1, B, 0.5)),
        ("nothing is left when all are lasting", [A, B], [lasting(0), lasting(1)], None),
        ("what only this target can better stays here", [A, B], [local(0)], Leg(0, A, 0.5)),
        ("attempts are bounded", [A, B], [passing(0)] * 8, None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_rules_of_the_way(
    rule: str, targets: Sequence[Target], setbacks: Sequence[Setback], expected: Leg | None
) -> None:
    """
    Each rule of the module's chapter, at full jitter.
    """
    leg = next_leg(targets, setbacks, Retry(attempts=8), elapsed_seconds=1.0, jitter=1.0)

    assert expected == leg, rule


def test_a_route_out_of_time_begins_nothing_new() -> None:
    """
    Once the seconds are up, not even a fresh target is tried.
    """
    leg = next_leg([A, B], [passing(0)], Retry(seconds=30.0), elapsed_seconds=30.0, jitter=0.0)

    assert leg is None


def test_a_wait_beyond_the_time_is_not_begun() -> None:
    """
    Who would have to wait longer than the route has left is told at once.
    """
    leg = next_leg([A], [passing(0, retry_after=20.0)], Retry(seconds=30.0), elapsed_seconds=15.0, jitter=0.0)

    assert leg is None


def test_retry_after_takes_the_place_of_the_back_off() -> None:
    """
    What the upstream asked for is kept, with a little jitter on top.
    """
    leg = next_leg([A], [passing(0, retry_after=3.0)], Retry(), elapsed_seconds=0.0, jitter=1.0)

    assert Leg(0, A, 3.05) == leg


def test_a_target_that_asks_for_too_long_leaves_the_turn_to_the_next() -> None:
    """
    A Retry-After beyond the route's time does not end the way of a target that needs only a moment.
    """
    setbacks = [passing(0, retry_after=60.0), passing(1)]

    leg = next_leg([A, B], setbacks, Retry(), elapsed_seconds=1.0, jitter=1.0)

    assert Leg(1, B, 0.5) == leg


def test_no_jitter_means_no_pause() -> None:
    """
    Full jitter spreads from zero up.
    """
    leg = next_leg([A], [passing(0)], Retry(), elapsed_seconds=0.0, jitter=0.0)

    assert Leg(0, A, 0.0) == leg


@pytest.mark.parametrize(
    ("clearance", "expected"),
    [(Clearance.EXTERNAL, (A, HOME, B)), (Clearance.ON_PREMISES, (HOME,))],
)
def test_only_permitted_targets_are_left(clearance: Clearance, expected: tuple[Target, ...]) -> None:
    """
    A request that has to stay in the house finds only the house's own servers, in their order.
    """
    assert expected == permitted([A, HOME, B], clearance)


targets_of_a_route = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from(Residency)).map(lambda pair: a_target(*pair)),
    min_size=1,
    max_size=5,
)
troubles = st.tuples(
    st.booleans(), st.booleans(), st.none() | st.floats(0, 100), st.floats(0, 10), st.floats(0, 1)
)


@pytest.mark.slow
@given(targets=targets_of_a_route, clearance=st.sampled_from(Clearance))
def test_no_leg_ever_leaves_the_clearance(targets: list[Target], clearance: Clearance) -> None:
    """
    Whatever the route, what is permitted is exactly what the clearance allows.
    """
    found = permitted(targets, clearance)

    assert [t for t in targets if clearance.permits(t.upstream.residency)] == list(found)


@pytest.mark.slow
@given(
    targets=targets_of_a_route,
    attempts=st.integers(1, 6),
    seconds=st.floats(0, 60),
    script=st.lists(troubles, min_size=8, max_size=8),
)
def test_every_way_is_bounded_and_fair(
    targets: list[Target],
    attempts: int,
    seconds: float,
    script: list[tuple[bool, bool, float | None, float, float]],
) -> None:
    """
    Walk a whole way: attempts and time bounded, Retry-After kept, final failures final, new targets in order.
    """
    retry = Retry(attempts, seconds)
    elapsed, setbacks, first_visits = 0.0, list[Setback](), list[int]()
    free_at = dict.fromkeys(range(len(targets)), 0.0)

    for retry_here, try_next, retry_after, lasts, jitter in script:
        leg = next_leg(targets, setbacks, retry, elapsed_seconds=elapsed, jitter=jitter)
        if leg is None:
            break
        elapsed += leg.delay_seconds
        tried = {setback.position for setback in setbacks}
        assert targets[leg.position] is leg.target
        assert elapsed >= free_at[leg.position]
        assert elapsed <= seconds or not setbacks
        if setbacks:
            assert setbacks[-1].retry_here or setbacks[-1].try_next
            assert leg.position not in tried or any(
                s.retry_here for s in setbacks if s.position == leg.position
            )
            assert leg.position in tried or setbacks[-1].try_next
        if leg.position not in tried:
            first_visits.append(leg.position)
        elapsed += lasts
        setbacks.append(Setback(leg.position, retry_here, try_next, retry_after))
        free_at[leg.position] = elapsed + (retry_after or 0.0)

    assert len(setbacks) <= attempts
    assert list(range(len(first_visits))) == first_visits
