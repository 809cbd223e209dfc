"""Who is told which trace a call belongs to."""

from gateway.upstreams.trace_fields import trace_fields
from gateway.vocabulary.residency import Residency
from gateway.wire.trace_context import Trace, read_trace
from tests.fakes.builders import an_upstream

TRACE = Trace("4bf92f3577b34da6a3ce929d0e0e4736", state=b"vendor=1")
AT_HOME = an_upstream(residency=Residency.ON_PREMISES)


def test_an_upstream_at_home_is_told_the_trace() -> None:
    """
    With what its caller's systems wrote to it.
    """
    assert TRACE == read_trace(dict(trace_fields(TRACE, AT_HOME)))


def test_every_try_is_a_span_of_its_own() -> None:
    """
    Two tries of one exchange are told apart.
    """
    assert trace_fields(TRACE, AT_HOME) != trace_fields(TRACE, AT_HOME)


def test_nobody_outside_is_told() -> None:
    """
    An id of ours would tie the requests of a provider's many customers together.
    """
    assert () == trace_fields(TRACE, an_upstream(residency=Residency.EXTERNAL))


def test_without_a_trace_there_is_nothing_to_tell() -> None:
    """
    A probe belongs to none.
    """
    assert () == trace_fields(None, AT_HOME)
